"""The sixteen worries of the 相談受付・申込票, marked from facts and needs by the rules in data/concerns.yml; the heaviest twice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from knowledge.errors import DataError
from knowledge.facts import Evidence, Facts, plain_values
from knowledge.files import DATA, read_shape
from knowledge.needs import NeedFinding, load_needs
from knowledge.rules import Condition, RuleError, evaluate, keys_of, parse_condition
from knowledge.schema import RecordId, Shape, Text
from knowledge.vocabulary import load_vocabulary

CONCERNS_FILE = DATA / "concerns.yml"
ConcernStatus = Literal["said", "confirmed", "suspected", "absent", "declined", "open"]
"""open: nothing was said about it, and nobody asked."""
_MARKED: tuple[ConcernStatus, ...] = ("said", "confirmed")


class _RawSignal(Shape):
    when: dict[str, Any]
    weight: int = Field(ge=1, le=10)
    reason: Text


class _RawConcern(Shape):
    id: RecordId
    label: Text
    signals: list[_RawSignal] = []
    needs: list[RecordId] = []
    needs_said: list[RecordId] = []
    absent_when: dict[str, Any] | None = None


class ConcernExample(Shape):
    """A household and the marks that it must bring; concerns that it does not name stay blank."""

    name: str
    values: dict[str, Any]
    heaviest: str | None = None
    marked: list[str] = []
    suspected: list[str] = []
    absent: list[str] = []


class _RawFile(Shape):
    version: int
    need_weight: int
    concerns: list[_RawConcern]
    examples_now: datetime
    examples: list[ConcernExample]


@dataclass(frozen=True)
class Signal:
    """A condition over facts that marks a concern; `reason` is Japanese, for staff."""

    when: Condition
    weight: int
    reason: str


@dataclass(frozen=True)
class ConcernSpec:
    """One worry of the form. `needs` mark it, `needs_said` only when the person asked for them or agreed."""

    id: str
    label: str
    signals: tuple[Signal, ...]
    needs: frozenset[str]
    needs_said: frozenset[str]
    absent_when: Condition | None


@dataclass(frozen=True)
class ConcernBook:
    """All worries in the order of the form."""

    concerns: tuple[ConcernSpec, ...]
    need_weight: int
    examples: tuple[ConcernExample, ...]
    examples_now: datetime


@dataclass(frozen=True)
class ConcernFinding:
    """A worry with its marks: 2 the heaviest, 1 marked, 0 not (then `status` says why not, or that it is only suspected)."""

    id: str
    label: str
    marks: int
    status: ConcernStatus
    weight: float = 0
    reasons: list[str] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)


@cache
def load_concerns(path: Path = CONCERNS_FILE) -> ConcernBook:
    """Return the rules of `path`, read once. Raises DataError or RuleError that names file and record."""
    raw = read_shape(path, _RawFile)
    known = set(load_vocabulary().needs)
    ids = [concern.id for concern in raw.concerns]
    for concern in raw.concerns:
        if unknown := sorted({*concern.needs, *concern.needs_said} - known):
            raise DataError(path.name, concern.id, f"unknown needs {unknown}")
        if ids.count(concern.id) > 1:
            raise DataError(path.name, concern.id, "this id stands twice")
    if missing := sorted(known - {need for concern in raw.concerns for need in [*concern.needs, *concern.needs_said]}):
        raise DataError(path.name, "concerns", f"needs that mark no worry: {missing}")
    specs = tuple(_compile(concern, path.name) for concern in raw.concerns)
    return ConcernBook(specs, raw.need_weight, tuple(raw.examples), raw.examples_now)


def mark_concerns(facts: Facts, needs: Sequence[NeedFinding], now: datetime) -> list[ConcernFinding]:
    """Return all worries in the form's order, with their marks. `needs`: as `infer_needs` found them for these facts.

    The heaviest of those that rest on the person's words gets two marks; of equal ones what the person spoke of first.
    """
    values = plain_values(facts)
    found = [_mark(spec, facts, values, needs, now) for spec in load_concerns().concerns]
    marked = [concern for concern in found if concern.marks]
    if not marked:
        return found
    heaviest = min(marked, key=lambda concern: (-concern.weight, _first_message(concern), found.index(concern)))
    return [_twice(concern) if concern is heaviest else concern for concern in found]


def _compile(raw: _RawConcern, file: str) -> ConcernSpec:
    where = f"{file}: {raw.id}"
    signals = tuple(Signal(parse_condition(signal.when, where), signal.weight, signal.reason) for signal in raw.signals)
    absent = parse_condition(raw.absent_when, where) if raw.absent_when else None
    if not (signals or raw.needs or raw.needs_said):
        raise RuleError(f"{where}: nothing marks it")
    return ConcernSpec(raw.id, raw.label, signals, frozenset(raw.needs), frozenset(raw.needs_said), absent)


@dataclass(frozen=True)
class _Ground:
    status: ConcernStatus
    weight: float
    reason: str
    evidence: list[Evidence]


def _mark(spec: ConcernSpec, facts: Facts, values: Mapping[str, Any], needs: Sequence[NeedFinding], now: datetime) -> ConcernFinding:
    grounds = [*_from_facts(spec, facts, values, now), *_from_needs(spec, needs)]
    told = [ground for ground in grounds if ground.status in _MARKED]
    if told:
        status: ConcernStatus = "confirmed" if all(ground.status == "confirmed" for ground in told) else "said"
        return _finding(spec, 1, status, told)
    if grounds:
        return _finding(spec, 0, "suspected", grounds)
    return ConcernFinding(spec.id, spec.label, 0, _why_blank(spec, facts, values, needs, now))


def _from_facts(spec: ConcernSpec, facts: Facts, values: Mapping[str, Any], now: datetime) -> list[_Ground]:
    grounds = []
    for signal in spec.signals:
        verdict = evaluate(signal.when, values, now)
        if verdict.result != "yes":
            continue
        records = [facts[key] for key in verdict.fact_keys if key in facts]
        guessed = any(record["status"] == "inferred" for record in records)
        confirmed = bool(records) and all(record["status"] == "confirmed" for record in records)
        status: ConcernStatus = "suspected" if guessed else "confirmed" if confirmed else "said"
        grounds.append(_Ground(status, signal.weight, signal.reason, [item for record in records for item in record["evidence"]]))
    return grounds


def _from_needs(spec: ConcernSpec, needs: Sequence[NeedFinding]) -> list[_Ground]:
    grounds = []
    for need in needs:
        said = need.status in ("stated", "confirmed")
        if not (need.in_summary and (need.id in spec.needs or (said and need.id in spec.needs_said))):
            continue
        status: ConcernStatus = "confirmed" if need.status == "confirmed" else "said" if said else "suspected"
        weight = load_needs().needs[need.id].importance * need.likelihood + load_concerns().need_weight
        grounds.append(_Ground(status, weight, load_needs().needs[need.id].label_plain, need.evidence))
    return grounds


def _why_blank(spec: ConcernSpec, facts: Facts, values: Mapping[str, Any], needs: Sequence[NeedFinding], now: datetime) -> ConcernStatus:
    if spec.absent_when and evaluate(spec.absent_when, values, now).result == "yes":
        return "absent"
    refused = spec.absent_when and any(key in facts and facts[key]["status"] == "declined" for key in keys_of(spec.absent_when))
    turned_down = any(need.status == "declined" and need.id in spec.needs | spec.needs_said for need in needs)
    return "declined" if refused or turned_down else "open"


def _finding(spec: ConcernSpec, marks: int, status: ConcernStatus, grounds: Sequence[_Ground]) -> ConcernFinding:
    by_weight = sorted(grounds, key=lambda ground: -ground.weight)
    return ConcernFinding(
        spec.id,
        spec.label,
        marks,
        status,
        by_weight[0].weight,
        list(dict.fromkeys(ground.reason for ground in by_weight)),
        [item for ground in by_weight for item in ground.evidence],
    )


def _twice(concern: ConcernFinding) -> ConcernFinding:
    return ConcernFinding(concern.id, concern.label, 2, concern.status, concern.weight, concern.reasons, concern.evidence)


def _first_message(concern: ConcernFinding) -> int:
    return min((item["message_id"] for item in concern.evidence if item["message_id"] is not None), default=2**31)
