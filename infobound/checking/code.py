"""Code = theorem: the derived expression against the package function that implements it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import mpmath  # type: ignore[import-untyped]
import numpy as np
import sympy
from flint import fmpq

from infobound.checking.evaluation import where
from infobound.checking.exact import Box, Interval
from infobound.checking.mutants import Mutant, differ, mutate
from infobound.checking.outcomes import Inconclusive, Matched, Outcome
from infobound.checking.points import Point

DIGITS = 50
POINTS = 12
ATTEMPTS = 600
SEED = 1993
GRID = 2**20
"""Coordinates are multiples of 1/GRID, which float64 holds exactly."""


@dataclass(frozen=True)
class Implementation:
    """`function`, called with the symbols' names as keywords, equals `expression` to `rtol`."""

    expression: sympy.Expr
    symbols: tuple[sympy.Symbol, ...]
    function: Callable[..., Any]
    ranges: Box
    rtol: float
    points: tuple[tuple[tuple[sympy.Symbol, fmpq], ...], ...] = ()

    kind = "code"

    def statement(self) -> str:
        """The derived expression in LaTeX."""
        return rf"\mathrm{{code}} = {sympy.latex(self.expression)}"

    def run(self) -> Outcome:
        """Compare at points that the function accepts; a ValueError is a refusal."""
        derived = sympy.lambdify(self.symbols, self.expression, "mpmath")
        wanted = len(self.points) or (POINTS if self.symbols else 1)
        compared, refused, last = 0, 0, ""
        for point in self._candidates():
            try:
                found = float(self.function(**{str(n): _number(q) for n, q in point.items()}))
            except ValueError as error:
                refused, last = refused + 1, f" (the last with: {error})"
                continue
            difference = self._difference(found, derived, point)
            if difference:
                return Inconclusive(difference)
            compared += 1
            if compared == wanted:
                return Matched({"points": compared, "refused": refused, "rtol": f"{self.rtol:.0e}"})
        return Inconclusive(
            f"the code accepted {compared} and refused {refused} points{last}; "
            "state the ranges with at={symbol: (low, high)}"
        )

    def _difference(self, found: float, derived: Callable[..., Any], point: Point) -> str:
        with mpmath.workdps(DIGITS):
            values = [mpmath.mpf(int(point[n].p)) / int(point[n].q) for n in self.symbols]
            wanted = mpmath.mpmathify(derived(*values))
            if abs(found - wanted) <= self.rtol * abs(wanted):  # phrased so that nan fails
                return ""
            return (
                f"the code gives {found!r} where the derivation gives {mpmath.nstr(wanted, 17)}, "
                f"at {where(point)}"
            )

    def _candidates(self) -> Iterator[Point]:
        if self.points:
            yield from map(dict, self.points)
            return
        rng, ranges = np.random.default_rng(SEED), dict(self.ranges)
        for _ in range(ATTEMPTS):
            yield {name: _draw(name, ranges.get(name), rng) for name in self.symbols}

    def mutants(self) -> Iterator[Mutant]:
        """Alter the derived expression; the code must then differ."""
        for label, altered in mutate(self.expression):
            differs = partial(differ, altered, self.expression, self.ranges)
            yield Mutant(label, replace(self, expression=altered), differs)


def _draw(name: sympy.Symbol, ends: Interval | None, rng: np.random.Generator) -> fmpq:
    """A coordinate, whole half of the time, since many arguments of functions must be."""
    low, high = (fmpq(0), fmpq(4)) if ends is None else ends
    step = 1 if name.is_integer or rng.random() < 0.5 else GRID
    first, last = int((low * step).ceil()), int((high * step).floor())
    if first > last:  # no whole number in the range
        step, first, last = GRID, int((low * GRID).ceil()), int((high * GRID).floor())
    if ends is None:
        first = 1  # 0 is the one value that formulas and functions may both except
    value = fmpq(int(rng.integers(first, last, endpoint=True)), step)
    negative = ends is None and not name.is_nonnegative and rng.random() < 0.25
    return -value if negative or (ends is None and name.is_nonpositive) else value


def _number(q: fmpq) -> int | float:
    return int(q.p) if q.q == 1 else int(q.p) / int(q.q)
