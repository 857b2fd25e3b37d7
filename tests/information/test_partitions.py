"""The quantizers are what they are said to be."""

import numpy as np
import pytest

from infobound.information.partitions import hamming_cosets, raw_signs, sign_groups
from infobound.models.sign_families import cube_weights
from infobound.numerics.arguments import ArgumentError


@pytest.mark.parametrize("checks", [1, 2, 3, 4])
def test_hamming_cells_are_balls_of_radius_one(checks):
    d = 2**checks - 1
    words, sizes = np.unique(hamming_cosets(checks), return_counts=True)
    assert len(words) == 2 ** (d - checks)
    assert set(sizes.tolist()) == {d + 1}
    distance = cube_weights(d)[np.arange(2**d) ^ hamming_cosets(checks)]
    assert distance.max() == 1
    np.testing.assert_array_equal(hamming_cosets(checks)[words], words)


def test_raw_signs():
    assert raw_signs(3, 2).tolist() == [0, 1, 2, 3, 0, 1, 2, 3]
    assert np.unique(raw_signs(4, 0)).size == 1
    assert np.unique(raw_signs(4, 4)).size == 16


@pytest.mark.parametrize(("d", "bits", "cells"), [(5, 1, 2), (5, 3, 8), (5, 4, 10), (3, 99, 6)])
def test_sign_groups_hold_no_opposite_points(d, bits, cells):
    partition = sign_groups(d, bits)
    labels, sizes = np.unique(partition, return_counts=True)
    assert len(labels) == cells
    assert sizes.max() - sizes.min() <= 1
    assert np.all(partition[0::2] != partition[1::2])


def test_refusals():
    for call in (lambda: raw_signs(3, 4), lambda: sign_groups(3, 0), lambda: raw_signs(3, -1)):
        with pytest.raises(ArgumentError, match="bits"):
            call()
    with pytest.raises(ArgumentError, match="checks"):
        hamming_cosets(5)
