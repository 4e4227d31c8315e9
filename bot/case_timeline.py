"""What happened to a case, in order: status, who is in charge, edits, notes, referrals, and when messages went to and fro."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.models import Case, CaseEvent, CaseNote, Message, Organisation, Referral, Staff

_TALK = ("resident", "staff")


@dataclass(frozen=True)
class TimelineEntry:
    """One thing that happened. `kind`: a CaseEvent's kind, note:<kind>, referral:<status> or messages.

    `before` and `after` are ids of the kind's own (status, fact key), or names of staff and organisations; `text` is a note's or a
    referral's words; `count` is how many messages were exchanged on that day.
    """

    at: datetime
    kind: str
    by: str | None = None
    before: str | None = None
    after: str | None = None
    text: str | None = None
    count: int = 0


def read_timeline(session: Session, case: Case) -> list[TimelineEntry]:
    """Return the timeline of a case, the newest first. The caller has checked the right to read it."""
    staff = {str(staff_id): name for staff_id, name in session.execute(select(Staff.id, Staff.name))}
    offices = {str(office_id): name for office_id, name in session.execute(select(Organisation.id, Organisation.name))}
    found = [*_events(session, case, staff, offices), *_notes(session, case, staff), *_referrals(session, case, staff, offices), *_talk(session, case)]
    return sorted(found, key=lambda entry: entry.at, reverse=True)


def _events(session: Session, case: Case, staff: dict[str, str], offices: dict[str, str]) -> Iterator[TimelineEntry]:
    names = {"assigned": staff, "organisation": offices}
    for event in session.scalars(select(CaseEvent).where(CaseEvent.case_id == case.id).order_by(CaseEvent.id)):
        before, after = event.before, event.after
        if event.kind in names:
            before, after = (names[event.kind].get(one or "") for one in (before, after))
        yield TimelineEntry(event.created_at, event.kind, staff.get(str(event.staff_id)), before, after)


def _notes(session: Session, case: Case, staff: dict[str, str]) -> Iterator[TimelineEntry]:
    for one in session.scalars(select(CaseNote).where(CaseNote.case_id == case.id).order_by(CaseNote.id)):
        yield TimelineEntry(one.created_at, f"note:{one.kind}", staff.get(str(one.staff_id)), text=one.text)


def _referrals(session: Session, case: Case, staff: dict[str, str], offices: dict[str, str]) -> Iterator[TimelineEntry]:
    for one in session.scalars(select(Referral).where(Referral.case_id == case.id).order_by(Referral.id)):
        sender, receiver = offices.get(str(one.from_organisation_id)), offices.get(str(one.to_organisation_id))
        yield TimelineEntry(one.sent_at, "referral:sent", staff.get(str(one.sent_by_id)), sender, receiver, one.asked)
        if one.answered_at is not None:
            yield TimelineEntry(one.answered_at, f"referral:{one.status}", staff.get(str(one.answered_by_id)), sender, receiver, one.reason)


def _talk(session: Session, case: Case) -> Iterator[TimelineEntry]:
    """Yield how many messages the person and staff wrote, an entry a day and author."""
    day = func.date(Message.created_at, "+9 hours") if session.get_bind().dialect.name == "sqlite" else func.date(func.timezone("Asia/Tokyo", Message.created_at))
    rows = session.execute(
        select(Message.author, func.max(Message.created_at), func.count())
        .where(Message.conversation_id == case.conversation_id, Message.author.in_(_TALK), Message.kind != "start")
        .group_by(Message.author, day)
    )
    for author, last, count in rows:
        yield TimelineEntry(last, "messages", by=None, after=author, count=count)
