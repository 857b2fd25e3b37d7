"""Branch and bound with declared tangencies: what it certifies, refutes, and leaves open."""

import mpmath
import pytest
from flint import ctx
from sympy import Abs, Rational, cos, exp, lambdify, log, oo, pi, sqrt, symbols

from infobound.checking import Certified, ClaimError, Inconclusive, Refuted, Step, Zero
from infobound.checking.mutants import trial
from tests.checking.inequalities import ONE_BIT_ZERO, TANGENT, half, one_bit, p, x

y = symbols("y", real=True)


@pytest.mark.parametrize("step", TANGENT, ids=lambda step: step.name)
def test_tangent_inequalities_are_certified(step):
    """Law: each holds on its whole box, with equality exactly where declared."""
    assert isinstance(step.check.run(), Certified)


@pytest.mark.parametrize("step", TANGENT, ids=lambda step: step.name)
def test_tangency_has_to_be_declared(step):
    """Without the zero the same true inequality stays open: no epsilon is left over."""
    bare = Step.inequality(step.name, step.check.expression, over=_over(step))
    outcome = bare.check.run()
    assert isinstance(outcome, Inconclusive)
    assert "in [" in outcome.reason


def _over(step):
    return dict(step.check.domain)


@pytest.mark.parametrize("order", [1, 3])
def test_wrong_order_is_rejected_both_ways(order):
    step = Step.inequality(
        "log", x - log(1 + x), over={x: (-half, 1)}, zero=Zero(at={x: 0}, order=order)
    )
    assert isinstance(step.check.run(), Inconclusive)


def test_wrong_leading_coefficient_is_rejected():
    zero = Zero(at={x: 0}, order=2, leading=Rational(501, 1000))
    step = Step.inequality("log", x - log(1 + x), over={x: (-half, 1)}, zero=zero)
    assert "leading coefficient" in step.check.run().reason


@pytest.mark.parametrize("digits", [3, 6, 9])
def test_lowered_constant_is_refuted_by_a_witness(digits):
    """2/pi is the largest constant: 1e-9 less fails near the tangency, where mpmath agrees."""
    expression = one_bit(2 / pi - Rational(1, 10**digits))
    outcome = Step.inequality(
        "one_bit", expression, over={x: (0, 6)}, zero=ONE_BIT_ZERO
    ).check.run()
    assert isinstance(outcome, Refuted)
    with mpmath.workdps(60):
        place = mpmath.mpf(Rational(outcome.witness["x"]).p) / Rational(outcome.witness["x"]).q
        assert lambdify(x, expression, "mpmath")(place) < 0


def test_raised_constant_needs_no_tangency():
    expression = one_bit(2 / pi + Rational(1, 10**9))
    step = Step.inequality("one_bit", expression, over={x: (0, 6)}, strict=True)
    assert isinstance(step.check.run(), Certified)


def test_planted_false_theorem():
    """The constant 2 ln 2, a millionth lower: false only for rates below 1e-6."""
    R = symbols("R", real=True)
    lowered = 2 * log(2) * (1 - Rational(1, 10**6))
    zero = Zero(at={R: 0}, order=2, leading=2 * log(2) ** 2)
    outcome = Step.inequality("per_bit", lowered * R - (1 - 4**-R), over={R: (0, 1)}, zero=zero)
    outcome = outcome.check.run()
    assert isinstance(outcome, Refuted)
    assert 0 < Rational(outcome.witness["R"]) < Rational(1, 10**6)


def test_isolated_zero_in_the_plane():
    expression = 2 - cos(x) - cos(y)
    over = {x: (-1, 1), y: (-1, Rational(1, 2))}
    good = Zero(at={x: 0, y: 0}, order=2, leading=x**2 / 2 + y**2 / 2)
    assert isinstance(
        Step.inequality("bowl", expression, over=over, zero=good).check.run(), Certified
    )
    wrong = Zero(at={x: 0, y: 0}, order=2, leading=x**2 / 2 + y**2)
    outcome = Step.inequality("bowl", expression, over=over, zero=wrong).check.run()
    assert isinstance(outcome, Inconclusive)


def test_saddle_is_refuted():
    over = {x: (-1, 1), y: (-1, 1)}
    zero = Zero(at={x: 0, y: 0}, order=2, leading=x**2 - y**2)
    step = Step.inequality("saddle", cos(y) - cos(x), over=over, zero=zero)
    assert isinstance(step.check.run(), Refuted)


