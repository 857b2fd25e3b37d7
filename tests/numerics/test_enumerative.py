"""Enumerative codes: bijections, by exhaustion where it is possible."""

import math
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infobound.numerics.arguments import ArgumentError
from infobound.numerics.enumerative import (
    delannoy,
    rank_ball,
    rank_subset,
    rank_type,
    subset_count,
    type_count,
    unrank_ball,
    unrank_subset,
    unrank_type,
)

EXAMPLES = settings(deadline=None, derandomize=True, max_examples=40)


def numbers_all(ranks, count):
    """The law: every number in [0, count) once."""
    return sorted(ranks) == list(range(count))


def shares(d, k):
    return [n for n in product(range(k + 1), repeat=d + 1) if sum(n) == k]


def ball(d, k):
    return [x for x in product(range(-k, k + 1), repeat=d) if sum(map(abs, x)) <= k]


@pytest.mark.parametrize("d", range(8))
def test_subsets(d):
    for size in range(d + 1):
        subsets = list(combinations(range(d), size))
        ranks = [rank_subset(s, d) for s in subsets]
        assert numbers_all(ranks, subset_count(d, size))
        assert ranks == [sum(math.comb(c, j) for j, c in enumerate(s, 1)) for s in subsets]
        assert [tuple(unrank_subset(r, d, size)) for r in ranks] == subsets


@pytest.mark.parametrize("d", range(5))
@pytest.mark.parametrize("k", range(5))
def test_types(d, k):
    counts = shares(d, k)
    ranks = [rank_type(n) for n in counts]
    assert numbers_all(ranks, type_count(d, k))
    assert [tuple(unrank_type(r, d, k)) for r in ranks] == counts


@pytest.mark.parametrize("d", range(5))
@pytest.mark.parametrize("k", range(5))
def test_balls(d, k):
    points = ball(d, k)
    ranks = [rank_ball(x, k) for x in points]
    assert numbers_all(ranks, delannoy(d, k))
    assert [tuple(unrank_ball(r, d, k)) for r in ranks] == points
    in_order = sorted(points, key=lambda x: [2 * abs(c) - (c > 0) for c in x])
    assert [rank_ball(x, k) for x in in_order] == list(range(len(points)))


def without_the_sign(x, k):
    return rank_ball([abs(c) for c in x], k)


def from_one(x, k):
    return rank_ball(x, k) + 1


def of_a_larger_ball(x, k):
    return rank_ball(x, k + 1)


@pytest.mark.parametrize("wrong", [without_the_sign, from_one, of_a_larger_ball])
def test_the_law_objects(wrong):
    """A planted mistake each: sign lost, counted from 1, radius one off."""
    assert not numbers_all([wrong(x, 2) for x in ball(2, 2)], delannoy(2, 2))


def test_delannoy_is_the_sum_and_the_recurrence():
    for d, k in product(range(12), repeat=2):
        terms = [2**j * math.comb(d, j) * math.comb(k, j) for j in range(d + 1)]
        assert delannoy(d, k) == sum(terms)
        if d and k:
            parts = delannoy(d - 1, k) + delannoy(d, k - 1) + delannoy(d - 1, k - 1)
            assert delannoy(d, k) == parts


@pytest.mark.parametrize(
    ("d", "k", "with_types", "with_balls"),
    [
        (16, 16, 46, 38),
        (64, 64, 189, 159),
        (256, 256, 764, 647),
        (1024, 1024, 3067, 2599),
        (256, 16, 101, 100),
        (1024, 32, 236, 235),
        (1024, 6, 57, 57),
        (1024, 1, 12, 12),
    ],
)
def test_bits(d, k, with_types, with_balls):
    """Least length of a fixed-length code: the type and min(d, k) signs, or the point."""
    assert (type_count(d, k) - 1).bit_length() + min(d, k) == with_types
    assert (delannoy(d, k) - 1).bit_length() == with_balls


