"""The randomized Hadamard transform around a quantizer."""

from dataclasses import replace

import numpy as np
import pytest

from infobound.numerics.arguments import ArgumentError
from infobound.numerics.hadamard import hadamard
from infobound.quantizers.base import rate
from infobound.quantizers.eden import EDEN
from infobound.quantizers.formats.integer_blocks import IntegerBlocks
from infobound.quantizers.formats.mx import MX
from infobound.quantizers.formats.rotated import Rotated
from infobound.quantizers.scalar import LloydMax
from infobound.quantizers.simq import SimQ
from infobound.testing import check_quantizer

FINE = IntegerBlocks(8, 8, "real")  # the inner quantizer that changes least


@pytest.mark.parametrize(
    "form",
    [
        Rotated(MX("e2m1"), 16),
        Rotated(MX("e2m1", "floor", "stochastic", 0.75), 16, signs=7),
    ],
    ids=repr,
)
def test_conformance(form):
    check_quantizer(form, dimensions=[40], samples=1 << 13).raise_if_failed()


@pytest.mark.parametrize("signs", [None, 5])
def test_the_transform_is_undone(signs):
    """Through a fine inner quantizer y comes back, for lengths that need padding too."""
    for d in (1, 7, 16, 50):
        y = np.random.default_rng(d).standard_normal((3, d))
        found = Rotated(FINE, 16, signs).roundtrip(y, rng=1)
        np.testing.assert_allclose(found, y, atol=0.05)
        assert d == 1 or np.any(found != y)  # one number is sent exactly


def test_what_the_inner_quantizer_sees():
    """Blocks of 4 are transformed on their own, by H diag(signs) of Sylvester's order."""

    class Spy:
        unbiased, domain = True, FINE.domain
        seen = None

        def bits(self, d):
            return FINE.bits(d)

        def roundtrip(self, y, *, rng=None):
            self.seen = y
            return y.astype(np.float64)

    spy, y = Spy(), np.array([1.0, 2.0, 3.0, 4.0, 8.0])
    assert np.allclose(Rotated(spy, 4, signs=1).roundtrip(y), y)
    assert spy.seen.shape == (8,)
    first, second = hadamard(spy.seen[:4]), hadamard(spy.seen[4:])
    np.testing.assert_allclose(np.abs(first), [1, 2, 3, 4])
    np.testing.assert_allclose(np.abs(second), [8, 0, 0, 0], atol=1e-15)
    assert np.sign(first[0]) == np.sign(second[0])  # one sign vector


def test_fixed_signs_are_the_same_in_every_call_and_public_ones_are_not():
    y = np.random.default_rng(0).standard_normal(32)
    fixed, public = Rotated(MX("e2m1"), 32, signs=1), Rotated(MX("e2m1"), 32)
    assert np.array_equal(fixed.roundtrip(y, rng=1), fixed.roundtrip(y, rng=2))
    assert not np.array_equal(public.roundtrip(y, rng=1), public.roundtrip(y, rng=2))
    assert fixed.encode(y).coins is None
    assert public.encode(y, rng=1).coins is not None
    two = public.roundtrip(np.stack([y, y]), rng=1)
    assert not np.array_equal(two[0], two[1])  # every row has its own signs


def test_inner_public_coins_pass_through_fixed_signs():
    y = np.random.default_rng(0).standard_normal((5, 24))
    form = Rotated(EDEN(2), 8, signs=3)
    message = form.encode(y, rng=4)
    assert np.array_equal(form.decode(message), form.roundtrip(y, rng=4))
    assert np.array_equal(form.decode(message.single(3)), form.decode(message)[3])
    assert np.mean((form.decode(message) - y) ** 2) < 0.2


def test_one_large_coordinate_is_spread():
    """What it is for: INT4 with one outlier in a block of 32 small numbers.

    Alone, the outlier 100 takes the scale, and the others become 0: error 31. Rotated, all
    coordinates are 100 / sqrt(32) = 17.7 or so: about 32 (17.7 / 7)^2 / 12.
    """
    y = np.ones(32)
    y[3] = 100.0
    plain = np.sum((IntegerBlocks(4).roundtrip(y) - y) ** 2)
    assert plain == pytest.approx(31, abs=0.1)
    found = Rotated(IntegerBlocks(4), 32).roundtrip(np.tile(y, (64, 1)), rng=0)
    assert np.mean(np.sum((found - y) ** 2, axis=1)) < 0.8 * plain


def test_bits_are_those_of_the_padded_vector():
    form = Rotated(MX("e2m1"), 64)
    assert form.bits(65) == MX("e2m1").bits(128) == 4 * (8 + 128)
    assert rate(form, 64) == 4.25
    assert form.bits(64) * 3 == form.encode(np.ones((3, 64)), rng=0).bits


def test_unbiased_as_the_inner_one():
    assert Rotated(MX("e2m1", "rceil", "stochastic"), 64).unbiased
    assert not Rotated(MX("e2m1"), 64).unbiased


def test_domain_keeps_rotated_vectors_inside():
    """The corner of the box goes to one coordinate of sqrt(size) times its size."""
    form = Rotated(IntegerBlocks(4, 8), 64)
    y = np.full(64, form.domain.radius, np.float32)
    for seed in range(3):
        form.roundtrip(y, rng=seed)
    with pytest.raises(ArgumentError, match=r"y\[2\]"):
        form.roundtrip([0.0, 0.0, form.domain.radius * 1.001])
    with pytest.raises(ArgumentError, match=r"y\[1\] = nan"):
        Rotated(LloydMax(2), 4).encode([0.0, np.nan])


def test_refusals():
    for arguments, words in [
        ((MX(), 48), "size = 48.*power of two"),
        ((MX(), 1), "size = 1"),
        ((MX(), 16, -1), "signs = -1"),
        ((SimQ(), 16), "inner.domain"),
    ]:
        with pytest.raises(ArgumentError, match=words):
            Rotated(*arguments)
    with pytest.raises(ArgumentError, match=r"inner.*without public coins"):
        Rotated(EDEN(1), 4).encode(np.ones(4), rng=0)
    message = Rotated(MX(), 16).encode(np.ones(16), rng=0)
    with pytest.raises(ArgumentError, match=r"message.coins = None"):
        Rotated(MX(), 16).decode(replace(message, coins=None))
