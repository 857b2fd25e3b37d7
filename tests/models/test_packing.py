"""The distance of a packing is verified, by both of its routes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infobound.models import packing as module
from infobound.models.packing import Packing, closest_words, is_inclusion_maximal
from infobound.models.packings import hypercube
from infobound.numerics.arguments import ArgumentError


def test_a_wrong_distance_names_two_words_and_theirs():
    words = [[1, 1, 1, 1], [-1, -1, -1, -1], [1, -1, -1, -1]]
    assert len(Packing(words, 1)) == 3
    with pytest.raises(ArgumentError, match="words 1 and 2 differ in 1 places"):
        Packing(words, 2)
    with pytest.raises(ArgumentError, match="words 0 and 2 differ in 0 places"):
        Packing([words[0], words[1], words[0]], 1)


def least_distance(words):
    apart = np.sum(words[:, None] != words, axis=-1) + 2 * words.shape[1] * np.eye(len(words))
    return apart.min()


@settings(deadline=None, derandomize=True, max_examples=20)
@given(st.integers(2, 9), st.integers(2, 40), st.integers(0, 2**32))
def test_closest_words_by_every_route(d, n, seed):
    words = np.random.default_rng(seed).choice(np.array([-1, 1], dtype=np.int8), (n, d))
    with pytest.MonkeyPatch.context() as patch:
        for cube, rows in ((24, 1024), (0, 1024), (0, 3)):
            patch.setattr(module, "_CUBE", cube)
            patch.setattr(module, "_ROWS", rows)
            i, j = closest_words(words)
            assert i < j
            assert np.sum(words[i] != words[j]) == least_distance(words)


def test_words_are_kept_from_change():
    mine = np.array([[1, -1], [-1, 1]])
    packing = Packing(mine, 2)
    mine[0] = -1
    assert packing.words.tolist() == [[1, -1], [-1, 1]]
    with pytest.raises(ValueError, match="read-only"):
        packing.words[0, 0] = -1
    assert packing.dimension == 2
    assert len(Packing([[1, 1, 1]], 3)) == 1


def test_inclusion_maximal():
    """{v, -v} in three dimensions covers the cube at distance 2 (radius 1), not at distance 1."""
    pair = [[1, 1, 1], [-1, -1, -1]]
    assert is_inclusion_maximal(Packing(pair, 2))
    assert not is_inclusion_maximal(Packing(pair, 1))
    assert not is_inclusion_maximal(Packing(pair[:1], 3))
    assert is_inclusion_maximal(hypercube(3))


def test_refusals():
    for words in ([], [1, 1], [[]]):
        with pytest.raises(ArgumentError, match=r"words\.shape"):
            Packing(words, 1)
    with pytest.raises(ArgumentError, match="words = 0"):
        Packing([[0, 1]], 1)
    with pytest.raises(ArgumentError, match="distance"):
        Packing([[1, 1]], 0)
    with pytest.raises(ArgumentError, match="at most 24"):
        is_inclusion_maximal(Packing(np.ones((1, 25)), 1))


def test_too_many_words_to_compare(monkeypatch):
    monkeypatch.setattr(module, "_PAIRS", 100)
    words = np.where(np.eye(25) > 0, -1, 1)
    with pytest.raises(ArgumentError, match="25 rows"):
        Packing(words, 2)
