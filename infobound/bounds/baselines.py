"""Errors of the common gradient quantizers, exact and bounded.

E is E|Q(y) - y|_2^2 for one vector y of d coordinates, over all coins. Rows of arrays (..., d) are
vectors. A scale (norm, least, greatest value) is an argument, since a quantizer sends it rounded
and the error depends on what was sent. Bounds ending in `_factor` are E / |y|_2^2 for the exact
scale. All are proved in `derivations/baseline_*.py`.
"""

import math

import numpy as np
import numpy.typing as npt

from infobound.numerics.arguments import argument_error, whole

Floats = npt.NDArray[np.float64]


def rounding_variance(place: npt.ArrayLike) -> Floats:
    """Var of floor(x) + Bernoulli(f), f = x - floor(x): f (1 - f), at most 1/4 (at f = 1/2)."""
    values = np.asarray(place, dtype=np.float64)
    part: Floats = values - np.floor(values)
    return part * (1 - part)


def dithered_levels_error(y: npt.ArrayLike, norm: npt.ArrayLike, *, levels: int) -> Floats:
    """QSGD: (N/s)^2 sum f_i (1 - f_i) with f_i the fraction of s |y_i| / N.

    Parameters
    ----------
    y : array_like, shape (..., d)
    norm : array_like, shape (...)
        N >= max |y_i|; E = 0 where it is 0.
    levels : int, s >= 1, the number of levels above 0.
    """
    size, norms = np.abs(np.asarray(y, dtype=np.float64)), np.asarray(norm, dtype=np.float64)
    place = size / np.where(norms > 0, norms, 1.0)[..., None] * levels
    total: Floats = (norms / levels) ** 2 * np.sum(rounding_variance(place), axis=-1)
    return total


def dithered_levels_factor(d: int, levels: int) -> float:
    """QSGD with the Euclidean norm: min(d / (4 s^2), sqrt d / s).

    f (1 - f) <= 1/4 gives the first, f (1 - f) <= f <= s |y_i| / |y|_2 and |y|_1 <= sqrt d |y|_2
    the second. Lemma 3.1 of Alistarh et al. 2017 (arXiv:1610.02132) has d / s^2 in the first.
    """
    d, s = whole("d", d), whole("levels", levels)
    return min(d / (4 * s * s), math.sqrt(d) / s)


def dithered_maximum_factor(d: int, levels: int) -> float:
    """QSGD with the largest coordinate as norm: min((d-1) / (4 s^2), sqrt(d-1) / (2 s)).

    The largest coordinate is a level, so it has no error. At s = 1 `ternary_factor` is smaller.
    """
    d, s = whole("d", d), whole("levels", levels)
    general = min((d - 1) / (4 * s * s), math.sqrt(d - 1) / (2 * s))
    return min(general, ternary_factor(d)) if s == 1 else general


def ternary_error(y: npt.ArrayLike, scale: npt.ArrayLike) -> Floats:
    """TernGrad: sum |y_i| (S - |y_i|) = S |y|_1 - |y|_2^2 for the scale S >= max |y_i|."""
    size, top = np.abs(np.asarray(y, dtype=np.float64)), np.asarray(scale, dtype=np.float64)
    total: Floats = np.sum(size * (top[..., None] - size), axis=-1)
    return total


def ternary_factor(d: int) -> float:
    """TernGrad: (sqrt d - 1)/2, attained: one coordinate 1, the others 1/(1 + sqrt d)."""
    return (math.sqrt(whole("d", d)) - 1) / 2


def stochastic_levels_error(
    y: npt.ArrayLike, low: npt.ArrayLike, high: npt.ArrayLike, *, levels: int
) -> Floats:
    """Stochastic k-level: D^2 sum f_i (1 - f_i), D = (high - low)/(k - 1), f_i from (y_i - low)/D.

    `low` and `high` have shape (...), low <= y_i <= high; E = 0 where they are equal.
    """
    values = np.asarray(y, dtype=np.float64)
    start = np.asarray(low, dtype=np.float64)
    span = np.asarray(high, dtype=np.float64) - start
    share = (values - start[..., None]) / np.where(span > 0, span, 1.0)[..., None]
    variance = np.sum(rounding_variance(share * (levels - 1)), axis=-1)
    total: Floats = (span / (levels - 1)) ** 2 * variance
    return total


def stochastic_levels_factor(d: int, levels: int) -> float:
    """Stochastic k-level: d / (2 (k-1)^2), as (high - low)^2 <= 2 |y|_2^2 (0 at d = 1).

    Theorem 2 of Suresh et al. 2017 (arXiv:1611.00429).
    """
    d, k = whole("d", d), whole("levels", levels, least=2)
    return d / (2 * (k - 1) ** 2) if d > 1 else 0.0


