"""The sheet that spares a person from telling it all again: facts with their words, needs with reasons, what was suggested, what was not asked."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from knowledge.facts import Facts, plain_values
from knowledge.needs import infer_needs, load_needs
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


class Sheet(_Shape):
    """Everything a caseworker needs to begin. Facts come in the vocabulary's order, those not asked included."""

    made_at: datetime
    urgency: str
    urgency_reasons: list[str]
    emergency: list[str]
    facts: list[SheetFact]
    needs: list[SheetNeed]
    desks: list[SheetDesk]
    programmes: list[SheetProgramme] = []


def build_sheet(facts: Facts, interview: Mapping[str, Any], now: datetime) -> Sheet:
    """Return the sheet for these facts; `interview` is the interview slot (what was asked, suggested, which emergencies)."""
    emergency = list(interview.get("emergencies", []))
    urgency = judge_urgency(plain_values(facts), emergency, now, [key.removeprefix("need:") for key in facts if key.startswith("need:")])
    catalogue = load_needs().needs
    return Sheet(
        made_at=now,
        urgency=urgency.level,
        urgency_reasons=list(urgency.reasons),
        emergency=[kind for kind in emergency if kind in load_vocabulary().emergency_kinds],
        facts=[_fact_line(key, facts, interview) for key in load_vocabulary().facts],
        needs=[
            SheetNeed(
                id=need.id,
                label=catalogue[need.id].label_plain,
                status=need.status,
                reasons=need.reasons,
                words=_words(need.evidence),
            )
            for need in infer_needs(facts, now)
            if need.in_summary or need.status == "declined"
        ],
        desks=[SheetDesk.model_validate(desk) for desk in interview.get("desks", [])],
        programmes=[SheetProgramme.model_validate(one) for one in interview.get("programmes", [])],
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
