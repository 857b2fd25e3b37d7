"""Correlated quantization: exact laws over permutations, bits, and what is refused."""

import math
from dataclasses import replace
from fractions import Fraction
from itertools import permutations

import numpy as np
import pytest

from infobound.numerics.arguments import ArgumentError
from infobound.quantizers.base import Quantizer
from infobound.quantizers.correlated import CorrelatedQuantization


def exact_law(places, levels):
    """Mean of each worker's level, and E(error of the mean)^2, in rationals.

    Given the permutation the workers' own coins are independent: worker i rounds up when
    pi_i + g_i < n f_i, with probability n f_i - pi_i cut to [0, 1].
    """
    n = len(places)
    below = [min(math.floor(place), levels - 2) for place in places]
    fraction = [place - level for place, level in zip(places, below, strict=True)]
    means, square = [Fraction(0)] * n, Fraction(0)
    orders = list(permutations(range(n)))
    for order in orders:
        up = [min(max(n * f - k, 0), 1) for f, k in zip(fraction, order, strict=True)]
        means = [m + b + p for m, b, p in zip(means, below, up, strict=True)]
        error = sum(p - f for p, f in zip(up, fraction, strict=True)) / n
        square += error**2 + sum(p * (1 - p) for p in up) / n**2
    return [m / len(orders) for m in means], square / len(orders)


CASES = [
    [Fraction(1, 3)],
    [Fraction(1, 7), Fraction(5, 7)],
    [Fraction(2, 5)] * 3,
    [Fraction(0), Fraction(1), Fraction(3, 8), Fraction(7, 8)],
    [Fraction(k, 11) for k in (1, 4, 4, 9, 10)],
]


@pytest.mark.parametrize("levels", [2, 4])
@pytest.mark.parametrize("shares", CASES, ids=len)
def test_exact(shares, levels):
    """Each worker unbiased over the permutations; the error of the mean as the closed form says."""
    places = [share * (levels - 1) for share in shares]
    means, square = exact_law(places, levels)
    assert means == places
    quantizer = CorrelatedQuantization(-1.0, 2.0, levels=levels, workers=len(shares))
    y = -1 + 3 * np.array(shares, dtype=float)[:, None]
    expected = float(square) * quantizer.step**2
    assert quantizer.mean_error(y) == pytest.approx(expected, rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("n", [1, 2, 5])
def test_identical_inputs(n):
    """f(1 - f)/n^2 with f = frac(n y): at most 1/(4 n^2), n times less than independent coins."""
    quantizer = CorrelatedQuantization(0.0, 1.0, workers=n)
    for k in range(4 * n + 1):
        y = Fraction(k, 4 * n)
        f = n * y - math.floor(n * y)
        assert exact_law([y] * n, 2)[1] == f * (1 - f) / n**2 <= Fraction(1, 4 * n**2)
        error = quantizer.mean_error(np.full((n, 1), float(y)))
        assert error == pytest.approx(float(f * (1 - f)) / n**2, abs=1e-15)
    half = np.full((n, 3), 0.5)
    independent = quantizer.mean_squared_error(half).sum() / n**2
    assert quantizer.mean_error(half) <= independent + 1e-15


@pytest.mark.parametrize("levels", [2, 3, 16])
@pytest.mark.parametrize("lead", [(), (3,), (2, 0), (2, 2)])
def test_interface(levels, lead):
    quantizer = CorrelatedQuantization(2.0, levels=levels, workers=4)
    y = np.random.default_rng(0).uniform(-2, 2, (*lead, 4, 7))
    message = quantizer.encode(y, rng=7)
    decoded = quantizer.decode(message)
    assert isinstance(quantizer, Quantizer)
    assert quantizer.joint
    assert message.bits == y.size // 7 * quantizer.bits(7)
    assert quantizer.bits(7) == 7 * math.ceil(math.log2(levels))
    assert np.array_equal(decoded, quantizer.roundtrip(y, rng=7))
    assert np.abs(decoded - y).max(initial=0) < quantizer.step
    for i in range(message.count):
        assert np.array_equal(quantizer.decode(message.single(i)), decoded.reshape(-1, 7)[i])
    assert eval(repr(quantizer)) == quantizer


def test_sampled_error():
    """The encoder against `mean_error`, 3000 groups of 5 workers and 4 coordinates.

    |z| > 4.9 has probability 1e-6; the standard error is 1 %, and independent coins give 3 times
    as much. Workers' own errors are as without correlation.
    """
    quantizer = CorrelatedQuantization(1.0, levels=3, workers=5)
    y = 0.4 + 0.1 * np.random.default_rng(1).uniform(-1, 1, (5, 4))
    batch = np.broadcast_to(y, (3000, 5, 4))
    error = quantizer.roundtrip(batch, rng=2) - y
    means = np.sum(error.mean(axis=1) ** 2, axis=-1)
    expected = float(quantizer.mean_error(y))
    score = math.sqrt(3000) / means.std()
    assert abs(means.mean() - expected) * score < 4.9
    independent = quantizer.mean_squared_error(y).sum() / 25
    assert abs(means.mean() - independent) * score > 4.9
    own = np.sum(error**2, axis=-1)
    scores = (own.mean(0) - quantizer.mean_squared_error(y)) * math.sqrt(3000) / own.std(0)
    assert np.abs(scores).max() < 5.2
    bias = error.mean(axis=0) * math.sqrt(3000) / error.std(axis=0)
    assert np.abs(bias).max() < 5.6  # 20 scores, 4e-7


def test_corners():
    """low and high are sent exactly; so is every level."""
    quantizer = CorrelatedQuantization(0.1, 0.7, levels=7, workers=2)
    y = np.array([[0.1, 0.7], [0.7, 0.1]])
    for seed in range(20):
        assert np.array_equal(quantizer.roundtrip(y, rng=seed), y)
    assert quantizer.mean_error(y) == pytest.approx(0, abs=1e-30)
    tiny = CorrelatedQuantization(1e-310, workers=1)
    assert np.all(np.isfinite(tiny.roundtrip(np.zeros((1, 3)), rng=0)))


def test_refused():
    quantizer = CorrelatedQuantization(1.0, levels=3, workers=2)
    with pytest.raises(ArgumentError, match=r"y.shape = \(3, 4\), but it must be \(..., 2, d\)"):
        quantizer.encode(np.zeros((3, 4)))
    with pytest.raises(ArgumentError, match=r"y\[1, 0\] = 1.5"):
        quantizer.encode([[0.0], [1.5]])
    message = quantizer.encode(np.zeros((2, 4)), rng=0)
    with pytest.raises(ArgumentError, match="message symbol = 3, but it must be less than 3"):
        quantizer.decode(replace(message, payload=b"\xff\xff"))
    with pytest.raises(ArgumentError, match=r"message\.made_by"):
        CorrelatedQuantization(1.0, levels=3, workers=4).decode(message)
    for low, high, options in (
        (1.0, 1.0, {"workers": 2}),
        (-1.0, None, {"workers": 2}),
        (0.0, 1.0, {"workers": 0}),
        (0.0, 1.0, {"workers": 2, "levels": 1}),
    ):
        with pytest.raises(ArgumentError):
            CorrelatedQuantization(low, high, **options)
