"""The page for name and contact details: one link, once, for a day; kept encrypted; nothing of it in talk, log or database in plain."""

import logging
import re
import sqlite3
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from bot import contacts, inbox
from bot.consents import give_consent, withdraw_all
from bot.contacts import ContactDetails, read_contact
from bot.models import Contact, ContactLink, Conversation, Message
from bot.settings import Settings
from connectors.web.contact import find_faults
from knowledge.sharing import load_sharing
from tests.connectors.web.conftest import Web

CANARY = "かなりや見本子"
GIVEN = {"name": CANARY, "phone": "090-0000-0000", "email": "sample@example.jp", "address": "見本市見本町1-1"}


@pytest.fixture
def link(web: Web) -> Callable[[], str]:
    """Offer a link in a new talk; returns its path as the person sees it."""
    web.begin()

    def offer() -> str:
        with web.sessions() as session:
            text = contacts.offer_link(session, web.conversation_id(), web.now)
            session.commit()
        return urlsplit(contacts.fill_in(text)).path  # whatever address an application was given before

    return offer


def kept(web: Web) -> ContactDetails | None:
    """Return what is kept about the only person."""
    with web.sessions() as session:
        return read_contact(session, web.conversation_id())


def test_what_is_written_is_kept_once_in_normal_width(web: Web, link: Callable[[], str]) -> None:
    path = link()
    assert re.fullmatch(r"/contact/[0-9a-f]{32}", path)
    for _ in range(3):  # chat apps look at a link before people do
        form = web.client.get(path)
        assert form.status_code == 200 and "<form" in form.text and "<script" not in form.text
        assert form.headers["cache-control"] == "no-store" and form.headers["referrer-policy"] == "no-referrer"
    done = web.client.post(path, data={"name": CANARY, "phone": "０９０−００００−００００", "email": "", "address": ""})
    assert done.status_code == 200 and CANARY not in done.text
    assert kept(web) == ContactDetails(name=CANARY, phone="090−0000−0000")
    again = web.client.post(path, data={"name": "だれか"})
    assert again.status_code == 410 and web.client.get(path).status_code == 410
    assert kept(web) == ContactDetails(name=CANARY, phone="090−0000−0000")


def test_a_link_ends_after_a_day_with_a_newer_one_and_is_never_guessed(web: Web, link: Callable[[], str]) -> None:
    first, second = link(), link()
    assert web.client.get(first).status_code == 410, "a newer one takes its place"
    web.wait(24 * 3600 - 1)
    assert web.client.get(second).status_code == 200
    web.wait(1)
    assert web.client.post(second, data={"name": CANARY}).status_code == 410
    assert kept(web) is None
    for guess in ("0" * 32, "%00", "x", "あ", "0" * 5000):
        unknown = web.client.get(f"/contact/{guess}")
        assert unknown.status_code == 404 and "/again" not in unknown.text


@pytest.mark.parametrize(
    ("given", "faults"),
    [
        ({}, {"nothing": "empty"}),
        ({"name": "見本 花子"}, {}),
        ({"phone": "03-0000-0000"}, {}),
        ({"phone": "+81 3 0000 0000"}, {}),
        ({"phone": "0300"}, {"phone": "phone"}),
        ({"phone": "でんわはありません"}, {"phone": "phone"}),
        ({"email": "sample@example.jp"}, {}),
        ({"email": "sample"}, {"email": "email"}),
        ({"email": "a@b@c.jp"}, {"email": "email"}),
        ({"name": "あ" * 61}, {"name": "long"}),
        ({"address": "あ" * 200}, {}),
    ],
)
def test_what_cannot_be_right_is_said_at_its_field(given: dict[str, str], faults: dict[str, str]) -> None:
    assert find_faults(ContactDetails.model_validate(given)) == faults


def test_a_fault_keeps_the_words_and_uses_nothing_up(web: Web, link: Callable[[], str]) -> None:
    path = link()
    answer = web.client.post(path, data={"name": '"><b>', "phone": "12"})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text and 'id="phone-fault"' in answer.text and 'role="alert"' in answer.text
    assert "&#34;&gt;&lt;b&gt;" in answer.text and "<b>" not in answer.text
    assert web.client.post(path, data={"name": "   "}).status_code == 422
    assert web.client.post(path, data={"name": "x" * 3000}).status_code == 422
    assert web.client.post(path, data={"name": "見本"}).status_code == 200


