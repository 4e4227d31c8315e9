"""A small linear model over features: one separating plane for each label, sparse in, margins out, confidences learned out of fold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import joblib
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

Features = Sequence[str]
Margins = NDArray[np.float64]
Scale = tuple[float, float]  # slope and intercept: how sure a margin makes
FILE_NAME = "linear_model.joblib"
PLAIN_SCALE: Scale = (4.0, 0.0)  # where there is too little to learn one from: even odds on the plane
FEWEST_TRIALS = 30
FOLDS, RUN = 3, 8  # neighbours in a file are often variants of one sentence: a run of them stays in one fold
_SHARPNESSES = np.geomspace(1.0, 12.0, 15)


def as_given(features: Features) -> Features:
    """Return the features unchanged: the vectorizer's analyzer, a named function so that it can be stored."""
    return features


class Vectorizer(Protocol):
    """Makes one row of numbers of an example's features."""

    def fit_transform(self, examples: Sequence[Features]) -> csr_matrix:
        """Learn the columns and return the rows."""
        ...

    def transform(self, examples: Sequence[Features]) -> csr_matrix:
        """Return the rows."""
        ...


@dataclass(frozen=True)
class LinearModel:
    """A trained model: `weights` is (features, labels), `intercepts` (labels,); `scales` turn margins into confidences."""

    vectorizer: Vectorizer
    labels: tuple[str, ...]
    weights: NDArray[np.float32]
    intercepts: NDArray[np.float32]
    scales: Mapping[str, Scale] = field(default_factory=dict)

    def margins(self, examples: Sequence[Features]) -> Margins:
        """Return the distances from the labels' planes, (examples, labels); above 0 is on the label's side."""
        return np.asarray(self.vectorizer.transform(examples) @ self.weights, dtype=np.float64) + self.intercepts

    def shares(self, examples: Sequence[Features]) -> Margins:
        """Return probabilities (examples, labels) of labels that exclude one another: rows sum to one."""
        return _shares(self.margins(examples), self.scales.get("", PLAIN_SCALE)[0])

    def confidence(self, margin: float, scale: str) -> float:
        """Return how often a label with this margin is right, 0…1, by the named scale."""
        slope, intercept = self.scales.get(scale, PLAIN_SCALE)
        return float(1.0 / (1.0 + np.exp(-np.clip(slope * margin + intercept, -30.0, 30.0))))

    def save(self, folder: Path) -> None:
        """Write the model into `folder`."""
        joblib.dump(self, folder / FILE_NAME, compress=3)


def load_model(folder: Path) -> LinearModel:
    """Return the model saved in `folder`. Raises FileNotFoundError when there is none, TypeError when it is another thing."""
    model = joblib.load(folder / FILE_NAME)
    if not isinstance(model, LinearModel):
        raise TypeError(f"{folder / FILE_NAME} does not hold a linear model: train again")
    return model


def new_vectorizer(min_examples: int = 2) -> TfidfVectorizer:
    """Return an untrained vectorizer that keeps features seen in at least `min_examples` examples."""
    return TfidfVectorizer(analyzer=as_given, sublinear_tf=True, min_df=min_examples, dtype=np.float32)


def train_exclusive(examples: Sequence[Features], labels: Sequence[str], strength: float, vectorizer: Vectorizer | None = None) -> LinearModel:
    """Return a model that gives one label to an example. `strength` is the inverse of the regularisation. `vectorizer` is fitted here.

    Rare labels count more, but not as much as frequent ones. The sharpness of the shares is the one that fits examples held back best.
    """
    vectorizer = vectorizer or new_vectorizer()
    matrix = vectorizer.fit_transform(examples)
    names = tuple(sorted(set(labels)))
    targets = np.array([[name == own for name in names] for own in labels])
    counts = targets.sum(axis=0)
    emphasis = np.sqrt(counts.mean() / counts)
    weights, intercepts = _planes(matrix, targets, strength, emphasis)
    held_out = _held_out(matrix, targets, strength, emphasis)
    own = targets.argmax(axis=1)
    losses = [-np.log(_shares(held_out, sharpness)[np.arange(len(own)), own] + 1e-9).mean() for sharpness in _SHARPNESSES]
    scale = (float(_SHARPNESSES[int(np.argmin(losses))]), 0.0)
    return LinearModel(vectorizer, names, weights, intercepts, {"": scale})


