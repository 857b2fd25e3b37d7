"""Bits and growth of the schemes behind the upper bounds."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infobound.bounds.gradient_compression import p_above_2 as above_2
from infobound.bounds.gradient_compression import p_below_2 as below_2
from infobound.bounds.gradient_compression.composite import (
    composite_split,
    printed_composite_bits,
    ratq_bits,
)
from infobound.numerics.arguments import ArgumentError
from infobound.numerics.enumerative import delannoy

LAWS = settings(deadline=None, derandomize=True, max_examples=40)


@LAWS
@given(st.integers(1, 60), st.integers(1, 60))
def test_codewords_are_bounded_by_the_generating_function(d, k):
    exact = math.log2(delannoy(d, k))
    assert exact <= above_2.log_codewords(d, k) * (1 + 1e-12)
    assert above_2.log_codewords(d, k) <= exact + 2 * math.log2(d + k + 1) + 1


def test_bits_beyond_the_exact_count():
    """At min(d, k) = 2049 codewords are bounded, by less than 8 bits too many."""
    found, exact = above_2.simq_plus_bits(2049, 2049), (delannoy(2049, 2049) - 1).bit_length()
    assert 0 <= found - exact < 8


@LAWS
@given(st.integers(1, 40), st.integers(1, 200))
def test_most_draws(d, bits):
    k = above_2.most_draws(d, bits)
    assert k == 0 or above_2.simq_plus_bits(d, k) <= bits
    assert k == 2**60 or above_2.simq_plus_bits(d, k + 1) > bits


@LAWS
@given(st.integers(1, 5000), st.integers(0, 20_000))
def test_most_sent(d, bits):
    sent = above_2.most_sent(d, bits)
    assert sent == 0 or above_2.sampled_ratq(d, sent).bits <= bits
    full = 1 << (d - 1).bit_length()
    assert sent == full or above_2.sampled_ratq_bits(d, sent + 1) > bits


@LAWS
@given(st.integers(1, 2000), st.floats(2, 40), st.floats(1.05, 8))
def test_growth_is_kept_with_the_fewest_draws(d, p, growth):
    for scheme in above_2.schemes_of_growth(d, p, growth):
        assert scheme.growth <= growth * (1 + 1e-9)
    k = above_2.fewest_systematic_draws(d, p, growth)
    if k > 1:
        assert above_2.simq_plus(d, p, k - 1, "systematic").growth > growth * (1 - 1e-9)


def test_ratq_keeps_its_rate():
    """d = 1024: 4 bits per coordinate, E|Q|^2 <= 1.221 B^2; a tenth of them, ten times that."""
    whole = above_2.sampled_ratq(1024, 1024)
    assert whole.bits == 4096
    assert whole.growth**2 == pytest.approx(1 + (6.56829 + 2 * math.log(2)) / 36, abs=1e-6)
    part = above_2.sampled_ratq(1024, 102)
    assert part.bits == 102 * 3 + 51 * 2
    assert part.growth**2 == pytest.approx(whole.growth**2 * 1024 / 102, rel=2e-4)


def test_signs_of_all_coordinates():
    scheme = above_2.sampled_signs(9, 9)
    assert (scheme.bits, scheme.growth) == (9, 3.0)


@pytest.mark.parametrize(("q", "width"), [(2, 7), (2.5, 6), (3, 5), (4, 5), (8, 3)], ids=str)
def test_uniform_at_1024(q, width):
    """ceil(2 sqrt2 d^(1/q)) + 1 levels, alpha_0 <= (1 + 1/sqrt2) B."""
    levels = below_2.uniform_levels(1024, 1 / q)
    assert levels == math.ceil(2 * math.sqrt(2) * 1024 ** (1 / q)) + 1
    scheme = below_2.uniform(1024, 1 / q, levels=levels, block=1024)
    assert scheme.bits == 1024 * width
    assert 1.6 < scheme.growth <= 1 + math.sqrt(0.5)


def test_uniform_at_infinity():
    """2 levels and growth 1 at q = inf; the 4 levels of the same formula would take 2 bits."""
    scheme = below_2.uniform(1024, 0.0, levels=below_2.uniform_levels(1024, 0.0), block=1024)
    assert (scheme.bits, scheme.growth) == (1024, 1.0)
    assert (math.ceil(2 * math.sqrt(2)) + 1 - 1).bit_length() == 2


def test_blocks_wait():
    scheme = below_2.uniform(100, 0.0, levels=2, block=30)
    assert (scheme.bits, scheme.rounds) == (30, 4)
    assert scheme.slowdown(3) == math.inf
    assert scheme.slowdown(403) == pytest.approx(0.1)


@pytest.mark.parametrize("q", [2.01, 2.5, 3, 4, 8, math.inf])
def test_printed_composite_is_six_bits(q):
    assert printed_composite_bits(1024, 1 / q) == 6 * 1024 + 2


@pytest.mark.parametrize(("q", "uniform"), [(2.5, 10), (4, 7)])
def test_composite_wins_only_at_huge_dimension(q, uniform):
    d = 2**20
    levels = below_2.uniform_levels(d, 1 / q)
    assert (levels - 1).bit_length() == uniform
    assert composite_split(d, 1 / q).bits < 6 * d < printed_composite_bits(d, 1 / q) < uniform * d


def test_padding_may_cost_more_than_printed():
    """d = 387, q = 2.01: 129 large coordinates become 256, 248 bits above the printed total."""
    split = composite_split(387, 1 / 2.01)
    assert (split.capacity, split.padded) == (129, 256)
    assert split.bits - printed_composite_bits(387, 1 / 2.01) == 248


def test_ratq_bits_in_groups():
    assert ratq_bits(padded=1024, sent=1024, level_bits=3) == 4096
    assert ratq_bits(padded=1024, sent=3, level_bits=3) == 2 * 2 + 9
    assert ratq_bits(padded=2, sent=2, level_bits=4) == 8


@pytest.mark.parametrize(("d", "inverse_q"), [(3, 0.25), (16, 0.5), (16, -0.1), (16, math.nan)])
def test_composite_refuses(d, inverse_q):
    with pytest.raises(ArgumentError):
        composite_split(d, inverse_q)
