"""Three-valued conditions over facts: written in YAML, checked when loaded, explained when evaluated.

A condition is a mapping from predicates to what they test; all entries of a mapping have to hold:

    {equals: {household: single}, at_least: {age: 65}}
    {any: [{includes: {reasons: [job_loss]}}, {not: {equals: {working: "yes"}}}]}

The answer is yes, no or unknown (a fact is missing), with the tests that decided it and the facts that would settle it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from knowledge.vocabulary import FactSpec, load_vocabulary

Result = Literal["yes", "no", "unknown"]
NEED_PREFIX = "need:"
_NUMERIC = ("int",)
_SINGLE = ("enum", "tri", "str", "int")


class RuleError(ValueError):
    """A condition does not hold together. The message names file and record."""


@dataclass(frozen=True)
class Test:
    """One predicate over one fact, such as at_least age 65."""

    __test__ = False  # not a pytest class

    predicate: str
    key: str
    argument: Any


@dataclass(frozen=True)
class Group:
    """Conditions joined by `all`, `any` or `not` (exactly one part)."""

    kind: Literal["all", "any", "not"]
    parts: "tuple[Condition, ...]"


Condition = Test | Group


@dataclass(frozen=True)
class Verdict:
    """What a condition comes to.

    `decided`: the tests that made it so. `settles`: the missing facts that could still decide it, each with how many facts have to be
    known, itself included, on the shortest way to a yes through it (empty unless unknown).
    """

    result: Result
    decided: tuple[Test, ...] = ()
    settles: Mapping[str, int] = field(default_factory=dict)

    @property
    def fact_keys(self) -> list[str]:
        """The facts that decided, each once, in the order of the condition."""
        return list(dict.fromkeys(test.key for test in self.decided))


def evaluate(condition: Condition, values: Mapping[str, Any], now: datetime) -> Verdict:
    """Return whether `condition` holds for `values` (key -> plain value, only known ones) at `now` (aware)."""
    if isinstance(condition, Test):
        result = _PREDICATES[condition.predicate].decide(values, condition.key, condition.argument, now)
        if result == "unknown":
            return Verdict("unknown", settles={condition.key: 1})
        return Verdict(result, decided=(condition,))
    verdicts = [evaluate(part, values, now) for part in condition.parts]
    if condition.kind == "not":
        flipped: dict[Result, Result] = {"yes": "no", "no": "yes", "unknown": "unknown"}
        return Verdict(flipped[verdicts[0].result], verdicts[0].decided, verdicts[0].settles)
    return _join(verdicts, decisive="no" if condition.kind == "all" else "yes")


def keys_of(condition: Condition) -> frozenset[str]:
    """Return every fact key that `condition` looks at."""
    if isinstance(condition, Test):
        return frozenset({condition.key})
    return frozenset().union(*(keys_of(part) for part in condition.parts))


def parse_condition(raw: object, where: str) -> Condition:
    """Return the condition written as `raw`; `where` names file and record for the error.

    Raises RuleError for an unknown predicate, fact key or value, and for an empty condition.
    """
    if not isinstance(raw, Mapping) or not raw:
        raise RuleError(f"{where}: a condition is a mapping from predicates to what they test, not {raw!r}")
    parts: list[Condition] = []
    for name, argument in raw.items():
        if name in ("all", "any"):
            parts.append(_parse_group(name, argument, where))
        elif name == "not":
            parts.append(Group("not", (parse_condition(argument, where),)))
        elif name in _PREDICATES:
            parts += _parse_tests(name, argument, where)
        else:
            raise RuleError(f"{where}: unknown predicate {name!r}. Known ones: all, any, not, {', '.join(_PREDICATES)}")
    return parts[0] if len(parts) == 1 else Group("all", tuple(parts))


def age_range(values: Mapping[str, Any]) -> tuple[int, int] | None:
    """Return the youngest and oldest age that `values` allow, from age or else age_band; None when neither is known."""
    if isinstance(values.get("age"), int):
        return values["age"], values["age"]
    return load_vocabulary().age_bands.get(str(values.get("age_band")))


def _join(verdicts: list[Verdict], decisive: Result) -> Verdict:
    """Join verdicts in Kleene's logic; one `decisive` result decides alone."""
    for verdict in verdicts:
        if verdict.result == decisive:
            return verdict
    open_ones = [verdict for verdict in verdicts if verdict.result == "unknown"]
    if open_ones:
        return Verdict("unknown", settles=_ways([verdict.settles for verdict in open_ones], together=decisive == "no"))
    decided = tuple(test for verdict in verdicts for test in verdict.decided)
    return Verdict("yes" if decisive == "no" else "no", decided)


def _ways(parts: list[Mapping[str, int]], together: bool) -> dict[str, int]:
    """Join the ways of open parts: when all have to hold, a fact waits for the shortest way of every other part too."""
    shortest = [min(part.values()) for part in parts]
    ways: dict[str, int] = {}
    for part, own in zip(parts, shortest, strict=True):
        others = sum(shortest) - own if together else 0
        for key, count in part.items():
            ways[key] = min(ways.get(key, count + others), count + others)
    return ways


def _parse_group(name: Literal["all", "any"], argument: object, where: str) -> Group:
    if not isinstance(argument, list) or not argument:
        raise RuleError(f"{where}: {name} takes a list of conditions")
    return Group(name, tuple(parse_condition(part, where) for part in argument))


