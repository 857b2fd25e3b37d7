"""The semidefinite program against closed forms where there are some, and its certificate."""

import math
import sys

import numpy as np
import pytest

from infobound.bounds import sequential
from infobound.bounds.drift import nonanticipative_rate
from infobound.bounds.sequential import sequential_rate
from infobound.numerics.arguments import ArgumentError

DIAGONAL, DRIFTS = (1.8, 0.3), (1.0, 2.0)


@pytest.fixture
def solver():
    pytest.importorskip("cvxpy", reason="the extra sdp is not installed")


def parallel_rate(errors):
    """Independent coordinates, each described at its own error."""
    return sum(
        max(0.0, math.log2(a**2 + w / e) / 2)
        for a, w, e in zip(DIAGONAL, DRIFTS, errors, strict=True)
    )


def best_split(total):
    """Slopes agree: e (a^2 e + w) = c w for both, by bisection on c."""
    low, high = 0.0, 1e3
    for _ in range(200):
        c = (low + high) / 2
        errors = [
            2 * c * w / (w + math.sqrt(w**2 + 4 * a**2 * c * w))
            for a, w in zip(DIAGONAL, DRIFTS, strict=True)
        ]
        low, high = (c, high) if sum(errors) < total else (low, c)
    return errors


@pytest.mark.usefixtures("solver")
@pytest.mark.parametrize(("a", "w", "error"), [(2.0, 1.0, 1 / 12), (-0.5, 3e-6, 1e-6), (0.5, 1, 5)])
def test_one_coordinate(a, w, error):
    found = sequential_rate([[a]], [[w]], error=error)
    formula = nonanticipative_rate(error, drift_variance=w, transition=a).value
    assert found.value == pytest.approx(formula, abs=1e-9)
    assert 0 <= found.gap < 1e-5


@pytest.mark.usefixtures("solver")
def test_reverse_water_filling_is_wrong_for_vectors():
    """Equal errors in both coordinates, as the closed form has it, take 0.076 bits too many.

    The certificate excludes that as the least rate, and the split of equal slopes is the optimum.
    """
    total = 1.0
    naive = parallel_rate([total / 2, total / 2])  # the water level is below both predictions
    found = sequential_rate(np.diag(DIAGONAL), np.diag(DRIFTS), error=total)
    assert found.value == pytest.approx(parallel_rate(best_split(total)), abs=1e-9)
    assert np.diag(found.covariance) == pytest.approx(best_split(total), abs=1e-6)
    assert naive - found.value > 0.07


@pytest.mark.usefixtures("solver")
def test_change_of_basis_and_constraints():
    """theta' = M theta: same rate for A' = M A M^-1, W' = M W M^T, Theta' = M^-T Theta M^-1."""
    a, w = np.array([[0.9, 0.5], [-0.3, 1.1]]), np.array([[1.0, 0.3], [0.3, 0.5]])
    theta, m = np.array([[2.0, 0.1], [0.1, 1.0]]), np.array([[1.0, 2.0], [-0.5, 3.0]])
    one = sequential_rate(a, w, error=0.7, weight=theta)
    back = np.linalg.inv(m)
    w_there, theta_there = m @ w @ m.T, back.T @ theta @ back
    other = sequential_rate(
        m @ a @ back,
        (w_there + w_there.T) / 2,
        error=0.7,
        weight=(theta_there + theta_there.T) / 2,
    )
    assert other.value == pytest.approx(one.value, abs=1e-8)
    p, pi = one.covariance, one.information_part
    assert np.trace(theta @ p) <= 0.7 * (1 + 1e-12)
    assert np.linalg.eigvalsh(a @ p @ a.T + w - p)[0] > -1e-12
    rate = (np.linalg.slogdet(w)[1] - np.linalg.slogdet(pi)[1]) / (2 * math.log(2))
    assert rate == pytest.approx(one.value, abs=1e-12)
    assert 0 <= one.gap + 1e-12 < 1e-5


def certificate(p, s, m):
    """Both ends that the checks give for answers of a solver, in one dimension, a = 2, D = 1/12."""
    a, w, theta = (np.array([[x]]) for x in (2.0, 1.0, 1.0))
    feasible = sequential._feasible(np.array([[p]]), a, w, theta, 1 / 12)
    lower = sequential._lower_end(np.array([[p]]), np.array([[s]]), m, a, w, theta, 1 / 12)
    return lower, sequential._rate(feasible, a, w)


@pytest.mark.parametrize("p", [0.02, 1 / 12, 0.3])
@pytest.mark.parametrize("s", [-0.1, 0.0, 0.5])
@pytest.mark.parametrize("m", [-3.0, 0.0, 4.5, 20.0])
def test_certificate_needs_no_trust(p, s, m):
    """Whatever a solver returns, 2 bits lie between the two ends; they meet at the optimum."""
    lower, upper = certificate(p, s, m)
    assert lower <= 2 + 1e-12
    assert upper >= 2 - 1e-12
    assert (upper > 2 + 1e-12) == (p < 1 / 12)  # a larger p is shrunk to the budget
    if p == 1 / 12 and s <= 0 and m <= 4.5:
        assert lower == pytest.approx(2, abs=1e-12)


def test_without_cvxpy(monkeypatch):
    monkeypatch.setitem(sys.modules, "cvxpy", None)
    with pytest.raises(ImportError, match=r"install infobound with its extra, infobound\[sdp\]"):
        sequential_rate([[1.0]], [[1.0]], error=1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([[1.0, 2.0]], [[1.0]], 1), r"transition.shape = \(1, 2\)"),
        (([[math.nan]], [[1.0]], 1), "transition = .* finite"),
        (([[1.0]], [[-1.0]], 1), "drift_covariance must be .* positive definite; .* -1"),
        (([[1.0]], np.eye(2), 1), r"drift_covariance.shape = \(2, 2\)"),
        ((np.eye(2), [[1.0, 0.5], [0.0, 1.0]], 1), "drift_covariance must be symmetric"),
        (([[1.0]], [[1.0]], 0), "error = 0"),
    ],
)
def test_refusals(arguments, message):
    transition, drift, error = arguments
    with pytest.raises(ArgumentError, match=message):
        sequential_rate(transition, drift, error=error)
