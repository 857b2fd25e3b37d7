"""Which Lloyd-Max cell of N(0, 1) a number lies in, by one table look-up and one comparison."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from infobound.numerics.lloyd_max import lloyd_max

Reals = npt.NDArray[Any]


@dataclass(frozen=True, eq=False)
class CellTable:
    """Buckets of equal width, so narrow that each holds at most one threshold.

    A point is in the cell `base` of its bucket, or in the next one when it is above the threshold
    there. The bucket of a threshold is computed as that of a point is, and this computation is
    monotone, so the index equals `searchsorted(thresholds, u, side="left")` exactly.

    Attributes
    ----------
    levels : ndarray of float64, shape (2^width,).
    base : ndarray of uint8, shape (buckets,).
    threshold : ndarray of the dtype of the points, shape (buckets,); inf where there is none.
    factor, centre : numbers of that dtype
        Bucket = floor(factor u + centre), within the table.
    """

    levels: npt.NDArray[np.float64]
    base: npt.NDArray[np.uint8]
    threshold: Reals
    factor: Any
    centre: Any

    def bucket(self, u: Reals) -> npt.NDArray[np.intp]:
        """Number of the bucket of each point."""
        place = u * self.factor
        place += self.centre
        np.clip(place, 0, len(self.base) - 1, out=place)
        numbers: npt.NDArray[np.intp] = place.astype(np.intp)
        return numbers

    def index(self, u: Reals) -> npt.NDArray[np.uint8]:
        """Number of the cell (t_i, t_(i+1)] of each point, uint8."""
        place = self.bucket(u)
        # mode="clip" skips the range check of numpy's default, which costs more than the look-up.
        cells: npt.NDArray[np.uint8] = self.base.take(place, mode="clip")
        cells += u > self.threshold.take(place, mode="clip")
        return cells


@lru_cache(maxsize=32)
def cell_table(width: int, dtype: str) -> CellTable:
    """The table of the 2^width-level Lloyd-Max quantizer, 1 <= width <= 8, for float32 or float64.

    In float32 the thresholds are rounded to float32.
    """
    design = lloyd_max(2**width)
    kind = np.dtype(dtype)
    thresholds = np.array(design.thresholds, dtype=kind)
    gap = float(np.diff(thresholds).min(initial=1.0))
    top = float(thresholds[-1]) + gap
    count = 2 * int(np.ceil(1.01 * top / gap)) + 1
    empty = np.zeros(count, dtype=np.uint8)
    table = CellTable(
        np.array(design.levels),
        empty,
        np.full(count, np.inf, dtype=kind),
        kind.type(count / (2 * top)),
        kind.type(count / 2),
    )
    buckets = table.bucket(thresholds)
    if len(np.unique(buckets)) < len(thresholds):
        raise ArithmeticError(f"width = {width}: two thresholds fell into one bucket.")
    table.threshold[buckets] = thresholds
    table.base[:] = np.searchsorted(buckets, np.arange(count), side="left")
    for array in (table.levels, table.base, table.threshold):
        array.flags.writeable = False
    return table
