"""The words of the pages about people, records of use, notices and figures (`office.yml`), checked when they are read."""

from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

_FILE = Path(__file__).parent / "office.yml"
Labels = dict[str, str]


class OfficeWording(BaseModel):
    """Labels by id."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    role_what: Labels
    state: Labels
    faults: Labels
    done: Labels
    notices: Labels
    notice_kind: Labels
    notice_channel: Labels
    notice_status: Labels
    notice_failure: Labels
    mail: Labels


@cache
def load_office_wording() -> OfficeWording:
    """Return the words, read once. Raises pydantic's ValidationError when the file has gaps or unknown fields."""
    return OfficeWording.model_validate(yaml.safe_load(_FILE.read_text(encoding="utf-8")))
