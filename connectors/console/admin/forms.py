"""From a record to what stands in a form, and from a filled-in form back to the record.

Between the two lie *values*: the same nesting as the form, with texts as typed, so that a form that was refused comes back
as it was. What a form does not show (exception days of a schedule, the source of a phone number) is kept in the record.
"""

import json
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import yaml

from connectors.console.admin.fields import COMPOSED, REPEATED, FieldSpec, options

Values = dict[str, Any]
"""Field name -> text, list of texts, bool, Values (group) or list of Values (rows). A row keeps what it does not show under REST."""
Record = dict[str, Any]
REST = "rest"
_Reader = Callable[[str, str, dict[str, str]], Any]
_EVERY_WEEK = ""
_MOST_ROWS = 60


class Sent(Protocol):
    """A sent form: the one value of a name, or all of a name that may stand several times."""

    def get(self, name: str, default: str = "") -> str:
        """Return the last value of this name."""

    def getlist(self, name: str) -> list[str]:
        """Return all values of this name."""

    def names(self) -> list[str]:
        """Return all names that were sent."""


# From the record ------------------------------------------------------------------------------------------------------


def values_of(fields: Sequence[FieldSpec], record: Mapping[str, Any]) -> Values:
    """Return what the form shows for a record (JSON-able, as `model_dump(mode="json")` gives it); {} gives the empty form."""
    return {field.name: _value_of(field, record.get(field.name)) for field in fields}


def _value_of(field: FieldSpec, stored: Any) -> Any:
    if field.widget == "group":
        return values_of(field.fields, stored or {})
    if field.widget in REPEATED:
        return [_row_of(field, row) for row in stored or []]
    if stored is None and field.default:
        return {"flag": True, "choices": [field.default]}.get(field.widget, field.default)
    if field.widget == "flag":
        return bool(stored)
    if field.widget == "choices":
        return [str(one) for one in stored or []]
    if field.widget == "lines":
        return "\n".join(str(one) for one in stored or [])
    if field.widget == "yaml":
        return yaml.safe_dump(stored, allow_unicode=True, sort_keys=False, width=100).strip() if stored else ""
    if field.widget == "time":
        return str(stored or "")[:5]
    return "" if stored is None else str(stored)


def _row_of(field: FieldSpec, row: Mapping[str, Any]) -> Values:
    shown = _days_to_form(row) if field.widget == "schedule" else dict(row)
    names = {inner.name for inner in field.fields}
    rest = {key: value for key, value in shown.items() if key not in names and value not in (None, [], {})}
    return {**values_of(field.fields, shown), REST: json.dumps(rest, ensure_ascii=False) if rest else ""}


def empty_row(field: FieldSpec) -> Values:
    """Return a row in which nothing was filled in yet."""
    return {**values_of(field.fields, {}), REST: ""}


# From the sent form ---------------------------------------------------------------------------------------------------


def read_values(fields: Sequence[FieldSpec], sent: Sent, prefix: str = "") -> Values:
    """Return what was typed. Rows that are empty are left out, so that rows are numbered as in the record."""
    return {field.name: _read(field, sent, f"{prefix}{field.name}") for field in fields}


def _read(field: FieldSpec, sent: Sent, name: str) -> Any:
    if field.widget == "group":
        return read_values(field.fields, sent, f"{name}.")
    if field.widget in REPEATED:
        at_rows = [f"{name}.{number}." for number in _row_numbers(sent, name)]
        rows = [{**read_values(field.fields, sent, at), REST: sent.get(f"{at}{REST}")} for at in at_rows]
        return [row for row in rows if not _is_blank(field, row)]
    if field.widget == "flag":
        return sent.get(name) == "on"
    if field.widget == "choices":
        return sent.getlist(name)
    return sent.get(name).replace("\r\n", "\n").strip()


def _row_numbers(sent: Sent, name: str) -> list[int]:
    """The numbers of the rows that were sent: gaps are where a row was taken away."""
    row = re.compile(rf"{re.escape(name)}\.([0-9]{{1,4}})\.")
    return sorted({int(found[1]) for one in sent.names() if (found := row.match(one))})[:_MOST_ROWS]


