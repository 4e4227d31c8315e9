"""What a person wrote on the page for contact details, as staff see it, and what a person is told when a caseworker takes over."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from bot import contacts
from bot.consents import withdraw_all
from bot.contacts import ContactDetails
from bot.inbox import add_reply
from bot.models import Case, Message
from bot.office_hours import keep_hours
from bot.organisations import ensure_organisation
from bot.reply import Reply
from tests.connectors.console.house import LOGIN, House, make_small_case, put_in_charge
from tests.connectors.console.reading import post

WRITTEN = ContactDetails(name="（見本）髙﨑 はるか", phone="090-0000-0000", address="見本県見本市見本町1-1")


def write_contact(house: House, talk_id: int) -> str:
    """Let the person write on the page; returns our message that had the link, as the person sees it."""
    with house.sessions() as session:
        text = f"ここに書いてください。{contacts.offer_link(session, talk_id, house.clock())}"
        add_reply(session, talk_id, Reply(text=text), in_reply_to=None, now=house.clock())
        session.commit()
        shown = contacts.fill_in(text)
        assert contacts.keep_contact(session, shown.rsplit("/", 1)[1], WRITTEN, house.clock())
    return shown


def test_who_works_on_the_case_sees_the_contact_and_nobody_the_links_code(house: House, client: TestClient) -> None:
    shown = write_contact(house, make_small_case(house, age=(41, "41歳")))
    html = client.get("/console/cases/1").text
    assert all(value in html for value in (WRITTEN.name, WRITTEN.phone, WRITTEN.address))
    assert "ここに書いてください" in html and shown.rsplit("/", 1)[1] not in html and "contact-code" not in html


def test_after_the_consent_was_taken_back_the_contact_is_gone_too(house: House, client: TestClient) -> None:
    talk_id = make_small_case(house, age=(41, "41歳"))
    write_contact(house, talk_id)
    with house.sessions() as session:
        withdraw_all(session, talk_id, house.clock())
        session.commit()
    assert WRITTEN.phone not in client.get("/console/cases/1").text


def test_an_address_is_a_place_and_masked_like_one(house: House, client: TestClient) -> None:
    write_contact(house, make_small_case(house, reasons=(["dv"], "夫の暴力")))
    put_in_charge(house, 1, LOGIN)
    with house.sessions() as session:
        assert session.get_one(Case, 1).sensitive
    masked, open_ = client.get("/console/cases/1").text, client.get("/console/cases/1?places=shown").text
    assert WRITTEN.phone in masked and WRITTEN.address not in masked and WRITTEN.address in open_


@pytest.mark.parametrize(("hours", "words"), [("平日 9:00-17:00", "平日"), ("", "すぐに返事ができないこともあります")])
def test_who_is_taken_over_is_told_when_staff_answer(house: House, client: TestClient, hours: str, words: str) -> None:
    talk_id = make_small_case(house, age=(41, "41歳"))
    if hours:
        with house.sessions() as session:
            keep_hours(ensure_organisation(session, "見本市", house.clock()), hours)
            session.commit()
    assert post(client, "/console/cases/1/take", "/console/cases/1").status_code == 303
    with house.sessions() as session:
        told = session.scalars(select(Message).where(Message.conversation_id == talk_id, Message.author == "staff")).one()
    assert words in told.content["text"] and "{" not in told.content["text"]
    assert ("9時" in told.content["text"]) == bool(hours)


def test_a_caseworker_sends_the_link_instead_of_asking_in_the_talk(house: House, client: TestClient) -> None:
    talk_id = make_small_case(house, age=(41, "41歳"))
    assert post(client, "/console/cases/1/contact-page", "/console/cases/1").status_code == 409, "only who holds the chat"
    post(client, "/console/cases/1/take", "/console/cases/1")
    for _ in range(2):
        assert post(client, "/console/cases/1/contact-page", "/console/cases/1").status_code == 303
    with house.sessions() as session:
        said = [row.content["text"] for row in session.scalars(select(Message).where(Message.conversation_id == talk_id, Message.author == "staff"))]
        links = [text for text in said if "/contact/" in text]
        assert len(links) == 1, "a link that was just sent has to do"
        assert contacts.works(contacts.find_link(session, contacts.fill_in(links[0]).split("/contact/")[1][:32]), house.clock())
