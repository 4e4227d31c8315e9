"""In which language is a message written? Script rules first; a model only for Latin letters, loaded when first needed."""

import re
import threading
import unicodedata
from collections import Counter
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import yaml
from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from lingua import LanguageDetector

LEXICON = Path(__file__).parent / "lexicon" / "languages.yml"
LATIN_LANGUAGES = ("en", "vi", "tl", "pt", "es")
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_WEB = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+")
_VIETNAMESE_LETTERS = frozenset("\u0111\u01a1\u01b0\u0103")
_lock = threading.Lock()


class _Lexicon(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int
    min_letters: int
    min_confidence: float
    lone_words_ignored: frozenset[str]
    romaji: frozenset[str]
    words: dict[str, frozenset[str]]
    zh_characters: str
    zh_words: list[str]


def detect_language(text: str) -> str | None:
    """Return ja, en, zh, ko, vi, ne, tl, pt or es; None when the text is too short or unclear to say. Never raises on any string.

    Any kana means Japanese: people mix in words of their own language. Han characters alone are Chinese only where they say so.
    """
    plain = unicodedata.normalize("NFKC", _WEB.sub(" ", text))
    scripts = Counter(_script(character) for character in plain)
    if scripts["kana"] and scripts["kana"] * 3 >= max(scripts["hangul"], scripts["devanagari"], scripts["latin"] // 4, scripts["han"] // 8):
        return "ja"
    if scripts["hangul"] >= 2 and scripts["hangul"] >= scripts["latin"]:
        return "ko"
    if scripts["devanagari"] >= 2 and scripts["devanagari"] >= scripts["latin"]:
        return "ne"
    if scripts["han"] and scripts["han"] * 3 >= scripts["latin"]:
        return _han(plain)
    return _latin(plain)


def _script(character: str) -> str:
    if "\u3041" <= character <= "\u30ff":
        return "kana"
    if "\u4e00" <= character <= "\u9fff" or "\u3400" <= character <= "\u4dbf":
        return "han"
    if "\uac00" <= character <= "\ud7a3" or "\u1100" <= character <= "\u11ff" or "\u3130" <= character <= "\u318f":
        return "hangul"
    if "\u0900" <= character <= "\u097f":
        return "devanagari"
    return "latin" if character.isalpha() else "other"


def _han(plain: str) -> str | None:
    lexicon = _lexicon()
    simplified = sum(character in lexicon.zh_characters and not _in_shift_jis(character) for character in plain)
    if simplified or any(len(word) > 1 and word in plain for word in lexicon.zh_words):
        return "zh"
    letters = sum(_script(character) == "han" for character in plain)
    return "zh" if letters >= 6 and plain.startswith(lexicon.zh_words[0]) else ("ja" if letters else None)


def _in_shift_jis(character: str) -> bool:
    """Return whether Japanese writes the character too: those that only Chinese writes are not in JIS X 0208's Shift_JIS."""
    try:
        character.encode("shift_jis")
    except UnicodeEncodeError:
        return False
    return True


def _latin(plain: str) -> str | None:
    lexicon = _lexicon()
    words = [word.lower() for word in _WORD.findall(plain)]
    telling = [word for word in words if word not in lexicon.lone_words_ignored]
    if not telling or sum(map(len, words)) < lexicon.min_letters or len(words) < 2:
        return None
    if any(word in lexicon.romaji for word in words):
        return "ja"
    if any(character in _VIETNAMESE_LETTERS for word in words for character in word):
        return "vi"
    counts = sorted(((sum(word in known for word in words), name) for name, known in lexicon.words.items()), reverse=True)
    if counts[0][0] >= 2 and counts[0][0] > counts[1][0]:
        return counts[0][1]
    return _by_model(plain, lexicon.min_confidence)


def _by_model(plain: str, least: float) -> str | None:
    detector = _detector()
    with _lock:
        best = detector.compute_language_confidence_values(plain)[0]
    return best.language.iso_code_639_1.name.lower() if best.value >= least else None


@lru_cache(maxsize=1)
def _detector() -> "LanguageDetector":
    """Return the model, restricted to the languages asked for; loading it takes about a tenth of a second."""
    from lingua import Language, LanguageDetectorBuilder  # costly to import: only who needs it pays

    languages = (Language.ENGLISH, Language.VIETNAMESE, Language.TAGALOG, Language.PORTUGUESE, Language.SPANISH)
    return LanguageDetectorBuilder.from_languages(*languages).build()


@lru_cache(maxsize=1)
def _lexicon() -> _Lexicon:
    return _Lexicon.model_validate(yaml.safe_load(LEXICON.read_text(encoding="utf-8")))
