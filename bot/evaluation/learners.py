"""Compares learners for the intents on held-out training sentences, beside plain keywords and Rasa's stock pipeline. Run by `make compare`.

Neighbours in a file are often variants of one sentence, so runs of eight stay together: one run in five is held out.
"""

import asyncio
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from time import perf_counter

import numpy as np
import yaml
from rasa.shared.importers.importer import TrainingDataImporter
from rich.console import Console
from rich.table import Table
from sklearn.metrics import classification_report, f1_score

from nlu.components.intent_classifier import features_of
from nlu.components.message import asked_of, metadata_of, text_of
from nlu.features import fold
from nlu.linear import new_vectorizer, train_exclusive
from nlu.meaning import SpellingAndMeaning
from nlu.tokens import split_words

RUN, PARTS = 8, 5
KEYWORDS, TELLING = 8, 0.6  # so many words an intent, each of them with at least this share of its uses there
FALLBACK = "inform_situation"
Predict = Callable[[Sequence["Example"]], list[str]]
_ROOT = Path(__file__).resolve().parents[2]
_STOCK = _ROOT / "docs" / "stock_pipeline.yml"


@dataclass(frozen=True)
class Example:
    """One sentence: `features` are those of our classifier, `lemmas` GiNZA's normalised words, `asked` the question before it."""

    text: str
    intent: str
    asked: str | None
    lemmas: tuple[str, ...]
    features: tuple[str, ...]


def main() -> None:
    """Print the table; with `--stock`, train Rasa's stock pipeline too (minutes); with `--confusions`, print those of our learner."""
    known, held = split(read_examples())
    out = Console()
    learners: dict[str, Callable[[Sequence[Example]], Predict]] = {
        "plain keywords": keywords,
        "linear, words": lambda examples: linear(examples, words),
        "linear, characters": lambda examples: linear(examples, characters),
        "linear, characters and words": lambda examples: linear(examples, lambda one: characters(one) + words(one)),
        "  with GiNZA's word vectors": lambda examples: linear(examples, lambda one: characters(one) + words(one), vectors=True),
        "  with the question asked": lambda examples: linear(examples, lambda one: list(one.features)),
        "  with both (ours)": lambda examples: linear(examples, lambda one: list(one.features), vectors=True),
    }
    if "--stock" in sys.argv:
        learners["Rasa's stock pipeline (DIET)"] = stock
    table = Table(f"learner ({len(known)} known, {len(held)} held out)", "accuracy", "macro F1", "right after a question", "training", "a message")
    asked = np.array([one.asked is not None for one in held])
    truth = np.array([one.intent for one in held])
    for name, train in learners.items():
        began = perf_counter()
        predict = train(known)
        trained = perf_counter()
        found = np.array(predict(held))
        spent = perf_counter() - trained
        right = found == truth
        macro = f1_score(truth, found, average="macro", zero_division=0)
        table.add_row(name, f"{right.mean():.3f}", f"{macro:.3f}", f"{right[asked].mean():.3f}", f"{trained - began:.0f} s", f"{1000 * spent / len(held):.2f} ms")
        if name.endswith("(ours)") and "--confusions" in sys.argv:
            out.print(classification_report(truth, found, zero_division=0, digits=2))
            pairs = Counter((str(real), str(taken)) for real, taken in zip(truth, found, strict=True) if real != taken)
            for (real, taken), count in pairs.most_common(25):
                out.print(f"{count:4d}  {real} taken for {taken}")
    out.print(table)


def read_examples() -> list[Example]:
    """Return the sentences of the training data in their order, without those on danger (they have a learner of their own)."""
    data = TrainingDataImporter.load_from_config(str(_ROOT / "config.yml"), str(_ROOT / "domain.yml"), [str(_ROOT / "nlu" / "training")]).get_nlu_data("ja")
    return [
        Example(text_of(one), str(one.get("intent")), asked_of(one), tuple(token.lemma for token in split_words(text_of(one))), tuple(features_of(one)))
        for one in data.intent_examples
        if text_of(one) and "danger" not in metadata_of(one)
    ]


def split(examples: Sequence[Example]) -> tuple[list[Example], list[Example]]:
    """Return (known, held out)."""
    runs = np.arange(len(examples)) // RUN
    out = np.random.default_rng(7).permutation(runs.max() + 1) % PARTS == 0
    return [one for one, run in zip(examples, runs, strict=True) if not out[run]], [one for one, run in zip(examples, runs, strict=True) if out[run]]


def words(one: Example) -> list[str]:
    """Return the words and their pairs as features."""
    return [f"w:{lemma}" for lemma in one.lemmas] + [f"w:{left}|{right}" for left, right in pairwise(["^", *one.lemmas, "$"])]


def characters(one: Example) -> list[str]:
    """Return the runs of one to four characters as features."""
    text = f"^{fold(one.text)}$"
    return [f"c:{text[start : start + size]}" for size in range(1, 5) for start in range(len(text) - size + 1)]


def linear(examples: Sequence[Example], features: Callable[[Example], list[str]], *, vectors: bool = False) -> Predict:
    """Train our linear model on these features; `vectors` puts the mean of the word vectors beside them."""
    vectorizer = SpellingAndMeaning(new_vectorizer()) if vectors else new_vectorizer()
    model = train_exclusive([features(one) for one in examples], [one.intent for one in examples], 1.0, vectorizer)
    return lambda held: [model.labels[place] for place in model.margins([features(one) for one in held]).argmax(axis=1)]


def keywords(examples: Sequence[Example]) -> Predict:
    """Choose for each intent the words that tell most for it; the intent with most of its words in the message wins."""
    everywhere = Counter(lemma for one in examples for lemma in set(one.lemmas))
    telling: dict[str, set[str]] = {}
    for intent in {one.intent for one in examples} - {FALLBACK}:
        here = Counter(lemma for one in examples if one.intent == intent for lemma in set(one.lemmas))
        worth = {lemma: count * count / everywhere[lemma] for lemma, count in here.items() if count > TELLING * everywhere[lemma]}
        telling[intent] = set(sorted(worth, key=lambda lemma: -worth[lemma])[:KEYWORDS])

    def predict(held: Sequence[Example]) -> list[str]:
        counts = [{intent: len(own & set(one.lemmas)) for intent, own in telling.items()} for one in held]
        return [max(sorted(count), key=count.__getitem__) if max(count.values()) else FALLBACK for count in counts]

    return predict


def stock(examples: Sequence[Example]) -> Predict:
    """Train the pipeline of docs/stock_pipeline.yml, which `rasa init` writes; it sees the text alone."""
    from rasa.core.agent import Agent
    from rasa.model_training import train_nlu

    folder = Path(tempfile.mkdtemp())
    by_intent: dict[str, list[dict[str, str]]] = {}
    for one in examples:
        by_intent.setdefault(one.intent, []).append({"text": one.text})
    nlu = [{"intent": intent, "examples": found} for intent, found in by_intent.items()]
    (folder / "nlu.yml").write_text(yaml.safe_dump({"version": "3.1", "nlu": nlu}, allow_unicode=True), encoding="utf-8")
    path = train_nlu(str(_STOCK), str(folder / "nlu.yml"), str(folder))
    if path is None:
        raise RuntimeError("Rasa trained nothing: see its messages above")
    agent = Agent.load(path)

    async def parse(held: Sequence[Example]) -> list[str]:
        return [str((await agent.parse_message(one.text))["intent"]["name"]) for one in held]

    return lambda held: asyncio.run(parse(held))


if __name__ == "__main__":
    main()
