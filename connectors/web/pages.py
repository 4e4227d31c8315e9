"""The pages around the chat: the landing page, the full-page chat, the page that "close at once" leads to."""

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, PlainTextResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from connectors.web.easy import ruby
from connectors.web.settings import web_settings
from connectors.web.wording import strings
from knowledge.lifelines import load_lifelines
from knowledge.phrases import neutral_organisation

router = APIRouter(include_in_schema=False)
STRIP = ("police_110", "fire_119", "child_189", "yorisoi")
"""The lines on the landing page, in this order; a line whose source is too old is left out."""
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["ruby"] = ruby
    return environment


def page(name: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """Return the template `name` as a page that no cache keeps and that loads nothing from elsewhere."""
    web = web_settings()
    html = _templates().get_template(name).render(s=strings(), exit_url=web.exit_url, municipality=web.municipality, **values)
    return HTMLResponse(html, status, headers=HEADERS)


@router.get("/")
def landing(request: Request) -> HTMLResponse:
    """Return the page that residents arrive at."""
    settings = request.app.state.settings
    return page(
        "index.html",
        lines=_strip(request.app.state.clock()),
        organisation=settings.organisation_name or neutral_organisation(),
        retention_days=settings.retention_days,
    )


@router.get("/chat")
def chat() -> HTMLResponse:
    """Return the chat as a whole page."""
    return page("chat.html")


@router.get("/blank")
def blank() -> HTMLResponse:
    """Return a page that says nothing about this service."""
    return page("blank.html")


@router.get("/robots.txt")
def robots() -> PlainTextResponse:
    """Keep search engines to the landing page."""
    return PlainTextResponse("User-agent: *\nAllow: /$\nDisallow: /\n")


def _strip(now: datetime) -> list[Any]:
    lines = {line.id: line for line in load_lifelines() if line.number and line.is_fresh(now)}
    return [lines[name] for name in STRIP if name in lines]
