"""What block formats see of a gradient: energies and tails, block by block along each row."""

import numpy as np
import numpy.typing as npt

from infobound.datasets.gradients import Floats, Ints
from infobound.numerics.arguments import argument_error, whole


def block_energies(rows: npt.ArrayLike, block: int) -> tuple[Floats, Floats]:
    """Mean square of every block of consecutive coordinates.

    Parameters
    ----------
    rows : array_like, shape (N, d)
    block : int
        Coordinates per block; what is left over makes a shorter last block.

    Returns
    -------
    energies : ndarray, shape (N, k), k = ceil(d / block)
    counts : ndarray, shape (k,)
        Coordinates in each, as `bounds.scale_mixture` takes them.
    """
    squares, starts, counts = _squares(rows, block)
    return np.add.reduceat(squares, starts, axis=1) / counts, counts


def kurtosis(rows: npt.ArrayLike, block: int | None = None) -> float:
    """Fourth moment over squared second moment; exactly 3 on average for Gaussians of any scales.

    Each block of n coordinates is taken relative to its own mean square: the mean over blocks
    (not all zero) of (n + 2) sum x^4 / (sum x^2)^2, since E sum u^4 = 3/(n + 2) for u uniform on
    the unit sphere of R^n. What remains above 3 is the tail that a scale for each block cannot
    take away. At most n + 2; without `block`, the whole array is one block.

    Parameters
    ----------
    rows : array_like, shape (N, d)
    block : int, optional
        d for one scale in each row.

    Returns
    -------
    float : nan if everything is 0.
    """
    if block is None:
        rows = np.asarray(rows).reshape(1, -1)
        block = rows.shape[1]
    squares, starts, counts = _squares(rows, block)
    second = np.add.reduceat(squares, starts, axis=1)
    fourth = np.add.reduceat(np.square(squares, out=squares), starts, axis=1)
    with np.errstate(invalid="ignore"):
        ratios = (counts + 2) * fourth / second**2
    return float(ratios[second > 0].mean()) if np.any(second > 0) else float("nan")


def zero_fractions(rows: npt.ArrayLike, block: int) -> tuple[float, float]:
    """Fraction of coordinates that are 0, and of those in blocks that are 0 throughout."""
    values = np.asarray(rows)
    energies, counts = block_energies(values != 0, block)
    empty = (energies == 0).mean(axis=0) @ counts
    return float(np.mean(values == 0)), float(empty / counts.sum())


def _squares(rows: npt.ArrayLike, block: int) -> tuple[Floats, Ints, Floats]:
    """Squares, where blocks start, and how long they are."""
    values = np.asarray(rows, dtype=np.float64)
    if values.ndim != 2 or not values.size:
        raise argument_error("rows.shape", values.shape, "(N, d), not empty")
    starts = np.arange(0, values.shape[1], whole("block", block))
    return np.square(values), starts, np.diff(np.append(starts, values.shape[1])).astype(float)
