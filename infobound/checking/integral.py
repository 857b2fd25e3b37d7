"""Integrals: differentiated back exactly, and confirmed by certified Arb integration.

A symbolic integrator is never trusted. An antiderivative that differentiates back may still jump
inside the interval, so the certified integral at random rational parameters is taken as well.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property, partial

import sympy
from flint import acb, arb

from infobound.checking.arb import compile_expression, complex_arithmetic, working
from infobound.checking.exact import Box, sympy_rational
from infobound.checking.identity import counterexample, disagreement
from infobound.checking.mutants import Mutant, mutate, worth_trying
from infobound.checking.normal_form import vanishes
from infobound.checking.outcomes import Certified, Inconclusive, Outcome, Proved, Refuted
from infobound.checking.points import Point, random_points

BITS = 128
DIGITS = 10
"""The certified integral must pin the value to this many digits; it usually gives 30."""
POINTS = 2
SEED = 1789


@dataclass(frozen=True)
class Tail:
    """|integral beyond |x| > cut| <= bound, as the author declares it."""

    cut: sympy.Expr
    bound: sympy.Expr


@dataclass(frozen=True)
class Integral:
    """The integral of `integrand` over (low, high) equals `value`."""

    integrand: sympy.Expr
    symbol: sympy.Symbol
    low: sympy.Expr
    high: sympy.Expr
    value: sympy.Expr
    antiderivative: sympy.Expr | None = None
    tail: Tail | None = None
    when: Box = ()

    kind = "integral"

    def statement(self) -> str:
        """The statement in LaTeX."""
        limits = (self.symbol, self.low, self.high)
        return f"{sympy.latex(sympy.Integral(self.integrand, limits))} = {sympy.latex(self.value)}"

    def run(self) -> Outcome:
        """Differentiate back when an antiderivative is given, then take the certified integral."""
        if self.antiderivative is not None:
            problem = self._exact_defect(self.antiderivative)
            if problem:
                return Inconclusive(problem)
        digits = []
        for point, area in self._areas:
            found = self._compare(point, area)
            if not isinstance(found, int):
                return found
            digits.append(found)
        detail: dict[str, str | int] = {"points": len(digits), "digits": min(digits, default=0)}
        if self.tail is not None:
            detail["tail"] = f"declared at most {self.tail.bound} beyond {self.tail.cut}"
        if self.antiderivative is not None:
            return Proved(detail)
        return Certified(detail) if digits else Inconclusive("an infinite range needs a tail")

    # Exact ------------------------------------------------------------------------------------

    def _exact_defect(self, primitive: sympy.Expr) -> str:
        ranges = dict(self.when)
        slope = sympy.diff(primitive, self.symbol)
        symbols = sorted((slope - self.integrand).free_symbols, key=str)
        points = random_points(symbols, ranges, count=POINTS, seed=SEED)
        if counterexample(slope - self.integrand, points) is not None:
            return "the antiderivative does not differentiate back to the integrand"
        if not vanishes(slope - self.integrand, ranges):
            return "cannot reduce the derivative of the antiderivative to the integrand"
        problem = disagreement(slope, self.integrand, points)
        if problem:
            return problem
        gain = self._at(primitive, self.high, "-") - self._at(primitive, self.low, "+")
        if not vanishes(gain - self.value, ranges):
            return f"the antiderivative gains {gain}, which does not reduce to {self.value}"
        return ""

    def _at(self, primitive: sympy.Expr, end: sympy.Expr, side: str) -> sympy.Expr:
        value = primitive.subs(self.symbol, end)
        if end.is_infinite or value.has(sympy.nan, sympy.zoo, sympy.oo):
            return sympy.limit(primitive, self.symbol, end, side)
        return value

    # Certified --------------------------------------------------------------------------------

    def _points(self) -> list[Point]:
        free = self.integrand.free_symbols | self.low.free_symbols | self.high.free_symbols
        symbols = sorted((free | self.value.free_symbols) - {self.symbol}, key=str)
        if (self.low.is_infinite or self.high.is_infinite) and self.tail is None:
            return []
        return random_points(symbols, dict(self.when), count=POINTS if symbols else 1, seed=SEED)

    @cached_property
    def _areas(self) -> list[tuple[Point, arb]]:
        """Certified integrals at the random points; shared with the mutants of the value."""
        return [(point, self._area(_exact(point))) for point in self._points()]

    def _area(self, where: dict[sympy.Symbol, sympy.Rational]) -> arb:
        with working(BITS):
            low, high = self._end(self.low, where), self._end(self.high, where)
            area = integrate(self.integrand.subs(where), self.symbol, low, high)
            if self.tail is not None:
                area += _plus_minus(_value(self.tail.bound.subs(where)))
        return area

    def _compare(self, point: Point, area: arb) -> int | Outcome:
        """Digits of agreement at one point, or why there are none."""
        where = _exact(point)
        with working(BITS):
            gap = area - _value(self.value.subs(where))
            if gap > 0 or gap < 0:
                witness = {str(n): str(q) for n, q in where.items()}
                return Refuted(witness, {"integral - value": gap.str(12, radius=False)})
            if not gap.is_finite():
                return Inconclusive(f"no certified integral at {where}")
            digits = max(0, int(gap.rel_one_accuracy_bits() * 0.30103))
        if digits < DIGITS:
            return Inconclusive(f"the certified integral pins only {digits} digits at {where}")
        return digits

    def _end(self, end: sympy.Expr, where: dict[sympy.Symbol, sympy.Rational]) -> arb:
        if end.is_infinite and self.tail is not None:
            end = self.tail.cut if end > 0 else -self.tail.cut
        return _value(end.subs(where))

    def mutants(self) -> Iterator[Mutant]:
        """Alter the value; with an antiderivative, alter it and the integrand too.

        Without one an altered integrand may well have the same integral, and rightly pass.
        """
        for label, altered in mutate(self.value):
            changed = replace(self, value=altered)
            changed.__dict__["_areas"] = self._areas
            differs = partial(worth_trying, altered, self.value, self.when)
            yield Mutant(f"value: {label}", changed, differs)
        if self.antiderivative is None:
            return
        for label, altered in mutate(self.integrand):
            differs = partial(worth_trying, altered, self.integrand, self.when)
            yield Mutant(f"integrand: {label}", replace(self, integrand=altered), differs)


def _exact(point: Point) -> dict[sympy.Symbol, sympy.Rational]:
    return {name: sympy_rational(q) for name, q in point.items()}


def _value(expression: sympy.Expr) -> arb:
    return compile_expression(expression, []).ball()


def _plus_minus(bound: arb) -> arb:
    top = bound.abs_upper()
    return (-top).union(top)


def integrate(integrand: sympy.Expr, symbol: sympy.Symbol, low: arb, high: arb) -> arb:
    """A ball that contains the integral; not finite when that cannot be had."""
    program = compile_expression(integrand, [symbol])
    runs = {flag: program.bind(complex_arithmetic(flag)) for flag in (False, True)}
    area = acb.integral(lambda x, analytic: runs[bool(analytic)](x), acb(low), acb(high))
    return area.real
