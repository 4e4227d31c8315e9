"""One record: as residents see it, its form, and its way from draft to published and back."""

from typing import Annotated, Any

from fastapi import APIRouter, Response
from fastapi import Path as UrlPath
from fastapi.responses import RedirectResponse

from connectors.console.access import ConsoleError, ConsoleRoute
from connectors.console.admin.differences import compare, show_differences
from connectors.console.admin.edit_form import EditForm, errors_by_field, press_row_button
from connectors.console.admin.fields import Kind, label_of, load_forms
from connectors.console.admin.forms import read_values, record_of, values_of
from connectors.console.admin.guard import Admin, AdminVisit
from connectors.console.admin.listing import line_of_record
from connectors.console.admin.live import commit_and_go_live
from connectors.console.admin.pages import ADMIN, admin_page
from connectors.console.admin.preview import preview
from connectors.console.admin.wording import load_admin_wording
from connectors.console.wording import TOKYO, print_day
from knowledge import editing
from knowledge.editing import EditableRecord, RecordNotFound

RecordId = Annotated[str, UrlPath(pattern=r"^[A-Za-z0-9_@.-]{1,120}$")]

router = APIRouter(prefix="/console/admin", route_class=ConsoleRoute)


@router.get("/{kind}/new")
def show_new(kind: Kind, here: Admin) -> Response:
    """An empty form."""
    return _form_page(here, EditForm(kind, _title(kind, None), values_of(load_forms().fields(kind), {})))


@router.post("/{kind}/new")
def save_new(kind: Kind, here: Admin) -> Response:
    """Save a new record as a draft."""
    return _save(kind, None, here)


@router.get("/{kind}/{record_id}")
def show_record(kind: Kind, record_id: RecordId, here: Admin, done: str = "") -> Response:
    """The record as residents see it, and the draft beside it."""
    return _record_page(here, _find(here, kind, record_id), done)


@router.get("/{kind}/{record_id}/edit")
def show_edit(kind: Kind, record_id: RecordId, here: Admin) -> Response:
    """The form with the draft, or else with what is live."""
    record = _find(here, kind, record_id)
    values = values_of(load_forms().fields(kind), record.content)
    return _form_page(here, EditForm(kind, _title(kind, record), values, record.number, record.id), record)


@router.post("/{kind}/{record_id}/edit")
def save_edit(kind: Kind, record_id: RecordId, here: Admin) -> Response:
    """Save a draft; with faults, show the form again as it was typed."""
    return _save(kind, _find(here, kind, record_id), here)


@router.post("/{kind}/{record_id}/publish")
def do_publish(kind: Kind, record_id: RecordId, here: Admin) -> Response:
    """Make the draft what residents see."""
    record = _find(here, kind, record_id)
    result = editing.publish(here.session, kind, record_id, here.login, here.now)
    if not result.published:
        here.session.rollback()
        problems = [(label_of(kind, path) if path else "", error) for path, error in result.errors.items()]
        return _record_page(here, record, problems=problems)
    commit_and_go_live(here.session)
    return _go(kind, record_id, "published")


@router.post("/{kind}/{record_id}/discard")
def do_discard(kind: Kind, record_id: RecordId, here: Admin) -> Response:
    """Throw the draft away."""
    record = _find(here, kind, record_id)
    editing.discard_draft(here.session, kind, record_id, here.login, here.now)
    here.session.commit()
    if record.published_content is None:
        return RedirectResponse(f"{ADMIN}{kind}/?done=discarded", 303)
    return _go(kind, record_id, "discarded")


@router.get("/{kind}/{record_id}/withdraw")
def ask_withdraw(kind: Kind, record_id: RecordId, here: Admin) -> Response:
    """Ask before a record is taken away from residents."""
    record = _find(here, kind, record_id)
    return admin_page("withdraw.html", here, kind, record=record, address=_address(record))


@router.post("/{kind}/{record_id}/withdraw")
def do_withdraw(kind: Kind, record_id: RecordId, here: Admin) -> Response:
    """Take a record away from residents."""
    _find(here, kind, record_id)
    editing.withdraw(here.session, kind, record_id, here.login, here.now)
    commit_and_go_live(here.session)
    return _go(kind, record_id, "withdrawn")


@router.post("/{kind}/{record_id}/checked")
def do_check(kind: Kind, record_id: RecordId, here: Admin) -> Response:
    """Note that the record is true today."""
    _find(here, kind, record_id)
    editing.mark_checked(here.session, kind, record_id, here.now.astimezone(TOKYO).date(), here.login, here.now)
    commit_and_go_live(here.session)
    return _go(kind, record_id, "checked")


