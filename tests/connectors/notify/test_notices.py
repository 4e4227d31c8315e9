"""Notices reach a real mail server and a real web server, say nothing but where to look, and come again when nobody looks."""

import email
import hashlib
import hmac
import json
import socket
from collections.abc import Iterator
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from bot.models import Alert, Case, Conversation, Message, Notice, Staff
from bot.notices import RETRY_AFTER, count_failed, read_notices, try_again
from bot.organisations import ensure_organisation
from bot.staff import add_staff
from connectors.notify.send import SIGNATURE, load_notice_wording, send_due
from connectors.notify.settings import NotifySettings

WORDS = "（見本）家賃が払えず、もう死にたい"
BASE = "https://madoguchi.example.jp"


class Mailbox:
    """A mail server that keeps what it got; it refuses everything while `broken`."""

    def __init__(self) -> None:
        self.messages: list[email.message.Message] = []
        self.broken = False

    async def handle_DATA(self, _server, _session, envelope) -> str:
        if self.broken:
            return "451 try later"
        message = email.message_from_bytes(envelope.content)
        message["X-To"] = ",".join(envelope.rcpt_tos)
        self.messages.append(message)
        return "250 OK"

    @property
    def to(self) -> list[str]:
        return [str(message["X-To"]) for message in self.messages]


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    box = Mailbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    yield box, port
    controller.stop()


@pytest.fixture
def hook() -> Iterator[tuple[list[tuple[dict[str, str], bytes]], int, dict[str, int]]]:
    got: list[tuple[dict[str, str], bytes]] = []
    answer = {"status": 204}

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got.append((dict(self.headers), body))
            self.send_response(answer["status"])
            self.end_headers()

        def log_message(self, *_args) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Receiver)
    Thread(target=server.serve_forever, daemon=True).start()
    yield got, server.server_port, answer
    server.shutdown()


@pytest.fixture
def ways(mailbox) -> NotifySettings:
    return NotifySettings(_env_file=None, smtp_host="127.0.0.1", smtp_port=mailbox[1], smtp_security="none", sender="madoguchi@example.jp")


class Office:
    """An office with people, and a clock that tests move."""

    def __init__(self, sessions: sessionmaker[Session], now: datetime) -> None:
        self.sessions, self.now = sessions, now
        with sessions() as session:
            self.id = ensure_organisation(session, "見本市", now).id
            session.commit()
        self.join("hanako", "caseworker")
        self.join("kanri", "supervisor")

    def join(self, login: str, *roles: str, notices: str = "all", office: int | None = None) -> None:
        with self.sessions() as session:
            staff = add_staff(session, login, f"見本 {login}", roles, "four-words-in-a-row", self.now, organisation_id=office or self.id)
            staff.email, staff.notices = f"{login}@example.jp", notices
            session.commit()

    def conversation(self, session: Session, **more) -> Conversation:
        count = len(session.scalars(select(Conversation)).all())
        conversation = Conversation(
            channel="web", channel_user_hash=f"{count}", holder="bot", created_at=self.now, last_message_at=self.now, **more
        )
        session.add(conversation)
        session.flush()
        return conversation

    def case(self, *, sensitive: bool = False, **more) -> int:
        with self.sessions() as session:
            conversation = self.conversation(session, **more)
            case = Case(
                reference=f"2345-{conversation.id:04}", conversation_id=conversation.id, urgency="today", sheet={"words": WORDS},
                consented_at=self.now, organisation_id=self.id, sensitive=sensitive, municipality="足立区",
            )  # fmt: skip
            session.add(case)
            session.commit()
            return case.id

    def alert(self, kind: str = "suicide", conversation_id: int | None = None) -> int:
        with self.sessions() as session:
            where = conversation_id or self.conversation(session).id
            message = Message(
                conversation_id=where, direction="in", author="resident", channel="web", event_id=f"{kind}{self.now}", content={"text": WORDS},
                status="done", created_at=self.now,
            )  # fmt: skip
            session.add(message)
            session.flush()
            alert = Alert(conversation_id=where, message_id=message.id, kind=kind, words=["死にたい"], created_at=self.now)
            session.add(alert)
            session.commit()
            return alert.id

    def send(self, ways: NotifySettings, **later: float) -> int:
        self.now += timedelta(**later)
        return send_due(self.sessions, lambda: self.now, ways, BASE)


