"""The assessment, of our own design: sections of facts and needs, what is already in place, and how to reach the person (data/assessment.yml)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal

from knowledge.errors import DataError
from knowledge.facts import Evidence, Facts, plain_values
from knowledge.files import DATA, read_shape
from knowledge.needs import NeedFinding
from knowledge.rules import Condition, evaluate, keys_of, parse_condition
from knowledge.schema import RecordId, Shape, Text
from knowledge.vocabulary import load_vocabulary

ASSESSMENT_FILE = DATA / "assessment.yml"
SectionState = Literal["help", "perhaps", "fine", "blank"]
"""help: the person's words call for help; perhaps: we suspect it; fine: they spoke of it and no need shows; blank: nothing is known."""
StrengthKind = Literal["support", "strength"]


class _RawSection(Shape):
    id: RecordId
    label: Text
    facts: list[RecordId]
    needs: list[RecordId]
    shown_when: dict[str, Any] | None = None


class _RawStrength(Shape):
    id: RecordId
    kind: StrengthKind
    text: Text
    when: dict[str, Any]


class _RawNote(Shape):
    id: RecordId
    careful: bool
    text: Text
    when: dict[str, Any]


class AssessmentExample(Shape):
    """A household, the strengths and the contact notes (ids) that it must bring."""

    name: str
    values: dict[str, Any]
    strengths: list[str]
    contact: list[str] = []


class _RawFile(Shape):
    version: int
    sections: list[_RawSection]
    strengths: list[_RawStrength]
    contact_notes: list[_RawNote]
    examples_now: datetime
    examples: list[AssessmentExample]


@dataclass(frozen=True)
class Section:
    """One part of the assessment: fact keys and need ids, in the order in which they are shown."""

    id: str
    label: str
    facts: tuple[str, ...]
    needs: frozenset[str]
    shown_when: Condition | None


@dataclass(frozen=True)
class Strength:
    """Something in place, or something to build on; `text` is Japanese, for staff."""

    id: str
    kind: StrengthKind
    text: str
    when: Condition


@dataclass(frozen=True)
class ContactNote:
    """What to mind when reaching the person; `careful`: a wrong call could do harm."""

    id: str
    careful: bool
    text: str
    when: Condition


@dataclass(frozen=True)
class Assessment:
    """The whole file."""

    sections: tuple[Section, ...]
    strengths: tuple[Strength, ...]
    contact_notes: tuple[ContactNote, ...]
    examples: tuple[AssessmentExample, ...]
    examples_now: datetime


@dataclass(frozen=True)
class StrengthFinding:
    """A strength with the words that it rests on; `inferred`: nobody said it, it follows from something else."""

    strength: Strength
    inferred: bool
    evidence: list[Evidence] = field(default_factory=list)


@cache
def load_assessment(path: Path = ASSESSMENT_FILE) -> Assessment:
    """Return the file, read once. Raises DataError or RuleError that names the record; every fact and need stands in one section."""
    raw = read_shape(path, _RawFile)
    _each_once(path.name, "facts", (key for section in raw.sections for key in section.facts), load_vocabulary().facts)
    _each_once(path.name, "needs", (need for section in raw.sections for need in section.needs), load_vocabulary().needs)
    for name, ids in (("strengths", [one.id for one in raw.strengths]), ("contact_notes", [one.id for one in raw.contact_notes])):
        if len(ids) != len(set(ids)):
            raise DataError(path.name, name, "an id stands twice")
    return Assessment(
        tuple(
            Section(
                one.id,
                one.label,
                tuple(one.facts),
                frozenset(one.needs),
                parse_condition(one.shown_when, f"{path.name}: {one.id}") if one.shown_when else None,
            )
            for one in raw.sections
        ),
        tuple(Strength(one.id, one.kind, one.text, parse_condition(one.when, f"{path.name}: {one.id}")) for one in raw.strengths),
        tuple(ContactNote(one.id, one.careful, one.text, parse_condition(one.when, f"{path.name}: {one.id}")) for one in raw.contact_notes),
        tuple(raw.examples),
        raw.examples_now,
    )


def sections_for(facts: Facts, now: datetime) -> list[Section]:
    """Return the sections to show: all but those for a special situation that is not this person's."""
    values = plain_values(facts)
    return [
        section
        for section in load_assessment().sections
        if section.shown_when is None
        or evaluate(section.shown_when, values, now).result == "yes"
        or any(key in facts for key in section.facts)
    ]


def section_state(section: Section, facts: Facts, needs: Sequence[NeedFinding]) -> SectionState:
    """Return how the section stands. `needs`: as `infer_needs` found them for these facts."""
    own = [need for need in needs if need.id in section.needs and need.in_summary]
    if any(need.status in ("stated", "confirmed") or need.strength == "strong" for need in own):
        return "help"
    if own:
        return "perhaps"
    return "fine" if any(facts[key]["value"] not in (None, []) for key in section.facts if key in facts) else "blank"


def find_strengths(facts: Facts, now: datetime) -> list[StrengthFinding]:
    """Return what is in place and what one can build on, in the file's order."""
    values = plain_values(facts)
    found = []
    for strength in load_assessment().strengths:
        if evaluate(strength.when, values, now).result != "yes":
            continue
        records = [facts[key] for key in sorted(keys_of(strength.when)) if key in facts]
        inferred = any(record["status"] == "inferred" for record in records)
        found.append(StrengthFinding(strength, inferred, [item for record in records for item in record["evidence"]]))
    return found


def contact_notes(facts: Facts, now: datetime) -> list[ContactNote]:
    """Return what to mind when reaching this person, in the file's order."""
    values = plain_values(facts)
    return [note for note in load_assessment().contact_notes if evaluate(note.when, values, now).result == "yes"]


def _each_once(file: str, what: str, got: Iterable[str], wanted: Iterable[str]) -> None:
    listed, known = list(got), set(wanted)
    if unknown := sorted(set(listed) - known):
        raise DataError(file, what, f"unknown {unknown}")
    if twice := sorted({one for one in listed if listed.count(one) > 1}):
        raise DataError(file, what, f"in more than one section: {twice}")
    if missing := sorted(known - set(listed)):
        raise DataError(file, what, f"in no section: {missing}")
