"""Tables in and out through the admin pages."""

import csv
import io
import re
from html import unescape

from fastapi.testclient import TestClient
from httpx import Response

from tests.connectors.console.admin_house import ADMIN
from tests.connectors.console.reading import text_of, token_of

IMPORT = f"{ADMIN}shop/import"


def upload(admin: TestClient, data: bytes, name: str = "mihon.csv", **fields: str) -> Response:
    return admin.post(IMPORT, data={"csrf": token_of(admin.get(IMPORT).text), **fields}, files={"file": (name, data)})


def confirm(admin: TestClient, html: str, **changes: str) -> Response:
    """Press the button of a preview."""
    fields = dict(re.findall(r'<input type="hidden" name="([a-z_]+)" value="([^"]*)"', html.split("import/confirm")[1]))
    return admin.post(f"{IMPORT}/confirm", data={**{name: unescape(value) for name, value in fields.items()}, **changes})


def shops(admin: TestClient, *rows: dict[str, str]) -> bytes:
    """A table with the headers of the export."""
    headers = exported(admin)[0]
    out = io.StringIO()
    writer = csv.DictWriter(out, headers)
    writer.writeheader()
    for row in rows:
        writer.writerow(dict.fromkeys(headers, "") | row)
    return out.getvalue().encode("utf-8-sig")


def exported(admin: TestClient) -> list[list[str]]:
    return list(csv.reader(io.StringIO(admin.get(f"{ADMIN}shop/export.csv").content.decode("utf-8-sig"))))


def headers_of(admin: TestClient) -> dict[str, str]:
    """The headers for name, place and whether it is a sample, by what they contain."""
    found = exported(admin)[0]
    return {word: next(header for header in found if word in header) for word in ("名", "市区町村", "見本")}


def sample(admin: TestClient, name: str, place: str = "足立区") -> dict[str, str]:
    headers = headers_of(admin)
    return {headers["名"]: name, headers["市区町村"]: place, headers["見本"]: "はい"}


def test_a_table_is_shown_first_and_taken_over_after_a_second_look(admin: TestClient) -> None:
    shown = upload(admin, shops(admin, sample(admin, "見本不動産あだち"), sample(admin, "見本不動産うめだ")))
    assert shown.status_code == 200, text_of(shown.text)
    assert "ふえるもの 2件" in text_of(shown.text)
    assert "見本不動産あだち" not in admin.get(f"{ADMIN}shop/").text
    assert confirm(admin, shown.text).headers["location"] == f"{ADMIN}shop/?done=imported"
    listed = admin.get(f"{ADMIN}shop/").text
    assert "見本不動産あだち" in listed
    assert "見本不動産うめだ" in listed
    assert any("見本不動産うめだ" in row for row in exported(admin))


def test_a_wrong_row_is_named_and_nothing_is_written(admin: TestClient) -> None:
    shown = upload(admin, shops(admin, sample(admin, "見本不動産あだち"), sample(admin, "見本不動産なぞ", "")))
    assert shown.status_code == 422
    assert "3行目" in shown.text
    assert "import/confirm" not in shown.text
    assert "見本不動産あだち" not in admin.get(f"{ADMIN}shop/").text


def test_the_same_table_again_changes_nothing(admin: TestClient) -> None:
    table = shops(admin, sample(admin, "見本不動産あだち"))
    confirm(admin, upload(admin, table).text)
    assert "いまの内容と同じ" in upload(admin, table).text


def test_what_would_no_longer_do_what_was_shown_is_shown_again(admin: TestClient) -> None:
    shown = upload(admin, shops(admin, sample(admin, "見本不動産あだち")))
    again = confirm(admin, shown.text, shown="0" * 64)
    assert again.status_code == 422
    assert "確かめたあとで内容が変わりました" in again.text
    assert "見本不動産あだち" not in admin.get(f"{ADMIN}shop/").text


def test_no_file_and_a_file_that_is_no_table_are_told(admin: TestClient) -> None:
    assert "表のファイルを選んでください。" in admin.post(IMPORT, data={"csrf": token_of(admin.get(IMPORT).text)}).text
    assert upload(admin, b"\x00\xff\xfe\x01" * 50, "mihon.xlsx").status_code == 422
    assert "表が大きすぎます" in upload(admin, b"a" * 1_000_001).text


def test_the_faq_comes_back_unchanged_from_its_own_export(admin: TestClient) -> None:
    data = admin.get(f"{ADMIN}faq/export.csv")
    assert data.headers["content-disposition"].startswith("attachment")
    page = f"{ADMIN}faq/import"
    shown = admin.post(page, data={"csrf": token_of(admin.get(page).text)}, files={"file": ("faq.csv", data.content)})
    assert "いまの内容と同じ" in shown.text, text_of(shown.text)[:600]


def test_the_directory_goes_out_as_hsds(admin: TestClient) -> None:
    assert f"{ADMIN}desk/hsds.json" in admin.get(f"{ADMIN}desk/").text
    answer = admin.get(f"{ADMIN}desk/hsds.json")
    assert answer.headers["content-disposition"].startswith('attachment; filename="madoguchi-hsds-')
    tables = answer.json()
    assert {"organizations", "services", "service_at_locations"} <= tables.keys()
    organizations = {row["id"] for row in tables["organizations"]}
    named = {row["organization_id"] for row in tables["services"] if "organization_id" in row}
    assert named
    assert named <= organizations