def drawn(d, k, seed):
    """x of |x|_1 <= k: signed counts of k draws, some of them cancelling."""
    rng = np.random.default_rng(seed)
    x = np.zeros(d, dtype=np.int64)
    np.add.at(x, rng.integers(0, d, k), rng.choice([-1, 1], k))
    return x


@pytest.mark.parametrize(("d", "k"), [(1024, 1024), (1000, 3), (3, 1000), (4096, 64), (1, 50)])
def test_large_round_trips(d, k):
    x = drawn(d, k, seed=d + k)
    rank = rank_ball(x, k)
    assert 0 < rank < delannoy(d, k)
    assert unrank_ball(rank, d, k) == x.tolist()
    counts = [k - int(np.abs(x).sum()), *np.abs(x)]
    rank = rank_type(counts)
    assert 0 < rank < type_count(d, k)
    assert unrank_type(rank, d, k) == counts


@pytest.mark.parametrize(
    ("d", "size"), [(2**20, 16), (2**20, 1), (900, 450), (900, 890), (20000, 300)]
)
def test_large_subsets(d, size):
    places = np.sort(np.random.default_rng(size).choice(d, size, replace=False))
    rank = rank_subset(places, d)
    assert rank == sum(math.comb(int(c), j) for j, c in enumerate(places, 1))
    assert unrank_subset(rank, d, size) == places.tolist()


@EXAMPLES
@given(data=st.data(), d=st.integers(1, 60), k=st.integers(0, 60))
def test_every_number_has_its_object(data, d, k):
    rank = data.draw(st.integers(0, delannoy(d, k) - 1))
    assert rank_ball(unrank_ball(rank, d, k), k) == rank
    rank = data.draw(st.integers(0, type_count(d, k) - 1))
    counts = unrank_type(rank, d, k)
    assert sum(counts) == k
    assert rank_type(counts) == rank
    rank = data.draw(st.integers(0, subset_count(d + k, k) - 1))
    assert rank_subset(unrank_subset(rank, d + k, k), d + k) == rank


@pytest.mark.parametrize(("d", "k"), [(5, 0), (1, 7), (7, 1), (300, 400)])
def test_first_and_last(d, k):
    assert unrank_ball(0, d, k) == [0] * d
    last = unrank_ball(delannoy(d, k) - 1, d, k)
    assert last == [-k] + [0] * (d - 1)
    assert unrank_type(type_count(d, k) - 1, d, k) == [k] + [0] * d
    assert unrank_subset(0, d + k, k) == list(range(k))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: unrank_ball(5, 2, 1), r"rank = 5, .* in \[0, 5\), below the Delannoy number D"),
        (lambda: unrank_ball(-1, 2, 1), "rank = -1"),
        (lambda: unrank_type(6, 2, 2), r"rank = 6, .* below C\(2 \+ 2, 2\)"),
        (lambda: unrank_subset(6, 4, 2), r"rank = 6, .* below C\(4, 2\)"),
        (lambda: unrank_subset(0, 3, 4), r"rank = 0, .* in \[0, 0\)"),
        (lambda: unrank_ball(2**20000, 2, 1), "an integer of 20001 bits"),
        (lambda: rank_ball([1, -1], 1), r"\|x\|_1 = 2, .* at most k = 1"),
        (lambda: rank_type([1, -1]), r"counts\[1\] = -1"),
        (lambda: rank_type([]), r"counts = \[\]"),
        (lambda: rank_subset([1, 1], 3), r"places\[1\] = 1, .* in \[2, 3\)"),
        (lambda: rank_subset([0, 3], 3), r"places\[1\] = 3"),
        (lambda: rank_subset([-1], 3), r"places\[0\] = -1"),
        (lambda: delannoy(-1, 2), "d = -1"),
    ],
)
def test_refuses(call, words):
    with pytest.raises(ArgumentError, match=words):
        call()
