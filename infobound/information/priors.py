"""Prior information J of a density, for priors that are not in `infobound.bounds.priors`."""

import math
from collections.abc import Callable

from infobound.montecarlo.estimate import Estimate
from infobound.numerics.arguments import argument_error

Density = Callable[[float], float]


def prior_information(
    density: Density, derivative: Density, support: tuple[float, float]
) -> Estimate:
    """J = int p'^2/p of a one-dimensional density, as van Trees uses it.

    For a product prior on R^d the J's of the coordinates add. The density must be absolutely
    continuous and vanish at the ends of its support, or J is infinite; on [a, b] the least
    possible J is 4 pi^2/(b - a)^2, that of the squared sine arch (Gill and Levit 1995).

    Parameters
    ----------
    density, derivative : callable
        p and p' at a float inside the support.
    support : (float, float)
        Ends, possibly infinite.

    Returns
    -------
    Estimate
        Method "quadrature", unit "1/theta^2".

    Raises
    ------
    ArgumentError
        If p is negative somewhere, does not integrate to 1 within 1e-8, is not near 0 at a finite
        end, or the quadrature does not settle.
    """
    from scipy.integrate import quad

    low, high = support
    if not low < high:
        raise argument_error("support", support, "an increasing pair")

    def rate(x: float) -> float:
        p = density(x)
        if p < 0:
            raise argument_error(f"density({x!r})", p, "nonnegative")
        return derivative(x) ** 2 / p if p > 0 else 0.0

    def integral(function: Density) -> float:
        value, wrong, *notes = quad(function, low, high, limit=400, epsrel=1e-11, full_output=1)
        if len(notes) > 1 or not wrong <= 1e-7 * max(1.0, abs(value)):
            raise argument_error("density", density, "smooth enough for quadrature to settle")
        return float(value)

    mass = integral(density)
    if not abs(mass - 1) < 1e-8:
        raise argument_error("density", density, f"of total mass 1 (it has {mass:.9g})")
    reach = 1e-6 * (high - low)
    for end, inside in ((low, low + reach), (high, high - reach)):
        if math.isfinite(end) and density(inside) * (high - low) > 1e-4:
            raise argument_error("density", density, f"0 at {end:g}, or J is infinite")
    return Estimate(value=integral(rate), method="quadrature", unit="1/theta^2")