def test_a_new_link_comes_into_the_talk_and_nowhere_else(web: Web, link: Callable[[], str]) -> None:
    old = link()
    web.client.post(old, data={"name": "見本"})
    web.wait(600)
    answer = web.client.post(f"{old}/again")
    assert answer.status_code == 200
    (message,) = web.stored_out()
    new = re.search(r"/contact/[0-9a-f]{32}", contacts.fill_in(message))
    assert new and new[0] not in answer.text and web.client.get(new[0]).status_code == 200
    web.client.post(f"{old}/again")
    assert len(web.stored_out()) == 1, "a link that was just sent has to do"
    web.client.post(new[0], data={"phone": "03-0000-0000"})
    assert kept(web) == ContactDetails(phone="03-0000-0000"), "what is written anew takes the place of what was there"
    assert web.client.post(f"/contact/{'0' * 32}/again").status_code == 404


def test_while_a_caseworker_holds_the_chat_the_page_says_nothing_in_it(web: Web, link: Callable[[], str]) -> None:
    path = link()
    web.client.post(path, data={"name": "見本"})
    with web.sessions() as session:
        session.get_one(Conversation, web.conversation_id()).holder = "staff"
        session.commit()
    web.wait(600)
    assert web.client.post(f"{path}/again").status_code == 410
    assert web.stored_out() == []


def test_the_code_stands_in_no_database_and_no_log(
    web: Web, link: Callable[[], str], settings: Settings, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.DEBUG):
        path = link()
        with web.sessions() as session:
            text = session.scalars(select(ContactLink.code_hash)).one()
            inbox.add_reply(session, web.conversation_id(), _reply(session, web), in_reply_to=None, now=web.now)
            session.commit()
        web.client.get(path)
        web.client.post(path, data=GIVEN)
    code = path.rsplit("/", 1)[1]
    assert code not in text
    with sqlite3.connect(settings.data_dir / "madoguchi.db") as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = b"".join(file.read_bytes() for file in Path(settings.data_dir).glob("madoguchi.db*"))
    for secret in (code, CANARY, "sample@example.jp"):
        assert secret.encode() not in content
    server = "".join(record.getMessage() for record in caplog.records if not record.name.startswith("httpx")) + "".join(capfd.readouterr())
    assert code not in server and CANARY not in server


def test_in_the_talk_only_the_person_sees_the_code(web: Web) -> None:
    head = web.begin()
    with web.sessions() as session:
        inbox.add_reply(session, web.conversation_id(), _reply(session, web), in_reply_to=None, now=web.now)
        session.commit()
        kept_text = session.scalars(select(Message).where(Message.direction == "out")).one().content["text"]
    shown = web.client.get("/api/web/messages", headers=head).json()["messages"][0]["text"]
    path = re.search(r"/contact/[0-9a-f]{32}", shown)
    assert path and web.client.get(path[0]).status_code == 200
    assert path[0] not in kept_text, "neither staff who read the talk nor the database have it"


def test_contact_details_go_with_the_consent_and_with_the_talk(web: Web, link: Callable[[], str]) -> None:
    web.client.post(link(), data={"name": "見本"})
    with web.sessions() as session:
        give_consent(session, web.conversation_id(), "caseworker", load_sharing().recipients["caseworker"].items, web.now)
        session.commit()
    assert kept(web) is not None
    with web.sessions() as session:
        withdraw_all(session, web.conversation_id(), web.now + timedelta(minutes=1))
        session.commit()
    assert kept(web) is None
    with web.sessions() as session:
        inbox.erase_conversation(session, session.get_one(Conversation, web.conversation_id()))
        assert session.scalars(select(Contact)).all() == [] and session.scalars(select(ContactLink)).all() == []


def _reply(session: object, web: Web) -> inbox.Reply:
    return inbox.Reply(text=f"ここに書いてください。\n{contacts.offer_link(session, web.conversation_id(), web.now)}")  # type: ignore[arg-type]
