"""Referring a case on without sending the person round: what was done, what is asked, their consent; accepted or returned with a reason."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from bot.access import find_case
from bot.casework import add_event, put_in_charge
from bot.chat import release, tell_resident
from bot.consents import give_consent
from bot.errors import ReferralRefused
from bot.models import Case, Consent, Organisation, Referral, Staff
from bot.staff import note

CONSENT_WAYS = ("chat", "spoken", "written")
"""How the person agreed to this receiver."""
ITEMS = ("sheet", "conversation")
"""What may go along: ids of knowledge/data/sharing.yml."""
Fault = Literal["receiver", "done", "asked", "consent", "items", "open"]


@dataclass(frozen=True)
class NewReferral:
    """A referral as somebody filled it in. `consent_how`: one of CONSENT_WAYS; `items`: what the person agreed to pass on."""

    to_organisation_id: int | None
    done: str
    asked: str
    agreed: bool
    consent_how: str
    items: tuple[str, ...]


@dataclass(frozen=True)
class ReferralView:
    """One link of the chain."""

    id: int
    sender: str
    receiver: str
    sent_by: str | None
    done: str
    asked: str
    consent_how: str
    items: list[str]
    withdrawn: bool
    status: str
    reason: str | None
    sent_at: datetime
    answered_at: datetime | None
    answered_by: str | None


def receivers(session: Session, case: Case) -> list[Organisation]:
    """Return the organisations that this case can be referred to, by name; a sample goes to samples, and nothing else does."""
    others = select(Organisation).where(Organisation.id != case.organisation_id, Organisation.sample.is_(case.conversation.sample))
    return list(session.scalars(others.order_by(Organisation.name)))


def faults_of(session: Session, case: Case, new: NewReferral) -> list[Fault]:
    """Return what is missing; empty when it can be sent."""
    checks: dict[Fault, bool] = {
        "receiver": new.to_organisation_id in [one.id for one in receivers(session, case)],
        "done": bool(new.done.strip()),
        "asked": bool(new.asked.strip()),
        "consent": new.agreed and new.consent_how in CONSENT_WAYS,
        "items": "sheet" in new.items and set(new.items) <= set(ITEMS),
        "open": _waiting(session, case) is None,
    }
    return [fault for fault, fine in checks.items() if not fine]


def refer(session: Session, case_id: int, new: NewReferral, staff: Staff, now: datetime) -> None:
    """Send the case to another organisation, which may read it until it answers. Commits.

    Raises ReferralRefused when something is missing (`faults_of` says what), NoSuchCase, CaseClosedToYou.
    """
    case = find_case(session, staff, case_id, "work")
    if faults_of(session, case, new):
        raise ReferralRefused("The referral is not complete.")
    receiver = session.get_one(Organisation, new.to_organisation_id)
    consent = give_consent(
        session, case.conversation_id, "organisation", new.items, now, desk_id=f"organisation:{receiver.id}", name=receiver.name, staff=staff
    )
    referral = Referral(
        case_id=case.id, from_organisation_id=case.organisation_id, to_organisation_id=receiver.id, sent_by_id=staff.id,
        done=new.done.strip(), asked=new.asked.strip(), consent_id=consent.id, consent_how=new.consent_how, status="sent", sent_at=now,
    )  # fmt: skip
    session.add(referral)
    session.flush()
    note(session, staff.id, "referral_sent", f"referrals:{referral.id}", now)
    session.commit()


def accept(session: Session, case_id: int, staff: Staff, now: datetime) -> None:
    """Take the case over: it is this organisation's from now on, with this person in charge, and the resident is told. Commits.

    Raises NoSuchCase, CaseClosedToYou, ReferralRefused when there is nothing to answer any more.
    """
    case, referral = _to_answer(session, case_id, staff)
    _answer(referral, "accepted", "", staff, now)
    add_event(session, case, "organisation", staff, now, before=str(case.organisation_id), after=str(referral.to_organisation_id))
    case.organisation_id = referral.to_organisation_id
    release(session, case.conversation_id)
    put_in_charge(session, case, staff.id, staff, now)
    receiver = session.get_one(Organisation, referral.to_organisation_id)
    tell_resident(session, case.conversation_id, "utter_case_accepted", now, organisation=receiver.name)
    note(session, staff.id, "referral_accepted", f"referrals:{referral.id}", now)
    session.commit()


def give_back(session: Session, case_id: int, reason: str, staff: Staff, now: datetime) -> None:
    """Return the case with a reason; from then on it is closed to this organisation. Commits. Raises ReferralRefused without a reason."""
    if not reason.strip():
        raise ReferralRefused("A returned referral says why.")
    _case, referral = _to_answer(session, case_id, staff)
    _answer(referral, "returned", reason, staff, now)
    note(session, staff.id, "referral_returned", f"referrals:{referral.id}", now)
    session.commit()


def take_back(session: Session, case_id: int, staff: Staff, now: datetime) -> None:
    """Withdraw a referral that nobody has answered. Commits. Raises ReferralRefused when there is none."""
    case = find_case(session, staff, case_id, "work")
    referral = _waiting(session, case)
    if referral is None:
        raise ReferralRefused("Nothing waits for an answer.")
    _answer(referral, "withdrawn", "", staff, now)
    note(session, staff.id, "referral_withdrawn", f"referrals:{referral.id}", now)
    session.commit()


def referral_chain(session: Session, case: Case) -> list[ReferralView]:
    """Return all referrals of a case, oldest first. The caller has checked the right to read the case."""
    sender, receiver, by, answerer = aliased(Organisation), aliased(Organisation), aliased(Staff), aliased(Staff)
    rows = session.execute(
        select(Referral, Consent, sender.name, receiver.name, by.name, answerer.name)
        .join(Consent, Consent.id == Referral.consent_id)
        .join(sender, sender.id == Referral.from_organisation_id)
        .join(receiver, receiver.id == Referral.to_organisation_id)
        .outerjoin(by, by.id == Referral.sent_by_id)
        .outerjoin(answerer, answerer.id == Referral.answered_by_id)
        .where(Referral.case_id == case.id)
        .order_by(Referral.id)
    )
    return [
        ReferralView(
            one.id, from_name, to_name, sent_by, one.done, one.asked, one.consent_how, list(consent.items), consent.withdrawn_at is not None,
            one.status, one.reason, one.sent_at, one.answered_at, answered_by,
        )
        for one, consent, from_name, to_name, sent_by, answered_by in rows
    ]  # fmt: skip


def talk_visible_from(session: Session, staff: Staff, case: Case) -> tuple[bool, datetime | None]:
    """Return (whether this person may read the conversation, from when on; None: all of it).

    Who got the case by a referral reads what came before only when the person agreed that the conversation goes along.
    """
    link = session.execute(
        select(Referral, Consent)
        .join(Consent, Consent.id == Referral.consent_id)
        .where(
            Referral.case_id == case.id, Referral.to_organisation_id == staff.organisation_id, Referral.status.in_(("sent", "accepted"))
        )
        .order_by(Referral.id.desc())
    ).first()
    if link is None:
        return True, None
    referral, consent = link
    if "conversation" in consent.items or _had_it(session, case, referral):
        return True, None
    return referral.status == "accepted", referral.answered_at


def _had_it(session: Session, case: Case, referral: Referral) -> bool:
    """Whether the case began with the receiver, who has read the conversation long since."""
    first = session.scalar(select(Referral.from_organisation_id).where(Referral.case_id == case.id, Referral.status == "accepted").order_by(Referral.id).limit(1))
    return first == referral.to_organisation_id


def _waiting(session: Session, case: Case) -> Referral | None:
    return session.scalar(select(Referral).where(Referral.case_id == case.id, Referral.status == "sent").limit(1))


def _to_answer(session: Session, case_id: int, staff: Staff) -> tuple[Case, Referral]:
    case = find_case(session, staff, case_id, "answer")
    referral = session.scalar(
        select(Referral).where(
            Referral.case_id == case_id, Referral.status == "sent", Referral.to_organisation_id == staff.organisation_id
        )
    )
    if referral is None:
        raise ReferralRefused("Nothing waits for an answer.")
    return case, referral


def _answer(referral: Referral, status: str, reason: str, staff: Staff, now: datetime) -> None:
    referral.status, referral.answered_at, referral.answered_by_id = status, now, staff.id
    referral.reason = reason.strip() or None
