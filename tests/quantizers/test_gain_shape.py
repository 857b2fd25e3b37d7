"""Gain and shape: exact laws, heavy tails, bits that add up."""

import math

import numpy as np
import pytest

from infobound.numerics.arguments import ArgumentError
from infobound.quantizers.aguq import AGUQ, UniformGain
from infobound.quantizers.base import Message, Quantizer
from infobound.quantizers.cuq import CUQ
from infobound.quantizers.gain_shape import GainShape, a_ratq
from infobound.quantizers.ratq import RATQ

GAINS = [
    AGUQ(),
    AGUQ(horizon=1),
    AGUQ(rms=3.0, horizon=100, base=1.3, levels=16),
    UniformGain(),
    UniformGain(rms=2.0, horizon=30, levels=4),
]


@pytest.mark.parametrize("gain", GAINS)
def test_law_of_a_gain(gain):
    """Unbiased up to the last range, 0 beyond it; at most two outcomes; decode knows them."""
    last = gain.ranges[-1]
    for g in (0.0, 1e-310, 0.4, *gain.ranges, last * 1.001, 1e30):
        law = gain.law([g])
        mean = g if g <= last else 0.0
        assert law.mean()[0] == pytest.approx(mean, rel=1e-12)
        assert law.mean_squared_error([g]) == pytest.approx(gain.mean_squared_error([g]), rel=1e-9)
        found = [moment.item() for moment in gain.moments(np.array(g))]
        second = law.probabilities @ law.vectors[:, 0] ** 2
        assert found == pytest.approx([mean, second], rel=1e-12)
        for seed in range(3):
            assert gain.decode(gain.encode([g], rng=seed))[0] in law.vectors


@pytest.mark.parametrize("gain", GAINS)
def test_gains_on_the_wire(gain):
    y = np.random.default_rng(0).exponential(size=(4000, 1)) * gain.ranges[-1] / 3
    message = gain.encode(y, rng=1)
    assert isinstance(gain, Quantizer)
    assert gain.variance_bound(1) is None
    assert message.bits == 4000 * gain.bits(1)
    assert np.array_equal(gain.decode(message), gain.roundtrip(y, rng=1))
    assert gain.bits(1) == math.ceil(math.log2(len(gain.ranges) * gain.levels + 1))


def test_ranges_and_bits():
    """h = 1 + ceil(log_a T) ranges B a^(j/2); about log2 log2 T bits, against (1/2) log2 T."""
    assert AGUQ(rms=3.0, horizon=4).ranges == pytest.approx([3, 3 * math.sqrt(2), 6])
    assert [AGUQ(horizon=t).bits(1) for t in (1, 10**3, 10**6, 10**9)] == [2, 5, 6, 6]
    assert [UniformGain(horizon=t).bits(1) for t in (1, 10**3, 10**6, 10**9)] == [2, 6, 10, 15]
    assert AGUQ().bias_bound <= 1 / math.sqrt(1000)
    assert UniformGain(horizon=1000).bias_bound == pytest.approx(1 / math.sqrt(1000))


@pytest.mark.parametrize("gain", GAINS)
def test_heavy_tails(gain):
    """G = lam with probability (B/lam)^2, else 0: E G^2 = B^2 and moments in closed form."""
    b, largest = gain.rms, 0.0
    for lam in b * np.geomspace(1, 1e3, 400):
        chance = (b / lam) ** 2
        mean, second = (moment.item() * chance for moment in gain.moments(np.array(lam)))
        bias = lam * chance - mean
        assert bias <= gain.bias_bound * (1 + 1e-9)
        assert second <= gain.second_moment_bound
        largest = max(largest, bias)
    assert largest > 0.97 * gain.bias_bound  # approached just above the last range


def test_numbers_of_the_paper():
    """lam = 100, T = 1000: the bias is 1/lam = 0.01; 1.75 B^2 for a = k = 2."""
    gain = AGUQ()
    mean, _ = gain.moments(np.array(100.0))
    assert (100 - mean.item()) * 1e-4 == pytest.approx(0.01)
    assert gain.second_moment_bound == 1.75


@pytest.mark.parametrize("d", [1, 2, 4])
def test_law_of_the_product(d):
    """E Q(y) = E Q_g u with |y| beyond the last range as well, and the exact error."""
    y = np.random.default_rng(d).normal(size=d)
    for quantizer in (
        a_ratq(horizon=64),
        GainShape(AGUQ(horizon=64), CUQ(levels=4), norm=math.inf),
        GainShape(UniformGain(levels=3), CUQ(levels=3), norm=1.0),
    ):
        law = quantizer.law(y)
        assert law.probabilities.sum() == pytest.approx(1)
        assert law.mean() == pytest.approx(y, abs=1e-13)
        assert law.mean_squared_error(y) == pytest.approx(quantizer.mean_squared_error(y))
        far = quantizer.law(1e6 * y)
        assert not far.vectors.any()
        assert quantizer.mean_squared_error(1e6 * y) == pytest.approx(1e12 * (y @ y))


