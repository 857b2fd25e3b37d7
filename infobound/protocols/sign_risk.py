"""Exact Bayes risk of signs with one fixed threshold, under the cos^2 prior."""

import numpy as np

from infobound.numerics.arguments import argument_error, positive, whole
from infobound.numerics.gauss_legendre import gauss_legendre


def sign_bayes_risk(rounds: int, *, half_width: float, noise_std: float) -> float:
    """E (E[theta | messages] - theta)^2 for T signs of X_t ~ N(theta, s^2), threshold 0.

    The prior is (1/L) cos^2(pi theta / (2 L)) on [-L, L], the one of least prior information,
    pi^2 / L^2. The number k of positive signs is sufficient, so the risk is
    E theta^2 - sum_k E[theta P(k | theta)]^2 / P(k), by Gauss-Legendre quadrature in theta.

    Parameters
    ----------
    rounds : int, T >= 1, at most 10^5.
    half_width : float, L > 0, in units of theta.
    noise_std : float, s > 0; at least L / 100 for the quadrature.

    Returns
    -------
    float, in squared units of theta.
    """
    from scipy.special import gammaln, log_ndtr

    rounds = whole("rounds", rounds, most=10**5)
    half_width, noise_std = positive("half_width", half_width), positive("noise_std", noise_std)
    if noise_std < half_width / 100:
        allowed = f"at least half_width / 100 = {half_width / 100!r}"
        raise argument_error("noise_std", noise_std, allowed, "The quadrature needs it.")
    place, weight = gauss_legendre(800)
    theta = half_width * (2 * place - 1)
    prior = 2 * weight * np.cos(np.pi * (place - 0.5)) ** 2
    up, down = log_ndtr(theta / noise_std), log_ndtr(-theta / noise_std)
    variance, gain = float(prior @ theta**2), 0.0
    for k in range(rounds + 1):
        ways = gammaln(rounds + 1) - gammaln(k + 1) - gammaln(rounds - k + 1)
        joint = prior * np.exp(ways + k * up + (rounds - k) * down)
        mass = float(joint.sum())
        if mass > 0:
            gain += float(joint @ theta) ** 2 / mass
    return variance - gain
