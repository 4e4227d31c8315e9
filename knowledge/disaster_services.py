"""The shapes of the service lists in `data/disaster/`: help with renting, private services, loans on a home, forms, practices."""

import datetime as dt
from typing import Literal

from pydantic import Field, model_validator

from knowledge.disaster_schema import Record
from knowledge.schema import RecordId, Shape, Text
from knowledge.vocabulary import load_vocabulary

Unit = Literal["jpy", "rent_months", "rent_percent", "jpy_per_m2", "actual_cost"]


class RentalSupport(Record):
    """A kind of help with renting. `when_given`: before moving in, after, or both."""

    for_whom: Text
    when_given: Literal["before", "after", "both"]


class Price(Shape):
    """A sum in `unit`; null where the source gives no figure."""

    amount: int | None = Field(ge=0)
    unit: Unit


class Fee(Price):
    """What is paid for what; `at_least_jpy`: never less than this."""

    item: Text
    at_least_jpy: int | None = None


class Cover(Shape):
    """What a service covers and up to how much (null: no limit stated)."""

    item: Text
    limit: Price | None = None


class GuaranteeFigures(Shape):
    """Guarantees taken on so far, by household."""

    as_of: dt.date
    elderly: int
    disability: int
    with_children: int
    foreign: int
    dismissed: int


class PrivateService(Record):
    """A private service with its fees. `provider` null: the source gives an example without a name."""

    provider: Text | None = None
    municipality: Text | None = None
    for_whom: Text
    covers: list[Cover] = []
    fees: list[Fee] = []
    conditions: list[Text] = []
    term_years: int | None = None
    figures: GuaranteeFigures | None = None


class Contracts(Shape):
    """How many were ever concluded up to a day."""

    count: int
    as_of: dt.date


class ReverseMortgage(Record):
    """A loan on one's home, paid back from it after death. Ages in completed years, both included; null: not stated."""

    provider: Text
    area: Text | None = None
    sector: Literal["public", "private"]
    use: Literal["free", "limited"]
    since: int = Field(ge=1900, description="year of the start")
    age_from: int
    age_to: int | None = None
    borrowers: Text
    purpose: Text
    property: Text
    loan_percent: int | None = Field(default=None, description="of the valuation, at most; land for houses")
    loan_percent_flat: int | None = None
    limit: Text
    minimum_jpy: int | None = None
    maximum_jpy: int | None = None
    monthly_max_jpy: int | None = None
    contracts: Contracts | None = Field(default=None, description="null: not published")


class FormOption(Shape):
    """One answer to tick, and the value of a fact that it stands for, where one does."""

    label: Text
    fact: Text | None = None
    value: Text | None = None


class FormItem(Shape):
    """One line of a form. `fact`: where the answer lives; `steps`: what to enter month by month, for each plan."""

    id: RecordId
    label: Text
    kind: Literal["text", "date", "choice", "people", "schedule"]
    fact: Text | None = None
    options: list[FormOption] = []
    steps: dict[str, list[Text]] = {}

    @model_validator(mode="after")
    def _uses_the_vocabulary(self) -> "FormItem":
        facts = load_vocabulary().facts
        wanted = [(self.fact, None), *((option.fact or self.fact, option.value) for option in self.options)]
        for key, value in wanted:
            if key is not None and key not in facts:
                raise ValueError(f"{self.id}: unknown fact {key!r}")
            if value is not None and (key is None or not facts[key].allows(value)):
                raise ValueError(f"{self.id}: {value!r} is no value of {key}")
        if self.steps and not set(self.steps) <= set(facts["rebuild_plan"].values):
            raise ValueError(f"{self.id}: steps are kept by values of rebuild_plan")
        return self


class SurveyForm(Record):
    """A form or register and what it asks. `households`: how many were asked, where the source says it."""

    run_by: Text
    event: Text | None = None
    households: int | None = None
    items: list[FormItem] = Field(min_length=1)


class Practice(Record):
    """What was done somewhere. `by_plan`: what people were told by their plan (values of rebuild_plan)."""

    area: Text
    event: Text | None = None
    kind: Literal["visit", "information", "counselling", "matching", "temporary_home", "training", "home_model", "joint_order"]
    households: int | None = None
    details: list[Text] = []
    by_plan: dict[str, Text] = {}

    @model_validator(mode="after")
    def _plans_are_known(self) -> "Practice":
        if not set(self.by_plan) <= set(load_vocabulary().facts["rebuild_plan"].values):
            raise ValueError(f"{self.id}: by_plan is kept by values of rebuild_plan")
        return self
