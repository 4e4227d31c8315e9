"""What was kept long enough is gone from the file itself; what a person wants deleted is; staff learn that it is gone, and nothing more."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session
from typer.testing import CliRunner

from bot.cli import app
from bot.deletions import recent_deletions, record_deletion
from bot.inbox import erase_conversation
from bot.models import AuditEntry, Case, CaseNote, ContactLink, Conversation, Deletion, Invitation, Message, MonthlyCount, Notice, Staff
from bot.retention import periods, purge
from bot.staff import note
from knowledge.errors import DataError
from knowledge.retention import RETENTION_FILE, load_retention
from tests.connectors.console.house import House, build_house, make_long_case

DAYS = 180


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = build_house(tmp_path / "var")
    yield house
    house.close()


def on_disk(house: House) -> bytes:
    """The database file and its log, as somebody with the disk would read them."""
    file = Path(house.engine.url.database)
    return b"".join(one.read_bytes() for one in file.parent.glob(f"{file.name}*"))


def traces(session: Session) -> list[bytes]:
    """How what a person wrote and what was made of it stands in the file: cipher texts, the case's number."""
    statements = (
        "SELECT content FROM messages WHERE author = 'resident'",
        "SELECT record FROM facts",
        "SELECT sheet FROM cases",
        "SELECT text FROM case_notes",
    )
    found = [value for statement in statements for (value,) in session.execute(text(statement)) if value]
    return [one if isinstance(one, bytes) else str(one).encode() for one in found]


def write_note(session: Session, case_id: int, now: datetime) -> None:
    session.add(CaseNote(case_id=case_id, staff_id=1, kind="note", text="見本の記録", created_at=now))
    session.commit()


def test_an_old_conversation_leaves_no_trace_on_the_disk(house: House) -> None:
    case_id = make_long_case(house)
    with house.sessions() as session:
        write_note(session, case_id, house.clock())
        old = [one[:40] for one in traces(session)]
    assert len(old) > 10
    assert all(one in on_disk(house) for one in old)
    with house.sessions() as session:
        counts = purge(session, house.clock() + timedelta(days=DAYS + 1), DAYS)
    assert counts["conversations"] == 1
    left = on_disk(house)
    assert [one for one in old if one in left] == []
    with house.sessions() as session:
        assert all(session.scalar(select(func.count()).select_from(table)) == 0 for table in (Conversation, Message, Case, CaseNote))


def test_what_is_not_old_yet_stays_and_a_dry_run_only_counts(house: House) -> None:
    make_long_case(house)
    with house.sessions() as session:
        last = session.scalars(select(Conversation.last_message_at)).one()
        assert purge(session, last + timedelta(days=DAYS), DAYS)["conversations"] == 0
        assert purge(session, last + timedelta(days=DAYS, seconds=1), DAYS, dry_run=True)["conversations"] == 1
        assert session.scalar(select(func.count()).select_from(Case)) == 1
        assert session.scalar(select(func.count()).select_from(Deletion)) == 0


def test_a_deletion_on_the_persons_word_is_told_to_staff_without_content(house: House) -> None:
    case_id = make_long_case(house)
    with house.sessions() as session:
        case = session.get_one(Case, case_id)
        reference, conversation = case.reference, session.get_one(Conversation, case.conversation_id)
        old = [one[:40] for one in traces(session)]
        record_deletion(session, conversation, "asked", house.clock())
        erase_conversation(session, conversation)
        told = recent_deletions(session, session.get_one(Staff, 1), house.clock())
        assert [(one.reference, one.why) for one in told] == [(reference, "asked")]
        assert session.scalar(select(func.sum(MonthlyCount.count)).where(MonthlyCount.measure == "case")) == 1
        assert recent_deletions(session, session.get_one(Staff, 1), house.clock() + timedelta(days=31)) == []
    left = on_disk(house)
    assert [one for one in old if one in left] == []


def test_samples_leave_no_numbers(house: House) -> None:
    case_id = make_long_case(house)
    with house.sessions() as session:
        conversation = session.get_one(Conversation, session.get_one(Case, case_id).conversation_id)
        conversation.sample = True
        record_deletion(session, conversation, "asked", house.clock())
        session.commit()
        assert session.scalar(select(func.count()).select_from(Deletion)) == 0
        assert session.scalar(select(func.count()).select_from(MonthlyCount)) == 0


def test_every_other_class_goes_by_its_own_period(house: House) -> None:
    now, kept = house.clock(), periods(DAYS)

    def rows(session: Session, moment: datetime) -> None:
        note(session, 1, "case_read", "cases:1", moment)
        session.add(Deletion(why="asked", channel="web", created_at=moment))
        session.add(Notice(kind="test", channel="webhook", status="sent", created_at=moment, due_at=moment))
        session.add(Invitation(staff_id=1, code_hash=moment.isoformat(), created_at=moment, expires_at=moment))
        session.flush()

    tables = {"audit": AuditEntry, "deletions": Deletion, "notices": Notice, "invitations": Invitation}
    for name, table in tables.items():
        with house.sessions() as session:
            for one in (*tables.values(), ContactLink):
                session.query(one).delete()
            rows(session, now - timedelta(days=kept[name], seconds=1))
            rows(session, now - timedelta(days=kept[name]))
            session.commit()
            assert purge(session, now, DAYS)[name] == 1
            assert session.scalar(select(func.count()).select_from(table)) == 1, name


def test_every_class_has_a_reason_and_exactly_one_period(tmp_path: Path) -> None:
    assert all(one.reason and one.what for one in load_retention().classes.values())
    wrong = RETENTION_FILE.read_text(encoding="utf-8").replace("    kept: true\n", "    kept: true\n    days: 3\n")
    file = tmp_path / "retention.yml"
    file.write_text(wrong, encoding="utf-8")
    with pytest.raises(DataError):
        load_retention(file)


def test_the_command_only_counts_when_asked_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "command"
    house = build_house(folder)
    make_long_case(house)
    with house.sessions() as session:
        for one in session.scalars(select(Conversation)):
            one.last_message_at = datetime(2020, 1, 1, tzinfo=house.clock().tzinfo)
        session.commit()
    monkeypatch.setenv("MADOGUCHI_DATA_DIR", str(folder))
    assert "     1  conversations" in CliRunner().invoke(app, ["purge", "--dry-run"]).output
    with house.sessions() as session:
        assert session.scalar(select(func.count()).select_from(Case)) == 1
    assert "Deleted." in CliRunner().invoke(app, ["purge"]).output
    with house.sessions() as session:
        assert session.scalar(select(func.count()).select_from(Case)) == 0
    house.close()
