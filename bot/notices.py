"""Which notices are due: a new case, an emergency, a wish to speak with a human, and again when nobody looks in time.

They are found by looking (cases and alerts without a notice), not announced by those who make cases: a process killed in between
forgets nothing. A notice is sent at least once. It says nothing but where to look.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.access import alert_rights, has_role, rights
from bot.models import Alert, Case, Conversation, Notice, Staff

RETRY_AFTER = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1), timedelta(hours=6))
"""How long to wait after each failed attempt; after the last one the notice counts as failed."""
ESCALATIONS = 3
BUNDLED = timedelta(minutes=5)
"""Alerts of one conversation that follow each other so closely are told once."""
_CALM = ("human", "failed_turn")
_SHOWN = 100


@dataclass(frozen=True)
class Patience:
    """How long staff may take to look, and which ways there are to tell them."""

    emergency: timedelta
    case: timedelta
    email: bool
    webhook: bool


@dataclass(frozen=True)
class NoticeLine:
    """A notice as the page about notices shows it. `to`: a person's name; None for the webhook."""

    notice: Notice
    to: str | None


def find_due(session: Session, patience: Patience, now: datetime) -> int:
    """Queue the notices that are due now, and return how many. Commits. Samples (見本) are never announced, and without any way to tell nothing is queued."""
    if not (patience.email or patience.webhook):
        return 0
    staff = list(session.scalars(select(Staff).where(Staff.deactivated_at.is_(None), Staff.joined_at.is_not(None))))
    made = [*_for_cases(session, staff, patience, now), *_for_alerts(session, staff, patience, now)]
    session.add_all(made)
    if made:
        session.commit()
    return len(made)


def next_notice(session: Session, now: datetime) -> Notice | None:
    """Return the oldest notice that is to go now; those that somebody has looked at in the meantime are laid aside. Commits."""
    while notice := session.scalar(
        select(Notice).where(Notice.status == "pending", Notice.due_at <= now).order_by(Notice.due_at, Notice.id).limit(1)
    ):
        if not _is_moot(session, notice):
            return notice
        notice.status, notice.done_at = "moot", now
        session.commit()
    return None


def note_sent(session: Session, notice: Notice, now: datetime) -> None:
    """Keep that a notice went out. Commits."""
    notice.status, notice.done_at, notice.failure = "sent", now, None
    notice.attempts += 1
    session.commit()


def note_failure(session: Session, notice: Notice, reason: str, now: datetime) -> None:
    """Keep that a notice did not go out: it is tried again later, and counts as failed after the last try. Commits."""
    notice.attempts += 1
    notice.failure = reason[:60]
    if notice.attempts > len(RETRY_AFTER):
        notice.status, notice.done_at = "failed", now
    else:
        notice.due_at = now + RETRY_AFTER[notice.attempts - 1]
    session.commit()


def try_again(session: Session, notice_id: int, now: datetime) -> bool:
    """Queue a failed notice once more. Commits. False when there is no such notice."""
    notice = session.get(Notice, notice_id)
    if notice is None or notice.status not in ("failed", "pending"):
        return False
    notice.status, notice.attempts, notice.due_at, notice.done_at = "pending", 0, now, None
    session.commit()
    return True


def read_notices(session: Session) -> list[NoticeLine]:
    """Return the latest notices for the page about them: what failed or waits first, then the newest."""
    troubled = Notice.status.in_(("failed",)) | (Notice.failure.is_not(None) & (Notice.status == "pending"))
    rows = session.execute(
        select(Notice, Staff.name).outerjoin(Staff, Staff.id == Notice.staff_id).order_by(troubled.desc(), Notice.id.desc()).limit(_SHOWN)
    )
    return [NoticeLine(notice, name) for notice, name in rows]


def count_failed(session: Session) -> int:
    """Return how many notices did not arrive in spite of all tries."""
    return session.scalar(select(func.count()).select_from(Notice).where(Notice.status == "failed")) or 0


def _for_cases(session: Session, staff: Sequence[Staff], patience: Patience, now: datetime) -> Iterable[Notice]:
    waiting = select(Case).join(Conversation).where(Case.opened_at.is_(None), Case.status == "new", Conversation.sample.is_(False))
    for case in session.scalars(waiting).all():
        told = session.scalar(select(func.max(Notice.step)).where(Notice.case_id == case.id))
        step = _next_step(told, now - case.consented_at, patience.case)
        if step is not None:
            mine = [one for one in staff if "read" in rights(session, one, case)]
            yield from _to(_recipients(mine, staff, "case", step), patience, now, kind="case", step=step, case_id=case.id)


def _for_alerts(session: Session, staff: Sequence[Staff], patience: Patience, now: datetime) -> Iterable[Notice]:
    unseen = select(Alert).join(Conversation).where(Alert.seen_at.is_(None), Conversation.sample.is_(False)).order_by(Alert.id)
    groups: dict[int, list[Alert]] = {}
    for alert in session.scalars(unseen):
        groups.setdefault(alert.conversation_id, []).append(alert)
    for conversation_id, alerts in groups.items():
        step = _alert_step(session, alerts, patience, now)
        if step is not None:
            kind = "human" if all(alert.kind in _CALM for alert in alerts) else "emergency"
            mine = [one for one in staff if "read" in alert_rights(session, one, conversation_id)]
            yield from _to(_recipients(mine, staff, kind, step), patience, now, kind=kind, step=step, alert_id=alerts[-1].id)


def _alert_step(session: Session, alerts: Sequence[Alert], patience: Patience, now: datetime) -> int | None:
    """Return which notice about a conversation's unseen alerts is due; None when none is."""
    ids = [alert.id for alert in alerts]
    last = session.scalar(select(Notice).where(Notice.alert_id.in_(ids)).order_by(Notice.id.desc()).limit(1))
    if last is not None and last.alert_id != ids[-1] and now - last.created_at > BUNDLED:
        return 0  # something new was said since
    return _next_step(last.step if last else None, now - alerts[0].created_at, patience.emergency)


def _next_step(last: int | None, waited: timedelta, patience: timedelta) -> int | None:
    """Return the step that is due after this time: 0 for what nobody was told of, else the escalation that was not made yet."""
    due = min(int(waited / patience), ESCALATIONS)
    return due if last is None or due > last else None


def _recipients(mine: Sequence[Staff], everybody: Sequence[Staff], kind: str, step: int) -> list[Staff]:
    """Return who gets an e-mail: first those who may open it and wish to; later their supervisors whatever they wish, else the admins."""
    if step == 0:
        wanted = ("all",) if kind == "case" else ("all", "emergencies")
        return [one for one in mine if one.email and one.notices in wanted]
    supervisors = [one for one in mine if one.email and has_role(one, "supervisor")]
    return supervisors or [one for one in everybody if one.email and has_role(one, "admin")]


def _to(recipients: Sequence[Staff], patience: Patience, now: datetime, **about: object) -> list[Notice]:
    common = {"status": "pending", "created_at": now, "due_at": now, **about}
    notices = [Notice(channel="email", staff_id=one.id, **common) for one in recipients] if patience.email else []
    if patience.webhook:
        notices.append(Notice(channel="webhook", **common))
    if not notices:
        notices.append(Notice(channel="nobody", **{**common, "status": "failed", "failure": "nobody_to_tell", "done_at": now}))
    return notices


def _is_moot(session: Session, notice: Notice) -> bool:
    if notice.case_id is not None:
        return session.scalar(select(Case.opened_at).where(Case.id == notice.case_id)) is not None
    if notice.alert_id is not None:
        return session.scalar(select(Alert.seen_at).where(Alert.id == notice.alert_id)) is not None
    return False