def _is_blank(field: FieldSpec, row: Values) -> bool:
    typed = (row[inner.name] for inner in field.fields if inner.widget not in ("choice", "flag"))
    return not any(typed) and not row[REST]


# To the record --------------------------------------------------------------------------------------------------------


def record_of(fields: Sequence[FieldSpec], values: Values, base: Mapping[str, Any]) -> tuple[Record, dict[str, str]]:
    """Return the record and what could not be read (path -> id of a message). What the form does not show comes from `base`.

    What was left empty is left out, so that the record's shape says whether it may be.
    """
    record: Record = {key: value for key, value in base.items() if key not in {field.name for field in fields}}
    errors: dict[str, str] = {}
    for field in fields:
        value = _to_record(field, values[field.name], base.get(field.name), field.name, errors)
        if value is not None:
            record[field.name] = value
    return record, errors


def _to_record(field: FieldSpec, value: Any, stored: Any, path: str, errors: dict[str, str]) -> Any:
    if field.widget in COMPOSED:
        return _composed(field, value, stored, path, errors)
    if field.widget == "flag":
        return value
    if not value:
        return None
    read: _Reader = _SIMPLE.get(field.widget, _as_typed)
    return read(value, path, errors)


def _composed(field: FieldSpec, value: Any, stored: Any, path: str, errors: dict[str, str]) -> Any:
    if field.widget == "group":
        record, faults = record_of(field.fields, value, stored or {})
        errors.update({f"{path}.{inner}": fault for inner, fault in faults.items()})
        return record or None
    rows = []
    for at, row in enumerate(value):
        record, faults = record_of(field.fields, row, _rest(row))
        errors.update({f"{path}.{at}.{inner}": fault for inner, fault in faults.items()})
        rows.append(_days_to_record(record) if field.widget == "schedule" else record)
    return rows or None


def _rest(row: Values) -> dict[str, Any]:
    try:
        rest = json.loads(row[REST] or "{}")
    except ValueError:
        return {}
    return rest if isinstance(rest, dict) else {}


def _as_typed(value: Any, _path: str, _errors: dict[str, str]) -> Any:
    return value


def _lines(value: str, _path: str, _errors: dict[str, str]) -> list[str]:
    return [line.strip() for line in value.split("\n") if line.strip()]


def _number(value: str, path: str, errors: dict[str, str]) -> int | str:
    plain = unicodedata.normalize("NFKC", value).replace(",", "")
    if plain.isascii() and plain.isdigit():
        return int(plain)
    errors[path] = "not_a_number"
    return value


def _yaml(value: str, path: str, errors: dict[str, str]) -> Any:
    try:
        return json.loads(json.dumps(yaml.safe_load(value), default=str))
    except (yaml.YAMLError, ValueError, RecursionError):
        errors[path] = "not_yaml"
        return None


def _half_width(value: str, _path: str, _errors: dict[str, str]) -> str:
    return unicodedata.normalize("NFKC", value)


_SIMPLE: dict[str, _Reader] = {
    "lines": _lines, "number": _number, "yaml": _yaml, "date": _half_width, "time": _half_width,
}  # fmt: skip


# Weekdays: "1TH" is the first Thursday -------------------------------------------------------------------------------


def _days_to_form(row: Mapping[str, Any]) -> dict[str, Any]:
    weeks, days = _weeks_and_days(row.get("byday") or [])
    return {**row, "weeks": weeks, "days": days}


def _days_to_record(row: Record) -> Record:
    weeks, days, before = row.pop("weeks", []), row.pop("days", []), row.get("byday")
    if isinstance(before, list) and _weeks_and_days(before) == (weeks, days):
        return row  # untouched: also what the form cannot say, such as the first Monday and the third Tuesday
    return {**row, "byday": [f"{week}{day}" for week in weeks or [_EVERY_WEEK] for day in days]}


def _weeks_and_days(byday: Sequence[Any]) -> tuple[list[str], list[str]]:
    """The weeks of the month and the weekdays, in the order of the form."""
    weeks, days = {str(day)[:-2] for day in byday}, {str(day)[-2:] for day in byday}
    return [week for week in options("weeks") if week in weeks], [day for day in options("days") if day in days]
