"""The best scalar quantizers of a standard normal variable, to full double accuracy.

Lloyd (1957, printed 1982) and Max (1960): with K cells the mean squared error is least when every
level is the mean of its cell and every threshold lies halfway between two levels. For a
log-concave density there is one such point (Fleischer 1964, Trushkin 1982, Kieffer 1983), found
here by Newton's method on the thresholds; the law is symmetric, so only positive ones are unknown.
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist

import numpy as np

from infobound.numerics.arguments import whole
from infobound.numerics.normal import Floats, cell_moments, density

MOST_LEVELS = 1024


@dataclass(frozen=True)
class LloydMaxDesign:
    """A K-level Lloyd-Max quantizer of N(0, 1).

    Attributes
    ----------
    thresholds : tuple of float
        K - 1 increasing values in standard deviations.
    levels : tuple of float
        K increasing values, the means of the cells.
    probabilities : tuple of float
        Probability of each cell.
    distortion : float
        D = E (X - level)^2 = sum of probability * variance in the cell, to full relative accuracy.
    """

    thresholds: tuple[float, ...]
    levels: tuple[float, ...]
    probabilities: tuple[float, ...]
    distortion: float

    @property
    def information(self) -> float:
        """Fisher information about the mean of N(0, 1) at 0, 1 - D: the most that K cells keep."""
        return 1.0 - self.distortion

    @property
    def entropy_bits(self) -> float:
        """Entropy of the cell index under N(0, 1), in bits."""
        return -math.fsum(p * math.log2(p) for p in self.probabilities)


@lru_cache(maxsize=64)
def lloyd_max(levels: int) -> LloydMaxDesign:
    """Solve for the K-level quantizer of N(0, 1) of least mean squared error.

    Parameters
    ----------
    levels : int
        K, from 1 to 1024.

    Returns
    -------
    LloydMaxDesign
        Memoised: equal arguments return the same immutable object.

    Raises
    ------
    ArgumentError
        levels is not a whole number in range.
    ArithmeticError
        Newton's method did not settle (never seen for K in range).

    Examples
    --------
    >>> [round(t, 10) for t in lloyd_max(4).thresholds]
    [-0.9815988216, 0.0, 0.9815988216]
    """
    levels = whole("levels", levels, most=MOST_LEVELS, remedy="Use B bits with levels = 2**B.")
    if levels == 1:
        return LloydMaxDesign((), (0.0,), (1.0,), 1.0)
    right = _positive_thresholds(levels)
    thresholds = np.concatenate([-right[::-1], np.zeros(1 - levels % 2), right])
    ends = np.concatenate([[-math.inf], thresholds, [math.inf]])
    cells = cell_moments(ends[:-1], ends[1:])
    return LloydMaxDesign(
        thresholds=tuple(thresholds.tolist()),
        levels=tuple(cells.mean.tolist()),
        probabilities=tuple(cells.probability.tolist()),
        distortion=math.fsum((cells.probability * cells.variance).tolist()),
    )


def _positive_thresholds(levels: int) -> Floats:
    """Newton from the companding rule of Panter and Dite (1951): quantiles of N(0, 3)."""
    count, odd = (levels - 1) // 2, levels % 2 == 1
    start = NormalDist(sigma=math.sqrt(3))
    right = np.array([start.inv_cdf(0.5 + (i - odd / 2) / levels) for i in range(1, count + 1)])
    last = math.inf
    for _ in range(50):
        step = _newton_step(right, odd=odd)
        size = float(np.max(np.abs(step), initial=0.0))
        if size < 1e-9 and size >= last / 4:  # no longer quadratic, so down to rounding
            return right
        right, last = right - step, size
    raise ArithmeticError(f"levels = {levels!r}: Newton's method did not settle.")


def _newton_step(right: Floats, *, odd: bool) -> Floats:
    """Solve J step = F, where F_i = t_i - (mean of the cell below + mean of the one above) / 2."""
    ends = np.concatenate([-right[:1] if odd else [0.0], right, [math.inf]])
    cells = cell_moments(ends[:-1], ends[1:])
    mean, height = cells.mean, density(ends)
    by_lower = height[:-1] * (mean - ends[:-1]) / cells.probability
    by_upper = height[1:-1] * (ends[1:-1] - mean[:-1]) / cells.probability[:-1]
    if odd:  # the middle cell keeps its mean 0 when both of its ends move
        by_upper[:1] = 0.0
    residual = right - (mean[:-1] + mean[1:]) / 2
    return _solve_tridiagonal(
        below=-by_lower[1:-1] / 2,
        diagonal=1 - (by_upper + by_lower[1:]) / 2,
        above=-by_upper[1:] / 2,
        right_side=residual,
    )


def _solve_tridiagonal(
    *, below: Floats, diagonal: Floats, above: Floats, right_side: Floats
) -> Floats:
    """Thomas's algorithm; no pivoting is needed, since the matrix is diagonally dominant.

    (A log-concave density moves the mean of a cell by at most as much as both of its ends move.)
    """
    pivot, value = diagonal.tolist(), right_side.tolist()
    for i, (left, up) in enumerate(zip(below.tolist(), above.tolist(), strict=True), start=1):
        factor = left / pivot[i - 1]
        pivot[i] -= factor * up
        value[i] -= factor * value[i - 1]
    for i in range(len(value) - 1, -1, -1):
        later = above[i] * value[i + 1] if i + 1 < len(value) else 0.0
        value[i] = (value[i] - later) / pivot[i]
    return np.array(value)
