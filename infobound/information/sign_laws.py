"""The law of one message about a sign vector, as a random variable over the prior.

For a message m let p(m) be its probability and P(m | v) = p(m) (1 + Z), so that E Z = 0 over the
prior. Everything that one message tells (mutual information, chi-square) is a mean of a function of
Z, summed over m. Over the whole cube no enumeration is needed for `SparseSign`: with
D_i = W(m | +e_i) - W(m | -e_i) and s = sum_y W(m | y),

    Z = 2 delta sum_i v_i D_i / s,

a sum of independent signs, whose law comes from counting. For `BernoulliProduct` P(m | v) is
W(m | .) averaged over the noise, one coordinate after the other: d 2^d operations.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from infobound.information.message_columns import (
    Messages,
    alike_messages,
    checked_messages,
    column,
    columns,
)
from infobound.models.packing import Packing
from infobound.models.sign_families import (
    Floats,
    SignFamily,
    SparseSign,
    sign_vectors,
    word_numbers,
)
from infobound.numerics.arguments import argument_error

__all__ = [
    "CellLaw",
    "Messages",
    "Prior",
    "binomial",
    "cell_laws",
    "checked_messages",
    "columns",
    "excess",
    "prior_words",
]

LARGEST_ARRAY = 2**24  # values of Z for one message; 128 MiB in float64, a few of them at a time
LARGEST_SUM = 2**30  # values of Z for all messages together; half a minute

Prior = Packing | npt.ArrayLike | None

_TERMS = 14  # of the series of `excess`, whose remainder is then under 1e-17 of its value
_NEAR = 1 / 16


@dataclass(frozen=True, eq=False)
class CellLaw:
    """One message, or several with the same law of Z.

    Attributes
    ----------
    copies : int
        How many messages this stands for.
    probability : float
        p(m) of one of them.
    deviation, weight : ndarray
        The values of Z, at least -1, and their prior probabilities, which sum to 1.
    """

    copies: int
    probability: float
    deviation: Floats
    weight: Floats

    def mean(self, values: Floats) -> float:
        """E over the prior of a function of Z, summed over the copies, times p(m)."""
        return self.copies * self.probability * float(np.sum(self.weight * values))


def cell_laws(family: SignFamily, messages: Messages, prior: Prior = None) -> Iterator[CellLaw]:
    """Law of Z of every message that has positive probability, in turn.

    Parameters
    ----------
    family : SparseSign or BernoulliProduct
    messages : array_like
        int of shape (points,): a partition, the message of each point (any labels). Or float of
        shape (points, K): W(m | y), rows that sum to 1.
    prior : Packing, or array_like (n, d) of -1 and 1, or None
        V is uniform on its rows; None is the whole cube.

    Raises
    ------
    ArgumentError
        `messages` or `prior` does not fit, or the sum has more than 2^24 terms for one message or
        2^30 in all; the message gives the numbers.
    """
    words, given = prior_words(family, prior), checked_messages(family, messages)
    sparse = isinstance(family, SparseSign)
    alike = alike_messages(family, given, cube=words is None)
    if not sparse or words is not None:
        values = max(0 if sparse else family.points, 0 if words is None else len(words))
        _limit(values, values * len(alike))
    law = _sparse_law if sparse else _product_law
    rows = words if words is None else words.astype(np.float64) if sparse else word_numbers(words)
    for copies, message in alike:
        found = law(family, column(given, message).astype(np.float64), rows)
        if found is not None:
            probability, deviation, weight = found
            # Z >= -1; a probability 0 may come out of the sum as -1e-17.
            yield CellLaw(copies, probability, np.maximum(deviation, -1.0), weight)


def prior_words(family: SignFamily, prior: Prior) -> npt.NDArray[np.int8] | None:
    """The rows of a prior as sign vectors, None for the whole cube."""
    if prior is None:
        return None
    given = prior.words if isinstance(prior, Packing) else prior
    words = sign_vectors("prior", given, family.dimension, axes=2)
    if not len(words):
        raise argument_error("prior", given, "at least one sign vector")
    return words


def _sparse_law(
    family: SignFamily, column: Floats, words: npt.NDArray[Any] | None
) -> tuple[float, Floats, Floats] | None:
    mass, difference = float(column.sum()), column[0::2] - column[1::2]
    slope = 2 * float(family.delta)
    if words is None:
        total, weight = signed_sums(difference)
        middle = 0.0
    else:
        total, weight = words @ difference, _uniform(len(words))
        middle = float(total.mean())
    likely = mass + slope * middle  # 2 d p(m)
    if likely <= 0:
        return None
    return likely / family.points, slope * (total - middle) / likely, weight


def signed_sums(sizes: Floats) -> tuple[Floats, Floats]:
    """Values and probabilities of sum_i +-sizes_i with independent fair signs.

    Equal sizes are counted together: prod (c + 1) terms if c of them are equal, instead of 2^d.

    Raises
    ------
    ArgumentError
        There would be more than 2^24 terms.
    """
    size, count = np.unique(np.abs(sizes[sizes != 0]), return_counts=True)
    terms = math.prod(int(c) + 1 for c in count)
    _limit(terms, terms)
    total, weight = np.zeros(1), np.ones(1)
    for a, c in zip(size.tolist(), count.tolist(), strict=True):
        steps = a * (2.0 * np.arange(c + 1) - c)
        total = np.add.outer(total, steps).ravel()
        weight = np.multiply.outer(weight, binomial(c, 0.5)).ravel()
    return total, weight


def binomial(n: int, p: float) -> Floats:
    """P(k) for k = 0..n, by ratios from the mode outwards; far tails may underflow to 0."""
    mode = min(int((n + 1) * p), n)
    k = np.arange(mode, n)
    up = np.cumprod((n - k) * p / ((k + 1) * (1 - p)))
    k = np.arange(mode - 1, -1, -1)
    down = np.cumprod((k + 1) * (1 - p) / ((n - k) * p))
    weight = np.concatenate([down[::-1], [1.0], up])
    return np.asarray(weight / weight.sum())


def _product_law(
    family: SignFamily, column: Floats, numbers: npt.NDArray[Any] | None
) -> tuple[float, Floats, Floats] | None:
    mean, delta = float(column.mean()), float(family.delta)
    # The mean is taken off first: Z is small, and 1 + Z would hold fewer digits of it.
    rise: Floats = noisy(column - mean, 0.5 + delta, 0.5 - delta)
    middle = 0.0
    if numbers is not None:
        rise = rise[numbers]
        middle = float(rise.mean())
    likely = mean + middle
    if likely <= 0:
        return None
    return likely, (rise - middle) / likely, _uniform(rise.size)


def noisy(values: npt.NDArray[Any], same: Any, other: Any) -> npt.NDArray[Any]:
    """Coordinate after coordinate: `same` times the value here plus `other` times that opposite.

    With 1/2 + delta and 1/2 - delta it is the mean over the noise of `BernoulliProduct`; with
    integers it is exact.
    """
    width = 1
    while width < values.size:
        low, high = values.reshape(-1, 2, width).swapaxes(0, 1)
        pair = [same * low + other * high, other * low + same * high]
        values = np.stack(pair, axis=1).ravel()
        width *= 2
    return values


def _uniform(n: int) -> Floats:
    return np.full(n, 1 / n)


def _limit(values: int, terms: int) -> None:
    if values > LARGEST_ARRAY or terms > LARGEST_SUM:
        got = f"a sum of {terms} terms, {8 * values} bytes for one message"
        allowed = f"at most {LARGEST_SUM} terms and {8 * LARGEST_ARRAY} bytes"
        raise argument_error("messages", got, allowed, "Use fewer dimensions, or Monte Carlo.")


def excess(z: Floats) -> Floats:
    """(1 + z) ln(1 + z) - z, by its series near 0 where the two terms cancel."""
    from scipy.special import xlog1py

    near = np.abs(z) < _NEAR
    x = np.where(near, z, 0.0)
    series = np.zeros_like(x)
    for k in range(_TERMS, 1, -1):
        series = (-1) ** k / (k * (k - 1)) + x * series
    return np.where(near, x * x * series, xlog1py(1 + z, z) - z)
