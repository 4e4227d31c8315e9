"""The shape of data/interview.yml: what each question brings and costs, and how long an interview may be."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

Share = float


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class InterviewSettings(_Shape):
    """The limits of an interview; counts are questions."""

    max_questions: int = Field(ge=1)
    extra_questions: int = Field(default=0, ge=0)
    extra_worth: float = 0.0
    max_before_suggestion: int = Field(ge=0)
    checks_from: int = Field(ge=0)
    max_checks: int = Field(ge=0)
    min_worth: float
    at_once: float
    apart_from: float
    second_suggestion_at: int = Field(ge=1)
    reminder_after_hours: int = Field(ge=1)
    worded_for_others: list[str] = []


class Weights(_Shape):
    """What each part of a worth counts."""

    need: float
    weak_rule: float
    check: float
    check_sensitive: float
    tiring: float
    household_class: float
    urgency: dict[str, float]


class RawMore(_Shape):
    """What is added when a condition surely holds."""

    when: dict[str, Any]
    add: float


class RawQuestion(_Shape):
    """One question as the file declares it; its head explains every field."""

    fact: str
    stage: str
    chance: Share = Field(default=0.0, ge=0, le=1)
    more: list[RawMore] = []
    urgent_chance: Share = Field(default=0.0, ge=0, le=1)
    desk: float = 0.0
    sheet: float = 0.0
    reach: float = 0.0
    reach_more: list[RawMore] = []
    sensitive: float = Field(default=0.0, ge=0)
    effort: float = Field(default=0.0, ge=0)
    ask_when: dict[str, Any] | None = None
    unless: dict[str, Any] | None = None
    instead_of: str | None = None
    always: bool = False


class InterviewFile(_Shape):
    """interview.yml."""

    version: int
    settings: InterviewSettings
    suggest_when: dict[str, Any]
    stages: list[str] = Field(min_length=1)
    checks_stage: str
    weights: Weights
    questions: list[RawQuestion]
    fixed_order: list[str]
