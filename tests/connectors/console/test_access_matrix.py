"""Every address of the console × every kind of person × own, restricted, referred and other organisations' cases: who gets in, and no leak.

The addresses come from the application. A new one fails the test until it stands in RULES with who may use it.
"""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from sqlalchemy import select

from bot.consents import give_consent
from bot.models import Alert, Case, Organisation, Referral, Staff
from bot.staff import add_staff, begin_session, read_session
from connectors.console.access import COOKIE
from tests.connectors.console.house import PASSWORD, House, open_house
from tests.connectors.console.test_access import routes_of

# open: without login. anyone: whoever has logged in. cases: who handles cases. admin, overseer (admin or supervisor), statistics (council or supervisor): by role.
# case:<right>, alert:<right>: who has this right to the case (of the alert).
RULES = {
    "GET /console/login": "open",
    "POST /console/login": "open",
    "GET /console/login/code": "open",
    "POST /console/login/code": "open",
    "GET /console/login/setup": "open",
    "POST /console/login/setup": "open",
    "GET /console/join": "open",
    "POST /console/join": "open",
    "POST /console/logout": "anyone",
    "GET /console/account/": "anyone",
    "POST /console/account/password": "anyone",
    "POST /console/account/recovery": "anyone",
    "POST /console/account/notices": "anyone",
    "GET /console/people/": "admin",
    "GET /console/people/new": "admin",
    "POST /console/people/new": "admin",
    "GET /console/people/{staff_id:int}": "admin",
    "POST /console/people/{staff_id:int}": "admin",
    "POST /console/people/{staff_id:int}/link": "admin",
    "POST /console/people/{staff_id:int}/deactivate": "admin",
    "POST /console/people/{staff_id:int}/reactivate": "admin",
    "GET /console/notices/": "overseer",
    "POST /console/notices/test": "overseer",
    "POST /console/notices/{notice_id:int}/again": "overseer",
    "GET /console/records/": "overseer",
    "GET /console/statistics/": "statistics",
    "GET /console/statistics/figures.csv": "statistics",
    "GET /console/statistics/report.xlsx": "statistics",
    "GET /console/": "anyone",
    "GET /console/news": "anyone",
    "GET /console/knowledge/": "anyone",
    "GET /console/{_path:path}": "nothing",
    "GET /console/queue": "cases",
    "GET /console/alerts/{alert_id:int}": "alert:list",
    "POST /console/alerts/{alert_id:int}/seen": "alert:read",
    "GET /console/cases/{case_id:int}": "case:read",
    "POST /console/cases/{case_id:int}/opened": "case:work",
    "POST /console/cases/{case_id:int}/status": "case:work",
    "POST /console/cases/{case_id:int}/assign": "case:work",
    "POST /console/cases/{case_id:int}/plan": "case:work",
    "POST /console/cases/{case_id:int}/notes": "case:work",
    "POST /console/cases/{case_id:int}/sensitive": "case:supervise",
    "GET /console/cases/{case_id:int}/talk": "case:read",
    "POST /console/cases/{case_id:int}/take": "case:work",
    "POST /console/cases/{case_id:int}/hand-back": "case:work",
    "POST /console/cases/{case_id:int}/contact-page": "case:work",
    "POST /console/cases/{case_id:int}/messages": "case:work",
    "GET /console/cases/{case_id:int}/replies": "case:work",
    "GET /console/cases/{case_id:int}/facts/{key}": "case:work",
    "POST /console/cases/{case_id:int}/facts/{key}": "case:work",
    "POST /console/cases/{case_id:int}/facts/{key}/confirm": "case:work",
    "POST /console/cases/{case_id:int}/facts/{key}/restore": "case:work",
    "GET /console/cases/{case_id:int}/refer": "case:work",
    "POST /console/cases/{case_id:int}/refer": "case:work",
    "POST /console/cases/{case_id:int}/accept": "case:answer",
    "POST /console/cases/{case_id:int}/return": "case:answer",
    "POST /console/cases/{case_id:int}/withdraw": "case:work",
    "GET /console/papers/cases.xlsx": "cases",
    "GET /console/cases/{case_id:int}/papers": "case:read",
    "GET /console/cases/{case_id:int}/papers/intake.pdf": "case:read",
    "GET /console/cases/{case_id:int}/papers/intake.xlsx": "case:read",
    "GET /console/cases/{case_id:int}/papers/case.json": "case:read",
    "GET /console/cases/{case_id:int}/papers/plan.pdf": "case:read",
    "POST /console/cases/{case_id:int}/papers/shared.pdf": "case:work",
    "POST /console/cases/{case_id:int}/consents": "case:work",
    "POST /console/cases/{case_id:int}/consents/{consent_id:int}/withdraw": "case:work",
}
ADMIN_PREFIX = "/console/admin/"
FORMS = {
    "/status": {"status": "searching"}, "/notes": {"text": "メモ", "kind": "note"}, "/plan": {"text": "電話", "on": "2026-05-01"},
    "/facts/age": {"value": "50"}, "/messages": {"text": "こんにちは", "once": "1"}, "/return": {"reason": "ほかが合う"},
    "/consents": {"recipient": "shop", "item_wishes": "yes"},
    "/refer": {"to": "2", "done": "a", "asked": "b", "agreed": "yes", "how": "spoken", "items": "sheet"}, "/sensitive": {"sensitive": "yes"},
}  # fmt: skip

