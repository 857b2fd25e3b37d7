"""Parts of a half Gaussian by the value they round to: against plain quadrature, and far out."""

import math
from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import quad

from infobound.numerics.arguments import ArgumentError
from infobound.numerics.normal import cell_moments
from infobound.numerics.rounding_cells import rounding_parts

GRID = np.array([0.0, 0.3, 0.5, 1.1, 2.0])
ROUNDINGS = ("nearest", "stochastic", "truncate")


def weights(x, rounding):
    """Probability that x rounds to each grid value, from the definition."""
    chance = np.zeros(GRID.size)
    if x >= GRID[-1]:
        chance[-1] = 1
        return chance
    up = int(np.searchsorted(GRID, x, side="right"))
    share = (x - GRID[up - 1]) / (GRID[up] - GRID[up - 1])
    share = {"nearest": float(share > 0.5), "stochastic": share, "truncate": 0.0}[rounding]
    chance[up - 1], chance[up] = 1 - share, share
    return chance


@pytest.mark.parametrize("rounding", ROUNDINGS)
@pytest.mark.parametrize(("lower", "upper"), [(0, 0.8), (0.8, 1.6), (0.2, 0.25), (1.3, math.inf)])
def test_against_quadrature(lower, upper, rounding):
    part = rounding_parts(GRID, lower, upper, rounding=rounding)
    end = min(upper, 10.0)
    breaks = np.unique(np.concatenate([GRID, (GRID[1:] + GRID[:-1]) / 2, [lower, end]]))
    breaks = breaks[(breaks >= lower) & (breaks <= end)]

    def integral(g):
        pieces = pairwise(breaks.tolist())
        return sum(quad(g, a, b, epsabs=1e-14, epsrel=1e-12)[0] for a, b in pieces)

    def density(x):
        return math.exp(-x * x / 2) / math.sqrt(2 * math.pi)

    for k in range(GRID.size):
        mass = integral(lambda x, k=k: density(x) * weights(x, rounding)[k])
        first = integral(lambda x, k=k: x * density(x) * weights(x, rounding)[k])
        assert part.mass[k] == pytest.approx(mass, abs=1e-13)
        assert part.mass[k] * part.mean[k] == pytest.approx(first, abs=1e-13)
    error = integral(lambda x: density(x) * weights(x, rounding) @ (x - GRID) ** 2)
    assert float(part.error) == pytest.approx(error, rel=1e-10)


@pytest.mark.parametrize("rounding", ROUNDINGS)
def test_parts_add_up(rounding):
    """Mass and first moment of (lower, upper], also at 30 standard deviations and in no width."""
    lower, upper = np.array([0.0, 0.4, 29.9, 1.0]), np.array([0.4, 5.0, 30.1, 1.0])
    part = rounding_parts(np.arange(40) * 0.9, lower, upper, rounding=rounding)
    cell = cell_moments(lower, upper)
    assert part.mass.sum(axis=1) == pytest.approx(cell.probability, rel=1e-12, abs=0)
    moment = np.sum(part.mass * part.mean, axis=1)
    assert moment == pytest.approx(cell.probability * cell.mean, rel=1e-12, abs=0)
    assert np.all(part.mass >= 0)


def test_stochastic_keeps_the_mean():
    """E[Q] = E[X] under stochastic rounding below the last value; nearest does not do that."""
    for rounding, same in (("stochastic", True), ("nearest", False)):
        part = rounding_parts(GRID, 0.0, 2.0, rounding=rounding)
        mean, kept = float(part.mass @ part.mean), float(part.mass @ GRID)
        assert (abs(kept / mean - 1) < 1e-12) == same


@pytest.mark.parametrize(
    ("values", "words"),
    [([0.0], "K >= 2"), ([0.1, 1], "v_0 < v_1"), ([0, 2, 1], "v_0"), ([0, math.inf], "finite")],
)
def test_refuses(values, words):
    with pytest.raises(ArgumentError, match=words):
        rounding_parts(values, 0, 1)
    with pytest.raises(ArgumentError, match="rounding = 'even'"):
        rounding_parts([0, 1], 0, 1, rounding="even")
