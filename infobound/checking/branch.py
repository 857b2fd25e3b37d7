"""Branch and bound in ball arithmetic: f > 0, or f >= 0 with declared zeros, on a box."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations_with_replacement, pairwise, product
from typing import Any

import sympy
from flint import arb, arb_series, fmpq

from infobound.checking.arb import Program, compile_expression, interval, taylor, working
from infobound.checking.arithmetic import BALL, SERIES
from infobound.checking.exact import Box, Interval, flint_rational, sympy_rational

Sides = tuple[Interval, ...]

WORKING_BITS = 96
RECHECK_BITS = 400
TERMS = 4
"""Order of the Taylor form; from 2 to 8 it hardly matters."""
DEEPEST = 60
"""Bisections per dimension after which a box counts as stuck."""
PATIENCE = 8
"""Stuck boxes after which the search ends."""


@dataclass(frozen=True)
class Factor:
    """A zero of f on x_A = z(x_Y), of order k, to be divided out by Taylor's theorem."""

    symbols: tuple[sympy.Symbol, ...]
    place: tuple[sympy.Expr, ...]
    order: int


@dataclass(frozen=True)
class Closed:
    """The whole box was covered."""

    boxes: int
    depth: int


@dataclass(frozen=True)
class Negative:
    """f < 0 at a rational point, re-checked at high precision."""

    point: tuple[fmpq, ...]
    value: str


@dataclass(frozen=True)
class Open:
    """A box that would not close."""

    sides: Sides
    reason: str
    boxes: int


