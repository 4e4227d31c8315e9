"""After a disaster: which class of household someone is in, what a city may offer by damage, and the lists of document 002.

Everything here is of 1995 to 2014 and tied to past disasters: it orders the conversation and says what to ask one's own city for.
None of it is an offer of today, and nothing is ever `current` here.
The national and local programmes are in `data/programmes/disaster_*.yml`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeVar

from knowledge.disaster_schema import Answer, ClassFile, MenuFile, MenuItem, Record, RecordFile, SendaiRecord, Side
from knowledge.disaster_services import Practice, PrivateService, RentalSupport, ReverseMortgage, SurveyForm
from knowledge.errors import DataError
from knowledge.files import DATA, load_sources, read_shape
from knowledge.rules import Result, evaluate
from knowledge.vocabulary import load_vocabulary

FOLDER = DATA / "disaster"
Fit = Literal["listed", "partly", "ask"]
_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)  # no condition in these files looks at dates
_UNSETTLED_DAMAGE = (None, "unknown")


@dataclass(frozen=True)
class SendaiClass:
    """What the two questions come to for one household.

    `record`: the class, or None while it is open. `possible`: ids of the classes that can still be it, one when settled. `reasons`:
    Japanese clauses for the sides that need support; `fact_keys`: what the answers rest on. `settles`: missing facts that would
    close an open side, nearest first; empty when settled.
    It is for staff and for the order of questions, not for telling someone their class.
    """

    record: SendaiRecord | None
    possible: tuple[str, ...]
    reasons: tuple[str, ...]
    fact_keys: tuple[str, ...]
    settles: tuple[str, ...]


@dataclass(frozen=True)
class MenuOffer:
    """A support menu and how it fits: listed for the damage, partly (only some households), or worth asking about."""

    item: MenuItem
    fit: Fit


def classify_household(values: Mapping[str, Any]) -> SendaiClass | None:
    """Return the Sendai class (document 002, March 2014) of a household by `values` (key -> plain value, only known ones).

    None when nothing says that a disaster is the reason. The rules are in `data/disaster/household_classes.yml`.
    """
    book = load_classes()
    if evaluate(book.applies_when, values, _ANY_TIME).result != "yes":
        return None
    home, daily_life = _answer(book.sides.home, values), _answer(book.sides.daily_life, values)
    possible = [record for record in book.sendai if home.allows(record.home) and daily_life.allows(record.daily_life)]
    return SendaiClass(
        possible[0] if len(possible) == 1 else None,
        tuple(record.id for record in possible),
        home.reasons + daily_life.reasons,
        tuple(dict.fromkeys(home.fact_keys + daily_life.fact_keys)),
        tuple(dict.fromkeys(home.settles + daily_life.settles)),
    )


def support_menu(values: Mapping[str, Any]) -> list[MenuOffer]:
    """Return the menus of Kumamoto's table (document 002, July 2012) that fit the damage: listed, then partly, then to ask about.

    While the damage is not known everything is to be asked about. Show `load_menu().introduction` before them: they are an example
    of what a city may have, not an offer.
    """
    offers = [offer for item in load_menu().records if (offer := _offer(item, values)) is not None]
    return sorted(offers, key=lambda offer: ("listed", "partly", "ask").index(offer.fit))


@cache
def load_menu(folder: Path = FOLDER) -> MenuFile:
    """Return the support menus by damage, read once. Raises DataError naming file and record."""
    path = folder / "support_menu.yml"
    menu = read_shape(path, MenuFile)
    _check(path, menu.records)
    return menu


@cache
def load_classes(folder: Path = FOLDER) -> ClassFile:
    """Return Sendai's and Kobe's classes of households, read once. Raises DataError naming file and record."""
    path = folder / "household_classes.yml"
    book = read_shape(path, ClassFile)
    _check(path, [*book.sendai, *book.kobe.classes])
    known = {record.id for record in book.sendai}
    for example in book.examples:
        if not set(example.expect) <= known:
            raise DataError(path.name, example.name, f"expects unknown classes {example.expect}")
    return book


@cache
def load_rental_support(folder: Path = FOLDER) -> tuple[RentalSupport, ...]:
    """Return the fifteen kinds of help with renting."""
    return _read(folder / "rental_support.yml", RecordFile[RentalSupport])


@cache
def load_private_services(folder: Path = FOLDER) -> tuple[PrivateService, ...]:
    """Return the private services with their fees of 2014."""
    return _read(folder / "private_services.yml", RecordFile[PrivateService])


@cache
def load_reverse_mortgages(folder: Path = FOLDER) -> tuple[ReverseMortgage, ...]:
    """Return the loans on one's own home that are paid back after death."""
    return _read(folder / "reverse_mortgage.yml", RecordFile[ReverseMortgage])


