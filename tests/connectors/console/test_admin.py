"""The admin pages on a real database: lists, forms, drafts, publishing, history, the try-it box."""

import re
from collections.abc import Iterator
from html import unescape

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from bot.models import AuditEntry
from connectors.console.admin.fields import load_forms
from connectors.console.admin.forms import record_of, values_of
from knowledge import faq
from knowledge.editing import KINDS, get_record, list_records
from tests.connectors.console.admin_house import ADMIN
from tests.connectors.console.house import House
from tests.connectors.console.reading import text_of, token_of

ENTRY = {
    "question": "見本のカギをなくしたらどうしますか",
    "answer": "まず大家さんに電話します（見本）。",
    "variants": "カギがない\n部屋に入れない\nカギを落とした",
    "status": "current",
}


@pytest.fixture(autouse=True)
def _faq_of_files() -> Iterator[None]:
    kept = list(faq._current)
    yield
    faq._current[:] = kept


def send(client: TestClient, path: str, seen_on: str | None = None, **fields: str | list[str]):
    """Send a form as the page shows it."""
    return client.post(path, data={"csrf": token_of(client.get(seen_on or ADMIN).text), **fields})


def make_entry(admin: TestClient, **changes: str) -> str:
    """Save a new FAQ entry as a draft and return its address."""
    answer = send(admin, f"{ADMIN}faq/new", do="save", **{**ENTRY, **changes})
    assert answer.status_code == 303, text_of(answer.text)
    return answer.headers["location"].split("?")[0]


def values_in(html: str) -> dict[str, str]:
    """The text fields of a form with what stands in them."""
    inputs = re.findall(r'<input id="[^"]+" name="([^"]+)" type="\w+" value="([^"]*)"', html)
    areas = re.findall(r'<textarea id="[^"]+" name="([^"]+)"[^>]*>(.*?)</textarea>', html, re.S)
    return {name: unescape(value) for name, value in [*inputs, *areas]}


@pytest.mark.parametrize("path", ["", "faq/", "desk/", "shop/", "programme/", "try", "faq/new", "desk/new", "shop/new", "programme/new"])
def test_every_page_opens(admin: TestClient, path: str) -> None:
    answer = admin.get(f"{ADMIN}{path}")
    assert answer.status_code == 200
    assert "<h1>" in answer.text


@pytest.mark.parametrize("kind", KINDS)
def test_every_record_fills_its_form_and_comes_back_the_same(admin_house: House, admin: TestClient, kind: str) -> None:
    fields = load_forms().fields(kind)  # type: ignore[arg-type]
    with admin_house.sessions() as session:
        lines = list_records(session, kind)  # type: ignore[arg-type]
        records = [get_record(session, kind, line.id) for line in lines]  # type: ignore[arg-type]
    for record in records:
        content, unread = record_of(fields, values_of(fields, record.content), record.content)
        assert unread == {}
        assert _bare(content) == _bare(record.content), record.id
    if kind in ("faq", "desk"):
        assert len(records) > 50


