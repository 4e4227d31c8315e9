"""A case as it leaves the house: read for a paper or a file, with its consents; and as JSON with a published schema."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from bot.consents import ConsentView, is_withdrawn, read_consents
from bot.console import read_case
from bot.errors import ConsentWithdrawn
from bot.models import Case, Staff
from bot.sheet import Sheet
from bot.staff import note
from bot.store import current_facts
from knowledge.facts import Facts

FORMAT_VERSION = 1


@dataclass(frozen=True)
class CaseFile:
    """What papers are made from. `authors`: fact key -> resident, staff or rule."""

    case: Case
    sheet: Sheet
    facts: Facts
    authors: Mapping[str, str]
    consents: list[ConsentView]


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


def read_case_file(session: Session, case_id: int, staff: Staff, now: datetime, action: str) -> CaseFile | None:
    """Return the case for a paper, or None when there is no such case for this person. The reading is noted as `action` and committed.

    Raises ConsentWithdrawn when the person no longer wants a caseworker to have it.
    """
    view = read_case(session, case_id, staff, now)
    if view is None:
        return None
    if is_withdrawn(session, view.case.conversation_id, "caseworker"):
        raise ConsentWithdrawn("The person took the consent back.")
    rows = current_facts(session, view.case.conversation_id)
    note(session, staff.id, action, f"cases:{case_id}", now)
    session.commit()
    return CaseFile(
        view.case,
        view.sheet,
        {row.key: row.record for row in rows},
        {row.key: row.author for row in rows},
        read_consents(session, view.case.conversation_id),
    )


def export_case(file: CaseFile, now: datetime) -> ExportedCase:
    """Return the case in the shape of the published schema (docs/schema/case.json). The conversation itself is not in it."""
    case = file.case
    return ExportedCase(
        reference=case.reference,
        status=case.status,
        municipality=case.municipality,
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
