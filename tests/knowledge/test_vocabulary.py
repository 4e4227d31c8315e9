import pytest

from knowledge.vocabulary import VocabularyError, load_vocabulary


def test_every_group_of_facts_is_read_with_its_type_and_label() -> None:
    vocabulary = load_vocabulary()
    assert vocabulary.facts["guarantor"].type == "tri"
    assert vocabulary.facts["reasons"].values["rent_arrears"] == "家賃の滞納"
    assert vocabulary.facts["age"].group == "person"
    assert len(vocabulary.needs) == 40


def test_a_fact_allows_only_the_values_of_its_type() -> None:
    facts = load_vocabulary().facts
    assert facts["age_band"].allows("20s") and not facts["age_band"].allows("200s")
    assert facts["age"].allows(72) and not facts["age"].allows("72") and not facts["age"].allows(True)
    assert facts["guarantor"].allows("no") and not facts["guarantor"].allows(False)
    assert facts["municipality"].allows("足立区")


def test_the_vocabulary_is_read_once() -> None:
    assert load_vocabulary() is load_vocabulary()


def test_a_fact_that_stands_twice_stops_loading(tmp_path) -> None:
    path = tmp_path / "twice.yml"
    path.write_text(
        "version: 1\nfacts:\n  a: {age: {type: int, label: x}}\n  b: {age: {type: int, label: y}}\n"
        "needs: {}\ndesk_kinds: {}\nurgency: {}\nemergency_kinds: {}\n",
        encoding="utf-8",
    )
    with pytest.raises(VocabularyError, match="twice.yml: fact age stands twice"):
        load_vocabulary(path)
