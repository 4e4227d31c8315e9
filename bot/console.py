"""What the caseworkers' console shows, read from the database: the queue, alerts, one case with its sheet as of now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.inbox import MessageView, timeline
from bot.models import Alert, Case, FactRow, Staff
from bot.sheet import Sheet, SheetFact, SheetNeed, build_sheet
from bot.staff import note
from bot.store import load_facts
from knowledge.facts import plain_values
from knowledge.vocabulary import load_vocabulary

CASE_STATUSES = (
    "new", "first_response", "considering", "searching", "applying", "following_up", "closed", "out_of_scope",
)  # fmt: skip
"""The stations of a housing-support case, in order."""
CLOSED_STATUSES = ("closed", "out_of_scope")
_URGENCIES = ("emergency", "today", "urgent", "normal")
_NEED_ORDER = ("stated", "confirmed", "suspected", "declined")
_KNOWN = ("said", "confirmed", "inferred", "corrected")
_ALERT_ORDER = ("suicide", "violence_now", "child_danger", "medical", "elder_abuse", "no_place_tonight", "human")
_AT_A_GLANCE = ("age", "household", "housing_now", "reasons", "deadline", "contact_method", "contact_time")
_BRIEF = ("reasons", "household", "age")
_CLOSED_SHOWN = 50
_SEEN_SHOWN = 20


@dataclass(frozen=True)
class QueueCase:
    """One line of the queue. `about`: reasons, household, age as they were handed over; `waiting`: since consent."""

    id: int
    reference: str
    urgency: str
    municipality: str | None
    status: str
    about: list[SheetFact]
    consented_at: datetime
    waiting: timedelta
    unread: bool


@dataclass(frozen=True)
class AlertItem:
    """One emergency (or a call for a human) as staff may see it before consent: kind and triggering words."""

    id: int
    kind: str
    words: list[str]
    created_at: datetime
    seen_at: datetime | None
    seen_by: str | None


@dataclass(frozen=True)
class AlertGroup:
    """All alerts of one numbered conversation. `latest_id` is what "seen" refers to: later ones stay unseen."""

    conversation_id: int
    latest_id: int
    items: list[AlertItem]
    case_id: int | None
    reference: str | None
    grave: bool

    @property
    def emergency(self) -> bool:
        """Whether there is more than the wish to speak with a human: the person was then shown lifelines."""
        return any(item.kind != "human" for item in self.items)

    @property
    def seen(self) -> bool:
        """Whether somebody has seen all of them."""
        return all(item.seen_at is not None for item in self.items)


@dataclass(frozen=True)
class Queue:
    """The first page: alerts nobody has seen, cases to work on, and what is done."""

    alerts: list[AlertGroup]
    seen_alerts: list[AlertGroup]
    cases: list[QueueCase]
    closed: list[QueueCase]


@dataclass(frozen=True)
class Words:
    """The person's words that something rests on, and the message where they stand."""

    text: str
    message_id: int | None


@dataclass(frozen=True)
class FactView:
    """A fact with its words. `author`: who stated it (resident, staff or rule)."""

    fact: SheetFact
    words: list[Words]
    author: str


@dataclass(frozen=True)
class FactGroup:
    """The known facts of one group of the vocabulary."""

    group: str
    known: list[FactView]


@dataclass(frozen=True)
class CaseView:
    """A case on one screen. `quiet`: status (declined, unknown, asked, not_asked, never_asked) -> facts without a value."""

    case: Case
    sheet: Sheet
    glance: list[SheetFact]
    contact_unsafe: bool
    needs: list[SheetNeed]
    groups: list[FactGroup]
    quiet: dict[str, list[SheetFact]]
    messages: list[MessageView]
    alerts: list[AlertItem]
    opened_by: str | None


@dataclass(frozen=True)
class News:
    """What changed for somebody who keeps the queue open: unseen alerts, the newest alert and case, unread cases."""

    alerts: int
    newest_alert: int
    newest_case: int
    unread: int


def read_queue(session: Session, now: datetime) -> Queue:
    """Return the queue: open cases by urgency, then by waiting time; the last closed ones; alerts, the gravest first."""
    lines = [_queue_case(case, now) for case in session.scalars(select(Case))]
    waiting = [line for line in lines if line.status not in CLOSED_STATUSES]
    closed = [line for line in lines if line.status in CLOSED_STATUSES]
    groups = _alert_groups(session)
    return Queue(
        alerts=[group for group in groups if not group.seen],
        seen_alerts=sorted((group for group in groups if group.seen), key=lambda group: -group.latest_id)[:_SEEN_SHOWN],
        cases=sorted(waiting, key=lambda line: (_URGENCIES.index(line.urgency), line.consented_at)),
        closed=sorted(closed, key=lambda line: line.consented_at, reverse=True)[:_CLOSED_SHOWN],
    )


