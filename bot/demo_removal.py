"""Taking the sample data out again, so that nothing of it is left, in the audit trail neither."""

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.database import empty_log
from bot.errors import SamplesRefused
from bot.models import (
    Alert,
    AuditEntry,
    Case,
    CaseEvent,
    CaseNote,
    Consent,
    Conversation,
    DirectoryGap,
    FactRow,
    Message,
    MonthlyCount,
    Organisation,
    Referral,
    Staff,
    TrackerEvent,
)  # fmt: skip


def remove_samples(session: Session) -> int:
    """Delete all sample data and return how many cases it had. Commits. Raises SamplesRefused when something real hangs on it."""
    talks = select(Conversation.id).where(Conversation.sample)
    people, offices = select(Staff.id).where(Staff.sample), select(Organisation.id).where(Organisation.sample)
    _refuse_if_used(session)
    cases = select(Case.id).where(Case.conversation_id.in_(talks))
    count = len(session.scalars(cases).all())
    _forget_in_audit(session)
    for by_case in (Referral, CaseNote, CaseEvent):
        session.execute(delete(by_case).where(by_case.case_id.in_(cases)))
    for table in (Alert, Case, Consent, FactRow, TrackerEvent, Message):
        session.execute(delete(table).where(table.conversation_id.in_(talks)))
    session.execute(delete(Conversation).where(Conversation.sample))
    session.execute(delete(AuditEntry).where(AuditEntry.staff_id.in_(people)))
    session.execute(delete(Staff).where(Staff.id.in_(people)))
    session.execute(delete(Organisation).where(Organisation.id.in_(offices)))
    session.execute(delete(DirectoryGap).where(DirectoryGap.sample))
    session.execute(delete(MonthlyCount).where(MonthlyCount.sample))
    session.commit()
    empty_log(session)
    return count


def _refuse_if_used(session: Session) -> None:
    """Refuse when real people or cases were put into a sample office: they must be moved first, by somebody who knows where to."""
    offices = select(Organisation.id).where(Organisation.sample)
    real = select(Conversation.id).where(Conversation.sample.is_(False))
    staff = select(Staff.id).where(Staff.organisation_id.in_(offices), Staff.sample.is_(False))
    cases = select(Case.id).where(Case.organisation_id.in_(offices), Case.conversation_id.in_(real))
    if any(session.scalar(one.limit(1)) is not None for one in (staff, cases)):
        raise SamplesRefused("Real staff or cases belong to a sample office. Move them to another organisation first.")


def _forget_in_audit(session: Session) -> None:
    """Delete who read or changed samples: their numbers are given out again, and the lines would seem to speak of real cases."""
    talks = session.scalars(select(Conversation.id).where(Conversation.sample)).all()
    cases = session.scalars(select(Case.id).where(Case.conversation_id.in_(talks))).all()
    subjects = [*(f"conversations:{one}" for one in talks), *(f"cases:{one}" for one in cases)]
    for table in (Alert, Consent, Message):
        subjects += [f"{table.__tablename__}:{one}" for one in session.scalars(select(table.id).where(table.conversation_id.in_(talks)))]
    subjects += [f"referrals:{one}" for one in session.scalars(select(Referral.id).where(Referral.case_id.in_(cases)))]
    for begin in range(0, len(subjects), 500):  # SQLite takes a limited number of values at once
        session.execute(delete(AuditEntry).where(AuditEntry.subject.in_(subjects[begin : begin + 500])))
