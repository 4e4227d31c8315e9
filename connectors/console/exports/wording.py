"""The words on papers (`wording.yml`), checked when they are read, and times as papers print them: with the year, since papers are kept."""

from datetime import datetime
from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

from connectors.console.wording import TOKYO

_FILE = Path(__file__).parent / "wording.yml"


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class IntakeWords(_Shape):
    """The words of the 相談受付・申込票."""

    title: str
    file: str
    about: str
    concerns: str
    legend: str
    heaviest: str
    no_heaviest: str
    urgency: str
    contact: str
    contact_method: str
    contact_time: str
    contact_not_asked: str
    contact_unsafe_open: str
    wishes: str
    strengths: str
    strengths_support: str
    strengths_strength: str
    strengths_none: str
    suggested: str
    suggested_none: str
    programme_yes: str
    programme_unknown: str
    needs: str
    consent: str
    received: str
    reference: str
    place: str
    status: str
    masked: str
    by_hand: str
    by_hand_lines: list[str]
    memo: str


class AssessmentWords(_Shape):
    """The words of the assessment."""

    title: str
    file: str
    item: str
    value: str
    basis: str
    words: str
    needs: str
    reason: str
    state: dict[str, str]
    blanks: dict[str, str]


class SharedWords(_Shape):
    """The words of the 入居者情報共有シート."""

    title: str
    file: str
    about: str
    to: str
    wishes: str
    support: str
    care: str
    worries: str
    worry: str
    in_place: str
    arranging: str
    contact: str
    contact_text: str
    contact_reference: str
    remark: str
    consent: str
    nothing: str
    phone_blank: str
    staff_blank: str


class PlanWords(_Shape):
    """The words of the 再建計画書, beside those of `knowledge.disaster_plan`."""

    title: str
    file: str
    timetable: str
    steps: str
    next_steps: str
    menu: str
    menu_name: str
    menu_what: str
    menu_for: str


class CasesWords(_Shape):
    """The words of the case list."""

    title: str
    file: str
    columns: dict[str, str]


class PaperWords(_Shape):
    """The whole file."""

    version: int
    handle_with_care: str
    missing_glyph_note: str
    made_at: str
    moment: str
    deadline: str
    more: str
    saved: dict[str, str]
    joiner: str
    intake: IntakeWords
    assessment: AssessmentWords
    concern_mark: dict[str, str]
    shared: SharedWords
    plan: PlanWords
    cases: CasesWords
    intake_sheets: dict[str, str]


@cache
def paper_words() -> PaperWords:
    """Return the words, read once. Raises pydantic's ValidationError when the file has gaps or unknown fields."""
    return PaperWords.model_validate(yaml.safe_load(_FILE.read_text(encoding="utf-8")))


def print_time(moment: datetime) -> str:
    """Return an aware datetime in full, as people in Japan read it."""
    local = moment.astimezone(TOKYO)
    return paper_words().moment.format(year=local.year, month=local.month, day=local.day, hour=local.hour, minute=local.minute)
