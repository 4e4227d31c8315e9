"""The plan for a lasting home after a disaster, filled from what a person told: a page for them to keep, on screen, paper or as a PDF.

The form is つくば市's of 2012 (document 002, `data/disaster/survey_forms.yml`); the words around it are in `data/disaster/plan.yml`.
Names, addresses and numbers stay blank: nobody is asked for them here.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from dateutil.relativedelta import relativedelta
from pydantic import Field, PrivateAttr, model_validator

from knowledge.disaster import FOLDER, Fit, MenuOffer, classify_household, load_menu, load_survey_forms, support_menu
from knowledge.disaster_schema import MenuItem
from knowledge.disaster_services import FormItem, SurveyForm
from knowledge.errors import DataError
from knowledge.files import load_sources, read_shape
from knowledge.hours import TOKYO, say_as_of
from knowledge.needs import NeedFinding
from knowledge.phrases import print_value
from knowledge.rules import Condition, evaluate, parse_condition
from knowledge.schema import RecordId, Shape, Text

FORM = "saiken_keikaku"


@dataclass(frozen=True)
class PlanOption:
    """One answer to tick."""

    label: str
    ticked: bool


@dataclass(frozen=True)
class PlanLine:
    """One line of the form. `value`: printed, empty when it is left to be written in; `options`: answers to tick, or none."""

    id: str
    label: str
    value: str = ""
    options: tuple[PlanOption, ...] = ()


@dataclass(frozen=True)
class PlanMonth:
    """One month of the timetable, with its mark (now, end of the stay) or none."""

    label: str
    mark: str = ""


@dataclass(frozen=True)
class PlanSupport:
    """A support that a city once had, to ask one's own city for."""

    name: str
    what: str
    for_whom: str
    fit: Fit


@dataclass(frozen=True)
class DisasterPlan:
    """The filled plan; every text is ready to show. `steps`: what the chosen way needs, in order, empty while none is chosen."""

    title: str
    introduction: str
    form_note: str
    not_sent: str
    lines: tuple[PlanLine, ...]
    months: tuple[PlanMonth, ...]
    steps: tuple[str, ...]
    steps_note: str
    next_steps: tuple[str, ...]
    menu_introduction: str
    menu: tuple[PlanSupport, ...]
    source: str


class _NextStep(Shape):
    id: RecordId
    when: dict[str, Any] | None = None
    text: Text
    _condition: Condition | None = PrivateAttr(default=None)

    @model_validator(mode="after")
    def _parse(self) -> "_NextStep":
        self._condition = None if self.when is None else parse_condition(self.when, self.id)
        return self

    def holds(self, values: Mapping[str, Any], now: dt.datetime) -> bool:
        return self._condition is None or evaluate(self._condition, values, now).result == "yes"


class _Marks(Shape):
    now: Text
    end: Text


class _Other(Shape):
    label: Text
    filled: Text


class _CardWords(Shape):
    preferred: list[RecordId]
    open: Text
    plan_say: Text
    say: Text
    for_whom: Text
    notice: Text


class _PlanFile(Shape):
    version: int
    title: Text
    introduction: Text
    form_note: Text
    not_sent: Text
    other: _Other
    by_hand: list[Text]
    months: int = Field(ge=1)
    most_months: int = Field(ge=1)
    month: Text
    marks: _Marks
    steps_note: Text
    open_plan: Text
    most_steps: int = Field(ge=1)
    next_steps: list[_NextStep]
    card: _CardWords


def fill_disaster_plan(values: Mapping[str, Any], now: dt.datetime) -> DisasterPlan | None:
    """Return the plan filled from `values` (key -> plain value, known ones only) as of `now` (aware).

    None when nothing says that a disaster is the reason. What is not known stays blank.
    """
    if classify_household(values) is None:
        return None
    words, form, today = load_plan_words(), _form(), now.astimezone(TOKYO).date()
    return DisasterPlan(
        title=words.title,
        introduction=words.introduction,
        form_note=words.form_note.format(name=form.name),
        not_sent=words.not_sent,
        lines=tuple(_line(item, values, today) for item in form.items if item.kind != "schedule"),
        months=_months(values, today),
        steps=tuple(step for item in form.items for step in item.steps.get(str(values.get("rebuild_plan")), [])),
        steps_note=words.steps_note,
        next_steps=tuple(step.text for step in words.next_steps if step.holds(values, now))[: words.most_steps],
        menu_introduction=load_menu().introduction,
        menu=tuple(
            PlanSupport(offer.item.name, offer.item.what, offer.item.for_whom or "", offer.fit) for offer in support_menu(values)
        ),
        source=_source(form),
    )


