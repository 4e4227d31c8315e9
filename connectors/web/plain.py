"""The chat without JavaScript: one HTML page with forms. The server waits a moment for the answer, so nothing needs to reload itself."""

import time
import uuid
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from bot import inbox
from bot.deletions import record_deletion
from bot.errors import UnknownToken
from bot.models import Conversation
from bot.store import load_facts
from connectors.message import Incoming
from connectors.web.errors import WebError
from connectors.web.limits import clean_text
from connectors.web.pages import HEADERS, page
from connectors.web.receive import accept, open_conversation
from connectors.web.send import News, note_delivery, read_news
from connectors.web.settings import web_settings
from connectors.web.unavailable import STATUS, lifelines_for_text
from connectors.web.wording import error_sentence
from knowledge.disaster_plan import fill_disaster_plan
from knowledge.facts import plain_values

router = APIRouter(prefix="/plain", include_in_schema=False)
COOKIE = "madoguchi_plain"
EASY_COOKIE = "madoguchi_plain_easy"
WAIT_SECONDS = 8.0
_DAY_SECONDS = 24 * 60 * 60


@dataclass(frozen=True)
class _Shown:
    """A problem to show above the form, and the words that were not taken, which stay in the box."""

    problem: str = ""
    text: str = ""


@router.get("")
async def show(request: Request) -> HTMLResponse:
    """Return the conversation, or the page to begin one."""
    return await _render(request, _Shown())


@router.post("/start")
def start(request: Request, shared: Annotated[str, Form()] = "") -> Response:
    """Begin a conversation and keep its token in a cookie: for the session only when the device is shared."""
    try:
        token = open_conversation(request, web_settings().municipality or None)
    except WebError as problem:
        return page("plain_start.html", status=problem.status, problem=error_sentence(problem.name))
    settings = request.app.state.settings
    response = _see("/plain#latest")
    response.set_cookie(
        COOKIE,
        token,
        max_age=None if shared else settings.retention_days * _DAY_SECONDS,
        path="/plain",
        secure=settings.secure_cookies,
        httponly=True,
        samesite="lax",
    )
    return response


@router.post("")
async def post(
    request: Request,
    event_id: Annotated[str, Form(pattern=r"^[A-Za-z0-9-]{8,64}$")],
    text: Annotated[str, Form()] = "",
    message_id: Annotated[int, Form()] = 0,
    choice: Annotated[int, Form()] = -1,
) -> Response:
    """Take typed words, or the button `choice` of our message `message_id`, and show the conversation."""
    try:
        await run_in_threadpool(_take, request, event_id, text, message_id, choice)
    except UnknownToken:
        return _forgotten(page("plain_start.html", status=401, problem=error_sentence("unknown_conversation")))
    except WebError as problem:
        return await _render(request, _Shown(error_sentence(problem.name), text), problem.status)
    except SQLAlchemyError:
        reply = lifelines_for_text(text, request.app.state.clock())
        return page("plain_unavailable.html", status=STATUS, problem=error_sentence("server"), reply=reply, text=text, event_id=str(uuid.uuid4()))
    return _see("/plain#latest")


@router.get("/plan")
def show_plan(request: Request) -> HTMLResponse:
    """Return the plan for a lasting home of the conversation in the cookie, to keep or print."""
    return _plan(request, request.cookies.get(COOKIE, ""), own_window=False)


@router.post("/plan")
def open_plan(request: Request, token: Annotated[str, Form(max_length=200)] = "") -> HTMLResponse:
    """Return the same for the widget, which keeps its token itself: it comes in the body, so that no address carries it."""
    return _plan(request, token, own_window=True)


@router.post("/easy")
def read_easily(request: Request, on: Annotated[bool, Form()] = False) -> Response:
    """Show the conversation in plain Japanese with readings from now on, or as before; kept as long as the browser is open."""
    response = _see("/plain#latest")
    if on:
        response.set_cookie(EASY_COOKIE, "1", path="/plain", secure=request.app.state.settings.secure_cookies, httponly=True, samesite="lax")
    else:
        response.delete_cookie(EASY_COOKIE, path="/plain")
    return response


@router.post("/forget")
def forget() -> Response:
    """Take the conversation off this device."""
    return _forgotten(_see("/plain"))


