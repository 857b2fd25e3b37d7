"""Branch and bound in ball arithmetic: f > 0, or f >= 0 with declared zeros, on a box."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations_with_replacement
from math import prod
from typing import Any

import sympy
from flint import arb, arb_series, fmpq

from infobound.checking.arb import (
    BALL,
    SERIES,
    Program,
    compile_expression,
    interval,
    working,
)
from infobound.checking.exact import Box, Interval, sympy_rational

Sides = tuple[Interval, ...]

WORKING_BITS = 96
RECHECK_BITS = 400
TERMS = 4
"""Order of the Taylor form; from 2 to 8 it hardly matters."""


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
    budget: int = 200_000

    def run(self) -> Closed | Negative | Open:
        """Bisect, depth first, until every box is closed, one is refuted, or the budget is spent."""
        with working(WORKING_BITS, TERMS):
            return self._search()

    def _search(self) -> Closed | Negative | Open:
        start = tuple(ends for _, ends in self.domain)
        stack: list[tuple[Sides, int]] = [(part, 0) for part in self._cut_at_zeros(start)]
        boxes = depth = 0
        while stack:
            sides, level = stack.pop()
            boxes, depth = boxes + 1, max(depth, level)
            if self._closes(sides):
                continue
            witness = self._negative_at(tuple((low + high) / 2 for low, high in sides))
            if witness is None and level == 0:
                witness = next(filter(None, map(self._negative_at, _corners(sides))), None)
            if witness is not None:
                return witness
            if level > 60 * len(sides):
                return Open(sides, "stuck: no enclosure keeps away from 0 on this box", boxes)
            if boxes >= self.budget:
                return Open(sides, f"budget of {self.budget} boxes spent", boxes)
            stack.extend((part, level + 1) for part in self._halves(sides))
        return Closed(boxes, depth)

    def _cut_at_zeros(self, sides: Sides) -> list[Sides]:
        """Cut one-dimensional domains at rational zeros, so that the side of each box is known."""
        if len(sides) > 1:
            return [sides]
        places = {z for factor in self.factors for z in factor.place if z.is_Rational}
        cuts = sorted(fmpq(int(z.p), int(z.q)) for z in places)
        low, high = sides[0]
        ends = [low, *[cut for cut in cuts if low < cut < high], high]
        return [((a, b),) for a, b in zip(ends, ends[1:], strict=False)]

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

    def _taylor(self, place: int, balls: Sequence[Any], terms: int = TERMS) -> list[arb]:
        """Taylor coefficients in one argument, the others held in their balls."""
        arguments = [
            arb_series([ball, 1]) if i == place else arb_series([ball])
            for i, ball in enumerate(balls)
        ]
        with working(WORKING_BITS, terms):
            series = self._series(*arguments)
            return [series[j] for j in range(terms)]

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
        z, (low, high) = fmpq(int(place.p), int(place.q)), sides[i]
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
        lower = {name: ends[0] for name, ends in self.domain}
        return compile_expression(
            expression, self._arguments, lambda node: _is_nonnegative(node, lower)
        )

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


def _corners(sides: Sides) -> list[tuple[fmpq, ...]]:
    points: list[tuple[fmpq, ...]] = [()]
    for low, high in sides:
        points = [(*point, end) for point in points for end in (low, high)]
    return points


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


def _is_nonnegative(node: sympy.Expr, lower: dict[sympy.Symbol, fmpq]) -> bool:
    """A cheap sufficient test: sums and products of symbols that start at 0 or above."""
    if node.is_Rational:
        return bool(node >= 0)
    if node in lower:
        return bool(lower[node] >= 0)
    if node.is_Add or node.is_Mul:
        return all(_is_nonnegative(argument, lower) for argument in node.args)
    if node.is_Pow and node.exp.is_Integer:
        return bool(node.exp % 2 == 0) or _is_nonnegative(node.base, lower)
    return bool(node.is_nonnegative)


def describe(point: Sequence[fmpq], domain: Box) -> dict[str, str]:
    """Name the coordinates of a point."""
    return {str(name): str(sympy_rational(q)) for (name, _), q in zip(domain, point, strict=True)}


def volume(sides: Sides) -> fmpq:
    """Product of the side lengths."""
    return prod((high - low for low, high in sides), start=fmpq(1))
