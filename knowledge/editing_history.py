"""The steps in the life of a record: reading them, writing the next one, and saying what changed between two."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, cast

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from knowledge.editing_types import Action, Content, Difference, Kind, Version
from knowledge.models import RecordVersion

FILE = "file"


def steps(session: Session, kind: Kind, record_id: str) -> list[RecordVersion]:
    """Return the rows of a record's history, first step first."""
    query = select(RecordVersion).where(RecordVersion.entity == kind, RecordVersion.record_id == record_id)
    return list(session.scalars(query.order_by(RecordVersion.number)))


def latest_step(session: Session, kind: Kind, record_id: str) -> RecordVersion | None:
    """Return the last step of a record, or None when nobody ever edited it."""
    query = select(RecordVersion).where(RecordVersion.entity == kind, RecordVersion.record_id == record_id)
    return session.scalar(query.order_by(RecordVersion.number.desc()).limit(1))


def latest_steps(session: Session, kind: Kind) -> dict[str, RecordVersion]:
    """Return the last step of every record of a kind, by id."""
    last = (
        select(RecordVersion.record_id, func.max(RecordVersion.number).label("number"))
        .where(RecordVersion.entity == kind)
        .group_by(RecordVersion.record_id)
        .subquery()
    )
    query = select(RecordVersion).join(
        last, (RecordVersion.record_id == last.c.record_id) & (RecordVersion.number == last.c.number) & (RecordVersion.entity == kind)
    )
    return {row.record_id: row for row in session.scalars(query)}


def add_step(
    session: Session,
    kind: Kind,
    record_id: str,
    action: Action,
    content: Content,
    author: str,
    now: dt.datetime,
    *,
    live: Content | None = None,
) -> int:
    """Write the next step and return its number.

    `live`: what residents saw before the first edit, kept as step 1, so that it can be restored.
    """
    last = latest_step(session, kind, record_id)
    number = last.number if last else 0
    if last is None and live is not None:
        number = 1
        session.add(_row(kind, record_id, number, "published", live, FILE, now))
    session.add(_row(kind, record_id, number + 1, action, content, author, now))
    session.flush()
    return number + 1


def as_versions(rows: list[RecordVersion]) -> tuple[Version, ...]:
    """Return the steps with what each of them changed, latest first."""
    versions: list[Version] = []
    before: Content | None = None
    for row in rows:
        versions.append(
            Version(
                number=row.number,
                author=row.changed_by,
                at=dt.datetime.fromisoformat(row.changed_at),
                action=cast(Action, row.state),
                differences=() if before is None else differences(before, row.content),
                content=row.content,
            )
        )
        before = row.content
    return tuple(reversed(versions))


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Difference, ...]:
    """Return the fields whose values differ, in the order of `after`; an empty text, an empty list and nothing are the same."""
    fields = [*after, *(field for field in before if field not in after)]
    pairs = ((field, before.get(field), after.get(field)) for field in fields)
    return tuple(Difference(field, _shown(old), _shown(new)) for field, old, new in pairs if _shown(old) != _shown(new))


def _shown(value: Any) -> Any:
    return None if value in ("", [], {}) else value


def _row(kind: Kind, record_id: str, number: int, state: str, content: Content, author: str, now: dt.datetime) -> RecordVersion:
    return RecordVersion(
        entity=kind, record_id=record_id, number=number, state=state, content=content, changed_by=author, changed_at=now.isoformat()
    )
