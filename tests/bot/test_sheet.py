"""The sheet: every line with its status and words, the worries, the assessment, how to reach the person."""

from datetime import datetime
from typing import Any

from bot.sheet import Sheet, build_sheet
from knowledge.facts import Facts
from knowledge.vocabulary import load_vocabulary


def facts_of(**values: Any) -> Facts:
    facts: dict[str, Any] = {}
    for number, (key, (value, words, *status)) in enumerate(values.items(), start=1):
        evidence = [{"message_id": number, "text": words, "start": 0, "end": len(words)}] if words else []
        facts[key.replace("__", ":")] = {"value": value, "status": status[0] if status else "said", "evidence": evidence}
    return facts


def a_sheet(now: datetime) -> Sheet:
    facts = facts_of(
        reasons=(["demolition"], "建て替えるから出てほしい"),
        age=(78, "78です"),
        household=("single", "一人です"),
        difficulties=(["hearing"], "耳が遠くて"),
        relatives=("none", "身寄りはいません"),
        savings=(None, "", "declined"),
        supports_now=(["minsei"], "民生委員さんが来てくれます"),
        contact_method=(["letter"], "手紙で"),
        need__watch_over=("no", "見守りはいらない", "declined"),
        need__communication_support=("yes", "筆談が助かります", "confirmed"),
    )
    return build_sheet(facts, {"asked": ["pets"], "desks": [{"id": "a", "kind": "housing_desk", "title": "（見本）窓口"}]}, now)


def test_every_fact_and_every_need_shown_stands_in_one_section(now: datetime) -> None:
    sheet = a_sheet(now)
    shown = [key for section in sheet.sections for key in section.facts]
    assert sorted([*shown, "disaster_kind", "damage", "damage_certificate", "rebuild_plan", "temporary_until"]) == sorted(load_vocabulary().facts)
    assert sorted(need for section in sheet.sections for need in section.needs) == sorted(need.id for need in sheet.needs)


def test_the_worries_are_all_there_with_one_heaviest_and_its_words(now: datetime) -> None:
    sheet = a_sheet(now)
    assert len(sheet.concerns) == 16
    assert [(one.id, one.words) for one in sheet.concerns if one.marks == 2] == [("housing", ["建て替えるから出てほしい"])]
    health = next(one for one in sheet.concerns if one.id == "health")
    assert (health.marks, health.status) == (1, "said")
    assert "筆談が助かります" in health.words


def test_blanks_say_why_they_are_blank(now: datetime) -> None:
    status = {fact.key: fact.status for fact in a_sheet(now).facts}
    assert (status["savings"], status["pets"], status["debt"], status["gender"]) == ("declined", "asked", "not_asked", "never_asked")


def test_what_is_in_place_and_how_to_reach_the_person(now: datetime) -> None:
    sheet = a_sheet(now)
    assert [(one.text, one.words) for one in sheet.strengths] == [("民生委員とつながっている", ["民生委員さんが来てくれます"])]
    assert sheet.contact.method == "郵便"
    assert not sheet.contact.careful
    assert not sheet.contact.asked_unsafe
    assert ["文字で連絡する" in note.text for note in sheet.contact.notes] == [True]


def test_danger_marks_the_contact(now: datetime) -> None:
    sheet = build_sheet(facts_of(reasons=(["dv"], "夫がこわい"), contact_unsafe=("yes", "知られたくない")), {}, now)
    assert sheet.contact.careful
    assert sheet.contact.asked_unsafe
    assert next(one for one in sheet.concerns if one.marks == 2).id == "violence"


def test_a_sheet_kept_from_before_can_still_be_read(now: datetime) -> None:
    old = a_sheet(now).model_dump(mode="json", exclude={"concerns", "sections", "strengths", "contact"})
    assert Sheet.model_validate(old).sections == []


def test_an_empty_conversation_gives_a_blank_sheet(now: datetime) -> None:
    sheet = build_sheet({}, {}, now)
    assert {one.status for one in sheet.concerns} == {"open"}
    assert {section.state for section in sheet.sections} == {"blank"}
    assert sheet.strengths == []
