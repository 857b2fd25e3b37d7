"""Three arithmetics for compiled expressions: real balls, power series over balls, complex balls.

Each is a table from operation to function. What cannot be enclosed is nan, and nan is never > 0,
so an undefined value closes no box. Three habits of flint are worked around here: the power of a
ball across zero is nan, a series divided by one that may vanish raises, and complex functions
with a branch cut must be told when analyticity is required.
"""

from collections.abc import Callable
from functools import reduce
from typing import Any

from flint import acb, arb, arb_series, ctx, fmpq

Arithmetic = dict[str, Callable[..., Any]]
Ratio = tuple[int, int]
"""The exponent p/q of a root."""


def _nan() -> arb:
    return arb("nan")


def _sum(*terms: Any) -> Any:
    return sum(terms[1:], terms[0])


def _product(*factors: Any) -> Any:
    return reduce(lambda x, y: x * y, factors)


def _by_squaring(x: Any, n: int, one: Any) -> Any:
    """x**n for n >= 0 by multiplication."""
    result = one
    while n:
        if n & 1:
            result = result * x
        x, n = x * x, n >> 1
    return result


# Real balls -----------------------------------------------------------------------------------


def _ball_power(x: arb, n: int) -> arb:
    if n < 0:
        return 1 / _ball_power(x, -n)
    if n > 0 and n % 2 == 0 and x.contains(0):
        x = x.abs_upper()
        return arb(0).union(_by_squaring(x, n, arb(1)))
    value: arb = _by_squaring(x, n, arb(1))
    return value


def _ball_root(x: arb, power: Ratio) -> arb:
    p, q = power
    return _ball_power(x.sqrt() if q == 2 else x.root(q), p)


def _ball_root_at_edge(x: arb, power: Ratio) -> arb:
    """x**(p/q) for an x that is known to be >= 0, though its ball may leak below."""
    if x > 0:
        return _ball_root(x, power)
    top = x.upper()
    return arb(0).union(_ball_root(top, power)) if power[0] > 0 and top >= 0 else _nan()


def _ball_xlog_at_edge(x: arb, power: Ratio) -> arb:
    """x**r log x, continued by 0 at 0, for an x that is known to be >= 0.

    It falls from 0 to -1/(e r) at exp(-1/r) and rises from there.
    """
    if x > 0:
        return _ball_root(x, power) * x.log()
    top, r = x.upper(), fmpq(*power)
    if not top > 0:
        return arb(0) if top == 0 else _nan()
    values = arb(0).union(_ball_root(top, power) * top.log())
    return values if top < (-1 / arb(r)).exp() else values.union(-(arb(-1).exp()) / r)


