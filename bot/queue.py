"""The queue: what this person has to look at, in the order in which it cannot wait."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from bot.access import Right, handles_cases, listed, rights
from bot.alerts import AlertGroup, alert_groups
from bot.consents import withdrawn_conversations
from bot.deletions import recent_deletions
from bot.models import Alert, Case, CaseEvent, Conversation, Deletion, Message, Organisation, Referral, Staff
from bot.sheet import SheetFact

CASE_STATUSES = (
    "new", "first_response", "considering", "searching", "applying", "following_up", "closed", "out_of_scope",
)  # fmt: skip
"""The stations of a housing-support case, in order."""
CLOSED_STATUSES = ("closed", "out_of_scope")
URGENCIES = ("emergency", "today", "urgent", "normal")
Whose = Literal["mine", "office", "all"]
TOKYO = ZoneInfo("Asia/Tokyo")
_BRIEF = ("reasons", "household", "age")
_CLOSED_SHOWN = 50
_SEEN_SHOWN = 20


@dataclass(frozen=True)
class QueueFilter:
    """What to show. `whose`: mine, my organisation's, or also what was referred to it; the others empty: any."""

    whose: Whose = "office"
    municipality: str = ""
    need: str = ""
    urgency: str = ""
    status: str = ""
    channel: str = ""

    @property
    def narrows(self) -> bool:
        """Whether something beside `whose` is chosen."""
        return any((self.municipality, self.need, self.urgency, self.status, self.channel))


@dataclass(frozen=True)
class QueueCase:
    """One line. `closed_to_me`: that it is there is all that is shown, to this person or (`withdrawn`) to anybody.

    `unanswered`: since when the person waits for staff who hold the chat.
    """

    id: int
    reference: str
    urgency: str
    municipality: str | None
    status: str
    channel: str
    about: list[SheetFact]
    needs: list[str]
    consented_at: datetime
    waiting: timedelta
    unread: bool
    sensitive: bool
    closed_to_me: bool
    withdrawn: bool
    assigned_to: str | None
    assigned_to_me: bool
    next_action: str | None
    next_action_on: date | None
    overdue: bool
    unanswered: datetime | None
    referred_by: str | None


@dataclass(frozen=True)
class Choices:
    """What the filters can be set to: only what is there."""

    municipalities: list[str]
    needs: list[str]
    channels: list[str]


@dataclass(frozen=True)
class Queue:
    """The first page. `due`: what was to be done by today; `referred`: waits for our answer; then new ones, those in work, the last closed.

    `deleted`: that cases of this organisation were deleted lately, without content.
    """

    alerts: list[AlertGroup]
    seen_alerts: list[AlertGroup]
    due: list[QueueCase]
    referred: list[QueueCase]
    new: list[QueueCase]
    working: list[QueueCase]
    closed: list[QueueCase]
    choices: Choices
    deleted: Sequence[Deletion] = ()
    hidden: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def emergencies(self) -> int:
        """How many conversations with danger to life or safety nobody has looked at."""
        return sum(group.grave for group in self.alerts)


@dataclass(frozen=True)
class News:
    """Figures without content, by which an open page notices that something is new for this person."""

    alerts: int
    emergencies: int
    newest_alert: int
    newest_case: int
    unread: int
    stamp: str


def read_queue(session: Session, staff: Staff, now: datetime, wanted: QueueFilter | None = None) -> Queue:
    """Return the queue of this person as `wanted` narrows it: by urgency, then by waiting time. Nothing for who does not handle cases."""
    wanted = wanted or QueueFilter()
    groups = alert_groups(session, staff)
    everything = _lines(session, staff, now)
    mine = [line for line in everything if _is_theirs(line, wanted.whose)]
    lines = [line for line in mine if _matches(line, wanted)]
    own = [line for line in lines if line.referred_by is None]
    waiting = sorted(own, key=lambda line: (URGENCIES.index(line.urgency), line.consented_at))
    active = [line for line in waiting if line.status not in CLOSED_STATUSES]
    return Queue(
        alerts=[group for group in groups if not group.seen],
        seen_alerts=sorted((group for group in groups if group.seen), key=lambda group: -group.latest_id)[:_SEEN_SHOWN],
        due=sorted((line for line in active if line.overdue), key=lambda line: (line.next_action_on or date.max, line.id)),
        referred=[line for line in lines if line.referred_by is not None],
        new=[line for line in active if line.status == "new"],
        working=[line for line in active if line.status != "new"],
        closed=sorted((line for line in own if line.status in CLOSED_STATUSES), key=lambda line: line.consented_at, reverse=True)[:_CLOSED_SHOWN],
        choices=_choices(everything),
        deleted=recent_deletions(session, staff, now),
        hidden=len(mine) - len(lines),
        counts={whose: sum(_is_theirs(line, whose) and line.status not in CLOSED_STATUSES for line in everything) for whose in ("mine", "office", "all")},
    )  # fmt: skip


