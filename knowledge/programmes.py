"""Programmes (benefits, loans, housing, services): loading them, and whether one may fit a person.

A verdict never promises: "yes" means that every condition which facts can carry holds. What only the desk can check stands in
`left_to_desk`. The shapes are in `knowledge.programme_schema`.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from knowledge.errors import DataError
from knowledge.files import DATA, load_sources, read_shape
from knowledge.municipalities import load_municipalities
from knowledge.places import PREFECTURE
from knowledge.programme_schema import Amount, HouseholdFile, ProgrammeFile, ProgrammeRecord
from knowledge.rules import Condition, Group, Result, Test, evaluate
from knowledge.vocabulary import load_vocabulary

FOLDER = DATA / "programmes"
HOUSEHOLDS_FILE = DATA / "households.yml"
AREA_KEY = "municipality"
_OPEN = "open:"


@dataclass(frozen=True)
class ProgrammeFinding:
    """What a programme comes to for one person.

    `decided`: plain words of the conditions that made it a yes or no (empty for unknown). `open`: plain words of those still open.
    `settles`: facts not yet known that could decide it, nearest to a yes first. `left_to_desk`: what only the desk can check.
    """

    id: str
    verdict: Result
    decided: tuple[str, ...]
    open: tuple[str, ...]
    settles: tuple[str, ...]
    left_to_desk: tuple[str, ...]
    programme: ProgrammeRecord


@cache
def load_programmes(folder: Path = FOLDER) -> tuple[ProgrammeRecord, ...]:
    """Return every programme of every file, ended ones too, each with its source and as_of; read once.

    Raises DataError or RuleError naming file and record for anything unknown, missing or standing twice.
    """
    found: list[ProgrammeRecord] = []
    for path in sorted(folder.glob("*.yml")):
        file = read_shape(path, ProgrammeFile)
        for raw in file.programmes:
            record = raw.model_copy(update={"source": raw.source or file.source, "as_of": raw.as_of or file.as_of})
            _check(path.name, record)
            found.append(record)
    _check_together(found)
    return tuple(found)


@cache
def load_households(path: Path = HOUSEHOLDS_FILE) -> HouseholdFile:
    """Return the kinds of household that programmes may name, read once."""
    return read_shape(path, HouseholdFile)


_published: list[tuple[ProgrammeRecord, ...]] = []


def use_programmes(records: Sequence[ProgrammeRecord]) -> None:
    """Let everything that follows know these programmes, as published, in place of those in the files."""
    _published[:] = [tuple(records)]


def _in_use() -> tuple[ProgrammeRecord, ...]:
    return _published[0] if _published else load_programmes()


def current_programmes(now: dt.datetime, *, unverified: bool = False) -> list[ProgrammeRecord]:
    """Return the programmes in force at `now`, never ended ones; with `unverified` also those that nobody has checked of late."""
    shown = ("current", "unverified") if unverified else ("current",)
    day = now.date()
    return [record for record in _in_use() if record.status in shown and record.covers(day)]


def find_programme(programme_id: str, now: dt.datetime) -> ProgrammeRecord | None:
    """Return the version of a programme that holds at `now`, else its last one, whatever its status; None when the id is unknown."""
    versions = sorted(
        (record for record in load_programmes() if record.id == programme_id), key=lambda record: record.valid_from or dt.date.min
    )
    holding = [record for record in versions if record.covers(now.date())]
    return next(reversed(holding or versions), None)


def household_matrix(document: str = "003") -> dict[str, list[str]]:
    """Return programme ids by kind of household, as the table of `document` has them."""
    rows = [record for record in load_programmes() if record.source and record.source.document == document]
    return {kind.id: [record.id for record in rows if kind.id in record.households] for kind in load_households().households}


def check_programmes(values: Mapping[str, Any], now: dt.datetime, *, unverified: bool = False) -> list[ProgrammeFinding]:
    """Return what every current programme comes to for `values` (key -> plain value, known ones only): yes first, then unknown, then no."""
    findings = [check_programme(record, values, now) for record in current_programmes(now, unverified=unverified)]
    return sorted(findings, key=lambda finding: (("yes", "unknown", "no").index(finding.verdict), len(finding.settles)))


def check_programme(programme: ProgrammeRecord, values: Mapping[str, Any], now: dt.datetime) -> ProgrammeFinding:
    """Return what one programme comes to, whatever its status and time. Without any condition it is unknown, unless open to all.

    Lists that a person gave (reasons, disability ...) are taken as what they told so far: what is missing there is unknown, not no.
    """
    parts = [_decide(item.condition, values, now, item.reason) for item in programme.eligibility]
    parts += [_decide(Group("not", (item.condition,)), values, now, item.reason) for item in programme.exclusions]
    if programme.area:
        parts.insert(0, _in_area(programme.area, values))
    failed = [part for part in parts if part.result == "no"]
    waiting = [part for part in parts if part.result == "unknown"]
    verdict: Result = "no" if failed else "unknown" if waiting or not (programme.eligibility or programme.open_to_all) else "yes"
    decided = failed if verdict == "no" else [part for part in parts if part.result == "yes"] if verdict == "yes" else []
    ways: dict[str, int] = {}
    for part in waiting if verdict == "unknown" else []:
        for key, count in part.settles.items():
            ways[key] = min(ways.get(key, count), count)
    return ProgrammeFinding(
        programme.id,
        verdict,
        tuple(part.reason for part in decided),
        tuple(part.reason for part in waiting) if verdict == "unknown" else (),
        tuple(sorted(ways, key=lambda key: ways[key])),
        tuple(programme.left_to_desk),
        programme,
    )


def amounts_for(programme: ProgrammeRecord, values: Mapping[str, Any], now: dt.datetime) -> list[Amount]:
    """Return the amounts that may hold for a person: those whose own condition is not a plain no."""
    return [
        amount for amount in programme.amounts if amount.holds_when is None or _decide(amount.holds_when, values, now, "").result != "no"
    ]


@dataclass(frozen=True)
class _Part:
    result: Result
    reason: str
    settles: Mapping[str, int]


def _decide(condition: Condition, values: Mapping[str, Any], now: dt.datetime, reason: str) -> _Part:
    verdict = evaluate(_open_world(condition, values), values, now)
    settles = {key: count for key, count in verdict.settles.items() if not key.startswith(_OPEN)}
    return _Part(verdict.result, reason, settles)


def _open_world(condition: Condition, values: Mapping[str, Any]) -> Condition:
    """The condition with every test that looks in vain into a person's list turned to one that is open ("none" in the list closes it)."""
    if isinstance(condition, Group):
        return Group(condition.kind, tuple(_open_world(part, values) for part in condition.parts))
    told = values.get(condition.key)
    if condition.predicate != "includes" or told is None or "none" in told or set(told) & set(condition.argument):
        return condition
    return Test(condition.predicate, _OPEN + condition.key, condition.argument)


