"""Trees of one-bit thresholds: exact risk, its gradient, and what a search reaches."""

import math

import numpy as np
import pytest

from infobound.bounds.bit_oracle import BitOracle, sharp
from infobound.bounds.priors import GaussianPrior
from infobound.numerics.arguments import ArgumentError
from infobound.protocols.threshold_trees import (
    ThresholdTree,
    _prior,
    _risk,
    _symmetric_risk,
    best_threshold_tree,
)

# Found with s = tau = 1, and the sharp converse there: no protocol is below it.
FOUND = {1: 0.681690, 2: 0.506231, 3: 0.398101, 4: 0.325963}
CONVERSE = {1: 0.625, 2: 0.444444, 3: 0.341630, 4: 0.276198}


@pytest.mark.parametrize("rounds", [1, 2, 3, 4])
def test_search_reaches_the_table_and_stays_above_the_converse(rounds: int) -> None:
    found = best_threshold_tree(rounds, noise_std=1, prior_std=1)
    assert found.risk == pytest.approx(FOUND[rounds], abs=5e-7)
    assert found.risk == found.tree.risk(noise_std=1, prior_std=1)
    oracle = BitOracle(dimension=1, bits=1, noise_std=1, prior=GaussianPrior(1.0))
    limit = sharp(oracle, rounds=rounds).value
    assert limit == pytest.approx(CONVERSE[rounds], abs=5e-7)
    assert limit is not None
    assert limit < found.risk < 1.2 * limit


@pytest.mark.parametrize(("s", "tau"), [(1.0, 1.0), (0.5, 1.0), (3.0, 0.7)])
def test_one_round_in_closed_form(s: float, tau: float) -> None:
    """tau^2 - (2/pi) tau^4 / (tau^2 + s^2), at threshold 0; 0.490704 for s = 1/2, tau = 1."""
    expected = tau**2 - 2 / math.pi * tau**4 / (tau**2 + s**2)
    assert ThresholdTree((0.0,)).risk(noise_std=s, prior_std=tau) == pytest.approx(
        expected, rel=1e-13
    )
    found = best_threshold_tree(1, noise_std=s, prior_std=tau)
    assert found.risk == pytest.approx(expected, rel=1e-10)
    assert ThresholdTree((0.1,)).risk(noise_std=s, prior_std=tau) > expected


def test_risk_by_enumeration_on_another_rule() -> None:
    """A lopsided tree of three rounds against 200 Gauss-Hermite nodes and explicit paths."""
    thresholds, s, tau = (0.1, -0.7, 0.4, -1.0, 0.3, 0.2, 1.5), 0.8, 1.3
    node, weight = np.polynomial.hermite_e.hermegauss(200)
    theta, weight = tau * node, weight / weight.sum()
    gain = 0.0
    for path in np.ndindex(2, 2, 2):
        k, likelihood = 0, np.ones_like(theta)
        for bit in path:
            up = np.array([math.erfc((thresholds[k] - t) / s / math.sqrt(2)) / 2 for t in theta])
            likelihood = likelihood * (up if bit else 1 - up)
            k = 2 * k + 1 + bit
        gain += float(weight @ (likelihood * theta)) ** 2 / float(weight @ likelihood)
    assert ThresholdTree(thresholds).risk(noise_std=s, prior_std=tau) == pytest.approx(
        tau**2 - gain, rel=1e-12
    )


def test_gradients_are_derivatives() -> None:
    prior, h = _prior(3, 0.7, 1.3), 1e-6
    draw = np.random.default_rng(0)
    for function, size in ((_risk, 7), (_symmetric_risk, 3)):
        point = draw.normal(size=size)
        gradient = function(point, prior)[1]
        differences = [
            (function(point + h * e, prior)[0] - function(point - h * e, prior)[0]) / (2 * h)
            for e in np.eye(size)
        ]
        np.testing.assert_allclose(gradient, differences, atol=1e-8)
        assert np.max(np.abs(gradient)) > 1e-3


