"""Stochastic rounding: the probability is exact, word by word."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infobound.numerics.arguments import ArgumentError
from infobound.numerics.stochastic_rounding import CHUNK, carry, stochastic_round

EXAMPLES = settings(deadline=None, derandomize=True, max_examples=10)
WORDS = 2**16
TOP = 2**64 - 1


class Script(np.random.Generator):
    """A generator that deals all 16-bit words in order; to a single ask the next of `coins`.

    A coin is a 64-bit word; the last one is repeated.
    """

    def __init__(self, *coins):
        super().__init__(np.random.PCG64(0))
        self.dealt, self.asked, self.coins = 0, 0, coins

    def integers(self, low, high, *, size, dtype):
        assert (low, high, dtype) == (0, 2**64, np.uint64)
        if size == 1:
            self.asked += 1
            return np.array([self.coins[min(self.asked, len(self.coins)) - 1]], dtype=np.uint64)
        words = np.arange(self.dealt, self.dealt + 4 * size) % WORDS
        self.dealt += 4 * size
        return words.astype("<u2").view("<u8")


def fraction(x):
    return Fraction(float(x)) - math.floor(x)


def ups(x, coin, kind, rounding=stochastic_round):
    """Of all 16-bit words, how many round x up, when the second coin is `coin`."""
    place = np.full(WORDS, x, dtype=kind)
    rounded = rounding(place, Script(coin)).astype(np.int64) - math.floor(x)
    assert set(rounded.tolist()) <= {0, 1}
    return int(rounded.sum())


def is_exact(x, kind, rounding=stochastic_round):
    """Up for floor(2^16 frac) words surely, and for one more if the second coin says so."""
    exact = WORDS * fraction(kind(x))
    found = sorted(ups(x, coin, kind, rounding) for coin in (0, TOP))
    return found == [math.floor(exact), math.ceil(exact)]


PLACES = [
    0.0,
    3.0,
    -2.0,
    0.5,
    -0.5,
    1 / 3,
    -1 / 3,
    7.3,
    1e-30,
    -1e-30,
    5e-310,
    2.0**-16,
    1 - 2.0**-24,
]


@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize("x", [*PLACES, -0.7, 16383.3, -16383.7, 16384.1, -40000.5, 1e6 + 0.3])
def test_every_word(x, kind):
    assert is_exact(x, kind)


@pytest.mark.parametrize("x", [2.0**31 + 0.1, -(2.0**33) - 0.3, 2.0**46, -(2.0**46)])
def test_every_word_large(x):
    assert is_exact(x, np.float64)


def without_second_coin(place, rng):
    """The planted mistake: sixteen bits and no more."""
    words = rng.integers(0, 2**64, size=place.size // 4, dtype=np.uint64).view("<u2")
    return (np.floor(place * 2.0**16).astype(np.int64) + words) >> 16


def to_nearest_word(place, rng):
    """The planted mistake: fixed point by rounding."""
    words = rng.integers(0, 2**64, size=place.size // 4, dtype=np.uint64).view("<u2")
    return (np.rint(place * 2.0**16).astype(np.int64) + words) >> 16


@pytest.mark.parametrize("wrong", [without_second_coin, to_nearest_word])
def test_every_word_objects(wrong):
    assert not is_exact(1 / 3, np.float64, wrong)


def probability(t):
    """P(carry) for one t, digit by digit of 53 bits, from what the coins decide."""
    known, place, prefix = Fraction(0), Fraction(1), []
    negative = t < 0 and fraction(t) > 0  # there the largest coins carry, not the smallest

    def low(coin, then):
        script = Script(*prefix, coin << 11, then)
        return bool(carry(np.array([t]), script)[0]) != negative, script.asked

    while True:
        below, beyond = 0, 2**53  # bisection for the first coin that is not surely low
        while below < beyond:
            middle = (below + beyond) // 2
            below, beyond = (middle + 1, beyond) if low(middle, TOP)[0] else (below, middle)
        place /= 2**53
        known += below * place
        if low(below, TOP)[1] <= len(prefix) + 1:  # and that coin itself decides
            return 1 - known if negative else known
        prefix.append(below << 11)


@EXAMPLES
@given(t=st.floats(-1e6, 1e6) | st.floats(-1, 1) | st.floats(-1e-200, 1e-200))
def test_second_coin_is_exact(t):
    """P(carry) = t - floor(t) as a fraction, for every float, the smallest as well."""
    assert probability(t) == fraction(t)


def test_second_coin_check_sees_beyond_53_bits():
    """With one coin of 53 bits the probability 2^-60 would be 0 or 2^-53."""
    assert probability(2.0**-60) == Fraction(1, 2**60)
    assert probability(2.0**-60) not in (0, Fraction(1, 2**53))


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_frequency(kind):
    """Mean of 2^18 draws at each of 5 places.

    False alarm below 1e-8 for the ten together (6.2 standard deviations); a bias of 0.009 at any
    place is seen with probability above 0.99.
    """
    places = np.array([0.5, -0.25, 3.1, -7.9, 0.01], dtype=kind)
    n = 2**18
    mean = stochastic_round(np.repeat(places[:, None], n, axis=1), 20).mean(axis=1)
    chance = np.array([float(fraction(x)) for x in places])
    assert np.all(np.abs(mean - places) <= 6.2 * np.sqrt(chance * (1 - chance) / n))


def test_integers_stay():
    whole = np.arange(-3000, 3000.0).reshape(60, 100)
    assert np.array_equal(stochastic_round(whole, 1), whole)
    assert np.array_equal(stochastic_round(whole * 2**32, 1), whole.astype(np.int64) * 2**32)


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_affine_map(kind):
    """scale y + offset in the type of y, and then the same coins."""
    y = np.random.default_rng(2).normal(size=(3, CHUNK)).astype(kind)
    place = y * kind(2.3) + kind(40.7)
    fused = stochastic_round(y, 9, scale=2.3, offset=40.7, dtype=np.uint8)
    assert fused.dtype == np.uint8
    assert np.array_equal(fused, stochastic_round(place, 9))


def test_type_shape_and_out():
    assert stochastic_round(0.5, 0).shape == ()
    assert stochastic_round(np.zeros((0, 3)), 0).shape == (0, 3)
    assert stochastic_round(np.zeros(3, dtype=np.float32), 0).dtype == np.int32
    assert stochastic_round(np.full(3, -16384.0), 0).dtype == np.int64
    turned = np.arange(12.0).reshape(3, 4).T
    out = np.empty((4, 3), dtype=np.int16)
    assert stochastic_round(turned, 0, out=out) is out
    assert np.array_equal(out, turned)


def test_same_seed_same_result():
    y = np.random.default_rng(3).normal(size=CHUNK + 5)
    assert np.array_equal(stochastic_round(y, 4), stochastic_round(y, np.random.default_rng(4)))
    assert not np.array_equal(stochastic_round(y, 4), stochastic_round(y, 5))


@pytest.mark.parametrize(
    ("place", "options", "words"),
    [
        ([1.0, math.nan], {}, "place = nan, .* at most 2\\^46"),
        ([math.inf], {}, "place = inf"),
        ([-(2.0**46) - 0.5], {}, "place = -70368744177664.5, .* Scale the values down"),
        ([1.0], {"scale": 1e15}, "place = 1000000000000000.0"),
        ([255.5], {"dtype": np.uint8}, "dtype = 'uint8', .* 255 to 256"),
        ([-0.1], {"dtype": np.uint8}, "-1 to 0"),
        ([0.0], {"dtype": np.float32}, "dtype = 'float32', .* integer"),
        ([0.0], {"out": np.empty(2, dtype=np.int32)}, "out = .* shape"),
        (np.float32([0.0]), {"scale": 2.0**112}, "scale = .* less than 2\\^112"),
        ([0.0], {"offset": math.nan}, "offset = nan"),
    ],
)
def test_refuses(place, options, words):
    with pytest.raises(ArgumentError, match=words):
        stochastic_round(place, 0, **options)
