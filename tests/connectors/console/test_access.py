"""Nobody gets in without a login, and pages keep to themselves."""

import re

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from starlette.routing import Mount

from bot.staff import IDLE
from connectors.console.access import COOKIE, MAX_FORM_BYTES
from tests.connectors.console.house import LOGIN, PASSWORD, House, make_long_case, make_small_case
from tests.connectors.console.reading import log_in, post, token_of

OPEN_TO_ALL = {("GET", "/console/login"), ("POST", "/console/login"), ("GET", "/console/join")}
"""The pages for the second factor lead strangers back to the login and are held by tests of their own (test_entrance.py)."""


def addresses(house: House) -> list[tuple[str, str]]:
    """Every method and path that the application answers, with ids filled in."""
    found = []
    for route in routes_of(house.app.router):
        path = re.sub(r"\{[^}]+:int\}", "1", route.path)
        path = re.sub(r"\{[^}]+:path\}", "any/thing", path)
        path = re.sub(r"\{[^}]+\}", "faq", path)
        found += [(method, path) for method in sorted(route.methods)]
    return found


def routes_of(router) -> list[APIRoute]:
    found = []
    for route in router.routes:
        if isinstance(route, APIRoute):
            found.append(route)
        elif not isinstance(route, Mount):
            inner = getattr(route, "original_router", None) or getattr(route, "router", None)
            assert inner is not None, f"a route that this test does not know: {route!r}"
            found += routes_of(inner)
    return found


def test_every_address_but_the_login_is_closed_to_strangers(house: House) -> None:
    make_long_case(house)
    closed = [one for one in addresses(house) if one not in OPEN_TO_ALL]
    assert len(closed) >= 9
    for method, path in closed:
        answer = house.client().request(method, path)
        assert answer.status_code in (303, 401, 403, 411, 413), (method, path)
        if answer.status_code == 303:
            assert answer.headers["location"].startswith("/console/login")
        assert "足立区" not in answer.text


def test_every_change_needs_the_form_token(house: House, client: TestClient) -> None:
    make_long_case(house)
    changes = [path for method, path in addresses(house) if method == "POST" and not path.startswith("/console/login")]
    assert len(changes) >= 4
    for path in changes:
        assert client.post(path, data={"status": "closed"}).status_code == 403, path
        assert client.post(path, data={"status": "closed", "csrf": "0" * 64}).status_code == 403, path
    assert "新着" in client.get("/console/").text


def test_the_form_token_of_another_session_does_not_fit(house: House, client: TestClient) -> None:
    make_long_case(house)
    other = house.client()
    log_in(other, LOGIN, PASSWORD)
    token = token_of(other.get("/console/").text)
    assert client.post("/console/cases/1/status", data={"csrf": token, "status": "closed"}).status_code == 403


def test_a_login_form_from_elsewhere_is_refused(house: House) -> None:
    client = house.client()
    assert client.post("/console/login", data={"login": LOGIN, "password": PASSWORD, "csrf": "0" * 64}).status_code == 403
    assert COOKIE not in client.cookies


def test_a_wrong_password_says_the_same_as_an_unknown_login(house: House) -> None:
    known = log_in(house.client(), LOGIN, "wrong")
    unknown = log_in(house.client(), "nobody", "wrong")
    assert known.status_code == unknown.status_code == 401
    hide = re.compile(r"[0-9a-f]{64}")
    assert hide.sub("", known.text) == hide.sub("", unknown.text)
    assert "ログインできませんでした" in known.text
    assert "wrong" not in known.text


def test_the_cookie_is_kept_from_scripts_and_other_sites(house: House) -> None:
    answer = log_in(house.client(), LOGIN, PASSWORD)
    cookie = next(value for value in answer.headers.get_list("set-cookie") if value.startswith(COOKIE))
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/console" in cookie
    assert "Secure" not in cookie
    assert "Max-Age" not in cookie


def test_the_cookie_is_secure_when_the_setting_says_so(house: House) -> None:
    house.app.state.settings = house.app.state.settings.model_copy(update={"secure_cookies": True})
    client = TestClient(house.app, base_url="https://console.test", follow_redirects=False)
    cookies = [value for value in log_in(client, LOGIN, PASSWORD).headers.get_list("set-cookie") if "Max-Age=0" not in value]
    assert cookies
    assert all("Secure" in value for value in cookies)


