"""The tables of what we know, on Open Referral HSDS 3; what a resident calls a desk (madoguchi) is a row of service_at_location.

Ids are those of the data files. Rows that an admin entered or edited carry `origin` admin and are never overwritten by a
load from files. Dates are plain days (Asia/Tokyo); times of day are "HH:MM".
"""

from datetime import date
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from knowledge.database import Base

STATUS = "current, ended, unverified or not_offered"
STATE = "published or withdrawn; residents see published rows only, drafts lie in record_version"


class Sourced:
    """Where a row comes from and when that was true."""

    source_document: Mapped[str] = mapped_column(String(20), comment="id of a document in document")
    source_as_of: Mapped[date] = mapped_column(Date, comment="day at which the source was true")
    source_section: Mapped[str | None] = mapped_column(String(200))
    source_page: Mapped[int | None] = mapped_column()


class Kept:
    """How a row came in and who may see it."""

    origin: Mapped[str] = mapped_column(String(5), default="file", comment="file or admin; a load never overwrites admin")
    state: Mapped[str] = mapped_column(String(10), default="published", comment=STATE)
    digest: Mapped[str] = mapped_column(String(64), comment="SHA-256 of the record as loaded, to see whether a file changed it")


class Document(Base):
    """A document that rows refer to."""

    __tablename__ = "document"

    id: Mapped[str] = mapped_column(String(20), primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    publisher: Mapped[str | None] = mapped_column(String(200))
    as_of: Mapped[date | None] = mapped_column(Date)
    as_of_note: Mapped[str | None] = mapped_column(String(200))
    url: Mapped[str | None] = mapped_column(String(400))
    notes: Mapped[str | None] = mapped_column(Text)


class Organization(Sourced, Kept, Base):
    """HSDS organization: who runs services."""

    __tablename__ = "organization"

    id: Mapped[str] = mapped_column(String(80), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(30), comment="municipality, prefecture, npo …: knowledge.schema.OrganizationRecord.kind")
    municipality: Mapped[str | None] = mapped_column(String(40), comment="canonical name with its suffix")
    prefecture: Mapped[str | None] = mapped_column(String(10))
    website: Mapped[str | None] = mapped_column(String(400))
    notes: Mapped[str | None] = mapped_column(Text)


class Service(Base):
    """HSDS service: what is done for people. One a desk; its id is the desk's."""

    __tablename__ = "service"

    id: Mapped[str] = mapped_column(String(80), primary_key=True)
    organization_id: Mapped[str | None] = mapped_column(ForeignKey("organization.id"), comment="null: the source does not say who runs it")
    name: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(Text, comment="one plain sentence for residents")
    eligibility_description: Mapped[str | None] = mapped_column(Text, comment="who may use it, as people say it")
    application_process: Mapped[str | None] = mapped_column(Text, comment="how to find the one where you live")
    status: Mapped[str] = mapped_column(String(20), comment=STATUS)
    offers: Mapped[list[str]] = mapped_column(JSON, comment="what it does, in short words")


class Location(Base):
    """HSDS location: where a desk is. Its id is the desk's; no row when nothing is known."""

    __tablename__ = "location"

    id: Mapped[str] = mapped_column(String(80), primary_key=True)
    name: Mapped[str | None] = mapped_column(String(200))
    address: Mapped[str | None] = mapped_column(String(200))
    floor: Mapped[str | None] = mapped_column(String(40))


class ServiceAtLocation(Sourced, Kept, Base):
    """HSDS service_at_location: the desk as a resident sees it."""

    __tablename__ = "service_at_location"

    id: Mapped[str] = mapped_column(String(80), primary_key=True)
    service_id: Mapped[str] = mapped_column(ForeignKey("service.id"))
    location_id: Mapped[str | None] = mapped_column(ForeignKey("location.id"), comment="null: the place is not known")
    kind: Mapped[str] = mapped_column(String(40), index=True, comment="a desk kind of the vocabulary")
    general: Mapped[bool] = mapped_column(comment="a nationwide description of a kind, not one concrete desk")
    schedule_text: Mapped[str | None] = mapped_column(Text, comment="hours as people say them")
    appointment: Mapped[str] = mapped_column(String(20), comment="required, not_required, recommended or unknown")
    reach: Mapped[list[str]] = mapped_column(JSON, comment="known ways to reach it: phone, visit, web, mail, letter, fax")
    websites: Mapped[list[str]] = mapped_column(JSON)
    email: Mapped[str | None] = mapped_column(String(200))
    lifelines: Mapped[list[str]] = mapped_column(JSON, comment="ids of lifelines.yml")
    say: Mapped[str | None] = mapped_column(Text, comment="what to say first")
    shops: Mapped[Any] = mapped_column(JSON, nullable=True, comment="{count, as_of, kind, where_listed} of cooperating shops")
    sample: Mapped[bool] = mapped_column(comment="made up, printed as a sample")
    notes: Mapped[str | None] = mapped_column(Text, comment="for staff")
    checked_on: Mapped[date | None] = mapped_column(Date, comment="day on which an admin last checked it")

    service: Mapped[Service] = relationship(cascade="all, delete-orphan", single_parent=True)
    location: Mapped[Location | None] = relationship(cascade="all, delete-orphan", single_parent=True)
    schedules: Mapped[list["Schedule"]] = relationship(cascade="all, delete-orphan", order_by="Schedule.id")
    phones: Mapped[list["Phone"]] = relationship(cascade="all, delete-orphan", order_by="Phone.id")
    service_areas: Mapped[list["ServiceArea"]] = relationship(cascade="all, delete-orphan", order_by="ServiceArea.id")
    required_documents: Mapped[list["RequiredDocument"]] = relationship(cascade="all, delete-orphan", order_by="RequiredDocument.id")
    languages: Mapped[list["Language"]] = relationship(cascade="all, delete-orphan", order_by="Language.id")
    accessibility: Mapped[list["Accessibility"]] = relationship(cascade="all, delete-orphan", order_by="Accessibility.id")
    attributes: Mapped[list["Attribute"]] = relationship(cascade="all, delete-orphan", order_by="Attribute.id")


def _desk() -> Mapped[str]:
    return mapped_column(ForeignKey("service_at_location.id", ondelete="CASCADE"), index=True)


class Schedule(Base):
    """HSDS schedule: one line of recurring hours (iCalendar), Asia/Tokyo."""

    __tablename__ = "schedule"

    id: Mapped[int] = mapped_column(primary_key=True)
    service_at_location_id: Mapped[str] = _desk()
    freq: Mapped[str] = mapped_column(String(10), comment="WEEKLY, MONTHLY or YEARLY")
    interval: Mapped[int] = mapped_column(comment="every n-th week, month or year")
    byday: Mapped[str] = mapped_column(String(60), comment="iCalendar BYDAY: 1TH,3TH,5TH")
    bymonth: Mapped[str | None] = mapped_column(String(40), comment="iCalendar BYMONTH: 4,10")
    opens_at: Mapped[str | None] = mapped_column(String(5), comment="HH:MM; null: the time is not known")
    closes_at: Mapped[str | None] = mapped_column(String(5), comment="HH:MM")
    part_of_day: Mapped[str | None] = mapped_column(String(10), comment="morning, afternoon or evening, when no time is known")
    slots: Mapped[str | None] = mapped_column(String(100), comment="places a day, as the document says it")
    holidays: Mapped[str] = mapped_column(String(10), comment="closed or open on public holidays")
    yearend_closed: Mapped[bool] = mapped_column(comment="closed from 29 December to 3 January")
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    exceptions: Mapped[list[Any]] = mapped_column(JSON, comment="list of {date, closed, opens_at, closes_at, note}")
    notes: Mapped[str | None] = mapped_column(Text)


class Phone(Sourced, Base):
    """HSDS phone. Shown to residents only with a young source or when an admin confirmed it."""

    __tablename__ = "phone"

    id: Mapped[int] = mapped_column(primary_key=True)
    service_at_location_id: Mapped[str] = _desk()
    number: Mapped[str] = mapped_column(String(20))
    description: Mapped[str | None] = mapped_column(String(100), comment="department or line")
    notes: Mapped[str | None] = mapped_column(Text)
    confirmed_on: Mapped[date | None] = mapped_column(Date, comment="day on which an admin confirmed it")


class ServiceArea(Base):
    """HSDS service_area: whom a desk serves by place."""

    __tablename__ = "service_area"

    id: Mapped[int] = mapped_column(primary_key=True)
    service_at_location_id: Mapped[str] = _desk()
    extent_type: Mapped[str] = mapped_column(String(20), comment="municipality, prefecture or nationwide")
    municipality: Mapped[str | None] = mapped_column(
        String(40), index=True, comment="canonical name; null unless extent_type is municipality"
    )
    prefecture: Mapped[str | None] = mapped_column(
        String(10), comment="the prefecture served, or in which the municipality lies, when known"
    )


class RequiredDocument(Base):
    """HSDS required_document: what to bring."""

    __tablename__ = "required_document"

    id: Mapped[int] = mapped_column(primary_key=True)
    service_at_location_id: Mapped[str] = _desk()
    document: Mapped[str] = mapped_column(String(200))


class Language(Base):
    """HSDS language: in which languages one is served."""

    __tablename__ = "language"

    id: Mapped[int] = mapped_column(primary_key=True)
    service_at_location_id: Mapped[str] = _desk()
    code: Mapped[str] = mapped_column(String(10), comment="a value of the vocabulary's fact language")


class Accessibility(Base):
    """HSDS accessibility: ramps, writing instead of speaking, sign language …"""

    __tablename__ = "accessibility"

    id: Mapped[int] = mapped_column(primary_key=True)
    service_at_location_id: Mapped[str] = _desk()
    description: Mapped[str] = mapped_column(String(200))


class TaxonomyTerm(Base):
    """HSDS taxonomy_term: a word of the vocabulary that desks are labelled with."""

    __tablename__ = "taxonomy_term"

    id: Mapped[str] = mapped_column(String(60), primary_key=True, comment="taxonomy:code")
    taxonomy: Mapped[str] = mapped_column(String(20), comment="need, desk_kind or serves")
    code: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(100), comment="Japanese label")


