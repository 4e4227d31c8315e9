"""Which kinds of desk a person should hear of, in which order: the rules of need_desks.yml, evaluated.

Order: emergencies; what is urgent today; desks for a situation that comes before everything (violence, a disaster); the
top need; other desks for a situation; then every further need that none of the kinds so far is made for.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal, Protocol

from pydantic import Field

from knowledge.errors import DataError
from knowledge.files import DATA, read_shape
from knowledge.rules import Condition, evaluate, parse_condition
from knowledge.schema import RecordId, Serves, Shape, Text
from knowledge.vocabulary import load_vocabulary

FILE = DATA / "need_desks.yml"
Because = Literal["emergency", "urgent", "situation", "need", "default"]


class NeedLike(Protocol):
    """What a need has to carry here; knowledge.needs.NeedFinding does."""

    @property
    def id(self) -> str:
        """A need id of the vocabulary."""

    @property
    def status(self) -> str:
        """stated, confirmed, suspected or declined."""

    @property
    def strength(self) -> str:
        """strong or weak."""

    @property
    def score(self) -> float:
        """Likelihood times importance."""


class NeedDesks(Shape):
    """The kinds made for a need, and those that help too."""

    desks: list[RecordId] = Field(min_length=1)
    also: list[RecordId] = []


class KindRule(Shape):
    """Whom a kind of desk is for; see the head of need_desks.yml."""

    fits: dict[str, Any] | None = None
    fits_needs: list[RecordId] = []
    unless: dict[str, Any] | None = None
    unless_needs: dict[str, Any] | None = Field(default=None, description="never because of a need alone when this holds")
    own: bool = False
    own_if: dict[str, Any] | None = None
    first: bool = False
    why: str = ""
    emergency_only: bool = False


class EmergencyDesks(Shape):
    """The kinds for one kind of emergency, and the sentence that says why."""

    desks: list[RecordId] = Field(min_length=1)
    why: Text


class UrgentKind(Shape):
    """A kind that comes first at an urgency when one of these needs is there."""

    kind: RecordId
    needs: list[RecordId] = Field(min_length=1)


class NeedDesksFile(Shape):
    """need_desks.yml."""

    version: int
    needs: dict[str, NeedDesks]
    kinds: dict[str, KindRule]
    emergencies: dict[str, EmergencyDesks]
    urgent: dict[str, list[UrgentKind]]
    by_desired_area: list[RecordId]
    local: list[RecordId]
    prefecture_instead: dict[str, RecordId]
    people: dict[Serves, dict[str, Any]]
    avoids_phone: dict[str, Any]
    default: list[RecordId]


@dataclass(frozen=True)
class KindChoice:
    """A kind of desk to suggest: `needs` it answers, clearest first, and what brought it in. `why`: a Japanese sentence or empty."""

    kind: str
    needs: tuple[str, ...]
    because: Because
    why: str = ""


@dataclass(frozen=True)
class _Kind:
    rule: KindRule
    fits: Condition | None
    unless: Condition | None
    unless_needs: Condition | None
    own_if: Condition | None


@dataclass(frozen=True)
class ChoiceRules:
    """The file, checked and compiled."""

    file: NeedDesksFile
    kinds: Mapping[str, _Kind]
    people: Mapping[str, Condition]
    avoids_phone: Condition


@cache
def load_choice_rules(path: Path = FILE) -> ChoiceRules:
    """Return the rules of `path`, read once. Raises DataError or RuleError when a need, kind or condition is unknown."""
    file = read_shape(path, NeedDesksFile)
    _check_words(path.name, file)
    return ChoiceRules(
        file,
        kinds={kind: _compile(path.name, kind, rule) for kind, rule in file.kinds.items()},
        people={group: parse_condition(raw, f"{path.name}: people {group}") for group, raw in file.people.items()},
        avoids_phone=parse_condition(file.avoids_phone, f"{path.name}: avoids_phone"),
    )


def desk_plan(
    values: Mapping[str, Any],
    needs: Sequence[NeedLike],
    urgency: str,
    at: datetime,
    limit: int = 6,
    emergency: Collection[str] = (),
    covered: Collection[str] = (),
) -> list[KindChoice]:
    """Return up to `limit` kinds of desk, best first. Nothing known gives the default kinds.

    `values`: fact key -> plain value. `emergency`: emergency kinds seen. `covered`: kinds that the person has been told of
    already: they count as meeting needs and do not come again. A declined need brings nothing in.
    """
    rules = load_choice_rules()
    active = sort_needs(needs)
    chosen: dict[str, KindChoice] = {}
    for choice in _candidates(rules, values, active, urgency, at, emergency, {*covered}):
        if choice.kind not in chosen and choice.kind not in covered:
            chosen[choice.kind] = choice
    return list(chosen.values())[:limit]


def sort_needs(needs: Sequence[NeedLike]) -> list[NeedLike]:
    """The needs that count, in the order in which they are served: clear ones first, then by score, then as the file lists them."""
    order = list(load_choice_rules().file.needs)
    active = [need for need in needs if need.status != "declined"]
    return sorted(active, key=lambda need: (not is_clear(need), -need.score, order.index(need.id)))


def is_clear(need: NeedLike) -> bool:
    """Whether a need is more than a guess: stated, confirmed, or plain from the facts."""
    return need.status in ("stated", "confirmed") or (need.status == "suspected" and need.strength == "strong")


def fits_person(kind: str, values: Mapping[str, Any], needs: Sequence[NeedLike], at: datetime) -> bool:
    """Whether a kind of desk may be suggested to this person, emergencies aside."""
    known = load_choice_rules().kinds.get(kind)
    if known is None:
        return True
    if known.rule.emergency_only or _holds(known.unless, values, at):
        return False
    if known.fits is None and not known.rule.fits_needs:
        return True
    if _holds(known.fits, values, at):
        return True
    called_for = any(need.id in known.rule.fits_needs and is_clear(need) for need in needs)
    return called_for and not _holds(known.unless_needs, values, at)


def people_of(values: Mapping[str, Any], at: datetime) -> frozenset[str]:
    """The groups of knowledge.schema.Serves to which this person belongs for certain."""
    return frozenset(group for group, condition in load_choice_rules().people.items() if _holds(condition, values, at))


def avoids_phone(values: Mapping[str, Any], at: datetime) -> bool:
    """Whether telephoning is hard for this person: trouble hearing, or contact wished for in other ways only."""
    methods = set(values.get("contact_method") or ()) - {"none"}
    return _holds(load_choice_rules().avoids_phone, values, at) or (bool(methods) and "phone" not in methods)


def _candidates(
    rules: ChoiceRules,
    values: Mapping[str, Any],
    active: list[NeedLike],
    urgency: str,
    at: datetime,
    emergency: Collection[str],
    told: set[str],
) -> Iterator[KindChoice]:
    """Every kind that may come, best first; some come twice. `told` grows: kinds that count as meeting needs."""

    def choice(kind: str, because: Because, why: str = "") -> KindChoice:
        told.add(kind)
        return KindChoice(kind, _needs_met(rules, kind, active), because, why)

    for name, item in rules.file.emergencies.items():
        if name in emergency:
            yield from (choice(kind, "emergency", item.why) for kind in item.desks if _fits_emergency(kind, values, active, at))
    for urgent in rules.file.urgent.get(urgency, []):
        if any(need.id in urgent.needs for need in active) and fits_person(urgent.kind, values, active, at):
            yield choice(urgent.kind, "urgent")
    situations = [kind for kind in rules.kinds if _own(rules.kinds[kind], values, active, at) and fits_person(kind, values, active, at)]
    yield from (choice(kind, "situation", rules.kinds[kind].rule.why) for kind in situations if rules.kinds[kind].rule.first)
    if active and (kind := _unmet(rules, active[0], values, active, at, told)):
        yield choice(kind, "need")
    yield from (choice(kind, "situation", rules.kinds[kind].rule.why) for kind in situations)
    for need in active[1:]:
        if kind := _unmet(rules, need, values, active, at, told):
            yield choice(kind, "need")
    if not active:
        yield from (choice(kind, "default") for kind in rules.file.default)


def _unmet(
    rules: ChoiceRules, need: NeedLike, values: Mapping[str, Any], needs: Sequence[NeedLike], at: datetime, told: set[str]
) -> str | None:
    """The first fitting kind for a need, or None when a kind that was told of is made for it."""
    served = rules.file.needs[need.id]
    fitting = [kind for kind in served.desks if fits_person(kind, values, needs, at)]
    if told.intersection(fitting):
        return None
    if fitting:
        return fitting[0]
    helping = [kind for kind in served.also if fits_person(kind, values, needs, at)]
    return None if told.intersection(helping) or not helping else helping[0]


def _needs_met(rules: ChoiceRules, kind: str, active: Sequence[NeedLike]) -> tuple[str, ...]:
    made_for = [need.id for need in active if kind in rules.file.needs[need.id].desks]
    helps = [need.id for need in active if kind in rules.file.needs[need.id].also]
    return tuple(made_for + helps)


def _fits_emergency(kind: str, values: Mapping[str, Any], needs: Sequence[NeedLike], at: datetime) -> bool:
    known = load_choice_rules().kinds.get(kind)
    if known is None or known.rule.emergency_only or known.rule.first:
        return True
    return fits_person(kind, values, needs, at)


def _own(known: _Kind, values: Mapping[str, Any], needs: Sequence[NeedLike], at: datetime) -> bool:
    if known.own_if is not None:
        return _holds(known.own_if, values, at)
    if not known.rule.own:
        return False
    return _holds(known.fits, values, at) or any(need.id in known.rule.fits_needs and is_clear(need) for need in needs)


def _holds(condition: Condition | None, values: Mapping[str, Any], at: datetime) -> bool:
    return condition is not None and evaluate(condition, values, at).result == "yes"


def _check_words(name: str, file: NeedDesksFile) -> None:
    vocabulary = load_vocabulary()
    missing = set(vocabulary.needs) ^ set(file.needs)
    if missing:
        raise DataError(name, "needs", f"missing or unknown: {sorted(missing)}")
    used = {kind for need in file.needs.values() for kind in (*need.desks, *need.also)}
    used |= {*file.kinds, *file.by_desired_area, *file.default, *file.local, *file.prefecture_instead, *file.prefecture_instead.values()}
    used |= {kind for emergency in file.emergencies.values() for kind in emergency.desks}
    used |= {item.kind for items in file.urgent.values() for item in items}
    if unknown := sorted(used - set(vocabulary.desk_kinds)):
        raise DataError(name, "kinds", f"unknown desk kinds: {unknown}")
    if unknown := sorted({*file.emergencies} - {*vocabulary.emergency_kinds} | {*file.urgent} - {*vocabulary.urgency}):
        raise DataError(name, "emergencies", f"unknown: {unknown}")
    named = {need for rule in file.kinds.values() for need in rule.fits_needs} | {
        need for items in file.urgent.values() for item in items for need in item.needs
    }
    if unknown := sorted(named - set(vocabulary.needs)):
        raise DataError(name, "fits_needs", f"unknown needs: {unknown}")


def _compile(file: str, kind: str, rule: KindRule) -> _Kind:
    def parse(raw: dict[str, Any] | None) -> Condition | None:
        return None if raw is None else parse_condition(raw, f"{file}: {kind}")

    return _Kind(rule, parse(rule.fits), parse(rule.unless), parse(rule.unless_needs), parse(rule.own_if))
