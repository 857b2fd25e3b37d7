"""One stochastic sign per coordinate."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infobound.numerics.arguments import ArgumentError
from infobound.quantizers.base import Message, Quantizer
from infobound.quantizers.cuq import CUQ
from infobound.quantizers.one_bit import StochasticSign


def test_is_a_quantizer():
    assert isinstance(StochasticSign(), Quantizer)
    assert StochasticSign(2) == StochasticSign(2.0)
    assert repr(StochasticSign(2)) == "StochasticSign(radius=2.0)"


@pytest.mark.parametrize("y", [[0.5], [2.0, -2.0, 0.0], [1e-310, -1.75, 0.25, 1.0]])
def test_law(y):
    """Unbiased, |Q|_inf = B in every outcome, E|Q - y|^2 = sum of B^2 - y_i^2."""
    q = StochasticSign(2.0)
    law = q.law(y)
    assert np.all(np.abs(law.vectors) == 2.0)
    np.testing.assert_allclose(law.mean(), y, atol=1e-15)
    exact = len(y) * 4 - np.sum(np.square(y))
    assert law.mean_squared_error(y) == pytest.approx(exact, rel=1e-14, abs=1e-14)
    assert q.mean_squared_error(y) == pytest.approx(exact, rel=1e-14, abs=1e-14)
    assert q.mean_squared_error(y) <= q.variance_bound(len(y)).value
    assert q.mean_squared_error(np.zeros(3)) == q.variance_bound(3).value == 12.0


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(1,), (9,), (4, 1), (2, 3, 13)])
def test_message(shape, dtype):
    q = StochasticSign(1.5)
    y = np.random.default_rng(3).uniform(-1.5, 1.5, shape).astype(dtype)
    message = q.encode(y, rng=7)
    out = q.decode(message)
    assert message.bits == y.size == message.count * q.bits(shape[-1])
    assert out.dtype == np.float64
    np.testing.assert_array_equal(out, q.roundtrip(y, rng=7))
    rows = out.reshape(-1, shape[-1])
    for i in range(message.count):
        np.testing.assert_array_equal(q.decode(message.single(i)), rows[i])


def test_ends_are_certain():
    y = np.tile([1e30, -1e30], 500)
    np.testing.assert_array_equal(StochasticSign(1e30).roundtrip(y, rng=0), y)


@settings(deadline=None, derandomize=True, max_examples=20)
@given(st.binary(min_size=2, max_size=2))
def test_every_message_is_a_codeword(payload):
    message = Message(payload, 16, (16,), made_by="StochasticSign(radius=3.0)")
    signs = 2 * np.unpackbits(np.frombuffer(payload, np.uint8)).astype(int) - 1
    np.testing.assert_array_equal(StochasticSign(3.0).decode(message), 3.0 * signs)


def test_refuses():
    q = StochasticSign()
    with pytest.raises(ArgumentError, match=r"y\[1\] = 1\.5"):
        q.encode([0.0, 1.5], rng=0)
    with pytest.raises(ArgumentError, match="finite"):
        q.roundtrip([np.nan], rng=0)
    with pytest.raises(ArgumentError, match="radius"):
        StochasticSign(0.0)
    with pytest.raises(ArgumentError, match="made_by"):
        StochasticSign(2.0).decode(q.encode([0.5], rng=0))
    with pytest.raises(ArgumentError, match="made_by"):
        q.decode(CUQ(1.0, levels=2).encode([0.5], rng=0))
    with pytest.raises(ArgumentError, match="bits"):
        q.decode(Message(b"\x00", 8, (3, 2)))
