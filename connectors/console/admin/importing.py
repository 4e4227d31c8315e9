"""Tables in and out: a file is shown as what it would change, taken over after a second look, and written as CSV.

Nothing of a file is kept between the two steps: the page that shows it carries it along, and it is read afresh.
"""

import base64
import binascii
import hashlib
from collections.abc import Iterable
from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse

from connectors.console.access import ConsoleRoute
from connectors.console.admin.differences import Shown, compare, show_differences
from connectors.console.admin.guard import Admin, AdminVisit
from connectors.console.admin.live import commit_and_go_live
from connectors.console.admin.pages import ADMIN, admin_page
from connectors.console.admin.wording import load_admin_wording
from knowledge.exchange import ExchangeKind, Preview, PreviewRow, apply_import, export_csv, preview_import
from knowledge.hsds import hsds_json

_LARGEST = 1_000_000
_MOST_SHOWN = 200

router = APIRouter(prefix="/console/admin", route_class=ConsoleRoute)


@router.get("/{kind}/export.csv")
def send_csv(kind: ExchangeKind, here: Admin) -> Response:
    """All that is published, as CSV."""
    day = here.now.strftime("%Y%m%d")
    headers = {"Content-Disposition": f'attachment; filename="madoguchi-{kind}-{day}.csv"'}
    return Response(export_csv(here.session, kind), media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/desk/hsds.json")
def send_hsds(here: Admin) -> Response:
    """The published directory as HSDS JSON, for other systems."""
    headers = {"Content-Disposition": f'attachment; filename="madoguchi-hsds-{here.now:%Y%m%d}.json"'}
    return Response(hsds_json(here.session, here.now), media_type="application/json", headers=headers)


@router.get("/{kind}/import")
def show_import(kind: ExchangeKind, here: Admin) -> Response:
    """The form to choose a file."""
    return _import_page(here, kind)


@router.post("/{kind}/import")
def show_preview(kind: ExchangeKind, here: Admin) -> Response:
    """Show what the file would change; nothing is written."""
    upload = here.form.file("file")
    if upload is None:
        return _import_page(here, kind, problem="no_file")
    data = upload.file.read(_LARGEST + 1)
    if len(data) > _LARGEST:
        return _import_page(here, kind, problem="too_big")
    return _preview_page(here, kind, upload.filename or "", data, replace=here.form.get("replace") == "on")


@router.post("/{kind}/import/confirm")
def do_import(kind: ExchangeKind, here: Admin) -> Response:
    """Write and publish what was shown; when the records changed meanwhile, show it again instead."""
    try:
        data = base64.b64decode(here.form.get("content"), validate=True)
    except binascii.Error:
        return _import_page(here, kind, problem="no_file")
    file_name, replace = here.form.get("file_name"), here.form.get("replace") == "on"
    preview = preview_import(here.session, kind, file_name, data, here.now, replace=replace)
    if not preview.applicable or here.form.get("shown") != _fingerprint(preview):
        return _preview_page(here, kind, file_name, data, replace=replace, problem="changed")
    result = apply_import(here.session, preview, here.login, here.now)
    if result.errors:
        here.session.rollback()
        return _preview_page(here, kind, file_name, data, replace=replace, problem="changed")
    commit_and_go_live(here.session)
    return RedirectResponse(f"{ADMIN}{kind}/?done=imported", 303)


def _import_page(here: AdminVisit, kind: ExchangeKind, problem: str = "") -> Response:
    shown = load_admin_wording().problems.get(problem, "")
    return admin_page("import.html", here, kind, 422 if problem else 200, kind=kind, preview=None, problem=shown)


def _preview_page(here: AdminVisit, kind: ExchangeKind, file_name: str, data: bytes, *, replace: bool, problem: str = "") -> Response:
    preview = preview_import(here.session, kind, file_name, data, here.now, replace=replace)
    words = load_admin_wording().preview
    groups = {"added": preview.added, "changed": preview.changed, "removed": preview.removed}
    sums = [(words[name], len(rows)) for name, rows in groups.items() if rows or name != "removed"]
    return admin_page(
        "import.html",
        here,
        kind,
        422 if preview.errors or problem else 200,
        kind=kind,
        preview=preview,
        problem=load_admin_wording().problems.get(problem, ""),
        sums=[*sums, (words["same"], preview.unchanged), (words["errors"], len(preview.errors))],
        groups=[(words[name], len(rows), _shown_rows(kind, rows)) for name, rows in groups.items()],
        file_name=file_name,
        replace=replace,
        shown=_fingerprint(preview),
        content=base64.b64encode(data).decode(),
    )


def _shown_rows(kind: ExchangeKind, rows: Iterable[PreviewRow]) -> list[dict[str, Any]]:
    return [
        {"row": one.row, "title": one.title, "detail": one.detail, "differences": _changes(kind, one)} for one in list(rows)[:_MOST_SHOWN]
    ]


def _changes(kind: ExchangeKind, row: PreviewRow) -> list[Shown]:
    return show_differences(kind, row.differences) if row.before is not None else compare(kind, {}, row.content)


def _fingerprint(preview: Preview) -> str:
    """A short sign of what a preview shows, to see whether it would still do the same."""
    told = [(row.id, row.differences, row.content) for row in (*preview.added, *preview.changed, *preview.removed)]
    return hashlib.sha256(repr(told).encode()).hexdigest()
