"""The quadratic family: its oracle is the gradient, and the two translations are inverse."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infobound.models import GaussianLocation, QuadraticFamily
from infobound.models.quadratic import exact, rounded
from infobound.numerics.arguments import ArgumentError

EXAMPLES = settings(deadline=None, derandomize=True, max_examples=60)
finite = st.floats(allow_nan=False, allow_infinity=False)
vector = st.lists(finite, min_size=2, max_size=2)


def test_oracle_is_the_gradient():
    """Noiseless: central differences of the value, which are exact for a quadratic."""
    family, theta = QuadraticFamily(3, 2.5, 1.0), np.array([1.0, 0.0, -2.0])
    x = np.array([0.5, 0.25, 1.0])
    gradient = family.oracle(theta, x, np.zeros(3))
    for i in range(3):
        move = 0.125 * np.eye(3)[i]
        slope = (family.value(x + move, theta) - family.value(x - move, theta)) / 0.25
        assert gradient[i] == pytest.approx(slope, rel=1e-14, abs=0)


def test_value():
    family = QuadraticFamily(2, 3.0, 1.0)
    assert family.value([[3.0, 4.0], [0.0, 0.0]], 0.0).tolist() == [37.5, 0.0]
    assert family.suboptimality([3.0, 4.0], [3.0, 3.0]) == 1.5
    assert family.location == GaussianLocation(2, 1 / 3)


@EXAMPLES
@given(theta=vector, query=vector, noise=vector, curvature=st.floats(1e-9, 1e9))
def test_translations_are_exact(theta, query, noise, curvature):
    """In rational arithmetic, at any magnitude: Y = theta - xi / mu whatever x is, and back."""
    family = QuadraticFamily(2, curvature, 1.0)
    theta, query, noise = exact(theta), exact(query), exact(noise)
    gradient = family.oracle(theta, query, noise)
    sample = family.to_sample(query, gradient)
    assert list(sample) == list(theta - noise / Fraction(curvature))
    assert list(sample) == list(family.observation(theta, noise))
    assert list(family.to_gradient(query, sample)) == list(gradient)


def test_translations_in_floats():
    family, rng = QuadraticFamily(4, 0.5, 2.0), np.random.default_rng(0)
    theta, query, noise = rng.normal(size=(3, 4))
    sample = family.to_sample(query, family.oracle(theta, query, noise))
    assert sample.dtype == np.float64
    assert sample == pytest.approx(theta - 2 * noise, abs=1e-14)
    assert sample == pytest.approx(family.observation(theta, noise), abs=1e-14)


@EXAMPLES
@given(values=st.lists(finite, max_size=5))
def test_exact_and_rounded_are_inverse(values):
    assert rounded(exact(values), name="y").tolist() == values


def test_rounding_is_to_nearest_even():
    """Half way between 1 and its neighbours: to 1 above, and to the even neighbour."""
    half = Fraction(1, 2**53)
    values = np.array([1 + half, 1 + 3 * half, 1 + half + Fraction(1, 10**40)], dtype=object)
    up = math.nextafter(1.0, 2.0)
    assert rounded(values, name="y").tolist() == [1.0, math.nextafter(up, 2.0), up]


def test_noise_has_the_scale_of_the_family():
    """Standard normal coins times sigma: common to every family of the dimension."""
    wide, narrow = QuadraticFamily(5, 1.0, 8.0), QuadraticFamily(5, 3.0, 0.5)
    assert np.array_equal(wide.noise(3), 16 * narrow.noise(3))
    assert wide.noise(3).shape == (5,)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: QuadraticFamily(0, 1.0, 1.0), "dimension = 0"),
        (lambda: QuadraticFamily(1, 0.0, 1.0), "curvature = 0.0"),
        (lambda: QuadraticFamily(1, 1.0, -1.0), "noise_std = -1.0"),
        (lambda: QuadraticFamily(1, 1e200, 1e-200), "noise_std / curvature = 0.0"),
        (lambda: QuadraticFamily(2, 1.0, 1.0).value([1.0], 0.0), r"x.shape = \(1,\)"),
        (lambda: QuadraticFamily(2, 1.0, 1.0).value([1.0, 1.0], [0.0]), "theta.shape"),
        (lambda: rounded(exact([0.0, 1e308]) * 10, name="y"), r"y\[1\] = .*float64"),
    ],
)
def test_errors(call, words):
    with pytest.raises(ArgumentError, match=words):
        call()