@pytest.fixture
def office(sessions: sessionmaker[Session], now: datetime) -> Office:
    return Office(sessions, now)


def text_of(message) -> str:
    return message.get_payload(decode=True).decode()


def subject_of(message) -> str:
    return str(email.header.make_header(email.header.decode_header(message["Subject"])))


def test_a_new_case_is_told_once_to_those_who_may_open_it(office: Office, ways: NotifySettings, mailbox) -> None:
    case = office.case()
    assert office.send(ways) == 2
    assert office.send(ways) == 0
    assert sorted(mailbox[0].to) == ["hanako@example.jp", "kanri@example.jp"]
    message = mailbox[0].messages[0]
    assert f"{BASE}/console/cases/{case}" in text_of(message)
    assert subject_of(message) == load_notice_wording().subject["case"]


def test_a_notice_says_nothing_of_the_person(office: Office, ways: NotifySettings, mailbox) -> None:
    office.case()
    office.alert()
    office.send(ways)
    for message in mailbox[0].messages:
        whole = f"{subject_of(message)} {text_of(message)} {message.as_string()}"
        for secret in ("足立区", "死にたい", "家賃", "2345-", "today", "suicide"):
            assert secret not in whole


def test_wishes_are_kept_and_other_offices_hear_nothing(office: Office, ways: NotifySettings, mailbox) -> None:
    from bot.models import Organisation

    with office.sessions() as session:
        other = Organisation(name="（見本）別の組織", kind="npo", municipalities=[], takes_rest=False, created_at=office.now)
        session.add(other)
        session.commit()
        elsewhere = other.id
    office.join("yoso", "caseworker", office=elsewhere)
    office.join("kinkyuu", "caseworker", notices="emergencies")
    office.join("nashi", "caseworker", notices="none")
    office.join("jimukyoku", "council")
    office.case()
    office.send(ways)
    assert sorted(mailbox[0].to) == ["hanako@example.jp", "kanri@example.jp"]
    mailbox[0].messages.clear()
    office.alert()
    office.send(ways)
    assert sorted(mailbox[0].to) == ["hanako@example.jp", "kanri@example.jp", "kinkyuu@example.jp"]


def test_a_sensitive_case_is_told_only_to_those_who_may_open_it(office: Office, ways: NotifySettings, mailbox) -> None:
    office.case(sensitive=True)
    office.send(ways)
    assert mailbox[0].to == ["kanri@example.jp"]


def test_a_case_that_was_opened_is_not_told(office: Office, ways: NotifySettings, mailbox) -> None:
    case = office.case()
    with office.sessions() as session:
        session.get_one(Case, case).opened_at = office.now
        session.commit()
    assert office.send(ways) == 0


def test_samples_are_not_told(office: Office, ways: NotifySettings) -> None:
    office.case(sample=True)
    assert office.send(ways) == 0


def test_an_emergency_that_nobody_sees_comes_again_to_supervisors_three_times(office: Office, ways: NotifySettings, mailbox) -> None:
    alert = office.alert()
    office.send(ways)
    assert len(mailbox[0].to) == 2
    for minutes, told in ((14, []), (1, ["kanri@example.jp"]), (15, ["kanri@example.jp"]), (15, ["kanri@example.jp"]), (600, [])):
        mailbox[0].messages.clear()
        office.send(ways, minutes=minutes)
        assert mailbox[0].to == told, minutes
        assert all(f"{BASE}/console/alerts/{alert}" in text_of(message) for message in mailbox[0].messages)


def test_once_it_was_seen_nothing_comes_again(office: Office, ways: NotifySettings, mailbox) -> None:
    alert = office.alert()
    office.send(ways)
    mailbox[0].messages.clear()
    with office.sessions() as session:
        session.get_one(Alert, alert).seen_at = office.now
        session.commit()
    assert office.send(ways, minutes=60) == 0


def test_an_escalation_reaches_a_supervisor_who_wished_for_no_notices(office: Office, ways: NotifySettings, mailbox) -> None:
    with office.sessions() as session:
        session.scalars(select(Staff).where(Staff.login == "kanri")).one().notices = "none"
        session.commit()
    office.case()
    office.send(ways)
    assert mailbox[0].to == ["hanako@example.jp"]
    mailbox[0].messages.clear()
    office.send(ways, hours=24)
    assert mailbox[0].to == ["kanri@example.jp"]
    assert load_notice_wording().what_again["case"] in text_of(mailbox[0].messages[0])


