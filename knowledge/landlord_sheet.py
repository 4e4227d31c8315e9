"""The 入居者情報共有シート, of our own design: against each worry that landlords have, the support that is in place (data/landlord_sheet.yml).

It sees only values that the person consented to share (`knowledge.sharing.shared_values`). The worries are the same for everybody, so
that which ones stand there tells nothing. Why landlords refuse and what eases it: document 000, `data/practices/support_book_000.yml`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from knowledge.errors import DataError
from knowledge.files import DATA, read_shape
from knowledge.phrases import print_value
from knowledge.practices import load_practices
from knowledge.rules import Condition, evaluate, keys_of, parse_condition
from knowledge.schema import RecordId, Shape, Text
from knowledge.sharing import ItemSpec, load_sharing
from knowledge.vocabulary import load_vocabulary

LANDLORD_SHEET_FILE = DATA / "landlord_sheet.yml"


class _RawStatement(Shape):
    when: dict[str, Any]
    text: Text


class _RawWorry(Shape):
    worry: RecordId
    always: Text | None = None
    in_place: list[_RawStatement]
    arranging: list[_RawStatement]


class LandlordExample(Shape):
    """Shared values, how statements must begin, and words that must not stand anywhere."""

    name: str
    values: dict[str, Any]
    says: list[str] = []
    silent: list[str] = []


class _RawFile(Shape):
    version: int
    nothing_yet: Text
    lines: dict[RecordId, list[RecordId]]
    labels: dict[RecordId, Text]
    worries: list[_RawWorry]
    notes: list[_RawStatement]
    examples_now: datetime
    examples: list[LandlordExample]


@dataclass(frozen=True)
class Statement:
    """A sentence that stands on the sheet when `when` holds for the shared values."""

    when: Condition
    text: str


@dataclass(frozen=True)
class _Worry:
    says: str
    always: str | None
    in_place: tuple[Statement, ...]
    arranging: tuple[Statement, ...]


@dataclass(frozen=True)
class LandlordBook:
    """The whole file."""

    nothing_yet: str
    lines: Mapping[str, list[str]]
    labels: Mapping[str, str]
    worries: tuple[_Worry, ...]
    notes: tuple[Statement, ...]
    examples: tuple[LandlordExample, ...]
    examples_now: datetime


@dataclass(frozen=True)
class SharedLine:
    """A shared fact, printed."""

    key: str
    label: str
    value: str


@dataclass(frozen=True)
class AnsweredWorry:
    """A landlord's worry with what answers it; `open` is said when nothing does yet, else empty."""

    says: str
    in_place: list[str]
    arranging: list[str]
    open: str


@dataclass(frozen=True)
class LandlordSheet:
    """What may stand on the sheet. `lines`: item of data/sharing.yml -> its facts; items without a known fact have none."""

    lines: dict[str, list[SharedLine]]
    worries: list[AnsweredWorry]
    notes: list[str]


@cache
def load_landlord_sheet(path: Path = LANDLORD_SHEET_FILE) -> LandlordBook:
    """Return the file, read once. Raises DataError or RuleError that names the record.

    A condition over a fact that no consent can release is refused: it could never hold, or would leak.
    """
    raw = read_shape(path, _RawFile)
    worries = {worry.id: worry for worry in load_practices().worries}
    if unknown := sorted({one.worry for one in raw.worries} - set(worries)):
        raise DataError(path.name, "worries", f"not in data/practices: {unknown}")
    _check_lines(path.name, raw)
    return LandlordBook(
        raw.nothing_yet,
        raw.lines,
        raw.labels,
        tuple(
            _Worry(
                worries[one.worry].says,
                one.always,
                _statements(one.in_place, f"{path.name}: {one.worry}"),
                _statements(one.arranging, f"{path.name}: {one.worry}"),
            )
            for one in raw.worries
        ),
        _statements(raw.notes, f"{path.name}: notes"),
        tuple(raw.examples),
        raw.examples_now,
    )


def fill_landlord_sheet(shared: Mapping[str, Any], items: list[str], now: datetime) -> LandlordSheet:
    """Return the sheet for `shared` values (key -> value, as `shared_values` returns them) and the `items` that were consented to."""
    book = load_landlord_sheet()
    return LandlordSheet(
        {item: [_line(key, shared[key]) for key in book.lines.get(item, []) if key in shared] for item in items},
        [_answer(worry, shared, now) for worry in book.worries],
        _holding(book.notes, shared, now),
    )


def _answer(worry: _Worry, shared: Mapping[str, Any], now: datetime) -> AnsweredWorry:
    in_place = [*([worry.always] if worry.always else []), *_holding(worry.in_place, shared, now)]
    arranging = _holding(worry.arranging, shared, now)
    return AnsweredWorry(worry.says, in_place, arranging, "" if in_place or arranging else load_landlord_sheet().nothing_yet)


def _line(key: str, value: Any) -> SharedLine:
    label = load_landlord_sheet().labels.get(key) or load_vocabulary().facts[key].label
    return SharedLine(key, label, print_value(key, value))


def _holding(statements: tuple[Statement, ...], shared: Mapping[str, Any], now: datetime) -> list[str]:
    return [one.text for one in statements if evaluate(one.when, shared, now).result == "yes"]


def _statements(raw: list[_RawStatement], where: str) -> tuple[Statement, ...]:
    found = tuple(Statement(parse_condition(one.when, where), one.text) for one in raw)
    shareable = {key for item in load_sharing().items.values() for key in _keys(item)}
    for one in found:
        if unshared := sorted(keys_of(one.when) - shareable):
            raise DataError(LANDLORD_SHEET_FILE.name, where, f"looks at {unshared}, which no consent releases")
    return found


def _check_lines(file: str, raw: _RawFile) -> None:
    for item, keys in raw.lines.items():
        spec = load_sharing().items.get(item)
        if spec is None:
            raise DataError(file, "lines", f"unknown item {item!r}")
        if sorted(keys) != sorted(spec.facts):
            raise DataError(file, f"lines.{item}", f"must be the facts of the item: {sorted(spec.facts)}")
    if unknown := sorted(set(raw.labels) - set(load_vocabulary().facts)):
        raise DataError(file, "labels", f"unknown facts {unknown}")


def _keys(item: ItemSpec) -> set[str]:
    return {*item.facts, *(f"need:{need}" for need in item.needs)}
