"""Rounding to 32-bit floats: neighbours, unbiased rounding, norms."""

import math
from fractions import Fraction

import numpy as np
import pytest

from infobound.numerics.arguments import ArgumentError
from infobound.quantizers.float32 import (
    EXCESS,
    LARGEST,
    FloatNorm,
    float32_variance,
    neighbours,
    rounded_outcomes,
    rounded_up,
    stochastic_float32,
)

VALUES = np.array([0.1, -0.1, 1.0, 0.0, 1e-46, -1e-40, 3.4e38, LARGEST, -LARGEST, 1 + 2**-24])


def test_neighbours():
    """The two floats around every value; one where it is a float."""
    low, high = neighbours(VALUES)
    assert np.all(low <= VALUES)
    assert np.all(high >= VALUES)
    gap = np.nextafter(low[:7].astype(np.float32), np.float32(np.inf))
    exact = VALUES.astype(np.float32) == VALUES
    assert np.all((high == low) == exact)
    assert np.all(high[:7][~exact[:7]] == gap[~exact[:7]])


def test_unbiased_in_rationals():
    """Mean and variance of both outcomes, from the law."""
    for value in VALUES:
        outcomes, chances = rounded_outcomes(np.array([value]))
        pairs = list(zip(map(Fraction, chances), map(Fraction, outcomes[:, 0]), strict=True))
        mean = sum(p * v for p, v in pairs)
        assert abs(mean - Fraction(value)) <= abs(Fraction(value)) / 2**52
        spread = float(sum(p * (v - Fraction(value)) ** 2 for p, v in pairs))
        assert spread == pytest.approx(float(float32_variance(np.array([value]))[0]), rel=1e-9)


def test_stochastic():
    """Only the neighbours come out; 0.1 goes up with its probability, 0.8.

    False alarm: 6 standard errors, 2e-9. Power: rounding to the nearest is 100 standard errors away. Seeded.
    """
    rng = np.random.default_rng(0)
    rounded = stochastic_float32(np.tile(VALUES, (100, 1)), rng)
    low, high = neighbours(VALUES)
    assert np.all((rounded == low) | (rounded == high))
    many = stochastic_float32(np.full(40_000, 0.1), rng)
    share = (0.1 - low[0]) / (high[0] - low[0])
    error = math.sqrt(share * (1 - share) / 40_000)
    assert abs(np.mean(many == high[0]) - share) < 6 * error
    assert min(share, 1 - share) > 99 * error


@pytest.mark.parametrize("p", [1.0, 2.0, math.inf])
def test_norms(p):
    """float32 and float64 alike; rounded up by less than a factor 1 + 2^-23."""
    y = np.random.default_rng(0).standard_normal((20, 9)).astype(np.float32)
    norms = FloatNorm(p).norm("y", y)
    assert norms == pytest.approx(np.linalg.norm(y.astype(float), p, axis=-1), rel=1e-14)
    assert np.array_equal(
        FloatNorm(p).norm("y", y.astype(float)).astype(np.float32), norms.astype(np.float32)
    )
    symbols, sent = rounded_up(norms)
    assert symbols.shape == (20, 1)
    assert np.all(sent >= norms)
    assert np.all(sent >= abs(y).max(axis=-1))
    assert np.all(sent**2 < EXCESS * norms**2)
    with pytest.raises(ArgumentError, match=r"y\[1\].*largest 32-bit float.*unit"):
        FloatNorm(p).check("y", [[1.0, 2.0], [LARGEST, 1.1 * LARGEST]])
    assert FloatNorm(p).check("y", np.array([3, 4])).dtype == np.float64
