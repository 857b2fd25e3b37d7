"""The smaller checks: polynomials, enumerations, estimates, code, refutations, assumptions."""

from fractions import Fraction
from itertools import product
from math import expm1, log

import pytest
from sympy import Rational, exp, pi, sqrt, symbols
from sympy import log as ln

from infobound.checking import (
    Assumed,
    ClaimError,
    Enumerated,
    Estimated,
    FloatInClaim,
    Inconclusive,
    Matched,
    Proved,
    Refuted,
    Step,
    Zero,
)
from infobound.checking.mutants import trial

x, y, R = symbols("x y R", real=True)
d, s = symbols("d s", positive=True)
half = Rational(1, 2)


class TestPolynomial:
    """Exact certificates."""

    def test_sturm(self):
        zero = Zero(at={x: 1}, order=2, leading=2)
        step = Step.polynomial("touch", (x - 1) ** 2 * (x**2 + 1), over={x: (-3, 3)}, zero=zero)
        assert isinstance(step.check.run(), Proved)
        assert trial(step.check).survivors == ()

    def test_everywhere(self):
        assert isinstance(Step.polynomial("p", x**4 - x + 1).check.run(), Proved)
        assert isinstance(Step.polynomial("p", x**4 - 2 * x + 1).check.run(), Inconclusive)

    def test_roots_at_the_ends_are_allowed(self):
        step = Step.polynomial("p", x * (1 - x), over={x: (0, 1)})
        assert isinstance(step.check.run(), Proved)
        strict = Step.polynomial("p", x * (1 - x), over={x: (0, 1)}, strict=True)
        assert isinstance(strict.check.run(), Inconclusive)

    def test_negative_is_refuted(self):
        step = Step.polynomial("p", x * (x - 1), over={x: (0, 1)})
        assert isinstance(step.check.run(), Refuted)

    def test_sum_of_squares(self):
        """2 (x^2 + y^2) - (x + y)^2 = (x - y)^2."""
        step = Step.polynomial("cs", 2 * x**2 + 2 * y**2 - (x + y) ** 2, sos=[(1, x - y)])
        assert isinstance(step.check.run(), Proved)
        assert trial(step.check).survivors == ()

    def test_weights_by_assumption(self):
        step = Step.polynomial("w", s * x**2, sos=[(s, x)])
        assert isinstance(step.check.run(), Proved)

    def test_weights_from_the_domain(self):
        step = Step.polynomial("w", x**3, over={x: (0, 1)}, sos=[(x, x)])
        assert isinstance(step.check.run(), Proved)
        planted = Step.polynomial("w", -(x**3), over={x: (0, 1)}, sos=[(-x, x)])
        assert isinstance(planted.check.run(), Inconclusive)


class TestEnumeration:
    """All cases, in exact rationals."""

    def test_equality(self):
        step = Step.enumerate(
            "gauss", range(50), lambda n: (sum(range(n)), Fraction(n * (n - 1), 2)), size=50
        )
        assert isinstance(step.check.run(), Enumerated)
        assert trial(step.check).survivors == ()

    def test_inequality_is_attained(self):
        bits = lambda: product((0, 1), repeat=6)
        step = Step.enumerate("w", bits, lambda b: (sum(b), 6), size=64, relation="<=")
        assert isinstance(step.check.run(), Enumerated)
        assert trial(step.check).survivors == ()

    def test_least_slack_is_exact(self):
        step = Step.enumerate("w", range(5), lambda n: (n, 7), size=5, relation="<=", slack=3)
        assert isinstance(step.check.run(), Enumerated)
        loose = Step.enumerate("w", range(5), lambda n: (n, 7), size=5, relation="<=")
        assert "least slack is 3" in loose.check.run().reason

    def test_one_bad_case(self):
        step = Step.enumerate("bad", range(9), lambda n: (n * n, n * n + (n == 7)), size=9)
        outcome = step.check.run()
        assert isinstance(outcome, Refuted)
        assert outcome.witness["case"] == "7"

    def test_size_is_part_of_the_claim(self):
        step = Step.enumerate("few", range(8), lambda n: (n, n), size=9)
        assert "8 cases" in step.check.run().reason

    def test_floats_are_refused(self):
        step = Step.enumerate("float", range(3), lambda n: (n * 0.5, n / 2), size=3)
        with pytest.raises(FloatInClaim):
            step.check.run()


def gaussian_mean(shift):
    """Sampler of 10^4 normals with mean `shift`; standard error 0.01."""

    def sampler(rng):
        draws = rng.normal(shift, 1, size=10_000)
        return draws.mean(), draws.std(ddof=1) / 100

    return sampler


