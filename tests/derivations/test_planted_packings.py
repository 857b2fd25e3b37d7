"""Mistakes planted in the counterexamples of gradient compression: exactly those steps object.

And the closed forms of the counterexamples against the package, which derivations may not import.
"""

import runpy
from fractions import Fraction

import pytest
import sympy

from infobound.information.partitions import hamming_cosets, raw_signs
from infobound.information.sign_information import (
    exact_message_information,
    message_information,
)
from infobound.models.packings import antipodal_clusters_16, weight_classes
from infobound.models.sign_families import BernoulliProduct, SparseSign
from tests.derivations.test_planted_e import DERIVATIONS, objections, plant

PLANTS = {
    "printed_sparse_bound": [
        plant("the corrected bound is refuted too",
              "right=PRINTED,\n        relation=\"<=\",\n        because=\"d = 4",
              "right=2 * PRINTED,\n        relation=\"<=\",\n        because=\"d = 4", "printed_in_bits"),
        plant("nats for bits", "curve(n) / log(2) - 2", "curve(n) - 2",
              *(f"more_than_printed_in_bits_{n}" for n in (4, 8, 16))),
        plant("2 delta^2 for 4 delta^2", "4 * min(2 ** case[1], case[0])",
              "2 * min(2 ** case[1], case[0])", "printed_shape"),
        plant("3 would do", "4 * PRINTED.subs", "3 * PRINTED.subs", "four_is_least"),
    ],
    "packing_prior_44": [
        plant("distance 3", "Fraction(D, 4), sum(", "Fraction(3), sum(", "packing"),
        plant("E V_i V_j = 0 as on the cube", "len(WORDS)), Fraction(1, 11)",
              "len(WORDS)), Fraction(0)", "correlations"),
        plant("E S^2 = d", "Rational(17, 11)", "1", "chi_square"),
    ],
    "packing_prior_280": [
        plant("distance 5", "D // 4, len(", "5, len(", "packing"),
        plant("three times the bound", "- delta**2 / (2 * log(2)),", "- 3 * delta**2 / 4,",
              "at_every_delta"),
    ],
    "printed_for_all_rounds": [
        plant("T large enough after all", "witness={**ONE_ROUND, s: 0, c_0: Rational(1, 100), d: 200}",
              "witness={**ONE_ROUND, s: 0, c_0: Rational(1, 100), d: 200, T: 4}", "first_bound"),
        plant("u* d^2/K rounds for 2 u* d^2/K", "2 * u * d**2 / cells, u * d", "u * d**2 / cells, u * d",
              "gap_at_the_first_round", "no_contradiction"),
    ],
    "hamming_beats_raw_signs": [
        plant("the small code wins", "left=code_bits(7, 4, Rational(2, 5)),\n        right=raw_bits(4",
              "left=code_bits(7, 4, Rational(2, 5)),\n        right=raw_bits(3",
              "smaller_code_is_better"),
        plant("one column twice", "found ^= (i + 1) *", "found ^= max(i, 1) *",
              "cells"),
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", list(PLANTS))
def test_exactly_the_planted_steps_fail(name, tmp_path):
    expected = {step for one in PLANTS[name] for step in one.steps}
    assert objections(tmp_path, name, PLANTS[name]) == expected


def formulas(name):
    return runpy.run_path(str(DERIVATIONS / f"{name}.py"))


def within(expression, interval):
    """Whether an exact number lies in a certified interval."""
    low, high = (sympy.Rational(end) for end in interval)
    return low <= sympy.N(expression, 60) <= high


SIGN = [0, 1] * 7, [0, 1] * 16  # of the entry that is not 0, d = 7 and d = 16


@pytest.mark.parametrize(
    ("name", "family", "messages", "prior"),
    [
        ("packing_prior_44", SparseSign(7, Fraction(1, 4)), SIGN[0], weight_classes(7, (0, 2, 5, 7))),
        ("packing_prior_280", SparseSign(16, Fraction(1, 4)), SIGN[1], antipodal_clusters_16()),
    ],
)  # fmt: skip
def test_packings_by_the_package(name, family, messages, prior):
    curve = formulas(name)["CURVE"]
    (delta,) = curve.free_symbols
    interval = exact_message_information(family, messages, prior, precision=128)
    assert within(curve.subs(delta, sympy.Rational(1, 4)), interval)
    assert not within(curve.subs(delta, sympy.Rational(1001, 4000)), interval)


def test_hamming_7_by_the_package():
    """The code's cells over all 2^7 points, and the raw signs."""
    known, flip = formulas("hamming_beats_raw_signs"), sympy.Rational(2, 5)
    family = BernoulliProduct(7, Fraction(1, 10))
    cosets = exact_message_information(family, hamming_cosets(3), precision=128)
    signs = exact_message_information(family, raw_signs(7, 4), precision=128)
    assert within(known["code_bits"](7, 4, flip), cosets)
    assert within(known["raw_bits"](4, flip), signs)
    assert cosets[1] < signs[0]


@pytest.mark.parametrize(
    ("delta", "cosets", "signs"),
    [("1/100", 0.00331386, 0.00317414), ("1/10", 0.333113, 0.319543), ("2/5", 5.90066, 5.84105)],
)
def test_numbers_in_words(delta, cosets, signs):
    """Hamming (15, 11) and eleven raw signs, to the six digits that the steps print."""
    known, flip = formulas("hamming_beats_raw_signs"), sympy.Rational(1, 2) - sympy.Rational(delta)
    assert float(known["code_bits"](15, 11, flip)) == pytest.approx(cosets, rel=2e-6)
    assert float(known["raw_bits"](11, flip)) == pytest.approx(signs, rel=2e-6)


def test_hamming_15_by_the_package():
    family = BernoulliProduct(15, 0.1)
    assert message_information(family, hamming_cosets(4)).value == pytest.approx(0.333113, rel=2e-6)
