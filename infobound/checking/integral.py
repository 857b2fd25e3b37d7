"""Integrals: differentiated back exactly, and confirmed by certified Arb integration.

A symbolic integrator is never trusted. An antiderivative that differentiates back may still jump
inside the interval, so the certified integral at random rational parameters is taken as well.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import sympy
from flint import acb, arb

from infobound.checking.arb import compile_expression, working
from infobound.checking.arithmetic import complex_arithmetic
from infobound.checking.evaluation import counterexample, disagreement, named, where
from infobound.checking.exact import Box, ClaimError, assumptions, sympy_rational
from infobound.checking.identity import sample_points
from infobound.checking.mutants import Candidate, expression_mutants
from infobound.checking.normal_form import vanishes
from infobound.checking.outcomes import Certified, Inconclusive, Outcome, Proved, Refuted
from infobound.checking.points import Point

BITS = 128
DIGITS = 10
"""The certified integral must pin the value to this many digits; it usually gives 30."""
POINTS = 2
WINDOW = 3
"""An infinite range with an antiderivative is confirmed on this much of it."""


@dataclass(frozen=True)
class Tail:
    """abs(integral beyond abs(x) > cut) <= bound, as the author declares."""

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
        """Take the certified integral; with an antiderivative, differentiate it back as well."""
        if self._is_infinite and self.tail is None and self.antiderivative is None:
            return Inconclusive("an infinite range needs an antiderivative or a tail bound")
        return Inconclusive(self._slope_defect) if self._slope_defect else self._judge(self.value)

    def _judge(self, value: sympy.Expr) -> Outcome:
        """Decide the statement for a value; all that does not depend on it is computed once."""
        digits = []
        for point, area in self._areas:
            found = self._compare(point, area, value)
            if not isinstance(found, int):
                return found
            digits.append(found)
        if self.antiderivative is None:
            return Certified(self._detail(min(digits)))
        if not vanishes(self._gain - value, dict(self.when)):
            return Inconclusive(
                f"the antiderivative gains {self._gain}, which does not reduce to {value}"
            )
        return Proved(self._detail(min(digits)))

    def _detail(self, digits: int) -> dict[str, str | int]:
        detail: dict[str, str | int] = {"points": len(self._areas), "digits": digits}
        if self.tail is not None:
            detail["tail"] = (
                f"declared, not proved, at most {self.tail.bound} beyond {self.tail.cut}"
            )
        needed = assumptions((self.integrand, self.value))
        return detail | ({"for": needed} if needed else {})

    # Exact --------------------------------------------------------------------------------------

    @cached_property
    def _slope_defect(self) -> str:
        """Why the antiderivative is none, or nothing."""
        if self.antiderivative is None:
            return ""
        slope = sympy.diff(self.antiderivative, self.symbol)
        points = sample_points((slope, self.integrand), self.when)
        if counterexample(slope, self.integrand, points) is not None:
            return "the antiderivative does not differentiate back to the integrand"
        problem = disagreement(slope, self.integrand, points)
        if problem:
            return problem
        if not vanishes(slope - self.integrand, dict(self.when)):
            return "the derivative of the antiderivative does not reduce to the integrand"
        return ""

    @cached_property
    def _gain(self) -> sympy.Expr:
        """What the antiderivative gains from end to end."""
        primitive = self.antiderivative
        return self._at(primitive, self.high, "-") - self._at(primitive, self.low, "+")

    def _at(self, primitive: sympy.Expr, end: sympy.Expr, side: str) -> sympy.Expr:
        value = primitive.subs(self.symbol, end)
        if end.is_infinite or value.has(sympy.nan, sympy.zoo, sympy.oo):
            return sympy.limit(primitive, self.symbol, end, side)
        return value

    # Certified ----------------------------------------------------------------------------------

    @cached_property
    def _areas(self) -> list[tuple[Point, arb]]:
        """Certified integrals at random parameters; shared by all mutants of the value."""
        parts = (self.integrand.subs(self.symbol, 1), self.low, self.high, self.value)
        points = sample_points(parts, self.when, POINTS)
        return [(point, self._area(point)) for point in points]

    @property
    def _is_infinite(self) -> bool:
        return bool(self.low.is_infinite or self.high.is_infinite)

    def _window(self) -> tuple[sympy.Expr, sympy.Expr]:
        """The finite range that is integrated numerically."""
        if self.tail is not None:
            cut = self.tail.cut
            low, high = (-cut if self.low.is_infinite else self.low), cut
            return low, high if self.high.is_infinite else self.high
        low = self.low if not self.low.is_infinite else None
        high = self.high if not self.high.is_infinite else None
        if low is None:
            low = (high if high is not None else sympy.Integer(0)) - WINDOW
        return low, high if high is not None else low + 2 * WINDOW

    def _area(self, point: Point) -> arb:
        at = _exact(point)
        with working(BITS):
            low, high = (_value(end.subs(at)) for end in self._window())
            area = integrate(self.integrand.subs(at), self.symbol, low, high)
            return area if self.tail is None else area + self._beyond(self.tail, at)

    def _beyond(self, tail: Tail, at: dict[sympy.Symbol, sympy.Rational]) -> arb:
        """The declared tail, after a look at as much of it as lies within twice the cut.

        Raises
        ------
        ClaimError
            If that part alone is larger than the declared bound.
        """
        cut, bound = _value(tail.cut.subs(at)), _value(tail.bound.subs(at))
        for end, sign in ((self.low, -1), (self.high, 1)):
            if end.is_infinite:
                part = integrate(self.integrand.subs(at), self.symbol, sign * cut, sign * 2 * cut)
                if abs(part) > bound:
                    raise ClaimError(f"the tail beyond {tail.cut} is larger than {tail.bound}")
        top = bound.abs_upper()
        return (-top).union(top)

    def _target(self, value: sympy.Expr) -> sympy.Expr:
        """What the certified integral must equal: the value, or what the window should gain."""
        if not self._is_infinite or self.tail is not None or self.antiderivative is None:
            return value
        low, high = self._window()
        primitive = self.antiderivative
        return primitive.subs(self.symbol, high) - primitive.subs(self.symbol, low)

    def _compare(self, point: Point, area: arb, value: sympy.Expr) -> int | Outcome:
        """Digits of agreement at one point, or why there are none."""
        with working(BITS):
            gap = area - _value(self._target(value).subs(_exact(point)))
            if gap > 0 or gap < 0:
                return Refuted(named(point), {"integral - value": gap.str(12, radius=False)})
            if not gap.is_finite():
                return Inconclusive(f"no certified integral at {where(point)}")
            digits = max(0, int(gap.rel_one_accuracy_bits() * 0.30103))
        if digits < DIGITS:
            return Inconclusive(f"the certified integral pins {digits} digits at {where(point)}")
        return digits

    # Mutants ------------------------------------------------------------------------------------

    def mutants(self) -> Iterator[Candidate]:
        """Alter the value; with an antiderivative, alter the integrand too.

        Without one, an altered integrand may well have the same integral, and rightly pass.
        """
        yield from expression_mutants(self.value, self._judge, self.when, "value: ")
        if self.antiderivative is not None:
            yield from expression_mutants(
                self.integrand, self._with_integrand, self.when, "integrand: "
            )

    def _with_integrand(self, integrand: sympy.Expr) -> Outcome:
        return replace(self, integrand=integrand).run()


def integrate(integrand: sympy.Expr, symbol: sympy.Symbol, low: arb, high: arb) -> arb:
    """A ball that contains the integral; not finite when none can be had."""
    program = compile_expression(integrand, [symbol])
    run = {flag: program.bind(complex_arithmetic(analytic=flag)) for flag in (False, True)}
    area = acb.integral(lambda x, analytic: run[bool(analytic)](x), acb(low), acb(high))
    return area.real


def _value(expression: sympy.Expr) -> arb:
    return compile_expression(expression).ball()


def _exact(point: Point) -> dict[sympy.Symbol, sympy.Rational]:
    return {name: sympy_rational(q) for name, q in point.items()}
