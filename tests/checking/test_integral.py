"""Integrals: a symbolic integrator is never trusted."""

import pytest
from sympy import (
    Rational,
    atan,
    cos,
    erf,
    exp,
    log,
    oo,
    pi,
    sin,
    sqrt,
    symbols,
    tan,
)

from infobound.checking import Certified, ClaimError, Inconclusive, Proved, Refuted, Step
from infobound.checking.mutants import trial

x, w = symbols("x w", real=True)
L, s = symbols("L s", positive=True)
normal = exp(-(x**2) / 2) / sqrt(2 * pi)
cos2 = pi**2 / L**3 * sin(pi * x / (2 * L)) ** 2


def test_antiderivative_is_differentiated_back():
    primitive = pi**2 / L**3 * (x / 2 - L * sin(pi * x / L) / (2 * pi))
    step = Step.integral("J", cos2, (x, -L, L), pi**2 / L**2, antiderivative=primitive)
    outcome = step.check.run()
    assert isinstance(outcome, Proved)
    assert outcome.detail["digits"] > 30
    assert trial(step.check).survivors == ()


def test_certified_without_one():
    step = Step.integral("J", cos2, (x, -L, L), pi**2 / L**2)
    assert isinstance(step.check.run(), Certified)
    assert trial(step.check).survivors == ()


def test_wrong_value_is_refuted():
    value = pi**2 / L**2 * (1 + Rational(1, 10**9))
    assert isinstance(Step.integral("J", cos2, (x, -L, L), value).check.run(), Refuted)


@pytest.mark.parametrize(
    ("integrand", "value"), [(sqrt(x), Rational(14, 3)), (log(x), 4 * log(4) - 3), (atan(x), None)]
)
def test_branch_cuts(integrand, value):
    """Without the analytic flag Arb's integral of sqrt over [1, 4] is 4.6694..., not 14/3."""
    if value is None:
        value = 4 * atan(4) - atan(1) - log(Rational(17, 2)) / 2
    outcome = Step.integral("cut", integrand, (x, 1, 4), value).check.run()
    assert isinstance(outcome, Certified)


def test_infinite_range_with_antiderivative():
    step = Step.integral(
        "variance",
        x**2 * normal,
        (x, -oo, oo),
        1,
        antiderivative=erf(x / sqrt(2)) / 2 - x * normal,
    )
    assert isinstance(step.check.run(), Proved)
    assert trial(step.check).survivors == ()


def test_infinite_range_with_declared_tail():
    step = Step.integral("variance", x**2 * normal, (x, -oo, oo), 1, tail=(20, exp(-100)))
    outcome = step.check.run()
    assert isinstance(outcome, Certified)
    assert outcome.detail["tail"] == "declared, not proved, at most exp(-100) beyond 20"
    bare = Step.integral("variance", x**2 * normal, (x, -oo, oo), 1)
    assert "tail" in bare.check.run().reason


def test_tail_that_is_too_small_is_noticed():
    """The integral from 2 to 4 alone is 0.26: a declared 1/1000 is refused."""
    step = Step.integral("v", x**2 * normal, (x, -oo, oo), 1, tail=(2, Rational(1, 1000)))
    with pytest.raises(ClaimError, match="larger than 1/1000"):
        step.check.run()


def test_parameters_of_an_infinite_integral_are_sampled():
    scaled = exp(-(x**2) / (2 * s**2)) / sqrt(2 * pi * s**2)
    tail = (20 * s, exp(-100))
    assert isinstance(
        Step.integral("mass", scaled, (x, -oo, oo), 1, tail=tail).check.run(), Certified
    )
    assert isinstance(
        Step.integral("mass", scaled, (x, -oo, oo), s, tail=tail).check.run(), Refuted
    )


def test_antiderivative_that_jumps():
    """atan(2 tan x)/2 differentiates back to 1/(1 + 3 sin^2 x) but jumps at pi/2."""
    integrand = 1 / (1 + 3 * sin(x) ** 2)
    primitive = atan(2 * tan(x)) / 2
    step = Step.integral("jump", integrand, (x, 0, pi), 0, antiderivative=primitive)
    assert isinstance(step.check.run(), Refuted)
    honest = Step.integral("jump", integrand, (x, 0, pi), pi / 2).check.run()
    assert isinstance(honest, Certified)


def test_wrong_integral_of_sympy():
    """What sympy 1.14 returns for this integrand with real symbols (sympy issue 28186)."""
    integrand = w**2 * (x - w) ** 3 / ((x - w) ** 2 + 1) ** 2
    returned = -(w**2) / 2 - w * x - (2 * w * x - x**2 - 1) / (2 * (w - x) ** 2 + 2)
    value = returned.subs(w, 1) - returned.subs(w, 0)
    step = Step.integral("sympy", integrand, (w, 0, 1), value, antiderivative=returned)
    outcome = step.check.run()
    assert isinstance(outcome, Inconclusive)
    assert "does not differentiate back" in outcome.reason
    assert isinstance(Step.integral("sympy", integrand, (w, 0, 1), value).check.run(), Refuted)


def test_antiderivative_of_something_else():
    step = Step.integral("sin", cos(x), (x, 0, pi), 0, antiderivative=sin(2 * x) / 2)
    assert isinstance(step.check.run(), Inconclusive)