def test_odd_zero_at_the_end_and_inside():
    """x (1 - x) >= 0 on [0, 1] has simple zeros at both ends; beyond them it is false."""
    zeros = (Zero(at={x: 0}, order=1, leading=1), Zero(at={x: 1}, order=1, leading=-1))
    inside = Step.inequality("parabola", x * (1 - x), over={x: (0, 1)}, zero=zeros)
    assert isinstance(inside.check.run(), Certified)
    beyond = Step.inequality("parabola", x * (1 - x), over={x: (0, Rational(101, 100))}, zero=zeros)
    assert isinstance(beyond.check.run(), Refuted)


def test_negative_far_from_the_zero_is_still_found():
    """Stuck boxes at an undeclared tangency do not hide a counterexample elsewhere."""
    expression = (x - Rational(1, 3)) ** 2 * (Rational(9, 10) - x)
    outcome = Step.inequality("cubic", expression, over={x: (0, Rational(19, 20))}).check.run()
    assert isinstance(outcome, Refuted)


class TestDomainEdges:
    """A ball for [0, h] leaks below 0; roots and p log p are enclosed there all the same."""

    def test_root(self):
        step = Step.inequality("root", sqrt(x) + 1 - x, over={x: (0, 2)}, strict=True)
        assert isinstance(step.check.run(), Certified)

    def test_entropy(self):
        entropy = -p * log(p) - (1 - p) * log(1 - p)
        above = Step.inequality("h", entropy + Rational(1, 100), over={p: (0, 1)}, strict=True)
        assert isinstance(above.check.run(), Certified)
        capped = Step.inequality("h", Rational(69, 100) - entropy, over={p: (0, 1)})
        assert isinstance(capped.check.run(), Refuted)

    def test_logarithm_alone_stays_open(self):
        step = Step.inequality("log", 1 - log(x), over={x: (0, 1)}, strict=True)
        outcome = step.check.run()
        assert isinstance(outcome, Inconclusive)
        assert "x in [0, " in outcome.reason


class TestNearest:
    """A strict inequality names its point of least slack."""

    def step(self, **changes):
        options = {"over": {x: (0, 2)}, "nearest": {x: 0}, "strict": True} | changes
        return Step.inequality("strict", exp(x) - x + Rational(1, 7), **options)

    def test_certified_with_its_slack(self):
        outcome = self.step().check.run()
        assert isinstance(outcome, Certified)
        assert outcome.detail["slack"].startswith("8/7 ")

    def test_declared_slack_is_checked(self):
        assert isinstance(self.step(slack=Rational(8, 7)).check.run(), Certified)
        assert isinstance(self.step(slack=Rational(9, 7)).check.run(), Inconclusive)

    def test_point_of_larger_slack_is_rejected(self):
        outcome = self.step(nearest={x: 1}).check.run()
        assert "smaller than" in outcome.reason

    def test_every_mutant_is_rejected(self):
        assert trial(self.step().check).survivors == ()

    def test_without_it_loosened_constants_survive(self):
        """The mutants object to a strict inequality that does not say where it is tight."""
        assert trial(self.step(nearest=None).check).survivors


class TestBadInput:
    def test_infinite_range(self):
        with pytest.raises(ClaimError, match="Substitute"):
            Step.inequality("tail", exp(-x), over={x: (0, oo)})

    def test_empty_range(self):
        with pytest.raises(ClaimError, match="empty"):
            Step.inequality("s", x, over={x: (1, 1)})

    def test_free_symbol(self):
        with pytest.raises(ClaimError, match="no range is given for"):
            Step.inequality("s", x + y, over={x: (0, 1)})

    def test_zero_outside(self):
        with pytest.raises(ClaimError, match="outside the domain"):
            Step.inequality("s", x, over={x: (0, 1)}, zero=Zero(at={x: 2}, order=1))

    def test_claim_by_assumption_only(self):
        """sqrt(x^2) - x is 0 for x > 0; on [-1, 1] the declared sign would decide the claim."""
        z = symbols("z", positive=True)
        with pytest.raises(ClaimError, match="Declare it real"):
            Step.inequality("s", z - sqrt(z**2), over={z: (-1, 1)})
        honest = Step.inequality("s", x - Abs(x), over={x: (-1, 1)}).check.run()
        assert isinstance(honest, Refuted)


def test_precision_is_restored():
    before = ctx.prec, ctx.cap
    TANGENT[0].check.run()
    assert (ctx.prec, ctx.cap) == before