def read_news(session: Session, staff: Staff) -> News:
    """Return the figures for this person; zeros for who does not handle cases. `stamp` changes with whatever the queue shows."""
    if not handles_cases(staff):
        return News(0, 0, 0, 0, 0, "")
    unseen = alert_groups(session, staff, seen=False)
    items = [item for group in unseen for item in group.items if item.seen_at is None]
    theirs = listed(staff)
    unread = session.scalar(select(func.count()).select_from(Case).where(theirs, Case.opened_at.is_(None))) or 0
    newest = session.scalar(select(func.max(Case.id)).where(theirs)) or 0
    marks = [
        session.scalar(select(func.max(column))) or 0 for column in (Alert.id, Case.id, CaseEvent.id, Referral.id, Referral.answered_at, Message.id)
    ]
    seen = session.scalar(select(func.count()).select_from(Alert).where(Alert.seen_at.is_not(None)))
    held = session.scalar(select(func.count()).select_from(Conversation).where(Conversation.holder == "staff"))
    return News(
        alerts=len(items),
        emergencies=sum(group.grave for group in unseen),
        newest_alert=max((item.id for item in items), default=0),
        newest_case=newest,
        unread=unread,
        stamp="-".join(str(mark) for mark in (*marks, seen, held, unread)).replace(" ", "_"),
    )


def _lines(session: Session, staff: Staff, now: datetime) -> list[QueueCase]:
    if not handles_cases(staff):
        return []
    in_charge = aliased(Staff)
    rows = session.execute(
        select(Case, Conversation.channel, Conversation.holder, in_charge.name)
        .join(Conversation, Conversation.id == Case.conversation_id)
        .outerjoin(in_charge, in_charge.id == Case.assigned_to_id)
        .where(listed(staff))
    ).all()
    referrals = _referrers(session, staff)
    unanswered = _unanswered(session, [case.conversation_id for case, _channel, holder, _name in rows if holder == "staff"])
    withdrawn = withdrawn_conversations(session, "caseworker")
    return [
        _line(
            case, staff, rights(session, staff, case), channel, name, referrals.get(case.id), unanswered.get(case.conversation_id), now,
            case.conversation_id in withdrawn,
        )
        for case, channel, _holder, name in rows
    ]  # fmt: skip


def _line(
    case: Case, staff: Staff, held: frozenset[Right], channel: str, in_charge: str | None, referrer: str | None, unanswered: datetime | None,
    now: datetime, withdrawn: bool,
) -> QueueCase:  # fmt: skip
    closed = "read" not in held or withdrawn
    facts = {} if closed else {fact["key"]: fact for fact in case.sheet["facts"]}
    about = [SheetFact.model_validate(facts[key]) for key in _BRIEF if key in facts]
    due = case.next_action_on is not None and case.next_action_on <= now.astimezone(TOKYO).date()
    return QueueCase(
        id=case.id,
        reference=case.reference,
        urgency=case.urgency,
        municipality=None if case.sensitive else case.municipality,
        status=case.status,
        channel=channel,
        about=[fact for fact in about if fact.value],
        needs=[] if closed else [need["id"] for need in case.sheet["needs"] if need["status"] != "declined"],
        consented_at=case.consented_at,
        waiting=now - case.consented_at,
        unread=case.opened_at is None,
        sensitive=case.sensitive,
        closed_to_me=closed,
        withdrawn=withdrawn,
        assigned_to=in_charge,
        assigned_to_me=case.assigned_to_id == staff.id,
        next_action=None if closed else case.next_action,
        next_action_on=None if closed else case.next_action_on,
        overdue=due and not closed and case.status not in CLOSED_STATUSES,
        unanswered=None if closed else unanswered,
        referred_by=referrer if case.organisation_id != staff.organisation_id else None,
    )


def _referrers(session: Session, staff: Staff) -> dict[int, str]:
    rows = session.execute(
        select(Referral.case_id, Organisation.name)
        .join(Organisation, Organisation.id == Referral.from_organisation_id)
        .where(Referral.to_organisation_id == staff.organisation_id, Referral.status == "sent")
    )
    return {case_id: name for case_id, name in rows}


def _unanswered(session: Session, conversations: Sequence[int]) -> dict[int, datetime]:
    """Return since when each of these has words of the person that no human has answered."""
    last = (
        select(Message.conversation_id, func.max(Message.id).label("id"))
        .where(Message.conversation_id.in_(conversations), Message.author == "staff")
        .group_by(Message.conversation_id)
        .subquery()
    )
    rows = session.execute(
        select(Message.conversation_id, func.min(Message.created_at))
        .join(last, last.c.conversation_id == Message.conversation_id)
        .where(Message.author == "resident", Message.id > last.c.id)
        .group_by(Message.conversation_id)
    )
    return {conversation_id: since for conversation_id, since in rows}


def _is_theirs(line: QueueCase, whose: str) -> bool:
    if whose == "mine":
        return line.assigned_to_me
    return whose == "all" or line.referred_by is None


def _matches(line: QueueCase, wanted: QueueFilter) -> bool:
    pairs: tuple[tuple[str, Any], ...] = (
        (wanted.municipality, line.municipality), (wanted.urgency, line.urgency), (wanted.status, line.status), (wanted.channel, line.channel),
    )  # fmt: skip
    return all(not asked or asked == found for asked, found in pairs) and (not wanted.need or wanted.need in line.needs)


def _choices(lines: Iterable[QueueCase]) -> Choices:
    lines = list(lines)
    return Choices(
        municipalities=sorted({line.municipality for line in lines if line.municipality}),
        needs=sorted({need for line in lines for need in line.needs}),
        channels=sorted({line.channel for line in lines}),
    )
