"""Which place a name means: municipalities whose name stands in more than one prefecture, told apart by what else is known."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from knowledge.municipalities import Municipality, load_municipalities
from knowledge.wording import phrase, words

PREFECTURE = "prefecture"
"""The key under which the prefecture of the home stands among plain values; it is no fact of its own."""


def namesakes(name: str) -> tuple[Municipality, ...]:
    """Return every municipality of that canonical name, a designated city's wards last; empty when the name is unknown."""
    return _by_name().get(name, ())


def is_ambiguous(name: str) -> bool:
    """Return whether the name alone leaves the prefecture open."""
    return len({place.prefecture for place in namesakes(name)}) > 1


def prefecture_of(area: str) -> str | None:
    """Return the prefecture of a municipality's canonical name, or `area` itself when it is a prefecture.

    None when the name is not known, or stands for places in more than one prefecture.
    """
    prefectures = {place.prefecture for place in namesakes(area)}
    if len(prefectures) == 1:
        return prefectures.pop()
    return area if area in _prefectures() else None


def prefecture_named(name: str, words_said: str) -> str | None:
    """Return the one prefecture of `name`'s namesakes that stands in a text, with or without its suffix; None when none or several do."""
    named = {place.prefecture for place in namesakes(name) if _stem(place.prefecture) in words_said}
    return named.pop() if len(named) == 1 else None


def home_prefecture(facts: Mapping[str, Mapping[str, Any]]) -> str | None:
    """Return the prefecture of the municipality in `facts`: the only one, the one that was told, or the one of the places wished for."""
    record = facts.get("municipality")
    if not record or not record["value"]:
        return None
    name = str(record["value"])
    if not is_ambiguous(name):
        return prefecture_of(name)
    if record.get(PREFECTURE):
        return str(record[PREFECTURE])
    told = (prefecture_named(name, item["text"]) for item in reversed(record["evidence"]))
    return next((prefecture for prefecture in told if prefecture), None) or _of_wished(name, facts.get("desired_area"))


def place_question(name: str) -> tuple[str, list[str]]:
    """Return the question that tells the namesakes of `name` apart, and the prefectures to choose from, likeliest first."""
    prefectures = list(dict.fromkeys(place.prefecture for place in namesakes(name)))
    own = [place for place in namesakes(name) if not place.city_code]
    if any(place.city_code for place in namesakes(name)) and own:
        city = next(place for place in load_municipalities() if place.code == namesakes(name)[-1].city_code)
        return phrase("places.ward", name=name, prefecture=own[0].prefecture, example=f"{city.name}{name}"), [own[0].prefecture]
    return phrase("places.several", name=name, places=str(words("places.joiner")).join(prefectures)), prefectures


def _of_wished(name: str, wished: Mapping[str, Any] | None) -> str | None:
    areas: Iterable[str] = (wished or {}).get("value") or ()
    own = {place.prefecture for place in namesakes(name)}
    found = {prefecture for area in areas if (prefecture := prefecture_of(area)) in own}
    return found.pop() if len(found) == 1 else None


def _stem(prefecture: str) -> str:
    return prefecture[:-1] if prefecture.endswith(tuple(words("places.prefecture_suffixes"))) else prefecture


@cache
def _by_name() -> dict[str, tuple[Municipality, ...]]:
    found: dict[str, list[Municipality]] = {}
    for place in load_municipalities():
        found.setdefault(place.name, []).append(place)
    return {name: tuple(sorted(places, key=lambda place: bool(place.city_code))) for name, places in found.items()}


@cache
def _prefectures() -> frozenset[str]:
    return frozenset(place.prefecture for place in load_municipalities())
