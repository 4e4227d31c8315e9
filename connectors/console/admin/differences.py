"""Differences between two states of a record, printed with the labels of the form."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from connectors.console.admin.fields import FieldSpec, Kind, label_of, load_forms, options
from connectors.console.admin.wording import load_admin_wording
from knowledge.editing import Content, Difference


@dataclass(frozen=True)
class Shown:
    """One field that changed; empty texts where there was or is nothing."""

    label: str
    before: str
    after: str


def show_differences(kind: Kind, differences: Iterable[Difference]) -> list[Shown]:
    """Return differences ready to print."""
    return [Shown(label_of(kind, one.field), _say(kind, one.field, one.before), _say(kind, one.field, one.after)) for one in differences]


def compare(kind: Kind, before: Content, after: Content) -> list[Shown]:
    """Return what differs between two records of a kind, in the order of the form."""
    names = dict.fromkeys([*(field.name for field in load_forms().fields(kind)), *before, *after])
    changed = (Difference(name, before.get(name), after.get(name)) for name in names if before.get(name) != after.get(name))
    return show_differences(kind, changed)


def _say(kind: Kind, path: str, value: Any) -> str:
    spec = next((field for field in load_forms().fields(kind) if field.name == path), None)
    return _print(spec, value)


def _print(spec: FieldSpec | None, value: Any) -> str:
    if value in (None, [], {}, ""):
        return ""
    if isinstance(value, bool):
        return load_admin_wording().tri["yes" if value else "no"]
    labels = options(spec.options) if spec and spec.options else {}
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return "\n".join(labels.get(one, one) for one in value)
    if isinstance(value, dict) and spec and spec.fields:
        return _print_group(spec, value)
    if isinstance(value, list) and spec and spec.widget in ("rows",):
        return "\n".join(_print_group(spec, one).replace("\n", " / ") for one in value)
    if isinstance(value, (dict, list)):
        return yaml.safe_dump(json.loads(json.dumps(value, default=str)), allow_unicode=True, sort_keys=False).strip()
    return str(labels.get(value, value))


def _print_group(spec: FieldSpec, value: Mapping[str, Any]) -> str:
    lines = ((field.label, _print(field, value.get(field.name))) for field in spec.fields)
    return "\n".join(f"{label}: {text}" for label, text in lines if text)
