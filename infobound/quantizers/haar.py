"""Uniformly random rotations that both ends can make: a reflection for every coordinate."""

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from infobound.numerics.public_coins import public_uniforms

Floats = npt.NDArray[np.float64]
_STREAM = 2
_BLOCK = 1 << 20  # normal variables at a time


def haar_rotate(
    rows: npt.NDArray[Any], coins: int, *, first: int = 0, back: bool = False
) -> Floats:
    """R y for each row y, or R^T y, with R uniform on the orthogonal group; R is never formed.

    R = H(u) diag(1, R'), where R' is uniform in one dimension less, u is uniform on the sphere and
    H(u) is an orthogonal matrix with first column u: plus or minus a Householder reflection
    (Stewart 1980; Diaconis and Shahshahani 1987). O(d^2) operations and d (d + 1)/2 normal variables
    for a row, made from public coins (Box and Muller 1958).

    Parameters
    ----------
    rows : ndarray of float, shape (n, d).
    coins, first : int
        Seed, and number of the first row; see `numerics.public_coins`.
    back : bool
        Undo the rotation.

    Returns
    -------
    ndarray of float64, shape (n, d), a new array.
    """
    n, d = rows.shape
    turned = np.array(rows, dtype=np.float64)
    step = max(1, _BLOCK // (d * d))
    for i in range(0, n, step):
        some = turned[i : i + step]
        normals = _public_normals(coins, len(some), d * (d + 1) // 2, first + i)
        for k in range(d, 0, -1) if back else range(1, d + 1):
            _turn(some[:, d - k :], normals[:, k * (k - 1) // 2 : k * (k + 1) // 2])
    return turned


def _turn(tail: Floats, v: Floats) -> None:
    """Apply in place the symmetric orthogonal matrix whose first column is v/|v|.

    It is -s (1 - 2 w w^T/|w|^2), s the sign of v_1, w = v + s |v| e_1: no digits cancel in w.
    """
    sign = np.where(v[:, 0] < 0, -1.0, 1.0)
    size = np.sqrt(np.einsum("ij,ij->i", v, v))
    v[:, 0] += sign * size
    along = np.einsum("ij,ij->i", v, tail) / (size * np.abs(v[:, 0]))  # |w|^2 = 2 |v| |w_1|
    tail -= along[:, None] * v
    tail *= -sign[:, None]


def _public_normals(coins: int, count: int, per_row: int, first: int) -> Floats:
    """Independent standard normal variables, shape (count, per_row); none is 0."""
    pairs = -(-per_row // 2)
    u = public_uniforms(coins, count=count, per_row=2 * pairs, first=first, stream=_STREAM)
    radius = np.sqrt(-2 * np.log(np.maximum(u[:, :pairs], 2.0**-54)))
    angle = 2 * math.pi * u[:, pairs:]
    return np.concatenate([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
