"""Reverse water-filling, and the histogram that it runs on."""

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.stats import chi2

from infobound.information.gradient_meter.energies import Energies, sampling_loss, water_filling


def by_root(counts, energies, bits):
    """The same by the level at which the rate is right."""

    def rate(log_level):
        return np.sum(counts * np.maximum(0, np.log2(energies) - log_level)) / 2 - bits

    level = 2 ** brentq(rate, -200, np.log2(energies.max()) + 1e-9)
    return np.sum(counts * np.minimum(level, energies)) / np.sum(counts * energies)


@pytest.mark.parametrize("bits", [0.3, 4.0, 40.0, 400.0])
def test_water_filling_is_the_level(bits):
    draw = np.random.default_rng(1)
    counts, energies = draw.integers(1, 9, 6).astype(float), np.exp(3 * draw.standard_normal(6))
    assert water_filling(counts, energies, bits) == pytest.approx(
        by_root(counts, energies, bits), rel=1e-9
    )


def test_equal_variances_give_the_one_limit():
    counts, energies = np.array([3.0, 5.0]), np.array([0.7, 0.7])
    assert water_filling(counts, energies, 8 * 1.5) == pytest.approx(2.0**-3, rel=1e-12)
    assert water_filling(counts, energies, 0.0) == pytest.approx(1.0, rel=1e-12)


def test_unequal_variances_lower_it():
    """Two variances 16 and 1 at 3 bits each: level sqrt(16) 2^-6."""
    found = water_filling(np.array([1.0, 1.0]), np.array([16.0, 1.0]), 6.0)
    assert found == pytest.approx(2 * 4 * 2.0**-6 / 17, rel=1e-12)
    assert found < 2.0**-6


def test_histogram_keeps_the_limit():
    draw = np.random.default_rng(2)
    squares = np.exp(2 * draw.standard_normal(5000))
    found = Energies()
    found.add(squares[:2000])
    more = Energies()
    more.add(np.concatenate([squares[2000:], np.zeros(1000)]))
    both = found.merged(more)
    assert both.coordinates == 6000
    exact = water_filling(np.ones(5000), squares, 2.0 * 6000)
    assert both.limit(2.0) == pytest.approx(exact, rel=5e-4)


def test_sampling_loss():
    """Half the gap between log2 of the mean and the mean of log2 of chi^2_N / N."""
    mean_log = chi2(32).expect(np.log2) - 5
    assert sampling_loss(32) == pytest.approx(-0.5 * mean_log, rel=1e-6)
