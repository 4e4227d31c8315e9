"""Editing what Madoguchi knows: drafts, publishing, history, restoring and checking, for FAQ entries, desks, shops and programmes.

What residents see lies in the table of its kind; every saved step lies in record_version, and a draft lies there only, so that
nothing unpublished can be shown by mistake. All functions work inside the caller's transaction.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from knowledge.editing_types import (
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
from knowledge.faq_entries import FaqEntry
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


def list_records(session: Session, kind: Kind, query: str = "", state: State | None = None) -> list[RecordLine]:
    """Return the records of a kind by title; every word of `query` has to occur. Discarded ones only when `state` asks for them."""
    raise NotImplementedError


def get_record(session: Session, kind: Kind, record_id: str) -> EditableRecord:
    """Return one record with its history, latest step first. Raises RecordNotFound."""
    raise NotImplementedError


def validate(session: Session, kind: Kind, content: Mapping[str, Any]) -> Errors:
    """Return what is wrong with a record, by field; empty when nothing is."""
    raise NotImplementedError


def save_draft(
    session: Session,
    kind: Kind,
    record_id: str | None,
    content: Mapping[str, Any],
    author: str,
    now: dt.datetime,
    *,
    based_on: int | None = None,
) -> SaveResult:
    """Save a draft; residents see nothing of it. `record_id` None: a new record (an id is made when the content names none).

    `based_on`: the version that the form showed; when somebody saved in between nothing is written and the errors say so.
    Raises RecordNotFound.
    """
    raise NotImplementedError


def publish(session: Session, kind: Kind, record_id: str, author: str, now: dt.datetime) -> PublishResult:
    """Make the waiting draft what residents see from the next turn on. Raises RecordNotFound.

    Refuses (errors) when nothing waits, when the draft is not valid any more, or when an example household of a programme comes out wrong.
    """
    raise NotImplementedError


def discard_draft(session: Session, kind: Kind, record_id: str, author: str, now: dt.datetime) -> None:
    """Throw the waiting draft away; what is live stays. Nothing happens when none waits. Raises RecordNotFound."""
    raise NotImplementedError


def withdraw(session: Session, kind: Kind, record_id: str, author: str, now: dt.datetime) -> None:
    """Take a record away from residents (its history stays, it can be published again). Raises RecordNotFound."""
    raise NotImplementedError


def history(session: Session, kind: Kind, record_id: str) -> list[Version]:
    """Return every step, latest first; empty for a record that nobody edited."""
    raise NotImplementedError


def restore(session: Session, kind: Kind, record_id: str, version: int, author: str, now: dt.datetime) -> SaveResult:
    """Make an old version the draft again; it still has to be published. Raises RecordNotFound."""
    raise NotImplementedError


def mark_checked(session: Session, kind: Kind, record_id: str, on: dt.date, author: str, now: dt.datetime) -> None:
    """Note that an admin found the live record to be true on a day. Raises RecordNotFound when nothing is live."""
    raise NotImplementedError


def due_for_checking(session: Session, now: dt.datetime, months: int = 12) -> list[RecordLine]:
    """Return live records of all kinds last known to be true longer ago than `months`, oldest first; ended ones are left out."""
    raise NotImplementedError


def published_faq(session: Session) -> list[FaqEntry]:
    """Return the live FAQ entries for knowledge.faq.use_faq. Call it when the stamp changed (knowledge.directory.current_stamp)."""
    raise NotImplementedError


def published_programmes(session: Session) -> list[ProgrammeRecord]:
    """Return the live programmes of every time and status."""
    raise NotImplementedError
