"""Lower bounds from the two hard families: constants, limits, and exact Bayes errors above them."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infobound.bounds.gradient_compression.hard import (
    best_share,
    bit_error,
    kappa,
    largest_product,
    product_family,
    sparse_family,
)
from infobound.numerics.arguments import ArgumentError


def entropy(v):
    return -v * math.log2(v) - (1 - v) * math.log2(1 - v)


def test_constants():
    assert kappa() == pytest.approx(0.10867513, abs=5e-9)
    assert best_share() == pytest.approx(0.19910534, abs=5e-9)
    assert math.sqrt(2) * kappa() == pytest.approx(0.15369, abs=5e-6)


def test_kappa_is_the_largest():
    """On a grid of 1e-3 nothing exceeds it, and the grid comes within 1e-6 of it."""
    values = [math.sqrt(u) * bit_error(u) for u in np.linspace(0, 1, 1001)]
    assert kappa() - 1e-6 < max(values) <= kappa()


@settings(deadline=None, derandomize=True)
@given(st.floats(1e-9, 0.4999))
def test_bit_error_inverts_the_entropy(v):
    """Near 1/2 the entropy in floats is good to 1e-16, hence v to 1e-8 of that distance."""
    assert bit_error(1 - entropy(v)) == pytest.approx(v, rel=1e-6, abs=1e-8)


def test_bit_error_keeps_digits_where_little_is_known():
    """1 - h(1/2 - e) = 2 e^2/ln 2 + O(e^4)."""
    e = 1e-7
    assert 0.5 - bit_error(2 * e**2 / math.log(2)) == pytest.approx(e, rel=1e-8)


@pytest.mark.parametrize(("information", "error"), [(0, 0.5), (1, 0.0), (3.7, 0.0)])
def test_bit_error_at_the_ends(information, error):
    assert bit_error(information) == error


@pytest.mark.parametrize("bad", [-1e-9, math.nan, math.inf])
def test_bit_error_refuses(bad):
    with pytest.raises(ArgumentError, match="information"):
        bit_error(bad)


@pytest.mark.parametrize("a", [0.0, 1e-6, 0.3, 0.79, 0.8, 2.0, 50.0])
def test_largest_product_is_a_supremum(a):
    """Against a grid of delta; a bound that forgets delta <= 1/2 is too large at a = 0.3."""
    grid = np.linspace(0.001, 0.5, 500)
    values = [delta * bit_error(a * delta**2) for delta in grid]
    assert max(values) <= largest_product(a) * (1 + 1e-12)
    assert max(values) == pytest.approx(largest_product(a), rel=1e-5)
    if a == 0.3:
        assert kappa() / math.sqrt(a) > 1.05 * max(values)


@pytest.mark.parametrize(
    ("family", "delta", "rounds", "d", "bound", "exact"),
    [
        (product_family(2, 1), 0.25, 4, 2, 0.22006, 0.40625),
        (sparse_family(3, 0.0, 1), 0.1, 3, 3, 1.29638, 1.34978),
    ],
)
def test_exact_bayes_errors_are_above(family, delta, rounds, d, bound, exact):
    """Sums over the bits of the least error of all sequences of one-bit quantizers, enumerated."""
    found = family.error_at(delta, rounds) / (family.gain * delta) * d
    assert found == pytest.approx(bound, abs=5e-6)
    assert found < exact


@pytest.mark.parametrize("d", [1, 3, 64])
def test_information_saturates(d):
    """All bits beyond d (product) or log2(2d) (sparse) are worth nothing."""
    assert product_family(d, d).information == product_family(d, math.inf).information == 4
    whole = (2 * d - 1).bit_length()
    assert sparse_family(d, 0.5, whole).information == sparse_family(d, 0.5, math.inf).information
    assert sparse_family(d, 0.5, math.inf).information == pytest.approx(4 / d)
    if d > 1:
        assert product_family(d, d - 1).information < 4
        assert sparse_family(d, 0.5, whole - 1).information < 4 / d


@pytest.mark.parametrize("delta", [0.0, 0.6, math.nan])
def test_gap_refused(delta):
    with pytest.raises(ArgumentError, match="delta"):
        product_family(2, 1).error_at(delta, 1)
