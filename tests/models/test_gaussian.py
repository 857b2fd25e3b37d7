"""Gaussian location: sample, score and log-likelihood agree with each other."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infobound.models import GaussianLocation
from infobound.numerics.arguments import ArgumentError

EXAMPLES = settings(deadline=None, derandomize=True, max_examples=50)


@EXAMPLES
@given(d=st.integers(1, 5), noise_std=st.floats(0.05, 20), seed=st.integers(0, 999))
def test_score_is_the_gradient(d, noise_std, seed):
    """Central differences are exact for a quadratic, up to rounding."""
    model, rng = GaussianLocation(d, noise_std), np.random.default_rng(seed)
    theta, step = noise_std * rng.normal(size=d), noise_std / 8
    x = model.sample(theta, n=6, rng=rng)
    for i in range(d):
        move = step * np.eye(d)[i]
        up, down = (model.log_likelihood(x, theta + sign * move) for sign in (1, -1))
        score = model.score(x, theta)[:, i]
        assert (up - down) / (2 * step) == pytest.approx(score, abs=1e-11 / noise_std * (1 + d))


def test_log_likelihood():
    """Against the formula, one coordinate at a time; and the density integrates to 1."""
    model = GaussianLocation(2, 3.0)
    x = np.array([[1.0, -2.0], [0.0, 4.0]])
    by_hand = -((x - 0.5) ** 2).sum(axis=1) / 18 - math.log(2 * math.pi * 9)
    assert model.log_likelihood(x, 0.5) == pytest.approx(by_hand, rel=1e-15, abs=0)
    grid = np.linspace(-40, 40, 4001)[:, None]
    mass = np.exp(GaussianLocation(1, 3.0).log_likelihood(grid, 1.0)).sum() * 0.02
    assert mass == pytest.approx(1, rel=1e-12, abs=0)


def departure(z):
    """Largest departure of means, variances and the correlation of z from N(0, I_2), in stderrs."""
    root = math.sqrt(len(z))
    mean, square = z.mean(axis=0), (z**2).mean(axis=0) - 1
    cross = (z[:, 0] * z[:, 1]).mean()
    return root * max(np.abs(mean).max(), np.abs(square).max() / math.sqrt(2), abs(cross))


def test_sample_is_theta_plus_noise():
    """40000 draws in R^2, five statistics, each within 5 standard errors.

    False alarm below 3e-6. Power: the same test must reject a mean off by 5 % of s, a standard
    deviation off by 5 % and a correlation of 5 %, each 10 standard errors or more. Seeded.
    """
    model, theta = GaussianLocation(2, 0.5), np.array([3.0, -1.0])
    z = (model.sample(theta, n=40_000, rng=1) - theta) / 0.5
    assert departure(z) < 5
    assert departure(z + np.array([0.05, 0])) > 5
    assert departure(z * [1, 1.05]) > 5
    assert departure(z @ [[1, 0.05], [0, 1]]) > 5


def test_shapes_and_coins():
    model = GaussianLocation(3, 1.0)
    assert model.sample(0.0, n=0, rng=0).shape == (0, 3)
    assert np.array_equal(model.sample(0.0, n=4, rng=7), model.sample(np.zeros(3), n=4, rng=7))
    assert not np.array_equal(model.sample(0.0, n=4, rng=7), model.sample(0.0, n=4, rng=8))
    x = np.zeros((2, 5, 3))
    assert model.score(x, [1, 2, 3]).shape == (2, 5, 3)
    assert model.log_likelihood(x, 1.0).shape == (2, 5)
    assert model.log_likelihood(np.zeros(3), 1.0).shape == ()
    assert model.score(x[0, 0], [1, 2, 3]).tolist() == [-1, -2, -3]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda m: GaussianLocation(0, 1.0), "dimension = 0"),
        (lambda m: GaussianLocation(3, 0.0), "noise_std = 0.0"),
        (lambda m: m.sample([1.0, 2.0], n=1), r"theta.shape = \(2,\), .* \(\) or \(3,\)"),
        (lambda m: m.sample([1.0, math.nan, 0], n=1), r"theta\[1\] = nan"),
        (lambda m: m.sample(math.inf, n=1), "theta = inf"),
        (lambda m: m.sample(0.0, n=-1), "n = -1"),
        (lambda m: m.score(np.zeros((3, 2)), 0.0), r"x.shape = \(3, 2\), .* \(..., 3\)"),
        (lambda m: m.score(0.0, 0.0), r"x.shape = \(\)"),
        (lambda m: m.log_likelihood([1.0, 2.0, math.inf], 0.0), r"x\[2\] = inf"),
        (lambda m: m.sample("0", n=1), "theta = "),
        (lambda m: m.sample([1j, 0, 0], n=1), "theta = 'complex128'"),
    ],
)
def test_errors(call, words):
    with pytest.raises(ArgumentError, match=words):
        call(GaussianLocation(3, 1.0))
