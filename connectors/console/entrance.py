"""The way in: password, then the second factor; its set-up at the first login."""

import re
import secrets
from typing import Annotated, Any

import segno
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from markupsafe import Markup
from sqlalchemy.orm import Session

from bot import second_factor
from bot.models import Staff
from bot.staff import Waiting, await_second_factor, begin_session, check_password, form_token, note, read_waiting, token_fits
from connectors.console.access import COOKIE, HOME, LOGIN, ConsoleRoute, read_form, set_cookie
from connectors.console.pages import page

FORM_COOKIE = "madoguchi_login_form"
WAITING_COOKIE = "madoguchi_second_factor"
CODE, SET_UP = f"{LOGIN}/code", f"{LOGIN}/setup"
_NEXT = re.compile(r"/console/(?:(?:cases|alerts)/\d{1,9}|knowledge/|(?:admin|people|audit|statistics)/(?:[a-z0-9_@-]+/?){0,3})?")

router = APIRouter(prefix="/console", route_class=ConsoleRoute)
Form = Annotated[dict[str, str], Depends(read_form)]


@router.get("/login")
def show_login(request: Request) -> Response:
    """The login page."""
    return _login_page(request, request.query_params.get("next", ""))


@router.post("/login")
def do_login(request: Request, form: Form) -> Response:
    """Check login and password; the second factor comes next."""
    if not fresh_form(request, form):
        return _login_page(request, form.get("next", ""), stale=True)
    now = request.app.state.clock()
    with request.app.state.sessions() as session:
        staff = check_password(session, form.get("login", ""), form.get("password", ""), now)
        if staff is None:
            return _login_page(request, form.get("next", ""), failed=True)
        return go_to_second_factor(request, session, staff, form.get("next", ""))


@router.get("/login/code")
def show_code(request: Request) -> Response:
    """Ask for the code that the app shows."""
    with request.app.state.sessions() as session:
        waiting = read_waiting(session, request.cookies.get(WAITING_COOKIE), request.app.state.clock())
        if waiting is None:
            return RedirectResponse(LOGIN, 303)
        if not second_factor.is_set_up(session, waiting.staff):
            return RedirectResponse(SET_UP, 303)
        return page("login_code.html", token=waiting.csrf, target=_safe(request.query_params.get("next", "")), failed=False)


@router.post("/login/code")
def check_code(request: Request, form: Form) -> Response:
    """Let in whoever types a fitting code of the app, or a recovery code."""
    now = request.app.state.clock()
    with request.app.state.sessions() as session:
        waiting = read_waiting(session, request.cookies.get(WAITING_COOKIE), now)
        if waiting is None or not token_fits(waiting.csrf, form.get("csrf", "")):
            return _login_page(request, form.get("next", ""), stale=True)
        if not second_factor.is_set_up(session, waiting.staff):
            return RedirectResponse(SET_UP, 303)
        recovery = form.get("recovery", "").strip()
        fits = (
            second_factor.check_recovery_code(session, waiting.staff, recovery, now)
            if recovery
            else second_factor.check_code(session, waiting.staff, form.get("code", ""), now)
        )
        if not fits:
            return page("login_code.html", 401, token=waiting.csrf, target=_safe(form.get("next", "")), failed=True)
        return _let_in(request, session, waiting.staff, RedirectResponse(_safe(form.get("next", "")) or HOME, 303))


@router.get("/login/setup")
def show_set_up(request: Request) -> Response:
    """Show the QR code for the app."""
    with request.app.state.sessions() as session:
        waiting = read_waiting(session, request.cookies.get(WAITING_COOKIE), request.app.state.clock())
        if waiting is None:
            return RedirectResponse(LOGIN, 303)
        if second_factor.is_set_up(session, waiting.staff):
            return RedirectResponse(CODE, 303)
        return _set_up_page(session, waiting, request.query_params.get("next", ""))


@router.post("/login/setup")
def confirm_set_up(request: Request, form: Form) -> Response:
    """Take the app into use when its code fits, and show the recovery codes, this once."""
    now = request.app.state.clock()
    with request.app.state.sessions() as session:
        waiting = read_waiting(session, request.cookies.get(WAITING_COOKIE), now)
        if waiting is None or not token_fits(waiting.csrf, form.get("csrf", "")):
            return _login_page(request, form.get("next", ""), stale=True)
        if second_factor.is_set_up(session, waiting.staff):
            return RedirectResponse(CODE, 303)
        codes = second_factor.confirm_set_up(session, waiting.staff, form.get("code", ""), now)
        if codes is None:
            return _set_up_page(session, waiting, form.get("next", ""), failed=True)
        done = page("recovery_codes.html", codes=codes, target=_safe(form.get("next", "")) or HOME)
        return _let_in(request, session, waiting.staff, done)


def go_to_second_factor(request: Request, session: Session, staff: Staff, target: str = "") -> Response:
    """Answer somebody whose password is right: ask for the code, or let them set the app up."""
    where = CODE if second_factor.is_set_up(session, staff) else SET_UP
    target = _safe(target)
    response = RedirectResponse(f"{where}?next={target}" if target else where, 303)
    state = request.app.state
    set_cookie(response, WAITING_COOKIE, await_second_factor(staff, state.clock()), state.settings)
    response.delete_cookie(FORM_COOKIE, path="/console")
    return response


def new_form(request: Request, template: str, status: int = 200, **values: Any) -> Response:
    """Return a page with a form for somebody who is not known yet, and the cookie that its token belongs to."""
    nonce = secrets.token_urlsafe(16)
    response = page(template, status, token=form_token(nonce), **values)
    set_cookie(response, FORM_COOKIE, nonce, request.app.state.settings)
    return response


def fresh_form(request: Request, form: dict[str, str]) -> bool:
    """Return whether a form of `new_form` came from the browser that it was given to."""
    nonce = request.cookies.get(FORM_COOKIE, "")
    return bool(nonce) and token_fits(form_token(nonce), form.get("csrf", ""))


def _login_page(request: Request, target: str, *, failed: bool = False, stale: bool = False) -> Response:
    status = 401 if failed else 403 if stale else 200
    return new_form(request, "login.html", status, failed=failed, stale=stale, target=_safe(target))


def _set_up_page(session: Session, waiting: Waiting, target: str, *, failed: bool = False) -> Response:
    secret = second_factor.begin_set_up(session, waiting.staff)
    code = segno.make(second_factor.app_address(secret, waiting.staff.login), error="m")
    return page(
        "second_factor.html",
        401 if failed else 200,
        token=waiting.csrf,
        target=_safe(target),
        failed=failed,
        # The picture is made here and stands in the page: the secret goes to nobody else, and into no address.
        picture=Markup(code.svg_inline(border=4, svgclass="qr", lineclass=None, omitsize=True)),  # noqa: S704 - segno's own SVG of our address
        secret=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        name=waiting.staff.name,
    )


def _let_in(request: Request, session: Session, staff: Staff, response: Response) -> Response:
    now = request.app.state.clock()
    note(session, staff.id, "log_in", f"staff:{staff.id}", now)
    session.commit()
    set_cookie(response, COOKIE, begin_session(staff, now), request.app.state.settings)
    response.delete_cookie(WAITING_COOKIE, path="/console")
    return response


def _safe(target: str) -> str:
    return target if _NEXT.fullmatch(target) else ""
