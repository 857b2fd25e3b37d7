"""Inequalities on boxes, with their tangencies: what makes a constant the right one is declared.

That f >= 0 on a box says nothing about the constant in f, since a looser f is positive too. So a
claim names where it is tight: a `Zero` with its order and leading coefficient, or the point
`nearest` to failure with its slack. Both are checked exactly, and both must survive in a mutant.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import combinations_with_replacement
from typing import Any

import sympy
from flint import arb

from infobound.checking.arb import compile_expression, working
from infobound.checking.branch import Closed, Factor, Negative, Prover, describe
from infobound.checking.exact import Box, ClaimError, sympy_rational
from infobound.checking.mutants import Mutant, mutate, worth_trying
from infobound.checking.normal_form import vanishes
from infobound.checking.outcomes import Certified, Inconclusive, Outcome, Refuted

ZERO_BITS = 300
LEAST = sympy.Rational(999, 1000)
"""`nearest` is certified to be where the slack is least, up to 0.1 %."""
MUTANT_BUDGET = 2_000


@dataclass(frozen=True)
class Zero:
    """Where an inequality is tight.

    Parameters
    ----------
    at : mapping
        Symbol -> its value there; it may be an expression in the other symbols, {p: q} say.
    order : int
        Order of the zero.
    leading : expression, optional
        With one symbol in `at`, the coefficient of (x - at)**order. With several, the leading
        form, written in those symbols, which then stand for the displacement from the zero.
    """

    at: Mapping[Any, Any]
    order: int
    leading: Any = None


@dataclass(frozen=True)
class Tangency:
    """A `Zero` with its parts made exact."""

    symbols: tuple[sympy.Symbol, ...]
    place: tuple[sympy.Expr, ...]
    order: int
    leading: sympy.Expr | None

    def defect(self, expression: sympy.Expr, domain: Box) -> str:
        """What is wrong with the declaration, or nothing."""
        for j in range(self.order):
            for form in self._coefficients(expression, j).values():
                if not self._is_zero(form, domain):
                    return f"the declared zero is not of order {self.order}: term {j} is not 0"
        if self.leading is None:
            return ""
        found = self._leading_form(expression)
        if not self._is_zero(found - self.leading, domain):
            return f"the leading coefficient is not {self.leading}"
        return ""

    def _leading_form(self, expression: sympy.Expr) -> sympy.Expr:
        terms = self._coefficients(expression, self.order)
        if len(self.symbols) == 1:
            return next(iter(terms.values()))
        return sympy.Add(*[value * sympy.Mul(*key) for key, value in terms.items()])

    def _coefficients(
        self, expression: sympy.Expr, total: int
    ) -> dict[tuple[sympy.Symbol, ...], sympy.Expr]:
        """Taylor coefficients of one total order at the zero, by monomial."""
        found = {}
        for key in combinations_with_replacement(self.symbols, total):
            value = sympy.diff(expression, *key) if key else expression
            repeats = sympy.Mul(*[sympy.factorial(key.count(name)) for name in set(key)])
            where = dict(zip(self.symbols, self.place, strict=True))
            found[key] = value.subs(where, simultaneous=True) / repeats
        return found

    def _is_zero(self, value: sympy.Expr, domain: Box) -> bool:
        """Two witnesses: a ball that contains 0, then exact algebra. Balls alone prove no zero."""
        if value.has(sympy.nan, sympy.zoo, sympy.oo):
            return False
        rest = [(name, ends) for name, ends in domain if name in value.free_symbols]
        with working(ZERO_BITS):
            middle = [arb((low + high) / 2) for _, (low, high) in rest]
            ball = compile_expression(value, [name for name, _ in rest]).ball(*middle)
            if not ball.contains(0):
                return False
        return vanishes(value, dict(rest))


@dataclass(frozen=True)
class Nearest:
    """The point of least slack, and the exact slack and slopes there."""

    point: tuple[tuple[sympy.Symbol, sympy.Expr], ...]
    record: tuple[sympy.Expr, ...]

    @classmethod
    def at(
        cls, point: dict[sympy.Symbol, sympy.Expr], expression: sympy.Expr, slack: Any = None
    ) -> "Nearest":
        """Record value, slopes and curvatures of `expression`; a declared slack takes precedence."""
        found = _jet(expression, point)
        return cls(tuple(point.items()), found if slack is None else (slack, *found[1:]))

    def defect(self, expression: sympy.Expr, domain: Box, strict: bool) -> str:
        """Whether the slack differs from the record, or is smaller elsewhere."""
        point = dict(self.point)
        found = _jet(expression, point)
        for have, want in zip(found, self.record, strict=True):
            if have != want and worth_trying(have, want):
                return f"slack or slope at the nearest point is {have}, not {want}"
        return ""


def _jet(expression: sympy.Expr, point: dict[sympy.Symbol, sympy.Expr]) -> tuple[sympy.Expr, ...]:
    parts = [expression]
    for name in point:
        parts += [sympy.diff(expression, name), sympy.diff(expression, name, 2)]
    return tuple(part.subs(point, simultaneous=True) for part in parts)


@dataclass(frozen=True)
class Inequality:
    """expression >= 0 (or > 0) on the box, tight where declared."""

    expression: sympy.Expr
    domain: Box
    zeros: tuple[Tangency, ...] = ()
    nearest: Nearest | None = None
    strict: bool = False
    budget: int = 200_000

    kind = "inequality"

    def statement(self) -> str:
        """LaTeX with the domain."""
        where = ",\\ ".join(
            rf"{sympy.latex(n)}\in[{sympy.latex(sympy_rational(a))},"
            rf"{sympy.latex(sympy_rational(b))}]"
            for n, (a, b) in self.domain
        )
        sign = ">" if self.strict else r"\ge"
        return rf"{sympy.latex(self.expression)} {sign} 0,\quad {where}"

    def run(self) -> Outcome:
        """Check the declared tightness exactly, then cover the box."""
        defect = self._defect()
        found = self._prover(() if defect else self.zeros).run()
        match found:
            case Negative(point, value):
                return Refuted(describe(point, self.domain), {"value": value})
            case Closed(boxes, depth) if not defect:
                return Certified({"boxes": boxes, "depth": depth, **self._slack()})
            case Closed():
                return Inconclusive(defect)
            case _:
                sides = ", ".join(
                    f"{name} in [{sympy_rational(a)}, {sympy_rational(b)}]"
                    for (name, _), (a, b) in zip(self.domain, found.sides, strict=True)
                )
                return Inconclusive(defect or f"{found.reason}: {sides}", {"boxes": found.boxes})

    def _defect(self) -> str:
        for zero in self.zeros:
            defect = zero.defect(self.expression, self.domain)
            if defect:
                return defect
        if self.nearest is None:
            return ""
        return self.nearest.defect(self.expression, self.domain, self.strict)

    def _prover(self, zeros: tuple[Tangency, ...]) -> Prover:
        factors = tuple(Factor(zero.symbols, zero.place, zero.order) for zero in zeros)
        return Prover(self.expression, self.domain, factors, self.strict, self.budget)

    def _slack(self) -> dict[str, str | int]:
        if self.nearest is None:
            return {}
        value = self.nearest.record[0]
        return {"slack": f"{value} = {sympy.N(value, 6)}"}

    def mutants(self) -> Iterator[Mutant]:
        """The altered expression must fail with the tightness as declared for the original."""
        for label, altered in mutate(self.expression):
            changed = _Altered(replace(self, expression=altered, budget=MUTANT_BUDGET))
            yield Mutant(
                label, changed, partial(worth_trying, altered, self.expression, self.domain)
            )


@dataclass(frozen=True)
class _Altered:
    """A mutant inequality: a failed declaration settles it, no counterexample is searched."""

    check: Inequality
    kind = "inequality"

    def run(self) -> Outcome:
        try:
            defect = self.check._defect()
            return Inconclusive(defect) if defect else self.check.run()
        except ClaimError as error:
            return Inconclusive(str(error))

    def mutants(self) -> Iterator[Mutant]:
        return iter(())

    def statement(self) -> str:
        return self.check.statement()
