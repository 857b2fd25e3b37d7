"""Bits per gradient: the least precision that keeps the classical rate, and the error at any precision.

Setting (Mayekar and Tyagi 2020, arXiv:2001.09032). A convex f on a set of l_p diameter D is
minimised from T stochastic subgradients Y, E[Y] in the subdifferential, |Y|_q <= B surely,
1/p + 1/q = 1; each is seen through a quantizer of r bits. E*(T, r, p) is the error E f(x_T) - min f
of the best algorithm and quantizer for the worst set, f and oracle, and

    r*(T, p) = least r with E*(T, r, p) <= slack * U(T, p),    slack = 4 in the paper,

where U is what the first-order methods of `unrestricted_error` reach without quantizer.

Every answer is a `Bound` on these quantities. Lower bounds come as printed, with constants that
the paper does not state, and as corrected: explicit constants, true for every T. Upper bounds
name the scheme that reaches them.
"""

import math
from typing import Literal

from infobound.bounds.bound import Bound
from infobound.bounds.gradient_compression import p_above_2 as above_2
from infobound.bounds.gradient_compression import p_below_2 as below_2
from infobound.bounds.gradient_compression.hard import HardFamily, product_family, sparse_family
from infobound.bounds.gradient_compression.oracle import ORACLE, BoundedOracle
from infobound.bounds.gradient_compression.printed import (
    ONE_BIT_ANYWAY,
    printed_error,
    printed_precision,
    printed_sufficient,
)
from infobound.bounds.gradient_compression.scheme import PAPER, Scheme
from infobound.numerics.arguments import argument_error, positive, real, whole

__all__ = [
    "BoundedOracle",
    "least_error",
    "least_precision",
    "reached_error",
    "sufficient_precision",
    "unrestricted_error",
]

Form = Literal["corrected", "printed"]
_NO_MEMORY = "messages independent given the oracle: encoders without memory, public coins allowed"
_MOST_ROUNDS = 10**18


def unrestricted_error(oracle: BoundedOracle, *, rounds: int) -> Bound:
    """U(T, p): error of first-order methods on T gradients of any precision.

    D B d^(1/2 - 1/p)/sqrt(T) by projected subgradients for p >= 2, by mirror descent for p < 2, on
    any convex set of l_p diameter D; see `BoundedOracle.method_factor`. The target in the definition
    of r*(T, p) is 4 times this. For p < 2 the paper has c_1 sqrt(log d) for the factor of mirror
    descent, which does not depend on p; the factor here is never above 1.95 sqrt(log2 d), d >= 2.

    Parameters
    ----------
    oracle : BoundedOracle
    rounds : int
        T >= 1.

    Returns
    -------
    Bound
        Upper, in units of f.

    Examples
    --------
    >>> unrestricted_error(BoundedOracle(dimension=16, p=math.inf), rounds=100).value
    0.4
    """
    time = _rounds(rounds)
    method = "projected subgradients" if oracle.p >= 2 else "mirror descent"
    return Bound(
        value=oracle.method_factor * oracle.unit / math.sqrt(time),
        direction="upper",
        unit="f",
        hypotheses=ORACLE,
        source=f"{method}: {PAPER}, Theorem 2.2",
    )


def least_error(
    oracle: BoundedOracle,
    *,
    rounds: int,
    bits: float,
    form: Form = "corrected",
    c_0: float | None = None,
) -> Bound:
    """Lower bound on E*(T, r, p), for any r and p (Theorems 6.1 and 6.2).

    Corrected: the larger of two bounds, kappa = 0.108675...,

        kappa D B sqrt(d/(T min(r, d)))                                 for T >= u* d/min(r, d),
        sqrt(2) kappa D B d^(1 - 1/p)/sqrt(T min(2^r, 2d))   for T >= 2 u* d^2/min(2^r, 2d),

    u* = 0.199105..., and for smaller T the supremum over the gap delta <= 1/2 of the two hard
    families, exactly; see `gradient_compression.hard`. Printed: c_0 for kappa in the
    first, c_0 for sqrt(2) kappa and min(2^r, d) for min(2^r, 2d) in the second (p >= 2 only), for
    every T. Small T has to be left out, as the error never exceeds D B.

    Parameters
    ----------
    oracle : BoundedOracle
    rounds : int
        T >= 1.
    bits : float
        r, a whole number >= 0 or inf.
    form : {"corrected", "printed"}
    c_0 : float, optional
        The unspecified constant of the printed form, > 0.

    Returns
    -------
    Bound
        Lower, in units of f.

    Examples
    --------
    >>> oracle = BoundedOracle(dimension=100, p=2)
    >>> round(least_error(oracle, rounds=10_000, bits=25).value, 8)
    0.0021735
    """
    time, r = _rounds(rounds), _bits(bits)
    if form == "printed":
        return printed_error(oracle, time, r, c_0)
    _check_form(form, c_0)
    family = max(_families(oracle, r), key=lambda one: one.error(time))
    where = "the gap delta that is best" if family.settled(time) else "delta = 1/2, T is small"
    return Bound(
        value=family.error(time) * oracle.unit,
        direction="lower",
        unit="f",
        hypotheses=(*ORACLE, _NO_MEMORY),
        source=f"{family.name} family at {where}: {PAPER}, section 6, with {family.source}",
    )


