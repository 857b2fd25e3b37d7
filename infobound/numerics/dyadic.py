"""The exact value of an end of an Arb ball, so that it can be compared with rationals."""

from fractions import Fraction
from typing import Any


def dyadic(end: Any) -> Fraction:
    """mantissa 2^exponent of an exact `flint.arb`, as `lower()` and `upper()` give it."""
    mantissa, exponent = (int(part) for part in end.man_exp())
    return Fraction(mantissa) * Fraction(2) ** exponent
