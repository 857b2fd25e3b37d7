"""Errors of the baselines: bounds hold and are attained where they are said to be."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from infobound.bounds import baselines
from infobound.numerics.arguments import ArgumentError

LAWS = settings(deadline=None, derandomize=True, max_examples=60)
vectors = st.integers(1, 12).flatmap(
    lambda d: hnp.arrays(np.float64, d, elements=st.floats(-4, 4).map(lambda v: round(v, 6)))
)


def square(y):
    return float(np.sum(y**2))


@LAWS
@given(y=vectors, s=st.integers(1, 9))
def test_error_below_bound(y, s):
    """Every error formula against its factor, with the exact scale."""
    d, size, top = len(y), square(y), abs(y).max()
    norm = max(math.sqrt(size), top)
    low, high = y.min(), y.max()
    pairs = [
        (
            baselines.dithered_levels_error(y, norm, levels=s),
            baselines.dithered_levels_factor(d, s),
        ),
        (
            baselines.dithered_levels_error(y, top, levels=s),
            baselines.dithered_maximum_factor(d, s),
        ),
        (baselines.ternary_error(y, top), baselines.ternary_factor(d)),
        (
            baselines.stochastic_levels_error(y, low, high, levels=s + 1),
            baselines.stochastic_levels_factor(d, s + 1),
        ),
        (baselines.power_of_two_error(y, smallest=2.0**-40), 1 / 8),
        (baselines.scaled_sign_error(y, abs(y).mean()), baselines.scaled_sign_factor(d)),
    ]
    for error, factor in pairs:
        assert 0 <= error <= factor * size * (1 + 1e-9) + 1e-12


def test_attained():
    """Where a bound is said to be attained; a constant 1 % smaller would be broken there."""
    d = 10
    others = np.full(d, 1 / (1 + math.sqrt(d)))
    others[0] = 1
    found = baselines.ternary_error(others, 1.0) / square(others)
    assert found == pytest.approx(baselines.ternary_factor(d), rel=1e-12)
    assert baselines.dithered_maximum_factor(d, 1) == baselines.ternary_factor(d)
    assert baselines.power_of_two_error([4 / 3], smallest=1e-9) == pytest.approx(2 / 9, rel=1e-12)
    spike = np.eye(d)[3]
    assert baselines.scaled_sign_error(spike, 1 / d) == pytest.approx(1 - 1 / d, rel=1e-12)
    y = np.linspace(-1, 2, d)
    found = baselines.cross_polytope_error(y, math.sqrt(square(y)), repetitions=3)
    assert found == pytest.approx(baselines.cross_polytope_factor(d, 3) * square(y), rel=1e-12)
    ends = np.array([1.0, -1.0, 0.0, 0.0])  # half way between the two levels
    found = baselines.stochastic_levels_error(ends, -1, 1, levels=2) / square(ends)
    assert found == pytest.approx((4 - 2) / 2, rel=1e-12)


def test_values():
    """Both branches, and the numbers of the papers."""
    assert baselines.dithered_levels_factor(100, 1) == 10  # sqrt(100)/1 < 100/4
    assert baselines.dithered_levels_factor(100, 10) == 0.25  # the paper has min(1, 1)
    assert baselines.dithered_levels_factor(100, 2) == 5
    assert baselines.stochastic_levels_factor(8, 3) == 1
    assert baselines.stochastic_levels_factor(1, 2) == 0
    assert baselines.rotated_levels_factor(1024, 2) == pytest.approx(2 * math.log(1024) + 2)
    assert baselines.rotated_levels_factor(8, 2) == 4
    assert baselines.power_of_two_factor() == 1 / 8
    assert baselines.random_subset_factor(10, 4) == 1.5
    assert baselines.largest_subset_factor(10, 4) == 0.6
    assert baselines.rounding_variance([0.5, 3.0, -0.25]).tolist() == [0.25, 0.0, 0.1875]


def test_permutation():
    """n <= d, n > d with and without a rest, one worker; identical rows have no error."""
    rng = np.random.default_rng(0)
    y = rng.standard_normal((4, 8))
    expected = np.sum(y**2) / 4 - np.sum(y.mean(axis=0) ** 2)
    assert baselines.permutation_error(y) == pytest.approx(expected, rel=1e-12)
    assert baselines.permutation_error(np.tile(y[0], (5, 1))) == pytest.approx(0, abs=1e-15)
    assert baselines.permutation_error(y[:1]) == 0
    assert baselines.permutation_owners(3, 8).tolist() == [3, 3, 2]
    assert baselines.permutation_owners(8, 3).tolist() == [1] * 8
    assert baselines.permutation_factor(8, 3) == 2
    assert baselines.permutation_factor(3, 9) == 2
    assert baselines.permutation_factor(3, 8) == 3
    many = rng.standard_normal((6, 3))  # two owners each: (6 - 2)/(5 * 2) of the spread
    spread = np.sum(many.var(axis=0))
    assert baselines.permutation_error(many) == pytest.approx(0.4 * spread, rel=1e-12)


def test_power_of_two_at_the_edges():
    """Exact powers and 0 have no error; below `smallest` the interval is [0, smallest]."""
    assert baselines.power_of_two_error([0.0, 1.0, -2.0, 0.25], smallest=0.25) == 0
    assert baselines.power_of_two_error([0.1], smallest=0.25) == pytest.approx(0.1 * 0.15)


@pytest.mark.parametrize(
    "call",
    [
        lambda: baselines.random_subset_factor(3, 4),
        lambda: baselines.largest_subset_factor(3, 0),
        lambda: baselines.dithered_levels_factor(0, 1),
        lambda: baselines.stochastic_levels_factor(3, 1),
        lambda: baselines.cross_polytope_factor(3, 0),
    ],
)
def test_refusals(call):
    with pytest.raises(ArgumentError):
        call()
