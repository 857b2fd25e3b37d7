"""Unbiased quantizers for p in [1, 2), where q > 2 and alpha_0^2 is the largest E|Q(Y)|_q^2.

The composite quantizer of Mayekar and Tyagi 2020 (arXiv:2001.09032), section 5, and rounding of
every coordinate to equally spaced levels of [-B, B], at p = 1 to the two ends.
"""

import math

from infobound.bounds.gradient_compression.composite import composite_split
from infobound.bounds.gradient_compression.scheme import PAPER, Scheme

_MOST_WIDTH = 60


def schemes_within(d: int, inverse_q: float, bits: int) -> list[Scheme]:
    """The best of each kind whose messages have at most `bits` bits; none for 0 bits."""
    widths = range(1, min(bits, _MOST_WIDTH) + 1)
    found = [uniform(d, inverse_q, levels=2**w, block=min(d, bits // w)) for w in widths]
    if d >= 4 and bits >= composite_split(d, inverse_q).bits:
        found.append(composite(d, inverse_q))
    return found


def schemes_of_growth(d: int, inverse_q: float, growth: float) -> list[Scheme]:
    """Of each kind the one of fewest bits with alpha_0 <= growth B, one message per gradient."""
    found = [uniform(d, inverse_q, levels=uniform_levels(d, inverse_q, growth), block=d)]
    return [*found, composite(d, inverse_q)] if d >= 4 and growth >= 2 else found


def composite(d: int, inverse_q: float) -> Scheme:
    """The composite quantizer: alpha_0 <= 2 B.

    The paper has sqrt(12) B. Each of the two parts has error at most B/sqrt(2), which by Minkowski
    gives (1 + sqrt2) B; their supports do not meet, so together they are at most B.
    """
    split = composite_split(d, inverse_q)
    return Scheme(
        name="composite",
        bits=split.bits,
        growth=2.0,
        source=f"{PAPER}, Lemmas 5.1 and 5.2; RATQ padded to {split.padded} coordinates",
    )


def uniform(d: int, inverse_q: float, *, levels: int, block: int) -> Scheme:
    """Every coordinate rounded to k levels of [-B, B], `block` of them per message.

    |Q|_q <= B (1 + 2 d^(1/q)/(k - 1)), an error of one step in every coordinate, and
    |Q|_q <= B d^(1/q), both surely. At p = 1 two levels give |Q|_inf = B.

    With block < d the query is held for ceil(d/block) rounds. A random partition of the
    coordinates, from public coins, says which are sent when; the gradient put together has the
    same mean, and E|.|_q^q is a mean of those of the rounds, so the bound is the same.
    """
    spread = float(d**inverse_q)
    rounds = -(-d // block)
    return Scheme(
        name=f"uniform, {levels} levels" + (f", {rounds} rounds each" if rounds > 1 else ""),
        bits=block * (levels - 1).bit_length(),
        growth=min(1 + 2 * spread / (levels - 1), spread),
        source="unbiased rounding of every coordinate to levels of [-B, B]",
        rounds=rounds,
    )


def uniform_levels(d: int, inverse_q: float, growth: float = 1 + math.sqrt(0.5)) -> int:
    """Fewest levels for which the bound of `uniform` is at most growth.

    ceil(2 d^(1/q)/(growth - 1)) + 1, but 2 where d^(1/q) <= growth. The default gives
    ceil(2 sqrt2 d^(1/q)) + 1, whose error is as small as that of the uniform part in the paper.

    Examples
    --------
    >>> [(uniform_levels(1024, 1 / q) - 1).bit_length() for q in (2, 2.5, 3, 4, 8)]
    [7, 6, 5, 5, 3]
    """
    spread = float(d**inverse_q)
    return 2 if spread <= growth else math.ceil(2 * spread / (growth - 1)) + 1
