"""Readings (furigana) behind words in Chinese characters, as plain text: 家賃 becomes 家賃（やちん）."""

import re
from functools import cache
from pathlib import Path

import jaconv
import yaml
from pydantic import BaseModel, ConfigDict

from knowledge.municipalities import load_municipalities
from nlu.tokens import pronounce

_FILE = Path(__file__).parent / "lexicon" / "readings.yml"
_KANJI = re.compile(r"[\u3400-\u9fff\u3005]")
_HAS_READING = re.compile(r"[\uff08(][\u3041-\u3096\u30fc]+[\uff09)]")
_KANA_READING = re.compile(r"[\u3041-\u3096\u30fc]+")


class _Readings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    words: dict[str, str]
    behind_numbers: dict[str, str]
    in_parentheses: dict[str, str]


@cache
def _own_readings() -> dict[str, str]:
    """Return what the dictionary reads in another way than people do here, and the names of municipalities."""
    return {place.name: place.kana for place in load_municipalities()} | _file().words


@cache
def _file() -> _Readings:
    return _Readings.model_validate(yaml.safe_load(_FILE.read_text(encoding="utf-8")))


def with_readings(text: str) -> str:
    """Return `text` with the reading in parentheses behind each word in Chinese characters; words that have one already keep theirs.

    Readings come from the dictionary, so a rare name may be read wrongly: what matters is written with its reading by hand.
    """
    out: list[str] = []
    at = 0
    for surface, start, reading in pronounce(text):
        out.append(text[at:start])
        at = start + len(surface)
        kana = _said(surface, reading, text[start - 1 : start], text[at : at + 1])
        told = _HAS_READING.search(surface) or _HAS_READING.match(text, at)  # the tokenizer joins most words to their reading
        out.append(surface if told else _annotate(surface, kana))
    return "".join(out) + text[at:]


def _said(surface: str, reading: str, before: str, after: str) -> str:
    """Return the reading of a word in hiragana, by the characters around it."""
    own = _file()
    if before in tuple("(\uff08") and after in tuple(")\uff09") and surface in own.in_parentheses:
        return own.in_parentheses[surface]
    if before.isdigit() and surface in own.behind_numbers:
        return own.behind_numbers[surface]
    return _own_readings().get(surface) or jaconv.kata2hira(reading)


def _annotate(surface: str, kana: str) -> str:
    if not _KANJI.search(surface) or not _KANA_READING.fullmatch(kana):
        return surface
    head, core, tail = _core(surface, kana)
    middle = kana[len(head) : len(kana) - len(tail)]
    return f"{head}{core}\uff08{middle}\uff09{tail}" if middle else surface


def _core(surface: str, kana: str) -> tuple[str, str, str]:
    """Split a word into the kana before, the part that needs a reading, and the kana behind it: お|住|まい."""
    plain = jaconv.kata2hira(surface)
    start = 0
    while start < len(plain) and start < len(kana) and plain[start] == kana[start] and not _KANJI.match(plain[start]):
        start += 1
    end = 0
    while end < len(plain) - start and end < len(kana) - start and plain[-1 - end] == kana[-1 - end] and not _KANJI.match(plain[-1 - end]):
        end += 1
    return surface[:start], surface[start : len(surface) - end], surface[len(surface) - end :]
