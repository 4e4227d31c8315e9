"""How long people waited for a human and how often they were sent on: for one case, and for the statistics over many."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from statistics import median

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.models import Case, Referral


@dataclass(frozen=True)
class CaseMeasure:
    """One case, without content. `to_first_contact`: from consent until a human wrote, called or met; None: not yet.

    `hops`: how often it was accepted by another organisation; `returned`: how often one gave it back.
    """

    case_id: int
    to_first_contact: timedelta | None
    hops: int
    returned: int


@dataclass(frozen=True)
class Measures:
    """Figures over many cases. The median is over those that were reached; None when none was."""

    cases: int
    reached: int
    median_to_first_contact: timedelta | None
    hops: dict[int, int]
    returned: int


def measure_cases(session: Session, case_ids: Iterable[int] | None = None) -> list[CaseMeasure]:
    """Return the measures of these cases (all of them when None), by id."""
    counts = {
        (case_id, status): count
        for case_id, status, count in session.execute(
            select(Referral.case_id, Referral.status, func.count()).group_by(Referral.case_id, Referral.status)
        )
    }
    statement = select(Case.id, Case.consented_at, Case.first_contact_at).order_by(Case.id)
    if case_ids is not None:
        statement = statement.where(Case.id.in_(list(case_ids)))
    return [
        CaseMeasure(
            case_id,
            first - consented if first is not None else None,
            hops=counts.get((case_id, "accepted"), 0),
            returned=counts.get((case_id, "returned"), 0),
        )
        for case_id, consented, first in session.execute(statement)
    ]


def summarise(cases: Iterable[CaseMeasure]) -> Measures:
    """Return the figures over these cases. `hops` counts cases by number of hops."""
    found = list(cases)
    waits = [one.to_first_contact for one in found if one.to_first_contact is not None]
    hops: dict[int, int] = {}
    for one in found:
        hops[one.hops] = hops.get(one.hops, 0) + 1
    middle = timedelta(seconds=median(wait.total_seconds() for wait in waits)) if waits else None
    return Measures(len(found), len(waits), middle, dict(sorted(hops.items())), sum(one.returned for one in found))
