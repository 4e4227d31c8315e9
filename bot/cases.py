"""Cases: what a person agreed to hand to a caseworker, and what staff read of it."""

import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from bot.consents import give_consent, is_withdrawn
from bot.models import Case, CaseEvent
from bot.organisations import organisation_for
from bot.sheet import build_sheet
from bot.store import current_facts, staff_facts
from knowledge.facts import Facts, plain_values
from knowledge.sharing import load_sharing, needs_care

# Without 0/O, 1/I/L, so that a number read out on the phone arrives.
_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_VIOLENCE = ("violence_now", "child_danger", "elder_abuse")


def hand_over(session: Session, conversation_id: int, facts: Facts, interview: Mapping[str, Any], now: datetime) -> str:
    """Make the case of a conversation whose person consented, or refresh it, and return its reference. The caller commits."""
    facts = {**facts, **staff_facts(current_facts(session, conversation_id))}  # type: ignore[dict-item]
    sheet = build_sheet(facts, interview, now)
    values = plain_values(facts)
    case = session.scalar(select(Case).where(Case.conversation_id == conversation_id))
    office = organisation_for(session, values.get("municipality"), now)
    begins = case is None
    if case is None:
        case = Case(conversation_id=conversation_id, reference=_new_reference(session), status="new", consented_at=now, organisation_id=office.id)
    elif _nobody_touched(session, case):
        case.organisation_id = office.id
    case.urgency = sheet.urgency
    case.municipality = values.get("municipality")
    case.sheet = sheet.model_dump(mode="json")
    if begins:
        case.sensitive = speaks_of_violence(values, sheet.emergency, now)
        session.add(case)
        session.flush()
        session.add(CaseEvent(case_id=case.id, kind="handed_over", after=case.status, created_at=now))
    if begins or is_withdrawn(session, conversation_id, "caseworker"):
        give_consent(session, conversation_id, "caseworker", load_sharing().recipients["caseworker"].items, now)
    session.flush()
    restrict_if_violent(session, case, facts, now)
    return case.reference


def restrict_if_violent(session: Session, case: Case, facts: Facts, now: datetime) -> bool:
    """Restrict the case when its facts now speak of violence, unless a supervisor has decided; True when that is new. The caller commits."""
    if case.sensitive or _decided(session, case) or not speaks_of_violence(plain_values(facts), case.sheet["emergency"], now):
        return False
    case.sensitive = True
    return True


def speaks_of_violence(values: Mapping[str, Any], emergency: Iterable[str], now: datetime) -> bool:
    """Return whether a case with these facts is kept to the one in charge and supervisors: whom the person flees must not find them."""
    return needs_care(values, now) or any(kind in _VIOLENCE for kind in emergency)


def _nobody_touched(session: Session, case: Case) -> bool:
    """Whether staff have done nothing yet, so that a place named later still leads to the right office."""
    return case.opened_at is None and not _events(session, case, CaseEvent.staff_id.is_not(None))


def _decided(session: Session, case: Case) -> bool:
    """Whether a supervisor has said how sensitive the case is: the assistant does not overrule that."""
    return _events(session, case, CaseEvent.kind == "sensitive")


def _events(session: Session, case: Case, condition: ColumnElement[bool]) -> bool:
    return session.scalar(select(CaseEvent.id).where(CaseEvent.case_id == case.id, condition).limit(1)) is not None


def _new_reference(session: Session) -> str:
    while True:
        letters = "".join(secrets.choice(_LETTERS) for _ in range(8))
        reference = f"{letters[:4]}-{letters[4:]}"
        if session.scalar(select(Case.id).where(Case.reference == reference)) is None:
            return reference