class TestEstimate:
    """One-sided at confidence 0.999: reach 0.031. Power against 0.1 off is above 1 - 1e-10."""

    def test_supported(self):
        step = Step.estimate(
            "e", gaussian_mean(0), at_most=Rational(1, 10), rejects=-Rational(1, 10)
        )
        outcome = step.check.run()
        assert isinstance(outcome, Estimated)
        assert outcome.detail["rejects"] == "-1/10"

    def test_false_statement_is_not(self):
        step = Step.estimate("e", gaussian_mean(0), at_most=-Rational(1, 10), rejects=-half)
        assert isinstance(step.check.run(), Inconclusive)

    def test_too_weak_to_reject(self):
        step = Step.estimate(
            "e", gaussian_mean(0), at_most=Rational(1, 10), rejects=-Rational(1, 1000)
        )
        assert "no power" in step.check.run().reason

    @pytest.mark.parametrize(
        ("options", "kind"),
        [
            ({"at_least": -Rational(1, 10), "rejects": Rational(1, 10)}, Estimated),
            ({"at_least": Rational(1, 10), "rejects": half}, Inconclusive),
            ({"equals": 0, "rejects": Rational(1, 10)}, Estimated),
            ({"equals": Rational(1, 10), "rejects": half}, Inconclusive),
        ],
    )
    def test_other_directions(self, options, kind):
        """Two-sided equality fails on a true value with probability 0.001; the seed is fixed."""
        assert isinstance(Step.estimate("e", gaussian_mean(0), **options).check.run(), kind)

    def test_same_seed_same_numbers(self):
        step = Step.estimate("e", gaussian_mean(0), at_most=1, rejects=-1)
        assert step.check.run().detail == step.check.run().detail

    def test_sampler_without_error_bar(self):
        step = Step.estimate("e", lambda rng: (0.0, 0.0), at_most=1, rejects=-1)
        assert isinstance(step.check.run(), Inconclusive)

    def test_one_direction_only(self):
        with pytest.raises(ClaimError, match="one of at_most"):
            Step.estimate("e", gaussian_mean(0), at_most=1, at_least=0, rejects=2)
        with pytest.raises(FloatInClaim):
            Step.estimate("e", gaussian_mean(0), at_most=0.1, rejects=-1)


LIMIT = d / s**2 * (1 - 4**-R)


def implementation(*, d, R, s, factor=1.0, offset=0.0):
    """The formula in float64, with the checks of a package function."""
    if not (R > 0 and float(d).is_integer()):
        raise ValueError("R must be positive, d whole")
    return factor * d * -expm1(-log(4) * R + offset) / s**2


class TestCode:
    """Code = theorem."""

    def test_matches(self):
        step = Step.code("limit", LIMIT, implementation)
        outcome = step.check.run()
        assert isinstance(outcome, Matched)
        assert outcome.detail["points"] == 12
        assert trial(step.check).survivors == ()

    def test_drift_is_seen(self):
        step = Step.code("limit", LIMIT, lambda **k: implementation(**k, factor=1 + 1e-11))
        outcome = step.check.run()
        assert isinstance(outcome, Inconclusive)
        assert "the code gives" in outcome.reason

    def test_cancellation_is_seen(self):
        """1 - 4^-R in place of expm1 loses nine digits at R = 1e-9."""
        naive = lambda d, R, s: d * (1 - 4**-R) / s**2
        at = [{d: 3, R: Rational(1, 2**30), s: 1}]
        assert isinstance(Step.code("n", LIMIT, naive, at=at).check.run(), Inconclusive)
        assert isinstance(Step.code("n", LIMIT, implementation, at=at).check.run(), Matched)

    def test_ranges(self):
        seen = []

        def watched(d, R, s):
            seen.append(float(R))
            return implementation(d=d, R=R, s=s)

        step = Step.code("limit", LIMIT, watched, at={R: (5, 6)})
        assert isinstance(step.check.run(), Matched)
        assert all(5 <= value <= 6 for value in seen)

    def test_refusing_everything(self):
        def refuses(**_):
            raise ValueError("never")

        assert "state the ranges" in Step.code("limit", LIMIT, refuses).check.run().reason

    def test_nan_never_matches(self):
        step = Step.code("limit", LIMIT, lambda **_: float("nan"))
        assert isinstance(step.check.run(), Inconclusive)


class TestRefutation:
    """Witnesses of printed statements that fail."""

    def test_exact_witness(self):
        step = Step.refute("square", witness={x: half}, left=x, right=x**2)
        assert isinstance(step.check.run(), Refuted)

    def test_transcendental_witness(self):
        step = Step.refute("e", witness={x: 1}, left=exp(x), right=Rational(271828, 100000))
        assert isinstance(step.check.run(), Refuted)

    def test_witness_that_is_none(self):
        step = Step.refute("square", witness={x: 2}, left=x, right=x**2)
        assert isinstance(step.check.run(), Inconclusive)

    @pytest.mark.parametrize("relation", ["<=", ">=", "=="])
    def test_equality_refutes_no_weak_inequality(self, relation):
        both = (sqrt(2) + sqrt(3)) ** 2, 5 + 2 * sqrt(6)
        step = Step.refute("eq", witness={}, left=both[0], right=both[1], relation=relation)
        assert isinstance(step.check.run(), Inconclusive)

    def test_equality_refutes_a_strict_one(self):
        both = ln(4), 2 * ln(2)
        step = Step.refute("eq", witness={}, left=both[0], right=both[1], relation="<")
        assert isinstance(step.check.run(), Refuted)

    def test_witness_must_place_every_symbol(self):
        step = Step.refute("s", witness={x: 1}, left=x + y, right=pi)
        assert "open" in step.check.run().reason


def test_assumption_is_only_ever_assumed():
    outcome = Step.assumed("dpi", "data processing", cites="Cover and Thomas 2006, 2.8").check.run()
    assert outcome == Assumed("Cover and Thomas 2006, 2.8")
