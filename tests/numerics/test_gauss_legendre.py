"""Gauss-Legendre: exact for polynomials of degree 2 n - 1, and not beyond."""

import mpmath
import numpy as np
import pytest

from infobound.numerics.arguments import ArgumentError
from infobound.numerics.gauss_legendre import gauss_legendre


@pytest.mark.parametrize("order", [1, 2, 3, 10, 47, 48, 400])
def test_monomials(order):
    place, weight = gauss_legendre(order)
    assert len(place) == len(weight) == order
    powers = np.arange(2 * order)
    found = (place[:, None] ** powers).T @ weight
    assert found == pytest.approx(1 / (1 + powers), rel=1e-14, abs=0)
    assert place + place[::-1] == pytest.approx(np.ones(order), abs=1e-15)


@pytest.mark.parametrize("order", [1, 2, 3, 10])
def test_degree_is_not_higher(order):
    place, weight = gauss_legendre(order)
    assert place ** (2 * order) @ weight < (1 - 1e-13) / (2 * order + 1)


def test_digits_of_the_end():
    """The smallest place and its weight, where the common routine keeps 12 digits."""
    with mpmath.workdps(40):
        root = mpmath.findroot(lambda x: mpmath.legendre(48, x), 0.99877)
        slope = mpmath.diff(lambda x: mpmath.legendre(48, x), root)
        exact = (1 - root) / 2, 1 / ((1 - root**2) * slope**2)
    place, weight = gauss_legendre(48)
    assert place[0] == pytest.approx(float(exact[0]), rel=1e-14, abs=0)
    assert weight[0] == pytest.approx(float(exact[1]), rel=1e-14, abs=0)


def test_read_only_and_errors():
    place, _ = gauss_legendre(5)
    with pytest.raises(ValueError, match="read-only"):
        place[0] = 1
    with pytest.raises(ArgumentError, match="order = 0"):
        gauss_legendre(0)
