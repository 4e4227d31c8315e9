"""The guard: whose case it is, who may open it, and what of a sensitive case the others learn."""

from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from bot.access import alert_rights, find_case, handles_cases, listed, rights
from bot.cases import hand_over
from bot.casework import assign, colleagues
from bot.consents import give_consent, withdraw_consent
from bot.errors import CaseClosedToYou, NoSuchCase
from bot.models import Alert, Case, CaseEvent, Conversation, Message, Organisation, Referral, Staff
from bot.organisations import ensure_organisation
from bot.store import write_facts

ALL = frozenset({"list", "read", "work"})


@pytest.fixture
def session(sessions: sessionmaker[Session]):
    with sessions() as session:
        yield session


@pytest.fixture
def offices(session: Session, now: datetime) -> list[Organisation]:
    """The office that takes the rest, and one that takes 見本区."""
    here = ensure_organisation(session, "見本市", now)
    there = Organisation(name="見本区", kind="municipality", municipalities=["見本区"], created_at=now)
    session.add(there)
    session.flush()
    return [here, there]


def person(session: Session, now: datetime, office: Organisation | None, *roles: str) -> Staff:
    count = len(session.scalars(select(Staff.id)).all())
    staff = Staff(
        login=f"s{count}", name="見本", roles=list(roles), organisation_id=office.id if office else None, password_hash="", created_at=now
    )
    session.add(staff)
    session.flush()
    return staff


def talk(session: Session, now: datetime, **facts: object) -> int:
    count = len(session.scalars(select(Conversation.id)).all())
    conversation = Conversation(channel="web", channel_user_hash=str(count), holder="bot", created_at=now, last_message_at=now)
    session.add(conversation)
    session.flush()
    records = {key: {"value": value, "status": "said", "evidence": []} for key, value in facts.items()}
    write_facts(session, conversation.id, records, now)
    return conversation.id


def case_of(session: Session, now: datetime, emergencies: tuple[str, ...] = (), **facts: object) -> Case:
    conversation_id = talk(session, now, **facts)
    records = {key: {"value": value, "status": "said", "evidence": []} for key, value in facts.items()}
    hand_over(session, conversation_id, records, {"emergencies": list(emergencies)}, now)  # type: ignore[arg-type]
    return session.scalars(select(Case).where(Case.conversation_id == conversation_id)).one()


def refer(session: Session, now: datetime, case: Case, to: Organisation, status: str = "sent") -> Referral:
    consent = give_consent(session, case.conversation_id, "organisation", ["sheet"], now, name=to.name)
    referral = Referral(
        case_id=case.id, from_organisation_id=case.organisation_id, to_organisation_id=to.id, done="", asked="", consent_id=consent.id,
        consent_how="spoken", status=status, sent_at=now,
    )  # fmt: skip
    session.add(referral)
    session.flush()
    return referral


def test_a_case_comes_to_the_office_of_its_municipality(session: Session, offices: list[Organisation], now: datetime) -> None:
    assert case_of(session, now, municipality="見本区").organisation_id == offices[1].id
    assert case_of(session, now, municipality="足立区").organisation_id == offices[0].id
    assert case_of(session, now).organisation_id == offices[0].id


def test_a_place_named_later_moves_a_case_that_nobody_has_touched(session: Session, offices: list[Organisation], now: datetime) -> None:
    for touched in (False, True):
        case = case_of(session, now)
        if touched:
            session.add(CaseEvent(case_id=case.id, staff_id=person(session, now, offices[0], "caseworker").id, kind="status", created_at=now))
        facts = {"municipality": {"value": "見本区", "status": "said", "evidence": []}}
        hand_over(session, case.conversation_id, facts, {}, now)  # type: ignore[arg-type]
        assert case.organisation_id == offices[0 if touched else 1].id


def test_staff_see_the_cases_of_their_own_organisation(session: Session, offices: list[Organisation], now: datetime) -> None:
    here, there = offices
    case = case_of(session, now)
    assert rights(session, person(session, now, here, "caseworker"), case) == ALL
    assert rights(session, person(session, now, here, "supervisor"), case) == ALL | {"supervise"}
    outsiders = [
        person(session, now, there, "caseworker"), person(session, now, there, "supervisor", "admin"), person(session, now, here, "admin"),
        person(session, now, here, "council"), person(session, now, here, "admin", "council"), person(session, now, None, "supervisor"),
    ]  # fmt: skip
    for staff in outsiders:
        assert rights(session, staff, case) == frozenset(), staff.roles
        assert session.scalars(select(Case).where(listed(staff))).all() == []
        with pytest.raises(NoSuchCase):
            find_case(session, staff, case.id, "read")


def test_a_missing_case_and_another_organisations_case_are_not_told_apart(session: Session, offices: list[Organisation], now: datetime) -> None:
    staff = person(session, now, offices[1], "caseworker")
    case = case_of(session, now)
    errors = []
    for case_id in (case.id, 9999):
        with pytest.raises(NoSuchCase) as caught:
            find_case(session, staff, case_id, "list")
        errors.append(str(caught.value))
    assert errors[0] == errors[1]


@pytest.mark.parametrize(
    ("facts", "emergencies"),
    [
        ({"reasons": ["dv"]}, ()), ({"contact_unsafe": "yes"}, ()), ({}, ("violence_now",)), ({}, ("child_danger",)), ({}, ("elder_abuse",)),
        ({"need:dv_protection": "yes"}, ()), ({"need:abuse_report": "yes"}, ()),
    ],
)  # fmt: skip
def test_violence_makes_a_case_sensitive(session: Session, now: datetime, facts: dict[str, object], emergencies: tuple[str, ...]) -> None:
    assert case_of(session, now, emergencies, **facts).sensitive


