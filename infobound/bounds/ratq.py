"""RATQ and its parts: choices of parameters and bounds on the error.

Setting. y in R^D with |y|_2 <= B is rotated by R = H diag(signs), H orthonormal Walsh-Hadamard and
the signs public coins. Each coordinate of Ry is a Rademacher sum of variance proxy B^2/D. Groups of
s coordinates share the smallest range M_j, j = 0, ..., h - 1, that holds them all, and each
coordinate is rounded stochastically to k equally spaced levels of [-M_j, M_j], with

    M_j^2 = (3 e^{*j} + 2 ln s) B^2/D,  e^{*0} = 1, e^{*(j+1)} = exp(e^{*j}).

Mayekar and Tyagi 2019 (arXiv:1908.08200), Lemma 6.3; used for Lemma 5.2 of Mayekar and Tyagi 2020
(arXiv:2001.09032). There D is the dimension of the input, a power of two; here it is the padded
one. Derivation: `ratq`.
"""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from infobound.numerics.arguments import argument_error, nonnegative, positive, real, whole

Place = TypeVar("Place", float, npt.NDArray[np.float64])

_TOWER: tuple[float, ...] = (1.0, math.e, math.exp(math.e), math.exp(math.exp(math.e)))
RANGES = len(_TOWER)
"""Terms of the tower that a float can hold; e^{*4} is above 10^1656520."""


def tower(j: int) -> float:
    """e^{*j}: 1, e, e^e, ...; inf from j = 4 on, where float64 ends.

    Examples
    --------
    >>> [round(tower(j), 3) for j in range(5)]
    [1.0, 2.718, 15.154, 3814279.105, inf]
    """
    j = whole("j", j, least=0)
    return _TOWER[j] if j < RANGES else math.inf


def ln_star(x: float) -> int:
    """Least j >= 0 with e^{*j} >= x: how often ln is applied until at most 1 is left.

    Examples
    --------
    >>> [ln_star(d / 3) for d in (3, 4, 8, 9, 45, 46, 2**23, 2**24)]
    [0, 1, 1, 2, 2, 3, 3, 4]
    """
    x = real("x", x)
    return sum(x > level for level in _TOWER)  # no float is above e^{*4}


def delta_2(d: int) -> int:
    """Bits of one range index: log2 h = ceil(log2(1 + ln*(d/3))), 0 for d <= 3."""
    return ln_star(whole("d", d) / 3).bit_length()


def default_group(d: int) -> int:
    """Coordinates that share a range: s = log2 h, but 1 where that is 0 (d <= 3)."""
    return max(1, delta_2(d))


def delta_1(group: int, target: float = 1.0) -> int:
    """Bits of one level: log2(k + 1) = ceil(log2(2 + sqrt((9 + 3 ln s)/target))).

    Then k - 1 >= sqrt((9 + 3 ln s)/target), and the printed lemma makes the error at most
    target * B^2.

    Parameters
    ----------
    group : int, s >= 1.
    target : float, > 0
        1 for RATQ alone (3 bits, k = 7, for s <= e^9 = 8103); B^2/(2 B'^2) with B' = B d^(1/2 - 1/q) in
        equation (8) of Mayekar and Tyagi 2020.
    """
    ratio = printed_error_constant(group) / positive("target", target)
    return math.ceil(math.log2(2 + math.sqrt(ratio)))


def printed_error_constant(group: int) -> float:
    """9 + 3 ln s: E|Q(y) - y|^2 <= (9 + 3 ln s) B^2/(k - 1)^2, as printed."""
    return 9 + 3 * math.log(whole("group", group))


def lemma_error_constant(group: int) -> float:
    """8.18354... + 2.96033... ln s, the constants that the printed proof gives.

    3 (1 + 2 sum_j L_j^(-1/2)) + 2 ln s (1 + 2 sum_j L_j^(-3/2)) with L_j = e^{*j}, j >= 1: each
    range is weighed with the probability that the range below it is too small.
    """
    logarithm = math.log(whole("group", group))
    roots, cubes = (sum(math.pow(level, -power) for level in _TOWER[1:]) for power in (0.5, 1.5))
    return 3 * (1 + 2 * roots) + 2 * logarithm * (1 + 2 * cubes)


def error_constant(group: int) -> float:
    """6.56829... + 2 ln s: the same proof, the sum over ranges taken by parts.

    3 + 2 ln s + 6 sum_j (L_j - L_{j-1}) L_j^(-3/2): only the rise from one range to the next is
    weighed with the probability of needing it.
    """
    rises = math.fsum((high - low) * math.pow(high, -1.5) for low, high in pairwise(_TOWER))
    return 3 + 2 * math.log(whole("group", group)) + 6 * rises


def dynamic_ranges(
    d: int, *, count: int | None = None, m: float = 3.0, m_0: float = 0.0
) -> tuple[float, ...]:
    """M_j/B = min(1, sqrt((m e^{*j} + m_0)/d)) for j < h - 1, and 1 for the last, j = h - 1.

    No coordinate of Ry is beyond B, so a range above B is never better than B. With the default m
    and h the last range of the paper is at least B already: nothing is cut off that could be used.

    Parameters
    ----------
    d : int
        Coordinates of Ry, a power of two in RATQ.
    count : int, optional
        h >= 1; by default 2^Delta_2 >= 1 + ln*(d/3).
    m, m_0 : float
        In units of B^2/d, m > 0, m_0 >= 0; the paper takes 3 and 2 ln s.
    """
    d, m, m_0 = whole("d", d), positive("m", m), nonnegative("m_0", m_0)
    count = 1 << delta_2(d) if count is None else whole("count", count)
    inner = (min(1.0, math.sqrt((m * tower(j) + m_0) / d)) for j in range(count - 1))
    return (*inner, 1.0)


