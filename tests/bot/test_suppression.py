"""Small counts are hidden, and no total gives them away."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.suppression import LEAST, hide_small, protect


@pytest.mark.parametrize(
    ("counts", "cells", "total"),
    [
        ([], (), 0),
        ([0, 0], (0, 0), 0),
        ([5, 9], (5, 9), 14),
        ([4, 0], (None, 0), None),
        ([4, 5, 9], (None, None, 9), 18),
        ([4, 0, 9], (None, 0, None), 13),
        ([1, 1, 9], (None, None, None), 11),
        ([4, 4, 9], (None, None, None), 17),
        ([1, 4, 9], (None, None, 9), 14),
        ([4, 4], (None, None), None),
        ([2, 2], (None, None), None),
        ([3, 2], (None, None), 5),
    ],
)
def test_the_examples(counts: list[int], cells: tuple, total: int | None) -> None:
    line = hide_small(counts)
    assert (line.cells, line.total) == (cells, total)


@given(st.lists(st.integers(0, 30), max_size=8))
def test_no_small_count_is_ever_shown(counts: list[int]) -> None:
    line = hide_small(counts)
    assert all(cell is None or cell == 0 or cell >= LEAST for cell in (*line.cells, line.total))
    assert all(cell is None or cell == count for cell, count in zip(line.cells, counts, strict=True))


@given(st.lists(st.integers(0, 12), min_size=1, max_size=4))
def test_whoever_knows_the_rule_and_the_total_cannot_tell_a_small_count(counts: list[int]) -> None:
    """Try every table that would look the same: a count under five must be able to be at least two different numbers."""
    line = hide_small(counts)
    if line.total is None or None not in line.cells:
        return
    possible = [set() for _ in counts]
    ranges = [[cell] if cell is not None else range(1, line.total + 1) for cell in line.cells]
    for other in product(*ranges):
        if sum(other) == line.total and hide_small(other) == line:
            for at, count in enumerate(other):
                possible[at].add(count)
    for at, count in enumerate(counts):
        if 0 < count < LEAST:
            assert len(possible[at]) >= 2, (counts, line, possible)


def test_a_total_that_is_shown_elsewhere_tells_no_small_count() -> None:
    """All lines of up to three counts, together with their total: what looks the same must leave a small count open."""
    alike: dict[tuple, list[tuple[int, ...]]] = {}
    for counts in (line for length in (1, 2, 3) for line in product(range(14), repeat=length)):
        alike.setdefault((len(counts), sum(counts) if sum(counts) >= LEAST else None, protect(counts)), []).append(counts)
    for (length, _total, line), lines in alike.items():
        for at in range(length):
            values = {counts[at] for counts in lines}
            assert line.cells[at] is not None or len(values) > 1 or min(values) >= LEAST, (line, lines)
