"""Whose number it is, and who needs the home: the writer or somebody the writer speaks for."""

from nlu.values.lexicon import load_lexicon
from nlu.values.reading import Reading

SELF = "self"
ANYONE = "*"


def owner_of(reading: Reading, start: int, end: int) -> str:
    """Return whom the number at `start`…`end` belongs to: SELF, the family word as typed, or "" if nobody is named beside it."""
    lexicon = load_lexicon("people")
    right = lexicon.pattern("owner_right").match(reading.text[end : end + 16])
    if right:
        return right["kin"]
    left = lexicon.pattern("owner_left").search(reading.left(start, 20))
    if left:
        return SELF if left["me"] else left["kin"]
    return ""


def person_in_need(reading: Reading) -> str:
    """Return who needs the home: SELF, the family word of the person written for, or ANYONE when a helper writes about a client."""
    lexicon = load_lexicon("people")
    supporter = lexicon.pattern("supporter").search(reading.text)
    if supporter:
        return ANYONE
    for match in lexicon.pattern("need_other").finditer(reading.text):
        who = next(value for value in match.groups() if value)
        if not lexicon.pattern("together").search(reading.text, match.start(), min(len(reading.text), match.end() + 20)):
            return who
    return SELF


def kind_of(who: str) -> str:
    """Return the group of a family word: parent, partner, sibling, child or other; "" for SELF, ANYONE and nobody."""
    lexicon = load_lexicon("people")
    for group in ("parent", "partner", "sibling", "child", "other"):
        if any(who.startswith(word) for word in lexicon.words(group)):
            return group
    return ""
