"""Opening hours: recurrence, holidays, year-end, exceptions, and how people say them."""

import datetime as dt

import jpholiday
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.hours import TOKYO, WEEKDAYS, describe_hours, is_closed_season, is_open, next_opening, next_slot, say_schedule
from knowledge.schema import ScheduleRecord

WORKDAYS = list(WEEKDAYS[:5])


def schedule(**fields: object) -> ScheduleRecord:
    return ScheduleRecord.model_validate(fields)


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=TOKYO)


WEEKDAY_HOURS = schedule(byday=WORKDAYS, opens_at="09:00", closes_at="17:00")
THURSDAYS = schedule(freq="MONTHLY", byday=["1TH", "3TH", "5TH"], opens_at="13:00", closes_at="16:00")


@st.composite
def schedules(draw: st.DrawFn) -> ScheduleRecord:
    monthly = draw(st.booleans())
    days = [f"{number}{day}" for number in ("1", "2", "3", "4", "5", "-1") for day in WEEKDAYS] if monthly else list(WEEKDAYS)
    opens, closes = sorted(draw(st.lists(st.times().map(lambda time: time.strftime("%H:%M")), min_size=2, max_size=2, unique=True)))
    return schedule(
        freq="MONTHLY" if monthly else "WEEKLY",
        byday=draw(st.lists(st.sampled_from(days), min_size=1, max_size=4, unique=True)),
        opens_at=opens,
        closes_at=closes,
        holidays=draw(st.sampled_from(["closed", "open"])),
        yearend_closed=draw(st.booleans()),
    )


moments = st.datetimes(min_value=dt.datetime(2024, 1, 1), max_value=dt.datetime(2030, 12, 31)).map(
    lambda moment: moment.replace(tzinfo=TOKYO)
)


@settings(max_examples=60, deadline=None)
@given(schedules(), moments)
def test_the_next_opening_is_open_and_not_in_the_past(line: ScheduleRecord, moment: dt.datetime) -> None:
    opening = next_opening([line], moment)
    assert opening is not None
    assert opening >= moment
    assert is_open([line], opening) is True


@settings(max_examples=60, deadline=None)
@given(schedules(), moments)
def test_nothing_opens_between_now_and_the_next_opening(line: ScheduleRecord, moment: dt.datetime) -> None:
    opening = next_opening([line], moment)
    assert opening is not None
    day = moment.date() + dt.timedelta(days=1)
    while day < opening.date():
        assert is_open([line], dt.datetime.combine(day, line.opens_at or dt.time.min, TOKYO)) is False
        day += dt.timedelta(days=1)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from([day for day, _name in jpholiday.between(dt.date(2024, 1, 1), dt.date(2028, 12, 31))]), st.times())
def test_a_desk_that_closes_on_holidays_is_never_open_on_one(day: dt.date, time: dt.time) -> None:
    always = schedule(byday=list(WEEKDAYS), opens_at="00:00", closes_at="23:59")
    assert is_open([always], dt.datetime.combine(day, time, TOKYO)) is False


@settings(max_examples=40, deadline=None)
@given(moments, st.sampled_from([dt.UTC, dt.timezone(dt.timedelta(hours=-8))]))
def test_the_answer_does_not_hang_on_the_time_zone_of_the_question(moment: dt.datetime, zone: dt.tzinfo) -> None:
    assert is_open([WEEKDAY_HOURS], moment) == is_open([WEEKDAY_HOURS], moment.astimezone(zone))


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-11-20T08:59", False),
        ("2026-11-20T09:00", True),
        ("2026-11-20T16:59", True),
        ("2026-11-20T17:00", False),
        ("2026-11-21T10:00", False),
        ("2026-11-23T10:00", False),  # 勤労感謝の日
        ("2026-12-28T10:00", True),
        ("2026-12-29T10:00", False),
        ("2027-01-04T10:00", True),
    ],
)
def test_weekday_hours_hold_at_their_limits(moment: str, expected: bool) -> None:
    assert is_open([WEEKDAY_HOURS], at(moment)) is expected


def test_the_year_end_closure_runs_from_29_december_to_3_january() -> None:
    closed = [day for day in (dt.date(2026, 12, 25) + dt.timedelta(days=n) for n in range(14)) if is_closed_season(day)]
    assert (closed[0], closed[-1], len(closed)) == (dt.date(2026, 12, 29), dt.date(2027, 1, 3), 6)


