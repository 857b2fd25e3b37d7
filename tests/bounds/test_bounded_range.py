"""Cyclic stochastic rounding: the bound, its explicit bits, and the scheme that keeps it."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infobound.bounds.bounded_range import BoundedRange
from infobound.numerics.arguments import ArgumentError
from infobound.protocols.bounded_range import CyclicRounding

WIDTHS = st.floats(1.0, 1e6)


@settings(deadline=None, derandomize=True, max_examples=60)
@given(width=WIDTHS, d=st.integers(1, 40), spare=st.integers(0, 60))
def test_the_range_costs_its_logarithm(width, d, spare):
    """With b = ceil(log2(1 + A/s)) + 1 bits the step is below s and 1.25 ceil(d/k) d/eps^2 suffice."""
    b = BoundedRange(d, 1, width, 1.0).sufficient_bits
    assert b < math.log2(1 + width) + 2
    assert 2 * width / (2**b - 1) < 1
    scheme, error = BoundedRange(d, b + spare, width, 1.0), 0.01 * d
    sweep = -(-d // min(d, (b + spare) // b))
    assert scheme.rounds(error).value <= sweep * math.ceil(1.25 * d / error)


@settings(deadline=None, derandomize=True, max_examples=60)
@given(width=WIDTHS, d=st.integers(1, 40), bits=st.integers(1, 100), error=st.floats(1e-3, 10))
def test_rounds_and_error_are_inverse(width, d, bits, error):
    scheme = BoundedRange(d, bits, width, 1.0)
    rounds = int(scheme.rounds(error).value)
    assert scheme.error(rounds).value <= error * (1 + 1e-12)
    sweep = -(-d // scheme.described)
    if rounds > sweep:
        assert scheme.error(rounds - 1).value > error * (1 - 1e-12)
    assert scheme.described * scheme.bits_per_coordinate <= bits


def test_values():
    scheme = BoundedRange(dimension=64, bits=16, half_width=8.0, noise_std=1.0)
    assert (scheme.bits_per_coordinate, scheme.described, scheme.sufficient_bits) == (4, 4, 5)
    assert scheme.variance == 1 + (16 / 15) ** 2 / 4
    assert scheme.rounds(0.64).value == 16 * 129
    assert scheme.error(15).value == math.inf
    assert scheme.error(15).vacuous


def test_scheme_keeps_the_bound_with_its_messages():
    """Uniform noise, theta off the grid: exact variance s_j^2 + E[f (1 - f)] Delta^2 by integration.

    4000 runs: the mean within 4 standard errors of the exact value (false alarm 6e-5). Power: the
    bound above it and the error without rounding below are over 4 standard errors away.
    """
    theta, noise = np.array([0.3, -0.9, 1.7]), 0.5 * math.sqrt(3)
    setting = BoundedRange(dimension=3, bits=2, half_width=4.0, noise_std=0.5)
    scheme, rounds = CyclicRounding(setting), 30

    def sample(n, rng):
        return theta + rng.uniform(-noise, noise, size=(n, 3))

    points = theta + noise * (2 * (np.arange(20000)[:, None] + 0.5) / 20000 - 1)
    place = (points + 4) / setting.step
    share = place - np.floor(place)
    variance = 0.25 + setting.step**2 * np.mean(share * (1 - share), axis=0)
    counts = np.bincount(np.concatenate([scheme.chosen(t) for t in range(rounds)]))
    exact = float(np.sum(variance / counts))
    found = scheme.squared_error(sample, theta, rounds=rounds, runs=4000, rng=1)
    assert abs(found.value - exact) < 4 * found.stderr
    bound = setting.error(rounds).value
    assert exact < bound
    assert bound - found.value > 4 * found.stderr
    assert np.sum(0.25 / counts) < found.value - 4 * found.stderr  # rounding is not free


def test_messages():
    scheme = CyclicRounding(BoundedRange(dimension=5, bits=4, half_width=2.0, noise_std=1.0))
    rng, x = np.random.default_rng(0), np.array([2.0, -2.0, 2.0, -2.0, 2.0])
    messages = [scheme.rule(t).encode(x, rng=rng) for t in range(6)]
    b = scheme.setting.bits_per_coordinate
    assert [m.bits for m in messages] == [b * scheme.chosen(t).size for t in range(6)]
    np.testing.assert_allclose(scheme.decode(messages), x, rtol=1e-15)
    with pytest.raises(ArgumentError, match="sample"):
        scheme.run(lambda n, rng: np.zeros((n, 4)), rounds=1, runs=2)


@pytest.mark.parametrize(
    "change", [{"noise_std": 3.0}, {"bits": 0}, {"half_width": -1.0}, {"dimension": 0}]
)
def test_refused(change):
    with pytest.raises(ArgumentError, match=next(iter(change))):
        BoundedRange(**({"dimension": 2, "bits": 2, "half_width": 2.0, "noise_std": 1.0} | change))


def test_units_of_theta_and_the_border_of_a_bit():
    """Twice the unit, the same rounds; the step is exactly that of the bits; 16.005 needs a fifth bit."""
    small = BoundedRange(dimension=64, bits=16, half_width=4.0, noise_std=0.5)
    assert small.variance == pytest.approx(0.25 + (8 / 15) ** 2 / 4, rel=1e-15)
    assert small.rounds(0.16).value == BoundedRange(64, 16, 8.0, 1.0).rounds(0.64).value
    assert BoundedRange(1, 1, 15.0, 1.0).sufficient_bits == 5
    assert BoundedRange(1, 1, 15.005, 1.0).sufficient_bits == 6
