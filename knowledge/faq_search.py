"""Searching question-and-answer entries in Japanese without any downloaded model: several weak signals, scaled and added."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from knowledge.faq_entries import FaqEntry, as_entries
from knowledge.faq_text import Reading, grams, plain_words, read_text

Scores = NDArray[np.float64]

# How much each signal counts in the sum; set on the development queries and on corpora cut out of the project's own (see docs/decisions).
WEIGHTS: dict[str, float] = {
    "words": 1.0,
    "asked": 1.0,
    "answer": 0.5,
    "kana": 0.5,
    "concepts": 0.5,
}


@dataclass(frozen=True)
class FaqHit:
    """An entry that may answer. `score`: 0 and up, comparable within a corpus; `reasons`: what each signal gave, largest first."""

    entry: FaqEntry
    score: float
    reasons: tuple[tuple[str, float], ...]


class TermIndex:
    """Rows of terms, weighted once, so that a query costs one addition for each of its terms."""

    def __init__(self, rows: Sequence[Sequence[str]], *, bm25: bool) -> None:
        """Index the rows: by BM25 (k1 1.2, b 0.75), or by TF-IDF with damped counts and rows of length 1."""
        self.size = len(rows)
        self._bm25 = bm25
        counts = [Counter(row) for row in rows]
        seen = Counter(term for row in counts for term in row)
        self._columns = {term: column for column, term in enumerate(seen)}
        self._idf = np.array(
            [_idf(self.size, seen[term], bm25=bm25) for term in seen], dtype=np.float64
        )
        lengths = np.array([sum(row.values()) for row in counts], dtype=np.float64)
        mean = float(lengths.mean()) if self.size and lengths.any() else 1.0
        rows_of: list[list[int]] = [[] for _ in seen]
        weights_of: list[list[float]] = [[] for _ in seen]
        for number, row in enumerate(counts):
            columns = [self._columns[term] for term in row]
            weights = self._weigh(
                columns,
                np.array(list(row.values()), dtype=np.float64),
                lengths[number] / mean,
            )
            for column, weight in zip(columns, weights.tolist(), strict=True):
                rows_of[column].append(number)
                weights_of[column].append(weight)
        self._postings = [
            (np.array(at), np.array(weights))
            for at, weights in zip(rows_of, weights_of, strict=True)
        ]

    def _weigh(self, columns: list[int], tally: Scores, length: float) -> Scores:
        if self._bm25:
            weights: Scores = (
                self._idf[columns]
                * tally
                * 2.2
                / (tally + 1.2 * (0.25 + 0.75 * length))
            )
            return weights
        damped: Scores = self._idf[columns] * (1 + np.log(tally))
        return damped / (float(np.linalg.norm(damped)) or 1.0)

    def scores(self, terms: Iterable[str]) -> Scores:
        """Return one score a row for the terms of a query: the BM25 sum, or the cosine (0 to 1)."""
        result = np.zeros(self.size)
        counts = Counter(terms)
        known = [
            (self._columns[term], count)
            for term, count in counts.items()
            if term in self._columns
        ]
        if not known:
            return result
        columns = [column for column, _count in known]
        tally = np.array([count for _column, count in known], dtype=np.float64)
        weights = np.ones(len(known))
        if not self._bm25:
            weights = self._idf[columns] * (1 + np.log(tally))
            rarest = _idf(self.size, 0, bm25=False)
            unknown = sum(
                (rarest * (1 + math.log(count))) ** 2
                for term, count in counts.items()
                if term not in self._columns
            )
            weights = weights / math.sqrt(float(weights @ weights) + unknown)
        for column, weight in zip(columns, weights.tolist(), strict=True):
            rows, stored = self._postings[column]
            result[rows] += weight * stored
        return result


def _idf(rows: int, seen: int, *, bm25: bool) -> float:
    if bm25:
        return math.log(1 + (rows - seen + 0.5) / (seen + 0.5))
    return math.log((1 + rows) / (1 + seen)) + 1


@dataclass(frozen=True)
class Corpus:
    """Entries with their indexes. Made once from the entries; never changed afterwards."""

    entries: tuple[FaqEntry, ...]
    _indexes: Mapping[str, TermIndex] = field(repr=False)
    _starts: NDArray[np.int64] = field(repr=False)
    _plain: TermIndex = field(repr=False)

    @classmethod
    def of(cls, entries: Sequence[FaqEntry | Mapping[str, str]]) -> "Corpus":
        """Return a corpus of entries or of mappings with "id", "question" and "answer"; an empty one finds nothing."""
        items = as_entries(entries)
        asked = [
            [read_text(text) for text in (entry.question, *entry.variants)]
            for entry in items
        ]
        answers = [read_text(entry.answer) for entry in items]
        flat = [reading for readings in asked for reading in readings]
        starts = (
            np.cumsum([0, *(len(readings) for readings in asked[:-1])])
            if asked
            else np.zeros(0, dtype=np.int64)
        )
        whole = [
            [word for reading in readings for word in reading.words]
            + list(answer.words)
            for readings, answer in zip(asked, answers, strict=True)
        ]
        concepts = [
            sorted(
                {
                    concept
                    for reading in (*readings, answer)
                    for concept in reading.concepts
                }
            )
            for readings, answer in zip(asked, answers, strict=True)
        ]
        indexes = {
            "words": TermIndex(whole, bm25=True),
            "asked": TermIndex(
                [grams(reading.plain, 1, 3) for reading in flat], bm25=False
            ),
            "answer": TermIndex(
                [grams(answer.plain, 1, 3) for answer in answers], bm25=False
            ),
            "kana": TermIndex(
                [grams(reading.kana, 2, 3) for reading in flat], bm25=False
            ),
            "concepts": TermIndex(concepts, bm25=False),
        }
        plain = TermIndex(
            [plain_words(f"{entry.question}\n{entry.answer}") for entry in items],
            bm25=True,
        )
        return cls(items, indexes, starts, plain)

    def signals(self, query: str) -> dict[str, Scores]:
        """Return every signal's score for every entry, as it comes."""
        reading = read_text(query)
        terms = _query_terms(reading)
        found = {
            name: index.scores(terms[name]) for name, index in self._indexes.items()
        }
        for name in ("asked", "kana"):
            found[name] = np.maximum.reduceat(found[name], self._starts)
        return found

    def plain_scores(self, query: str) -> Scores:
        """Return the plain BM25 score of every entry."""
        return self._plain.scores(plain_words(query))


