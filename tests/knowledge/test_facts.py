import copy

import pytest
import yaml

from knowledge.facts import FACTS_FILE, answer_need, band_of, derive, load_habits, mark, merge, plain_values
from knowledge.rules import RuleError


def entity(key, value, text="words", confidence=1.0):
    return {"entity": key, "value": value, "start": 0, "end": len(text), "text": text, "extractor": "test", "confidence_entity": confidence}


def tell(facts, *entities, asked=None, message_id=1, correcting=False):
    return merge(facts, entities, asked=asked, message_id=message_id, correcting=correcting)


def known(**values):
    return derive({key: {"value": value, "status": "said", "evidence": []} for key, value in values.items()})


def test_a_new_fact_is_said_with_the_words_it_rests_on() -> None:
    facts, changes = tell({}, entity("guarantor", "no", "いません"), message_id=7)
    assert facts["guarantor"] == {
        "value": "no",
        "status": "said",
        "evidence": [{"message_id": 7, "text": "いません", "start": 0, "end": 4}],
    }
    assert [(change.key, change.before, change.after, change.kind) for change in changes] == [("guarantor", None, "no", "new")]


def test_a_contradicting_newer_statement_replaces_the_older_and_keeps_both_words() -> None:
    first, _ = tell({}, entity("rent_max", 50000, "5万"))
    facts, changes = tell(first, entity("rent_max", 60000, "やっぱり6万"), message_id=2)
    assert (facts["rent_max"]["value"], facts["rent_max"]["status"]) == (60000, "corrected")
    assert [item["text"] for item in facts["rent_max"]["evidence"]] == ["5万", "やっぱり6万"]
    assert changes[0].kind == "corrected"


def test_the_same_statement_again_confirms_and_changes_nothing() -> None:
    facts, changes = tell(known(debt="yes"), entity("debt", "yes"))
    assert (facts["debt"]["value"], facts["debt"]["status"], changes[0].kind) == ("yes", "said", "confirmed")


def test_multi_values_are_united_and_replaced_when_correcting() -> None:
    facts, changes = tell(known(reasons=["divorce"]), entity("reasons", "rent_arrears"))
    assert facts["reasons"]["value"] == ["divorce", "rent_arrears"]
    assert changes[0].kind == "extended"
    corrected, _ = tell(facts, entity("reasons", "demolition"), correcting=True)
    assert corrected["reasons"]["value"] == ["demolition"]
    assert corrected["reasons"]["status"] == "corrected"


def test_none_gives_way_to_a_real_element_and_replaces_one_only_as_a_direct_answer() -> None:
    assert tell(known(supports_now=["none"]), entity("supports_now", "minsei"))[0]["supports_now"]["value"] == ["minsei"]
    assert tell(known(supports_now=["minsei"]), entity("supports_now", "none"))[0]["supports_now"]["value"] == ["minsei"]
    assert tell(known(income_source=["wages"]), entity("income_source", "none"), asked="income_source")[0]["income_source"]["value"] == [
        "none"
    ]


@pytest.mark.parametrize(("key", "clear", "vague"), [("guarantor", "no", "unknown"), ("damage", "half", "unknown")])
def test_a_vaguer_statement_never_takes_the_place_of_a_clear_one(key, clear, vague) -> None:
    facts, changes = tell(known(**{key: clear}), entity(key, vague), asked=key)
    assert facts[key]["value"] == clear
    assert changes == []


def test_a_doubtful_mention_overwrites_only_when_it_was_asked_for() -> None:
    before = known(age=71)
    assert tell(before, entity("age", 45, confidence=0.5))[0]["age"]["value"] == 71
    assert tell(before, entity("age", 45, confidence=0.5), asked="age")[0]["age"]["value"] == 45
    assert tell(before, entity("age", 45))[0]["age"]["value"] == 45


def test_an_answer_to_its_own_question_gives_way_to_no_aside() -> None:
    answered, _ = tell({}, entity("household", "couple"), asked="household")
    aside = entity("household", "single", "わたしだけでは荷造りが終わらず")
    kept, changes = tell(answered, aside, asked="belongings_many", message_id=2)
    assert (kept["household"]["value"], changes) == ("couple", [])
    assert tell(answered, aside, asked="household")[0]["household"]["value"] == "single"
    assert tell(answered, aside, asked=None)[0]["household"]["value"] == "single"
    assert tell(answered, aside, asked="belongings_many", correcting=True)[0]["household"]["value"] == "single"
    assert merge(answered, [aside], asked="savings", message_id=2, reconsidering=True)[0]["household"]["value"] == "single"


def test_what_was_only_told_in_passing_gives_way_to_a_later_aside() -> None:
    told, _ = tell({}, entity("pets", "yes"), asked="reasons")
    assert tell(told, entity("pets", "no"), asked="wishes")[0]["pets"]["value"] == "no"


def test_a_button_is_an_answer_whatever_was_asked_last() -> None:
    pressed, _ = tell(known(guarantor="yes"), {**entity("guarantor", "no"), "chosen": True}, asked="savings")
    assert pressed["guarantor"]["value"] == "no"
    assert tell(pressed, entity("guarantor", "yes"), asked="debt")[0]["guarantor"]["value"] == "no"


def test_a_second_opinion_fills_gaps_and_never_speaks_against_what_was_said() -> None:
    guess = {**entity("working", "no", confidence=0.97), "extractor": "FactClassifier"}
    assert tell({}, guess)[0]["working"]["value"] == "no"
    assert tell(known(working="yes"), guess)[0]["working"]["value"] == "yes"
    helped = {**entity("supports_now", "minsei", confidence=0.97), "extractor": "FactClassifier"}
    assert tell(known(supports_now=["none"]), helped)[0]["supports_now"]["value"] == ["none"]
    assert tell(known(supports_now=["school"]), helped)[0]["supports_now"]["value"] == ["school", "minsei"]


