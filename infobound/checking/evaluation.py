"""Two independent numeric looks at an expression: Arb balls refute, 50-digit mpmath must agree."""

from collections.abc import Callable, Sequence
from functools import reduce
from operator import mul
from typing import Any

import mpmath  # type: ignore[import-untyped]
import sympy
from sympy.core.function import AppliedUndef

from infobound.checking.arb import compile_expression, working
from infobound.checking.exact import ClaimError, sympy_rational
from infobound.checking.points import Point

DIGITS = 50
GUARD = 30
BITS = 256


def counterexample(left: sympy.Expr, right: sympy.Expr, points: Sequence[Point]) -> Point | None:
    """A point where balls prove that the sides differ, if there is one among `points`."""
    if not points:
        return None
    try:
        one, other = (compile_expression(side, list(points[0])) for side in (left, right))
    except ClaimError:  # complex, or a function without an enclosure: left to exact algebra
        return None
    with working(BITS):
        for point in points:
            gap = one.ball(*point.values()) - other.ball(*point.values())
            if gap > 0 or gap < 0:
                return point
    return None


def disagreement(left: sympy.Expr, right: sympy.Expr, points: Sequence[Point]) -> str:
    """Evaluate both sides to 50 digits; say where they differ or have no value, or nothing."""
    if not points:
        return "no point to evaluate at"
    with mpmath.workdps(DIGITS + GUARD):
        for point in points:
            try:
                a, b = (_number(side, point) for side in (left, right))
            except (ArithmeticError, ValueError, TypeError, NameError) as error:
                return f"no value at {where(point)}: {type(error).__name__} {error}".rstrip()
            if not abs(a - b) <= mpmath.mpf(10) ** -DIGITS * (abs(a) + abs(b) + 1):
                return f"{mpmath.nstr(a, 20)} and {mpmath.nstr(b, 20)} at {where(point)}"
    return ""


def value_at(expression: sympy.Expr, point: Point) -> mpmath.mpf:
    """The expression to 50 digits: by a ball where one can be had, by mpmath otherwise.

    Raises
    ------
    ArithmeticError, ValueError
        If it has no value there.
    """
    try:
        program = compile_expression(expression, list(point))
    except ClaimError:
        return _mpmath_value(expression, point)
    with working(BITS):
        ball = program.ball(*point.values())
        exact_enough = ball.is_finite() and ball.rel_accuracy_bits() > DIGITS * 3.33
        digits = ball.mid().str(DIGITS + 10, radius=False)
    if not exact_enough:
        return _mpmath_value(expression, point)
    with mpmath.workdps(DIGITS + GUARD):
        return mpmath.mpf(digits)


def _mpmath_value(expression: sympy.Expr, point: Point) -> mpmath.mpf:
    with mpmath.workdps(DIGITS + GUARD):
        return _number(expression, point)


_FUNCTIONS: dict[Any, Callable[..., mpmath.mpf]] = {
    getattr(sympy, name): getattr(mpmath, name)
    for name in (
        *("exp", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh", "asin", "acos", "atan"),
        *("asinh", "acosh", "atanh", "erf", "erfc", "erfi", "gamma", "loggamma", "factorial"),
    )
} | {sympy.Abs: abs, sympy.Max: max, sympy.Min: min}


def _number(expression: sympy.Expr, point: Point) -> mpmath.mpf:
    """The value in mpmath's own arithmetic at the precision in force, each part computed once."""
    known = {name: mpmath.mpf(int(q.p)) / int(q.q) for name, q in point.items()}

    def value(node: sympy.Expr) -> mpmath.mpf:
        if node not in known:
            known[node] = compute(node)
        return known[node]

    def compute(node: sympy.Expr) -> mpmath.mpf:
        if node.is_Rational:
            return mpmath.mpf(int(node.p)) / int(node.q)
        if node.is_Add:
            return sum(map(value, node.args[1:]), value(node.args[0]))
        if node.is_Mul:
            return reduce(mul, map(value, node.args))
        if node.is_Pow:
            exponent = node.exp
            if exponent.is_Integer:
                return value(node.base) ** int(exponent)
            return mpmath.power(value(node.base), value(exponent))
        if node.func in _FUNCTIONS:
            return _FUNCTIONS[node.func](*map(value, node.args))
        names = sorted(node.free_symbols, key=str)
        return sympy.lambdify(names, node, "mpmath")(*map(value, names))

    return mpmath.mpmathify(value(expression))


def concrete(expression: sympy.Expr) -> sympy.Expr:
    """Give undefined functions a definite form, so that an identity about them has a number.

    f(x, y, ...) becomes a fixed cubic polynomial with coefficients that depend on its name.
    """
    functions = sorted({node.func for node in expression.atoms(AppliedUndef)}, key=str)
    for k, function in enumerate(functions, start=2):
        expression = expression.replace(
            function,
            lambda *xs, k=k: sympy.Add(
                sympy.Rational(7, k),
                *[(x + sympy.Rational(i, k)) ** 3 + k * x**2 for i, x in enumerate(xs, start=k)],
            ),
        )
    return expression.doit() if functions else expression


def where(point: Point) -> str:
    """x = 1/2, y = 3."""
    return ", ".join(f"{name} = {value}" for name, value in named(point).items()) or "any point"


def named(point: Point) -> dict[str, str]:
    """The coordinates in words, for a witness."""
    return {str(name): str(sympy_rational(value)) for name, value in point.items()}