def rotated_levels_factor(d: int, levels: int) -> float:
    """Stochastic k-level after a randomized Hadamard rotation: (2 ln d + 2) / (k-1)^2.

    d is the length after padding. Theorem 3 of Suresh et al. 2017 (arXiv:1611.00429); for d <= 8
    the bound without the rotation is smaller, and is what is returned.
    """
    plain = stochastic_levels_factor(d, levels)
    return min(plain, (2 * math.log(d) + 2) / (levels - 1) ** 2)


def cross_polytope_error(y: npt.ArrayLike, norm: npt.ArrayLike, *, repetitions: int = 1) -> Floats:
    """vqSGD: (d N^2 - |y|_2^2)/R: each point has norm sqrt d N, the mean is y."""
    values, norms = np.asarray(y, dtype=np.float64), np.asarray(norm, dtype=np.float64)
    total: Floats = (values.shape[-1] * norms**2 - np.sum(values**2, axis=-1)) / repetitions
    return total


def cross_polytope_factor(d: int, repetitions: int = 1) -> float:
    """vqSGD: (d - 1)/R, attained by every y (Gandikota et al. 2021, arXiv:1911.07971)."""
    return (whole("d", d) - 1) / whole("repetitions", repetitions)


def power_of_two_error(y: npt.ArrayLike, *, smallest: float) -> Floats:
    """Natural compression: sum (t - 2^a)(2^(a+1) - t) for t = |y_i| in [2^a, 2^(a+1)].

    Below `smallest`, a power of two, t is rounded between 0 and `smallest`: t (smallest - t).
    """
    size = np.abs(np.asarray(y, dtype=np.float64))
    low = np.ldexp(0.5, np.frexp(size)[1])
    above = size >= smallest
    low, high = np.where(above, low, 0.0), np.where(above, 2 * low, smallest)
    total: Floats = np.sum((size - low) * (high - size), axis=-1)
    return total


def power_of_two_factor() -> float:
    """Natural compression: 1/8, at t = (4/3) 2^a (Horvath et al. 2022, arXiv:1905.10988)."""
    return 1 / 8


def random_subset_factor(d: int, kept: int) -> float:
    """RandK: d/K - 1, attained by every y."""
    d = whole("d", d)
    return d / _kept(kept, d) - 1


def largest_subset_factor(d: int, kept: int) -> float:
    """TopK: 1 - K/d, attained when all |y_i| are equal."""
    d = whole("d", d)
    return 1 - _kept(kept, d) / d


def permutation_error(y: npt.ArrayLike) -> Floats:
    """PermK, n workers: E|mean of the decoded - mean of y|^2 for y of shape (..., n, d).

    Coordinate j of the mean is the average of c_j workers chosen at random out of n, so E is
    sum_j (n - c_j)/((n - 1) c_j) Var_j, Var_j = (1/n) sum_i y_ij^2 - (mean_i y_ij)^2. For n <= d
    every c_j = 1 and E = (1/n) sum |y_i|^2 - |mean|^2; otherwise c_j is n/d, rounded down or up.
    """
    values = np.asarray(y, dtype=np.float64)
    n, d = values.shape[-2:]
    owners = permutation_owners(d, n)
    variance = np.mean((values - values.mean(axis=-2, keepdims=True)) ** 2, axis=-2)
    total: Floats = np.sum((n - owners) / (max(n - 1, 1) * owners) * variance, axis=-1)
    return total


def permutation_owners(d: int, workers: int) -> npt.NDArray[np.int64]:
    """PermK: how many workers send coordinate j; 1 for n <= d, else n/d rounded down or up."""
    d, n = whole("d", d), whole("workers", workers)
    owners: npt.NDArray[np.int64] = np.maximum(1, n // d + (np.arange(d) < n % d))
    return owners if n > d else np.ones(d, dtype=np.int64)


def permutation_factor(d: int, workers: int) -> float:
    """PermK, one worker on its own: n / min c_j - 1 (n - 1 for n <= d, d - 1 where d divides n)."""
    return whole("workers", workers) / int(permutation_owners(d, workers).min()) - 1


def scaled_sign_error(y: npt.ArrayLike, scale: npt.ArrayLike) -> Floats:
    """c sign(y): sum (|y_i| - c)^2, which is |y|_2^2 - |y|_1^2 / d at the best c = |y|_1 / d."""
    size, factor = np.abs(np.asarray(y, dtype=np.float64)), np.asarray(scale, dtype=np.float64)
    total: Floats = np.sum((size - factor[..., None]) ** 2, axis=-1)
    return total


def scaled_sign_factor(d: int) -> float:
    """c sign(y): 1 - 1/d, attained by a vector with one coordinate that is not 0."""
    return 1 - 1 / whole("d", d)


def _kept(kept: int, d: int) -> int:
    if whole("kept", kept) > d:
        raise argument_error("kept", kept, f"at most d = {d}")
    return kept
