"""Renders the console's pages."""

from collections.abc import Iterable
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.staff import LoggedIn
from connectors.console.wording import TOKYO, load_wording, print_day, print_day_short, print_fact, print_moment, print_waiting
from knowledge.needs import load_needs

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


def _today(now: datetime) -> date:
    return now.astimezone(TOKYO).date()


def _need_labels(needs: Iterable[str]) -> list[tuple[str, str]]:
    catalogue = load_needs().needs
    return [(need, catalogue[need].label_plain) for need in needs if need in catalogue]


def _channel_labels(channels: Iterable[str]) -> list[tuple[str, str]]:
    return [(one, load_wording().channel.get(one, one)) for one in channels]


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.globals.update(words=load_wording(), zip=zip, today=_today, need_labels=_need_labels, channel_labels=_channel_labels)
    environment.filters.update(day=print_day, day_short=print_day_short, moment=print_moment, waited=print_waiting, fact=print_fact)
    return environment
