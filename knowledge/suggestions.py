"""From a person's situation to desks: which one, why, whether it is open, how to reach it, what to say and bring."""

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from knowledge.desk_choice import KindChoice, NeedLike, avoids_phone, desk_plan, is_clear, load_choice_rules, people_of
from knowledge.directory import Directory, is_old, phones_to_show, true_on
from knowledge.hours import describe_hours, say_as_of
from knowledge.lifelines import Lifeline, load_lifelines
from knowledge.needs import load_needs
from knowledge.places import PREFECTURE, prefecture_of
from knowledge.schema import DeskRecord, PhoneRecord
from knowledge.vocabulary import load_vocabulary
from knowledge.wording import phrase, words


@dataclass(frozen=True)
class ReachLine:
    """One way to reach a desk: `kind` phone, web, visit or other; `href` a tel:, mailto: or https: link, or None."""

    kind: str
    label: str
    href: str | None = None


@dataclass(frozen=True)
class Gap:
    """A desk that a person could expect where they live and that the directory does not have there.

    `prefecture`: empty when several have a place of that name. `known`: not_offered when a source says that there is none, else
    not_known. `given`: what was named instead.
    """

    municipality: str
    prefecture: str
    kind: str
    known: Literal["not_offered", "not_known"]
    given: Literal["prefecture", "nationwide"]


@dataclass(frozen=True)
class Suggestion:
    """One desk for one person at one moment; all texts are ready to show, empty when there is nothing to say.

    `reasons`: the need ids it answers, clearest first; `open_now`: None when not known, never guessed; `general`: a nationwide
    description, since no concrete desk is known. `area`: the municipality or prefecture it serves, or None. `gap`: set when the
    person's own municipality has no such desk.
    """

    desk: DeskRecord
    kind: str
    reasons: tuple[str, ...]
    because: str
    why: str
    open_now: bool | None
    hours: str
    reach: tuple[ReachLine, ...]
    say: str
    bring: tuple[str, ...]
    source: str
    as_of: str
    notice: str
    general: bool
    area: str | None
    gap: Gap | None = None


def suggest_desks(
    values: Mapping[str, Any],
    needs: Sequence[NeedLike],
    urgency: str,
    directory: Directory,
    at: dt.datetime,
    limit: int = 3,
    already: Collection[str] = (),
    emergency: Collection[str] = (),
) -> list[Suggestion]:
    """Return up to `limit` desks that fit, best first; an empty list when everything fitting is in `already`.

    `values`: fact key -> plain value, known ones only. `urgency`: a level of the vocabulary. `at`: aware, the moment of the
    conversation. `already`: desk ids or desk kinds that the person was told of. `emergency`: emergency kinds seen.
    """
    told = {kind for item in already if (kind := _told_kind(item, values, directory, at))}
    nameable = {need.id: is_clear(need) for need in needs if _may_be_named(need)}
    plan = desk_plan(values, needs, urgency, at, limit=len(load_vocabulary().desk_kinds), emergency=emergency, covered=told)
    found = (_suggestion(choice, nameable, values, directory, at) for choice in plan)
    return [suggestion for suggestion in found if suggestion][:limit]


def preview_desk(desk: DeskRecord, directory: Directory, at: dt.datetime) -> Suggestion | None:
    """Return the desk as somebody who lives in its area would be shown it; None when it states no source. For those who edit desks."""
    values = {"municipality": desk.municipality} if desk.municipality else {}
    return _describe(desk, KindChoice(desk.kind, (), "default", ""), {}, values, directory, at)


def suggestion_card(suggestion: Suggestion) -> dict[str, Any]:
    """Return the suggestion as the fields of a reply's card, ready for JSON."""
    desk = suggestion.desk
    return {
        "id": desk.id,
        "desk_kind": suggestion.kind,
        "title": desk.name,
        "what": desk.what + _shop_count(desk),
        "why": suggestion.why,
        "hours": suggestion.hours,
        "open_now": suggestion.open_now,
        "reach": [{"kind": line.kind, "label": line.label, "href": line.href} for line in suggestion.reach],
        "say": suggestion.say,
        "bring": list(suggestion.bring),
        "source": suggestion.source,
        "as_of": suggestion.as_of,
        "notice": suggestion.notice,
    }


def _shop_count(desk: DeskRecord) -> str:
    """How many shops are registered and as of when, in words; empty when the record gives no number."""
    shops = desk.shops
    if shops is None or shops.count is None or shops.as_of is None or shops.kind:
        return ""
    return phrase("shops.count", count=str(shops.count), as_of=say_as_of(shops.as_of))


def _told_kind(item: str, values: Mapping[str, Any], directory: Directory, at: dt.datetime) -> str | None:
    """The kind that counts as told by a desk id or kind; None when only its description was given and a concrete desk is known now."""
    desk = directory.desk(item)
    if desk is None:
        return item
    if not desk.general:
        return desk.kind
    now = find_desk(desk.kind, desk.needs, values, directory, at)
    return desk.kind if now is None or now.general else None


