"""Masking places in a sensitive case: whom the person flees must not find them over somebody's shoulder."""

from collections.abc import Iterable, Sequence
from typing import Any

from bot.models import FactRow

_PLACES = ("municipality", "desired_area")
MASK = "■"


def is_place(key: str) -> bool:
    """Return whether a fact says where somebody lives or wants to live."""
    return key in _PLACES


def places_in(rows: Iterable[FactRow]) -> list[str]:
    """Return every place that was understood, as said and as printed, the longest first."""
    places = {word for row in rows if is_place(row.key) for word in _words(row.record)}
    return sorted(places, key=lambda place: (-len(place), place))


def hide_places(value: Any, places: Sequence[str]) -> Any:
    """Return JSON `value` with these places masked wherever they stand. A place that nobody understood stays readable."""
    if isinstance(value, str):
        for place in places:
            value = value.replace(place, MASK * len(place))
        return value
    if isinstance(value, dict):
        return {key: hide_places(item, places) for key, item in value.items()}
    return [hide_places(item, places) for item in value] if isinstance(value, list) else value


def _words(record: dict[str, Any]) -> set[str]:
    value = record["value"]
    said = {item["text"] for item in record["evidence"] if item.get("text")}
    return said | (set(value) if isinstance(value, list) else {value} if isinstance(value, str) else set())
