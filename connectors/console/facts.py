"""Editing and confirming facts of a case."""

from typing import Any

from fastapi import APIRouter, Request, Response

from bot.access import find_case
from bot.case_facts import confirm_fact, edit_fact, read_value, take_persons_word
from bot.models import Case
from bot.places import is_place
from bot.store import load_facts
from connectors.console.access import HOME, Casework, ConsoleError, ConsoleRoute, RecordId, Visit, sent_list
from connectors.console.cases import back
from connectors.console.pages import page
from knowledge.vocabulary import FactSpec, load_vocabulary

router = APIRouter(prefix=f"{HOME}cases", route_class=ConsoleRoute)


@router.get("/{case_id:int}/facts/{key}")
def show_fact(case_id: RecordId, key: str, here: Casework) -> Response:
    """The form for one fact."""
    spec, case = _spec(key), find_case(here.session, here.who.staff, case_id, "work")
    record = load_facts(here.session, case.conversation_id).get(key)
    return _form(here, case, spec, record["value"] if record else None)


@router.post("/{case_id:int}/facts/{key}")
def save_fact(case_id: RecordId, key: str, here: Casework, request: Request) -> Response:
    """Save the caseworker's value; what cannot be read comes back in its field."""
    spec, sent = _spec(key), sent_list(request, "value")
    case = find_case(here.session, here.who.staff, case_id, "work")
    if here.form.get("do") == "unknown":
        sent = []
    elif not any(one.strip() for one in sent):
        return _form(here, case, spec, None, fault="empty")
    try:
        value = read_value(key, sent)
    except ValueError:
        return _form(here, case, spec, sent if spec.type == "multi" else sent[0], fault=spec.type)
    edit_fact(here.session, case_id, key, value, here.who.staff, here.now)
    return back(case_id, "fact", f"fact-{key}")


@router.post("/{case_id:int}/facts/{key}/confirm")
def save_confirmation(case_id: RecordId, key: str, here: Casework) -> Response:
    """Note that the caseworker checked what stands there."""
    _spec(key)
    if not confirm_fact(here.session, case_id, key, here.who.staff, here.now):
        raise ConsoleError(404)
    return back(case_id, "confirmed", f"fact-{key}")


@router.post("/{case_id:int}/facts/{key}/restore")
def restore_fact(case_id: RecordId, key: str, here: Casework) -> Response:
    """Let what the person said count again."""
    _spec(key)
    if not take_persons_word(here.session, case_id, key, here.who.staff, here.now):
        raise ConsoleError(404)
    return back(case_id, "restored", f"fact-{key}")


def _spec(key: str) -> FactSpec:
    spec = load_vocabulary().facts.get(key)
    if spec is None:
        raise ConsoleError(404)
    return spec


def _form(here: Visit, case: Case, spec: FactSpec, value: Any, fault: str = "") -> Response:
    masked = case.sensitive and is_place(spec.key) and not fault
    shown = None if masked else value
    return page("fact.html", 422 if fault else 200, logged_in=here.who, case=case, spec=spec, value=shown, masked=masked, fault=fault)