def read_news(session: Session) -> News:
    """Return the figures by which an open page notices that something is new. Four small queries."""
    return News(
        alerts=session.scalar(select(func.count()).select_from(Alert).where(Alert.seen_at.is_(None))) or 0,
        newest_alert=session.scalar(select(func.max(Alert.id))) or 0,
        newest_case=session.scalar(select(func.max(Case.id))) or 0,
        unread=session.scalar(select(func.count()).select_from(Case).where(Case.opened_at.is_(None))) or 0,
    )


def read_case(session: Session, case_id: int, staff: Staff, now: datetime) -> CaseView | None:
    """Return the case with its sheet worked out from the facts as they are now, or None. The read is noted and committed."""
    case = session.get(Case, case_id)
    if case is None:
        return None
    facts = load_facts(session, case.conversation_id)
    alerts = _alert_items(session, case.conversation_id)
    sheet = current_sheet(session, case, now)
    rows = {row.key: row for row in session.scalars(_current(case.conversation_id))}
    note(session, staff.id, "case_read", f"cases:{case.id}", now)
    session.commit()
    lines = {line.key: line for line in sheet.facts}
    return CaseView(
        case=case,
        sheet=sheet,
        glance=[lines[key] for key in _AT_A_GLANCE if lines[key].value],
        contact_unsafe=plain_values(facts).get("contact_unsafe") == "yes",  # type: ignore[arg-type]
        needs=sorted(sheet.needs, key=lambda need: _NEED_ORDER.index(need.status)),
        groups=_groups(sheet.facts, rows),
        quiet=_quiet(sheet.facts),
        messages=timeline(session, case.conversation_id),
        alerts=alerts,
        opened_by=session.scalar(select(Staff.name).where(Staff.id == case.opened_by_id)),
    )


def current_sheet(session: Session, case: Case, now: datetime) -> Sheet:
    """Return the sheet of a case worked out from the facts as they are now. Check the reader's right to the case first."""
    facts = load_facts(session, case.conversation_id)
    return build_sheet(facts, _interview(case, _alert_items(session, case.conversation_id)), now)  # type: ignore[arg-type]


def mark_opened(session: Session, case_id: int, staff: Staff, now: datetime) -> bool:
    """Note who was the first to take up the case; a later one changes nothing. Commits. False when there is no such case."""
    case = session.get(Case, case_id)
    if case is None:
        return False
    if case.opened_at is None:
        case.opened_at, case.opened_by_id = now, staff.id
        note(session, staff.id, "case_opened", f"cases:{case.id}", now)
        session.commit()
    return True


def set_status(session: Session, case_id: int, status: str, staff: Staff, now: datetime) -> bool:
    """Save one of CASE_STATUSES. Commits. False when there is no such case; raises ValueError for another status."""
    if status not in CASE_STATUSES:
        raise ValueError("no such status")
    case = session.get(Case, case_id)
    if case is None:
        return False
    if case.status != status:
        case.status = status
        note(session, staff.id, f"case_status_{status}", f"cases:{case.id}", now)
    session.commit()
    return mark_opened(session, case_id, staff, now)


def read_alert(session: Session, alert_id: int, staff: Staff, now: datetime) -> AlertGroup | None:
    """Return the alerts of the conversation that this alert belongs to, or None. The read is noted and committed."""
    alert = session.get(Alert, alert_id)
    if alert is None:
        return None
    note(session, staff.id, "alert_read", f"alerts:{alert.id}", now)
    session.commit()
    return next(group for group in _alert_groups(session) if group.conversation_id == alert.conversation_id)


def mark_seen(session: Session, alert_id: int, staff: Staff, now: datetime) -> bool:
    """Mark this alert and the earlier ones of its conversation as seen. Commits. False when there is no such alert."""
    alert = session.get(Alert, alert_id)
    if alert is None:
        return False
    unseen = select(Alert).where(Alert.conversation_id == alert.conversation_id, Alert.id <= alert_id, Alert.seen_at.is_(None))
    for row in session.scalars(unseen):
        row.seen_at, row.seen_by_id = now, staff.id
        note(session, staff.id, "alert_seen", f"alerts:{row.id}", now)
    session.commit()
    return True


