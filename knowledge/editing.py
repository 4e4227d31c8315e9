"""Editing what Madoguchi knows: drafts, publishing, history, restoring and checking, for FAQ entries, desks, shops and programmes.

What residents see lies in the table of its kind; every saved step lies in record_version, and a draft lies there only, so that
nothing unpublished can be shown by mistake. All functions work inside the caller's transaction.
"""

import datetime as dt
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from dateutil.relativedelta import relativedelta
from sqlalchemy.orm import Session

from knowledge.editing_checks import editing_words, failed_examples, read_content
from knowledge.editing_fill import filled
from knowledge.editing_history import add_step, as_versions, latest_step, latest_steps, steps
from knowledge.editing_kinds import KIND, Row, live_row, plain, record_key
from knowledge.editing_live import (
    WAITING,
    changed_at,
    live_content,
    newest_content,
    published_faq,
    published_programmes,
    put_live,
    state_of,
)
from knowledge.editing_types import (
    ADMIN,
    KINDS,
    Content,
    Difference,
    EditableRecord,
    Errors,
    Kind,
    PublishResult,
    RecordLine,
    RecordNotFound,
    SaveResult,
    State,
    Version,
)
from knowledge.hours import TOKYO
from knowledge.load import raise_stamp
from knowledge.models import RecordVersion
from knowledge.programme_schema import ProgrammeRecord

__all__ = [
    "KINDS",
    "Content",
    "Difference",
    "EditableRecord",
    "Errors",
    "Kind",
    "PublishResult",
    "RecordLine",
    "RecordNotFound",
    "SaveResult",
    "State",
    "Version",
    "discard_draft",
    "due_for_checking",
    "get_record",
    "history",
    "list_records",
    "mark_checked",
    "publish",
    "published_faq",
    "published_programmes",
    "restore",
    "save_draft",
    "validate",
    "withdraw",
]


_OVER = ("ended", "not_offered")


def list_records(session: Session, kind: Kind, query: str = "", state: State | None = None) -> list[RecordLine]:
    """Return the records of a kind by title; every word of `query` has to occur. Discarded ones only when `state` asks for them."""
    words = _folded(query).split()
    found: list[RecordLine] = []
    for line, content in _lines(session, kind):
        if line.state != state if state else line.state == "discarded":
            continue
        text = _folded(f"{line.id} {line.title} {line.detail} {' '.join(_texts(content))}") if words else ""
        if all(word in text for word in words):
            found.append(line)
    return sorted(found, key=lambda line: (line.detail if kind in ("desk", "shop") else "", line.title, line.id))


def get_record(session: Session, kind: Kind, record_id: str) -> EditableRecord:
    """Return one record with its history, latest step first. Raises RecordNotFound."""
    row = live_row(session, kind, record_id)
    rows = steps(session, kind, record_id)
    if row is None and not rows:
        raise RecordNotFound(kind, record_id)
    last = rows[-1] if rows else None
    content = newest_content(kind, row, last)
    return EditableRecord(
        id=record_id,
        kind=kind,
        title=KIND[kind].title(content),
        content=content,
        state=state_of(row, last),
        published_content=live_content(kind, row) if row is not None and row.state == "published" else None,
        updated_at=changed_at(last),
        checked_on=row.checked_on if row is not None else None,
        number=last.number if last else 0,
        history=as_versions(rows),
    )


def validate(session: Session, kind: Kind, content: Mapping[str, Any]) -> Errors:
    """Return what is wrong with a record, by field; empty when nothing is."""
    return read_content(session, kind, content)[1]


def save_draft(
    session: Session,
    kind: Kind,
    record_id: str | None,
    content: Mapping[str, Any],
    author: str,
    now: dt.datetime,
    *,
    based_on: int | None = None,
    complete: bool = False,
) -> SaveResult:
    """Save a draft; residents see nothing of it. `record_id` None: a new record (an id is made when the content names none).

    `based_on`: the version that the form showed; when somebody saved in between nothing is written and the errors say so.
    `complete`: id, source and what is confirmed stand in the content already; else they are filled in as this admin's, of today.
    Raises RecordNotFound.
    """
    row = live_row(session, kind, record_id) if record_id else None
    last = latest_step(session, kind, record_id) if record_id else None
    if record_id and row is None and last is None:
        raise RecordNotFound(kind, record_id)
    if based_on is not None and based_on != (last.number if last else 0):
        return SaveResult(record_id, {"": editing_words().edited_meanwhile})
    base = newest_content(kind, row, last) if record_id else {}
    whole = dict(content) if complete else filled(kind, {**content}, base, now)
    record, errors = read_content(session, kind, whole)
    if record is not None:
        errors = _wrong_id(session, kind, record_id, plain(record), base)
    if record is None or errors:
        return SaveResult(record_id, errors)
    saved = plain(record)
    key = record_id or record_key(kind, saved)
    live = live_content(kind, row) if row is not None else None
    number = add_step(session, kind, key, "draft", saved, author, now, live=live)
    return SaveResult(key, number=number)


