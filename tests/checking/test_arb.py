"""Flint's habits, planted: each would let a false statement pass, and none may."""

import mpmath
import pytest
from flint import acb, arb, arb_series, ctx, fmpq
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import (
    Abs,
    E,
    Integer,
    Max,
    Min,
    Piecewise,
    Rational,
    acos,
    asin,
    atan,
    besselj,
    cos,
    cosh,
    erf,
    erfc,
    exp,
    gamma,
    lambdify,
    log,
    pi,
    sin,
    sinh,
    sqrt,
    symbols,
    tan,
    tanh,
)

from infobound.checking import ClaimError
from infobound.checking.arb import compile_expression, interval, taylor, working
from infobound.checking.arithmetic import BALL, SERIES, complex_arithmetic

x = symbols("x", real=True)
UNIT = (fmpq(0), fmpq(1))

SMOOTH = [
    x**3 - 2 * x + 1 / x,
    x ** Rational(2, 3) + sqrt(x) ** 3,
    4**-x + x**x,
    exp(-x) * log(1 + x),
    sin(x) * cos(x) + tan(x / 2),
    sinh(x) + cosh(x) * tanh(x),
    asin(x / 4) + acos(x / 4) + atan(x),
    erf(x) + erfc(2 * x),
    pi * x + E,
]
KINKED = [gamma(1 + x), Abs(x - 1), Max(x, 1) + Min(x, 2, 1 + x), besselj(Rational(1, 2), x)]


@settings(deadline=None, derandomize=True, max_examples=25)
@given(numerator=st.integers(1, 300))
@pytest.mark.parametrize("expression", SMOOTH + KINKED, ids=str)
def test_ball_contains_the_value(expression, numerator):
    """Law: the ball at a rational contains what mpmath finds with 40 digits."""
    q = fmpq(numerator, 100)
    with working(96), mpmath.workdps(40):
        ball = compile_expression(expression, [x]).ball(q)
        value = lambdify(x, expression, "mpmath")(mpmath.mpf(numerator) / 100)
        assert ball.rad() < 1e-20
        assert abs(ball.mid() - arb(mpmath.nstr(value, 38))) < 1e-20


@pytest.mark.parametrize("expression", SMOOTH, ids=str)
def test_series_has_the_derivatives(expression):
    """Law: the second Taylor coefficient is half the second derivative."""
    at = fmpq(3, 4)
    run = compile_expression(expression, [x]).bind(SERIES)
    found = taylor(run, 0, [arb(at)], bits=96, terms=3)[2]
    with working(96):
        wanted = compile_expression(expression.diff(x, 2) / 2, [x]).ball(at)
        assert found.overlaps(wanted)
        assert found.rad() < 1e-15


def test_interval_leaks_past_its_end():
    """The ball for [0, 1] reaches below 0, so its logarithm is nan and proves nothing."""
    ball = interval(UNIT)
    assert ball.lower() < 0
    assert not ball.log().is_finite()
    assert not BALL["root"](ball, (1, 2)).is_finite()


def test_edge_operations_enclose_the_closed_interval():
    ball = interval(UNIT)
    root = BALL["root at edge"](ball, (1, 2))
    xlog = BALL["xlog at edge"](ball, (1, 1))
    for q in (fmpq(0), fmpq(1, 7), fmpq(1)):
        assert root.contains(arb(q).sqrt())
        assert xlog.contains(arb(q) * arb(q).log() if q else arb(0))
    assert xlog.contains(-arb(-1).exp())
    assert xlog < arb("0.1")
    assert not BALL["root at edge"](ball, (-1, 2)).is_finite()
    assert not BALL["root at edge"](arb(-3), (1, 2)).is_finite()


def test_edge_is_used_only_where_the_domain_says_so():
    root = compile_expression(sqrt(x), [x])
    assert not root.ball(interval(UNIT)).is_finite()
    known = compile_expression(sqrt(x), [x], {x: UNIT})
    assert known.ball(interval(UNIT)).is_finite()
    below = compile_expression(sqrt(x - Rational(1, 2)), [x], {x: UNIT})
    assert not below.ball(interval(UNIT)).is_finite()


def test_nan_is_never_positive():
    nan = arb("nan")
    assert not nan > 0
    assert not nan < 0
    assert not BALL["max"](nan, arb(1)) > 0


def test_even_power_across_zero():
    """flint: ball**2 is nan across zero; here it is the square."""
    ball = arb(-1).union(arb(1))
    assert not (ball**2).is_finite()
    square = BALL["power"](ball, 2)
    assert square.contains(0)
    assert square.contains(1)
    assert square.lower() > -1e-6
    assert BALL["power"](ball, 3).contains(-1)


def test_series_over_a_vanishing_one():
    """flint raises ValueError; here the quotient is nan, which proves nothing."""
    series = arb_series([arb(-1).union(arb(1)), 1])
    assert not SERIES["inverse"](series)[0].is_finite()
    assert not SERIES["log"](series)[0].is_finite()
    assert not SERIES["abs"](series)[0].is_finite()


def test_series_is_not_read_beyond_its_end():
    """flint reads a coefficient that was never computed as 0."""
    with working(64, 2):
        truncated = arb_series([1, 1])
    assert truncated[5] == 0
    assert not taylor(lambda _: truncated, 0, [arb(0)], bits=64, terms=6)[5].is_finite()


def test_analytic_flag_is_honoured():
    """On a box across the cut, an integrand that must be analytic is not finite."""
    box = acb(arb(-2), arb(-1).union(arb(1)))
    strict, loose = (complex_arithmetic(analytic=flag) for flag in (True, False))
    for name in ("log", "acosh"):
        assert not strict[name](box).is_finite()
    assert not strict["root"](box, (1, 2)).is_finite()
    assert loose["log"](box).is_finite()
    rays = acb(arb(-1).union(arb(1)), arb(2))
    assert not strict["atan"](rays).is_finite()
    assert strict["atan"](acb(arb(3))).is_finite()


def test_rationals_stay_exact():
    """arb(0.1) is a binary number; 1/10 enters as a rational."""
    with working(200):
        ball = compile_expression(Rational(1, 10), []).ball()
        assert ball.contains(fmpq(1, 10))
        assert not arb(0.1).contains(fmpq(1, 10))


def test_precision_is_restored_after_an_error():
    before = ctx.prec, ctx.cap
    with pytest.raises(ZeroDivisionError), working(300, 3):
        ctx.prec // 0
    assert (ctx.prec, ctx.cap) == before


def test_what_cannot_be_enclosed():
    with pytest.raises(ClaimError, match="Piecewise"):
        compile_expression(Piecewise((x, x > 0), (0, True)), [x])
    with pytest.raises(ClaimError, match="x is free"):
        compile_expression(x + 1, [])
    with pytest.raises(ClaimError, match="besselj"):
        compile_expression(besselj(1, x), [x]).bind(SERIES)
    assert compile_expression(Integer(2), []).ball() == 2
