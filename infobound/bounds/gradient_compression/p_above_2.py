"""Unbiased quantizers for p >= 2, where q <= 2 and alpha_0^2 is the largest E|Q(Y)|_2^2.

SimQ+ (Mayekar and Tyagi 2020, arXiv:2001.09032, section 4), RATQ of a random set of coordinates
(Mayekar and Tyagi 2019, arXiv:1908.08200) and signs of a random set of coordinates.
"""

import functools
import math
from collections.abc import Callable

from infobound.bounds.gradient_compression.composite import ratq_bits
from infobound.bounds.gradient_compression.scheme import PAPER, Scheme
from infobound.bounds.ratq import default_group, delta_1, error_constant, sampled_error
from infobound.bounds.simq import (
    Sampling,
    fewest_draws,
    precision,
    worst_mean_squared_error,
    worst_second_moment,
)

SAMPLING: tuple[Sampling, ...] = ("iid", "systematic")
_EXACT = 2048  # min(d, k) up to which codewords are counted exactly
_MOST_DRAWS = 2**60


def schemes_within(d: int, p: float, bits: int) -> list[Scheme]:
    """The best of each kind whose messages have at most `bits` bits; none for 0 bits."""
    found = []
    if draws := most_draws(d, bits):
        found = [simq_plus(d, p, draws, sampling) for sampling in SAMPLING]
    if sent := most_sent(d, bits):
        found.append(sampled_ratq(d, sent))
    return [*found, sampled_signs(d, min(d, bits))] if bits else found


def schemes_of_growth(d: int, p: float, growth: float) -> list[Scheme]:
    """Of each kind the one of fewest bits with alpha_0 <= growth B."""
    found = [
        simq_plus(d, p, fewest_draws(dimension=d, p=p, factor=growth)),
        simq_plus(d, p, fewest_systematic_draws(d, p, growth), "systematic"),
    ]
    if sampled_ratq(d, _padded(d)).growth <= growth:
        low = _last(lambda sent: sampled_ratq(d, sent).growth > growth, 0, _padded(d))
        found.append(sampled_ratq(d, low + 1))
    signs = math.ceil(d**2 / growth**2)
    return [*found, sampled_signs(d, signs)] if signs <= d else found


def simq_plus(d: int, p: float, draws: int, sampling: Sampling = "iid") -> Scheme:
    """SimQ+ with k draws: alpha_0^2 <= B^2 (1 + (d^(2/p) - 1)/k).

    Without the -1 in the paper (Theorem 4.2); with it the bound is attained at p = 2, and at
    p = inf for k = 1. Systematic draws have the smaller error, and often the smaller bound: B^2
    and the largest error together.
    """
    square, kind = worst_second_moment(dimension=d, p=p, draws=draws), "simq_plus"
    if sampling == "systematic":
        square, kind = min(square, 1 + _systematic_error(d, p, draws)), "systematic_simq_plus"
    return Scheme(
        name=f"{kind}, {draws} draws",
        bits=simq_plus_bits(d, draws),
        growth=math.sqrt(square),
        source=f"{PAPER}, Theorem 4.2; one codeword per output",
    )


def fewest_systematic_draws(d: int, p: float, growth: float) -> int:
    """Fewest draws with alpha_0 <= growth B by the bound of `simq_plus`, systematic draws."""
    most = fewest_draws(dimension=d, p=p, factor=growth)
    fails = lambda k: 1 + _systematic_error(d, p, k) > growth**2
    return _last(fails, 0, most - 1) + 1  # the error falls in k


@functools.lru_cache(maxsize=256)
def simq_plus_bits(d: int, draws: int) -> int:
    """ceil(log2 N), N the number of integer points of |x|_1 <= k in d dimensions.

    Exact for min(d, k) <= 2048. Beyond, an upper bound on log2 N is rounded up:
    N t^k <= (1 + t)^d/(1 - t)^(d + 1), by the generating function, at the t that makes it smallest.

    Examples
    --------
    >>> [simq_plus_bits(d, k) for d, k in ((16, 16), (256, 17), (1024, 1))]
    [38, 105, 12]
    """
    if min(d, draws) <= _EXACT:
        return precision(dimension=d, draws=draws)
    return math.ceil(log_codewords(d, draws))


def most_draws(d: int, bits: int) -> int:
    """Largest k, at most 2^60, for which `simq_plus_bits` is at most `bits`; 0 if there is none."""
    low = _last(lambda k: log_codewords(d, k) <= bits - 1e-6, 0, _MOST_DRAWS)
    high = low + 1
    while high < _MOST_DRAWS and simq_plus_bits(d, high) <= bits:
        low, high = high, 2 * high
    return _last(lambda k: simq_plus_bits(d, k) <= bits, low, min(high, _MOST_DRAWS))


def log_codewords(d: int, k: int) -> float:
    """An upper bound on the log2 N of `simq_plus_bits`, by the generating function."""
    if k == 0:
        return 0.0
    n = 2 * d + 1
    root = math.sqrt(n * n + 4 * k * (k + 1))
    t, rest = 2 * k / (n + root), (n + (n * n + 4 * k) / (root + 2 * k)) / (n + root)  # 1 - t
    return -k * math.log2(t) + d * math.log2(1 + t) - (d + 1) * math.log2(rest)


def sampled_ratq(d: int, sent: int) -> Scheme:
    """RATQ with 7 levels of `sent` random rotated coordinates, scaled up to stay unbiased.

    d is padded to a power of two before the rotation. Public coins choose the coordinates, and
    neighbours among them share their range. alpha_0^2 <= B^2 and the largest error together.
    """
    padded = _padded(d)
    rounding = error_constant(default_group(padded)) / (2 ** delta_1(1) - 2) ** 2
    error = sampled_error(rounding, d=d, padded=padded, kept=sent)
    return Scheme(
        name=f"sampled_ratq, {sent} of {padded} coordinates",
        bits=sampled_ratq_bits(d, sent),
        growth=math.sqrt(1 + error),
        source="Mayekar and Tyagi 2019, arXiv:1908.08200, Lemma 6.3, with sampling",
    )


def most_sent(d: int, bits: int) -> int:
    """Most coordinates that `sampled_ratq` can send in so many bits."""
    return _last(lambda sent: sampled_ratq_bits(d, sent) <= bits, 0, _padded(d))


def sampled_ratq_bits(d: int, sent: int) -> int:
    """Their ranges and 3 bits each."""
    return ratq_bits(padded=_padded(d), sent=sent, level_bits=delta_1(1))


def sampled_signs(d: int, count: int) -> Scheme:
    """`count` random coordinates, each as +-B with mean y_i, times d/count.

    |Q|_2^2 = B^2 d^2/count whatever the input.
    """
    return Scheme(
        name=f"sampled_signs, {count} of {d} coordinates",
        bits=count,
        growth=d / math.sqrt(count),
        source="one stochastic sign for each sampled coordinate",
    )


def _systematic_error(d: int, p: float, draws: int) -> float:
    radius = float(d ** (1 / p))
    return worst_mean_squared_error(dimension=d, radius=radius, draws=draws, sampling="systematic")


def _padded(d: int) -> int:
    return 1 << (d - 1).bit_length()


def _last(holds: Callable[[int], bool], low: int, high: int) -> int:
    """Largest k in [low, high] for which `holds`: true at low, and never again once false."""
    if high <= low or holds(high):
        return max(low, high)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low
