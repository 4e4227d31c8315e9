"""Counts of people: the household, the children in it."""

import re
from collections.abc import Iterator

from nlu.values.lexicon import load_lexicon
from nlu.values.reading import Candidate, Reading, corrected


def read_counts(reading: Reading) -> Iterator[tuple[str, Candidate]]:
    """Yield (`children`, n) and (`household_size`, n) as far as the text says them."""
    children = _children(reading)
    if children:
        yield "children", children
    size = _household(reading)
    if size:
        yield "household_size", size


def _lone(reading: Reading) -> list[Candidate]:
    """Return the number that opens an answer."""
    match = load_lexicon("counts").pattern("lone").match(reading.text)
    return [Candidate(int(match["n"]), match.start("n"), match.end("n"))] if match else []


def _number(match: re.Match[str]) -> int:
    return int(next(value for key, value in match.groupdict().items() if key.startswith("n") and value))


def _children(reading: Reading) -> Candidate | None:
    lexicon = load_lexicon("counts")
    none = lexicon.pattern("none").search(reading.text)
    if reading.asked == "children":
        none = none or lexicon.pattern("no_start").match(reading.text)
    if none and reading.asked == "children" and not _lone(reading):
        return Candidate(0, *none.span())
    counted = [one for one in (_counted_children(reading), _graded_children(reading)) if one]
    if counted:
        return max(counted, key=lambda one: int(one.value))
    if none:
        return Candidate(0, *none.span())
    return _upper_and_lower(reading) or _listed_children(reading) or _named_children(reading)


def _counted_children(reading: Reading) -> Candidate | None:
    lexicon = load_lexicon("counts")
    if reading.asked == "children":
        answered = corrected(reading, [*_lone(reading), *_people_after(reading)])
        if answered:
            return answered[-1] if len(answered) > 1 and answered[0].start > 0 else answered[0]
    found: list[tuple[str, Candidate]] = []
    for name in ("count_before", "count_after", "parent_of", "siblings", "born"):
        for match in lexicon.pattern(name).finditer(reading.text):
            if _mine(reading, match) and not any(one.start < match.end() and match.start() < one.end for _, one in found):
                found.append(
                    (
                        match.groupdict().get("who") or "",
                        Candidate(_number(match), *match.span()),
                    )
                )
    if not found:
        return None
    specific = {who: one for who, one in found if who in lexicon.words("daughters_sons")}
    if len(specific) == len(found) > 1:
        spans = [one for one in specific.values()]
        return Candidate(sum(int(one.value) for one in spans), spans[0].start, spans[-1].end)
    return corrected(reading, [one for _, one in found])[0]


def _graded_children(reading: Reading) -> Candidate | None:
    """Add up the children counted by school (小学生2人と中学生1人) or called little ones."""
    lexicon = load_lexicon("counts")
    matches = [
        match
        for name in ("grade_count", "little_count")
        for match in lexicon.pattern(name).finditer(reading.text)
        if _mine(reading, match) and not lexicon.pattern("grade_past").search(reading.right(match.start(), 8))
    ]
    if not matches:
        return None
    single = lexicon.pattern("grade_beside").search(reading.text)
    extra = 1 if single and _mine(reading, single) else 0
    start, end = min(match.start() for match in matches), max(match.end() for match in matches)
    return Candidate(sum(int(match["n"]) for match in matches) + extra, start, end)


def _people_after(reading: Reading) -> list[Candidate]:
    pattern = load_lexicon("counts").pattern("people")
    return [Candidate(int(match["n"]), *match.span()) for match in pattern.finditer(reading.text) if match.start() > 0]


def _mine(reading: Reading, match: re.Match[str]) -> bool:
    lexicon = load_lexicon("counts")
    if lexicon.pattern("not_own").search(reading.left(match.start(), 14)):
        return False
    return not lexicon.pattern("not_living").search(reading.right(match.end(), 18))


def _upper_and_lower(reading: Reading) -> Candidate | None:
    lexicon = load_lexicon("counts")
    upper, lower = (
        lexicon.pattern("upper").search(reading.text),
        lexicon.pattern("lower").search(reading.text),
    )
    if not upper or not lower or not _mine(reading, upper):
        return None
    start, end = min(upper.start(), lower.start()), max(upper.end(), lower.end())
    middle = bool(lexicon.pattern("middle").search(reading.text, start, end))
    twins = lexicon.pattern("twins").match(reading.text, lower.end()) or lexicon.pattern("lower_twins").search(reading.text, start)
    return Candidate(2 + middle + bool(twins), start, max(end, twins.end() if twins else end))


