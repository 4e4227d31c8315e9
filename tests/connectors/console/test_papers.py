"""Papers: what stands on them, who may have them, what is noted, and that no text of a person ever becomes a command."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import select

from bot.case_files import ExportedCase
from bot.consents import give_consent, read_consents, withdraw_all
from bot.models import AuditEntry, Case, Staff
from connectors.console.exports.typesetting import typeset
from tests.connectors.console.house import House, make_long_case, make_small_case
from tests.connectors.console.reading import post, text_of

PAPERS = "/console/cases/1/papers"
RARE = "髙橋さん、﨑村①㈱、𠮷野家、葛󠄀城、ｱﾊﾟｰﾄ、1〜2階、♨"


def pdf_of(content: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(content))


def words_of(content: bytes) -> str:
    """All text of a PDF without white space, as a reader or a search finds it."""
    return "".join("".join(page.extract_text() for page in pdf_of(content).pages).split())


def audited(house: House) -> list[tuple[str, str]]:
    with house.sessions() as session:
        return [(entry.action, entry.subject) for entry in session.scalars(select(AuditEntry).order_by(AuditEntry.id))]


def share(house: House, recipient: str = "landlord", items: tuple[str, ...] = ("wishes", "support"), name: str | None = None) -> int:
    with house.sessions() as session:
        consent = give_consent(session, 1, recipient, items, house.clock(), name=name)
        session.commit()
        return consent.id


def cells(content: bytes) -> list[list[Any]]:
    book = load_workbook(io.BytesIO(content))
    return [[cell.value for cell in row] for sheet in book for row in sheet.iter_rows()]


def test_the_intake_sheet_is_a_tagged_japanese_pdf_with_its_words(house: House, client: TestClient) -> None:
    make_long_case(house)
    answer = client.get(f"{PAPERS}/intake.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-disposition"].startswith("attachment; filename=uketsuke_")
    pdf = pdf_of(answer.content)
    root = pdf.trailer["/Root"]
    assert root["/Lang"].lower().startswith("ja")
    assert root["/MarkInfo"]["/Marked"]
    assert pdf.metadata.title == "相談受付・申込票"
    first = "".join(pdf.pages[0].extract_text().split())
    for expected in (
        "いのち・安全", "75歳", "ひとり暮らし", "期限2026年5月31日", "足立区", "◎", "住まい", "引っ越しや荷物の片づけの手伝い", "（見本）区の住宅相談窓口",
        "夕方（16時から18時ごろ）", "知られて困る相手がいるかは、まだ聞いていません",
    ):  # fmt: skip
        assert "".join(expected.split()) in first, expected
    words = words_of(answer.content)
    for expected in ("アセスメント", "「40年分の荷物」", "答えたくない：貯金（円）", "わからない：借金", "本人が訂正", "不要見守りや安否の確認"):
        assert expected in words, expected


def test_every_letter_of_the_sixteen_worries_is_on_the_first_page(house: House, client: TestClient) -> None:
    make_small_case(house, age=(41, "41歳"))
    first = "".join(pdf_of(client.get(f"{PAPERS}/intake.pdf").content).pages[0].extract_text().split())
    for label in ("病気や健康・障害のこと", "税金や公共料金等の支払い", "ひきこもり・不登校", "DV・虐待", "食べるものがない", "その他"):
        assert label in first


def test_rare_letters_are_printed_and_found_again(house: House, client: TestClient) -> None:
    make_small_case(house, contact_time=(RARE, RARE))
    words = words_of(client.get(f"{PAPERS}/intake.pdf").content)
    assert "髙橋さん、﨑村①㈱、𠮷野家、葛城、" in words
    assert "1〜2階、♨" in words
    assert "〓" not in words


def test_letters_that_the_font_lacks_are_shown_as_missing_and_said_so(house: House, client: TestClient) -> None:
    make_small_case(house, contact_time=("저녁에 नमस्ते", "저녁"))
    words = words_of(client.get(f"{PAPERS}/intake.pdf").content)
    assert "〓〓" in words
    assert "この紙の文字にない字です" in words


@pytest.mark.parametrize(
    "hostile",
    ["#eval(\"1+1\")", "#{1+1} $x^2$ *bold* _it_ @ref <label>", "\\u{41} // /* comment", "=cmd|' /C calc'!A0", "😢👍🏽👨‍👩‍👧", "\u202eabc עברית العربية", "a" * 3000, "あ" * 3000, "\x00\x07\x1b[31m"],
    ids=["eval", "markup", "escape", "formula", "emoji", "rtl", "long-ascii", "long-kana", "controls"],
)  # fmt: skip
def test_hostile_text_is_only_text(house: House, client: TestClient, hostile: str) -> None:
    make_small_case(house, contact_time=(hostile, hostile))
    answer = client.get(f"{PAPERS}/intake.pdf")
    assert answer.status_code == 200
    if hostile.startswith(("#", "\\", "=")):
        assert "".join(hostile.split()) in words_of(answer.content)
    book = client.get(f"{PAPERS}/intake.xlsx")
    assert book.status_code == 200
    sheets = load_workbook(io.BytesIO(book.content))
    assert all(cell.data_type != "f" for sheet in sheets for row in sheet.iter_rows() for cell in row)
    assert all(not str(value).startswith("=") for row in cells(book.content) for value in row if value)
    assert json.loads(client.get(f"{PAPERS}/case.json").content)["sheet"]["contact"]["time"] == hostile


def test_the_workbook_holds_the_marks_and_all_words(house: House, client: TestClient) -> None:
    make_long_case(house)
    rows = cells(client.get(f"{PAPERS}/intake.xlsx").content)
    assert ["住まい", "◎"] in [row[:2] for row in rows]
    assert any("建て替えるから5月末までに出てほしい" in str(row) for row in rows)
    assert ["お金", "貯金（円）", None, "答えたくない", None] in rows


def test_the_json_fits_its_published_schema(house: House, client: TestClient) -> None:
    make_long_case(house)
    got = json.loads(client.get(f"{PAPERS}/case.json").content)
    ExportedCase.model_validate(got)
    assert got["consents"][0]["recipient"] == "caseworker"
    assert [one["id"] for one in got["sheet"]["concerns"] if one["marks"] == 2] == ["housing"]
    published = json.loads((Path(__file__).parents[3] / "docs" / "schema" / "case.json").read_text(encoding="utf-8"))
    assert published == ExportedCase.model_json_schema(), "run `madoguchi case-schema > docs/schema/case.json`"


def test_the_landlords_sheet_holds_what_was_agreed_to_and_nothing_else(house: House, client: TestClient) -> None:
    make_long_case(house)
    consent = share(house, items=("wishes",), name="（見本）髙﨑荘")
    answer = post(client, f"{PAPERS}/shared.pdf", seen_on=PAPERS, consent=str(consent), remark="内見に同行します。")
    words = words_of(answer.content)
    for expected in ("（見本）髙﨑荘", "48,000円", "ひとり暮らし", "内見に同行します。", "見本花子"):
        assert expected in words
    for kept in ("死にたい", "年金", "75", "保証人のあて", "取り壊し", "ねむれ", "夕方", "110,000"):
        assert kept not in words.replace("2026", ""), kept
    assert ("paper_shared_pdf", "cases:1") in audited(house)
    assert ("shared_with_landlord", f"consents:{consent}") in audited(house)


def test_without_consent_or_after_it_was_taken_back_there_is_no_landlords_sheet(house: House, client: TestClient) -> None:
    make_long_case(house)
    assert "同意が、まだありません" in text_of(client.get(PAPERS).text)
    assert post(client, f"{PAPERS}/shared.pdf", seen_on=PAPERS, consent="1").status_code == 422
    consent = share(house)
    assert post(client, f"/console/cases/1/consents/{consent}/withdraw", seen_on=PAPERS).status_code == 303
    refused = post(client, f"{PAPERS}/shared.pdf", seen_on=PAPERS, consent=str(consent))
    assert refused.status_code == 409
    assert "取り消しました" in text_of(refused.text)
    assert post(client, f"/console/cases/1/consents/{consent}/withdraw", seen_on=PAPERS).status_code == 404


def test_a_caseworker_writes_down_what_the_person_said(house: House, client: TestClient) -> None:
    make_long_case(house)
    answer = post(client, "/console/cases/1/consents", seen_on=PAPERS, recipient="shop", name="（見本）不動産", item_wishes="yes", item_care="yes")
    assert answer.headers["location"] == f"{PAPERS}?saved=consent_written"
    with house.sessions() as session:
        written = read_consents(session, 1)[0]
    assert (written.recipient, written.name, written.items, written.by) == ("shop", "（見本）不動産", ["wishes", "care"], "見本 花子")
    for fields in ({"recipient": "shop"}, {"recipient": "organisation", "item_wishes": "yes"}, {"recipient": "shop", "item_sheet": "yes"}):
        assert post(client, "/console/cases/1/consents", seen_on=PAPERS, **fields).status_code == 422
    with house.sessions() as session:
        assert len(read_consents(session, 1)) == 2


def test_when_the_person_takes_everything_back_no_paper_can_be_made(house: House, client: TestClient) -> None:
    make_long_case(house)
    with house.sessions() as session:
        withdraw_all(session, 1, house.clock())
        session.commit()
    for paper in ("intake.pdf", "intake.xlsx", "case.json", "plan.pdf"):
        refused = client.get(f"{PAPERS}/{paper}")
        assert refused.status_code == 409
        assert "足立区" not in refused.text
    shown = client.get(PAPERS)
    assert shown.status_code == 409
    assert "同意を取り消しました" in text_of(shown.text)
    assert "足立区" not in shown.text
    assert "足立区" not in str(cells(client.get("/console/papers/cases.xlsx").content))


def test_the_plan_is_for_those_whom_a_disaster_hit(house: House, client: TestClient) -> None:
    make_small_case(house, age=(41, "41歳"))
    assert client.get(f"{PAPERS}/plan.pdf").status_code == 404
    assert "再建の計画書" not in client.get(PAPERS).text
    make_small_case(house, reasons=(["disaster"], "水害で"), damage=("half", "半壊"), rebuild_plan=("rent", "借りる"))
    assert "再建の計画書" in client.get("/console/cases/2/papers").text
    words = words_of(client.get("/console/cases/2/papers/plan.pdf").content)
    assert "恒久住宅の確保・再建に関する計画書" in words
    assert "■半壊" in words
    assert "■賃貸住宅を借りる" in words


def test_in_a_sensitive_case_papers_name_no_place(house: House, client: TestClient) -> None:
    make_small_case(
        house, reasons=(["dv"], "夫の暴力で足立から逃げたい"), municipality=("足立区", "足立区"), desired_area=(["荒川区"], "荒川区"), rent_max=(50000, "5万円"),
    )  # fmt: skip
    with house.sessions() as session:
        case = session.scalars(select(Case)).one()
        assert case.sensitive
        case.assigned_to_id = session.scalars(select(Staff.id)).first()
        session.commit()
    share(house, items=("wishes",))
    consent = read_only_consent(house)
    papers = [
        words_of(client.get(f"{PAPERS}/intake.pdf").content),
        str(cells(client.get(f"{PAPERS}/intake.xlsx").content)),
        client.get(f"{PAPERS}/case.json").text,
        words_of(post(client, f"{PAPERS}/shared.pdf", seen_on=PAPERS, consent=str(consent)).content),
        str(cells(client.get("/console/papers/cases.xlsx").content)),
    ]
    for paper in papers:
        assert "足立" not in paper
        assert "荒川" not in paper
    assert "伏せています" in papers[0]
    assert "渡す先に注意" in text_of(client.get(PAPERS).text)


def read_only_consent(house: House) -> int:
    with house.sessions() as session:
        return next(one.id for one in read_consents(session, 1) if one.recipient == "landlord")


def test_a_sensitive_case_of_others_gives_no_paper(house: House, client: TestClient) -> None:
    make_small_case(house, reasons=(["dv"], "夫の暴力"), age=(33, "33歳"))
    for paper in ("", "/intake.pdf", "/intake.xlsx", "/case.json", "/plan.pdf"):
        assert client.get(PAPERS + paper).status_code == 403, paper
    row = cells(client.get("/console/papers/cases.xlsx").content)[1]
    assert "33歳" not in row
    assert row[1] == "30日以内"


def test_the_case_list_has_a_line_for_each_case_and_no_words_of_anybody(house: House, client: TestClient) -> None:
    make_long_case(house)
    make_small_case(house, reasons=(["refused"], "=断られました"))
    house.clock.pass_time(minutes=15)
    post(client, "/console/cases/1/opened")
    answer = client.get("/console/papers/cases.xlsx")
    assert answer.headers["content-disposition"] == "attachment; filename=soudan_ichiran_20260401.xlsx"
    header, newest, oldest = cells(answer.content)
    assert len(header) == len(set(header)) == len(newest)
    line = dict(zip(header, oldest, strict=True))
    assert (line["緊急度"], line["いちばん重いこと"], line["読んだ人"], line["市区町村"]) == ("いのち・安全", "住まい", "見本 花子", "足立区")
    assert line["初めて読むまで（時間）"] == pytest.approx(0.3, abs=0.1)
    assert "断られました" not in [str(cell) for cell in newest]
    assert ("paper_case_list", "cases:list") in audited(house)


def test_every_download_is_noted_before_it_leaves(house: House, client: TestClient) -> None:
    make_long_case(house)
    for paper in ("intake.pdf", "intake.xlsx", "case.json"):
        assert client.get(f"{PAPERS}/{paper}").status_code == 200
    assert [action for action, _subject in audited(house) if action.startswith("paper_")] == ["paper_intake_pdf", "paper_intake_xlsx", "paper_case_json"]


def test_a_paper_of_a_case_that_is_not_there_is_no_page(client: TestClient) -> None:
    for paper in ("", "/intake.pdf", "/intake.xlsx", "/case.json", "/plan.pdf"):
        assert client.get(f"/console/cases/99/papers{paper}").status_code == 404


def test_a_fault_in_a_template_shows_nothing_of_the_person(house: House, client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    make_long_case(house)
    monkeypatch.setattr("connectors.console.exports.routes.typeset", lambda _name, data, now: typeset("missing", data, now))
    answer = client.get(f"{PAPERS}/intake.pdf")
    assert answer.status_code == 500
    assert "足立区" not in answer.text
