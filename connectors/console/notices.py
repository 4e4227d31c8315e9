"""The page about notices, for admins and supervisors: what is set up, what went out, what failed."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from bot import notices
from bot.models import Notice
from bot.staff import note
from connectors.console.access import HOME, ConsoleError, ConsoleRoute, Overseer, RecordId
from connectors.console.office import load_office_wording
from connectors.console.pages import page
from connectors.notify.send import send_one
from connectors.notify.settings import notify_settings

NOTICES = f"{HOME}notices/"
router = APIRouter(prefix="/console/notices", route_class=ConsoleRoute)


@router.get("/")
def show_notices(here: Overseer, request: Request) -> Response:
    """What is set up and how the last notices went."""
    return page(
        "notices.html",
        logged_in=here.who,
        office=load_office_wording(),
        settings=notify_settings(),
        lines=notices.read_notices(here.session),
        failed=notices.count_failed(here.session),
        done=load_office_wording().done.get(request.query_params.get("done", "")),
    )


@router.post("/{notice_id:int}/again")
def send_again(notice_id: RecordId, here: Overseer) -> Response:
    """Queue a failed notice once more."""
    if not notices.try_again(here.session, notice_id, here.now):
        raise ConsoleError(404)
    return RedirectResponse(f"{NOTICES}?done=again", 303)


@router.post("/test")
def send_test(here: Overseer, request: Request) -> Response:
    """Send a trial notice to oneself by every way that is set up."""
    settings, staff = notify_settings(), here.who.staff
    common = {"kind": "test", "step": 0, "status": "pending", "created_at": here.now, "due_at": here.now}
    trials = [Notice(channel="email", staff_id=staff.id, **common)] if settings.has_mail and staff.email else []
    trials += [Notice(channel="webhook", staff_id=staff.id, **common)] if settings.webhook_url else []
    here.session.add_all(trials)
    note(here.session, staff.id, "notice_tried", "notices:test", here.now)
    here.session.commit()
    base_url = request.app.state.settings.base_url
    went = [send_one(here.session, trial, settings, base_url, here.now) for trial in trials]
    for trial in trials:  # a trial is not tried again by itself
        trial.status = "sent" if trial.status == "sent" else "failed"
    here.session.commit()
    return RedirectResponse(f"{NOTICES}?done={'tried' if went and all(went) else 'not_tried'}", 303)
