"""Fewer functions: circular and hyperbolic ones by exp, erfc by erf, Min and Max by Abs."""

from collections.abc import Callable
from typing import Any

import sympy


def elementary(expression: sympy.Expr) -> sympy.Expr:
    """Rewrite bottom-up by identities that hold wherever both sides are defined."""
    if not expression.args or isinstance(expression, sympy.Derivative | sympy.Integral):
        return expression
    arguments = [elementary(argument) for argument in expression.args]
    rule = _RULES.get(expression.func)
    if rule is not None:
        return rule(*arguments)
    same = all(old is new for old, new in zip(expression.args, arguments, strict=True))
    return expression if same else expression.func(*arguments)


def _exp(u: sympy.Expr) -> sympy.Expr:
    # Unevaluated: sympy would turn exp(I*pi/3) back into cosines and radicals.
    return sympy.exp(u, evaluate=False)


def _circular(u: sympy.Expr, sign: int) -> sympy.Expr:
    """exp(i u) + sign exp(-i u)."""
    return _exp(sympy.I * u) + sign * _exp(-sympy.I * u)


def _hyperbolic(u: sympy.Expr, sign: int) -> sympy.Expr:
    """exp(u) + sign exp(-u)."""
    return sympy.exp(u) + sign * sympy.exp(-u)


def _extremum(sign: int, first: sympy.Expr, *rest: sympy.Expr) -> sympy.Expr:
    for u in rest:
        first = (first + u + sign * sympy.Abs(first - u)) / 2
    return first


_RULES: dict[Any, Callable[..., sympy.Expr]] = {
    sympy.sin: lambda u: _circular(u, -1) / (2 * sympy.I),
    sympy.cos: lambda u: _circular(u, 1) / 2,
    sympy.tan: lambda u: _circular(u, -1) / (sympy.I * _circular(u, 1)),
    sympy.cot: lambda u: sympy.I * _circular(u, 1) / _circular(u, -1),
    sympy.sec: lambda u: 2 / _circular(u, 1),
    sympy.csc: lambda u: 2 * sympy.I / _circular(u, -1),
    sympy.sinh: lambda u: _hyperbolic(u, -1) / 2,
    sympy.cosh: lambda u: _hyperbolic(u, 1) / 2,
    sympy.tanh: lambda u: _hyperbolic(u, -1) / _hyperbolic(u, 1),
    sympy.coth: lambda u: _hyperbolic(u, 1) / _hyperbolic(u, -1),
    sympy.sech: lambda u: 2 / _hyperbolic(u, 1),
    sympy.csch: lambda u: 2 / _hyperbolic(u, -1),
    sympy.erfc: lambda u: 1 - sympy.erf(u),
    sympy.factorial: lambda u: sympy.gamma(u + 1),
    sympy.binomial: lambda n, k: sympy.gamma(n + 1) / (sympy.gamma(k + 1) * sympy.gamma(n - k + 1)),
    sympy.Max: lambda *us: _extremum(1, *us),
    sympy.Min: lambda *us: _extremum(-1, *us),
}
