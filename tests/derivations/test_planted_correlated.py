"""Mistakes one could make about correlated noise, planted in copies of the derivations.

Some are false, some true and weaker than what is claimed; each must be objected to by the very steps
that are named.
"""

import pytest

from tests.derivations.test_planted_e import objections, plant

PLANTS = {
    "ar1_fisher": [
        plant("the edge forgotten in the information", "(T * (1 - rho) + 2 * rho) / ((1 + rho) * s**2)",
              "T * (1 - rho) / ((1 + rho) * s**2)", "information", "by_innovations",
              "by_innovations_for_every_T", "sufficient_mean", "solve", "finite_inflation",
              "information_code"),
        plant("corners weighed like the rest, in exact rationals", "(size * (1 - r) + 2 * r) / (1 + r)",
              "size * (1 - r) / (1 + r)", "small_cases"),
        plant("kappa n_0 without the edge against the code",
              "kappa * s**2 * (d / error - 1 / tau**2) - (kappa - 1),",
              "kappa * s**2 * (d / error - 1 / tau**2),", "gaussian_code"),
        plant("rounds counted from 0", "T * (1 + rho) / (T - (T - 2) * rho),\n        lambda",
              "T * (1 + rho) / (T - (T - 1) * rho),\n        lambda", "inflation_code"),
    ],
    "correlated_product_form": [
        plant("arcsine law without its 2/pi, which is false", "sin(pi * u / 2) - u,", "sin(u) - u,", "arcsine"),
        plant("one-sided sum of correlations", "size * (1 + share) / (1 - share)", "size / (1 - share)",
              "long_run"),
        plant("the printed form asked of 3 million rounds, which it allows", "m: 4096, L", "m: 49152, L",
              "multiplied", "multiplied_by_g"),
        plant("kappa on the wrong side for rho < 0", "* (1 + rho) / (1 - rho) / (1 - 4 ** (-B / d))",
              "* (1 - rho) / (1 + rho) / (1 - 4 ** (-B / d))", "remainder_code_negative"),
        plant("the channel multiplied by kappa", "kappa + 1 / (4**R - 1),\n        lambda",
              "kappa * (1 + 1 / (4**R - 1)),\n        lambda", "channel_code"),
        plant("noise predicted with the variance of the innovation alone",
              "kappa + (1 - rho**2) / ((1 - rho**2 * 4**-R) * (4**R - 1))",
              "kappa + (1 - rho**2) / (4**R - 1)", "predictive_code"),
        plant("sum form one short", "(n + kappa - 1) - n *", "(n + kappa - 2) - n *", "sum_form"),
    ],
    "correlated_convex_cells": [
        plant("every round weighed like one between", "[inner + rho * corner, corner + rho * corner]",
              "[inner + rho * inner, inner + rho * corner]", "recursion"),
        plant("kappa in the slope", "[corner, 1 / s**2],", "[corner, (1 - rho) / ((1 + rho) * s**2)],",
              "recursion"),
        plant("one bit for two in the exponent", "a**2 * s**2 / 2 - (lam", "a**2 * s**2 - (lam", "best_lambda"),
        plant("multiplied by kappa = 3 against the code", "* (d / (PER_BIT * B)),\n        least",
              "* (3 * d / (PER_BIT * B)),\n        least", "code"),
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", list(PLANTS))
def test_exactly_the_planted_steps_fail(name, tmp_path):
    expected = {step for one in PLANTS[name] for step in one.steps}
    assert objections(tmp_path, name, PLANTS[name]) == expected
