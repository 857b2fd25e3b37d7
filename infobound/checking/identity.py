"""Identities: an exact decision, and an independent numeric evaluation that must agree."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

import mpmath
import sympy

from infobound.checking.arb import compile_expression, working
from infobound.checking.exact import Box, ClaimError, sympy_rational
from infobound.checking.mutants import Mutant, mutate, worth_trying
from infobound.checking.normal_form import vanishes
from infobound.checking.outcomes import Inconclusive, Outcome, Proved, Refuted
from infobound.checking.points import Point, random_points

DIGITS = 50
POINTS = 3
BITS = 256
SEED = 20210204


@dataclass(frozen=True)
class Identity:
    """left = right, entry by entry, wherever both sides are defined and `when` holds."""

    left: tuple[sympy.Expr, ...]
    right: tuple[sympy.Expr, ...]
    when: Box = ()

    kind = "identity"

    def statement(self) -> str:
        """LaTeX of the first entry (of all, when few)."""
        return r",\\ ".join(
            f"{sympy.latex(a)} = {sympy.latex(b)}"
            for a, b in list(zip(self.left, self.right, strict=True))[:4]
        )

    def run(self) -> Outcome:
        """Look for a counterexample first, then prove, then evaluate a second time."""
        points = self._points()
        for left, right in zip(self.left, self.right, strict=True):
            witness = counterexample(left - right, points)
            if witness is not None:
                return Refuted(witness, {"left": str(left), "right": str(right)})
        for left, right in zip(self.left, self.right, strict=True):
            if not vanishes(left - right, dict(self.when)):
                return Inconclusive(
                    f"the sides agree numerically, but {left} - ({right}) does not reduce to 0 in "
                    "rational functions of its exp, log and root atoms"
                )
            problem = disagreement(left, right, points)
            if problem:
                return Inconclusive(problem)
        return Proved({"entries": len(self.left), "points": len(points), "digits": DIGITS})

    def mutants(self) -> Iterator[Mutant]:
        """Alter one side at a time."""
        for side in ("left", "right"):
            entries = getattr(self, side)
            for i, entry in enumerate(entries):
                for label, altered in mutate(entry):
                    changed = replace(self, **{side: (*entries[:i], altered, *entries[i + 1 :])})
                    differs = partial(worth_trying, altered, entry, self.when)
                    yield Mutant(f"{side}: {label}", changed, differs)

    def _points(self) -> list[Point]:
        symbols = sorted(
            set().union(*(entry.free_symbols for entry in self.left + self.right)), key=str
        )
        return random_points(symbols, dict(self.when), count=POINTS, seed=SEED)


def counterexample(difference: sympy.Expr, points: list[Point]) -> dict[str, str] | None:
    """A rational point where a ball proves that `difference` is not 0."""
    symbols = list(points[0]) if points else []
    try:
        run = compile_expression(difference, symbols).ball
    except ClaimError:  # a function without enclosure: the exact decision has to do
        return None
    with working(BITS):
        for point in points:
            value = run(*point.values())
            if value > 0 or value < 0:
                return {str(name): str(value) for name, value in point.items()}
    return None


def disagreement(left: sympy.Expr, right: sympy.Expr, points: list[Point]) -> str:
    """Evaluate both sides with mpmath to 50 digits; say where they differ, or nothing."""
    symbols = list(points[0]) if points else []
    functions = [sympy.lambdify(symbols, side, "mpmath") for side in (left, right)]
    with mpmath.workdps(DIGITS + 30):
        for point in points:
            numbers = [mpmath.mpf(int(q.p)) / int(q.q) for q in point.values()]
            try:
                a, b = (mpmath.mpmathify(function(*numbers)) for function in functions)
            except (ZeroDivisionError, ValueError) as error:
                return f"no value at {_where(point)}: {error}"
            except TypeError:
                return ""  # undefined functions have no number; exact algebra covers them
            if not abs(a - b) <= mpmath.mpf(10) ** -DIGITS * (abs(a) + abs(b) + 1):
                return f"{mpmath.nstr(a, 20)} and {mpmath.nstr(b, 20)} at {_where(point)}"
    return ""


def _where(point: Point) -> str:
    return ", ".join(f"{name} = {sympy_rational(value)}" for name, value in point.items())
