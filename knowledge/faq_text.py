"""Japanese text as the FAQ search compares it: words with readings, character n-grams, and concepts that join different words."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import jaconv
from pydantic import Field
from sudachipy import Dictionary, SplitMode, Tokenizer

from knowledge.faq_entries import FAQ_FOLDER
from knowledge.files import read_shape
from knowledge.schema import Shape, Text

_PUNCTUATION = re.compile(r"[\s\W_]+")


class ConceptFile(Shape):
    """`synonyms.yml`: what different people call the same thing, and the parts of speech that carry no meaning."""

    signs: list[Text] = Field(description="parts of speech that are not even read")
    empty_parts_of_speech: list[Text]
    empty_words: list[Text]
    concepts: dict[str, Text] = Field(description="concept id -> its forms, one regular expression over the normalised text")


@dataclass(frozen=True)
class Reading:
    """A text, taken apart. `words`: normal forms of the words that carry meaning; `kana`: how all of it is read, in hiragana."""

    plain: str
    words: tuple[str, ...]
    kana: str
    concepts: tuple[str, ...]


@lru_cache(maxsize=256)
def read_text(text: str) -> Reading:
    """Return the text taken apart; every part is empty for an empty text."""
    plain = unicodedata.normalize("NFKC", text).lower()
    words: list[str] = []
    kana: list[str] = []
    lemmas: list[str] = []
    signs, empty, stop = _empty()
    for token in _tokenizer().tokenize(plain):
        part = token.part_of_speech()
        if part[0] in empty:
            kana.append(jaconv.kata2hira(token.reading_form()) if part[0] not in signs else "")
            lemmas.append(token.surface())
            continue
        reading = token.reading_form() or token.surface()
        kana.append(jaconv.kata2hira(reading))
        lemmas.append(token.normalized_form())
        if token.normalized_form() not in stop:
            words.append(token.normalized_form())
    squeezed = _PUNCTUATION.sub("", plain)
    spellings = [squeezed, "".join(lemmas), jaconv.kata2hira(squeezed)]
    return Reading(
        squeezed,
        tuple(words),
        _PUNCTUATION.sub("", "".join(kana)),
        tuple(_concepts_in(spellings)),
    )


def grams(text: str, shortest: int, longest: int) -> list[str]:
    """Return all character n-grams of the text, shortest to longest."""
    return [text[at : at + size] for size in range(shortest, longest + 1) for at in range(len(text) - size + 1)]


def plain_words(text: str) -> list[str]:
    """Return the normal forms of all Sudachi words (mode C), for the plain BM25 that the search is measured against."""
    return [token.normalized_form() for token in _tokenizer().tokenize(unicodedata.normalize("NFKC", text)) if token.surface().strip()]


def _concepts_in(spellings: Sequence[str]) -> Iterator[str]:
    for concept, pattern in _concepts().items():
        if any(pattern.search(spelling) for spelling in spellings):
            yield concept


@cache
def _file() -> ConceptFile:
    return read_shape(FAQ_FOLDER / "synonyms.yml", ConceptFile)


@cache
def _empty() -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    file = _file()
    return (
        frozenset(file.signs),
        frozenset([*file.signs, *file.empty_parts_of_speech]),
        frozenset(file.empty_words),
    )


@cache
def _concepts() -> dict[str, re.Pattern[str]]:
    return {concept: re.compile(form) for concept, form in _file().concepts.items()}


@cache
def _tokenizer() -> Tokenizer:
    return Dictionary().create(mode=SplitMode.C)
