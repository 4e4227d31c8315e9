"""Indexes that the FAQ search adds up: by terms (words, character n-grams, concepts) and by meaning (averaged word vectors)."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from knowledge.word_vectors import DIMENSIONS, word_vector

Scores = NDArray[np.float64]


class TermIndex:
    """Rows of terms, weighted once, so that a query costs one addition for each of its terms."""

    def __init__(self, rows: Sequence[Sequence[str]], *, bm25: bool) -> None:
        """Index the rows: by BM25 (k1 1.2, b 0.75), or by TF-IDF with damped counts and rows of length 1."""
        self.size = len(rows)
        self._bm25 = bm25
        counts = [Counter(row) for row in rows]
        seen = Counter(term for row in counts for term in row)
        self._columns = {term: column for column, term in enumerate(seen)}
        self._idf = np.array([_idf(self.size, seen[term], bm25=bm25) for term in seen], dtype=np.float64)
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
        self._postings = [(np.array(at), np.array(weights)) for at, weights in zip(rows_of, weights_of, strict=True)]

    def _weigh(self, columns: list[int], tally: Scores, length: float) -> Scores:
        if self._bm25:
            weights: Scores = self._idf[columns] * tally * 2.2 / (tally + 1.2 * (0.25 + 0.75 * length))
            return weights
        damped: Scores = self._idf[columns] * (1 + np.log(tally))
        return damped / (float(np.linalg.norm(damped)) or 1.0)

    def scores(self, terms: Iterable[str]) -> Scores:
        """Return one score a row for the terms of a query: the BM25 sum, or the cosine (0 to 1)."""
        result = np.zeros(self.size)
        counts = Counter(terms)
        known = [(self._columns[term], count) for term, count in counts.items() if term in self._columns]
        if not known:
            return result
        columns = [column for column, _count in known]
        tally = np.array([count for _column, count in known], dtype=np.float64)
        weights = np.ones(len(known))
        if not self._bm25:
            weights = self._idf[columns] * (1 + np.log(tally))
            rarest = _idf(self.size, 0, bm25=False)
            unknown = sum((rarest * (1 + math.log(count))) ** 2 for term, count in counts.items() if term not in self._columns)
            weights = weights / math.sqrt(float(weights @ weights) + unknown)
        for column, weight in zip(columns, weights.tolist(), strict=True):
            rows, stored = self._postings[column]
            result[rows] += weight * stored
        return result


def _idf(rows: int, seen: int, *, bm25: bool) -> float:
    if bm25:
        return math.log(1 + (rows - seen + 0.5) / (seen + 0.5))
    return math.log((1 + rows) / (1 + seen)) + 1


class MeaningIndex:
    """Rows of words as averages of their vectors, rare words weighing more; what all rows have in common is taken out."""

    def __init__(self, rows: Sequence[Sequence[str]], rarity: Sequence[Sequence[str]]) -> None:
        """Index `rows`; how rare a word is comes from `rarity` (all texts of the corpus)."""
        seen = Counter(word for row in rarity for word in set(row))
        self._weights = {word: _idf(len(rarity), count, bm25=False) for word, count in seen.items()}
        self._rarest = _idf(len(rarity), 0, bm25=False)
        averages = np.stack([self._average(row) for row in rows]) if rows else np.zeros((0, DIMENSIONS))
        self._middle = averages.mean(axis=0) if rows else np.zeros(DIMENSIONS)
        self._rows = _to_length_one(averages - self._middle).astype(np.float32)

    def scores(self, words: Sequence[str]) -> Scores:
        """Return the cosine of every row with the words of a query, 0 where they point apart or no word is known."""
        average = self._average(words)
        if not average.any():
            return np.zeros(len(self._rows))
        query = _to_length_one(average - self._middle).astype(np.float32)
        return np.maximum(self._rows @ query, 0.0).astype(np.float64)

    def _average(self, words: Sequence[str]) -> Scores:
        total = np.zeros(DIMENSIONS)
        for word in words:
            vector = word_vector(word)
            if vector is not None:
                total += self._weights.get(word, self._rarest) * vector
        return _to_length_one(total)


def _to_length_one(vectors: Scores) -> Scores:
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0))
