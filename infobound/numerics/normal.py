"""Cells (a, b] of the standard normal law: probability, score mass, mean and variance inside.

For X ~ N(0, 1) everything that a scalar quantizer does to a Gaussian follows from four numbers per
cell. The textbook formulas subtract nearly equal numbers when a cell is narrow or far out, so here
every quantity is a product or a sum of positive terms, and is accurate to about 1e-13 relative for
cells of any width, out to where the probability itself underflows (38 standard deviations); the
mean and the variance stay accurate beyond.

A cell is first mirrored so that its midpoint is not negative. Its density is largest at the anchor,
the point nearest to 0, and is written relative to that largest value.
"""

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from infobound.numerics.arguments import argument_error
from infobound.numerics.gauss_legendre import gauss_legendre

Floats = npt.NDArray[np.float64]

FAR = 1e150  # stands for an infinite end: its square is finite, so no inf - inf can appear
DEPTH = 50.0  # exp(-50) of the largest density is where a quadrature may stop
ORDER = 48  # Gauss-Legendre nodes; enough for exp(-v^2/2) on [-10, 10] to the last digit
CHUNK = 8192  # cells per block, to bound the memory of a quadrature


class Cell(NamedTuple):
    """Moments of N(0, 1) in cells, arrays of one shape: see the functions of the same name."""

    probability: Floats
    score: Floats
    mean: Floats
    variance: Floats


def density(x: npt.ArrayLike) -> Floats:
    """Density of N(0, 1) at x, any shape; 0 at an infinite x."""
    near: Floats = np.clip(np.asarray(x, dtype=np.float64), -FAR, FAR)
    return np.exp(-near * near / 2) / math.sqrt(2 * math.pi)


def cell_probability(lower: npt.ArrayLike, upper: npt.ArrayLike) -> Floats:
    """P(lower < X <= upper) for X ~ N(0, 1).

    Parameters
    ----------
    lower, upper : array_like
        Ends in standard deviations, broadcast against each other, lower <= upper; infinite ends
        are allowed.

    Returns
    -------
    ndarray of the broadcast shape; 0 for an empty cell and where it underflows.

    Raises
    ------
    ArgumentError
        An end is nan, or upper < lower.
    """
    a, b, _ = _mirrored(*_ends(lower, upper))
    return _probability(a, b)


def log_cell_probability(lower: npt.ArrayLike, upper: npt.ArrayLike) -> Floats:
    """Natural logarithm of `cell_probability`, also where that underflows; -inf if empty."""
    a, b, _ = _mirrored(*_ends(lower, upper))
    with np.errstate(divide="ignore"):
        return np.log(_mass(a, b)) - np.maximum(a, 0.0) ** 2 / 2 - math.log(2 * math.pi) / 2


def cell_score(lower: npt.ArrayLike, upper: npt.ArrayLike) -> Floats:
    """E[X; lower < X <= upper] = phi(lower) - phi(upper), without cancellation.

    This is the derivative of `cell_probability` when the mean of the law moves away from 0 by one
    standard deviation, so score^2 / probability, summed over cells, is Fisher information.
    Arguments and errors as in `cell_probability`.
    """
    a, b, flip = _mirrored(*_ends(lower, upper))
    return np.where(flip, -1.0, 1.0) * _score(a, b)


def cell_mean(lower: npt.ArrayLike, upper: npt.ArrayLike) -> Floats:
    """E[X | lower < X <= upper]; for an empty cell its limit, the point itself.

    Arguments and errors as in `cell_probability`.
    """
    return cell_moments(lower, upper).mean


def cell_variance(lower: npt.ArrayLike, upper: npt.ArrayLike) -> Floats:
    """Var[X | lower < X <= upper], with full relative accuracy; for an empty cell 0, its limit.

    Arguments and errors as in `cell_probability`.
    """
    return cell_moments(lower, upper).variance


