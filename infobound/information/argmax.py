"""Which of N Gaussian coordinates is the largest: the law of the answer and what it tells.

X ~ N(theta, s^2 I_N), M = argmax X. With t_j = (x - theta_j)/s and G = prod_j Phi(t_j),

    P(M = i) = int A_i G dx/s,   dP(M = i)/dtheta_k = -(1/s) int A_i A_k G dx/s   (k != i),

where A = phi/Phi; shifting all of theta changes nothing, so each row of slopes sums to 0. One grid
in x serves all N^2 integrals. The integrands are entire and decay like a Gaussian, so the
trapezoidal rule converges geometrically (Trefethen and Weideman 2014, SIAM Review 56); each result
is held against the rule with every second point left out.
"""

import numpy as np

from infobound.information.law import Floats, MessageLaw
from infobound.numerics.order_statistics import expected_maximum

LARGEST = 4096  # coordinates for which the N x N slopes are worked out
_STEP = 1 / 32
_BELOW, _ABOVE = -9.0, 14.0  # where the largest of standard normals lies, to 1e-19


def symmetric_fisher(count: int, noise_std: float) -> float:
    """Trace of the Fisher information when all theta are equal: N/(N - 1) (E max_N)^2 / s^2.

    The matrix is a multiple of the projection on the vectors of sum 0.
    """
    return count / (count - 1) * (expected_maximum(count) / noise_std) ** 2


def argmax_law(theta: Floats, noise_std: float) -> MessageLaw:
    """Law of the index of the largest coordinate, theta of shape (N,), 2 <= N <= LARGEST."""
    from scipy.special import log_ndtr

    z = np.arange(_BELOW, _ABOVE, _STEP)
    t = z + (theta.max() - theta)[:, None] / noise_std  # the maximum lies around theta.max()
    log_phi = log_ndtr(t)
    hazard = np.exp(-t * t / 2 - log_phi) / np.sqrt(2 * np.pi)
    below = np.exp(log_phi.sum(axis=0))
    probability = np.asarray(_trapezoid(hazard * below))
    pairs = _trapezoid_pairs(hazard, below)
    np.fill_diagonal(pairs, 0.0)
    slope = (np.diag(pairs.sum(axis=1)) - pairs) / noise_std
    return MessageLaw(probability, slope)


def _trapezoid(integrand: Floats) -> Floats:
    fine = integrand.sum(axis=-1) * _STEP
    _settled(fine, integrand[..., ::2].sum(axis=-1) * (2 * _STEP))
    return np.asarray(fine)


def _trapezoid_pairs(hazard: Floats, below: Floats) -> Floats:
    even = (hazard[:, ::2] * below[::2]) @ hazard[:, ::2].T
    odd = (hazard[:, 1::2] * below[1::2]) @ hazard[:, 1::2].T
    fine = (even + odd) * _STEP
    _settled(fine, even * (2 * _STEP))
    return np.asarray(fine)


def _settled(fine: Floats, coarse: Floats) -> None:
    gap = float(np.max(np.abs(fine - coarse)))
    if not gap <= 1e-11 * max(1.0, float(np.max(np.abs(fine)))):
        raise ArithmeticError(f"the quadrature over the largest coordinate is uncertain by {gap}.")
