"""The pages about people: for admins alone, links shown once and never in an address, one's own page."""

import re

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from sqlalchemy import select

from bot.models import Staff
from bot.staff import add_staff, begin_session
from connectors.console.access import COOKIE
from connectors.console.office import load_office_wording
from tests.connectors.console.house import LOGIN, PASSWORD, House, app_code, give_app
from tests.connectors.console.reading import log_in, post, send_password, text_of, token_of

NEW = "/console/people/new"


def browser_of(house: House, *roles: str) -> TestClient:
    """A browser in which somebody with these roles has logged in."""
    client = house.client()
    with house.sessions() as session:
        staff = add_staff(session, f"mihon_{roles[0]}", "見本 担当", roles, PASSWORD, house.clock(), organisation_id=1)
        give_app(session, staff, house.clock())
        session.commit()
        client.cookies.set(COOKIE, begin_session(staff, house.clock()), domain="console.test", path="/console")
    return client


@pytest.fixture
def admin(house: House) -> TestClient:
    return browser_of(house, "admin")


def invite(admin: TestClient, **fields: str) -> Response:
    given = {"login": "tarou", "name": "見本 太郎", "role_caseworker": "on", "organisation": "1", **fields}
    return post(admin, NEW, NEW, **given)


def link_in(html: str) -> str:
    found = re.search(r'value="(http://[^"]+/console/join#[^"]+)"', html)
    assert found
    return found.group(1)


@pytest.mark.parametrize("role", ["caseworker", "supervisor", "council"])
def test_only_admins_see_them(house: House, role: str) -> None:
    client = browser_of(house, role)
    for path in ("/console/people/", NEW, "/console/people/1"):
        answer = client.get(path)
        assert answer.status_code == 403
        assert "見本 花子" not in answer.text
    token = token_of(client.get("/console/account/").text)
    for path in (NEW, "/console/people/1", "/console/people/1/link", "/console/people/1/deactivate", "/console/people/1/reactivate"):
        assert client.post(path, data={"csrf": token, "login": "x"}).status_code == 403
    with house.sessions() as session:
        assert session.get_one(Staff, 1).deactivated_at is None


def test_an_invitation_leads_to_a_password_the_second_factor_and_the_console(house: House, admin: TestClient) -> None:
    answer = invite(admin)
    assert answer.status_code == 200
    code = link_in(answer.text).partition("#")[2]
    newcomer = house.client()
    asked = newcomer.post("/console/join", data={"csrf": token_of(newcomer.get("/console/join").text), "code": code})
    assert "見本 太郎さん、ようこそ" in asked.text
    done = newcomer.post(
        "/console/join", data={"csrf": token_of(asked.text), "code": code, "password": "four-words-in-a-row", "again": "four-words-in-a-row"}
    )
    assert done.headers["location"] == "/console/login/setup"
    assert COOKIE not in newcomer.cookies
    assert send_password(house.client(), "tarou", "four-words-in-a-row").status_code == 303


def test_the_link_is_shown_once_and_its_code_is_in_no_address(house: House, admin: TestClient) -> None:
    html = invite(admin).text
    code = link_in(html).partition("#")[2]
    with house.sessions() as session:
        newcomer = session.scalars(select(Staff).where(Staff.login == "tarou")).one().id
    for path in ("/console/people/", f"/console/people/{newcomer}"):
        assert code not in admin.get(path).text
    assert re.findall(rf'(?:href|action|src)="[^"]*{code}', html) == []


@pytest.mark.parametrize("code", ["", "x", "a" * 43])
def test_an_unknown_code_opens_nothing(house: House, code: str) -> None:
    client = house.client()
    answer = client.post("/console/join", data={"csrf": token_of(client.get("/console/join").text), "code": code})
    assert answer.status_code == 404
    assert "もう使えません" in answer.text


def test_two_passwords_that_differ_and_short_ones_are_told(house: House, admin: TestClient) -> None:
    code = link_in(invite(admin).text).partition("#")[2]
    client = house.client()
    for password, again, fault in (("four-words-in-a-row", "four-words", "password_differs"), ("short", "short", "password_short")):
        token = token_of(client.get("/console/join").text)
        answer = client.post("/console/join", data={"csrf": token, "code": code, "password": password, "again": again})
        assert answer.status_code == 422
        assert load_office_wording().faults[fault] in answer.text


def test_a_faulty_form_keeps_what_was_typed(admin: TestClient) -> None:
    answer = invite(admin, login="花子", email="hanako@example.jp")
    assert answer.status_code == 422
    assert 'value="hanako@example.jp"' in answer.text
    assert 'value="見本 太郎"' in answer.text
    assert load_office_wording().faults["login_signs"] in answer.text


def test_a_failed_email_is_told_and_the_link_still_shown(admin: TestClient) -> None:
    answer = invite(admin, email="hanako@example.jp", send="on")
    assert "メールを送れませんでした" in answer.text
    assert link_in(answer.text)


def test_an_admin_changes_roles_and_ends_access(house: House, admin: TestClient) -> None:
    caseworker = house.client()
    log_in(caseworker, LOGIN, PASSWORD)
    page = "/console/people/1"
    saved = post(admin, page, page, name="見本 花子", role_supervisor="on", organisation="1")
    assert saved.headers["location"] == f"{page}?done=saved"
    with house.sessions() as session:
        assert session.get_one(Staff, 1).roles == ["supervisor"]
    assert post(admin, f"{page}/deactivate", page).headers["location"] == f"{page}?done=deactivated"
    assert caseworker.get("/console/").status_code == 303
    assert "停止中" in text_of(admin.get(page).text)
    assert post(admin, f"{page}/link", "/console/people/").status_code == 422
    assert link_in(post(admin, f"{page}/reactivate", page).text)


def test_an_unknown_person_is_not_found(admin: TestClient) -> None:
    assert admin.get("/console/people/99").status_code == 404


def test_one_changes_ones_own_password_and_other_devices_are_logged_out(house: House) -> None:
    mine, other = house.client(), house.client()
    log_in(mine, LOGIN, PASSWORD)
    log_in(other, LOGIN, PASSWORD)
    fields = {"old": PASSWORD, "password": "four-words-in-a-row", "again": "four-words-in-a-row"}
    wrong = post(mine, "/console/account/password", "/console/account/", **{**fields, "old": "wrong"})
    assert load_office_wording().faults["password_wrong"] in wrong.text
    done = post(mine, "/console/account/password", "/console/account/", **fields)
    assert done.headers["location"] == "/console/account/?done=password"
    assert mine.get("/console/").status_code == 200
    assert other.get("/console/").status_code == 303
    assert log_in(house.client(), LOGIN, PASSWORD).status_code == 401


def test_new_recovery_codes_need_the_app(house: House, client: TestClient) -> None:
    assert post(client, "/console/account/recovery", "/console/account/", code="000000").status_code == 422
    shown = post(client, "/console/account/recovery", "/console/account/", code=app_code(house.clock))
    assert len(re.findall(r"<li><code>", shown.text)) == 8


def test_one_chooses_which_notices_come(house: House, client: TestClient) -> None:
    with house.sessions() as session:
        session.get_one(Staff, 1).email = "hanako@example.jp"
        session.commit()
    post(client, "/console/account/notices", "/console/account/", notices="emergencies")
    post(client, "/console/account/notices", "/console/account/", notices="made up")
    with house.sessions() as session:
        assert session.get_one(Staff, 1).notices == "emergencies"
