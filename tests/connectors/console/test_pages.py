"""What caseworkers read and do."""

import re

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from bot.inbox import erase_conversation
from bot.models import Alert, AuditEntry, Case, Conversation
from bot.queue import CASE_STATUSES
from bot.store import load_facts, write_facts
from connectors.console.wording import load_wording
from knowledge.load import load_all
from knowledge.vocabulary import load_vocabulary
from tests.connectors.console.house import LOGIN, PASSWORD, House, give_app, make_long_case, make_small_case, put_in_charge
from tests.connectors.console.reading import log_in, post, text_of


def audit(house: House) -> list[tuple[str, str]]:
    with house.sessions() as session:
        return [(entry.action, entry.subject) for entry in session.scalars(select(AuditEntry).order_by(AuditEntry.id))]


def part(html: str, heading: str) -> str:
    """The words under the heading with this id, up to the next one of the sheet."""
    pieces = re.split(r'id="(needs-title|facts-title|desks-title|talk-title)"', html)
    return text_of("<" + pieces[pieces.index(heading) + 1])


def references(html: str) -> list[str]:
    return re.findall(r'class="queue__link" id="[a-z]+-\d+" href="/console/cases/(\d+)"', html)


def test_everything_that_can_stand_in_the_database_has_a_label() -> None:
    words, vocabulary = load_wording(), load_vocabulary()
    assert set(words.case_status) == set(CASE_STATUSES)
    assert len(CASE_STATUSES) == 8
    assert set(words.urgency) == set(words.urgency_note) == set(vocabulary.urgency)
    assert set(words.alert_kind) == {*vocabulary.emergency_kinds, "no_place_tonight", "human"}
    assert set(words.group) == {fact.group for fact in vocabulary.facts.values()}


def test_an_empty_queue_teaches_what_will_be_here(client: TestClient) -> None:
    words = text_of(client.get("/console/").text)
    assert "引き継いだ相談は、まだありません。" in words
    assert "「渡してよい」と答えると" in words
    assert "いまは、ありません。" in words


def test_the_queue_is_ordered_by_urgency_then_by_waiting_time(house: House, client: TestClient) -> None:
    make_small_case(house, age=(41, "41歳"))
    make_small_case(house, utilities_stopped=("yes", "電気が止まりました"))
    make_long_case(house)
    make_small_case(house, age=(30, "30歳"))
    make_small_case(house, utilities_stopped=("yes", "ガスが止まりました"))
    assert references(client.get("/console/").text) == ["3", "2", "5", "1", "4"]


def test_a_line_of_the_queue_says_what_it_is_about_and_how_long_it_waits(house: House, client: TestClient) -> None:
    make_long_case(house)
    house.clock.pass_time(minutes=15)
    words = text_of(client.get("/console/").text)
    for expected in ("いのち・安全", "未読", "足立区", "ひとり暮らし", "75歳", "15分前", "新着"):
        assert expected in words


def test_closed_cases_leave_the_queue_but_can_be_found(house: House, client: TestClient) -> None:
    make_small_case(house, age=(41, "41歳"))
    make_small_case(house, age=(30, "30歳"))
    post(client, "/console/cases/1/status", status="closed")
    page = client.get("/console/").text
    open_ones, closed = page.split("<summary>終了・対象外")
    assert references(open_ones) == ["2"]
    assert references(closed) == ["1"]


def test_the_case_shows_urgency_and_why_on_top(house: House, client: TestClient) -> None:
    make_long_case(house)
    words = text_of(client.get("/console/cases/1").text)
    top = words[: words.index("必要かもしれない支援")]
    for expected in ("いのち・安全", "いのちや身の安全に関わる言葉がある", "死にたい", "足立区", "75歳", "2026年5月31日", "夕方"):
        assert expected in top


def test_the_case_shows_facts_with_status_and_the_words_they_rest_on(house: House, client: TestClient) -> None:
    make_long_case(house)
    html = client.get("/console/cases/1").text
    facts = part(html, "facts-title")
    assert "払える家賃の上限（月額・円） 48,000円 本人の話 それより高いと無理 直す 確認した" in facts
    assert "緊急連絡先のあてがない 本人が訂正" in facts
    assert "世帯人数 1人 推測" in facts
    linked = re.search(r'href="#(message-\d+)"><q>それより高いと無理</q>', html)
    assert linked
    assert f'id="{linked.group(1)}"' in html


def test_what_was_not_told_is_there_but_quiet(house: House, client: TestClient) -> None:
    make_long_case(house)
    html = client.get("/console/cases/1").text
    quiet = text_of(html[html.index('<dl class="untold">') :].split("</dl>")[0])
    assert "答えたくない 貯金" in quiet
    assert "わからない 借金" in quiet
    assert "たずねたが答えなし ペット" in quiet
    assert re.search(r"聞いていない .*妊娠中", quiet)
    assert "聞かないこと 性別" in quiet