BALL: Arithmetic = {
    "number": arb,
    "pi": arb.pi,
    "e": arb.const_e,
    "add": _sum,
    "mul": _product,
    "inverse": lambda x: 1 / x,
    "power": _ball_power,
    "root": _ball_root,
    "root at edge": _ball_root_at_edge,
    "xlog at edge": _ball_xlog_at_edge,
    "abs": abs,
    "max": arb.max,
    "min": arb.min,
    "besselj": arb.bessel_j,
}
BALL |= {
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


# Power series over balls ----------------------------------------------------------------------


def _series_nan() -> arb_series:
    return arb_series([_nan()] * ctx.cap)


def _sign(x: arb_series) -> int:
    """Sign of the constant term, 0 when it may be 0 (or is nan)."""
    return 1 if x[0] > 0 else -1 if x[0] < 0 else 0


def _series_inverse(x: arb_series) -> arb_series:
    return 1 / x if _sign(x) else _series_nan()


def _series_power(x: arb_series, n: int) -> arb_series:
    power = _by_squaring(x, abs(n), arb_series([1]))
    return power if n >= 0 else _series_inverse(power)


def _series_root(x: arb_series, power: Ratio) -> arb_series:
    if _sign(x) <= 0:
        return _series_nan()
    p, q = power
    return _series_power(x.sqrt(), p) if q == 2 else (x.log() * arb(fmpq(p, q))).exp()


def _series_xlog(x: arb_series, power: Ratio) -> arb_series:
    return _series_root(x, power) * x.log() if _sign(x) > 0 else _series_nan()


def _series_max(x: arb_series, y: arb_series) -> arb_series:
    return {1: x, -1: y, 0: _series_nan()}[_sign(x - y)]


def _series_tanh(x: arb_series) -> arb_series:
    return 1 - 2 * _series_inverse((2 * x).exp() + 1)


def _where_it_exists(function: Callable[[arb_series], arb_series]) -> Callable[..., arb_series]:
    def guarded(x: arb_series) -> arb_series:
        try:
            return function(x)
        except ValueError:
            return _series_nan()

    return guarded


SERIES: Arithmetic = {
    "number": lambda q: arb_series([arb(q)]),
    "pi": lambda: arb_series([arb.pi()]),
    "e": lambda: arb_series([arb.const_e()]),
    "add": _sum,
    "mul": _product,
    "inverse": _series_inverse,
    "power": _series_power,
    "root": _series_root,
    "root at edge": _series_root,
    "xlog at edge": _series_xlog,
    "abs": lambda x: x * _sign(x) if _sign(x) else _series_nan(),
    "max": _series_max,
    "min": lambda x, y: -_series_max(-x, -y),
    "sinh": lambda x: (x.exp() - (-x).exp()) / 2,
    "cosh": lambda x: (x.exp() + (-x).exp()) / 2,
    "tanh": _series_tanh,
    "tan": lambda x: x.sin() * _series_inverse(x.cos()),
}
SERIES |= {
    name: _where_it_exists(getattr(arb_series, name))
    for name in [
        "exp",
        "log",
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


# Complex balls --------------------------------------------------------------------------------


def complex_arithmetic(*, analytic: bool) -> Arithmetic:
    """Arithmetic for `acb.integral`.

    Parameters
    ----------
    analytic : bool
        Whether the value must be not finite wherever the function is not analytic. Without this
        the integral of sqrt or log is a confident wrong ball.
    """

    def power(x: acb, n: int) -> acb:
        value: acb = _by_squaring(x, abs(n), acb(1))
        return value if n >= 0 else 1 / value

    def root(x: acb, ratio: Ratio) -> acb:
        p, q = ratio
        base = x.sqrt(analytic=analytic) if q == 2 else x.pow(fmpq(1, q), analytic=analytic)
        return power(base, p)

    def off_cut(name: str) -> Callable[[acb], acb]:
        function, clear = getattr(acb, name), _CLEAR_OF_CUT[name]
        return lambda x: function(x) if clear(x) or not analytic else acb("nan")

    plain = [
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
    return {
        "number": acb,
        "pi": lambda: acb(arb.pi()),
        "e": lambda: acb(arb.const_e()),
        "add": _sum,
        "mul": _product,
        "inverse": lambda x: 1 / x,
        "power": power,
        "root": root,
        "root at edge": root,
        "xlog at edge": lambda x, ratio: root(x, ratio) * x.log(analytic=analytic),
        "log": lambda x: x.log(analytic=analytic),
        "abs": lambda x: x.real_abs(analytic=analytic),
        "max": lambda x, y: x.real_max(y, analytic=analytic),
        "min": lambda x, y: x.real_min(y, analytic=analytic),
        **{name: getattr(acb, name) for name in plain},
        **{name: off_cut(name) for name in _CLEAR_OF_CUT},
    }


def _off_imaginary_rays(x: acb) -> bool:
    return not x.real.contains(0) or bool(abs(x.imag) < 1)


def _off_real_rays(x: acb) -> bool:
    return not x.imag.contains(0) or bool(abs(x.real) < 1)


_CLEAR_OF_CUT: dict[str, Callable[[acb], bool]] = {
    "atan": _off_imaginary_rays,
    "asinh": _off_imaginary_rays,
    "asin": _off_real_rays,
    "acos": _off_real_rays,
    "atanh": _off_real_rays,
    "acosh": lambda x: not x.imag.contains(0) or bool(x.real > 1),
}