def test_after_logging_in_one_comes_to_where_one_wanted_to_go(house: House) -> None:
    make_long_case(house)
    client = house.client()
    away = client.get("/console/cases/1")
    assert away.headers["location"] == "/console/login?next=/console/cases/1"
    assert log_in(client, LOGIN, PASSWORD, "/console/cases/1").headers["location"] == "/console/cases/1"


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "/console/../", "/console/cases/1\n", "javascript:x"])
def test_after_logging_in_one_does_not_come_to_another_site(house: House, target: str) -> None:
    assert log_in(house.client(), LOGIN, PASSWORD, target).headers["location"] == "/console/"


def test_a_session_ends_when_idle_and_asking_for_news_does_not_keep_it(house: House, client: TestClient) -> None:
    house.clock.pass_time(minutes=20)
    assert client.get("/console/news").status_code == 200
    house.clock.pass_time(minutes=11)
    assert client.get("/console/").status_code == 303


def test_use_keeps_the_session(house: House, client: TestClient) -> None:
    for _ in range(3):
        house.clock.pass_time(minutes=IDLE.total_seconds() / 60 - 1)
        assert client.get("/console/").status_code == 200


def test_a_background_question_after_the_end_is_answered_with_401(house: House) -> None:
    answer = house.client().get("/console/news", headers={"Sec-Fetch-Dest": "empty"})
    assert answer.status_code == 401


def test_logging_out_ends_the_session(house: House, client: TestClient) -> None:
    kept = client.cookies[COOKIE]
    assert post(client, "/console/logout").headers["location"] == "/console/login"
    assert COOKIE not in client.cookies
    thief = house.client()
    thief.cookies.set(COOKIE, kept)
    assert thief.get("/console/").status_code == 303


@pytest.mark.parametrize(
    "path", ["/console/", "/console/login", "/console/cases/1", "/console/cases/99", "/console/nothing", "/console/static/console.css"]
)
def test_every_answer_carries_the_security_headers(house: House, client: TestClient, path: str) -> None:
    make_long_case(house)
    headers = client.get(path).headers
    assert headers["content-security-policy"].startswith("default-src 'self'")
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-frame-options"] == "DENY"
    assert headers["x-content-type-options"] == "nosniff"


def test_other_addresses_of_the_application_keep_their_own_headers(house: House) -> None:
    assert "content-security-policy" not in house.client().get("/elsewhere").headers


def test_pages_have_nothing_inline(house: House, client: TestClient) -> None:
    make_long_case(house)
    for path in ("/console/", "/console/cases/1", "/console/alerts/1", "/console/knowledge/", "/console/login"):
        html = client.get(path).text
        assert not re.search(r"<style|\sstyle=|<script(?![^>]*src=)|\son\w+=", html), path
        assert not re.search(r"(?:src|href)=\"(?:https?:)?//", html), path


def test_what_people_write_is_never_markup(house: House, client: TestClient) -> None:
    make_small_case(house, reasons=(["no_home"], "<script>alert(1)</script>"))
    html = client.get("/console/cases/1").text
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)" in html


def test_a_missing_page_says_so_kindly(client: TestClient) -> None:
    for path in ("/console/cases/99", f"/console/cases/{10**30}", "/console/cases/abc", "/console/alerts/99"):
        answer = client.get(path)
        assert answer.status_code == 404, path
        assert "ページが見つかりません" in answer.text


def test_a_failure_inside_shows_and_logs_no_content(house: House, client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    make_small_case(house, reasons=(["no_home"], "ひみつの言葉"))

    def broken() -> None:
        raise RuntimeError("ひみつの言葉")

    house.app.state.clock = broken
    answer = client.get("/console/cases/1")
    assert answer.status_code == 500
    assert "うまくいきませんでした" in answer.text
    assert "ひみつ" not in answer.text
    assert "RuntimeError" not in answer.text
    assert "ひみつ" not in caplog.text


def test_a_form_that_is_too_long_is_refused(client: TestClient) -> None:
    answer = client.post("/console/login", data={"login": "x" * MAX_FORM_BYTES})
    assert answer.status_code == 413
