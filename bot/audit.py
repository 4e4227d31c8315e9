"""Searching the audit trail: who read or changed what, when. It never held what was said.

An admin answers for everybody's use of the service and searches all of it; a supervisor searches what the people of their own organisation
did, and what was done with its cases. Searching is noted like any other reading.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, String, cast, false, func, literal, or_, select, true
from sqlalchemy.orm import Session

from bot.access import has_role, rights
from bot.models import Alert, AuditEntry, Case, Consent, Message, Referral, Staff
from bot.staff import note

TOKYO = ZoneInfo("Asia/Tokyo")
PAGE_LINES = 50


@dataclass(frozen=True)
class AuditFilter:
    """What to look for. `reference`: a case's number; `actions`: ids, one ending in * stands for all that begin so; days are inclusive, Tokyo."""

    staff_id: int | None = None
    reference: str = ""
    actions: tuple[str, ...] = ()
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True)
class AuditLine:
    """One entry. `who`: None when nobody was logged in or the assistant itself acted; `reference`: of the case, where it is about one."""

    at: datetime
    who: str | None
    action: str
    subject: str
    reference: str | None


@dataclass(frozen=True)
class AuditPage:
    """Entries, newest first. `number` counts from 1."""

    lines: list[AuditLine]
    total: int
    number: int

    @property
    def last(self) -> int:
        """The number of the last page."""
        return max(1, -(-self.total // PAGE_LINES))


def search_audit(session: Session, by: Staff, wanted: AuditFilter, number: int, now: datetime) -> AuditPage:
    """Return a page of what this person may see of the trail; empty for who is neither admin nor supervisor. The search is noted; commits."""
    condition = _visible(by) & _matching(session, wanted)
    total = session.scalar(select(func.count()).select_from(AuditEntry).where(condition)) or 0
    number = min(max(number, 1), max(1, -(-total // PAGE_LINES)))
    rows = session.execute(
        select(AuditEntry, Staff.name)
        .outerjoin(Staff, Staff.id == AuditEntry.staff_id)
        .where(condition)
        .order_by(AuditEntry.id.desc())
        .limit(PAGE_LINES)
        .offset((number - 1) * PAGE_LINES)
    ).all()
    references = _references(session, by, [entry.subject for entry, _name in rows])
    lines = [AuditLine(entry.created_at, name, entry.action, entry.subject, references.get(entry.subject)) for entry, name in rows]
    note(session, by.id, "audit_searched", "audit:list", now)
    session.commit()
    return AuditPage(lines, total, number)


def audited_people(session: Session, by: Staff) -> list[Staff]:
    """Return the people whose entries this person may see, by name."""
    if not has_role(by, "admin") and by.organisation_id is None:
        return []
    theirs = true() if has_role(by, "admin") else Staff.organisation_id == by.organisation_id
    return list(session.scalars(select(Staff).where(theirs).order_by(Staff.name, Staff.id)))


def _visible(by: Staff) -> ColumnElement[bool]:
    if has_role(by, "admin"):
        return true()
    if not has_role(by, "supervisor") or by.organisation_id is None:
        return false()
    ours = select(literal("cases:") + cast(Case.id, String)).where(Case.organisation_id == by.organisation_id)
    colleagues = select(Staff.id).where(Staff.organisation_id == by.organisation_id)
    return or_(AuditEntry.staff_id.in_(colleagues), AuditEntry.subject.in_(ours))


def _matching(session: Session, wanted: AuditFilter) -> ColumnElement[bool]:
    found: ColumnElement[bool] = true()
    if wanted.staff_id is not None:
        found &= AuditEntry.staff_id == wanted.staff_id
    if wanted.reference:
        found &= AuditEntry.subject.in_(_subjects_of(session, wanted.reference))
    if wanted.actions:
        found &= or_(*(_is_action(action) for action in wanted.actions))
    if wanted.first is not None:
        found &= AuditEntry.created_at >= datetime.combine(wanted.first, time(), TOKYO)
    if wanted.last is not None:
        found &= AuditEntry.created_at < datetime.combine(wanted.last + timedelta(days=1), time(), TOKYO)
    return found


def _is_action(action: str) -> ColumnElement[bool]:
    if action.endswith("*"):
        return AuditEntry.action.startswith(action[:-1], autoescape=True)
    return AuditEntry.action == action


def _subjects_of(session: Session, reference: str) -> list[str]:
    """Return how entries about the case with this number, and about what hangs on it, name their subject."""
    case = session.scalar(select(Case).where(func.upper(Case.reference) == reference.strip().upper()))
    if case is None:
        return []
    parts = (
        ("referrals", select(Referral.id).where(Referral.case_id == case.id)),
        ("consents", select(Consent.id).where(Consent.conversation_id == case.conversation_id)),
        ("alerts", select(Alert.id).where(Alert.conversation_id == case.conversation_id)),
        ("messages", select(Message.id).where(Message.conversation_id == case.conversation_id, Message.author == "staff")),
    )
    return [f"cases:{case.id}", *(f"{table}:{one}" for table, ids in parts for one in session.scalars(ids))]


def _references(session: Session, by: Staff, subjects: Sequence[str]) -> dict[str, str]:
    """Return the numbers of the cases among `subjects` that this person may know of; of the others the entry shows the record's id alone."""
    ids = [int(subject.removeprefix("cases:")) for subject in subjects if subject.startswith("cases:") and subject[6:].isdigit()]
    cases = session.scalars(select(Case).where(Case.id.in_(ids)))
    return {f"cases:{case.id}": case.reference for case in cases if rights(session, by, case)}