class Attribute(Base):
    """HSDS attribute: that a desk carries a term: a need it helps with, or whom it serves."""

    __tablename__ = "attribute"

    id: Mapped[int] = mapped_column(primary_key=True)
    service_at_location_id: Mapped[str] = _desk()
    taxonomy_term_id: Mapped[str] = mapped_column(ForeignKey("taxonomy_term.id"))

    term: Mapped[TaxonomyTerm] = relationship()

    __table_args__ = (UniqueConstraint("service_at_location_id", "taxonomy_term_id"),)


class Council(Sourced, Kept, Base):
    """A housing support council with what the list of councils says of it."""

    __tablename__ = "council"

    id: Mapped[str] = mapped_column(String(80), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    municipality: Mapped[str | None] = mapped_column(String(40), index=True)
    prefecture: Mapped[str] = mapped_column(String(10))
    content: Mapped[Any] = mapped_column(JSON, comment="knowledge.schema.CouncilRecord")


class FaqEntry(Sourced, Kept, Base):
    """A question with its plain answer."""

    __tablename__ = "faq"

    id: Mapped[str] = mapped_column(String(80), primary_key=True)
    question: Mapped[str] = mapped_column(Text)
    answer: Mapped[str] = mapped_column(Text)
    variants: Mapped[list[str]] = mapped_column(JSON, comment="the question in other words")
    needs: Mapped[list[str]] = mapped_column(JSON, comment="ids of related needs")
    desk_kinds: Mapped[list[str]] = mapped_column(JSON, comment="ids of related desk kinds")
    content: Mapped[Any] = mapped_column(JSON, comment="the whole record as its file or form has it")
    checked_on: Mapped[date | None] = mapped_column(Date)


class Programme(Sourced, Kept, Base):
    """One version of a programme: several rows a programme, each valid for its time."""

    __tablename__ = "programme"

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[str] = mapped_column(String(80), comment="romaji as read: juukyo_kakuho_kyuufukin")
    name: Mapped[str] = mapped_column(String(200))
    valid_from: Mapped[date | None] = mapped_column(Date, comment="first day of this version; null: not known")
    valid_to: Mapped[date | None] = mapped_column(Date, comment="last day; null: still valid or not known")
    status: Mapped[str] = mapped_column(String(20), comment=STATUS)
    successor: Mapped[str | None] = mapped_column(String(80), comment="programme_id of what took its place")
    content: Mapped[Any] = mapped_column(JSON, comment="the whole record: conditions, amounts in yen, examples")
    checked_on: Mapped[date | None] = mapped_column(Date)

    __table_args__ = (UniqueConstraint("programme_id", "valid_from", "state"),)


class Shop(Sourced, Kept, Base):
    """A cooperating real-estate shop and whom it accepts."""

    __tablename__ = "shop"

    id: Mapped[str] = mapped_column(String(80), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    municipality: Mapped[str] = mapped_column(String(40), index=True)
    address: Mapped[str | None] = mapped_column(String(200))
    phone: Mapped[str | None] = mapped_column(String(20))
    website: Mapped[str | None] = mapped_column(String(400))
    accepts: Mapped[list[str]] = mapped_column(JSON, comment="whom it accepts: knowledge.schema.Serves")
    status: Mapped[str] = mapped_column(String(20), comment=STATUS)
    sample: Mapped[bool] = mapped_column(default=False, comment="made up, printed as a sample")
    notes: Mapped[str | None] = mapped_column(Text)
    checked_on: Mapped[date | None] = mapped_column(Date)


class RecordVersion(Base):
    """One saved state of a desk, FAQ entry, programme, shop or council: who changed what when, and what to restore."""

    __tablename__ = "record_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    entity: Mapped[str] = mapped_column(String(20), comment="desk, organization, faq, programme, shop or council")
    record_id: Mapped[str] = mapped_column(String(80))
    number: Mapped[int] = mapped_column(comment="1, 2, 3 … within the record")
    state: Mapped[str] = mapped_column(String(10), comment="draft, published, withdrawn, discarded, restored or checked")
    content: Mapped[Any] = mapped_column(JSON, comment="the record in the shape of its data file")
    changed_by: Mapped[str] = mapped_column(String(60), comment="login of the admin, or file")
    changed_at: Mapped[str] = mapped_column(String(32), comment="ISO 8601 with offset")
    note: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (UniqueConstraint("entity", "record_id", "number"), Index("ix_record_version_record", "entity", "record_id"))


class KnowledgeStamp(Base):
    """One row: raised by every published change, so that a running process sees cheaply whether to read again."""

    __tablename__ = "knowledge_stamp"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(default=0)
