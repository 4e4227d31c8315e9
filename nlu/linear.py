"""A small linear model over features: one logistic regression for each label, sparse in, probabilities out."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import joblib
import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

Features = Sequence[str]
FILE_NAME = "linear_model.joblib"


def as_given(features: Features) -> Features:
    """Return the features unchanged: the vectorizer's analyzer, a named function so that it can be stored."""
    return features


@dataclass(frozen=True)
class LinearModel:
    """A trained model: `weights` is (labels, features), `intercepts` (labels,); `exclusive` means one label holds."""

    vectorizer: TfidfVectorizer
    labels: tuple[str, ...]
    weights: NDArray[np.float32]
    intercepts: NDArray[np.float32]
    exclusive: bool

    def scores(self, examples: Sequence[Features]) -> NDArray[np.float64]:
        """Return probabilities (examples, labels); rows sum to one when the labels exclude one another."""
        raw = (
            np.asarray(
                self.vectorizer.transform(examples) @ self.weights.T, dtype=np.float64
            )
            + self.intercepts
        )
        if not self.exclusive:
            return np.asarray(1.0 / (1.0 + np.exp(-raw)), dtype=np.float64)
        powers = np.exp(raw - raw.max(axis=1, keepdims=True))
        return np.asarray(powers / powers.sum(axis=1, keepdims=True), dtype=np.float64)

    def save(self, folder: Path) -> None:
        """Write the model into `folder`."""
        joblib.dump(self, folder / FILE_NAME, compress=3)


def load_model(folder: Path) -> LinearModel:
    """Return the model saved in `folder`. Raises FileNotFoundError when there is none, TypeError when it is another thing."""
    model = joblib.load(folder / FILE_NAME)
    if not isinstance(model, LinearModel):
        raise TypeError(
            f"{folder / FILE_NAME} does not hold a linear model: train again"
        )
    return model


def new_vectorizer(min_examples: int) -> TfidfVectorizer:
    """Return an untrained vectorizer that keeps features seen in at least `min_examples` examples."""
    return TfidfVectorizer(
        analyzer=as_given, sublinear_tf=True, min_df=min_examples, dtype=np.float32
    )


def train_exclusive(
    examples: Sequence[Features],
    labels: Sequence[str],
    strength: float,
    min_examples: int = 2,
) -> LinearModel:
    """Return a model that gives one label to an example. `strength` is the inverse of the regularisation."""
    vectorizer = new_vectorizer(min_examples)
    matrix = vectorizer.fit_transform(examples)
    learner = LogisticRegression(
        C=strength, solver="lbfgs", max_iter=300, class_weight=_soft_balance(labels)
    )
    learner.fit(matrix, labels)
    weights, intercepts = learner.coef_, learner.intercept_
    if (
        len(learner.classes_) == 2
    ):  # one row for the second class: spread it over two that softmax to the same
        weights, intercepts = (
            np.vstack([-weights, weights]) / 2,
            np.hstack([-intercepts, intercepts]) / 2,
        )
    names = tuple(str(name) for name in learner.classes_)
    return LinearModel(
        vectorizer,
        names,
        weights.astype(np.float32),
        intercepts.astype(np.float32),
        exclusive=True,
    )


def train_multiple(
    examples: Sequence[Features],
    labels: Sequence[set[str]],
    strength: float,
    min_support: int,
) -> LinearModel:
    """Return a model that gives any number of labels to an example; labels with fewer than `min_support` are left out."""
    vectorizer = new_vectorizer(2)
    matrix = vectorizer.fit_transform(examples)
    names = tuple(
        sorted(
            name
            for name in set().union(*labels)
            if min_support <= sum(name in own for own in labels) < len(labels)
        )
    )
    weights = np.zeros((len(names), matrix.shape[1]), dtype=np.float32)
    intercepts = np.zeros(len(names), dtype=np.float32)
    for row, name in enumerate(names):
        learner = LogisticRegression(
            C=strength, solver="liblinear", dual=True, max_iter=500, random_state=7
        )
        learner.fit(matrix, np.array([name in own for own in labels]))
        weights[row], intercepts[row] = learner.coef_[0], learner.intercept_[0]
    return LinearModel(vectorizer, names, weights, intercepts, exclusive=False)


def _soft_balance(labels: Sequence[str]) -> dict[str, float]:
    """Return class weights half-way between even and balanced: rare intents count more, but not as much as frequent ones."""
    names, counts = np.unique(np.asarray(labels), return_counts=True)
    mean = counts.mean()
    return {
        str(name): float((mean / count) ** 0.5)
        for name, count in zip(names, counts, strict=True)
    }
