"""One spelling for pattern matching: what people type in many ways is read in one, with the way back to the typed text."""

import re
import unicodedata
from dataclasses import dataclass

_COMMA, _STOP, _ASK = "\u3001", "\u3002", "?"
_LONG_VOWEL = "\u30fc"
_STOPS = frozenset("\u3002.!\n\r\uff61")
_COMMAS = frozenset("\u3001,\u2026\u2025()[]{}/|:;\uff64\u3010\u3011<>\u3008\u3009=")
_OPENING, _CLOSING = frozenset("\u300c\u300e\u201c\uff62"), frozenset("\u300d\u300f\u201d\uff63")
_DROPPED = frozenset("\u30fb\u00b7\u301c~*_\\^`\u2018\u2019'\"-\u2014\u2015\uff0d\u2212#@+")
_ELLIPSES = frozenset("\u2026\u2025")
_SOUND_MARKS = frozenset("\uff9e\uff9f\u3099\u309a")
_CAPITAL = re.compile(r"(?<!\\)(?<!\(\?)[A-Z]")


@dataclass(frozen=True)
class Folded:
    """Text as the patterns read it. `places[i]` and `ends[i]` bound, in the typed text, what character `i` stands for.

    Katakana is hiragana, Latin letters are small, blanks inside kana are gone; a comma stands for brackets and dots, a stop for line ends
    and emoji. `quoted` holds the spans between quotation marks, which are themselves dropped.
    """

    text: str
    places: tuple[int, ...]
    ends: tuple[int, ...]
    quoted: tuple[tuple[int, int], ...]

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """Return the span of the typed text behind `text[start:end]`; an empty span at 0 for an empty one."""
        if end <= start:
            return 0, 0
        return self.places[start], self.ends[end - 1]


def fold(text: str, closing: re.Pattern[str] | None = None) -> Folded:
    """Return `text` folded for matching; never raises on any string, "" gives an empty one.

    A blank or an ellipsis becomes a stop where what is read before it matches `closing` (all-kana messages have blanks and no stops).
    """
    out: list[str] = []
    places: list[int] = []
    ends: list[int] = []
    quoted: list[tuple[int, int]] = []
    opened: list[int] = []
    at = 0
    while at < len(text):
        end = at + 1
        while end < len(text) and text[end] in _SOUND_MARKS:
            end += 1
        # NFKC makes full stops of an ellipsis, which in a chat more often joins than ends
        for character in text[at] if text[at] in _ELLIPSES else unicodedata.normalize("NFKC", text[at:end]):
            if character in _OPENING:
                opened.append(len(out))
            elif character in _CLOSING and opened:
                quoted.append((opened.pop(), len(out)))
            read = _read(character, text, at, end, out[-1] if out else "")
            if closing is not None and (character.isspace() or character in _ELLIPSES) and read != _STOP and closing.search("".join(out[-6:])):
                read = _STOP if not out or out[-1] != _STOP else ""
            if read:
                out.append(read)
                places.append(at)
                ends.append(end)
        at = end
    return Folded("".join(out), tuple(places), tuple(ends), tuple(quoted))


def as_read(pattern: str) -> str:
    """Return a pattern in the spelling of `fold`: katakana as hiragana, small Latin letters; escapes stay."""
    hiragana = "".join(chr(ord(c) - 0x60) if "\u30a1" <= c <= "\u30f6" else c for c in pattern)
    return _CAPITAL.sub(lambda match: match[0].lower(), hiragana)


def _read(character: str, text: str, at: int, end: int, before: str) -> str:
    """Return what stands for one NFKC character, "" when it is dropped."""
    category = unicodedata.category(character)
    if character in ".," and text[at - 1 : at].isdecimal() and text[end : end + 1].isdecimal():
        return character if character == "." else ""
    if character == _ASK:
        return "" if before == _ASK else _ASK
    if character in _STOPS or category in ("So", "Sk"):
        return "" if before in ("", _STOP, _ASK) else _STOP
    if character in _COMMAS:
        return "" if before in ("", _STOP, _ASK, _COMMA) else _COMMA
    if character.isspace():
        return _COMMA if before not in ("", _STOP, _ASK, _COMMA) and _is_break(text, at, end) else ""
    if character in _OPENING or character in _CLOSING or character in _DROPPED or category[0] == "C" or category in ("Mn", "Me"):
        return ""
    if character == _LONG_VOWEL:
        return character if at > 0 and _is_katakana(text[at - 1]) else ""
    if "\u30a1" <= character <= "\u30f6":
        return chr(ord(character) - 0x60)
    return character.lower()[:1]


def _is_break(text: str, at: int, end: int) -> bool:
    """Tell whether a blank parts words as a comma would: neither side is kana, which is often typed with blanks between all words."""
    after = text[end : end + 1]
    return at > 0 and bool(after) and not _is_kana(text[at - 1]) and not _is_kana(after)


def _is_kana(character: str) -> bool:
    return "\u3041" <= character <= "\u30ff"


def _is_katakana(character: str) -> bool:
    return "\u30a1" <= character <= "\u30ff" or "\uff66" <= character <= "\uff9f"
