"""The words that the project agrees on: facts, needs, desk kinds, urgency levels, emergency kinds."""

from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

VOCABULARY_FILE = Path(__file__).parent / "data" / "vocabulary.yml"
FactType = Literal["enum", "multi", "int", "str", "tri", "date"]
TRI_VALUES = ("yes", "no", "unknown")


class VocabularyError(ValueError):
    """The vocabulary file does not hold together. The message names file and record."""


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FactSpec(_Shape):
    """One fact that a person can tell us. `values` (id -> label) is empty when any value of the type goes."""

    key: str
    group: str
    type: FactType
    label: str
    values: dict[str, str] = {}
    note: str = ""

    def allows(self, value: object) -> bool:
        """Return whether `value` may stand for this fact (for `multi`: whether it may be one of its elements)."""
        if self.type == "int":
            return isinstance(value, int) and not isinstance(value, bool)
        if not isinstance(value, str):
            return False
        if self.type == "tri":
            return value in TRI_VALUES
        return value in self.values if self.values else True


class Vocabulary(_Shape):
    """All ids with their labels, in the order of the file. `age_bands`: youngest and oldest age (years) of each age_band."""

    version: int
    facts: dict[str, FactSpec]
    needs: dict[str, str]
    desk_kinds: dict[str, str]
    urgency: dict[str, str]
    emergency_kinds: dict[str, str]
    age_bands: dict[str, tuple[int, int]] = {}


@cache
def load_vocabulary(path: Path = VOCABULARY_FILE) -> Vocabulary:
    """Return the vocabulary of `path`, read once. Raises VocabularyError on unknown fields or a repeated key."""
    data: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    facts: dict[str, dict[str, Any]] = {}
    for group, specs in data.get("facts", {}).items():
        for key, spec in specs.items():
            if key in facts:
                raise VocabularyError(f"{path.name}: fact {key} stands twice")
            facts[key] = {"key": key, "group": group, **spec}
    try:
        return Vocabulary.model_validate({**data, "facts": facts})
    except ValidationError as error:
        raise VocabularyError(f"{path.name}: {error}") from error
