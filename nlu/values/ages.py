"""The age of the person who needs the home, or its group when only that is said."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from nlu.values.lexicon import load_lexicon
from nlu.values.numbers import parse_number
from nlu.values.people import ANYONE, SELF, kind_of, owner_of, person_in_need
from nlu.values.reading import Candidate, Reading, corrected
from nlu.values.wareki import find_year

YOUNGEST, OLDEST = 15, 115


@dataclass(frozen=True)
class _Age:
    candidate: Candidate
    owner: str
    born: bool = False


def completed_years(year: int, month: int | None, day: int | None, today: date) -> int:
    """Return completed years on `today`; with no month the year's birthday counts as passed, with no day the month's does."""
    passed = month is None or (today.month, today.day if day else 31) >= (
        month,
        day or 1,
    )
    return today.year - year - (not passed)


def find_ages(reading: Reading) -> list[Candidate]:
    """Return every age in the text, whoever's it is, from 15 to 115."""
    return [age.candidate for age in _ages(reading)]


def _ages(reading: Reading) -> list[_Age]:
    found = [*_births(reading), *_full(reading), *_named(reading), *_own(reading)]
    for age in _bare(reading):
        if not any(age.candidate.start < other.candidate.end and other.candidate.start < age.candidate.end for other in found):
            found.append(age)
    return sorted(
        (age for age in found if YOUNGEST <= int(age.candidate.value) <= OLDEST),
        key=lambda age: age.candidate.start,
    )


def _births(reading: Reading) -> Iterator[_Age]:
    lexicon = load_lexicon("ages")
    for match in lexicon.pattern("birth").finditer(reading.text):
        if not match["born"] and reading.asked not in ("age", "age_band"):
            continue
        year = find_year(match)
        month = int(match["month"]) if match["month"] else None
        day = int(match["day"]) if match["day"] else None
        if year:
            value = completed_years(year, month, day, reading.today)
            yield _Age(
                Candidate(value, *match.span()),
                owner_of(reading, *match.span()),
                born=True,
            )
    for match in lexicon.pattern("birth_two").finditer(reading.text):
        if not lexicon.pattern("birth").search(reading.text, max(0, match.start() - 4), match.end()):
            yield _Age(
                Candidate(reading.today.year - 1900 - int(match["n"]), *match.span(), 0.8),
                owner_of(reading, *match.span()),
                born=True,
            )


def _full(reading: Reading) -> Iterator[_Age]:
    for match in load_lexicon("ages").pattern("full").finditer(reading.text):
        yield _Age(
            Candidate(_turning(reading, match), *match.span()),
            owner_of(reading, *match.span()),
        )


def _own(reading: Reading) -> Iterator[_Age]:
    """Yield ages bound to the writer (71の私), in English, and corrected in the last digit (74、いや5)."""
    lexicon = load_lexicon("ages")
    for match in lexicon.pattern("aged_me").finditer(reading.text):
        yield _Age(Candidate(int(match["n"]), match.start("n"), match.end("n"), 0.9), SELF)
    for match in lexicon.pattern("english").finditer(reading.text):
        if not lexicon.pattern("english_other").search(reading.left(match.start(), 30)):
            yield _Age(Candidate(int(match["n"] or match["n2"]), *match.span(), 0.9), SELF)
    if reading.asked in ("age", "age_band"):
        for match in lexicon.pattern("last_digit").finditer(reading.text):
            yield _Age(
                Candidate(int(match["tens"]) * 10 + (parse_number(match["ones"]) or 0), *match.span()), owner_of(reading, *match.span())
            )


def _named(reading: Reading) -> Iterator[_Age]:
    lexicon = load_lexicon("ages")
    for match in lexicon.pattern("named").finditer(reading.text):
        value = int(lexicon.table("named")[match["name"]])
        yield _Age(Candidate(value, *match.span()), owner_of(reading, *match.span()))