def test_quadrature_has_settled() -> None:
    """Four times as many points move the risk by less than 1e-13."""
    thresholds = np.random.default_rng(1).normal(size=15)
    fine, coarse = _prior(64, 0.5, 2.0), _prior(4, 0.5, 2.0)
    assert fine.theta.size > 3 * coarse.theta.size
    assert _risk(thresholds, fine)[0] == pytest.approx(_risk(thresholds, coarse)[0], abs=1e-13)


def test_units_and_symmetry() -> None:
    tree = ThresholdTree((0.2, -1.0, 0.9))
    mirror = ThresholdTree((-0.2, -0.9, 1.0))
    risk = tree.risk(noise_std=0.6, prior_std=1.1)
    assert mirror.risk(noise_std=0.6, prior_std=1.1) == pytest.approx(risk, rel=1e-13)
    large = ThresholdTree(tuple(10 * t for t in tree.thresholds))
    assert large.risk(noise_std=6, prior_std=11) == pytest.approx(100 * risk, rel=1e-12)


def test_bad_arguments() -> None:
    with pytest.raises(ArgumentError, match=r"len\(thresholds\) = 2, but it must be 2\^T - 1"):
        ThresholdTree((0.0, 1.0))
    with pytest.raises(ArgumentError, match=r"thresholds\[1\] = nan"):
        ThresholdTree((0.0, math.nan, 1.0))
    with pytest.raises(ArgumentError, match=r"noise_std = 0.001, .*at least prior_std / 100"):
        best_threshold_tree(1, noise_std=0.001, prior_std=1)
    with pytest.raises(ArgumentError, match="rounds = 9"):
        best_threshold_tree(9, noise_std=1, prior_std=1)


@pytest.mark.parametrize("rounds", [2, 3])
def test_no_single_round_gains_by_another_kind_of_bit(rounds: int) -> None:
    """With the rest of the tree fixed, node k should say 1 where the mean of what its right side
    pays exceeds that of its left side, given x. At the trees found, this changes sign once, at the
    threshold: no union of intervals does better. A tree with one threshold moved is seen.
    """
    tree = np.array(best_threshold_tree(rounds, noise_std=1, prior_std=1).tree.thresholds)
    for k in range(tree.size):
        crossings = _crossings(tree, k)
        assert len(crossings) == 1
        assert crossings[0] == pytest.approx(tree[k], abs=0.01)
    moved = tree + 0.3 * (np.arange(tree.size) == 1)
    assert abs(_crossings(moved, 1)[0] - moved[1]) > 0.05


def _crossings(tree: np.ndarray, k: int) -> np.ndarray:
    """Where along x the better bit of node k changes, on a grid of spacing 0.01."""
    node, weight = np.polynomial.hermite_e.hermegauss(120)
    tail = np.vectorize(lambda z: math.erfc(z / math.sqrt(2)) / 2)
    up = tail(tree[:, None] - node)
    reach = [np.ones_like(node)]
    for i in range(tree.size):
        reach += [reach[i] * (1 - up[i]), reach[i] * up[i]]
    leaves = np.array(reach[tree.size :])
    mean = (leaves @ (weight * node)) / (leaves @ weight)
    pays = [*[np.zeros_like(node)] * tree.size, *(2 * m * node - m**2 for m in mean)]
    for i in reversed(range(tree.size)):
        pays[i] = (1 - up[i]) * pays[2 * i + 1] + up[i] * pays[2 * i + 2]
    x = np.arange(-4, 4, 0.01) + 0.005
    likelihood = np.exp(-((x[:, None] - node) ** 2) / 2)
    gain = likelihood @ (weight * reach[k] * (pays[2 * k + 2] - pays[2 * k + 1]))
    return x[:-1][np.diff(np.sign(gain)) != 0]
