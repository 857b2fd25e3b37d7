"""Dither: the law of the error, bits, the length of coded messages, and what is refused."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import kstest

from infobound.bounds.mean_estimation import SHAPING_GAP
from infobound.numerics.arguments import ArgumentError
from infobound.numerics.normal import cell_probability
from infobound.quantizers.base import Quantizer
from infobound.quantizers.dither import EntropyCodedDither, SubtractiveDither, dither_for

EXAMPLES = settings(deadline=None, derandomize=True, max_examples=40)
CASES = [
    SubtractiveDither(0.5, 1.0),
    SubtractiveDither.at_width(3, 2.0),
    SubtractiveDither(3.0, 1.0),
    EntropyCodedDither(0.5),
    EntropyCodedDither(2.0, radius=4.0),
    EntropyCodedDither(1.0, 2.0, wiener=True),
]


@pytest.mark.parametrize("quantizer", CASES, ids=repr)
@pytest.mark.parametrize("d", [1, 5, 64])
def test_interface(quantizer, d):
    y = np.random.default_rng(d).uniform(-1, 1, size=(2, 3, d))
    y[0, 1] = 0
    message = quantizer.encode(y, rng=7)
    decoded = quantizer.decode(message)
    assert isinstance(quantizer, Quantizer)
    assert message.bits <= 6 * quantizer.bits(d)
    assert message.side_bits == 0
    assert np.array_equal(decoded, quantizer.roundtrip(y, rng=7))
    for i in range(6):
        assert np.array_equal(quantizer.decode(message.single(i)), decoded.reshape(6, d)[i])
    assert quantizer.encode(y, rng=7) == message
    empty = quantizer.encode(y[:0], rng=0)
    assert (empty.bits, quantizer.decode(empty).shape) == (0, (0, 3, d))


@pytest.mark.parametrize("y", [0.0, 1.0, -1.0, 0.25, 1 / 3, 1e-310])
def test_error_is_uniform(y):
    """20000 errors at one y: Kolmogorov and Smirnov's distance, false alarm 1e-6 for each y.

    The distance 0.019 that is noticed is less than that of a uniform law 4 % too wide. Without
    subtracting the dither, the error is far from uniform.
    """
    quantizer = SubtractiveDither(0.5, 1.0)
    values = np.full((20000, 1), y)
    error = (quantizer.roundtrip(values, rng=1) - values)[:, 0] / quantizer.step
    assert np.abs(error).max() <= 0.5 + 1e-12
    assert kstest(error, "uniform", args=(-0.5, 1)).pvalue > 1e-6
    assert kstest(error * 1.05, "uniform", args=(-0.5, 1)).pvalue < 1e-6
    rounded = quantizer.cells(values, np.full((20000, 1), 0.5)) * quantizer.step - values
    assert kstest(rounded[:, 0] / quantizer.step, "uniform", args=(-0.5, 1)).pvalue < 1e-6


def test_error_is_independent():
    """Correlation of the error with y, |y|, and the error next to it: 3 z-scores of 40000.

    |z| > 5.2 in one of them has probability 6e-7; a correlation of 0.05 is found (z = 10).
    """
    quantizer = SubtractiveDither(0.8, 1.0)
    y = np.random.default_rng(0).uniform(-1, 1, (2, 20000))
    error = quantizer.roundtrip(y, rng=2) - y
    assert quantizer.mean_squared_error(y) == pytest.approx([20000 * 0.64 / 12] * 2)
    for other in (y, np.abs(y) - np.abs(y).mean(), np.roll(error, 1)):
        score = math.sqrt(40000) * np.corrcoef(error.ravel(), other.ravel())[0, 1]
        assert abs(score) < 5.2
    planted = error + 0.05 * y
    assert math.sqrt(40000) * np.corrcoef(planted.ravel(), y.ravel())[0, 1] > 5.2
    assert np.mean(error**2) == pytest.approx(0.64 / 12, rel=0.025)  # 5.6 standard errors


@EXAMPLES
@given(
    ratio=st.floats(0.01, 1000),
    coins=st.integers(0, 2**40),
    place=st.lists(st.sampled_from([-1.0, -0.5, 0.0, 1 / 3, 1.0]), min_size=1, max_size=20),
)
def test_symbols(ratio, coins, place):
    """Every symbol is in range, the error is at most half a step, corners included."""
    quantizer = SubtractiveDither(1.0, ratio)
    y = np.array(place) * ratio
    dither = dither_for(y.shape, coins)
    symbols = quantizer.symbols(quantizer.cells(y, dither), dither)
    assert np.all((symbols >= 0) & (symbols < quantizer.levels))
    assert quantizer.levels == math.ceil(2 * ratio) + 1
    decoded = quantizer.values(quantizer.cells_from(symbols, dither), dither)
    assert np.abs(decoded - y).max() <= 0.5 + 1e-12


def test_last_symbol():
    """The largest symbol of a coordinate depends on its U; one more is refused."""
    quantizer = SubtractiveDither(0.45, 1.0)
    seen = set()
    for dither in np.linspace(0, 0.99, 40):
        top = quantizer.symbols(quantizer.cells(np.ones(1), dither), dither)
        assert quantizer.cells_from(top, dither)[0] == quantizer.cells(np.ones(1), dither)[0]
        with pytest.raises(ArgumentError, match=rf"but it must be at most {top[0]}, for"):
            quantizer.cells_from(top + 1, dither)
        seen.add(int(top[0]))
    assert seen == {4, 5}


def test_width():
    for width in range(1, 32):
        for radius in (1.0, 0.3, 7.7, 1e-300, 1e300):
            quantizer = SubtractiveDither.at_width(width, radius)
            assert quantizer.width == width
            assert quantizer.step == pytest.approx(2 * radius / (2**width - 1), rel=1e-15)
    assert SubtractiveDither(0.5, 1.0).bits(10) == 10 * 3
    assert SubtractiveDither(2 / 7, 1.0).bits(10) == 10 * 3
    assert SubtractiveDither(0.28, 1.0).bits(10) == 10 * 4


def ideal_bits(quantizer, message, y):
    """-sum log2 P(K | U), from the dither that the message's coins give."""
    dither = dither_for(y.shape, message.coins)
    cells = quantizer.plain.cells(y, dither)
    ratio = quantizer.step / quantizer.scale
    lower = (cells - dither) * ratio
    return -np.log2(cell_probability(lower, lower + ratio)).sum()


