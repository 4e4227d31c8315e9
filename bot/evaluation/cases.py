"""Reading case files (JSON Lines): utterances, personas, FAQ queries."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeAlias

Pairs: TypeAlias = set[tuple[str, Any]]
PRESENCE_ONLY = frozenset({"contact_time"})
"""Facts of which only the presence is compared."""


@dataclass(frozen=True)
class Case:
    """One case as it stands in its file."""

    id: str
    kind: str
    data: Mapping[str, Any]

    @property
    def now(self) -> datetime:
        """The moment the case plays at."""
        return datetime.fromisoformat(self.data["now"])


def read_cases(paths: Iterable[Path]) -> list[Case]:
    """Return all cases of the files, in order. Raises ValueError naming file and line."""
    cases: list[Case] = []
    for path in paths:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if not line.strip():
                continue
            try:
                data = json.loads(line)
                cases.append(Case(data["id"], data["kind"], data))
            except (json.JSONDecodeError, KeyError) as error:
                raise ValueError(f"{path}:{number}: not a case: {error}") from None
    return cases


def pairs(facts: Mapping[str, Any]) -> Pairs:
    """Return (key, value) pairs; a multi value gives one per element; of presence-only facts the value is dropped."""
    found: Pairs = set()
    for key, value in facts.items():
        if key in PRESENCE_ONLY:
            found.add((key, "*"))
        elif isinstance(value, list):
            found |= {(key, element) for element in value}
        else:
            found.add((key, value))
    return found
