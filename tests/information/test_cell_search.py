"""Search over set partitions: against plain enumeration, and a planted best one is found."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infobound.information.cell_search import (
    best_by_enumeration,
    best_by_subsets,
    count_look_ups,
    count_partitions,
)
from tests.information.labellings import labellings

SEARCHES = (best_by_subsets, best_by_enumeration)
LAW = settings(deadline=None, derandomize=True, max_examples=30)


def masks(labels):
    """The cells of a labelling as subsets."""
    return {sum(1 << i for i in np.flatnonzero(labels == k).tolist()) for k in set(labels.tolist())}


@pytest.mark.parametrize("cells", range(1, 7))
def test_count(cells):
    assert count_partitions(6, cells) == len(labellings(6, cells))


def test_known_counts():
    assert count_partitions(16, 4) == 178_973_355
    assert [count_partitions(n, n) for n in range(1, 9)] == [1, 2, 5, 15, 52, 203, 877, 4140]
    assert count_look_ups(4, 3) == 8 + 13  # the whole; the parts of 3 points: 3 + 3 * 2 + 4


@given(seed=st.integers(0, 10**6), points=st.integers(1, 6), cells=st.integers(1, 6))
@LAW
def test_largest_sum(seed, points, cells):
    """Both searches reach the largest sum and return cells that have it and fit together."""
    cells = min(cells, points)
    table = np.random.default_rng(seed).normal(size=1 << points)
    table[0] = 0
    largest = max(sum(table[m] for m in masks(row)) for row in labellings(points, cells))
    for search in SEARCHES:
        found = search(table, points, cells)
        assert found.value == pytest.approx(largest, abs=1e-12)
        assert sum(table[list(found.cells)]) == pytest.approx(largest, abs=1e-12)
        assert sum(found.cells) == (1 << points) - 1
        assert np.bitwise_or.reduce(found.cells) == (1 << points) - 1
        assert len(found.cells) <= cells
    assert found.looked_up == count_partitions(points, cells)


@pytest.mark.parametrize("cells", [3, 4])
def test_no_partition_is_left_out(cells):
    """A search that skips a partition misses it when only its cells have a value."""
    for row in labellings(5, cells):
        wanted = masks(row)
        table = np.full(32, -1.0)
        table[0], table[list(wanted)] = 0, 1
        for search in SEARCHES:
            assert set(search(table, 5, cells).cells) == wanted


def test_progress():
    table = np.zeros(1 << 9)
    for search in SEARCHES:
        told = []
        search(table, 9, 4, lambda done, total, told=told: told.append((done, total)))
        assert told[-1][0] == told[-1][1]
        assert [done for done, _ in told] == sorted(done for done, _ in told)


@pytest.mark.parametrize(
    ("name", "flaw"),
    [
        ("_all_heads", lambda true: lambda subsets: true(subsets)[:, :-1]),
        ("_first_of_two", lambda true: lambda union, rest: true(union, rest)[1:]),
    ],
    ids=["a part is skipped", "a first cell is skipped"],
)
def test_a_search_that_skips_is_noticed(monkeypatch, name, flaw):
    """The planted partitions above object to either flaw."""
    from infobound.information import cell_search

    monkeypatch.setattr(cell_search, name, flaw(getattr(cell_search, name)))
    with pytest.raises((AssertionError, ValueError)):
        test_no_partition_is_left_out(3)


def test_first_cells_met_twice_are_noticed(monkeypatch):
    """Without the order of the first two cells partitions are met more than once: the count."""
    from infobound.information import cell_search

    table = np.zeros(1 << 6)
    assert best_by_enumeration(table, 6, 4).looked_up == count_partitions(6, 4)
    monkeypatch.setattr(cell_search, "_first_of_two", lambda union, _: cell_search._heads(union))
    assert best_by_enumeration(table, 6, 4).looked_up > count_partitions(6, 4)
