"""l_p norms of rows that neither overflow nor underflow."""

import math

import numpy as np
import numpy.typing as npt

from infobound.numerics.arguments import argument_error

Floats = npt.NDArray[np.float64]


def lp_norm(y: Floats, p: float) -> Floats:
    """|y|_p of each row, scaled by its largest coordinate on the way.

    Parameters
    ----------
    y : ndarray of float64, shape (..., d), finite.
    p : float, 1 <= p <= inf.

    Returns
    -------
    ndarray of float64, shape (...).

    Examples
    --------
    >>> round(float(lp_norm(np.array([3e200, 4e200]), 2.0)) / 1e200, 12)
    5.0
    """
    if not p >= 1:
        raise argument_error("p", p, "from 1 to inf")
    size: Floats = np.abs(y)
    top: Floats = size.max(axis=-1)
    if math.isinf(p):
        return top
    # A power of two changes no bit of the result, and brings the largest coordinate to [1/2, 1).
    exponent = np.frexp(top)[1]
    size = np.ldexp(size, -exponent[..., None])
    if p == 1:
        total = size.sum(axis=-1)
    elif p == 2:
        total = np.sqrt(np.einsum("...i,...i->...", size, size))
    else:
        total = (size**p).sum(axis=-1) ** (1 / p)
    norm: Floats = np.ldexp(total, exponent)
    return norm
