"""The addresses of papers: what a case can be printed as, the consents behind it, and lists. Every download is audited."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, TypeVar
from urllib.parse import quote

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi import Path as UrlPath
from fastapi.responses import RedirectResponse

from bot.access import Right, find_case
from bot.case_files import CaseFile, export_case, read_case_file
from bot.consents import HOMES, give_consent, read_consents, withdraw_consent
from bot.errors import CaseClosedToYou, ConsentWithdrawn, NoSuchCase
from bot.models import Case
from bot.staff import note
from bot.store import load_facts
from connectors.console.access import HOME, Casework, ConsoleError, ConsoleRoute, Visit
from connectors.console.exports.lists import case_list
from connectors.console.exports.papers import intake_paper, plan_paper, recipient_name, shared_paper
from connectors.console.exports.spreadsheets import intake_workbook
from connectors.console.exports.typesetting import typeset
from connectors.console.exports.wording import paper_words
from connectors.console.pages import page
from knowledge.disaster import classify_household
from knowledge.facts import plain_values
from knowledge.phrases import neutral_organisation
from knowledge.sharing import items_for, load_sharing, needs_care

PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_REMARK = 400
MOST_NAME = 60

Found = TypeVar("Found")
RecordId = Annotated[int, UrlPath(le=2**31 - 1)]
router = APIRouter(prefix="/console", route_class=ConsoleRoute)


def install(app: FastAPI) -> None:
    """Add the papers to the application, before the console's own last address, which takes everything."""
    paper_words()
    app.include_router(router)


@router.get("/cases/{case_id:int}/papers")
def show_papers(case_id: RecordId, here: Casework, request: Request) -> Response:
    """What this case can be printed as, and who may get what."""
    case = _find(here, case_id, "read")
    values = plain_values(load_facts(here.session, case.conversation_id))  # type: ignore[arg-type]
    note(here.session, here.who.staff.id, "case_papers_shown", f"cases:{case.id}", here.now)
    here.session.commit()
    return page(
        "papers.html",
        logged_in=here.who,
        case=case,
        consents=read_consents(here.session, case.conversation_id),
        recipient_name=recipient_name,
        sharing=load_sharing(),
        for_homes=HOMES,
        careful=case.sensitive or needs_care(values, here.now),
        disaster=classify_household(values) is not None,
        saved=paper_words().saved.get(request.query_params.get("saved", "")),
    )


@router.get("/cases/{case_id:int}/papers/intake.pdf")
def print_intake(case_id: RecordId, here: Casework, request: Request) -> Response:
    """The 相談受付・申込票 with the assessment, as a PDF."""
    file = _file(here, case_id, "paper_intake_pdf")
    return _download(
        typeset("intake", intake_paper(file, organisation(request), here.now), here.now), PDF, paper_words().intake.file, file.case
    )


@router.get("/cases/{case_id:int}/papers/intake.xlsx")
def tabulate_intake(case_id: RecordId, here: Casework) -> Response:
    """The same as a workbook."""
    file = _file(here, case_id, "paper_intake_xlsx")
    return _download(intake_workbook(file, here.now), XLSX, paper_words().intake.file, file.case)


@router.get("/cases/{case_id:int}/papers/case.json")
def hand_out_json(case_id: RecordId, here: Casework) -> Response:
    """The case for another system, in the published schema (docs/schema/case.json)."""
    file = _file(here, case_id, "paper_case_json")
    body = export_case(file, here.now).model_dump_json(indent=2).encode()
    return _download(body, "application/json", "case", file.case)


@router.get("/cases/{case_id:int}/papers/plan.pdf")
def print_plan(case_id: RecordId, here: Casework, request: Request) -> Response:
    """The 再建計画書, for people whom a disaster hit."""
    file = _file(here, case_id, "paper_plan_pdf")
    data = plan_paper(file, organisation(request), here.now)
    if data is None:
        raise ConsoleError(404)
    return _download(typeset("plan", data, here.now), PDF, paper_words().plan.file, file.case)


