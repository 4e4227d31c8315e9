"""What is live and what waits: reading a record from its row and its last step, making it live, and handing out what is live."""

import datetime as dt

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge import models
from knowledge.editing_kinds import KIND, Row, plain
from knowledge.editing_types import ADMIN, Content, Kind, State
from knowledge.faq_entries import FaqEntry, FaqRecord, entry_from_record
from knowledge.models import RecordVersion
from knowledge.programme_schema import ProgrammeRecord

WAITING = ("draft", "restored")


def put_live(session: Session, kind: Kind, row: Row | None, record: BaseModel) -> None:
    """Write the record over the live row, if there is one, as an admin's."""
    new = KIND[kind].write(record)
    new.origin, new.state = ADMIN, "published"
    if row is not None:
        days = [day for day in (row.checked_on, new.checked_on) if day]
        new.checked_on = max(days) if days else None
        session.delete(row)
        session.flush()
    session.add(new)
    session.flush()


def live_content(kind: Kind, row: Row) -> Content:
    """Return what the row says, in the shape of its file."""
    return plain(KIND[kind].read(row))


def newest_content(kind: Kind, row: Row | None, last: RecordVersion | None) -> Content:
    """Return the draft where one waits, else what the row says, else the last step."""
    if last is not None and (last.state in WAITING or row is None):
        return dict(last.content)
    return live_content(kind, row) if row is not None else {}


def state_of(row: Row | None, last: RecordVersion | None) -> State:
    """Return the state that row and last step make together."""
    waiting = last is not None and last.state in WAITING
    if row is None:
        return "draft" if waiting else "discarded"
    if row.state != "published":
        return "draft" if waiting else "withdrawn"
    return "changed" if waiting else "published"


def changed_at(last: RecordVersion | None) -> dt.datetime | None:
    """Return when the last step was made."""
    return dt.datetime.fromisoformat(last.changed_at) if last else None


def published_faq(session: Session) -> list[FaqEntry]:
    """Return the live FAQ entries for knowledge.faq.use_faq. Call it when the stamp changed (knowledge.directory.current_stamp)."""
    rows = session.scalars(select(models.FaqEntry).where(models.FaqEntry.state == "published").order_by(models.FaqEntry.id))
    return [entry_from_record(FaqRecord.model_validate(row.content)) for row in rows]


def published_programmes(session: Session) -> list[ProgrammeRecord]:
    """Return the live programmes of every time and status."""
    query = select(models.Programme).where(models.Programme.state == "published")
    rows = session.scalars(query.order_by(models.Programme.programme_id, models.Programme.valid_from))
    return [ProgrammeRecord.model_validate(row.content) for row in rows]
