"""The first page: what waits, live; and the alerts of conversations."""

from typing import Literal, cast, get_args

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse

from bot.access import handles_cases, has_role
from bot.alerts import mark_seen, read_alert
from bot.queue import QueueFilter, Whose, read_news, read_queue
from connectors.console.access import HOME, Casework, ConsoleRoute, Here, RecordId, saved_words
from connectors.console.pages import page

router = APIRouter(prefix="/console", route_class=ConsoleRoute)
_FILTERS: tuple[Literal["municipality", "need", "urgency", "status", "channel"], ...] = ("municipality", "need", "urgency", "status", "channel")
_LONGEST = 60


@router.get("/")
def show_queue(here: Here, request: Request) -> Response:
    """The queue; who handles no cases is shown the pages that are theirs."""
    if not handles_cases(here.who.staff):
        return page("no_cases.html", logged_in=here.who, is_admin=has_role(here.who.staff, "admin"))
    return _queue(here, request, "queue.html")


@router.get("/queue")
def refresh_queue(here: Casework, request: Request) -> Response:
    """The queue's lists for an open page; 204 when nothing has changed since `stamp`. Asking does not keep the session awake."""
    request.state.renewed_cookie = None
    if request.query_params.get("stamp") == _stamp(here):
        return Response(status_code=204)
    return _queue(here, request, "queue_lists.html")


@router.get("/news")
def tell_news(here: Here, request: Request) -> Response:
    """Figures for an open page, without content. Asking does not keep the session awake."""
    request.state.renewed_cookie = None
    news = read_news(here.session, here.who.staff)
    figures = {"alerts": news.alerts, "emergencies": news.emergencies, "newest_alert": news.newest_alert, "newest_case": news.newest_case}
    return JSONResponse({**figures, "unread": news.unread})


@router.get("/alerts/{alert_id:int}")
def show_alert(alert_id: RecordId, here: Casework, request: Request) -> Response:
    """The alerts of one numbered conversation: kinds and words, nothing else."""
    group = read_alert(here.session, alert_id, here.who.staff, here.now)
    return page("alert.html", logged_in=here.who, group=group, saved=saved_words(request), now=here.now)


@router.post("/alerts/{alert_id:int}/seen")
def see_alert(alert_id: RecordId, here: Casework) -> Response:
    """Mark an alert, and the earlier ones of its conversation, as seen."""
    mark_seen(here.session, alert_id, here.who.staff, here.now)
    return RedirectResponse(f"{HOME}?saved=seen", 303)


def _queue(here: Here, request: Request, template: str) -> Response:
    wanted = _wanted(request)
    queue = read_queue(here.session, here.who.staff, here.now, wanted)
    news = read_news(here.session, here.who.staff)
    return page(
        template, logged_in=here.who, queue=queue, news=news, wanted=wanted, stamp=_stamp(here), saved=saved_words(request), now=here.now,
        fragment=template != "queue.html",
    )  # fmt: skip


def _stamp(here: Here) -> str:
    """What changes when the lists do; every minute too, for the waiting times."""
    return f"{read_news(here.session, here.who.staff).stamp}-{int(here.now.timestamp()) // 60}"


def _wanted(request: Request) -> QueueFilter:
    asked = request.query_params
    whose = asked.get("whose", "")
    chosen = {name: asked.get(name, "")[:_LONGEST] for name in _FILTERS}
    return QueueFilter(whose=cast(Whose, whose) if whose in get_args(Whose) else "office", **chosen)
