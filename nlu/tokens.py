"""Words of a Japanese text with their place in it, by SudachiPy (the tokenizer of GiNZA) in split mode C."""

from dataclasses import dataclass
from functools import cache
from threading import local

from sudachipy import Dictionary, SplitMode
from sudachipy import Tokenizer as Sudachi

MAX_CHARACTERS = (
    8000  # Sudachi refuses inputs over 49149 bytes; a character takes at most 4 here
)
_own = local()


@dataclass(frozen=True, slots=True)
class Word:
    """One word: `text[start:end]` as typed, its normalised dictionary form, and its top part of speech."""

    surface: str
    start: int
    end: int
    lemma: str
    part_of_speech: str


@cache
def _dictionary() -> Dictionary:
    return Dictionary(dict="core")


def _tokenizer() -> Sudachi:
    """Return this thread's tokenizer: one tokenizer must not be used by two threads at a time."""
    tokenizer: Sudachi | None = getattr(_own, "tokenizer", None)
    if tokenizer is None:
        tokenizer = _own.tokenizer = _dictionary().create(SplitMode.C)
    return tokenizer


def split_words(text: str) -> list[Word]:
    """Return the words of `text` in order, blanks left out; offsets count characters of `text` as typed."""
    words = []
    for offset in range(0, len(text), MAX_CHARACTERS):
        for found in _tokenizer().tokenize(text[offset : offset + MAX_CHARACTERS]):
            surface = found.surface()
            if surface.strip():
                lemma = found.normalized_form()
                words.append(
                    Word(
                        surface,
                        offset + found.begin(),
                        offset + found.end(),
                        lemma,
                        found.part_of_speech()[0],
                    )
                )
    return words


def pronounce(text: str) -> list[tuple[str, int, str]]:
    """Return (word, where it starts, its reading in katakana) for the words of `text` in order, blanks left out."""
    return [
        (found.surface(), offset + found.begin(), found.reading_form())
        for offset in range(0, len(text), MAX_CHARACTERS)
        for found in _tokenizer().tokenize(text[offset : offset + MAX_CHARACTERS])
        if found.surface().strip()
    ]
