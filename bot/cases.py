"""Cases: what a person agreed to hand to a caseworker, and what staff read of it."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.consents import give_consent
from bot.models import Case
from bot.sheet import build_sheet
from knowledge.facts import Facts, plain_values
from knowledge.sharing import load_sharing

# Without 0/O, 1/I/L, so that a number read out on the phone arrives.
_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def hand_over(session: Session, conversation_id: int, facts: Facts, interview: Mapping[str, Any], now: datetime) -> str:
    """Make the case of a conversation whose person consented, or refresh it, and return its reference. The caller commits."""
    sheet = build_sheet(facts, interview, now)
    case = session.scalar(select(Case).where(Case.conversation_id == conversation_id))
    made = case is None
    if case is None:
        case = Case(conversation_id=conversation_id, reference=_new_reference(session), status="new", consented_at=now)
        session.add(case)
    case.urgency = sheet.urgency
    case.municipality = plain_values(facts).get("municipality")
    case.sheet = sheet.model_dump(mode="json")
    session.flush()
    if made:
        give_consent(session, conversation_id, "caseworker", load_sharing().recipients["caseworker"].items, now)
    return case.reference


def _new_reference(session: Session) -> str:
    while True:
        letters = "".join(secrets.choice(_LETTERS) for _ in range(8))
        reference = f"{letters[:4]}-{letters[4:]}"
        if session.scalar(select(Case.id).where(Case.reference == reference)) is None:
            return reference
