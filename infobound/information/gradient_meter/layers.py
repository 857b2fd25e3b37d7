"""One array of gradients, read piece by piece: N rows of d coordinates in memory or in a file."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from infobound.numerics.arguments import argument_error

Reals = npt.NDArray[Any]  # float32 or float64
FLOATS = "float16, bfloat16, float32 or float64"


@dataclass(frozen=True, eq=False)
class Layer:
    """N gradients in R^d.

    Attributes
    ----------
    name : str
    samples, dimension : int
        N and d.
    dtype : str
        As stored.
    view : callable
        Returns the (N, d) array, memory-mapped if it is in a file. It is asked for anew for each
        piece, so that pages already read do not stay in memory.
    kept : ndarray of int, or None
        Rows that are measured, when some are left out.
    """

    name: str
    samples: int
    dimension: int
    dtype: str
    view: Callable[[], npt.NDArray[Any]]
    kept: npt.NDArray[np.int64] | None = None

    def piece(self, rows: slice, columns: slice) -> Reals:
        """A contiguous copy of these rows and columns; float64 as it is, all others as float32."""
        stored = self.view()
        part = stored[rows, columns] if self.kept is None else stored[self.kept[rows], columns]
        kind = np.float64 if part.dtype.kind == "f" and part.dtype.itemsize == 8 else np.float32
        return np.array(part, dtype=kind, order="C")


def array_layer(name: str, array: npt.NDArray[Any]) -> Layer:
    """A layer of an array in memory, (N, ...), flattened to (N, d)."""
    n, d = layer_shape(name, array.shape)
    check_dtype(name, array.dtype)
    flat = array.reshape(n, d)
    return Layer(name, n, d, array.dtype.name, lambda: flat)


def layer_shape(name: str, shape: tuple[int, ...], *, vectors: bool = True) -> tuple[int, int]:
    """N and d of an array (N, ...); refuses what holds no numbers."""
    least = 1 if vectors else 2
    if len(shape) < least or math.prod(shape) == 0:
        allowed = "of shape (N, d), one gradient in each row, N >= 1 and d >= 1"
        remedy = "A single gradient g is g[None]." if len(shape) == 1 else ""
        raise argument_error(name, f"array of shape {shape}", allowed, remedy)
    return shape[0], math.prod(shape[1:])


def check_dtype(name: str, dtype: np.dtype[Any]) -> None:
    """Refuse what is not an array of floating-point numbers."""
    if dtype.name == "bfloat16" or (dtype.kind == "f" and dtype.itemsize in (2, 4, 8)):
        return
    remedy = {
        "O": "Object arrays are never unpickled: save numbers.",
        "i": "Convert them if these are gradients.",
        "u": "Convert them if these are gradients.",
        "c": "Give real and imaginary parts as coordinates.",
        "V": "A file cannot say that it holds bfloat16: save float32.",
        "f": "Convert it to float64.",
    }.get(dtype.kind, "")
    raise argument_error(name, f"array of {dtype.name}", f"an array of {FLOATS}", remedy)
