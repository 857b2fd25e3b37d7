"""Stochastic k-level: range, exact error, rotation, bits."""

import math
from fractions import Fraction

import numpy as np
import pytest

from infobound.numerics.arguments import ArgumentError
from infobound.quantizers.base import Message
from infobound.quantizers.stochastic_levels import StochasticLevels


def test_levels_and_bits():
    y = np.linspace(-1.0, 2.0, 1001)
    outputs = StochasticLevels(4).roundtrip(y, rng=0)
    assert sorted(set(outputs)) == [-1, 0, 1, 2]
    assert abs(outputs - y).max() < 1
    assert StochasticLevels(4).bits(1001) == 64 + 2 * 1001
    assert StochasticLevels(3, group=5).bits(1000) == 64 + 1600
    assert StochasticLevels(4, rotated=True).bits(1001) == 64 + 2 * 1024
    assert StochasticLevels(4).encode(y, rng=0).side_bits == 64


def test_the_ends_are_rounded_outwards():
    """1/3 and 0.1 are not 32-bit floats."""
    y = np.array([1 / 3, 0.1, -1 / 7])
    symbols = StochasticLevels(5).encode(y, rng=0).split([(2, 32), (3, 3)])[0]
    low, high = (Fraction(float(v)) for v in symbols.astype(np.uint32).view(np.float32))
    assert low < Fraction(-1 / 7) < low + Fraction(1, 2**26)
    assert high - Fraction(1, 2**24) < Fraction(1 / 3) < high


def test_equal_coordinates():
    """Exact where the value is a 32-bit float; else between its neighbours, unbiased."""
    assert StochasticLevels().roundtrip(np.full((3, 5), -0.75), rng=0).tolist() == [[-0.75] * 5] * 3
    law = StochasticLevels().law([0.1])
    assert len(law.vectors) == 2
    assert law.mean()[0] == pytest.approx(0.1, rel=1e-15)
    assert law.mean_squared_error([0.1]) <= StochasticLevels().variance_bound(1).at([0.1])


def test_bound_is_nearly_attained():
    """d - 2 coordinates half way between -1 and 1: (d - 2)/2 of |y|^2 at k = 2, d/2 allowed."""
    y = np.array([1.0, -1.0, *[0.0] * 98])
    quantizer = StochasticLevels(2)
    assert quantizer.mean_squared_error(y) == 98
    assert quantizer.variance_bound(100).at(y) == pytest.approx(100, rel=1e-6)


@pytest.mark.parametrize("d", [1, 2, 3, 5, 8])
def test_rotated_error_and_bound(d):
    """The exact mean over all signs, against the law for small d, below (2 ln D + 2)/(k-1)^2."""
    rng = np.random.default_rng(d)
    for k in (2, 4):
        quantizer = StochasticLevels(k, rotated=True)
        for y in (rng.standard_normal(d), np.eye(d)[0], np.ones(d)):
            error = float(quantizer.mean_squared_error(y))
            assert error <= quantizer.variance_bound(d).at(y)
            if d <= 3:
                law = quantizer.law(y)
                assert law.mean_squared_error(y) == pytest.approx(error, rel=1e-9, abs=1e-14)


def test_rotation_helps_a_spike():
    """Two opposite ones in 2^12: after rotation +-2/64 in half of the places, 0 in the others."""
    d = 2**12
    y = np.zeros((64, d))
    y[:, 1], y[:, 2] = 1, -1
    plain, rotated = StochasticLevels(2), StochasticLevels(2, rotated=True)
    errors = np.sum((rotated.roundtrip(y, rng=0) - y) ** 2, axis=-1)
    assert plain.mean_squared_error(y[0]) == d - 2
    assert errors.mean() < 2 * (2 * math.log(d) + 2)
    assert errors == pytest.approx(2048 * (2 / 64) ** 2, rel=1e-9)  # each 0 goes to +-2/64
    assert rotated.variance_bound(d).value == pytest.approx(2 * math.log(d) + 2, rel=1e-6)


def with_range(low, high, digits):
    symbols = np.array([low, high], np.float32).view(np.uint32)
    fields = [(symbols, 32), (np.array(digits), 2)]
    return Message.join(fields, shape=(3,), side=[0], made_by=repr(StochasticLevels(3)))


def test_refusals():
    assert StochasticLevels(3).decode(with_range(-1, 1, [0, 1, 2])).tolist() == [-1, 0, 1]
    for message, words in [
        (with_range(1, -1, [0, 1, 2]), "ordered"),
        (with_range(1, 1, [0, 1, 0]), "one point"),
        (with_range(-1, 1, [0, 1, 3]), "less than 3"),
        (with_range(-1, np.inf, [0, 1, 2]), "finite"),
    ]:
        with pytest.raises(ArgumentError, match=words):
            StochasticLevels(3).decode(message)
    for arguments in [(1,), (2.5,), (4, 1), (3, False, 21)]:
        with pytest.raises(ArgumentError):
            StochasticLevels(*arguments)
    with pytest.raises(ArgumentError, match="at most 12"):
        StochasticLevels(4, rotated=True).mean_squared_error(np.ones(13))
