"""The way in: no page before the second factor, a first login that leads through its set-up."""

import re

import pyotp
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import delete

from bot.models import SecondFactor
from connectors.console.access import COOKIE
from tests.connectors.console.house import LOGIN, PASSWORD, House, app_code, make_long_case
from tests.connectors.console.reading import log_in, send_code, send_password, text_of, token_of


@pytest.fixture
def newcomer(house: House) -> TestClient:
    """The browser of somebody who has a password and no second factor yet."""
    with house.sessions() as session:
        session.execute(delete(SecondFactor))
        session.commit()
    return house.client()


def secret_on(html: str) -> str:
    found = re.search(r'class="secret">([A-Z2-7 ]+)<', html)
    assert found
    return found.group(1).replace(" ", "")


def test_the_password_alone_opens_nothing(house: House) -> None:
    make_long_case(house)
    client = house.client()
    assert send_password(client, LOGIN, PASSWORD).headers["location"] == "/console/login/code"
    assert COOKIE not in client.cookies
    for path in ("/console/", "/console/cases/1", "/console/knowledge/"):
        assert client.get(path).headers["location"].startswith("/console/login")


def test_password_and_code_open_the_console(house: House) -> None:
    client = house.client()
    assert log_in(client, LOGIN, PASSWORD).headers["location"] == "/console/"
    assert client.get("/console/").status_code == 200


def test_a_wrong_code_says_so_and_opens_nothing(house: House) -> None:
    client = house.client()
    send_password(client, LOGIN, PASSWORD)
    answer = send_code(client, code="000000")
    assert answer.status_code == 401
    assert "コードが合いませんでした" in answer.text
    assert COOKIE not in client.cookies


def test_a_code_seen_over_somebodys_shoulder_is_void(house: House) -> None:
    code = app_code(house.clock)
    mine, thief = house.client(), house.client()
    send_password(mine, LOGIN, PASSWORD)
    assert send_code(mine, code=code).status_code == 303
    send_password(thief, LOGIN, PASSWORD)
    assert send_code(thief, code=code).status_code == 401


def test_the_code_page_is_closed_without_the_password(house: House) -> None:
    client = house.client()
    assert client.get("/console/login/code").headers["location"] == "/console/login"
    assert client.get("/console/login/setup").headers["location"] == "/console/login"
    assert client.post("/console/login/code", data={"code": app_code(house.clock)}).status_code == 403
    assert client.post("/console/login/setup", data={"code": app_code(house.clock)}).status_code == 403
    assert COOKIE not in client.cookies


def test_the_code_form_needs_its_token(house: House) -> None:
    client = house.client()
    send_password(client, LOGIN, PASSWORD)
    assert client.post("/console/login/code", data={"code": app_code(house.clock), "csrf": "0" * 64}).status_code == 403
    assert COOKIE not in client.cookies


def test_the_first_login_leads_through_the_set_up_to_the_page_one_wanted(house: House, newcomer: TestClient) -> None:
    answer = send_password(newcomer, LOGIN, PASSWORD, "/console/cases/1")
    assert answer.headers["location"] == "/console/login/setup?next=/console/cases/1"
    html = newcomer.get(answer.headers["location"]).text
    assert "<svg" in html
    code = pyotp.TOTP(secret_on(html)).at(house.clock())
    done = newcomer.post("/console/login/setup", data={"csrf": token_of(html), "next": "/console/cases/1", "code": code})
    assert "予備のコードを書きとめてください" in done.text
    assert 'href="/console/cases/1"' in done.text
    assert len(re.findall(r"<li><code>[a-z0-9]{5}-[a-z0-9]{5}</code>", done.text)) == 8
    assert newcomer.get("/console/").status_code == 200


def test_the_set_up_is_done_once(house: House) -> None:
    client = house.client()
    send_password(client, LOGIN, PASSWORD)
    assert client.get("/console/login/setup").headers["location"] == "/console/login/code"
    token = token_of(client.get("/console/login/code").text)
    answer = client.post("/console/login/setup", data={"csrf": token, "code": app_code(house.clock)})
    assert answer.headers["location"] == "/console/login/code"
    assert COOKIE not in client.cookies


def test_a_wrong_code_at_the_set_up_shows_the_same_secret_again(house: House, newcomer: TestClient) -> None:
    send_password(newcomer, LOGIN, PASSWORD)
    html = newcomer.get("/console/login/setup").text
    again = newcomer.post("/console/login/setup", data={"csrf": token_of(html), "code": "12345"})
    assert again.status_code == 401
    assert secret_on(again.text) == secret_on(html)


def test_a_recovery_code_opens_the_console_once(house: House, newcomer: TestClient) -> None:
    send_password(newcomer, LOGIN, PASSWORD)
    html = newcomer.get("/console/login/setup").text
    code = pyotp.TOTP(secret_on(html)).at(house.clock())
    done = newcomer.post("/console/login/setup", data={"csrf": token_of(html), "code": code}).text
    recovery = re.findall(r"<code>(.+?)</code>", done)[0]
    for expected in (303, 401):
        other = house.client()
        send_password(other, LOGIN, PASSWORD)
        assert send_code(other, recovery=recovery).status_code == expected


def test_the_page_says_nothing_of_what_was_typed(house: House) -> None:
    client = house.client()
    send_password(client, LOGIN, PASSWORD)
    assert "typed-by-mistake" not in text_of(send_code(client, code="typed-by-mistake").text)
