"""The words of the LINE channel, from wording.yml."""

from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class MenuCell(_Shape):
    """One cell of the rich menu: what stands in it, and what pressing it says."""

    label: str = Field(max_length=12)
    text: str = Field(max_length=300)


class MenuWording(_Shape):
    """The rich menu: its name, the bar below the talk, six cells."""

    name: str = Field(max_length=300)
    bar: str = Field(max_length=14)
    cells: list[MenuCell] = Field(min_length=6, max_length=6)


class Wording(_Shape):
    """Everything that the channel itself says."""

    alt_text: str = Field(max_length=400)
    staff_name: str = Field(max_length=20)
    open_now: str
    closed_now: str
    say: str
    bring: str
    call: str
    see: str
    group: str
    rich_menu: MenuWording


@cache
def wording() -> Wording:
    """Return the words. Raises pydantic's ValidationError when the file does not fit."""
    return Wording.model_validate(yaml.safe_load((Path(__file__).parent / "wording.yml").read_text(encoding="utf-8")))
