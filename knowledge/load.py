"""Data files into the database: validated as a whole first, then one upsert by id that can be run again at any time.

Rows that an admin entered or edited stay as they are. Rows that came from a file and stand in no file any more go.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.editing_kinds import KIND, record_key
from knowledge.editing_types import Kind
from knowledge.faq_entries import FAQ_FOLDER, FaqRecord, read_faq
from knowledge.faq_entries import FaqEntry as Entry
from knowledge.files import DATA, load_sources, read_desk_files
from knowledge.models import Council, Document, FaqEntry, KnowledgeStamp, Organization, Programme, ServiceAtLocation, Shop, TaxonomyTerm
from knowledge.programmes import FOLDER as PROGRAMMES_FOLDER
from knowledge.programmes import load_programmes
from knowledge.rows import desk_to_rows, digest, source_columns
from knowledge.schema import CouncilRecord, DeskFile, DeskRecord, OrganizationRecord, SourceRef
from knowledge.shops import FOLDER as SHOPS_FOLDER
from knowledge.shops import read_shops
from knowledge.vocabulary import load_vocabulary

Kept = Organization | ServiceAtLocation | Council | FaqEntry | Programme | Shop


@dataclass
class LoadReport:
    """What a load did, by table: ids added, changed and removed, ids kept since an admin edited them, and how many stayed as they were."""

    added: dict[str, list[str]] = field(default_factory=dict)
    changed: dict[str, list[str]] = field(default_factory=dict)
    removed: dict[str, list[str]] = field(default_factory=dict)
    kept: dict[str, list[str]] = field(default_factory=dict)
    unchanged: Counter[str] = field(default_factory=Counter)

    @property
    def touched(self) -> bool:
        """Whether the database says anything else than before."""
        return bool(self.added or self.changed or self.removed)

    def lines(self) -> list[str]:
        """One line a table, for the command line."""
        tables = sorted({*self.added, *self.changed, *self.removed, *self.kept, *self.unchanged})
        return [
            f"{table}: {len(self.added.get(table, []))} added, {len(self.changed.get(table, []))} changed, "
            f"{len(self.removed.get(table, []))} removed, {self.unchanged[table]} unchanged, {len(self.kept.get(table, []))} kept as edited"
            for table in tables
        ]


@dataclass(frozen=True)
class Folders:
    """Where the files of each kind lie."""

    desks: Path = DATA / "desks"
    faq: Path = FAQ_FOLDER
    programmes: Path = PROGRAMMES_FOLDER
    shops: Path = SHOPS_FOLDER


def load_all(session: Session, folder: Path = DATA / "desks", folders: Folders | None = None) -> LoadReport:
    """Bring the tables to what the files say, inside the caller's transaction, and say what changed.

    Raises DataError (nothing is written then) when any file is wrong.
    """
    others = folders or Folders()
    files = read_desk_files(folder)
    wanted: dict[Kind, list[BaseModel]] = {
        "faq": [_faq_record(entry) for entry in read_faq(others.faq)],
        "programme": list(load_programmes(others.programmes)),
        "shop": list(read_shops(others.shops)),
    }
    report = LoadReport()
    _load_documents(session)
    _load_terms(session)
    _load_organizations(session, files.values(), report)
    _load_desks(session, files.values(), report)
    _load_councils(session, files.values(), report)
    for kind, records in wanted.items():
        _load_kind(session, kind, records, report)
    if report.touched:
        raise_stamp(session)
    session.flush()
    return report


def raise_stamp(session: Session) -> None:
    """Tell running processes that the published knowledge changed (see knowledge.directory.refresh)."""
    stamp = session.get(KnowledgeStamp, 1)
    if stamp is None:
        session.add(KnowledgeStamp(id=1, number=1))
    else:
        stamp.number += 1


def _load_documents(session: Session) -> None:
    for source in load_sources().values():
        session.merge(Document(**source.model_dump()))


def _load_terms(session: Session) -> None:
    vocabulary = load_vocabulary()
    serves = DeskRecord.model_json_schema()["properties"]["serves"]["items"]["enum"]
    taxonomies = {"need": vocabulary.needs, "desk_kind": vocabulary.desk_kinds, "serves": {tag: tag for tag in serves}}
    for taxonomy, terms in taxonomies.items():
        for code, name in terms.items():
            session.merge(TaxonomyTerm(id=f"{taxonomy}:{code}", taxonomy=taxonomy, code=code, name=name))
    session.flush()


def _load_organizations(session: Session, files: Iterable[DeskFile], report: LoadReport) -> None:
    wanted: dict[str, tuple[OrganizationRecord, SourceRef]] = {}
    for file in files:
        for record in file.organizations:
            wanted.setdefault(record.id, (record, record.source or file.source))
    present = {row.id: row for row in session.scalars(select(Organization))}
    due = _sort_out(session, "organization", {key: record for key, (record, _source) in wanted.items()}, present, report, drop=False)
    for key in due:
        record, source = wanted[key]
        columns = record.model_dump(exclude={"source"})
        session.merge(Organization(**columns, **source_columns(source), digest=digest(record), origin="file", state="published"))
    session.flush()


def _load_desks(session: Session, files: Iterable[DeskFile], report: LoadReport) -> None:
    wanted = {desk.id: desk for file in files for desk in file.desks_with_source()}
    present = {row.id: row for row in session.scalars(select(ServiceAtLocation))}
    for key in _sort_out(session, "service_at_location", wanted, present, report, drop=True):
        if key in present:
            session.delete(present[key])
            session.flush()
        session.add(desk_to_rows(wanted[key]))
    session.flush()


def _load_councils(session: Session, files: Iterable[DeskFile], report: LoadReport) -> None:
    councils = [(file.council, file.council.source or file.source) for file in files if file.council]
    wanted: dict[str, CouncilRecord] = {council.id: council.model_copy(update={"source": source}) for council, source in councils}
    sources = {council.id: source for council, source in councils}
    present = {row.id: row for row in session.scalars(select(Council))}
    for key in _sort_out(session, "council", wanted, present, report, drop=True):
        record = wanted[key]
        session.merge(
            Council(
                id=key,
                name=record.name,
                municipality=record.municipality,
                prefecture=record.prefecture,
                content=record.model_dump(mode="json"),
                digest=digest(record),
                origin="file",
                state="published",
                **source_columns(sources[key]),
            )
        )


def _load_kind(session: Session, kind: Kind, records: Iterable[BaseModel], report: LoadReport) -> None:
    spec = KIND[kind]
    wanted = {record_key(kind, record.model_dump()): record for record in records}
    present: dict[str, Kept] = {spec.row_key(row): row for row in session.scalars(spec.query())}
    for key in _sort_out(session, kind, wanted, present, report, drop=True):
        if key in present:
            session.delete(present[key])
            session.flush()
        session.add(spec.write(wanted[key]))
    session.flush()


def _faq_record(entry: Entry) -> FaqRecord:
    return FaqRecord.model_validate({field: getattr(entry, field) for field in FaqRecord.model_fields})


def _sort_out(
    session: Session, table: str, wanted: Mapping[str, BaseModel], present: Mapping[str, Kept], report: LoadReport, *, drop: bool
) -> list[str]:
    """Return the ids to write; delete rows whose file is gone; note everything in the report."""
    due: list[str] = []
    for key, record in wanted.items():
        row = present.get(key)
        if row is None:
            report.added.setdefault(table, []).append(key)
            due.append(key)
        elif row.origin == "admin":
            report.kept.setdefault(table, []).append(key)
        elif row.digest != digest(record):
            report.changed.setdefault(table, []).append(key)
            due.append(key)
        else:
            report.unchanged[table] += 1
    for key, row in present.items():
        if drop and key not in wanted and row.origin == "file":
            report.removed.setdefault(table, []).append(key)
            session.delete(row)
    session.flush()
    return due
