"""The shapes of the data files in `knowledge/data/`: desks, councils and sources.

Every file states its source once; a record may state its own. A shape refuses fields that it does not know,
so a slip of the pen stops loading (see `knowledge.files`) instead of being lost.
"""

import datetime as dt
import re
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

RecordId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(_[a-z0-9]+)*$")]
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
ByDay = Annotated[str, StringConstraints(pattern=r"^(-1|[1-5])?(MO|TU|WE|TH|FR|SA|SU)$")]
PhoneNumber = Annotated[str, StringConstraints(pattern=r"^[0-9#][0-9-]{1,14}$")]
Website = Annotated[str, StringConstraints(pattern=r"^https?://\S+$")]
PartialDate = Annotated[str, StringConstraints(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$")]

ReachKind = Literal["phone", "visit", "web", "mail", "letter", "fax"]
Appointment = Literal["required", "not_required", "recommended", "unknown"]
DeskStatus = Literal["current", "ended", "unverified", "not_offered"]
OrganizationKind = Literal[
    "municipality", "prefecture", "national", "social_welfare", "npo", "company", "association", "support_corporation", "other",
]  # fmt: skip
Serves = Literal[
    "all", "elderly", "disability", "child", "single_parent", "pregnant", "young", "foreign", "dv",
    "disaster", "low_income", "public_assistance", "released", "discharged", "working_age",
]  # fmt: skip


def _read_time(value: Any) -> Any:
    # Unquoted 13:00 is the number 780 to YAML 1.1: refuse it, so that nobody's opening hours turn into arithmetic.
    if isinstance(value, int):
        raise ValueError('write times in quotes: "13:00"')
    if isinstance(value, str) and not re.fullmatch(r"\d{2}:\d{2}", value):
        raise ValueError('write times as "HH:MM"')
    return value


TimeOfDay = Annotated[dt.time, BeforeValidator(_read_time)]


class Shape(BaseModel):
    """Frozen, and unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class SourceRef(Shape):
    """Where a record comes from: the id of a document in `sources.yml` and the date at which it was true."""

    document: Text
    as_of: dt.date
    section: str | None = Field(default=None, description="heading, column or row in the document")
    page: int | None = None


class ExceptionDay(Shape):
    """One day on which the usual hours do not hold: closed, or open at other times."""

    date: dt.date
    closed: bool = True
    opens_at: TimeOfDay | None = None
    closes_at: TimeOfDay | None = None
    note: str | None = None

    @model_validator(mode="after")
    def _times_when_open(self) -> "ExceptionDay":
        if not self.closed and (self.opens_at is None or self.closes_at is None):
            raise ValueError("an exception day that is open needs opens_at and closes_at")
        return self


class ScheduleRecord(Shape):
    """One line of opening hours as HSDS keeps it (iCalendar's FREQ, INTERVAL, BYDAY, BYMONTH), in Asia/Tokyo.

    The first, third and fifth Thursday from one to four:
    {freq: MONTHLY, byday: ["1TH", "3TH", "5TH"], opens_at: "13:00", closes_at: "16:00"}.
    A day without known times leaves opens_at and closes_at out and may say `part_of_day`.
    """

    freq: Literal["WEEKLY", "MONTHLY", "YEARLY"] = "WEEKLY"
    byday: Annotated[list[ByDay], Field(min_length=1)]
    interval: Annotated[int, Field(ge=1, le=12)] = 1
    bymonth: list[Annotated[int, Field(ge=1, le=12)]] = []
    opens_at: TimeOfDay | None = None
    closes_at: TimeOfDay | None = None
    part_of_day: Literal["morning", "afternoon", "evening"] | None = None
    slots: str | None = Field(default=None, description="places or slots a day, as the document says it")
    holidays: Literal["closed", "open"] = "closed"
    yearend_closed: bool = Field(default=True, description="closed from 29 December to 3 January")
    valid_from: dt.date | None = Field(default=None, description="first day; with an interval over 1 it fixes which weeks count")
    valid_to: dt.date | None = None
    exceptions: list[ExceptionDay] = []
    note: str | None = None

    @model_validator(mode="after")
    def _hangs_together(self) -> "ScheduleRecord":
        if (self.opens_at is None) != (self.closes_at is None):
            raise ValueError("give both opens_at and closes_at, or neither")
        if self.opens_at and self.closes_at and self.opens_at >= self.closes_at:
            raise ValueError("closes_at must be later than opens_at (hours past midnight: two lines)")
        if self.freq == "WEEKLY" and any(day[:-2] for day in self.byday):
            raise ValueError('a numbered weekday such as "1TH" needs freq: MONTHLY')
        if self.freq == "YEARLY" and (not self.bymonth or not all(day[:-2] for day in self.byday)):
            raise ValueError('freq: YEARLY needs bymonth and numbered weekdays such as "2SA"')
        if self.interval > 1 and self.valid_from is None:
            raise ValueError("interval over 1 needs valid_from")
        if self.valid_from and self.valid_to and self.valid_from > self.valid_to:
            raise ValueError("valid_to lies before valid_from")
        return self


class PhoneRecord(Shape):
    """A telephone number; shown to residents only while its source is young enough (see `knowledge.directory`)."""

    number: PhoneNumber
    label: str | None = Field(default=None, description="department or line, if it differs from the desk")
    source: SourceRef | None = Field(default=None, description="inherits the desk's")
    confirmed_on: dt.date | None = Field(default=None, description="day on which an admin called it or looked it up")
    note: str | None = None


class PlaceRecord(Shape):
    """Where the desk is. What is not known stays null."""

    name: str | None = None
    address: str | None = None
    floor: str | None = None


class ShopCount(Shape):
    """How many cooperating shops are registered; the documents give counts, not names."""

    count: Annotated[int, Field(ge=0)] | None = None
    as_of: dt.date
    kind: str | None = Field(default=None, description="what is counted, when it is not cooperating real-estate shops")
    where_listed: str | None = None


class OrganizationRecord(Shape):
    """Who runs desks: a city's department, a corporation, an association."""

    id: RecordId
    name: Text
    kind: OrganizationKind
    municipality: str | None = Field(default=None, description="canonical name with its suffix")
    prefecture: str | None = None
    website: Website | None = None
    notes: str | None = None
    source: SourceRef | None = None


class DeskRecord(Shape):
    """A desk as a resident sees it (HSDS service_at_location): one thing that one organisation does at one place."""

    id: RecordId
    kind: Text = Field(description="a desk kind of the vocabulary")
    name: Text
    organization: RecordId | None = Field(default=None, description="id from `organizations` of any desk file")
    municipality: str | None = Field(default=None, description="canonical name with its suffix")
    prefecture: str | None = Field(default=None, description="with its suffix; given alone it means the whole prefecture")
    nationwide: bool = False
    general: bool = Field(default=False, description="a nationwide description of a desk kind, not one concrete desk")
    what: Text = Field(description="one plain sentence: what it does for the person")
    for_whom: str | None = Field(default=None, description="who may use it, as people say it")
    find: str | None = Field(default=None, description="general records: how to find the one where you live")
    place: PlaceRecord | None = None
    schedule: list[ScheduleRecord] = []
    schedule_text: str | None = Field(default=None, description="the hours as people say them; the only hours when days are not known")
    appointment: Appointment = "unknown"
    phones: list[PhoneRecord] = []
    lifelines: list[RecordId] = Field(default=[], description="ids in lifelines.yml whose numbers belong to this desk")
    websites: list[Website] = []
    email: str | None = None
    reach: list[ReachKind] = Field(default=[], description="known ways to reach it; empty: not known")
    say: str | None = Field(default=None, description="what to say first")
    bring: list[Text] = []
    serves: Annotated[list[Serves], Field(min_length=1)] = ["all"]
    needs: list[RecordId] = Field(default=[], description="ids of needs it helps with")
    services: list[Text] = Field(default=[], description="what it does, in short words")
    languages: list[str] = Field(default=[], description="language ids of the vocabulary, when the source names them")
    accessibility: list[Text] = []
    shops: ShopCount | None = None
    status: DeskStatus = "current"
    sample: bool = Field(default=False, description="made-up record of a sample municipality; printed as a sample")
    notes: str | None = None
    checked_on: dt.date | None = Field(default=None, description="day on which an admin last checked it; counts in place of as_of")
    source: SourceRef | None = Field(default=None, description="inherits the file's")

    @model_validator(mode="after")
    def _covers_one_area(self) -> "DeskRecord":
        if self.nationwide and (self.municipality or self.prefecture):
            raise ValueError("nationwide desks name no municipality or prefecture")
        if not (self.nationwide or self.municipality or self.prefecture):
            raise ValueError("say where the desk serves: municipality, prefecture or nationwide: true")
        if self.general and not (self.nationwide and self.find):
            raise ValueError("a general record is nationwide and says in `find` how to find the desk")
        return self


class CouncilMembers(Shape):
    """Members of a council by kind, in the order of the document's columns; names of bodies, never of people."""

    local_government: list[Text] = []
    support_corporations: list[Text] = []
    real_estate_associations: list[Text] = []
    rental_managers: list[Text] = []
    others: list[Text] = Field(default=[], description="welfare bodies, academics and others")
    observers: list[Text] = []


class CouncilRecord(Shape):
    """A housing support council: what it is, who sits in it, what it does and what troubles it, in own words."""

    id: RecordId
    name: Text
    municipality: str | None = None
    prefecture: Text
    founded: PartialDate | None = Field(default=None, description="YYYY, YYYY-MM or YYYY-MM-DD, as exact as the document")
    basis: str | None = Field(default=None, description="the rules it stands on")
    members: CouncilMembers = CouncilMembers()
    secretariat: list[Text] = []
    activities: list[Text] = Field(default=[], description="activities by its rules")
    work: list[Text] = Field(default=[], description="what it really does")
    founding_issues: list[Text] = []
    present_issues: list[Text] = []
    consultation_operator: list[Text] = Field(default=[], description="who runs the consultation")
    consultation_setup: list[Text] = Field(default=[], description="how consultation is organised")
    publicity: list[Text] = Field(default=[], description="how it is made known")
    places: list[Text] = Field(default=[], description="at how many places one can ask")
    effects: list[Text] = Field(default=[], description="what came of it, and what is hard")
    status: DeskStatus = "current"
    notes: str | None = None
    source: SourceRef | None = None


class DeskFile(Shape):
    """One file of `knowledge/data/desks/`: everything known about one municipality, prefecture or kind."""

    source: SourceRef
    organizations: list[OrganizationRecord] = []
    desks: list[DeskRecord] = []
    council: CouncilRecord | None = None

    def desks_with_source(self) -> Iterator[DeskRecord]:
        """The desks, each with the source that holds for it and its phones with theirs."""
        for desk in self.desks:
            source = desk.source or self.source
            phones = [phone if phone.source else phone.model_copy(update={"source": source}) for phone in desk.phones]
            yield desk.model_copy(update={"source": source, "phones": phones})


class SourceRecord(Shape):
    """A document that records refer to."""

    id: Text
    title: Text
    publisher: str | None = None
    as_of: dt.date | None = Field(description="the date at which it was true; null when the document does not say")
    as_of_note: str | None = None
    url: Website | None = None
    notes: str | None = None


class SourceFile(Shape):
    """`sources.yml`."""

    sources: list[SourceRecord]
