"""Known codes: sizes, distances, moments."""

import math

import numpy as np
import pytest

from infobound.models.packings import (
    Packing,
    antipodal_clusters_16,
    best_code_9,
    best_code_10,
    constant_weight,
    extended_hamming_16,
    gilbert_varshamov_bound,
    greedy_packing,
    hypercube,
    is_inclusion_maximal,
    reed_muller,
    weight_classes,
    with_opposites,
)
from infobound.numerics.arguments import ArgumentError


def least_distance(packing):
    words = packing.words.astype(np.float64)
    inner = words @ words.T - 4 * words.shape[1] * np.eye(len(words))
    return (packing.dimension - inner.max()) / 2


def moments(packing):
    """E V V^T."""
    words = packing.words.astype(np.float64)
    return words.T @ words / len(words)


@pytest.mark.parametrize(
    ("packing", "size", "distance", "maximal"),
    [
        (hypercube(4), 16, 1, True),
        (extended_hamming_16(), 2048, 4, True),
        (antipodal_clusters_16(), 280, 4, False),
        (weight_classes(7, (0, 2, 5, 7)), 44, 2, True),
        (best_code_9(), 40, 3, True),
        (best_code_10(), 40, 4, True),
        (reed_muller(1, 4), 32, 8, True),
        (reed_muller(0, 3), 2, 8, True),
        (reed_muller(3, 3), 256, 1, True),
        (weight_classes(5, [0, 5]), 2, 5, True),
        (weight_classes(4, (1, 2)), 10, 1, False),
        (weight_classes(8, range(0, 9, 2)), 128, 2, True),
    ],
)
def test_sizes_and_distances(packing, size, distance, maximal):
    assert len(packing) == size
    assert packing.distance == distance == least_distance(packing)
    assert is_inclusion_maximal(packing) == maximal
    with pytest.raises(ArgumentError, match=f"differ in {distance} places"):
        Packing(packing.words, distance + 1)


def test_packings_of_the_counterexamples_are_as_far_apart_as_the_theorem_asks():
    for packing in (antipodal_clusters_16(), weight_classes(7, (0, 2, 5, 7)), best_code_9()):
        assert packing.distance >= packing.dimension / 4
        assert len(packing) >= 2 ** (0.18872 * packing.dimension)


def test_second_moments():
    """Identity for codes of dual distance 3 or more with -V like V; more along one direction."""
    for packing in (hypercube(5), extended_hamming_16(), reed_muller(1, 4)):
        np.testing.assert_array_equal(moments(packing), np.eye(packing.dimension))
    ones = np.ones(16) / 4
    np.testing.assert_allclose(moments(antipodal_clusters_16()) @ ones, 4 * ones)
    assert moments(weight_classes(7, (0, 2, 5, 7))).sum() == pytest.approx(119 / 11)
    assert np.linalg.eigvalsh(moments(best_code_9()))[-1] == pytest.approx(1.2)


def test_lexicode_of_16_is_the_extended_hamming_code():
    greedy, code = greedy_packing(16, 4), extended_hamming_16()
    assert len(greedy) == len(code) == 2048


@pytest.mark.parametrize("distance", range(1, 9))
def test_greedy_packings(distance):
    packing = greedy_packing(8, distance)
    assert least_distance(packing) >= distance
    assert is_inclusion_maximal(packing)
    assert len(packing) >= gilbert_varshamov_bound(8, distance)
    assert packing.words[0].tolist() == [1] * 8


def test_gilbert_varshamov_bound():
    assert gilbert_varshamov_bound(16, 4) == math.ceil(2**16 / (1 + 16 + 120 + 560)) == 95
    assert gilbert_varshamov_bound(5, 1) == 32
    assert gilbert_varshamov_bound(400, 100) >= 2 ** (0.18872 * 400)


def test_refusals():
    with pytest.raises(ArgumentError, match="2\\^26 words"):
        reed_muller(3, 5)
    with pytest.raises(ArgumentError, match="order"):
        reed_muller(4, 3)
    with pytest.raises(ArgumentError, match="weight = 3"):
        constant_weight(extended_hamming_16(), 3)
    with pytest.raises(ArgumentError, match="weights"):
        weight_classes(4, ())
    with pytest.raises(ArgumentError, match="weights = 5"):
        weight_classes(4, (5,))
    with pytest.raises(ArgumentError, match="dimension"):
        hypercube(21)
    with pytest.raises(ArgumentError, match="differ in 0 places"):
        with_opposites(weight_classes(4, (2,)))
