"""Identities: decided by exact algebra, never by simplification, and evaluated a second time."""

import pytest
from sympy import (
    Abs,
    Derivative,
    Function,
    I,
    Matrix,
    Max,
    Min,
    Rational,
    Sum,
    binomial,
    cos,
    cosh,
    diff,
    erf,
    erfc,
    exp,
    gamma,
    log,
    pi,
    sin,
    sinh,
    sqrt,
    symbols,
    tanh,
)

from infobound.checking import ClaimError, FloatInClaim, Inconclusive, Proved, Refuted, Step
from infobound.checking.mutants import trial
from infobound.checking.normal_form import vanishes

x, y, R = symbols("x y R", real=True)
p, q, s = symbols("p q s", positive=True)
z = symbols("z")
k = symbols("k", integer=True)
half = Rational(1, 2)

TRUE = {
    "polynomial": ((x + y) ** 3, x**3 + 3 * x**2 * y + 3 * x * y**2 + y**3),
    "rational": (1 / (x * (x + 1)), 1 / x - 1 / (x + 1)),
    "power of a number": (4**-R, exp(-2 * R * log(2))),
    "sums of exponents": (p**x * p**y, exp((x + y) * log(p))),
    "logarithm of a product": (log(12 * p / q), 2 * log(2) + log(3) + log(p) - log(q)),
    "logarithm of a root": (log(sqrt(p)), log(p) / 2),
    "nested logarithm": (log(log(4)), log(2) + log(log(2))),
    "roots of positives": (sqrt(sqrt(p) * q), p ** Rational(1, 4) * sqrt(q)),
    "denesting square": ((sqrt(2) + sqrt(3)) ** 2, 5 + 2 * sqrt(6)),
    "double angle": (sin(2 * x), 2 * sin(x) * cos(x)),
    "shifted angle": (cos(pi * x + pi / 3), cos(pi * x) / 2 - sqrt(3) * sin(pi * x) / 2),
    "hyperbolic": (cosh(x) ** 2, 1 + sinh(x) ** 2),
    "tanh": (tanh(x), 1 - 2 / (exp(2 * x) + 1)),
    "erfc": (erfc(x), 1 - erf(x)),
    "erf is odd": (erf((x - y) / s), -erf((y - x) / s)),
    "gamma shift": (gamma(p + Rational(5, 2)), (p + 3 * half) * (p + half) * gamma(p + half)),
    "binomial": (binomial(p, 2), p * (p - 1) / 2),
    "maximum": (Max(x, y) + Min(x, y), x + y),
    "modulus": (Abs(x) ** 2, x**2),
    "derivative": (diff(exp(-(x**2)) * erf(x), x), 2 / sqrt(pi) * exp(-2 * x**2) - 2 * x * exp(-(x**2)) * erf(x)),
    "finite sum": (Sum(k**2, (k, 1, 10)), 385),
    "complex": (exp(I * x) * exp(-I * x) * exp(x), exp(x)),
}  # fmt: skip

FALSE = {
    "root of a square": (sqrt(x**2), x),
    "logarithm of a square": (log(z**2), 2 * log(z)),
    "product of roots": (sqrt(x) * sqrt(y), sqrt(x * y)),
    "logarithm of a product": (log(x * y), log(x) + log(y)),
    "exponent of an exponent": ((z**2) ** half, z),
    "off by a term": ((x + 1) ** 2, x**2 + 2 * x),
    "tiny": (pi, Rational(314159265358979323846264338327950288419, 10**38)),
}


@pytest.mark.parametrize("name", TRUE)
def test_proved(name):
    assert isinstance(Step.identity(name, *TRUE[name]).check.run(), Proved)


@pytest.mark.parametrize("name", FALSE)
def test_false_ones_are_not_proved(name):
    """Some of these hold for positive symbols only, which simplification would grant."""
    outcome = Step.identity(name, *FALSE[name]).check.run()
    assert isinstance(outcome, Refuted | Inconclusive)


@pytest.mark.parametrize("name", FALSE)
def test_exact_algebra_alone_rejects_them(name):
    left, right = FALSE[name]
    assert not vanishes(left - right)


def test_only_by_assumption():
    """The same statement is proved for a positive symbol, and the outcome says so."""
    outcome = Step.identity("root", sqrt((s + 1) ** 2) - 1, s).check.run()
    assert isinstance(outcome, Proved)
    assert outcome.detail["for"] == "s > 0"


def test_range_makes_factors_positive():
    sides = sqrt(1 - x) * sqrt(1 + x), sqrt(1 - x**2)
    assert isinstance(Step.identity("r", *sides, when={x: (-1, 1)}).check.run(), Proved)
    assert not isinstance(Step.identity("r", *sides).check.run(), Proved)


def test_refuted_with_a_rational_witness():
    outcome = Step.identity("square", (x + y) ** 2, x**2 + y**2).check.run()
    assert isinstance(outcome, Refuted)
    a, b = (Rational(outcome.witness[name]) for name in "xy")
    assert (a + b) ** 2 != a**2 + b**2


def test_undefined_functions():
    """Integration by parts holds for every f and g; without the second term it does not."""
    f, g = Function("f")(x), Function("g")(x)
    whole = Derivative(f * g, x).doit()
    parts = f * g.diff(x) + g * f.diff(x)
    assert isinstance(Step.identity("parts", whole, parts).check.run(), Proved)
    assert isinstance(Step.identity("parts", whole, f * g.diff(x)).check.run(), Refuted)


def test_matrices_entry_by_entry():
    a, b, c, d = symbols("a b c d", real=True)
    m = Matrix([[a, b], [c, d]])
    adjugate = Matrix([[d, -b], [-c, a]])
    determinant = (a * d - b * c) * Matrix([[1, 0], [0, 1]])
    outcome = Step.identity("cramer", m * adjugate, determinant).check.run()
    assert isinstance(outcome, Proved)
    assert outcome.detail["entries"] == 4
    assert isinstance(Step.identity("cramer", m * m, determinant).check.run(), Refuted)


def test_same_expression_twice_is_noted():
    outcome = Step.identity("nothing", x + y, y + x).check.run()
    assert "same expression" in outcome.detail["note"]


def test_identity_without_a_value_anywhere():
    """Exact algebra cancels log(x - x); the second evaluation finds no number."""
    nowhere = log(-exp(p) - 1, evaluate=False) * 0 + sqrt((x + 1) ** 2 - x**2 - 2 * x - 1) ** -1
    outcome = Step.identity("nowhere", nowhere, nowhere + 0 * x).check.run()
    assert isinstance(outcome, Inconclusive)


@pytest.mark.parametrize("left", [0.5 * x, x + 0.1, exp(x) ** 2.0, Matrix([0.5])])
def test_floats_are_refused(left):
    with pytest.raises(FloatInClaim, match="'planted' contains the float"):
        Step.identity("planted", left, x)


def test_bad_input():
    with pytest.raises(ClaimError, match="2 entries left, 1 right"):
        Step.identity("s", Matrix([x, y]), x)
    with pytest.raises(ClaimError, match="not an expression"):
        Step.identity("s", "x", x)
    with pytest.raises(ClaimError, match="infinite or undefined"):
        Step.identity("s", x / 0, x)


@pytest.mark.parametrize(
    "name",
    ["rational", "power of a number", "logarithm of a product", "double angle", "derivative"],
)
def test_every_mutant_is_rejected(name):
    found = trial(Step.identity(name, *TRUE[name]).check)
    assert found.tried >= 10
    assert found.survivors == ()
