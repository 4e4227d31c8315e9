"""The conversation beside the sheet: take over, write, hand back, canned replies; live while it is open."""

import secrets

from fastapi import APIRouter, Request, Response
from sqlalchemy import select

from bot import chat
from bot.access import find_case
from bot.console import read_talk
from bot.errors import NotYourChat
from bot.models import Case
from connectors.console.access import HOME, Casework, ConsoleRoute, RecordId, Visit
from connectors.console.cases import back, case_page, composer_values
from connectors.console.pages import page

router = APIRouter(prefix=f"{HOME}cases", route_class=ConsoleRoute)
_LONGEST_ONCE = 40


@router.get("/{case_id:int}/talk")
def refresh_talk(case_id: RecordId, here: Casework, request: Request) -> Response:
    """What is new in the conversation for an open page; 204 when nothing is. Asking does not keep the session awake."""
    request.state.renewed_cookie = None
    case = find_case(here.session, here.who.staff, case_id, "read")
    asked = request.query_params
    after = int(asked.get("after", "0")) if asked.get("after", "0").isdecimal() else 0
    shown = asked.get("places") == "shown"
    _since, messages = read_talk(here.session, here.who.staff, case, masked=case.sensitive and not shown, after=after)
    composer = composer_values(here, case)
    holder_changed = composer["holder_key"] != asked.get("holder")
    if not messages and not holder_changed:
        return Response(status_code=204)
    return page(
        "talk_news.html",
        logged_in=here.who,
        case=case,
        messages=messages or [],
        newest=messages[-1].id if messages else after,
        places_shown=shown,
        holder_changed=holder_changed,
        **composer,
    )


@router.post("/{case_id:int}/take")
def take_over(case_id: RecordId, here: Casework, request: Request) -> Response:
    """Take the chat over, from the assistant or (supervisors) from a colleague."""
    try:
        chat.take_over(here.session, case_id, here.who.staff, here.now, from_colleague=here.form.get("from") == "colleague")
    except NotYourChat:
        return case_page(here, request, case_id, status=409, fault="chat_taken")
    _ring(here, request, case_id)
    return back(case_id, "taken", "talk-title")


@router.post("/{case_id:int}/hand-back")
def hand_back(case_id: RecordId, here: Casework, request: Request) -> Response:
    """Let the assistant speak again."""
    try:
        chat.hand_back(here.session, case_id, here.who.staff, here.now)
    except NotYourChat:
        return case_page(here, request, case_id, status=409, fault="chat_taken")
    _ring(here, request, case_id)
    return back(case_id, "handed_back", "talk-title")


@router.post("/{case_id:int}/contact-page")
def send_contact_page(case_id: RecordId, here: Casework, request: Request) -> Response:
    """Send the resident a one-time link to the page for name and contact details."""
    try:
        chat.send_contact_page(here.session, case_id, here.who.staff, here.now)
    except NotYourChat:
        return case_page(here, request, case_id, status=409, fault="chat_taken")
    _ring(here, request, case_id)
    return back(case_id, "contact_page", "talk-title")


@router.post("/{case_id:int}/messages")
def send_message(case_id: RecordId, here: Casework, request: Request) -> Response:
    """Send the resident a message; what was not sent comes back in its field."""
    text = here.form.get("text", "")
    once = here.form.get("once", "")[:_LONGEST_ONCE] or secrets.token_urlsafe(12)
    try:
        chat.write(here.session, case_id, text, once, here.who.staff, here.now)
    except NotYourChat:
        return case_page(here, request, case_id, status=409, fault="chat_taken", draft=text)
    except ValueError:
        return case_page(here, request, case_id, status=422, fault="message_long" if text.strip() else "message_empty", draft=text)
    _ring(here, request, case_id)
    return back(case_id, "sent", "talk-title")


@router.get("/{case_id:int}/replies")
def show_replies(case_id: RecordId, here: Casework, request: Request) -> Response:
    """Canned replies from the FAQ, for a question or for the needs of this case."""
    request.state.renewed_cookie = None
    case = find_case(here.session, here.who.staff, case_id, "work")
    query = request.query_params.get("q", "")[:200]
    needs = [need["id"] for need in case.sheet["needs"] if need["status"] != "declined"]
    return page("replies.html", logged_in=here.who, replies=chat.canned_replies(query, needs), query=query)


def _ring(here: Visit, request: Request, case_id: int) -> None:
    """Wake the resident's page."""
    request.app.state.live.ring(here.session.scalars(select(Case.conversation_id).where(Case.id == case_id)).one())
