"""SimQ and SimQ+ in formulas: second moment, error, draws and bits.

SimQ sends one corner R sign(y_i) e_i of the l_1 ball of radius R with probability |y_i|/R, and 0
with what is left. SimQ+ averages k of them, R = B d^(1/p) for inputs with |y|_q <= B, q = p/(p - 1).
Mayekar and Tyagi 2020, arXiv:2001.09032, Section 4; derivations `simq`, `simq_plus` and
`systematic_simq`.
"""

import math
from typing import TYPE_CHECKING, Literal, TypeVar

from infobound.numerics.arguments import argument_error, positive, whole
from infobound.numerics.enumerative import delannoy

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

Sampling = Literal["iid", "systematic"]
Code = Literal["delannoy", "type-sign"]
Number = TypeVar("Number", float, "npt.NDArray[np.float64]")


def second_moment(*, norm1: Number, norm2_squared: Number, radius: float, draws: int = 1) -> Number:
    """E|Q(y)|_2^2 = (1 - 1/k) |y|_2^2 + R |y|_1 / k, exactly, for k independent draws.

    Parameters
    ----------
    norm1, norm2_squared : float, or arrays of one shape
        |y|_1 and |y|_2^2.
    radius : float
        R, with |y|_1 <= R.
    draws : int
        k >= 1.

    Examples
    --------
    >>> second_moment(norm1=1.0, norm2_squared=0.5, radius=2.0, draws=4)
    0.875
    """
    return (1 - 1 / draws) * norm2_squared + radius * norm1 / draws


def mean_squared_error(
    *, norm1: Number, norm2_squared: Number, radius: float, draws: int = 1
) -> Number:
    """E|Q(y) - y|_2^2 = (R |y|_1 - |y|_2^2) / k, exactly, for k independent draws.

    Arguments as in `second_moment`.
    """
    return (radius * norm1 - norm2_squared) / draws


def rounding_variance(place: Number) -> Number:
    """f (1 - f), f the fractional part: variance of `place` >= 0 rounded down or up, unbiased.

    The least variance of an integer variable with that mean. With places k |y_i| / R the error of
    systematic SimQ+ is (R/k)^2 times their sum.

    Examples
    --------
    >>> rounding_variance(2.25)
    0.1875
    """
    part = place % 1
    return part * (1 - part)


def worst_mean_squared_error(
    *, dimension: int, radius: float, draws: int = 1, sampling: Sampling = "iid"
) -> float:
    """Largest E|Q(y) - y|_2^2 over |y|_q <= B, with R = B d^(1/p); the same for every p.

    Independent draws: R^2 (1 - 1/d) / k for d >= 2, reached at the flat y of norm B, and
    R^2 / (4 k) for d = 1. Systematic sampling: R^2 (1 - k/d) / k for k <= d/2, else
    R^2 d / (4 k^2); reached at flat y as well.

    Parameters
    ----------
    dimension : int
        d.
    radius : float
        R, the l_1 radius.
    draws : int
        k.
    sampling : {"iid", "systematic"}
    """
    d, k = whole("dimension", dimension), whole("draws", draws)
    if sampling not in ("iid", "systematic"):
        raise argument_error("sampling", sampling, "'iid' or 'systematic'")
    if sampling == "systematic":
        share = min(k / d, 0.5)
        return radius * radius * (d / k) * share * (1 - share) / k
    return radius * radius * (1 - 1 / d if d > 1 else 0.25) / k


def worst_second_moment(*, dimension: int, p: float, draws: int, bound: float = 1.0) -> float:
    """Bound on E|Q(y)|_2^2 over |y|_q <= B: B^2 (m + (d^(2/p) - m) / k), m = max(1, d^(2/p - 1)).

    For p >= 2 it is B^2 (1 + (d^(2/p) - 1) / k), attained at p = 2 and at p = inf with k = 1. The
    printed B^2 (1 + d^(2/p) / k) of Mayekar and Tyagi 2020, Theorem 4.2, drops the factor 1 - 1/k
    of |y|_2^2. For p < 2 the theorem is not claimed, since |y|_2 <= |y|_q fails; m takes its place,
    and the bound is attained at flat y.

    Parameters
    ----------
    dimension : int
        d.
    p : float, 1 <= p <= inf.
    draws : int
        k.
    bound : float
        B.
    """
    d, k = whole("dimension", dimension), whole("draws", draws)
    spread = float(d ** (2 / p))
    most = max(1.0, spread / d)
    return bound * bound * (most + (spread - most) / k)


