"""PermK: who sends what, the error of the mean, any n and d."""

import math

import numpy as np
import pytest

from infobound.numerics.arguments import ArgumentError
from infobound.quantizers.base import Message
from infobound.quantizers.perm_k import PermK

SIZES = [(2, 4), (2, 5), (3, 3), (4, 3), (5, 2), (6, 3), (1, 4), (7, 1), (3, 8)]


@pytest.mark.parametrize(("n", "d"), SIZES)
def test_every_coordinate_is_sent(n, d):
    """By one worker for n <= d, else by n/d of them, rounded; so equal rows have no error."""
    quantizer = PermK(n)
    y = np.tile(np.arange(1.0, d + 1), (50, n, 1))
    outputs = quantizer.roundtrip(y, rng=0)
    senders = np.sum(outputs != 0, axis=1)
    assert np.all((senders == max(1, n // d)) | (senders == max(1, math.ceil(n / d))))
    assert np.sum(outputs != 0, axis=2).max() <= math.ceil(d / n)
    assert outputs.mean(axis=1) == pytest.approx(y[:, 0], rel=1e-15)
    assert quantizer.bits(d) == 32 * math.ceil(d / n)
    assert quantizer.joint_mean_squared_error(y) == pytest.approx(0, abs=1e-14)


@pytest.mark.parametrize(("n", "d"), SIZES)
def test_error_of_the_mean(n, d):
    """8000 groups against the closed form.

    False alarm: 5 standard errors for each of nine, below 1e-5. Power: the error of independent
    RandK with the same bits, or 15 % more than the formula, is beyond 5 standard errors wherever
    the error is not 0 (asserted for 15 %). Seeded.
    """
    y = np.random.default_rng(n + 10 * d).standard_normal((n, d)).astype(np.float32)
    quantizer = PermK(n)
    outputs = quantizer.roundtrip(np.broadcast_to(y, (8000, n, d)), rng=2)
    errors = np.sum((outputs.mean(axis=1) - y.mean(axis=0, dtype=float)) ** 2, axis=-1)
    expected = float(quantizer.joint_mean_squared_error(y))
    spread = errors.std(ddof=1) / math.sqrt(8000)
    assert abs(errors.mean() - expected) <= 5 * spread + 1e-15
    assert 1 in (n, d) or 0.15 * expected > 5 * spread


def test_formula_of_the_paper():
    """(1/n) sum |y_i|^2 - |mean|^2 for n <= d, divisible or not."""
    for n, d in [(2, 4), (3, 8)]:
        y = np.random.default_rng(d).standard_normal((n, d)).astype(np.float32)
        expected = np.sum(y.astype(float) ** 2) / n - np.sum(y.mean(axis=0, dtype=float) ** 2)
        found = PermK(n).joint_mean_squared_error(y)
        assert found == pytest.approx(expected, rel=1e-12)
        assert found < PermK(n).mean_squared_error(y).mean()  # n - 1 for a worker alone


def test_rounding_of_values_is_in_the_errors():
    """One worker, d = 1: all of the error is the rounding of 0.1."""
    law = PermK(1).law([0.1])
    error = law.mean_squared_error([0.1])
    assert 0 < error < 1e-17
    assert PermK(1).joint_mean_squared_error([[0.1]]) == pytest.approx(error, rel=1e-9)


def test_blanks_must_be_zero():
    """n = 2, d = 3: four cards; the worker with the blank sends a 0 for it."""
    quantizer = PermK(2)
    message = quantizer.encode(np.ones((2, 3)), rng=0)
    (symbols,) = message.split([(2, 32)])
    place = np.argwhere(symbols == 0)
    assert len(place) == 1
    symbols[tuple(place[0])] = 0x3F800000
    fields = [(symbols, 32)]
    bad = Message.join(fields, shape=(2, 3), coins=message.coins, made_by=repr(quantizer))
    with pytest.raises(ArgumentError, match="0 in the place of a blank"):
        quantizer.decode(bad)


def test_groups_are_independent_and_decode_alone():
    y = np.tile(np.arange(1.0, 13.0), (2, 3, 4, 1))
    quantizer = PermK(4)
    message = quantizer.encode(y, rng=0)
    decoded = quantizer.decode(message).reshape(24, 12)
    assert len({row.tobytes() for row in decoded != 0}) > 20
    for i in range(24):
        assert np.array_equal(quantizer.decode(message.single(i)), decoded[i])


def test_refusals():
    for workers in (0, 1.5):
        with pytest.raises(ArgumentError):
            PermK(workers)
    for shape in [(3,), (3, 4), (2, 3, 4)]:
        with pytest.raises(ArgumentError, match=r"\(\.\.\., 2, d\)"):
            PermK(2).encode(np.ones(shape))
    message = PermK(2).encode(np.ones((2, 4)), rng=0)
    blind = Message(message.payload, message.bits, message.shape)
    with pytest.raises(ArgumentError, match=r"message\.coins"):
        PermK(2).decode(blind)