def train_multiple(
    examples: Sequence[Features], labels: Sequence[set[str]], strength: float, min_support: int, vectorizer: Vectorizer | None = None
) -> tuple[LinearModel, Margins]:
    """Return a model that gives any number of labels to an example, and the margins (examples, labels) that its like gives unseen ones.

    Labels with fewer than `min_support` examples are left out. `vectorizer` is fitted here; without one, only spelling counts.
    """
    vectorizer = vectorizer or new_vectorizer()
    matrix = vectorizer.fit_transform(examples)
    counts = {name: sum(name in own for own in labels) for name in set().union(*labels)}
    names = tuple(sorted(name for name, count in counts.items() if min_support <= count < len(labels)))
    targets = np.array([[name in own for name in names] for own in labels]).reshape(len(labels), len(names))
    emphasis = np.ones(len(names))
    model = LinearModel(vectorizer, names, *_planes(matrix, targets, strength, emphasis))
    return model, _held_out(matrix, targets, strength, emphasis)


def with_labels(model: LinearModel, examples: Sequence[Features], labels: Sequence[str], strength: float) -> LinearModel:
    """Return the model with planes for further labels that exclude one another, drawn between these examples only."""
    names = tuple(sorted(set(labels)))
    targets = np.array([[name == own for name in names] for own in labels]).reshape(len(labels), len(names))
    weights, intercepts = _planes(model.vectorizer.transform(examples), targets, strength, np.ones(len(names)))
    return LinearModel(
        model.vectorizer, model.labels + names, np.hstack([model.weights, weights]), np.hstack([model.intercepts, intercepts]), model.scales
    )


def learn_scale(margins: Sequence[float], right: Sequence[bool]) -> Scale:
    """Return the scale by which the margins of labels given to unseen examples tell how often they were right."""
    if len(margins) < FEWEST_TRIALS or len(set(right)) < 2:
        return PLAIN_SCALE
    learner = LogisticRegression(C=10.0).fit(np.array(margins)[:, None], right)
    return max(float(learner.coef_[0, 0]), 0.1), float(learner.intercept_[0])


def _planes(
    matrix: csr_matrix, targets: NDArray[np.bool_], strength: float, emphasis: NDArray[np.float64]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return weights and intercepts, one column for each of `targets`; a label that all or none have gets a plane far away.

    Weights lie row by row: a text has few of the features, and only their rows are read.
    """
    weights = np.zeros((matrix.shape[1], targets.shape[1]), dtype=np.float32)
    intercepts = np.full(targets.shape[1], -9.0, dtype=np.float32)
    for column, own in enumerate(targets.T):
        if own.any() and not own.all():
            learner = LinearSVC(C=strength, max_iter=400, class_weight={True: float(emphasis[column]), False: 1.0}, random_state=7)
            learner.fit(matrix, own)
            weights[:, column], intercepts[column] = learner.coef_[0], learner.intercept_[0]
    return weights, intercepts


def _held_out(matrix: csr_matrix, targets: NDArray[np.bool_], strength: float, emphasis: NDArray[np.float64]) -> Margins:
    """Return each example's margins by planes that were drawn without its fold."""
    runs = np.arange(len(targets)) // RUN
    folds = (np.random.default_rng(7).permutation(runs.max() + 1) % FOLDS)[runs]
    margins = np.full(targets.shape, -9.0)
    for fold in range(FOLDS):
        rest, out = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        if len(rest) and len(out):
            weights, intercepts = _planes(matrix[rest], targets[rest], strength, emphasis)
            margins[out] = matrix[out] @ weights + intercepts
    return margins


def _shares(margins: Margins, sharpness: float) -> Margins:
    powers = np.exp(sharpness * (margins - margins.max(axis=1, keepdims=True)))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), dtype=np.float64)