@pytest.mark.parametrize(("facts", "emergencies"), [({}, ()), ({"contact_unsafe": "no"}, ()), ({"reasons": ["family_conflict"]}, ("suicide",))])
def test_other_cases_are_not(session: Session, now: datetime, facts: dict[str, object], emergencies: tuple[str, ...]) -> None:
    assert not case_of(session, now, emergencies, **facts).sensitive


def test_a_sensitive_case_opens_to_who_is_in_charge_and_to_supervisors(session: Session, offices: list[Organisation], now: datetime) -> None:
    case = case_of(session, now, reasons=["dv"])
    colleague, in_charge = person(session, now, offices[0], "caseworker"), person(session, now, offices[0], "caseworker")
    case.assigned_to_id = in_charge.id
    assert rights(session, in_charge, case) == ALL
    assert rights(session, person(session, now, offices[0], "supervisor"), case) == ALL | {"supervise"}
    assert rights(session, colleague, case) == {"list"}
    with pytest.raises(CaseClosedToYou):
        find_case(session, colleague, case.id, "read")


def test_who_left_is_put_in_charge_of_nothing(session: Session, offices: list[Organisation], now: datetime) -> None:
    case = case_of(session, now)
    supervisor = person(session, now, offices[0], "supervisor")
    here, gone = person(session, now, offices[0], "caseworker"), person(session, now, offices[0], "caseworker")
    gone.deactivated_at = now
    session.flush()
    listed_ids = {one.id for one in colleagues(session, case)}
    assert here.id in listed_ids and gone.id not in listed_ids
    with pytest.raises(ValueError, match="no such colleague"):
        assign(session, case.id, gone.id, supervisor, now)


def test_a_supervisors_word_on_sensitivity_is_not_overruled(session: Session, offices: list[Organisation], now: datetime) -> None:
    case = case_of(session, now, reasons=["dv"])
    case.sensitive = False
    session.add(CaseEvent(case_id=case.id, staff_id=person(session, now, offices[0], "supervisor").id, kind="sensitive", created_at=now))
    hand_over(session, case.conversation_id, {"reasons": {"value": ["dv"], "status": "said", "evidence": []}}, {}, now)
    assert not case.sensitive


def test_a_referred_case_is_read_and_answered_by_the_receiver_until_it_is_answered(
    session: Session, offices: list[Organisation], now: datetime
) -> None:
    case = case_of(session, now)
    receiver = person(session, now, offices[1], "caseworker")
    referral = refer(session, now, case, offices[1])
    assert rights(session, receiver, case) == {"list", "read", "answer"}
    assert session.scalars(select(Case).where(listed(receiver))).all() == [case]
    with pytest.raises(CaseClosedToYou):
        find_case(session, receiver, case.id, "work")
    for status in ("returned", "withdrawn", "accepted"):
        referral.status = status
        assert rights(session, receiver, case) == frozenset()


def test_a_consent_taken_back_closes_the_case_to_the_receiver(session: Session, offices: list[Organisation], now: datetime) -> None:
    case = case_of(session, now)
    referral = refer(session, now, case, offices[1])
    withdraw_consent(session, case.conversation_id, referral.consent_id, now)
    session.flush()
    assert rights(session, person(session, now, offices[1], "supervisor"), case) == frozenset()


def test_a_sensitive_case_that_is_referred_opens_to_the_receivers_supervisors_only(
    session: Session, offices: list[Organisation], now: datetime
) -> None:
    case = case_of(session, now, reasons=["dv"])
    refer(session, now, case, offices[1])
    assert rights(session, person(session, now, offices[1], "caseworker"), case) == {"list"}
    assert rights(session, person(session, now, offices[1], "supervisor"), case) == {"list", "read", "answer"}


def test_an_alert_before_consent_goes_to_the_office_of_the_place(session: Session, offices: list[Organisation], now: datetime) -> None:
    here, there = (person(session, now, office, "caseworker") for office in offices)
    named, unknown, site = talk(session, now, municipality="見本区"), talk(session, now), talk(session, now)
    session.add(
        Message(
            conversation_id=site, direction="in", author="resident", channel="web", event_id="start", kind="start",
            content={"text": "", "site_municipality": "見本区"}, status="done", created_at=now,
        )
    )  # fmt: skip
    session.flush()
    for conversation_id, sees, not_theirs in ((named, there, here), (unknown, here, there), (site, there, here)):
        assert alert_rights(session, sees, conversation_id) == {"list", "read"}
        assert alert_rights(session, not_theirs, conversation_id) == frozenset()
    assert alert_rights(session, person(session, now, offices[0], "admin"), unknown) == frozenset()


def test_an_alert_of_a_case_follows_the_case(session: Session, offices: list[Organisation], now: datetime) -> None:
    case = case_of(session, now, reasons=["dv"])
    message = Message(conversation_id=case.conversation_id, direction="in", author="resident", channel="web", content={}, status="done", created_at=now)
    session.add(message)
    session.flush()
    session.add(Alert(conversation_id=case.conversation_id, message_id=message.id, kind="violence_now", words=["見本"], created_at=now))
    assert alert_rights(session, person(session, now, offices[0], "caseworker"), case.conversation_id) == {"list"}
    assert handles_cases(person(session, now, offices[0], "supervisor"))
