"""Reverse water-filling, and the histogram that it runs on."""

import numpy as np
import pytest
from scipy.stats import chi2

from infobound.bounds.scale_mixture import mixture_distortion
from infobound.information.gradient_meter.energies import Energies, sampling_loss


def test_histogram_keeps_the_limit():
    draw = np.random.default_rng(2)
    squares = np.exp(2 * draw.standard_normal(5000))
    found = Energies()
    found.add(squares[:2000])
    more = Energies()
    more.add(np.concatenate([squares[2000:], np.zeros(1000)]))
    both = found.merged(more)
    assert both.coordinates == 6000
    exact = mixture_distortion(np.append(squares, np.zeros(1000)), rate=2.0)
    assert both.limit(2.0) == pytest.approx(exact, rel=5e-4)


def test_sampling_loss():
    """Half the gap between log2 of the mean and the mean of log2 of chi^2_N / N."""
    mean_log = chi2(32).expect(np.log2) - 5
    assert sampling_loss(32) == pytest.approx(-0.5 * mean_log, rel=1e-6)
