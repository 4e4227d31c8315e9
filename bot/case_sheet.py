"""The sheet of a case as of now: worked out afresh from the facts, and kept with the case when they were edited."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.models import Alert, Case
from bot.sheet import Sheet, build_sheet
from bot.store import load_facts
from knowledge.facts import plain_values


def current_sheet(session: Session, case: Case, now: datetime) -> Sheet:
    """Return the sheet of this case from the facts as they are now."""
    return build_sheet(load_facts(session, case.conversation_id), _interview(session, case), now)  # type: ignore[arg-type]


def refresh_sheet(session: Session, case: Case, now: datetime) -> None:
    """Let needs, urgency and place of the case follow from the facts as they are now. The caller commits."""
    sheet = current_sheet(session, case, now)
    case.sheet, case.urgency = sheet.model_dump(mode="json"), sheet.urgency
    case.municipality = plain_values(load_facts(session, case.conversation_id)).get("municipality")  # type: ignore[arg-type]


def _interview(session: Session, case: Case) -> dict[str, Any]:
    """Return what the sheet needs of the interview, from the sheet as it was handed over."""
    tonight = session.scalar(
        select(Alert.kind).where(Alert.conversation_id == case.conversation_id, Alert.kind == "no_place_tonight").limit(1)
    )
    return {
        "asked": [fact["key"] for fact in case.sheet["facts"] if fact["status"] not in ("not_asked", "never_asked")],
        "emergencies": [*case.sheet["emergency"], *([tonight] if tonight else [])],  # the sheet keeps the vocabulary's kinds only
        "desks": case.sheet["desks"],
        "programmes": case.sheet.get("programmes", []),
    }