def test_law_check_finds_coins_that_are_shared():
    """With one coin for gain and shape the product is not right on average: 1/2 against 1/4."""
    gain, unit = UniformGain(horizon=1, levels=2).law([0.5]), CUQ(levels=3).law([0.5])
    shared = gain.probabilities @ (gain.vectors[:, 0] * unit.vectors[:, 0])
    assert gain.mean()[0] * unit.mean()[0] == 0.25
    assert shared == 0.5


@pytest.mark.parametrize("d", [1, 3, 5, 17])
def test_decode_of_encode_is_roundtrip(d):
    quantizer = a_ratq(horizon=100)
    y = np.random.default_rng(d).standard_t(2, size=(2, 3, d))
    y[0, 0], y[0, 1], y[1, 0] = 0, 1e-310 * y[0, 1], 1e-170 * y[1, 0]
    for values in (y, y.astype(np.float32)):
        message = quantizer.encode(values, rng=0)
        decoded = quantizer.decode(message)
        assert message.bits == 6 * quantizer.bits(d)
        assert message.side_bits == 6 * quantizer.gain.bits(1)
        assert np.array_equal(decoded, quantizer.roundtrip(values, rng=0))
        assert not decoded[0, 0].any()
        for i in range(6):
            assert np.array_equal(quantizer.decode(message.single(i)), decoded.reshape(6, d)[i])


def test_bits_and_bounds():
    quantizer = a_ratq(horizon=1000)
    assert isinstance(quantizer, Quantizer)
    assert not quantizer.unbiased
    assert quantizer == GainShape(AGUQ(horizon=1000), RATQ())
    assert quantizer.bits(1024) == 5 + 4096
    assert quantizer.variance_bound(1024) is None
    bound = quantizer.second_moment_bound(1024)
    assert bound == pytest.approx(1.75 * (1 + RATQ().variance_bound(1024).value))
    assert bound <= 1.75 * 1.308
    assert GainShape(AGUQ(), CUQ(), math.inf).second_moment_bound(4) is None


def test_ends_of_float64():
    """Directions are right where norms are subnormal or nearly infinite."""
    quantizer = GainShape(UniformGain(rms=1e130, horizon=1), CUQ(levels=2**20), norm=2.0)
    decoded = quantizer.roundtrip(np.full(4, 5e129), rng=0)
    assert decoded == pytest.approx(np.full(4, 5e129), rel=1e-5)
    assert not a_ratq().roundtrip([5e-324, 5e-324], rng=0).any()
    with pytest.raises(ArgumentError, match=r"l_2 norm of y\[0\] = inf, .* Scale y down"):
        quantizer.encode(np.full(9, 1e308))


def gain_message(symbol, width):
    return Message.join([([symbol], width)], shape=(1,))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: AGUQ(rms=0.0), "rms = 0.0"),
        (lambda: AGUQ(horizon=0), "horizon = 0"),
        (lambda: AGUQ(base=1.0), "base = 1.0"),
        (lambda: AGUQ(levels=1), "levels = 1"),
        (lambda: AGUQ(horizon=2**62, base=1.001, levels=2**22), "ranges times levels"),
        (lambda: UniformGain(levels=1), "levels = 1"),
        (lambda: AGUQ().encode([-1.0]), r"y\[0\] = -1.0, .* nonnegative"),
        (lambda: AGUQ().encode([1.0, 2.0]), r"y.shape = \(2,\)"),
        (lambda: AGUQ().bits(2), "d = 2, .* GainShape"),
        (lambda: AGUQ().decode(gain_message(23, 5)), "symbol = 23"),
        (lambda: AGUQ(levels=16).decode(gain_message(16, 8)), "symbol = 16, .* smallest range"),
        (lambda: AGUQ().decode(AGUQ(horizon=9).encode([1.0])), "made_by"),
        (lambda: GainShape(AGUQ(), RATQ(), norm=0.5), "norm = 0.5"),
        (lambda: GainShape(RATQ(), RATQ()).encode([1.0]), "gain = RATQ.* public coins"),
        (lambda: a_ratq().encode([1.0, math.nan]), r"y\[1\] = nan"),
        (lambda: a_ratq().law([[1.0]]), "y.shape"),
        (lambda: a_ratq().decode(a_ratq(horizon=9).encode([1.0])), "made_by"),
        (lambda: GainShape(AGUQ(), CUQ(overflow=True)).mean_squared_error([1.0]), "shape = CUQ"),
    ],
)
def test_errors(call, words):
    with pytest.raises(ArgumentError, match=words):
        call()
