"""Does somebody say that they, or someone near them, are in danger? One pure function over declarative patterns.

Rules only: no model, no database, no network, so it answers whatever else is down. The patterns, what they mean and how they
are read stand in `lexicon/emergency.yml`. Texts are never logged here.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

from nlu.prefilter import required_words

LEXICON = Path(__file__).parent / "lexicon" / "emergency.yml"
LANGUAGES = Path(__file__).parent / "lexicon" / "emergency_languages.yml"

_STOP = "\u3002"
_STOPS = frozenset("\u3002.!?\n\r")
_DROPPED = frozenset(
    "\u3001,\u300c\u300d\u300e\u300f()\uff62\uff63\"'\u2026\u2025\u30fb\u00b7\u301c~*_\u3010\u3011[]<>:;/|\\^`\u2018\u2019\u201c\u201d-\u2014\u2015"
)
_LONG_VOWEL = "\u30fc"
_SOUND_MARKS = frozenset("\uff9e\uff9f\u3099\u309a")
_NAME = re.compile(r"<([a-z_]+)>")
_MAX_SIGNS = 40
_AT_HAND = "at_hand"


@dataclass(frozen=True)
class EmergencySign:
    """One place in the text that speaks of danger. `start`/`end` refer to the text as typed; not `certain`: ask gently first.

    `alarm`: it is treated as an emergency (staff are told, urgency rises), certain or not.
    """

    kind: str
    start: int
    end: int
    text: str
    certain: bool = True
    alarm: bool = True


_AlarmWhen = Literal["always", "at_hand", "never"]


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Sign(_Shape):
    id: str
    pattern: str
    certain: bool = True
    whole: bool = False
    with_: list[str] = Field(default=[], alias="with")
    without: list[str] = []


class _Kind(_Shape):
    masks: list[str]
    denied: str
    quiet: list[str]
    alarm_when_unsure: _AlarmWhen
    signs: list[_Sign]


class _Lexicon(_Shape):
    version: int
    words: dict[str, str]
    contexts: dict[str, str]
    kinds: dict[str, _Kind]


class _Foreign(_Shape):
    masks: list[str] = []
    certain: dict[str, str]
    unsure: dict[str, str] = {}


class _ForeignLexicon(_Shape):
    version: int
    kinds: dict[str, _Foreign]


@dataclass(frozen=True)
class _Rule:
    pattern: re.Pattern[str]
    needs: frozenset[str] | None
    certain: bool
    whole: bool
    with_: tuple[str, ...]
    without: tuple[str, ...]


@dataclass(frozen=True)
class _Rules:
    kind: str
    mask: re.Pattern[str]
    denied: re.Pattern[str]
    quiet: tuple[str, ...]
    alarm_when_unsure: _AlarmWhen
    rules: tuple[_Rule, ...]


class _Contexts:
    """Answers whether a named context is in one message; each is looked for once at most."""

    def __init__(self, text: str, patterns: dict[str, re.Pattern[str]]) -> None:
        self._text = text
        self._patterns = patterns
        self._known: dict[str, bool] = {}

    def has(self, name: str) -> bool:
        """Return whether the context `name` occurs in the message."""
        if name not in self._known:
            self._known[name] = self._patterns[name].search(self._text) is not None
        return self._known[name]


def detect_emergency(text: str) -> list[EmergencySign]:
    """Return the signs of danger in `text`, at most one a kind, in the order of the text; empty for none. Never raises on any string.

    A certain sign wins over an unsure one of the same kind. Sources of the kinds: the vocabulary's emergency kinds and "no_place_tonight".
    """
    plain, places = _plain(text)
    if not plain:
        return []
    kinds, patterns = _load()
    contexts = _Contexts(plain, patterns)
    signs = []
    for rules in kinds:
        found = _first_sign(plain, rules, contexts)
        if found is not None:
            start, end, certain = places[found[0]], places[found[1] - 1] + 1, found[2]
            signs.append(EmergencySign(rules.kind, start, end, text[start:end], certain, certain or _alarms(rules, contexts)))
    return sorted(signs, key=lambda sign: (sign.start, sign.kind))


def alarms_when_unsure(kind: str, text: str) -> bool:
    """Return whether staff are told of an unsure sign of this kind in `text` too; False for an unknown kind."""
    plain, _ = _plain(text)
    kinds, patterns = _load()
    return any(rules.kind == kind and _alarms(rules, _Contexts(plain, patterns)) for rules in kinds)


def is_quieted(text: str, kind: str) -> bool:
    """Return whether something in `text` says that danger of this kind is over, unreal, denied or only looks like it. False for an unknown kind."""
    plain, _ = _plain(text)
    kinds, patterns = _load()
    contexts = _Contexts(plain, patterns)
    return any(
        rules.kind == kind and (rules.mask.search(plain) is not None or (any(contexts.has(name) for name in rules.quiet) and not contexts.has("still")))
        for rules in kinds
    )


def check_lexicon() -> None:
    """Load the lexicon now, so that a wrong one stops the start. Raises ValueError naming the record."""
    _load()


def _alarms(rules: _Rules, contexts: _Contexts) -> bool:
    return rules.alarm_when_unsure == "always" or (rules.alarm_when_unsure == _AT_HAND and contexts.has(_AT_HAND))


def _first_sign(plain: str, rules: _Rules, contexts: _Contexts) -> tuple[int, int, bool] | None:
    if any(contexts.has(name) for name in rules.quiet) and not contexts.has("still"):
        return None
    masked: list[tuple[int, int]] | None = None
    unsure: tuple[int, int, bool] | None = None
    for rule in rules.rules:
        if unsure is not None and not rule.certain:
            continue
        for match in _matches(rule, plain, contexts):
            if masked is None:
                masked = [span.span() for span in rules.mask.finditer(plain)]
            denied = not rule.whole and rules.denied.match(plain, match.end()) is not None
            if denied or _overlaps(match.span(), masked):
                continue
            if rule.certain:
                return match.start(), match.end(), True
            unsure = (match.start(), match.end(), False)
            break
    return unsure


def _matches(rule: _Rule, plain: str, contexts: _Contexts) -> Sequence[re.Match[str]]:
    if (rule.needs is not None and not any(word in plain for word in rule.needs)) or rule.pattern.search(plain) is None:
        return []
    if any(contexts.has(name) for name in rule.without) or not all(contexts.has(name) for name in rule.with_):
        return []
    return [match for match, _ in zip(rule.pattern.finditer(plain), range(_MAX_SIGNS), strict=False) if match.end() > match.start()]


def _overlaps(span: tuple[int, int], others: Sequence[tuple[int, int]]) -> bool:
    return any(span[0] < end and start < span[1] for start, end in others)


def _plain(text: str) -> tuple[str, list[int]]:
    """Return the text as the patterns read it and, for each of its characters, where it stood in `text`."""
    out: list[str] = []
    places: list[int] = []
    index = 0
    while index < len(text):
        width = 2 if index + 1 < len(text) and text[index + 1] in _SOUND_MARKS else 1
        for character in unicodedata.normalize("NFKC", text[index : index + width]):
            read = _read(character, out[-1] if out else "")
            if read == _LONG_VOWEL and _drawn_out(text, index):
                continue
            if read:
                out.append(read)
                places.append(index)
        index += width
    return "".join(out), places


def _drawn_out(text: str, index: int) -> bool:
    """Return whether the long-vowel mark at `index` only draws out a word in hiragana or kanji; katakana words own theirs."""
    word = text[:index][-8:].rstrip(_LONG_VOWEL)
    return bool(word) and not ("\u30a1" <= word[-1] <= "\u30ff" or "\uff66" <= word[-1] <= "\uff9f")


def _read(character: str, before: str) -> str:
    """Return what stands for one NFKC character: hiragana for katakana, a stop for an end of sentence, nothing for what is dropped."""
    if character in _STOPS or unicodedata.category(character) in ("So", "Sk"):
        return "" if before == _STOP else _STOP
    if character in _DROPPED or character.isspace() or unicodedata.category(character)[0] == "C":
        return ""
    if "\u30a1" <= character <= "\u30f6":
        return chr(ord(character) - 0x60)
    return character.lower()[:1]


def _as_read(pattern: str) -> str:
    """Return a pattern in the spelling of `_plain` (katakana to hiragana); everything else stays a regular expression."""
    return "".join(chr(ord(c) - 0x60) if "\u30a1" <= c <= "\u30f6" else c for c in pattern).replace("DV", "dv")


@lru_cache(maxsize=1)
def _load() -> tuple[tuple[_Rules, ...], dict[str, re.Pattern[str]]]:
    lexicon = _Lexicon.model_validate(yaml.safe_load(LEXICON.read_text(encoding="utf-8")))
    contexts = {name: _compiled(pattern, lexicon.words, f"contexts.{name}") for name, pattern in lexicon.contexts.items()}
    others = _ForeignLexicon.model_validate(yaml.safe_load(LANGUAGES.read_text(encoding="utf-8"))).kinds
    if set(others) != set(lexicon.kinds):
        raise ValueError(f"{LANGUAGES.name}: kinds: they are not those of {LEXICON.name}")
    kinds = tuple(_compiled_kind(name, kind, others[name], lexicon.words, set(contexts)) for name, kind in lexicon.kinds.items())
    return kinds, contexts


def _compiled_kind(name: str, kind: _Kind, foreign: _Foreign, words: dict[str, str], known: set[str]) -> _Rules:
    rules = []
    for certain, patterns in ((True, foreign.certain), (False, foreign.unsure)):
        for language, text in patterns.items():
            pattern = _compiled(_without_blanks(text), {}, f"{LANGUAGES.name}: kinds.{name}.{language}")
            rules.append(_Rule(pattern, required_words(pattern.pattern), certain, True, (), ("long_ago",)))
    for sign in kind.signs:
        unknown = (set(sign.with_) | set(sign.without) | set(kind.quiet)) - known
        if unknown:
            raise ValueError(f"{LEXICON.name}: kinds.{name}.signs.{sign.id}: no such context: {', '.join(sorted(unknown))}")
        pattern = _compiled(sign.pattern, words, f"kinds.{name}.signs.{sign.id}")
        rules.append(_Rule(pattern, required_words(pattern.pattern), sign.certain, sign.whole, tuple(sign.with_), tuple(sign.without)))
    return _Rules(
        kind=name,
        mask=_compiled("|".join([*kind.masks, *map(_without_blanks, foreign.masks)]), words, f"kinds.{name}.masks"),
        denied=_compiled(kind.denied.removeprefix("^"), words, f"kinds.{name}.denied"),
        quiet=tuple(kind.quiet),
        alarm_when_unsure=kind.alarm_when_unsure,
        rules=tuple(rules),
    )


def _without_blanks(pattern: str) -> str:
    """Return a pattern as it meets a message whose blanks were dropped: its own blanks are for the reader."""
    return pattern.replace(" ", "")


def _compiled(pattern: str, words: dict[str, str], record: str) -> re.Pattern[str]:
    def word(match: re.Match[str]) -> str:
        if match[1] not in words:
            raise ValueError(f"{LEXICON.name}: {record}: no such word: <{match[1]}>")
        return words[match[1]]

    try:
        return re.compile(_as_read(_NAME.sub(word, pattern)))
    except re.error as error:
        raise ValueError(f"{LEXICON.name}: {record}: {error}") from error
