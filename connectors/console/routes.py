"""The console's addresses."""

from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from fastapi.staticfiles import StaticFiles

from bot import console
from bot.staff import log_out
from connectors.console import account, entrance, joining, notices, people
from connectors.console.access import COOKIE, HOME, LOGIN, ConsoleError, ConsoleHeaders, ConsoleRoute, Here, RecordId
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
    app.add_middleware(ConsoleHeaders)
    app.mount("/console/static", StaticFiles(directory=_STATIC), name="console_static")
    for part in (entrance, joining, account, people, notices):
        app.include_router(part.router)
    admin.install(app)
    exports.install(app)
    app.include_router(inside)


@inside.post("/logout")
def do_logout(here: Here, request: Request) -> Response:
    """End all sessions of this person."""
    log_out(here.session, here.who.staff, here.now)
    request.state.renewed_cookie = None
    response = RedirectResponse(LOGIN, 303)
    response.delete_cookie(COOKIE, path="/console")
    return response


@inside.get("/")
def show_queue(here: Here, request: Request) -> Response:
    """The first page: alerts and cases."""
    news = console.read_news(here.session)
    queue = console.read_queue(here.session, here.now)
    return page("queue.html", logged_in=here.who, queue=queue, news=news, saved=_saved(request), now=here.now)


@inside.get("/news")
def tell_news(here: Here, request: Request) -> Response:
    """Figures for an open page, without content. Asking does not keep the session awake."""
    request.state.renewed_cookie = None
    news = console.read_news(here.session)
    return JSONResponse({"alerts": news.alerts, "newest_alert": news.newest_alert, "newest_case": news.newest_case, "unread": news.unread})


@inside.get("/cases/{case_id:int}")
def show_case(case_id: RecordId, here: Here, request: Request) -> Response:
    """One case: the sheet and the conversation."""
    view = console.read_case(here.session, case_id, here.who.staff, here.now)
    if view is None:
        raise ConsoleError(404)
    return page("case.html", logged_in=here.who, view=view, statuses=console.CASE_STATUSES, saved=_saved(request), now=here.now)


@inside.post("/cases/{case_id:int}/opened")
def open_case(case_id: RecordId, here: Here) -> Response:
    """Note that this person has taken up the case."""
    return _back(console.mark_opened(here.session, case_id, here.who.staff, here.now), f"{HOME}cases/{case_id}?saved=opened")


@inside.post("/cases/{case_id:int}/status")
def save_status(case_id: RecordId, here: Here) -> Response:
    """Save the status of the case."""
    status = here.form.get("status", "")
    if status not in console.CASE_STATUSES:
        raise ConsoleError(422)
    return _back(console.set_status(here.session, case_id, status, here.who.staff, here.now), f"{HOME}cases/{case_id}?saved=status")


@inside.get("/alerts/{alert_id:int}")
def show_alert(alert_id: RecordId, here: Here, request: Request) -> Response:
    """The alerts of one numbered conversation: kinds and words, nothing else."""
    group = console.read_alert(here.session, alert_id, here.who.staff, here.now)
    if group is None:
        raise ConsoleError(404)
    return page("alert.html", logged_in=here.who, group=group, saved=_saved(request), now=here.now)


@inside.post("/alerts/{alert_id:int}/seen")
def see_alert(alert_id: RecordId, here: Here) -> Response:
    """Mark an alert, and the earlier ones of its conversation, as seen."""
    return _back(console.mark_seen(here.session, alert_id, here.who.staff, here.now), f"{HOME}?saved=seen")


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


def _back(found: bool, target: str) -> Response:
    if not found:
        raise ConsoleError(404)
    return RedirectResponse(target, 303)


def _saved(request: Request) -> Any:
    return load_wording().saved.get(request.query_params.get("saved", ""))
