"""The negative control: the plug-in estimate is biased as predicted, and breaks the bound."""

import math

import numpy as np

from infobound.bounds.bit_oracle import fisher_trace
from infobound.information import fisher_information
from infobound.information.plug_in import plug_in_fisher_information
from infobound.models import GaussianLocation
from infobound.quantizers import Blocks, Sign


def test_bias_as_predicted() -> None:
    """8 sign bits in R^8: 256 cells alike, bias K (d - Tr I) / n = 0.744 at n = 1000.

    The mean of 100 runs has a standard error of 0.014 (checked below), so 4.5 of them (false alarm
    7e-6) tell the prediction from one that is 10 % off; the U-statistic is unbiased in the same
    test, at n = 10000, where it may be used.
    """
    model, s = GaussianLocation(8, 0.5), 0.5
    truth = fisher_information(model, Sign(), 0).value
    predicted = 256 * (8 / s**2 - truth) / 1000
    runs = [
        plug_in_fisher_information(model, Sign(), 0, rng=seed, samples=1000).value - truth
        for seed in range(100)
    ]
    stderr = float(np.std(runs, ddof=1)) / 10
    assert abs(np.mean(runs) - predicted) < 4.5 * stderr
    assert 0.1 * predicted > 4.5 * stderr
    fair = [
        fisher_information(model, Sign(), 0, rng=seed, samples=10_000, method="monte-carlo").value
        for seed in range(100)
    ]
    assert abs(np.mean(fair) - truth) < 4.5 * float(np.std(fair, ddof=1)) / 10


def test_it_violates_the_bound_and_its_interval_does_not_know() -> None:
    """10 bits about 10 coordinates at n = 2000: the plug-in is over what 10 bits can tell."""
    model = GaussianLocation(10, 1.0)
    limit = fisher_trace(dimension=10, bits=10, noise_std=1).value  # 7.5
    wrong = plug_in_fisher_information(model, Sign(), 0, rng=0, samples=2000)
    assert wrong.interval()[0] > limit
    truth = fisher_information(model, Blocks(Sign(), 5), 0).value
    assert truth < limit
    assert math.isclose(truth, 20 / math.pi)
