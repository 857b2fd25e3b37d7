"""RandK and TopK: indices that are counted, exact laws, public patterns."""

import math
from fractions import Fraction

import numpy as np
import pytest

from infobound.numerics.arguments import ArgumentError
from infobound.quantizers.base import Message
from infobound.quantizers.sparsify import RandK, TopK


def test_indices_are_counted():
    """10 % of 1000: 3.2 bits per coordinate for the values and 0.46 for the set that depends on y."""
    assert RandK(100).bits(1000) == 3200
    sets = math.comb(1000, 100)
    assert TopK(100).bits(1000) == 3200 + math.ceil(math.log2(sets)) == 3200 + 465
    assert RandK(100, "private").bits(1000) == TopK(100).bits(1000)
    assert [TopK(k).bits(4) - 32 * k for k in (1, 2, 3, 4)] == [2, 3, 2, 0]


def test_random_subset_in_rationals():
    """Mean y, error (d/K - 1) |y|^2, over all sets: y has exact 32-bit floats."""
    y = [Fraction(3, 4), Fraction(-5, 2), Fraction(1), Fraction(0), Fraction(7)]
    for kept in (1, 2, 4, 5):
        law = RandK(kept).law([float(v) for v in y])
        pairs = list(zip(law.probabilities, law.vectors, strict=True))
        mean = [sum(p * v[i] for p, v in pairs) for i in range(5)]
        assert mean == pytest.approx([float(v) for v in y], rel=1e-14)
        expected = float((Fraction(5, kept) - 1) * sum(v * v for v in y))
        assert law.mean_squared_error([float(v) for v in y]) == pytest.approx(expected, rel=1e-13)
        assert RandK(kept).mean_squared_error([float(v) for v in y]) == pytest.approx(expected)


def is_uniform(counts):
    """Chi-square test at 5.5 standard deviations, by the approximation of Wilson and Hilferty."""
    expected, freedom = counts.sum() / counts.size, counts.size - 1
    statistic = np.sum((counts - expected) ** 2) / expected
    spread = 2 / (9 * freedom)
    return statistic < freedom * (1 - spread + 5.5 * math.sqrt(spread)) ** 3


@pytest.mark.parametrize("pattern", ["public", "private"])
def test_sets_are_uniform_and_independent(pattern):
    """20000 sets of 2 out of 5, and pairs of consecutive sets.

    False alarm: below 1e-6 for each of four tests. Power: the same test objects when one outcome in
    ten takes 10 % of the counts of all (asserted). Seeded.
    """
    outputs = RandK(2, pattern).roundtrip(np.ones((20_000, 5)), rng=1)
    sets = (outputs != 0) @ (1 << np.arange(5))
    different, labels = np.unique(sets, return_inverse=True)
    assert len(different) == 10
    for counts in (
        np.bincount(labels),
        np.bincount(labels[::2] * 10 + labels[1::2], minlength=100),
    ):
        assert is_uniform(counts)
        planted = 0.9 * counts
        planted[: counts.size // 10] += 0.1 * counts.sum() / (counts.size // 10)
        assert not is_uniform(planted)


def test_public_pattern_is_no_function_of_y():
    """Same coins, other vector: same places, nothing but values in the payload."""
    first, second = (RandK(3).encode(v, rng=4) for v in (np.ones((6, 9)), np.full((6, 9), 2.0)))
    assert first.coins == second.coins
    assert np.array_equal(RandK(3).decode(second), 2 * RandK(3).decode(first))
    assert RandK(3).decode(first).max() == 3
    blind = Message(first.payload, first.bits, first.shape, made_by=first.made_by)
    with pytest.raises(ArgumentError, match=r"message\.coins"):
        RandK(3).decode(blind)


def test_values_that_are_not_floats_are_unbiased():
    """0.1 kept always (K = d): two outcomes with mean 0.1."""
    law = RandK(1).law([0.1])
    assert len(law.vectors) == 2
    assert law.mean()[0] == pytest.approx(0.1, rel=1e-16)
    assert np.unique(RandK(1).roundtrip(np.full((100, 1), 0.1), rng=0)).size == 2


def test_top():
    """The largest in size, ties to the first, in their places."""
    y = np.array([[1.0, -3.0, 2.0, 0.5], [1.0, 1.0, -1.0, 1.0], [0.0, 0.0, 0.0, -2.0]])
    expected = [[0, -3, 2, 0], [1, 1, 0, 0], [0, 0, 0, -2]]
    assert TopK(2).roundtrip(y).tolist() == expected
    assert TopK(2).mean_squared_error(y).tolist() == [1.25, 2.0, 0.0]
    assert TopK(2).mean_squared_error(y)[1] <= TopK(2).variance_bound(4).at(y)[1]
    assert TopK(2).variance_bound(4).value == pytest.approx(0.5)
    rng = np.random.default_rng(0)
    random = rng.standard_normal((50, 30)).round(1)
    for kept in (1, 7, 30):
        order = np.argsort(-abs(random), axis=-1, kind="stable")[:, :kept]
        want = np.zeros_like(random)
        np.put_along_axis(want, order, np.take_along_axis(random, order, -1), -1)
        assert TopK(kept).roundtrip(random) == pytest.approx(want, rel=1e-7)
        assert TopK(kept).decode(TopK(kept).encode(random)) == pytest.approx(want, rel=1e-7)


def test_a_rank_without_a_set_is_refused():
    """C(5, 2) = 10 sets in 4 bits: ranks 10 to 15 are nobody's."""
    for rank in range(16):
        fields = [(np.array([0x3F800000, 0x40000000]), 32), (np.array([rank]), 4)]
        message = Message.join(fields, shape=(5,), made_by=repr(TopK(2)))
        if rank < 10:
            decoded = TopK(2).decode(message)
            assert decoded[decoded != 0].tolist() == [1.0, 2.0]
            assert TopK(2).encode(decoded).payload == message.payload
        else:
            with pytest.raises(ArgumentError, match="rank"):
                TopK(2).decode(message)


def test_large():
    """d = 2^20: the rank is a long integer, exactly counted."""
    y = np.random.default_rng(0).standard_normal(2**20)
    quantizer = TopK(40)
    message = quantizer.encode(y)
    assert message.bits == 32 * 40 + (math.comb(2**20, 40) - 1).bit_length()
    assert np.array_equal(quantizer.decode(message), quantizer.roundtrip(y))


@pytest.mark.parametrize("make", [RandK, TopK])
def test_refusals(make):
    for kept in (0, -1, 2.5):
        with pytest.raises(ArgumentError):
            make(kept)
    with pytest.raises(ArgumentError, match="at least kept = 4"):
        make(4).bits(3)
    with pytest.raises(ArgumentError, match="at least kept = 4"):
        make(4).encode(np.ones(3))
    with pytest.raises(ArgumentError, match="pattern"):
        RandK(1, "secret")
