"""Short answers: yes, no and their like take their meaning from the question that was just asked."""

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from nlu.clauses import Reading, load_context
from nlu.patterns import HOUSEHOLD_MEMBERS as MEMBERS
from nlu.patterns import Finding, load_lexicon
from nlu.types import Mention

_ORDER = 10_000
_TAIL = 3  # characters of politeness that may follow a fact's words inside the same predicate
_FILE = Path(__file__).parent / "lexicon" / "answers.yml"


@cache
def _raw() -> Any:
    return yaml.safe_load(_FILE.read_text(encoding="utf-8"))


@cache
def _taking_back() -> re.Pattern[str]:
    return re.compile(_raw()["takes_back"])


def takes_back(text: str) -> bool:
    """Return whether `text` says in so many words that something told before was wrong."""
    return _taking_back().search(text) is not None


def reconsiders(text: str) -> bool:
    """Return whether `text` has words of a change of mind (やっぱり), so that it may differ from an earlier answer."""
    return re.search(_raw()["reconsiders"], text) is not None


@cache
def _denied_inside() -> dict[str, tuple[str, re.Pattern[str]]]:
    """Return key -> (value, what speaks against it) of lexicon/answers.yml."""
    raw = _raw()["denied_inside"]
    return {key: (entry["value"], re.compile(entry["unless"])) for key, entry in raw.items()}


def read_answer(reading: Reading, asked: str | None, found: list[Finding], values: Sequence[Mention]) -> list[Finding]:
    """Return what a bare yes or no means for the key `asked`; nothing when the message says it in so many words, is unsure or refuses.

    `found` are the findings of the patterns, `values` the values read. Words that say something else ("I have no children", asked how
    to reach the person) answer nothing but that, unless they begin with a plain yes or no.
    """
    if asked is None or asked in {one.key for one in found} | {one.key for one in values}:
        return []
    if asked == "household" and any(one.key in MEMBERS and one.value == "yes" for one in found):
        return []
    affirm, deny = load_lexicon().answers.get(asked, (None, None))
    patterns = load_context().patterns
    text = reading.text
    if (affirm is None and deny is None) or patterns["unsure"].search(text):
        return []
    for name, value in (("yes", affirm), ("no", deny), ("no_inside", deny), ("yes_inside", affirm)):
        match = patterns[name].search(text)
        if match and not (name.endswith("_inside") and _says_another_thing(reading, match, found, values)):
            if name == "yes_inside" and _is_taken_back(reading, match):
                return []
            if name == "no_inside" and asked in _denied_inside() and not _denied_inside()[asked][1].search(text):
                value = _denied_inside()[asked][0]
            return [Finding(asked, value, match.start(), match.end(), 0.9, _ORDER, True)] if value else []
    return []


def _is_taken_back(reading: Reading, match: re.Match[str]) -> bool:
    """Return whether the sentence goes on after a yes and ends with a denial (持ってはいますが、使えません)."""
    end = reading.sentence_span(match.start())[1]
    return reading.at(end - 1) != reading.at(match.start()) and reading.at(end - 1).negated


def _says_another_thing(reading: Reading, match: re.Match[str], found: Sequence[Finding], values: Sequence[Mention]) -> bool:
    """Return whether the end of the matched words belongs to a fact that was told in so many words."""
    end = reading.folded.original_span(match.start(), match.end())[1]
    told = [reading.folded.original_span(one.start, one.end) for one in found if not one.answered]
    return any(start < end <= stop + _TAIL for start, stop in [*told, *((one.start, one.end) for one in values)])
