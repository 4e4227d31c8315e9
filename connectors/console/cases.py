"""One case: its page, and the small steps of working on it."""

import secrets
from datetime import date
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import select

from bot import casework
from bot.access import find_case, has_role, rights
from bot.case_timeline import read_timeline
from bot.chat import holder_of
from bot.console import CaseView, read_case
from bot.models import Case, Conversation, Staff
from bot.queue import CASE_STATUSES
from connectors.console.access import HOME, Casework, ConsoleError, ConsoleRoute, RecordId, Visit, saved_words
from connectors.console.pages import page
from knowledge.vocabulary import load_vocabulary

router = APIRouter(prefix=f"{HOME}cases", route_class=ConsoleRoute)
MAX_NOTE = 4000
MAX_PLAN = 200


@router.get("/{case_id:int}")
def show_case(case_id: RecordId, here: Casework, request: Request) -> Response:
    """The sheet, the conversation beside it, the timeline."""
    return case_page(here, request, case_id)


@router.post("/{case_id:int}/opened")
def open_case(case_id: RecordId, here: Casework) -> Response:
    """Note that this person has taken up the case."""
    case = find_case(here.session, here.who.staff, case_id, "work")
    casework.mark_opened(here.session, case, here.who.staff, here.now)
    here.session.commit()
    return back(case_id, "opened")


@router.post("/{case_id:int}/status")
def save_status(case_id: RecordId, here: Casework) -> Response:
    """Save the status of the case."""
    status = here.form.get("status", "")
    if status not in CASE_STATUSES:
        raise ConsoleError(422)
    casework.set_status(here.session, case_id, status, here.who.staff, here.now)
    return back(case_id, "status")


@router.post("/{case_id:int}/assign")
def save_assignment(case_id: RecordId, here: Casework) -> Response:
    """Put somebody in charge, or nobody."""
    asked = here.form.get("to", "")
    try:
        to = int(asked) if asked else None
        casework.assign(here.session, case_id, to, here.who.staff, here.now)
    except ValueError:
        raise ConsoleError(422) from None
    return back(case_id, "assigned")


@router.post("/{case_id:int}/plan")
def save_plan(case_id: RecordId, here: Casework, request: Request) -> Response:
    """Save what is to be done next, and by when."""
    text, day = here.form.get("text", ""), here.form.get("on", "")
    try:
        on = date.fromisoformat(day) if day else None
    except ValueError:
        return case_page(here, request, case_id, status=422, fault="plan_day", plan_text=text)
    if len(text) > MAX_PLAN:
        return case_page(here, request, case_id, status=422, fault="plan_long", plan_text=text)
    casework.plan(here.session, case_id, text, on, here.who.staff, here.now)
    return back(case_id, "planned")


@router.post("/{case_id:int}/notes")
def save_note(case_id: RecordId, here: Casework, request: Request) -> Response:
    """Add a note; what cannot be saved comes back in its field."""
    text, kind = here.form.get("text", ""), here.form.get("kind", "note")
    if not text.strip() or len(text) > MAX_NOTE:
        return case_page(here, request, case_id, status=422, fault="note_long" if text.strip() else "note_empty", note_text=text)
    if kind not in casework.NOTE_KINDS:
        raise ConsoleError(422)
    casework.write_note(here.session, case_id, text, kind, here.who.staff, here.now)
    return back(case_id, "noted", "timeline-title")


@router.post("/{case_id:int}/sensitive")
def save_sensitivity(case_id: RecordId, here: Casework) -> Response:
    """Restrict the case to who is in charge and supervisors, or open it to the organisation."""
    casework.set_sensitive(here.session, case_id, here.form.get("sensitive") == "yes", here.who.staff, here.now)
    return back(case_id, "sensitive")


def back(case_id: int, saved: str, anchor: str = "") -> Response:
    """Return to the page of the case, which says what was saved."""
    return RedirectResponse(f"{HOME}cases/{case_id}?saved={saved}{'#' if anchor else ''}{anchor}", 303)


def case_page(here: Visit, request: Request, case_id: int, *, status: int = 200, fault: str = "", **typed: str) -> Response:
    """Return the page of the case; `fault` names what was wrong with a form of it, `typed` is what stood in its fields."""
    staff = here.who.staff
    view = read_case(here.session, case_id, staff, here.now, show_places=request.query_params.get("places") == "shown")
    return page("case.html", status, logged_in=here.who, saved=saved_words(request), focus=_focuses(request), fault=fault, now=here.now, **_values(here, view, typed))


def _focuses(request: Request) -> bool:
    """Whether the composer is what this person works in right now."""
    return request.query_params.get("saved") in ("taken", "sent")


def composer_values(here: Visit, case: Case) -> dict[str, Any]:
    """Return what the composer's template needs: who holds the chat, what this person may do, and a key for sending once."""
    conversation = here.session.get_one(Conversation, case.conversation_id, populate_existing=True)
    held = conversation.held_by_id if conversation.holder == "staff" else None
    return {
        "holder": holder_of(here.session, case, here.who.staff),
        "holder_key": f"staff-{held}" if conversation.holder == "staff" else "bot",
        "held_by": here.session.scalar(select(Staff.name).where(Staff.id == held)),
        "may_work": "work" in rights(here.session, here.who.staff, case),
        "may_take_from_colleague": has_role(here.who.staff, "supervisor"),
        "once": secrets.token_urlsafe(12),
        "draft": "",
    }


def _values(here: Visit, view: CaseView, typed: dict[str, str]) -> dict[str, Any]:
    return {
        "view": view,
        "colleagues": casework.colleagues(here.session, view.case),
        "may_assign_others": has_role(here.who.staff, "supervisor"),
        "timeline": read_timeline(here.session, view.case),
        "statuses": CASE_STATUSES,
        "note_kinds": casework.NOTE_KINDS,
        "specs": load_vocabulary().facts,
        **composer_values(here, view.case),
        "draft": typed.get("draft", ""),
        "note_text": typed.get("note_text", ""),
        "plan_text": typed.get("plan_text"),
    }
