"""Where an inequality is tight: what makes its constant the right one, declared and checked.

That f >= 0 on a box says nothing about the constants in f, since a looser f is positive too. So
an author names a `Zero` with order and leading coefficient, or the point `nearest` to failure with
its slack. Both are checked exactly, and a mutant has to meet both.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations_with_replacement
from typing import Any

import sympy
from flint import arb

from infobound.checking.arb import compile_expression, taylor, working
from infobound.checking.arithmetic import SERIES
from infobound.checking.branch import Closed, Factor, Negative, Prover, describe
from infobound.checking.exact import Box, ClaimError, exact, exact_mapping, sympy_rational
from infobound.checking.mutants import differ
from infobound.checking.normal_form import vanishes

BITS = 300
LEAST = sympy.Rational(999, 1000)
"""`nearest` is certified to have the least slack up to 0.1 %."""


@dataclass(frozen=True)
class Zero:
    """Where an inequality holds with equality.

    Parameters
    ----------
    at : mapping
        Symbol -> its value there, which may be an expression in the other symbols: {p: q}.
    order : int
        Order of the zero, counted across the place in `at`.
    leading : expression, optional
        With one symbol in `at`: the coefficient of (x - at)**order. With several: the leading
        form in those symbols, which then stand for the displacement from the zero. Without it
        a loosened constant goes unnoticed, and the mutants will say so.
    """

    at: Mapping[Any, Any]
    order: int
    leading: Any = None


@dataclass(frozen=True)
class Tangency:
    """A `Zero`, made exact."""

    symbols: tuple[sympy.Symbol, ...]
    place: tuple[sympy.Expr, ...]
    order: int
    leading: sympy.Expr | None

    @classmethod
    def declared(cls, zero: Zero, domain: Box, step: str) -> "Tangency":
        """Read what the author wrote.

        Raises
        ------
        ClaimError
            If the zero lies outside the domain, or is not well formed.
        """
        place, sides = exact_mapping(zero.at, step), dict(domain)
        for symbol, value in place.items():
            if domain and symbol not in sides:
                raise ClaimError(f"Step {step!r}: the zero is at {symbol}, which has no range.")
            if value.free_symbols & set(place):
                raise ClaimError(f"Step {step!r}: {symbol} = {value} places a zero by itself.")
            if value.is_Rational and symbol in sides:
                low, high = map(sympy_rational, sides[symbol])
                if not low <= value <= high:
                    raise ClaimError(f"Step {step!r}: {symbol} = {value} is outside the domain.")
        if zero.order < 1:
            raise ClaimError(f"Step {step!r}: a zero has order 1 or more, not {zero.order}.")
        leading = None if zero.leading is None else exact(zero.leading, step)
        return cls(tuple(place), tuple(place.values()), zero.order, leading)

    @property
    def factor(self) -> Factor:
        """What branch and bound has to divide out."""
        return Factor(self.symbols, self.place, self.order)

    def defect(self, expression: sympy.Expr, domain: Box) -> str:
        """What is wrong with the declaration for this expression, or nothing."""
        series = self._series(expression, domain)
        for j in range(self.order):
            if series and not series[j].contains(0):
                return self._wrong_order(j)
            for _, value in self._taylor(expression, j):
                if not _is_zero(value, domain):
                    return self._wrong_order(j)
        if self.leading is None:
            return ""
        found = sympy.Add(*[value * form for form, value in self._taylor(expression, self.order)])
        if not _is_zero(found - self.leading, domain):
            return f"the leading coefficient at the zero is not {self.leading}"
        return ""

    def _wrong_order(self, j: int) -> str:
        return f"the zero is not of order {self.order}: its term of order {j} is not 0"

    def _series(self, expression: sympy.Expr, domain: Box) -> list[arb]:
        """Taylor coefficients in balls at the middle of the domain; nothing in several symbols."""
        names = [name for name, _ in domain]
        if len(self.symbols) > 1 or not expression.free_symbols <= set(names):
            return []
        middle = [arb((low + high) / 2) for _, (low, high) in domain]
        with working(BITS):
            zero = compile_expression(self.place[0], names).ball(*middle)
        place = names.index(self.symbols[0])
        middle[place] = zero
        run = compile_expression(expression, names).bind(SERIES)
        found = taylor(run, place, middle, bits=BITS, terms=self.order + 1)
        return found if all(c.is_finite() for c in found) else []

    def _taylor(
        self, expression: sympy.Expr, total: int
    ) -> Iterator[tuple[sympy.Expr, sympy.Expr]]:
        """Terms of one total order at the zero: (form, coefficient); form 1 for one symbol."""
        where = dict(zip(self.symbols, self.place, strict=True))
        for key in combinations_with_replacement(self.symbols, total):
            value = _derivative(expression, key)
            repeats = sympy.Mul(*[sympy.factorial(key.count(name)) for name in set(key)])
            form = sympy.Mul(*key) if len(self.symbols) > 1 else sympy.Integer(1)
            yield form, value.subs(where, simultaneous=True) / repeats


@lru_cache(maxsize=64)
def _derivative(expression: sympy.Expr, key: tuple[sympy.Symbol, ...]) -> sympy.Expr:
    """By one symbol after the other, each from the one before; sympy would begin again each time."""
    return sympy.diff(_derivative(expression, key[:-1]), key[-1]) if key else expression


def _is_zero(value: sympy.Expr, domain: Box) -> bool:
    """Two witnesses: a 300-bit ball that contains 0, and exact algebra. A ball alone proves no 0."""
    if value.has(sympy.nan, sympy.zoo, sympy.oo):
        return False
    rest = [(name, ends) for name, ends in domain if name in value.free_symbols]
    program = compile_expression(value, [name for name, _ in rest])
    with working(BITS):
        ball = program.ball(*[arb((low + high) / 2) for _, (low, high) in rest])
    return bool(ball.contains(0)) and vanishes(value, dict(rest))


@dataclass(frozen=True)
class Nearest:
    """The point of least slack; the slack there, and slopes and curvatures along each symbol.

    The record is what catches a loosened constant in a strict inequality: a mutant must show the
    same slack, slopes and curvatures at the same point, and nowhere a smaller slack.
    """

    point: tuple[tuple[sympy.Symbol, sympy.Expr], ...]
    record: tuple[sympy.Expr, ...]

    @classmethod
    def declared(
        cls, point: Mapping[Any, Any], expression: sympy.Expr, slack: Any, domain: Box, step: str
    ) -> "Nearest":
        """Record the jet of `expression` at the point; a declared slack replaces its value.

        Raises
        ------
        ClaimError
            If the point lies outside the domain, or does not place every symbol.
        """
        place = exact_mapping(point, step)
        for name, (low, high) in domain:
            if name not in place:
                raise ClaimError(f"Step {step!r}: nearest must place {name} too.")
            if not sympy_rational(low) <= place[name] <= sympy_rational(high):
                raise ClaimError(f"Step {step!r}: {name} = {place[name]} is outside the domain.")
        value, *rest = _jet(expression, place)
        record = (value if slack is None else exact(slack, step), *rest)
        return cls(tuple(place.items()), record)

    @property
    def slack(self) -> sympy.Expr:
        """The least slack."""
        return self.record[0]

    def defect(self, expression: sympy.Expr, domain: Box) -> str:
        """Whether the slack is not as recorded, not positive, or smaller elsewhere."""
        names = ("slack", *[f"{word} in {n}" for n, _ in self.point for word in _SLOPES])
        for name, have, want in zip(
            names, _jet(expression, dict(self.point)), self.record, strict=True
        ):
            if have != want and differ(have, want):
                return f"the {name} at the nearest point is {have}, not {want}"
        if not self.slack.is_positive:
            return f"the slack {self.slack} is not positive; declare a Zero"
        return self._smaller_elsewhere(expression, domain)

    def _smaller_elsewhere(self, expression: sympy.Expr, domain: Box) -> str:
        match Prover(expression - LEAST * self.slack, domain, strict=True, budget=20_000).run():
            case Closed():
                return ""
            case Negative(point, _):
                at = ", ".join(f"{k} = {v}" for k, v in describe(point, domain).items())
                return f"the slack is smaller than {self.slack} at {at}"
        return f"could not certify that {self.slack} is the least slack"


_SLOPES = ("slope", "curvature")


def _jet(expression: sympy.Expr, point: Mapping[sympy.Symbol, sympy.Expr]) -> Iterator[sympy.Expr]:
    """Value, then first and second derivative along each symbol, as they are asked for."""
    yield expression.subs(point, simultaneous=True)
    for name in point:
        slope = sympy.diff(expression, name)
        yield slope.subs(point, simultaneous=True)
        yield sympy.diff(slope, name).subs(point, simultaneous=True)
