"""Known curvature that differs by direction: where the bits should go."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from infobound.bounds.bound import Bound
from infobound.numerics.arguments import argument_error, positive, scale, whole


@dataclass(frozen=True)
class Allocation:
    """Bits b_i per direction and lambda, the common marginal value of a bit in them."""

    bits: npt.NDArray[np.float64]
    price: float


def water_fill(curvatures: Sequence[float], *, bits: float) -> Allocation:
    """Minimise sum_i 1/(a_i (1 - 4^-b_i)) over b_i >= 0 with sum b_i = `bits`.

    At the optimum 4^-b / (a (1 - 4^-b)^2) is the same in every direction: flat directions (small
    a_i) get more bits, and each gets some. Strictly convex, so the answer is unique.

    Parameters
    ----------
    curvatures : sequence of float
        Hessian eigenvalues a_i > 0.
    bits : float
        B > 0.

    Returns
    -------
    Allocation
        Summing to `bits` within rounding.
    """
    a = _curvatures(curvatures)
    total = positive("bits", bits)

    def spend(log_price: float) -> npt.NDArray[np.float64]:
        c = np.exp(log_price) * a  # y / (1 - y)^2 = c with y = 4^-b
        root = np.sqrt(1 + 4 * c)
        # y = 4c / (1 + root)^2 and 1 - y = 2 / (1 + root): each side keeps its digits.
        few, many = np.log1p(-2 / (1 + np.maximum(root, 1.5))), np.log(4 * c) - 2 * np.log1p(root)
        return np.asarray(-np.where(root > 1.5, few, many) / math.log(4))

    low, high = -400 - math.log(a.max()), 300 - math.log(a.min())
    if not spend(high).sum() < total < spend(low).sum():
        raise argument_error("bits", bits, "above 1e-60 and below 250 per direction")
    for _ in range(200):  # bisection to the last bit of log_price; spend decreases in it
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (middle, high) if spend(middle).sum() > total else (low, middle)
    return Allocation(spend(middle), math.exp(middle))


def anisotropic_suboptimality(
    curvatures: Sequence[float], *, bits: float, noise_std: float, rounds: float
) -> Bound:
    """Least E[f - f*] for f = (x - theta)^T A (x - theta)/2 with A known, over all of R^d.

    E[f - f*] >= sigma^2/(2 T) min sum_i 1/(a_i (1 - 4^-b_i)), the minimum over b_i >= 0 that sum
    to B. From the matrix forms of van Trees and of the Fisher-trace bound,
    -1/2 ln det(I - sigma^2 I_M) <= B ln 2 per round.

    Parameters
    ----------
    curvatures : sequence of float
        Eigenvalues a_i of the Hessian, known to everyone.
    bits : float
        B > 0 per round.
    noise_std : float
        sigma, of each coordinate of the gradient, the same in every direction.
    rounds : float
        T >= 1.

    Returns
    -------
    Bound
        Lower, in units of f.

    Examples
    --------
    >>> bound = anisotropic_suboptimality([1, 4, 16, 64], bits=4, noise_std=1, rounds=1)
    >>> round(2 * bound.value, 6)
    1.541878
    """
    sigma, time = scale("noise_std", noise_std), whole("rounds", rounds, most=10**18)
    a, split = _curvatures(curvatures), water_fill(curvatures, bits=bits).bits
    cost = float(np.sum(1 / (a * -np.expm1(-math.log(4) * split))))
    return Bound(
        value=sigma**2 / (2 * time) * cost,
        direction="lower",
        unit="f",
        hypotheses=("Gaussian gradient noise, isotropic", "Hessian known", "memoryless encoders"),
        source="anisotropic: matrix van Trees with the log-det Fisher bound",
    )


def _curvatures(values: Sequence[float]) -> npt.NDArray[np.float64]:
    a = np.asarray(values, dtype=float)
    if a.ndim != 1 or a.size == 0:
        raise argument_error("curvatures", values, "a nonempty list of numbers")
    for place, value in enumerate(a.tolist()):
        scale(f"curvatures[{place}]", value)
    return a