def reached_error(oracle: BoundedOracle, *, rounds: int, bits: float) -> Bound:
    """Upper bound on E*(T, r, p), for any r and p: the best of the schemes here.

    First-order methods with SimQ+ of as many draws as r allows, independent or systematic, with
    RATQ or signs of a random part of the coordinates (p >= 2), with the composite quantizer or
    uniform rounding (p < 2). With rounding in blocks the message depends on the number of the
    round as well as on public coins. The error D B of any point of the set counts as a scheme.

    Parameters as in `least_error`.

    Returns
    -------
    Bound
        Upper, in units of f; `source` names the scheme.

    Examples
    --------
    >>> oracle = BoundedOracle(dimension=256, p=2)
    >>> reached_error(oracle, rounds=10_000, bits=105).value <= 0.04
    True
    """
    time, r = _rounds(rounds), _bits(bits)
    factor = oracle.method_factor
    schemes = _schemes_within(oracle, r)
    best = min(schemes, key=lambda one: one.slowdown(time), default=None)
    value = factor * best.slowdown(time) if best else math.inf
    source = f"{best.name}: {best.source}" if best and value < 1 else "any point: f is Lipschitz"
    return Bound(
        value=min(value, 1.0) * oracle.unit,
        direction="upper",
        unit="f",
        hypotheses=(*ORACLE, "public coins"),
        source=source,
    )


def least_precision(
    oracle: BoundedOracle,
    *,
    rounds: int | None = None,
    slack: float = 4.0,
    form: Form = "corrected",
    c_0: float | None = None,
    c_1: float | None = None,
) -> Bound:
    """Lower bound on r*(T, p) (Theorem 3.1).

    Corrected: the least r whose `least_error` is at most slack * U. Where T is so large that the
    closed forms hold (`rounds=None`), with F the `BoundedOracle.method_factor`,

        r >= (kappa/(slack F))^2 d           and    2^r >= 2 (kappa d^(1 - 1/p)/(slack F))^2,

    that is r >= (kappa/slack)^2 d^(2/p) and 2^r >= 2 (kappa/slack)^2 d for p >= 2. Where T is
    small, slack * U is as large as D B and nothing need be sent: the printed bound is false there.
    Printed: (c_0 d^(1/p)/(4 c_1))^2 and 2 log2(c_0 sqrt(d)/(4 c_1)) for p >= 2, and
    (c_0/(4 c_1))^2 d/log2 d for p < 2, for every T.

    Parameters
    ----------
    oracle : BoundedOracle
        D and B do not matter.
    rounds : int, optional
        T; by default, T large enough for every r.
    slack : float
        > 0; the printed form has 4.
    form : {"corrected", "printed"}
    c_0, c_1 : float, optional
        The unspecified constants of the printed form, > 0.

    Returns
    -------
    Bound
        Lower, in bits; a whole number in the corrected form.

    Examples
    --------
    >>> [least_precision(BoundedOracle(dimension=10**6, p=p)).value for p in (2, math.inf)]
    [739.0, 11.0]
    """
    positive("slack", slack)
    time = None if rounds is None else _rounds(rounds)
    if form == "printed":
        return printed_precision(oracle, slack, c_0, c_1)
    _check_form(form, c_0, c_1)
    value = _fewest_bits(oracle, slack, time or _settled_rounds(oracle, slack))
    condition = "T as large as the closed forms ask for" if time is None else f"T = {time}"
    return Bound(
        value=float(value),
        direction="lower",
        unit="bits",
        hypotheses=(*ORACLE, _NO_MEMORY, condition, f"target {slack:g} U(T, p)"),
        source=f"{PAPER}, Theorem 3.1, with constants from least_error",
        vacuous="" if value > 1 else ONE_BIT_ANYWAY,
    )


