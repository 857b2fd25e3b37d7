"""Fast Walsh-Hadamard transform, and the rotation H diag(signs) with public signs.

H is the Sylvester matrix, entries (-1)^popcount(i & j) / sqrt(D): symmetric, orthonormal, its own
inverse. It is applied as Kronecker factors, H_D = H_a x H_b x ..., each a matrix product with a
small matrix (a, b, ... <= 32), on blocks that stay in the cache.
"""

import math

import numpy as np
import numpy.typing as npt

from infobound.numerics.arguments import argument_error, whole
from infobound.numerics.public_coins import public_signs

Reals = npt.NDArray[np.float32 | np.float64]
BLOCK = 2**20  # numbers that a rotation works on at a time


def hadamard(y: npt.ArrayLike, *, out: Reals | None = None) -> Reals:
    """Orthonormal Walsh-Hadamard transform along the last axis, in the Sylvester order.

    Parameters
    ----------
    y : array_like of float, shape (..., D), D a power of two
        float32 stays float32, everything else is computed in float64.
    out : ndarray of the same type and shape, C-contiguous, optional
        May be `y` itself.

    Returns
    -------
    ndarray of float32 or float64, shape (..., D): `out`, or a new array.

    Raises
    ------
    ArgumentError
        D is not a power of two, or `out` does not fit.

    Examples
    --------
    >>> hadamard([1.0, 0.0, 0.0, 0.0])
    array([0.5, 0.5, 0.5, 0.5])
    """
    values = _floats(y)
    size = values.shape[-1]
    if size & (size - 1):
        remedy = f"Pad with zeros to {padded(size)}, as rotate does."
        raise argument_error("y.shape", values.shape, "(..., a power of two)", remedy)
    if out is None:
        out = np.empty(values.shape, dtype=values.dtype)
    elif out.shape != values.shape or out.dtype != values.dtype or not out.flags.c_contiguous:
        allowed = f"C-contiguous, of shape {values.shape} and type {values.dtype}"
        raise argument_error("out", (out.shape, out.dtype.name), allowed)
    if out is not values:
        out[...] = values
    rows = out.reshape(-1, size)
    half = 1
    while half < size:
        pairs = rows.reshape(-1, 2, half)
        left, right = pairs[:, 0], pairs[:, 1]
        difference = left - right
        left += right
        right[...] = difference
        half *= 2
    rows *= rows.dtype.type(1 / math.sqrt(size))
    return out


def padded(d: int) -> int:
    """The least power of two that is at least d."""
    return 1 << (whole("d", d) - 1).bit_length()


def rotate(y: npt.ArrayLike, coins: int, *, first: int = 0) -> Reals:
    """H diag(signs) of each row, padded with zeros to D, the next power of two: an isometry.

    Parameters
    ----------
    y : array_like of float, shape (..., d)
        float32 stays float32, everything else is computed in float64.
    coins : int, 0 <= coins < 2^64
        The seed of the signs, known to both ends.
    first : int
        Row i of the flattened leading axes has the public signs number first + i.

    Returns
    -------
    ndarray of float32 or float64, shape (..., D).
    """
    values = _floats(y)
    d = values.shape[-1]
    size = padded(d)
    rows = values.reshape(-1, d)
    out = np.zeros((len(rows), size), dtype=values.dtype)
    for some in _chunks(len(rows), size):
        signs = public_signs(coins, count=some.stop - some.start, d=d, first=first + some.start)
        np.multiply(rows[some], signs, out=out[some, :d])
        hadamard(out[some], out=out[some])
    return out.reshape(*values.shape[:-1], size)


def rotate_back(z: npt.ArrayLike, coins: int, *, d: int, first: int = 0) -> Reals:
    """The first d coordinates of diag(signs) H of each row: undoes `rotate`.

    Parameters
    ----------
    z : array_like of float, shape (..., D), D the next power of two after d.
    coins, first
        As for `rotate`.
    d : int
        Length of the rows before they were padded.

    Returns
    -------
    ndarray of float32 or float64, shape (..., d).

    Raises
    ------
    ArgumentError
        The last axis is not the next power of two after d.
    """
    values = _floats(z)
    size = padded(d)
    if values.shape[-1] != size:
        raise argument_error("z.shape", values.shape, f"(..., {size}), as rotate makes it")
    rows = values.reshape(-1, size)
    out = np.empty((len(rows), d), dtype=values.dtype)
    for some in _chunks(len(rows), size):
        signs = public_signs(coins, count=some.stop - some.start, d=d, first=first + some.start)
        np.multiply(hadamard(rows[some])[:, :d], signs, out=out[some])
    return out.reshape(*values.shape[:-1], d)


def _chunks(count: int, size: int) -> list[slice]:
    step = max(1, BLOCK // size)
    return [slice(i, min(i + step, count)) for i in range(0, count, step)]


def _floats(y: npt.ArrayLike) -> Reals:
    """C-contiguous float32 or float64 with at least one axis."""
    values = np.asarray(y)
    if values.dtype != np.float32:
        values = np.asarray(values, dtype=np.float64)
    if values.ndim == 0 or values.shape[-1] == 0:
        raise argument_error("y.shape", values.shape, "(..., d) with d at least 1")
    return np.ascontiguousarray(values)
