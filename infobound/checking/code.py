"""Code = theorem: the derived expression against the package function that implements it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import mpmath  # type: ignore[import-untyped]
import numpy as np
import sympy
from flint import fmpq

from infobound.checking.evaluation import value_at, where
from infobound.checking.exact import Box, Interval
from infobound.checking.mutants import Candidate, expression_mutants
from infobound.checking.outcomes import Inconclusive, Matched, Outcome
from infobound.checking.points import Point

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
        observed = self._observed
        if len(observed.values) < self._wanted:
            return Inconclusive(
                f"the code accepted {len(observed.values)} and refused {observed.refused} points "
                f"({observed.reason}); state the ranges with at={{symbol: (low, high)}}"
            )
        return self._judge(self.expression)

    def _judge(self, expression: sympy.Expr) -> Outcome:
        for point, found in self._observed.values:
            wanted = value_at(expression, point)
            if not abs(found - wanted) <= self.rtol * abs(wanted):  # phrased so that nan fails
                return Inconclusive(
                    f"the code gives {found!r} where the derivation gives "
                    f"{mpmath.nstr(wanted, 17)}, at {where(point)}"
                )
        points, refused = len(self._observed.values), self._observed.refused
        return Matched({"points": points, "refused": refused, "rtol": f"{self.rtol:.0e}"})

    @property
    def _wanted(self) -> int:
        return len(self.points) or (POINTS if self.symbols else 1)

    @cached_property
    def _observed(self) -> "_Observed":
        """What the function returns; shared by all mutants of the expression."""
        values: list[tuple[Point, float]] = []
        refused, reason = 0, "no point was tried"
        for point in self._candidates():
            try:
                found = float(self.function(**{str(n): _number(q) for n, q in point.items()}))
            except ValueError as error:
                refused, reason = refused + 1, f"the last with: {error}"
                continue
            values.append((point, found))
            if len(values) == self._wanted:
                break
        return _Observed(tuple(values), refused, reason)

    def _candidates(self) -> Iterator[Point]:
        if self.points:
            yield from map(dict, self.points)
            return
        rng, ranges = np.random.default_rng(SEED), dict(self.ranges)
        for _ in range(ATTEMPTS):
            yield {name: _draw(name, ranges.get(name), rng) for name in self.symbols}

    def mutants(self) -> Iterator[Candidate]:
        """Alter the derived expression; the code must then differ."""
        return expression_mutants(self.expression, self._judge, self.ranges)


@dataclass(frozen=True)
class _Observed:
    """Values of the function at the points that it accepted."""

    values: tuple[tuple[Point, float], ...]
    refused: int
    reason: str


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
