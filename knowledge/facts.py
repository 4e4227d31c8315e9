"""Keeping what a person told us: merging new statements, marking refusals, deriving what follows. Nothing is changed in place."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal, NotRequired, TypedDict

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from knowledge.places import PREFECTURE, home_prefecture, is_ambiguous, place_question, prefecture_named
from knowledge.rules import NEED_PREFIX, Condition, RuleError, evaluate, parse_condition
from knowledge.vocabulary import load_vocabulary

FACTS_FILE = Path(__file__).parent / "data" / "facts.yml"
FactStatus = Literal["said", "confirmed", "inferred", "corrected", "declined", "unknown"]
ChangeKind = Literal["new", "corrected", "extended", "confirmed", "withdrawn"]
_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)  # no derivation looks at dates


class Evidence(TypedDict):
    """The words that a fact rests on; `start` and `end` are offsets in the message as it was typed."""

    message_id: int | None
    text: str
    start: int
    end: int


class FactRecord(TypedDict):
    """One fact. `value` is None when the person declined or does not know. `prefecture`: of a municipality, once it was asked back.

    `answered`: told as the direct answer to its question or by a button, so that no aside takes its place.
    """

    value: int | str | list[str] | None
    status: FactStatus
    evidence: list[Evidence]
    prefecture: NotRequired[str]
    answered: NotRequired[bool]


Facts = dict[str, FactRecord]


@dataclass(frozen=True)
class Change:
    """What a merge did to one key. `before` is None when nothing was known."""

    key: str
    before: int | str | list[str] | None
    after: int | str | list[str] | None
    kind: ChangeKind


class _RawDerivation(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    id: str
    when: dict[str, Any]
    set: dict[str, int | str]


class _RawFile(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    version: int
    doubtful_below: float
    guessed_by: list[str]
    always_heard: dict[str, list[str]]
    exclusive: str
    vague: dict[str, list[str]]
    hangs_on: dict[str, dict[str, Any]]
    derivations: list[_RawDerivation]


@dataclass(frozen=True)
class _Habits:
    doubtful_below: float
    guessed_by: frozenset[str]
    always_heard: Mapping[str, frozenset[str]]
    exclusive: str
    vague: Mapping[str, frozenset[str]]
    hangs_on: Mapping[str, Condition]
    derivations: tuple[tuple[Condition, str, int | str], ...]


@cache
def load_habits(path: Path = FACTS_FILE) -> _Habits:
    """Return how facts are kept, read once from `path`. Raises RuleError naming file and record."""
    try:
        raw = _RawFile.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        raise RuleError(f"{path.name}: {error}") from error
    specs = load_vocabulary().facts
    derivations = []
    for entry in raw.derivations:
        condition = parse_condition(entry.when, f"{path.name}: {entry.id}")
        for key, value in entry.set.items():
            if key not in specs or specs[key].type == "multi" or not specs[key].allows(value):
                raise RuleError(f"{path.name}: {entry.id}: cannot set {key} to {value!r}")
            derivations.append((condition, key, value))
    vague = {key: frozenset(values) for key, values in raw.vague.items()}
    heard = {key: frozenset(values) for key, values in raw.always_heard.items()}
    for name, keys in (("hangs_on", raw.hangs_on.keys()), ("always_heard", heard.keys())):
        if unknown := sorted(keys - specs.keys()):
            raise RuleError(f"{path.name}: {name}: no such facts: {unknown}")
    hangs_on = {key: parse_condition(condition, f"{path.name}: hangs_on {key}") for key, condition in raw.hangs_on.items()}
    return _Habits(raw.doubtful_below, frozenset(raw.guessed_by), heard, raw.exclusive, vague, hangs_on, tuple(derivations))


def plain_values(facts: Facts) -> dict[str, Any]:
    """Return key -> value of everything that is known, need answers ("need:<id>" -> yes or no) included.

    age_band follows from age, `prefecture` (no fact of its own) from the municipality where it is clear.
    """
    values = {key: record["value"] for key, record in facts.items() if record["value"] is not None and record["value"] != []}
    prefecture = home_prefecture(facts)
    if prefecture:
        values[PREFECTURE] = prefecture
    band = band_of(values.get("age"))
    return {**values, "age_band": band} if band else values


def band_of(age: object) -> str | None:
    """Return the age_band of `age` in completed years, None when it is no age."""
    if not isinstance(age, int):
        return None
    return next((band for band, (low, high) in load_vocabulary().age_bands.items() if low <= age <= high), None)


def merge(
    facts: Facts,
    entities: Sequence[Mapping[str, Any]],
    *,
    asked: str | None,
    message_id: int | None,
    correcting: bool = False,
    reconsidering: bool = False,
) -> tuple[Facts, list[Change]]:
    """Return `facts` with what one message says, and what changed; `facts` itself stays as it is.

    `asked` is the fact key just asked for; `correcting` says that the person takes back something said before. Single values are replaced by
    newer ones, multi values united (replaced when correcting). A vaguer or doubtful statement never removes a clearer one, a guess (see
    facts.yml) never anything, and what was answered to its own question gives way to no aside in the answer to another one. An entity
    with `chosen` comes of a button; `reconsidering`: words of a change of mind, which lift that bar without replacing lists. Entities with an unknown key or value are left out. Facts with status inferred are worked out afresh.
    """
    merged: Facts = {key: record for key, record in facts.items() if record["status"] != "inferred"}
    changes: list[Change] = []
    for key, mentions in _by_key(entities).items():
        record = facts.get(key)
        aside = asked is not None and not reconsidering
        direct = asked == key or any(mention.get("chosen") for mention in mentions)
        new = _merge_one(key, record, _standing(key, record, mentions, direct, aside, correcting), message_id, direct, correcting)
        if new is None:
            continue
        merged[key], kind = new
        if direct:
            merged[key] = {**merged[key], "answered": True}
        changes.append(Change(key, record["value"] if record else None, merged[key]["value"], kind))
    if correcting and any(change.key == "age_band" for change in changes):
        merged = _without_contradicted_age(merged)
    if correcting:
        changes += [change for change in _left_hanging(facts, merged) if change.key not in _by_key(entities)]
        merged = {key: record for key, record in merged.items() if not any(one.key == key and one.kind == "withdrawn" for one in changes)}
    return derive(merged), changes


def _left_hanging(before: Facts, after: Facts) -> list[Change]:
    """Return what can no longer stand because a correction took away what it hung on."""
    held, holds = plain_values(before), plain_values(after)
    return [
        Change(key, after[key]["value"], None, "withdrawn")
        for key, condition in load_habits().hangs_on.items()
        if key in after and evaluate(condition, held, _ANY_TIME).result == "yes" and evaluate(condition, holds, _ANY_TIME).result != "yes"
    ]


def mark(facts: Facts, key: str, status: Literal["declined", "unknown"]) -> Facts:
    """Return `facts` with `key` marked as refused or not known to the person. What they had said before stays."""
    record = facts.get(key)
    if record is not None and record["value"] is not None and record["status"] != "inferred":
        return dict(facts)
    return derive({**facts, key: {"value": None, "status": status, "evidence": []}})


def answer_need(facts: Facts, need: str, agreed: bool, evidence: Sequence[Evidence] = ()) -> Facts:
    """Return `facts` with the answer to our check of `need`: confirmed when `agreed`, else declined."""
    record: FactRecord = {"value": "yes" if agreed else "no", "status": "confirmed" if agreed else "declined", "evidence": list(evidence)}
    return {**facts, f"{NEED_PREFIX}{need}": record}


def open_place(facts: Facts) -> str | None:
    """Return the municipality whose prefecture is not known though its name stands in several; None when there is nothing to ask back."""
    record = facts.get("municipality")
    if record is None or not isinstance(record["value"], str) or not is_ambiguous(record["value"]) or home_prefecture(facts):
        return None
    return record["value"]


def settle_place(facts: Facts, words: str, agreed: bool) -> Facts:
    """Return `facts` with the answer to `place_question`: a prefecture in `words`, or a yes where only one was offered."""
    record, name = facts.get("municipality"), open_place(facts)
    if record is None or name is None:
        return dict(facts)
    offered = place_question(name)[1]
    prefecture = prefecture_named(name, words) or (offered[0] if agreed and len(offered) == 1 else None)
    return {**facts, "municipality": {**record, "prefecture": prefecture}} if prefecture else dict(facts)


def derive(facts: Facts) -> Facts:
    """Return `facts` with everything that follows from them (status inferred), and without inferences that no longer hold."""
    kept: Facts = {key: record for key, record in facts.items() if record["status"] != "inferred"}
    values = plain_values(kept)
    derived: Facts = {}
    for condition, key, value in load_habits().derivations:
        verdict = evaluate(condition, values, _ANY_TIME)
        if key not in kept and key not in derived and verdict.result == "yes":
            derived[key] = {"value": value, "status": "inferred", "evidence": _evidence_of(kept, verdict.fact_keys)}
    band = band_of(values.get("age"))
    if band and ("age_band" not in kept or kept["age_band"]["value"] != band):
        derived["age_band"] = {"value": band, "status": "inferred", "evidence": _evidence_of(kept, ["age"])}
    return {**kept, **derived}


def _by_key(entities: Sequence[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    vocabulary = load_vocabulary()
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for entity in entities:
        key, value = str(entity["entity"]), entity["value"]
        if key == "need" and value in vocabulary.needs:
            groups.setdefault(f"{NEED_PREFIX}{value}", []).append({**entity, "value": "yes"})
        elif key in vocabulary.facts and vocabulary.facts[key].allows(value):
            groups.setdefault(key, []).append(entity)
    return groups


def _standing(
    key: str, record: FactRecord | None, mentions: list[Mapping[str, Any]], direct: bool, aside: bool, correcting: bool
) -> list[Mapping[str, Any]]:
    """Return the mentions that may speak against what is known of `key`: all of them when nothing is, or when it was asked for."""
    if record is None or record["value"] in (None, []) or record["status"] == "inferred" or direct:
        return mentions
    habits, value = load_habits(), record["value"]
    adds = isinstance(value, list) and value != [habits.exclusive]
    kept: list[Mapping[str, Any]] = []
    for mention in mentions:
        doubtful = not correcting and float(mention.get("confidence_entity", 1.0)) < habits.doubtful_below
        guessed = mention.get("extractor") in habits.guessed_by and not adds
        firm = record.get("answered", False) and aside and not isinstance(value, list)
        heard = correcting or mention["value"] in habits.always_heard.get(key, frozenset())
        if mention["value"] == value or not (doubtful or guessed or (firm and not heard)):
            kept.append(mention)
    return kept


def _merge_one(
    key: str, record: FactRecord | None, mentions: list[Mapping[str, Any]], message_id: int | None, direct: bool, correcting: bool
) -> tuple[FactRecord, ChangeKind] | None:
    """Return the new record of one key and what happened to it; None when the mention does not count."""
    before = record["value"] if record else None
    if not mentions:
        return None
    value: int | str | list[str] | None
    if key in load_vocabulary().facts and load_vocabulary().facts[key].type == "multi":
        value = _united(
            before if isinstance(before, list) else [], [str(mention["value"]) for mention in mentions], direct or correcting, correcting
        )
        used = [mention for mention in mentions if str(mention["value"]) in value]
    else:
        best = max(enumerate(mentions), key=lambda pair: (float(pair[1].get("confidence_entity", 1.0)), pair[0]))[1]
        value, used = best["value"], [best]
        if _is_vague(key, value) and before is not None and before != value:
            return None
    evidence = [_evidence(mention, message_id) for mention in used]
    return _recorded(record, before, value, evidence)


def _recorded(
    record: FactRecord | None, before: int | str | list[str] | None, value: int | str | list[str] | None, evidence: list[Evidence]
) -> tuple[FactRecord, ChangeKind] | None:
    if record is None or before is None or record["status"] == "inferred":  # an inference is no statement to contradict
        kind: ChangeKind = "new" if before is None else "confirmed" if before == value else "corrected"
        return {"value": value, "status": "said", "evidence": evidence}, kind
    history = record["evidence"] + [item for item in evidence if item not in record["evidence"]]
    if value == before:
        return {**record, "evidence": history}, "confirmed"
    if isinstance(before, list) and isinstance(value, list) and set(before) <= set(value):
        return {"value": value, "status": record["status"], "evidence": history}, "extended"
    return {"value": value, "status": "corrected", "evidence": history}, "corrected"


def _united(before: list[str], new: list[str], clears: bool, correcting: bool) -> list[str]:
    """Unite two lists; the exclusive element ("none") gives way to others, and replaces them only when `clears`."""
    exclusive = load_habits().exclusive
    positive = [element for element in dict.fromkeys(new) if element != exclusive]
    if not positive:
        return [exclusive] if clears or not before else before
    if correcting:
        return positive
    return list(dict.fromkeys([element for element in before if element != exclusive] + positive))


def _is_vague(key: str, value: object) -> bool:
    spec = load_vocabulary().facts.get(key)
    return (spec is not None and spec.type == "tri" and value == "unknown") or value in load_habits().vague.get(key, frozenset())


def _without_contradicted_age(facts: Facts) -> Facts:
    age, band = facts.get("age"), facts.get("age_band")
    if age is None or band is None or band_of(age["value"]) in (None, band["value"]):
        return facts
    return {key: record for key, record in facts.items() if key != "age"}


def _evidence(mention: Mapping[str, Any], message_id: int | None) -> Evidence:
    return {
        "message_id": message_id,
        "text": str(mention.get("text", "")),
        "start": int(mention.get("start", 0)),
        "end": int(mention.get("end", 0)),
    }


def _evidence_of(facts: Facts, keys: Iterable[str]) -> list[Evidence]:
    return [item for key in keys if key in facts for item in facts[key]["evidence"]]