@cache
def load_plan_words(path: Path = FOLDER / "plan.yml") -> _PlanFile:
    """Return the words around the form, read once. Raises DataError when a line that stays blank is none of the form's."""
    words = read_shape(path, _PlanFile)
    if unknown := sorted(set(words.by_hand) - {item.id for item in _form().items}):
        raise DataError(path.name, "by_hand", f"the form has no lines {unknown}")
    if unknown := sorted(set(words.card.preferred) - {item.id for item in load_menu().records}):
        raise DataError(path.name, "card", f"the menu has no records {unknown}")
    return words


def _form() -> SurveyForm:
    return next(form for form in load_survey_forms() if form.id == FORM)


def _line(item: FormItem, values: Mapping[str, Any], today: dt.date) -> PlanLine:
    words = load_plan_words()
    if item.id == "written_on":
        return PlanLine(item.id, item.label, print_value("deadline", today.isoformat()))
    told = None if item.id in words.by_hand or item.fact is None else values.get(item.fact)
    if item.kind != "choice":
        return PlanLine(item.id, item.label, "" if told is None or item.fact is None else print_value(item.fact, told))
    options = tuple(PlanOption(option.label, option.value is not None and option.value == told) for option in item.options)
    if item.fact is None or told is None or any(option.ticked for option in options):
        return PlanLine(item.id, item.label, options=options)
    if told in ("unknown", "undecided"):
        return PlanLine(item.id, item.label, words.open_plan if told == "undecided" else "", options)
    # The form has no box for this answer: it goes into "other", which every form has room for.
    plain = [option for option in options if option.label != words.other.label]
    filled = words.other.filled.format(value=print_value(item.fact, told))
    return PlanLine(item.id, item.label, options=(*plain, PlanOption(filled, True)))


def _months(values: Mapping[str, Any], today: dt.date) -> tuple[PlanMonth, ...]:
    words = load_plan_words()
    until = values.get("temporary_until")
    end = dt.date.fromisoformat(until) if until else None
    count = words.months
    if end is not None and end >= today:
        count = min((end.year - today.year) * 12 + end.month - today.month + 1, words.most_months)
    found = []
    for number in range(count):
        day = today + relativedelta(months=number, day=1)
        ends = end is not None and (day.year, day.month) == (end.year, end.month)
        mark = words.marks.end if ends else words.marks.now if number == 0 else ""
        found.append(PlanMonth(words.month.format(year=day.year, month=day.month), mark))
    return tuple(found)


def _source(form: SurveyForm) -> str:
    if form.source is None:
        raise DataError("survey_forms.yml", form.id, "needs a source")
    return f"{load_sources()[form.source.document].title} {say_as_of(form.source.as_of)}"


def menu_cards(values: Mapping[str, Any], needs: Sequence[NeedFinding], limit: int = 3) -> list[dict[str, Any]]:
    """Return up to `limit` supports as fields of cards: those that fit the damage and the clearest needs; empty without a disaster.

    They are an example of one city, so each card says what to ask one's own city.
    """
    if classify_household(values) is None:
        return []
    words = load_plan_words().card
    scores = {need.id: need.score for need in needs if need.in_summary}

    def merit(offer: MenuOffer) -> tuple[float, ...]:
        own = [scores[need] for need in offer.item.needs if need in scores and need != "disaster_recovery"]
        asked_for = max(own, default=0.0)
        return (words.preferred.index(offer.item.id) if offer.item.id in words.preferred else len(words.preferred)) - asked_for, offer.item.number

    fitting = [offer for offer in support_menu(values) if offer.fit != "ask" or offer.item.id in words.preferred]
    return [_menu_card(offer.item) for offer in sorted(fitting, key=merit)[:limit]]


def plan_card(plan: DisasterPlan) -> dict[str, Any]:
    """Return the filled plan as the fields of a card: `reach` of kind "plan" leads to the page where a channel has one."""
    words = load_plan_words().card
    return {
        "id": "disaster_plan",
        "title": plan.title,
        "what": plan.introduction,
        "why": plan.not_sent,
        "reach": [{"kind": "plan", "label": words.open, "href": None}],
        "say": words.plan_say,
        "source": plan.source,
    }


def _menu_card(item: MenuItem) -> dict[str, Any]:
    if item.source is None:
        raise DataError("support_menu.yml", item.id, "needs a source")
    words = load_plan_words().card
    return {
        "id": item.id,
        "title": item.name,
        "what": item.what,
        "why": words.for_whom.format(who=item.for_whom) if item.for_whom else "",
        "say": words.say.format(name=item.name),
        "source": load_sources()[item.source.document].title,
        "as_of": say_as_of(item.source.as_of),
        "notice": words.notice,
    }
