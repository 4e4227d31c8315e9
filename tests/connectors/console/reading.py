"""Reading pages as a browser would."""

import re

from fastapi.testclient import TestClient
from httpx import Response

from tests.connectors.console.house import app_code


def token_of(html: str) -> str:
    """The form token of a page."""
    found = re.search(r'name="csrf" value="([0-9a-f]{64})"', html)
    assert found, "the page has no form token"
    return found.group(1)


def log_in(client: TestClient, login: str, password: str, target: str = "") -> Response:
    """Fill in the login page and, when the password was right, the code of the app; returns the last answer."""
    answer = send_password(client, login, password, target)
    return send_code(client, answer.headers["location"]) if answer.status_code == 303 else answer


def send_password(client: TestClient, login: str, password: str, target: str = "") -> Response:
    """Fill in the login page and send it."""
    token = token_of(client.get("/console/login", params={"next": target} if target else None).text)
    return client.post("/console/login", data={"csrf": token, "login": login, "password": password, "next": target})


def send_code(client: TestClient, where: str = "/console/login/code", **fields: str) -> Response:
    """Fill in the page that asks for the second factor, by default with the app's code, and send it."""
    html = client.get(where).text
    target = re.search(r'name="next" value="([^"]*)"', html)
    fields = fields or {"code": app_code(client.app.state.clock)}
    return client.post("/console/login/code", data={"csrf": token_of(html), "next": target.group(1) if target else "", **fields})


def post(client: TestClient, path: str, seen_on: str = "/console/", **fields: str) -> Response:
    """Send a form of the page `seen_on`."""
    return client.post(path, data={"csrf": token_of(client.get(seen_on).text), **fields})


def text_of(html: str) -> str:
    """The words of a page without tags, white space folded."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())
