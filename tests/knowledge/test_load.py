"""Loading files into the database: complete, repeatable, and never over an admin's edits."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from knowledge.database import Base, open_engine
from knowledge.directory import Directory, current_stamp, refresh
from knowledge.errors import DataError
from knowledge.load import load_all
from knowledge.models import Organization, Phone, Schedule, ServiceAtLocation

FILE = """
source: {document: "001", as_of: 2024-03-31, section: 相談等実施の体制}
organizations:
  - {id: sample_city, name: 見本市, kind: municipality, municipality: 見本市}
council:
  {id: sample_council, name: 見本市居住支援協議会, prefecture: 見本県, municipality: 見本市, founded: "2016-07", work: [相談会]}
desks:
  - id: sample_desk
    kind: housing_desk
    name: 住まいの相談
    organization: sample_city
    municipality: 見本市
    prefecture: 見本県
    what: 部屋さがしの相談を受けます。
    place: {name: 市役所, floor: 3階}
    schedule:
      - freq: MONTHLY
        byday: ["1TH", "3TH"]
        opens_at: "13:00"
        closes_at: "16:30"
        exceptions: [{date: 2026-12-03}, {date: 2026-12-04, closed: false, opens_at: "10:00", closes_at: "12:00"}]
    appointment: required
    phones: [{number: "03-0000-0000", label: 住宅課}]
    reach: [phone, visit]
    bring: [身分証, 契約書]
    serves: [elderly, disability]
    needs: [housing_search, rent_guarantee]
    languages: [ja, en]
    accessibility: [筆談]
    shops: {count: 48, as_of: 2024-04-30, where_listed: ホームページ}
    sample: true
"""


@pytest.fixture
def session() -> Iterator[Session]:
    engine = open_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as opened:
        yield opened
    engine.dispose()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sample.yml").write_text(FILE, encoding="utf-8")
    return tmp_path


def test_what_the_files_say_comes_out_of_the_database_unchanged(session: Session, folder: Path) -> None:
    load_all(session, folder)
    from_database, from_files = Directory.from_database(session), Directory.from_files(folder)
    assert from_database.records == from_files.records
    assert from_database.councils == from_files.councils
    assert from_database.organizations == from_files.organizations
    assert from_database.sources == from_files.sources


def test_the_shipped_files_survive_the_way_through_the_database(session: Session) -> None:
    load_all(session)
    assert Directory.from_database(session).records == Directory.from_files().records


def test_a_second_load_changes_nothing(session: Session, folder: Path) -> None:
    first, second = load_all(session, folder), load_all(session, folder)
    assert first.added["service_at_location"] == ["sample_desk"]
    assert not second.touched
    assert {table: second.unchanged[table] for table in ("organization", "service_at_location", "council")} == {
        "organization": 1,
        "service_at_location": 1,
        "council": 1,
    }
    assert {table: second.unchanged[table] for table in ("faq", "programme", "shop")} == {
        table: len(first.added[table]) for table in ("faq", "programme", "shop")
    }
    assert session.scalar(select(func.count()).select_from(Schedule)) == 1


def test_a_changed_record_is_written_over_with_all_that_hangs_on_it(session: Session, folder: Path) -> None:
    load_all(session, folder)
    (folder / "sample.yml").write_text(FILE.replace("03-0000-0000", "03-0000-0001"), encoding="utf-8")
    report = load_all(session, folder)
    assert report.changed == {"service_at_location": ["sample_desk"]}
    assert session.scalars(select(Phone.number)).all() == ["03-0000-0001"]


def test_a_record_that_left_the_files_leaves_the_database(session: Session, folder: Path) -> None:
    load_all(session, folder)
    (folder / "sample.yml").write_text(FILE.split("desks:")[0], encoding="utf-8")
    assert load_all(session, folder).removed == {"service_at_location": ["sample_desk"]}
    assert Directory.from_database(session).records == ()
    assert session.scalar(select(func.count()).select_from(Phone)) == 0


def test_a_desk_that_an_admin_edited_is_kept(session: Session, folder: Path) -> None:
    load_all(session, folder)
    row = session.get_one(ServiceAtLocation, "sample_desk")
    row.origin, row.say = "admin", "住まいの係へ"
    (folder / "sample.yml").write_text(FILE.replace("required", "recommended"), encoding="utf-8")
    assert load_all(session, folder).kept == {"service_at_location": ["sample_desk"]}
    desk = Directory.from_database(session).desk("sample_desk")
    assert desk is not None
    assert (desk.say, desk.appointment) == ("住まいの係へ", "required")


def test_nothing_is_written_when_a_file_is_wrong(session: Session, folder: Path) -> None:
    (folder / "wrong.yml").write_text("source: {}\n", encoding="utf-8")
    with pytest.raises(DataError):
        load_all(session, folder)
    assert session.scalar(select(func.count()).select_from(Organization)) == 0


def test_a_directory_is_read_again_only_after_a_change(session: Session, folder: Path) -> None:
    load_all(session, folder)
    directory = Directory.from_database(session)
    load_all(session, folder)
    assert refresh(session, directory) is directory
    (folder / "sample.yml").write_text(FILE.replace("市役所", "本庁舎"), encoding="utf-8")
    load_all(session, folder)
    assert current_stamp(session) > directory.stamp
    desk = refresh(session, directory).desk("sample_desk")
    assert desk is not None
    assert desk.place is not None
    assert desk.place.name == "本庁舎"


def test_the_report_has_one_line_a_table(session: Session, folder: Path) -> None:
    lines = load_all(session, folder).lines()
    assert [line.split(":")[0] for line in lines] == ["council", "faq", "organization", "programme", "service_at_location", "shop"]


def test_drafts_are_not_in_the_directory(session: Session, folder: Path) -> None:
    load_all(session, folder)
    session.get_one(ServiceAtLocation, "sample_desk").state = "draft"
    assert Directory.from_database(session).records == ()