@router.get("/{kind}/{record_id}/history")
def show_history(kind: Kind, record_id: RecordId, here: Admin) -> Response:
    """Who changed what when."""
    record = _find(here, kind, record_id)
    return admin_page(
        "history.html",
        here,
        kind,
        record=record,
        address=_address(record),
        versions=[_version(kind, step, latest=at == 0) for at, step in enumerate(record.history)],
    )


@router.post("/{kind}/{record_id}/restore")
def do_restore(kind: Kind, record_id: RecordId, here: Admin) -> Response:
    """Make an old version the draft."""
    record, number = _find(here, kind, record_id), here.form.get("number")
    if not number.isascii() or not number.isdigit() or int(number) not in {step.number for step in record.history}:
        raise ConsoleError(404, "record_missing")
    result = editing.restore(here.session, kind, record_id, int(number), here.login, here.now)
    if not result.saved:
        here.session.rollback()
        return _record_page(here, record, problems=[(label_of(kind, path) if path else "", error) for path, error in result.errors.items()])
    here.session.commit()
    return _go(kind, record_id, "restored")


def _save(kind: Kind, record: EditableRecord | None, here: AdminVisit) -> Response:
    fields = load_forms().fields(kind)
    values = read_values(fields, here.form)
    new_id = here.form.get("id").strip() if record is None else record.id
    number = here.form.get("number")
    based_on = int(number) if number.isascii() and number.isdigit() else None
    form = EditForm(kind, _title(kind, record), values, based_on or 0, new_id)
    if press_row_button(fields, values, here.form.get("do")):
        return _form_page(here, form, record)
    content, unread = record_of(fields, values, record.content if record else {})
    if record is None and new_id:
        content["id"] = new_id
    if unread:
        words = load_admin_wording().problems
        errors = {**editing.validate(here.session, kind, content), **{path: words[fault] for path, fault in unread.items()}}
        return _refuse(here, form, record, errors)
    result = editing.save_draft(
        here.session, kind, record.id if record else None, content, here.login, here.now, based_on=based_on if record else None
    )
    if not result.saved or result.id is None:
        here.session.rollback()
        return _refuse(here, form, record, result.errors)
    here.session.commit()
    return _go(kind, result.id, "saved")


def _refuse(here: AdminVisit, form: EditForm, record: EditableRecord | None, errors: dict[str, str]) -> Response:
    placed = errors_by_field(form.kind, errors, new=record is None)
    return _form_page(here, EditForm(form.kind, form.title, form.values, form.number, form.record_id, placed), record, status=422)


def _form_page(here: AdminVisit, form: EditForm, record: EditableRecord | None = None, status: int = 200) -> Response:
    back = _address(record) if record else f"{ADMIN}{form.kind}/"
    action = f"{back}/edit" if record else f"{back}new"
    return admin_page("edit.html", here, form.kind, status, form=form, new=record is None, back=back, action=action)


def _record_page(here: AdminVisit, record: EditableRecord, done: str = "", problems: list[tuple[str, str]] | None = None) -> Response:
    draft, live = record.state in ("draft", "changed"), record.published_content
    show = {"published_card": live, "draft_card": record.content if draft else None}
    cards: dict[str, Any] = {name: preview(record.kind, content, here.session, here.now) for name, content in show.items() if content}
    changes = compare(record.kind, live, record.content) if draft and live else []
    return admin_page(
        "record.html",
        here,
        record.kind,
        422 if problems else 200,
        done,
        kind=record.kind,
        record=line_of_record(here.session, record, here.now),
        address=_address(record),
        draft=draft,
        published=live is not None,
        changes=changes,
        problems=problems or [],
        **cards,
    )


def _version(kind: Kind, step: editing.Version, *, latest: bool) -> dict[str, Any]:
    return {
        "number": step.number,
        "state": step.action,
        "at": step.at,
        "when": f"{print_day(step.at.astimezone(TOKYO).date())} {step.at.astimezone(TOKYO):%H:%M}",
        "by": load_admin_wording().from_file if step.author == "file" else step.author,
        "differences": show_differences(kind, step.differences),
        "restorable": not latest and step.action in ("draft", "published", "restored"),
    }


def _find(here: AdminVisit, kind: Kind, record_id: str) -> EditableRecord:
    try:
        return editing.get_record(here.session, kind, record_id)
    except RecordNotFound:
        raise ConsoleError(404, "record_missing") from None


def _title(kind: Kind, record: EditableRecord | None) -> str:
    words = load_admin_wording()
    return words.titles.edit.format(title=record.title) if record else words.titles.new.format(kind=words.kinds[kind])


def _address(record: EditableRecord) -> str:
    return f"{ADMIN}{record.kind}/{record.id}"


def _go(kind: Kind, record_id: str, done: str) -> Response:
    return RedirectResponse(f"{ADMIN}{kind}/{record_id}?done={done}", 303)
