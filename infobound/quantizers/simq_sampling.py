"""How SimQ and SimQ+ draw: k indices of 0, ..., d with given weights, independent or systematic.

Weights are w_i = |y_i| / R, shape (n, d), nonnegative with sum at most 1; index d stands for the
zero symbol and takes what is left. What is counted is how often each coordinate was drawn.
"""

import math

import numpy as np

from infobound.numerics.arguments import argument_error
from infobound.quantizers.base import Floats, Ints

MOST_OUTCOMES = 10**6


def draw_indices(weights: Floats, draws: int, rng: np.random.Generator) -> Ints:
    """Independent draws, shape (n, draws), each i < d with probability w_i and d otherwise.

    By inverting the distribution function of each row, so a mean is off by a few rounding errors
    of the whole sum at most.
    """
    return _search(np.cumsum(weights, axis=-1), rng.random((len(weights), draws)))


def iid_counts(weights: Floats, draws: int, rng: np.random.Generator) -> Ints:
    """How often each coordinate is among `draws` independent draws; shape (n, d)."""
    n, d = weights.shape
    index = draw_indices(weights, draws, rng) + (d + 1) * np.arange(n)[:, None]
    return np.bincount(index.ravel(), minlength=n * (d + 1)).reshape(n, d + 1)[:, :d]


def systematic_counts(weights: Floats, draws: int, offsets: Floats) -> Ints:
    """N_i = floor(c_i + U) - floor(c_(i-1) + U), c the partial sums of draws * w, U in [0, 1).

    `offsets` are the U, shape (n,). With U uniform N_i is draws * w_i rounded up or down with that
    mean, and sum N_i <= draws.
    """
    marks = np.cumsum(weights, axis=-1)
    marks *= draws
    marks += offsets[:, None]
    np.floor(marks, out=marks)
    # A sum of 1, or a U next to 1, rounds up to draws + 1.
    np.minimum(marks, draws, out=marks)
    return np.diff(marks, axis=-1, prepend=0.0).astype(np.int64)


def iid_law(weights: Floats, draws: int) -> tuple[Ints, Floats]:
    """All counts of one vector's independent draws, with their multinomial probabilities.

    Shapes (m, d) and (m,); coordinates of weight 0 are not drawn.
    """
    from scipy.special import gammaln, xlogy  # a second of import time, for laws only

    drawn = np.flatnonzero(weights)
    _refuse_many(math.comb(drawn.size + draws, draws))
    left, counts = np.array([draws]), np.zeros((1, 0), dtype=np.int64)
    for _ in drawn:  # every state branches into 0, ..., left draws of the next coordinate
        repeats = left + 1
        parent = np.repeat(np.arange(left.size), repeats)
        count = np.arange(parent.size) - np.repeat(np.cumsum(repeats) - repeats, repeats)
        counts = np.column_stack([counts[parent], count])
        left = left[parent] - count
    nothing = max(0.0, 1 - math.fsum(weights))
    logs = gammaln(draws + 1) - gammaln(left + 1) + xlogy(left, nothing)
    logs += (xlogy(counts, weights[drawn]) - gammaln(counts + 1)).sum(axis=1)
    full = np.zeros((left.size, weights.size), dtype=np.int64)
    full[:, drawn] = counts
    probability: Floats = np.exp(logs)
    possible = probability > 0
    return full[possible], probability[possible]


def systematic_law(weights: Floats, draws: int) -> tuple[Ints, Floats]:
    """All counts of one vector's systematic draws: constant between the breakpoints of U."""
    _refuse_many(weights.size * (weights.size + 1))
    marks = draws * np.cumsum(weights)
    ends = np.unique(np.concatenate([[0.0], np.ceil(marks) - marks, [1.0]]))
    counts = systematic_counts(
        np.broadcast_to(weights, (ends.size - 1, weights.size)), draws, (ends[1:] + ends[:-1]) / 2
    )
    return counts, np.diff(ends)


def _search(edges: Floats, uniform: Floats) -> Ints:
    """How many edges of its row are <= each number: `numpy.searchsorted`, all rows at once.

    Edges (n, d) do not decrease along a row; numbers are (n, k).
    """
    n, d = edges.shape
    flat, first = edges.ravel(), d * np.arange(n)[:, None]
    place: Ints = first + np.zeros(uniform.shape, dtype=np.int64)
    left = d  # the answer is among place, ..., place + left
    while left > 1:
        half = left // 2
        place += half * (flat.take(place + (half - 1)) <= uniform)
        left -= half
    place += flat.take(place) <= uniform
    place -= first
    return place


def _refuse_many(outcomes: int) -> None:
    if outcomes > MOST_OUTCOMES:
        remedy = "Use a shorter vector or fewer draws, or draw samples."
        raise argument_error("number of outcomes", outcomes, f"at most {MOST_OUTCOMES}", remedy)
