"""The second factor: codes that are taken once, locked when guessed, and recovery codes."""

from datetime import datetime, timedelta

import pyotp
import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session, sessionmaker

from bot import second_factor
from bot.models import AuditEntry, RecoveryCode, SecondFactor, Staff
from bot.second_factor import STEP_SECONDS, begin_set_up, check_code, check_recovery_code, confirm_set_up, is_set_up, make_recovery_codes
from bot.staff import (
    BETWEEN_FACTORS,
    LOCKED,
    MAX_FAILURES,
    add_staff,
    await_second_factor,
    begin_session,
    log_out,
    read_session,
    read_waiting,
)

STEP = timedelta(seconds=STEP_SECONDS)


@pytest.fixture
def session(sessions: sessionmaker[Session]):
    with sessions() as session:
        yield session


@pytest.fixture
def staff(session: Session, now: datetime) -> Staff:
    staff = add_staff(session, "mihon", "見本 花子", "caseworker", "correct-horse-staple", now)
    session.commit()
    return staff


@pytest.fixture
def app(session: Session, staff: Staff, now: datetime) -> pyotp.TOTP:
    """The app of somebody who set it up a minute ago."""
    app = pyotp.TOTP(begin_set_up(session, staff))
    earlier = now - 2 * STEP
    assert confirm_set_up(session, staff, app.at(earlier), earlier) is not None
    return app


def wrong(app: pyotp.TOTP, now: datetime) -> str:
    """A code that the app does not show about now."""
    near = {app.at(now + around * STEP) for around in (-1, 0, 1)}
    return next(code for code in ("000000", "111111", "222222", "333333") if code not in near)


def test_it_counts_only_once_a_code_was_typed_in(session: Session, staff: Staff, now: datetime) -> None:
    app = pyotp.TOTP(begin_set_up(session, staff))
    assert not is_set_up(session, staff)
    assert confirm_set_up(session, staff, wrong(app, now), now) is None
    assert not is_set_up(session, staff)
    codes = confirm_set_up(session, staff, app.at(now), now)
    assert is_set_up(session, staff)
    assert codes is not None
    assert len(set(codes)) == second_factor.RECOVERY_CODES


def test_the_secret_stays_the_same_until_it_is_confirmed_and_is_not_given_out_afterwards(session: Session, staff: Staff, now: datetime) -> None:
    secret = begin_set_up(session, staff)
    assert begin_set_up(session, staff) == secret
    confirm_set_up(session, staff, pyotp.TOTP(secret).at(now), now)
    with pytest.raises(ValueError, match="in use"):
        begin_set_up(session, staff)


def test_the_secret_is_unreadable_in_the_database(session: Session, staff: Staff) -> None:
    secret = begin_set_up(session, staff)
    stored = session.execute(text("SELECT secret FROM second_factors")).scalar_one()
    assert secret.encode() not in stored


