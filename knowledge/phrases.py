"""How facts are said back to people and printed on sheets. The words are in data/phrases.yml."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict

from knowledge.vocabulary import load_vocabulary

_FILE = Path(__file__).parent / "data" / "phrases.yml"
_YEN_KEYS = frozenset({"rent_now", "rent_max", "arrears_amount", "income_monthly", "savings"})
_MAN, _SEN = 10_000, 1_000


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
    said_by: dict[str, dict[str, str]]
    listed_plainly: list[str]
    follows: dict[str, dict[str, list[str]]]
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


def _say_value(key: str, value: Any) -> str:
    """Return a value as people say it: yen in ten thousands, everything else as it is printed."""
    if key not in _YEN_KEYS or not isinstance(value, int) or value < _MAN or value % _SEN:
        return print_value(key, value)
    man, rest = divmod(value, _MAN)
    name = "yen_man_sen" if rest else "yen_man"
    return _phrases().formats[name].format(man=f"{man:,}", sen=rest // _SEN)


def say_fact(key: str, value: Any) -> str:
    """Return a fact as a few warm words for the person who told it."""
    if isinstance(value, list):
        phrase = _phrases().facts.get(key, _Phrase())
        if phrase.any:
            return phrase.any.format(value=_say_value(key, value))
        return _phrases().formats["join"].join(say_fact(key, element) for element in value)
    phrase = _phrases().facts.get(key, _Phrase())
    if str(value) in phrase.values:
        return phrase.values[str(value)]
    return (phrase.any or "{value}").format(value=_say_value(key, value))


def say_facts(values: Mapping[str, Any], limit: int = 6) -> str:
    """Return several facts in one breath, the most telling first; at most `limit` of them. Empty when there is nothing to say."""
    order = _phrases().order
    values = _without_said_twice(values)
    keys = [key for key in values if key not in _phrases().quiet and key in load_vocabulary().facts]
    keys.sort(key=lambda key: order.index(key) if key in order else len(order))
    return _phrases().formats["join"].join(say_fact(key, values[key]) for key in keys[:limit])


def _without_said_twice(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values without list elements that another fact among them says more closely."""
    kept = dict(values)
    for closer, said in _phrases().said_by.items():
        for key, element in said.items():
            if closer in kept and isinstance(kept.get(key), list):
                kept[key] = [value for value in kept[key] if value != element]
    return {key: value for key, value in kept.items() if value != []}


def is_heavy(values: Mapping[str, Any]) -> bool:
    """Return whether one of these facts is hard to tell, so that it wants a word of sympathy."""
    for key, heavy in _phrases().heavy.items():
        told = values.get(key)
        if set(told if isinstance(told, list) else [told]) & set(heavy):
            return True
    return False


def summary_lines(facts: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the facts as lines for checking, in the vocabulary's order; what is unknown, declined or plain from another line is left out."""
    spec = load_vocabulary().facts
    formats = _phrases().formats
    told = {
        key: facts[key]["value"]
        for key in spec
        if key in facts and facts[key]["status"] not in ("declined", "unknown") and facts[key]["value"] not in (None, [])
    }
    lines = [
        formats["line"].format(label=_phrases().labels.get(key, spec[key].label), value=_summed_up(key, value))
        for key, value in told.items()
        if key not in ("age_band", "speaker") and not _follows(key, told)
    ]
    return "\n".join(lines)


def _summed_up(key: str, value: Any) -> str:
    """Return a value for the summary, in the same words in which it was said back where there are any."""
    if isinstance(value, list):
        return _phrases().formats["join"].join(_summed_up(key, element) for element in value)
    said = "" if key in _phrases().listed_plainly else _phrases().facts.get(key, _Phrase()).values.get(str(value), "")
    return said or _say_value(key, value)


def _follows(key: str, told: Mapping[str, Any]) -> bool:
    return any(told.get(other) in values for other, values in _phrases().follows.get(key, {}).items())


def need_lines(needs: Sequence[tuple[str, str]]) -> str:
    """Return (plain name, reason) pairs as lines."""
    formats = _phrases().formats
    return "\n".join(
        formats["need_item"].format(text=text, reason=reason) if reason else formats["need_item_plain"].format(text=text)
        for text, reason in needs
    )


def quoted(names: Iterable[str]) -> str:
    """Return names each in quotation marks; empty for none."""
    return "".join(_phrases().formats["quoted"].format(name=name) for name in names)


def word(name: str) -> str:
    """Return one of the small formats of data/phrases.yml. Raises KeyError for an unknown one."""
    return _phrases().formats[name]


def human_line_ids() -> list[str]:
    """Return the ids of the lines where a human answers about any trouble."""
    return _phrases().human_lines


def neutral_organisation() -> str:
    """Return how the organisation behind the service is called when no name was set."""
    return word("organisation")
