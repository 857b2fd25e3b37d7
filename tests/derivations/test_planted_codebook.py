"""False formulas, planted in copies of two derivations: exactly the planted steps object."""

import pytest

from tests.derivations.test_planted_e import objections, plant

PLANTS = {
    "scale_mixture": [
        plant("2^-b for 4^-b in the error", "c1 * e1 * left(b1) + c2", "c1 * e1 * left(b1 / 2) + c2", "theorem"),
        plant("w for e where nothing is sent", "first = c1 * level_of([(e1, c1)], (c1 + c2) * R) + c2 * e2",
              "first = (c1 + c2) * level_of([(e1, c1)], (c1 + c2) * R)", "one_coded_code"),
        plant("a finer split that is above", "+ LN4 * (w - energy) * b", "+ LN4 * (energy - w) * b", "not_coded"),
        plant("counts left out of the mean", "b) + c2 * e2 * left(b),\n", "b) + e2 * left(b),\n", "one_for_all"),
    ],
    "random_codebook": [
        plant("no square in the norm", "8 / pi * ((2**B", "sqrt(8 / pi) * ((2**B", "implementation"),
        plant("d for d - 1 at the end", "- d * (d - 1) * inside", "- d * d * inside", "by_parts_again"),
        plant("sqrt(E|Z|^2) for E|Z|", "\"norm_code\", norm,", "\"norm_code\", sqrt(d),", "norm_code"),
        plant("2^-R for 4^-R", "(exp(-2 * R * log(2)) * exp(v))", "(exp(-R * log(2)) * exp(v))", "enough_directions"),
        plant("the smallest coordinate", "== max(sizes) and", "== min(sizes) and", "signed_axes"),
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", list(PLANTS))
def test_exactly_the_planted_steps_fail(name, tmp_path):
    expected = {step for one in PLANTS[name] for step in one.steps}
    assert objections(tmp_path, name, PLANTS[name]) == expected
