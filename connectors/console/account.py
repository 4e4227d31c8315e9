"""One's own page: password, recovery codes, which notices come by e-mail."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from bot import people, second_factor
from bot.staff import begin_session, check_password, note
from connectors.console.access import COOKIE, HOME, ConsoleRoute, Here, Visit, set_cookie
from connectors.console.office import load_office_wording
from connectors.console.pages import page

ACCOUNT = f"{HOME}account/"
router = APIRouter(prefix="/console/account", route_class=ConsoleRoute)


@router.get("/")
def show_account(here: Here, request: Request) -> Response:
    """What one can change oneself."""
    return _page(here, done=load_office_wording().done.get(request.query_params.get("done", "")))


@router.post("/password")
def save_password(here: Here, request: Request) -> Response:
    """Take a new password when the old one fits; this browser stays logged in, others do not."""
    staff, form = here.who.staff, here.form
    fault = ""
    if form.get("password", "") != form.get("again", ""):
        fault = "password_differs"
    elif check_password(here.session, staff.login, form.get("old", ""), here.now) is None:
        fault = "password_wrong"
    else:
        try:
            people.change_password(here.session, staff, form.get("password", ""), here.now)
        except people.RefusedError as refused:
            fault = refused.faults["password"]
    if fault:
        return _page(here, {"password": fault})
    request.state.renewed_cookie = None
    response = RedirectResponse(f"{ACCOUNT}?done=password", 303)
    set_cookie(response, COOKIE, begin_session(staff, here.now), request.app.state.settings)
    return response


@router.post("/recovery")
def new_recovery_codes(here: Here) -> Response:
    """Make new recovery codes for somebody whose app is at hand, and show them, this once."""
    if not second_factor.check_code(here.session, here.who.staff, here.form.get("code", ""), here.now):
        return _page(here, {"code": "code_wrong"})
    codes = second_factor.make_recovery_codes(here.session, here.who.staff, here.now)
    return page("recovery_codes.html", logged_in=here.who, codes=codes, target=ACCOUNT)


@router.post("/notices")
def save_notices(here: Here) -> Response:
    """Save which notices come by e-mail."""
    wish = here.form.get("notices", "")
    if wish in load_office_wording().notices:
        here.who.staff.notices = wish
        note(here.session, here.who.staff.id, "notices_changed", f"staff:{here.who.staff.id}", here.now)
        here.session.commit()
    return RedirectResponse(f"{ACCOUNT}?done=notices", 303)


def _page(here: Visit, faults: Mapping[str, str] | None = None, **values: Any) -> Response:
    words = load_office_wording()
    return page(
        "people/account.html",
        422 if faults else 200,
        logged_in=here.who,
        office=words,
        person=people.find_person(here.session, here.who.staff.id, here.now),
        codes_left=second_factor.recovery_codes_left(here.session, here.who.staff),
        faults={field: words.faults[fault] for field, fault in (faults or {}).items()},
        **{"done": None, **values},
    )
