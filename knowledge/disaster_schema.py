"""The shapes of `data/disaster/*.yml`: what document 002 tells of the way from temporary housing to a lasting home.

A file states source and status once; `complete_records` hands them on to the records that state none of their own.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any, Generic, Literal, TypeVar

from pydantic import Field, PrivateAttr, model_validator

from knowledge.rules import Condition, parse_condition
from knowledge.schema import RecordId, Shape, SourceRef, Text
from knowledge.vocabulary import load_vocabulary

Status = Literal["current", "ended", "unverified"]
Answer = Literal["yes", "no"]


class Record(Shape):
    """What every record has. `what`: one plain sentence for residents; `source` and `status` come from the file unless stated."""

    id: RecordId
    name: Text
    what: Text
    source: SourceRef | None = None
    status: Status | None = None
    needs: list[Text] = []
    desk_kinds: list[Text] = []
    audience: Literal["resident", "landlord", "staff"] = "resident"
    notes: Text | None = Field(default=None, description="for editors, never shown")


RecordT = TypeVar("RecordT", bound=Record)


def complete_records(records: Sequence[RecordT], source: SourceRef, status: Status) -> list[RecordT]:
    """Return the records, each with a source and a status: its own or those given."""
    return [record.model_copy(update={"source": record.source or source, "status": record.status or status}) for record in records]


class RecordFile(Shape, Generic[RecordT]):
    """A file of records of one shape."""

    source: SourceRef
    status: Status
    what: Text | None = None
    records: list[RecordT] = Field(min_length=1)

    @model_validator(mode="after")
    def _complete(self) -> "RecordFile[RecordT]":
        object.__setattr__(self, "records", complete_records(self.records, self.source, self.status))
        return self


class MenuItem(Record):
    """One support menu. `listed`, `partly`: ids of columns; neither: not tied to a damage class. `page`: of the city's own booklet."""

    number: int = Field(ge=1)
    page: int = Field(ge=1)
    kind: Text | None
    listed: list[Text] = []
    partly: list[Text] = []
    for_whom: Text | None = None
    amount_jpy: int | None = Field(default=None, ge=0, description="null: the source gives none")
    when: dict[str, Any] | None = Field(default=None, description="a narrower condition over facts")
    _condition: Condition | None = PrivateAttr(default=None)

    @model_validator(mode="after")
    def _parse(self) -> "MenuItem":
        self._condition = None if self.when is None else parse_condition(self.when, self.id)
        return self

    @property
    def condition(self) -> Condition | None:
        """`when`, parsed."""
        return self._condition

    @property
    def by_damage(self) -> bool:
        """Whether the table ties the menu to a damage class."""
        return bool(self.listed or self.partly)


class MenuColumn(Shape):
    """A column of the table and the values of the fact `damage` that fall under it."""

    id: RecordId
    label: Text
    damage: list[Text] = Field(min_length=1)


class NoColumn(Shape):
    """The values of `damage` for which the table has no column."""

    damage: list[Text]
    note: Text


class MenuFile(RecordFile[MenuItem]):
    """One city's support menus by damage. `introduction` has to stand before them wherever a resident sees them."""

    municipality: Text
    event: Text
    booklet_pages: int
    introduction: Text
    columns: list[MenuColumn]
    no_column: NoColumn

    @model_validator(mode="after")
    def _hangs_together(self) -> "MenuFile":
        covered = [damage for column in self.columns for damage in column.damage] + self.no_column.damage + ["unknown"]
        if sorted(covered) != sorted(load_vocabulary().facts["damage"].values):
            raise ValueError("the columns and no_column together name every value of damage once, but for unknown")
        known = {column.id for column in self.columns}
        for position, item in enumerate(self.records, start=1):
            if unknown := sorted({*item.listed, *item.partly} - known):
                raise ValueError(f"{item.id}: unknown columns {unknown}")
            if item.number != position:
                raise ValueError(f"{item.id}: numbers run from 1 without gaps")
        return self


class Sign(Shape):
    """A sign that support is needed; `reason` is a Japanese clause."""

    id: RecordId
    when: dict[str, Any]
    reason: Text
    _condition: Condition = PrivateAttr()

    @model_validator(mode="after")
    def _parse(self) -> "Sign":
        self._condition = parse_condition(self.when, self.id)
        return self

    @property
    def condition(self) -> Condition:
        """`when`, parsed."""
        return self._condition


class Side(Shape):
    """One of the two questions: yes by any sign, no when no sign holds and `enough` is known."""

    question: Text
    signs: list[Sign] = Field(min_length=1)
    enough: dict[str, Any]
    _enough: Condition = PrivateAttr()

    @model_validator(mode="after")
    def _parse(self) -> "Side":
        self._enough = parse_condition(self.enough, self.question)
        return self

    @property
    def enough_known(self) -> Condition:
        """`enough`, parsed."""
        return self._enough


class Sides(Shape):
    """Whether the way home needs support, and whether daily life does."""

    home: Side
    daily_life: Side


class Measure(Shape):
    """Something done for a class of households."""

    name: Text
    what: Text


class SendaiRecord(Record):
    """One of Sendai's four classes: the answers to the two questions, how many households it held, what was done."""

    home: Answer
    daily_life: Answer
    households: int
    percent: float
    measures: list[Measure]


class KobeRecord(Record):
    """One of Kobe's eight classes. `staff_only`: not for residents' eyes. Counts are rounded in the source."""

    households: int
    measures: list[Text] = Field(min_length=1)
    staff_only: bool = False


class Remaining(Shape):
    """How many households were still in temporary housing."""

    households: int
    occupancy_percent: float
    as_of: dt.date


class Kobe(Shape):
    """Kobe's programme for the last year of temporary housing."""

    source: SourceRef
    status: Status
    municipality: Text
    event: Text
    remaining: Remaining
    ends_on: dt.date
    classes: list[KobeRecord]

    @model_validator(mode="after")
    def _complete(self) -> "Kobe":
        object.__setattr__(self, "classes", complete_records(self.classes, self.source, self.status))
        return self


class ClassExample(Shape):
    """A household and the ids of the classes that must stay possible (one: settled; none: the question does not arise)."""

    name: Text
    values: dict[str, Any]
    expect: list[RecordId]


class ClassFile(Shape):
    """household_classes.yml. `applies`: for whom the classes are asked at all."""

    source: SourceRef
    status: Status
    applies: dict[str, Any]
    sides: Sides
    sendai_municipality: Text
    sendai_total: int
    everyone: list[Text]
    sendai: list[SendaiRecord]
    examples_now: dt.datetime
    examples: list[ClassExample]
    kobe: Kobe
    _applies: Condition = PrivateAttr()

    @model_validator(mode="after")
    def _hangs_together(self) -> "ClassFile":
        self._applies = parse_condition(self.applies, "applies")
        pairs = {(record.home, record.daily_life) for record in self.sendai}
        if len(self.sendai) != 4 or len(pairs) != 4:
            raise ValueError("sendai: one class for each pair of answers")
        object.__setattr__(self, "sendai", complete_records(self.sendai, self.source, self.status))
        return self

    @property
    def applies_when(self) -> Condition:
        """`applies`, parsed."""
        return self._applies
