"""J of densities by quadrature, against closed forms and the least possible value."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infobound.bounds.priors import CubePrior, GaussianPrior
from infobound.information.priors import prior_information
from infobound.numerics.arguments import ArgumentError

QUARTIC = (lambda x: 15 / 16 * (1 - x**2) ** 2, lambda x: -15 / 4 * x * (1 - x**2))


def power_of_cosine(k):
    """cos^k(pi x/2) on [-1, 1], normalised; J = pi^2 k^2/(4 (k - 1))."""
    norm = 2 / math.sqrt(math.pi) * math.gamma((k + 1) / 2) / math.gamma(k / 2 + 1)
    half = math.pi / 2
    return (
        lambda x: math.cos(half * x) ** k / norm,
        lambda x: -k * half * math.sin(half * x) * math.cos(half * x) ** (k - 1) / norm,
    )


def test_closed_forms():
    assert prior_information(*QUARTIC, (-1, 1)).value == pytest.approx(10, rel=1e-9)
    cos2 = prior_information(*power_of_cosine(2), (-1, 1))
    assert cos2.value == pytest.approx(CubePrior(1.0).information(1), rel=1e-9)
    assert cos2.method == "quadrature"
    cos4 = prior_information(*power_of_cosine(4), (-1, 1)).value
    assert round(cos4, 4) == 13.1595


def test_gaussian():
    s = 0.7

    def density(x):
        return math.exp(-(x**2) / 2 / s**2) / s / math.sqrt(2 * math.pi)

    found = prior_information(density, lambda x: -x / s**2 * density(x), (-math.inf, math.inf))
    assert found.value == pytest.approx(GaussianPrior(s).information(1), rel=1e-9)


@settings(deadline=None, derandomize=True, max_examples=30)
@given(k=st.one_of(st.just(2.0), st.floats(3, 12)))
def test_cos2_is_least(k):
    """J >= pi^2 on [-1, 1], with equality at k = 2; a bound 0.1 % higher would fail there."""
    value = prior_information(*power_of_cosine(k), (-1, 1)).value
    assert value == pytest.approx(math.pi**2 * k**2 / 4 / (k - 1), rel=1e-7)
    assert value >= math.pi**2 * (1 - 1e-9)


def two_humps(x):
    """Mass 1, zero at the ends, negative in the middle."""
    return math.pi / 4 * (math.sin(math.pi * x) + 3 * math.sin(3 * math.pi * x))


def test_refused():
    with pytest.raises(ArgumentError, match="J is infinite"):
        prior_information(lambda x: 0.5, lambda x: 0.0, (-1, 1))
    with pytest.raises(ArgumentError, match="total mass 1"):
        prior_information(lambda x: 1 - x**2, lambda x: -2 * x, (-1, 1))
    with pytest.raises(ArgumentError, match="nonnegative"):
        prior_information(two_humps, lambda x: 0.0, (0, 1))
    with pytest.raises(ArgumentError, match="increasing"):
        prior_information(*QUARTIC, (1, -1))
