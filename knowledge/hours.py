"""Opening hours: when a desk is open, when it opens next, and how people say that.

A schedule recurs as iCalendar has it (dateutil's rrule), in Asia/Tokyo; public holidays come from jpholiday, the
year-end closure is 29 December to 3 January, and single days are corrected by exceptions.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal
from zoneinfo import ZoneInfo

import jpholiday
from dateutil.rrule import MONTHLY, WEEKLY, YEARLY, rrule, weekday

from knowledge.schema import Appointment, ScheduleRecord
from knowledge.wording import phrase, words

TOKYO = ZoneInfo("Asia/Tokyo")
LOOK_AHEAD_DAYS = 400
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
NOON, EVENING = dt.time(12), dt.time(17)
PARTS = {"morning": (dt.time.min, NOON), "afternoon": (NOON, dt.time(18)), "evening": (EVENING, dt.time.max)}
_FREQ: dict[str, Literal[0, 1, 2]] = {"WEEKLY": WEEKLY, "MONTHLY": MONTHLY, "YEARLY": YEARLY}


@dataclass(frozen=True, order=True)
class Slot:
    """One stretch of opening on one day. Without known times `opens_at` and `closes_at` are None."""

    day: dt.date
    opens_at: dt.time | None
    closes_at: dt.time | None
    part_of_day: str | None = None

    def starts(self) -> dt.datetime | None:
        """The aware moment of opening, or None when the time is not known."""
        return None if self.opens_at is None else dt.datetime.combine(self.day, self.opens_at, TOKYO)


def is_closed_season(day: dt.date) -> bool:
    """Whether `day` lies in the year-end closure, 29 December to 3 January (Act on Holidays of Administrative Organs, article 1)."""
    return (day.month, day.day) >= (12, 29) or (day.month, day.day) <= (1, 3)


def slots_between(schedules: Sequence[ScheduleRecord], first: dt.date, last: dt.date) -> list[Slot]:
    """All slots from `first` to `last`, both included, in order; those without a known time come first on their day."""
    found = {slot for schedule in schedules for slot in _slots(schedule, first, last)}
    return sorted(found, key=lambda slot: (slot.day, slot.opens_at or dt.time.min, slot.closes_at or dt.time.min))


def is_open(schedules: Sequence[ScheduleRecord], at: dt.datetime) -> bool | None:
    """Whether it is open at `at` (aware). None: not known, since there are no hours or this day's times are not known."""
    here = at.astimezone(TOKYO)
    if not _in_force(schedules, here.date()):
        return None
    unsure = False
    for slot in slots_between(schedules, here.date(), here.date()):
        if slot.opens_at is None or slot.closes_at is None:
            begins, ends = PARTS.get(slot.part_of_day or "", (dt.time.min, dt.time.max))
            unsure = unsure or begins <= here.time() <= ends
        elif slot.opens_at <= here.time() < slot.closes_at:
            return True
    return None if unsure else False


def next_slot(schedules: Sequence[ScheduleRecord], at: dt.datetime) -> Slot | None:
    """The first slot that begins at or after `at`; a day without known times counts from tomorrow on. None: none within 400 days."""
    here = at.astimezone(TOKYO)
    for begin, end in ((0, 35), (36, LOOK_AHEAD_DAYS)):
        first, last = here.date() + dt.timedelta(days=begin), here.date() + dt.timedelta(days=end)
        for slot in slots_between(schedules, first, last):
            starts = slot.starts()
            if (starts is None and slot.day > here.date()) or (starts is not None and starts >= here):
                return slot
    return None


def next_opening(schedules: Sequence[ScheduleRecord], at: dt.datetime) -> dt.datetime | None:
    """The first known moment of opening at or after `at`, aware in Asia/Tokyo. None: not known, or none within 400 days."""
    here = at.astimezone(TOKYO)
    for begin, end in ((0, 35), (36, LOOK_AHEAD_DAYS)):
        first, last = here.date() + dt.timedelta(days=begin), here.date() + dt.timedelta(days=end)
        for slot in slots_between(schedules, first, last):
            starts = slot.starts()
            if starts is not None and starts >= here:
                return starts
    return None


# How people say it --------------------------------------------------------------------------------------------------


def say_time(time: dt.time) -> str:
    """The hour, with minutes only when there are some."""
    return phrase("dates.hour_minute", hour=time.hour, minute=time.minute) if time.minute else phrase("dates.hour", hour=time.hour)


def say_day(day: dt.date) -> str:
    """Month, day and weekday, without the year."""
    return phrase("dates.day", month=day.month, day=day.day, weekday=words("dates.weekdays")[day.weekday()])


def say_as_of(day: dt.date) -> str:
    """The full date with the words that say that something was true then."""
    return phrase("dates.as_of", date=phrase("dates.full", year=day.year, month=day.month, day=day.day))


def say_next(schedules: Sequence[ScheduleRecord], at: dt.datetime) -> str:
    """When it opens next, as a sentence. Empty when no next time is known."""
    slot = next_slot(schedules, at)
    if slot is None:
        return ""
    if slot.opens_at is None:
        if slot.part_of_day:
            return phrase("hours.next_part", date=say_day(slot.day), part=words("schedule.parts")[slot.part_of_day])
        return phrase("hours.next_day", date=say_day(slot.day))
    if slot.day == at.astimezone(TOKYO).date():
        return phrase("hours.next_today", time=say_time(slot.opens_at))
    return phrase("hours.next", date=say_day(slot.day), time=say_time(slot.opens_at))


def say_schedule(schedule: ScheduleRecord) -> str:
    """The days and, where known, the times or the part of the day, as people say them."""
    days = _say_days(schedule)
    if schedule.opens_at and schedule.closes_at:
        return f"{days} {phrase('schedule.range', opens=say_time(schedule.opens_at), closes=say_time(schedule.closes_at))}"
    return f"{days} {words('schedule.parts')[schedule.part_of_day]}" if schedule.part_of_day else days


