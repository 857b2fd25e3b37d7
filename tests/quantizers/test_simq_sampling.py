"""How SimQ+ draws: inverse distribution functions and systematic rounding, checked exactly."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from infobound.numerics.arguments import ArgumentError
from infobound.quantizers.simq_sampling import (
    _search,
    draw_indices,
    iid_counts,
    iid_law,
    systematic_counts,
    systematic_law,
)

EXAMPLES = settings(deadline=None, derandomize=True, max_examples=30)


class Grid:
    """In place of a generator: the middles of 2^bits equal parts of [0, 1), as numbers of one row."""

    def __init__(self, bits):
        self.places = (np.arange(1 << bits) + 0.5) / (1 << bits)

    def random(self, shape):
        assert shape == (1, self.places.size)
        return self.places[None]


def weights(d, parts=16):
    """Multiples of 1/parts with sum at most 1."""
    cuts = st.lists(st.integers(0, parts), min_size=d, max_size=d).map(sorted)
    return cuts.map(lambda ends: np.diff(ends, prepend=0) / parts)


@EXAMPLES
@given(data=st.data(), n=st.integers(1, 3), d=st.integers(1, 20), k=st.integers(1, 8))
def test_search_is_searchsorted(data, n, d, k):
    number = st.sampled_from(np.linspace(0, 1, 9).tolist())
    edges = np.sort(data.draw(hnp.arrays(np.float64, (n, d), elements=number)), axis=1)
    uniform = data.draw(hnp.arrays(np.float64, (n, k), elements=number))
    found = _search(edges, uniform)
    for row in range(n):
        assert np.array_equal(found[row], np.searchsorted(edges[row], uniform[row], side="right"))


@EXAMPLES
@given(w=st.integers(1, 6).flatmap(weights))
def test_each_draw_has_its_weight(w):
    """Exactly: 16 equal parts of [0, 1) hit index i as often as its weight in sixteenths."""
    index = draw_indices(w[None], 16, Grid(4))[0]
    expected = 16 * np.append(w, 1 - w.sum())
    assert np.array_equal(np.bincount(index, minlength=w.size + 1), expected)


def test_draws_are_independent():
    """Pearson's statistic of the counts of 3 draws against the multinomial law, 10 000 samples.

    False alarm 1e-6 (chi-square with 9 degrees of freedom, above 46). Power: weights 5 % low have
    noncentrality 300, missed with probability below 1e-9; one draw repeated is off by more.
    """
    from scipy.special import chdtri, chndtr

    w, k, n = np.array([0.5, 0.3]), 3, 10_000
    counts, probability = iid_law(w, k)
    limit = chdtri(len(counts) - 1, 1e-6)
    assert len(counts) == 10
    assert chndtr(limit, len(counts) - 1, 300) < 1e-9

    def statistic(sample):
        cells = [(sample == count).all(axis=1).sum() for count in counts]
        return np.sum((np.array(cells) - n * probability) ** 2 / (n * probability))

    rng, rows = np.random.default_rng(5), np.tile(w, (n, 1))
    assert statistic(iid_counts(rows, k, rng)) < limit
    assert statistic(iid_counts(0.95 * rows, k, rng)) > limit
    assert statistic(3 * iid_counts(rows, 1, rng)) > limit


def multinomial(w, k):
    """Law of the counts, draw after draw, in rationals."""
    d = len(w)
    steps = [*w, 1 - sum(w)]
    law = {}
    for drawn in product(range(d + 1), repeat=k):
        counts = tuple(drawn.count(i) for i in range(d))
        mass = Fraction(1)
        for i in drawn:
            mass *= steps[i]
        law[counts] = law.get(counts, 0) + mass
    return {counts: mass for counts, mass in law.items() if mass}


@pytest.mark.parametrize("w", [(1, 2, 0), (1, 1, 2), (0, 0, 0), (3, 1, 0), (2, 1, 1)])
@pytest.mark.parametrize("k", [1, 2, 3, 4])
def test_iid_law(w, k):
    """d = 3, quarters, against exact enumeration: the same outcomes, probabilities to 1e-14."""
    exact = multinomial([Fraction(x, 4) for x in w], k)
    counts, probability = iid_law(np.array(w) / 4, k)
    assert {tuple(count) for count in counts.tolist()} == set(exact)
    assert len(counts) == len(exact)
    wanted = [float(exact[tuple(count)]) for count in counts.tolist()]
    np.testing.assert_allclose(probability, wanted, rtol=1e-13)


@EXAMPLES
@given(w=st.integers(1, 6).flatmap(weights), k=st.integers(1, 9))
def test_systematic_law(w, k):
    """Exact in sixteenths: mean k w, each count one of two neighbours, sum at most k."""
    counts, probability = systematic_law(w, k)
    assert probability.sum() == 1
    assert np.array_equal(probability @ counts, k * w)
    assert np.all((np.floor(k * w) <= counts) & (counts <= np.ceil(k * w)))
    assert counts.sum(axis=1).max() <= k
    part = (k * w) % 1
    assert np.array_equal(probability @ (counts - k * w) ** 2, part * (1 - part))


@EXAMPLES
@given(w=st.integers(1, 6).flatmap(weights), k=st.integers(1, 9))
def test_systematic_counts_follow_the_law(w, k):
    """All breakpoints are sixteenths: the middles of 16 parts have the exact law."""
    sample = systematic_counts(np.tile(w, (16, 1)), k, Grid(4).places)
    counts, probability = systematic_law(w, k)
    for count in counts:
        mass = probability[(counts == count).all(axis=1)].sum()
        assert (sample == count).all(axis=1).mean() == mass > 0


def test_direction_can_be_worse():
    """k w = (1/2, 1/2, 1/2), k = 2: Var(N_1 + N_3) is 1, and 1/2 for independent draws."""
    w = np.full(3, 0.25)
    for law, variance in ((systematic_law, 1.0), (iid_law, 0.5)):
        counts, probability = law(w, 2)
        total = counts[:, 0] + counts[:, 2]
        assert probability @ (total - 1) ** 2 == pytest.approx(variance, rel=1e-14)


def test_sum_never_exceeds_draws():
    """k + U rounds up to k + 1 in floating point when U is next to 1: guarded."""
    last = np.nextafter(1.0, 0.0)
    for w in ([1.0], [0.5, 0.5], [1 / 3, 1 / 3, 1 / 3], [0.1] * 10):
        for k in (1, 2, 3, 1000, 2**24):
            assert np.floor(k + last) == k + 1 or k == 1
            counts = systematic_counts(np.array([w]), k, np.array([last]))
            assert counts.min() >= 0
            assert counts.sum() <= k


def test_weights_that_sum_to_more_than_one_by_rounding():
    w = np.full((1, 10), np.nextafter(0.1, 1.0))
    counts = iid_counts(w, 1000, np.random.default_rng(0))
    assert counts.sum() == 1000
    _, probability = iid_law(w[0], 2)
    assert probability.sum() == pytest.approx(1, abs=1e-15)


@pytest.mark.parametrize(
    ("law", "d", "k"), [(iid_law, 10, 40), (iid_law, 2, 2000), (systematic_law, 1000, 1)]
)
def test_too_many_outcomes(law, d, k):
    with pytest.raises(ArgumentError, match="at most 1000000"):
        law(np.full(d, 1 / d), k)
