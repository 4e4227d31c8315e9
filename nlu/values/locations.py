"""Where the person lives and where they wish to live, told by the words around each place."""

from collections.abc import Iterator

from nlu.types import Mention
from nlu.values.lexicon import load_lexicon
from nlu.values.people import SELF, kind_of, person_in_need
from nlu.values.places import PlaceHit, find_in
from nlu.values.reading import Reading

HOME, WISH = "municipality", "desired_area"


def read_places(reading: Reading) -> list[Mention]:
    """Return `municipality` (at most once) and `desired_area` (once a place)."""
    text = reading.plain.text
    hits = find_in(reading.plain, reading.asked in (HOME, WISH))
    found: dict[tuple[str, str], PlaceHit] = {}
    for group in _groups(text, hits):
        for key in _roles(reading, text, group, hits):
            for hit in group if key == WISH else group[:1]:
                found.setdefault((key, hit.name), hit)
    homes = [name for key, name in found if key == HOME]
    return [_mention(reading, key, hit) for (key, name), hit in found.items() if key == WISH or name == homes[0]]


def _mention(reading: Reading, key: str, hit: PlaceHit) -> Mention:
    start, end = reading.plain.original_span(hit.start, hit.end)
    return Mention(
        key,
        hit.name,
        start,
        end,
        reading.original[start:end],
        0.9 if hit.ambiguous or not hit.full else 1.0,
    )


def _groups(text: str, hits: list[PlaceHit]) -> list[list[PlaceHit]]:
    """Put places that stand in one list together: 調布か三鷹."""
    link = load_lexicon("places").pattern("link")
    groups: list[list[PlaceHit]] = []
    for hit in hits:
        if groups and link.match(text[groups[-1][-1].end : hit.start]):
            groups[-1].append(hit)
        else:
            groups.append([hit])
    return groups


def _roles(reading: Reading, text: str, group: list[PlaceHit], hits: list[PlaceHit]) -> Iterator[str]:
    lexicon = load_lexicon("places")
    stop = load_lexicon("shared").pattern("stop")
    following = [hit.start for hit in hits if hit.start > group[-1].start]
    left = stop.split(text[max(0, group[0].start - 30) : group[0].start])[-1]
    whole_right = stop.split(text[group[-1].end : group[-1].end + 50])[0]
    right = text[group[-1].end : following[0]] if following and following[0] < group[-1].end + len(whole_right) else whole_right
    if lexicon.pattern("english_live").search(left):
        yield HOME
        return
    if lexicon.pattern("leave").match(whole_right) and not _elsewhere(reading, left):
        yield HOME
        return
    if lexicon.pattern("not_there").match(right):
        return
    if lexicon.pattern("stay").match(right) and not lexicon.pattern("not_mine").search(left):
        yield from (WISH, HOME) if len(group) == 1 else (WISH,)
        return
    other = lexicon.pattern("home_of").match(right) or lexicon.pattern("home_with").match(right)
    if other:
        yield from ([HOME] if kind_of(other["kin"]) == kind_of(person_in_need(reading)) else [])
        return
    wished = lexicon.pattern("wish").match(right)
    lived = lexicon.pattern("live").match(right)
    if wished and not lived:
        yield from (WISH, HOME) if lexicon.pattern("settled").search(left) else (WISH,)
        return
    if _elsewhere(reading, left):
        return
    if lexicon.pattern("wish_limit").match(right) and not lived and reading.asked != HOME:
        yield WISH
        return
    yield from _plain_roles(reading, left, right, bool(lived), group)


def _elsewhere(reading: Reading, left: str) -> bool:
    """Tell places where somebody else lives, or the person once did."""
    lexicon = load_lexicon("places")
    if lexicon.pattern("not_mine").search(left):
        return True
    need = person_in_need(reading)
    other = lexicon.pattern("others_left").search(left)
    if other:
        return need == SELF and reading.asked not in (HOME, WISH) or need != SELF and kind_of(other["kin"]) != kind_of(need)
    return kind_of(need) != "" and bool(lexicon.pattern("me_left").search(left))


def _searching(reading: Reading, sentence: str) -> bool:
    """Tell a search (横浜で、家賃は6万まで) from a report of where somebody is."""
    lexicon = load_lexicon("places")
    return bool(lexicon.pattern("searching").search(reading.plain.text)) and not lexicon.pattern("living").search(sentence)


def _plain_roles(reading: Reading, left: str, right: str, lived: bool, group: list[PlaceHit]) -> Iterator[str]:
    lexicon = load_lexicon("places")
    now = lexicon.pattern("now_left").search(left)
    if lived or now:
        yield HOME
    elif reading.asked in (HOME, WISH):
        yield reading.asked
    elif lexicon.pattern("wish_where").match(right) and _searching(reading, left + right):
        yield WISH
    elif lexicon.pattern("home").match(right) and len(group) == 1:
        yield HOME
    elif lexicon.pattern("english_wish").search(left):
        yield WISH
