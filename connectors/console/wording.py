"""The words of the console (`wording.yml`), checked when they are read, and how times are printed with them."""

from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import yaml
from pydantic import BaseModel, ConfigDict

_FILE = Path(__file__).parent / "wording.yml"
TOKYO = ZoneInfo("Asia/Tokyo")


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ErrorWords(_Shape):
    """One error page: never more than this is shown."""

    title: str
    text: str


class _Waiting(_Shape):
    days: str
    hours: str
    minutes: str


class Wording(_Shape):
    """Labels by id, and templates for times."""

    version: int
    title: str
    urgency: dict[str, str]
    urgency_note: dict[str, str]
    case_status: dict[str, str]
    fact_status: dict[str, str]
    fact_author: dict[str, str]
    need_status: dict[str, str]
    quiet: dict[str, str]
    alert_kind: dict[str, str]
    group: dict[str, str]
    tri: dict[str, str]
    author: dict[str, str]
    role: dict[str, str]
    desk_status: dict[str, str]
    saved: dict[str, str]
    whose: dict[str, str]
    channel: dict[str, str]
    note_kind: dict[str, str]
    case_event: dict[str, str]
    referral_status: dict[str, str]
    referral_event: dict[str, str]
    referral_item: dict[str, str]
    referral_fault: dict[str, str]
    consent_how: dict[str, str]
    moment: str
    day: str
    day_short: str
    weekdays: list[str]
    waiting: _Waiting
    errors: dict[str, ErrorWords]


@cache
def load_wording() -> Wording:
    """Return the words, read once. Raises pydantic's ValidationError when the file has gaps or unknown fields."""
    return Wording.model_validate(yaml.safe_load(_FILE.read_text(encoding="utf-8")))


def print_moment(moment: datetime) -> str:
    """Return an aware datetime as people in Japan read it, to the minute."""
    words, local = load_wording(), moment.astimezone(TOKYO)
    return words.moment.format(
        month=local.month, day=local.day, weekday=words.weekdays[local.weekday()], hour=local.hour, minute=local.minute
    )


def print_day(day: date) -> str:
    """Return a date in full."""
    return load_wording().day.format(year=day.year, month=day.month, day=day.day)


def print_day_short(day: date) -> str:
    """Return a date of these days: month, day, weekday."""
    words = load_wording()
    return words.day_short.format(month=day.month, day=day.day, weekday=words.weekdays[day.weekday()])


def print_waiting(waited: timedelta) -> str:
    """Return how long somebody has waited, in the two units that matter."""
    minutes = max(0, int(waited.total_seconds()) // 60)
    words = load_wording().waiting
    if minutes < 60:
        return words.minutes.format(minutes=minutes)
    if minutes < 24 * 60:
        return words.hours.format(hours=minutes // 60, minutes=minutes % 60)
    return words.days.format(days=minutes // (24 * 60), hours=minutes // 60 % 24)


def print_fact(value: str) -> str:
    """Return a fact's printed value; a bare yes or no, which has no phrase of its own, in words."""
    return load_wording().tri.get(value, value)