def test_numbered_thursdays_skip_the_fourth() -> None:
    assert next_opening([THURSDAYS], at("2026-11-20T10:00")) == at("2026-12-03T13:00")


def test_the_last_friday_is_found_in_short_and_long_months() -> None:
    line = schedule(freq="MONTHLY", byday=["-1FR"], opens_at="10:00", closes_at="12:00")
    assert next_opening([line], at("2027-02-01T00:00")) == at("2027-02-26T10:00")
    assert next_opening([line], at("2027-07-01T00:00")) == at("2027-07-30T10:00")


def test_every_other_week_counts_from_the_first_day() -> None:
    line = schedule(byday=["TU"], interval=2, valid_from="2026-11-03", opens_at="10:00", closes_at="12:00", holidays="open")
    assert next_opening([line], at("2026-11-04T00:00")) == at("2026-11-17T10:00")


def test_a_yearly_fair_comes_once_a_year() -> None:
    line = schedule(freq="YEARLY", bymonth=[10], byday=["2SA"], opens_at="10:00", closes_at="15:00")
    assert next_opening([line], at("2026-10-11T00:00")) == at("2027-10-09T10:00")


def test_exceptions_close_a_day_and_open_another() -> None:
    exceptions = [{"date": "2026-11-24"}, {"date": "2026-11-28", "closed": False, "opens_at": "10:00", "closes_at": "12:00"}]
    line = schedule(byday=WORKDAYS, opens_at="09:00", closes_at="17:00", exceptions=exceptions)
    assert is_open([line], at("2026-11-24T10:00")) is False
    assert is_open([line], at("2026-11-28T10:00")) is True


def test_without_hours_nothing_is_claimed() -> None:
    assert is_open([], at("2026-11-20T10:00")) is None
    assert next_opening([], at("2026-11-20T10:00")) is None


def test_hours_that_have_run_out_claim_nothing() -> None:
    line = schedule(byday=WORKDAYS, opens_at="09:00", closes_at="17:00", valid_to="2026-03-31")
    assert is_open([line], at("2026-04-01T10:00")) is None
    assert next_slot([line], at("2026-04-01T10:00")) is None


def test_an_afternoon_without_times_is_unsure_in_the_afternoon_and_closed_in_the_morning() -> None:
    line = schedule(byday=["TH"], part_of_day="afternoon")
    assert is_open([line], at("2026-11-26T14:00")) is None
    assert is_open([line], at("2026-11-26T10:00")) is False
    assert next_opening([line], at("2026-11-20T10:00")) is None


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"byday": WORKDAYS, "opens_at": "09:00", "closes_at": "17:15"}, "平日 9時〜17時15分"),
        ({"freq": "MONTHLY", "byday": ["1TH", "3TH", "5TH"]}, "第1・第3・第5木曜"),
        ({"byday": ["TH"], "part_of_day": "afternoon"}, "毎週木曜 午後"),
        ({"byday": ["MO", "WE"]}, "毎週月・水曜"),
        ({"freq": "MONTHLY", "byday": ["-1FR"]}, "最後の金曜"),
        ({"freq": "MONTHLY", "byday": ["1MO", "3WE"]}, "第1月・第3水曜"),
        ({"freq": "YEARLY", "bymonth": [4, 10], "byday": ["2SA"]}, "4月・10月の第2土曜"),
        ({"byday": list(WEEKDAYS)}, "毎日"),
    ],
)
def test_schedules_are_said_as_people_say_them(fields: dict[str, object], said: str) -> None:
    assert say_schedule(schedule(**fields)) == said


def test_the_next_time_is_said_with_its_weekday_and_booking() -> None:
    line = schedule(freq="MONTHLY", byday=["4TH"], opens_at="13:00", closes_at="16:00")
    assert describe_hours([line], at("2026-11-20T10:00"), "required") == (False, "次は11月26日(木) 13時から。予約がいります。")


def test_an_open_desk_says_until_when() -> None:
    assert describe_hours([WEEKDAY_HOURS], at("2026-11-20T10:00")) == (True, "いま開いています（17時まで）。")


def test_old_hours_are_never_open_now_and_carry_their_date() -> None:
    state, text = describe_hours([WEEKDAY_HOURS], at("2026-11-20T10:00"), old_as_of=dt.date(2024, 3, 31))
    assert state is None
    assert "2024年3月31日時点" in text
    assert "いま開いています" not in text


def test_hours_known_in_words_only_are_said_in_those_words() -> None:
    assert describe_hours([], at("2026-11-20T10:00"), said="月2回") == (None, "月2回。")