def paper_draws(*, dimension: int, p: float) -> int:
    """k = ceil(d^(2/p)), the number of draws that Mayekar and Tyagi 2020 choose for Theorem 3.1."""
    d = whole("dimension", dimension)
    if not p >= 1:
        raise argument_error("p", p, "from 1 to inf")
    return _ceil(float(d ** (2 / p)))


def fewest_draws(*, dimension: int, p: float, factor: float = 4.0) -> int:
    """Fewest draws with E|Q(y)|_2^2 <= factor^2 B^2 by `worst_second_moment`, p >= 2.

    k = max(1, ceil((d^(2/p) - 1) / (factor^2 - 1))). At factor 4, the one that the definition of
    r*(T, p) leaves (Mayekar and Tyagi 2020, Section 3), a fifteenth of the paper's draws.

    Examples
    --------
    >>> fewest_draws(dimension=1024, p=2)
    69
    """
    d = whole("dimension", dimension)
    if not p >= 2:
        raise argument_error("p", p, "from 2 to inf")
    if not positive("factor", factor) > 1:
        raise argument_error("factor", factor, "greater than 1", "1 needs infinitely many draws.")
    return max(1, _ceil((float(d ** (2 / p)) - 1) / (factor**2 - 1)))


def precision(*, dimension: int, draws: int, code: Code = "delannoy") -> int:
    """Exact length in bits of one message of SimQ+, k draws in d coordinates.

    "delannoy": ceil(log2 N), N the Delannoy number D(d, k), which counts the outputs, the integer
    points x with |x|_1 <= k; no code of fixed length is shorter. "type-sign":
    ceil(log2 C(d + k, k)) + min(k, d), the code of Mayekar and Tyagi 2020, Section 4.2, in whole
    bits. Both are at most `precision_as_printed`.

    Examples
    --------
    >>> precision(dimension=16, draws=16), precision(dimension=16, draws=16, code="type-sign")
    (38, 46)
    """
    d, k = whole("dimension", dimension), whole("draws", draws)
    if code == "delannoy":
        return (delannoy(d, k) - 1).bit_length()
    if code == "type-sign":
        return (math.comb(d + k, k) - 1).bit_length() + min(d, k)
    raise argument_error("code", code, "'delannoy' or 'type-sign'")


def precision_as_printed(*, dimension: int, draws: int) -> float:
    """k log2 e + k log2(d/k + 1) + k bits: Mayekar and Tyagi 2020, Theorem 4.2."""
    d, k = whole("dimension", dimension), whole("draws", draws)
    return k * (math.log2(math.e) + math.log2(d / k + 1) + 1)


def precision_per_coordinate(share: float) -> float:
    """Limit of `precision` / d as d grows with draws = share * d, in bits.

    h(a) + x h(a/x) + a at a = 1 + x - sqrt(1 + x^2), x the share, h the binary entropy.

    Examples
    --------
    >>> round(precision_per_coordinate(1.0), 4)  # log2(3 + 2 sqrt 2)
    2.5431
    """
    x = positive("share", share)
    # 2x / (...) is 1 + x - sqrt(1 + x^2) without its cancellation at small and large x.
    a = 2 * x / (1 + x + math.hypot(1, x))
    return _entropy(a) + x * _entropy(a / x) + a


def _entropy(a: float) -> float:
    if a >= 1:  # 1 in floating point only
        return 0.0
    return -(a * math.log(a) + (1 - a) * math.log1p(-a)) / math.log(2)


def _ceil(value: float) -> int:
    """Ceiling that forgives a rounding error: 27^(2/3) is 9."""
    near = round(value)
    return near if abs(value - near) <= 1e-12 * value else math.ceil(value)
