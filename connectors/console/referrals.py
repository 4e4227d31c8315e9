"""Referring a case on, and answering a referral."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from bot import referrals
from bot.access import find_case
from bot.errors import ReferralRefused
from bot.models import Case
from bot.referrals import NewReferral
from connectors.console.access import HOME, Casework, ConsoleRoute, RecordId, Visit, sent_list
from connectors.console.cases import back, case_page
from connectors.console.pages import page

router = APIRouter(prefix=f"{HOME}cases", route_class=ConsoleRoute)
MAX_LENGTH = 2000


@router.get("/{case_id:int}/refer")
def show_form(case_id: RecordId, here: Casework) -> Response:
    """The form for referring a case on."""
    case = find_case(here.session, here.who.staff, case_id, "work")
    return _form(here, case, NewReferral(None, "", "", False, "", referrals.ITEMS[:1]), [])


@router.post("/{case_id:int}/refer")
def send(case_id: RecordId, here: Casework, request: Request) -> Response:
    """Send the referral; when something is missing the form comes back with what was written."""
    case = find_case(here.session, here.who.staff, case_id, "work")
    form = here.form
    to = form.get("to", "")
    new = NewReferral(
        to_organisation_id=int(to) if to.isdecimal() and len(to) < 10 else None,
        done=form.get("done", "")[:MAX_LENGTH],
        asked=form.get("asked", "")[:MAX_LENGTH],
        agreed=form.get("agreed") == "yes",
        consent_how=form.get("how", ""),
        items=tuple(sent_list(request, "items")),
    )
    faults = referrals.faults_of(here.session, case, new)
    if faults:
        return _form(here, case, new, list(faults), 422)
    referrals.refer(here.session, case_id, new, here.who.staff, here.now)
    return back(case_id, "referred", "referrals-title")


@router.post("/{case_id:int}/accept")
def accept(case_id: RecordId, here: Casework, request: Request) -> Response:
    """Take the case over."""
    try:
        referrals.accept(here.session, case_id, here.who.staff, here.now)
    except ReferralRefused:
        return case_page(here, request, case_id, status=409, fault="referral_answered")
    request.app.state.live.ring(here.session.get_one(Case, case_id).conversation_id)
    return back(case_id, "accepted")


@router.post("/{case_id:int}/return")
def give_back(case_id: RecordId, here: Casework, request: Request) -> Response:
    """Return the case with a reason."""
    reason = here.form.get("reason", "")
    if not reason.strip() or len(reason) > MAX_LENGTH:
        return case_page(here, request, case_id, status=422, fault="return_reason")
    try:
        referrals.give_back(here.session, case_id, reason, here.who.staff, here.now)
    except ReferralRefused:
        return case_page(here, request, case_id, status=409, fault="referral_answered")
    return RedirectResponse(f"{HOME}?saved=returned", 303)


@router.post("/{case_id:int}/withdraw")
def take_back(case_id: RecordId, here: Casework, request: Request) -> Response:
    """Withdraw a referral that nobody has answered."""
    try:
        referrals.take_back(here.session, case_id, here.who.staff, here.now)
    except ReferralRefused:
        return case_page(here, request, case_id, status=409, fault="referral_answered")
    return back(case_id, "withdrawn", "referrals-title")


def _form(here: Visit, case: Case, new: NewReferral, faults: list[str], status: int = 200) -> Response:
    return page(
        "refer.html",
        status,
        logged_in=here.who,
        case=case,
        new=new,
        faults=faults,
        receivers=referrals.receivers(here.session, case),
        ways=referrals.CONSENT_WAYS,
        items=referrals.ITEMS,
    )