def _bare(value):
    """A record without what is empty anyway."""
    if isinstance(value, dict):
        return {key: bare for key, item in value.items() if (bare := _bare(item)) not in (None, [], {}, "")}
    return [_bare(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("kind", ["faq", "desk", "programme"])
def test_a_record_has_its_page_its_form_and_its_history(admin_house: House, admin: TestClient, kind: str) -> None:
    with admin_house.sessions() as session:
        line = list_records(session, kind)[0]  # type: ignore[arg-type]
    for page in ("", "/edit", "/history", "/withdraw"):
        answer = admin.get(f"{ADMIN}{kind}/{line.id}{page}")
        assert answer.status_code == 200, page
        assert line.title in unescape(answer.text)


def test_the_list_can_be_searched_and_filtered(admin: TestClient) -> None:
    make_entry(admin)
    found = text_of(admin.get(f"{ADMIN}faq/", params={"q": "見本のカギ"}).text)
    assert "見本のカギをなくしたら" in found
    assert " 1件" in found
    drafts = text_of(admin.get(f"{ADMIN}faq/", params={"state": "draft"}).text)
    assert " 1件" in drafts
    assert "この条件に合うものはありません" in admin.get(f"{ADMIN}faq/", params={"q": "ないはずの言葉xyz"}).text


def test_a_faulty_form_comes_back_as_it_was_typed_with_the_fault_beside_the_field(admin: TestClient) -> None:
    answer = send(admin, f"{ADMIN}faq/new", do="save", **{**ENTRY, "variants": "ひとつだけ", "answer": ""})
    assert answer.status_code == 422
    assert values_in(answer.text)["question"] == ENTRY["question"]
    assert values_in(answer.text)["variants"] == "ひとつだけ"
    beside = re.findall(r'id="f-(\w+)-error"', answer.text)
    assert sorted(beside) == ["answer", "variants"]
    assert 'href="#f-variants"' in answer.text
    assert 'aria-describedby="f-variants-error f-variants-help" aria-invalid="true"' in answer.text


def test_a_draft_is_not_shown_to_residents_until_it_is_published(admin_house: House, admin: TestClient) -> None:
    address = make_entry(admin)
    page = text_of(admin.get(address).text)
    assert "まだ公開していません" in page
    assert ENTRY["answer"] in page
    question = {"question": "見本のカギをなくした"}
    assert ENTRY["answer"] not in send(admin, f"{ADMIN}try", **question).text
    assert send(admin, f"{address}/publish").headers["location"] == f"{address}?done=published"
    assert "公開しました" in admin.get(f"{address}?done=published").text
    tried = text_of(send(admin, f"{ADMIN}try", **question).text)
    assert "この答えが出ます" in tried
    assert ENTRY["answer"] in tried
    assert "質問の文字" in tried


def test_the_try_it_box_says_that_it_abstains(admin: TestClient) -> None:
    assert "答えません。" in send(admin, f"{ADMIN}try", question="あしたの天気は晴れですか").text


def test_a_change_shows_what_changed_and_can_be_restored(admin: TestClient) -> None:
    address = make_entry(admin)
    send(admin, f"{address}/publish")
    number = re.search(r'name="number" value="(\d+)"', admin.get(f"{address}/edit").text).group(1)
    edited = send(admin, f"{address}/edit", do="save", number=number, **{**ENTRY, "answer": "管理会社に電話します（見本）。"})
    assert edited.status_code == 303, text_of(edited.text)
    page = text_of(admin.get(address).text)
    assert "公開中の内容からの変更 変わったところ 項目 まえ あと 答え まず大家さんに電話します（見本）。 管理会社" in page
    send(admin, f"{address}/publish")
    history = admin.get(f"{address}/history").text
    assert "mihon_admin" in history
    first = min(int(number) for number in re.findall(r'name="number" value="(\d+)"', history))
    send(admin, f"{address}/restore", number=str(first))
    send(admin, f"{address}/publish")
    assert "まず大家さんに電話します" in text_of(admin.get(address).text).split("いま公開している見えかた")[1]


def test_two_admins_do_not_overwrite_each_other(admin: TestClient) -> None:
    address = make_entry(admin)
    stale = re.search(r'name="number" value="(\d+)"', admin.get(f"{address}/edit").text).group(1)
    assert send(admin, f"{address}/edit", do="save", number=stale, **{**ENTRY, "answer": "一人目（見本）。"}).status_code == 303
    second = send(admin, f"{address}/edit", do="save", number=stale, **{**ENTRY, "answer": "二人目（見本）。"})
    assert second.status_code == 422
    assert values_in(second.text)["answer"] == "二人目（見本）。"


def test_a_draft_can_be_discarded(admin: TestClient) -> None:
    address = make_entry(admin)
    assert send(admin, f"{address}/discard").headers["location"] == f"{ADMIN}faq/?done=discarded"
    assert ENTRY["question"] not in admin.get(f"{ADMIN}faq/").text


def test_withdrawing_asks_first_and_takes_the_answer_away(admin: TestClient) -> None:
    address = make_entry(admin)
    send(admin, f"{address}/publish")
    asked = admin.get(f"{address}/withdraw").text
    assert "案内をやめますか" in asked
    send(admin, f"{address}/withdraw")
    assert ENTRY["answer"] not in send(admin, f"{ADMIN}try", question=ENTRY["question"]).text
    assert "案内をやめた" in text_of(admin.get(f"{address}/history").text)


def test_checking_takes_a_record_off_the_list_of_what_is_due(admin_house: House, admin: TestClient) -> None:
    due = re.findall(r'queue__link" href="(/console/admin/desk/[a-z0-9_]+)"', admin.get(f"{ADMIN}desk/", params={"state": "due"}).text)
    assert due
    assert send(admin, f"{due[0]}/checked").headers["location"] == f"{due[0]}?done=checked"
    assert due[0] not in admin.get(f"{ADMIN}desk/", params={"state": "due"}).text
    assert "2026年4月1日時点の内容です。" in admin.get(due[0]).text


def test_a_desk_is_made_with_hours_and_a_phone_number_and_residents_would_see_both(admin: TestClient) -> None:
    desk = {
        "name": "見本住宅相談", "kind": "housing_desk", "what": "部屋さがしの相談を聞きます。", "municipality": "足立区",
        "serves": ["all"], "appointment": "required", "status": "current", "sample": "on",
        "schedule.0.freq": "MONTHLY", "schedule.0.weeks": ["1", "3"], "schedule.0.days": ["TH"],
        "schedule.0.opens_at": "13:00", "schedule.0.closes_at": "16:00", "schedule.0.holidays": "closed", "schedule.0.yearend_closed": "on",
        "schedule.0.rest": "", "phones.0.number": "03-0000-0000", "phones.0.confirmed_on": "2026-04-01", "phones.0.rest": "",
    }  # fmt: skip
    answer = send(admin, f"{ADMIN}desk/new", do="save", **desk)
    assert answer.status_code == 303, text_of(answer.text)
    page = text_of(admin.get(answer.headers["location"]).text)
    assert "次は4月2日(木) 13時から" in page
    assert "電話 03-0000-0000" in page
    assert "これは見本です。" in page
    form = admin.get(answer.headers["location"].split("?")[0] + "/edit").text
    assert re.search(r'name="schedule.0.weeks" value="3" checked', form)
    assert not re.search(r'name="schedule.0.weeks" value="2" checked', form)


def test_a_row_can_be_added_and_taken_away_without_losing_what_was_typed(admin: TestClient) -> None:
    added = send(admin, f"{ADMIN}desk/new", do="add:phones", name="見本窓口")
    assert added.status_code == 200
    assert values_in(added.text)["name"] == "見本窓口"
    assert 'name="phones.0.number"' in added.text
    dropped = send(admin, f"{ADMIN}desk/new", do="drop:phones.0", name="見本窓口", **{"phones.0.number": "03-0000-0000"})
    assert 'name="phones.0.number"' not in dropped.text
    assert values_in(dropped.text)["name"] == "見本窓口"


def test_a_fault_in_a_row_is_told_beside_that_row(admin: TestClient) -> None:
    typed = {"name": "見本", "phones.0.number": "", "phones.1.number": "電話なし", "schedule.0.opens_at": "13:00"}
    answer = send(admin, f"{ADMIN}desk/new", do="save", **typed)
    assert answer.status_code == 422
    assert 'id="f-phones-0-number-error"' in answer.text
    assert values_in(answer.text)["phones.0.number"] == "電話なし"
    assert 'id="f-schedule-0-days"' in answer.text


def test_conditions_that_are_not_yaml_are_told_and_kept(admin: TestClient) -> None:
    answer = send(admin, f"{ADMIN}programme/new", do="save", id="mihon_seido", name="見本制度", eligibility="- when: {at_least: {age: 65")
    assert answer.status_code == 422
    assert 'id="f-eligibility-error"' in answer.text
    assert values_in(answer.text)["eligibility"] == "- when: {at_least: {age: 65"
    assert values_in(answer.text)["id"] == "mihon_seido"


def test_a_programme_whose_example_households_fail_cannot_be_published(admin: TestClient) -> None:
    programme = {
        "id": "mihon_seido", "name": "見本制度", "kind": "benefit", "run_by": "見本市", "level": "national",
        "what": "見本の制度です。", "status": "current",
        "eligibility": "- when: {at_least: {age: 65}}\n  reason: 65歳以上の方",
        "examples": '- {name: 64歳, values: {age: 64}, expect: "yes"}',
    }  # fmt: skip
    answer = send(admin, f"{ADMIN}programme/new", do="save", **programme)
    assert answer.status_code == 303, text_of(answer.text)
    address = answer.headers["location"].split("?")[0]
    refused = send(admin, f"{address}/publish")
    assert refused.status_code == 422
    assert "公開できませんでした。" in refused.text
    assert "64歳" in text_of(refused.text)
    assert " 公開中" not in text_of(admin.get(address).text)


def test_what_admins_type_is_never_markup(admin: TestClient) -> None:
    address = make_entry(admin, answer="<script>alert(1)</script>")
    for page in (address, f"{address}/edit", f"{address}/history", f"{ADMIN}faq/?q=<script>alert(1)</script>"):
        assert "<script>alert" not in admin.get(page).text


def test_every_change_leaves_an_audit_entry_without_content(admin_house: House, admin: TestClient) -> None:
    address = make_entry(admin)
    send(admin, f"{address}/publish")
    send(admin, f"{ADMIN}try", question="見本の質問")
    record_id = address.rsplit("/", 1)[1]
    with admin_house.sessions() as session:
        trail = [(entry.action, entry.subject) for entry in session.scalars(select(AuditEntry).order_by(AuditEntry.id))]
    assert trail == [("admin_new", "faq"), ("admin_publish", f"faq:{record_id}"), ("admin_try", "")]


def test_an_unknown_record_kind_or_version_is_a_missing_page(admin: TestClient) -> None:
    address = make_entry(admin)
    for path in ("faq/nothing_here", "faq/nothing_here/edit", "cats/", "faq/..%2f"):
        assert admin.get(f"{ADMIN}{path}").status_code == 404, path
    assert send(admin, f"{address}/restore", number="99").status_code == 404
    assert send(admin, f"{ADMIN}faq/nothing_here/publish").status_code == 404
