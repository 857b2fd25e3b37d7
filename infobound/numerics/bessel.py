"""The first zero of a Bessel function, and averages under the ball's first Dirichlet mode."""

import math
from functools import lru_cache

# First zero of the Airy function, DLMF 9.9.
_AIRY_ZERO = -2.338107410459767


def _olver(order: float) -> float:
    """Olver's expansion of j_{order,1} (DLMF 10.21.40), relative error below 2e-4 for order > 2."""
    a = -_AIRY_ZERO / 2 ** (1 / 3)
    terms = (
        1.0,
        a,
        0.3 * a**2,
        1 / 70 - a**3 / 350,
        -479 / 63000 * a**4 - a / 3150,
        20231 / 8085000 * a**5 - 551 / 161700 * a**2,
    )
    return order * math.fsum(term * order ** (-2 * k / 3) for k, term in enumerate(terms))


@lru_cache
def first_bessel_zero(order: float) -> float:
    """First positive zero j of J_order, for order >= -1/2, to double precision.

    Starts from (order + 1)(order + 5) < j^2 < 2 (order + 1)(order + 3) at small orders and from
    Olver's expansion above, then takes Newton steps; checked to order 5e11 (dimension 1e12).
    """
    from scipy.special import jv

    low, high = math.sqrt((order + 1) * (order + 5)), math.sqrt(2 * (order + 1) * (order + 3))
    zero = _olver(order) if order > 2 else (low + high) / 2
    for _ in range(6):  # quadratic convergence from 1e-2 at worst
        zero += float(jv(order, zero) / jv(order + 1, zero))
    return zero


@lru_cache
def dirichlet_ball_entropy(dimension: int) -> float:
    """Differential entropy per coordinate, in nats, of the squared first mode of the unit ball.

    The density on the unit ball of R^d is proportional to (rho^-v J_v(j rho))^2, v = d/2 - 1 and
    j = j_{v,1}; the radius has density 2 rho J_v(j rho)^2 / J_{v+1}(j)^2. Gauss-Legendre in a
    variable that resolves both the Airy layer of large d and the zero at the sphere; about 1e-12.
    """
    import numpy as np
    from scipy.special import gammaln, jv

    order = dimension / 2 - 1
    zero = first_bessel_zero(order)
    # Below 1 - 12 v^(-2/3) the mode is smaller than exp(-40).
    layer = min(1.0, 12 * max(order, 1e-9) ** (-2 / 3))
    node, weight = np.polynomial.legendre.leggauss(400)
    t, dt = (node + 1) / 2, weight / 2
    depth, jacobian = layer * t**2, 2 * layer * t  # rho = 1 - depth
    bessel = np.abs(jv(order, zero * (1 - depth)))
    edge = float(jv(order + 1, zero))
    mass = dt * jacobian * 2 * (1 - depth) * (bessel / edge) ** 2
    held = mass > 0  # where J underflows it carries no mass
    mean_log_radius = float(np.sum(mass[held] * np.log1p(-depth[held])))
    mean_log_bessel = float(np.sum(mass[held] * np.log(bessel[held])))
    log_ball = (order + 1) * math.log(math.pi) - float(gammaln(order + 1))
    total = log_ball + 2 * math.log(abs(edge)) + 2 * order * mean_log_radius - 2 * mean_log_bessel
    return total / dimension


def log_unit_ball_volume(dimension: int) -> float:
    """Natural log of the volume of the unit ball of R^dimension."""
    return dimension / 2 * math.log(math.pi) - math.lgamma(dimension / 2 + 1)
