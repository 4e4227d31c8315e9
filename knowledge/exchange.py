"""Desks, shops and FAQ entries in bulk: a table is read, shown as a preview, and taken over as a whole or not at all; and CSV out.

Only columns that the table has are changed. An empty cell empties its field. A row without an id is recognised by its name and place.
"""

import csv
import datetime as dt
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy.orm import Session

from knowledge.editing import get_record, list_records, publish, save_draft, withdraw
from knowledge.editing_checks import read_content
from knowledge.editing_fill import filled
from knowledge.editing_history import differences
from knowledge.editing_kinds import KIND, plain
from knowledge.editing_types import ADMIN, Content, Difference, EditableRecord, Errors, RecordNotFound
from knowledge.exchange_cells import CellError, guard, is_marked, print_cell, read_cell
from knowledge.exchange_sheet import Mark, SheetError, SheetRow, read_sheet
from knowledge.exchange_spec import Column, Table, exchange_spec, say
from knowledge.hours import TOKYO

ExchangeKind = Literal["desk", "shop", "faq"]
EXCHANGED: tuple[ExchangeKind, ...] = ("desk", "shop", "faq")


@dataclass(frozen=True)
class RowError:
    """What is wrong with a row. `row`: as the spreadsheet counts, 0 for the whole file; `column`: its header, "" for the whole row."""

    row: int
    column: str
    sentence: str

    @property
    def text(self) -> str:
        """All of it in one line."""
        return say("row" if self.row else "file", row=self.row, column=self.column, sentence=self.sentence)


@dataclass(frozen=True)
class PreviewRow:
    """A record that would be written or withdrawn. `row`: of the sheet, 0 when it stands in none. `before`: what is live now."""

    row: int
    id: str
    title: str
    detail: str
    differences: tuple[Difference, ...]
    content: Content = field(repr=False)
    before: Content | None = field(repr=False)


@dataclass(frozen=True)
class Preview:
    """What an import would do. With errors it can only be shown. `ignored`: headers that were not understood."""

    kind: ExchangeKind
    file_name: str
    added: tuple[PreviewRow, ...] = ()
    changed: tuple[PreviewRow, ...] = ()
    removed: tuple[PreviewRow, ...] = ()
    unchanged: int = 0
    errors: tuple[RowError, ...] = ()
    ignored: tuple[str, ...] = ()

    @property
    def applicable(self) -> bool:
        """Whether it can be applied and would change anything."""
        return not self.errors and bool(self.added or self.changed or self.removed)


@dataclass(frozen=True)
class ImportResult:
    """What came of applying: how many records were written or withdrawn; with errors none."""

    written: int
    errors: tuple[RowError, ...] = ()


def preview_import(
    session: Session, kind: ExchangeKind, file_name: str, data: bytes, now: dt.datetime, *, replace: bool = False
) -> Preview:
    """Return what taking over a CSV or XLSX file would do; nothing is written.

    `replace`: the table is the whole list: what is live and does not stand in it would be withdrawn (desks and shops: only in the
    municipalities that the table names).
    """
    table = exchange_spec().kinds[kind]
    try:
        sheet = read_sheet(table, file_name, data)
    except SheetError as error:
        return Preview(kind, file_name, errors=(RowError(0, "", str(error)),))
    reader = _Reader(session, kind, table, now)
    for row in sheet.rows:
        reader.take(row)
    removed = tuple(reader.missing()) if replace and not reader.errors else ()
    return Preview(
        kind, file_name, tuple(reader.added), tuple(reader.changed), removed, reader.unchanged, tuple(reader.errors), sheet.ignored
    )


def apply_import(session: Session, preview: Preview, author: str, now: dt.datetime) -> ImportResult:
    """Write and publish what the preview shows; nothing when a row is wrong or was edited meanwhile.

    Works inside the caller's transaction: roll it back when the result has errors.
    """
    if preview.errors:
        return ImportResult(0, preview.errors)
    rows = (*preview.added, *preview.changed, *preview.removed)
    for row in rows:
        record = _known(session, preview.kind, row.id)
        if (record.published_content if record else None) != row.before or (record and record.state in ("draft", "changed")):
            return ImportResult(0, (RowError(row.row, "", say("changed_meanwhile")),))
    errors = [error for row in (*preview.added, *preview.changed) for error in _still_wrong(session, preview.kind, row)]
    if not errors:
        errors = [error for row in (*preview.added, *preview.changed) for error in _write(session, preview.kind, row, author, now)]
    if errors:
        return ImportResult(0, tuple(errors))
    for row in preview.removed:
        withdraw(session, preview.kind, row.id, author, now)
    return ImportResult(len(rows))