@router.post("/cases/{case_id:int}/papers/shared.pdf")
def print_shared(case_id: RecordId, here: Casework, request: Request) -> Response:
    """The 入居者情報共有シート for one consent of a shop or landlord; the caseworker's remark is in the form, not kept."""
    file = _file(here, case_id, "paper_shared_pdf", "work")
    wanted = here.form.get("consent", "")
    consent = next((one for one in file.consents if str(one.id) == wanted and one.recipient in HOMES), None)
    remark = here.form.get("remark", "").strip()
    if consent is None or len(remark) > MOST_REMARK:
        raise ConsoleError(422)
    if consent.withdrawn_at is not None:
        raise ConsoleError(409, "consent_withdrawn")
    note(here.session, here.who.staff.id, f"shared_with_{consent.recipient}", f"consents:{consent.id}", here.now)
    here.session.commit()
    data = shared_paper(file, consent, remark, here.who.staff.name, organisation(request), here.now)
    return _download(typeset("shared", data, here.now), PDF, paper_words().shared.file, file.case)


@router.post("/cases/{case_id:int}/consents")
def write_consent(case_id: RecordId, here: Casework) -> Response:
    """Write down a consent that the person gave to the caseworker, spoken or on paper."""
    case = _find(here, case_id, "work")
    recipient, name = here.form.get("recipient", ""), here.form.get("name", "").strip()
    ticked = [item for item in load_sharing().items if here.form.get(f"item_{item}")]
    items = items_for(recipient, ticked) if recipient in HOMES else []
    if not items or len(name) > MOST_NAME:
        raise ConsoleError(422, "consent_incomplete")
    give_consent(here.session, case.conversation_id, recipient, items, here.now, name=name or None, staff=here.who.staff)
    here.session.commit()
    return RedirectResponse(f"{HOME}cases/{case_id}/papers?saved=consent_written", 303)


@router.post("/cases/{case_id:int}/consents/{consent_id:int}/withdraw")
def end_consent(case_id: RecordId, consent_id: RecordId, here: Casework) -> Response:
    """End a consent, on the person's word."""
    case = _find(here, case_id, "work")
    if not withdraw_consent(here.session, case.conversation_id, consent_id, here.now, staff=here.who.staff):
        raise ConsoleError(404)
    here.session.commit()
    return RedirectResponse(f"{HOME}cases/{case_id}/papers?saved=consent_withdrawn", 303)


@router.get("/papers/cases.xlsx")
def list_cases(here: Casework) -> Response:
    """The cases that this person may see, as a workbook."""
    body = case_list(here.session, here.who.staff)
    note(here.session, here.who.staff.id, "paper_case_list", "cases:list", here.now)
    here.session.commit()
    return attachment(body, XLSX, day_stem(paper_words().cases.file, here.now))


def organisation(request: Request) -> str:
    """Return who runs this service, as it is printed on papers."""
    return str(request.app.state.settings.organisation_name or neutral_organisation())


def _find(here: Visit, case_id: int, right: Right) -> Case:
    return _guarded(lambda: find_case(here.session, here.who.staff, case_id, right))


def _file(here: Visit, case_id: int, action: str, right: Right = "read") -> CaseFile:
    return _guarded(lambda: read_case_file(here.session, case_id, here.who.staff, here.now, action, right))


def _guarded(look: Callable[[], Found]) -> Found:
    try:
        return look()
    except NoSuchCase:
        raise ConsoleError(404) from None
    except ConsentWithdrawn:
        raise ConsoleError(409, "consent_withdrawn") from None
    except CaseClosedToYou:
        raise ConsoleError(403, "case_closed") from None


def _download(body: bytes, media_type: str, name: str, case: Case) -> Response:
    return attachment(body, media_type, f"{name}_{case.reference}")


def attachment(body: bytes, media_type: str, stem: str) -> Response:
    """Return a file to save; nothing of it is kept on our side."""
    suffix = {PDF: "pdf", XLSX: "xlsx"}.get(media_type, "json")
    return Response(body, media_type=media_type, headers={"Content-Disposition": f"attachment; filename={quote(stem)}.{suffix}"})


def day_stem(name: str, now: datetime) -> str:
    """Return a file name with the day it was made on."""
    return f"{name}_{now:%Y%m%d}"
