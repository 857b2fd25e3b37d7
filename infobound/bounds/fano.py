"""Fano's inequality over packings and over the cube, and the lower bounds that it gives.

A guess of V from a message M with I bits about V is wrong with probability at least

    1 - (I + 1)/log2 N                  V uniform on N values (Fano);
    P(d_H >= t) >= 1 - (I + 1)/L        V uniform on {-1, 1}^d, L = d - log2 sum_{i < t} C(d, i)

(Duchi and Wainwright 2013, arXiv:1311.2669). At t = d/4 a maximal packing has 2^L words or more
(Gilbert and Varshamov) and L >= c_2 d, c_2 = 1 - h(1/4): the two bounds are the same number, but
the second needs the information about the whole cube only.

Three routes lead from there to the error of optimization with r-bit gradients, over the hard
families of `gradient_compression.hard`. Fano's bound is a delta (A - b delta^2) in the gap delta,
whose maximum is (2/(3 sqrt3)) a A^(3/2) b^(-1/2), at delta = sqrt(A/(3 b)).
"""

import math
from dataclasses import replace
from typing import Literal, get_args

from infobound.bounds.bound import Bound
from infobound.bounds.gradient_compression import BoundedOracle, least_error
from infobound.bounds.gradient_compression.hard import (
    HardFamily,
    kappa,
    product_family,
    sparse_family,
)
from infobound.bounds.gradient_compression.scheme import PAPER
from infobound.numerics.arguments import argument_error, nonnegative, positive, real, whole

__all__ = [
    "AGARWAL_EXPONENT",
    "HOEFFDING_EXPONENT",
    "PACKING_EXPONENT",
    "best_gap_value",
    "distance_exponent",
    "distance_fano_error",
    "fano_error",
    "lower_error_by_route",
    "route_constant",
]

Route = Literal["bitwise", "distance_fano", "packing_fano", "printed"]

PACKING_EXPONENT = 0.75 * math.log2(3) - 1
"""c_2 = 1 - h(1/4) = 0.18872...: a maximal d/4-packing has at least 2^(c_2 d) words."""
HOEFFDING_EXPONENT = 0.125 / math.log(2)
"""0.18034...: the weaker exp(d/8)."""
AGARWAL_EXPONENT = 0.5 - 0.25 / math.log(2)
"""0.13933...: (2/sqrt(e))^(d/2) of Agarwal et al. 2012 (arXiv:1009.0571), weaker still."""

_EXACT = 4096  # d up to which binomial coefficients are added up exactly
_FOURTH = 0.25  # d_H >= d/4, as in the paper
_PRIOR = "I <= {} for V uniform on the packing: proved for the whole cube, false on some packings"
_LOOSE = ("360 delta^2 min(r, d)", "4 delta^2 min(2^r, d)/d")


def fano_error(*, information: float, count: float) -> Bound:
    """Least probability of a wrong guess of one of N equally likely values.

    1 - (I + 1)/log2 N. The 1 stands for h(P) <= 1; with two values use
    `gradient_compression.hard.bit_error`, which keeps h.

    Parameters
    ----------
    information : float
        I, bits about the value in what the guess is made from, >= 0.
    count : float
        N > 1; the size of a packing.

    Returns
    -------
    Bound
        Lower, a probability; vacuous unless it is positive.

    Examples
    --------
    >>> fano_error(information=3, count=256).value
    0.5
    """
    if not real("count", count) > 1:
        raise argument_error("count", count, "above 1", "One value needs no guess.")
    return _error(information, math.log2(count), "one of N equally likely values", "Fano")


