"""Finds the municipalities named in a text, with or without their suffix, in Chinese characters, kana or Latin letters."""

import re
from dataclasses import dataclass, replace
from functools import cache

import jaconv

from knowledge.municipalities import Municipality, load_municipalities
from nlu.values.lexicon import load_lexicon
from nlu.values.normalise import Normalised, normalise

_KANA = re.compile("[\u3041-\u3096]+")
_LONG_VOWELS = re.compile("ou|oo|uu")
_BLANK = re.compile("(?<=[\u3041-\u3096]) ")  # a blank behind kana parts words, not sense


@dataclass(frozen=True)
class PlaceHit:
    """A municipality in a text. `name` is canonical (a designated city's ward counts as its city), `start`/`end` its span.

    `ambiguous` holds the codes of all municipalities that the words may mean, empty if there is one.
    """

    name: str
    code: str
    start: int
    end: int
    ambiguous: tuple[str, ...] = ()
    full: bool = True


@dataclass(frozen=True)
class _Surface:
    text: str
    kind: str  # full, stem, kana_full, kana_stem
    places: tuple[Municipality, ...]


def find_municipalities(text: str, asked: bool = False) -> list[PlaceHit]:
    """Return the municipalities in `text` in their order; spans are those of `text` as typed.

    A name without its suffix counts where the words around it make it a place, or more freely if a place was `asked` for.
    """
    plain = normalise(text)
    hits = []
    for hit in find_in(plain, asked):
        start, end = plain.original_span(hit.start, hit.end)
        hits.append(replace(hit, start=start, end=end))
    return hits


def find_in(plain: Normalised, asked: bool) -> list[PlaceHit]:
    """Like find_municipalities, with spans of the normalised text."""
    text = plain.text
    hits: list[PlaceHit] = []
    pending: list[PlaceHit] = []
    at = 0
    while at < len(text):
        hit, accepted = _at(text, at, asked)
        if hit is None or _inside_address(text, hits, hit):
            at += 1
            continue
        if accepted:
            hits += [*_linked(text, pending, hit), hit]
            pending = []
        elif hits and load_lexicon("places").pattern("link").match(text[hits[-1].end : hit.start]) and not hit.full:
            pending = []
        else:
            pending.append(hit)
        at = hit.end
    return hits or _latin(text)


def _linked(text: str, pending: list[PlaceHit], hit: PlaceHit) -> list[PlaceHit]:
    """Return the bare names joined to an accepted one: 横浜か川崎で."""
    link = load_lexicon("places").pattern("link")
    kept: list[PlaceHit] = []
    for earlier in reversed(pending):
        if not link.match(text[earlier.end : (kept[0] if kept else hit).start]):
            break
        kept.insert(0, earlier)
    return kept


def _inside_address(text: str, hits: list[PlaceHit], hit: PlaceHit) -> bool:
    """Tell a quarter that follows its municipality (大船渡市の三陸町)."""
    near = hits and load_lexicon("places").pattern("ward_link").fullmatch(text[hits[-1].end : hit.start])
    return bool(near) and hit.name[-1] in load_lexicon("places").words("suffix")[2:]


def _at(text: str, at: int, asked: bool) -> tuple[PlaceHit | None, bool]:
    prefecture, start = _prefecture(text, at)
    if prefecture:
        for surface in _index().get(text[start : start + 1], ()):
            places = tuple(place for place in surface.places if place.prefecture == prefecture)
            if places and text.startswith(surface.text, start) and _bounded(text, start, surface, inside=True):
                return _hit(text, at, start + len(surface.text), places, surface), True
    for surface in _index().get(text[at : at + 1], ()):
        if not text.startswith(surface.text, at) or not _bounded(text, at, surface, inside=False):
            continue
        hit = _hit(text, at, at + len(surface.text), surface.places, surface)
        if hit is None:
            continue
        if _accepted(text, at, surface, hit, asked):
            return hit, True
        if surface.kind == "stem" and not _is_person(text, hit.end) and load_lexicon("places").pattern("link_after").match(text[hit.end :]):
            return hit, False
    return None, False