def _in_area(area: Sequence[str], values: Mapping[str, Any]) -> _Part:
    reason = load_households().area_reason.format(area=load_households().area_joiner.join(area))
    home = values.get(AREA_KEY)
    if home is None:
        return _Part("unknown", reason, {AREA_KEY: 1})
    told = values.get(PREFECTURE)
    prefectures = frozenset({str(told)}) if told else _prefectures().get(str(home), frozenset())
    if home in area or (len(prefectures) == 1 and prefectures & set(area)):
        return _Part("yes", reason, {})
    return _Part("unknown" if prefectures & set(area) else "no", reason, {})


@cache
def _prefectures() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for municipality in load_municipalities():
        found.setdefault(municipality.name, set()).add(municipality.prefecture)
        found.setdefault(municipality.prefecture, set()).add(municipality.prefecture)
    return {name: frozenset(prefectures) for name, prefectures in found.items()}


def _check(file: str, record: ProgrammeRecord) -> None:
    vocabulary = load_vocabulary()
    if record.source is None or record.as_of is None:
        raise DataError(file, record.id, "needs a source and an as_of, its own or the file's")
    if record.source.document and record.source.document not in load_sources():
        raise DataError(file, record.id, f"source document {record.source.document!r} is not in sources.yml")
    known_households = {kind.id for kind in load_households().households}
    for field, named, known in (
        ("needs", record.needs, set(vocabulary.needs)),
        ("desk_kinds", record.desk_kinds, set(vocabulary.desk_kinds)),
        ("households", record.households, known_households),
        ("area", record.area, set(_prefectures())),
    ):
        if unknown := sorted(set(named) - known):
            raise DataError(file, record.id, f"{field}: unknown {unknown}")


def _check_together(records: Sequence[ProgrammeRecord]) -> None:
    seen: set[tuple[str, dt.date | None]] = set()
    ids = {record.id for record in records}
    for record in records:
        if (record.id, record.valid_from) in seen:
            raise DataError("programmes", record.id, "this programme stands twice for the same time")
        seen.add((record.id, record.valid_from))
        if record.successor and record.successor.isascii() and record.successor not in ids:
            raise DataError("programmes", record.id, f"unknown successor {record.successor!r}")
