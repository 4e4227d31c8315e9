"""Who works in the console: invitations used once, changes that may not happen, access that ends."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from bot import people
from bot.models import AuditEntry, Invitation, SecondFactor, Staff
from bot.organisations import ensure_organisation
from bot.people import INVITATION_LASTS, RESET_LASTS, PersonFields, RefusedError
from bot.staff import add_staff, begin_session, check_password, read_session

PASSWORD = "four-words-in-a-row"


@pytest.fixture
def session(sessions: sessionmaker[Session]):
    with sessions() as session:
        yield session


@pytest.fixture
def admin(session: Session, now: datetime) -> Staff:
    office = ensure_organisation(session, "見本市", now)
    admin = add_staff(session, "mihon_admin", "見本 管理", ["admin"], PASSWORD, now, organisation_id=office.id)
    session.commit()
    return admin


@pytest.fixture
def invited(session: Session, admin: Staff, now: datetime) -> tuple[Staff, people.Link]:
    return people.invite(session, fields(), admin, now)


def fields(**changes) -> PersonFields:
    values = {"login": "mihon", "name": "見本 花子", "email": "hanako@example.jp", "roles": ("caseworker",), "organisation_id": 1}
    return PersonFields(**{**values, **changes})


def refused(call) -> dict[str, str]:
    with pytest.raises(RefusedError) as error:
        call()
    return error.value.faults


def test_an_invited_person_sets_a_password_by_the_link_and_logs_in(session: Session, invited, now: datetime) -> None:
    staff, link = invited
    assert people.read_link(session, link.code, now) is staff
    assert people.use_link(session, link.code, PASSWORD, now) is staff
    assert check_password(session, "mihon", PASSWORD, now) is staff
    assert staff.joined_at == now


def test_a_link_is_used_once(session: Session, invited, now: datetime) -> None:
    _staff, link = invited
    people.use_link(session, link.code, PASSWORD, now)
    assert people.read_link(session, link.code, now) is None
    assert people.use_link(session, link.code, "another-long-password", now) is None
    assert check_password(session, "mihon", PASSWORD, now) is not None


@pytest.mark.parametrize(("later", "valid"), [(INVITATION_LASTS - timedelta(seconds=1), True), (INVITATION_LASTS, False)])
def test_an_invitation_lasts_seven_days(session: Session, invited, now: datetime, later: timedelta, valid: bool) -> None:
    assert (people.read_link(session, invited[1].code, now + later) is not None) is valid


def test_a_reset_link_lasts_a_day_and_leaves_the_old_password_until_it_is_used(session: Session, invited, admin: Staff, now: datetime) -> None:
    staff, link = invited
    people.use_link(session, link.code, PASSWORD, now)
    reset = people.make_reset_link(session, staff, admin, now, resets_second_factor=False)
    assert reset.until == now + RESET_LASTS
    assert check_password(session, "mihon", PASSWORD, now) is not None
    people.use_link(session, reset.code, "another-long-password", now)
    assert check_password(session, "mihon", PASSWORD, now) is None
    assert check_password(session, "mihon", "another-long-password", now) is not None


def test_a_new_link_voids_the_earlier_one(session: Session, invited, admin: Staff, now: datetime) -> None:
    staff, link = invited
    people.make_reset_link(session, staff, admin, now, resets_second_factor=False)
    assert people.read_link(session, link.code, now) is None


@pytest.mark.parametrize("resets", [True, False])
def test_the_second_factor_goes_only_when_the_link_says_so_and_is_used(session: Session, admin: Staff, invited, now: datetime, resets: bool) -> None:
    staff, link = invited
    people.use_link(session, link.code, PASSWORD, now)
    session.add(SecondFactor(staff_id=staff.id, secret="x", confirmed_at=now))
    session.commit()
    reset = people.make_reset_link(session, staff, admin, now, resets_second_factor=resets)
    assert session.get(SecondFactor, staff.id) is not None
    people.use_link(session, reset.code, "another-long-password", now)
    assert (session.get(SecondFactor, staff.id) is None) is resets


def test_setting_a_password_ends_all_sessions(session: Session, invited, admin: Staff, now: datetime) -> None:
    staff, link = invited
    people.use_link(session, link.code, PASSWORD, now)
    cookie = begin_session(staff, now)
    reset = people.make_reset_link(session, staff, admin, now, resets_second_factor=False)
    people.use_link(session, reset.code, "another-long-password", now)
    assert read_session(session, cookie, now) is None


def test_links_are_kept_as_hashes(session: Session, invited) -> None:
    kept = session.scalars(select(Invitation.code_hash)).one()
    assert len(kept) == 64
    assert invited[1].code not in kept


@pytest.mark.parametrize(
    ("password", "fault"),
    [("eleven-sign", "password_short"), ("twelve-signs", ""), ("my-mihon-password", "password_easy"), ("aaaaaaaabbbb", "password_easy")],
)
def test_passwords_are_long_and_not_made_of_the_login(session: Session, invited, now: datetime, password: str, fault: str) -> None:
    _staff, link = invited
    if fault:
        assert refused(lambda: people.use_link(session, link.code, password, now)) == {"password": fault}
        assert people.read_link(session, link.code, now) is not None, "the link is not used up by a refused password"
    else:
        assert people.use_link(session, link.code, password, now) is not None


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"login": "花子"}, {"login": "login_signs"}),
        ({"login": "ab"}, {"login": "login_signs"}),
        ({"login": "mihon_admin"}, {"login": "login_taken"}),
        ({"name": ""}, {"name": "name_missing"}),
        ({"email": "hanako"}, {"email": "email_form"}),
        ({"email": "a@example.jp, b@example.jp"}, {"email": "email_form"}),
        ({"email": "a@example.jp\nBcc: b@example.jp"}, {"email": "email_form"}),
        ({"roles": ()}, {"roles": "roles_missing"}),
        ({"roles": ("god",)}, {"roles": "roles_missing"}),
        ({"organisation_id": None}, {"organisation": "organisation_missing"}),
        ({"organisation_id": 99}, {"organisation": "organisation_missing"}),
    ],
)
def test_a_faulty_invitation_says_where(session: Session, admin: Staff, now: datetime, changes: dict, fault: dict[str, str]) -> None:
    assert refused(lambda: people.invite(session, fields(**changes), admin, now)) == fault
    assert len(session.scalars(select(Staff)).all()) == 1


def test_a_council_secretariat_needs_no_organisation(session: Session, admin: Staff, now: datetime) -> None:
    staff, _link = people.invite(session, fields(roles=("council",), organisation_id=None), admin, now)
    assert staff.roles == ["council"]


def test_the_last_admin_stays_admin_and_active(session: Session, admin: Staff, invited, now: datetime) -> None:
    staff, link = invited
    same = fields(login="", name=admin.name, roles=("supervisor",))
    assert refused(lambda: people.change_person(session, admin, same, admin, now)) == {"roles": "last_admin"}
    assert refused(lambda: people.deactivate(session, admin, staff, now)) == {"": "last_admin"}
    people.change_person(session, staff, fields(roles=("admin",)), admin, now)
    assert refused(lambda: people.deactivate(session, admin, staff, now)) == {"": "last_admin"}, "an invited one has not joined yet"
    people.use_link(session, link.code, PASSWORD, now)
    people.deactivate(session, admin, staff, now)
    assert admin.deactivated_at == now


def test_nobody_deactivates_themselves(session: Session, admin: Staff, now: datetime) -> None:
    assert refused(lambda: people.deactivate(session, admin, admin, now)) == {"": "not_oneself"}


def test_a_deactivated_person_is_out_at_once_and_their_link_is_void(session: Session, admin: Staff, invited, now: datetime) -> None:
    staff, link = invited
    people.use_link(session, link.code, PASSWORD, now)
    cookie = begin_session(staff, now)
    reset = people.make_reset_link(session, staff, admin, now, resets_second_factor=False)
    people.deactivate(session, staff, admin, now)
    assert read_session(session, cookie, now) is None
    assert check_password(session, "mihon", PASSWORD, now) is None
    assert people.read_link(session, reset.code, now) is None


def test_a_person_who_comes_back_begins_anew(session: Session, admin: Staff, invited, now: datetime) -> None:
    staff, link = invited
    people.use_link(session, link.code, PASSWORD, now)
    people.deactivate(session, staff, admin, now)
    back = people.reactivate(session, staff, admin, now)
    assert check_password(session, "mihon", PASSWORD, now) is None
    assert people.use_link(session, back.code, "another-long-password", now) is staff


def test_the_list_tells_states_apart(session: Session, admin: Staff, invited, now: datetime) -> None:
    first, second = people.list_people(session, now)
    assert (first.staff, first.state, first.link_until) == (admin, "active", None)
    assert (second.state, second.link_until, second.organisation) == ("invited", now + INVITATION_LASTS, "見本市")


def test_what_admins_do_is_noted(session: Session, admin: Staff, invited, now: datetime) -> None:
    staff, link = invited
    people.use_link(session, link.code, PASSWORD, now)
    people.change_person(session, staff, fields(roles=("supervisor",)), admin, now)
    people.change_person(session, staff, fields(name="見本 華子", roles=("supervisor",)), admin, now)
    people.make_reset_link(session, staff, admin, now, resets_second_factor=True)
    people.deactivate(session, staff, admin, now)
    entries = session.scalars(select(AuditEntry).where(AuditEntry.subject == f"staff:{staff.id}").order_by(AuditEntry.id))
    assert [(entry.staff_id, entry.action) for entry in entries] == [
        (admin.id, "person_invited"), (staff.id, "password_set_by_link"), (admin.id, "person_rights_changed"), (admin.id, "person_changed"),
        (admin.id, "reset_second_factor_link_made"), (admin.id, "person_deactivated"),
    ]  # fmt: skip
