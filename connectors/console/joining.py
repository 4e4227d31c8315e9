"""The page that a one-time link leads to: the person decides on a password, then sets up or uses the second factor."""

from fastapi import APIRouter, Request, Response

from bot import people
from connectors.console.access import ConsoleRoute
from connectors.console.entrance import Form, fresh_form, go_to_second_factor, new_form
from connectors.console.office import load_office_wording

router = APIRouter(prefix="/console", route_class=ConsoleRoute)


@router.get("/join")
def show_join(request: Request) -> Response:
    """Ask for the link's code; a script takes it from behind the address's "#", where it never leaves the browser."""
    return new_form(request, "join.html", problem="")


@router.post("/join")
def join(request: Request, form: Form) -> Response:
    """Show whose link it is and ask for a password; take the password when it came with the code."""
    state = request.app.state
    if not fresh_form(request, form):
        return new_form(request, "join.html", 403, problem="stale")
    code, now = form.get("code", ""), state.clock()
    with state.sessions() as session:
        staff = people.read_link(session, code, now)
        if staff is None:
            return new_form(request, "join.html", 404, problem="void")
        if "password" not in form:
            return _ask_password(request, staff.name, staff.login, code)
        if form["password"] != form.get("again", ""):
            return _ask_password(request, staff.name, staff.login, code, "password_differs")
        try:
            joined = people.use_link(session, code, form["password"], now)
        except people.RefusedError as refused:
            return _ask_password(request, staff.name, staff.login, code, refused.faults["password"])
        if joined is None:
            return new_form(request, "join.html", 404, problem="void")
        return go_to_second_factor(request, session, joined)


def _ask_password(request: Request, name: str, login: str, code: str, fault: str = "") -> Response:
    words = load_office_wording().faults
    fault = words[fault] if fault else ""
    return new_form(request, "join_password.html", 422 if fault else 200, name=name, login=login, code=code, fault=fault)
