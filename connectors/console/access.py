"""Who may see the console: the session cookie, the form token, and the headers that keep pages to themselves."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import quote

import structlog
from fastapi import Depends, Request, Response
from fastapi import Path as UrlPath
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute
from sqlalchemy.orm import Session
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.access import handles_cases, has_role
from bot.errors import CaseClosedToYou, ConsentWithdrawn, NoSuchCase
from bot.settings import Settings
from bot.staff import LoggedIn, read_session, token_fits
from connectors.console.pages import error_page
from connectors.console.wording import load_wording

HOME = "/console/"
LOGIN = "/console/login"
COOKIE = "madoguchi_console"
MAX_FORM_BYTES = 16_384
log = structlog.get_logger(__name__)

_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "X-Robots-Tag": "noindex, nofollow",
}


@dataclass(frozen=True)
class ConsoleError(Exception):
    """Answers with the error page of this status; `words` names other words than the status has of its own."""

    status: int
    words: str = ""


class NotLoggedInError(Exception):
    """Nobody is logged in, or no longer."""


@dataclass(frozen=True)
class Visit:
    """One request of a logged-in person: who, the form that came with it, the database, the time."""

    who: LoggedIn
    form: dict[str, str]
    session: Session
    now: datetime


class ConsoleRoute(APIRoute):
    """Answers errors with pages that tell nothing, and renews the session cookie with each request."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap FastAPI's handler."""
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                response = await handle(request)
            except NotLoggedInError:
                return _ask_to_log_in(request)
            except ConsoleError as error:
                return error_page(error.status, error.words)
            except NoSuchCase:
                return error_page(404)
            except CaseClosedToYou:
                return error_page(403, "case_closed")
            except ConsentWithdrawn:
                return error_page(409, "case_withdrawn")
            except RequestValidationError:  # only addresses are validated by FastAPI here
                return error_page(404)
            except Exception as error:  # noqa: BLE001 - the last line of defence: whatever it was, nobody is shown it
                log.error("console_failed", reason=type(error).__name__, method=request.method)
                return error_page(500)
            renewed = getattr(request.state, "renewed_cookie", None)
            if renewed:
                set_cookie(response, COOKIE, renewed, request.app.state.settings)
            return response

        return answer


class ConsoleHeaders:
    """ASGI middleware: puts the security headers on everything under /console."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap `app`."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and add the headers to the answer."""
        if scope["type"] != "http" or not scope["path"].startswith("/console"):
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        await self.app(scope, receive, send_with_headers)


def set_cookie(response: Response, name: str, value: str, settings: Settings) -> None:
    """Set a cookie that scripts cannot read, that other sites cannot send along, and that ends with the browser."""
    response.set_cookie(name, value, path="/console", httponly=True, samesite="lax", secure=settings.secure_cookies)


async def read_form(request: Request) -> dict[str, str]:
    """Return the fields of a small form; files are left out, `sent_list` has repeated fields. ConsoleError 413 when it is long or says no length."""
    if request.method != "POST":
        return {}
    length = request.headers.get("content-length", "")
    if not length.isdigit() or int(length) > MAX_FORM_BYTES:
        raise ConsoleError(413)
    form = await request.form(max_files=0, max_fields=60)
    request.state.sent = form
    return {key: value for key, value in form.items() if isinstance(value, str)}


def sent_list(request: Request, name: str) -> list[str]:
    """Return all texts of a repeated field of the form that was sent."""
    return [value for value in request.state.sent.getlist(name) if isinstance(value, str)]


def visit(request: Request, form: Annotated[dict[str, str], Depends(read_form)]) -> Any:
    """Let a logged-in person in; for POST the form token must fit. Yields a Visit with an open database session."""
    now: datetime = request.app.state.clock()
    with request.app.state.sessions() as session:
        who = read_session(session, request.cookies.get(COOKIE), now)
        if who is None:
            raise NotLoggedInError
        if request.method != "GET" and not token_fits(who.csrf, form.get("csrf", "")):
            raise ConsoleError(403)
        request.state.renewed_cookie = who.renewed
        yield Visit(who, form, session, now)


def casework(here: Annotated[Visit, Depends(visit)]) -> Visit:
    """Let in who handles cases; which ones is for `bot.access` to say."""
    if not handles_cases(here.who.staff):
        raise ConsoleError(403, "cases_only")
    return here


Here = Annotated[Visit, Depends(visit)]
Casework = Annotated[Visit, Depends(casework)]
RecordId = Annotated[int, UrlPath(le=2**31 - 1)]
"""An id in an address; longer numbers than the database takes are nobody's."""


def saved_words(request: Request) -> str | None:
    """Return what was just saved, in words, as the address names it."""
    return load_wording().saved.get(request.query_params.get("saved", ""))


def visit_as(*roles: str) -> Callable[..., Visit]:
    """Return the dependency of pages that only people with one of these roles may open."""

    def enter(here: Here) -> Visit:
        if not has_role(here.who.staff, *roles):
            raise ConsoleError(403, "not_your_page")
        return here

    return enter


Admin = Annotated[Visit, Depends(visit_as("admin"))]
Overseer = Annotated[Visit, Depends(visit_as("admin", "supervisor"))]


def _ask_to_log_in(request: Request) -> Response:
    if request.method != "GET" or request.headers.get("sec-fetch-dest") == "empty":
        return error_page(401)
    target = request.url.path
    return RedirectResponse(LOGIN if target == HOME else f"{LOGIN}?next={quote(target)}", 303)
