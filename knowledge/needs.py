"""What help a person may need: inferred from facts by the rules in data/needs.yml, overruled by what they said themselves."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from knowledge.facts import Evidence, Facts, plain_values
from knowledge.rules import NEED_PREFIX, Condition, RuleError, Verdict, evaluate, parse_condition
from knowledge.vocabulary import load_vocabulary

NEEDS_FILE = Path(__file__).parent / "data" / "needs.yml"
Strength = Literal["strong", "weak"]
Status = Literal["stated", "confirmed", "suspected", "declined"]


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class _RawRule(_Shape):
    when: dict[str, Any]
    strength: Strength
    reason: str = Field(min_length=1)
    likelihood: float | None = Field(default=None, gt=0, lt=0.95)

    @model_validator(mode="after")
    def _only_weak_ones_have_a_likelihood(self) -> "_RawRule":
        if (self.strength == "weak") != (self.likelihood is not None):
            raise ValueError("a weak rule has a likelihood, a strong one has none")
        return self


class NeedExample(_Shape):
    """A household and the strongest finding that it must bring: strong, weak or none."""

    name: str
    values: dict[str, Any]
    expect: Literal["strong", "weak", "none"]


class _RawNeed(_Shape):
    id: str
    label_plain: str
    sensitive: bool
    importance: int = Field(ge=1, le=5)
    check: str = Field(min_length=10)
    rules: list[_RawRule] = Field(min_length=1)
    examples: list[NeedExample] = Field(min_length=2)


class _CheckEnding(_Shape):
    plain: str
    sensitive: str


class _RawFile(_Shape):
    version: int
    check_ending: _CheckEnding
    summary_from: float = Field(gt=0, lt=1)
    strong_likelihood: float = Field(gt=0, le=1)
    examples_now: datetime
    needs: list[_RawNeed]


@dataclass(frozen=True)
class NeedRule:
    """When a need is to be expected. `likelihood` lies between 0 and 1; `reason` is a Japanese clause for people."""

    when: Condition
    strength: Strength
    likelihood: float
    reason: str


@dataclass(frozen=True)
class NeedSpec:
    """One need with its rules. `check`: the Japanese sentences that raise it, with the way out; `label_plain`: its plain name."""

    id: str
    label_plain: str
    sensitive: bool
    importance: int
    check: str
    rules: tuple[NeedRule, ...]
    examples: tuple[NeedExample, ...]


@dataclass(frozen=True)
class NeedCatalogue:
    """All needs in the order of the file. Findings count in the summary from a likelihood of `summary_from` on."""

    needs: Mapping[str, NeedSpec]
    summary_from: float
    examples_now: datetime


@dataclass(frozen=True)
class NeedFinding:
    """A need that the facts suggest or the person named. `score`: likelihood times importance; `fact_keys`: what it rests on.

    `in_summary` is false for a suspicion that is too faint to hand over and only worth a question, and for declined needs.
    """

    id: str
    status: Status
    strength: Strength
    likelihood: float
    score: float
    in_summary: bool
    reasons: list[str] = field(default_factory=list)
    fact_keys: list[str] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)


@cache
def load_needs(path: Path = NEEDS_FILE) -> NeedCatalogue:
    """Return the needs of `path`, read once. Raises RuleError naming file and record when anything is unknown or missing."""
    try:
        raw = _RawFile.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        raise RuleError(f"{path.name}: {error}") from error
    wanted = list(load_vocabulary().needs)
    got = [need.id for need in raw.needs]
    if sorted(got) != sorted(wanted):
        raise RuleError(f"{path.name}: needs missing {sorted(set(wanted) - set(got))}, unknown or repeated {sorted(_surplus(got, wanted))}")
    needs = {need.id: _compile(need, raw, path.name) for need in raw.needs}
    return NeedCatalogue(needs, raw.summary_from, raw.examples_now)


def infer_needs(facts: Facts, now: datetime) -> list[NeedFinding]:
    """Return the needs behind `facts` at `now` (aware), the weightiest first: stated and confirmed, suspected, then declined ones.

    A need that the person stated, confirmed or declined stays so, whatever the rules say. Empty facts give an empty list.
    """
    catalogue = load_needs()
    values = plain_values(facts)
    found = [_finding(spec, facts, values, now, catalogue.summary_from) for spec in catalogue.needs.values()]
    order: dict[str, int] = {"stated": 0, "confirmed": 0, "suspected": 1, "declined": 2}
    return sorted((finding for finding in found if finding), key=lambda finding: (order[finding.status], -finding.score))


def open_rules(values: Mapping[str, Any], now: datetime) -> list[tuple[NeedSpec, NeedRule, Verdict]]:
    """Return every rule that is still undecided for `values`, with the verdict that names the facts which would settle it."""
    verdicts = ((spec, rule, evaluate(rule.when, values, now)) for spec in load_needs().needs.values() for rule in spec.rules)
    return [(spec, rule, verdict) for spec, rule, verdict in verdicts if verdict.result == "unknown"]


def _surplus(got: list[str], wanted: list[str]) -> set[str]:
    return {need for need in got if need not in wanted or got.count(need) > 1}


def _compile(raw: _RawNeed, file: _RawFile, file_name: str) -> NeedSpec:
    rules = tuple(
        NeedRule(
            parse_condition(rule.when, f"{file_name}: {raw.id}, rule {number}"),
            rule.strength,
            rule.likelihood or file.strong_likelihood,
            rule.reason,
        )
        for number, rule in enumerate(raw.rules, start=1)
    )
    check = raw.check + (file.check_ending.sensitive if raw.sensitive else file.check_ending.plain)
    return NeedSpec(raw.id, raw.label_plain, raw.sensitive, raw.importance, check, rules, tuple(raw.examples))


def _finding(spec: NeedSpec, facts: Facts, values: Mapping[str, Any], now: datetime, summary_from: float) -> NeedFinding | None:
    fired = [(rule, verdict) for rule in spec.rules if (verdict := evaluate(rule.when, values, now)).result == "yes"]
    said = _said_status(facts.get(f"{NEED_PREFIX}{spec.id}"))
    if not fired and said is None:
        return None
    likelihood = 1.0 if said in ("stated", "confirmed") else max((rule.likelihood for rule, _ in fired), default=0.0)
    strong = said in ("stated", "confirmed") or any(rule.strength == "strong" for rule, _ in fired)
    keys = list(dict.fromkeys(key for _, verdict in fired for key in verdict.fact_keys if key in values))
    own = [f"{NEED_PREFIX}{spec.id}"] if said else []
    return NeedFinding(
        id=spec.id,
        status=said or "suspected",
        strength="strong" if strong else "weak",
        likelihood=likelihood,
        score=likelihood * spec.importance,
        in_summary=said != "declined" and likelihood >= summary_from,
        reasons=list(dict.fromkeys(rule.reason for rule, _ in fired)),
        fact_keys=keys,
        evidence=[item for key in own + keys if key in facts for item in facts[key]["evidence"]],
    )


def _said_status(record: Mapping[str, Any] | None) -> Status | None:
    if record is None or record["status"] == "unknown":
        return None
    if record["status"] == "declined" or record["value"] == "no":
        return "declined"
    return "confirmed" if record["status"] == "confirmed" else "stated"
