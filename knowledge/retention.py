"""How long each class of data is kept, and why (`data/retention.yml`)."""

from functools import cache
from pathlib import Path

from pydantic import Field, model_validator

from knowledge.files import DATA, read_shape
from knowledge.schema import RecordId, Shape, Text

RETENTION_FILE = DATA / "retention.yml"


class DataClass(Shape):
    """One class of data. Exactly one of: `days`; `setting`, which says the days; `kept`: for good, since it tells nothing about anybody."""

    label: Text
    what: Text
    reason: Text
    days: int | None = Field(default=None, ge=1)
    setting: str | None = None
    kept: bool = False

    @model_validator(mode="after")
    def _one_period(self) -> "DataClass":
        if sum((self.days is not None, self.setting is not None, self.kept)) != 1:
            raise ValueError("say exactly one of days, setting, kept")
        return self


class Retention(Shape):
    """The whole file."""

    version: int
    classes: dict[RecordId, DataClass]


@cache
def load_retention(path: Path = RETENTION_FILE) -> Retention:
    """Return the file, read once. Raises DataError for an unknown field or a class without a period."""
    return read_shape(path, Retention)
