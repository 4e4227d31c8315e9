"""Features that stand for meaning beside spelling: words that are used alike lie near each other in ja_ginza's table of word vectors."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer

from knowledge.word_vectors import DIMENSIONS, word_vector

_WORD = "w:"  # how nlu.features marks a word; one with a bar is a pair
_PARTICLE = re.compile(r"[\u3041-\u3096\u30fc]{1,2}|[^\w]+")
Features = Sequence[str]


class SpellingAndMeaning:
    """A vectorizer: the columns of `spelling`, then 300 for the mean of the vectors of the words that carry meaning (length 1, or 0 for none)."""

    def __init__(self, spelling: TfidfVectorizer) -> None:
        """Take the vectorizer of the spelling, not yet fitted."""
        self._spelling = spelling

    def fit_transform(self, examples: Sequence[Features]) -> csr_matrix:
        """Learn the columns of the spelling; return one row an example."""
        return self._beside(self._spelling.fit_transform(examples), examples)

    def transform(self, examples: Sequence[Features]) -> csr_matrix:
        """Return one row an example."""
        return self._beside(self._spelling.transform(examples), examples)

    @staticmethod
    def _beside(spelling: csr_matrix, examples: Sequence[Features]) -> csr_matrix:
        meaning = np.array([mean_vector(_words(features)) for features in examples], dtype=np.float32)
        return hstack([spelling, csr_matrix(meaning.reshape(len(examples), DIMENSIONS))]).tocsr()


def mean_vector(words: Iterable[str]) -> NDArray[np.float32]:
    """Return the direction of the mean of the words' vectors, (300,); zeros when the table knows none of them."""
    found = [vector for word in words if (vector := _vector(word)) is not None]
    if not found:
        return np.zeros(DIMENSIONS, dtype=np.float32)
    mean = np.mean(found, axis=0)
    return np.asarray(mean / (np.linalg.norm(mean) + 1e-6), dtype=np.float32)


def _words(features: Features) -> Iterable[str]:
    return (feature[2:] for feature in features if feature.startswith(_WORD) and "|" not in feature)


@lru_cache(maxsize=20_000)
def _vector(word: str) -> NDArray[np.float32] | None:
    """Return the word's vector; None for particles, marks and words out of the table."""
    return None if _PARTICLE.fullmatch(word) else word_vector(word)
