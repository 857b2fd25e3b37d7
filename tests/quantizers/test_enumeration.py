"""Laws by listing: roundings, merging, limits."""

import numpy as np
import pytest

from infobound.numerics.arguments import ArgumentError
from infobound.quantizers.enumeration import merged, one_vector, refuse_many, roundings


def test_roundings():
    """Integers stay; the others go both ways, independently."""
    rounded, chances = roundings(np.array([1.25, -2.0, -0.5]))
    found = {tuple(row): p for row, p in zip(rounded.tolist(), chances, strict=True)}
    assert found == {
        (1, -2, -1): 0.375, (2, -2, -1): 0.125, (1, -2, 0): 0.375, (2, -2, 0): 0.125
    }  # fmt: skip
    assert chances @ rounded == pytest.approx([1.25, -2.0, -0.5])


def test_merged():
    law = merged(np.array([[1.0, 0.0], [0.0, 2.0], [1.0, 0.0]]), np.array([0.25, 0.5, 0.25]))
    assert law.vectors.tolist() == [[0.0, 2.0], [1.0, 0.0]]
    assert law.probabilities.tolist() == [0.5, 0.5]


def test_refusals():
    refuse_many(10**6)
    with pytest.raises(ArgumentError, match="number of outcomes = 1000001"):
        refuse_many(10**6 + 1)
    with pytest.raises(ArgumentError, match="number of outcomes"):
        roundings(np.full(40, 0.5))
    with pytest.raises(ArgumentError, match=r"\(d,\)"):
        one_vector([[1.0]])
