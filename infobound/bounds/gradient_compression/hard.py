"""Two families of linear functions that r-bit gradients cannot tell apart quickly.

Setting. f_v is linear on the cube |x|_inf <= D/(2 d^(1/p)), whose l_p diameter is D, and its
gradient is a multiple of v in {-1, 1}^d. A gradient estimate has l_q norm exactly B, and its law
does not depend on the query (Mayekar and Tyagi 2020, arXiv:2001.09032, section 6):

    product   Y_i = +-B/d^(1/q), independent,          grad f_v = 2 B delta v/d^(1/q);
    sparse    Y = +-B e_i, one i of d at random,       grad f_v = 2 B delta v/d.

With v uniform on the whole cube the least excess is exactly g B D delta times the mean probability
of error of a bit of v, g = 2 (product) or 2 d^(-1/p) (sparse): the loss is linear in each x_i, so
the best x_i is an endpoint. After T messages that are independent given v that probability is at
least h^{-1}((1 - T I/d)_+), where I bounds the information in bits of one message:

    product   I <= 4 delta^2 min(r, d);      sparse   I <= 2 delta^2 min(2^r, 2 d)/d.

Here I = d a delta^2/T, so everything comes down to the largest value of
delta h^{-1}((1 - a delta^2)_+) over 0 < delta <= 1/2, which is found exactly.
"""

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass

from infobound.numerics.arguments import argument_error, nonnegative


@dataclass(frozen=True)
class HardFamily:
    """One of the two families, in units of D B.

    Attributes
    ----------
    name : {"product", "sparse"}
    gain : float
        g: excess over D B delta, per mean probability of error of a bit.
    information : float
        I/(d delta^2) for one message of r bits.
    source : str
        Where the bound on the information comes from.
    """

    name: str
    gain: float
    information: float
    source: str

    def error(self, rounds: int) -> float:
        """The least error after T messages, over D B: g sup delta h^{-1}(1 - a delta^2)."""
        return self.gain * largest_product(self.information * rounds)

    def settled(self, rounds: int) -> bool:
        """Whether T is so large that the best delta is below 1/2: then error ~ 1/sqrt(T)."""
        return self.information * rounds >= 4 * best_share()

    def error_at(self, delta: float, rounds: int) -> float:
        """The same for one delta in (0, 1/2]."""
        if not 0 < delta <= 0.5:
            raise argument_error("delta", delta, "in (0, 1/2]")
        return self.gain * delta * bit_error(self.information * rounds * delta**2)


def product_family(dimension: int, bits: float) -> HardFamily:
    """Independent signs; a message of r bits knows at most 4 delta^2 min(r, d) bits of v."""
    share = min(bits, dimension) / dimension
    source = "strong data processing for independent signs (Duchi et al. 2014, arXiv:1405.0782)"
    return HardFamily("product", 2.0, 4 * share, source)


def sparse_family(dimension: int, inverse_p: float, bits: float) -> HardFamily:
    """One random coordinate; a message of r bits knows at most 2 delta^2 min(2^r, 2d)/d bits of v.

    Acharya, Canonne and Tyagi 2018 (arXiv:1812.11476) bound the chi-square divergence; its mean
    over v bounds I in bits, since the likelihood ratio of a cell is symmetric about 1.
    """
    cells = 2 * dimension if bits >= (2 * dimension).bit_length() else 2 ** int(bits)
    share = min(cells, 2 * dimension) / dimension**2
    source = "chi-square contraction (Acharya, Canonne and Tyagi 2018, arXiv:1812.11476)"
    return HardFamily("sparse", 2 * dimension**-inverse_p, 2 * share, source)


def largest_product(a: float) -> float:
    """Largest delta h^{-1}((1 - a delta^2)_+) over 0 < delta <= 1/2.

    Put u = a delta^2: sqrt(u) h^{-1}(1 - u) rises to kappa at u* and falls from there (with
    u = 1 - h(v) its logarithm has one stationary point in v, see `best_share`). So the best delta
    is sqrt(u*/a) where that is at most 1/2, and 1/2 otherwise.

    Examples
    --------
    >>> largest_product(0.0), round(largest_product(1.0), 8)
    (0.25, 0.10867513)
    """
    if nonnegative("a", a) >= 4 * best_share():
        return kappa() / math.sqrt(a)
    return bit_error(a / 4) / 2


def bit_error(information: float) -> float:
    """h^{-1}((1 - information)_+) in [0, 1/2]: least error of a fair bit, by Fano's inequality.

    Parameters
    ----------
    information : float
        In bits, >= 0; from 1 on nothing is excluded and the answer is 0.

    Examples
    --------
    >>> round(bit_error(0.5), 6)
    0.110028
    """
    u = nonnegative("information", information)
    if u == 0 or u >= 1:
        return 0.0 if u else 0.5
    if u > 0.5:  # small v: solve h(v) = 1 - u
        return _root(lambda v: _entropy(v) - (1 - u), 0.0, 0.5)
    return (1 - _root(lambda x: _gap(x) - u, 0.0, 1.0)) / 2


@functools.cache
def best_share() -> float:
    """u* = 0.199105..., where sqrt(u) h^{-1}(1 - u) is largest.

    With u = 1 - h(v) and x = 1 - 2v the stationary points solve 2 (1 - h(v)) = v h'(v), and
    2 (1 - h(v)) - v h'(v) falls and then rises to 0 at v = 1/2: one root inside.
    """
    return _gap(_stationary())


@functools.cache
def kappa() -> float:
    """Largest sqrt(u) h^{-1}(1 - u) over 0 <= u <= 1, 0.108675..."""
    return math.sqrt(best_share()) * (1 - _stationary()) / 2


@functools.cache
def _stationary() -> float:
    """The x = 1 - 2v at which kappa is reached; h'(v) = 2 atanh(x)/ln 2."""
    return _root(lambda x: 2 * _gap(x) - (1 - x) * math.atanh(x) / math.log(2), 0.25, 0.99)


def _gap(x: float) -> float:
    """1 - h((1 - x)/2) in bits, to full relative accuracy as x -> 0."""
    if x >= 1:
        return 1.0
    return (x * math.atanh(x) + math.log1p(-x * x) / 2) / math.log(2)


def _entropy(v: float) -> float:
    """h(v) in bits."""
    return -(v * math.log2(v) + (1 - v) * math.log1p(-v) / math.log(2)) if v > 0 else 0.0


def _root(rising: Callable[[float], float], low: float, high: float) -> float:
    """Zero of a function that is negative near low and positive near high, to the last bit."""
    while low < (middle := (low + high) / 2) < high:
        low, high = (low, middle) if rising(middle) > 0 else (middle, high)
    return (low + high) / 2
