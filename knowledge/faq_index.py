"""Indexes that the FAQ search adds up: by terms (character n-grams, concepts), by average meaning, and word by nearest word."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from knowledge.word_vectors import DIMENSIONS, word_vector

Scores = NDArray[np.float64]
# Words whose vectors are less alike than this have nothing to do with each other.
_ALIKE = 0.3


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
        """Return one score a row for the terms of a query, 0 to 1: the cosine, or BM25 as a share of the most it could be."""
        result = np.zeros(self.size)
        counts = Counter(terms)
        weights = {term: self._query_weight(term, count) for term, count in counts.items()}
        whole = sum(weights.values()) if self._bm25 else math.sqrt(sum(weight**2 for weight in weights.values()))
        for term, weight in weights.items():
            if term in self._columns:
                rows, stored = self._postings[self._columns[term]]
                result[rows] += stored * (1.0 if self._bm25 else weight)
        return result / (whole or 1.0)

    def _query_weight(self, term: str, count: int) -> float:
        rarity = float(self._idf[self._columns[term]]) if term in self._columns else _idf(self.size, 0, bm25=self._bm25)
        return rarity * 2.2 if self._bm25 else rarity * (1 + math.log(count))


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


class NearestIndex:
    """Rows of words; each word of a query is held against the word of the row that is nearest in meaning, rare words weighing more."""

    def __init__(self, rows: Sequence[Sequence[str]]) -> None:
        """Index the rows; words without a vector are only near to themselves."""
        self._size = len(rows)
        seen = Counter(word for row in rows for word in set(row))
        self._places = {word: place for place, word in enumerate(seen)}
        self._weights = {word: _idf(len(rows), count, bm25=True) for word, count in seen.items()}
        self._vectors = np.stack([_vector_or_zero(word) for word in seen]) if seen else np.zeros((0, DIMENSIONS), dtype=np.float32)
        # One place more than there are words: it stands for "nothing" in rows without words.
        places = [sorted({self._places[word] for word in row}) or [len(seen)] for row in rows]
        self._flat = np.array([place for row in places for place in row], dtype=np.int64)
        self._starts = np.cumsum([0, *(len(row) for row in places[:-1])])

    def scores(self, words: Sequence[str]) -> Scores:
        """Return the weighted mean, over the words of a query, of how near the nearest word of each row is (0 to 1)."""
        asked = list(dict.fromkeys(words))
        if not asked or not self._size:
            return np.zeros(self._size)
        alike = np.zeros((len(self._places) + 1, len(asked)), dtype=np.float32)
        alike[:-1] = self._vectors @ np.stack([_vector_or_zero(word) for word in asked]).T
        alike[alike < _ALIKE] = 0.0
        for column, word in enumerate(asked):
            if word in self._places:
                alike[self._places[word], column] = 1.0
        nearest = np.maximum.reduceat(alike[self._flat], self._starts, axis=0)
        unknown = 0.7 * math.log(1 + self._size)
        weights = np.array([self._weights.get(word, unknown) for word in asked])
        return np.asarray(nearest @ weights / weights.sum(), dtype=np.float64)


def _vector_or_zero(word: str) -> NDArray[np.float32]:
    vector = word_vector(word)
    return np.zeros(DIMENSIONS, dtype=np.float32) if vector is None else vector


def _to_length_one(vectors: Scores) -> Scores:
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0))