def _may_be_named(need: NeedLike) -> bool:
    """Whether a card may name the need: a sensitive one not on a guess, only when the person spoke of it or told what it rests on."""
    return is_clear(need) or (need.status == "suspected" and not load_needs().needs[need.id].sensitive)


# Which desk ----------------------------------------------------------------------------------------------------------


def areas_of(values: Mapping[str, Any], kind: str) -> list[str]:
    """Where to look for a desk of that kind, nearest first: home, and for homes to move to the places wished for."""
    home = values.get("municipality")
    wished = list(values.get("desired_area") or ())
    areas = ([home] if home else []) + (wished if kind in load_choice_rules().file.by_desired_area or not home else [])
    return list(dict.fromkeys(areas))


def _suggestion(
    choice: KindChoice, nameable: Mapping[str, bool], values: Mapping[str, Any], directory: Directory, at: dt.datetime
) -> Suggestion | None:
    desk = find_desk(choice.kind, choice.needs, values, directory, at)
    return _describe(desk, choice, nameable, values, directory, at) if desk else None


def _describe(
    desk: DeskRecord, choice: KindChoice, nameable: Mapping[str, bool], values: Mapping[str, Any], directory: Directory, at: dt.datetime
) -> Suggestion | None:
    if desk.source is None:
        return None
    day = true_on(desk)
    old = is_old(day, at)
    open_now, hours = describe_hours(desk.schedule, at, desk.appointment, desk.schedule_text, day if old else None)
    section = desk.source.section
    title = directory.source_title(desk.source)
    gap = _gap(desk, choice.kind, values, directory)
    return Suggestion(
        desk=desk,
        kind=choice.kind,
        reasons=choice.needs,
        because=choice.because,
        why=_why(choice, nameable),
        open_now=open_now,
        hours=hours,
        reach=tuple(_reach(desk, values, at) + _prefecture_too(gap, directory)),
        say=desk.say or phrase("say.fallback"),
        bring=tuple(desk.bring),
        source=phrase("source_section", title=title, section=section) if section else phrase("source", title=title),
        as_of=say_as_of(day),
        notice="".join(_notices(desk, choice.kind, values, directory, at)),
        general=desk.general,
        area=desk.municipality or desk.prefecture,
        gap=gap,
    )


def _gap(desk: DeskRecord, kind: str, values: Mapping[str, Any], directory: Directory) -> Gap | None:
    areas = areas_of(values, kind)
    if kind not in load_choice_rules().file.local or not areas or desk.municipality:
        return None
    prefecture = _prefecture(areas[0], values)
    known: Literal["not_offered", "not_known"] = "not_offered" if directory.not_offered(kind, areas[0], prefecture) else "not_known"
    return Gap(areas[0], prefecture or "", kind, known, "prefecture" if desk.prefecture else "nationwide")


def _prefecture_too(gap: Gap | None, directory: Directory) -> list[ReachLine]:
    """The prefecture's desk as one more way, where the municipality has none and nothing nearer is known."""
    kind = load_choice_rules().file.prefecture_instead.get(gap.kind) if gap and gap.given == "nationwide" else None
    if gap is None or kind is None or not gap.prefecture:
        return []
    desks = [desk for desk in directory.in_prefecture(kind, gap.prefecture) if desk.find]
    return [ReachLine("other", phrase("reach.prefecture", name=desk.name, find=desk.find)) for desk in desks[:1]]


def find_desk(kind: str, needs: Sequence[str], values: Mapping[str, Any], directory: Directory, at: dt.datetime) -> DeskRecord | None:
    """The desk of a kind nearest to the person that serves people like them: home, wished-for place, prefecture, country, general."""
    areas = areas_of(values, kind)
    prefectures = [prefecture for area in areas if (prefecture := _prefecture(area, values))]
    circles = [directory.in_municipality(kind, area, _prefecture(area, values)) for area in areas]
    circles += [directory.in_prefecture(kind, prefecture) for prefecture in dict.fromkeys(prefectures)]
    circles.append(directory.nationwide(kind))
    people = people_of(values, at)
    for circle in circles:
        serving = [desk for desk in circle if "all" in desk.serves or people & set(desk.serves)]
        if serving:
            return max(serving, key=lambda desk: _merit(desk, needs, people, values, at))
    return directory.general(kind)


def _prefecture(area: str, values: Mapping[str, Any]) -> str | None:
    """The prefecture of an area; that of the home for a place of the home's name. None when it is not known."""
    told = values.get(PREFECTURE) if area == values.get("municipality") else None
    return told or prefecture_of(area)


