"""The offices whose staff work in the console, and which of them a new case comes to."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.models import Organisation
from knowledge.phrases import neutral_organisation


def ensure_organisation(session: Session, name: str, now: datetime) -> Organisation:
    """Return the office that takes the cases of places that nobody takes; it is made, and named, where it is not yet. The caller commits.

    `name` is who runs the service; empty: a neutral wording, which gives way to a name set later.
    """
    office = session.scalar(select(Organisation).where(Organisation.takes_rest).order_by(Organisation.id).limit(1))
    if office is None:
        office = Organisation(name=name or neutral_organisation(), kind="municipality", municipalities=[], takes_rest=True, created_at=now)
        session.add(office)
    elif office.name in ("", neutral_organisation()):
        office.name = name or neutral_organisation()
    session.flush()
    return office


def organisation_for(session: Session, municipality: str | None, now: datetime) -> Organisation:
    """Return the office that new cases of this municipality come to; where none takes it, the one that takes the rest (made if absent)."""
    return office_of(session, municipality) or ensure_organisation(session, "", now)


def office_of(session: Session, municipality: str | None) -> Organisation | None:
    """Return the office that takes this municipality, else the one that takes the rest; None when there is no office yet."""
    offices = session.scalars(select(Organisation).order_by(Organisation.id)).all()
    takes = next((office for office in offices if municipality and municipality in office.municipalities), None)
    return takes or next((office for office in offices if office.takes_rest), None)
