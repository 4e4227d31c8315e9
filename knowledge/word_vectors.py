"""Word vectors for comparing meaning: the 20,000 × 300 table that comes with ja_ginza, read without loading spaCy."""

from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import srsly
from numpy.typing import NDArray

from knowledge.errors import KnowledgeError

Vector = NDArray[np.float32]
DIMENSIONS = 300
_MASK = (1 << 64) - 1
_FACTOR = 0xC6A4A7935BD1E995


class MissingVectorsError(KnowledgeError):
    """The package ja_ginza, which brings the vectors, is not where it should be. Install the project's dependencies anew."""


@lru_cache(maxsize=20_000)
def word_vector(word: str) -> Vector | None:
    """Return the vector of a word, of length 1; None when the table does not know the word. Words are looked up as written."""
    keys, rows, table = _table()
    key = np.uint64(_spacy_hash(word))
    at = int(np.searchsorted(keys, key))
    if at == len(keys) or keys[at] != key or rows[at] < 0:
        return None
    vector = np.asarray(table[rows[at]], dtype=np.float32)
    length = float(np.linalg.norm(vector))
    return vector / length if length else None


@cache
def _table() -> tuple[NDArray[np.uint64], NDArray[np.int64], NDArray[np.float32]]:
    folder = _folder()
    rows = srsly.read_msgpack(folder / "key2row")
    keys = np.fromiter(rows.keys(), dtype=np.uint64, count=len(rows))
    order = np.argsort(keys)
    places = np.fromiter(rows.values(), dtype=np.int64, count=len(rows))
    return keys[order], places[order], np.load(folder / "vectors", mmap_mode="r")


def _folder() -> Path:
    spec = find_spec("ja_ginza")
    found = sorted(Path(spec.origin).parent.glob("ja_ginza-*/vocab/key2row")) if spec and spec.origin else []
    if not found:
        raise MissingVectorsError("ja_ginza with its vectors is not installed")
    return found[-1].parent


def _spacy_hash(word: str) -> int:
    """The number under which spaCy keeps a word: MurmurHash64A with seed 1 (github.com/aappleby/smhasher, public domain)."""
    data = word.encode("utf-8")
    size = len(data)
    tail = size - size % 8
    result = 1 ^ (size * _FACTOR & _MASK)
    for start in range(0, tail, 8):
        block = int.from_bytes(data[start : start + 8], "little") * _FACTOR & _MASK
        block = (block ^ (block >> 47)) * _FACTOR & _MASK
        result = (result ^ block) * _FACTOR & _MASK
    if size % 8:
        result = (result ^ int.from_bytes(data[tail:], "little")) * _FACTOR & _MASK
    result = (result ^ (result >> 47)) * _FACTOR & _MASK
    return result ^ (result >> 47)
