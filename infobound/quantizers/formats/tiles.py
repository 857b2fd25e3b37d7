"""Square tiles of a matrix as consecutive blocks of a vector, for two-dimensional scales.

NVIDIA's NVFP4 recipe scales weights by tiles of 16 x 16, so that a matrix and its transpose are
quantized alike: `NVFP4(block=256)` of the vector that `to_tiles` makes, 4 + 8/256 bits per number.
"""

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from infobound.numerics.arguments import argument_error, whole


def to_tiles(matrix: npt.ArrayLike, *, size: int = 16) -> npt.NDArray[Any]:
    """One tile after the other, row by row of tiles, each tile row by row.

    Parameters
    ----------
    matrix : array_like, shape (..., rows, columns), both multiples of `size`.
    size : int, >= 1

    Returns
    -------
    ndarray, shape (..., rows columns).

    Examples
    --------
    >>> to_tiles([[0, 1, 2, 3], [4, 5, 6, 7]], size=2).tolist()
    [0, 1, 4, 5, 2, 3, 6, 7]
    """
    values = np.asarray(matrix)
    high, wide = _tiles(values.shape, whole("size", size))
    tiled = values.reshape(*values.shape[:-2], high, size, wide, size).swapaxes(-3, -2)
    return tiled.reshape(*values.shape[:-2], math.prod(values.shape[-2:]))


def from_tiles(
    vector: npt.ArrayLike, shape: tuple[int, int], *, size: int = 16
) -> npt.NDArray[Any]:
    """The inverse of `to_tiles`: an array (..., rows columns) as (..., rows, columns)."""
    values = np.asarray(vector)
    high, wide = _tiles(shape, whole("size", size))
    if values.shape[-1:] != (math.prod(shape),):
        raise argument_error("vector.shape", values.shape, f"(..., {math.prod(shape)})")
    tiled = values.reshape(*values.shape[:-1], high, wide, size, size).swapaxes(-3, -2)
    return tiled.reshape(*values.shape[:-1], *shape)


def _tiles(shape: tuple[int, ...], size: int) -> tuple[int, int]:
    if len(shape) < 2 or shape[-2] % size or shape[-1] % size:
        allowed = f"(..., rows, columns), both multiples of {size}"
        raise argument_error("matrix.shape", shape, allowed, "Pad the matrix with zeros.")
    return shape[-2] // size, shape[-1] // size
