"""Quantizers in blocks and around a centre."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from infobound.numerics.arguments import ArgumentError
from infobound.numerics.public_coins import public_signs
from infobound.quantizers import Blocks, Box, LloydMax, Message, Shifted, Sign, Simplex
from infobound.quantizers.base import ErrorBound


def test_blocks_of_a_scalar_quantizer_change_nothing():
    y = np.random.default_rng(0).normal(size=(4, 3, 6))
    assert Blocks(LloydMax(3), 2).encode(y) == LloydMax(3).encode(y)


def test_blocks_are_consecutive():
    y = np.random.default_rng(0).normal(size=(5, 21))
    quantizer = Blocks(Simplex(3), 7)
    parts = [Simplex(3).roundtrip(y[:, k : k + 7]) for k in (0, 7, 14)]
    assert np.array_equal(quantizer.roundtrip(y), np.concatenate(parts, axis=1))
    assert quantizer.bits(21) == 9


def test_shift_is_an_offset():
    """The same at every coordinate: the quantizer's own offset, up to rounding of thresholds."""
    y = np.random.default_rng(0).normal(size=(500, 3))
    assert Shifted(LloydMax(3), [0.5] * 3).encode(y) == LloydMax(3, offset=0.5).encode(y)
    center = np.array([1.0, -2.0, 3.0])
    found = Shifted(Sign(), center).roundtrip(y)
    assert np.array_equal(found, center + np.where(y > center, 1.0, -1.0))


def test_the_centre_is_not_shared():
    center = np.zeros(2)
    quantizer = Shifted(Sign(), center)
    center[0] = 100
    assert quantizer.roundtrip([1.0, 1.0]).tolist() == [1, 1]
    with pytest.raises(ValueError, match="read-only"):
        quantizer.center[0] = 1


@dataclass(frozen=True)
class WithSideInformation:
    """One bit of side information and public coins in every message, private coins for the rest."""

    unbiased = True
    domain = Box(1.0)

    def bits(self, d):
        return 1 + d

    def encode(self, y, *, rng=None):
        y = self.domain.check("y", y)
        up = np.random.default_rng(rng).random(y.shape) < (1 + y) / 2
        symbols = np.concatenate([np.ones((*y.shape[:-1], 1)), up], axis=-1).astype(np.int64)
        count = int(np.prod(y.shape[:-1]))
        return Message.pack(symbols, width=1, shape=y.shape, side_bits=count, coins=9)

    def decode(self, message):
        assert message.coins == 9
        return 2.0 * message.unpack(width=1)[..., 1:] - 1

    def roundtrip(self, y, *, rng=None):
        return self.decode(self.encode(y, rng=rng))


@pytest.mark.parametrize(
    "quantizer", [Blocks(WithSideInformation(), 2), Shifted(WithSideInformation(), [0.25] * 4)]
)
def test_coins_and_side_information_pass_through(quantizer):
    y = np.random.default_rng(0).uniform(-0.5, 0.5, size=(3, 4))
    message = quantizer.encode(y, rng=5)
    assert quantizer.unbiased
    assert message.coins == 9
    assert message.side_bits == 3 * (quantizer.bits(4) - 4)
    assert message.bits == 3 * quantizer.bits(4)
    assert np.array_equal(quantizer.decode(message), quantizer.roundtrip(y, rng=5))
    assert quantizer.encode(y, rng=5) == message != quantizer.encode(y, rng=6)


def test_another_centre_or_another_inner_quantizer_is_refused():
    message = Shifted(Sign(), [0.25] * 4).encode(np.ones(4))
    for other in (
        Shifted(Sign(), [0.5] * 4),
        Shifted(Sign(2.0), [0.25] * 4),
        Sign(),
        Blocks(Sign(), 2),
    ):
        with pytest.raises(ArgumentError, match=r"made_by = .*Decode with the quantizer"):
            other.decode(message)
    relative = Sign().decode(replace(message, made_by=repr(Sign())))  # said, not found by accident
    assert relative.tolist() == [1.0] * 4


