"""Staff who may log in: passwords (Argon2id), throttled logins, signed sessions that end by themselves, the audit trail."""

import hmac
import secrets
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import case, literal, null, or_, select, update
from sqlalchemy.orm import Session

from bot.encryption import keyed_hash
from bot.models import AuditEntry, Staff, UtcDateTime
from bot.organisations import ensure_organisation
from bot.settings import Settings

MAX_FAILURES = 5
LOCKED = timedelta(minutes=15)
IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
"""A session ends after this long even when it is used all the time."""
BETWEEN_FACTORS = timedelta(minutes=10)
"""How long a right password waits for the second factor."""
MAX_PASSWORD_LENGTH = 200
FIRST_LOGIN = "admin"

# Without 0/o, 1/i/l: what is read from paper arrives. 16 of 31 signs are 79 bits.
SIGNS = "23456789abcdefghjkmnpqrstuvwxyz"
_hasher = PasswordHasher()
# Each check takes 64 MiB; more than two at once would let anybody fill the memory through the login page.
_checking = threading.BoundedSemaphore(2)


@dataclass(frozen=True)
class FirstLogin:
    """The login that was made because there was none. The password is not kept anywhere in plain."""

    login: str
    password: str


@dataclass(frozen=True)
class LoggedIn:
    """A request of a logged-in person. `csrf` belongs into every form; `renewed` is the cookie to answer with."""

    staff: Staff
    csrf: str
    renewed: str


@dataclass(frozen=True)
class Waiting:
    """Somebody whose password was right and whose second factor is still to come. `csrf` belongs into the form."""

    staff: Staff
    csrf: str


def ensure_first_login(session: Session, settings: Settings, now: datetime) -> FirstLogin | None:
    """Make and commit a first login, admin and supervisor, when there is no staff yet, and return it once; None when somebody is there."""
    if session.scalar(select(Staff.id).limit(1)) is not None:
        return None
    password = settings.staff_password.get_secret_value() if settings.staff_password else make_password()
    office = ensure_organisation(session, settings.organisation_name, now)
    # Whoever sets the service up has to be able to try all of it: an admin alone sees no cases.
    staff = add_staff(session, FIRST_LOGIN, FIRST_LOGIN, ("admin", "supervisor"), password, now, organisation_id=office.id)
    note(session, staff.id, "first_login_made", f"staff:{staff.id}", now)
    session.commit()
    return FirstLogin(FIRST_LOGIN, password)


def add_staff(
    session: Session, login: str, name: str, roles: Sequence[str], password: str, now: datetime, *, organisation_id: int | None = None
) -> Staff:
    """Add a person who may log in, with one or more of `bot.access.ROLES`; without an organisation they see no cases. The caller commits."""
    staff = Staff(
        login=login,
        name=name,
        roles=list(roles),
        organisation_id=organisation_id,
        password_hash=_hasher.hash(password),
        created_at=now,
        joined_at=now,
    )
    session.add(staff)
    session.flush()
    return staff


def set_password(staff: Staff, password: str) -> None:
    """Take a new password and end all sessions. The caller has checked it (bot.people.password_fault) and commits."""
    staff.password_hash = _hasher.hash(password)
    staff.failed_logins, staff.locked_until = 0, None
    staff.session_version = Staff.session_version + 1


def make_password() -> str:
    """Return a random password in four groups of four signs that can be told apart on paper."""
    return "-".join("".join(secrets.choice(SIGNS) for _ in range(4)) for _ in range(4))


def check_password(session: Session, login: str, password: str, now: datetime) -> Staff | None:
    """Return whose login and password these are, or None: unknown, wrong, locked (five failures: 15 minutes), deactivated. Commits.

    The caller cannot tell these apart, neither by the answer nor by the time it takes.
    """
    staff = session.scalar(select(Staff).where(Staff.login == login.strip()))
    # The attempt is counted before the password is looked at: guesses sent at the same moment do not slip through together.
    allowed = staff is not None and staff.deactivated_at is None and _take_attempt(session, staff, now)
    matches = _matches(staff.password_hash if staff is not None and allowed else _hash_of_nobody(), password)
    if staff is None or not allowed or not matches:
        # What was typed is not kept: people type their password into the wrong field.
        note(session, staff.id if staff else None, "log_in_failed", f"staff:{staff.id}" if staff else "staff:unknown", now)
        session.commit()
        return None
    staff.failed_logins, staff.locked_until = 0, None
    if _hasher.check_needs_rehash(staff.password_hash):
        staff.password_hash = _hasher.hash(password)
    note(session, staff.id, "password_right", f"staff:{staff.id}", now)
    session.commit()
    return staff


