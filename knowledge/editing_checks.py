"""What is wrong with a record that an admin typed or imported, said in plain Japanese and by field.

The shapes of the data files are the truth; here their errors are put into words, and what they point to is looked up.
"""

import datetime as dt
from collections.abc import Container, Iterable, Mapping
from functools import cache
from typing import Any

from pydantic import BaseModel, Field, ValidationError
from pydantic_core import ErrorDetails
from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.editing_kinds import KIND
from knowledge.editing_types import Errors, Kind
from knowledge.faq_entries import FaqRecord, load_faq_sources
from knowledge.files import DATA, load_sources, read_shape
from knowledge.lifelines import load_lifelines
from knowledge.models import FaqEntry, Organization, Programme
from knowledge.municipalities import load_municipalities
from knowledge.programme_schema import ProgrammeRecord
from knowledge.programmes import check_programme, load_households
from knowledge.schema import DeskRecord, Shape, SourceRef, Text
from knowledge.shops import ShopRecord
from knowledge.vocabulary import load_vocabulary


class Saying(Shape):
    """A message of our shapes in Japanese. `field`: where it is shown, below the place that the error names."""

    starts: Text
    say: Text
    field: str | None = None


class EditingWords(Shape):
    """editing.yml."""

    problems: dict[str, Text]
    patterns: dict[str, Text]
    sayings: list[Saying]
    results: dict[str, Text]
    wrong: Text
    wrong_condition: Text
    needs_source: Text
    needs_as_of: Text
    unknown_source: Text
    unknown_need: Text
    unknown_desk_kind: Text
    unknown_organization: Text
    unknown_lifeline: Text
    unknown_language: Text
    unknown_municipality: Text
    unknown_area: Text
    unknown_household: Text
    unknown_successor: Text
    same_question: Text = Field(description="{other}: id of the entry that has it")
    same_wording: Text
    id_taken: Text
    id_fixed: Text
    version_fixed: Text
    edited_meanwhile: Text
    nothing_to_publish: Text
    no_examples: Text
    example_fails: Text = Field(description="{name}, {found}, {expected}")


@cache
def editing_words() -> EditingWords:
    """Return the wording, read once."""
    return read_shape(DATA / "editing.yml", EditingWords)


def read_content(session: Session, kind: Kind, content: Mapping[str, Any]) -> tuple[BaseModel | None, Errors]:
    """Return the record and no errors, or None and what is wrong by field."""
    try:
        record = KIND[kind].shape.model_validate(dict(content))
    except ValidationError as error:
        return None, _in_words(error.errors())
    errors = _links(session, record)
    return (None, errors) if errors else (record, {})


def failed_examples(record: ProgrammeRecord, now: dt.datetime) -> Errors:
    """Return which example households do not come out as they should; a programme with conditions needs at least one."""
    words = editing_words()
    if not record.examples and (record.eligibility or record.exclusions):
        return {"examples": words.no_examples}
    errors: Errors = {}
    for number, example in enumerate(record.examples):
        found = check_programme(record, example.values, now).verdict
        if found != example.expect:
            told = {"name": example.name, "found": words.results[found], "expected": words.results[example.expect]}
            errors[f"examples.{number}"] = words.example_fails.format(**told)
    return errors


def _in_words(problems: Iterable[ErrorDetails]) -> Errors:
    errors: Errors = {}
    for problem in problems:
        place, sentence = _say(problem)
        errors.setdefault(place, sentence)
    return errors


def _say(problem: ErrorDetails) -> tuple[str, str]:
    words = editing_words()
    place = [str(part) for part in problem["loc"]]
    limits = problem.get("ctx", {})
    if problem["type"] == "string_pattern_mismatch":
        named = next((part for part in reversed(place) if not part.isdigit()), "other")
        return ".".join(place), words.patterns.get(named, words.patterns["other"])
    if problem["type"] == "value_error":
        return _own_message(place, str(limits.get("error", "")))
    least = limits.get("min_length", limits.get("ge"))
    most = limits.get("max_length", limits.get("le"))
    return ".".join(place), words.problems.get(problem["type"], words.wrong).format(least=least, most=most)


def _own_message(place: list[str], message: str) -> tuple[str, str]:
    words = editing_words()
    for saying in words.sayings:
        if message.startswith(saying.starts):
            at_field = saying.field and (not place or place[-1] != saying.field)
            return ".".join([*place, saying.field] if saying.field and at_field else place), saying.say
    about_condition = any(part in ("eligibility", "exclusions", "amounts", "examples") for part in place)
    return ".".join(place), words.wrong_condition if about_condition else words.wrong


