"""l_p norms of rows: exact values, and scales that overflow or underflow when squared."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infobound.numerics.arguments import ArgumentError
from infobound.numerics.norms import lp_norm

EXAMPLES = settings(deadline=None, derandomize=True, max_examples=60)
VECTORS = st.lists(st.floats(-1, 1), min_size=1, max_size=20)
SCALES = pytest.mark.parametrize("scale", [1e200, 1.0, 1e-150, 1e-300, 1e307])


def plain(y, p):
    """The planted mistake: powers without a scale."""
    with np.errstate(over="ignore", under="ignore"):
        return (np.abs(y) ** p).sum(axis=-1) ** (1 / p)


def is_euclidean(norm, y):
    return math.isclose(norm(np.array(y), 2.0), math.hypot(*y), rel_tol=1e-14)


@SCALES
@EXAMPLES
@given(y=VECTORS)
def test_euclidean(y, scale):
    assert is_euclidean(lp_norm, [c * scale for c in y])


@pytest.mark.parametrize("scale", [1e200, 1e-200])
def test_euclidean_objects(scale):
    assert is_euclidean(plain, [3.0, 4.0])
    assert not is_euclidean(plain, [3 * scale, 4 * scale])


@EXAMPLES
@given(y=VECTORS)
def test_sum_and_largest(y):
    """p = 1 against the exact sum of the floats as fractions; p = inf is a coordinate."""
    exact = sum((abs(Fraction(c)) for c in y), Fraction(0))
    assert abs(Fraction(float(lp_norm(np.array(y), 1.0))) - exact) <= exact * Fraction(1, 2**48)
    assert lp_norm(np.array(y), math.inf) == max(map(abs, y))


@SCALES
@pytest.mark.parametrize(
    ("y", "p", "expected"),
    [
        ([1, -4, 9], 1.5, (1 + 8 + 27) ** (2 / 3)),
        ([1, 2, 3], 3.0, 36 ** (1 / 3)),
        ([0.5] * 16, 4.0, 1.0),
        ([1.0, 0.0, 0.0], 1.5, 1.0),
        ([1, 2, 3], 200.0, 3.0),
    ],
)
def test_powers(y, p, expected, scale):
    found = lp_norm(np.array(y) * scale / 100, p)
    assert found == pytest.approx(expected * scale / 100, rel=1e-13)


@pytest.mark.parametrize("p", [1.0, 1.5, 2.0, 7.0, math.inf])
def test_small_numbers_zero_and_rows(p):
    """Subnormal numbers: multiples of 2^-1074, each norm to the nearest few."""
    tiny = np.array([[3e-310, 0.0, 4e-310], [0.0, 0.0, 0.0], [3.0, 0.0, 4.0]])
    norm = lp_norm(tiny, p)
    assert norm.shape == (3,)
    assert norm[1] == 0
    assert abs(norm[0] - norm[2] * 1e-310) <= 8 * 2.0**-1074
    assert lp_norm(np.array([5e-324]), p) == 5e-324
    assert lp_norm(np.zeros((2, 0, 3)), p).shape == (2, 0)


@pytest.mark.parametrize("p", [1.0, 1.5, 2.0, math.inf])
def test_powers_of_two_change_no_bit(p):
    y = np.random.default_rng(0).normal(size=(4, 30))
    assert np.array_equal(lp_norm(y * 2.0**900, p), lp_norm(y, p) * 2.0**900)


@pytest.mark.parametrize("p", [0.5, -1.0, math.nan])
def test_refuses(p):
    with pytest.raises(ArgumentError, match="from 1 to inf"):
        lp_norm(np.ones(3), p)
