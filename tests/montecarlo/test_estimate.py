"""An interval is Student's, two-sided, and never clipped."""

import math

import numpy as np
import pytest

from infobound.montecarlo.estimate import Estimate


def test_student_quantiles() -> None:
    """t quantiles 12.706 (1 degree of freedom), 2.776 (4), 1.984 (99); 2.626 for 99 % at 99."""
    for n, quantile in ((2, 12.7062), (5, 2.77645), (100, 1.98422)):
        low, high = Estimate(value=1.0, stderr=0.5, n=n, unit="bits").interval()
        assert high - 1 == pytest.approx(0.5 * quantile, rel=1e-5)
        assert low + high == pytest.approx(2, rel=1e-14)
    wide = Estimate(value=0.0, stderr=1.0, n=100, unit="bits").interval(0.99)
    assert wide[1] == pytest.approx(2.62641, rel=1e-5)
    assert wide[0] < 0  # also where the quantity cannot be negative


def test_no_error_and_no_information() -> None:
    assert Estimate(value=2.0, unit="bits").interval() == (2.0, 2.0)
    single = Estimate(value=2.0, stderr=1.0, n=1, unit="bits").interval()
    assert single == (-math.inf, math.inf)


@pytest.mark.parametrize("confidence", [0.0, 1.0, -1.0, math.nan])
def test_bad_confidence(confidence: float) -> None:
    with pytest.raises(ValueError, match=r"confidence = .*must be in \(0, 1\)"):
        Estimate(value=0.0, stderr=1.0, n=9, unit="bits").interval(confidence)


def test_covers_the_mean_of_gaussian_samples() -> None:
    """8 draws: Student's interval covers 95 % (band 930 to 970 of 1000, false alarm 0.3 %).

    An interval with the Gaussian quantile 1.96 instead covers 91 % and is rejected.
    """
    draws = np.random.default_rng(0).normal(size=(1000, 8))
    means, stderrs = draws.mean(axis=1), draws.std(axis=1, ddof=1) / 8**0.5
    hits = 0
    for mean, stderr in zip(means, stderrs, strict=True):
        low, high = Estimate(value=mean, stderr=stderr, n=8, unit="1").interval()
        hits += low <= 0 <= high
    assert 930 <= hits <= 970
    assert np.sum(np.abs(means) <= 1.96 * stderrs) < 930
