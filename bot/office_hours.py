"""When the staff of an office answer, and how a person is told so."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.models import Case, FactRow, Organisation
from bot.organisations import office_of
from bot.wording import say, say_easily
from knowledge.exchange_schedule import read_schedule
from knowledge.hours import TOKYO, closes_at, is_open, next_opening, say_day, say_schedules, say_time
from knowledge.schema import ScheduleRecord


def parse_hours(text: str) -> list[ScheduleRecord]:
    """Return opening hours as desk lists write them, lines or pieces after a semicolon. Raises ValueError when they cannot be read."""
    return [ScheduleRecord.model_validate(line) for line in _lines(text)]


def keep_hours(office: Organisation, text: str) -> None:
    """Note when this office's staff answer. The caller commits. Raises ValueError when the text cannot be read."""
    parse_hours(text)
    office.hours = _lines(text)


def hours_of(session: Session, conversation_id: int) -> list[ScheduleRecord]:
    """Return the hours of the office that the conversation's case belongs to, or would come to; empty when they are not known."""
    owner = session.scalar(select(Case.organisation_id).where(Case.conversation_id == conversation_id))
    if owner is not None:
        office = session.get(Organisation, owner)
    else:
        place = session.scalar(
            select(FactRow).where(FactRow.conversation_id == conversation_id, FactRow.key == "municipality", FactRow.replaced_at.is_(None))
        )
        office = office_of(session, place.record["value"] if place is not None else None)
    return [ScheduleRecord.model_validate(line) for line in (office.hours if office is not None else [])]


def answer_time(session: Session, conversation_id: int, now: datetime) -> tuple[str, str]:
    """Return when a caseworker can answer, as a sentence and in plain Japanese."""
    hours = hours_of(session, conversation_id)
    until = closes_at(hours, now)
    if until is not None:
        return _say("utter_answer_open", until=say_time(until))
    opens = next_opening(hours, now)
    if is_open(hours, now) is not False or opens is None:
        return _say("utter_answer_unknown")
    name = "utter_answer_today" if opens.date() == now.astimezone(TOKYO).date() else "utter_answer_day"
    return _say("utter_answer_closed", next=say(name, date=say_day(opens.date()), time=say_time(opens.time())))


def hours_in_words(session: Session, conversation_id: int) -> str:
    """Return a sentence that names all the hours in which staff answer, for a person whose chat they hold from now on."""
    hours = hours_of(session, conversation_id)
    return say("utter_staff_hours", hours=say_schedules(hours)) if hours else say("utter_staff_hours_unknown")


def _lines(text: str) -> list[dict[str, Any]]:
    return read_schedule(text.replace(";", "\n"))


def _say(name: str, **values: object) -> tuple[str, str]:
    return say(name, **values), say_easily(name, values)