def test_needs_have_their_status_reasons_and_words(house: House, client: TestClient) -> None:
    make_long_case(house)
    needs = part(client.get("/console/cases/1").text, "needs-title")
    assert re.search(r"確認済み 引っ越しや荷物の片づけの手伝い .*それは助かります", needs)
    assert re.search(r"推測 保証人のかわりになるしくみ 保証人のあてがない", needs)
    assert re.search(r"不要 見守り", needs)
    assert needs.index("確認済み") < needs.index("推測") < needs.index("不要 見守り")


def test_suggestions_and_the_whole_conversation_are_shown(house: House, client: TestClient) -> None:
    make_long_case(house)
    html = client.get("/console/cases/1").text
    assert "（見本）地域包括支援センター" in part(html, "desks-title")
    talk = part(html, "talk-title")
    assert "弟がいますが、もう20年会っていません。" in talk
    assert len(re.findall(r"自動応答 4月", talk)) == 7
    assert len(re.findall(r"本人 4月", talk)) == 6


def test_a_correction_after_the_handover_shows(house: House, client: TestClient) -> None:
    conversation_id = make_long_case(house)
    with house.sessions() as session:
        facts = load_facts(session, conversation_id)
        facts["rent_max"] = {**facts["rent_max"], "value": 60000, "status": "corrected"}
        del facts["wishes"]
        write_facts(session, conversation_id, facts, house.clock())
        session.commit()
    shown = part(client.get("/console/cases/1").text, "facts-title")
    assert "60,000円 本人が訂正" in shown
    assert "今の病院に通える近く" not in shown


def test_a_fact_by_a_caseworker_is_marked_as_theirs(house: House, client: TestClient) -> None:
    conversation_id = make_small_case(house, age=(41, "41歳"))
    with house.sessions() as session:
        facts = load_facts(session, conversation_id)
        facts["pets"] = {"value": "yes", "status": "confirmed", "evidence": []}
        write_facts(session, conversation_id, facts, house.clock(), author="staff", staff_id=1)
        session.commit()
    assert "ペットがいる 相談員が記入" in part(client.get("/console/cases/1").text, "facts-title")


def test_a_person_who_must_not_be_contacted_openly_is_marked_on_top(house: House, client: TestClient) -> None:
    make_small_case(house, contact_unsafe=("yes", "夫に知られたくない"))
    make_small_case(house, age=(41, "41歳"))
    put_in_charge(house, 1, LOGIN)
    words = text_of(client.get("/console/cases/1").text)
    assert "連絡に注意。" in words[: words.index("必要かもしれない支援")]
    assert "連絡に注意。" not in text_of(client.get("/console/cases/2").text)


def test_a_case_with_hardly_anything_teaches_what_will_be_here(house: House, client: TestClient) -> None:
    with house.sessions() as session:
        house.talk(session).hand_over()
        session.commit()
    words = text_of(client.get("/console/cases/1").text)
    for expected in ("まだ見つかっていません。", "まだ何もうかがっていません。", "まだ窓口を案内していません。", "会話は残っていません。"):
        assert expected in words


def test_marking_as_read_keeps_who_was_first(house: House, client: TestClient) -> None:
    make_small_case(house, age=(41, "41歳"))
    assert "未読" in client.get("/console/").text
    assert post(client, "/console/cases/1/opened", "/console/cases/1").status_code == 303
    first = house.clock.now
    house.clock.pass_time(minutes=5)
    assert "見本 花子が読みました" in text_of(client.get("/console/cases/1").text)
    assert "未読" not in client.get("/console/").text
    post(client, "/console/cases/1/opened")
    with house.sessions() as session:
        assert session.get_one(Case, 1).opened_at == first


@pytest.mark.parametrize("status", CASE_STATUSES)
def test_each_status_can_be_saved(house: House, client: TestClient, status: str) -> None:
    make_small_case(house, age=(41, "41歳"))
    answer = post(client, "/console/cases/1/status", "/console/cases/1", status=status)
    html = client.get(answer.headers["location"]).text
    assert "状況を保存しました。" in html
    assert re.search(rf'<option value="{status}" selected>', html)
    with house.sessions() as session:
        assert session.get_one(Case, 1).status == status
        assert session.get_one(Case, 1).opened_at is not None


def test_another_status_is_refused(house: House, client: TestClient) -> None:
    make_small_case(house, age=(41, "41歳"))
    assert post(client, "/console/cases/1/status", status="won").status_code == 422
    assert post(client, "/console/cases/99/status", status="closed").status_code == 404


