"""The overview and the lists: what there is, in which state, and what is due for checking."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response
from sqlalchemy.orm import Session

from connectors.console.access import ConsoleRoute
from connectors.console.admin.fields import Kind, options
from connectors.console.admin.guard import Admin
from connectors.console.admin.pages import admin_page
from knowledge.editing import KINDS, EditableRecord, RecordLine, due_for_checking, history, list_records
from knowledge.exchange import EXCHANGED

PER_PAGE = 50
_FEW = 10
_LONGEST_NOTE = 60
_LIVE = ("published", "changed")
_STATUSES = {"faq": "faq_status", "desk": "desk_status", "shop": "desk_status", "programme": "programme_status"}
_SHOWN = ("current", "unverified")

router = APIRouter(prefix="/console/admin", route_class=ConsoleRoute)


@dataclass(frozen=True)
class Line:
    """One record in a list, ready to print. `ended`: the status in words, when residents are not told of it."""

    id: str
    kind: Kind
    title: str
    note: str
    state: str
    has_draft: bool
    ended: str
    checked: date | None
    due: bool


@dataclass(frozen=True)
class KindCount:
    """How much there is of one kind."""

    kind: Kind
    published: int
    drafts: int


@dataclass(frozen=True)
class Change:
    """Somebody's change."""

    at: datetime
    state: str
    kind: Kind
    id: str
    title: str
    by: str


@router.get("/")
def show_overview(here: Admin) -> Response:
    """What can be edited, what is due for checking, what was changed last."""
    records = {kind: list_records(here.session, kind) for kind in KINDS}
    due = due_for_checking(here.session, here.now)
    counts = [KindCount(kind, sum(one.state in _LIVE for one in all_), len(_drafts(all_))) for kind, all_ in records.items()]
    drafts = [line for all_ in records.values() for line in _drafts(all_)]
    return admin_page(
        "overview.html",
        here,
        "overview",
        kinds=counts,
        drafts=_lines(drafts[:_FEW], due),
        due=_lines(due[:_FEW], due),
        due_count=len(due),
        latest=_latest(here.session, [line for all_ in records.values() for line in all_]),
    )


@router.get("/{kind}/")
def show_list(
    kind: Kind, here: Admin, q: str = "", state: str = "", page: Annotated[int, Query(ge=1, le=1000)] = 1, done: str = ""
) -> Response:
    """The records of one kind."""
    due = due_for_checking(here.session, here.now)
    found = _in_state(list_records(here.session, kind, q[:100], "withdrawn" if state == "withdrawn" else None), state, due)
    pages = max(1, -(-len(found) // PER_PAGE))
    at = min(page, pages)
    return admin_page(
        "list.html",
        here,
        kind,
        done=done,
        kind=kind,
        q=q[:100],
        state=state,
        count=len(found),
        pages=pages,
        page_number=at,
        per_page=PER_PAGE,
        records=_lines(found[(at - 1) * PER_PAGE : at * PER_PAGE], due),
        exchanged=kind in EXCHANGED,
    )


def _in_state(records: Sequence[RecordLine], state: str, due: Iterable[RecordLine]) -> list[RecordLine]:
    late = {(one.kind, one.id) for one in due}
    tests: dict[str, Callable[[RecordLine], bool]] = {
        "published": lambda one: one.state in _LIVE and one.status in _SHOWN,
        "draft": lambda one: one.state in ("draft", "changed"),
        "due": lambda one: (one.kind, one.id) in late,
        "ended": lambda one: one.status not in _SHOWN,
        "withdrawn": lambda one: one.state == "withdrawn",
    }
    fits = tests.get(state)
    return [one for one in records if fits is None or fits(one)]


def _drafts(records: Iterable[RecordLine]) -> list[RecordLine]:
    return [one for one in records if one.state in ("draft", "changed")]


def _lines(records: Iterable[RecordLine], due: Iterable[RecordLine]) -> list[Line]:
    late = {(one.kind, one.id) for one in due}
    return [line_of(one, due=(one.kind, one.id) in late) for one in records]


def line_of(one: RecordLine, *, due: bool) -> Line:
    """Return a record of a list, ready to print."""
    note = one.detail if len(one.detail) <= _LONGEST_NOTE else f"{one.detail[:_LONGEST_NOTE]}…"
    return Line(one.id, one.kind, one.title, note, *_state(one.state), _ended(one.kind, one.status), one.true_on, due)


def line_of_record(session: Session, record: EditableRecord, now: datetime) -> Line:
    """Return the same for a record that is looked at by itself."""
    late = next((one for one in due_for_checking(session, now) if (one.kind, one.id) == (record.kind, record.id)), None)
    true_on = late.true_on if late else record.checked_on
    ended = _ended(record.kind, record.content.get("status", "current"))
    return Line(record.id, record.kind, record.title, "", *_state(record.state), ended, true_on, late is not None)


def _state(state: str) -> tuple[str, bool]:
    """The state to print, and whether a draft waits beside what is live."""
    return ("published", True) if state == "changed" else (state, False)


def _ended(kind: Kind, status: str) -> str:
    return "" if status == "current" else options(_STATUSES[kind]).get(status, status)


def _latest(session: Session, records: Iterable[RecordLine]) -> list[Change]:
    edited = sorted((one for one in records if one.updated_at), key=lambda one: one.updated_at or datetime.min, reverse=True)
    latest = []
    for one in edited[:_FEW]:
        steps = [step for step in history(session, one.kind, one.id) if step.author != "file"]
        latest += [Change(step.at, step.action, one.kind, one.id, one.title, step.author) for step in steps[:1]]
    return latest
