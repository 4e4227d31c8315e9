"""Opening hours, a line of a cell each: every week on some days, or on the first and third Thursday, with 24-hour times."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from knowledge.exchange_spec import ScheduleWords, exchange_spec

_WORKDAYS = ("MO", "TU", "WE", "TH", "FR")


def print_schedule(schedule: Sequence[Mapping[str, Any]]) -> str:
    """Return the lines of a schedule. What a line cannot say is left out: compare what reads back."""
    return "\n".join(_print_line(line, exchange_spec().schedule) for line in schedule)


def read_schedule(text: str) -> list[dict[str, Any]]:
    """Return the lines as fields of ScheduleRecord. Raises ValueError when one cannot be read."""
    return [_read_line(line, exchange_spec().schedule) for line in text.split("\n") if line.strip()]


def _print_line(line: Mapping[str, Any], words: ScheduleWords) -> str:
    letters = {code: letter for letter, code in words.days.items()}
    ordinals = list(dict.fromkeys(day[:-2] for day in line["byday"]))
    days = words.joiner.join(dict.fromkeys(letters[day[-2:]] for day in line["byday"]))
    when = words.every if ordinals == [""] else _joined_ordinals(ordinals, words)
    part = words.parts.get(line.get("part_of_day") or "", "")
    times = f"{line['opens_at']}-{line['closes_at']}" if line.get("opens_at") else part
    return " ".join(item for item in (when, days, times) if item)


def _joined_ordinals(ordinals: Sequence[str], words: ScheduleWords) -> str:
    return words.joiner.join(words.last[0] if number == "-1" else f"{words.ordinal}{number}" for number in ordinals)


def _read_line(line: str, words: ScheduleWords) -> dict[str, Any]:
    rest = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", line)).strip()
    times = re.search(words.times, rest)
    rest = rest.replace(times[0], "") if times else rest
    part = next((code for code, word in words.parts.items() if word in rest), None)
    if times and part:
        raise ValueError("a part of the day beside times: 13 or 1 o'clock?")
    rest = rest.replace(words.parts[part], "") if part else rest
    found: dict[str, Any] = {"byday": _read_days(rest, words), "part_of_day": part}
    found["freq"] = "MONTHLY" if found["byday"][0][:-2] else "WEEKLY"
    if times:
        found["opens_at"], found["closes_at"] = _clock(times[1], times[2]), _clock(times[3], times[4])
    return found


def _clock(hour: str, minute: str | None) -> str:
    return f"{int(hour):02d}:{int(minute or 0):02d}"


def _read_days(text: str, words: ScheduleWords) -> list[str]:
    for word in (words.every, *words.every_month, *words.noise):
        text = text.replace(word, "")
    if text == words.weekdays:
        return list(_WORKDAYS)
    if text == words.daily:
        return list(words.days.values())
    letters = "".join(words.days)
    span = re.fullmatch(f"([{letters}])(?:{'|'.join(map(re.escape, words.to))}|-)([{letters}])", text)
    if span:
        codes = list(words.days.values())
        days = codes[codes.index(words.days[span[1]]) : codes.index(words.days[span[2]]) + 1]
        return days or _unreadable(text)
    last = "|".join(map(re.escape, words.last))
    parts = re.fullmatch(f"((?:{words.ordinal}?[1-5]|{last})*)([{letters}]+)", text)
    if not parts:
        return _unreadable(text)
    ordinals = ["-1" if found in words.last else found[-1] for found in re.findall(f"{words.ordinal}?[1-5]|{last}", parts[1])]
    return [f"{number}{words.days[letter]}" for number in ordinals or [""] for letter in parts[2]]


def _unreadable(text: str) -> list[str]:
    raise ValueError(f"no days of the week: {len(text)} characters")