def _links(session: Session, record: BaseModel) -> Errors:
    if isinstance(record, FaqRecord):
        return _faq_links(session, record)
    if isinstance(record, DeskRecord):
        return _desk_links(session, record)
    if isinstance(record, ProgrammeRecord):
        return _programme_links(session, record)
    return _shop_links(record) if isinstance(record, ShopRecord) else {}


def _each(field: str, named: Iterable[str], known: Container[str], sentence: str) -> Errors:
    return {f"{field}.{number}": sentence for number, name in enumerate(named) if name not in known}


def _faq_links(session: Session, record: FaqRecord) -> Errors:
    words, vocabulary = editing_words(), load_vocabulary()
    errors = _each("needs", record.needs, vocabulary.needs, words.unknown_need)
    errors |= _each("desk_kinds", record.desk_kinds, vocabulary.desk_kinds, words.unknown_desk_kind)
    if record.source.document not in load_faq_sources():
        errors["source.document"] = words.unknown_source
    wordings = [record.question, *record.variants]
    errors |= {f"variants.{at - 1}": words.same_wording for at, wording in enumerate(wordings) if wording in wordings[:at]}
    others = select(FaqEntry.id).where(FaqEntry.question == record.question, FaqEntry.id != record.id, FaqEntry.state == "published")
    if other := session.scalar(others):
        errors["question"] = words.same_question.format(other=other)
    return errors


def _desk_links(session: Session, record: DeskRecord) -> Errors:
    words, vocabulary = editing_words(), load_vocabulary()
    errors = _source(record.source)
    if record.kind not in vocabulary.desk_kinds:
        errors["kind"] = words.unknown_desk_kind
    errors |= _each("needs", record.needs, vocabulary.needs, words.unknown_need)
    errors |= _each("lifelines", record.lifelines, {line.id for line in load_lifelines()}, words.unknown_lifeline)
    errors |= _each("languages", record.languages, vocabulary.facts["language"].values, words.unknown_language)
    for number, phone in enumerate(record.phones):
        if phone.source and phone.source.document not in load_sources():
            errors[f"phones.{number}.source.document"] = words.unknown_source
    if record.organization and session.get(Organization, record.organization) is None:
        errors["organization"] = words.unknown_organization
    if not record.sample:
        errors |= _municipality(record.municipality)
        if record.prefecture and record.prefecture not in _prefectures():
            errors["prefecture"] = words.unknown_area
    return errors


def _programme_links(session: Session, record: ProgrammeRecord) -> Errors:
    words, vocabulary = editing_words(), load_vocabulary()
    errors: Errors = {}
    if record.source is None:
        errors["source"] = words.needs_source
    elif record.source.document and record.source.document not in load_sources():
        errors["source.document"] = words.unknown_source
    if record.as_of is None:
        errors["as_of"] = words.needs_as_of
    errors |= _each("needs", record.needs, vocabulary.needs, words.unknown_need)
    errors |= _each("desk_kinds", record.desk_kinds, vocabulary.desk_kinds, words.unknown_desk_kind)
    errors |= _each("households", record.households, {kind.id for kind in load_households().households}, words.unknown_household)
    errors |= _each("area", record.area, _prefectures() | _municipalities(), words.unknown_area)
    if record.successor and record.successor.isascii():
        known = session.scalar(select(Programme.id).where(Programme.programme_id == record.successor))
        if known is None:
            errors["successor"] = words.unknown_successor
    return errors


def _shop_links(record: ShopRecord) -> Errors:
    return _source(record.source) | ({} if record.sample else _municipality(record.municipality))


def _source(source: SourceRef | None) -> Errors:
    if source is None:
        return {"source": editing_words().needs_source}
    return {} if source.document in load_sources() else {"source.document": editing_words().unknown_source}


def _municipality(name: str | None) -> Errors:
    return {"municipality": editing_words().unknown_municipality} if name and name not in _municipalities() else {}


@cache
def _municipalities() -> frozenset[str]:
    return frozenset(municipality.name for municipality in load_municipalities())


@cache
def _prefectures() -> frozenset[str]:
    return frozenset(municipality.prefecture for municipality in load_municipalities())
