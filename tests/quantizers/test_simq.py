"""SimQ: Theorem 4.1 of Mayekar and Tyagi 2020, exactly, and the messages that it refuses."""

import math
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from infobound.numerics.arguments import ArgumentError
from infobound.quantizers.base import Message, Quantizer
from infobound.quantizers.simq import SimQ

EXAMPLES = settings(deadline=None, derandomize=True, max_examples=30)


def vectors(radius=1.0, most=6):
    """Vectors with |y|_1 <= radius, zeros and denormals among their coordinates."""
    number = st.one_of(st.floats(-1, 1), st.sampled_from([0.0, -0.0, 1.0, -1.0, 1e-310]))
    raw = st.integers(1, most).flatmap(lambda d: hnp.arrays(np.float64, d, elements=number))
    return raw.map(lambda y: radius * (y / max(1.0, abs(y).sum())))


@pytest.mark.parametrize(
    ("d", "bits"), [(1, 2), (2, 3), (3, 3), (4, 4), (7, 4), (8, 5), (1024, 12), (2**31 - 1, 32)]
)
def test_bits(d, bits):
    assert SimQ().bits(d) == bits == math.ceil(math.log2(2 * d + 1))


def test_protocol():
    assert isinstance(SimQ(), Quantizer)
    assert SimQ(2) == SimQ(2.0)
    assert repr(SimQ(2)) == "SimQ(radius=2.0)"


def test_law_in_rationals():
    """d = 3, eighths: outcomes and probabilities exactly, mean and error with them."""
    y = [Fraction(1, 8), Fraction(-3, 8), Fraction(0)]
    law = SimQ().law([float(x) for x in y])
    assert law.vectors.tolist() == [[1, 0, 0], [0, -1, 0], [0, 0, 0]]
    assert law.probabilities.tolist() == [1 / 8, 3 / 8, 1 / 2]
    assert law.mean().tolist() == [float(x) for x in y]
    error = sum(map(abs, y)) - sum(x * x for x in y)
    assert law.mean_squared_error([float(x) for x in y]) == float(error)
    assert SimQ().mean_squared_error([float(x) for x in y]) == float(error)


@EXAMPLES
@given(y=vectors(radius=3.0))
def test_theorem(y):
    """Law: mean y, E|Q|^2 = R |y|_1, |Q| <= R, error as stated and within the bound."""
    quantizer = SimQ(3.0)
    law = quantizer.law(y)
    np.testing.assert_allclose(law.mean(), y, rtol=1e-14, atol=1e-15)
    squares = (law.vectors**2).sum(axis=1)
    assert squares.max() <= 9
    assert law.probabilities @ squares == pytest.approx(3 * abs(y).sum(), rel=1e-13, abs=1e-14)
    error = quantizer.mean_squared_error(y)
    assert law.mean_squared_error(y) == pytest.approx(error, rel=1e-13, abs=1e-13)
    assert error <= quantizer.variance_bound(y.size).value + 1e-13


@pytest.mark.parametrize(("d", "worst"), [(1, 0.25), (2, 0.5), (4, 0.75)])
def test_variance_bound(d, worst):
    """Reached: at R/2 on the line, at the flat vector of norm R beyond."""
    assert SimQ().variance_bound(d).value == worst
    assert not SimQ().variance_bound(d).relative
    y = [0.5] if d == 1 else [1 / d] * d
    assert SimQ().mean_squared_error(y) == worst


@EXAMPLES
@given(data=st.data(), seed=st.integers(0, 2**32))
def test_roundtrip(data, seed):
    """decode(encode(y)) = roundtrip(y), each message decodes alone, a batch is a loop."""
    quantizer, d = SimQ(2.0), data.draw(st.integers(1, 5))
    shape = data.draw(st.sampled_from([(), (3,), (2, 2)]))
    number = st.floats(-2 / d, 2 / d)
    y = data.draw(hnp.arrays(np.float64, (*shape, d), elements=number))
    message = quantizer.encode(y, rng=seed)
    decoded = quantizer.decode(message)
    assert message.bits == math.prod(shape) * quantizer.bits(d)
    assert message.side_bits == 0
    assert np.array_equal(decoded, quantizer.roundtrip(y, rng=seed))
    rows = decoded.reshape(-1, d)
    rng = np.random.default_rng(seed)
    for i, row in enumerate(y.reshape(-1, d)):
        assert np.array_equal(quantizer.decode(message.single(i)), rows[i])
        assert np.array_equal(quantizer.roundtrip(row, rng=rng), rows[i])


