"""Code = theorem: the derived expression against the package function that implements it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import mpmath
import numpy as np
import sympy
from flint import fmpq

from infobound.checking.exact import Box
from infobound.checking.mutants import Mutant, mutate, worth_trying
from infobound.checking.outcomes import Inconclusive, Matched, Outcome
from infobound.checking.points import Point

DIGITS = 50
POINTS = 12
ATTEMPTS = 400
SEED = 1993


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
        """Compare at random points that the function accepts."""
        exact = sympy.lambdify(self.symbols, self.expression, "mpmath")
        compared, refused, last = 0, 0, None
        for point in self._candidates():
            try:
                code = float(self.function(**{str(n): _number(q) for n, q in point.items()}))
            except ValueError as error:  # outside the domain that the function checks
                refused, last = refused + 1, error
                continue
            with mpmath.workdps(DIGITS):
                want = exact(*[mpmath.mpf(int(point[n].p)) / int(point[n].q) for n in self.symbols])
                if not abs(code - want) <= self.rtol * abs(want):
                    at = ", ".join(f"{name} = {value}" for name, value in point.items())
                    return Inconclusive(
                        f"the code gives {code!r} where the derivation gives "
                        f"{mpmath.nstr(want, 17)}, at {at}"
                    )
            compared += 1
            if compared == (len(self.points) or POINTS):
                detail = {"points": compared, "refused": refused, "rtol": f"{self.rtol:.0e}"}
                return Matched(detail)
        return Inconclusive(
            f"the code accepted {compared} of {compared + refused} random points (last: {last}). "
            "State the ranges with at={symbol: (low, high)}."
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
            differs = partial(worth_trying, altered, self.expression, self.ranges)
            yield Mutant(label, replace(self, expression=altered), differs)


def _draw(name: sympy.Symbol, ends: tuple[fmpq, fmpq] | None, rng: np.random.Generator) -> fmpq:
    """A number that float64 holds exactly: whole half of the time, since many arguments must be."""
    low, high = ends if ends is not None else (fmpq(0), fmpq(4))
    whole = (
        fmpq(int(rng.integers(int(low.ceil()), int(high.floor()), endpoint=True)))
        if (low.ceil() <= high.floor())
        else low
    )
    part = low + (high - low) * fmpq(2 * int(rng.integers(0, 512)) + 1, 1024)
    part = fmpq(int((part * 2**20).floor()), 2**20) if (part * 2**20).floor() > low else part
    flip = ends is None and not name.is_nonnegative and rng.random() < 0.25
    value = whole if name.is_integer or rng.random() < 0.5 else part
    return -value if flip else value


def _number(q: fmpq) -> int | float:
    return int(q.p) if q.q == 1 else int(q.p) / int(q.q)