@router.get("/exit")
def leave() -> Response:
    """Close at once: off this device, and away to a page that has nothing to do with this one."""
    return _forgotten(_see(web_settings().exit_url))


@router.get("/erase")
def ask_erase() -> HTMLResponse:
    """Ask whether everything should really be deleted."""
    return page("plain_erase.html")


@router.post("/erase")
def erase(request: Request) -> Response:
    """Delete the conversation and everything in it."""
    with request.app.state.sessions() as session:
        conversation = _conversation(request, session)
        if conversation is not None:
            record_deletion(session, conversation, "asked", request.app.state.clock())
            inbox.erase_conversation(session, conversation)
    return _forgotten(page("plain_erased.html"))


def _plan(request: Request, token: str, *, own_window: bool) -> HTMLResponse:
    now = request.app.state.clock()
    with request.app.state.sessions() as session:
        try:
            conversation = inbox.conversation_for_token(session, token)
        except UnknownToken:
            return page("plain_start.html", status=401, problem=error_sentence("unknown_conversation"))
        facts: Any = load_facts(session, conversation.id)
    plan = fill_disaster_plan(plain_values(facts), now)
    name = "plain_plan.html" if plan else "plain_no_plan.html"
    return page(name, plan=plan, own_window=own_window)


def _take(request: Request, event_id: str, text: str, message_id: int, choice: int) -> None:
    token = request.cookies.get(COOKIE, "")
    with request.app.state.sessions() as session:
        conversation = inbox.conversation_for_token(session, token)
        payload = None
        if choice >= 0:
            text, payload = _button(inbox.timeline(session, conversation.id, message_id - 1), message_id, choice)
        now = request.app.state.clock()
        kind = "button" if payload else "text"
        incoming = Incoming("web", token, event_id, kind, clean_text(text), payload, now)  # type: ignore[arg-type]
        accept(request, session, conversation, incoming)


def _button(views: list[inbox.MessageView], message_id: int, choice: int) -> tuple[str, str]:
    buttons = views[0].content.get("buttons", []) if views and views[0].id == message_id else []
    if choice >= len(buttons):
        raise WebError(422, "unreadable")
    return buttons[choice]["title"], buttons[choice]["payload"]


async def _render(request: Request, shown: _Shown, status: int = 200) -> HTMLResponse:
    news = await _answered(request)
    if news is None:
        return page("plain_start.html", status=status, problem=shown.problem)
    last = max((at for at, message in enumerate(news.messages) if message["author"] == "resident"), default=-1)
    asking = next((message["id"] for message in reversed(news.messages[last + 1 :]) if message["buttons"]), None)
    return page("plain.html", status=status, news=news, asking=asking, shown=shown, event_id=str(uuid.uuid4()), easy=_reads_easily(request))


async def _answered(request: Request) -> News | None:
    """Return the conversation, after up to WAIT_SECONDS if an answer is on its way; None when there is none."""
    until = time.monotonic() + WAIT_SECONDS
    while True:
        found = await run_in_threadpool(_news, request)
        if found is None:
            return None
        conversation_id, news = found
        left = until - time.monotonic()
        if not news.typing or left <= 0:
            return news
        await request.app.state.live.wait(conversation_id, min(left, 0.5))


def _news(request: Request) -> tuple[int, News] | None:
    with request.app.state.sessions() as session:
        conversation = _conversation(request, session)
        if conversation is None:
            return None
        news = read_news(session, conversation.id, 0, _reads_easily(request))
        if news is None:
            return None
        note_delivery(session, conversation.id, news.messages, request.app.state.clock())
        return conversation.id, news


def _reads_easily(request: Request) -> bool:
    return EASY_COOKIE in request.cookies


def _conversation(request: Request, session: Any) -> Conversation | None:
    token = request.cookies.get(COOKIE)
    if not token:
        return None
    try:
        return inbox.conversation_for_token(session, token)
    except UnknownToken:
        return None


def _see(url: str) -> Response:
    return RedirectResponse(url, 303, headers=HEADERS)


def _forgotten(response: Response) -> Response:
    for name in (COOKIE, EASY_COOKIE):
        response.delete_cookie(name, path="/plain")
    return response
