"""Cells of a table: a value of a record written as people read it, and read again.

What cannot be written so that it reads back the same is written as `keep` (exchange.yml), which on import leaves it as it is.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from knowledge.editing_kinds import plain
from knowledge.exchange_schedule import print_schedule, read_schedule
from knowledge.exchange_spec import Column, codes_of, exchange_spec, folded, say
from knowledge.schema import ScheduleRecord

# What a spreadsheet would take for a formula; the full-width forms too, which some of them read alike.
_FORMULA = re.compile(r"'*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]")
_GUARDED = re.compile(r"'+[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]")
_DATE = re.compile(r"(\d{4})\D+(\d{1,2})\D+(\d{1,2})\D?(?:[ T]0{1,2}:00(?::00)?)?")
_NUMBER_SIGNS = re.compile(r"[()\u2010-\u2015\u2212\u30fc\s]+")


class CellError(ValueError):
    """A cell cannot be read; the message is a plain Japanese sentence."""


def guard(cell: str) -> str:
    """Return the cell so that no spreadsheet takes it for a formula."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def unguard(cell: str) -> str:
    """Return the cell without the sign that `guard` put before it."""
    return cell[1:] if _GUARDED.match(cell) else cell


def print_cell(column: Column, value: Any) -> str:
    """Return a value as a cell, or the `keep` sign when it would not read back the same."""
    if value is None or value == []:
        return ""
    cell = _PRINT[column.form](column, value)
    try:
        same = read_cell(column, cell, value) == value
    except CellError:
        same = False
    return cell if same else exchange_spec().keep


def read_cell(column: Column, cell: str, before: Any = None) -> Any:
    """Return the value of a cell; None when it is empty. `before`: what the record says now. Raises CellError."""
    text = cell.replace("\r\n", "\n").strip()
    if text == exchange_spec().keep:
        if before is None:
            raise CellError(say("nothing_to_keep", keep=text))
        return before
    return _READ[column.form](column, text, before) if text else None


def is_marked(cell: str) -> bool | None:
    """Return whether a cell says yes or no; None when it says neither and is not empty. An empty one says no."""
    spec, word = exchange_spec(), folded(cell)
    if word in map(folded, spec.yes_words):
        return True
    return False if not word or word in map(folded, spec.no_words) else None


def _print_text(_column: Column, value: Any) -> str:
    return str(value)


def _print_bool(_column: Column, value: Any) -> str:
    spec = exchange_spec()
    return spec.yes_words[0] if value else spec.no_words[0]


def _print_code(column: Column, value: Any) -> str:
    return codes_of(column.codes or "").get(value, [str(value)])[0]


def _print_codes(column: Column, value: Any) -> str:
    return exchange_spec().separators[0].join(_print_code(column, code) for code in value)


def _print_texts(_column: Column, value: Any) -> str:
    return "\n".join(value)


def _print_phones(_column: Column, value: Any) -> str:
    return "\n".join(f"{phone['number']} {phone.get('label') or ''}".strip() for phone in value)


def _print_schedule(_column: Column, value: Any) -> str:
    return print_schedule(value)


def _read_text(_column: Column, text: str, _before: Any) -> Any:
    return text


def _read_number(_column: Column, text: str, _before: Any) -> Any:
    number = unicodedata.normalize("NFKC", text).replace(",", "")
    if not re.fullmatch(r"\d{1,9}(\.0)?", number):
        raise CellError(say("no_number", value=text))
    return int(number.split(".")[0])


def _read_date(_column: Column, text: str, _before: Any) -> Any:
    found = _DATE.fullmatch(unicodedata.normalize("NFKC", text))
    try:
        return dt.date(*(int(part) for part in found.groups())).isoformat() if found else _no_date(text)
    except ValueError as error:
        raise CellError(say("no_date", value=text)) from error


def _no_date(text: str) -> str:
    raise CellError(say("no_date", value=text))


def _read_bool(_column: Column, text: str, _before: Any) -> Any:
    marked = is_marked(text)
    if marked is None:
        raise CellError(say("no_bool", value=text))
    return marked


def _read_code(column: Column, text: str, _before: Any) -> Any:
    codes = codes_of(column.codes or "")
    for code, names in codes.items():
        if folded(text) in map(folded, (code, *names)):
            return code
    choices = exchange_spec().separators[0].join(names[0] for names in codes.values())
    raise CellError(say("unknown_code", value=text, choices=choices))


def _read_codes(column: Column, text: str, before: Any) -> Any:
    spec = exchange_spec()
    parts = re.split("|".join(map(re.escape, (*spec.separators, "\n"))), text)
    return [_read_code(column, part.strip(), before) for part in parts if part.strip()]


def _read_texts(_column: Column, text: str, _before: Any) -> Any:
    return [line.strip() for line in text.split("\n") if line.strip()]


def _read_phone(_column: Column, text: str, _before: Any) -> Any:
    return _NUMBER_SIGNS.sub("-", unicodedata.normalize("NFKC", text)).strip("-")


def _read_phones(column: Column, text: str, before: Any) -> Any:
    known = {phone["number"]: phone for phone in before or []}
    phones: list[Mapping[str, Any]] = []
    for line in _read_texts(column, text, before):
        number, _space, label = line.partition(" ")
        number = _read_phone(column, number, None)
        phones.append({**known.get(number, {}), "number": number, "label": label.strip() or None})
    return phones


def _read_schedule(_column: Column, text: str, _before: Any) -> Any:
    try:
        return [plain(ScheduleRecord.model_validate(line)) for line in read_schedule(text)]
    except ValueError as error:
        raise CellError(say("no_schedule", value=text)) from error


_PRINT: Mapping[str, Callable[[Column, Any], str]] = {
    "text": _print_text, "number": _print_text, "date": _print_text, "bool": _print_bool, "code": _print_code, "codes": _print_codes,
    "texts": _print_texts, "phone": _print_text, "phones": _print_phones, "schedule": _print_schedule,
}  # fmt: skip
_READ: Mapping[str, Callable[[Column, str, Any], Any]] = {
    "text": _read_text, "number": _read_number, "date": _read_date, "bool": _read_bool, "code": _read_code, "codes": _read_codes,
    "texts": _read_texts, "phone": _read_phone, "phones": _read_phones, "schedule": _read_schedule,
}  # fmt: skip