def _listed_children(reading: Reading) -> Candidate | None:
    """Count children told by age or school year: 小1と年中の子, 子は5歳と2歳."""
    lexicon = load_lexicon("counts")
    names = ["list_then_child", "child_then_list"] + (["list_sentence"] if _about_children(reading) else [])
    found: list[re.Match[str]] = []
    for name in names:
        for match in lexicon.pattern(name).finditer(reading.text):
            if _mine(reading, match) and not any(one.start() < match.end() and match.start() < one.end() for one in found):
                found.append(match)
    if not found:
        return None
    count = sum(len(lexicon.pattern("grade").findall(match["list"])) for match in found)
    pair = lexicon.pattern("pair").search(reading.text)
    start, end = (
        min(match.start() for match in found),
        max(match.end() for match in found),
    )
    return Candidate(max(count, 2 if pair else 0), start, end)


def _about_children(reading: Reading) -> bool:
    return reading.asked == "children" or bool(load_lexicon("counts").pattern("child_word").search(reading.text))


def _named_children(reading: Reading) -> Candidate | None:
    lexicon = load_lexicon("counts")
    open_question = reading.asked in ("children", "household", "household_size")
    for name, count in (("twins", 2), ("pair", 2), ("single_child", 1)):
        match = lexicon.pattern(name).search(reading.text)
        if match and _mine(reading, match) and (open_question or name != "pair" or lexicon.pattern("raising").search(reading.text)):
            return Candidate(count, *match.span())
    if reading.asked == "children":
        match = lexicon.pattern("one_child").search(reading.text)
        if match and _mine(reading, match):
            return Candidate(1, *match.span(), 0.8)
    return None


def _household(reading: Reading) -> Candidate | None:
    stated = _stated_size(reading)
    if reading.asked != "household_size":
        return stated
    lexicon = load_lexicon("counts")
    answered = corrected(reading, [*_lone(reading), *_people_after(reading)])
    if len(answered) == 1 and answered[0].start == 0 or not stated:
        opening = [one for one in answered if one.start == 0]
        couple = lexicon.pattern("couple_only").match(reading.text)
        if opening:
            return opening[0]
        if couple:
            return Candidate(2, *couple.span())
        return stated or _counted_list(reading) or (answered[-1] if answered else None)
    return stated


def _stated_size(reading: Reading) -> Candidate | None:
    lexicon = load_lexicon("counts")
    found: list[Candidate] = []
    for name in (
        "house_move",
        "house_family",
        "house_list",
        "house_two",
        "house_with_one",
        "house_together",
    ):
        for match in lexicon.pattern(name).finditer(reading.text):
            at = next(match.start(key) for key, value in match.groupdict().items() if key.startswith("n") and value)
            if not _is_household(reading, match, at, name):
                continue
            found.append(Candidate(_number(match), *match.span()))
        if found:
            kept = corrected(reading, found)
            return kept[-1] if name == "house_move" else kept[0]
    return None


def _is_household(reading: Reading, match: re.Match[str], at: int, name: str) -> bool:
    lexicon = load_lexicon("counts")
    if lexicon.pattern("not_house_after").match(reading.text[match.end() :]) or lexicon.pattern("not_house_after").match(
        reading.text[at + 2 :]
    ):
        return False
    if name in ("house_move", "house_together") and lexicon.pattern("child_left").search(reading.left(match.start(), 8)):
        return False
    return name == "house_move" or not lexicon.pattern("not_house").search(reading.left(match.start(), 14))


def _counted_list(reading: Reading) -> Candidate | None:
    """Count the people listed in an answer: 母と私と息子 is three."""
    lexicon = load_lexicon("counts")
    match = lexicon.pattern("people_list").search(reading.text)
    if not match:
        return None
    people = lexicon.pattern("person").findall(match["list"])
    more = sum(int(found["n"]) - 1 for found in lexicon.pattern("listed_children").finditer(reading.text))
    count = len(people) + more + len(lexicon.pattern("both_parents").findall(match["list"]))
    if not lexicon.pattern("me_listed").search(reading.text):
        count += 1
    return Candidate(count, *match.span(), 0.8)
