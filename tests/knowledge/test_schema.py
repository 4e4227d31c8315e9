"""Data files that do not hold together stop loading, with file and record named."""

from pathlib import Path

import pytest

from knowledge.errors import DataError
from knowledge.files import load_sources, read_desk_file, read_desk_files

HEAD = 'source: {document: "001", as_of: 2024-03-31}\n'
DESK = "{id: a_desk, kind: housing_desk, name: 住宅課, municipality: 足立区, what: 部屋さがしの相談"


def written(folder: Path, text: str, name: str = "adachi.yml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def desk(more: str = "") -> str:
    return f"{HEAD}desks:\n  - {DESK}{more}}}\n"


def test_a_desk_inherits_the_source_of_its_file(tmp_path: Path) -> None:
    file = read_desk_file(written(tmp_path, desk(', phones: [{number: "03-0000-0000"}]')))
    record = next(file.desks_with_source())
    assert record.source is not None
    assert record.source.document == "001"
    assert record.phones[0].source == record.source


@pytest.mark.parametrize(
    ("more", "named"),
    [
        (", telephone: x", "telephone"),
        (", needs: [housing]", "housing"),
        (", languages: [xx]", "xx"),
        (", lifelines: [nobody_answers]", "nobody_answers"),
        (', schedule: [{byday: ["MO"], opens_at: 13:00, closes_at: "16:00"}]', "in quotes"),
        (', schedule: [{byday: ["MO"], opens_at: "16:00", closes_at: "13:00"}]', "later"),
        (', schedule: [{byday: ["1MO"]}]', "MONTHLY"),
        (', schedule: [{byday: ["MO"], interval: 2}]', "valid_from"),
        (", schedule: [{freq: YEARLY, byday: [MO]}]", "bymonth"),
        (", organization: nobody", "nobody"),
        (', source: {document: "009", as_of: 2024-03-31}', "009"),
        (', source: {document: "001"}', "as_of"),
        (", nationwide: true", "nationwide"),
        (", status: open", "status"),
        (", name: 二つめ", "twice"),
    ],
)
def test_a_wrong_record_is_refused_and_named(tmp_path: Path, more: str, named: str) -> None:
    written(tmp_path, desk(more))
    with pytest.raises(DataError) as error:
        read_desk_files(tmp_path)
    assert error.value.file == "adachi.yml"
    assert named in str(error.value)
    assert error.value.record in ("a_desk", "file")


def test_a_file_without_a_source_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="source"):
        read_desk_file(written(tmp_path, f"desks:\n  - {DESK}}}\n"))


def test_a_kind_outside_the_vocabulary_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="a_desk.*town_hall"):
        read_desk_file(written(tmp_path, desk().replace("housing_desk", "town_hall")))


def test_a_general_record_must_say_how_to_find_the_desk(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="find"):
        read_desk_file(written(tmp_path, desk(", general: true").replace("municipality: 足立区", "nationwide: true")))


def test_the_same_id_in_two_files_is_refused(tmp_path: Path) -> None:
    written(tmp_path, desk())
    written(tmp_path, desk(), "second.yml")
    with pytest.raises(DataError, match=r"second.yml: a_desk: .*adachi.yml"):
        read_desk_files(tmp_path)


def test_the_five_documents_are_known_with_their_dates() -> None:
    sources = load_sources()
    assert {"000", "001", "002", "003", "004"} <= set(sources)
    assert all(source.as_of for source in sources.values())


def test_the_shipped_desk_files_hold_together() -> None:
    assert "general" in read_desk_files()