PEOPLE: dict[str, tuple[str | None, list[str]]] = {
    "caseworker": ("here", ["caseworker"]),
    "in_charge": ("here", ["caseworker"]),
    "supervisor": ("here", ["supervisor"]),
    "first_login": ("here", ["admin", "supervisor"]),
    "admin": ("here", ["admin"]),
    "council": ("here", ["council"]),
    "admin_and_council": ("here", ["admin", "council"]),
    "caseworker_elsewhere": ("there", ["caseworker"]),
    "supervisor_elsewhere": ("there", ["supervisor"]),
    "of_no_organisation": (None, ["caseworker", "supervisor"]),
}
WORK, ALL, READ, LIST = {"list", "read", "work"}, {"list", "read", "work", "supervise"}, {"list", "read", "answer"}, {"list"}
# Case -> person -> what they may do; whoever does not stand here may do nothing and learns nothing.
MATRIX: dict[str, dict[str, set[str]]] = {
    "plain": {"caseworker": WORK, "in_charge": WORK, "supervisor": ALL, "first_login": ALL},
    "violence": {"caseworker": LIST, "in_charge": WORK, "supervisor": ALL, "first_login": ALL},
    "referred": {
        "caseworker": WORK, "in_charge": WORK, "supervisor": ALL, "first_login": ALL,
        "caseworker_elsewhere": READ, "supervisor_elsewhere": READ,
    },
    "violence_referred": {
        "caseworker": LIST, "in_charge": LIST, "supervisor": ALL, "first_login": ALL,
        "caseworker_elsewhere": LIST, "supervisor_elsewhere": READ,
    },
    "elsewhere": {"caseworker_elsewhere": WORK, "supervisor_elsewhere": ALL},
}  # fmt: skip
HANDLES_CASES = {"caseworker", "in_charge", "supervisor", "first_login", "caseworker_elsewhere", "supervisor_elsewhere"}
ADMINS = {"first_login", "admin", "admin_and_council"}
OVERSEERS = ADMINS | {"supervisor", "supervisor_elsewhere", "of_no_organisation"}
STATISTICS = {"council", "admin_and_council", "first_login", "supervisor", "supervisor_elsewhere", "of_no_organisation"}
# What an allowed visitor is told is not there: no such desk; no disaster, so no plan after one; no consent with this number.
MAY_BE_ABSENT = ("/console/admin/", "/console/people/", "/console/notices/", "/papers/plan.pdf", "/consents/")


def canary(case: str) -> str:
    """Words that stand in this case only."""
    return f"カナリア{list(MATRIX).index(case)}番"


