"""Water-filling of bits over directions of known curvature."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infobound.bounds.anisotropic import anisotropic_suboptimality, water_fill
from infobound.bounds.bit_oracle import BitOracle, rate_distortion, suboptimality
from infobound.numerics.arguments import ArgumentError

A = [1.0, 4.0, 16.0, 64.0]
law = settings(deadline=None, derandomize=True, max_examples=100)
curvatures = st.lists(st.floats(-3, 3).map(lambda e: 10**e), min_size=1, max_size=6)


def cost(a, bits):
    return sum(1 / (c * -math.expm1(-math.log(4) * b)) for c, b in zip(a, bits, strict=True))


def test_example():
    found = water_fill(A, bits=4)
    assert [round(float(b), 4) for b in found.bits] == [1.9215, 1.1466, 0.6166, 0.3153]
    assert round(cost(A, found.bits), 6) == 1.541878
    assert round(cost(A, [1] * 4), 6) == 1.770833
    assert round(cost(A, [math.inf] * 4), 6) == 1.328125
    bound = anisotropic_suboptimality(A, bits=4, noise_std=3, rounds=10)
    assert round(bound.value * 20 / 9, 6) == 1.541878


@law
@given(a=curvatures, per=st.floats(-6, 2).map(lambda e: 10**e), seed=st.integers(0, 99))
def test_optimality(a, per, seed):
    """The bits sum to B, and moving bits between two directions never helps."""
    bits = per * len(a)
    found = water_fill(a, bits=bits).bits
    assert found.sum() == pytest.approx(bits, rel=1e-12)
    assert (found > 0).all()
    best = cost(a, found)
    rng = np.random.default_rng(seed)
    for _ in range(5):
        i, j = rng.integers(len(a), size=2)
        moved = found.copy()
        step = moved[i] * rng.uniform(0.01, 0.5)
        moved[i] -= step
        moved[j] += step
        assert cost(a, moved) >= best * (1 - 1e-12)


def test_more_bits_to_flat_directions():
    """Swapped bits, steep first, are worse by far: the order is not a convention."""
    found = water_fill(A, bits=4).bits
    assert (np.diff(found) < 0).all()
    assert cost(A, found[::-1]) > 1.5 * cost(A, found)


def test_isotropic_is_rate_distortion():
    d, mu, sigma, rounds = 7, 3.0, 2.0, 50
    ask = BitOracle.of_quadratic(dimension=d, bits=3, noise_std=sigma, curvature=mu)
    expected = suboptimality(rate_distortion(ask, rounds=rounds).value, curvature=mu)
    found = anisotropic_suboptimality([mu] * d, bits=3, noise_std=sigma, rounds=rounds)
    assert found.value == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("a", "bits", "said"),
    [
        ([], 1, "curvatures"),
        ([1, -2], 1, r"curvatures\[1\] = -2"),
        ([1, math.nan], 1, r"curvatures\[1\] = nan"),
        ([1, 2], 0, "bits = 0"),
        ([1, 2], 1e9, "bits = 1000000000.0"),
    ],
)
def test_bad(a, bits, said):
    with pytest.raises(ArgumentError, match=said):
        water_fill(a, bits=bits)
