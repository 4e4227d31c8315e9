"""Japanese years: era names to the common calendar and back."""

import re
from datetime import date

from nlu.values.lexicon import load_lexicon


def era_year(era: str, year: str) -> int:
    """Return the common year of an era year: era_year("昭和", "28") is 1953; 元 is the first. Raises KeyError for an unknown era."""
    first = int(load_lexicon("dates").table("era")[era])
    return first + (int(year) if year.isdigit() else 1) - 1


def format_wareki(day: date) -> str:
    """Return the day as Reiwa, Heisei or Shōwa date in Japanese, for example 令和9年3月31日."""
    starts = load_lexicon("dates").table("era_start")
    for era, start in starts.items():
        if day >= date.fromisoformat(str(start)):
            number = day.year - int(str(start)[:4]) + 1
            year = str(load_lexicon("dates").table("sign")["first"]) if number == 1 else str(number)
            return str(load_lexicon("dates").table("sign")["format"]).format(era=era, year=year, month=day.month, day=day.day)
    raise ValueError("no era is known for this day")


def find_year(match: re.Match[str], prefix: str = "") -> int | None:
    """Return the year of a match with the groups `era`, `era_year` or `year` (each after `prefix`), or None if it names none."""
    groups = match.groupdict()
    if groups.get(prefix + "era"):
        return era_year(groups[prefix + "era"], groups[prefix + "era_year"])
    if groups.get(prefix + "year"):
        return int(groups[prefix + "year"])
    return None
