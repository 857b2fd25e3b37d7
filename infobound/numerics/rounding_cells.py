"""What rounding to a grid does to one Gaussian coordinate, inside given limits, code by code.

X ~ N(0, 1) is looked at on the half line X > 0 only (a grid with mirrored signs makes the other
half the same), between two limits: a block format needs the part below the least maximum that its
scale allows and the part above apart. Everything is a sum of positive terms over the cells of
`numerics.normal`, so it keeps its digits in the tails.
"""

from typing import Literal, NamedTuple, get_args

import numpy as np
import numpy.typing as npt

from infobound.numerics.arguments import argument_error
from infobound.numerics.normal import Cell, Floats, cell_moments

Rounding = Literal["nearest", "stochastic", "truncate"]


class Parts(NamedTuple):
    """Parts of the half line by code.

    Attributes
    ----------
    mass : ndarray (..., K)
        P(lower < X <= upper, X rounds to value k).
    mean : ndarray (..., K)
        E[X] on that event; any number in the closed limits where the mass is 0.
    error : ndarray (...,)
        E[(X - Q)^2; lower < X <= upper].
    """

    mass: Floats
    mean: Floats
    error: Floats


def rounding_parts(
    values: npt.ArrayLike,
    lower: npt.ArrayLike,
    upper: npt.ArrayLike,
    *,
    rounding: Rounding = "nearest",
) -> Parts:
    """Parts of N(0, 1) in (lower, upper] by the grid value that they are rounded to.

    Parameters
    ----------
    values : array_like (..., K), K >= 2
        Grid on the half line in standard deviations, 0 = v_0 < v_1 < ... along the last axis. What
        lies beyond the largest value is rounded to it.
    lower, upper : array_like, broadcast against values[..., 0], 0 <= lower <= upper <= inf
    rounding : {"nearest", "stochastic", "truncate"}
        "stochastic": to one of the two neighbours, with the probabilities that make the mean
        exact; "truncate": toward zero.

    Raises
    ------
    ArgumentError
        Values that do not start at 0 or do not increase, or an unknown rounding.
    """
    grid = checked_grid(values)
    low, up = (np.asarray(end, dtype=np.float64)[..., None] for end in (lower, upper))
    if known_rounding(rounding) == "stochastic":
        return _stochastic(grid, low, up)
    ends = grid if rounding == "truncate" else (grid[..., 1:] + grid[..., :-1]) / 2
    first, infinite = np.zeros_like(grid[..., :1]), np.full_like(grid[..., :1], np.inf)
    starts = ends if rounding == "truncate" else np.concatenate([first, ends], axis=-1)
    stops = np.concatenate([starts[..., 1:], infinite], axis=-1)
    cell = _moments(np.clip(starts, low, up), np.clip(stops, low, up))
    error = cell.probability * (cell.variance + (cell.mean - grid) ** 2)
    return Parts(cell.probability, cell.mean, error.sum(axis=-1))


def _stochastic(grid: Floats, low: Floats, up: Floats) -> Parts:
    """Code k comes from the gap on its left, with weight rising to 1, and from that on its right.

    With P, M and V the probability, mean and variance of X in a gap (u, v) of width h, cut by the
    limits, B = E[(X - u)(v - X)] = (M - u)(v - M) - V; of P, (M - u)/h is rounded up and has mean
    v - B/(M - u), (v - M)/h is rounded down and has mean u + B/(v - M). V is at most about a third
    of (M - u)(v - M) here, so B keeps its digits.
    """
    infinite = np.full_like(grid[..., :1], np.inf)
    stops = np.concatenate([grid[..., 1:], infinite], axis=-1)
    cell = _moments(np.clip(grid, low, up), np.clip(stops, low, up))
    mass, mean = cell.probability, cell.mean
    u, v = grid[..., :-1], grid[..., 1:]
    gap, rise, fall = v - u, mean[..., :-1] - u, v - mean[..., :-1]
    both = rise * fall - cell.variance[..., :-1]
    up_mass, down_mass = mass[..., :-1] * rise / gap, mass[..., :-1] * fall / gap
    # First moments about the value that is rounded to; what is beyond the last value stays there.
    zero = np.zeros_like(mass[..., :1])
    left = np.concatenate([zero, -mass[..., :-1] * both / gap], axis=-1)
    beyond = mass[..., -1:] * (mean[..., -1:] - grid[..., -1:])
    right = np.concatenate([mass[..., :-1] * both / gap, beyond], axis=-1)
    total = np.concatenate([zero, up_mass], axis=-1) + np.concatenate(
        [down_mass, mass[..., -1:]], axis=-1
    )
    some = total > 0
    centre = grid + np.where(some, (left + right) / np.where(some, total, 1.0), 0.0)
    last = mass[..., -1] * (cell.variance[..., -1] + (mean[..., -1] - grid[..., -1]) ** 2)
    return Parts(total, centre, np.sum(mass[..., :-1] * both, axis=-1) + last)


def _moments(lower: Floats, upper: Floats) -> Cell:
    """`cell_moments`, without the work where a cell is empty."""
    wide = upper > lower
    if np.all(wide):
        return cell_moments(lower, upper)
    parts = [np.zeros(wide.shape), np.zeros(wide.shape), lower.copy(), np.zeros(wide.shape)]
    for part, found in zip(parts, cell_moments(lower[wide], upper[wide]), strict=True):
        part[wide] = found
    return Cell(*parts)


def checked_grid(values: npt.ArrayLike) -> Floats:
    """The grid as float64, refused unless it is 0 = v_0 < v_1 < ... along the last axis."""
    grid = np.asarray(values, dtype=np.float64)
    if grid.ndim < 1 or grid.shape[-1] < 2:
        raise argument_error("values.shape", grid.shape, "(..., K) with K >= 2")
    if not (np.all(grid[..., 0] == 0) and np.all(np.diff(grid) > 0) and np.all(np.isfinite(grid))):
        remedy = "Give the nonnegative half of the grid, in order."
        raise argument_error("values", values, "0 = v_0 < v_1 < ..., finite", remedy)
    return grid


def known_rounding(rounding: str) -> Rounding:
    """The name of a rounding, or an error that lists them."""
    if rounding not in get_args(Rounding):
        allowed = " or ".join(repr(name) for name in get_args(Rounding))
        raise argument_error("rounding", rounding, allowed)
    return rounding  # type: ignore[return-value]