def test_long_centres_are_told_apart():
    first, second = np.zeros(2000), np.zeros(2000)
    second[1000] = 1e-300
    assert repr(Shifted(Sign(), first)) != repr(Shifted(Sign(), second))
    assert repr(Shifted(Sign(), [0.5])) == "Shifted(Sign(scale=1.0, offset=0.0), center=[0.5])"


@dataclass(frozen=True)
class PublicSigns:
    """Sends nothing; decodes to public signs of the row: shows which row a block takes."""

    unbiased = False
    domain = Box(1.0)

    def bits(self, d):
        return 0

    def variance_bound(self, d):
        return ErrorBound(3.0 * d)

    def encode(self, y, *, rng=None):
        return Message(b"", 0, np.shape(y), coins=9)

    def decode(self, message):
        signs = public_signs(9, count=message.count, d=message.shape[-1], first=message.first)
        return signs.astype(float).reshape(message.shape)


def test_each_message_of_blocks_decodes_alone():
    quantizer = Blocks(PublicSigns(), 8)
    message = quantizer.encode(np.zeros((3, 16)))
    rows = quantizer.decode(message)
    assert len(np.unique(rows.reshape(6, 8), axis=0)) == 6
    for i in range(3):
        assert np.array_equal(quantizer.decode(message.single(i)), rows[i])


def test_variance_bounds_add_up():
    assert Blocks(PublicSigns(), 8).variance_bound(24) == ErrorBound(72.0)
    assert Shifted(PublicSigns(), [1.0] * 8).variance_bound(8) == ErrorBound(24.0)
    assert Blocks(LloydMax(2), 2).variance_bound(4) is None


def test_domains():
    assert np.all(Blocks(WithSideInformation(), 2).domain.check("y", np.ones((2, 4))) == 1)
    with pytest.raises(ArgumentError, match=r"y in blocks\[0, 1, 0\] = 2.0"):
        Blocks(WithSideInformation(), 2).domain.check("y", [[0.0, 1.0, 2.0, 0.0]])
    with pytest.raises(ArgumentError, match=r"y.shape = \(3,\)"):
        Blocks(Sign(), 2).domain.check("y", np.zeros(3))
    shifted = Shifted(WithSideInformation(), [5.0, 0.0])
    assert np.all(shifted.domain.check("y", [5.5, 0.5]) == [5.5, 0.5])
    with pytest.raises(ArgumentError, match=r"\(y - center\)\[0\] = -4.0"):
        shifted.domain.check("y", [1.0, 0.0])
    with pytest.raises(ArgumentError, match=r"y.shape = \(3,\)"):
        shifted.domain.check("y", np.zeros(3))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: Blocks(Simplex(3), 6), r"d = 6, .* = 7"),
        (lambda: Blocks(Sign(), 0), "size = 0"),
        (lambda: Blocks(Sign(), 4).bits(6), "d = 6, .* multiple of size = 4"),
        (lambda: Blocks(Sign(), 4).encode(np.zeros(6)), "d = 6"),
        (lambda: Blocks(Sign(), 4).roundtrip(np.zeros(6)), "d = 6"),
        (lambda: Shifted(Sign(), 1.0), r"center.shape = \(\)"),
        (lambda: Shifted(Sign(), [[1.0]]), r"center.shape = \(1, 1\)"),
        (lambda: Shifted(Sign(), [np.nan]), r"center\[0\] = nan"),
        (lambda: Shifted(Simplex(2), [0.0]), "d = 1"),
        (lambda: Shifted(Sign(), [0.0, 0.0]).encode(np.zeros(3)), "d = 3, .* center, 2"),
        (lambda: Shifted(Sign(), [0.0, 0.0]).bits(3), "d = 3"),
    ],
)
def test_errors(call, words):
    with pytest.raises(ArgumentError, match=words):
        call()
