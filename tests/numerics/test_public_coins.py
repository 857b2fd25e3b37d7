"""Public coins: a function of seed, stream, row and place, the same on any machine."""

import numpy as np
import pytest

from infobound.numerics.arguments import ArgumentError
from infobound.numerics.public_coins import (
    public_signs,
    public_uniforms,
    public_words,
    smallest_places,
)

SEED = 2024


def test_golden_words():
    """Philox4x64-10 with key (seed, stream): whoever holds the seed must find these words."""
    assert public_words(SEED, count=2, per_row=3).tolist() == [
        [0xC103145E4727D649, 0xA755CE433B4471EA, 0xD49C618AE162C3C9],
        [0x84188CDF65447255, 0xC00217A608248F3A, 0x7500E250CD411D3D],
    ]
    later = public_words(SEED, count=1, per_row=2, first=5, stream=9)
    assert later.tolist() == [[0x7E5187E5B03995CE, 0x9D4D7061E7C26D0F]]


@pytest.mark.parametrize("per_row", [1, 4, 5, 64])
def test_a_row_alone_is_the_row_of_the_batch(per_row):
    """Also far out, and also where a row does not end with a step of the counter."""
    batch = public_words(SEED, count=6, per_row=per_row, first=10**12)
    assert batch.shape == (6, per_row)
    for i in range(6):
        alone = public_words(SEED, count=1, per_row=per_row, first=10**12 + i)
        assert np.array_equal(alone[0], batch[i])
    assert len(np.unique(batch)) == batch.size


def test_signs_and_uniforms_of_a_row_alone():
    signs = public_signs(SEED, count=5, d=100, first=3)
    uniforms = public_uniforms(SEED, count=5, per_row=7, first=3)
    assert np.array_equal(public_signs(SEED, count=1, d=100, first=6)[0], signs[3])
    assert np.array_equal(public_uniforms(SEED, count=1, per_row=7, first=6)[0], uniforms[3])


def test_seeds_and_streams_differ():
    kinds = [(SEED, 0), (SEED + 1, 0), (SEED, 1), (SEED, 2**64 - 1), (0, SEED)]
    words = [public_words(coins, count=4, per_row=50, stream=s) for coins, s in kinds]
    assert len(np.unique(words)) == 5 * 200


def test_signs_are_the_bits_of_the_words():
    words = public_words(SEED, count=3, per_row=2)
    bits = [[int(w) >> i & 1 for w in row for i in range(64)][:100] for row in words]
    signs = public_signs(SEED, count=3, d=100)
    assert signs.dtype == np.int8
    assert np.array_equal(signs, 1 - 2 * np.array(bits))


def test_uniforms_are_the_words():
    words = public_words(SEED, count=2, per_row=9)
    exact = [[(int(w) >> 11) / 2**53 for w in row] for row in words]
    assert public_uniforms(SEED, count=2, per_row=9).tolist() == exact


def sums(signs):
    """Sums that are N(0, 1) in the limit: all, columns, rows, neighbours in a row, in a column."""
    n, d = signs.shape
    s = signs.astype(np.float64)
    return np.concatenate(
        [
            [s.sum() / np.sqrt(n * d)],
            s.sum(axis=0) / np.sqrt(n),
            s.sum(axis=1) / np.sqrt(d),
            (s[:, 1:] * s[:, :-1]).sum(axis=1) / np.sqrt(d - 1),
            (s[1:] * s[:-1]).sum(axis=1) / np.sqrt(d),
        ]
    )


def is_fair(signs):
    return bool(np.all(np.abs(sums(signs)) <= 7))


def test_signs_are_fair():
    """About 1600 sums of 256 to 65536 signs.

    By Hoeffding each is beyond 7 with probability below 2 exp(-49 / 2) = 4.6e-11, so a false alarm
    has probability below 1e-7. The planted mistakes are seen with probability above 0.999.
    """
    assert is_fair(public_signs(SEED, count=256, d=1000, first=17))


@pytest.mark.parametrize("mistake", ["biased", "same rows", "alternating", "constant column"])
def test_fairness_objects(mistake):
    signs = public_signs(SEED, count=256, d=1000)
    if mistake == "biased":
        signs[np.random.default_rng(0).random(signs.shape) < 0.05] = 1
    elif mistake == "same rows":
        signs[1:] = signs[0]
    elif mistake == "alternating":
        signs[:, 1::2] = -signs[:, ::2]
    else:
        signs[:, 7] = 1
    assert not is_fair(signs)


@pytest.mark.parametrize("coins", [-1, 2**64, 0.5])
def test_refuses(coins):
    with pytest.raises(ArgumentError, match="coins = "):
        public_words(coins, count=1, per_row=1)


def test_smallest_places():
    """In order, ties to the first, one row or many, all or none left out, no rows at all."""
    words = np.array([[5, 1, 5, 0, 9], [7, 7, 7, 7, 7]], dtype=np.uint64)
    assert smallest_places(words, 3).tolist() == [[0, 1, 3], [0, 1, 2]]
    assert smallest_places(words[0], 2).tolist() == [1, 3]
    assert smallest_places(words, 5).tolist() == [[0, 1, 2, 3, 4]] * 2
    assert smallest_places(words[:0], 3).shape == (0, 3)


def test_subsets_are_uniform():
    """All ten pairs of five places; chi-square with 9 degrees, false alarm 1e-6 at 45.1.

    A subset that is 10 % likelier than the others gives about 110 on average.
    """
    words = public_words(3, count=100_000, per_row=5)
    pairs = smallest_places(words, 2) @ [5, 1]
    _, counts = np.unique(pairs, return_counts=True)
    assert len(counts) == 10
    assert np.sum((counts - 10_000) ** 2) / 10_000 < 45.1
