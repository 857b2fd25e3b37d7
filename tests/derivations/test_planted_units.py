"""Nats read as bits, planted in copies of the derivations: the ledger objects, also to true ones.

A bound in bits that is stated in nats is false, or true and loose by log2 e = 1.44. Both are
mistakes; the second is caught by what is declared about the point where the bound is tight.
"""

import math

import pytest

from infobound.checking import verify
from tests.derivations.test_planted_e import DERIVATIONS, objections, plant

PLANTS = {
    "chi_square_divergence": [
        plant("I in nats", "* bits(log(w / (p / 2)))", "* log(w / (p / 2))", "information"),
        plant("D in nats on one side", "bits(log(1 / a))],", "log(1 / a)],", "attained_by_an_event"),
        plant("chi2 for chi2 log2 e, which is false", "y / log(2) - log(1 + y) / log(2)",
              "y - log(1 + y) / log(2)", "conversion"),
        plant("I <= chi2 in nats for ln 2 chi2", "z**2 * log(2) - gap(z)", "z**2 - gap(z)", "upper"),
        plant("chi2/2 for chi2/(2 ln 2), true and loose", "- z**2 / (2 * log(2)),\n        over",
              "- z**2 / 2,\n        over", "lower_tight"),
        plant("1.44 chi2 for chi2, true and loose", "z**2 - (1 - entropy((1 + z) / 2)),\n        over",
              "z**2 / log(2) - (1 - entropy((1 + z) / 2)),\n        over", "upper_tight"),
        plant("nats against the code", "bits(a * log(a / b) + (1 - a) * log((1 - a) / (1 - b))),",
              "a * log(a / b) + (1 - a) * log((1 - a) / (1 - b)),", "kl_code"),
    ],
    "chi_square_contraction": [
        plant("bound in nats, true and loose", "        4 * delta**2\n        - (",
              "        4 * delta**2 / log(2)\n        - (", "whole_sign"),
        plant("bound in nats against the code", "2 * delta**2 * Min(2**r, 2 * d) / d,",
              "2 * delta**2 * log(2) * Min(2**r, 2 * d) / d,", "implementation"),
    ],
    "tensorised_sdpi": [
        plant("2^r messages carry r nats", "one * (1 / (4 * one) - 1)",
              "one * (1 / (4 * log(2) * one) - 1)", "uniform_is_most"),
        plant("I(Y; M) in bits, I(V; M) in nats", "(4 * delta**2 * known - told) / log(2)",
              "4 * delta**2 * known / log(2) - told", "end_to_end"),
        plant("g in nats against the code", "        gap(z) / log(2),\n        lambda",
              "        gap(z),\n        lambda", "one_sign_code"),
    ],
    "mrs_gerber": [
        plant("r in nats in the covering", "(d * (log(2) - h(b)) + 2 * log(d + 1))",
              "(d * (1 - h(b)) + 2 * log(d + 1))", "covering"),
        plant("bound in nats against the code", "d * gap(2 * delta * x) / log(2)",
              "d * gap(2 * delta * x)", "implementation"),
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", list(PLANTS))
def test_exactly_the_planted_steps_fail(name, tmp_path):
    expected = {step for one in PLANTS[name] for step in one.steps}
    assert objections(tmp_path, name, PLANTS[name]) == expected


def test_the_code_may_not_return_nats(tmp_path):
    """The mistake is in the code here, the derivation is right."""
    text = (DERIVATIONS / "chi_square_divergence.py").read_text(encoding="utf-8")
    right = "lambda a, b: kl_divergence([a, 1 - a], [b, 1 - b])"
    assert right in text
    copy = tmp_path / "chi_square_divergence.py"
    copy.write_text(text.replace(right, f"{right} * {math.log(2)!r}"), encoding="utf-8")
    ledger = verify([copy])
    failed = [s.name for s in ledger["chi_square_divergence"].steps if not s.holds]
    assert failed == ["kl_code"]