def _merit(desk: DeskRecord, needs: Sequence[str], people: frozenset[str], values: Mapping[str, Any], at: dt.datetime) -> tuple[int, ...]:
    """What makes one desk better than another of its kind and place; ties go to the first by id."""
    phone_only = bool(desk.reach) and set(desk.reach) == {"phone"}
    return (
        0 if phone_only and avoids_phone(values, at) else 1,
        int(desk.status == "current"),
        len(people & set(desk.serves)),
        len(set(needs) & set(desk.needs)),
        int(not is_old(true_on(desk), at)),
        int(bool(phones_to_show(desk, at)) or bool(desk.place) or bool(desk.schedule)),
    )


# What is said about it -----------------------------------------------------------------------------------------------


def _why(choice: KindChoice, nameable: Mapping[str, bool]) -> str:
    """Why this desk. `nameable`: the needs that may be named, and whether each is more than a guess."""
    clear, guessed = (
        "".join(phrase("why.need", label=load_needs().needs[need].label_plain) for need in found[: int(words("why.most_needs"))])
        for found in ([need for need in choice.needs if nameable.get(need) is sure] for sure in (True, False))
    )
    if choice.because == "emergency" or (choice.why and not clear):
        return choice.why
    if not clear:
        return phrase("why.perhaps", needs=guessed) if guessed else phrase("why.default")
    if choice.because == "situation":
        return phrase("why.with_situation", why=choice.why, needs=clear)
    return phrase("why.urgent" if choice.because == "urgent" else "why.needs", needs=clear)


def _reach(desk: DeskRecord, values: Mapping[str, Any], at: dt.datetime) -> list[ReachLine]:
    calls = [
        ReachLine("phone", _say_phone(phone), "tel:" + phone.number.replace("-", "").replace("#", "%23"))
        for phone in phones_to_show(desk, at)
    ]
    national = [line for line in load_lifelines() if line.id in desk.lifelines and line.is_fresh(at)]
    calls += [ReachLine("phone", _say_line(line), line.href) for line in sorted(national, key=_place_in(desk)) if line.number]
    lines = [ReachLine("web", phrase("reach.web"), website) for website in desk.websites]
    lines += [ReachLine("web", line.name, line.web) for line in national if line.web and not line.number]
    if desk.email:
        lines.append(ReachLine("other", phrase("reach.mail", address=desk.email), f"mailto:{desk.email}"))
    if desk.place:
        place = str(words("reach.place_joiner")).join(part for part in (desk.place.name, desk.place.floor, desk.place.address) if part)
        lines += [ReachLine("visit", phrase("reach.visit", place=place))] if place else []
    lines += [ReachLine("other", phrase(f"reach.{kind}")) for kind in desk.reach if kind in ("letter", "fax")]
    if desk.find:
        lines.append(ReachLine("other", phrase("reach.find", find=desk.find)))
    return lines + calls if avoids_phone(values, at) else calls + lines


def _place_in(desk: DeskRecord) -> Callable[[Lifeline], int]:
    return lambda line: desk.lifelines.index(line.id)


def _say_line(line: Lifeline) -> str:
    return phrase("reach.lifeline", name=line.name, number=line.number, hours=line.hours.text)


def _say_phone(phone: PhoneRecord) -> str:
    if phone.label:
        return phrase("reach.phone_labelled", label=phone.label, number=phone.number)
    return phrase("reach.phone_number", number=phone.number)


def _notices(desk: DeskRecord, kind: str, values: Mapping[str, Any], directory: Directory, at: dt.datetime) -> list[str]:
    areas = areas_of(values, kind)
    notices: list[str] = []
    if desk.sample:
        notices.append(phrase("notices.sample"))
    if desk.general and load_choice_rules().kinds.get(kind) and load_choice_rules().kinds[kind].rule.emergency_only:
        notices.append(phrase("notices.nationwide_only"))
    elif desk.general:
        notices.append(_no_desk(areas[0], kind, values, directory) if areas else phrase("notices.no_area"))
    elif areas and desk.municipality and desk.municipality != areas[0]:
        notices.append(phrase("notices.other_area", area=desk.municipality))
    elif desk.prefecture and not desk.municipality:
        notices.append(phrase("notices.prefecture", prefecture=desk.prefecture))
    if is_old(true_on(desk), at):
        notices.append(phrase("notices.old"))
    elif desk.status == "unverified":
        notices.append(phrase("notices.unverified"))
    if not desk.general and not phones_to_show(desk, at) and not desk.websites:
        notices.append(phrase("notices.no_phone_yet"))
    if avoids_phone(values, at):
        notices.append(phrase("notices.without_phone"))
    return notices


def _no_desk(area: str, kind: str, values: Mapping[str, Any], directory: Directory) -> str:
    """Why a description stands in for a desk: the place has none as of a day, or we know of none."""
    label = load_vocabulary().desk_kinds[kind]
    missing = directory.not_offered(kind, area, _prefecture(area, values))
    if missing is None:
        return phrase("notices.no_desk", area=area, kind=label)
    return phrase("notices.not_offered", area=area, kind=label, as_of=say_as_of(true_on(missing)))
