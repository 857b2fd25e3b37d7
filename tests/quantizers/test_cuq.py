"""CUQ: levels, exact laws, both packings, overflow, and what a decoder refuses."""

import math
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infobound.numerics.arguments import ArgumentError
from infobound.quantizers.base import Law, Message, Quantizer
from infobound.quantizers.cuq import CUQ, to_integer, to_symbols

laws = settings(deadline=None, derandomize=True, max_examples=40)
inside = st.lists(st.floats(-1, 1), min_size=1, max_size=4)


def bias(law, y):
    return np.abs(law.mean() - y).max()


@laws
@given(y=inside, levels=st.integers(2, 40), radius=st.sampled_from([1.0, 0.3, 1e-9, 7e30]))
def test_unbiased_and_the_error_is_exact(y, levels, radius):
    quantizer, y = CUQ(radius, levels), radius * np.array(y)
    law = quantizer.law(y)
    error = law.mean_squared_error(y)
    assert law.probabilities.sum() == pytest.approx(1)
    assert bias(law, y) <= 1e-14 * radius
    assert error == pytest.approx(quantizer.mean_squared_error(y), rel=1e-9, abs=1e-14 * radius**2)
    assert error <= quantizer.variance_bound(len(y)).value * (1 + 1e-12)
    assert np.abs(law.vectors - y).max() <= quantizer.step * (1 + 1e-12)


def test_the_same_check_finds_rounding_to_nearest():
    y = np.array([0.1])
    law = CUQ(levels=3).law(y)
    nearest = Law(law.vectors[[0]], np.ones(1))
    assert bias(law, y) < 1e-15
    assert bias(nearest, y) > 0.05


def test_unbiased_in_rationals():
    """Where step and y are dyadic nothing is rounded: equality of fractions."""
    quantizer = CUQ(radius=2.0, levels=9)
    for i in range(-64, 65):
        y = Fraction(i, 32)
        law = quantizer.law([float(y)])
        chances = [Fraction(p) for p in law.probabilities]
        values = [Fraction(v) for v in law.vectors[:, 0]]
        mean = sum(p * v for p, v in zip(chances, values, strict=True))
        variance = sum(p * (v - y) ** 2 for p, v in zip(chances, values, strict=True))
        f = (y + 2) * 2 % 1
        assert sum(chances) == 1
        assert mean == y
        assert variance == f * (1 - f) / 4 == Fraction(*quantizer.mean_squared_error(
            [float(y)]
        ).item().as_integer_ratio())  # fmt: skip


def test_bound_is_attained_halfway():
    quantizer = CUQ(radius=3.0, levels=4)
    y = np.array([-2.0, 0.0, 2.0])
    assert quantizer.mean_squared_error(y) == quantizer.variance_bound(3).value == 3.0


def test_zero_is_a_level_for_odd_k_only():
    y = np.zeros((50, 3))
    assert not CUQ(levels=7).roundtrip(y, rng=0).any()
    assert (np.abs(CUQ(levels=8).roundtrip(y, rng=0)) == 1 / 7).all()


def test_draws_follow_the_law():
    """Shares of 200000 draws of each level against the law.

    False alarm: two levels at 5 standard errors, below 2e-6. Power: a shift of the place by 1 % of
    a step is 9 standard errors here (asserted), and is found with probability 0.9999. Seeded.
    """
    y = np.full((100_000, 2), [0.1, -0.62])
    quantizer = CUQ(levels=4)
    for kind in (np.float32, np.float64):
        drawn = quantizer.roundtrip(y.astype(kind), rng=5)
        for i in range(2):
            low = quantizer.law(y[0, [i]])
            error = np.sqrt(np.prod(low.probabilities) / len(y))
            share = np.mean(drawn[:, i] == low.vectors[0, 0])
            assert abs(share - low.probabilities[0]) < 5 * error
            assert abs(share - 0.03 - low.probabilities[0]) > 5 * error
            assert set(drawn[:, i]) == set(low.vectors[:, 0])