def export_csv(session: Session, kind: ExchangeKind) -> bytes:
    """Return all live records of a kind as CSV for a spreadsheet (UTF-8 with BOM, CRLF, guarded against formulas)."""
    live = (get_record(session, kind, line.id).published_content for line in list_records(session, kind) if line.state != "withdrawn")
    return write_csv(kind, (content for content in live if content is not None))


def write_csv(kind: ExchangeKind, records: Iterable[Content]) -> bytes:
    """Return records as CSV; with none, the headers only: a form to fill in."""
    columns = exchange_spec().kinds[kind].columns
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(column.header for column in columns)
    for content in records:
        writer.writerow(guard(print_cell(column, _get(content, column.field))) for column in columns)
    return out.getvalue().encode("utf-8-sig")


class _Reader:
    """Takes the rows of one sheet, one after the other, and sorts them."""

    def __init__(self, session: Session, kind: ExchangeKind, table: Table, now: dt.datetime) -> None:
        self._session, self._kind, self._table, self._now = session, kind, table, now
        self._lines = [line for line in list_records(session, kind) if line.state != "discarded"]
        self._records = {line.id: get_record(session, kind, line.id) for line in self._lines}
        self._rows: dict[str, int] = {}
        self._areas: set[str] = set()
        self.added: list[PreviewRow] = []
        self.changed: list[PreviewRow] = []
        self.errors: list[RowError] = []
        self.unchanged = 0

    def take(self, row: SheetRow) -> None:
        """Sort one row into added, changed, unchanged or errors."""
        given = {column.field: cell for column, cell in row.cells if isinstance(column, Column)}
        same = self._same(given)
        if len(same) > 1:
            self.errors.append(RowError(row.number, "", say("ambiguous")))
            return
        record = same[0] if same else None
        content, errors = _overlay(self._table, row, record.content if record else {})
        if errors:
            self.errors.extend(errors)
            return
        _complete_source(content, self._now)
        base = record.content if record else {}
        stated = bool(given.get("source.as_of")) and _get(content, "source.as_of") != _get(base, "source.as_of")
        content = filled(self._kind, content, base, self._now, known_today=not stated)
        checked, wrong = read_content(self._session, self._kind, content)
        if checked is None:
            self.errors.extend(RowError(row.number, _header(self._table, place), sentence) for place, sentence in wrong.items())
            return
        self._sort(row.number, record, plain(checked))

    def missing(self) -> Iterator[PreviewRow]:
        """Return the live records that stand in no row, within the municipalities that the rows name."""
        for record in self._records.values():
            live = record.published_content
            if live is None or record.id in self._rows or (self._kind != "faq" and live.get("municipality") not in self._areas):
                continue
            if record.state == "changed":
                self.errors.append(RowError(0, "", say("draft_waits")))
            yield PreviewRow(0, record.id, record.title, KIND[self._kind].detail(live), (), live, live)

    def _sort(self, number: int, record: EditableRecord | None, content: Content) -> None:
        record_id = str(content["id"])
        if record_id in self._rows:
            self.errors.append(RowError(number, "", say("twice", row=self._rows[record_id])))
            return
        self._rows[record_id] = number
        self._areas.add(content.get("municipality") or "")
        before = record.published_content if record else None
        if before == content:
            self.unchanged += 1
            return
        if record and record.state in ("draft", "changed"):
            self.errors.append(RowError(number, "", say("draft_waits")))
            return
        changes = differences(before, content) if before is not None else ()
        kind = KIND[self._kind]
        found = PreviewRow(number, record_id, kind.title(content), kind.detail(content), changes, content, before)
        (self.added if before is None else self.changed).append(found)

    def _same(self, given: Mapping[str, str]) -> list[EditableRecord]:
        if given.get("id"):
            return [self._records[given["id"]]] if given["id"] in self._records else []
        names = {name: given[name] for name in self._table.same if name in given}
        return [
            record
            for record in self._records.values()
            if names and all((record.content.get(name) or "") == value for name, value in names.items())
        ]