def say_schedules(schedules: Sequence[ScheduleRecord]) -> str:
    """All lines of opening hours in one phrase."""
    return str(words("schedule.or")).join(say_schedule(schedule) for schedule in schedules)


def describe_hours(
    schedules: Sequence[ScheduleRecord],
    at: dt.datetime,
    appointment: Appointment = "unknown",
    said: str | None = None,
    old_as_of: dt.date | None = None,
) -> tuple[bool | None, str]:
    """Return (open now, the hours in words).

    `said`: the hours as the source words them. `old_as_of`: set when the data is too old to be relied on: then open now
    is None, and the words give the pattern with its date.
    """
    booking = phrase(f"hours.appointment.{appointment}")
    pattern = said or say_schedules(schedules)
    coming = say_next(schedules, at)
    if old_as_of is not None:
        text = phrase("hours.old", text=pattern, as_of=say_as_of(old_as_of)) if pattern else ""
        if coming:
            text += phrase("hours.old_next", next=coming)
        return None, text + booking
    state = is_open(schedules, at)
    if state:
        text = phrase("hours.open_until", time=say_time(_closing(schedules, at)))
    else:
        text = coming or (phrase("hours.said", text=pattern) if pattern else "")
    return state, text + booking


def closes_at(schedules: Sequence[ScheduleRecord], at: dt.datetime) -> dt.time | None:
    """The time at which what is open at `at` closes; None when it is closed, or not known to be open."""
    return _closing(schedules, at) if is_open(schedules, at) else None


def _closing(schedules: Sequence[ScheduleRecord], at: dt.datetime) -> dt.time:
    here = at.astimezone(TOKYO)
    now = [slot for slot in slots_between(schedules, here.date(), here.date()) if slot.opens_at and slot.opens_at <= here.time()]
    return max(slot.closes_at for slot in now if slot.closes_at and here.time() < slot.closes_at)


def _say_days(schedule: ScheduleRecord) -> str:
    joiner = str(words("schedule.joiner"))
    names = words("dates.weekdays")
    plain = [names[WEEKDAYS.index(day[-2:])] for day in schedule.byday]
    if schedule.freq == "WEEKLY" and schedule.interval == 1:
        if set(schedule.byday) == set(WEEKDAYS[:5]):
            return str(words("schedule.weekdays"))
        if set(schedule.byday) == set(WEEKDAYS):
            return str(words("schedule.everyday"))
        return phrase("schedule.weekly", days=joiner.join(plain))
    if schedule.freq == "WEEKLY":
        return phrase("schedule.every_other_week", interval=schedule.interval, days=joiner.join(plain))
    days = joiner.join(_say_ordinals(schedule, names))
    if schedule.freq == "YEARLY":
        months = joiner.join(phrase("schedule.month", month=month) for month in schedule.bymonth)
        return phrase("schedule.yearly", months=months, days=days)
    if schedule.interval > 1:
        return phrase("schedule.every_other_month", interval=schedule.interval, days=days)
    return phrase("schedule.monthly" if any(day[:-2] for day in schedule.byday) else "schedule.monthly_every", days=days)


def _say_ordinals(schedule: ScheduleRecord, names: Sequence[str]) -> Iterator[str]:
    """The numbered weekdays of a month; of several numbers for one weekday, the weekday stands once, after the last."""
    for place, day in enumerate(schedule.byday):
        number, code = day[:-2], day[-2:]
        follows = schedule.byday[place + 1][-2:] if place + 1 < len(schedule.byday) else None
        name = "" if follows == code else names[WEEKDAYS.index(code)]
        ordinal = "" if not number else str(words("schedule.last")) if number == "-1" else phrase("schedule.ordinal", number=number)
        yield ordinal + name


# Recurrence ---------------------------------------------------------------------------------------------------------


def _in_force(schedules: Sequence[ScheduleRecord], day: dt.date) -> list[ScheduleRecord]:
    return [schedule for schedule in schedules if schedule.valid_to is None or schedule.valid_to >= day]


def _slots(schedule: ScheduleRecord, first: dt.date, last: dt.date) -> Iterator[Slot]:
    exceptions = {exception.date: exception for exception in schedule.exceptions}
    for exception in schedule.exceptions:
        if first <= exception.date <= last and not exception.closed:
            yield Slot(exception.date, exception.opens_at, exception.closes_at)
    begin = max(first, schedule.valid_from or first)
    end = min(last, schedule.valid_to or last)
    for day in _recurring(schedule, begin, end):
        if day in exceptions:
            continue
        if schedule.yearend_closed and is_closed_season(day):
            continue
        if schedule.holidays == "closed" and jpholiday.is_holiday(day):
            continue
        yield Slot(day, schedule.opens_at, schedule.closes_at, schedule.part_of_day)


def _recurring(schedule: ScheduleRecord, begin: dt.date, end: dt.date) -> Iterator[dt.date]:
    if begin > end:
        return
    # With an interval, valid_from fixes which weeks or months count; else any start before `begin` gives the same days.
    anchor = schedule.valid_from if schedule.interval > 1 and schedule.valid_from else begin.replace(day=1)
    days = [weekday(WEEKDAYS.index(day[-2:]), int(day[:-2]) if day[:-2] else None) for day in schedule.byday]
    rule = rrule(
        _FREQ[schedule.freq],
        dtstart=_midnight(anchor),
        until=_midnight(end),
        interval=schedule.interval,
        byweekday=days,
        bymonth=schedule.bymonth or None,
    )
    for moment in rule:
        if moment.date() >= begin:
            yield moment.date()


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time.min)
