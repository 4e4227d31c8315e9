"""Renders the console's pages."""

from functools import cache
from pathlib import Path
from typing import Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.staff import LoggedIn
from connectors.console.wording import load_wording, print_day, print_fact, print_moment, print_waiting

_TEMPLATES = Path(__file__).parent / "templates"


def page(template: str, status: int = 200, logged_in: LoggedIn | None = None, **values: Any) -> HTMLResponse:
    """Return the page of `template`; with `logged_in`, it has the head of a logged-in person and `csrf` for its forms."""
    html = _environment().get_template(template).render(
        me=logged_in.staff if logged_in else None, csrf=logged_in.csrf if logged_in else "", **values
    )
    return HTMLResponse(html, status)


def error_page(status: int, name: str = "") -> HTMLResponse:
    """Return a friendly page that says what to do next and nothing about what went wrong inside. `name`: words of its own."""
    errors = load_wording().errors
    return page("error.html", status, error=errors.get(name or str(status), errors["500"]), status_code=status)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.globals["words"] = load_wording()
    environment.filters.update(day=print_day, moment=print_moment, waited=print_waiting, fact=print_fact)
    return environment