def test_an_alert_before_consent_shows_kind_and_words_and_nothing_else(house: House, client: TestClient) -> None:
    with house.sessions() as session:
        talk = house.talk(session)
        message = talk.hear("見本です。電話は090-0000-0000、夫にまた殴られました", municipality=("足立区", "足立区"))
        talk.alarm(message, "violence_now", "夫にまた殴られました")
        talk.keep_facts()
        session.commit()
    for path in ("/console/", "/console/alerts/1"):
        words = text_of(client.get(path).text)
        assert "いま暴力・危険" in words
        assert "夫にまた殴られました" in words
        assert "会話 1番" in words
        assert "090-0000-0000" not in words
        assert "足立区" not in words


def test_graver_alerts_come_first(house: House, client: TestClient) -> None:
    for kind in ("human", "no_place_tonight", "suicide"):
        with house.sessions() as session:
            talk = house.talk(session)
            talk.alarm(talk.hear("見本"), kind)
            session.commit()
    assert re.findall(r"会話 (\d)番</a></h3>", client.get("/console/").text) == ["3", "2", "1"]


def test_a_seen_alert_leaves_the_top_and_says_who_saw_it(house: House, client: TestClient) -> None:
    make_long_case(house)
    assert post(client, "/console/alerts/1/seen").headers["location"] == "/console/?saved=seen"
    page = client.get("/console/").text
    assert "いまは、ありません。" in page
    assert "見本 花子が見た" in text_of(page)
    assert ("alert_seen", "alerts:1") in audit(house)


def test_seeing_an_alert_does_not_swallow_one_that_came_after(house: House, client: TestClient) -> None:
    with house.sessions() as session:
        talk = house.talk(session)
        first = talk.alarm(talk.hear("見本"), "suicide", "消えたい")
        talk.alarm(talk.hear("見本2"), "medical", "息が苦しい")
        session.commit()
    post(client, f"/console/alerts/{first}/seen")
    with house.sessions() as session:
        assert [alert.seen_at is not None for alert in session.scalars(select(Alert).order_by(Alert.id))] == [True, False]
    top = text_of(client.get("/console/").text.split("引き継いだ相談")[0])
    assert "息が苦しい" in top
    assert "消えたい" not in top


def test_a_call_for_a_human_is_not_said_to_have_been_shown_lifelines(house: House, client: TestClient) -> None:
    with house.sessions() as session:
        talk = house.talk(session)
        talk.alarm(talk.hear("見本"), "human")
        session.commit()
    words = text_of(client.get("/console/").text)
    assert "人と話したい" in words
    assert "緊急の連絡先は、本人に案内しました" not in words


def test_reading_and_changing_leave_an_audit_trail_without_content(house: House, client: TestClient) -> None:
    make_long_case(house)
    client.get("/console/cases/1")
    client.get("/console/alerts/1")
    post(client, "/console/cases/1/status", status="searching")
    client.get("/console/cases/77")
    assert audit(house) == [
        ("case_read", "cases:1"), ("alert_read", "alerts:1"),
        ("case_status_searching", "cases:1"), ("case_opened", "cases:1"),
    ]  # fmt: skip


def test_an_erased_conversation_is_gone_from_the_console(house: House, client: TestClient) -> None:
    conversation_id = make_long_case(house)
    with house.sessions() as session:
        erase_conversation(session, session.get_one(Conversation, conversation_id))
    assert client.get("/console/cases/1").status_code == 404
    assert client.get("/console/alerts/1").status_code == 404
    assert references(client.get("/console/").text) == []


def test_news_counts_without_content(house: House, client: TestClient) -> None:
    before = client.get("/console/news").json()
    make_long_case(house)
    after = client.get("/console/news").json()
    assert before == {"alerts": 0, "emergencies": 0, "newest_alert": 0, "newest_case": 0, "unread": 0}
    assert after == {"alerts": 1, "emergencies": 1, "newest_alert": 1, "newest_case": 1, "unread": 1}


def test_the_knowledge_page_lists_desks_with_their_source_and_the_faq(house: House, client: TestClient) -> None:
    assert "まだ読みこまれていません" in client.get("/console/knowledge/").text
    with house.sessions() as session:
        load_all(session)
        session.commit()
    words = text_of(client.get("/console/knowledge/").text)
    assert "時点）" in words
    assert "よくある質問" in words
    assert all(label in words for kind, label in load_vocabulary().desk_kinds.items() if kind in ("housing_desk", "self_reliance"))


def test_two_caseworkers_are_told_apart(house: House, client: TestClient) -> None:
    from bot.staff import add_staff

    with house.sessions() as session:
        other = add_staff(session, "mihon2", "見本 太郎", ["supervisor"], PASSWORD, house.clock(), organisation_id=1)
        give_app(session, other, house.clock())
        session.commit()
    make_small_case(house, age=(41, "41歳"))
    other = house.client()
    log_in(other, "mihon2", PASSWORD)
    post(other, "/console/cases/1/opened", "/console/cases/1")
    assert "見本 太郎が読みました" in text_of(client.get("/console/cases/1").text)
    assert LOGIN not in client.get("/console/").text