def test_golden_message():
    """y = -R e_3 in five dimensions is symbol 6 of 11, whatever the coins."""
    message = SimQ(2.0).encode([0, 0, -2.0, 0, 0], rng=0)
    assert (message.payload.hex(), message.bits) == ("60", 4)
    assert SimQ(2.0).decode(message).tolist() == [0, 0, -2.0, 0, 0]


@pytest.mark.parametrize("d", [1, 2, 3, 5, 7])
def test_every_word(d):
    """2d + 1 words decode to as many vectors; the others are refused."""
    quantizer, width = SimQ(), SimQ().bits(d)
    seen = set()
    for word in range(1 << width):
        message = Message.pack([word], width=width, shape=(d,), made_by=repr(quantizer))
        if word > 2 * d:
            with pytest.raises(ArgumentError, match="message symbol"):
                quantizer.decode(message)
        else:
            seen.add(tuple(quantizer.decode(message).tolist()))
    assert len(seen) == 2 * d + 1
    assert all(sum(map(abs, vector)) in (0, 1) for vector in seen)


def test_other_parameters_are_refused():
    message = SimQ(2.0).encode([0.5, 0.5])
    with pytest.raises(ArgumentError, match="made_by"):
        SimQ(1.0).decode(message)
    with pytest.raises(ArgumentError, match=r"message\.bits"):
        SimQ(2.0).decode(replace(message, shape=(40,)))


@pytest.mark.parametrize(
    ("y", "words"),
    [
        ([0.75, -0.5], "l_1 norm of y = 1.25"),
        ([[0.1, 0.2], [1e30, 0]], r"l_1 norm of y\[1\]"),
        ([math.nan, 0], r"y\[0\] = nan"),
        ([math.inf], "finite"),
        ([], "shape"),
        (0.5, "shape"),
        (["a"], "real numbers"),
        ([1j], "real numbers"),
    ],
)
@pytest.mark.parametrize("method", ["encode", "roundtrip", "mean_squared_error", "law"])
def test_domain(y, words, method):
    with pytest.raises(ArgumentError, match=words):
        getattr(SimQ(), method)(y)


def test_law_takes_one_vector():
    with pytest.raises(ArgumentError, match=r"\(d,\)"):
        SimQ().law([[0.5]])


@pytest.mark.parametrize("radius", [0, -1.0, math.nan, math.inf, 1e-141, 1e141, "1", True])
def test_radius(radius):
    with pytest.raises(ArgumentError, match="radius"):
        SimQ(radius)


@pytest.mark.parametrize("scale", [1e-139, 1e-30, 1.0, 1e30, 1e139])
def test_units(scale):
    """The output scales with y and the radius."""
    y = np.array([0.25, -0.5, 0.125])
    found = SimQ(scale).roundtrip(scale * np.tile(y, (50, 1)), rng=7)
    wanted = SimQ().roundtrip(np.tile(y, (50, 1)), rng=7)
    np.testing.assert_allclose(found, scale * wanted, rtol=1e-15)
    error = SimQ(scale).mean_squared_error(scale * y) / scale / scale
    assert error == pytest.approx(SimQ().mean_squared_error(y), rel=1e-13)


def test_edges():
    """Zero, a denormal, the sphere, float32, integers."""
    quantizer = SimQ()
    assert not quantizer.roundtrip(np.zeros((9, 4)), rng=1).any()
    assert not quantizer.roundtrip(np.full((9, 4), 1e-310), rng=1).any()
    assert np.all(abs(quantizer.roundtrip(np.full((99, 4), -0.25), rng=1)).sum(axis=1) == 1)
    assert quantizer.roundtrip([0, -1, 0], rng=1).tolist() == [0, -1, 0]
    third = np.full((9, 3), 1 / 3, dtype=np.float32)  # its norm is above 1 by rounding
    assert quantizer.roundtrip(third, rng=1).dtype == np.float64


def test_no_vectors():
    for shape in ((0, 3), (2, 0, 1)):
        message = SimQ().encode(np.zeros(shape), rng=0)
        assert message.bits == 0
        assert SimQ().decode(message).shape == shape == SimQ().roundtrip(np.zeros(shape)).shape
        assert SimQ().mean_squared_error(np.zeros(shape)).shape == shape[:-1]


def test_long_vector():
    """d = 2^20: one word of 22 bits."""
    y = np.zeros(1 << 20)
    y[-1] = -1.0
    message = SimQ().encode(y, rng=0)
    assert message.bits == 22
    assert np.array_equal(SimQ().decode(message), y)
