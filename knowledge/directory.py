"""The directory in memory: every published desk, read from the database or straight from the files, frozen.

Small (some hundred desks), so reading it anew after an edit costs milliseconds; `refresh` does so only when something changed.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dateutil.relativedelta import relativedelta
from sqlalchemy import inspect, select
from sqlalchemy.orm import Session, selectinload

from knowledge.files import DATA, load_sources, read_desk_files
from knowledge.hours import TOKYO
from knowledge.models import Council, Document, KnowledgeStamp, Organization, ServiceAtLocation
from knowledge.rows import rows_to_desk, source_of
from knowledge.schema import CouncilRecord, DeskRecord, OrganizationRecord, PhoneRecord, SourceRecord, SourceRef

TRUSTED_YEARS = 2
SHOWN = ("current", "unverified")


@dataclass(frozen=True)
class Directory:
    """All published desks. `stamp` is the number of the database's state that it was read from (0: files)."""

    records: tuple[DeskRecord, ...]
    organizations: Mapping[str, OrganizationRecord]
    councils: tuple[CouncilRecord, ...]
    sources: Mapping[str, SourceRecord]
    stamp: int = 0
    _by_id: Mapping[str, DeskRecord] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_id", {desk.id: desk for desk in self.records})

    @classmethod
    def from_files(cls, folder: Path = DATA / "desks") -> "Directory":
        """Read the data files, without any database. Raises DataError when one is wrong."""
        files = read_desk_files(folder).values()
        organizations = {
            record.id: record.model_copy(update={"source": record.source or file.source}) for file in files for record in file.organizations
        }
        councils = [file.council.model_copy(update={"source": file.council.source or file.source}) for file in files if file.council]
        desks = (desk for file in files for desk in file.desks_with_source())
        return cls(_sorted(desks), organizations, tuple(sorted(councils, key=lambda council: council.id)), load_sources())

    @classmethod
    def from_database(cls, session: Session) -> "Directory":
        """Read what is published in the database."""
        relations = [selectinload(relation.class_attribute) for relation in inspect(ServiceAtLocation).relationships]
        query = select(ServiceAtLocation).where(ServiceAtLocation.state == "published").options(*relations)
        councils = session.scalars(select(Council).where(Council.state == "published").order_by(Council.id))
        return cls(
            _sorted(rows_to_desk(row) for row in session.scalars(query)),
            {row.id: _organization(row) for row in session.scalars(select(Organization).where(Organization.state == "published"))},
            tuple(CouncilRecord.model_validate(row.content) for row in councils),
            {row.id: _document(row) for row in session.scalars(select(Document))},
            current_stamp(session),
        )

    def desk(self, desk_id: str) -> DeskRecord | None:
        """The desk of that id, whatever its status, or None."""
        return self._by_id.get(desk_id)

    def general(self, kind: str) -> DeskRecord | None:
        """The nationwide description of a desk kind, or None."""
        return next((desk for desk in self.records if desk.general and desk.kind == kind), None)

    def in_municipality(self, kind: str, municipality: str, prefecture: str | None = None) -> list[DeskRecord]:
        """Desks of that kind in a municipality (canonical name) that residents may be shown: neither ended nor never offered.

        `prefecture`: where the municipality lies, for names that stand in several; None when it is not known.
        """
        return [desk for desk in self._shown(kind) if desk.municipality == municipality and _lies_in(desk, prefecture)]

    def not_offered(self, kind: str, municipality: str, prefecture: str | None = None) -> DeskRecord | None:
        """The record that says that a municipality has no desk of that kind, or None."""
        return next(
            (
                desk
                for desk in self.records
                if desk.kind == kind and desk.status == "not_offered" and desk.municipality == municipality and _lies_in(desk, prefecture)
            ),
            None,
        )

    def in_prefecture(self, kind: str, prefecture: str) -> list[DeskRecord]:
        """Desks of that kind that serve a whole prefecture."""
        return [desk for desk in self._shown(kind) if desk.prefecture == prefecture and not desk.municipality]

    def nationwide(self, kind: str) -> list[DeskRecord]:
        """Concrete desks of that kind that serve the whole country; general records are not among them."""
        return [desk for desk in self._shown(kind) if desk.nationwide and not desk.general]

    def _shown(self, kind: str) -> list[DeskRecord]:
        return [desk for desk in self.records if desk.kind == kind and desk.status in SHOWN]

    def council(self, municipality: str, prefecture: str | None = None) -> CouncilRecord | None:
        """The housing support council of a municipality, or None. `prefecture` as for `in_municipality`."""
        return next(
            (
                council
                for council in self.councils
                if council.municipality == municipality and prefecture in (None, council.prefecture)
            ),
            None,
        )

    def source_title(self, source: SourceRef) -> str:
        """The title of the document that a source names; its id when the document is not known."""
        record = self.sources.get(source.document)
        return record.title if record else source.document


def refresh(session: Session, directory: Directory) -> Directory:
    """Return `directory` itself while the database says nothing newer, else a fresh one. One small query when nothing changed."""
    return directory if directory.stamp == current_stamp(session) else Directory.from_database(session)


def current_stamp(session: Session) -> int:
    """The number that every published change raises; 0 before the first load."""
    return session.scalar(select(KnowledgeStamp.number).where(KnowledgeStamp.id == 1)) or 0


def true_on(desk: DeskRecord) -> dt.date:
    """The day at which the record is known to be true: an admin's check, else its source's date."""
    if desk.source is None:
        raise ValueError(f"desk {desk.id} has no source")
    return max(desk.checked_on, desk.source.as_of) if desk.checked_on else desk.source.as_of


def is_old(day: dt.date, at: dt.datetime) -> bool:
    """Whether something known as of `day` is too old at `at` to be relied on: older than two years."""
    return day + relativedelta(years=TRUSTED_YEARS) < at.astimezone(TOKYO).date()


def phones_to_show(desk: DeskRecord, at: dt.datetime) -> list[PhoneRecord]:
    """The numbers that residents may be shown: source at most two years old at `at`, or confirmed by an admin."""
    return [phone for phone in desk.phones if phone.confirmed_on or not is_old((phone.source or _source(desk)).as_of, at)]


def _lies_in(desk: DeskRecord, prefecture: str | None) -> bool:
    return prefecture is None or desk.prefecture in (None, prefecture)


def _source(desk: DeskRecord) -> SourceRef:
    if desk.source is None:
        raise ValueError(f"desk {desk.id} has no source")
    return desk.source


def _sorted(desks: Iterable[DeskRecord]) -> tuple[DeskRecord, ...]:
    return tuple(sorted(desks, key=lambda desk: desk.id))


def _organization(row: Organization) -> OrganizationRecord:
    names = ("id", "name", "kind", "municipality", "prefecture", "website", "notes")
    return OrganizationRecord.model_validate({**{name: getattr(row, name) for name in names}, "source": source_of(row)})


def _document(row: Document) -> SourceRecord:
    names = ("id", "title", "publisher", "as_of", "as_of_note", "url", "notes")
    return SourceRecord.model_validate({name: getattr(row, name) for name in names})
