"""Consents: given per recipient, taken back, gone with the conversation."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from bot.access import find_case, rights
from bot.cases import hand_over
from bot.consents import (
    allowed_items,
    apply_effects,
    give_consent,
    is_withdrawn,
    read_consents,
    withdraw_all,
    withdraw_consent,
)
from bot.errors import ConsentWithdrawn
from bot.inbox import erase_conversation
from bot.models import AuditEntry, Case, Consent, Conversation
from bot.staff import add_staff


@pytest.fixture
def session(sessions: sessionmaker[Session]) -> Iterator[Session]:
    with sessions() as session:
        yield session


@pytest.fixture
def talk(session: Session, now: datetime) -> int:
    conversation = Conversation(channel="web", channel_user_hash="見本", holder="bot", created_at=now, last_message_at=now)
    session.add(conversation)
    session.flush()
    return conversation.id


def test_a_consent_for_one_recipient_allows_nothing_to_another(session: Session, talk: int, now: datetime) -> None:
    give_consent(session, talk, "shop", ["wishes", "support"], now)
    assert allowed_items(session, talk, "shop") == ["wishes", "support"]
    assert allowed_items(session, talk, "landlord") == []
    assert allowed_items(session, talk, "caseworker") == []


def test_a_consent_for_one_shop_does_not_hold_for_the_next(session: Session, talk: int, now: datetime) -> None:
    give_consent(session, talk, "shop", ["wishes"], now, desk_id="sample_shop_a")
    assert allowed_items(session, talk, "shop", "sample_shop_a") == ["wishes"]
    assert allowed_items(session, talk, "shop", "sample_shop_b") == []
    assert allowed_items(session, talk, "shop") == []


def test_a_new_consent_takes_the_place_of_the_old_one(session: Session, talk: int, now: datetime) -> None:
    give_consent(session, talk, "shop", ["wishes", "support"], now)
    give_consent(session, talk, "shop", ["wishes"], now + timedelta(days=1))
    assert allowed_items(session, talk, "shop") == ["wishes"]
    newest, oldest = read_consents(session, talk)
    assert newest.withdrawn_at is None
    assert oldest.withdrawn_at == now + timedelta(days=1)


def test_taking_it_back_ends_it_once_and_only_in_ones_own_conversation(session: Session, talk: int, now: datetime) -> None:
    consent = give_consent(session, talk, "landlord", ["wishes"], now)
    assert not withdraw_consent(session, talk + 1, consent.id, now)
    assert withdraw_consent(session, talk, consent.id, now)
    assert not withdraw_consent(session, talk, consent.id, now)
    assert allowed_items(session, talk, "landlord") == []


def test_what_staff_write_down_is_audited_with_their_name(session: Session, talk: int, now: datetime) -> None:
    staff = add_staff(session, "mihon", "見本 花子", "caseworker", "correct-horse-staple", now)
    consent = give_consent(session, talk, "landlord", ["care"], now, name="（見本）髙﨑荘の大家さん", staff=staff)
    withdraw_consent(session, talk, consent.id, now, staff=staff)
    assert read_consents(session, talk)[0].by == "見本 花子"
    assert [entry.action for entry in session.scalars(select(AuditEntry))] == ["consent_landlord_written", "consent_landlord_withdrawn"]


@pytest.mark.parametrize(("recipient", "items"), [("shop", []), ("shop", ["sheet"]), ("neighbour", ["wishes"])])
def test_a_consent_without_substance_is_refused(session: Session, talk: int, now: datetime, recipient: str, items: list[str]) -> None:
    with pytest.raises(ValueError, match="consent|recipient"):
        give_consent(session, talk, recipient, items, now)


def test_handing_over_writes_the_consent_for_the_caseworker_once(session: Session, talk: int, now: datetime) -> None:
    hand_over(session, talk, {}, {}, now)
    hand_over(session, talk, {}, {}, now + timedelta(hours=1))
    assert [(one.recipient, one.given_at) for one in read_consents(session, talk)] == [("caseworker", now)]
    assert allowed_items(session, talk, "caseworker") == ["sheet", "conversation"]


def test_all_consents_end_together_and_go_with_the_conversation(session: Session, talk: int, now: datetime) -> None:
    give_consent(session, talk, "shop", ["wishes"], now)
    give_consent(session, talk, "caseworker", ["sheet"], now)
    withdraw_all(session, talk, now)
    assert allowed_items(session, talk, "caseworker") == []
    assert allowed_items(session, talk, "shop") == []
    erase_conversation(session, session.get_one(Conversation, talk))
    assert session.scalar(select(Consent.id)) is None


def test_what_the_person_says_in_the_chat_is_carried_out(session: Session, talk: int, now: datetime) -> None:
    hand_over(session, talk, {}, {}, now)
    apply_effects(session, talk, ["consent:shop", "hand_over"], now)
    assert allowed_items(session, talk, "shop") == ["wishes", "support"]
    apply_effects(session, talk, ["withdraw:homes"], now)
    assert allowed_items(session, talk, "shop") == []
    assert allowed_items(session, talk, "caseworker") == ["sheet", "conversation"]
    apply_effects(session, talk, ["withdraw:all"], now)
    assert is_withdrawn(session, talk, "caseworker")


def test_handing_over_again_after_a_withdrawal_is_a_new_consent(session: Session, talk: int, now: datetime) -> None:
    hand_over(session, talk, {}, {}, now)
    withdraw_all(session, talk, now)
    later = now + timedelta(days=2)
    hand_over(session, talk, {}, {}, later)
    assert not is_withdrawn(session, talk, "caseworker")
    assert [one.given_at for one in read_consents(session, talk)] == [later, now]


def test_a_case_whose_consent_was_taken_back_closes_to_everybody(session: Session, talk: int, now: datetime) -> None:
    hand_over(session, talk, {}, {}, now)
    case = session.scalars(select(Case)).one()
    staff = add_staff(session, "mihon", "見本 花子", ("supervisor",), "correct-horse-staple", now, organisation_id=case.organisation_id)
    assert find_case(session, staff, case.id, "work") is case
    withdraw_all(session, talk, now)
    session.flush()
    assert rights(session, staff, case) == {"list"}
    with pytest.raises(ConsentWithdrawn):
        find_case(session, staff, case.id, "read")