@pytest.mark.parametrize(("around", "fits"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_code_fits_for_one_step_to_either_side(
    session: Session, staff: Staff, app: pyotp.TOTP, now: datetime, around: int, fits: bool
) -> None:
    assert check_code(session, staff, app.at(now + 3 * STEP + around * STEP), now + 3 * STEP) is fits


def test_full_width_digits_and_a_space_are_read(session: Session, staff: Staff, app: pyotp.TOTP, now: datetime) -> None:
    code = app.at(now).translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    assert check_code(session, staff, f" {code[:3]} {code[3:]}", now)


def test_a_code_is_taken_once(session: Session, staff: Staff, app: pyotp.TOTP, now: datetime) -> None:
    assert check_code(session, staff, app.at(now), now)
    assert not check_code(session, staff, app.at(now), now)
    assert not check_code(session, staff, app.at(now - STEP), now), "an earlier one is void as well"
    assert check_code(session, staff, app.at(now + STEP), now + STEP)


def test_the_code_of_the_set_up_does_not_log_in(session: Session, staff: Staff, now: datetime) -> None:
    app = pyotp.TOTP(begin_set_up(session, staff))
    confirm_set_up(session, staff, app.at(now), now)
    assert not check_code(session, staff, app.at(now), now)


def test_five_wrong_codes_lock_the_right_one_and_recovery_codes_for_fifteen_minutes(
    session: Session, staff: Staff, app: pyotp.TOTP, now: datetime
) -> None:
    recovery = make_recovery_codes(session, staff, now)[0]
    for _ in range(MAX_FAILURES):
        assert not check_code(session, staff, wrong(app, now), now)
    assert not check_code(session, staff, app.at(now), now)
    assert not check_recovery_code(session, staff, recovery, now)
    later = now + LOCKED
    assert not check_code(session, staff, app.at(later - STEP), later - timedelta(seconds=1))
    assert check_code(session, staff, app.at(later), later)


def test_four_wrong_codes_do_not_lock_and_a_right_one_forgets_them(session: Session, staff: Staff, app: pyotp.TOTP, now: datetime) -> None:
    for moment in (now, now + 2 * STEP):
        for _ in range(MAX_FAILURES - 1):
            assert not check_code(session, staff, wrong(app, moment), moment)
        assert check_code(session, staff, app.at(moment), moment)


def test_the_right_password_does_not_forget_wrong_codes(session: Session, staff: Staff, app: pyotp.TOTP, now: datetime) -> None:
    from bot.staff import check_password

    for _ in range(MAX_FAILURES):
        assert check_password(session, "mihon", "correct-horse-staple", now) is not None
        assert not check_code(session, staff, wrong(app, now), now)
    assert not check_code(session, staff, app.at(now), now)


def test_a_recovery_code_is_taken_once_however_it_is_typed(session: Session, staff: Staff, app: pyotp.TOTP, now: datetime) -> None:
    first, second, *_ = make_recovery_codes(session, staff, now)
    assert check_recovery_code(session, staff, first.upper().replace("-", " "), now)
    assert not check_recovery_code(session, staff, first, now)
    assert check_recovery_code(session, staff, second, now)
    assert second_factor.recovery_codes_left(session, staff) == second_factor.RECOVERY_CODES - 2


def test_new_recovery_codes_void_the_old_ones(session: Session, staff: Staff, app: pyotp.TOTP, now: datetime) -> None:
    old = make_recovery_codes(session, staff, now)[0]
    make_recovery_codes(session, staff, now)
    assert not check_recovery_code(session, staff, old, now)


def test_recovery_codes_are_kept_as_hashes_and_belong_to_one_person(session: Session, staff: Staff, app: pyotp.TOTP, now: datetime) -> None:
    code = make_recovery_codes(session, staff, now)[0]
    assert all(code not in row.code_hash and len(row.code_hash) == 64 for row in session.scalars(select(RecoveryCode)))
    other = add_staff(session, "mihon2", "見本 太郎", "caseworker", "correct-horse-staple", now)
    session.add(SecondFactor(staff_id=other.id, secret=pyotp.random_base32(), confirmed_at=now))
    session.commit()
    assert not check_recovery_code(session, other, code, now)


def test_refused_codes_are_noted_without_what_was_typed(session: Session, staff: Staff, app: pyotp.TOTP, now: datetime) -> None:
    check_code(session, staff, "not a code, but typed", now)
    last = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert last is not None
    assert (last.action, last.subject) == ("code_refused", f"staff:{staff.id}")


def test_the_right_password_alone_is_no_session(session: Session, staff: Staff, now: datetime) -> None:
    waiting = await_second_factor(staff, now)
    assert read_waiting(session, waiting, now) is not None
    assert read_session(session, waiting, now) is None
    assert read_waiting(session, begin_session(staff, now), now) is None


def test_the_right_password_waits_ten_minutes(session: Session, staff: Staff, now: datetime) -> None:
    waiting = await_second_factor(staff, now)
    assert read_waiting(session, waiting, now + BETWEEN_FACTORS) is not None
    assert read_waiting(session, waiting, now + BETWEEN_FACTORS + timedelta(seconds=1)) is None


def test_ending_all_sessions_ends_waiting_too(session: Session, staff: Staff, now: datetime) -> None:
    waiting = await_second_factor(staff, now)
    log_out(session, staff, now)
    assert read_waiting(session, waiting, now) is None