@pytest.mark.parametrize("step", [0.02, 0.3, 1.0, 3.0, 12.0])
def test_length(step):
    """10^4 coordinates: the coder within 1e-3 bits of the ideal length of the same symbols.

    The ideal length itself scatters about `mean_bits` by at most 1.2 bits per coordinate over
    sqrt(10^4): 6 standard errors are a false alarm with probability 1e-8, and 0.09 bits are found.
    """
    quantizer = EntropyCodedDither(step * 5.0, 5.0)
    y = 5.0 * np.random.default_rng(3).normal(size=10_000)
    message = quantizer.encode(y, rng=4)
    assert abs(message.bits - ideal_bits(quantizer, message, y)) < 1e-3 * y.size
    assert abs(message.bits - quantizer.mean_bits(y.size)) < 6 * 1.2 * math.sqrt(y.size)
    assert message.bits < quantizer.bits(y.size)


@pytest.mark.parametrize("step", [0.3, 3.0])
def test_wiener(step):
    """10^5 normal coordinates: the error of the Wiener estimate is s^2 D/(s^2 + D).

    The standard error of a mean of squares is below 0.5 %; 4 % is at least 8 of them.
    """
    quantizer = EntropyCodedDither(step, wiener=True)
    y = np.random.default_rng(1).normal(size=100_000)
    noise = step**2 / 12
    error = np.mean((quantizer.roundtrip(y, rng=2) - y) ** 2)
    assert error == pytest.approx(noise / (1 + noise), rel=0.04)
    plain = EntropyCodedDither(step).roundtrip(y, rng=2)
    assert np.mean((plain - y) ** 2) == pytest.approx(noise, rel=0.04)
    assert (quantizer.unbiased, EntropyCodedDither(step).unbiased) == (False, True)
    gap = quantizer.mean_bits(1) - math.log2(1 + 1 / noise) / 2
    assert 0.2 < gap <= SHAPING_GAP


