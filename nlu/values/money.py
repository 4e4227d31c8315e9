"""Sums of money: rent, the rent one can pay, income, savings and arrears, each told by the words beside it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from nlu.values.lexicon import load_lexicon
from nlu.values.reading import Candidate, Reading, corrected

KEYS = ("rent_now", "rent_max", "income_monthly", "savings", "arrears_amount")
# an income as high as this is one of a year, even if the text does not say so
YEARLY_FROM_JPY = 1_200_000
_CUES = {
    "income": "income_monthly",
    "rent": "rent_now",
    "limit": "rent_max",
    "savings": "savings",
    "arrears": "arrears_amount",
    "other": "",
}
# what an unasked word may still mean when this was asked
_COMPATIBLE = {
    "rent_now": ("rent", None),
    "rent_max": ("limit", "rent", None),
    "income_monthly": ("income", None),
    "savings": ("savings", None),
    "arrears_amount": ("arrears", "rent", None),
}


@dataclass(frozen=True)
class _Sum:
    candidate: Candidate
    cue: str | None
    left: str
    right: str
    band: bool

    @property
    def value(self) -> int:
        return int(self.candidate.value)


def read_money(reading: Reading) -> Iterator[tuple[str, Candidate]]:
    """Yield (key, candidate) for every sum that the text gives a meaning, in yen; income a month."""
    sums = list(_sums(reading))
    asked_income = reading.asked == "income_monthly"
    by_key: dict[str, list[_Sum]] = {}
    for one in sums:
        key = _key(reading, one)
        if key:
            by_key.setdefault(key, []).append(one)
    zero = dict(_zeros(reading))
    lone = _lone(reading)
    for key in KEYS:
        found = by_key.get(key, [])
        if key in zero and (not found or zero[key].start < found[0].candidate.start and key == reading.asked):
            yield key, zero[key]
        elif found:
            if key != "income_monthly":
                yield key, _one(reading, key, found)
            elif not (
                len(sums) == 1
                and load_lexicon("money").pattern("more_income").match(reading.text[found[-1].candidate.end :])
                and not asked_income
            ):
                yield key, _income(reading, found)
        elif lone and key == reading.asked:
            yield key, lone


def _sums(reading: Reading) -> Iterator[_Sum]:
    matches = list(load_lexicon("money").pattern("sum").finditer(reading.text))
    for at, match in enumerate(matches):
        floor = matches[at - 1].end() if at else 0
        ceiling = matches[at + 1].start() if at + 1 < len(matches) else len(reading.text)
        left = reading.left(match.start(), min(40, match.start() - floor))
        right = reading.right(match.end(), min(28, ceiling - match.end()))
        if at + 1 < len(matches) and _replaced(reading, match.end(), matches[at + 1]):
            continue
        if at and _replaced(reading, floor, match):
            before = matches[at - 2].end() if at > 1 else 0
            left, right = reading.left(floor - len(matches[at - 1][0]), min(40, floor - len(matches[at - 1][0]) - before)), ""
        band = bool(match["band"])
        yield _Sum(
            Candidate(int(match["n"]), *match.span()),
            _cue(left, right, band),
            left,
            right,
            band,
        )


def _replaced(reading: Reading, end: int, later: re.Match[str]) -> bool:
    """Tell a sum that ends at `end` and lost its place to the `later` one: 21万から15万に減りました, 5万、いや6万です."""
    lexicon = load_lexicon("money")
    if lexicon.pattern("taken_back").fullmatch(reading.text[end : later.start()]):
        return True
    between = reading.right(end, later.start() - end)
    return bool(lexicon.pattern("change_from").match(between)) and bool(lexicon.pattern("changed").match(reading.right(later.end(), 20)))


def _cue(left: str, right: str, band: bool) -> str | None:
    lexicon = load_lexicon("money")
    before = _nearest_left(left)
    after = next(
        (cue for cue in ("limit", "arrears", "other", "income", "savings", "rent") if lexicon.pattern(f"right_{cue}").match(right)),
        None,
    )
    if band and lexicon.pattern("right_band_limit").match(right) and before in (None, "rent", "limit"):
        return "limit"
    if after == "limit" and before in (None, "rent", "limit", "other"):
        return "limit"
    if after in ("arrears", "other") and before in (None, "rent"):
        return after
    if lexicon.pattern("right_change").match(right):
        return "other"
    return before or after


def _nearest_left(left: str) -> str | None:
    lexicon = load_lexicon("money")
    best, best_place = None, (-1, 0)
    for cue in _CUES:
        for match in lexicon.pattern(f"left_{cue}").finditer(left):
            # the nearest wins; of two that end together the longer
            if (match.end(), len(match[0])) > best_place:
                best, best_place = cue, (match.end(), len(match[0]))
    return best


def _key(reading: Reading, one: _Sum) -> str | None:
    lexicon = load_lexicon("money")
    if _over(one):
        return None
    asked = reading.asked
    cue = one.cue
    if cue == "other" and asked in _COMPATIBLE:
        cue = _cue(lexicon.pattern("clause").split(one.left)[-1], one.right, one.band)
    if asked in _COMPATIBLE and cue not in _COMPATIBLE[asked] and lexicon.pattern("because").search(one.left):
        cue = _cue(lexicon.pattern("because").split(one.left)[-1], one.right, one.band)
    if cue is None and not asked:
        cue = _told_before(reading, one)
    if asked in _COMPATIBLE and cue in _COMPATIBLE[asked]:
        if one.band and asked != "rent_max":
            return None
        if asked == "rent_max" and cue == "rent" and lexicon.pattern("now_left").search(one.left):
            return "rent_now"
        return asked
    if asked == "savings" and cue == "other" and lexicon.pattern("kept").search(one.left + one.right):
        return "savings"
    if cue is None:
        return None
    if cue == "income" and _no_monthly_income(one):
        return None
    if one.band and cue != "limit":
        return None
    return _CUES[cue] or None


def _over(one: _Sum) -> bool:
    """Tell a sum of the past, or one that is not even there."""
    lexicon = load_lexicon("money")
    return (
        bool(lexicon.pattern("past_left").search(one.left))
        or bool(lexicon.pattern("past_right").match(one.right))
        or bool(lexicon.pattern("not_even").match(one.right))
    )


def _told_before(reading: Reading, one: _Sum) -> str | None:
    """Return what a bare sum is by what stands a sentence before it: フリーで仕事をしています。月15万くらい."""
    lexicon = load_lexicon("money")
    start = one.candidate.start
    earned = lexicon.pattern("earned_left").search(reading.text[max(0, start - 34) : start])
    if earned and not lexicon.pattern("spent").match(one.right):
        return "income"
    rent = lexicon.pattern("now_left").search(one.left) and lexicon.pattern("rent_word").search(reading.text)
    return "rent" if rent else None


def _no_monthly_income(one: _Sum) -> bool:
    """Tell a sum a day or an hour, and money spent where one could also work (コンビニで月2万使う)."""
    lexicon = load_lexicon("money")
    if lexicon.pattern("not_monthly").search(one.left):
        return True
    return bool(lexicon.pattern("job_income").search(one.left)) and bool(lexicon.pattern("spent").match(one.right))


def _one(reading: Reading, key: str, found: list[_Sum]) -> Candidate:
    kept = corrected(reading, [one.candidate for one in found])
    chosen = kept[0]
    one = next(one for one in found if one.candidate is chosen)
    if key == "rent_max" and one.band:
        return Candidate(_top_of_band(one.value), chosen.start, chosen.end)
    return chosen


def _top_of_band(value: int) -> int:
    """Return the top of 6万円台: 69999."""
    step = next(step for step in (10000, 1000, 100, 10, 1) if value % step == 0)
    return value + step - 1


def _monthly(one: _Sum) -> int:
    lexicon = load_lexicon("money")
    if one.value >= YEARLY_FROM_JPY or lexicon.pattern("yearly").search(one.left) or lexicon.pattern("yearly_right").match(one.right):
        return one.value // 12
    if lexicon.pattern("two_monthly").search(one.left) or lexicon.pattern("two_monthly_right").match(one.right):
        return one.value // 2
    return one.value


def _income(reading: Reading, found: list[_Sum]) -> Candidate:
    lexicon = load_lexicon("money")
    kept = corrected(reading, [one.candidate for one in found])
    found = [one for one in found if one.candidate in kept]
    span = found[0].candidate.start, found[-1].candidate.end
    for marker in ("total", "take_home"):
        marked = [one for one in found if lexicon.pattern(marker).search(one.left)]
        if marked and (marker == "total" or len(marked) == 1 and len({_source(one) for one in found}) == 1):
            return Candidate(
                _monthly(marked[-1]),
                marked[-1].candidate.start,
                marked[-1].candidate.end,
            )
    amounts: dict[str, int] = {}
    for one in found:
        source, value = _source(one), _monthly(one)
        if value in amounts.values() and source in (None, *amounts):
            continue
        if source is None and amounts:
            continue
        amounts.setdefault(source or "", value)
    return Candidate(
        sum(amounts.values()),
        *(span if len(amounts) > 1 else (found[0].candidate.start, found[0].candidate.end)),
    )


def _source(one: _Sum) -> str | None:
    """Return the word that names where the money comes from, as it stands nearest."""
    matches = list(load_lexicon("money").pattern("left_income").finditer(one.left))
    return matches[-1][0] if matches else None


def _zeros(reading: Reading) -> Iterator[tuple[str, Candidate]]:
    lexicon = load_lexicon("money")
    for key, name in (("income_monthly", "zero_income"), ("savings", "zero_savings")):
        match = lexicon.pattern(name).search(reading.text) or (
            lexicon.pattern("zero_start").match(reading.text) if reading.asked == key else None
        )
        if match:
            yield key, Candidate(0, *match.span(), 0.9)
    if reading.asked == "rent_now" and (match := lexicon.pattern("zero_rent").search(reading.text)):
        yield "rent_now", Candidate(0, *match.span(), 0.9)


def _lone(reading: Reading) -> Candidate | None:
    """Read an answer that is only a number: 6.5 to a question about rent is 65000."""
    match: re.Match[str] | None = load_lexicon("money").pattern("lone").match(reading.text.strip())
    if reading.asked not in KEYS or not match:
        return None
    number = float(match["n"])
    value = round(number * 10000) if number <= 200 else round(number)
    at = reading.text.index(match["n"])
    return Candidate(value, at, at + len(match["n"]), 0.8)
