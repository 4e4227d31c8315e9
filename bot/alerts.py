"""Emergencies and calls for a human, as staff may see them before consent: kinds and triggering words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from bot.access import Right, alert_rights
from bot.errors import CaseClosedToYou, NoSuchCase
from bot.models import Alert, Case, Staff
from bot.staff import note
from knowledge.vocabulary import load_vocabulary

_ORDER = ("suicide", "violence_now", "child_danger", "medical", "elder_abuse", "no_place_tonight", "human")


@dataclass(frozen=True)
class AlertItem:
    """One emergency (or a call for a human). `words`: what triggered it; empty when this person may not open the case."""

    id: int
    kind: str
    words: list[str]
    created_at: datetime
    seen_at: datetime | None
    seen_by: str | None

    @property
    def is_grave(self) -> bool:
        """Whether it is about life or safety."""
        return self.kind in load_vocabulary().emergency_kinds


@dataclass(frozen=True)
class AlertGroup:
    """All alerts of one numbered conversation. `latest_id` is what "seen" refers to: later ones stay unseen. `closed`: kinds only."""

    conversation_id: int
    latest_id: int
    items: list[AlertItem]
    case_id: int | None
    reference: str | None
    closed: bool

    @property
    def grave(self) -> bool:
        """Whether one of them is about life or safety."""
        return any(item.is_grave for item in self.items)

    @property
    def emergency(self) -> bool:
        """Whether there is more than the wish to speak with a human: the person was then shown lifelines."""
        return any(item.kind != "human" for item in self.items)

    @property
    def seen(self) -> bool:
        """Whether somebody has seen all of them."""
        return all(item.seen_at is not None for item in self.items)


def alert_groups(session: Session, staff: Staff, *, seen: bool | None = None) -> list[AlertGroup]:
    """Return the alerts that this person may know of by conversation, the gravest first; `seen` keeps those (not) seen by anybody."""
    found: dict[int, list[AlertItem]] = {}
    statement = _with_names()
    if seen is not None:
        unseen = select(Alert.conversation_id).where(Alert.seen_at.is_(None))
        statement = statement.where(Alert.conversation_id.not_in(unseen) if seen else Alert.conversation_id.in_(unseen))
    for alert, name in session.execute(statement):
        found.setdefault(alert.conversation_id, []).append(_item(alert, name))
    groups = [_group(session, staff, conversation_id, items) for conversation_id, items in found.items()]
    return sorted(filter(None, groups), key=lambda group: (min(_gravity(item) for item in group.items), group.items[0].id))


def alert_items(session: Session, conversation_id: int) -> list[AlertItem]:
    """Return the alerts of one conversation, oldest first. The caller has checked the right to read it."""
    return [_item(alert, name) for alert, name in session.execute(_with_names().where(Alert.conversation_id == conversation_id))]


def read_alert(session: Session, alert_id: int, staff: Staff, now: datetime) -> AlertGroup:
    """Return the alerts of the conversation that this alert belongs to. Raises NoSuchCase. The read is noted and committed."""
    alert = _find(session, staff, alert_id, "list")
    note(session, staff.id, "alert_read", f"alerts:{alert.id}", now)
    session.commit()
    group = _group(session, staff, alert.conversation_id, alert_items(session, alert.conversation_id))
    if group is None:
        raise NoSuchCase("There is no such alert.")
    return group


def mark_seen(session: Session, alert_id: int, staff: Staff, now: datetime) -> None:
    """Mark this alert and the earlier ones of its conversation as seen. Raises NoSuchCase, CaseClosedToYou. Commits."""
    alert = _find(session, staff, alert_id, "read")
    unseen = select(Alert).where(Alert.conversation_id == alert.conversation_id, Alert.id <= alert_id, Alert.seen_at.is_(None))
    for row in session.scalars(unseen):
        row.seen_at, row.seen_by_id = now, staff.id
        note(session, staff.id, "alert_seen", f"alerts:{row.id}", now)
    session.commit()


def _find(session: Session, staff: Staff, alert_id: int, right: Right) -> Alert:
    alert = session.get(Alert, alert_id)
    held = alert_rights(session, staff, alert.conversation_id) if alert else frozenset()
    if alert is None or not held:
        raise NoSuchCase("There is no such alert.")
    if right not in held:
        raise CaseClosedToYou("Ask a supervisor to assign the case to you.")
    return alert


def _group(session: Session, staff: Staff, conversation_id: int, items: Sequence[AlertItem]) -> AlertGroup | None:
    held = alert_rights(session, staff, conversation_id)
    if not held:
        return None
    case = session.execute(select(Case.id, Case.reference).where(Case.conversation_id == conversation_id)).first()
    closed = "read" not in held
    shown = [AlertItem(one.id, one.kind, [], one.created_at, one.seen_at, one.seen_by) for one in items] if closed else list(items)
    return AlertGroup(conversation_id, items[-1].id, shown, case.id if case else None, case.reference if case else None, closed)


def _gravity(item: AlertItem) -> int:
    return _ORDER.index(item.kind) if item.kind in _ORDER else len(_ORDER)


def _with_names() -> Select[tuple[Alert, str]]:
    return select(Alert, Staff.name).outerjoin(Staff, Staff.id == Alert.seen_by_id).order_by(Alert.id)


def _item(alert: Alert, seen_by: str | None) -> AlertItem:
    return AlertItem(alert.id, alert.kind, list(dict.fromkeys(alert.words or [])), alert.created_at, alert.seen_at, seen_by)
