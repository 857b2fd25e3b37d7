"""Ends of Arb balls as exact rationals."""

from fractions import Fraction

from flint import arb, ctx

from infobound.numerics.dyadic import dyadic


def test_exact_values():
    for value in (Fraction(0), Fraction(3, 8), Fraction(-5), Fraction(7, 2**200), Fraction(2**90)):
        ball = arb(value.numerator) / arb(value.denominator)
        assert dyadic(ball) == value


def test_ends_enclose():
    with ctx.workprec(60):
        third = arb(1) / 3
        low, high = dyadic(third.lower()), dyadic(third.upper())
    assert low < Fraction(1, 3) < high < low + Fraction(1, 2**50)