@dataclass(frozen=True)
class Prover:
    """Decides f >= 0 (f > 0 when strict) on a box with rational ends."""

    expression: sympy.Expr
    domain: Box
    factors: tuple[Factor, ...] = ()
    strict: bool = False
    budget: int = 100_000

    def run(self) -> Closed | Negative | Open:
        """Bisect, depth first, until every box is closed, one is refuted, or nothing helps."""
        with working(WORKING_BITS, TERMS):
            return self._search()

    def _search(self) -> Closed | Negative | Open:
        start = tuple(ends for _, ends in self.domain)
        for corner in product(*start):
            witness = self._negative_at(corner)
            if witness is not None:
                return witness
        stack = [(part, 0) for part in self._cut_at_zeros(start)]
        boxes, depth, stuck = 0, 0, list[Sides]()
        while stack and len(stuck) < PATIENCE:
            sides, level = stack.pop()
            boxes, depth = boxes + 1, max(depth, level)
            if self._closes(sides):
                continue
            witness = self._negative_at(tuple((low + high) / 2 for low, high in sides))
            if witness is not None:
                return witness
            if boxes >= self.budget:
                return Open(sides, f"budget of {self.budget} boxes spent", boxes)
            if level >= DEEPEST * len(sides):
                stuck.append(sides)  # go on: a counterexample elsewhere says more
                continue
            stack.extend((part, level + 1) for part in self._halves(sides))
        if stuck:
            return Open(stuck[0], "no enclosure keeps clear of 0", boxes)
        return Closed(boxes, depth)

    def _cut_at_zeros(self, sides: Sides) -> list[Sides]:
        """Cut one-dimensional domains at rational zeros, so that the side of each box is known."""
        if len(sides) > 1:
            return [sides]
        places = {z for factor in self.factors for z in factor.place if z.is_Rational}
        low, high = sides[0]
        cuts = sorted(q for q in map(flint_rational, places) if low < q < high)
        return [(part,) for part in pairwise([low, *cuts, high])]

    def _halves(self, sides: Sides) -> list[Sides]:
        """Bisect the side that is longest relative to the domain."""
        whole = [high - low for _, (low, high) in self.domain]
        longest = max(range(len(sides)), key=lambda i: (sides[i][1] - sides[i][0]) / whole[i])
        low, high = sides[longest]
        middle = (low + high) / 2
        return [
            (*sides[:longest], part, *sides[longest + 1 :])
            for part in ((middle, high), (low, middle))
        ]

    # Closing one box --------------------------------------------------------------------------

    def _closes(self, sides: Sides) -> bool:
        balls = [interval(ends) for ends in sides]
        value = self._ball(*balls)
        if value > 0 or (not self.strict and value >= 0):
            return True
        if self._mean_value(sides, balls) > 0:
            return True
        return any(self._factor_closes(factor, sides, balls) for factor in self.factors)

    def _mean_value(self, sides: Sides, balls: Sequence[arb]) -> arb:
        """Taylor form about the midpoint: order `TERMS` in 1-D, mean value form otherwise."""
        middle = [arb((low + high) / 2) for low, high in sides]
        offsets = [ball - centre for ball, centre in zip(balls, middle, strict=True)]
        if len(sides) == 1:
            inner = self._taylor(0, middle)
            outer = self._taylor(0, balls)
            return _horner([*inner[:-1], outer[-1]], offsets[0])
        value = self._ball(*middle)
        for i, offset in enumerate(offsets):
            value += self._taylor(i, balls, 2)[1] * offset
        return value

    def _taylor(self, place: int, balls: Sequence[arb], terms: int = TERMS) -> list[arb]:
        return taylor(self._series, place, balls, bits=WORKING_BITS, terms=terms)

    def _factor_closes(self, factor: Factor, sides: Sides, balls: Sequence[arb]) -> bool:
        if len(factor.symbols) == 1:
            return self._curve_closes(factor, sides, balls)
        return self._hessian_closes(factor, balls)

    def _curve_closes(self, factor: Factor, sides: Sides, balls: Sequence[arb]) -> bool:
        """f = t^k g with t = x - z(y): enclose g on the hull of the box and the zero."""
        (symbol,), (place,), order = factor.symbols, factor.place, factor.order
        i = self._arguments.index(symbol)
        zero = self._place(place)(*balls)
        if not zero.is_finite():
            return False
        offset = balls[i] - zero
        terms = order + 2
        at_zero = self._taylor(i, [*balls[:i], zero, *balls[i + 1 :]], terms)
        hull = self._taylor(i, [*balls[:i], balls[i].union(zero), *balls[i + 1 :]], terms)
        quotient = _horner([*at_zero[order : terms - 1], hull[terms - 1]], offset)
        if order % 2 == 0:
            return bool(quotient > 0)
        if not place.is_Rational:
            return False
        z, (low, high) = flint_rational(place), sides[i]
        return bool(quotient > 0) if low >= z else bool(quotient < 0) if high <= z else False

    def _hessian_closes(self, factor: Factor, balls: Sequence[arb]) -> bool:
        """A zero of order 2 in several variables: the Hessian is positive definite on the hull."""
        if factor.order != 2:
            return False
        hull = list(balls)
        for symbol, place in zip(factor.symbols, factor.place, strict=True):
            zero = self._place(place)(*balls)
            if not zero.is_finite():
                return False
            i = self._arguments.index(symbol)
            hull[i] = hull[i].union(zero)
        entries = {pair: run(*hull) for pair, run in self._hessian(factor.symbols).items()}
        return _positive_definite(entries, len(factor.symbols))

    # Witnesses --------------------------------------------------------------------------------

    def _negative_at(self, point: tuple[fmpq, ...]) -> Negative | None:
        if not self._fails(self._ball(*map(arb, point))):
            return None
        with working(RECHECK_BITS):
            value = self._ball(*map(arb, point))
            return Negative(point, value.str(6, radius=False)) if self._fails(value) else None

    def _fails(self, value: arb) -> bool:
        return bool(value < 0) or (self.strict and bool(value <= 0))

    # Compiled functions -------------------------------------------------------------------------

    @cached_property
    def _arguments(self) -> tuple[sympy.Symbol, ...]:
        return tuple(name for name, _ in self.domain)

    def _compile(self, expression: sympy.Expr) -> Program:
        return compile_expression(expression, self._arguments, dict(self.domain))

    @cached_property
    def _program(self) -> Program:
        return self._compile(self.expression)

    @cached_property
    def _ball(self) -> Callable[..., arb]:
        return self._program.bind(BALL)

    @cached_property
    def _series(self) -> Callable[..., arb_series]:
        return self._program.bind(SERIES)

    @cached_property
    def _places(self) -> dict[sympy.Expr, Callable[..., arb]]:
        found = {place for factor in self.factors for place in factor.place}
        return {place: self._compile(place).bind(BALL) for place in found}

    def _place(self, place: sympy.Expr) -> Callable[..., arb]:
        return self._places[place]

    @cached_property
    def _hessians(self) -> dict[tuple[sympy.Symbol, ...], dict[tuple[int, int], Any]]:
        return {
            factor.symbols: {
                (i, j): self._compile(sympy.diff(self.expression, a, b)).bind(BALL)
                for (i, a), (j, b) in combinations_with_replacement(enumerate(factor.symbols), 2)
            }
            for factor in self.factors
            if len(factor.symbols) > 1
        }

    def _hessian(self, symbols: tuple[sympy.Symbol, ...]) -> dict[tuple[int, int], Any]:
        return self._hessians[symbols]


def _horner(coefficients: Sequence[arb], offset: arb) -> arb:
    value = coefficients[-1]
    for coefficient in reversed(coefficients[:-1]):
        value = value * offset + coefficient
    return value


def _positive_definite(entries: dict[tuple[int, int], arb], size: int) -> bool:
    """Cholesky without roots in balls; each pivot > 0 proves every enclosed matrix definite."""
    matrix = [[entries[min(i, j), max(i, j)] for j in range(size)] for i in range(size)]
    for k in range(size):
        if not matrix[k][k] > 0:
            return False
        for i in range(k + 1, size):
            ratio = matrix[i][k] / matrix[k][k]
            for j in range(k + 1, size):
                matrix[i][j] -= ratio * matrix[k][j]
    return True


def describe(point: Sequence[fmpq], domain: Box) -> dict[str, str]:
    """Name the coordinates of a point."""
    return {str(name): str(sympy_rational(q)) for (name, _), q in zip(domain, point, strict=True)}


def show_sides(sides: Sides, domain: Box) -> str:
    """x in [0, 1/2], ..."""
    return ", ".join(
        f"{name} in [{sympy_rational(low)}, {sympy_rational(high)}]"
        for (name, _), (low, high) in zip(domain, sides, strict=True)
    )
