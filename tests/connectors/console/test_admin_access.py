"""The admin pages are for admins: every address is tried as nobody and as a caseworker."""

import re

import pytest
from fastapi.testclient import TestClient

from tests.connectors.console.admin_house import ADMIN
from tests.connectors.console.house import House
from tests.connectors.console.test_access import addresses


def admin_addresses(house: House) -> list[tuple[str, str]]:
    """Every method and path under /console/admin."""
    found = [(method, path) for method, path in addresses(house) if path.startswith(ADMIN)]
    assert len(found) >= 16
    assert any(method == "POST" for method, _path in found)
    return found


def test_no_stranger_comes_in(house: House) -> None:
    for method, path in admin_addresses(house):
        answer = house.client().request(method, path, data={"csrf": "0" * 64} if method == "POST" else None)
        assert answer.status_code in (303, 401), (method, path)
        if answer.status_code == 303:
            assert answer.headers["location"].startswith("/console/login")


def test_no_caseworker_comes_in(house: House, client: TestClient) -> None:
    token = re.search(r'name="csrf" value="([0-9a-f]{64})"', client.get("/console/").text).group(1)
    for method, path in admin_addresses(house):
        answer = client.request(method, path, data={"csrf": token} if method == "POST" else None)
        assert answer.status_code == 403, (method, path)
        assert "管理者だけが開けます" in answer.text


def test_every_change_by_an_admin_needs_the_form_token(admin_house: House, admin: TestClient) -> None:
    for method, path in admin_addresses(admin_house):
        if method == "POST":
            assert admin.post(path, data={"do": "save"}).status_code == 403, path
            assert admin.post(path, data={"do": "save", "csrf": "0" * 64}).status_code == 403, path


def test_only_admins_see_the_way_in(client: TestClient, admin: TestClient) -> None:
    assert ADMIN not in client.get("/console/").text
    assert f'href="{ADMIN}"' in admin.get("/console/").text


@pytest.mark.parametrize("path", ["", "desk/", "desk/new", "try"])
def test_admin_pages_carry_the_security_headers_and_nothing_inline(admin: TestClient, path: str) -> None:
    answer = admin.get(f"{ADMIN}{path}")
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"
    assert not re.search(r"<script(?![^>]*src=)|<style|\sstyle=|\son[a-z]+=", answer.text)


def test_a_form_that_is_too_long_is_refused(admin: TestClient) -> None:
    answer = admin.post(f"{ADMIN}faq/new", content=b"a" * 3_000_001, headers={"content-type": "application/x-www-form-urlencoded"})
    assert answer.status_code == 413
