"""Largest magnitudes and cosines: closed forms, many digits, and the limits of both."""

import math

import mpmath
import pytest

from infobound.numerics.arguments import ArgumentError
from infobound.numerics.largest_projection import (
    expected_largest_cosine,
    expected_largest_magnitude,
    mean_norm,
)
from infobound.numerics.order_statistics import expected_maximum


def test_closed_forms():
    """Two magnitudes: the larger is a coordinate turned by 45 degrees, 2/sqrt(pi)."""
    assert expected_largest_magnitude(1) == pytest.approx(math.sqrt(2 / math.pi), rel=1e-14)
    assert expected_largest_magnitude(2) == pytest.approx(2 / math.sqrt(math.pi), rel=1e-14)
    assert expected_largest_cosine(1, 5) == pytest.approx(0, abs=1e-14)
    # In the plane of N points, E max cos = (N/pi) int (1 - a/pi)^(N-1) cos a da over (0, pi).
    assert expected_largest_cosine(2, 2) == pytest.approx(4 / math.pi**2, rel=1e-12)
    # On the sphere in R^3 a cosine is uniform on (-1, 1).
    for n in (2, 5, 1000):
        assert expected_largest_cosine(n, 3) == pytest.approx((n - 1) / (n + 1), rel=1e-12)
    assert [mean_norm(d) for d in (1, 2, 3)] == pytest.approx(
        [math.sqrt(2 / math.pi), math.sqrt(math.pi / 2), math.sqrt(8 / math.pi)], rel=1e-14
    )


@pytest.mark.parametrize("n", [5, 2**24])
def test_magnitude_against_many_digits(n):
    with mpmath.workdps(22):
        centre = mpmath.sqrt(2 * mpmath.log(2 * n))
        ends = [0, *(centre * k / 10 for k in range(6, 17, 2)), 2 * centre + 6]
        exact = mpmath.quad(lambda x: 1 - mpmath.erf(x / mpmath.sqrt(2)) ** n, ends)
    assert expected_largest_magnitude(n) == pytest.approx(float(exact), rel=1e-13, abs=0)


@pytest.mark.parametrize(("n", "d", "tol"), [(2**20, 8, 1e-12), (2**40, 24, 1e-12), (256, 2, 1e-9)])
def test_cosine_against_many_digits(n, d, tol):
    """1 - E max = int P(max < x) over (-1, 1), with the distribution by an incomplete beta."""
    with mpmath.workdps(20):

        def below(x):
            tail = mpmath.betainc((d - 1) / 2, 0.5, 0, 1 - x**2, regularized=True) / 2
            return (1 - tail if x > 0 else tail) ** n

        middle = expected_largest_cosine(n, d)
        steps = [k / 8 * middle for k in range(9)] + [1 - (1 - middle) / 4**k for k in range(1, 6)]
        exact = 1 - mpmath.quad(below, [*steps, 1])
    assert middle == pytest.approx(float(exact), rel=tol, abs=0)


def test_many_dimensions_are_normal():
    """sqrt(d) times a cosine is nearly normal: the largest of n, nearly E max of n normals."""
    found = mean_norm(2**20) * expected_largest_cosine(1000, 2**20)
    assert found == pytest.approx(expected_maximum(1000), rel=1e-4)
    assert mean_norm(2**20) == pytest.approx(2**10, rel=1e-6)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: expected_largest_magnitude(0), "n = 0"),
        (lambda: expected_largest_cosine(0, 3), "count = 0"),
        (lambda: expected_largest_cosine(2, 1), "dimension = 1"),
        (lambda: mean_norm(0), "dimension = 0"),
    ],
)
def test_errors(call, words):
    with pytest.raises(ArgumentError, match=words):
        call()