def _bounded(text: str, at: int, surface: _Surface, inside: bool) -> bool:
    lexicon = load_lexicon("places")
    end = at + len(surface.text)
    kana = surface.kind.startswith("kana")
    if kana and not lexicon.pattern("after_kana").match(text[end:]):
        return False
    if surface.kind == "full" and lexicon.pattern("not_after_full").match(text[end:]):
        return False
    if inside:
        return surface.kind != "kana_stem" or len(surface.text) > 2
    name = "before_kana" if kana else "before_full" if surface.kind == "full" else "before"
    return bool(lexicon.pattern(name).search(text[max(0, at - 4) : at]))


def _accepted(text: str, at: int, surface: _Surface, hit: PlaceHit, asked: bool) -> bool:
    lexicon = load_lexicon("places")
    after = _BLANK.sub("", text[hit.end :])
    town = hit.name[-1] in lexicon.words("suffix")[2:]
    if surface.kind == "full":
        placed = not town or asked or len(surface.text) > 3 or bool(lexicon.pattern("live").match(after))
        return placed or len(surface.text) > 2 and bool(lexicon.pattern("home").match(after))
    if surface.kind == "kana_full":
        return (asked and not town) or (len(surface.text) >= 5 and not town)
    if _is_person(text, hit.end) or town:
        return False
    known = surface.text in lexicon.words("known")
    if len(surface.text) == 1 and not (known and lexicon.pattern("after").match(after)):
        return bool(lexicon.pattern("after_single" if asked else "after_single_unasked").match(after))
    if not asked and _self_described(text, at, hit.end):
        return True
    if known and lexicon.pattern("after_known").match(after):
        return True
    everyday = surface.text in lexicon.words("everyday") or surface.text in lexicon.words("everyday_kana")
    if asked:
        return bool(lexicon.pattern("after_asked").match(after)) and (surface.kind == "stem" or len(surface.text) >= 3)
    if surface.kind == "kana_stem" and len(surface.text) < 4:
        return False
    return bool(lexicon.pattern("after_everyday" if everyday else "after").match(after))


def _self_described(text: str, start: int, end: int) -> bool:
    """Tell a name that stands alone among the items of a short self-description."""
    lexicon = load_lexicon("places")
    if not lexicon.pattern("item_before").search(text[:start]) or not lexicon.pattern("item_after").match(text[end:]):
        return False
    beside = text[max(0, start - 12) : start], text[end : end + 12]
    return end - start > 1 and any(lexicon.pattern("profile").search(part) for part in beside)


def _is_person(text: str, end: int) -> bool:
    return bool(load_lexicon("places").pattern("person_after").match(text[end:]))


def _hit(text: str, start: int, end: int, places: tuple[Municipality, ...], surface: _Surface) -> PlaceHit | None:
    places = _best(places, surface)
    first = places[0]
    cities = {place.city_code for place in places}
    if first.city_code:
        if len(cities) > 1:
            return None
        city = _by_code()[first.city_code]
        return PlaceHit(city.name, city.code, start, end)
    suffix = load_lexicon("places").pattern("kana_suffix").match(text[end:]) if surface.kind == "stem" and end - start > 1 else None
    end = _with_ward(text, end + (suffix.end() if suffix else 0), first)
    codes = tuple(place.code for place in places)
    full = surface.kind in ("full", "kana_full")
    return PlaceHit(first.name, first.code, start, end, codes if len(codes) > 1 else (), full)


def _best(places: tuple[Municipality, ...], surface: _Surface) -> tuple[Municipality, ...]:
    """Keep the likeliest: special wards, cities before towns, wards of cities last; a nearby prefecture first among equals."""
    lexicon = load_lexicon("places")
    suffixes, near = lexicon.words("suffix"), lexicon.words("nearby")

    def rank(place: Municipality) -> tuple[bool, int, int]:
        distance = near.index(place.prefecture) if place.prefecture in near else len(near)
        kind = (
            0 if place.prefecture in lexicon.words("special") and place.name.endswith(suffixes[1]) else suffixes.index(place.name[-1]) + 1
        )
        return bool(place.city_code), kind, distance

    ordered = sorted(places, key=rank)
    return tuple(place for place in ordered if place.name == ordered[0].name and bool(place.city_code) == bool(ordered[0].city_code))


def _with_ward(text: str, end: int, city: Municipality) -> int:
    link = load_lexicon("places").pattern("ward_link").match(text[end:])
    start = end + (link.end() if link else 0)
    for ward in _wards().get(city.code, ()):
        if text.startswith(ward, start):
            return start + len(ward)
    return end


