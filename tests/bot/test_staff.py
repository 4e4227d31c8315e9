"""Who may log in: first login, throttling, sessions that end."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from bot.models import AuditEntry, Staff
from bot.settings import Settings
from bot.staff import (
    IDLE,
    LOCKED,
    LONGEST,
    MAX_FAILURES,
    add_staff,
    begin_session,
    check_password,
    ensure_first_login,
    form_token,
    log_out,
    read_session,
    token_fits,
)

PASSWORD = "correct-horse-staple"


@pytest.fixture
def session(sessions: sessionmaker[Session]):
    with sessions() as session:
        yield session


@pytest.fixture
def staff(session: Session, now: datetime) -> Staff:
    staff = add_staff(session, "mihon", "見本 花子", ["caseworker"], PASSWORD, now)
    session.commit()
    return staff


def fail(session: Session, now: datetime, times: int) -> None:
    for _ in range(times):
        assert check_password(session, "mihon", "wrong", now) is None


def audit(session: Session) -> list[tuple[str, str]]:
    return [(entry.action, entry.subject) for entry in session.scalars(select(AuditEntry).order_by(AuditEntry.id))]


def test_the_first_login_is_made_once_and_works(session: Session, settings: Settings, now: datetime) -> None:
    first = ensure_first_login(session, settings, now)
    assert first is not None
    found = check_password(session, first.login, first.password, now)
    assert found is not None
    assert found.roles == ["admin", "supervisor"]
    assert found.organisation_id is not None
    assert ensure_first_login(session, settings, now) is None


def test_the_first_login_is_committed(sessions: sessionmaker[Session], settings: Settings, now: datetime) -> None:
    with sessions() as making:
        first = ensure_first_login(making, settings, now)
    with sessions() as later:
        assert first is not None
        assert check_password(later, first.login, first.password, now) is not None


def test_a_made_password_is_long_and_new_each_time(session: Session, settings: Settings, now: datetime) -> None:
    first = ensure_first_login(session, settings, now)
    session.query(AuditEntry).delete()
    session.query(Staff).delete()
    second = ensure_first_login(session, settings, now)
    assert first is not None
    assert second is not None
    assert len(first.password.replace("-", "")) == 16
    assert first.password != second.password
    assert not set(first.password) & set("01oil")


def test_a_password_from_the_settings_is_taken(session: Session, settings: Settings, now: datetime) -> None:
    chosen = settings.model_copy(update={"staff_password": Settings(staff_password="chosen-by-hand", _env_file=None).staff_password})
    ensure_first_login(session, chosen, now)
    assert check_password(session, "admin", "chosen-by-hand", now) is not None


def test_passwords_are_kept_as_argon2id(staff: Staff) -> None:
    assert staff.password_hash.startswith("$argon2id$")
    assert PASSWORD not in staff.password_hash


def test_a_wrong_password_and_an_unknown_login_are_refused(session: Session, staff: Staff, now: datetime) -> None:
    assert check_password(session, "mihon", "wrong", now) is None
    assert check_password(session, "nobody", PASSWORD, now) is None


def test_an_unknown_login_is_checked_as_slowly_as_a_known_one(session: Session, staff: Staff, now: datetime, monkeypatch) -> None:
    import bot.staff

    checked = []
    real = bot.staff._matches
    monkeypatch.setattr(bot.staff, "_matches", lambda hashed, password: checked.append(hashed) or real(hashed, password))
    check_password(session, "nobody", "x", now)
    check_password(session, "mihon", "x", now)
    of_nobody, of_somebody = (hashed.split("$")[1:4] for hashed in checked)
    assert of_nobody == of_somebody


def test_four_failures_do_not_lock(session: Session, staff: Staff, now: datetime) -> None:
    fail(session, now, MAX_FAILURES - 1)
    assert check_password(session, "mihon", PASSWORD, now) is not None


def test_success_forgets_earlier_failures(session: Session, staff: Staff, now: datetime) -> None:
    fail(session, now, MAX_FAILURES - 1)
    check_password(session, "mihon", PASSWORD, now)
    fail(session, now, MAX_FAILURES - 1)
    assert check_password(session, "mihon", PASSWORD, now) is not None


def test_five_failures_lock_even_the_right_password_for_fifteen_minutes(session: Session, staff: Staff, now: datetime) -> None:
    fail(session, now, MAX_FAILURES)
    assert check_password(session, "mihon", PASSWORD, now) is None
    assert check_password(session, "mihon", PASSWORD, now + LOCKED - timedelta(seconds=1)) is None
    assert check_password(session, "mihon", PASSWORD, now + LOCKED) is not None


def test_attempts_during_the_lock_do_not_prolong_it(session: Session, staff: Staff, now: datetime) -> None:
    fail(session, now, MAX_FAILURES)
    fail(session, now + timedelta(minutes=10), 2)
    assert check_password(session, "mihon", PASSWORD, now + LOCKED) is not None


def test_after_a_lock_counting_begins_again(session: Session, staff: Staff, now: datetime) -> None:
    fail(session, now, MAX_FAILURES)
    fail(session, now + LOCKED, MAX_FAILURES - 1)
    assert check_password(session, "mihon", PASSWORD, now + LOCKED) is not None
    fail(session, now + LOCKED, MAX_FAILURES)
    assert check_password(session, "mihon", PASSWORD, now + LOCKED) is None


def test_logins_are_noted_without_what_was_typed(session: Session, staff: Staff, now: datetime) -> None:
    check_password(session, "my-secret-typed-here", "x", now)
    check_password(session, "mihon", "wrong", now)
    check_password(session, "mihon", PASSWORD, now)
    assert audit(session) == [("log_in_failed", "staff:unknown"), ("log_in_failed", f"staff:{staff.id}"), ("password_right", f"staff:{staff.id}")]


def test_a_session_is_read_back(session: Session, staff: Staff, now: datetime) -> None:
    found = read_session(session, begin_session(staff, now), now)
    assert found is not None
    assert found.staff.id == staff.id


def test_a_session_ends_after_thirty_idle_minutes(session: Session, staff: Staff, now: datetime) -> None:
    cookie = begin_session(staff, now)
    assert read_session(session, cookie, now + IDLE) is not None
    assert read_session(session, cookie, now + IDLE + timedelta(seconds=1)) is None


def test_use_keeps_a_session_awake_but_not_for_more_than_twelve_hours(session: Session, staff: Staff, now: datetime) -> None:
    cookie, moment = begin_session(staff, now), now
    while moment + IDLE <= now + LONGEST:
        moment += IDLE
        found = read_session(session, cookie, moment)
        assert found is not None
        cookie = found.renewed
    assert read_session(session, cookie, now + LONGEST + timedelta(seconds=1)) is None


def test_the_form_token_stays_the_same_within_a_session_and_differs_between_sessions(session: Session, staff: Staff, now: datetime) -> None:
    one, other = (read_session(session, begin_session(staff, now), now) for _ in range(2))
    assert one is not None
    assert other is not None
    again = read_session(session, one.renewed, now)
    assert again is not None
    assert again.csrf == one.csrf != other.csrf


@pytest.mark.parametrize("cookie", [None, "", "x", "[1,1,1].abc", "WzEsMSwiYSIsMSwxXQ.AAAA"])
def test_a_forged_cookie_is_nobody(session: Session, staff: Staff, now: datetime, cookie: str | None) -> None:
    assert read_session(session, cookie, now) is None


def test_a_changed_cookie_is_nobody(session: Session, staff: Staff, now: datetime) -> None:
    cookie = begin_session(staff, now)
    other = ("A" if cookie[3] != "A" else "B").join([cookie[:3], cookie[4:]])
    assert read_session(session, other, now) is None


def test_logging_out_ends_copies_of_the_cookie_too(session: Session, staff: Staff, now: datetime) -> None:
    cookie = begin_session(staff, now)
    log_out(session, staff, now)
    assert read_session(session, cookie, now) is None
    assert read_session(session, begin_session(staff, now), now) is not None


def test_a_wrong_form_token_does_not_fit() -> None:
    assert token_fits("a", "a")
    assert not token_fits("a", "b")
    assert not token_fits("a", "あ")


def test_a_form_token_cannot_be_made_from_the_nonce_alone(sessions: sessionmaker[Session]) -> None:
    assert form_token("one") != form_token("two")
    assert "one" not in form_token("one")