def distance_fano_error(*, information: float, dimension: int, distance: float) -> Bound:
    """Least probability that a guess of d fair signs is wrong in `distance` places or more.

    1 - (I + 1)/(d - log2 N), N = sum_{i < t} C(d, i) words being nearer than t.

    Parameters
    ----------
    information : float
        I, bits about the signs in what the guess is made from, >= 0.
    dimension : int
        d, from 1 to 4096.
    distance : float
        t, 0 < t <= d; d/4, say. Distances are whole, so it counts as its ceiling.

    Returns
    -------
    Bound
        Lower, a probability; vacuous unless it is positive.

    Examples
    --------
    >>> distance_fano_error(information=1, dimension=7, distance=2).value
    0.5
    """
    exponent = distance_exponent(dimension=dimension, distance=distance)
    source = "Duchi and Wainwright 2013, arXiv:1311.2669"
    return _error(information, exponent, "d independent fair signs", source)


def distance_exponent(*, dimension: int, distance: float) -> float:
    """d - log2 sum_{i < t} C(d, i) in bits, the sum exact; arguments as in `distance_fano_error`.

    Examples
    --------
    >>> [distance_exponent(dimension=d, distance=t) for d, t in ((7, 2), (23, 4))]
    [4.0, 12.0]
    """
    d = whole("dimension", dimension, most=_EXACT, remedy="Use PACKING_EXPONENT * d at t = d/4.")
    if not 0 < real("distance", distance) <= d:
        raise argument_error("distance", distance, f"above 0, at most the dimension {d}")
    term = ball = 1
    for i in range(1, math.ceil(distance)):
        term = term * (d - i + 1) // i
        ball += term
    return d - math.log2(ball)


def best_gap_value(*, slope: float, offset: float, curvature: float) -> float:
    """Largest a delta (A - b delta^2) over 0 <= delta <= 1/2.

    (2/(3 sqrt3)) a A^(3/2) b^(-1/2) at delta = sqrt(A/(3 b)), where that is at most 1/2; at
    delta = 1/2 otherwise, and 0 where A <= 0.

    Parameters
    ----------
    slope, offset, curvature : float
        a > 0, A, b >= 0.

    Examples
    --------
    >>> best_gap_value(slope=1, offset=0.75, curvature=1), best_gap_value(slope=4, offset=1, curvature=0)
    (0.25, 2.0)
    """
    a, A, b = positive("slope", slope), real("offset", offset), nonnegative("curvature", curvature)
    if A <= 0:
        return 0.0
    delta = 0.5 if 3 * b <= 4 * A else math.sqrt(A / (3 * b))
    return a * delta * (A - b * delta**2)


def lower_error_by_route(
    oracle: BoundedOracle,
    *,
    rounds: int,
    bits: float,
    route: Route = "bitwise",
    c_0: float | None = None,
) -> Bound:
    """Lower bound on E*(T, r, p) (Theorems 6.1 and 6.2), by one of four ways to it.

    All take the larger of what the two hard families give:

    bitwise         exact reduction to errors of single bits, see `least_error`;
    distance_fano   the steps of the paper with distance-based Fano on the whole cube in place of
                    Fano on a packing, and with the information bounds of `least_error`;
    packing_fano    the steps of the paper, I <= 360 delta^2 min(r, d) and (the printed shape with
                    a constant that is true on the cube) I <= 4 delta^2 min(2^r, d)/d. Valid only
                    for packings where these bounds hold; not every maximal packing is one;
    printed         the theorem with its unspecified constant, for large T.

    In the two by Fano an excess above D B delta/4 stands for d/4 wrong signs (product family; times
    d^(-1/p) for the other), A = 1 - 1/L, and delta is at its best below 1/2.

    Parameters
    ----------
    oracle : BoundedOracle
    rounds : int
        T >= 1.
    bits : float
        r, a whole number >= 0 or inf.
    route : {"bitwise", "distance_fano", "packing_fano", "printed"}
    c_0 : float, optional
        The constant of the printed form, > 0.

    Returns
    -------
    Bound
        Lower, in units of f. By Fano, vacuous where L <= 1: there are too few words.

    Examples
    --------
    >>> oracle = BoundedOracle(dimension=1024, p=2)
    >>> [round(lower_error_by_route(oracle, rounds=10**6, bits=64, route=one).value * 1e6)
    ...  for one in ("bitwise", "distance_fano", "packing_fano")]
    [435, 84, 21]
    """
    if route == "printed":
        return least_error(oracle, rounds=rounds, bits=bits, form="printed", c_0=c_0)
    if c_0 is not None:
        raise argument_error("c_0", c_0, f"left out for the route {route!r}")
    bitwise = least_error(oracle, rounds=rounds, bits=bits)
    if route == "bitwise":
        return bitwise
    if route not in ("distance_fano", "packing_fano"):
        raise argument_error("route", route, f"one of {get_args(Route)}")
    loose = route == "packing_fano"
    families = _loose_families(oracle, bits) if loose else _families(oracle, bits)
    values = [_by_fano(family, oracle.dimension, rounds) for family in families]
    place = max((0, 1), key=values.__getitem__)
    prior = (_PRIOR.format(_LOOSE[place]),) if loose else ()
    how = "Fano on a d/4-packing" if loose else "distance-based Fano on the cube, t = d/4"
    return replace(
        bitwise,
        value=values[place] * oracle.unit,
        hypotheses=(*bitwise.hypotheses, *prior),
        source=f"{families[place].name} family, {how}: {PAPER}, section 6",
        vacuous="" if values[place] > 0 else "too few words are d/4 apart",
    )


