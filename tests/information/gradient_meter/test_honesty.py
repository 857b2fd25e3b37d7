"""Whose bits are not those it promises is refused; what too few rows or no fit allow is not said."""

import re

import numpy as np
import pytest

from infobound.datasets import Gradients
from infobound.information.gradient_meter import meter
from infobound.numerics.arguments import ArgumentError
from infobound.quantizers import MX, EntropyCodedDither, LloydMax, Sign
from tests.information.gradient_meter.known import Affine

X = np.random.default_rng(5).standard_normal((40, 32))


class Short(Sign):
    """Promises one bit less than it sends."""

    def bits(self, d):
        return super().bits(d) - 1


class Finer(Sign):
    """Its roundtrip is better than what it sends."""

    def roundtrip(self, y, *, rng=None):
        return np.asarray(y) * 0.99


class Broken(Sign):
    def roundtrip(self, y, *, rng=None):
        raise TypeError("no such thing")


@pytest.mark.parametrize(
    ("quantizer", "words"),
    [
        (Short(), r"32 bits; bits\(d\) promises 31"),
        (Finer(), r"decode\(encode\(row\)\) is not roundtrip"),
        (Broken(), "TypeError: no such thing"),
    ],
)
def test_a_quantizer_that_does_not_do_what_it_says_is_refused(quantizer, words):
    (why,) = meter(X, {"mine": quantizer})["mine"].refused.values()
    assert re.search(words, why)
    assert not meter(X, {"mine": Sign()})["mine"].refused


def test_few_rows_raise_no_alarm():
    """Two honest rows of four numbers: some figure is past its limit in 4 of 10 runs."""
    below = 0
    for seed in range(30):
        rows = np.random.default_rng(seed).standard_normal((2, 4))
        found = meter(rows, {"two": LloydMax(2)})
        two = found["two"].total
        below += two.nmse.value < 2.0**-4 or two.inflation.value < two.least_inflation
        assert found.errors == []
    assert below > 3


def test_more_information_than_bits_is_an_error():
    found = meter(X[:1], {"liar": Affine(slope=2.0, rate=1)})
    assert "fisher" in found["liar"].total.beats_limit
    assert any("above 1 - 2^(-2R) = 0.75" in said for said in found.errors)


def test_no_information_is_claimed_where_the_mean_is_all_there_is():
    found = meter(4.7 + 0.01 * X, ["mxfp4"])["mxfp4"].total
    assert found.fisher.value is None
    assert "not small beside the noise" in found.fisher.reason
    assert meter(X, ["mxfp4"])["mxfp4"].total.fisher.relation == "="


def test_constant_outputs_need_no_number_of_rows():
    found = meter(4.7 + 0.01 * X, {"mx": MX()})["mx"].total
    assert found.inflation.value is None
    assert "does not vary" in found.inflation.reason


def test_rows_in_order_do_not_bias_variable_lengths():
    """Small rows first: the mean length is that of all, not of the first ones."""
    rows = np.concatenate([0.01 * np.ones((200, 8)), 100 * np.ones((200, 8))])
    found = meter(rows, {"dither": EntropyCodedDither(step=0.5)})["dither"].total
    ends = [meter(part, {"q": EntropyCodedDither(step=0.5)})["q"].total.bits.value
            for part in (rows[:200], rows[200:])]  # fmt: skip
    assert found.bits.value == pytest.approx(np.mean(ends), rel=0.05)
    assert ends[1] > ends[0] + 2


def test_forms_of_gradients_and_formats():
    held = Gradients({"one": X.astype(np.float32)}, "test", "here", 0.0)
    plain = meter(X.astype(np.float32), [Sign()])[repr(Sign())].total.nmse.value
    for given in (held, lambda: held, lambda: X.astype(np.float32)):
        found = meter(given, Sign())
        assert found[repr(Sign())].total.nmse.value == pytest.approx(plain, rel=1e-12)
    with pytest.raises(ArgumentError, match="lambda: batches"):
        meter(iter([X]), Sign())
    with pytest.raises(ArgumentError, match="name = 'other'"):
        meter(X, Sign())["other"]
