"""The figures of docs/evaluation.md: what each means and how it is counted."""

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from bot.evaluation.cases import Case, Pairs, pairs


@dataclass
class Count:
    """True positives, false positives, false negatives."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    @property
    def precision(self) -> float | None:
        """Share of what was found that is right; None when nothing was found."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else None

    @property
    def recall(self) -> float | None:
        """Share of what is there that was found; None when nothing is there."""
        return self.right / (self.right + self.missed) if self.right + self.missed else None

    @property
    def f1(self) -> float | None:
        """Harmonic mean of the two."""
        total = 2 * self.right + self.wrong + self.missed
        return 2 * self.right / total if total else None


@dataclass
class Tally:
    """Everything counted over a set of cases, and the misses in words."""

    facts: Count = field(default_factory=Count)
    facts_by_key: dict[str, Count] = field(default_factory=lambda: defaultdict(Count))
    needs: Count = field(default_factory=Count)
    needs_by_id: dict[str, Count] = field(default_factory=lambda: defaultdict(Count))
    hidden: Count = field(default_factory=Count)
    emergencies: Count = field(default_factory=Count)
    quiet_cases: int = 0
    false_alarms: int = 0
    urgency: Counter[bool] = field(default_factory=Counter)
    desks: Counter[bool] = field(default_factory=Counter)
    handed_over: Counter[bool] = field(default_factory=Counter)
    recorded: Counter[bool] = field(default_factory=Counter)
    covered: Counter[bool] = field(default_factory=Counter)
    contradictions: int = 0
    questions: list[int] = field(default_factory=list)
    repeats: int = 0
    ranks: list[list[float]] = field(default_factory=list)
    misses: list[str] = field(default_factory=list)

    def add_utterance(self, case: Case, facts: Pairs, needs: set[str], urgency: str, emergency: Sequence[str]) -> None:
        """Count one utterance."""
        must, allowed = pairs(case.data["facts"]), pairs(case.data.get("facts_ok", {}))
        for pair in must | facts:
            if pair in must and pair in facts:
                self._fact(pair[0], "right")
            elif pair in must:
                self._fact(pair[0], "missed")
                self.misses.append(f"{case.id}: missed {pair[0]}={pair[1]} in: {case.data['text']}")
            elif pair not in allowed:
                self._fact(pair[0], "wrong")
                self.misses.append(f"{case.id}: not said: {pair[0]}={pair[1]} in: {case.data['text']}")
        self._needs(case, needs)
        self._situation(case, urgency, emergency)

    def add_persona(
        self, case: Case, facts: Pairs, needs: set[str], urgency: str, emergency: Sequence[str], desks: Sequence[str], asked: Sequence[str], handed_over: bool, repeats: int
    ) -> None:
        """Count one conversation."""
        truth = pairs(case.data["truth"])
        got_keys = {key for key, _ in facts}
        for pair in truth:
            held = pair in facts
            self.covered[held] += 1
            if pair[0] in asked:
                self.recorded[held] += 1
                if not held:
                    self.misses.append(f"{case.id}: asked, not recorded: {pair[0]}={pair[1]}: {case.data['answers'].get(pair[0], '')}")
            of_key = {value for key, value in truth if key == pair[0]}
            if not held and pair[0] in got_keys and not any((pair[0], value) in facts for value in of_key):
                self.contradictions += 1
                self.misses.append(f"{case.id}: held with another value: {pair[0]}: {sorted(str(v) for k, v in facts if k == pair[0])}, not {pair[1]}")
        self._needs(case, needs)
        for need in case.data["needs"].get("hidden", []):
            self.hidden.right += need in needs
            self.hidden.missed += need not in needs
        self._situation(case, urgency, emergency)
        wanted = case.data.get("desks", {})
        met = all(set(group) & set(desks) for group in wanted.get("must_any", [])) and not set(wanted.get("never", [])) & set(desks)
        self.desks[met] += 1
        if not met:
            self.misses.append(f"{case.id}: desks {list(desks)} against {wanted}")
        self.handed_over[handed_over] += 1
        self.questions.append(len(asked))
        self.repeats += repeats

    def add_query(self, relevant: dict[str, float], ranking: Sequence[str]) -> None:
        """Count one FAQ query: the gains of the ranking, then the ideal gains."""
        gains = [relevant.get(entry, 0.0) for entry in ranking]
        self.ranks.append([_first_hit(gains), *(_ndcg(gains, sorted(relevant.values(), reverse=True)),)])

    def figures(self) -> dict[str, float]:
        """Return the figures by name; those without cases are left out."""
        asked = sum(self.questions)
        found: dict[str, float | None] = {
            "fact_precision": self.facts.precision,
            "fact_recall": self.facts.recall,
            "fact_f1": self.facts.f1,
            "need_precision": self.needs.precision,
            "need_recall": self.needs.recall,
            "hidden_need_recall": self.hidden.recall,
            "emergency_recall": self.emergencies.recall,
            "emergency_false_alarms": self.false_alarms / self.quiet_cases if self.quiet_cases else None,
            "urgency_accuracy": _share(self.urgency),
            "desk_success": _share(self.desks),
            "handed_over": _share(self.handed_over),
            "recorded": _share(self.recorded),
            "coverage": _share(self.covered),
            "contradictions": 100 * self.contradictions / sum(self.covered.values()) if self.covered else None,
            "questions_median": float(median(self.questions)) if self.questions else None,
            "questions_max": float(max(self.questions)) if self.questions else None,
            "repeats": self.repeats / asked if asked else None,
        }
        if self.ranks:
            first = [rank[0] for rank in self.ranks]
            found["sr_at_1"] = sum(rank == 1 for rank in first) / len(first)
            found["sr_at_5"] = sum(1 <= rank <= 5 for rank in first) / len(first)
            found["mrr"] = sum(1 / rank for rank in first if rank) / len(first)
            found["ndcg_at_10"] = sum(rank[1] for rank in self.ranks) / len(first)
        return {name: value for name, value in found.items() if value is not None}

    def counts(self) -> dict[str, str]:
        """Return how many cases or pairs each figure rests on."""
        return {
            "fact_f1": f"{self.facts.right} right, {self.facts.wrong} wrong, {self.facts.missed} missed",
            "need_precision": f"{self.needs.right} right, {self.needs.wrong} wrong",
            "need_recall": f"{self.needs.right} right, {self.needs.missed} missed",
            "hidden_need_recall": f"{self.hidden.right} of {self.hidden.right + self.hidden.missed}",
            "emergency_recall": f"{self.emergencies.right} of {self.emergencies.right + self.emergencies.missed}",
            "emergency_false_alarms": f"{self.false_alarms} of {self.quiet_cases}",
            "urgency_accuracy": _of(self.urgency),
            "desk_success": _of(self.desks),
            "handed_over": _of(self.handed_over),
            "recorded": _of(self.recorded),
            "coverage": _of(self.covered),
            "contradictions": f"{self.contradictions} of {sum(self.covered.values())}",
            "questions_median": f"{len(self.questions)} conversations",
            "repeats": f"{self.repeats} of {sum(self.questions)}",
            "sr_at_1": f"{len(self.ranks)} queries",
        }

    def _fact(self, key: str, what: str) -> None:
        for count in (self.facts, self.facts_by_key[key]):
            setattr(count, what, getattr(count, what) + 1)

    def _needs(self, case: Case, needs: set[str]) -> None:
        must, may = set(case.data["needs"].get("must", [])), set(case.data["needs"].get("may", []))
        for need in (must | needs) - (may - must):
            what = "right" if need in must and need in needs else "missed" if need in must else "wrong"
            for count in (self.needs, self.needs_by_id[need]):
                setattr(count, what, getattr(count, what) + 1)
            if what != "right":
                self.misses.append(f"{case.id}: need {what}: {need}")

    def _situation(self, case: Case, urgency: str, emergency: Sequence[str]) -> None:
        self.urgency[urgency == case.data["urgency"]] += 1
        if urgency != case.data["urgency"]:
            self.misses.append(f"{case.id}: urgency {urgency}, not {case.data['urgency']}")
        expected = case.data.get("emergency", [])
        if expected:
            seen = bool(set(expected) & set(emergency))
            self.emergencies.right += seen
            self.emergencies.missed += not seen
        else:
            self.quiet_cases += 1
            self.false_alarms += bool(emergency)
        if bool(expected) != bool(emergency):
            self.misses.append(f"{case.id}: emergency {list(emergency)}, not {expected}")


def _share(counter: Counter[bool]) -> float | None:
    total = sum(counter.values())
    return counter[True] / total if total else None


def _of(counter: Counter[bool]) -> str:
    return f"{counter[True]} of {sum(counter.values())}"


def _first_hit(gains: Sequence[float]) -> int:
    return next((rank for rank, gain in enumerate(gains, 1) if gain > 0), 0)


def _ndcg(gains: Sequence[float], ideal: Sequence[float], depth: int = 10) -> float:
    best = _dcg(ideal[:depth])
    return _dcg(gains[:depth]) / best if best else 0.0


def _dcg(gains: Sequence[float]) -> float:
    return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, 1))
