"""False theorems, planted in copies of the derivations: the ledger must object to each.

One copy carries several mistakes, each in another step; exactly those steps must fail. So an
objection is to the mistake and to nothing else.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from infobound.checking import Derivation, load
from infobound.checking.ledger import run_step

DERIVATIONS = Path(__file__).parents[2] / "derivations"


@dataclass(frozen=True)
class Plant:
    """A mistake: what it is, the formula and what replaces it, the steps that must object."""

    what: str
    right: str
    wrong: str
    steps: frozenset[str]


def plant(what: str, right: str, wrong: str, *steps: str) -> Plant:
    return Plant(what, right, wrong, frozenset(steps))


def objections(folder: Path, name: str, plants: list[Plant]) -> set[str]:
    """Steps that do not hold in a copy of the derivation `name` with all the plants.

    Steps that the plants leave as they were, formula by formula, are not run again.
    """
    text = (DERIVATIONS / f"{name}.py").read_text(encoding="utf-8")
    for one in plants:
        assert one.right in text, f"{name}.py lacks {one.right!r}: nothing planted ({one.what})"
        text = text.replace(one.right, one.wrong)
    copy = folder / f"{name}.py"
    copy.write_text(text, encoding="utf-8")
    sound = {step.name: step.check for step in original(name).steps}
    changed = [step for step in load(copy).steps if step.check != sound.get(step.name)]
    return {step.name for step in changed if not run_step(step, limit=None).holds}


@cache
def original(name: str) -> Derivation:
    """The derivation as it stands; that its steps hold is tested with all the others."""
    return load(DERIVATIONS / f"{name}.py")


VAN_TREES = [
    plant(
        "d for d^2 in the theorem",
        "risk - d**2 / (fisher + J)",
        "risk - d / (fisher + J)",
        "theorem",
    ),
    plant(
        "d for d^2 where it is attained",
        "d**2 / (d / s**2 + d / tau**2)",
        "d / (d / s**2 + d / tau**2)",
        "gaussian_equality",
    ),
    plant(
        "d for d^2 in the code",
        "d**2 / (T * d / s**2 + d / tau**2)",
        "d / (T * d / s**2 + d / tau**2)",
        "implementation",
    ),
    plant(
        "d for d^2 for two coins, which is true but not attained",
        "return 4 / (first + second)",
        "return 2 / (first + second)",
        "two_coins",
    ),
    plant(
        "wrong sign in the score of the prior",
        "e[i] * (dq[i] / q + dp[i] / p)",
        "e[i] * (dq[i] / q - dp[i] / p)",
        "product_rule",
    ),
    plant(
        "probabilities that do not add up to 1",
        "(1 - q0 - q1, -r0 - r1)",
        "(1 - q0 - q1, r0 + r1)",
        "square_of_joint_score",
    ),
]

PRIOR_INFORMATION = [
    plant(
        "entropy of cos^2 off by 1e-6",
        "entropy = log(4 * L) - 1",
        "entropy = log(4 * L) - Rational(999999, 10**6)",
        "entropy",
        "entropy_power",
        "code_cube_power",
    ),
    plant(
        "wrong sign in the square",
        "(diff(u, y) + k * tan(k * (x + y)) * u)",
        "(diff(u, y) - k * tan(k * (x + y)) * u)",
        "least_on_the_interval",
    ),
    plant(
        "wrong dimension for the order of Bessel's function",
        "2 * n * (2 * n + 2 * nu) * coefficient(n)",
        "2 * n * (2 * n + 2 * nu + 1) * coefficient(n)",
        "ball_by_power_series",
    ),
    plant("J for J/d", "4 * pi**2 / (3 * r**2)", "4 * pi**2 / r**2", "code_ball_3"),
]

FISHER_MESSAGE = [
    plant(
        "wrong sign in the score",
        "        (x - theta) / s**2,",
        "        (theta - x) / s**2,",
        "score",
    ),
    plant(
        "wrong sign in the slope of a cell",
        "(phi(standard(a)) - phi(standard(b))) / s,",
        "(phi(standard(b)) - phi(standard(a))) / s,",
        "derivative_of_a_cell",
    ),
    plant(
        "conditional means counted twice",
        "mean[0] * mean[1]",
        "mean[0] * mean[1] * 2",
        "total_covariance",
    ),
    plant("nothing learnt along u", "along = variance_inside(far)", "along = 1", "half_space"),
]

TRANSCRIPT_CHAIN_RULE = [
    plant(
        "the probability of the past is forgotten",
        "information((p,)) + p0 * information(q)",
        "information((p,)) + information(q)",
        "one_more_round",
    ),
    plant(
        "the second encoder looks at the first sample",
        "leaf = first[x], second[first[x]][y]",
        "leaf = first[x], second[first[x]][x]",
        "all_trees",
    ),
    plant(
        "the old sample is taken for the fresh one",
        "if first[x] == bit and z == y",
        "if first[x] == bit and x == y",
        "fresh_given_the_past",
    ),
]

REDUCTION = [
    plant("sign of the step", "        x - G / mu,", "        x + G / mu,", "sample"),
    plant(
        "ties go the other way",
        "y < x - level(past) / MU",
        "y <= x - level(past) / MU",
        "encoders_of_gradients",
    ),
    plant(
        "the encoder of samples uses another query, where none may matter",
        "x - g / MU > level(past)",
        "x / 2 - g / MU > level(past)",
        "encoders_of_samples",
    ),
    plant(
        "noise of the gradient for that of the sample",
        "normal(y, z, sigma / mu)",
        "normal(y, z, sigma / mu**2)",
        "law_of_sample",
    ),
    plant("the half is lost", "2 * delta / mu", "delta / mu", "error_from_suboptimality"),
]


@pytest.mark.parametrize(
    ("name", "plants"),
    [
        ("van_trees", VAN_TREES),
        ("prior_information", PRIOR_INFORMATION),
        ("fisher_message", FISHER_MESSAGE),
        ("transcript_chain_rule", TRANSCRIPT_CHAIN_RULE),
        ("reduction", REDUCTION),
    ],
    ids=["van_trees", "prior_information", "fisher_message", "transcript_chain_rule", "reduction"],
)
def test_each_mistake_is_found(tmp_path: Path, name: str, plants: list[Plant]) -> None:
    expected = frozenset().union(*(one.steps for one in plants))
    assert objections(tmp_path, name, plants) == expected


@pytest.mark.parametrize("shift", ["+", "-"])
def test_prior_information_off_by_a_millionth(tmp_path: Path, shift: str) -> None:
    """J of cos^2 raised or lowered by 1e-6 of itself, in the integral and against the code."""
    right = "        pi**2 / L**2,\n"
    wrong = f"        (1 {shift} Rational(1, 10**6)) * pi**2 / L**2,\n"
    steps = "cos2_information", "code_cube", "code_quadrature"
    found = objections(tmp_path, "prior_information", [plant("J of cos^2", right, wrong, *steps)])
    assert found == set(steps)


def test_two_coins_beyond_the_bound(tmp_path: Path) -> None:
    """d^3 for d^2 is false for coins, and the step says where."""
    beyond = plant("d^3", "return 4 / (first + second)", "return 8 / (first + second)", "two_coins")
    assert objections(tmp_path, "van_trees", [beyond]) == {"two_coins"}