def route_constant(route: Route, family: Literal["product", "sparse"]) -> float:
    """The constant c of a route in large dimension, where T is large enough.

    c D B sqrt(d/(T min(r, d))) for the product family, c D B d^(1 - 1/p)/sqrt(T min(2^r, 2 d)) for
    the sparse one, with min(2^r, d) in "packing_fano".

    Examples
    --------
    >>> [round(route_constant(route, "product"), 4) for route in ("packing_fano", "distance_fano")]
    [0.0022, 0.0209]
    >>> [round(route_constant(route, "sparse"), 4) for route in ("distance_fano", "bitwise")]
    [0.0296, 0.1537]
    """
    per_route = {
        "bitwise": {"product": 4.0, "sparse": 2.0},
        "distance_fano": {"product": 4.0, "sparse": 2.0},
        "packing_fano": {"product": 360.0, "sparse": 4.0},
    }
    if route not in per_route:
        raise argument_error("route", route, f"one of {list(per_route)}")
    if family not in ("product", "sparse"):
        raise argument_error("family", family, "'product' or 'sparse'")
    information = per_route[route][family]
    if route == "bitwise":
        return 2 * kappa() / math.sqrt(information)
    return math.sqrt(4 * PACKING_EXPONENT / (27 * information)) * _FOURTH


def _error(information: float, exponent: float, values: str, source: str) -> Bound:
    value = 1 - (nonnegative("information", information) + 1) / exponent
    return Bound(
        value=value,
        direction="lower",
        unit="probability",
        hypotheses=(values, "the guess depends on them through the message only"),
        source=source,
        vacuous="" if value > 0 else "a guess that is always right is not excluded",
    )


def _families(oracle: BoundedOracle, bits: float) -> tuple[HardFamily, HardFamily]:
    d = oracle.dimension
    return product_family(d, bits), sparse_family(d, 1 / oracle.p, bits)


def _loose_families(oracle: BoundedOracle, bits: float) -> tuple[HardFamily, HardFamily]:
    """With 360 in place of 4, and with 4 min(2^r, d) in place of 2 min(2^r, 2 d)."""
    product, sparse = _families(oracle, bits)
    cells = min(sparse.information / 2, 1 / oracle.dimension)
    return replace(product, information=90 * product.information), replace(
        sparse, information=4 * cells
    )


def _by_fano(family: HardFamily, dimension: int, rounds: int) -> float:
    """Largest (g/2) delta/4 (1 - (T I + 1)/L) over delta <= 1/2, in units of D B."""
    if dimension <= _EXACT:
        exponent = distance_exponent(dimension=dimension, distance=_FOURTH * dimension)
    else:
        exponent = PACKING_EXPONENT * dimension
    return best_gap_value(
        slope=family.gain / 2 * _FOURTH,
        offset=1 - 1 / exponent,
        curvature=rounds * dimension * family.information / exponent,
    )
