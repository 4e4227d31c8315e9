"""The sheet that spares a person from telling it all again: 相談受付・申込票 with its sixteen worries, and the assessment.

Facts with their words, needs with reasons, strengths, how to reach the person, what was suggested, what was not asked.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from knowledge.assessment import (
    Section,
    SectionState,
    StrengthFinding,
    StrengthKind,
    contact_notes,
    find_strengths,
    section_state,
    sections_for,
)
from knowledge.concerns import ConcernFinding, ConcernStatus, mark_concerns
from knowledge.facts import Facts, plain_values
from knowledge.needs import NeedFinding, infer_needs, load_needs
from knowledge.phrases import print_value
from knowledge.urgency import judge_urgency
from knowledge.vocabulary import load_vocabulary

_NEVER_ASKED = ("gender",)  # only kept when said


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SheetFact(_Shape):
    """One line of the sheet. `value` is printed; empty when declined, unknown or not asked."""

    key: str
    group: str
    label: str
    value: str = ""
    raw: Any = None
    status: str
    words: list[str] = []
    message_ids: list[int] = []


class SheetNeed(_Shape):
    """One need with its status (stated, confirmed, suspected, declined) and why."""

    id: str
    label: str
    status: str
    reasons: list[str]
    words: list[str]


class SheetDesk(_Shape):
    """A desk that was suggested, as it was shown."""

    id: str
    kind: str
    title: str
    why: str = ""


class SheetProgramme(_Shape):
    """A programme that was told about; `verdict` yes: the conditions that the person spoke of fit, unknown: some are open."""

    id: str
    title: str
    verdict: str


class SheetConcern(_Shape):
    """One of the sixteen worries of the form: marks 2 (the heaviest), 1 or 0; `status`: said, confirmed, suspected, absent, declined, open."""

    id: str
    label: str
    marks: int = Field(ge=0, le=2)
    status: ConcernStatus
    reasons: list[str] = []
    words: list[str] = []


class SheetSection(_Shape):
    """One part of the assessment: `facts` and `needs` name lines of the sheet. `state`: help, perhaps, fine, blank."""

    id: str
    label: str
    state: SectionState
    facts: list[str]
    needs: list[str]


class SheetStrength(_Shape):
    """What is in place (support) or what one can build on (strength). `inferred`: it follows from something else, nobody said it."""

    id: str
    kind: StrengthKind
    text: str
    inferred: bool = False
    words: list[str] = []


class SheetNote(_Shape):
    """Something to mind when reaching the person; `careful`: a wrong call could do harm."""

    text: str
    careful: bool


class SheetContact(_Shape):
    """How and when to reach the person safely. `method` and `time` are printed; empty when not said."""

    method: str = ""
    time: str = ""
    careful: bool = False
    asked_unsafe: bool = Field(default=False, description="whether the person told us if a call can do harm")
    notes: list[SheetNote] = []


class Sheet(_Shape):
    """Everything a caseworker needs to begin. Facts come in the vocabulary's order, those not asked included.

    `concerns` come in the form's order, all sixteen; `sections` hold every fact and need once; a sheet kept from before has none of them.
    """

    made_at: datetime
    urgency: str
    urgency_reasons: list[str]
    emergency: list[str]
    facts: list[SheetFact]
    needs: list[SheetNeed]
    desks: list[SheetDesk]
    programmes: list[SheetProgramme] = []
    concerns: list[SheetConcern] = []
    sections: list[SheetSection] = []
    strengths: list[SheetStrength] = []
    contact: SheetContact = SheetContact()


def build_sheet(facts: Facts, interview: Mapping[str, Any], now: datetime) -> Sheet:
    """Return the sheet for these facts; `interview` is the interview slot (what was asked, suggested, which emergencies)."""
    emergency = list(interview.get("emergencies", []))
    urgency = judge_urgency(plain_values(facts), emergency, now, [key.removeprefix("need:") for key in facts if key.startswith("need:")])
    findings = infer_needs(facts, now)
    lines = [_fact_line(key, facts, interview) for key in load_vocabulary().facts]
    return Sheet(
        made_at=now,
        urgency=urgency.level,
        urgency_reasons=list(urgency.reasons),
        emergency=[kind for kind in emergency if kind in load_vocabulary().emergency_kinds],
        facts=lines,
        needs=[_need_line(need) for need in findings if need.in_summary or need.status == "declined"],
        desks=[SheetDesk.model_validate(desk) for desk in interview.get("desks", [])],
        programmes=[SheetProgramme.model_validate(one) for one in interview.get("programmes", [])],
        concerns=[_concern_line(concern) for concern in mark_concerns(facts, findings, now)],
        sections=[_section(section, facts, findings) for section in sections_for(facts, now)],
        strengths=[_strength_line(found) for found in find_strengths(facts, now)],
        contact=_contact(facts, {line.key: line for line in lines}, now),
    )


def _need_line(need: NeedFinding) -> SheetNeed:
    label = load_needs().needs[need.id].label_plain
    return SheetNeed(id=need.id, label=label, status=need.status, reasons=need.reasons, words=_words(need.evidence))


def _concern_line(concern: ConcernFinding) -> SheetConcern:
    return SheetConcern(
        id=concern.id,
        label=concern.label,
        marks=concern.marks,
        status=concern.status,
        reasons=concern.reasons,
        words=_words(concern.evidence),
    )


def _section(section: Section, facts: Facts, findings: Sequence[NeedFinding]) -> SheetSection:
    return SheetSection(
        id=section.id,
        label=section.label,
        state=section_state(section, facts, findings),
        facts=list(section.facts),
        needs=[need.id for need in findings if need.id in section.needs and (need.in_summary or need.status == "declined")],
    )


def _strength_line(found: StrengthFinding) -> SheetStrength:
    strength = found.strength
    return SheetStrength(id=strength.id, kind=strength.kind, text=strength.text, inferred=found.inferred, words=_words(found.evidence))


def _contact(facts: Facts, lines: Mapping[str, SheetFact], now: datetime) -> SheetContact:
    notes = [SheetNote(text=note.text, careful=note.careful) for note in contact_notes(facts, now)]
    return SheetContact(
        method=lines["contact_method"].value,
        time=lines["contact_time"].value,
        careful=any(note.careful for note in notes),
        asked_unsafe=lines["contact_unsafe"].value != "",
        notes=notes,
    )


def _fact_line(key: str, facts: Facts, interview: Mapping[str, Any]) -> SheetFact:
    spec = load_vocabulary().facts[key]
    record = facts.get(key)
    if record is None:
        status = "asked" if key in interview.get("asked", []) else "never_asked" if key in _NEVER_ASKED else "not_asked"
        return SheetFact(key=key, group=spec.group, label=spec.label, status=status)
    return SheetFact(
        key=key,
        group=spec.group,
        label=spec.label,
        value="" if record["value"] is None else print_value(key, record["value"]),
        raw=record["value"],
        status=record["status"],
        words=_words(record["evidence"]),
        message_ids=[item["message_id"] for item in record["evidence"] if item.get("message_id") is not None],
    )


def _words(evidence: list[Any]) -> list[str]:
    return list(dict.fromkeys(item["text"] for item in evidence if item.get("text")))
