"""The words of the admin pages (`wording.yml`), checked when they are read."""

from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

from connectors.console.admin.fields import Kind

_FILE = Path(__file__).parent / "wording.yml"
Labels = dict[str, str]


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Titles(_Shape):
    new: str
    edit: str


class _Identifier(_Shape):
    label: str
    help: str
    example: str


class AdminWording(_Shape):
    """Labels by id."""

    kinds: dict[Kind, str]
    about: dict[Kind, str]
    new: dict[Kind, str]
    none: dict[Kind, str]
    state: Labels
    change: Labels
    done: Labels
    titles: _Titles
    identifier: _Identifier
    problems: Labels
    from_file: str
    same: Labels
    hidden: Labels
    programme_lines: Labels
    shop_what: str
    shop_lines: Labels
    yen: str
    sample: str
    tri: Labels
    preview: Labels
    reasons: Labels


@cache
def load_admin_wording() -> AdminWording:
    """Return the words, read once. Raises pydantic's ValidationError when the file has gaps or unknown fields."""
    return AdminWording.model_validate(yaml.safe_load(_FILE.read_text(encoding="utf-8")))