def cell_moments(lower: npt.ArrayLike, upper: npt.ArrayLike) -> Cell:
    """All four moments of cells in one quadrature; arguments and errors as in `cell_probability`.

    About 50 exponentials per cell; `cell_probability` and `cell_score` are closed forms.
    """
    ends = _ends(lower, upper)
    a, b, flip = _mirrored(*ends)
    near = np.where(flip, -ends[1], ends[0])  # the unclipped lower end of the mirror image
    mass, offset, variance = _inside(a, b)
    # Across 0 the mean is score / probability, in a form that keeps every digit of a + b.
    fall = (b - a) * (a + b) / 2
    some = fall > 0
    ratio = np.where(some, -np.expm1(-fall) / np.where(some, fall, 1.0), 1.0)
    per_mass = (b - a) / np.where(a < 0, mass, 1.0)
    across = (a + b) / 2 * per_mass * ratio * np.exp(-a * a / 2)
    mean = np.where(a < 0, across, near + offset)
    sign = np.where(flip, -1.0, 1.0)
    return Cell(mass * density(np.maximum(a, 0.0)), sign * _score(a, b), sign * mean, variance)


def _ends(lower: npt.ArrayLike, upper: npt.ArrayLike) -> tuple[Floats, Floats]:
    low, up = np.broadcast_arrays(
        np.asarray(lower, dtype=np.float64), np.asarray(upper, dtype=np.float64)
    )
    if not np.all(low <= up):  # phrased so that nan fails
        where = np.unravel_index(int(np.argmin(low <= up)), low.shape)
        raise argument_error(
            "upper", float(up[where]), f"at least lower = {float(low[where])!r}, and neither nan"
        )
    return low, up


def _mirrored(lower: Floats, upper: Floats) -> tuple[Floats, Floats, npt.NDArray[np.bool_]]:
    """Mirror each cell so that a + b >= 0; then a >= 0, or the cell lies across 0."""
    a, b = np.clip(lower, -FAR, FAR), np.clip(upper, -FAR, FAR)
    flip = a + b < 0
    return np.where(flip, -b, a), np.where(flip, -a, b), flip


def _score(a: Floats, b: Floats) -> Floats:
    return density(a) * -np.expm1(-(b - a) * (a + b) / 2)


def _probability(a: Floats, b: Floats) -> Floats:
    return _mass(a, b) * density(np.maximum(a, 0.0))


def _mass(a: Floats, b: Floats) -> Floats:
    """Probability over the largest density in the cell; between 0 and sqrt(2 pi)."""
    from scipy.special import erf, erfcx

    root = math.sqrt(0.5)
    mills_a, mills_b = erfcx(root * np.maximum(a, 0.0)), erfcx(root * b)
    fall = (b - a) * (a + b) / 2
    beyond = mills_a - mills_b * np.exp(-fall)
    mass = math.sqrt(math.pi / 2) * np.where(a < 0, erf(root * b) + erf(-root * a), beyond)
    narrow = (a >= 0) & (fall < 0.5) & (b - a < 0.5)  # here the difference above cancels
    if np.any(narrow):
        place, weight = gauss_legendre(10)
        step = (b - a)[narrow, None] * place
        inside = weight * np.exp(-step * (a[narrow, None] + step / 2))
        mass = np.asarray(mass)
        mass[narrow] = (b - a)[narrow] * np.sum(inside, axis=1)
    return np.asarray(mass, dtype=np.float64)


def _inside(a: Floats, b: Floats) -> tuple[Floats, Floats, Floats]:
    """`_mass`, mean distance from a, and variance, by quadrature where the density matters."""
    anchor = np.maximum(a, 0.0)
    reach = 2 * DEPTH / (anchor + np.sqrt(anchor * anchor + 2 * DEPTH))
    start = np.where(a < 0, np.maximum(a, -reach), 0.0)  # measured from the anchor
    width = np.minimum(np.where(a < 0, b - start, b - a), reach - start)
    total, fraction, spread = np.empty((3, a.size))
    place, weight = gauss_legendre(ORDER)
    flat = [np.ravel(part)[:, None] for part in (anchor, start, width)]
    for first in range(0, a.size, CHUNK):
        piece = slice(first, first + CHUNK)
        level, left, wide = (part[piece] for part in flat)
        step = left + wide * place
        mass = weight * np.exp(-step * (level + step / 2))
        total[piece] = mass.sum(axis=1)
        fraction[piece] = middle = np.sum(mass * place, axis=1) / total[piece]
        spread[piece] = np.sum(mass * (place - middle[:, None]) ** 2, axis=1) / total[piece]
    return (
        width * total.reshape(a.shape),
        width * fraction.reshape(a.shape),
        width**2 * spread.reshape(a.shape),
    )
