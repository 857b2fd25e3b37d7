"""False theorems, planted one at a time: the ledger must object at the step that is wrong.

Each test copies a derivation, changes one formula in the text, and verifies the copy. The other
steps must still hold, so that the objection is to the mistake and to nothing else.
"""

from pathlib import Path

import pytest

from infobound.checking import ClaimReport, verify

DERIVATIONS = Path(__file__).parents[2] / "derivations"


def planted(folder: Path, name: str, right: str, wrong: str) -> ClaimReport:
    """Verify a copy of the derivation `name` with every `right` replaced by `wrong`."""
    text = (DERIVATIONS / f"{name}.py").read_text(encoding="utf-8")
    assert right in text, f"{name}.py no longer contains {right!r}: nothing was planted"
    copy = folder / f"{name}.py"
    copy.write_text(text.replace(right, wrong), encoding="utf-8")
    ledger = verify([copy])
    assert not ledger.ok
    return ledger[name]


def objections(report: ClaimReport) -> set[str]:
    """Names of the steps that do not hold."""
    return {step.name for step in report.steps if not step.holds}


@pytest.mark.parametrize(
    ("right", "wrong", "steps"),
    [
        pytest.param(
            "risk - d**2 / (fisher + J)",
            "risk - d / (fisher + J)",
            {"theorem"},
            id="d for d^2 in the theorem",
        ),
        pytest.param(
            "d**2 / (d / s**2 + d / tau**2)",
            "d / (d / s**2 + d / tau**2)",
            {"gaussian_equality"},
            id="d for d^2 where it is attained",
        ),
        pytest.param(
            "d**2 / (T * d / s**2 + d / tau**2)",
            "d / (T * d / s**2 + d / tau**2)",
            {"implementation"},
            id="d for d^2 in the code",
        ),
        pytest.param(
            "return 4 / (first + second)",
            "return 2 / (first + second)",
            {"two_coins"},
            id="d for d^2 for two coins: true, but not attained",
        ),
        pytest.param(
            "return 4 / (first + second)",
            "return 8 / (first + second)",
            {"two_coins"},
            id="d^3 for d^2 for two coins",
        ),
        pytest.param(
            "e[i] * (dq[i] / q + dp[i] / p)",
            "e[i] * (dq[i] / q - dp[i] / p)",
            {"product_rule"},
            id="wrong sign in the score of the prior",
        ),
        pytest.param(
            "(1 - q0 - q1, -r0 - r1)",
            "(1 - q0 - q1, r0 + r1)",
            {"square_of_joint_score"},
            id="probabilities that do not add up to 1",
        ),
    ],
)
def test_van_trees(tmp_path: Path, right: str, wrong: str, steps: set[str]) -> None:
    assert objections(planted(tmp_path, "van_trees", right, wrong)) == steps


@pytest.mark.parametrize("shift", ["+", "-"])
def test_prior_information_off_by_a_millionth(tmp_path: Path, shift: str) -> None:
    """J of cos^2 raised or lowered by 1e-6 of itself, in the integral and against the code."""
    wrong = f"        (1 {shift} Rational(1, 10**6)) * pi**2 / L**2,\n"
    report = planted(tmp_path, "prior_information", "        pi**2 / L**2,\n", wrong)
    assert objections(report) == {"cos2_information", "code_cube", "code_quadrature"}


@pytest.mark.parametrize(
    ("right", "wrong", "steps"),
    [
        pytest.param(
            "entropy = log(4 * L) - 1",
            "entropy = log(4 * L) - Rational(999999, 10**6)",
            {"entropy", "entropy_power", "code_cube_power"},
            id="entropy of cos^2 off by 1e-6",
        ),
        pytest.param(
            "(diff(u, y) + k * tan(k * (x + y)) * u)",
            "(diff(u, y) - k * tan(k * (x + y)) * u)",
            {"least_on_the_interval"},
            id="wrong sign in the square",
        ),
        pytest.param(
            "2 * n * (2 * n + 2 * nu) * coefficient(n)",
            "2 * n * (2 * n + 2 * nu + 1) * coefficient(n)",
            {"ball_by_power_series"},
            id="wrong dimension for the order of Bessel's function",
        ),
        pytest.param(
            "4 * pi**2 / (3 * r**2)",
            "4 * pi**2 / r**2",
            {"code_ball_3"},
            id="J for J/d",
        ),
    ],
)
def test_prior_information(tmp_path: Path, right: str, wrong: str, steps: set[str]) -> None:
    assert objections(planted(tmp_path, "prior_information", right, wrong)) == steps


@pytest.mark.parametrize(
    ("right", "wrong", "steps"),
    [
        pytest.param(
            "        (x - theta) / s**2,",
            "        (theta - x) / s**2,",
            {"score"},
            id="wrong sign in the score",
        ),
        pytest.param(
            "(phi(standard(a)) - phi(standard(b))) / s,",
            "(phi(standard(b)) - phi(standard(a))) / s,",
            {"derivative_of_a_cell"},
            id="wrong sign in the slope of a cell",
        ),
        pytest.param(
            "mean[0] * mean[1]",
            "mean[0] * mean[1] * 2",
            {"total_covariance"},
            id="conditional means counted twice",
        ),
        pytest.param(
            "along = variance_inside(far)",
            "along = 1",
            {"half_space"},
            id="nothing learnt along u",
        ),
    ],
)
def test_fisher_message(tmp_path: Path, right: str, wrong: str, steps: set[str]) -> None:
    assert objections(planted(tmp_path, "fisher_message", right, wrong)) == steps


@pytest.mark.parametrize(
    ("right", "wrong", "steps"),
    [
        pytest.param(
            "information((p,)) + p0 * information(q)",
            "information((p,)) + information(q)",
            {"one_more_round"},
            id="the probability of the past is forgotten",
        ),
        pytest.param(
            "leaf = first[x], second[first[x]][y]",
            "leaf = first[x], second[first[x]][x]",
            {"all_trees"},
            id="the second encoder looks at the first sample",
        ),
        pytest.param(
            "if first[x] == bit and z == y",
            "if first[x] == bit and x == y",
            {"fresh_given_the_past"},
            id="the old sample is taken for the fresh one",
        ),
    ],
)
def test_transcript_chain_rule(tmp_path: Path, right: str, wrong: str, steps: set[str]) -> None:
    assert objections(planted(tmp_path, "transcript_chain_rule", right, wrong)) == steps


@pytest.mark.parametrize(
    ("right", "wrong", "steps"),
    [
        pytest.param(
            "        x - G / mu,", "        x + G / mu,", {"sample"}, id="sign of the step"
        ),
        pytest.param(
            "y < x - level(past) / MU",
            "y <= x - level(past) / MU",
            {"encoders_of_gradients"},
            id="ties go the other way",
        ),
        pytest.param(
            "query = rule[past]",
            "query = rule[past] if not sample else Fraction(2) - rule[past]",
            {"encoders_of_gradients"},
            id="encoder and decoder disagree on the query",
        ),
        pytest.param(
            "normal(y, z, sigma / mu)",
            "normal(y, z, sigma / mu**2)",
            {"law_of_sample"},
            id="noise of the gradient for that of the sample",
        ),
        pytest.param(
            "2 * delta / mu", "delta / mu", {"error_from_suboptimality"}, id="the half is lost"
        ),
    ],
)
def test_reduction(tmp_path: Path, right: str, wrong: str, steps: set[str]) -> None:
    assert objections(planted(tmp_path, "reduction", right, wrong)) == steps
