"""Bounds on the information of one message: values, order, equality cases, refusals."""

import math
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infobound.bounds.message_information import (
    bernoulli_product_information,
    contraction_information,
    mrs_gerber_information,
    sign_information,
    sparse_sign_information,
)
from infobound.numerics.arguments import ArgumentError

LAW = settings(deadline=None, derandomize=True, max_examples=80)
BOUNDS = (
    sparse_sign_information,
    bernoulli_product_information,
    contraction_information,
    mrs_gerber_information,
)
problems = {
    "d": st.integers(1, 10**6),
    "r": st.integers(0, 10**6) | st.floats(0, 40),
    "delta": st.floats(0, 0.5),
}


def binary_entropy(v):
    return -v * math.log2(v) - (1 - v) * math.log2(1 - v)


@pytest.mark.parametrize(
    ("d", "r", "delta", "corrected", "printed"),
    [
        (1, 1, 0.5, 1, 0.25),
        (2, 2, 0.01, 4e-4, 1e-4),
        (3, 2, 0.25, 1 / 6, 0.0625),
        (4, 3, Fraction(1, 4), 0.25, 0.0625),
        (6, 2, 0.25, 1 / 12, 1 / 24),
        (5, 9**9, 0.5, 1, 0.25),
    ],
)
def test_sparse(d, r, delta, corrected, printed):
    assert sparse_sign_information(d, r, delta).value == pytest.approx(corrected, rel=1e-14)
    found = sparse_sign_information(d, r, delta, form="printed")
    assert found.value == pytest.approx(printed, rel=1e-14)
    assert "as printed" in found.source
    assert found.direction == "upper"
    assert found.unit == "bits"
    assert "hypercube" in found.hypotheses[0]


def test_sparse_at_the_printed_witness():
    """d = 4, r = 1, delta = 1/4: the best bit carries what lies between the two forms."""
    carried = 0.0463732
    assert sparse_sign_information(4, 1, 0.25, form="printed").value < carried
    assert sparse_sign_information(4, 1, 0.25).value > carried


def test_product():
    assert bernoulli_product_information(8, 2, 0.25, form="printed").value == 45
    assert contraction_information(8, 2, 0.25).value == 0.5
    # (1/2 - delta) * h^{-1}(1/2) with h^{-1}(1/2) = 0.1100278644384
    away = 0.25 * (1 - 0.1100278644384) + 0.75 * 0.1100278644384
    assert mrs_gerber_information(4, 2, 0.25).value == pytest.approx(
        4 * (1 - binary_entropy(away)), rel=1e-11
    )
    for r in (0, 1e-300, 1e-9, 0.1, 1.9999, 2.0001, 3, 4):  # at delta = 1/2 nothing is lost
        assert mrs_gerber_information(4, r, 0.5).value == pytest.approx(r, rel=1e-14)


@given(**problems)
@LAW
def test_mrs_gerber_is_never_larger(d, r, delta):
    sharp, simple = mrs_gerber_information(d, r, delta), contraction_information(d, r, delta)
    assert sharp.value <= simple.value * (1 + 1e-14)
    assert bernoulli_product_information(d, r, delta).value == min(sharp.value, simple.value)


@given(**problems)
@LAW
def test_raw_signs_respect_the_bounds(d, r, delta):
    """r raw signs carry r (1 - h(1/2 + delta)); equality at r = d, and one sign of the sparse."""
    k = min(int(r), d)
    carried = k * sign_information(2 * delta)
    assert carried <= bernoulli_product_information(d, r, delta).value * (1 + 1e-13)
    everything = mrs_gerber_information(d, d, delta).value
    assert everything == pytest.approx(d * sign_information(2 * delta), rel=1e-15)
    assert sign_information(2 * delta) <= sparse_sign_information(d, 2 * d, delta).value


@pytest.mark.parametrize("factor", [1 / math.log(2) / 2 * 0.99, 0.5], ids=["1 % low", "half"])
def test_a_smaller_constant_is_rejected(factor):
    """Messages (i, sign) carry at small delta 1/(2 ln 2) of the bound: less than that is false."""
    carried = sign_information(2e-3)
    assert carried > factor * sparse_sign_information(64, 7, 1e-3).value
    assert 2 * factor < 1 / math.log(2)
    assert carried <= sparse_sign_information(64, 7, 1e-3).value


def test_limit_of_few_bits():
    """4 delta^2 r as r/d -> 0: no smaller constant than 4 will do."""
    ratios = [mrs_gerber_information(d, 1, 0.3).value / 0.36 for d in (10, 10**4, 10**9)]
    assert ratios[0] < ratios[1] < ratios[2] < 1
    assert ratios[2] == pytest.approx(1, abs=1e-8)
    few = mrs_gerber_information(3, 1e-12, 0.5).value  # r bits of information, at delta = 1/2
    assert few == pytest.approx(1e-12, rel=1e-15)


def test_vacuous():
    said = sparse_sign_information(1, 1, 0.5).vacuous
    assert said == "no message of 1 bits tells more than 1 bits of 1 signs"
    assert sparse_sign_information(2, 1, 0.5).vacuous == ""
    assert bernoulli_product_information(4, 2, 0.25, form="printed").vacuous


@pytest.mark.parametrize("x", [1e-9, 0.3, -0.3, 0.999])
def test_sign_information(x):
    series = sum(x ** (2 * k) / (2 * k * (2 * k - 1)) for k in range(1, 20_000)) / math.log(2)
    assert sign_information(x) == pytest.approx(series, rel=1e-13)
    assert sign_information(0) == 0


@pytest.mark.parametrize("bound", BOUNDS)
@pytest.mark.parametrize(
    ("d", "r", "delta", "said"),
    [
        (0, 1, 0.1, "dimension = 0"),
        (2.5, 1, 0.1, "dimension = 2.5"),
        (2, -1, 0.1, "bits = -1"),
        (2, math.nan, 0.1, "bits = nan"),
        (2, 1, 0.51, r"delta = 0.51, but it must be in \[0, 1/2\]"),
        (2, 1, -0.1, "delta = -0.1"),
        (2, 1, math.nan, "delta = nan"),
    ],
)
def test_refusals(bound, d, r, delta, said):
    with pytest.raises(ArgumentError, match=said):
        bound(d, r, delta)


def test_refused_forms():
    for bound in BOUNDS[:2]:
        with pytest.raises(ArgumentError, match="form = 'best'"):
            bound(2, 1, 0.1, form="best")
    with pytest.raises(ArgumentError, match=r"correlation = 1\.5"):
        sign_information(1.5)
