"""Days by which something ends, resolved against the day of the conversation."""

import calendar
import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta

from nlu.values.lexicon import load_lexicon
from nlu.values.reading import Candidate, Reading, corrected
from nlu.values.wareki import find_year

_Resolver = Callable[[re.Match[str], date, str], date | None]


def month_end(year: int, month: int) -> date:
    """Return the last day of a month; months beyond 12 run into the next year."""
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    return date(year, month, calendar.monthrange(year, month)[1])


def _day(year: int, month: int, day: int) -> date | None:
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    return date(year, month, day) if day <= calendar.monthrange(year, month)[1] else None


def _closes(after: str) -> bool:
    """Tell a month alone that closes something (3月で出ます) from a vague one (3月上旬, 再来月、)."""
    lexicon = load_lexicon("dates")
    return not lexicon.pattern("vague").match(after) and bool(lexicon.pattern("month_alone").match(after))


def _just_past(day: date, today: date, after: str) -> bool:
    """Tell a day of the last five months, named without a year, that is over rather than to come next year."""
    return (today - day).days <= 150 and not load_lexicon("dates").pattern("still_to_come").match(after)


def _calendar(match: re.Match[str], today: date, after: str) -> date | None:
    groups = match.groupdict()
    month = int(match["month"])
    year = find_year(match)
    word = groups.get("year_word")
    if word:
        year = today.year + int(load_lexicon("dates").table("year_word")[word])
    if groups.get("day"):
        found = _day(year or today.year, month, int(match["day"]))
        if year or found is None or found >= today:
            return found
        return None if _just_past(found, today, after) else _day(today.year + 1, month, int(match["day"]))
    if not groups.get("end") and not _closes(after):
        return None
    if year is None and month < today.month:
        return (
            None if not groups.get("end") and _just_past(month_end(today.year, month), today, after) else month_end(today.year + 1, month)
        )
    return month_end(year or today.year, month)


def _month_from(match: re.Match[str], today: date, after: str) -> date | None:
    month = today.month + int(load_lexicon("dates").table("month_word")[match["month_word"]])
    if match["day"]:
        return _day(today.year, month, int(match["day"]))
    return None if not match["end"] and not _closes(after) else month_end(today.year, month)


def _this_month_end(_match: re.Match[str], today: date, _after: str) -> date:
    return month_end(today.year, today.month)


def _bare_day(match: re.Match[str], today: date, _after: str) -> date | None:
    day = int(match["day"])
    this = _day(today.year, today.month, day)
    return this if this and this >= today else _day(today.year, today.month + 1, day)


def _year_end(_match: re.Match[str], today: date, _after: str) -> date:
    return date(today.year, 12, 31)


def _year_end_next(_match: re.Match[str], today: date, _after: str) -> date:
    return date(today.year + 1, 12, 31)


def _fiscal_end(match: re.Match[str], today: date, _after: str) -> date:
    return date(today.year + (today.month > 3) + bool(match["next"]), 3, 31)


def _ahead(match: re.Match[str], today: date, _after: str) -> date | None:
    count, unit = int(match["n"] or match["n2"]), match["unit"] or match["unit2"]
    days = int(load_lexicon("dates").table("unit_days").get(unit, 0))
    if days:
        return today + timedelta(days=count * days)
    last = month_end(today.year, today.month + count)
    return last.replace(day=min(today.day, last.day))


def _day_from(match: re.Match[str], today: date, _after: str) -> date:
    return today + timedelta(days=int(load_lexicon("dates").table("day_word")[match["day_word"]]))


def _week_from(match: re.Match[str], today: date, _after: str) -> date:
    monday = today - timedelta(days=today.weekday()) + timedelta(weeks=int(load_lexicon("dates").table("week_word")[match["week_word"]]))
    weekday = int(load_lexicon("dates").table("weekday")[match["weekday"]]) if match["weekday"] else 6
    return monday + timedelta(days=weekday)


