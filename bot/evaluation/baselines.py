"""Plain keywords on the labelled messages, beside the assistant: what the rules and models are worth. Run by `make baselines`.

Facts: the label of a value stands in the message (one key, one value). Emergencies: a word of a short list stands in it. No negation,
nobody else, no past.
"""

import sys
from pathlib import Path
from typing import Any

import yaml
from rich.console import Console
from rich.table import Table

from bot.evaluation.cases import Case, pairs, read_cases
from bot.evaluation.figures import Tally
from knowledge.facts import Facts
from knowledge.needs import infer_needs
from knowledge.urgency import judge_urgency
from knowledge.vocabulary import load_vocabulary

_ROOT = Path(__file__).resolve().parents[2]
_SAMPLES = _ROOT / "tests" / "data" / "holdout_utterances.jsonl"
_WORDS = Path(__file__).with_name("baseline_words.yml")


def main() -> None:
    """Print the figures of plain keywords on the files given, or on the hold-out messages."""
    files = [Path(name) for name in sys.argv[1:]] or [_SAMPLES]
    words: dict[str, list[str]] = yaml.safe_load(_WORDS.read_text(encoding="utf-8"))
    tally = Tally()
    for case in read_cases(files):
        if case.kind == "utterance":
            judge(case, words, tally)
    table = Table("Figure (plain keywords)", "value", "counted")
    for name, value in tally.figures().items():
        table.add_row(name, f"{value:.3f}", tally.counts().get(name, ""))
    Console().print(table)


def judge(case: Case, emergency_words: dict[str, list[str]], tally: Tally) -> None:
    """Count one message as plain keywords read it."""
    text = str(case.data["text"])
    facts = facts_by_labels(text)
    kinds = [kind for kind, words in emergency_words.items() if any(word in text for word in words)]
    records: Facts = {key: {"value": value, "status": "said", "evidence": []} for key, value in facts.items()}
    needs = {need.id for need in infer_needs(records, case.now) if need.in_summary}
    urgency = judge_urgency(facts, kinds, case.now, []).level
    tally.add_utterance(case, pairs(facts), needs, urgency, kinds)


def facts_by_labels(text: str) -> dict[str, Any]:
    """Return key → value for each value of the vocabulary whose label stands in `text`; of several, those of a multi key or the first."""
    found: dict[str, Any] = {}
    for key, spec in load_vocabulary().facts.items():
        values = [value for value, label in (spec.values or {}).items() if label in text]
        if values:
            found[key] = values if spec.type == "multi" else values[0]
    return found


if __name__ == "__main__":
    main()
