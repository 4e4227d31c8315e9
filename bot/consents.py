"""Consents: what a person allowed to be passed on, to which recipient, since when; and taking it back."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.models import Consent, Staff
from bot.staff import note
from knowledge.sharing import items_for

HOMES = ("shop", "landlord")
"""The recipients who let homes."""
_ASKED_IN_CHAT = {"shop": ("wishes", "support")}
"""What the question in the chat names (utter_ask_share)."""


@dataclass(frozen=True)
class ConsentView:
    """One consent as staff see it. `name`: the recipient in words, when one was named; `by`: who wrote it down (none: the person)."""

    id: int
    recipient: str
    desk_id: str | None
    name: str | None
    items: list[str]
    given_at: datetime
    withdrawn_at: datetime | None
    by: str | None


def give_consent(
    session: Session,
    conversation_id: int,
    recipient: str,
    items: Iterable[str],
    now: datetime,
    *,
    desk_id: str | None = None,
    name: str | None = None,
    staff: Staff | None = None,
) -> Consent:
    """Add a consent; an older one for the same recipient ends with it. `staff`: who wrote it down for the person. The caller commits.

    Raises ValueError for an unknown recipient and when nothing is left that can go to it.
    """
    allowed = items_for(recipient, items)
    if not allowed:
        raise ValueError("a consent names what may be passed on")
    for older in _current(session, conversation_id):
        if (older.recipient, older.desk_id, older.recipient_name) == (recipient, desk_id, name):
            older.withdrawn_at = now
    consent = Consent(
        conversation_id=conversation_id,
        recipient=recipient,
        desk_id=desk_id,
        recipient_name=name,
        items=allowed,
        given_at=now,
        author="staff" if staff else "resident",
        staff_id=staff.id if staff else None,
    )
    session.add(consent)
    session.flush()
    if staff:
        note(session, staff.id, f"consent_{recipient}_written", f"consents:{consent.id}", now)
    return consent


def withdraw_consent(session: Session, conversation_id: int, consent_id: int, now: datetime, *, staff: Staff | None = None) -> bool:
    """End a consent of this conversation. The caller commits. False when it is not there or has ended already."""
    found = next((one for one in _current(session, conversation_id) if one.id == consent_id), None)
    if found is None:
        return False
    found.withdrawn_at = now
    if staff:
        note(session, staff.id, f"consent_{found.recipient}_withdrawn", f"consents:{found.id}", now)
    return True


def withdraw_all(session: Session, conversation_id: int, now: datetime) -> None:
    """End every consent of this conversation, on the person's word. The caller commits."""
    _withdraw(session, conversation_id, None, now)


def allowed_items(session: Session, conversation_id: int, recipient: str, desk_id: str | None = None) -> list[str]:
    """Return what may now be passed on to this recipient; empty without consent. A consent that names no desk holds for any of its kind."""
    given = [
        item
        for one in _current(session, conversation_id)
        if one.recipient == recipient and one.desk_id in (None, desk_id)
        for item in one.items
    ]
    return items_for(recipient, given)


def apply_effects(session: Session, conversation_id: int, effects: Iterable[str], now: datetime) -> None:
    """Carry out what the person said about consents in this turn: consent:<recipient>, withdraw:homes, withdraw:all. The caller commits."""
    for effect in effects:
        kind, _, what = effect.partition(":")
        if kind == "consent":
            give_consent(session, conversation_id, what, _ASKED_IN_CHAT[what], now)
        elif kind == "withdraw":
            _withdraw(session, conversation_id, None if what == "all" else HOMES, now)


def _withdraw(session: Session, conversation_id: int, recipients: tuple[str, ...] | None, now: datetime) -> None:
    for one in _current(session, conversation_id):
        if recipients is None or one.recipient in recipients:
            one.withdrawn_at = now


def is_withdrawn(session: Session, conversation_id: int, recipient: str) -> bool:
    """Return whether the person took back every consent for this kind of recipient; False when none was ever written down."""
    ends = session.scalars(
        select(Consent.withdrawn_at).where(Consent.conversation_id == conversation_id, Consent.recipient == recipient)
    ).all()
    return bool(ends) and all(end is not None for end in ends)


def withdrawn_conversations(session: Session, recipient: str) -> set[int]:
    """Return the conversations for which `is_withdrawn` holds."""
    rows = session.execute(
        select(Consent.conversation_id)
        .where(Consent.recipient == recipient)
        .group_by(Consent.conversation_id)
        .having(func.count() == func.count(Consent.withdrawn_at))
    )
    return {conversation_id for (conversation_id,) in rows}


def read_consents(session: Session, conversation_id: int) -> list[ConsentView]:
    """Return all consents of a conversation, withdrawn ones included, the newest first."""
    rows = session.execute(
        select(Consent, Staff.name)
        .outerjoin(Staff, Staff.id == Consent.staff_id)
        .where(Consent.conversation_id == conversation_id)
        .order_by(Consent.id.desc())
    )
    return [
        ConsentView(one.id, one.recipient, one.desk_id, one.recipient_name, list(one.items), one.given_at, one.withdrawn_at, name)
        for one, name in rows
    ]


def _current(session: Session, conversation_id: int) -> Sequence[Consent]:
    return session.scalars(
        select(Consent).where(Consent.conversation_id == conversation_id, Consent.withdrawn_at.is_(None)).order_by(Consent.id)
    ).all()