@pytest.mark.parametrize("packing", ["coordinate", "joint"])
@pytest.mark.parametrize("overflow", [False, True])
@pytest.mark.parametrize("levels", [2, 3, 7, 8, 300])
@pytest.mark.parametrize("shape", [(1,), (3,), (2, 3, 5), (0, 4), (2, 17)])
def test_decode_of_encode_is_roundtrip(packing, overflow, levels, shape):
    quantizer = CUQ(0.5, levels, packing, overflow)
    y = np.random.default_rng(1).uniform(-0.5, 0.5, shape) * (1 + overflow)
    for values in (y, (y / 2).astype(np.float32)):
        message = quantizer.encode(values, rng=3)
        decoded = quantizer.decode(message)
        assert message.bits == message.count * quantizer.bits(shape[-1])
        assert len(message.payload) == -(-message.bits // 8)
        assert decoded.dtype == np.float64
        assert np.array_equal(decoded, quantizer.roundtrip(values, rng=3))
        rows = decoded.reshape(-1, shape[-1])
        for i in range(message.count):
            assert np.array_equal(quantizer.decode(message.single(i)), rows[i])


def test_bits():
    assert CUQ().bits(10) == 40
    assert CUQ(levels=7, overflow=True).bits(10) == 30
    assert CUQ(levels=8, overflow=True).bits(10) == 40
    for levels, d in ((3, 5), (5, 10), (7, 1000), (300, 17)):
        assert CUQ(levels=levels, packing="joint").bits(d) == math.ceil(d * math.log2(levels))
    assert CUQ(levels=4, packing="joint").bits(2**20) == 2**21  # nothing to gain: no big integer
    assert isinstance(CUQ(), Quantizer)
    assert repr(CUQ(1, 3)) == "CUQ(radius=1.0, levels=3, packing='coordinate', overflow=False)"


def test_long_joint_message():
    quantizer = CUQ(levels=3, packing="joint")
    y = np.random.default_rng(0).uniform(-1, 1, 10_000)
    message = quantizer.encode(y, rng=0)
    assert message.bits == math.ceil(10_000 * math.log2(3)) == 15850
    assert np.array_equal(quantizer.decode(message), quantizer.roundtrip(y, rng=0))


@laws
@given(digits=st.lists(st.integers(0, 6), min_size=1, max_size=40))
def test_one_integer_for_all_symbols(digits):
    integer = to_integer(np.array(digits), 7)
    assert integer == sum(digit * 7**i for i, digit in enumerate(digits))
    assert to_symbols(integer, 7, len(digits)) == digits


@pytest.mark.parametrize("radius", [1e-140, 1e-30, 0.1, 1 / 3, 3.0, 1e30, 1e140])
@pytest.mark.parametrize("levels", [2, 3, 7, 16, 1000, 2**22])
def test_ends_and_tiny_numbers(radius, levels):
    """The ends are in the domain, whatever the rounding; levels are exactly -M, M and 0."""
    quantizer = CUQ(radius, levels)
    for kind in (np.float64, np.float32):
        if not float(np.finfo(kind).tiny) < radius < float(np.finfo(kind).max):
            continue
        end = kind(radius)
        if float(end) > radius:
            end = np.nextafter(end, kind(0))
        y = np.array([-end, end, 0, kind(1e-310), -end / 3], dtype=kind)
        for seed in range(5):
            decoded = quantizer.decode(quantizer.encode(y, rng=seed))
            assert np.abs(decoded - y).max() <= quantizer.step * (1 + 1e-6)
            assert np.abs(decoded).max() <= radius
    # y = M is level k - 1 unless (k - 1)/(2M) was rounded down: a last digit away at most
    law = quantizer.law([radius])
    assert law.vectors[-1, 0] == radius
    assert law.probabilities[-1] > 1 - 1e-9


def test_overflow():
    quantizer = CUQ(levels=4, overflow=True)
    y = np.array([0.5, 1.5, -1e30])
    law = quantizer.law(y)
    assert not quantizer.unbiased
    assert quantizer.variance_bound(3) is None
    assert law.mean() == pytest.approx([0.5, 0, 0])
    assert quantizer.mean_squared_error(y) == pytest.approx(law.mean_squared_error(y))
    drawn = quantizer.roundtrip(np.tile(y, (20, 1)), rng=0)
    assert not drawn[:, 1:].any()
    assert drawn[:, 0].all()
    assert np.array_equal(quantizer.roundtrip(y.astype(np.float32), rng=0)[1:], [0, 0])


def test_large():
    y = np.random.default_rng(0).uniform(-1, 1, 2**20).astype(np.float32)
    quantizer = CUQ()
    message = quantizer.encode(y, rng=0)
    assert message.bits == 4 * 2**20
    decoded = quantizer.decode(message)
    assert np.abs(decoded - y).max() <= quantizer.step * (1 + 1e-6)


@laws
@given(place=st.integers(0, 29), levels=st.sampled_from([5, 8]), joint=st.booleans())
def test_flipped_bit(place, levels, joint):
    """Refused, or another codeword: every coordinate one of the k levels."""
    quantizer = CUQ(levels=levels, packing="joint" if joint else "coordinate")
    y = np.linspace(-1, 1, 10)
    message = quantizer.encode(y, rng=1)
    place %= message.bits
    payload = bytearray(message.payload)
    payload[place // 8] ^= 128 >> place % 8
    changed = replace(message, payload=bytes(payload))
    try:
        decoded = quantizer.decode(changed)
    except ArgumentError:
        assert levels == 5  # with 8, every word is a codeword
        return
    levels_met = (decoded + 1) / 2 * (levels - 1)
    assert np.abs(levels_met - levels_met.round()).max() < 1e-9
    assert np.abs(decoded).max() <= 1
    assert not np.array_equal(decoded, quantizer.roundtrip(y, rng=1))


def tampered(quantizer, symbols, width):
    return quantizer.decode(Message.join([(symbols, width)], shape=(2,)))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: CUQ(0.0), "radius = 0.0"),
        (lambda: CUQ(1e150), "radius = 1e\\+150, .* Change the unit"),
        (lambda: CUQ(levels=1), "levels = 1"),
        (lambda: CUQ(packing="huffman"), "packing = 'huffman'"),
        (lambda: CUQ().encode([0.0, 1.5]), r"y\[1\] = 1.5, .* \[-1.0, 1.0\]"),
        (lambda: CUQ().roundtrip(np.float32([0, -2])), r"y\[1\] = -2.0"),
        (lambda: CUQ().encode([0.0, math.nan]), r"y\[1\] = nan"),
        (lambda: CUQ().encode(np.float32([math.nan])), r"y\[0\] = nan"),
        (lambda: CUQ(overflow=True).encode(np.float32([math.inf])), r"y\[0\] = inf"),
        (lambda: CUQ().encode("abc"), "y = 'str"),
        (lambda: CUQ().law([[0.0]]), "y.shape"),
        (lambda: CUQ().law(np.full(30, 0.01)), "outcomes = 1073741824"),
        (lambda: CUQ(levels=3, packing="joint").bits(2**20), "Use packing='coordinate'"),
        (lambda: CUQ(levels=5).decode(CUQ(levels=6).encode([0.0])), "message.made_by"),
        (lambda: tampered(CUQ(levels=5), [1, 5], 3), "symbol = 5, .* them, 5"),
        (lambda: tampered(CUQ(levels=5), [1, 4], 4), "message.bits = 8"),
        (lambda: tampered(CUQ(levels=5, packing="joint"), [1] * 5, 1), r"= 31, .* 5\*\*2"),
    ],
)
def test_errors(call, words):
    with pytest.raises(ArgumentError, match=words):
        call()
