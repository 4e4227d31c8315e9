"""The shapes of `data/programmes/*.yml` and `data/households.yml`. How to write a record stands at the head of those files."""

import datetime as dt
from typing import Any, Literal

from pydantic import Field, PrivateAttr, model_validator

from knowledge.rules import Condition, Result, parse_condition
from knowledge.schema import RecordId, Shape, Text, Website
from knowledge.vocabulary import load_vocabulary

Kind = Literal[
    "benefit", "loan", "guarantee", "housing", "service", "tax", "reduction", "counselling", "information", "contract", "insurance",
    "other",
]  # fmt: skip
Level = Literal["national", "prefecture", "municipality", "private"]
ProgrammeStatus = Literal["current", "ended", "unverified"]
Dated = Literal["printed", "inferred", "confirmed"]


class ProgrammeSource(Shape):
    """A document of `sources.yml`, or else a public page by title, publisher and, where there is one, address."""

    document: Text | None = None
    section: Text | None = Field(default=None, description="heading, table or row")
    title: Text | None = None
    publisher: Text | None = None
    url: Website | None = None
    dated: Dated = Field(default="printed", description="where as_of comes from; the words of lifelines.yml")

    @model_validator(mode="after")
    def _one_of_both(self) -> "ProgrammeSource":
        if (self.document is None) == (self.title is None):
            raise ValueError("name either a document of sources.yml or a title")
        if self.title and not self.publisher:
            raise ValueError("a public page needs its publisher")
        return self


class Amount(Shape):
    """One sum or rate: `amount_jpy` in yen where it is one figure, else `text`; `condition` says for whom or for what, in plain words."""

    amount_jpy: int | None = Field(default=None, ge=0)
    text: Text | None = None
    unit: Text | None = Field(default=None, description="a month, once, at most ...")
    condition: Text | None = None
    when: dict[str, Any] | None = Field(default=None, description="condition over facts, where the sum hangs on one")
    _condition: Condition | None = PrivateAttr(default=None)

    @model_validator(mode="after")
    def _says_something(self) -> "Amount":
        if self.amount_jpy is None and self.text is None:
            raise ValueError("an amount needs amount_jpy or text")
        self._condition = None if self.when is None else parse_condition(self.when, "amounts")
        return self

    @property
    def holds_when(self) -> Condition | None:
        """`when`, parsed; None where the sum hangs on no fact."""
        return self._condition


class Requirement(Shape):
    """One condition over facts, and the same in plain Japanese, worded as who or what it is about."""

    when: dict[str, Any]
    reason: Text
    _condition: Condition = PrivateAttr()

    @model_validator(mode="after")
    def _parse(self) -> "Requirement":
        self._condition = parse_condition(self.when, self.reason)
        return self

    @property
    def condition(self) -> Condition:
        """`when`, parsed."""
        return self._condition


class Example(Shape):
    """A household and the verdict that it must get; run by a test."""

    name: Text
    values: dict[str, Any]
    expect: Result

    @model_validator(mode="after")
    def _uses_the_vocabulary(self) -> "Example":
        facts = load_vocabulary().facts
        for key, value in self.values.items():
            spec = facts.get(key)
            if spec is None:
                raise ValueError(f"unknown fact {key!r}")
            elements = value if isinstance(value, list) else [value]
            if (spec.type == "multi") != isinstance(value, list) or not all(spec.allows(element) for element in elements):
                raise ValueError(f"{key} cannot be {value!r}")
        return self


class ProgrammeRecord(Shape):
    """One programme as it was or is from `valid_from` to `valid_to` (both included, null: not known or open)."""

    id: RecordId = Field(description="romaji as read")
    name: Text
    kind: Kind
    run_by: Text
    level: Level
    area: list[Text] = Field(default=[], description="canonical prefectures or municipalities; empty: the whole country")
    what: Text = Field(description="one plain sentence for residents")
    for_whom: Text | None = None
    amounts: list[Amount] = []
    eligibility: list[Requirement] = Field(default=[], description="all have to hold; empty: facts cannot tell")
    exclusions: list[Requirement] = Field(default=[], description="none may hold")
    open_to_all: bool = Field(
        default=False, description="anyone may use it: a yes without conditions, unless an exclusion speaks against it"
    )
    left_to_desk: list[Text] = Field(default=[], description="conditions that facts cannot carry; plain Japanese")
    households: list[RecordId] = Field(default=[], description="ids of households.yml: the matrix of document 003")
    needs: list[RecordId] = []
    desk_kinds: list[RecordId] = Field(default=[], description="where to ask, best first")
    documents: list[Text] = Field(default=[], description="what to bring")
    apply_by: Text | None = Field(default=None, description="until when one can apply, in plain words")
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    status: ProgrammeStatus
    successor: Text | None = Field(default=None, description="id of the programme that took its place, or words")
    source: ProgrammeSource | None = Field(default=None, description="inherits the file's")
    also: list[ProgrammeSource] = Field(default=[], description="further sources that say what the first one does not")
    as_of: dt.date | None = Field(default=None, description="day at which it was true; inherits the file's")
    notes: Text | None = Field(default=None, description="for editors, never shown")
    examples: list[Example] = []

    @model_validator(mode="after")
    def _hangs_together(self) -> "ProgrammeRecord":
        if self.level in ("prefecture", "municipality") and not self.area:
            raise ValueError("a programme of a prefecture or municipality names its area")
        if self.level == "national" and self.area:
            raise ValueError("a national programme has no area")
        if self.valid_from and self.valid_to and self.valid_from > self.valid_to:
            raise ValueError("valid_to lies before valid_from")
        if self.successor and self.status == "current":
            raise ValueError("a current programme has no successor yet")
        if self.open_to_all and self.eligibility:
            raise ValueError("a programme that is open to all has no eligibility")
        return self

    def covers(self, day: dt.date) -> bool:
        """Whether the record's time includes `day`."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


class ProgrammeFile(Shape):
    """One file of `data/programmes/`: a source and date for all, and the records."""

    source: ProgrammeSource | None = None
    as_of: dt.date | None = None
    programmes: list[ProgrammeRecord]


class Household(Shape):
    """One kind of household of document 003."""

    id: RecordId
    label: Text


class HouseholdFile(Shape):
    """households.yml. `area_reason` is what stands for "lives in the area" among the reasons of a verdict."""

    households: list[Household]
    area_reason: Text
    area_joiner: Text
