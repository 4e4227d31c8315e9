"""What may go to whom, each by its own consent: the recipients, the items, and the facts in each (`data/sharing.yml`)."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal, cast

from pydantic import model_validator

from knowledge.errors import DataError
from knowledge.facts import Facts, plain_values
from knowledge.files import DATA, read_shape
from knowledge.rules import NEED_PREFIX, RuleError, evaluate, parse_condition
from knowledge.schema import RecordId, Shape, Text
from knowledge.vocabulary import load_vocabulary

SHARING_FILE = DATA / "sharing.yml"
Recipient = Literal["caseworker", "organisation", "shop", "landlord"]


class RecipientSpec(Shape):
    """One kind of recipient; `items`: ids of what can be passed on to them, in the order in which it is shown."""

    label: Text
    items: list[RecordId]


class ItemSpec(Shape):
    """Something that can be passed on. `facts`: fact key -> the only values that may go ([] for any); `needs`: those agreed to."""

    label: Text
    what: Text
    facts: dict[str, list[str]] = {}
    needs: list[RecordId] = []


class Sharing(Shape):
    """The whole file."""

    version: int
    recipients: dict[Recipient, RecipientSpec]
    items: dict[RecordId, ItemSpec]
    careful_when: dict[str, Any]

    @model_validator(mode="after")
    def _ids_are_known(self) -> "Sharing":
        if unknown := sorted({item for one in self.recipients.values() for item in one.items} - set(self.items)):
            raise ValueError(f"unknown items {unknown}")
        return self


@cache
def load_sharing(path: Path = SHARING_FILE) -> Sharing:
    """Return the file, read once. Raises DataError that names the record for an unknown field, item, fact or value."""
    sharing = read_shape(path, Sharing)
    for name, item in sharing.items.items():
        if unknown := sorted(set(item.needs) - set(load_vocabulary().needs)):
            raise DataError(path.name, name, f"unknown needs {unknown}")
        for key, values in item.facts.items():
            spec = load_vocabulary().facts.get(key)
            if spec is None:
                raise DataError(path.name, name, f"unknown fact {key!r}")
            if unknown := [value for value in values if not spec.allows(value)]:
                raise DataError(path.name, name, f"{key} has no values {unknown}")
    try:
        parse_condition(sharing.careful_when, f"{path.name}: careful_when")
    except RuleError as error:
        raise DataError(path.name, "careful_when", str(error)) from error
    return sharing


def items_for(recipient: str, wanted: Iterable[str]) -> list[str]:
    """Return those of `wanted` that can go to this kind of recipient, in the file's order. Raises ValueError for an unknown recipient."""
    spec = load_sharing().recipients.get(cast(Recipient, recipient))
    if spec is None:
        raise ValueError("no such recipient")
    asked = set(wanted)
    return [item for item in spec.items if item in asked]


def shared_values(facts: Facts, items: Iterable[str]) -> dict[str, Any]:
    """Return key -> value of the known facts in these items, with "need:<id>" -> yes for what the person asked for or agreed to.

    Of a list only the elements that may be passed on. What was only inferred from something else is never passed on as if it were said.
    """
    values = plain_values(facts)
    allowed: dict[str, Any] = {}
    for item in items:
        for key, limits in load_sharing().items[item].facts.items():
            value = _within(values.get(key), limits)
            if value is not None and (key == "age_band" or facts[key]["status"] != "inferred"):
                allowed[key] = value
        allowed |= {f"{NEED_PREFIX}{need}": "yes" for need in load_sharing().items[item].needs if _agreed(facts, need)}
    return allowed


def needs_care(values: Mapping[str, Any], now: datetime) -> bool:
    """Return whether passing anything on could bring this person into danger. `values`: plain facts, "need:<id>" included."""
    return evaluate(parse_condition(load_sharing().careful_when, SHARING_FILE.name), values, now).result == "yes"


def _agreed(facts: Facts, need: str) -> bool:
    record = facts.get(f"{NEED_PREFIX}{need}")
    return record is not None and record["value"] == "yes" and record["status"] in ("said", "confirmed", "corrected")


def _within(value: Any, limits: list[str]) -> Any:
    if value is None or value == "unknown":
        return None
    if not limits:
        return value
    if isinstance(value, list):
        return [element for element in value if element in limits] or None
    return value if value in limits else None
