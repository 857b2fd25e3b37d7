"""The mutation experiment: every altered statement is rejected, once tightness is declared."""

import pytest
from sympy import Max, Min, Rational, exp, log, symbols

from infobound.checking import Step
from infobound.checking.mutants import (
    Alteration,
    alterations,
    attempt,
    differ,
    expression_mutants,
    trial,
)
from infobound.checking.outcomes import ESTABLISHED
from tests.checking.inequalities import TANGENT

x, y = symbols("x y", real=True)


@pytest.mark.parametrize("step", TANGENT, ids=lambda step: step.name)
def test_all_mutants_of_inequalities_are_killed(step):
    found = trial(step.check)
    assert found.tried >= 20
    assert found.survivors == ()


def test_proof_alone_lets_loosened_constants_pass():
    """Without the tangency the check is blind in one direction: a looser inequality is true."""
    blind = [
        Step.inequality(s.name, s.check.expression, over=dict(s.check.domain)) for s in TANGENT[:4]
    ]
    survivors = sum(
        isinstance(attempt(candidate().run), ESTABLISHED)
        for step in blind
        for candidate in expression_mutants(step.check.expression, step.check._altered)
    )
    assert survivors >= 10


def test_alterations_cover_constants_signs_exponents_and_terms():
    expression = 2 * x**3 - log(x)
    found = {a.label(expression): a.of(expression) for a in alterations(expression)}
    assert found["2*x**3 - log(x) with its sign flipped"] == log(x) - 2 * x**3
    assert found["2 nudged up"] == Rational(1001, 500) * x**3 - log(x)
    assert found["x**3 with its exponent raised"] == 2 * x**4 - log(x)
    assert found["x**3 with its exponent lowered"] == 2 * x**2 - log(x)
    assert "3 nudged down" not in found  # a thousandth root: slow, and no likelier a mistake
    assert found["2*x**3 dropped"] == -log(x)
    assert found["2 dropped"] == x**3 - log(x)


def test_equal_mutants_are_no_mutants():
    """(-x)^2 is x^2: a flipped sign that changes nothing is not counted."""
    expression = (x - y) ** 2
    flipped = Alteration((0,), "with its sign flipped").of(expression)
    assert not differ(flipped, expression)
    assert differ((x - y) ** 3, expression)
    assert not differ(exp(2 * log(2)) * x, 4 * x)
    assert not differ(x / 0, x)


def test_mutants_without_a_meaning_are_passed_over():
    """Inside Max a flipped sign can make log(-2): no mutant, and no crash. Fast with powers too."""
    c, r = symbols("c r", positive=True)
    step = Step.identity("regimes", 1 / Min(1, r * log(2)), Max(1, 1 / (r * log(2))))
    assert trial(step.check).survivors == ()
    scaled = Step.identity("scaled", c * Max(1, 1 / (c * r)), Max(c, 1 / r))
    assert trial(scaled.check).survivors == ()


def test_trial_is_reproducible_and_limited():
    step = TANGENT[0]
    assert trial(step.check, limit=6) == trial(step.check, limit=6)
    assert trial(step.check, limit=6).tried == 6
