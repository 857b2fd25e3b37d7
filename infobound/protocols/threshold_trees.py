"""One bit per round, thresholds that adapt: exact Bayes risk of a tree, and a search for good ones.

theta ~ N(0, tau^2), X_t ~ N(theta, s^2), and the bit of round t says on which side of a threshold
X_t lies; the threshold is a function of the earlier bits. With the posterior mean as estimate,

    D = tau^2 - sum over leaves of E[theta 1_leaf]^2 / P(leaf).

Given theta the bits are independent steps down the tree, so the expectations are integrals over
theta of products of Phi: entire functions under a Gaussian, for which the trapezoidal rule
converges geometrically (Trefethen and Weideman 2014, SIAM Review 56).
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from infobound.information.law import Floats
from infobound.numerics.arguments import argument_error, positive, real, whole
from infobound.quantizers.base import Rng

_REACH = 9.5  # prior standard deviations; the rest has probability 2e-21
_STEP = 0.2  # in the smallest standard deviation that a posterior can have


@dataclass(frozen=True)
class ThresholdTree:
    """A binary tree of thresholds, numbered from the root by rows.

    Attributes
    ----------
    thresholds : tuple of float, length 2^T - 1
        Node k sends "X <= thresholds[k]" to node 2k + 1 and "X > thresholds[k]" to 2k + 2.
    """

    thresholds: tuple[float, ...]

    def __post_init__(self) -> None:
        nodes = len(self.thresholds)
        if nodes == 0 or nodes & (nodes + 1):
            raise argument_error("len(thresholds)", nodes, "2^T - 1 with T >= 1")
        values = tuple(real(f"thresholds[{k}]", t) for k, t in enumerate(self.thresholds))
        object.__setattr__(self, "thresholds", values)

    @property
    def rounds(self) -> int:
        """T, the number of bits on each path."""
        return (len(self.thresholds) + 1).bit_length() - 1

    def risk(self, *, noise_std: float, prior_std: float) -> float:
        """Bayes risk E (E[theta | bits] - theta)^2 in squared units of theta."""
        prior = _prior(self.rounds, noise_std, prior_std)
        return _risk(np.array(self.thresholds), prior)[0]


class BestTree(NamedTuple):
    """What a search found: the risk is reached by the tree; nothing says it is the least."""

    tree: ThresholdTree
    risk: float


def best_threshold_tree(
    rounds: int, *, noise_std: float, prior_std: float, rng: Rng = 0, starts: int = 24
) -> BestTree:
    """Search for the tree of least Bayes risk: a local search from many random trees.

    The risk is that of the tree returned, an achieved value; that no tree is better is not shown.
    Half of the starts are symmetric about 0 and stay so, which halves the number of variables.

    Parameters
    ----------
    rounds : int, 1 to 8
        Seconds up to 4.
    noise_std, prior_std : float
        s > 0 and tau > 0; s at least tau / 100.
    rng : int, SeedSequence, Generator or None
        Random starts; fixed by default.
    starts : int, >= 1

    Returns
    -------
    BestTree : tree, risk
    """
    from scipy.optimize import minimize

    rounds, starts = whole("rounds", rounds, most=8), whole("starts", starts)
    prior = _prior(rounds, noise_std, prior_std)
    draw = np.random.default_rng(rng)
    best: tuple[float, Floats] | None = None
    for k in range(starts):
        start = _random_tree(rounds, draw, prior_std)
        if k % 2 == 0 and rounds > 1:
            free = minimize(_symmetric_risk, _half(start), args=(prior,), jac=True, method="BFGS")
            found = _mirrored(free.x)
        else:
            found = minimize(_risk, start, args=(prior,), jac=True, method="BFGS").x
        value = _risk(found, prior)[0]
        if best is None or value < best[0]:
            best = value, found
    assert best is not None
    polished = minimize(
        _risk, best[1], args=(prior,), jac=True, method="BFGS", options={"gtol": 1e-10}
    )
    thresholds = polished.x if polished.fun <= best[0] else best[1]
    tree = ThresholdTree(tuple(float(t) for t in thresholds))
    return BestTree(tree, _risk(thresholds, prior)[0])


class _Prior(NamedTuple):
    theta: Floats
    weight: Floats  # of the prior, summing to 1
    noise_std: float
    variance: float


def _prior(rounds: int, noise_std: float, prior_std: float) -> _Prior:
    s, tau = positive("noise_std", noise_std), positive("prior_std", prior_std)
    if s < tau / 100:
        raise argument_error("noise_std", noise_std, f"at least prior_std / 100 = {tau / 100!r}")
    step = _STEP / math.sqrt(1 / tau**2 + rounds / s**2)
    half = math.ceil(_REACH * tau / step)
    theta: Floats = step * np.arange(-half, half + 1.0)
    weight: Floats = np.exp(-((theta / tau) ** 2) / 2)
    return _Prior(theta, weight / weight.sum(), s, tau**2)


def _risk(thresholds: Floats, prior: _Prior) -> tuple[float, Floats]:
    """Bayes risk and its gradient in the thresholds.

    With a = E[theta | leaf], d risk = -sum over leaves of E[(2 a theta - a^2) d P(leaf | theta)]:
    so the gradient is that of a game whose leaves pay 2 a theta - a^2, by backward induction.
    """
    from scipy.special import ndtr

    theta, weight, noise_std, variance = prior
    nodes = thresholds.size
    z = (theta - np.clip(thresholds, -1e6, 1e6)[:, None]) / noise_std
    up, down = ndtr(z), ndtr(-z)
    reach = np.ones((2 * nodes + 1, theta.size))
    for k in range(nodes):
        reach[2 * k + 1], reach[2 * k + 2] = reach[k] * down[k], reach[k] * up[k]
    mass, moment = reach[nodes:] @ weight, reach[nodes:] @ (weight * theta)
    mean = np.divide(moment, mass, out=np.zeros_like(mass), where=mass > 0)
    pays = np.empty_like(reach)
    pays[nodes:] = mean[:, None] * (2 * theta - mean[:, None])
    for k in reversed(range(nodes)):
        pays[k] = down[k] * pays[2 * k + 1] + up[k] * pays[2 * k + 2]
    density = np.exp(-z * z / 2) / (math.sqrt(2 * math.pi) * noise_std)
    gradient = (reach[:nodes] * density * (pays[2::2] - pays[1::2])) @ weight
    return variance - float(moment @ mean), gradient


def _symmetric_risk(half: Floats, prior: _Prior) -> tuple[float, Floats]:
    """Risk of the mirrored tree, and its gradient in the left half."""
    value, gradient = _risk(_mirrored(half), prior)
    left, right = _sides(gradient)
    return value, np.concatenate(left) - np.concatenate([row[::-1] for row in right])


def _mirrored(half: Floats) -> Floats:
    """The whole tree from the thresholds of its left half, rows in order; the root is at 0."""
    rows, first, size = [np.zeros(1)], 0, 1
    while first < half.size:
        row = half[first : first + size]
        rows.append(np.concatenate([row, -row[::-1]]))
        first, size = first + size, 2 * size
    return np.concatenate(rows)


def _half(tree: Floats) -> Floats:
    return np.concatenate(_sides(tree)[0])


def _sides(tree: Floats) -> tuple[list[Floats], list[Floats]]:
    """Left and right halves of each row below the root."""
    rows = np.split(tree, [2**t - 1 for t in range(1, (tree.size + 1).bit_length() - 1)])[1:]
    return [row[: row.size // 2] for row in rows], [row[row.size // 2 :] for row in rows]


def _random_tree(rounds: int, draw: np.random.Generator, prior_std: float) -> Floats:
    """Bisection of the prior, spread at random."""
    from scipy.special import ndtri

    rows = [
        ndtri((np.arange(2**t) + 0.5) / 2**t) * prior_std + draw.normal(size=2**t) * prior_std / 2
        for t in range(rounds)
    ]
    return np.asarray(np.concatenate(rows))
