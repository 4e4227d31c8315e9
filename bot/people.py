"""The people who work in the console: invited by a one-time link, changed, deactivated. What may not happen is refused here."""

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from bot import second_factor
from bot.access import ROLES
from bot.encryption import keyed_hash
from bot.models import AuditEntry, Invitation, Organisation, SecondFactor, Staff
from bot.staff import add_staff, make_password, note, set_password

INVITATION_LASTS = timedelta(days=7)
RESET_LASTS = timedelta(hours=24)
SHORTEST_PASSWORD = 12
State = Literal["active", "invited", "deactivated"]
Faults = dict[str, str]
"""Field -> id of the sentence that says what to do (connectors/console/people.yml)."""
_LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{1,58}[a-z0-9]")
_EMAIL = re.compile(r"[^@\s,;<>\"]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_WITH_CASES = ("caseworker", "supervisor")


@dataclass(frozen=True)
class Person:
    """One line of the list. `link_until`: an unused link is out until then."""

    staff: Staff
    organisation: str | None
    state: State
    second_factor: bool
    last_login_at: datetime | None
    link_until: datetime | None


@dataclass(frozen=True)
class PersonFields:
    """What an admin fills in about a person."""

    login: str
    name: str
    email: str
    roles: tuple[str, ...]
    organisation_id: int | None


@dataclass(frozen=True)
class Link:
    """A one-time link just made. `code` is shown once and kept nowhere in plain."""

    code: str
    until: datetime


class RefusedError(Exception):
    """A change that may not happen; `faults` says at which field and why."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        """Keep the faults."""
        super().__init__(",".join(faults))
        self.faults = dict(faults)


def list_people(session: Session, now: datetime) -> list[Person]:
    """Return everybody but samples: those who work first, then the invited, then the deactivated; by name."""
    order = ("active", "invited", "deactivated")
    found = [_person(session, staff, now) for staff in session.scalars(select(Staff).where(Staff.sample.is_(False)).order_by(Staff.name, Staff.id))]
    return sorted(found, key=lambda person: order.index(person.state))


def find_person(session: Session, staff_id: int, now: datetime) -> Person | None:
    """Return one person, or None; samples are nobody."""
    staff = session.get(Staff, staff_id)
    return None if staff is None or staff.sample else _person(session, staff, now)


def invite(session: Session, fields: PersonFields, by: Staff, now: datetime) -> tuple[Staff, Link]:
    """Add a person who has no password yet, and return their link. Commits. Raises RefusedError."""
    faults = _faults(session, fields)
    if not _LOGIN.fullmatch(fields.login):
        faults["login"] = "login_signs"
    elif session.scalar(select(Staff.id).where(Staff.login == fields.login)) is not None:
        faults["login"] = "login_taken"
    if faults:
        raise RefusedError(faults)
    # Nobody knows this password: the link sets one.
    staff = add_staff(session, fields.login, fields.name, fields.roles, make_password(), now, organisation_id=fields.organisation_id)
    staff.joined_at, staff.email = None, fields.email or None
    note(session, by.id, "person_invited", f"staff:{staff.id}", now)
    return staff, _make_link(session, staff, by, now, INVITATION_LASTS, resets_second_factor=False)


def change_person(session: Session, staff: Staff, fields: PersonFields, by: Staff, now: datetime) -> None:
    """Save name, address, roles and organisation. The login stays. Commits. Raises RefusedError."""
    faults = _faults(session, fields)
    if "admin" in staff.roles and "admin" not in fields.roles and _is_last_admin(session, staff):
        faults["roles"] = "last_admin"
    if faults:
        raise RefusedError(faults)
    before = (list(staff.roles), staff.organisation_id)
    staff.name, staff.email = fields.name, fields.email or None
    staff.roles, staff.organisation_id = list(fields.roles), fields.organisation_id
    changed_rights = before != (list(staff.roles), staff.organisation_id)
    note(session, by.id, "person_rights_changed" if changed_rights else "person_changed", f"staff:{staff.id}", now)
    session.commit()


def make_reset_link(session: Session, staff: Staff, by: Staff, now: datetime, *, resets_second_factor: bool) -> Link:
    """Return a new link for somebody who cannot log in; earlier ones are void. Until it is used, everything stays as it is. Commits."""
    note(session, by.id, "reset_second_factor_link_made" if resets_second_factor else "reset_link_made", f"staff:{staff.id}", now)
    lasts = RESET_LASTS if staff.joined_at else INVITATION_LASTS
    return _make_link(session, staff, by, now, lasts, resets_second_factor=resets_second_factor)


def deactivate(session: Session, staff: Staff, by: Staff, now: datetime) -> None:
    """End this person's access at once; what they did keeps their name. Commits. Raises RefusedError for oneself and the last admin."""
    if staff.id == by.id:
        raise RefusedError({"": "not_oneself"})
    if _is_last_admin(session, staff):
        raise RefusedError({"": "last_admin"})
    staff.deactivated_at = now
    staff.session_version = Staff.session_version + 1
    _void_links(session, staff)
    note(session, by.id, "person_deactivated", f"staff:{staff.id}", now)
    session.commit()


def reactivate(session: Session, staff: Staff, by: Staff, now: datetime) -> Link:
    """Let somebody work here again; they set a new password by the link returned. Commits."""
    staff.deactivated_at = None
    set_password(staff, make_password())
    note(session, by.id, "person_reactivated", f"staff:{staff.id}", now)
    return _make_link(session, staff, by, now, RESET_LASTS, resets_second_factor=True)


def read_link(session: Session, code: str, now: datetime) -> Staff | None:
    """Return whose link this is; None when it is unknown, used, or too old."""
    found = session.scalar(select(Invitation).where(Invitation.code_hash == _hash(code), *_usable(now)))
    staff = session.get(Staff, found.staff_id) if found else None
    return staff if staff is not None and staff.deactivated_at is None else None


def use_link(session: Session, code: str, password: str, now: datetime) -> Staff | None:
    """Set the password by a link, which is used up by it; None when it is not valid any more. Commits. Raises RefusedError for the password."""
    staff = read_link(session, code, now)
    if staff is None:
        return None
    if fault := password_fault(password, staff):
        raise RefusedError({"password": fault})
    # In one statement: the same link opened twice at one moment sets one password.
    used = session.execute(
        update(Invitation)
        .where(Invitation.code_hash == _hash(code), *_usable(now))
        .values(used_at=now)
        .returning(Invitation.resets_second_factor)
        .execution_options(synchronize_session=False)
    ).first()
    if used is None:
        return None
    if used.resets_second_factor:
        second_factor.take_away(session, staff.id)
    set_password(staff, password)
    staff.joined_at = staff.joined_at or now
    note(session, staff.id, "password_set_by_link", f"staff:{staff.id}", now)
    session.commit()
    session.refresh(staff)
    return staff


def change_password(session: Session, staff: Staff, password: str, now: datetime) -> None:
    """Set one's own new password and end all sessions. The caller has checked the old one. Commits. Raises RefusedError."""
    if fault := password_fault(password, staff):
        raise RefusedError({"password": fault})
    set_password(staff, password)
    note(session, staff.id, "password_changed", f"staff:{staff.id}", now)
    session.commit()
    session.refresh(staff)


def password_fault(password: str, staff: Staff) -> str:
    """Return the id of what is wrong with a new password, or "": too short, or made of the login or of one sign."""
    if len(password) < SHORTEST_PASSWORD:
        return "password_short"
    if staff.login.lower() in password.lower() or len(set(password)) < 5:
        return "password_easy"
    return ""


def _person(session: Session, staff: Staff, now: datetime) -> Person:
    factor = session.get(SecondFactor, staff.id)
    return Person(
        staff=staff,
        organisation=session.scalar(select(Organisation.name).where(Organisation.id == staff.organisation_id)),
        state="deactivated" if staff.deactivated_at else "active" if staff.joined_at else "invited",
        second_factor=factor is not None and factor.confirmed_at is not None,
        last_login_at=session.scalar(
            select(func.max(AuditEntry.created_at)).where(AuditEntry.staff_id == staff.id, AuditEntry.action == "log_in")
        ),
        link_until=session.scalar(select(func.max(Invitation.expires_at)).where(Invitation.staff_id == staff.id, *_usable(now))),
    )


def _faults(session: Session, fields: PersonFields) -> Faults:
    faults: Faults = {}
    if not fields.name:
        faults["name"] = "name_missing"
    if fields.email and not _EMAIL.fullmatch(fields.email):
        faults["email"] = "email_form"
    if not fields.roles or not set(fields.roles) <= set(ROLES):
        faults["roles"] = "roles_missing"
    if fields.organisation_id is not None and session.get(Organisation, fields.organisation_id) is None or fields.organisation_id is None and _any_of(fields.roles, _WITH_CASES):
        faults["organisation"] = "organisation_missing"
    return faults


def _any_of(roles: Sequence[str], wanted: Sequence[str]) -> bool:
    return bool(set(roles) & set(wanted))


def _is_last_admin(session: Session, staff: Staff) -> bool:
    others = session.scalars(select(Staff).where(Staff.id != staff.id, Staff.deactivated_at.is_(None), Staff.joined_at.is_not(None)))
    return "admin" in staff.roles and not any("admin" in other.roles for other in others)


def _make_link(session: Session, staff: Staff, by: Staff, now: datetime, lasts: timedelta, *, resets_second_factor: bool) -> Link:
    _void_links(session, staff)
    link = Link(secrets.token_urlsafe(32), now + lasts)
    session.add(
        Invitation(
            staff_id=staff.id,
            code_hash=_hash(link.code),
            resets_second_factor=resets_second_factor,
            made_by_id=by.id,
            created_at=now,
            expires_at=link.until,
        )
    )
    session.commit()
    session.refresh(staff)
    return link


def _void_links(session: Session, staff: Staff) -> None:
    for invitation in session.scalars(select(Invitation).where(Invitation.staff_id == staff.id, Invitation.used_at.is_(None))):
        session.delete(invitation)
    session.flush()


def _usable(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (Invitation.used_at.is_(None), Invitation.expires_at > now)


def _hash(code: str) -> str:
    return keyed_hash(f"invitation {code.strip()}")
