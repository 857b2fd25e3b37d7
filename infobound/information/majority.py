"""One bit of a Bernoulli product that knows which of two opposite clusters V is in."""

import math

import numpy as np

from infobound.information.sign_laws import binomial, excess
from infobound.models.sign_families import BernoulliProduct
from infobound.montecarlo.estimate import Estimate
from infobound.numerics.arguments import argument_error, whole

LARGEST = 2**31  # products of probabilities in one sum; a few seconds


def majority_information(family: BernoulliProduct, weight: int) -> Estimate:
    """I(V; M) in bits, M = the sign of sum_i Y_i (a fair coin for 0), V in opposite clusters.

    V is uniform on any set of words with `weight` signs -1, together with their opposites. M
    depends on V only through the cluster, so I = 1 - h(P(M = sign of the cluster)), with the law of
    the sum of two binomials. At weight d/4 the sum has the mean +-delta d and the variance d, so
    one bit is nearly certain from d of the order 1/delta^2 on: far above 4 delta^2, which holds
    where V is uniform on the cube.

    Parameters
    ----------
    family : BernoulliProduct
        Any dimension with weight * (d - weight) up to 2^31.
    weight : int, 0 to d.

    Raises
    ------
    ArgumentError
        `weight` is outside its range, or the sum is too long; the message gives the number.

    Examples
    --------
    >>> found = majority_information(BernoulliProduct(1024, 0.01), 256)
    >>> round(found.value / (4 * 0.01**2), 2)
    114.85
    """
    d, delta = family.dimension, float(family.delta)
    w = whole("weight", weight, least=0, most=d)
    if w * (d - w) > LARGEST:
        raise argument_error("weight", f"{w}: {w * (d - w)} terms", f"at most {LARGEST} terms")
    # Y_i = 1 with probability 1/2 + delta at d - w places, 1/2 - delta at w places.
    law = np.convolve(binomial(d - w, 0.5 + delta), binomial(w, 0.5 - delta))
    lean = float(np.sum((law - law[::-1])[d // 2 + 1 :]))  # P(sum > 0) - P(sum < 0)
    both = excess(np.array([lean, -lean]))
    return Estimate(value=float(both.mean()) / math.log(2), unit="bits")
