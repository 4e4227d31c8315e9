"""Which literal words a regular expression cannot do without, so that most of a thousand patterns are never run."""

from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

_FEWEST, _MOST = 1, 400


def required_words(pattern: str) -> frozenset[str] | None:
    """Return words of which at least one stands in every text that `pattern` matches; None when there is no such set.

    `pattern` is valid Python `re` syntax without flags.
    """
    found = _of_sequence(list(_parser.parse(pattern)))
    return frozenset(found) if found and len(found) <= _MOST else None


def _of_sequence(items: list[Any]) -> set[str] | None:
    """Return the best set that some part of a sequence demands: the longest shortest word, then the fewest words."""
    best: set[str] | None = None
    run = ""
    for code, argument in [*items, (None, None)]:
        if code is codes.LITERAL:
            run += chr(argument)
            continue
        best = _better(best, {run} if run else None)
        run = ""
        best = _better(best, _of_item(code, argument))
    return best


def _of_item(code: Any, argument: Any) -> set[str] | None:
    if code is codes.BRANCH:
        union: set[str] = set()
        for branch in argument[1]:
            words = _of_sequence(list(branch))
            if not words:
                return None
            union |= words
        return union
    if code is codes.SUBPATTERN:
        return _of_sequence(list(argument[3]))
    if code in (codes.MAX_REPEAT, codes.MIN_REPEAT) and argument[0] > 0:
        return _of_sequence(list(argument[2]))
    if code is codes.IN and all(kind is codes.LITERAL for kind, _ in argument):
        return {chr(value) for _, value in argument}
    return None


def _better(one: set[str] | None, other: set[str] | None) -> set[str] | None:
    if not one or not other:
        return one or other
    return max(one, other, key=lambda words: (min(map(len, words)), -len(words)))
