"""What the columns of a table are called and how cells are written: the shapes of exchange.yml."""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from typing import Annotated, Literal

from pydantic import Field

from knowledge.files import DATA, read_shape
from knowledge.schema import Shape, Text
from knowledge.vocabulary import load_vocabulary

As = Literal["text", "number", "date", "bool", "code", "codes", "texts", "phone", "phones", "schedule"]
_LEFT_OUT = re.compile(r"\([^)]*\)|[\s*]+")


class Column(Shape):
    """One column. `field`: dotted field of the record; `spread`: each code may have a column of its own, with a mark in it."""

    field: Text
    header: Text
    form: As = Field(default="text", alias="as")
    codes: str | None = None
    spread: bool = False
    also: list[Text] = []


class Table(Shape):
    """The columns of one kind. `same`: fields by which a row without an id is recognised."""

    same: list[Text]
    columns: Annotated[list[Column], Field(min_length=1)]


class ScheduleWords(Shape):
    """How opening hours are written in a cell."""

    days: dict[str, Text]
    ordinal: Text
    last: list[Text]
    joiner: Text
    every: Text
    every_month: list[Text]
    weekdays: Text
    daily: Text
    noise: list[str]
    parts: dict[str, Text]
    times: Text
    to: list[Text]


class ExchangeSpec(Shape):
    """exchange.yml."""

    kinds: dict[Literal["shop", "faq", "desk"], Table]
    codes: dict[str, dict[str, list[Text]]]
    yes_words: list[Text]
    no_words: list[Text]
    schedule: ScheduleWords
    separators: list[Text]
    between_headers: Text
    keep: Text
    say: dict[str, Text]


@cache
def exchange_spec() -> ExchangeSpec:
    """Return the tables, read once."""
    return read_shape(DATA / "exchange.yml", ExchangeSpec)


def say(name: str, **values: object) -> str:
    """Return a sentence of exchange.yml, filled in."""
    return exchange_spec().say[name].format(**values)


@cache
def codes_of(name: str) -> Mapping[str, list[str]]:
    """Return code -> what it is called, the first being written on export."""
    vocabulary = load_vocabulary()
    known: dict[str, Mapping[str, str]] = {
        "needs": vocabulary.needs,
        "desk_kinds": vocabulary.desk_kinds,
        "languages": vocabulary.facts["language"].values,
    }
    if name in known:
        return {code: [label] for code, label in known[name].items()}
    return exchange_spec().codes[name]


def folded(text: str) -> str:
    """Return a header or a word without width, case, spaces and what stands in brackets."""
    return _LEFT_OUT.sub("", unicodedata.normalize("NFKC", text)).casefold()
