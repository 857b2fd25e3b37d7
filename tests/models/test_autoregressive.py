"""AR(1) location: likelihood, score and samples against the multivariate normal."""

import math

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from infobound.models.autoregressive import AutoregressiveLocation
from infobound.models.gaussian import GaussianLocation
from infobound.numerics.arguments import ArgumentError

RHOS = [-0.8, 0.0, 0.5, 0.99]


@pytest.mark.parametrize("rho", RHOS)
@pytest.mark.parametrize("rounds", [1, 2, 7])
def test_likelihood_score_and_information(rho: float, rounds: int) -> None:
    """Density of N(theta 1, Sigma), coordinate by coordinate; score = Sigma^-1 1 . (x - theta)."""
    model, theta = AutoregressiveLocation(2, 0.6, rho), np.array([0.3, -1.0])
    x = np.random.default_rng(1).normal(size=(5, rounds, 2))
    sigma = model.covariance(rounds)
    expected = sum(
        multivariate_normal.logpdf(x[..., i], np.full(rounds, theta[i]), sigma) for i in (0, 1)
    )
    np.testing.assert_allclose(model.log_likelihood(x, theta), expected, rtol=1e-10)
    weights = np.linalg.solve(sigma, np.ones(rounds))
    np.testing.assert_allclose(model.weights(rounds), weights, rtol=1e-10)
    score = np.einsum("t,ntd->nd", weights, x - theta)
    np.testing.assert_allclose(model.score(x, theta), score, rtol=1e-9)
    assert model.fisher_information(rounds) == pytest.approx(weights.sum(), rel=1e-10)


def test_score_is_the_slope_of_the_log_likelihood() -> None:
    model, h = AutoregressiveLocation(1, 1.3, -0.4), 1e-5
    x = np.array([[0.2], [1.0], [-0.7]])
    slope = (model.log_likelihood(x, 0.1 + h) - model.log_likelihood(x, 0.1 - h)) / (2 * h)
    assert model.score(x, 0.1)[0] == pytest.approx(slope, rel=1e-8)


def test_samples_have_the_covariance() -> None:
    """Empirical second moments of 20000 runs, 8 rounds, within 5 standard errors; 36 entries.

    False alarm 2e-5. Power: rho 0.55 in place of 0.6 is 8 standard errors away at lag 1.
    """
    model, n = AutoregressiveLocation(2, 0.5, 0.6), 10000
    x = model.sample([1.0, -1.0], rounds=8, n=n, rng=3)
    assert x.shape == (n, 8, 2)
    noise = np.moveaxis(x - np.array([1.0, -1.0]), 2, 1).reshape(-1, 8)
    found, expected = noise.T @ noise / len(noise), model.covariance(8)
    stderr = np.sqrt((expected**2 + model.noise_std**4) / len(noise))
    assert np.all(np.abs(found - expected) < 5 * stderr)
    rival = AutoregressiveLocation(2, 0.5, 0.55).covariance(8)
    assert np.max(np.abs(found - rival) / stderr) > 5


def test_no_correlation_is_the_gaussian_location() -> None:
    model, plain = AutoregressiveLocation(3, 2.0, 0.0), GaussianLocation(3, 2.0)
    x = model.sample(0.5, rounds=4, n=2, rng=0)
    total = plain.log_likelihood(x, 0.5).sum(axis=-1)
    np.testing.assert_allclose(model.log_likelihood(x, 0.5), total)
    np.testing.assert_allclose(model.score(x, 0.5), plain.score(x, 0.5).sum(axis=-2))
    assert model.fisher_information(4) == 4 / 2.0**2


def test_steps_of_any_lag_agree() -> None:
    """N_{t+3} given N_t has the variance that three steps give."""
    model, before = AutoregressiveLocation(1, 1.0, 0.7), np.array([2.0])
    still, moved = np.array([0.0]), np.array([1.0])
    model.step_noise(before, still, lag=3)
    model.step_noise(before, moved, lag=3)
    assert still[0] == pytest.approx(2 * 0.7**3)
    spread = math.sqrt(0.51 * (1 + 0.49 + 0.49**2))  # three innovations of variance 1 - rho^2
    assert moved[0] - still[0] == pytest.approx(spread, rel=1e-12)


@pytest.mark.parametrize("rho", [1.0, -1.0, 2, math.nan])
def test_bad_correlation(rho: float) -> None:
    with pytest.raises(ArgumentError, match=r"correlation = .*\(-1, 1\).*not stationary"):
        AutoregressiveLocation(1, 1.0, rho)


def test_bad_arguments() -> None:
    model = AutoregressiveLocation(2, 1.0, 0.5)
    with pytest.raises(ArgumentError, match="noise_std"):
        AutoregressiveLocation(2, 0.0, 0.5)
    with pytest.raises(ArgumentError, match=r"x.shape"):
        model.score(np.zeros(2), 0.0)
    with pytest.raises(ArgumentError, match=r"x.shape"):
        model.log_likelihood(np.zeros((0, 2)), 0.0)
    with pytest.raises(ArgumentError, match="rounds"):
        model.sample(0.0, rounds=0, n=1)
