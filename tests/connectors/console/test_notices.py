"""The page about notices: what failed is there for admins and supervisors to see and to send again."""

import pytest

from bot.models import Notice
from connectors.notify.settings import notify_settings
from tests.connectors.console.house import House
from tests.connectors.console.reading import post, text_of, token_of
from tests.connectors.console.test_people import browser_of

PAGE = "/console/notices/"


@pytest.fixture
def broken(house: House) -> int:
    """A notice that failed."""
    now = house.clock()
    with house.sessions() as session:
        notice = Notice(
            kind="case", step=1, channel="email", staff_id=1, status="failed", attempts=6, failure="ConnectionRefusedError",
            created_at=now, due_at=now, done_at=now,
        )  # fmt: skip
        session.add(notice)
        session.commit()
        return notice.id


@pytest.mark.parametrize(("role", "status"), [("admin", 200), ("supervisor", 200), ("caseworker", 403), ("council", 403)])
def test_who_sees_it(house: House, role: str, status: int) -> None:
    assert browser_of(house, role).get(PAGE).status_code == status


def test_a_failure_is_told_and_sent_again(house: House, broken: int) -> None:
    admin = browser_of(house, "admin")
    words = text_of(admin.get(PAGE).text)
    assert "届かなかった通知が 1 件" in words
    assert "つながりません" in words
    assert "見本 花子" in words
    assert post(admin, f"{PAGE}{broken}/again", PAGE).headers["location"] == f"{PAGE}?done=again"
    with house.sessions() as session:
        assert session.get_one(Notice, broken).status == "pending"


def test_a_caseworker_sends_nothing(house: House, client, broken: int) -> None:
    token = token_of(client.get("/console/account/").text)
    for path in (f"{PAGE}{broken}/again", f"{PAGE}test"):
        assert client.post(path, data={"csrf": token}).status_code == 403
    with house.sessions() as session:
        assert session.get_one(Notice, broken).status == "failed"


def test_a_trial_that_fails_says_so_and_is_not_tried_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MADOGUCHI_NOTIFY_WEBHOOK_URL", "http://127.0.0.1:9/")
    notify_settings.cache_clear()
    try:
        answer = post(browser_of(house, "admin"), f"{PAGE}test", PAGE)
    finally:
        monkeypatch.undo()
        notify_settings.cache_clear()
    assert answer.headers["location"] == f"{PAGE}?done=not_tried"
    with house.sessions() as session:
        assert session.get_one(Notice, 1).status == "failed"