@cache
def load_survey_forms(folder: Path = FOLDER) -> tuple[SurveyForm, ...]:
    """Return the forms with their items, and the facts that hold the answers."""
    return _read(folder / "survey_forms.yml", RecordFile[SurveyForm])


@cache
def load_practices(folder: Path = FOLDER) -> tuple[Practice, ...]:
    """Return what was done elsewhere, as examples."""
    return _read(folder / "practices.yml", RecordFile[Practice])


@dataclass(frozen=True)
class _SideAnswer:
    result: Result
    reasons: tuple[str, ...] = ()
    fact_keys: tuple[str, ...] = ()
    settles: tuple[str, ...] = ()

    def allows(self, answer: Answer) -> bool:
        return self.result in (answer, "unknown")


def _answer(side: Side, values: Mapping[str, Any]) -> _SideAnswer:
    found = [(sign, evaluate(sign.condition, values, _ANY_TIME)) for sign in side.signs]
    holding = [(sign, verdict) for sign, verdict in found if verdict.result == "yes"]
    if holding:
        keys = tuple(key for _sign, verdict in holding for key in verdict.fact_keys)
        return _SideAnswer("yes", tuple(sign.reason for sign, _verdict in holding), keys)
    enough = evaluate(side.enough_known, values, _ANY_TIME)
    if enough.result == "yes":
        return _SideAnswer("no", (), tuple(enough.fact_keys))
    return _SideAnswer("unknown", settles=tuple(sorted(enough.settles, key=lambda key: enough.settles[key])))


def _offer(item: MenuItem, values: Mapping[str, Any]) -> MenuOffer | None:
    narrowed: Result = "yes" if item.condition is None else evaluate(item.condition, values, _ANY_TIME).result
    if narrowed == "no":
        return None
    damage = values.get("damage")
    if not item.by_damage or damage in _UNSETTLED_DAMAGE:
        return MenuOffer(item, "ask")
    column = next((column.id for column in load_menu().columns if damage in column.damage), None)
    if column in item.partly:
        return MenuOffer(item, "partly")
    return MenuOffer(item, "listed") if column in item.listed else None


_RecordT = TypeVar("_RecordT", bound=Record)


def _read(path: Path, shape: type[RecordFile[_RecordT]]) -> tuple[_RecordT, ...]:
    records = read_shape(path, shape).records
    _check(path, records)
    return tuple(records)


def _check(path: Path, records: Iterable[Record]) -> None:
    vocabulary = load_vocabulary()
    seen: set[str] = set()
    for record in records:
        if record.id in seen:
            raise DataError(path.name, record.id, "this id stands twice")
        seen.add(record.id)
        if record.source is None or record.source.document not in load_sources():
            raise DataError(path.name, record.id, "its source document is not in sources.yml")
        if record.status == "current":
            raise DataError(path.name, record.id, "nothing of this document is current: write ended or unverified")
        for field, named, known in (("needs", record.needs, vocabulary.needs), ("desk_kinds", record.desk_kinds, vocabulary.desk_kinds)):
            if unknown := sorted(set(named) - set(known)):
                raise DataError(path.name, record.id, f"{field}: unknown {unknown}")
