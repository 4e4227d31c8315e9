"""Brings typed text to one form and remembers where every character came from."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from nlu.values.lexicon import load_lexicon

_JOINING = {"\uff9e", "\uff9f"}
_INVISIBLE = {"Cf", "Cc", "Mn", "Me", "Cs", "Co", "Cn"}


@dataclass(frozen=True)
class Normalised:
    """Normalised text. `starts[i]` and `ends[i]` bound, in the original, what character `i` was made from."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    @property
    def offsets(self) -> tuple[int, ...]:
        """The original offset of each normalised character."""
        return self.starts

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """Return the span of the original text behind `text[start:end]`; an empty span for an empty one."""
        if end <= start:
            at = self.starts[start] if start < len(self.starts) else (self.ends[-1] if self.ends else 0)
            return at, at
        return self.starts[start], max(self.ends[start:end])

    def replaced(self, changes: Iterable[tuple[int, int, str]]) -> "Normalised":
        """Return a copy in which each (start, end, new) is put in; changes are in order and do not overlap."""
        text: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        at = 0
        for start, end, new in changes:
            text.append(self.text[at:start] + new)
            first, last = self.original_span(start, end)
            starts += [*self.starts[at:start], *[first] * len(new)]
            ends += [*self.ends[at:start], *[last] * len(new)]
            at = end
        text.append(self.text[at:])
        return Normalised("".join(text), (*starts, *self.starts[at:]), (*ends, *self.ends[at:]))


def normalise(text: str) -> Normalised:
    """Return `text` in NFKC with half-width kana composed, emoji as a space, zero-width characters gone, long repeats cut to one.

    Line breaks become full stops, tildes and dashes one form each; digits are never cut.
    """
    characters = _characters(text)
    kept: list[tuple[str, int, int]] = []
    repeatable = load_lexicon("normalise").pattern("repeatable")
    for character, start, end in characters:
        if kept and kept[-1][0] == character and (character == " " or repeatable.match(character)):
            kept[-1] = (character, kept[-1][1], end)
            continue
        kept.append((character, start, end))
    return _cut_long_runs(kept)


def _characters(text: str) -> list[tuple[str, int, int]]:
    special = load_lexicon("normalise").table("characters")
    found: list[tuple[str, int, int]] = []
    at = 0
    while at < len(text):
        end = at + 1
        while end < len(text) and (text[end] in _JOINING or text[end] in "\u3099\u309a"):
            end += 1
        cluster = text[at:end]
        if cluster in special:
            found.append((str(special[cluster]), at, end))
        elif unicodedata.category(cluster[0]) in ("So", "Sk") and unicodedata.normalize("NFKC", cluster) == cluster:
            found.append((" ", at, end))
        elif cluster[0] in "\n\r\t" or unicodedata.category(cluster[0]) not in _INVISIBLE:
            found += [(character, at, end) for character in unicodedata.normalize("NFKC", cluster)]
        at = end
    return found


def _cut_long_runs(characters: list[tuple[str, int, int]]) -> Normalised:
    stretchable = load_lexicon("normalise").pattern("stretchable")
    kept: list[tuple[str, int, int]] = []
    at = 0
    while at < len(characters):
        end = at
        while end < len(characters) and characters[end][0] == characters[at][0]:
            end += 1
        if end - at >= 3 and stretchable.match(characters[at][0]):
            kept.append((characters[at][0], characters[at][1], characters[end - 1][2]))
        else:
            kept += characters[at:end]
        at = end
    return Normalised(
        "".join(c for c, _, _ in kept),
        tuple(s for _, s, _ in kept),
        tuple(e for _, _, e in kept),
    )
