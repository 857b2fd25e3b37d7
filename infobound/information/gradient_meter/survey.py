"""First pass: what is not finite, which rows are measured, and the largest entry of each."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from infobound.information.gradient_meter.layers import Layer
from infobound.numerics.arguments import argument_error

Floats = npt.NDArray[np.float64]
NanPolicy = Literal["refuse", "omit"]
Tell = Callable[[int], None]
PIECE = 1 << 20
"""Numbers that are read at a time."""
WIDTH = 1 << 16
"""Coordinates of one row that are read at a time; longer rows are taken in pieces."""


@dataclass(frozen=True, eq=False)
class Survey:
    """Layers without the rows that are left out.

    Attributes
    ----------
    layers : list of Layer
    maxima : list of ndarray, shape (N,)
        Largest |x_j| of each row that is measured, layer by layer.
    nan, inf : int
        Entries that are not finite.
    dropped : int
        Rows left out for that.
    """

    layers: list[Layer]
    maxima: list[Floats]
    nan: int
    inf: int
    dropped: int

    @property
    def samples(self) -> int:
        """Rows that are measured."""
        return len(self.maxima[0])


def pieces(layer: Layer, n: int, width: int) -> Iterator[tuple[slice, Iterator[slice]]]:
    """Column ranges of `width`, and for each the row ranges of one piece after the other."""
    for start in range(0, layer.dimension, width):
        columns = slice(start, min(start + width, layer.dimension))
        step = max(1, PIECE // (columns.stop - start))
        yield columns, (slice(i, min(i + step, n)) for i in range(0, n, step))


def survey(layers: list[Layer], nan_policy: NanPolicy, tell: Tell) -> Survey:
    """Read everything once; refuse what is not finite, or leave its rows out.

    Raises
    ------
    ArgumentError
        On nan or infinity under "refuse" (all are counted first), or when no row is left.
    """
    n, nan, inf, first = layers[0].samples, 0, 0, ""
    maxima = []
    for layer in layers:
        most = np.zeros(n)
        for columns, ranges in pieces(layer, n, WIDTH):
            for rows in ranges:
                x = layer.piece(rows, columns)
                found = np.abs(x).max(axis=1).astype(np.float64)
                most[rows] = np.maximum(most[rows], found)  # nan stays
                if not np.isfinite(found).all():
                    bad = ~np.isfinite(x)
                    nan_here = int(np.count_nonzero(np.isnan(x)))
                    nan, inf = nan + nan_here, inf + int(np.count_nonzero(bad)) - nan_here
                    i, j = (int(k) for k in np.argwhere(bad)[0])
                    first = first or f"{layer.name}[{rows.start + i}, {columns.start + j}]"
                tell(x.size)
        maxima.append(most)
    _refuse_extremes(maxima)
    finite = np.logical_and.reduce([np.isfinite(most) for most in maxima])
    dropped = n - int(np.count_nonzero(finite))
    if not dropped:
        return Survey(layers, maxima, 0, 0, 0)
    said = f"array with {nan} nan and {inf} infinite entries in {dropped} of {n} rows, the first "
    if nan_policy == "refuse" or dropped == n:
        remedy = (
            "No row is left."
            if dropped == n
            else "Leave those rows out with nan_policy='omit' (--nan-policy omit)."
        )
        raise argument_error("gradients", f"{said}at {first}", "finite", remedy)
    kept = np.flatnonzero(finite)
    return Survey(
        [replace(layer, kept=kept) for layer in layers],
        [most[kept] for most in maxima],
        nan,
        inf,
        dropped,
    )


def _refuse_extremes(maxima: list[Floats]) -> None:
    """Squares of entries and their sums must stay in double range."""
    top = max((float(most[np.isfinite(most)].max(initial=0.0)) for most in maxima), default=0.0)
    if top and not 1e-140 <= top <= 1e140:
        raise argument_error(
            "largest |gradient|", top, "between 1e-140 and 1e140", "Change the unit of gradients."
        )
