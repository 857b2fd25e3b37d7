"""The bounds of Theorems 3.1, 6.1 and 6.2 as printed in Mayekar and Tyagi 2020 (arXiv:2001.09032)."""

import math

from infobound.bounds.bound import Bound
from infobound.bounds.gradient_compression.composite import printed_composite_bits
from infobound.bounds.gradient_compression.oracle import ORACLE, BoundedOracle
from infobound.bounds.gradient_compression.scheme import PAPER
from infobound.numerics.arguments import argument_error, positive, whole

ONE_BIT_ANYWAY = "a message has at least 1 bit anyway"
_NEEDED = "The paper does not state it; it is needed as an argument."


def printed_error(oracle: BoundedOracle, time: int, bits: float, c_0: float | None) -> Bound:
    """Theorems 6.1 and 6.2: a lower bound on E*(T, r, p) with an unspecified constant.

    Arguments as in `gradient_compression.least_error`. Vacuous where it is above D B: there the
    printed statement is false, as T is too small for it.
    """
    constant = positive("c_0", c_0, _NEEDED)
    if bits < 1:
        raise argument_error("bits", bits, "at least 1 in the printed form")
    d = oracle.dimension
    value = math.sqrt(d / min(bits, d))
    if oracle.p >= 2:
        cells = d if bits >= d.bit_length() else min(2 ** int(bits), d)
        value = max(value, oracle.method_factor * math.sqrt(d / cells))
    value *= constant * oracle.unit / math.sqrt(time)
    too_much = f"more than D B = {oracle.unit:g}, which no method exceeds: T is too small"
    return Bound(
        value=value,
        direction="lower",
        unit="f",
        hypotheses=(*ORACLE, "T large enough for r, which is not printed", "c_0 as given"),
        source=f"{PAPER}, Theorem {'6.1' if oracle.p >= 2 else '6.2'}, as printed",
        vacuous=too_much if value > oracle.unit else "",
    )


def printed_precision(
    oracle: BoundedOracle, slack: float, c_0: float | None, c_1: float | None
) -> Bound:
    """Theorem 3.1: a lower bound on r*(T, p) with unspecified constants, slack = 4 in the paper.

    Arguments as in `gradient_compression.least_precision`.
    """
    ratio = positive("c_0", c_0, _NEEDED) / (slack * positive("c_1", c_1, _NEEDED))
    d = oracle.dimension
    if oracle.p >= 2:
        value = max(ratio**2 * d ** (2 / oracle.p), 2 * math.log2(ratio * math.sqrt(d)))
    else:
        value = ratio**2 * d / math.log2(whole("dimension", d, least=2))
    return Bound(
        value=value,
        direction="lower",
        unit="bits",
        hypotheses=(*ORACLE, "T large enough, which is not printed", "c_0 and c_1 as given"),
        source=f"{PAPER}, Theorem 3.1, as printed",
        vacuous="" if value > 1 else ONE_BIT_ANYWAY,
    )


def printed_sufficient(oracle: BoundedOracle) -> Bound:
    """Theorem 3.1: an upper bound on r*(T, p).

    For p >= 2 true as it stands (derivation `precision_upper`), for p < 2 where d is a power of
    two (derivation `composite`), d >= 4.
    """
    d, p = oracle.dimension, oracle.p
    if p >= 2:
        power = d ** (2 / p)
        value = power * math.log2(2 * math.e * (d / power) + 2 * math.e)
    else:
        value = float(printed_composite_bits(d, oracle.inverse_q))
    return Bound(
        value=value,
        direction="upper",
        unit="bits",
        hypotheses=(*ORACLE, "public coins", "target 4 U(T, p)"),
        source=f"{PAPER}, Theorem 3.1, as printed",
    )
