from pathlib import Path

import pytest

from nlu.linear import PLAIN_SCALE, learn_scale, load_model, train_exclusive, train_multiple

EXAMPLES = [["cat", "home"], ["cat", "small"], ["dog", "home"], ["dog", "large"]] * 6


def test_shares_of_labels_that_exclude_one_another_sum_to_one_and_favour_the_right_one() -> None:
    model = train_exclusive(EXAMPLES, ["cat", "cat", "dog", "dog"] * 6, 1.0)
    [shares] = model.shares([["cat"]])
    assert shares.sum() == pytest.approx(1.0)
    assert model.labels[shares.argmax()] == "cat"


def test_labels_with_too_little_support_are_left_out() -> None:
    model, held_out = train_multiple(EXAMPLES, [{"cat", "rare"}, {"cat"}, {"dog"}, set()] + [{"cat"}, {"cat"}, {"dog"}, set()] * 5, 1.0, 6)
    assert model.labels == ("cat", "dog")
    assert held_out.shape == (24, 2)


def test_examples_held_back_are_still_told_apart() -> None:
    _, held_out = train_multiple(EXAMPLES, [{"cat"}, {"cat"}, {"dog"}, {"dog"}] * 6, 1.0, 4)
    assert ((held_out[:, 0] > 0) == [True, True, False, False] * 6).all()


def test_a_scale_tells_how_often_a_margin_was_right() -> None:
    model, _ = train_multiple(EXAMPLES, [{"cat"}, {"cat"}, set(), set()] * 6, 1.0, 4)
    low, high = [-0.5] * 40, [0.5] * 40
    scale = learn_scale(low + high, [place % 4 == 0 for place in range(40)] + [place % 10 != 0 for place in range(40)])
    learned = type(model)(model.vectorizer, model.labels, model.weights, model.intercepts, {"told": scale})
    assert learned.confidence(-0.5, "told") == pytest.approx(0.25, abs=0.03)
    assert learned.confidence(0.5, "told") == pytest.approx(0.9, abs=0.03)


def test_too_few_trials_teach_no_scale() -> None:
    assert learn_scale([0.1, 0.2], [True, False]) == PLAIN_SCALE


def test_a_stored_model_gives_the_same_margins(tmp_path: Path) -> None:
    model, _ = train_multiple(EXAMPLES, [{"cat"}, {"cat"}, set(), set()] * 6, 1.0, 4)
    model.save(tmp_path)
    assert (load_model(tmp_path).margins([["cat", "home"]]) == model.margins([["cat", "home"]])).all()
