"""Sample data: made, marked wherever it shows, counted apart, and gone without a trace; real data stays as it is."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session
from typer.testing import CliRunner

from bot.casework import colleagues
from bot.cli import app
from bot.demo import has_samples, load_demo, make_samples
from bot.demo_removal import remove_samples
from bot.errors import SamplesRefused
from bot.figures import read_figures, whole_months
from bot.models import (
    Alert,
    AuditEntry,
    Case,
    CaseNote,
    Conversation,
    DirectoryGap,
    FactRow,
    Message,
    MonthlyCount,
    Organisation,
    Referral,
    Staff,
)
from bot.people import find_person, list_people
from bot.queue import read_queue
from bot.referrals import receivers
from bot.staff import note
from knowledge.database import Base
from tests.connectors.console.house import LOGIN, PASSWORD, House, build_house, make_long_case
from tests.connectors.console.reading import log_in


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = build_house(tmp_path / "var")
    yield house
    house.close()


def everything(session: Session) -> dict[str, list[Any]]:
    """Every row of every table, as it lies in the database."""
    return {name: sorted(map(repr, session.execute(text(f"SELECT * FROM {name}")))) for name in Base.metadata.tables}  # noqa: S608


def test_samples_fill_queue_due_list_and_statistics(house: House) -> None:
    with house.sessions() as session:
        count = make_samples(session, house.clock())
        queue = read_queue(session, session.get_one(Staff, 1), house.clock())
        assert count == session.scalar(select(func.count()).select_from(Case)) >= 35
        assert all((queue.new, queue.working, queue.closed, queue.due, queue.alerts, queue.seen_alerts))
        assert {"sent", "returned"} <= set(session.scalars(select(Referral.status)))
        days = session.scalars(select(Case.consented_at)).all()
        assert timedelta(days=150) < max(days) - min(days) < timedelta(days=200)
        assert max(days) <= house.clock()
        figures = read_figures(session, whole_months(house.clock(), 6), sample=True)
        filled = {table.id for table in figures.tables if any(count for row in table.rows for count in (*row.cells, row.total))}
        assert {"cases", "needs", "gaps", "wait", "unanswered", "furthest"} <= filled


def test_every_word_that_is_shown_is_marked(house: House) -> None:
    demo = load_demo()
    with house.sessions() as session:
        make_samples(session, house.clock())
        assert all(one.startswith(f"{demo.number}-") for one in session.scalars(select(Case.reference)))
        assert all(one["text"].startswith(demo.mark) for one in session.scalars(select(Message.content)))
        assert all(one.startswith(demo.mark) for one in session.scalars(select(CaseNote.text)))
        assert all(one == [demo.mark] for one in session.scalars(select(Alert.words)))
        assert all(demo.number in one for one in session.scalars(select(Staff.name).where(Staff.sample)))
        assert all(demo.number in one for one in session.scalars(select(Organisation.name).where(Organisation.sample)))
        talks = session.scalars(select(Conversation.sample)).all()
        assert len(talks) >= 35
        assert all(talks)
        newest = session.scalars(select(Case).order_by(Case.id)).first()
    web = house.client()
    log_in(web, LOGIN, PASSWORD)
    assert newest.reference in web.get("/console/").text
    page = web.get(f"/console/cases/{newest.id}").text
    assert newest.reference in page
    assert demo.mark in page


def test_the_words_behind_a_fact_stand_in_its_message(house: House) -> None:
    with house.sessions() as session:
        make_samples(session, house.clock())
        spoken = dict(session.execute(select(Message.id, Message.content)).all())
        found = [one for record in session.scalars(select(FactRow.record)) for one in record["evidence"]]
        assert len(found) > 100
        assert all(spoken[one["message_id"]]["text"][one["start"] : one["end"]] == one["text"] for one in found)


def test_they_go_without_a_trace_and_real_data_stays(house: House) -> None:
    case_id = make_long_case(house)
    with house.sessions() as session:
        before = everything(session)
        make_samples(session, house.clock())
        sample = session.scalars(select(Case.id).where(Case.id != case_id)).first()
        note(session, 1, "case_read", f"cases:{sample}", house.clock())
        session.commit()
        assert remove_samples(session) >= 35
        assert everything(session) == before
        assert not has_samples(session)
        assert session.scalar(select(func.count()).select_from(AuditEntry).where(AuditEntry.subject == f"cases:{sample}")) == 0


def test_real_work_knows_nothing_of_them(house: House) -> None:
    case_id = make_long_case(house)
    months = whole_months(house.clock() + timedelta(days=40), 8)
    with house.sessions() as session:
        real, figures = session.get_one(Case, case_id), read_figures(session, months)
        people = [one.staff.id for one in list_people(session, house.clock())]
        make_samples(session, house.clock())
        assert read_figures(session, months) == figures
        assert receivers(session, real) == []
        assert not any(one.sample for one in colleagues(session, real))
        assert [one.staff.id for one in list_people(session, house.clock())] == people
        sampled = session.scalars(select(Staff)).all()[-1]
        assert sampled.sample
        assert find_person(session, sampled.id, house.clock()) is None
        assert session.scalar(select(func.count()).select_from(DirectoryGap).where(DirectoryGap.sample.is_(False))) == 0
        assert session.scalar(select(func.count()).select_from(MonthlyCount).where(MonthlyCount.sample.is_(False))) == 0


def test_a_second_time_is_refused_and_so_is_removal_under_real_people(house: House) -> None:
    now: datetime = house.clock()
    with house.sessions() as session:
        make_samples(session, now)
        before = everything(session)
        with pytest.raises(SamplesRefused):
            make_samples(session, now)
        assert everything(session) == before
        office = session.scalars(select(Organisation).where(Organisation.sample)).one()
        real = session.get_one(Staff, 1)
        home, real.organisation_id = real.organisation_id, office.id
        session.commit()
        with pytest.raises(SamplesRefused):
            remove_samples(session)
        assert has_samples(session)
        real.organisation_id = home
        session.commit()
        assert remove_samples(session) >= 35


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MADOGUCHI_DATA_DIR", str(tmp_path))
    results = [CliRunner().invoke(app, ["demo", *more]) for more in ([], [], ["--remove"], ["--remove"])]
    assert [one.exit_code for one in results] == [0, 1, 0, 0]
    assert "Removed 0" in results[-1].output