def test_exact_error():
    y = np.array([[0.5, -2.0], [0.0, 0.0]])
    quantizer = EntropyCodedDither(1.5, 1.0, radius=3.0, wiener=True)
    a = 1 / (1 + 1.5**2 / 12)
    base = 2 * a**2 * 1.5**2 / 12
    assert quantizer.mean_squared_error(y) == pytest.approx([base + (1 - a) ** 2 * 4.25, base])
    assert quantizer.variance_bound(2).value == pytest.approx(base + (1 - a) ** 2 * 18)
    assert EntropyCodedDither(1.5).variance_bound(4).value == pytest.approx(4 * 1.5**2 / 12)


def test_escape():
    """Inputs the code is not made for cost what fixed width costs and one flag, never more."""
    quantizer = EntropyCodedDither(0.5, 1.0, radius=100.0)
    far, odd = np.full(20, 99.0), np.tile([4.0, -4.0], 10)
    near = np.random.default_rng(0).normal(size=20)
    assert quantizer.encode(far, rng=0).bits == quantizer.bits(20) == 1 + 20 * 9
    assert quantizer.encode(odd, rng=0).bits == quantizer.bits(20)  # in the code, but longer there
    assert quantizer.encode(near, rng=0).bits < 100
    both = quantizer.encode([near, far], rng=0)  # a batch pays for its longest message
    assert both.bits == 2 * quantizer.bits(20)
    assert np.array_equal(quantizer.decode(both), quantizer.roundtrip([near, far], rng=0))


@EXAMPLES
@given(place=st.integers(0, 10**6), which=st.sampled_from(range(len(CASES))), cut=st.booleans())
def test_corrupted(place, which, cut):
    """A flipped bit is refused or gives another vector; a shortened message is refused."""
    quantizer = CASES[which]
    y = np.linspace(-1, 0.9, 9)
    message = quantizer.encode(y, rng=3)
    bits = np.unpackbits(np.frombuffer(message.payload, dtype=np.uint8), count=message.bits)
    if cut:
        bits = bits[: place % message.bits]
    else:
        bits[place % message.bits] ^= 1
    damaged = replace(message, payload=np.packbits(bits).tobytes(), bits=len(bits))
    try:
        decoded = quantizer.decode(damaged)
    except ArgumentError:
        return
    assert np.all(np.isfinite(decoded))
    assert not cut
    assert not np.array_equal(decoded, quantizer.decode(message))


def test_refused():
    plain, coded = SubtractiveDither(0.45, 1.0), EntropyCodedDither(0.5)
    with pytest.raises(ArgumentError, match=r"y\[1\] = 1.5, but it must be in \[-1.0, 1.0\]"):
        plain.encode([0.0, 1.5])
    message = plain.encode(np.zeros(40), rng=0)
    top = replace(message, payload=b"\xff" * len(message.payload))
    with pytest.raises(
        ArgumentError, match=r"message symbol = 7, but it must be at most [45], for"
    ):
        plain.decode(top)
    with pytest.raises(ArgumentError, match=r"message\.coins"):
        plain.decode(replace(message, coins=None))
    with pytest.raises(ArgumentError, match=r"message\.made_by"):
        coded.decode(EntropyCodedDither(0.25).encode([0.0], rng=0))
    with pytest.raises(ArgumentError, match=r"message\.bits"):
        coded.decode(replace(message, made_by="", payload=b"\0" * 165, bits=33 * 40))
    word = coded.encode(np.zeros(3), rng=0)
    with pytest.raises(ArgumentError, match=r"It was corrupted or cut short\."):
        coded.decode(replace(word, payload=b"\0", bits=2))
    for wrong in (
        lambda: SubtractiveDither(0.0, 1.0),
        lambda: SubtractiveDither(1e-12, 1.0),
        lambda: SubtractiveDither.at_width(32, 1.0),
        lambda: EntropyCodedDither(1.0, 1e5),
        lambda: EntropyCodedDither(1.0, radius=-1.0),
    ):
        with pytest.raises(ArgumentError):
            wrong()