def test_danger_in_an_aside_is_always_heard() -> None:
    safe, _ = tell({}, entity("contact_unsafe", "no"), asked="contact_unsafe")
    assert tell(safe, entity("contact_unsafe", "yes"), asked="wishes")[0]["contact_unsafe"]["value"] == "yes"


def test_unknown_keys_and_values_are_left_out() -> None:
    assert tell({}, entity("hobby", "golf"), entity("guarantor", "maybe"), entity("age", "71"), entity("need", "money")) == ({}, [])


def test_a_named_need_is_kept_under_its_own_key() -> None:
    facts, _ = tell({}, entity("need", "legal_advice", "裁判所から"))
    assert (facts["need:legal_advice"]["value"], facts["need:legal_advice"]["status"]) == ("yes", "said")


def test_a_declined_need_that_is_later_asked_for_counts_again() -> None:
    facts, _ = tell(answer_need({}, "legal_advice", False), entity("need", "legal_advice"))
    assert facts["need:legal_advice"]["value"] == "yes"


def test_age_band_follows_from_age_and_goes_with_it() -> None:
    facts, _ = tell({}, entity("age", 64))
    assert (facts["age_band"]["value"], facts["age_band"]["status"]) == ("60_64", "inferred")
    older, _ = tell(facts, entity("age", 65), correcting=True)
    assert older["age_band"]["value"] == "65_74"


@pytest.mark.parametrize(
    ("age", "band"), [(19, "under20"), (20, "20s"), (59, "50s"), (60, "60_64"), (74, "65_74"), (75, "75_over"), (None, None)]
)
def test_each_age_has_its_band(age, band) -> None:
    assert band_of(age) == band


def test_what_follows_is_inferred_and_withdrawn_with_what_it_rests_on() -> None:
    facts, _ = tell({}, entity("household", "single"))
    assert facts["household_size"] == {"value": 1, "status": "inferred", "evidence": facts["household"]["evidence"]}
    corrected, _ = tell(facts, entity("household", "single_parent"), correcting=True)
    assert "household_size" not in corrected


def test_a_statement_stands_above_an_inference_and_is_no_correction_of_it() -> None:
    facts, changes = tell(known(income_source=["none"]), entity("income_monthly", 20000))
    assert (facts["income_monthly"]["value"], facts["income_monthly"]["status"]) == (20000, "said")
    assert changes[0].kind == "corrected"


def test_public_assistance_follows_from_its_payment() -> None:
    facts, _ = tell({}, entity("income_source", "public_assistance"))
    assert plain_values(facts)["public_assistance"] == "yes"


def test_a_refusal_is_remembered_without_losing_an_earlier_answer() -> None:
    assert mark({}, "debt", "declined")["debt"] == {"value": None, "status": "declined", "evidence": []}
    assert mark(known(debt="yes"), "debt", "declined")["debt"]["value"] == "yes"
    assert "debt" not in plain_values(mark({}, "debt", "unknown"))


def test_an_answer_after_a_refusal_is_new() -> None:
    facts, changes = tell(mark({}, "debt", "declined"), entity("debt", "yes"))
    assert (facts["debt"]["status"], changes[0].kind) == ("said", "new")


def test_correcting_an_age_by_a_band_drops_the_age_that_does_not_fit() -> None:
    facts, _ = tell(known(age=71), entity("age_band", "50s"), correcting=True)
    assert plain_values(facts)["age_band"] == "50s"
    assert "age" not in facts


def test_merging_leaves_the_facts_it_was_given_untouched() -> None:
    before = known(reasons=["divorce"], age=40)
    copied = copy.deepcopy(before)
    tell(before, entity("reasons", "dv"), entity("age", 41))
    assert before == copied


def test_a_derivation_to_an_impossible_value_stops_loading(tmp_path) -> None:
    data = yaml.safe_load(FACTS_FILE.read_text(encoding="utf-8"))
    data["derivations"][0]["set"] = {"household": "alone"}
    path = tmp_path / "facts.yml"
    path.write_text(yaml.safe_dump(data), encoding="utf-8")
    with pytest.raises(RuleError, match="facts.yml: alone_is_one"):
        load_habits(path)


def test_a_correction_takes_along_what_hung_on_the_old_value() -> None:
    facts, _ = merge({}, [{"entity": "reasons", "value": "rent_arrears"}, {"entity": "arrears_months", "value": 2}], asked=None, message_id=1)
    after, changes = merge(facts, [{"entity": "reasons", "value": "eviction_demand"}], asked=None, message_id=2, correcting=True)
    assert after["reasons"]["value"] == ["eviction_demand"]
    assert "arrears_months" not in after
    assert [(one.key, one.after) for one in changes if one.kind == "withdrawn"] == [("arrears_months", None)]


def test_what_hangs_on_another_fact_stays_while_that_holds_and_when_it_is_said_again() -> None:
    facts, _ = merge({}, [{"entity": "reasons", "value": "rent_arrears"}, {"entity": "arrears_months", "value": 2}], asked=None, message_id=1)
    added, _ = merge(facts, [{"entity": "reasons", "value": "eviction_demand"}], asked=None, message_id=2)
    assert added["arrears_months"]["value"] == 2
    said = [{"entity": "reasons", "value": "eviction_demand"}, {"entity": "arrears_months", "value": 1}]
    assert merge(facts, said, asked=None, message_id=2, correcting=True)[0]["arrears_months"]["value"] == 1
