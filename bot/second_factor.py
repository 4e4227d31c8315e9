"""The second factor: time-based codes (TOTP, RFC 6238) from an app, single-use recovery codes for the day the phone is gone.

A code is taken once: its time step must be later than the last one taken (RFC 6238, 5.2). Wrong codes lock as wrong passwords do.
"""

import re
import secrets
import unicodedata
from datetime import datetime

import pyotp
from sqlalchemy import case, delete, literal, null, or_, select, update
from sqlalchemy.orm import Session

from bot.encryption import keyed_hash
from bot.models import RecoveryCode, SecondFactor, Staff, UtcDateTime
from bot.staff import LOCKED, MAX_FAILURES, SIGNS, note

STEP_SECONDS = 30
RECOVERY_CODES = 8
_ISSUER = "Madoguchi"
# One step to either side: a phone's clock and a slow typist (RFC 6238, 5.2 recommends at most one).
_STEPS_AROUND = (0, -1, 1)
_CODE = re.compile(r"\d{6}")


def is_set_up(session: Session, staff: Staff) -> bool:
    """Return whether this person has a second factor that was tried once."""
    found = session.get(SecondFactor, staff.id)
    return found is not None and found.confirmed_at is not None


def begin_set_up(session: Session, staff: Staff) -> str:
    """Return the secret that the person's app is to take, the same until it is confirmed. Commits.

    Raises ValueError when a second factor is in use: it must be taken away first.
    """
    found = session.get(SecondFactor, staff.id)
    if found is None:
        found = SecondFactor(staff_id=staff.id, secret=pyotp.random_base32())
        session.add(found)
        session.commit()
    if found.confirmed_at is not None:
        raise ValueError("a second factor is in use")
    return str(found.secret)


def app_address(secret: str, login: str) -> str:
    """Return the otpauth:// address that an authenticator app reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=_ISSUER)


def confirm_set_up(session: Session, staff: Staff, code: str, now: datetime) -> list[str] | None:
    """Take the second factor into use when `code` fits, and return new recovery codes to show once; None when it does not. Commits."""
    begin_set_up(session, staff)
    if not check_code(session, staff, code, now):
        return None
    session.get_one(SecondFactor, staff.id).confirmed_at = now
    note(session, staff.id, "second_factor_set_up", f"staff:{staff.id}", now)
    return make_recovery_codes(session, staff, now)


def check_code(session: Session, staff: Staff, code: str, now: datetime) -> bool:
    """Return whether `code` is one that the app shows about now and that was not taken before. Commits.

    The attempt is counted before the code is looked at; five failures lock for 15 minutes.
    """
    if not _take_attempt(session, staff, now):
        return _refuse(session, staff, now)
    found = session.get_one(SecondFactor, staff.id)
    step = _step_of(str(found.secret), _plain(code), now)
    taken = step is not None and session.execute(
        # In one statement, so that the same code sent twice at one moment is taken once.
        update(SecondFactor)
        .where(SecondFactor.staff_id == staff.id, or_(SecondFactor.last_step.is_(None), SecondFactor.last_step < step))
        .values(last_step=step, failed=0, locked_until=None)
        .returning(SecondFactor.staff_id)
        .execution_options(synchronize_session=False)
    ).first()
    if not taken:
        return _refuse(session, staff, now)
    session.commit()
    session.refresh(found)
    return True


def check_recovery_code(session: Session, staff: Staff, code: str, now: datetime) -> bool:
    """Return whether `code` is an unused recovery code of this person, and use it up. Commits. Counted and locked like other codes."""
    if not _take_attempt(session, staff, now):
        return _refuse(session, staff, now)
    taken = session.execute(
        update(RecoveryCode)
        .where(RecoveryCode.staff_id == staff.id, RecoveryCode.code_hash == _hash(staff, code), RecoveryCode.used_at.is_(None))
        .values(used_at=now)
        .returning(RecoveryCode.id)
        .execution_options(synchronize_session=False)
    ).first()
    if not taken:
        return _refuse(session, staff, now)
    factor = session.get_one(SecondFactor, staff.id)
    factor.failed, factor.locked_until = 0, None
    note(session, staff.id, "recovery_code_used", f"staff:{staff.id}", now)
    session.commit()
    return True


def make_recovery_codes(session: Session, staff: Staff, now: datetime) -> list[str]:
    """Return new recovery codes to show once; earlier ones are void. Commits."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.staff_id == staff.id))
    codes = ["-".join("".join(secrets.choice(SIGNS) for _ in range(5)) for _ in range(2)) for _ in range(RECOVERY_CODES)]
    session.add_all(RecoveryCode(staff_id=staff.id, code_hash=_hash(staff, code)) for code in codes)
    note(session, staff.id, "recovery_codes_made", f"staff:{staff.id}", now)
    session.commit()
    return codes


def recovery_codes_left(session: Session, staff: Staff) -> int:
    """Return how many recovery codes are unused."""
    left = select(RecoveryCode.id).where(RecoveryCode.staff_id == staff.id, RecoveryCode.used_at.is_(None))
    return len(session.scalars(left).all())


def take_away(session: Session, staff_id: int) -> None:
    """Remove the second factor and its recovery codes: the person sets up a new one at the next login. The caller commits."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.staff_id == staff_id))
    session.execute(delete(SecondFactor).where(SecondFactor.staff_id == staff_id))


def _step_of(secret: str, code: str, now: datetime) -> int | None:
    """Return the time step whose code this is; None when there is none about now."""
    if not _CODE.fullmatch(code):
        return None
    app = pyotp.TOTP(secret, interval=STEP_SECONDS)
    steps = [int(now.timestamp()) // STEP_SECONDS + around for around in _STEPS_AROUND]
    return next((step for step in steps if secrets.compare_digest(app.generate_otp(step), code)), None)


def _take_attempt(session: Session, staff: Staff, now: datetime) -> bool:
    """Count one attempt in one statement; False when codes are locked or there is no second factor."""
    fresh = SecondFactor.locked_until.is_not(None)  # a lock that ran out: counting begins again
    lock = literal(now + LOCKED, UtcDateTime())
    taken = session.execute(
        update(SecondFactor)
        .where(SecondFactor.staff_id == staff.id, or_(SecondFactor.locked_until.is_(None), SecondFactor.locked_until <= now))
        .values(
            failed=case((fresh, 1), else_=SecondFactor.failed + 1),
            locked_until=case((fresh, null()), (SecondFactor.failed + 1 >= MAX_FAILURES, lock), else_=null()),
        )
        .returning(SecondFactor.staff_id)
        .execution_options(synchronize_session=False)
    ).first()
    session.commit()
    session.expire_all()
    return taken is not None


def _refuse(session: Session, staff: Staff, now: datetime) -> bool:
    note(session, staff.id, "code_refused", f"staff:{staff.id}", now)
    session.commit()
    return False


def _plain(code: str) -> str:
    """Return what was meant: full-width digits and spaces are typing, not content."""
    return re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", code))


def _hash(staff: Staff, code: str) -> str:
    # 49 random bits, throttled, and keyed with the key file: a slow hash would add nothing here.
    return keyed_hash(f"recovery code {staff.id} {_plain(code).lower()}")


