"""What staff do with a case: take it up, move it on, plan the next step, write notes. Each is guarded, noted, and on its timeline."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.access import find_case, handles_cases
from bot.models import Case, CaseEvent, CaseNote, Staff
from bot.queue import CASE_STATUSES
from bot.staff import note

NOTE_KINDS = ("note", "phone", "visit", "letter")
"""What a note is about; all but `note` say that the person was reached that way."""


def mark_opened(session: Session, case: Case, staff: Staff, now: datetime) -> None:
    """Note who was the first to take up the case; a later one changes nothing. The caller commits."""
    if case.opened_at is None:
        case.opened_at, case.opened_by_id = now, staff.id
        note(session, staff.id, "case_opened", f"cases:{case.id}", now)


def set_status(session: Session, case_id: int, status: str, staff: Staff, now: datetime) -> None:
    """Save one of CASE_STATUSES. Commits. Raises ValueError for another, NoSuchCase, CaseClosedToYou."""
    if status not in CASE_STATUSES:
        raise ValueError("no such status")
    case = find_case(session, staff, case_id, "work")
    move(session, case, status, staff, now)
    mark_opened(session, case, staff, now)
    session.commit()


def move(session: Session, case: Case, status: str, staff: Staff, now: datetime) -> None:
    """Set the status and keep the change. The caller commits."""
    if case.status != status:
        add_event(session, case, "status", staff, now, before=case.status, after=status)
        note(session, staff.id, f"case_status_{status}", f"cases:{case.id}", now)
        case.status = status


def colleagues(session: Session, case: Case) -> list[Staff]:
    """Return who can be put in charge: the caseworkers and supervisors of the case's organisation who still work there, by name."""
    staff = session.scalars(select(Staff).where(Staff.organisation_id == case.organisation_id).order_by(Staff.name, Staff.id))
    # Samples never log in and count as gone from the start; they stand in their own cases only.
    return [one for one in staff if handles_cases(one) and (case.conversation.sample if one.sample else one.deactivated_at is None)]


def assign(session: Session, case_id: int, to: int | None, staff: Staff, now: datetime) -> None:
    """Put somebody in charge (None: nobody). Everybody may take a case that nobody has, and give back their own; the rest is for supervisors.

    Commits. Raises ValueError when `to` is nobody of this organisation, NoSuchCase, CaseClosedToYou.
    """
    case = find_case(session, staff, case_id, "work")
    if to is not None and to not in [one.id for one in colleagues(session, case)]:
        raise ValueError("no such colleague")
    if case.assigned_to_id != to:
        own_matter = {case.assigned_to_id, to} <= {None, staff.id}
        find_case(session, staff, case_id, "work" if own_matter else "supervise")
        put_in_charge(session, case, to, staff, now)
    mark_opened(session, case, staff, now)
    session.commit()


def put_in_charge(session: Session, case: Case, to: int | None, staff: Staff, now: datetime) -> None:
    """Set who is in charge and keep the change. The caller commits and has checked the right to do it."""
    before, after = (str(one) if one is not None else None for one in (case.assigned_to_id, to))
    add_event(session, case, "assigned", staff, now, before=before, after=after)
    note(session, staff.id, "case_assigned", f"cases:{case.id}", now)
    case.assigned_to_id = to


def plan(session: Session, case_id: int, text: str, on: date | None, staff: Staff, now: datetime) -> None:
    """Save what is to be done next and by when; without text nothing is planned. Commits. Raises NoSuchCase, CaseClosedToYou."""
    case = find_case(session, staff, case_id, "work")
    case.next_action = text.strip() or None
    case.next_action_on = on if case.next_action else None
    add_event(session, case, "planned", staff, now, after=case.next_action_on.isoformat() if case.next_action_on else None)
    note(session, staff.id, "case_planned", f"cases:{case.id}", now)
    mark_opened(session, case, staff, now)
    session.commit()


def set_sensitive(session: Session, case_id: int, sensitive: bool, staff: Staff, now: datetime) -> None:
    """Restrict the case, or open it to the organisation; from then on the assistant does not change that. Commits. For supervisors."""
    case = find_case(session, staff, case_id, "supervise")
    add_event(session, case, "sensitive", staff, now, before=str(case.sensitive), after=str(sensitive))
    note(session, staff.id, "case_restricted" if sensitive else "case_unrestricted", f"cases:{case.id}", now)
    case.sensitive = sensitive
    session.commit()


def write_note(session: Session, case_id: int, text: str, kind: str, staff: Staff, now: datetime) -> None:
    """Add a note; a call, visit or letter counts as having reached the person. Commits. Raises ValueError for no text or another kind."""
    if kind not in NOTE_KINDS or not text.strip():
        raise ValueError("a note has a kind and words")
    case = find_case(session, staff, case_id, "work")
    session.add(CaseNote(case_id=case.id, staff_id=staff.id, kind=kind, text=text.strip(), created_at=now))
    note(session, staff.id, f"case_note_{kind}", f"cases:{case.id}", now)
    if kind != "note":
        reach(session, case, staff, now)
    mark_opened(session, case, staff, now)
    session.commit()


def reach(session: Session, case: Case, staff: Staff, now: datetime) -> None:
    """Note the first time that a human reached the person. The caller commits."""
    if case.first_contact_at is None:
        case.first_contact_at = now
        add_event(session, case, "reached", staff, now)


def add_event(
    session: Session, case: Case, kind: str, staff: Staff | None, now: datetime, *, before: str | None = None, after: str | None = None
) -> None:
    """Put something on the timeline: ids only. The caller commits."""
    session.add(CaseEvent(case_id=case.id, staff_id=staff.id if staff else None, kind=kind, before=before, after=after, created_at=now))
