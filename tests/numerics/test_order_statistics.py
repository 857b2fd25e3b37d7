"""The expected largest of n normal variables."""

import math

import mpmath
import pytest

from infobound.numerics.arguments import ArgumentError
from infobound.numerics.order_statistics import expected_maximum


def test_closed_forms():
    """n = 2, 3, 4, 5 (Jones 1948)."""
    assert expected_maximum(1) == 0
    assert expected_maximum(2) == pytest.approx(1 / math.sqrt(math.pi), rel=1e-15, abs=0)
    assert expected_maximum(3) == pytest.approx(1.5 / math.sqrt(math.pi), rel=1e-15, abs=0)
    arc = math.asin(1 / 3) / math.pi
    assert expected_maximum(4) == pytest.approx(
        3 / math.sqrt(math.pi) * (0.5 + arc), rel=1e-14, abs=0
    )
    five = 5 / math.sqrt(math.pi) * (0.25 + 1.5 * arc)
    assert expected_maximum(5) == pytest.approx(five, rel=1e-14, abs=0)


@pytest.mark.parametrize("n", [7, 256, 2**24, 2**40])
def test_against_many_digits(n):
    with mpmath.workdps(30):
        centre = mpmath.sqrt(2 * mpmath.log(n))

        def above(x):
            tail = mpmath.erfc(x / mpmath.sqrt(2)) / 2
            return -mpmath.expm1(n * mpmath.log1p(-tail)) - tail**n

        ends = [0, *(centre * k / 10 for k in range(5, 21)), 2 * centre + 12]
        exact = mpmath.quad(above, ends)
    assert expected_maximum(n) == pytest.approx(float(exact), rel=1e-14, abs=0)


def test_argmax_information():
    """N / (N - 1) (E max)^2, the Fisher information of the argmax of N = 2^B coordinates."""
    values = {1: 0.63661977, 2: 1.41281821, 3: 2.31615752, 4: 3.32664064, 8: 8.02249}
    values |= {16: 18.41407, 24: 29.10357}
    for bits, value in values.items():
        n = 2**bits
        assert n / (n - 1) * expected_maximum(n) ** 2 == pytest.approx(value, abs=6e-6)


@pytest.mark.parametrize("n", [0, 1.5, 2**41])
def test_errors(n):
    with pytest.raises(ArgumentError, match="n = "):
        expected_maximum(n)
