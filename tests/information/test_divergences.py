"""KL, chi-square, the ACT matrix, and what they say about both families and about packings."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infobound.information.divergences import (
    act_matrix,
    chi_square_divergence,
    kl_divergence,
    mean_chi_square,
)
from infobound.information.partitions import hamming_cosets, raw_signs, sign_groups
from infobound.information.sign_information import exact_message_information, message_information
from infobound.models.packings import (
    antipodal_clusters_16,
    best_code_9,
    extended_hamming_16,
    hypercube,
    weight_classes,
)
from infobound.models.sign_families import BernoulliProduct, SparseSign
from infobound.numerics.arguments import ArgumentError

SEVEN = weight_classes(7, (0, 2, 5, 7))
WEIGHTS = st.lists(st.integers(0, 20), min_size=4, max_size=4).filter(any)


def information(family, messages, prior=None):
    return message_information(family, messages, prior).value


def corrected(d, delta, cells):
    """2 delta^2 min(2^r, 2 d)/d."""
    return 2 * delta**2 * min(cells, 2 * d) / d


def test_known_divergences():
    assert kl_divergence([1, 0], [0.5, 0.5]) == 1
    assert chi_square_divergence([0.75, 0.25], [0.5, 0.5]) == 0.25
    assert kl_divergence([0.5, 0.5], [0.25, 0.75]) == pytest.approx(0.5 * math.log2(4 / 3))
    for divergence in (kl_divergence, chi_square_divergence):
        assert divergence([0.5, 0.5], [1, 0]) == math.inf
        assert divergence([1, 0, 0], [0.5, 0.5, 0]) == 1
        assert divergence(np.full((3, 1, 2), 0.5), np.full((4, 2), 0.5)).shape == (3, 4)


@settings(deadline=None, derandomize=True, max_examples=30)
@given(WEIGHTS, WEIGHTS)
def test_kl_is_at_most_log_of_one_plus_chi_square(a, b):
    p, q = np.array(a) / sum(a), np.array(b) / sum(b)
    kl, chi = float(kl_divergence(p, q)), float(chi_square_divergence(p, q))
    assert -1e-15 <= kl <= math.log2(1 + chi) + 1e-12
    assert (kl < 1e-14) == bool(np.allclose(p, q))
    if chi < math.inf:
        assert kl <= chi / math.log(2) + 1e-12
        assert kl == pytest.approx(
            sum(x * math.log2(x / y) for x, y in zip(p, q, strict=True) if x), abs=1e-12
        )


@pytest.mark.parametrize("family", [SparseSign(3, 0.3), BernoulliProduct(3, 0.3)])
def test_both_are_means_of_divergences_over_the_prior(family):
    cells = np.arange(family.points) % 3
    words = np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1]])
    for prior, listed in ((None, hypercube(3).words), (words, words)):
        laws = family.law(listed) @ (cells[:, None] == np.arange(3))
        mixture = laws.mean(axis=0)
        chi = np.mean(chi_square_divergence(laws, mixture))
        assert mean_chi_square(family, cells, prior).value == pytest.approx(float(chi), rel=1e-13)
        kl = np.mean(kl_divergence(laws, mixture))
        assert information(family, cells, prior) == pytest.approx(float(kl), rel=1e-13)


@settings(deadline=None, derandomize=True, max_examples=20)
@given(st.data())
def test_symmetric_sandwich(data):
    """chi^2/(2 ln 2) <= I <= chi^2 in bits over the cube, up to rounding."""
    d = data.draw(st.integers(1, 4))
    family = SparseSign(d, data.draw(st.floats(0.001, 0.5)))
    label = st.integers(0, 3)
    cells = data.draw(st.lists(label, min_size=family.points, max_size=family.points))
    chi, bits = mean_chi_square(family, cells).value, information(family, cells)
    assert chi / (2 * math.log(2)) - 1e-14 <= bits <= chi + 1e-14


def test_the_sandwich_needs_symmetry():
    """Bernoulli products: one point against the three others; any message but that of the point."""
    family, cells = BernoulliProduct(2, 0.25), [0, 0, 0, 1]
    chi, bits = mean_chi_square(family, cells).value, information(family, cells)
    assert chi == 3 / 16
    assert bits < chi / (2 * math.log(2)) - 0.003
    others = (1 - np.eye(4)) / 3
    bits = information(BernoulliProduct(2, 0.5), others)
    assert bits == pytest.approx(math.log2(4 / 3))
    assert mean_chi_square(BernoulliProduct(2, 0.5), others).value == pytest.approx(1 / 3)


def test_nats_would_break_the_lower_half():
    family, cells = SparseSign(4, 0.01), sign_groups(4, 2)
    chi, bits = mean_chi_square(family, cells).value, information(family, cells)
    assert bits * math.log(2) < chi / (2 * math.log(2)) < bits
    assert (
        information(SparseSign(1, 0.5), [0, 1]) == mean_chi_square(SparseSign(1, 0.5), [0, 1]).value
    )


@pytest.mark.parametrize("d", [1, 3, 8])
@pytest.mark.parametrize("bits", [1, 2, 3, 5])
@pytest.mark.parametrize("delta", [0.01, 0.5])
def test_chi_square_contraction(d, bits, delta):
    """Equality where no cell holds opposite points; the printed delta^2 min(2^r, d)/d is broken."""
    family, cells = SparseSign(d, delta), sign_groups(d, bits)
    chi = mean_chi_square(family, cells).value
    used = np.unique(cells).size
    assert chi == pytest.approx(corrected(d, delta, used), rel=1e-13)
    assert used == min(2 * d, 2**bits)
    assert information(family, cells) > delta**2 * min(2**bits, d) / d
    opposite = np.arange(2 * d) // 2  # both signs of a coordinate in one cell: nothing is told
    assert mean_chi_square(family, opposite).value == 0


def test_act_matrix_gives_chi_square():
    rng = np.random.default_rng(5)
    channel = rng.dirichlet(np.ones(3), size=14)
    matrix = act_matrix(channel)
    assert np.trace(matrix) <= 3
    second = SEVEN.words.T.astype(float) @ SEVEN.words / len(SEVEN)
    for prior, moment in ((None, np.eye(7)), (SEVEN, second)):
        expected = 2 * 0.2**2 / 7 * np.sum(moment * matrix)
        found = mean_chi_square(SparseSign(7, 0.2), channel, prior).value
        assert found == pytest.approx(expected, rel=1e-12)
    assert np.trace(act_matrix(sign_groups(7, 2))) == pytest.approx(4)
    assert np.trace(act_matrix(np.arange(14))) == 14


def test_280_words_break_both_bounds():
    prior, cells = antipodal_clusters_16(), sign_groups(16, 1)
    small = information(SparseSign(16, 0.01), cells, prior)
    assert small == pytest.approx(7.2136e-5, rel=1e-5, abs=0)
    assert small / (0.01**2 * 2 / 16) == pytest.approx(5.77, abs=0.005)
    assert small / corrected(16, 0.01, 2) == pytest.approx(2.9, abs=0.05)
    assert information(SparseSign(16, 0.25), cells, prior) == pytest.approx(0.0455660, abs=5e-8)
    low, _ = exact_message_information(SparseSign(16, Fraction(1, 100)), cells, prior)
    assert low > corrected(16, Fraction(1, 100), 2)


def test_44_words_break_the_corrected_bound():
    cells = sign_groups(7, 1)
    for delta, ratio in ((0.01, 1.115), (0.1, 1.117), (0.25, 1.132), (0.5, 1.233)):
        found = information(SparseSign(7, delta), cells, SEVEN) / corrected(7, delta, 2)
        assert found == pytest.approx(ratio, abs=5e-4)
        chi = mean_chi_square(SparseSign(7, delta), cells, SEVEN).value
        assert chi / corrected(7, delta, 2) == pytest.approx(17 / 11, rel=1e-12)
    low, high = exact_message_information(SparseSign(7, Fraction(1, 100)), cells, SEVEN)
    assert low > corrected(7, Fraction(1, 100), 2)
    assert abs(information(SparseSign(7, 0.01), cells, SEVEN) - float(high)) < 1e-14


def test_largest_packings():
    """On the extended Hamming code the corrected bound holds, the printed one does not."""
    prior, cells = extended_hamming_16(), sign_groups(16, 1)
    for delta, ratio in ((0.01, 1.4427), (0.25, 1.4538), (0.5, 1.4948)):
        found = information(SparseSign(16, delta), cells, prior)
        assert found / (delta**2 * 2 / 16) == pytest.approx(ratio, abs=5e-5)
        assert found < corrected(16, delta, 2)


def test_on_the_best_code_the_chi_square_step_fails():
    """A bit that follows the signs of an eigenvector of E V V^T, for the eigenvalue 1.2."""
    signs = np.array([-1, 1, -1, 1, -1, 1, -1, 1, 1])
    cells = (np.stack([signs, -signs], axis=1) < 0).astype(int).ravel()
    chi = mean_chi_square(SparseSign(9, 0.01), cells, best_code_9()).value
    assert chi / corrected(9, 0.01, 2) == pytest.approx(106 / 90, rel=1e-12)
    straight = mean_chi_square(SparseSign(9, 0.01), sign_groups(9, 1), best_code_9()).value
    assert straight < corrected(9, 0.01, 2)


def test_product_family_keeps_its_bound_over_the_cube():
    """I <= 4 delta^2 min(r, d): strong data processing; raw signs and the Hamming code."""
    for cells, r in ((raw_signs(7, 4), 4), (hamming_cosets(3), 4)):
        for delta in (0.01, 0.25, 0.5):
            assert information(BernoulliProduct(7, delta), cells) <= 4 * delta**2 * r * (1 + 1e-14)


def test_refusals():
    with pytest.raises(ArgumentError, match="p = "):
        kl_divergence([0.5, 0.6], [0.5, 0.5])
    with pytest.raises(ArgumentError, match="q = "):
        chi_square_divergence([0.5, 0.5], [1.5, -0.5])
    with pytest.raises(ArgumentError, match=r"q\.shape"):
        kl_divergence([0.5, 0.5], [0.2, 0.3, 0.5])
    with pytest.raises(ArgumentError, match=r"channel\.shape"):
        act_matrix(np.zeros((3, 2)))
    with pytest.raises(ArgumentError, match="channel = "):
        act_matrix(np.zeros((4, 2)))