def publish(session: Session, kind: Kind, record_id: str, author: str, now: dt.datetime) -> PublishResult:
    """Make the waiting draft what residents see from the next turn on. Raises RecordNotFound.

    Refuses (errors) when nothing waits, when the draft is not valid any more, or when an example household of a programme comes out wrong.
    """
    row, last = _row_and_step(session, kind, record_id)
    if last is None or last.state not in WAITING:
        return PublishResult({"": editing_words().nothing_to_publish})
    record, errors = read_content(session, kind, last.content)
    if isinstance(record, ProgrammeRecord):
        errors = failed_examples(record, now)
    if record is None or errors:
        return PublishResult(errors)
    put_live(session, kind, row, record)
    add_step(session, kind, record_id, "published", last.content, author, now)
    raise_stamp(session)
    return PublishResult()


def discard_draft(session: Session, kind: Kind, record_id: str, author: str, now: dt.datetime) -> None:
    """Throw the waiting draft away; what is live stays. Nothing happens when none waits. Raises RecordNotFound."""
    row, last = _row_and_step(session, kind, record_id)
    if last is not None and last.state in WAITING:
        content = live_content(kind, row) if row is not None else last.content
        add_step(session, kind, record_id, "discarded", content, author, now)


def withdraw(session: Session, kind: Kind, record_id: str, author: str, now: dt.datetime) -> None:
    """Take a record away from residents (its history stays, it can be published again). Raises RecordNotFound."""
    row, _last = _row_and_step(session, kind, record_id)
    if row is None:
        discard_draft(session, kind, record_id, author, now)
        return
    if row.state != "published":
        return
    content = live_content(kind, row)
    row.state, row.origin = "withdrawn", ADMIN
    add_step(session, kind, record_id, "withdrawn", content, author, now, live=content)
    raise_stamp(session)


def history(session: Session, kind: Kind, record_id: str) -> list[Version]:
    """Return every step, latest first; empty for a record that nobody edited."""
    return list(as_versions(steps(session, kind, record_id)))


def restore(session: Session, kind: Kind, record_id: str, version: int, author: str, now: dt.datetime) -> SaveResult:
    """Make an old version the draft again; it still has to be published. Raises RecordNotFound."""
    old = next((step for step in steps(session, kind, record_id) if step.number == version), None)
    if old is None:
        raise RecordNotFound(kind, f"{record_id} {version}")
    _record, errors = read_content(session, kind, old.content)
    if errors:
        return SaveResult(record_id, errors)
    return SaveResult(record_id, number=add_step(session, kind, record_id, "restored", old.content, author, now))


def mark_checked(session: Session, kind: Kind, record_id: str, on: dt.date, author: str, now: dt.datetime) -> None:
    """Note that an admin found the live record to be true on a day. Raises RecordNotFound when nothing is live.

    The row stays the file's: a load still takes over what its file says anew. A draft that waits goes on waiting.
    """
    row, last = _row_and_step(session, kind, record_id)
    if row is None or row.state != "published":
        raise RecordNotFound(kind, record_id)
    before = live_content(kind, row)
    row.checked_on = on
    session.flush()
    raise_stamp(session)
    if last is None or last.state not in WAITING:
        add_step(session, kind, record_id, "checked", live_content(kind, row), author, now, live=before)


def due_for_checking(session: Session, now: dt.datetime, months: int = 12) -> list[RecordLine]:
    """Return live records of all kinds last known to be true longer ago than `months`, oldest first; ended ones are left out."""
    limit = now.astimezone(TOKYO).date() - relativedelta(months=months)
    lines = [line for kind in KINDS for line, _content in _lines(session, kind)]
    due = [line for line in lines if line.true_on and line.true_on < limit and line.status not in _OVER]
    return sorted(due, key=lambda line: (line.true_on or limit, line.kind, line.id))


def _row_and_step(session: Session, kind: Kind, record_id: str) -> tuple[Row | None, RecordVersion | None]:
    row, last = live_row(session, kind, record_id), latest_step(session, kind, record_id)
    if row is None and last is None:
        raise RecordNotFound(kind, record_id)
    return row, last


def _lines(session: Session, kind: Kind) -> Iterator[tuple[RecordLine, Content]]:
    last = latest_steps(session, kind)
    rows: dict[str, Row] = {KIND[kind].row_key(row): row for row in session.scalars(KIND[kind].query())}
    for key in {**rows, **last}:
        row, step = rows.get(key), last.get(key)
        content = newest_content(kind, row, step)
        live = row is not None and row.state == "published"
        days = [day for day in (row.checked_on, row.source_as_of) if day] if row is not None and live else []
        yield (
            RecordLine(
                id=key,
                kind=kind,
                title=KIND[kind].title(content),
                detail=KIND[kind].detail(content),
                state=state_of(row, step),
                status=str(content.get("status", "")),
                origin=row.origin if row is not None else ADMIN,
                updated_at=changed_at(step),
                checked_on=row.checked_on if row is not None else None,
                true_on=max(days) if days else None,
            ),
            content,
        )


def _wrong_id(session: Session, kind: Kind, record_id: str | None, content: Content, base: Content) -> Errors:
    words, key = editing_words(), record_key(kind, content)
    if record_id is None:
        taken = live_row(session, kind, key) is not None or latest_step(session, kind, key) is not None
        return {"id": words.id_taken} if taken else {}
    if content["id"] != base.get("id"):
        return {"id": words.id_fixed}
    return {} if key == record_id else {"valid_from": words.version_fixed}


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
