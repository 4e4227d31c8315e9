"""Who may see and do what with whose case: the one guard that every page, export and notice about a case goes through."""

from typing import Literal

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import Session

from bot.consents import is_withdrawn
from bot.errors import CaseClosedToYou, ConsentWithdrawn, NoSuchCase
from bot.models import Case, Consent, FactRow, Message, Referral, Staff
from bot.organisations import office_of

ROLES = ("caseworker", "supervisor", "admin", "council")
"""caseworker: the cases of their organisation; supervisor: sensitive ones too, assigns; admin: knowledge and staff; council: statistics."""
Right = Literal["list", "read", "work", "answer", "supervise"]
"""list: see that it is there; read: open it; work: change it, speak with the person; answer: accept or return a referral;
supervise: assign it to others, say whether it is sensitive."""


def has_role(staff: Staff, *roles: str) -> bool:
    """Return whether this person has one of these roles."""
    return any(role in staff.roles for role in roles)


def handles_cases(staff: Staff) -> bool:
    """Return whether this person's work is with cases at all: a caseworker or supervisor of some organisation."""
    return staff.organisation_id is not None and has_role(staff, "caseworker", "supervisor")


def rights(session: Session, staff: Staff, case: Case) -> frozenset[Right]:
    """Return what this person may do with this case; empty when for them it is not there.

    An organisation has its own cases and, to read and answer, those referred to it and not yet answered. Of a sensitive case (violence)
    others than the one in charge and the supervisors learn only that it is there; so do all when the person took the consent back.
    """
    if not handles_cases(staff):
        return frozenset()
    own = case.organisation_id == staff.organisation_id
    if not own and session.scalar(select(Referral.id).where(_referred_to(staff), Referral.case_id == case.id).limit(1)) is None:
        return frozenset()
    if is_withdrawn(session, case.conversation_id, "caseworker"):
        return frozenset({"list"})
    supervises = has_role(staff, "supervisor")
    if case.sensitive and not supervises and not (own and case.assigned_to_id == staff.id):
        return frozenset({"list"})
    if not own:
        return frozenset({"list", "read", "answer"})
    return frozenset({"list", "read", "work", "supervise"} if supervises else {"list", "read", "work"})


def find_case(session: Session, staff: Staff, case_id: int, right: Right) -> Case:
    """Return the case when this person has the right to it.

    Raises NoSuchCase when there is none or it is another organisation's (the two are not told apart), CaseClosedToYou when they may know
    of it but not do this, ConsentWithdrawn (a kind of it) when the person took the consent back.
    """
    case = session.get(Case, case_id)
    held = rights(session, staff, case) if case is not None else frozenset()
    if case is None or not held:
        raise NoSuchCase("There is no such case.")
    if right not in held:
        if is_withdrawn(session, case.conversation_id, "caseworker"):
            raise ConsentWithdrawn("The person took the consent back.")
        raise CaseClosedToYou("Ask a supervisor to assign the case to you.")
    return case


def listed(staff: Staff) -> ColumnElement[bool]:
    """Return the condition on `Case` for what this person's lists may hold; check `rights` of each before its content is shown."""
    if not handles_cases(staff):
        return false()
    return or_(Case.organisation_id == staff.organisation_id, Case.id.in_(select(Referral.case_id).where(_referred_to(staff))))


def alert_rights(session: Session, staff: Staff, conversation_id: int) -> frozenset[Right]:
    """Return what this person may do with the alerts of a conversation: as with its case, or, before there is one, of their place's people."""
    case = session.scalar(select(Case).where(Case.conversation_id == conversation_id))
    if case is not None:
        return rights(session, staff, case)
    office = office_of(session, place_of(session, conversation_id))
    mine = handles_cases(staff) and office is not None and office.id == staff.organisation_id
    return frozenset({"list", "read"}) if mine else frozenset()


def place_of(session: Session, conversation_id: int) -> str | None:
    """Return the municipality of a conversation: what the person said, else the site that they came from; None when neither is known."""
    said = session.scalar(
        select(FactRow.record).where(
            FactRow.conversation_id == conversation_id, FactRow.key == "municipality", FactRow.replaced_at.is_(None)
        )
    )
    if said and said["value"]:
        return str(said["value"])
    begun = session.scalar(select(Message.content).where(Message.conversation_id == conversation_id, Message.event_id == "start"))
    return (begun or {}).get("site_municipality")


def _referred_to(staff: Staff) -> ColumnElement[bool]:
    """Waiting for this person's organisation to answer, while the person still agrees to it."""
    agreed = Referral.consent_id.in_(select(Consent.id).where(Consent.withdrawn_at.is_(None)))
    return and_(Referral.status == "sent", Referral.to_organisation_id == staff.organisation_id, agreed)