def search_corpus(corpus: Corpus, query: str, limit: int = 10) -> list[FaqHit]:
    """Return the entries of the corpus, best first, at most `limit`; it ranks and never abstains."""
    if not corpus.entries:
        return []
    parts = {
        name: WEIGHTS[name] * _scaled(scores)
        for name, scores in corpus.signals(query).items()
    }
    total = np.sum(list(parts.values()), axis=0)
    return [
        _hit(corpus, int(at), float(total[at]), parts)
        for at in np.argsort(-total, kind="stable")[:limit]
    ]


def bm25_ranking(corpus: Corpus, query: str, limit: int) -> list[str]:
    """Return the ids that plain BM25 over Sudachi words of question and answer finds, best first."""
    scores = corpus.plain_scores(query)
    return [
        corpus.entries[int(at)].id for at in np.argsort(-scores, kind="stable")[:limit]
    ]


def _query_terms(reading: Reading) -> dict[str, Sequence[str]]:
    characters = grams(reading.plain, 1, 3)
    return {
        "words": reading.words,
        "asked": characters,
        "answer": characters,
        "kana": grams(reading.kana, 2, 3),
        "concepts": reading.concepts,
    }


def _scaled(scores: Scores) -> Scores:
    highest = float(scores.max(initial=0.0))
    return scores / highest if highest > 0 else scores


def _hit(corpus: Corpus, at: int, score: float, parts: Mapping[str, Scores]) -> FaqHit:
    reasons = sorted(
        ((name, float(scores[at])) for name, scores in parts.items()),
        key=lambda pair: -pair[1],
    )
    return FaqHit(corpus.entries[at], score, tuple(reasons))