def _overlay(table: Table, row: SheetRow, base: Content) -> tuple[Content, list[RowError]]:
    """Return the record with the cells of the row in it, and what could not be read."""
    content, errors = _copy(base), []
    ticked: dict[str, list[str]] = {}
    for column, cell in row.cells:
        try:
            if isinstance(column, Mark):
                _tick(ticked, column, cell)
            else:
                _put(content, column.field, read_cell(column, cell, _get(base, column.field)))
        except CellError as error:
            errors.append(RowError(row.number, column.column.header if isinstance(column, Mark) else column.header, str(error)))
    for place, codes in ticked.items():
        _put(content, place, list(dict.fromkeys([*(_get(content, place) or [] if _listed(row, place) else []), *codes])) or None)
    return content, errors


def _complete_source(content: Content, now: dt.datetime) -> None:
    """A row that names only a day, or only a document: the rest is the admin's, of today."""
    if content.get("source"):
        today = now.astimezone(TOKYO).date().isoformat()
        content["source"] = {"document": ADMIN, "as_of": today} | {
            name: item for name, item in content["source"].items() if item is not None
        }


def _tick(ticked: dict[str, list[str]], mark: Mark, cell: str) -> None:
    codes = ticked.setdefault(mark.column.field, [])
    marked = is_marked(cell)
    if marked is None:
        raise CellError(say("no_bool", value=cell))
    if marked:
        codes.append(mark.code)


def _listed(row: SheetRow, place: str) -> bool:
    return any(isinstance(column, Column) and column.field == place and cell for column, cell in row.cells)


def _copy(content: Content) -> Content:
    return {name: dict(value) if isinstance(value, dict) else value for name, value in content.items()}


def _get(content: Mapping[str, Any], place: str) -> Any:
    head, _dot, tail = place.partition(".")
    value = content.get(head)
    return value if not tail else value.get(tail) if isinstance(value, Mapping) else None


def _put(content: Content, place: str, value: Any) -> None:
    """Set a field, or take it away so that its default holds; a group of which nothing is left goes too."""
    head, _dot, tail = place.partition(".")
    if not tail:
        content.pop(head, None)
        if value is not None:
            content[head] = value
        return
    group = dict(content.get(head) or {})
    group.pop(tail, None)
    if value is not None:
        group[tail] = value
    content.pop(head, None)
    if any(item is not None for item in group.values()):
        content[head] = group


def _header(table: Table, place: str) -> str:
    """The header of the column nearest to the place of an error."""
    for column in sorted(table.columns, key=lambda column: -len(column.field)):
        if place == column.field or place.startswith(f"{column.field}."):
            return column.header
    return next((column.header for column in table.columns if column.field.startswith(f"{place}.")), "")


def _known(session: Session, kind: ExchangeKind, record_id: str) -> EditableRecord | None:
    try:
        return get_record(session, kind, record_id)
    except RecordNotFound:
        return None


def _still_wrong(session: Session, kind: ExchangeKind, row: PreviewRow) -> list[RowError]:
    _record, errors = read_content(session, kind, row.content)
    return _row_errors(kind, row, errors)


def _row_errors(kind: ExchangeKind, row: PreviewRow, errors: Errors) -> list[RowError]:
    table = exchange_spec().kinds[kind]
    return [RowError(row.row, _header(table, place), sentence) for place, sentence in errors.items()]


def _write(session: Session, kind: ExchangeKind, row: PreviewRow, author: str, now: dt.datetime) -> list[RowError]:
    known = _known(session, kind, row.id) is not None
    saved = save_draft(session, kind, row.id if known else None, row.content, author, now, complete=True)
    errors = saved.errors or publish(session, kind, row.id, author, now).errors
    return _row_errors(kind, row, errors)
