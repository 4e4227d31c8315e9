"""Classes of households, support by damage, and the loading of `data/disaster/`."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from knowledge import disaster
from knowledge.disaster import classify_household, load_classes, load_menu, support_menu
from knowledge.errors import DataError
from knowledge.vocabulary import load_vocabulary

EXAMPLES = {example.name: example for example in load_classes().examples}
LOADERS = [
    disaster.load_rental_support,
    disaster.load_private_services,
    disaster.load_reverse_mortgages,
    disaster.load_survey_forms,
    disaster.load_practices,
]


def fits(values: dict[str, Any]) -> dict[int, str]:
    return {offer.item.number: offer.fit for offer in support_menu(values)}


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_household_comes_to_the_classes_written_beside_the_rules(name: str) -> None:
    example = EXAMPLES[name]
    found = classify_household(example.values)
    assert (list(found.possible) if found else []) == example.expect


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_open_class_names_the_facts_that_would_settle_it_and_a_settled_one_names_none(name: str) -> None:
    example = EXAMPLES[name]
    found = classify_household(example.values)
    if found is None:
        assert example.expect == []
    elif found.record is None:
        assert found.settles
        assert not set(found.settles) & set(example.values)
    else:
        assert found.settles == ()
        assert found.fact_keys


def test_every_class_is_reached_by_an_example() -> None:
    settled = {example.expect[0] for example in EXAMPLES.values() if len(example.expect) == 1}
    assert settled == {record.id for record in load_classes().sendai}


def test_every_sign_tips_an_example_household() -> None:
    given = {reason for example in EXAMPLES.values() if (found := classify_household(example.values)) for reason in found.reasons}
    sides = load_classes().sides
    assert given == {sign.reason for side in (sides.home, sides.daily_life) for sign in side.signs}


def test_examples_use_the_words_of_the_vocabulary() -> None:
    facts = load_vocabulary().facts
    for example in EXAMPLES.values():
        for key, value in example.values.items():
            elements = value if isinstance(value, list) else [value]
            assert all(facts[key].allows(element) for element in elements), (example.name, key)


def test_the_reasons_say_what_tipped_each_side() -> None:
    found = classify_household({"reasons": ["disaster"], "rebuild_plan": "undecided", "isolated": "yes"})
    assert found is not None
    assert found.reasons == ("住まいの再建の見通しがまだ決まっていない", "人との関わりが少ない")
    assert found.fact_keys == ("rebuild_plan", "isolated")


def test_a_fact_that_settles_does_settle() -> None:
    values = {"damage": "total", "rebuild_plan": "rebuild", "difficulties": []}
    before = classify_household(values)
    assert before is not None
    assert before.record is None
    assert "working" in before.settles
    after = classify_household({**values, "working": "yes"})
    assert after is not None
    assert after.record is not None
    assert after.record.id == "able_to_rebuild"


def test_an_unknown_answer_is_not_taken_for_a_no() -> None:
    found = classify_household({"reasons": ["disaster"], "rebuild_plan": "rent", "working": "unknown", "isolated": "unknown"})
    assert found is not None
    assert len(found.possible) == 4


def test_total_loss_brings_every_menu_of_its_column_but_the_clearing_of_mud() -> None:
    found = fits({"damage": "total"})
    assert [number for number, fit in found.items() if fit == "listed"] == [*range(1, 11), *range(12, 28)]
    assert [number for number, fit in found.items() if fit == "ask"] == list(range(31, 42))


@pytest.mark.parametrize(
    ("damage", "grant", "mud"),
    [("total", "listed", None), ("large_half", "listed", "listed"), ("medium_half", None, "listed"), ("half", None, "listed")],
)
def test_the_grant_begins_at_large_half_and_mud_is_cleared_short_of_total_loss(damage: str, grant: str | None, mud: str | None) -> None:
    found = fits({"damage": damage})
    assert (found.get(27), found.get(11)) == (grant, mud)


def test_a_flooded_floor_brings_mats_disinfection_and_only_partly_the_loan() -> None:
    found = fits({"damage": "flood_above"})
    assert (found[15], found[28], found[29], found[30]) == ("partly", "listed", "listed", "listed")
    assert not set(range(21, 28)) & set(found)
    assert 31 not in found


def test_water_under_the_floor_brings_nine_menus() -> None:
    found = fits({"damage": "flood_below"})
    assert [number for number, fit in found.items() if fit == "listed"] == [*range(1, 8), 28, 29]


@pytest.mark.parametrize("values", [{}, {"damage": "unknown"}, {"reasons": ["disaster"]}])
def test_before_the_damage_is_known_everything_is_to_be_asked_about(values: dict[str, Any]) -> None:
    assert fits(values) == dict.fromkeys(range(1, 42), "ask")


@pytest.mark.parametrize("damage", ["semi_half", "partial"])
def test_damage_without_a_column_leaves_what_hangs_on_no_class(damage: str) -> None:
    assert fits({"damage": damage}) == dict.fromkeys(range(32, 42), "ask")


def test_offers_come_surest_first() -> None:
    order = [offer.fit for offer in support_menu({"damage": "flood_above"})]
    assert order == sorted(order, key=["listed", "partly", "ask"].index)


def test_no_record_of_the_document_is_ever_current() -> None:
    book = load_classes()
    records = [*load_menu().records, *book.sendai, *book.kobe.classes, *(record for load in LOADERS for record in load())]
    assert len(records) == 41 + 4 + 8 + 15 + 9 + 11 + 4 + 16
    assert {record.status for record in records} == {"ended", "unverified"}
    assert {record.source.document for record in records if record.source} == {"002"}
    assert all(record.source for record in records)


def test_resident_sentences_are_plain_and_polite() -> None:
    records = [*load_menu().records, *load_classes().sendai, *(record for load in LOADERS for record in load())]
    for record in records:
        assert record.what.endswith("。"), record.id
        for sentence in record.what.rstrip("。").split("。"):
            assert len(sentence) <= 50, (record.id, sentence)
            assert sentence.endswith(("す", "ません", "した", "です")), (record.id, sentence)


def spoiled(tmp_path: Path, name: str, before: str, after: str) -> Path:
    shutil.copytree(disaster.FOLDER, tmp_path / "disaster")
    path = tmp_path / "disaster" / name
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    return tmp_path / "disaster"


@pytest.mark.parametrize(
    ("name", "before", "after", "said"),
    [
        ("support_menu.yml", "listed: [destroyed, flood_above, flood_below]", "listed: [roof]", "unknown columns"),
        ("support_menu.yml", "number: 2,", "number: 3,", "without gaps"),
        ("support_menu.yml", "damage: [flood_above]}", "damage: [flood_above, half]}", "every value of damage once"),
        ("support_menu.yml", "needs: [disaster_recovery], what: 災害の", "needs: [magic], what: 災害の", "unknown"),
        ("support_menu.yml", "status: ended", "status: current", "current"),
        ("support_menu.yml", "{not: {equals: {damage: total}}}", "{not: {equals: {damage: broken}}}", "broken"),
        ("household_classes.yml", "id: daily_life_support", "id: able_to_rebuild", "stands twice"),
        ("household_classes.yml", 'daily_life: "yes"', 'daily_life: "no"', "one class for each pair"),
        ("household_classes.yml", "expect: [home_support]", "expect: [nowhere]", "unknown classes"),
        ("household_classes.yml", 'document: "002", as_of: 2014-03-31', 'document: "999", as_of: 2014-03-31', "sources.yml"),
        ("household_classes.yml", "rebuild_plan: undecided}}, reason", "rebuild: undecided}}, reason", "unknown fact"),
    ],
)
def test_a_slip_in_the_data_stops_loading_and_names_the_file(tmp_path: Path, name: str, before: str, after: str, said: str) -> None:
    folder = spoiled(tmp_path, name, before, after)
    load = load_menu if name == "support_menu.yml" else load_classes
    with pytest.raises((DataError, ValueError), match=said):
        load(folder)


@pytest.mark.parametrize(
    ("name", "before", "after", "said"),
    [
        ("survey_forms.yml", "value: undecided", "value: dunno", "dunno"),
        ("survey_forms.yml", "fact: household_size", "fact: family", "unknown fact"),
        ("private_services.yml", "unit: rent_percent", "unit: percent", "unit"),
        ("rental_support.yml", "desk_kinds: [foreign_residents]", "desk_kinds: [embassy]", "embassy"),
        ("practices.yml", "by_plan: {stay:", "by_plan: {linger:", "rebuild_plan"),
    ],
)
def test_a_slip_in_a_list_stops_loading(tmp_path: Path, name: str, before: str, after: str, said: str) -> None:
    folder = spoiled(tmp_path, name, before, after)
    loads = {
        "survey_forms.yml": disaster.load_survey_forms,
        "private_services.yml": disaster.load_private_services,
        "rental_support.yml": disaster.load_rental_support,
        "practices.yml": disaster.load_practices,
    }
    with pytest.raises(DataError, match=said):
        loads[name](folder)
