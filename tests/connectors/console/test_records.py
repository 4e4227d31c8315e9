"""The records of use: found by person, case, action and day; a supervisor sees their own organisation's; every action has a name."""

import re
from pathlib import Path

from sqlalchemy import select

from bot.models import AuditEntry, Case, Organisation, Staff
from bot.staff import add_staff, note
from connectors.console.records import audit_words
from tests.connectors.console.house import PASSWORD, House, make_long_case
from tests.connectors.console.reading import text_of
from tests.connectors.console.test_people import browser_of

ROOT = Path(__file__).parents[3]


def test_who_read_a_case_is_found_by_its_number(house: House, client) -> None:
    case = make_long_case(house)
    client.get(f"/console/cases/{case}")
    with house.sessions() as session:
        reference = session.get_one(Case, case).reference
    supervisor = browser_of(house, "supervisor")
    found = supervisor.get("/console/records/", params={"case": reference.lower()})
    assert "相談を開いた" in text_of(found.text)
    assert reference in text_of(found.text)
    assert "足立区" not in found.text
    everything = browser_of(house, "admin").get("/console/records/")
    assert "相談を開いた" in text_of(everything.text)
    assert reference not in everything.text, "an admin handles no cases"
    nothing = supervisor.get("/console/records/", params={"case": "ZZZZ"})
    assert "この条件に合う記録はありません" in text_of(nothing.text)


def test_person_action_and_days_narrow_the_list(house: House) -> None:
    with house.sessions() as session:
        note(session, 1, "chat_taken_over", "cases:1", house.clock())
        house.clock.pass_time(days=3)
        note(session, 1, "case_assigned", "cases:1", house.clock())
        session.commit()
    admin = browser_of(house, "admin")

    def lines(**asked: str) -> str:
        return text_of(admin.get("/console/records/", params=asked).text.partition("<tbody>")[2].partition("</tbody>")[0])

    assert "会話を引き取った" in lines(person="1", action="talking")
    assert "担当を決めた" not in lines(person="1", action="talking")
    assert lines(person="1", first="2026-04-02", action="talking") == ""
    assert "担当を決めた" in lines(first="2026-04-04", last="2026-04-04")
    assert "担当を決めた" not in lines(last="2026-04-03")
    assert "日付は" in text_of(admin.get("/console/records/", params={"first": "<script>"}).text)


def test_a_supervisor_does_not_see_what_other_organisations_do(house: House) -> None:
    with house.sessions() as session:
        there = Organisation(name="見本 よその窓口", kind="npo", municipalities=[], created_at=house.clock())
        session.add(there)
        session.flush()
        add_staff(session, "yoso", "見本 よその人", ["caseworker"], PASSWORD, house.clock(), organisation_id=there.id)
        other = session.scalar(select(Staff.id).where(Staff.login == "yoso"))
        note(session, other, "log_in", f"staff:{other}", house.clock())
        session.commit()
    assert "見本 よその人" not in browser_of(house, "supervisor").get("/console/records/").text
    assert "見本 よその人" in browser_of(house, "admin").get("/console/records/").text


def test_searching_is_noted_and_long_lists_have_pages(house: House) -> None:
    admin = browser_of(house, "admin")
    with house.sessions() as session:
        for _ in range(60):
            note(session, 1, "case_read", "cases:1", house.clock())
        session.commit()
    assert "1 / 2 ページ" in text_of(admin.get("/console/records/", params={"action": "reading"}).text)
    assert "2 / 2 ページ" in text_of(admin.get("/console/records/", params={"action": "reading", "page": "9"}).text)
    with house.sessions() as session:
        assert len(session.scalars(select(AuditEntry).where(AuditEntry.action == "audit_searched")).all()) == 2


def test_every_action_that_is_noted_in_the_code_has_a_name() -> None:
    written = set()
    for folder in ("bot", "connectors"):
        for file in (ROOT / folder).rglob("*.py"):
            for call in re.findall(r"\bnote\([^\n]*", file.read_text(encoding="utf-8")):
                written |= {
                    one.replace("{", "X").replace("}", "") for one in re.findall(r'f?"([a-z_]+(?:\{[^}]*\})?[a-z_]*)"', call) if "_" in one
                }
    assert len(written) > 30
    unnamed = {one for one in written if audit_words().action(one) == one}
    assert unnamed == set()