@pytest.fixture(scope="module")
def matrix_folder(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with all people and cases of the matrix."""
    folder = Path(shutil.copytree(built, tmp_path_factory.mktemp("matrix") / "var"))
    house = open_house(folder)
    with house.sessions() as session:
        there = Organisation(name="見本区", kind="municipality", municipalities=["見本区"], created_at=house.clock())
        session.add(there)
        session.flush()
        offices = {"here": 1, "there": there.id, None: None}
        for login, (office, roles) in PEOPLE.items():
            add_staff(session, login, f"見本 {login}", roles, PASSWORD, house.clock(), organisation_id=offices[office])
        in_charge = session.scalars(select(Staff.id).where(Staff.login == "in_charge")).one()
        for name in MATRIX:
            _make_case(house, session, name, there, in_charge)
        session.commit()
    house.close()
    return folder


def _make_case(house: House, session, name: str, there: Organisation, in_charge: int) -> None:
    talk = house.talk(session)
    facts = {"age": (50, f"50歳の{canary(name)}")}
    if "violence" in name:
        facts["reasons"] = (["dv"], f"なぐられる{canary(name)}")
    if name == "elsewhere":
        facts["municipality"] = ("見本区", "見本区")
    heard = talk.hear("。".join(words for _value, words in facts.values()), **facts)
    talk.alarm(heard, "violence_now" if "violence" in name else "suicide", f"言葉{canary(name)}")
    talk.hand_over()
    case = session.scalars(select(Case).where(Case.conversation_id == talk.id)).one()
    assert case.organisation_id == (there.id if name == "elsewhere" else 1)
    assert case.sensitive == ("violence" in name)
    case.assigned_to_id = in_charge if name == "violence" else None
    case.next_action, case.next_action_on = f"次は{canary(name)}", house.clock().date()
    if "referred" in name:
        consent = give_consent(session, talk.id, "organisation", ["sheet"], house.clock(), name=there.name)
        session.add(
            Referral(
                case_id=case.id, from_organisation_id=1, to_organisation_id=there.id, done="した", asked=canary(name), consent_id=consent.id,
                consent_how="spoken", status="sent", sent_at=house.clock(),
            )
        )  # fmt: skip


@pytest.fixture
def houses(matrix_folder: Path, tmp_path: Path) -> Iterator[object]:
    """Makes a fresh house each time it is called."""
    opened: list[House] = []

    def fresh() -> House:
        opened.append(open_house(Path(shutil.copytree(matrix_folder, tmp_path / f"var{len(opened)}"))))
        return opened[-1]

    yield fresh
    for house in opened:
        house.close()


def enter(house: House, login: str) -> tuple[TestClient, str]:
    """A browser in which this person has logged in, and the form token."""
    client = house.client()
    with house.sessions() as session:
        staff = session.scalars(select(Staff).where(Staff.login == login)).one()
        cookie = begin_session(staff, house.clock())
        who = read_session(session, cookie, house.clock())
    assert who is not None
    client.cookies.set(COOKIE, cookie, domain="console.test", path="/console")
    return client, who.csrf


def ids(house: House) -> dict[str, tuple[int, int]]:
    """Case name -> (its id, the id of its alert)."""
    with house.sessions() as session:
        cases = session.scalars(select(Case).order_by(Case.id)).all()
        alerts = {alert.conversation_id: alert.id for alert in session.scalars(select(Alert))}
    return {name: (case.id, alerts[case.conversation_id]) for name, case in zip(MATRIX, cases, strict=True)}


def addresses(house: House) -> dict[str, str]:
    """"METHOD template" -> rule, for every address of the console."""
    found: dict[str, str] = {}
    for route in routes_of(house.app.router):
        for method in route.methods - {"HEAD"}:
            name = f"{method} {route.path}"
            found[name] = "admin" if route.path.startswith(ADMIN_PREFIX) else RULES.get(name, "?")
    return found


def send(client: TestClient, csrf: str, name: str, case_id: int = 1, alert_id: int = 1) -> Response:
    """Ask for this address, with a form that would do something."""
    method, path = name.split(" ", 1)
    path = path.replace("{case_id:int}", str(case_id)).replace("{alert_id:int}", str(alert_id)).replace("{key}", "age")
    path = re.sub(r"\{[^}]+:path\}", "any/thing", re.sub(r"\{[^}]+:int\}", "1", path))
    path = re.sub(r"\{[^}:]+\}", "faq", path)
    if method == "GET":
        return client.get(path)
    form = next((fields for end, fields in FORMS.items() if path.endswith(end)), {})
    return client.post(path, data={"csrf": csrf, **form})


def test_every_address_has_a_rule(houses) -> None:
    found = addresses(houses())
    assert [name for name, rule in found.items() if rule == "?"] == [], "say in RULES who may use this address"
    assert set(RULES) <= set(found), "a rule for an address that is gone"
    assert len(found) >= 50


def test_strangers_get_in_nowhere(houses) -> None:
    house = houses()
    for name, rule in addresses(house).items():
        if rule == "open":
            continue
        for case_id, alert_id in ids(house).values():
            answer = send(house.client(), "0" * 64, name, case_id, alert_id)
            assert answer.status_code in (303, 401, 403, 411, 413), name
            assert answer.status_code != 303 or answer.headers["location"].startswith("/console/login"), name
            assert "カナリア" not in answer.text, name


@pytest.mark.parametrize("person", PEOPLE)
def test_who_gets_in_and_what_is_kept_from_them(houses, person: str) -> None:
    house = houses()
    client, csrf = enter(house, person)
    numbers = ids(house)
    with house.sessions() as session:
        references = {name: session.get_one(Case, case_id).reference for name, (case_id, _alert) in numbers.items()}
    for name, rule in addresses(house).items():
        if rule == "open" or name == "POST /console/logout":
            continue
        for case, (case_id, alert_id) in numbers.items():
            held = MATRIX[case].get(person, set())
            kind, _, right = rule.partition(":")
            if kind in ("case", "alert"):
                expected = "in" if right in held else 403 if held or person not in HANDLES_CASES else 404
            else:
                wanted = {"anyone": set(PEOPLE), "cases": HANDLES_CASES, "admin": ADMINS, "overseer": OVERSEERS, "statistics": STATISTICS, "nothing": set()}[kind]
                expected = "in" if person in wanted else 404 if kind == "nothing" else 403
            writes = expected == "in" and name.startswith("POST")
            there = houses() if writes and kind in ("case", "alert") else house
            if there is not house:
                writer, token = enter(there, person)
                answer = send(writer, token, name, case_id, alert_id)
            elif writes:  # what admins change is tested with the admin pages
                continue
            else:
                answer = send(client, csrf, name, case_id, alert_id)
            if expected == "in" and answer.status_code == 404 and any(part in name for part in MAY_BE_ABSENT):
                continue
            _check(answer, expected, f"{person}: {name} of {case}")
            for other in MATRIX:
                theirs = MATRIX[other].get(person, set())
                assert "read" in theirs or canary(other) not in answer.text, f"{person} reads {other} at {name}"
                assert theirs or references[other] not in answer.text, f"{person} learns of {other} at {name}"
            if kind not in ("case", "alert"):
                break


def _check(answer: Response, expected: int | str, what: str) -> None:
    if expected == "in":
        assert answer.status_code not in (401, 403, 404), f"{what}: {answer.status_code}"
        assert answer.status_code < 500, what
        assert not answer.headers.get("location", "").startswith("/console/login"), what
    else:
        assert answer.status_code == expected, f"{what}: {answer.status_code}"


@pytest.mark.parametrize("person", sorted(set(PEOPLE) - {"supervisor", "first_login"}))
def test_what_was_refused_changed_nothing(houses, person: str) -> None:
    house = houses()
    client, csrf = enter(house, person)

    def state() -> list[tuple[object, ...]]:
        with house.sessions() as session:
            columns = [*Case.__table__.columns, *Referral.__table__.columns]
            rows = session.execute(select(*columns).outerjoin(Referral, Referral.case_id == Case.id).order_by(Case.id)).all()
            return [tuple(row) for row in rows]

    before = state()
    for name, rule in addresses(house).items():
        kind, _, right = rule.partition(":")
        for case, (case_id, alert_id) in ids(house).items():
            if name.startswith("POST") and kind in ("case", "alert") and right not in MATRIX[case].get(person, set()):
                send(client, csrf, name, case_id, alert_id)
    assert state() == before