def _queue_case(case: Case, now: datetime) -> QueueCase:
    lines = {fact["key"]: fact for fact in case.sheet["facts"]}
    about = [SheetFact.model_validate(lines[key]) for key in _BRIEF if key in lines]
    return QueueCase(
        id=case.id,
        reference=case.reference,
        urgency=case.urgency,
        municipality=case.municipality,
        status=case.status,
        about=[fact for fact in about if fact.value],
        consented_at=case.consented_at,
        waiting=now - case.consented_at,
        unread=case.opened_at is None,
    )


def _alert_groups(session: Session) -> list[AlertGroup]:
    items: dict[int, list[AlertItem]] = {}
    for alert, name in session.execute(_alerts_with_names()):
        items.setdefault(alert.conversation_id, []).append(_alert_item(alert, name))
    cases = {case_conversation: (case_id, reference) for case_id, reference, case_conversation in session.execute(_case_ids())}
    groups = [_alert_group(conversation_id, found, cases.get(conversation_id)) for conversation_id, found in items.items()]
    return sorted(groups, key=lambda group: (min(_gravity(item) for item in group.items), group.items[0].id))


def _gravity(item: AlertItem) -> int:
    return _ALERT_ORDER.index(item.kind) if item.kind in _ALERT_ORDER else len(_ALERT_ORDER)


def _alert_group(conversation_id: int, items: list[AlertItem], case: tuple[int, str] | None) -> AlertGroup:
    return AlertGroup(
        conversation_id=conversation_id,
        latest_id=items[-1].id,
        items=items,
        case_id=case[0] if case else None,
        reference=case[1] if case else None,
        grave=any(item.kind in load_vocabulary().emergency_kinds for item in items),
    )


def _alerts_with_names() -> Any:
    return select(Alert, Staff.name).outerjoin(Staff, Staff.id == Alert.seen_by_id).order_by(Alert.id)


def _case_ids() -> Any:
    return select(Case.id, Case.reference, Case.conversation_id)


def _alert_items(session: Session, conversation_id: int) -> list[AlertItem]:
    rows = session.execute(_alerts_with_names().where(Alert.conversation_id == conversation_id))
    return [_alert_item(alert, name) for alert, name in rows]


def _alert_item(alert: Alert, seen_by: str | None) -> AlertItem:
    return AlertItem(alert.id, alert.kind, list(dict.fromkeys(alert.words or [])), alert.created_at, alert.seen_at, seen_by)


def _interview(case: Case, alerts: Sequence[AlertItem]) -> dict[str, Any]:
    """Return what the sheet needs of the interview, from the sheet as it was handed over."""
    tonight = [alert.kind for alert in alerts if alert.kind == "no_place_tonight"]  # the sheet keeps the vocabulary's kinds only
    return {
        "asked": [fact["key"] for fact in case.sheet["facts"] if fact["status"] not in ("not_asked", "never_asked")],
        "emergencies": [*case.sheet["emergency"], *tonight[:1]],
        "desks": case.sheet["desks"],
        "programmes": case.sheet.get("programmes", []),
    }


def _current(conversation_id: int) -> Any:
    return select(FactRow).where(FactRow.conversation_id == conversation_id, FactRow.replaced_at.is_(None))


def _groups(facts: Sequence[SheetFact], rows: dict[str, FactRow]) -> list[FactGroup]:
    """Return the known facts by group. The age band that only repeats the age is left out."""
    groups: dict[str, list[FactView]] = {}
    has_age = any(fact.key == "age" and fact.value for fact in facts)
    for fact in facts:
        if fact.status not in _KNOWN or not fact.value or (fact.key == "age_band" and has_age):
            continue
        row = rows[fact.key]
        words = dict.fromkeys(Words(item["text"], item.get("message_id")) for item in row.record["evidence"] if item.get("text"))
        groups.setdefault(fact.group, []).append(FactView(fact, list(words), row.author))
    return [FactGroup(group, known) for group, known in groups.items()]


def _quiet(facts: Sequence[SheetFact]) -> dict[str, list[SheetFact]]:
    quiet: dict[str, list[SheetFact]] = {}
    has_age = any(fact.key == "age" and fact.value for fact in facts)
    for fact in facts:
        if fact.status not in _KNOWN and not (fact.key == "age_band" and has_age):
            quiet.setdefault(fact.status, []).append(fact)
    return quiet
