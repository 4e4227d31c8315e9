"""Reading a CSV or XLSX file into rows of named columns, by headers as people write them."""

import csv
import datetime as dt
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from knowledge.exchange_cells import unguard
from knowledge.exchange_spec import Column, Table, codes_of, exchange_spec, folded, say

MAX_BYTES = 5_000_000
MAX_UNPACKED_BYTES = 100_000_000
MAX_ROWS = 5_000
_HEADER_WITHIN = 10
_ENCODINGS = ("utf-8-sig", "cp932")


class SheetError(ValueError):
    """The file as a whole cannot be taken in; the message is a plain Japanese sentence."""


@dataclass(frozen=True)
class Mark:
    """A column that says by a mark whether one code belongs to the list of `column`."""

    column: Column
    code: str


@dataclass(frozen=True)
class SheetRow:
    """One row. `number`: as the spreadsheet counts, from 1. `cells`: those of known columns, in the sheet's order."""

    number: int
    cells: tuple[tuple[Column | Mark, str], ...]


@dataclass(frozen=True)
class Sheet:
    """The rows under the header, and the headers that nobody knows."""

    rows: tuple[SheetRow, ...]
    ignored: tuple[str, ...]


def read_sheet(table: Table, file_name: str, data: bytes) -> Sheet:
    """Return the rows of a file. Raises SheetError when it is too large, no table, or its headers do not fit."""
    if len(data) > MAX_BYTES:
        raise SheetError(say("too_large", rows=MAX_ROWS, megabytes=MAX_BYTES // 1_000_000))
    grid = _xlsx(data) if file_name.lower().endswith((".xlsx", ".xlsm")) or data[:2] == b"PK" else _csv(data)
    lines = [(number, [unguard(cell.strip()) for cell in line]) for number, line in grid]
    if len(lines) > MAX_ROWS + _HEADER_WITHIN:
        raise SheetError(say("too_large", rows=MAX_ROWS, megabytes=MAX_BYTES // 1_000_000))
    at, columns = _find_header(table, [line for _number, line in lines[:_HEADER_WITHIN]])
    rows = tuple(
        SheetRow(number, tuple((column, cell) for column, cell in zip(columns, line, strict=False) if column is not None))
        for number, line in lines[at + 1 :]
        if any(line)
    )
    if not rows:
        raise SheetError(say("no_rows"))
    header = lines[at][1]
    return Sheet(rows, tuple(cell for column, cell in zip(columns, header, strict=False) if column is None and cell))


def _csv(data: bytes) -> list[tuple[int, list[str]]]:
    for encoding in _ENCODINGS:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        try:
            reader = csv.reader(io.StringIO(text, newline=""), strict=True)
            return list(enumerate(reader, start=1))
        except csv.Error as error:
            raise SheetError(say("not_readable")) from error
    raise SheetError(say("wrong_letters"))


def _xlsx(data: bytes) -> list[tuple[int, list[str]]]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(item.file_size for item in archive.infolist())
        if unpacked > MAX_UNPACKED_BYTES:
            raise SheetError(say("too_large", rows=MAX_ROWS, megabytes=MAX_BYTES // 1_000_000))
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        lines = sheet.iter_rows(values_only=True, max_row=MAX_ROWS + 2 * _HEADER_WITHIN)
        return [(number, [_as_text(value) for value in line]) for number, line in enumerate(lines, start=1)]
    except (zipfile.BadZipFile, InvalidFileException, KeyError, IndexError, OSError) as error:
        raise SheetError(say("not_readable")) from error


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _find_header(table: Table, lines: Sequence[Sequence[str]]) -> tuple[int, list[Column | Mark | None]]:
    named = [(at, [_column_named(table, cell) for cell in line]) for at, line in enumerate(lines)]
    best = max(named, key=lambda pair: sum(column is not None for column in pair[1]), default=None)
    if best is None or sum(column is not None for column in best[1]) < min(2, len(table.same)):
        headers = say_headers(column.header for column in table.columns if column.field in table.same)
        raise SheetError(say("no_header", headers=headers))
    known = [column for column in best[1] if column is not None]
    for column in known:
        if known.count(column) > 1:
            raise SheetError(say("twice_header", header=column.header if isinstance(column, Column) else column.column.header))
    return best


def say_headers(headers: Iterable[str]) -> str:
    """Return headers one after the other, as they are quoted in a sentence."""
    return exchange_spec().between_headers.join(headers)


def _column_named(table: Table, header: str) -> Column | Mark | None:
    word = folded(header)
    if not word:
        return None
    for column in table.columns:
        if word in map(folded, (column.header, *column.also)):
            return column
    return next(_marks(table, word), None)


def _marks(table: Table, word: str) -> Iterator[Mark]:
    for column in table.columns:
        if column.spread:
            for code, names in codes_of(column.codes or "").items():
                if word in map(folded, names):
                    yield Mark(column, code)
