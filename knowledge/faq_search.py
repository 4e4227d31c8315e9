"""Searching question-and-answer entries in Japanese without any downloaded model: several weak signals, scaled and added."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from knowledge.faq_entries import FaqEntry, as_entries
from knowledge.faq_index import MeaningIndex, NearestIndex, Scores, TermIndex
from knowledge.faq_text import Reading, grams, plain_words, read_text

# How much each signal counts in the sum; together 1, so that a score lies between 0 and 1.
WEIGHTS: dict[str, float] = {
    "characters": 0.08,
    "answer": 0.27,
    "kana": 0.06,
    "concepts": 0.08,
    "all_concepts": 0.12,
    "meaning": 0.09,
    "answer_meaning": 0.04,
    "nearest": 0.10,
    "all_nearest": 0.16,
}


@dataclass(frozen=True)
class FaqHit:
    """An entry that may answer. `score`: 0 to 1; `reasons`: signal and what it gave of the score, largest first."""

    entry: FaqEntry
    score: float
    reasons: tuple[tuple[str, float], ...]


Index = TermIndex | MeaningIndex | NearestIndex
_BY_SENTENCE = ("characters", "kana", "meaning", "nearest")


@dataclass(frozen=True)
class Corpus:
    """Entries with their indexes. Made once from the entries; never changed afterwards."""

    entries: tuple[FaqEntry, ...]
    _indexes: Mapping[str, Index] = field(repr=False)
    _starts: NDArray[np.int64] = field(repr=False)
    _plain: TermIndex = field(repr=False)

    @classmethod
    def of(cls, entries: Sequence[FaqEntry | Mapping[str, str]]) -> "Corpus":
        """Return a corpus of entries or of mappings with "id", "question" and "answer"; an empty one finds nothing."""
        items = as_entries(entries)
        asked = [[read_text(text) for text in (entry.question, *entry.variants)] for entry in items]
        answers = [read_text(entry.answer) for entry in items]
        starts = np.cumsum([0, *(len(readings) for readings in asked[:-1])]) if asked else np.zeros(0, dtype=np.int64)
        plain = TermIndex([plain_words(f"{entry.question}\n{entry.answer}") for entry in items], bm25=True)
        return cls(items, _make_indexes(asked, answers), starts, plain)

    def signals(self, query: str) -> dict[str, Scores]:
        """Return every signal's score for every entry, as it comes. Raises ValueError for an empty corpus."""
        terms = _query_terms(read_text(query))
        found = {name: index.scores(terms[name]) for name, index in self._indexes.items()}
        for name in _BY_SENTENCE:
            found[name] = np.maximum.reduceat(found[name], self._starts)
        return found

    def plain_scores(self, query: str) -> Scores:
        """Return the plain BM25 score of every entry."""
        return self._plain.scores(plain_words(query))


def _make_indexes(asked: Sequence[Sequence[Reading]], answers: Sequence[Reading]) -> dict[str, Index]:
    sentences = [reading for readings in asked for reading in readings]
    whole = [[*readings, answer] for readings, answer in zip(asked, answers, strict=True)]
    texts = [reading.words for reading in (*sentences, *answers)]
    return {
        "characters": TermIndex([grams(reading.plain, 1, 3) for reading in sentences], bm25=False),
        "answer": TermIndex([grams(answer.plain, 1, 3) for answer in answers], bm25=False),
        "kana": TermIndex([grams(reading.kana, 2, 3) for reading in sentences], bm25=False),
        "concepts": TermIndex([_concepts(readings) for readings in asked], bm25=False),
        "all_concepts": TermIndex([_concepts(readings) for readings in whole], bm25=False),
        "meaning": MeaningIndex([reading.words for reading in sentences], texts),
        "answer_meaning": MeaningIndex([answer.words for answer in answers], texts),
        "nearest": NearestIndex([reading.words for reading in sentences]),
        "all_nearest": NearestIndex([[word for reading in readings for word in reading.words] for readings in whole]),
    }


def _concepts(readings: Sequence[Reading]) -> list[str]:
    return [concept for reading in readings for concept in reading.concepts]


def search_corpus(corpus: Corpus, query: str, limit: int = 10) -> list[FaqHit]:
    """Return the entries of the corpus, best first, at most `limit`; it ranks and never abstains."""
    if not corpus.entries:
        return []
    parts = {name: WEIGHTS[name] * scores for name, scores in corpus.signals(query).items()}
    total = np.sum(list(parts.values()), axis=0)
    return [_hit(corpus, int(at), float(total[at]), parts) for at in np.argsort(-total, kind="stable")[:limit]]


def bm25_ranking(corpus: Corpus, query: str, limit: int) -> list[str]:
    """Return the ids that plain BM25 over Sudachi words of question and answer finds, best first."""
    scores = corpus.plain_scores(query)
    return [corpus.entries[int(at)].id for at in np.argsort(-scores, kind="stable")[:limit]]


def _query_terms(reading: Reading) -> dict[str, Sequence[str]]:
    characters = grams(reading.plain, 1, 3)
    return {
        "characters": characters,
        "answer": characters,
        "kana": grams(reading.kana, 2, 3),
        "concepts": reading.concepts,
        "all_concepts": reading.concepts,
        "meaning": reading.words,
        "answer_meaning": reading.words,
        "nearest": reading.words,
        "all_nearest": reading.words,
    }


def _hit(corpus: Corpus, at: int, score: float, parts: Mapping[str, Scores]) -> FaqHit:
    reasons = sorted(
        ((name, float(scores[at])) for name, scores in parts.items()),
        key=lambda pair: -pair[1],
    )
    return FaqHit(corpus.entries[at], score, tuple(reasons))
