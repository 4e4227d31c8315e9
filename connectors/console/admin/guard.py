"""Who may use the admin pages: a logged-in admin, with the form token for whatever changes something."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.orm import Session
from starlette.datastructures import FormData, UploadFile

from bot.staff import LoggedIn, note, read_session, token_fits
from connectors.console.access import COOKIE, ConsoleError, NotLoggedInError

MAX_BYTES = 3_000_000
"""A file of a megabyte, also when it comes back from the page that showed what it would change."""
MAX_FIELDS = 4000
_LONGEST_ACTION, _LONGEST_SUBJECT = 40, 60  # as bot.models.AuditEntry keeps them


@dataclass(frozen=True)
class SentForm:
    """A form as it was sent; files apart from texts."""

    data: FormData

    def get(self, name: str, default: str = "") -> str:
        """Return the text of this name."""
        value = self.data.get(name)
        return value if isinstance(value, str) else default

    def getlist(self, name: str) -> list[str]:
        """Return all texts of this name."""
        return [value for value in self.data.getlist(name) if isinstance(value, str)]

    def names(self) -> list[str]:
        """Return all names that were sent."""
        return list(self.data.keys())

    def file(self, name: str) -> UploadFile | None:
        """Return the file of this name; None when none was chosen."""
        value = self.data.get(name)
        return value if isinstance(value, UploadFile) and value.filename else None


@dataclass(frozen=True)
class AdminVisit:
    """One request of an admin: who, the form that came with it, the database, the time."""

    who: LoggedIn
    form: SentForm
    session: Session
    now: datetime

    @property
    def login(self) -> str:
        """By whom a change is made, as the history keeps it."""
        return self.who.staff.login


@dataclass(frozen=True)
class _Entered:
    who: LoggedIn
    session: Session
    now: datetime


def _enter(request: Request) -> Iterator[_Entered]:
    """Let an admin in, before anything of the form is read."""
    now: datetime = request.app.state.clock()
    with request.app.state.sessions() as session:
        who = read_session(session, request.cookies.get(COOKIE), now)
        if who is None:
            raise NotLoggedInError
        if "admin" not in who.staff.roles:
            raise ConsoleError(403, "admin_only")
        request.state.renewed_cookie = who.renewed
        yield _Entered(who, session, now)


async def _read_form(request: Request, _entered: Annotated[_Entered, Depends(_enter)]) -> SentForm:
    if request.method != "POST":
        return SentForm(FormData())
    length = request.headers.get("content-length", "")
    if not length.isdigit() or int(length) > MAX_BYTES:
        raise ConsoleError(413)
    return SentForm(await request.form(max_files=1, max_fields=MAX_FIELDS))


def _visit(entered: Annotated[_Entered, Depends(_enter)], form: Annotated[SentForm, Depends(_read_form)], request: Request) -> AdminVisit:
    if request.method != "GET" and not token_fits(entered.who.csrf, form.get("csrf")):
        raise ConsoleError(403)
    if request.method != "GET":
        _note(entered, request.url.path)
    return AdminVisit(entered.who, form, entered.session, entered.now)


def _note(entered: _Entered, path: str) -> None:
    """Write what is attempted to the audit trail, at once and for every change: admin_publish, faq:kouei_moushikomi."""
    *record, action = path.removeprefix("/console/admin/").split("/")
    note(entered.session, entered.who.staff.id, f"admin_{action}"[:_LONGEST_ACTION], ":".join(record)[:_LONGEST_SUBJECT], entered.now)
    entered.session.commit()


Admin = Annotated[AdminVisit, Depends(_visit)]
