"""The law of a finite message and its slope in theta: all that information is made of."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class MessageLaw:
    """P(M = m) at one theta in R^d, and its gradient there, for m = 0, ..., K - 1.

    Attributes
    ----------
    probability : ndarray, shape (K,)
        Nonnegative, sum 1.
    slope : ndarray, shape (K, d)
        Gradient of each probability in theta, per unit of theta; each column sums to 0.
    """

    probability: Floats
    slope: Floats

    @property
    def score(self) -> Floats:
        """Score of the message, slope / probability, shape (K, d); 0 where a cell has no mass."""
        mass = self.probability[:, None]
        return np.divide(self.slope, mass, out=np.zeros_like(self.slope), where=mass > 0)

    def fisher(self) -> Floats:
        """Fisher information matrix sum_m slope_m slope_m^T / p_m, shape (d, d)."""
        return self.score.T @ self.slope

    def entropy(self) -> float:
        """H(M) in bits."""
        return float(entropy_bits(self.probability))

    def merged(self, labels: npt.ArrayLike) -> "MessageLaw":
        """Law of the coarser message labels[M], labels 0, 1, ... of shape (K,)."""
        labels = np.asarray(labels)
        probability = np.zeros(int(labels.max()) + 1)
        slope = np.zeros((probability.size, self.slope.shape[1]))
        np.add.at(probability, labels, self.probability)
        np.add.at(slope, labels, self.slope)
        return MessageLaw(probability, slope)


def constant(values: Floats) -> bool:
    """Whether all entries of a vector are equal; at once if it is one number, broadcast."""
    return values.strides == (0,) or bool(np.all(values == values[0]))


def entropy_bits(probability: Floats) -> Floats:
    """Entropy in bits over the last axis, 0 log 0 = 0.

    The largest probability is taken as 1 minus the others, so that the entropy of an almost
    certain message keeps its relative accuracy.
    """
    largest = np.argmax(probability, axis=-1, keepdims=True)
    others = np.array(probability)
    np.put_along_axis(others, largest, 0.0, axis=-1)
    rest = others.sum(axis=-1)
    logarithm = np.log2(others, out=np.zeros_like(others), where=others > 0)
    return np.asarray((rest - 1) * np.log1p(-rest) / math.log(2) - np.sum(others * logarithm, -1))


def independent(laws: Sequence[MessageLaw]) -> MessageLaw:
    """Law of all messages together, each about coordinates of its own; the last runs fastest.

    K is the product of the K's and d the sum of the d's: for small messages only.
    """
    probability: Floats = np.ones(1)
    slope: Floats = np.zeros((1, 0))
    for law in laws:
        old, new = probability[:, None], law.probability
        mine = slope[:, None, :] * new[:, None]
        other = old[:, :, None] * law.slope
        slope = np.concatenate([mine, other], axis=2).reshape(old.size * new.size, -1)
        probability = (old * new).ravel()
    return MessageLaw(probability, slope)


def messages(counts: Sequence[int]) -> Ints:
    """Symbols of every message of `independent`, shape (prod counts, len(counts))."""
    grid = np.indices(tuple(counts), dtype=np.int64)
    return grid.reshape(len(counts), math.prod(counts)).T
