"""The console's addresses."""

from pathlib import Path

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import RedirectResponse
from fastapi.staticfiles import StaticFiles

from bot.staff import log_out
from connectors.console import account, cases, chat, entrance, facts, joining, notices, people, queue, records, referrals, statistics
from connectors.console.access import COOKIE, LOGIN, ConsoleError, ConsoleHeaders, ConsoleRoute, Here
from connectors.console.admin import routes as admin
from connectors.console.exports import routes as exports
from connectors.console.pages import page
from connectors.console.wording import load_wording
from knowledge.directory import Directory
from knowledge.faq import current_corpus
from knowledge.vocabulary import load_vocabulary

_STATIC = Path(__file__).parent / "static"

inside = APIRouter(prefix="/console", route_class=ConsoleRoute)


def install(app: FastAPI) -> None:
    """Add the console to the application. `app.state` must have sessions, clock and settings."""
    load_wording()
    records.audit_words()
    statistics.statistics_words()
    app.add_middleware(ConsoleHeaders)
    app.mount("/console/static", StaticFiles(directory=_STATIC), name="console_static")
    for part in (entrance, joining, account, people, notices, records, statistics):
        app.include_router(part.router)
    admin.install(app)
    exports.install(app)
    for part in (queue, cases, chat, facts, referrals):
        app.include_router(part.router)
    app.include_router(inside)


@inside.post("/logout")
def do_logout(here: Here, request: Request) -> Response:
    """End all sessions of this person."""
    log_out(here.session, here.who.staff, here.now)
    request.state.renewed_cookie = None
    response = RedirectResponse(LOGIN, 303)
    response.delete_cookie(COOKIE, path="/console")
    return response


@inside.get("/knowledge/")
def show_knowledge(here: Here) -> Response:
    """What the assistant knows, to read: the desks, and the FAQ as it is searched now."""
    return page(
        "knowledge.html",
        logged_in=here.who,
        directory=Directory.from_database(here.session),
        desk_kinds=load_vocabulary().desk_kinds,
        entries=current_corpus().entries,
    )


@inside.get("/{_path:path}")
def show_nothing(here: Here, _path: str) -> Response:
    """No such page."""
    raise ConsoleError(404)