def log_out(session: Session, staff: Staff, now: datetime) -> None:
    """End all sessions of this person, on every device: a copied cookie is worth nothing afterwards. Commits."""
    staff.session_version = Staff.session_version + 1
    note(session, staff.id, "log_out", f"staff:{staff.id}", now)
    session.commit()


def await_second_factor(staff: Staff, now: datetime) -> str:
    """Return the signed cookie value of somebody whose password was right. It opens nothing but the pages for the second factor."""
    return _signer("between factors").dumps([staff.id, staff.session_version, secrets.token_urlsafe(16), int(now.timestamp())])


def read_waiting(session: Session, cookie: str | None, now: datetime) -> Waiting | None:
    """Return who waits for the second factor; None when the cookie is forged, older than ten minutes, or void."""
    try:
        staff_id, version, nonce, began = _signer("between factors").loads(cookie or "")
    except (BadSignature, ValueError, TypeError):
        return None
    staff = session.get(Staff, staff_id)
    if staff is None or not _may_go_on(staff, version) or int(now.timestamp()) - began > BETWEEN_FACTORS.total_seconds():
        return None
    return Waiting(staff, form_token(nonce))


def begin_session(staff: Staff, now: datetime) -> str:
    """Return the signed cookie value of a new session. Only for somebody whose second factor was right."""
    moment = int(now.timestamp())
    return _signer().dumps([staff.id, staff.session_version, secrets.token_urlsafe(16), moment, moment])


def read_session(session: Session, cookie: str | None, now: datetime) -> LoggedIn | None:
    """Return who sends this cookie; None when it is forged, idle for 30 minutes, older than 12 hours, or ended."""
    try:
        staff_id, version, nonce, began, seen = _signer().loads(cookie or "")
    except (BadSignature, ValueError, TypeError):
        return None
    moment = int(now.timestamp())
    if moment - seen > IDLE.total_seconds() or moment - began > LONGEST.total_seconds():
        return None
    staff = session.get(Staff, staff_id)
    if staff is None or not _may_go_on(staff, version):
        return None
    return LoggedIn(staff, form_token(nonce), _signer().dumps([staff_id, version, nonce, began, moment]))


def form_token(nonce: str) -> str:
    """Return the token that a form must carry for the session (or login page) with this nonce."""
    return keyed_hash(f"console form {nonce}")


def token_fits(expected: str, sent: str) -> bool:
    """Return whether a form carried the right token, in constant time."""
    return hmac.compare_digest(expected.encode(), sent.encode())


def note(session: Session, staff_id: int | None, action: str, subject: str, now: datetime) -> None:
    """Add to the audit trail who did what to which record ("cases:12"), never what it says. The caller commits."""
    session.add(AuditEntry(staff_id=staff_id, action=action, subject=subject, created_at=now))


def _take_attempt(session: Session, staff: Staff, now: datetime) -> bool:
    """Count one attempt in one statement; False when the login is locked. The last allowed attempt locks until it succeeds."""
    fresh = Staff.locked_until.is_not(None)  # a lock that ran out: counting begins again
    lock = literal(now + LOCKED, UtcDateTime())
    taken = session.execute(
        update(Staff)
        .where(Staff.id == staff.id, or_(Staff.locked_until.is_(None), Staff.locked_until <= now))
        .values(
            failed_logins=case((fresh, 1), else_=Staff.failed_logins + 1),
            locked_until=case((fresh, null()), (Staff.failed_logins + 1 >= MAX_FAILURES, lock), else_=null()),
        )
        .returning(Staff.id)
        .execution_options(synchronize_session=False)
    ).first()
    session.commit()
    session.refresh(staff)
    return taken is not None


def _matches(password_hash: str, password: str) -> bool:
    with _checking:
        try:
            return _hasher.verify(password_hash, password[:MAX_PASSWORD_LENGTH])
        except (VerificationError, InvalidHashError):
            return False


@cache
def _hash_of_nobody() -> str:
    return _hasher.hash(secrets.token_urlsafe(32))


def _may_go_on(staff: Staff, version: int) -> bool:
    return staff.session_version == version and staff.deactivated_at is None


def _signer(purpose: str = "console session") -> URLSafeSerializer:
    return URLSafeSerializer(keyed_hash(purpose), salt=purpose)