def test_more_alerts_within_five_minutes_are_one_notice_and_later_ones_another(office: Office, ways: NotifySettings) -> None:
    alert = office.alert()
    office.send(ways)
    with office.sessions() as session:
        conversation = session.get_one(Alert, alert).conversation_id
    office.now += timedelta(minutes=1)
    office.alert("no_place_tonight", conversation)
    assert office.send(ways) == 0
    assert office.send(ways, minutes=5) == 2


def test_a_wish_for_a_human_is_no_emergency(office: Office, ways: NotifySettings, mailbox) -> None:
    office.alert("human")
    office.send(ways)
    assert {subject_of(message) for message in mailbox[0].messages} == {load_notice_wording().subject["human"]}


def test_a_mail_server_that_is_down_is_tried_again_and_nothing_is_lost(office: Office, ways: NotifySettings, mailbox) -> None:
    office.case()
    mailbox[0].broken = True
    assert office.send(ways) == 0
    assert office.send(ways) == 0, "not again at once"
    mailbox[0].broken = False
    assert office.send(ways, minutes=1) == 2


def test_after_the_last_try_a_notice_has_failed_for_all_to_see_and_can_be_sent_by_hand(office: Office, ways: NotifySettings, mailbox) -> None:
    office.case()
    mailbox[0].broken = True
    slow = ways.model_copy(update={"case_hours": 1000})
    for wait in (timedelta(0), *RETRY_AFTER):
        office.send(slow, seconds=wait.total_seconds())
    with office.sessions() as session:
        assert count_failed(session) == 2
        first = read_notices(session)[0]
        assert (first.notice.status, first.notice.failure) == ("failed", "SMTPDataError")
        mailbox[0].broken = False
        assert try_again(session, first.notice.id, office.now)
    assert office.send(slow) == 1


def test_when_nobody_can_be_told_it_shows(office: Office, ways: NotifySettings) -> None:
    with office.sessions() as session:
        for staff in session.scalars(select(Staff)):
            staff.email = None
        session.commit()
    office.case()
    office.send(ways)
    with office.sessions() as session:
        assert [(line.notice.channel, line.notice.failure) for line in read_notices(session)] == [("nobody", "nobody_to_tell")]


def test_without_any_way_to_tell_nothing_is_queued(office: Office) -> None:
    office.case()
    assert office.send(NotifySettings(_env_file=None)) == 0
    with office.sessions() as session:
        assert session.scalars(select(Notice)).all() == []


def test_a_webhook_gets_a_signed_link_and_nothing_else(office: Office, hook) -> None:
    got, port, _answer = hook
    case = office.case()
    ways = NotifySettings(_env_file=None, webhook_url=f"http://127.0.0.1:{port}/in", webhook_secret="mihon")
    assert office.send(ways) == 1
    headers, body = got[0]
    assert json.loads(body) == {"id": 1, "kind": "case", "step": 0, "link": f"{BASE}/console/cases/{case}", "sent_at": office.now.isoformat()}
    assert headers[SIGNATURE] == "sha256=" + hmac.new(b"mihon", body, hashlib.sha256).hexdigest()


@pytest.mark.parametrize("status", [302, 404, 500])
def test_a_webhook_that_does_not_take_it_is_tried_again(office: Office, hook, status: int) -> None:
    got, port, answer = hook
    office.case()
    ways = NotifySettings(_env_file=None, webhook_url=f"http://127.0.0.1:{port}/in")
    answer["status"] = status
    assert office.send(ways) == 0
    answer["status"] = 200
    assert office.send(ways, minutes=1) == 1
    assert len(got) == 2


def test_a_notice_goes_with_its_case(office: Office, ways: NotifySettings) -> None:
    from bot.inbox import erase_conversation

    case = office.case()
    office.send(ways)
    with office.sessions() as session:
        erase_conversation(session, session.get_one(Conversation, session.get_one(Case, case).conversation_id))
        assert session.scalars(select(Notice)).all() == []
