"""How urgent a conversation is, by the rules in data/urgency.yml."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from knowledge.rules import NEED_PREFIX, Condition, RuleError, evaluate, parse_condition
from knowledge.vocabulary import load_vocabulary

URGENCY_FILE = Path(__file__).parent / "data" / "urgency.yml"
Level = Literal["emergency", "today", "urgent", "normal"]
_LEVELS: tuple[Level, ...] = ("emergency", "today", "urgent", "normal")


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _RawRule(_Shape):
    id: str
    level: Literal["emergency", "today", "urgent"]
    reason: str
    emergency: list[str] = []
    when: dict[str, Any] | None = None
    needs: list[str] = []

    @model_validator(mode="after")
    def _looks_at_one_thing(self) -> "_RawRule":
        if sum(map(bool, (self.emergency, self.when, self.needs))) != 1:
            raise ValueError(f"{self.id}: exactly one of emergency, when, needs")
        return self


class UrgencyExample(_Shape):
    """A situation and the level that it must come to."""

    name: str
    values: dict[str, Any]
    emergency: list[str] = []
    needs: list[str] = []
    expect: Level


class _RawFile(_Shape):
    version: int
    emergency_kinds_beyond_vocabulary: list[str]
    rules: list[_RawRule]
    examples_now: datetime
    examples: list[UrgencyExample]


@dataclass(frozen=True)
class UrgencyRule:
    """One rule: it holds when one of `emergency` was seen, `when` holds, or one of `needs` was named."""

    id: str
    level: Level
    reason: str
    emergency: frozenset[str]
    when: Condition | None
    needs: frozenset[str]


@dataclass(frozen=True)
class UrgencyRules:
    """All rules of the file, with its examples."""

    rules: tuple[UrgencyRule, ...]
    examples: tuple[UrgencyExample, ...]
    examples_now: datetime


@dataclass(frozen=True)
class Urgency:
    """How urgent, and the Japanese reasons for just that level (none for normal)."""

    level: Level
    reasons: list[str]


@cache
def load_urgency(path: Path = URGENCY_FILE) -> UrgencyRules:
    """Return the rules of `path`, read once. Raises RuleError naming file and record when an id is unknown."""
    try:
        raw = _RawFile.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        raise RuleError(f"{path.name}: {error}") from error
    kinds = {*load_vocabulary().emergency_kinds, *raw.emergency_kinds_beyond_vocabulary}
    for rule in raw.rules:
        unknown = (set(rule.emergency) - kinds) | (set(rule.needs) - set(load_vocabulary().needs))
        if unknown:
            raise RuleError(f"{path.name}: {rule.id}: unknown {sorted(unknown)}")
    rules = tuple(
        UrgencyRule(
            rule.id, rule.level, rule.reason, frozenset(rule.emergency),
            parse_condition(rule.when, f"{path.name}: {rule.id}") if rule.when else None, frozenset(rule.needs),
        )
        for rule in raw.rules
    )  # fmt: skip
    return UrgencyRules(rules, tuple(raw.examples), raw.examples_now)


def judge_urgency(values: Mapping[str, Any], emergency: Sequence[str], now: datetime, stated_needs: Sequence[str] = ()) -> Urgency:
    """Return the level for plain fact `values`, the emergency kinds seen, and the needs that the person named, at `now` (aware)."""
    said = {**values, **{f"{NEED_PREFIX}{need}": "yes" for need in stated_needs}}
    held = [rule for rule in load_urgency().rules if _holds(rule, said, emergency, now)]
    for level in _LEVELS:
        reasons = [rule.reason for rule in held if rule.level == level]
        if reasons:
            return Urgency(level, list(dict.fromkeys(reasons)))
    return Urgency("normal", [])


def urgency_keys(values: Mapping[str, Any], now: datetime) -> dict[str, Level]:
    """Return the missing facts that could still raise the urgency, each with the highest level that it could bring."""
    found: dict[str, Level] = {}
    for rule in load_urgency().rules:
        if rule.when is None:
            continue
        for key in evaluate(rule.when, values, now).settles:
            if key not in found or _LEVELS.index(rule.level) < _LEVELS.index(found[key]):
                found[key] = rule.level
    return found


def _holds(rule: UrgencyRule, values: Mapping[str, Any], emergency: Sequence[str], now: datetime) -> bool:
    if rule.emergency & set(emergency) or any(values.get(f"{NEED_PREFIX}{need}") == "yes" for need in rule.needs):
        return True
    return rule.when is not None and evaluate(rule.when, values, now).result == "yes"
