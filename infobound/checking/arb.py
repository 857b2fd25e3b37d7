"""Sympy expressions as functions of real balls, of power series over balls, and of complex balls.

An expression is compiled once to a straight-line program; the three arithmetics interpret it.
Flint's working precision and series length are global, so they are changed only in `working`.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import reduce
from typing import Any

import sympy
from flint import acb, arb, arb_series, ctx, fmpq

from infobound.checking.exact import ClaimError, Interval

Arithmetic = dict[str, Callable[..., Any]]
NAN = arb("nan")


@contextmanager
def working(bits: int, terms: int = 10) -> Iterator[None]:
    """Work at `bits` of precision and `terms` series coefficients; restore both afterwards."""
    before = ctx.prec, ctx.cap
    ctx.prec, ctx.cap = bits, terms
    try:
        yield
    finally:
        ctx.prec, ctx.cap = before


def interval(ends: Interval) -> arb:
    """A ball that covers [low, high]. It leaks past the ends: the radius of a ball has 30 bits."""
    low, high = ends
    return arb(low) if low == high else arb(low).union(arb(high))


# --- real balls -----------------------------------------------------------------------------


def _ball_power(x: arb, n: int) -> arb:
    """x**n by multiplication (flint's own power of a ball across zero is nan)."""
    if n < 0:
        return 1 / _ball_power(x, -n)
    if n % 2 == 0 and n > 0 and x.contains(0):
        return arb(0).union(_ball_power(x.abs_upper(), n + 1) / x.abs_upper()) if x != 0 else x
    result, square = arb(1), x
    while n:
        if n & 1:
            result = result * square
        square, n = square * square, n >> 1
    return result


def _ball_root(x: arb, power: tuple[int, int]) -> arb:
    """x**(p/q), principal, for x >= 0; nan when x may be negative."""
    p, q = power
    root = x.sqrt() if q == 2 else x.root(q)
    return _ball_power(root, p)


def _ball_root_at_edge(x: arb, power: tuple[int, int]) -> arb:
    """x**(p/q) where x is known to be >= 0 though its ball may leak below."""
    if x > 0 or not x.is_finite():
        return _ball_root(x, power)
    top = x.upper()
    return NAN if power[0] < 0 or not top >= 0 else arb(0).union(_ball_root(top, power))


def _ball_max(x: arb, y: arb) -> arb:
    return x.max(y)


def _ball_min(x: arb, y: arb) -> arb:
    return x.min(y)


BALL: Arithmetic = {
    "number": arb,
    "pi": arb.pi,
    "exp1": arb.const_e,
    "add": lambda *xs: sum(xs[1:], xs[0]),
    "mul": lambda *xs: reduce(lambda x, y: x * y, xs),
    "inverse": lambda x: 1 / x,
    "power": _ball_power,
    "root": _ball_root,
    "edge root": _ball_root_at_edge,
    "abs": abs,
    "max": _ball_max,
    "min": _ball_min,
    "bessel": lambda x, order: x.bessel_j(order),
} | {
    name: getattr(arb, name)
    for name in [
        "exp",
        "log",
        "sin",
        "cos",
        "tan",
        "sinh",
        "cosh",
        "tanh",
        "asin",
        "acos",
        "atan",
        "asinh",
        "acosh",
        "atanh",
        "erf",
        "erfc",
        "erfi",
        "gamma",
        "lgamma",
        "digamma",
    ]
}


# --- power series over balls ----------------------------------------------------------------


def _nan_series() -> arb_series:
    return arb_series([NAN] * ctx.cap)


def _series_inverse(x: arb_series) -> arb_series:
    constant = x[0]
    return 1 / x if constant > 0 or constant < 0 else _nan_series()


def _series_power(x: arb_series, n: int) -> arb_series:
    if n < 0:
        return _series_inverse(_series_power(x, -n))
    result, square = arb_series([1]), x
    while n:
        if n & 1:
            result = result * square
        square, n = square * square, n >> 1
    return result


def _series_root(x: arb_series, power: tuple[int, int]) -> arb_series:
    if not x[0] > 0:
        return _nan_series()
    p, q = power
    if q == 2:
        return _series_power(x.sqrt(), p)
    return (x.log() * arb(fmpq(p, q))).exp()


def _series_log(x: arb_series) -> arb_series:
    return x.log() if x[0] > 0 else _nan_series()


def _series_sign(x: arb_series) -> int:
    constant = x[0]
    return 1 if constant > 0 else -1 if constant < 0 else 0


def _series_abs(x: arb_series) -> arb_series:
    sign = _series_sign(x)
    return x * sign if sign else _nan_series()


def _series_max(x: arb_series, y: arb_series) -> arb_series:
    sign = _series_sign(x - y)
    return _nan_series() if sign == 0 else x if sign > 0 else y


def _series_min(x: arb_series, y: arb_series) -> arb_series:
    sign = _series_sign(x - y)
    return _nan_series() if sign == 0 else y if sign > 0 else x


def _series_sinh(x: arb_series) -> arb_series:
    return (x.exp() - (-x).exp()) / 2


def _series_cosh(x: arb_series) -> arb_series:
    return (x.exp() + (-x).exp()) / 2


def _series_tanh(x: arb_series) -> arb_series:
    return 1 - 2 * _series_inverse((2 * x).exp() + 1)


def _series_tan(x: arb_series) -> arb_series:
    return x.sin() * _series_inverse(x.cos())


def _unless_nan(function: Callable[[arb_series], arb_series]) -> Callable[..., arb_series]:
    def guarded(x: arb_series) -> arb_series:
        try:
            return function(x)
        except ValueError:  # flint's way of saying that the series does not exist on this ball
            return _nan_series()

    return guarded


SERIES: Arithmetic = {
    "number": lambda q: arb_series([arb(q)]),
    "pi": lambda: arb_series([arb.pi()]),
    "exp1": lambda: arb_series([arb.const_e()]),
    "add": lambda *xs: sum(xs[1:], xs[0]),
    "mul": lambda *xs: reduce(lambda x, y: x * y, xs),
    "inverse": _series_inverse,
    "power": _series_power,
    "root": _series_root,
    "edge root": _series_root,
    "abs": _series_abs,
    "max": _series_max,
    "min": _series_min,
    "log": _series_log,
    "sinh": _series_sinh,
    "cosh": _series_cosh,
    "tanh": _series_tanh,
    "tan": _series_tan,
} | {
    name: _unless_nan(getattr(arb_series, name))
    for name in [
        "exp",
        "sin",
        "cos",
        "asin",
        "acos",
        "atan",
        "erf",
        "erfc",
        "erfi",
        "gamma",
        "lgamma",
    ]
}


# --- complex balls, for integration: functions with branch cuts must know `analytic` ---------


def complex_arithmetic(analytic: bool) -> Arithmetic:
    """Arithmetic for acb.integral: off the analytic region the answer must not be finite."""

    def root(x: acb, power: tuple[int, int]) -> acb:
        p, q = power
        base = x.sqrt(analytic=analytic) if q == 2 else x.pow(acb(fmpq(1, q)), analytic=analytic)
        return base**p

    def real(x: acb) -> acb:
        return x.real_abs(analytic=analytic)

    cut = {
        name: _with_cut(name, analytic)
        for name in ["asin", "acos", "atan", "asinh", "acosh", "atanh"]
    }
    entire = {
        name: getattr(acb, name)
        for name in [
            "exp",
            "sin",
            "cos",
            "tan",
            "sinh",
            "cosh",
            "tanh",
            "erf",
            "erfc",
            "erfi",
            "gamma",
            "digamma",
        ]
    }
    return {
        "number": acb,
        "pi": lambda: acb(arb.pi()),
        "exp1": lambda: acb(arb.const_e()),
        "add": lambda *xs: sum(xs[1:], xs[0]),
        "mul": lambda *xs: reduce(lambda x, y: x * y, xs),
        "inverse": lambda x: 1 / x,
        "power": lambda x, n: x**n,
        "root": root,
        "edge root": root,
        "abs": real,
        "log": lambda x: x.log(analytic=analytic),
        **cut,
        **entire,
    }


def _with_cut(name: str, analytic: bool) -> Callable[[acb], acb]:
    function = getattr(acb, name)

    def guarded(x: acb) -> acb:
        # No cut touches the open right half plane away from [1, oo) and the imaginary axis;
        # a box that leaves the real unit interval's neighbourhood is given up instead.
        safe = abs(x.imag) < arb(1) / 2 and abs(x.real) < 1
        return function(x) if safe or not analytic else acb("nan")

    return guarded


# --- compilation ----------------------------------------------------------------------------

_UNARY: dict[Any, str] = {
    sympy.exp: "exp",
    sympy.log: "log",
    sympy.sin: "sin",
    sympy.cos: "cos",
    sympy.tan: "tan",
    sympy.sinh: "sinh",
    sympy.cosh: "cosh",
    sympy.tanh: "tanh",
    sympy.asin: "asin",
    sympy.acos: "acos",
    sympy.atan: "atan",
    sympy.asinh: "asinh",
    sympy.acosh: "acosh",
    sympy.atanh: "atanh",
    sympy.erf: "erf",
    sympy.erfc: "erfc",
    sympy.erfi: "erfi",
    sympy.gamma: "gamma",
    sympy.loggamma: "lgamma",
    sympy.digamma: "digamma",
    sympy.Abs: "abs",
}

_Instruction = tuple[str, tuple[Any, ...], tuple[int, ...]]


@dataclass(frozen=True)
class Program:
    """A compiled expression: registers 0..k-1 hold the arguments, then one per instruction."""

    arguments: tuple[sympy.Symbol, ...]
    instructions: tuple[_Instruction, ...]
    result: int

    def bind(self, arithmetic: Arithmetic) -> Callable[..., Any]:
        """Return the expression as a function of its arguments in the given arithmetic."""
        try:
            code = [(arithmetic[op], extra, where) for op, extra, where in self.instructions]
        except KeyError as missing:
            raise ClaimError(f"{missing} is not available in this arithmetic.") from None
        result = self.result

        def run(*registers: Any) -> Any:
            values = list(registers)
            for function, extra, where in code:
                values.append(function(*[values[i] for i in where], *extra))
            return values[result]

        return run

    def ball(self, *values: arb | fmpq) -> arb:
        """Evaluate over real balls, at balls or exact rationals."""
        return self.bind(BALL)(*map(arb, values))


def compile_expression(
    expression: sympy.Expr,
    arguments: Sequence[sympy.Symbol],
    nonnegative: Callable[[sympy.Expr], bool] = lambda expression: False,
) -> Program:
    """Compile `expression` in the given arguments.

    Parameters
    ----------
    expression : sympy.Expr
        Exact: rationals, pi, E, + * /, powers, and the functions of `_UNARY`, Min, Max, besselj.
    arguments : sequence of Symbol
        Every free symbol of the expression, in calling order.
    nonnegative : callable
        Whether a subexpression is known to be >= 0 wherever the program will be used; such a
        base of a root may touch 0 although its ball leaks below.

    Raises
    ------
    ClaimError
        For a function that has no enclosure here, or a symbol that is no argument.
    """
    places: dict[sympy.Expr, int] = {symbol: i for i, symbol in enumerate(arguments)}
    code: list[_Instruction] = []

    def emit(op: str, extra: tuple[Any, ...], where: tuple[int, ...]) -> int:
        code.append((op, extra, where))
        return len(arguments) + len(code) - 1

    def power(base: sympy.Expr, exponent: sympy.Expr) -> int:
        if isinstance(exponent, sympy.Integer):
            n = int(exponent)
            return emit("inverse" if n == -1 else "power", () if n == -1 else (n,), (place(base),))
        if isinstance(exponent, sympy.Rational):
            op = "edge root" if nonnegative(base) else "root"
            return emit(op, ((int(exponent.p), int(exponent.q)),), (place(base),))
        if base is sympy.E:
            return emit("exp", (), (place(exponent),))
        return emit("exp", (), (place(exponent * sympy.log(base)),))

    def build(node: sympy.Expr) -> int:
        if isinstance(node, sympy.Rational):
            return emit("number", (fmpq(int(node.p), int(node.q)),), ())
        if node is sympy.pi:
            return emit("pi", (), ())
        if node is sympy.E:
            return emit("exp1", (), ())
        if isinstance(node, sympy.Add):
            return emit("add", (), tuple(place(term) for term in node.args))
        if isinstance(node, sympy.Mul):
            return emit("mul", (), tuple(place(factor) for factor in node.args))
        if isinstance(node, sympy.Pow):
            return power(*node.args)
        if isinstance(node, sympy.Max | sympy.Min):
            op = "max" if isinstance(node, sympy.Max) else "min"
            where = [place(argument) for argument in node.args]
            return reduce(lambda x, y: emit(op, (), (x, y)), where)
        if isinstance(node, sympy.besselj) and isinstance(node.order, sympy.Rational):
            order = fmpq(int(node.order.p), int(node.order.q))
            return emit("bessel", (order,), (place(node.argument),))
        if node.func in _UNARY:
            return emit(_UNARY[node.func], (), (place(node.args[0]),))
        if isinstance(node, sympy.Symbol):
            raise ClaimError(f"{node} is free in {expression}, but no domain is given for it.")
        raise ClaimError(f"No enclosure is known for {node.func.__name__} in {expression}.")

    def place(node: sympy.Expr) -> int:
        if node not in places:
            places[node] = build(node)
        return places[node]

    result = place(expression)
    return Program(tuple(arguments), tuple(code), result)
