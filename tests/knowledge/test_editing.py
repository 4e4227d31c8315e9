"""Drafts, publishing, history, restoring and checking, on a real database."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy.orm import Session

from knowledge.database import Base, open_engine
from knowledge.directory import Directory, current_stamp, phones_to_show, refresh
from knowledge.editing import (
    KINDS,
    RecordNotFound,
    discard_draft,
    due_for_checking,
    get_record,
    history,
    list_records,
    mark_checked,
    publish,
    published_faq,
    published_programmes,
    restore,
    save_draft,
    withdraw,
)
from knowledge.faq import read_faq
from knowledge.hours import TOKYO
from knowledge.load import load_all
from knowledge.programmes import load_programmes

NOW = dt.datetime(2026, 11, 20, 10, 0, tzinfo=TOKYO)
LATER = NOW + dt.timedelta(hours=1)
AUTHOR = "tanaka"
FAQ = {
    "id": "mihon_faq",
    "question": "見本の質問ですか",
    "answer": "はい。見本の答えです。",
    "variants": ["見本について", "見本って何", "見本を知りたい"],
    "needs": ["housing_search"],
    "source": {"document": "self", "as_of": "2026-11-01"},
}
DESK = {
    "id": "mihon_desk",
    "kind": "housing_desk",
    "name": "見本の住まい相談",
    "municipality": "足立区",
    "prefecture": "東京都",
    "what": "部屋さがしの相談を受けます。",
    "schedule": [{"freq": "MONTHLY", "byday": ["1TH", "3TH"], "opens_at": "13:00", "closes_at": "16:30"}],
    "phones": [{"number": "03-0000-0000"}],
}
SHOP = {"name": "見本不動産", "municipality": "足立区", "accepts": ["elderly"]}
PROGRAMME = {
    "id": "mihon_seido",
    "name": "見本の制度",
    "kind": "benefit",
    "run_by": "見本市",
    "level": "national",
    "what": "見本です。",
    "eligibility": [{"when": {"at_least": {"age": 65}}, "reason": "65歳以上の方"}],
    "status": "current",
    "examples": [
        {"name": "64歳", "values": {"age": 64}, "expect": "no"},
        {"name": "65歳", "values": {"age": 65}, "expect": "yes"},
        {"name": "66歳", "values": {"age": 66}, "expect": "yes"},
    ],
}
NEW: dict[Any, dict[str, Any]] = {"faq": FAQ, "desk": DESK, "shop": SHOP, "programme": PROGRAMME}


@pytest.fixture(scope="module")
def loaded() -> Iterator[Any]:
    engine = open_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        load_all(session)
        session.commit()
    yield engine
    engine.dispose()


@pytest.fixture
def session(loaded: Any) -> Iterator[Session]:
    """The shipped knowledge; what a test does to it is rolled back."""
    with Session(loaded) as opened:
        yield opened
        opened.rollback()


def saved(session: Session, kind: Any, record_id: str | None, content: dict[str, Any], at: dt.datetime = NOW) -> str:
    result = save_draft(session, kind, record_id, content, AUTHOR, at)
    assert result.errors == {}
    assert result.id is not None
    return result.id


def test_faq_and_programmes_come_out_of_the_database_as_their_files_say(session: Session) -> None:
    assert {entry.id: entry for entry in published_faq(session)} == {entry.id: entry for entry in read_faq()}
    files = {(record.id, record.valid_from): record for record in load_programmes()}
    assert {(record.id, record.valid_from): record for record in published_programmes(session)} == files


@pytest.mark.parametrize("kind", KINDS)
def test_every_shipped_record_can_be_saved_as_it_is(session: Session, kind: Any) -> None:
    for line in list_records(session, kind):
        record = get_record(session, kind, line.id)
        assert record.content == record.published_content
        assert save_draft(session, kind, line.id, record.content, AUTHOR, NOW).errors == {}, line.id


@pytest.mark.parametrize("kind", KINDS)
def test_a_draft_is_seen_by_nobody_until_it_is_published(session: Session, kind: Any) -> None:
    before = current_stamp(session)
    record_id = saved(session, kind, None, NEW[kind])
    draft = get_record(session, kind, record_id)
    assert (draft.state, draft.published_content, current_stamp(session)) == ("draft", None, before)
    assert publish(session, kind, record_id, AUTHOR, LATER).published
    live = get_record(session, kind, record_id)
    assert (live.state, live.published_content, current_stamp(session)) == ("published", draft.content, before + 1)
    assert [version.action for version in live.history] == ["published", "draft"]


def test_a_published_desk_is_in_the_directory_at_the_next_look(session: Session) -> None:
    directory = Directory.from_database(session)
    record_id = saved(session, "desk", None, DESK)
    assert refresh(session, directory).desk(record_id) is None
    publish(session, "desk", record_id, AUTHOR, NOW)
    desk = refresh(session, directory).desk(record_id)
    assert desk is not None
    assert desk.schedule[0].opens_at == dt.time(13)


def test_a_number_that_an_admin_enters_is_shown_and_one_that_stood_there_is_not_thereby_confirmed(session: Session) -> None:
    record_id = saved(session, "desk", None, DESK)
    publish(session, "desk", record_id, AUTHOR, NOW)
    desk = Directory.from_database(session).desk(record_id)
    assert desk is not None
    assert [phone.number for phone in phones_to_show(desk, NOW)] == ["03-0000-0000"]
    old = next(desk for desk in Directory.from_files().records if desk.phones and desk.source and desk.source.document == "003")
    content = get_record(session, "desk", old.id).content
    saved(session, "desk", old.id, {**content, "notes": "見直した"})
    publish(session, "desk", old.id, AUTHOR, NOW)
    again = Directory.from_database(session).desk(old.id)
    assert again is not None
    assert again.phones == old.phones


def test_a_published_answer_is_found_in_the_next_search(session: Session) -> None:
    saved(session, "faq", "kakuho_kyufukin", {**get_record(session, "faq", "kakuho_kyufukin").content, "answer": "見本の答え。"})
    assert "見本の答え。" not in {entry.answer for entry in published_faq(session)}
    publish(session, "faq", "kakuho_kyufukin", AUTHOR, NOW)
    assert "見本の答え。" in {entry.answer for entry in published_faq(session)}


def test_a_load_keeps_what_an_admin_published_and_withdrew(session: Session) -> None:
    saved(session, "faq", "kakuho_kyufukin", {**get_record(session, "faq", "kakuho_kyufukin").content, "answer": "見本の答え。"})
    publish(session, "faq", "kakuho_kyufukin", AUTHOR, NOW)
    withdraw(session, "shop", "mihon_shop_ekimae", AUTHOR, NOW)
    report = load_all(session)
    assert (report.kept["faq"], report.kept["shop"]) == (["kakuho_kyufukin"], ["mihon_shop_ekimae"])
    assert get_record(session, "faq", "kakuho_kyufukin").content["answer"] == "見本の答え。"
    assert get_record(session, "shop", "mihon_shop_ekimae").state == "withdrawn"


@pytest.mark.parametrize(
    ("kind", "change", "field"),
    [
        ("faq", {"answer": ""}, "answer"),
        ("faq", {"variants": ["ひとつ"]}, "variants"),
        ("faq", {"needs": ["no_such_need"]}, "needs.0"),
        ("faq", {"source": {"document": "nothing", "as_of": "2026-11-01"}}, "source.document"),
        ("faq", {"source": {"document": "self", "as_of": "きのう"}}, "source.as_of"),
        ("faq", {"question": "住居確保給付金とは何ですか"}, "question"),
        ("faq", {"id": "kakuho_kyufukin"}, "id"),
        ("desk", {"kind": "no_such_kind"}, "kind"),
        ("desk", {"municipality": "ない市"}, "municipality"),
        ("desk", {"municipality": None, "prefecture": None}, "municipality"),
        ("desk", {"phones": [{"number": "電話なし"}]}, "phones.0.number"),
        ("desk", {"schedule": [{"byday": ["MO"], "opens_at": "16:00", "closes_at": "13:00"}]}, "schedule.0.closes_at"),
        ("desk", {"schedule": [{"byday": ["1MO"]}]}, "schedule.0.freq"),
        ("desk", {"schedule": [{"byday": ["MO"], "opens_at": "9時", "closes_at": "17:00"}]}, "schedule.0.opens_at"),
        ("desk", {"organization": "nobody"}, "organization"),
        ("desk", {"unknown": 1}, "unknown"),
        ("shop", {"accepts": []}, "accepts"),
        ("shop", {"accepts": ["everybody"]}, "accepts.0"),
        ("shop", {"website": "example"}, "website"),
        ("programme", {"eligibility": [{"when": {"at_least": {"shoe_size": 30}}, "reason": "?"}]}, "eligibility.0"),
        ("programme", {"level": "municipality"}, "area"),
        ("programme", {"households": ["nobody"]}, "households.0"),
    ],
)
def test_what_is_wrong_is_said_in_japanese_by_field_and_nothing_is_written(
    session: Session, kind: Any, change: dict[str, Any], field: str
) -> None:
    lines = len(list_records(session, kind))
    result = save_draft(session, kind, None, {**NEW[kind], **change}, AUTHOR, NOW)
    assert result.id is None
    assert list(result.errors) == [field]
    assert result.errors[field].endswith("。")
    assert not result.errors[field].isascii()
    assert len(list_records(session, kind)) == lines


def test_a_programme_whose_example_comes_out_wrong_is_not_published(session: Session) -> None:
    wrong = {**PROGRAMME, "eligibility": [{"when": {"at_least": {"age": 66}}, "reason": "66歳以上の方"}]}
    record_id = saved(session, "programme", None, wrong)
    before = current_stamp(session)
    result = publish(session, "programme", record_id, AUTHOR, NOW)
    assert list(result.errors) == ["examples.1"]
    assert "65歳" in result.errors["examples.1"]
    assert current_stamp(session) == before
    assert "mihon_seido" not in {record.id for record in published_programmes(session)}
    assert get_record(session, "programme", record_id).state == "draft"


def test_a_programme_with_conditions_needs_an_example(session: Session) -> None:
    record_id = saved(session, "programme", None, {**PROGRAMME, "examples": []})
    assert list(publish(session, "programme", record_id, AUTHOR, NOW).errors) == ["examples"]


def test_the_versions_of_a_programme_are_edited_apart(session: Session) -> None:
    first = saved(session, "programme", None, {**PROGRAMME, "valid_from": "2020-04-01", "valid_to": "2026-03-31", "status": "ended"})
    second = saved(session, "programme", None, {**PROGRAMME, "valid_from": "2026-04-01"})
    assert (first, second) == ("mihon_seido@2020-04-01", "mihon_seido@2026-04-01")
    assert publish(session, "programme", first, AUTHOR, NOW).published
    assert publish(session, "programme", second, AUTHOR, NOW).published
    assert len([record for record in published_programmes(session) if record.id == "mihon_seido"]) == 2
    moved = save_draft(session, "programme", second, {**PROGRAMME, "valid_from": "2026-05-01"}, AUTHOR, NOW)
    assert list(moved.errors) == ["valid_from"]


def test_history_says_who_changed_what_when_and_any_step_can_be_restored(session: Session) -> None:
    original = get_record(session, "faq", "kakuho_kyufukin").content
    saved(session, "faq", "kakuho_kyufukin", {**original, "answer": "短い答え。"})
    publish(session, "faq", "kakuho_kyufukin", "suzuki", LATER)
    published, draft, file = history(session, "faq", "kakuho_kyufukin")
    assert (file.author, file.number, file.content) == ("file", 1, original)
    assert (draft.author, draft.at, draft.differences) == (AUTHOR, NOW, (("answer", original["answer"], "短い答え。"),))
    assert (published.author, published.at, published.differences) == ("suzuki", LATER, ())
    assert restore(session, "faq", "kakuho_kyufukin", 1, AUTHOR, LATER).saved
    assert get_record(session, "faq", "kakuho_kyufukin").state == "changed"
    publish(session, "faq", "kakuho_kyufukin", AUTHOR, LATER)
    assert get_record(session, "faq", "kakuho_kyufukin").published_content == original


def test_a_discarded_draft_leaves_what_is_live(session: Session) -> None:
    original = get_record(session, "desk", "adachi_room_search_support").content
    saved(session, "desk", "adachi_room_search_support", {**original, "name": "別の名前"})
    discard_draft(session, "desk", "adachi_room_search_support", AUTHOR, NOW)
    record = get_record(session, "desk", "adachi_room_search_support")
    assert (record.state, record.content) == ("published", original)
    assert not publish(session, "desk", "adachi_room_search_support", AUTHOR, NOW).published


def test_a_new_draft_that_is_discarded_leaves_the_lists_but_can_be_fetched_back(session: Session) -> None:
    record_id = saved(session, "faq", None, FAQ)
    discard_draft(session, "faq", record_id, AUTHOR, NOW)
    assert record_id not in {line.id for line in list_records(session, "faq")}
    assert [line.id for line in list_records(session, "faq", state="discarded")] == [record_id]
    assert restore(session, "faq", record_id, 1, AUTHOR, LATER).saved
    assert publish(session, "faq", record_id, AUTHOR, LATER).published


def test_a_withdrawn_desk_is_gone_for_residents_and_can_come_back(session: Session) -> None:
    directory = Directory.from_database(session)
    withdraw(session, "desk", "adachi_room_search_support", AUTHOR, NOW)
    assert refresh(session, directory).desk("adachi_room_search_support") is None
    assert get_record(session, "desk", "adachi_room_search_support").state == "withdrawn"
    restore(session, "desk", "adachi_room_search_support", 1, AUTHOR, LATER)
    assert publish(session, "desk", "adachi_room_search_support", AUTHOR, LATER).published
    assert refresh(session, directory).desk("adachi_room_search_support") == directory.desk("adachi_room_search_support")


def test_two_admins_at_once_do_not_overwrite_each_other(session: Session) -> None:
    seen = get_record(session, "faq", "kakuho_kyufukin")
    assert save_draft(session, "faq", seen.id, {**seen.content, "answer": "一人目。"}, "one", NOW, based_on=seen.number).saved
    second = save_draft(session, "faq", seen.id, {**seen.content, "answer": "二人目。"}, "two", NOW, based_on=seen.number)
    assert list(second.errors) == [""]
    assert get_record(session, "faq", seen.id).content["answer"] == "一人目。"


def test_what_nobody_checked_for_a_year_is_due_and_a_check_settles_it(session: Session) -> None:
    assert "adachi_room_search_support" in {line.id for line in due_for_checking(session, NOW)}
    mark_checked(session, "desk", "adachi_room_search_support", NOW.date(), AUTHOR, NOW)
    due = due_for_checking(session, NOW)
    assert "adachi_room_search_support" not in {line.id for line in due}
    assert [line.true_on for line in due] == sorted(line.true_on for line in due if line.true_on)
    assert all(line.status != "ended" for line in due)
    assert history(session, "desk", "adachi_room_search_support")[0].action == "checked"
    assert "adachi_room_search_support" not in load_all(session).kept.get("service_at_location", [])


def test_a_check_outlives_the_next_publication(session: Session) -> None:
    content = get_record(session, "desk", "adachi_room_search_support").content
    saved(session, "desk", "adachi_room_search_support", {**content, "name": "新しい名前"})
    mark_checked(session, "desk", "adachi_room_search_support", NOW.date(), AUTHOR, NOW)
    publish(session, "desk", "adachi_room_search_support", AUTHOR, LATER)
    record = get_record(session, "desk", "adachi_room_search_support")
    assert (record.content["name"], record.checked_on) == ("新しい名前", NOW.date())


def test_lists_are_searched_by_words_whatever_their_width(session: Session) -> None:
    assert "adachi_room_search_support" in {line.id for line in list_records(session, "desk", "足立 ｻﾎﾟｰﾄ")}
    assert list_records(session, "faq", "どこにもない言葉xyz") == []
    saved(session, "shop", None, SHOP)
    assert [line.title for line in list_records(session, "shop", state="draft")] == ["見本不動産"]


def test_an_unknown_record_is_refused(session: Session) -> None:
    for call in (get_record, lambda s, k, i: publish(s, k, i, AUTHOR, NOW), lambda s, k, i: save_draft(s, k, i, FAQ, AUTHOR, NOW)):
        with pytest.raises(RecordNotFound):
            call(session, "faq", "nothing_here")
