"""False constants, planted in copies of the derivations of the baselines: the ledger objects."""

import pytest

from tests.derivations.test_planted_e import objections, plant

PLANTS = {
    "baseline_variances_levels": [
        plant("d/(8 s^2) in QSGD", "Min(d / (4 * s**2)", "Min(d / (8 * s**2)", "theorem"),
        plant("f (1 - f) <= 1/5", "Rational(1, 4) - f", "Rational(1, 5) - f", "quarter"),
        plant("sqrt d - 1 for TernGrad", "(sqrt(d) - 1) / 2,", "(sqrt(d) - 1),", "ternary_factor_code"),
        plant("error without the scale", "return listed, (norm / levels)", "return listed, norm", "error"),
    ],
    "baseline_variances_k_levels": [
        plant("d/(4 (k-1)^2)", "Rational(1, 4) * 2 * d", "Rational(1, 4) * d", "plain_theorem"),
        plant("ln d for 2 ln d", "(2 * log(d) + 2) / (k - 1) ** 2,\n        lambda",
              "(log(d) + 2) / (k - 1) ** 2,\n        lambda", "rotated_code"),
        plant("another tail", "2 * d * v * exp(-c / (2 * v)),\n        antid",
              "d * v * exp(-c / (2 * v)),\n        antid", "tail"),
    ],
    "baseline_variances_powers": [
        plant("1/9 for 1/8", "x**2 / 8 -", "x**2 / 9 -", "natural_eighth"),
        plant("no mean in the sign error", "total**2 / 3) +", "total**2 / 2) +", "sign_error"),
    ],
    "baseline_variances_subsets": [
        plant("d for d - 1", "        (d - 1) / R,", "        d / R,", "polytope_factor_code"),
        plant("n for n - 1", "(size - 1) * owners)", "size * owners)", "owners_listed"),
        plant("K/d for 1 - K/d", "(1 - K / d) * (A", "(K / d) * (A", "largest_subset"),
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", list(PLANTS))
def test_exactly_the_planted_steps_fail(name, tmp_path):
    expected = {step for one in PLANTS[name] for step in one.steps}
    assert objections(tmp_path, name, PLANTS[name]) == expected