def _bare(reading: Reading) -> Iterator[_Age]:
    lexicon = load_lexicon("ages")
    if reading.asked not in (None, "age", "age_band") and reading.asked in load_lexicon("extract").words("numeric"):
        return
    for match in lexicon.pattern("bare").finditer(reading.text):
        left = lexicon.pattern("bare_left").search(reading.text[: match.start()]) or lexicon.pattern("turning").search(
            reading.left(match.start())
        )
        if (left or reading.asked in ("age", "age_band")) and not _same_sentence_sum(reading, match):
            yield _Age(
                Candidate(_turning(reading, match), *match.span(), 0.9),
                owner_of(reading, *match.span()),
            )
    for match in lexicon.pattern("bare_owned").finditer(reading.text):
        if not any(other.start() <= match.start("n") < other.end() for other in lexicon.pattern("bare").finditer(reading.text)):
            yield _Age(
                Candidate(int(match["n"]), *match.span("n"), 0.9),
                owner_of(reading, *match.span("n")),
            )
    for match in load_lexicon("people").pattern("aged_kin").finditer(reading.text):
        yield _Age(
            Candidate(int(match["n"]), match.start("n"), match.end("n"), 0.9),
            match["kin"],
        )


def _same_sentence_sum(reading: Reading, match: re.Match[str]) -> bool:
    """Tell the second of two ages said for two people (82と79です): whose it is cannot be known."""
    return bool(load_lexicon("people").pattern("pair_left").search(reading.left(match.start(), 8)))


def _turning(reading: Reading, match: re.Match[str]) -> int:
    lexicon = load_lexicon("ages")
    left, right = reading.left(match.start(), 26), reading.right(match.end(), 12)
    number = int(match["n"])
    if lexicon.pattern("turned").match(right) or not lexicon.pattern("turning").search(left):
        return number
    return number - 1 if lexicon.pattern("turning_after").match(right) else number


def read_age(reading: Reading) -> Iterator[tuple[str, Candidate]]:
    """Yield `age`, or `age_band` if only a group is said; never both."""
    lexicon = load_lexicon("ages")
    ages = [age for age in _ages(reading) if not lexicon.pattern("hypothetical").match(reading.text[age.candidate.end :])]
    chosen = _choose(reading, ages)
    if chosen:
        yield "age", chosen
        return
    band = _band(reading, has_ages=bool(ages))
    if band:
        yield "age_band", band


def _choose(reading: Reading, ages: list[_Age]) -> Candidate | None:
    need = person_in_need(reading)
    if reading.asked in ("age", "age_band") and ages:
        kind = kind_of(ages[0].owner)
        if need == SELF and kind == "parent" or len({age.owner for age in ages}) == 1 and kind not in ("child", "other"):
            need = ages[0].owner or SELF
    fitting = [age for age in ages if _fits(age.owner, need)]
    if not fitting and need == ANYONE:
        fitting = [age for age in ages if int(age.candidate.value) >= 60][:1]
    named = [age for age in fitting if age.owner and age.owner != ANYONE]
    born = [age for age in fitting if age.born]
    best = born or named or fitting
    kept = corrected(reading, [age.candidate for age in best])
    return kept[0] if kept else None


def _fits(owner: str, need: str) -> bool:
    if need in (SELF, ANYONE):
        return owner in (SELF, "") or need == ANYONE and owner in load_lexicon("people").words("elder")
    return owner in (need, "") or kind_of(owner) == kind_of(need)


def _band(reading: Reading, has_ages: bool) -> Candidate | None:
    lexicon = load_lexicon("ages")
    found: list[tuple[Candidate, str]] = []
    for match in lexicon.pattern("band").finditer(reading.text):
        half = lexicon.table("half").get(match["n"] + match["half"][0]) if match["half"] else None
        value = half or lexicon.table("decade").get(match["n"])
        if value:
            found.append((Candidate(value, *match.span()), owner_of(reading, *match.span())))
    for match in lexicon.pattern("named_band").finditer(reading.text):
        found.append(
            (
                Candidate(lexicon.table("named_band")[match["name"]], *match.span()),
                owner_of(reading, *match.span()),
            )
        )
    for match in lexicon.pattern("late").finditer(reading.text):
        found.append(
            (
                Candidate(lexicon.table("decade")["80"], *match.span()),
                owner_of(reading, *match.span()),
            )
        )
    for match in lexicon.pattern("pupil").finditer(reading.text):
        found.append((Candidate(lexicon.table("decade")["10"], *match.span()), ""))
    need = person_in_need(reading)
    own = [candidate for candidate, owner in found if _fits(owner, need)]
    if not own and found and not has_ages and reading.asked in ("age", "age_band"):
        own = [found[0][0]]
    return own[0] if own else None