def adaptive_error_bound(ranges: Sequence[float], *, d: int, levels: int, group: int) -> float:
    """Bound on E|Q(y) - y|^2/B^2 for any increasing ranges, relative to B, the last at least 1.

    d/(k - 1)^2 times M_0^2 + sum_j (M_j^2 - M_{j-1}^2) min(1, 2 s exp(-d M_{j-1}^2/(2 B^2))).
    For the default ranges it is at most `error_constant(s)`/(k - 1)^2.
    """
    squares = [size * size for size in ranges]
    total = squares[0]
    for low, high in pairwise(squares):
        total += (high - low) * min(1.0, 2 * group * math.exp(-d * low / 2))
    return d * total / (levels - 1) ** 2


def sampled_second_moment(error: float, kept: float) -> float:
    """sup E|Q_S(y)|^2/B^2 <= (1 + error)/kept, when a fraction `kept` of coordinates is sent.

    `error` bounds E|Q(y) - y|^2/B^2 with all coordinates sent: for error <= 1 this is
    alpha_0 <= B sqrt(2/kept). The subset is uniform, and what is sent is scaled by 1/kept. When
    groups are formed after sampling, `error` must be one of the bounds above, which hold for every
    coordinate whatever its group.
    """
    if not 0 < kept <= 1:
        raise argument_error("kept", kept, "in (0, 1]")
    return (1 + error) / kept


def sampled_error(error: float, *, d: int, padded: int, kept: int, size: float = 1.0) -> float:
    """E|Q_S(y) - y|^2/B^2 for d coordinates in `padded` = D, of which `kept` = n are sent.

    (d - 1)/(D - 1) (D - n)/n |y|^2/B^2 + (d/n) error. The first part is that of sampling without
    replacement. Rounding errors of rotated coordinates spread evenly over all D coordinates of y,
    and those of the padding are thrown away.

    Parameters
    ----------
    error : float
        D times the mean variance of rounding of a coordinate that is sent, in units of B^2, or a
        bound on it.
    d, padded, kept : int
        1 <= d <= D and 1 <= n <= D.
    size : float
        |y|^2/B^2, at most 1.
    """
    d, padded = whole("d", d, most=padded), whole("padded", padded)
    kept = whole("kept", kept, most=padded)
    missing = (d - 1) / (padded - 1) * (padded - kept) / kept * size if padded > 1 else 0.0
    return missing + d / kept * error


def sampled_at(bits: int, d: int) -> int:
    """Coordinates sent within a budget, min(d, floor(bits/(3 + Delta_2))), at s = 1 and k = 7.

    The published choice for precision below d, as recalled from Mayekar and Tyagi 2019.

    Raises
    ------
    ArgumentError
        The budget does not pay for one coordinate.
    """
    each = delta_1(1) + delta_2(d)
    bits = whole("bits", bits, least=each, remedy=f"One coordinate takes {each} bits at d = {d}.")
    return min(d, bits // each)


def rounding_bound(radius: float, levels: int) -> float:
    """(M/(k - 1))^2, the largest variance of rounding to k levels of [-M, M]: a quarter step^2."""
    return (radius / (levels - 1)) ** 2


def rounding_variance(place: Place) -> Place:
    """f (1 - f), in units of step^2, with f the fractional part of `place` = (y + M)/step."""
    fraction = place % 1.0
    return fraction * (1 - fraction)


def gain_ranges(horizon: float, base: float) -> int:
    """h = 1 + ceil(log_a T): least h with a^(h-1) >= T, so that B^2/M_{h-1} <= B/sqrt T.

    Parameters
    ----------
    horizon : float, T >= 1.
    base : float, a > 1.
    """
    if not horizon >= 1:
        raise argument_error("horizon", horizon, "at least 1")
    if not base > 1:
        raise argument_error("base", base, "greater than 1")
    steps = max(0, math.floor(math.log(horizon) / math.log(base)) - 1)
    while base**steps < horizon:
        steps += 1
    return 1 + steps


def gain_variance_bound(base: float, levels: int) -> float:
    """(1 + a)/(4 (k - 1)^2): E(Q_g - G)^2/B^2 while nothing overflows, for E G^2 <= B^2."""
    return (1 + base) / (4 * (levels - 1) ** 2)


def gain_shape_error_constant(gain_second_moment: float, shape_error: float) -> float:
    """sqrt(g (1 + e)) + 1: E f(x_T) - f* <= this times D B/sqrt T with a gain-shape quantizer.

    For projected subgradient steps, D (alpha/sqrt T + beta) with alpha^2 <= g B^2 (1 + e), where
    g bounds E Q_g^2/B^2, e the error of an unbiased shape quantizer on the unit sphere, and
    beta <= B/sqrt T is the bias of the gain. Mayekar and Tyagi 2019 (arXiv:1908.08200).
    """
    return math.sqrt(gain_second_moment * (1 + shape_error)) + 1
