"""Causal description of a vector Gauss-Markov source: the semidefinite program.

theta_{t+1} = A theta_t + N(0, W) with W > 0, described causally, all seen without noise. The least
rate at which the time average of E (theta - theta_hat)^T Theta (theta - theta_hat) is at most D is

    min  log2 det(W)/2 - log2 det(Pi)/2
    over Pi > 0,  P <= A P A^T + W,  Tr(Theta P) <= D,  [[P - Pi, P A^T], [A P, A P A^T + W]] >= 0

bits per round (Tanaka, Kim, Parrilo and Mitter 2017, arXiv:1411.7632). For one coordinate it is
log2(a^2 + w/D)/2, see `infobound.bounds.drift`. The closed form by dynamic reverse water-filling in
Tatikonda, Sahai and Mitter 2004 is not its value for vectors (Stavrou, Tanaka and Tatikonda,
arXiv:1711.09853).

The answer does not rest on the solver. With Pi at its best, P - P A^T (A P A^T + W)^-1 A P, the
objective is f(P) = log2 det(I + P A^T W^-1 A)/2 + log2 det(W)/2 - log2 det(P)/2, convex. Its value
at a feasible P is an upper end. For any P, with -G its gradient there (in nats), any S >= 0 and m with
G + A^T S A <= S + m Theta give the lower end f(P) + Tr(G P) - m D - Tr(S W).
"""

import math
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from infobound.numerics.arguments import ArgumentError, argument_error, positive

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class SequentialRate:
    """Rate of causal description, between two ends that were checked without the solver.

    Attributes
    ----------
    value : float
        Bits per round that the Gaussian code with covariance `covariance` takes: an upper end.
    gap : float
        The least rate is at least value - gap, by a dual certificate; 1e-6 or less as a rule.
    covariance : ndarray, shape (d, d)
        P, the error covariance, feasible.
    information_part : ndarray, shape (d, d)
        Pi = P - P A^T (A P A^T + W)^-1 A P.
    """

    value: float
    gap: float
    covariance: Floats
    information_part: Floats


def sequential_rate(
    transition: npt.ArrayLike,
    drift_covariance: npt.ArrayLike,
    *,
    error: float,
    weight: npt.ArrayLike | None = None,
) -> SequentialRate:
    """Solve the semidefinite program with cvxpy and Clarabel; needs the extra `sdp`.

    Parameters
    ----------
    transition : array_like, shape (d, d)
        A.
    drift_covariance : array_like, shape (d, d)
        W, symmetric and positive definite.
    error : float
        D > 0, total: the time average of the weighted squared error.
    weight : array_like, shape (d, d), optional
        Theta, symmetric and positive definite; by default the identity.

    Returns
    -------
    SequentialRate

    Raises
    ------
    ArgumentError
        A matrix of the wrong shape, not finite, or not positive definite.
    ImportError
        cvxpy is not installed.
    ArithmeticError
        The solver gave no answer.

    Examples
    --------
    >>> found = sequential_rate([[2.0]], [[1.0]], error=1 / 12)  # log2(4 + 12)/2
    >>> round(found.value, 5), found.gap < 1e-6
    (2.0, True)
    """
    a = _square("transition", transition)
    w = _definite("drift_covariance", drift_covariance, a.shape)
    theta = np.eye(len(a)) if weight is None else _definite("weight", weight, a.shape)
    budget = positive("error", error)
    unit = float(np.trace(w)) / len(a)  # the solver sees numbers near one
    size = float(np.trace(theta)) / len(a)
    p, s, m = _solve(a, w / unit, theta / size, budget / (unit * size))
    covariance = _feasible(unit * p, a, w, theta, budget)
    value = _rate(covariance, a, w)
    least = _lower_end(unit * p, s / unit, m / (unit * size), a, w, theta, budget)
    return SequentialRate(value, value - least, covariance, _best_pi(covariance, a, w))


