"""What places do and what was learned there: services and practices, why landlords refuse and what eases it, what prefectures offer.

Read-only knowledge for suggestions, the FAQ and people who build services; no desk or programme by itself (see `data/practices/`).
"""

import datetime as dt
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, model_validator

from knowledge.errors import DataError
from knowledge.files import DATA, load_sources, read_shape
from knowledge.rules import evaluate, parse_condition
from knowledge.schema import RecordId, Shape, SourceRef, Text
from knowledge.vocabulary import load_vocabulary

FOLDER = DATA / "practices"
KINDS = ("practices", "services", "worries", "findings", "figures")

Level = Literal["national", "prefecture", "municipality"]


class PracticeRecord(Shape):
    """Something that a place does or did: who, what, for whom, and what came of it, in own short words."""

    id: RecordId
    name: Text
    where: Text | None = Field(default=None, description="canonical municipality or prefecture; null: the document gives no name")
    level: Level
    run_by: list[Text] = []
    secretariat: list[Text] = Field(default=[], description="who keeps the council's office, where there is one")
    what: Text = Field(description="one plain sentence")
    parts: list[RecordId] = Field(default=[], description="ids of services that belong to it")
    steps: list[Text] = Field(default=[], description="how it was done")
    results: list[Text] = Field(default=[], description="what came of it, as the document says it")
    lessons: list[Text] = []
    needs: list[RecordId] = []
    started: Text | None = Field(default=None, description="year or date as exact as the document")
    source: SourceRef | None = None


class ServiceRecord(Shape):
    """A service to tenants that makes renting easier for both sides."""

    id: RecordId
    name: Text
    what: Text = Field(description="one plain sentence for residents")
    run_by: Text | None = None
    required: bool = Field(default=False, description="as a rule part of every placement where it is offered")
    basis: Literal["existing", "new"] | None = Field(default=None, description="built on an existing service, or newly made")
    paid_by: Text | None = None
    needs: list[RecordId] = Field(min_length=1)
    eases: list[RecordId] = Field(default=[], description="ids of worries that it eases")
    source: SourceRef | None = None


class WorryRecord(Shape):
    """A reason why landlords or agents refuse, and what eases it. `facts`: when a person may meet it, as a condition over facts."""

    id: RecordId
    name: Text
    says: Text = Field(description="the worry in plain words, from the landlord's side")
    eased_by: list[Text] = Field(min_length=1, description="what eases it, in plain words for residents")
    facts: dict[str, Any] | None = None
    needs: list[RecordId] = Field(default=[], description="needs that answer it")
    source: SourceRef | None = None

    @model_validator(mode="after")
    def _parse(self) -> "WorryRecord":
        if self.facts is not None:
            parse_condition(self.facts, self.id)
        return self


class FindingRecord(Shape):
    """Something that a document found out or asks for."""

    id: RecordId
    text: Text
    who: Text | None = Field(default=None, description="whose view it is")
    source: SourceRef | None = None


class FigureRecord(Shape):
    """A table or a single figure of a document: `cells` maps a row's name to its numbers by column."""

    id: RecordId
    title: Text
    unit: Text
    columns: list[Text] = Field(min_length=1)
    cells: dict[str, list[int]]
    notes: list[Text] = []
    source: SourceRef | None = None

    @model_validator(mode="after")
    def _rows_are_full(self) -> "FigureRecord":
        if short := [row for row, numbers in self.cells.items() if len(numbers) != len(self.columns)]:
            raise ValueError(f"rows without a number for each column: {short}")
        return self


class PracticeFile(Shape):
    """One file of `data/practices/`."""

    source: SourceRef
    practices: list[PracticeRecord] = []
    services: list[ServiceRecord] = []
    worries: list[WorryRecord] = []
    findings: list[FindingRecord] = []
    figures: list[FigureRecord] = []

    def sourced(self) -> "PracticeFile":
        """The file with its source put into every record that states none."""
        return self.model_copy(update={kind: [_sourced(record, self.source) for record in getattr(self, kind)] for kind in KINDS})


@cache
def load_practices(folder: Path = FOLDER) -> PracticeFile:
    """Return all files as one, every record with its source; read once. Raises DataError for unknown or repeated ids."""
    files = {path.name: read_shape(path, PracticeFile).sourced() for path in sorted(folder.glob("*.yml"))}
    if not files:
        raise DataError(str(folder), "file", "there is no practices file")
    joined: dict[str, list[Any]] = {kind: [record for file in files.values() for record in getattr(file, kind)] for kind in KINDS}
    for name, file in files.items():
        _check(name, file, joined)
    _refuse_twice(record.id for records in joined.values() for record in records)
    return PracticeFile(source=next(iter(files.values())).source, **joined)


def worries_for(values: dict[str, Any], now: dt.datetime) -> list[WorryRecord]:
    """Return the landlords' worries that a person with these facts is likely to meet; only what the facts say plainly."""
    return [
        worry
        for worry in load_practices().worries
        if worry.facts is not None and evaluate(parse_condition(worry.facts, worry.id), values, now).result == "yes"
    ]


def services_easing(worry: str) -> list[ServiceRecord]:
    """Return the services that ease a worry, by its id; empty for an unknown id."""
    return [service for service in load_practices().services if worry in service.eases]


def _sourced(record: Any, source: SourceRef) -> Any:
    return record if record.source else record.model_copy(update={"source": source})


def _check(file: str, records: PracticeFile, joined: dict[str, list[Any]]) -> None:
    needs = set(load_vocabulary().needs)
    worries = {worry.id for worry in joined["worries"]}
    services = {service.id for service in joined["services"]}
    with_needs: list[PracticeRecord | ServiceRecord | WorryRecord] = [*records.practices, *records.services, *records.worries]
    for record in with_needs:
        if unknown := sorted(set(record.needs) - needs):
            raise DataError(file, record.id, f"unknown needs {unknown}")
    for service in records.services:
        if unknown := sorted(set(service.eases) - worries):
            raise DataError(file, service.id, f"unknown worries {unknown}")
    for practice in records.practices:
        if unknown := sorted(set(practice.parts) - services):
            raise DataError(file, practice.id, f"unknown services {unknown}")
    if records.source.document not in load_sources():
        raise DataError(file, "source", f"document {records.source.document!r} is not in sources.yml")


def _refuse_twice(ids: Iterable[str]) -> None:
    seen: set[str] = set()
    for record in ids:
        if record in seen:
            raise DataError("practices", record, "this id stands twice")
        seen.add(record)
