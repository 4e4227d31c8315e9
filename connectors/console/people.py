"""Pages for admins: who works in the console, invitations, access, the organisations they belong to."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import select

from bot import people
from bot.access import ROLES
from bot.models import Organisation, Staff
from connectors.console.access import HOME, Admin, ConsoleError, ConsoleRoute, RecordId, Visit
from connectors.console.office import load_office_wording
from connectors.console.pages import page
from connectors.console.wording import print_moment
from connectors.notify.mail import NotSentError, send_mail
from connectors.notify.settings import notify_settings

PEOPLE = f"{HOME}people/"
router = APIRouter(prefix="/console/people", route_class=ConsoleRoute)
_LONGEST = {"login": 60, "name": 60, "email": 200}


@router.get("/")
def show_people(here: Admin, request: Request) -> Response:
    """Everybody, and the offices."""
    return _page("list", here, people=people.list_people(here.session, here.now), offices=_offices(here), done=_done(request))


@router.get("/new")
def show_new(here: Admin) -> Response:
    """An empty form for an invitation."""
    return _form(here, None, {"login": "", "name": "", "email": "", "roles": ("caseworker",), "organisation": here.who.staff.organisation_id})


@router.post("/new")
def invite(here: Admin, request: Request) -> Response:
    """Add a person and show their link, this once."""
    try:
        staff, link = people.invite(here.session, _fields(here.form), here.who.staff, here.now)
    except people.RefusedError as refused:
        return _form(here, None, _typed(here.form), refused.faults)
    return _link_page(here, request, staff, link, "invitation")


@router.get("/{staff_id:int}")
def show_person(staff_id: RecordId, here: Admin, request: Request) -> Response:
    """One person: what can be changed, and how they get in again."""
    person = _find(here, staff_id)
    return _form(here, person, _values(person.staff), done=_done(request))


@router.post("/{staff_id:int}")
def save_person(staff_id: RecordId, here: Admin) -> Response:
    """Save what was changed."""
    person = _find(here, staff_id)
    try:
        people.change_person(here.session, person.staff, _fields(here.form), here.who.staff, here.now)
    except people.RefusedError as refused:
        return _form(here, person, {**_typed(here.form), "login": person.staff.login}, refused.faults)
    return RedirectResponse(f"{PEOPLE}{staff_id}?done=saved", 303)


@router.post("/{staff_id:int}/link")
def make_link(staff_id: RecordId, here: Admin, request: Request) -> Response:
    """Make a new link for somebody who cannot log in, and show it, this once."""
    person = _find(here, staff_id)
    if person.state == "deactivated":
        raise ConsoleError(422)
    again = here.form.get("second_factor") == "on"
    link = people.make_reset_link(here.session, person.staff, here.who.staff, here.now, resets_second_factor=again)
    return _link_page(here, request, person.staff, link, "reset" if person.state == "active" else "invitation")


@router.post("/{staff_id:int}/deactivate")
def deactivate(staff_id: RecordId, here: Admin) -> Response:
    """End somebody's access."""
    person = _find(here, staff_id)
    try:
        people.deactivate(here.session, person.staff, here.who.staff, here.now)
    except people.RefusedError as refused:
        return _form(here, person, _values(person.staff), refused.faults)
    return RedirectResponse(f"{PEOPLE}{staff_id}?done=deactivated", 303)


@router.post("/{staff_id:int}/reactivate")
def reactivate(staff_id: RecordId, here: Admin, request: Request) -> Response:
    """Let somebody work here again, with a new password and a new second factor."""
    person = _find(here, staff_id)
    if person.state != "deactivated":
        raise ConsoleError(422)
    link = people.reactivate(here.session, person.staff, here.who.staff, here.now)
    return _link_page(here, request, person.staff, link, "invitation")


def _page(name: str, here: Visit, status: int = 200, **values: Any) -> Response:
    return page(f"people/{name}.html", status, logged_in=here.who, office=load_office_wording(), **values)


def _form(
    here: Visit, person: people.Person | None, values: Mapping[str, Any], faults: Mapping[str, str] | None = None, done: str | None = None
) -> Response:
    words = load_office_wording().faults
    return _page(
        "person",
        here,
        422 if faults else 200,
        person=person,
        values=values,
        roles=ROLES,
        offices=_offices(here),
        faults={field: words[fault] for field, fault in (faults or {}).items()},
        done=done,
    )


def _link_page(here: Visit, request: Request, staff: Staff, link: people.Link, kind: str) -> Response:
    """Show the link, and send it by e-mail where that was wished and is possible."""
    # The code stands behind "#": browsers keep that part to themselves, so it is in no log, no referrer and no proxy.
    address = f"{request.app.state.settings.base_url}/console/join#{link.code}"
    sent = "not_wished"
    if here.form.get("send") == "on" and staff.email:
        words = load_office_wording().mail
        text = words[kind].format(name=staff.name, login=staff.login, link=address, until=print_moment(link.until))
        try:
            send_mail(notify_settings(), str(staff.email), words[f"{kind}_subject"], text)
            sent = "sent"
        except NotSentError:
            sent = "failed"
    return _page("link", here, staff=staff, address=address, until=link.until, sent=sent, kind=kind)


def _find(here: Visit, staff_id: int) -> people.Person:
    person = people.find_person(here.session, staff_id, here.now)
    if person is None:
        raise ConsoleError(404)
    return person


def _offices(here: Visit) -> list[Organisation]:
    return list(here.session.scalars(select(Organisation).order_by(Organisation.name)))


def _done(request: Request) -> str | None:
    return load_office_wording().done.get(request.query_params.get("done", ""))


def _fields(form: Mapping[str, str]) -> people.PersonFields:
    office = form.get("organisation", "")
    return people.PersonFields(
        login=_line(form, "login").lower(),
        name=_line(form, "name"),
        email=_line(form, "email"),
        roles=tuple(role for role in ROLES if form.get(f"role_{role}") == "on"),
        organisation_id=int(office) if office.isdecimal() and len(office) < 10 else None,
    )


def _typed(form: Mapping[str, str]) -> dict[str, Any]:
    fields = _fields(form)
    return {"login": fields.login, "name": fields.name, "email": fields.email, "roles": fields.roles, "organisation": fields.organisation_id}


def _values(staff: Staff) -> dict[str, Any]:
    return {
        "login": staff.login,
        "name": staff.name,
        "email": staff.email or "",
        "roles": tuple(staff.roles),
        "organisation": staff.organisation_id,
    }


def _line(form: Mapping[str, str], name: str) -> str:
    return " ".join(form.get(name, "").split())[: _LONGEST[name]]
