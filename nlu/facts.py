"""Every fact and stated need that the rules find in a message: values, categories, short answers."""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache

from nlu.answers import read_answer
from nlu.clauses import HELPED, SELF, Reading, read_clauses
from nlu.folding import fold
from nlu.household import settle_household
from nlu.patterns import NOTHING, Finding, find, load_lexicon
from nlu.types import Mention
from nlu.values.extract import extract_values
from nlu.values.people import ANYONE, person_in_need
from nlu.values.reading import read

_SPEAKER = "speaker"
_ABOUT_RELATIVES = ("relatives", "emergency_contact", "guarantor")  # whoever is named here is asked about, not in need of a home
_RELATIVES = ("parent", "sibling", "other", "child")


def extract_facts(text: str, asked: str | None, now: datetime) -> list[Mention]:
    """Return facts and need mentions of `text` in the order of their place; spans are of the text as typed.

    `asked` is the fact key that was just asked for, or None. A key with one value comes at most once, the others once per value;
    needs have the key "need". Other people, the past, suppositions and denials set nothing. Nothing found: an empty list.
    """
    if not text.strip():
        return []
    values = extract_values(text, asked, now)
    reading = read_clauses(text)
    helped = SELF if asked in _ABOUT_RELATIVES else _helped(text, asked, now)
    found = find(reading, asked, helped)
    if helped == SELF and any(one.key == _SPEAKER and one.value == "family" for one in found):
        helped = next((clause.word for clause in reading.clauses if clause.who in _RELATIVES), SELF)
        found = found if helped == SELF else find(reading, asked, helped)
    found += _speaker(reading, helped) if asked in (None, _SPEAKER) else []
    found += read_answer(reading, asked, found, values)
    mentions = [_mention(one, text, reading) for one in _settled(settle_household(found))]
    taken = {mention.key for mention in values}
    kept = [*values, *(mention for mention in mentions if mention.key not in taken or mention.key in _many())]
    return sorted({(one.key, one.value): one for one in kept}.values(), key=lambda one: (one.start, one.key))


def _helped(text: str, asked: str | None, now: datetime) -> str:
    """Return who needs the home as `nlu.patterns.find` wants it."""
    who = person_in_need(read(text, asked, now))
    if who == ANYONE:
        return HELPED
    return who if who == SELF else fold(who).text


def _speaker(reading: Reading, helped: str) -> list[Finding]:
    if helped in (SELF, HELPED):
        return []
    start = max(0, reading.text.find(helped))
    return [Finding(_SPEAKER, "family", start, start + len(helped), 0.9, -1)]


def _settled(found: Iterable[Finding]) -> list[Finding]:
    """Drop what is said twice, keep one value of keys that take one, and drop "none" beside another value."""
    single = load_lexicon().single
    best: dict[tuple[str, str], Finding] = {}
    for one in found:
        place = (one.key, "" if one.key in single else one.value)
        if place not in best or _rank(one) < _rank(best[place]):
            best[place] = one
    named = {key for key, value in best if value and value != NOTHING}
    return [one for (key, value), one in best.items() if value != NOTHING or key not in named]


def _rank(one: Finding) -> tuple[bool, float, int, int]:
    return (one.answered, -one.confidence, one.order, one.start)


def _mention(one: Finding, text: str, reading: Reading) -> Mention:
    start, end = reading.folded.original_span(one.start, one.end)
    return Mention(one.key, one.value, start, end, text[start:end], one.confidence)


@lru_cache(maxsize=1)
def _many() -> frozenset[str]:
    lexicon = load_lexicon()
    return frozenset({rule.key for rule in lexicon.rules} - lexicon.single)
