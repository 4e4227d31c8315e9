"""The fields of the admin forms (`fields.yml`): what each is called, how it is filled in, what can be chosen."""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from knowledge.faq_entries import load_faq_sources
from knowledge.municipalities import load_municipalities
from knowledge.vocabulary import load_vocabulary

_FILE = Path(__file__).parent / "fields.yml"
Kind = Literal["faq", "desk", "shop", "programme"]
Widget = Literal["line", "text", "lines", "choice", "choices", "flag", "date", "time", "number", "group", "rows", "schedule", "yaml"]
COMPOSED = ("group", "rows", "schedule")
REPEATED = ("rows", "schedule")


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FieldSpec(_Shape):
    """One field of a form. `name` is its key in the record; `example` is shown below the field, as text to type."""

    name: str
    label: str
    widget: Widget
    help: str = ""
    example: str = ""
    required: bool = False
    rows: int = 3
    options: str = ""
    list: str = Field(default="", description="name of options that are offered while typing, without being required")
    mode: Literal["", "tel", "email"] = ""
    add: str = Field(default="", description="the button that adds a row")
    default: str = Field(default="", description="stands in the form when the record has nothing there; for a flag: on")
    folded: bool = Field(default=False, description="closed until something is chosen")
    pair: bool = Field(default=False, description="stands beside its neighbour")
    fields: tuple["FieldSpec", ...] = ()

    @model_validator(mode="after")
    def _fits_its_widget(self) -> "FieldSpec":
        if (self.widget in COMPOSED) != bool(self.fields):
            raise ValueError("exactly group, rows and schedule have fields")
        if (self.widget in ("choice", "choices")) != bool(self.options):
            raise ValueError("exactly choice and choices have options")
        return self


class Section(_Shape):
    """Fields under one heading."""

    title: str
    help: str = ""
    fields: tuple[FieldSpec, ...]


class Forms(_Shape):
    """All forms by kind, and the choices with their labels."""

    options: dict[str, dict[str, str]]
    kinds: dict[Kind, tuple[Section, ...]]

    def fields(self, kind: Kind) -> tuple[FieldSpec, ...]:
        """All fields of a kind's form."""
        return tuple(field for section in self.kinds[kind] for field in section.fields)


@cache
def load_forms() -> Forms:
    """Return the forms, read once. Raises pydantic's ValidationError or KeyError when the file does not hold together."""
    forms = Forms.model_validate(yaml.safe_load(_FILE.read_text(encoding="utf-8")))
    known = {**forms.options, **_known_options()}
    for kind in forms.kinds:
        for field in _all_fields(forms.fields(kind)):
            for name in filter(None, (field.options, field.list)):
                known[name]
    return forms


def options(name: str) -> Mapping[str, str]:
    """Return what can be chosen, id to label, by the name that fields.yml uses."""
    return load_forms().options.get(name) or _known_options()[name]


def label_of(kind: Kind, path: str) -> str:
    """Return the label of the field at a path such as "phones.0.number"; outer labels first. The path itself where nothing is known."""
    labels: list[str] = []
    fields = load_forms().fields(kind)
    for part in path.split("."):
        if part.isdigit():
            continue
        found = next((field for field in fields if field.name == part), None)
        if found is None:
            break
        labels.append(found.label)
        fields = found.fields
    return " › ".join(labels) or path


def _all_fields(fields: tuple[FieldSpec, ...]) -> Iterator[FieldSpec]:
    for field in fields:
        yield field
        yield from _all_fields(field.fields)


@cache
def _known_options() -> dict[str, dict[str, str]]:
    vocabulary = load_vocabulary()
    places = load_municipalities()
    return {
        "needs": vocabulary.needs,
        "desk_kinds": vocabulary.desk_kinds,
        "languages": vocabulary.facts["language"].values,
        "sources": {source.id: source.title for source in load_faq_sources().values()},
        "municipalities": {place.name: place.name for place in places},
        "prefectures": {place.prefecture: place.prefecture for place in places},
    }
