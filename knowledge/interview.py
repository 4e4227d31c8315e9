"""Which question helps most next: worth of every candidate, computed from declared weights and the rules that are still open."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import ValidationError

from knowledge.disaster import classify_household
from knowledge.facts import Facts, plain_values
from knowledge.interview_schema import InterviewFile, InterviewSettings, RawQuestion, Weights
from knowledge.needs import NeedFinding, infer_needs, load_needs, open_rules
from knowledge.rules import NEED_PREFIX, Condition, RuleError, evaluate, parse_condition
from knowledge.urgency import urgency_keys
from knowledge.vocabulary import load_vocabulary

INTERVIEW_FILE = Path(__file__).parent / "data" / "interview.yml"
_NEVER_ASKED = frozenset({"gender"})  # only kept when the person says it
MoveKind = Literal["fact", "need", "suggest", "finish"]


@dataclass(frozen=True)
class Question:
    """One fact that can be asked for, what it brings and costs."""

    raw: RawQuestion
    ask_when: Condition | None
    unless: Condition | None
    more: tuple[tuple[Condition, float], ...]
    reach_more: tuple[tuple[Condition, float], ...]


@dataclass(frozen=True)
class Interview:
    """Everything declared in data/interview.yml."""

    settings: InterviewSettings
    suggest_when: Condition
    stages: tuple[str, ...]
    checks_stage: int
    weights: Weights
    questions: Mapping[str, Question]
    fixed_order: tuple[str, ...]


@dataclass(frozen=True)
class InterviewState:
    """What the interview has done. `asked`: fact keys and "need:<id>" in the order asked; `suggested`: the first suggestion was made."""

    asked: tuple[str, ...] = ()
    suggested: bool = False

    @property
    def questions(self) -> int:
        """How many questions were asked."""
        return len(self.asked)

    def to_json(self) -> dict[str, Any]:
        """Return the state as JSON-able data."""
        return {"asked": list(self.asked), "suggested": self.suggested}

    @classmethod
    def from_json(cls, data: Mapping[str, Any] | None) -> "InterviewState":
        """Return the state of `to_json`; None or an empty mapping is a fresh interview."""
        return cls(tuple((data or {}).get("asked", ())), bool((data or {}).get("suggested", False)))

    def after(self, move: "Move") -> "InterviewState":
        """Return the state once `move` was made."""
        return replace(self, asked=self.asked + move.asks, suggested=self.suggested or move.kind == "suggest")


@dataclass(frozen=True)
class Candidate:
    """A question that could come next. `key` is a fact key or "need:<id>"; `parts` add up to `worth`.

    `stage`: the part of the conversation it belongs to, counted from 0. `delicate`: two such questions are kept apart.
    """

    key: str
    kind: Literal["fact", "need"]
    worth: float
    parts: dict[str, float]
    stage: int = 0
    delicate: bool = False


@dataclass(frozen=True)
class Move:
    """What the interview does next.

    `keys`: for fact one fact key, for need one need id, else empty. `candidates`: all that were weighed, best first, for an explanation.
    """

    kind: MoveKind
    keys: tuple[str, ...] = ()
    worth: float = 0.0
    candidates: list[Candidate] = field(default_factory=list)

    @property
    def asks(self) -> tuple[str, ...]:
        """The keys as they are noted in `InterviewState.asked`."""
        return tuple(f"{NEED_PREFIX}{key}" for key in self.keys) if self.kind == "need" else self.keys

    def to_json(self) -> dict[str, Any]:
        """Return the move as JSON-able data."""
        return asdict(self)


@cache
def load_interview(path: Path = INTERVIEW_FILE) -> Interview:
    """Return the interview of `path`, read once. Raises RuleError naming file and record when a name is unknown."""
    try:
        raw = InterviewFile.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        raise RuleError(f"{path.name}: {error}") from error
    for where, stage in [("checks_stage", raw.checks_stage), *((question.fact, question.stage) for question in raw.questions)]:
        if stage not in raw.stages:
            raise RuleError(f"{path.name}: {where}: {stage!r} is none of the stages")
    questions = {question.fact: _compile(question, path.name) for question in raw.questions}
    if len(questions) < len(raw.questions):
        raise RuleError(f"{path.name}: a question stands twice")
    for key in raw.fixed_order:
        if key not in questions:
            raise RuleError(f"{path.name}: {key} is in fixed_order but is no question")
    suggest_when = parse_condition(raw.suggest_when, f"{path.name}: suggest_when")
    checks_stage = raw.stages.index(raw.checks_stage)
    return Interview(raw.settings, suggest_when, tuple(raw.stages), checks_stage, raw.weights, questions, tuple(raw.fixed_order))


def choose_next(facts: Facts, state: InterviewState, now: datetime, settings: InterviewSettings | None = None) -> Move:
    """Return what to do next, given all `facts` and what was asked so far, at `now` (aware).

    The same input always gives the same move. Nothing asked before, known or declined is asked. `settings` replace those of the file.
    """
    interview = load_interview()
    limits = settings or interview.settings
    values = plain_values(facts)
    ready = evaluate(interview.suggest_when, values, now).result == "yes"
    if not state.suggested and (ready or state.questions >= limits.max_before_suggestion):
        return Move("suggest")
    candidates = weigh(facts, state, now, limits)
    plan = _plan(candidates, facts, state, limits)
    if not plan:
        return Move("finish", candidates=candidates) if state.suggested else Move("suggest", candidates=candidates)
    best = _next_of(plan, state, limits)
    if best.kind == "need":
        return Move("need", (best.key.removeprefix(NEED_PREFIX),), best.worth, candidates)
    return Move("fact", (best.key,), best.worth, candidates)


_fixed_lengths: list[int] = []


@contextmanager
def in_fixed_order(length: int) -> Iterator[None]:
    """Let `next_move` ask `length` questions in the fixed order meanwhile: for comparing, in a process that does nothing else."""
    _fixed_lengths.append(length)
    try:
        yield
    finally:
        _fixed_lengths.pop()


def next_move(facts: Facts, state: InterviewState, now: datetime) -> Move:
    """Return what the conversation does next: `choose_next`, or `choose_fixed` within `in_fixed_order`."""
    if not _fixed_lengths:
        return choose_next(facts, state, now)
    return choose_fixed(facts, state, now, load_interview().settings.model_copy(update={"max_questions": _fixed_lengths[-1]}))


def choose_fixed(facts: Facts, state: InterviewState, now: datetime, settings: InterviewSettings | None = None) -> Move:
    """Return the next move of a questionnaire that always asks the same in the same order: the baseline for `choose_next`."""
    interview = load_interview()
    limits = settings or interview.settings
    if not state.suggested and (
        evaluate(interview.suggest_when, plain_values(facts), now).result == "yes" or state.questions >= limits.max_before_suggestion
    ):
        return Move("suggest")
    left = [key for key in interview.fixed_order if key not in facts and key not in state.asked]
    if not left or state.questions >= limits.max_questions:
        return Move("finish") if state.suggested else Move("suggest")
    return Move("fact", (left[0],))


def weigh(facts: Facts, state: InterviewState, now: datetime, settings: InterviewSettings | None = None) -> list[Candidate]:
    """Return every question that may be asked now with its worth, best first; equal ones in the order of the file."""
    limits = settings or load_interview().settings
    values = plain_values(facts)
    findings = {finding.id: finding for finding in infer_needs(facts, now)}
    gains = _gains(values, findings, now)
    urgent = urgency_keys(values, now)
    household = classify_household(values)
    classing = household.settles if household else ()
    candidates = [
        _fact_candidate(question, values, gains.get(key, {}), urgent.get(key), key in classing, state, now)
        for key, question in load_interview().questions.items()
        if _may_ask(key, question, facts, values, state, now)
    ]
    checks = sum(key.startswith(NEED_PREFIX) for key in state.asked)
    if state.questions >= limits.checks_from and checks < limits.max_checks:
        candidates += [_need_candidate(finding, state) for finding in findings.values() if _may_check(finding, facts, state)]
    return sorted(candidates, key=lambda candidate: -round(candidate.worth, 6))


def _plan(candidates: list[Candidate], facts: Facts, state: InterviewState, limits: InterviewSettings) -> list[Candidate]:
    """Return the questions that still have a place in the interview: the worthiest, and beyond the usual length only weighty ones.

    Each question that brought no answer takes one of those beyond the usual length away: nobody is pressed.
    """
    unanswered = sum(facts[key]["status"] in ("declined", "unknown") for key in state.asked if key in facts)
    extra = max(limits.extra_questions - unanswered, 0)
    worthwhile = [candidate for candidate in candidates if candidate.worth >= limits.min_worth]
    left = max(limits.max_questions - state.questions, 0)
    beyond = max(limits.max_questions + extra - state.questions, 0)
    plan = worthwhile[:left] + [candidate for candidate in worthwhile[left:beyond] if candidate.worth >= limits.extra_worth]
    questions = load_interview().questions
    always = [one for one in worthwhile if one.key in questions and questions[one.key].raw.always and one not in plan]
    return plan + always


def _next_of(plan: list[Candidate], state: InterviewState, limits: InterviewSettings) -> Candidate:
    """Return the question of `plan` (not empty) that comes next in a conversation between people.

    What weighs very much comes at once. Else stage after stage, the worthiest of a stage first; after a delicate question
    comes one that is not, if there is one before the last stage.
    """
    if plan[0].worth >= limits.at_once:
        return plan[0]
    in_order = sorted(plan, key=lambda candidate: candidate.stage)
    last_stage = len(load_interview().stages) - 1
    if in_order[0].delicate and state.asked and _is_delicate(state.asked[-1], limits):
        return next((one for one in in_order if not one.delicate and one.stage < last_stage), in_order[0])
    return in_order[0]


def _is_delicate(key: str, limits: InterviewSettings) -> bool:
    """Return whether a question, a fact key or "need:<id>", touches what is hard to tell a stranger."""
    if key.startswith(NEED_PREFIX):
        need = load_needs().needs.get(key.removeprefix(NEED_PREFIX))
        return need is not None and need.sensitive
    question = load_interview().questions.get(key)
    return question is not None and question.raw.sensitive >= limits.apart_from


def _compile(raw: RawQuestion, file_name: str) -> Question:
    where = f"{file_name}: {raw.fact}"
    facts = load_vocabulary().facts
    if raw.fact not in facts or raw.fact in _NEVER_ASKED or (raw.instead_of is not None and raw.instead_of not in facts):
        raise RuleError(f"{where}: is no fact that can be asked for")
    more, reach_more = (
        tuple((parse_condition(entry.when, where), entry.add) for entry in entries) for entries in (raw.more, raw.reach_more)
    )
    ask_when = parse_condition(raw.ask_when, where) if raw.ask_when else None
    unless = parse_condition(raw.unless, where) if raw.unless else None
    return Question(raw, ask_when, unless, more, reach_more)


def _may_ask(key: str, question: Question, facts: Facts, values: Mapping[str, Any], state: InterviewState, now: datetime) -> bool:
    """Return whether a question applies; facts that are known, refused or not known to the person are never asked for."""
    if key in facts or key in values or key in state.asked:
        return False
    replaced = question.raw.instead_of
    if replaced is not None and (replaced in values or (replaced not in state.asked and replaced not in facts)):
        return False
    if question.ask_when is not None and evaluate(question.ask_when, values, now).result != "yes":
        return False
    return question.unless is None or evaluate(question.unless, values, now).result != "yes"


def _may_check(finding: NeedFinding, facts: Facts, state: InterviewState) -> bool:
    key = f"{NEED_PREFIX}{finding.id}"
    return finding.status == "suspected" and finding.strength == "weak" and key not in facts and key not in state.asked


def _gains(values: Mapping[str, Any], findings: Mapping[str, NeedFinding], now: datetime) -> dict[str, dict[str, float]]:
    """Return fact key -> need id -> what an answer could add (importance x likelihood), the best rule of each need."""
    catalogue, weights = load_needs(), load_interview().weights
    gains: dict[str, dict[str, float]] = {}
    for spec, rule, verdict in open_rules(values, now):
        finding = findings.get(spec.id)
        if (finding is not None and finding.status != "suspected") or rule.likelihood < catalogue.summary_from:
            continue
        rise = rule.likelihood - (finding.likelihood if finding else 0.0)
        gain = weights.need * spec.importance * rise * (1.0 if rule.strength == "strong" else weights.weak_rule)
        for key, facts_needed in verdict.settles.items():
            best = gains.setdefault(key, {})
            best[spec.id] = max(best.get(spec.id, 0.0), gain / facts_needed)
    return gains


def _fact_candidate(
    question: Question, values: Mapping[str, Any], gains: Mapping[str, float], level: str | None, classing: bool, state: InterviewState, now: datetime
) -> Candidate:
    raw, weights = question.raw, load_interview().weights
    chance = raw.chance + _added(question.more, values, now)
    parts = {
        "needs": min(max(chance, 0.0), 1.0) * sum(gains.values()),
        "urgency": weights.urgency[level] * raw.urgent_chance if level else 0.0,
        "desk": raw.desk,
        "sheet": raw.sheet,
        "class": weights.household_class if classing else 0.0,
        "reach": raw.reach + _added(question.reach_more, values, now),
        "cost": -(raw.sensitive + raw.effort + weights.tiring * state.questions),
    }
    interview = load_interview()
    return Candidate(
        raw.fact,
        "fact",
        sum(parts.values()),
        {name: part for name, part in parts.items() if part},
        interview.stages.index(raw.stage),
        _is_delicate(raw.fact, interview.settings),
    )


def _added(extras: tuple[tuple[Condition, float], ...], values: Mapping[str, Any], now: datetime) -> float:
    return sum(add for condition, add in extras if evaluate(condition, values, now).result == "yes")


def _need_candidate(finding: NeedFinding, state: InterviewState) -> Candidate:
    spec, weights = load_needs().needs[finding.id], load_interview().weights
    left_to_learn = 1.0 - finding.likelihood if finding.in_summary else 1.0
    parts = {
        "needs": weights.check * spec.importance * finding.likelihood * left_to_learn,
        "cost": -((weights.check_sensitive if spec.sensitive else 0.0) + weights.tiring * state.questions),
    }
    return Candidate(f"{NEED_PREFIX}{spec.id}", "need", sum(parts.values()), parts, load_interview().checks_stage, spec.sensitive)