def _prefecture(text: str, at: int) -> tuple[str, int]:
    """Return the prefecture that begins at `at` and where the words after it begin, or ("", at)."""
    match = _prefecture_pattern().match(text, at)
    if not match:
        return "", at
    return _prefectures()[match["name"]], match.end()


@cache
def _prefecture_pattern() -> re.Pattern[str]:
    names = "|".join(sorted(_prefectures(), key=len, reverse=True))
    return re.compile(f"(?P<name>{names}){load_lexicon('places').pattern('ward_link').pattern[1:]}")


@cache
def _prefectures() -> dict[str, str]:
    suffixes = load_lexicon("places").words("prefecture_suffix")
    names = {place.prefecture for place in load_municipalities()}
    return {name[:-1] if name.endswith(suffixes) else name: name for name in names} | {name: name for name in names}


@cache
def _index() -> dict[str, tuple[_Surface, ...]]:
    """Return all ways to write a municipality by their first character, the longest first."""
    surfaces: dict[tuple[str, str], list[Municipality]] = {}
    for place in load_municipalities():
        surfaces.setdefault((place.name, "full"), []).append(place)
        surfaces.setdefault((place.kana, "kana_full"), []).append(place)
        if not place.city_code and place.name[-1] in load_lexicon("places").words("suffix")[:2]:
            surfaces.setdefault((place.kana[:-1] + place.name[-1], "full"), []).append(place)
        if not place.city_code:
            town = place.name[-1] in load_lexicon("places").words("suffix")[2:]
            kana = bool(_KANA.fullmatch(place.name[:-1]))
            if not (kana and town):
                surfaces.setdefault((place.name[:-1], "kana_stem" if kana else "stem"), []).append(place)
            if not town:
                same = surfaces.setdefault((place.kana[:-1], "kana_stem"), [])
                same += [] if place in same else [place]
    for name, code in load_lexicon("places").table("quarter").items():
        surfaces.setdefault((name, "stem"), []).append(_by_code()[str(code)])
    index: dict[str, list[_Surface]] = {}
    for (text, kind), places in _spelt(surfaces).items():
        index.setdefault(text[0], []).append(_Surface(text, kind, tuple(places)))
    return {first: tuple(sorted(found, key=lambda one: (-len(one.text), one.kind))) for first, found in index.items()}


def _spelt(surfaces: dict[tuple[str, str], list[Municipality]]) -> dict[tuple[str, str], list[Municipality]]:
    """Add the ways to write the small ke of a name, which people mix."""
    spelt = dict(surfaces)
    signs = load_lexicon("places").words("small_ke")
    for (text, kind), places in surfaces.items():
        for old in signs[:2]:
            for new in signs if old in text[1:-1] else ():
                spelt.setdefault((text.replace(old, new), kind), places)
    return spelt


@cache
def _by_code() -> dict[str, Municipality]:
    return {place.code: place for place in load_municipalities()}


@cache
def _wards() -> dict[str, tuple[str, ...]]:
    wards: dict[str, tuple[str, ...]] = {}
    for place in load_municipalities():
        if place.city_code:
            wards[place.city_code] = (*wards.get(place.city_code, ()), place.name)
    return wards


@cache
def _romaji() -> dict[str, tuple[Municipality, ...]]:
    found: dict[str, tuple[Municipality, ...]] = {}
    for place in load_municipalities():
        if place.county or place.city_code:
            continue
        name = _LONG_VOWELS.sub(lambda match: match[0][0], jaconv.kana2alphabet(place.kana[:-1]))
        found[name] = (*found.get(name, ()), place)
    return found


def _latin(text: str) -> list[PlaceHit]:
    lexicon = load_lexicon("places")
    hits = []
    for match in lexicon.pattern("english").finditer(text):
        key = _LONG_VOWELS.sub(lambda vowels: vowels[0][0], match["name"].lower())
        places = _romaji().get(key) if match["name"][0].isupper() else None
        if places and (match["suffix"] or lexicon.pattern("english_before").search(text[: match.start()])):
            hit = _hit(
                text,
                match.start(),
                match.end(),
                places,
                _Surface(match[0], "stem", places),
            )
            hits += [hit] if hit else []
    return hits
