"""Which coordinate is the largest: quadrature against closed forms, tables and differences."""

import math

import numpy as np
import pytest

from infobound.information.argmax import argmax_law, symmetric_fisher
from infobound.information.cells import cells_fisher


def test_three_and_four_in_closed_form() -> None:
    """E max is 3/(2 sqrt(pi)) for N = 3 and 3 pi^-1.5 arccos(-1/3) for N = 4."""
    for count, largest in ((3, 1.5 / math.pi**0.5), (4, 3 / math.pi**1.5 * math.acos(-1 / 3))):
        expected = count / (count - 1) * largest**2
        assert symmetric_fisher(count, 1.0) == pytest.approx(expected, rel=1e-13)
        law = argmax_law(np.zeros(count), 1.0)
        assert np.trace(law.fisher()) == pytest.approx(expected, rel=1e-11)


@pytest.mark.parametrize(
    ("bits", "value", "digits"),
    [(1, 0.63661977, 8), (2, 1.41281821, 8), (3, 2.31615752, 8), (4, 3.32664064, 8),
     (8, 8.02249, 5), (16, 18.41407, 5), (24, 29.10357, 5)],
)  # fmt: skip
def test_simplex_code_values(bits: int, value: float, digits: int) -> None:
    assert symmetric_fisher(2**bits, 1.0) == pytest.approx(value, abs=0.5 * 10**-digits)
    assert symmetric_fisher(2**bits, 2.0) == pytest.approx(value / 4, abs=0.5 * 10**-digits)


@pytest.mark.parametrize("count", [2, 3, 7, 300])
def test_equal_theta_both_ways(count: int) -> None:
    """The matrix is c (I - 11^T/N), with the trace of the closed form."""
    law = argmax_law(np.full(count, 1.7), 0.5)
    np.testing.assert_allclose(law.probability, 1 / count, rtol=1e-12)
    trace = symmetric_fisher(count, 0.5)
    projection = np.eye(count) - 1 / count
    np.testing.assert_allclose(law.fisher(), trace / (count - 1) * projection, atol=1e-10 * trace)


@pytest.mark.parametrize("gap", [0.0, 0.3, 2.0, -5.0])
def test_two_coordinates_are_a_sign(gap: float) -> None:
    """argmax(X_1, X_2) is the sign of X_2 - X_1 ~ N(gap, 2 s^2): I about the gap, twice."""
    law = argmax_law(np.array([0.4, 0.4 + gap]), 0.7)
    about_the_gap = cells_fisher(np.zeros(1), np.array([gap]), 0.7 * math.sqrt(2))[0]
    assert np.trace(law.fisher()) == pytest.approx(2 * about_the_gap, rel=1e-9)


def test_slopes_are_derivatives() -> None:
    theta, s, h = np.array([0.3, -0.5, 1.1, 0.2, -2.0]), 0.7, 1e-4
    law = argmax_law(theta, s)
    differences = np.stack(
        [
            (argmax_law(theta + h * e, s).probability - argmax_law(theta - h * e, s).probability)
            / (2 * h)
            for e in np.eye(5)
        ],
        axis=1,
    )
    np.testing.assert_allclose(law.slope, differences, atol=1e-8)
    assert np.max(np.abs(law.slope - differences.T[::-1])) > 0.1
    np.testing.assert_allclose(law.slope.sum(axis=0), 0, atol=1e-13)
    np.testing.assert_allclose(law.slope.sum(axis=1), 0, atol=1e-13)
    assert law.probability.sum() == pytest.approx(1, abs=1e-13)
