"""Keeping small numbers from telling about somebody: counts under five are hidden, and so much more that no total gives them away.

The rule (`LEAST`) and hiding a second cell are usual in official statistics. It is done line by line; tables whose lines hang
together only through a row's total are what the statistics show. Differences between two points in time are not guarded
against beyond showing whole months only.
"""

from collections.abc import Sequence
from dataclasses import dataclass

LEAST = 5
"""The smallest count that is shown. Zero is shown: nobody is nobody."""


@dataclass(frozen=True)
class Line:
    """Counts that belong together, with their sum. None: hidden."""

    cells: tuple[int | None, ...]
    total: int | None


def hide_small(counts: Sequence[int]) -> Line:
    """Return the counts of a line and its total with small ones hidden, and with as many more hidden as it takes.

    Whoever knows the total, the shown cells and this rule must not be able to tell a small count: at least two are hidden, the smallest
    of the larger ones first (all equal ones: which of them is hidden would tell), until their sum leaves room. Where that cannot be, the total is hidden too.
    """
    hidden = {at for at, count in enumerate(counts) if 0 < count < LEAST}
    larger = sorted({count for count in counts if count >= LEAST})
    while not _safe(counts, hidden) and larger:
        smallest = larger.pop(0)
        hidden |= {at for at, count in enumerate(counts) if count == smallest}
    total = sum(counts)
    return Line(
        cells=tuple(None if at in hidden else count for at, count in enumerate(counts)),
        total=None if not _safe(counts, hidden) or 0 < total < LEAST else total,
    )


def protect(counts: Sequence[int]) -> Line:
    """Return the line as `hide_small` does, for a total that other tables show too: where it would have to be hidden, all cells are instead.

    A total under five is hidden with all cells.
    """
    line, total = hide_small(counts), sum(counts)
    if line.total is not None:
        return line
    return Line(cells=(None,) * len(counts), total=None if total < LEAST else total)


def _safe(counts: Sequence[int], hidden: set[int]) -> bool:
    if not hidden:
        return True
    number, together = len(hidden), sum(counts[at] for at in hidden)
    # The other hidden ones hold at least one each: what is left must leave room for a count of four. Two fours alone would be told by
    # their sum, since a larger count is only hidden when it must be.
    return number >= 2 and together - (number - 1) >= LEAST - 1 and any(counts[at] != LEAST - 1 for at in hidden)
