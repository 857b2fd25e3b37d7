"""Exact Bayes risk of signs under the cos^2 prior, against the van Trees bound."""

import math

import numpy as np
import pytest

from infobound.information import fisher_information
from infobound.models import GaussianLocation
from infobound.numerics.arguments import ArgumentError
from infobound.protocols.sign_risk import sign_bayes_risk
from infobound.quantizers import Sign


def van_trees(rounds: int, half_width: float) -> float:
    """1 / (T E I + pi^2 / L^2) with the information of a sign averaged over the prior."""
    place, weight = np.polynomial.legendre.leggauss(60)
    prior = weight * np.cos(math.pi * place / 2) ** 2
    model = GaussianLocation(1, 1.0)
    each = [fisher_information(model, Sign(), half_width * x).value for x in place]
    return float(1 / (rounds * (prior @ each) + math.pi**2 / half_width**2))


@pytest.mark.parametrize(
    ("rounds", "risk", "bound"),
    [(1, 0.120861, 0.095443), (50, 0.025796, 0.024838), (500, 0.003196, 0.003187)],
)
def test_tabulated_values_above_van_trees(rounds: int, risk: float, bound: float) -> None:
    found = sign_bayes_risk(rounds, half_width=1, noise_std=1)
    assert found == pytest.approx(risk, abs=5e-7)
    assert van_trees(rounds, 1.0) == pytest.approx(bound, abs=5e-7)
    assert found > van_trees(rounds, 1.0)


def test_a_bound_that_is_too_high_is_seen() -> None:
    """Planted: a tenth of the Fisher information forgotten. At T = 500 the risk is below that."""
    prior = math.pi**2
    planted = 1 / (0.9 * (1 / van_trees(500, 1.0) - prior) + prior)
    assert sign_bayes_risk(500, half_width=1, noise_std=1) < planted


def test_units_and_limits() -> None:
    unit = sign_bayes_risk(20, half_width=1, noise_std=0.7)
    assert sign_bayes_risk(20, half_width=10, noise_std=7) == pytest.approx(100 * unit, rel=1e-12)
    prior_variance = 1 / 3 - 2 / math.pi**2
    vague = sign_bayes_risk(1, half_width=1, noise_std=1e6)
    assert vague == pytest.approx(prior_variance, rel=1e-10)
    assert sign_bayes_risk(1, half_width=1, noise_std=0.02) < 0.4 * prior_variance


def test_bad_arguments() -> None:
    with pytest.raises(ArgumentError, match="rounds = 0"):
        sign_bayes_risk(0, half_width=1, noise_std=1)
    with pytest.raises(ArgumentError, match="half_width = -1"):
        sign_bayes_risk(1, half_width=-1, noise_std=1)
    with pytest.raises(ArgumentError, match=r"noise_std = 0.001, .*at least half_width / 100"):
        sign_bayes_risk(1, half_width=1, noise_std=0.001)