def _solve(a: Floats, w: Floats, theta: Floats, budget: float) -> tuple[Floats, Floats, float]:
    """P, and the multipliers of P <= A P A^T + W and of Tr(Theta P) <= D, near optimal."""
    try:
        import cvxpy
    except ImportError as missing:
        message = "sequential_rate needs cvxpy: install infobound with its extra, infobound[sdp]."
        raise ImportError(message) from missing
    cp: Any = cvxpy

    d = len(a)
    p: Any = cp.Variable((d, d), symmetric=True)
    pi: Any = cp.Variable((d, d), symmetric=True)
    ahead = a @ p @ a.T + w
    below, total = p << (ahead + ahead.T) / 2, cp.trace(theta @ p) <= budget
    schur: Any = cp.bmat([[p - pi, p @ a.T], [a @ p, ahead]])
    problem = cp.Problem(cp.Maximize(cp.log_det(pi)), [below, total, (schur + schur.T) / 2 >> 0])
    with warnings.catch_warnings():
        # P is known to the root of the tolerance; what is not reached shows in the gap.
        warnings.simplefilter("ignore")
        problem.solve(solver=cp.CLARABEL, tol_gap_abs=1e-13, tol_gap_rel=1e-13, tol_feas=1e-12)
    if p.value is None or below.dual_value is None:
        raise ArithmeticError(f"The solver stopped with status {problem.status!r}.")
    # The objective here is log det, twice the rate in nats.
    return np.asarray(p.value), np.asarray(below.dual_value) / 2, float(total.dual_value) / 2


def _rate(p: Floats, a: Floats, w: Floats) -> float:
    """log2 det(A P A^T + W)/2 - log2 det(P)/2, the objective at the best Pi."""
    ahead, here = np.linalg.slogdet(a @ p @ a.T + w), np.linalg.slogdet(p)
    return float(ahead[1] - here[1]) / (2 * math.log(2))


def _best_pi(p: Floats, a: Floats, w: Floats) -> Floats:
    seen = a @ p
    return np.asarray(p - seen.T @ np.linalg.solve(a @ p @ a.T + w, seen))


def _feasible(p: Floats, a: Floats, w: Floats, theta: Floats, budget: float) -> Floats:
    """P shrunk until both constraints hold: then c P <= A c P A^T + W if P <= A P A^T + W/c."""
    p = (p + p.T) / 2
    root = np.linalg.inv(np.linalg.cholesky(w))
    excess = float(np.linalg.eigvalsh(root @ (p - a @ p @ a.T) @ root.T)[-1])
    return np.asarray(p / max(1.0, excess, float(np.sum(theta * p)) / budget))


def _lower_end(
    p: Floats, s: Floats, m: float, a: Floats, w: Floats, theta: Floats, budget: float
) -> float:
    """The dual bound in bits, after S and m are moved to where it is valid."""
    values, vectors = np.linalg.eigh((s + s.T) / 2)
    s = (vectors * np.maximum(values, 0)) @ vectors.T
    inverse = np.linalg.inv(p)
    g = inverse @ _best_pi(p, a, w) @ inverse / 2
    root = np.linalg.inv(np.linalg.cholesky(theta))
    need = root @ (g + a.T @ s @ a - s) @ root.T
    m = max(m, float(np.linalg.eigvalsh((need + need.T) / 2)[-1]), 0.0)
    drop = float(np.sum(g * p)) - m * budget - float(np.sum(s * w))
    return _rate(p, a, w) + drop / math.log(2)


def _square(name: str, values: npt.ArrayLike) -> Floats:
    matrix = np.array(values, dtype=np.float64)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or matrix.size == 0:
        raise argument_error(f"{name}.shape", matrix.shape, "(d, d)")
    if not np.all(np.isfinite(matrix)):
        raise argument_error(name, values, "finite")
    return matrix


def _definite(name: str, values: npt.ArrayLike, shape: tuple[int, ...]) -> Floats:
    matrix = _square(name, values)
    if matrix.shape != shape:
        raise argument_error(f"{name}.shape", matrix.shape, f"{shape}, that of transition")
    least = float(np.linalg.eigvalsh((matrix + matrix.T) / 2)[0])
    if not np.allclose(matrix, matrix.T, rtol=1e-12, atol=0) or not least > 0:
        raise ArgumentError(
            f"{name} must be symmetric and positive definite; its least eigenvalue is {least:.6g}."
        )
    return matrix
