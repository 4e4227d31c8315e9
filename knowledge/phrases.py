"""How facts are said back to people and printed on sheets. The words are in data/phrases.yml."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict

from knowledge.vocabulary import load_vocabulary

_FILE = Path(__file__).parent / "data" / "phrases.yml"
_YEN_KEYS = frozenset({"rent_now", "rent_max", "arrears_amount", "income_monthly", "savings"})


class _Phrase(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    any: str = ""
    values: dict[str, str] = {}


class _Phrases(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    quiet: list[str]
    order: list[str]
    human_lines: list[str]
    heavy: dict[str, list[str]]
    units: dict[str, str]
    labels: dict[str, str]
    facts: dict[str, _Phrase]
    formats: dict[str, str]


@cache
def _phrases() -> _Phrases:
    phrases = _Phrases.model_validate(yaml.safe_load(_FILE.read_text(encoding="utf-8")))
    known = load_vocabulary().facts
    for key in [*phrases.quiet, *phrases.order, *phrases.facts]:
        if key not in known:
            raise ValueError(f"{_FILE.name}: no fact {key} in the vocabulary")
    for key, values in phrases.heavy.items():
        if not all(known[key].allows(value) for value in values):
            raise ValueError(f"{_FILE.name}: heavy: {key} has no such value")
    for key, phrase in phrases.facts.items():
        for value in phrase.values:
            if not known[key].allows(int(value) if known[key].type == "int" else value):
                raise ValueError(f"{_FILE.name}: {key} has no value {value}")
    return phrases


def print_value(key: str, value: Any) -> str:
    """Return a fact's value as people read it: labels, yen with commas, dates in full; list elements joined."""
    formats = _phrases().formats
    if isinstance(value, list):
        return formats["join"].join(print_value(key, element) for element in value)
    spec = load_vocabulary().facts[key]
    if key in _phrases().units:
        return _phrases().units[key].format(value=value)
    if key in _YEN_KEYS and isinstance(value, int):
        return formats["yen"].format(amount=f"{value:,}")
    if spec.type == "date":
        day = date.fromisoformat(value)
        return formats["date"].format(year=day.year, month=day.month, day=day.day)
    if spec.type == "tri":
        return _phrases().facts[key].values.get(value, str(value)) if key in _phrases().facts else str(value)
    return spec.values.get(str(value), str(value))


def say_fact(key: str, value: Any) -> str:
    """Return a fact as a few warm words for the person who told it."""
    if isinstance(value, list):
        phrase = _phrases().facts.get(key, _Phrase())
        if phrase.any:
            return phrase.any.format(value=print_value(key, value))
        return _phrases().formats["join"].join(say_fact(key, element) for element in value)
    phrase = _phrases().facts.get(key, _Phrase())
    if str(value) in phrase.values:
        return phrase.values[str(value)]
    return (phrase.any or "{value}").format(value=print_value(key, value))


def say_facts(values: Mapping[str, Any], limit: int = 6) -> str:
    """Return several facts in one breath, the most telling first; at most `limit` of them. Empty when there is nothing to say."""
    order = _phrases().order
    keys = [key for key in values if key not in _phrases().quiet and key in load_vocabulary().facts]
    keys.sort(key=lambda key: order.index(key) if key in order else len(order))
    return _phrases().formats["join"].join(say_fact(key, values[key]) for key in keys[:limit])


def is_heavy(values: Mapping[str, Any]) -> bool:
    """Return whether one of these facts is hard to tell, so that it wants a word of sympathy."""
    for key, heavy in _phrases().heavy.items():
        told = values.get(key)
        if set(told if isinstance(told, list) else [told]) & set(heavy):
            return True
    return False


def summary_lines(facts: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the facts as lines for checking, in the vocabulary's order; what is unknown or declined is left out."""
    spec = load_vocabulary().facts
    formats = _phrases().formats
    lines = [
        formats["line"].format(label=_phrases().labels.get(key, spec[key].label), value=print_value(key, facts[key]["value"]))
        for key in spec
        if key in facts and facts[key]["status"] not in ("declined", "unknown") and facts[key]["value"] not in (None, [])
        and key not in ("age_band", "speaker")
    ]
    return "\n".join(lines)


def need_lines(needs: Sequence[tuple[str, str]]) -> str:
    """Return (plain name, reason) pairs as lines."""
    formats = _phrases().formats
    return "\n".join(
        formats["need_item"].format(text=text, reason=reason) if reason else formats["need_item_plain"].format(text=text)
        for text, reason in needs
    )


def word(name: str) -> str:
    """Return one of the small formats of data/phrases.yml. Raises KeyError for an unknown one."""
    return _phrases().formats[name]


def human_line_ids() -> list[str]:
    """Return the ids of the lines where a human answers about any trouble."""
    return _phrases().human_lines


def neutral_organisation() -> str:
    """Return how the organisation behind the service is called when no name was set."""
    return word("organisation")
