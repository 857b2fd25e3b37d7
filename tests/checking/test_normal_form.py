"""The normal form may fail to see an identity; it may never see one that is not there."""

import mpmath
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sympy import (
    Abs,
    E,
    Integer,
    Rational,
    cos,
    erf,
    exp,
    lambdify,
    log,
    nan,
    oo,
    pi,
    sin,
    sqrt,
    symbols,
    tanh,
    zoo,
)

from infobound.checking.normal_form import vanishes

x, y = symbols("x y", real=True)
p = symbols("p", positive=True)

LEAVES = [x, y, p, Integer(2), Integer(-1), Rational(3, 2), pi, E, Integer(12)]


def _grow(children):
    pairs = st.tuples(children, children)
    functions = st.sampled_from([exp, log, sqrt, sin, cos, tanh, erf, Abs, lambda u: 1 / u])
    return st.one_of(
        pairs.map(lambda ab: ab[0] + ab[1]),
        pairs.map(lambda ab: ab[0] * ab[1]),
        st.tuples(functions, children).map(lambda fu: fu[0](fu[1])),
        st.tuples(children, st.sampled_from([2, 3, -1, Rational(1, 3)])).map(
            lambda ue: ue[0] ** ue[1]
        ),
    )


EXPRESSIONS = st.recursive(st.sampled_from(LEAVES), _grow, max_leaves=6)
RULES = [
    lambda u, v: sqrt(u * v) - sqrt(u) * sqrt(v),
    lambda u, v: log(u * v) - log(u) - log(v),
    lambda u, v: log(u**2) - 2 * log(u),
    lambda u, v: sqrt(u**2) - u,
    lambda u, v: log(exp(u)) - u,
    lambda u, v: sqrt(exp(u)) - exp(u / 2),
    lambda u, v: (u**v) ** Rational(1, 2) - u ** (v / 2),
    lambda u, v: exp(u + v) - exp(u) * exp(v),
    lambda u, v: sin(u + v) - sin(u) * cos(v) - cos(u) * sin(v),
    lambda u, v: tanh(u) ** 2 + 1 / ((exp(u) + exp(-u)) / 2) ** 2 - 1,
    lambda u, v: Abs(u * v) - Abs(u) * Abs(v),
    lambda u, v: u / v - 1 / (v / u),
]
"""Some hold always, some for positive u and v only."""


def largest_value(expression):
    """Largest modulus at a few points of all signs; None where there is no number."""
    function = lambdify([x, y, p], expression, "mpmath")
    values = []
    with mpmath.workdps(400):
        for a, b in [(1, 2), (-1, 2), (1, -2), (-1, -2), (3, -1)]:
            point = [mpmath.mpf(a) * 7 / 5, mpmath.mpf(b) * 5 / 7, mpmath.mpf(3) / 7]
            try:
                value = abs(mpmath.mpmathify(function(*point)))
            except (ArithmeticError, ValueError, TypeError, NameError, OverflowError):
                continue
            if mpmath.isfinite(value) and value < 1e6:
                values.append(value)
    return max(values, default=None)


@settings(deadline=None, derandomize=True, max_examples=80)
@given(u=EXPRESSIONS, v=EXPRESSIONS, rule=st.sampled_from(RULES))
def test_what_vanishes_is_zero(u, v, rule):
    """Law: whenever the normal form is 0, so is the number, at points of every sign."""
    expression = rule(u, v)
    assume(not expression.has(nan, zoo, oo, -oo))
    try:
        found = vanishes(expression)
    except Exception:  # noqa: BLE001 - giving up is sound
        return
    if found:
        value = largest_value(expression)
        assert value is None or value < 1e-25, expression


def test_the_law_can_fail():
    """Planted: splitting a root of two reals, as if they were positive, is caught by the numbers."""
    assert largest_value(sqrt(x * y) - sqrt(x) * sqrt(y)) > 0.1


def test_factors_are_not_lost():
    """Once found: a root of a real number of unknown sign must stay in the logarithm."""
    assert not vanishes(log(x * sqrt(y)) - log(x) - log(sqrt(y)))
    assert not vanishes(sqrt(x**x) - x ** (x / 2))
