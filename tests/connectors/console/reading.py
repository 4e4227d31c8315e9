"""Reading pages as a browser would."""

import re

from fastapi.testclient import TestClient
from httpx import Response


def token_of(html: str) -> str:
    """The form token of a page."""
    found = re.search(r'name="csrf" value="([0-9a-f]{64})"', html)
    assert found, "the page has no form token"
    return found.group(1)


def log_in(client: TestClient, login: str, password: str, target: str = "") -> Response:
    """Fill in the login page and send it."""
    token = token_of(client.get("/console/login", params={"next": target} if target else None).text)
    return client.post("/console/login", data={"csrf": token, "login": login, "password": password, "next": target})


def post(client: TestClient, path: str, seen_on: str = "/console/", **fields: str) -> Response:
    """Send a form of the page `seen_on`."""
    return client.post(path, data={"csrf": token_of(client.get(seen_on).text), **fields})


def text_of(html: str) -> str:
    """The words of a page without tags, white space folded."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())
