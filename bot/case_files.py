"""A case as it leaves the house: read for a paper or a file, with its consents; and as JSON with a published schema."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from bot.access import Right, find_case
from bot.case_sheet import current_sheet
from bot.consents import ConsentView, read_consents
from bot.models import Case, Staff
from bot.sheet import Sheet
from bot.staff import note
from bot.store import current_facts
from knowledge.facts import Facts
from knowledge.vocabulary import load_vocabulary

PLACES = ("municipality", "desired_area")
_SUFFIXES = 1  # 区, 市, 町, 村: people leave it out


@dataclass(frozen=True)
class CaseFile:
    """What papers are made from. `authors`: fact key -> resident, staff or rule.

    Papers get lost: in a sensitive case (violence) `sheet`, `facts` and `place` name neither where the person lives nor where they want to.
    """

    case: Case
    sheet: Sheet
    facts: Facts
    authors: Mapping[str, str]
    consents: list[ConsentView]
    place: str | None


class ExportedConsent(BaseModel):
    """One consent of the person."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    recipient: Literal["caseworker", "organisation", "shop", "landlord"]
    items: list[str] = Field(description="what may be passed on; ids of knowledge/data/sharing.yml")
    given_at: datetime
    withdrawn_at: datetime | None


class ExportedCase(BaseModel):
    """A case as JSON. Ids of facts, needs, desk kinds and urgency are those of knowledge/data/vocabulary.yml; times are ISO 8601 with offset."""

    model_config = ConfigDict(frozen=True, extra="forbid", title="Madoguchi case")
    format: Literal["madoguchi-case"] = "madoguchi-case"
    version: Literal[1] = 1
    reference: str = Field(description="what the person was given to name the case")
    status: str
    municipality: str | None
    consented_at: datetime
    exported_at: datetime
    sheet: Sheet
    fact_authors: dict[str, str] = Field(description="fact key -> who stated it: resident, staff or rule")
    consents: list[ExportedConsent]


def read_case_file(session: Session, case_id: int, staff: Staff, now: datetime, action: str, right: Right = "read") -> CaseFile:
    """Return the case for a paper. The reading is noted as `action` and committed.

    Raises NoSuchCase, CaseClosedToYou and ConsentWithdrawn as `bot.access.find_case` does.
    """
    case = find_case(session, staff, case_id, right)
    rows = current_facts(session, case.conversation_id)
    note(session, staff.id, action, f"cases:{case_id}", now)
    session.commit()
    sheet, facts = current_sheet(session, case, now), {row.key: row.record for row in rows}
    authors, consents = {row.key: row.author for row in rows}, read_consents(session, case.conversation_id)
    if case.sensitive:
        return CaseFile(case, without_places(sheet), {key: facts[key] for key in facts if key not in PLACES}, authors, consents, None)
    return CaseFile(case, sheet, facts, authors, consents, case.municipality)


def without_places(sheet: Sheet) -> Sheet:
    """Return the sheet without the places that were told, and without the person's words where they name one."""
    told = [fact.raw for fact in sheet.facts if fact.key in PLACES and fact.raw]
    names = {name for raw in told for one in (raw if isinstance(raw, list) else [raw]) for name in (one, one[:-_SUFFIXES]) if len(name) > 1}

    def keep(words: list[str]) -> list[str]:
        return [one for one in words if not any(name in one for name in names)]

    return sheet.model_copy(
        update={
            "facts": [
                fact.model_copy(
                    update={"value": "", "raw": None, "words": [], "status": "masked"}
                    if fact.key in PLACES and fact.raw
                    else {"words": keep(fact.words)}
                )
                for fact in sheet.facts
            ],
            "needs": [need.model_copy(update={"words": keep(need.words)}) for need in sheet.needs],
            "concerns": [concern.model_copy(update={"words": keep(concern.words)}) for concern in sheet.concerns],
            "strengths": [strength.model_copy(update={"words": keep(strength.words)}) for strength in sheet.strengths],
            "desks": [
                desk.model_copy(update={"title": load_vocabulary().desk_kinds.get(desk.kind, desk.kind), "why": "", "id": ""})
                for desk in sheet.desks
            ],
        }
    )


def export_case(file: CaseFile, now: datetime) -> ExportedCase:
    """Return the case in the shape of the published schema (docs/schema/case.json). The conversation itself is not in it."""
    case = file.case
    return ExportedCase(
        reference=case.reference,
        status=case.status,
        municipality=file.place,
        consented_at=case.consented_at,
        exported_at=now,
        sheet=file.sheet,
        fact_authors={key: author for key, author in file.authors.items() if not key.startswith("need:")},
        consents=[
            ExportedConsent.model_validate(
                {"recipient": one.recipient, "items": one.items, "given_at": one.given_at, "withdrawn_at": one.withdrawn_at}
            )
            for one in file.consents
        ],
    )