def _parse_tests(name: str, argument: object, where: str) -> list[Condition]:
    predicate = _PREDICATES[name]
    if predicate.plain_list:
        keys = argument if isinstance(argument, list) else [argument]
        pairs: list[tuple[Any, Any]] = [(key, None) for key in keys]
    elif isinstance(argument, Mapping) and argument:
        pairs = list(argument.items())
    else:
        raise RuleError(f"{where}: {name} takes a mapping from fact keys to what is wanted")
    return [_checked(name, key, wanted, where) for key, wanted in pairs]


def _checked(name: str, key: object, wanted: Any, where: str) -> Test:
    if name == "need_said":
        if key not in load_vocabulary().needs:
            raise RuleError(f"{where}: unknown need {key!r}")
        return Test(name, f"{NEED_PREFIX}{key}", None)
    spec = load_vocabulary().facts.get(str(key))
    if spec is None:
        raise RuleError(f"{where}: unknown fact {key!r}")
    fault = _PREDICATES[name].fault(spec, wanted)
    if fault:
        raise RuleError(f"{where}: {name} {spec.key}: {fault}")
    return Test(name, spec.key, tuple(wanted) if isinstance(wanted, list) else wanted)


def _value_fault(spec: FactSpec, wanted: object) -> str:
    if spec.type not in _SINGLE:
        return f"does not fit a fact of type {spec.type}"
    return "" if spec.allows(wanted) else f"unknown value {wanted!r}"


def _list_fault(types: tuple[str, ...]) -> Callable[[FactSpec, object], str]:
    def fault(spec: FactSpec, wanted: object) -> str:
        if spec.type not in types:
            return f"does not fit a fact of type {spec.type}"
        if not isinstance(wanted, list) or not wanted:
            return "takes a list of values"
        unknown = [value for value in wanted if not spec.allows(value)]
        return f"unknown values {unknown}" if unknown else ""

    return fault


def _number_fault(types: tuple[str, ...]) -> Callable[[FactSpec, object], str]:
    def fault(spec: FactSpec, wanted: object) -> str:
        if spec.type not in types:
            return f"does not fit a fact of type {spec.type}"
        return "" if isinstance(wanted, int) and not isinstance(wanted, bool) else f"takes a whole number, not {wanted!r}"

    return fault


def _yes(holds: bool) -> Result:
    return "yes" if holds else "no"


def _one_of(values: Mapping[str, Any], key: str, wanted: tuple[Any, ...], _now: datetime) -> Result:
    value = values.get(key)
    if value is None or value == "unknown":
        return "unknown"
    return _yes(value in wanted)


def _equals(values: Mapping[str, Any], key: str, wanted: Any, now: datetime) -> Result:
    return _one_of(values, key, (wanted,), now)


def _includes(values: Mapping[str, Any], key: str, wanted: tuple[str, ...], _now: datetime) -> Result:
    value = values.get(key)
    return "unknown" if value is None else _yes(any(element in wanted for element in value))


def _bounds(values: Mapping[str, Any], key: str) -> tuple[int, int] | None:
    if key == "age":
        return age_range(values)
    value = values.get(key)
    return (value, value) if isinstance(value, int) else None


def _at_least(values: Mapping[str, Any], key: str, wanted: int, _now: datetime) -> Result:
    bounds = _bounds(values, key)
    if bounds is None or bounds[0] < wanted <= bounds[1]:
        return "unknown"
    return _yes(bounds[0] >= wanted)


def _at_most(values: Mapping[str, Any], key: str, wanted: int, _now: datetime) -> Result:
    bounds = _bounds(values, key)
    if bounds is None or bounds[0] <= wanted < bounds[1]:
        return "unknown"
    return _yes(bounds[1] <= wanted)


def _within_days(values: Mapping[str, Any], key: str, wanted: int, now: datetime) -> Result:
    value = values.get(key)
    return "unknown" if value is None else _yes(0 <= (date.fromisoformat(value) - now.date()).days <= wanted)


def _known(values: Mapping[str, Any], key: str, _wanted: None, _now: datetime) -> Result:
    return _yes(values.get(key) is not None)


def _need_said(values: Mapping[str, Any], key: str, _wanted: None, _now: datetime) -> Result:
    return _yes(values.get(key) == "yes")


@dataclass(frozen=True)
class _Predicate:
    decide: Callable[[Mapping[str, Any], str, Any, datetime], Result]
    fault: Callable[[FactSpec, object], str]
    plain_list: bool = False


_PREDICATES: dict[str, _Predicate] = {
    "equals": _Predicate(_equals, _value_fault),
    "one_of": _Predicate(_one_of, _list_fault(_SINGLE)),
    "includes": _Predicate(_includes, _list_fault(("multi",))),
    "at_least": _Predicate(_at_least, _number_fault(_NUMERIC)),
    "at_most": _Predicate(_at_most, _number_fault(_NUMERIC)),
    "within_days": _Predicate(_within_days, _number_fault(("date",))),
    "known": _Predicate(_known, lambda _spec, _wanted: "", plain_list=True),
    "need_said": _Predicate(_need_said, lambda _spec, _wanted: "", plain_list=True),
}
