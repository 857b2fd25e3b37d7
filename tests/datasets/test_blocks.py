"""Energies, kurtosis and zeros of blocks, by hand and on Gaussians of many scales."""

import math

import numpy as np
import pytest

from infobound.datasets import block_energies, kurtosis, zero_fractions

ROWS = np.array([[3, 4, 0, 0, 2], [0, 0, 0, 0, 1]], dtype=np.float32)


def test_energies_by_hand():
    energies, counts = block_energies(ROWS, 2)
    assert energies.tolist() == [[12.5, 0, 4], [0, 0, 1]]
    assert counts.tolist() == [2, 2, 1]


def test_kurtosis_by_hand():
    """Blocks of 2: (2 + 2)(81 + 256)/625, and (1 + 2) for a block of one; zeros left out."""
    assert kurtosis(ROWS, 2) == pytest.approx((4 * 337 / 625 + 3 + 3) / 3)
    assert kurtosis(ROWS) == pytest.approx(12 * (81 + 256 + 16 + 1) / 30**2)
    assert math.isnan(kurtosis(np.zeros((2, 3))))


@pytest.mark.parametrize("block", [4, 32, None])
def test_gaussians_have_three(block):
    """2^18 normals: the standard error is below sqrt(24/2^18) = 0.0096; 5 of them, seeded.

    A false alarm has probability below 1e-6. Without the factor (n + 2)/n blocks of 32 give 2.82.
    """
    rows = np.random.default_rng(1).standard_normal((512, 512))
    tolerance = 5 * math.sqrt(24 / rows.size)
    assert kurtosis(rows, block) == pytest.approx(3, abs=tolerance)
    if block is not None:
        assert kurtosis(rows, block) * block / (block + 2) < 3 - tolerance


def test_scales_of_blocks_do_not_matter():
    """Scales from 1e-3 to 1e3 make the layer heavy-tailed, and no block is changed by them."""
    rng = np.random.default_rng(2)
    rows = rng.standard_normal((64, 512))
    scaled = rows * np.repeat(10 ** rng.uniform(-3, 3, (64, 16)), 32, axis=1)
    assert kurtosis(scaled, 32) == pytest.approx(kurtosis(rows, 32), rel=1e-12)
    assert kurtosis(scaled) > 20


def test_a_spike_has_the_most():
    assert kurtosis(np.eye(1, 32), 32) == 34


def test_zeros():
    """6 zeros of 10, all in blocks of zeros; without the first column 5 of 8, and 2 of them in one."""
    assert zero_fractions(ROWS, 2) == (0.6, 0.6)
    assert zero_fractions(ROWS[:, 1:], 2) == (5 / 8, 2 / 8)
    assert zero_fractions(np.ones((2, 3)), 2) == (0, 0)


@pytest.mark.parametrize(
    ("rows", "block", "message"),
    [
        (np.ones(3), 2, r"rows.shape = \(3,\), but it must be \(N, d\), not empty"),
        (np.ones((0, 3)), 2, r"rows.shape = \(0, 3\)"),
        (np.ones((2, 3)), 0, r"block = 0"),
    ],
)
def test_arguments(rows, block, message):
    with pytest.raises(ValueError, match=message):
        block_energies(rows, block)