def sufficient_precision(
    oracle: BoundedOracle, *, slack: float = 4.0, form: Form = "corrected", scheme: str = ""
) -> Bound:
    """Upper bound on r*(T, p), the same for every T (Theorem 3.1).

    Corrected: the fewest whole bits of the schemes here with alpha_0 <= slack B. For p >= 2 SimQ+
    with k = max(1, ceil((d^(2/p) - 1)/(slack^2 - 1))) draws, one codeword per output, and
    variants; for p < 2 uniform rounding or the composite quantizer; d bits at p = 1. Printed:
    d^(2/p) log2(2 e d^(1 - 2/p) + 2 e) for p >= 2, and
    d (ceil log2(2 sqrt2 Delta_1^(1/q) + 2) + 3) + Delta_2 for p < 2 and d >= 4.

    Parameters
    ----------
    oracle : BoundedOracle
        D and B do not matter.
    slack : float
        > 1; the printed form has 4.
    form : {"corrected", "printed"}
    scheme : str, optional
        Only schemes of this kind: "simq_plus", "systematic_simq_plus", "sampled_ratq"
        or "sampled_signs" for p >= 2, "uniform" or "composite" for p < 2.

    Returns
    -------
    Bound
        Upper, in bits; `source` names the scheme.

    Examples
    --------
    >>> oracle = BoundedOracle(dimension=1024, p=2)
    >>> sufficient_precision(oracle, scheme="simq_plus").value
    433.0
    """
    if form == "printed":
        return printed_sufficient(oracle)
    _check_form(form)
    if not real("slack", slack) > 1:
        raise argument_error("slack", slack, "above 1", "At 1 nothing may be lost at all.")
    found = _schemes_of_growth(oracle, slack)
    kinds = sorted({one.kind for one in found})
    chosen = [one for one in found if scheme in ("", one.kind)]
    if not chosen:
        raise argument_error("scheme", scheme, f"one of {kinds} at this d, p and slack")
    best = min(chosen, key=lambda one: one.bits)
    return Bound(
        value=float(best.bits),
        direction="upper",
        unit="bits",
        hypotheses=(*ORACLE, "public coins", f"target {slack:g} U(T, p)"),
        source=f"{best.name}: {best.source}",
    )


def _families(oracle: BoundedOracle, bits: float) -> tuple[HardFamily, HardFamily]:
    d = oracle.dimension
    return product_family(d, bits), sparse_family(d, 1 / oracle.p, bits)


def _schemes_within(oracle: BoundedOracle, bits: float) -> list[Scheme]:
    if math.isinf(bits):
        source = f"{PAPER}, Theorem 2.2"
        return [Scheme(name="no quantizer", bits=bits, growth=1.0, source=source)]
    if oracle.p >= 2:
        return above_2.schemes_within(oracle.dimension, oracle.p, int(bits))
    return below_2.schemes_within(oracle.dimension, oracle.inverse_q, int(bits))


def _schemes_of_growth(oracle: BoundedOracle, growth: float) -> list[Scheme]:
    if oracle.p >= 2:
        return above_2.schemes_of_growth(oracle.dimension, oracle.p, growth)
    return below_2.schemes_of_growth(oracle.dimension, oracle.inverse_q, growth)


def _fewest_bits(oracle: BoundedOracle, slack: float, rounds: int) -> int:
    """Least r >= 0 with least_error <= slack U; the error falls in r and is settled at r = d."""
    target = slack * oracle.method_factor / math.sqrt(rounds)
    low, high = -1, oracle.dimension
    while high - low > 1:
        middle = (low + high) // 2
        reached = all(one.error(rounds) <= target for one in _families(oracle, middle))
        low, high = (low, middle) if reached else (middle, high)
    return high


def _settled_rounds(oracle: BoundedOracle, slack: float) -> int:
    """A T for which the closed forms hold at every r >= 1, and no bits at all are too few."""
    return max(4 * oracle.dimension**2, math.ceil((4 * slack * oracle.method_factor) ** 2))


def _rounds(rounds: int) -> int:
    return whole("rounds", rounds, most=_MOST_ROUNDS)


def _bits(bits: float) -> float:
    return math.inf if bits == math.inf else whole("bits", bits, least=0, most=2**40)


def _check_form(form: str, *constants: float | None) -> None:
    if form != "corrected":
        raise argument_error("form", form, "'corrected' or 'printed'")
    if any(constant is not None for constant in constants):
        raise argument_error("c_0, c_1", constants, "left out in the corrected form")
