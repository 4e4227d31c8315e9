"""The export on HSDS 3: required fields, ids that hold together, and nothing that we would not say ourselves."""

import datetime as dt
import json
import uuid
from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from knowledge.database import Base, open_engine
from knowledge.directory import Directory
from knowledge.editing import withdraw
from knowledge.hours import TOKYO
from knowledge.hsds import Tables, export_hsds, hsds_id, hsds_json
from knowledge.load import load_all

NOW = dt.datetime(2026, 11, 20, 10, 0, tzinfo=TOKYO)
REQUIRED = {
    "organizations": ["id", "name", "description"],
    "services": ["id", "name", "status"],
    "locations": ["id", "location_type"],
    "service_at_locations": ["id", "service_id", "location_id"],
    "schedules": ["id"],
    "phones": ["id", "number"],
    "service_areas": ["id", "service_id"],
    "languages": ["id"],
    "required_documents": ["id", "document"],
    "accessibility": ["id"],
    "attributes": ["id", "link_id", "taxonomy_term_id", "link_entity"],
    "taxonomies": ["id", "name", "description"],
    "taxonomy_terms": ["id", "name", "description"],
}
POINTS_TO = {
    "organization_id": "organizations",
    "service_id": "services",
    "location_id": "locations",
    "service_at_location_id": "service_at_locations",
    "taxonomy_term_id": "taxonomy_terms",
    "taxonomy_id": "taxonomies",
    "link_id": "services",
}
DIRECTORY = Directory.from_files()


@pytest.fixture(scope="module")
def tables() -> Tables:
    return export_hsds(DIRECTORY, NOW)


@pytest.fixture
def session() -> Iterator[Session]:
    engine = open_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as opened:
        load_all(opened)
        yield opened
    engine.dispose()


@pytest.mark.parametrize("table", REQUIRED)
def test_each_row_has_what_hsds_requires(tables: Tables, table: str) -> None:
    assert all(row.get(field) for row in tables[table] for field in REQUIRED[table])


def test_no_table_beside_those_of_hsds_is_exported(tables: Tables) -> None:
    assert set(tables) == set(REQUIRED)


def test_ids_are_uuids_that_stand_once_and_point_to_rows(tables: Tables) -> None:
    for rows in tables.values():
        ids = [row["id"] for row in rows]
        assert len(set(ids)) == len(ids)
        assert all(str(uuid.UUID(found)) == found for found in ids)
    known = {table: {row["id"] for row in rows} for table, rows in tables.items()}
    dangling = [
        (table, field)
        for table, rows in tables.items()
        for row in rows
        for field, target in POINTS_TO.items()
        if field in row and row[field] not in known[target]
    ]
    assert dangling == []


def test_every_concrete_desk_is_a_service_with_its_own_id(tables: Tables) -> None:
    desks = [desk for desk in DIRECTORY.records if not desk.general and not desk.sample]
    assert [row["id"] for row in tables["services"]] == [hsds_id("service", desk.id) for desk in desks]
    assert len(tables["locations"]) == sum(desk.place is not None for desk in desks) > 30
    assert {row["status"] for row in tables["services"]} <= {"active", "inactive", "defunct", "temporarily closed"}


def test_hours_keep_their_recurrence_and_the_offset_of_japan(tables: Tables) -> None:
    desk = next(desk for desk in DIRECTORY.records if desk.schedule and desk.schedule[0].freq == "MONTHLY" and desk.schedule[0].opens_at)
    row = next(row for row in tables["schedules"] if row["id"] == hsds_id("schedule", f"{desk.id}/0"))
    line = desk.schedule[0]
    assert (row["freq"], row["byday"]) == ("MONTHLY", ",".join(line.byday))
    assert row["opens_at"] == f"{line.opens_at:%H:%M}+09:00"
    assert all(row.get("freq") in (None, "WEEKLY", "MONTHLY") for row in tables["schedules"])


def test_numbers_too_old_to_be_shown_are_not_handed_on(tables: Tables) -> None:
    old = {phone.number for desk in DIRECTORY.records for phone in desk.phones if desk.source and desk.source.document == "003"}
    assert old
    assert not old & {row["number"] for row in tables["phones"]}


def test_a_withdrawn_desk_is_not_in_the_export(session: Session) -> None:
    withdraw(session, "desk", "adachi_room_search_support", "tanaka", NOW)
    services = {row["id"] for row in json.loads(hsds_json(session, NOW))["services"]}
    assert hsds_id("service", "adachi_room_search_support") not in services
    assert len(services) > 50
