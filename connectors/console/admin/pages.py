"""Renders the admin pages."""

from typing import Any

from fastapi.responses import HTMLResponse

from connectors.console.admin.guard import AdminVisit
from connectors.console.admin.wording import load_admin_wording
from connectors.console.pages import page

ADMIN = "/console/admin/"


def admin_page(template: str, here: AdminVisit, place: str, status: int = 200, done: str = "", **values: Any) -> HTMLResponse:
    """Return a page of `templates/admin/`. `place`: what the menu marks; `done`: id of the sentence that says what was just done."""
    words = load_admin_wording()
    return page(
        f"admin/{template}", status, logged_in=here.who, here_is="admin", admin=words, place=place, done=words.done.get(done), **values
    )