def _next_weekday(match: re.Match[str], today: date, _after: str) -> date:
    weekday = int(load_lexicon("dates").table("weekday")[match["weekday"] or match["weekday2"]])
    return today + timedelta(days=(weekday - today.weekday()) % 7 or 7)


def _english(match: re.Match[str], today: date, _after: str) -> date | None:
    month = int(load_lexicon("dates").table("english_month")[match["english"].lower()])
    day = int(match["day"] or match["day2"] or 0)
    if not (day or match["end"] or match["by"]):
        return None
    year = int(match["year"] or today.year)
    found = _day(year, month, day) if day else month_end(year, month)
    return found if match["year"] or not found or found >= today else _english_next_year(month, day, today)


def _english_next_year(month: int, day: int, today: date) -> date | None:
    return _day(today.year + 1, month, day) if day else month_end(today.year + 1, month)


def _english_ahead(match: re.Match[str], today: date, _after: str) -> date:
    return month_end(today.year, today.month + int(load_lexicon("dates").table("english_months_ahead")[match["ahead"].lower()]))


# in the order in which they win where they overlap
_RESOLVERS: dict[str, _Resolver] = {
    "iso": _calendar,
    "era_dots": _calendar,
    "calendar": _calendar,
    "slash": _calendar,
    "month_from": _month_from,
    "this_month_end": _this_month_end,
    "year_end": _year_end,
    "year_end_next": _year_end_next,
    "fiscal_end": _fiscal_end,
    "week_from": _week_from,
    "next_weekday": _next_weekday,
    "ahead": _ahead,
    "bare_day": _bare_day,
    "day_from": _day_from,
    "english_ahead": _english_ahead,
    "english": _english,
}


def find_dates(reading: Reading) -> list[Candidate]:
    """Return every day that the text names or implies, today or later, as ISO dates; past days and vague times are left out."""
    lexicon = load_lexicon("dates")
    taken: list[tuple[int, int]] = []
    found: list[Candidate] = []
    for name, resolve in _RESOLVERS.items():
        for match in lexicon.pattern(name).finditer(reading.text):
            if any(match.start() < end and start < match.end() for start, end in taken):
                continue
            taken.append(match.span())
            day = resolve(match, reading.today, reading.text[match.end() :])
            if day and day >= reading.today:
                found.append(Candidate(day.isoformat(), *match.span()))
    return sorted(found, key=lambda one: one.start)


def read_deadlines(reading: Reading) -> Iterator[tuple[str, Candidate]]:
    """Yield (key, candidate) for `deadline` and `temporary_until`: the day by which a home has to be left."""
    asked = reading.asked
    found = [one for one in find_dates(reading) if _ends_a_stay(reading, one)]
    if not found:
        return
    found = corrected(reading, found)
    temporary = load_lexicon("dates").pattern("temporary").search(reading.text)
    if asked in ("deadline", "temporary_until"):
        yield asked, found[0]
    elif temporary:
        yield "temporary_until", found[0]
    else:
        strong = [one for one in found if _cue_strength(reading, one) == 2]
        yield "deadline", (strong or found)[0]


def _ends_a_stay(reading: Reading, found: Candidate) -> bool:
    lexicon = load_lexicon("dates")
    left, right = reading.left(found.start, 16), reading.right(found.end, 30)
    if lexicon.pattern("other_date").match(right) or lexicon.pattern("other_before").search(left):
        return False
    if lexicon.pattern("past_after").match(right) and not lexicon.pattern("still_open").search(right):
        return False
    return reading.asked in ("deadline", "temporary_until") or _cue_strength(reading, found) > 0


def _cue_strength(reading: Reading, found: Candidate) -> int:
    """Return 2 if a word of leaving follows in the sentence, 1 if it stands before or in the date's own tail, else 0."""
    pattern = load_lexicon("dates").pattern("deadline_cue")
    if pattern.search(reading.right(found.end, 30)):
        return 2
    return 1 if pattern.search(reading.left(found.start, 20)) else 0
