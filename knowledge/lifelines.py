"""National lines for people in danger, and the words that go with them. Plain data, loaded at start, no database needed.

How a line's date is to be read (printed, inferred, confirmed) and how to renew it stands at the head of `data/lifelines.yml`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar
from zoneinfo import ZoneInfo

import jpholiday
import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from knowledge.errors import DataError

DATA = Path(__file__).parent / "data"
TOKYO = ZoneInfo("Asia/Tokyo")
FRESH_DAYS = 730
"""Numbers are shown only with a source younger than this (two years)."""

EmergencyKind = Literal["suicide", "violence_now", "child_danger", "medical", "elder_abuse", "no_place_tonight"]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun", "holiday"]
_WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_END_OF_DAY = "24:00"


def _clock(value: Any) -> int:
    """Return minutes after midnight for "HH:MM" (up to 24:00)."""
    if value == _END_OF_DAY:
        return 24 * 60
    moment = time.fromisoformat(str(value))
    return moment.hour * 60 + moment.minute


Minutes = Annotated[int, BeforeValidator(_clock)]


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(_Shape):
    """The public page that a record rests on."""

    title: str = Field(min_length=1)
    publisher: str = Field(min_length=1)
    url: str = Field(pattern=r"^https?://\S+$")


class Opening(_Shape):
    """From when to when a line answers on the named days; minutes after midnight in Tokyo. `holiday` stands for national holidays."""

    days: list[Weekday] = Field(min_length=1)
    from_: Minutes = Field(alias="from")
    to: Minutes

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.from_ >= self.to:
            raise ValueError("an opening ends before it begins: write a night as two openings")
        return self


class Hours(_Shape):
    """When a line answers: `text` for people; `always` or `weekly` only where it is known well enough to compute with."""

    text: str = Field(min_length=1)
    always: bool = False
    weekly: list[Opening] = []
    except_: list[Annotated[str, Field(pattern=r"^\d\d-\d\d$")]] = Field(default=[], alias="except")
    as_of: date | None = None


class Lifeline(_Shape):
    """One line or desk. `answers`: kind of emergency to rank (1 fits best). `number` None: there is no national number."""

    id: str
    name: str
    number: str | None = Field(default=None, pattern=r"^#?[0-9][0-9-]*$")
    web: str | None = Field(default=None, pattern=r"^https://\S+$")
    free: bool | None = None
    free_note: str = ""
    hours: Hours
    languages: list[str]
    language_note: str = ""
    for_whom: str
    answers: dict[EmergencyKind, int]
    note: str = ""
    source: Source
    as_of: date
    dated: Literal["printed", "inferred", "confirmed"]
    lasting: bool = False
    basis: str = ""

    @model_validator(mode="after")
    def _lasting_says_why(self) -> Self:
        if self.lasting != bool(self.basis):
            raise ValueError("`lasting` needs a `basis`, and `basis` stands only with `lasting`")
        return self

    @property
    def href(self) -> str | None:
        """Return the tel: or https: link, or None. "#" is written %23 as RFC 3966 asks for."""
        if self.number is not None:
            return "tel:" + self.number.replace("-", "").replace("#", "%23")
        return self.web

    def is_fresh(self, at: datetime) -> bool:
        """Return whether the line may be shown at `at`: its source is under two years old, or it rests on lasting rules."""
        return self.lasting or _fresh(self.as_of, at)

    def is_open(self, at: datetime) -> bool | None:
        """Return whether the line answers at `at` (aware datetime); None where the hours are not known well enough to say."""
        if self.hours.as_of is not None and not _fresh(self.hours.as_of, at):
            return None
        if self.hours.always:
            return True
        if not self.hours.weekly:
            return None
        here = at.astimezone(TOKYO)
        if here.strftime("%m-%d") in self.hours.except_:
            return False
        day: Weekday = "holiday" if jpholiday.is_holiday(here.date()) else _WEEKDAYS[here.weekday()]
        minute = here.hour * 60 + here.minute
        return any(day in opening.days and opening.from_ <= minute < opening.to for opening in self.hours.weekly)


class EmergencyWords(_Shape):
    """What a person reads in an emergency; `gentle` is asked in its place when the sign was unsure."""

    message: str = Field(min_length=1)
    easy_message: str = Field(min_length=1)
    gentle: str = Field(min_length=1)
    easy_gentle: str = Field(min_length=1)


class _Book(_Shape):
    version: int
    lines: list[Lifeline]
    words: dict[EmergencyKind, EmergencyWords]

    @model_validator(mode="after")
    def _complete(self) -> Self:
        ids = [line.id for line in self.lines]
        twice = sorted({name for name in ids if ids.count(name) > 1})
        if twice:
            raise ValueError(f"ids used twice: {', '.join(twice)}")
        answered = {kind for line in self.lines if line.lasting for kind in line.answers}
        if answered != set(self.words):
            raise ValueError("every kind that has words needs a line that never goes out of date, and the other way round")
        return self


class LanguageWords(_Shape):
    """The answer in one language; `desk` has the place {number}, `danger` says whom to call when a life is in danger."""

    label: str
    name: str
    about: str
    danger: str = Field(pattern="110.*119|119.*110")
    desk: str = Field(pattern=r"\{number\}")
    desk_without_number: str


class _Languages(_Shape):
    version: int
    line: str
    languages: dict[str, LanguageWords]


@dataclass(frozen=True)
class LanguageAnswer:
    """Two sentences in the person's language; `label` is the language's name in Japanese, `line` the line named in it, if any."""

    language: str
    label: str
    text: str
    line: Lifeline | None


def load_lifelines() -> tuple[Lifeline, ...]:
    """Return all lines, also those held back by their date, in the order of the file. Raises DataError when the file is wrong."""
    return tuple(_book().lines)


def lifelines_for(kinds: Sequence[str], at: datetime, language: str | None = None) -> list[Lifeline]:
    """Return the lines that answer `kinds` at `at`, best fitting first; stale ones are left out, an unknown kind adds nothing.

    Order: those that speak `language` (if it is not Japanese) among equals, rank, open before unknown before closed.
    The best line of each kind comes first, so that two dangers at once both have their number at the top.
    """
    found: list[tuple[tuple[int, int, int], Lifeline]] = []
    for line in _book().lines:
        ranks = [rank for kind, rank in line.answers.items() if kind in kinds]
        if ranks and line.is_fresh(at):
            foreign = 0 if language in (None, "ja") or language in line.languages else 1
            found.append(((0 if min(ranks) == 1 else 1 + foreign, min(ranks), _openness(line, at)), line))
    return [line for _, line in sorted(found, key=lambda pair: pair[0])]


def emergency_words(kind: str) -> EmergencyWords:
    """Return the words for a kind of emergency. Raises KeyError for a kind that has none."""
    return {str(name): words for name, words in _book().words.items()}[kind]


def language_answer(language: str, at: datetime) -> LanguageAnswer | None:
    """Return the two sentences for a message written in `language` (en, zh, ko, vi, ne, tl, pt, es); None for any other."""
    book = _languages()
    words = book.languages.get(language)
    if words is None:
        return None
    line = next((line for line in _book().lines if line.id == book.line and line.is_fresh(at)), None)
    desk = words.desk_without_number if line is None else words.desk.replace("{number}", str(line.number))
    return LanguageAnswer(language, words.label, f"{words.about} {desk}", line)


def danger_sentence(language: str) -> str | None:
    """Return whom to call in danger, said in `language`; None for one that is not ours."""
    words = _languages().languages.get(language)
    return words.danger if words else None


def _openness(line: Lifeline, at: datetime) -> int:
    return {True: 0, None: 1, False: 2}[line.is_open(at)]


def _fresh(as_of: date, at: datetime) -> bool:
    return at.astimezone(TOKYO).date() - as_of < timedelta(days=FRESH_DAYS)


@lru_cache(maxsize=1)
def _book() -> _Book:
    return _load("lifelines.yml", _Book)


@lru_cache(maxsize=1)
def _languages() -> _Languages:
    book = _load("languages.yml", _Languages)
    if book.line not in {line.id for line in _book().lines}:
        raise DataError("languages.yml", "line", f"no such line in lifelines.yml: {book.line}")
    return book


_Model = TypeVar("_Model", bound=BaseModel)


def _load(name: str, model: type[_Model]) -> _Model:
    try:
        return model.model_validate(yaml.safe_load((DATA / name).read_text(encoding="utf-8")))
    except ValidationError as error:
        first = error.errors()[0]
        raise DataError(name, ".".join(str(part) for part in first["loc"]), first["msg"]) from error
