"""Parameters and constants of RATQ and AGUQ: the numbers of the papers, and sharper ones."""

import math

import pytest

from infobound.bounds.ratq import (
    adaptive_error_bound,
    default_group,
    delta_1,
    delta_2,
    dynamic_ranges,
    error_constant,
    gain_ranges,
    gain_shape_error_constant,
    gain_variance_bound,
    lemma_error_constant,
    ln_star,
    printed_error_constant,
    rounding_bound,
    rounding_variance,
    sampled_at,
    sampled_error,
    sampled_second_moment,
    tower,
)
from infobound.numerics.arguments import ArgumentError


def test_tower():
    assert [tower(j) for j in range(5)] == pytest.approx(
        [1, math.e, 15.154262241479262, 3814279.1047602193, math.inf]
    )


@pytest.mark.parametrize(
    ("d", "star", "bits", "group"),
    [
        (1, 0, 0, 1),
        (3, 0, 0, 1),
        (4, 1, 1, 1),
        (8, 1, 1, 1),
        (9, 2, 2, 2),
        (45, 2, 2, 2),
        (46, 3, 2, 2),
        (11_442_837, 3, 2, 2),
        (11_442_838, 4, 3, 3),
        (2**24, 4, 3, 3),
    ],
)
def test_iterated_logarithm(d, star, bits, group):
    """Both sides of every jump: ln* is a step function that jumps above 3, 8.15, 45.5, 1.144e7."""
    assert (ln_star(d / 3), delta_2(d), default_group(d)) == (star, bits, group)


def test_iterated_logarithm_by_its_definition():
    for x in (0.1, 1, 1.001, math.e, 2.72, 15.1, 15.2, 3e6, 4e6, 1e300):
        count, left = 0, x
        while left > 1:
            count, left = count + 1, math.log(left)
        assert ln_star(x) == count


def test_three_bits_a_level():
    """Delta_1 = 3 and k = 7 from d = 4 to 2^24: s is 1, 2 or 3; in fact up to s = e^9."""
    assert [delta_1(s) for s in (1, 2, 3, 8103, 8104)] == [3, 3, 3, 3, 4]
    assert 2 ** delta_1(3) - 1 == 7


def test_levels_are_enough():
    """(9 + 3 ln s)/(k - 1)^2 <= target, and half as many symbols would not do."""
    for group, target in ((1, 1.0), (2, 0.01), (3, 1e-6), (2, 20.0)):
        levels = 2 ** delta_1(group, target) - 1
        assert printed_error_constant(group) / (levels - 1) ** 2 <= target
        fewer = (levels + 1) // 2 - 1
        assert fewer < 2 or printed_error_constant(group) / (fewer - 1) ** 2 > target


def test_constants_of_the_lemma():
    roots = (lemma_error_constant(1) / 3 - 1) / 2
    slope = (lemma_error_constant(2) - lemma_error_constant(1)) / math.log(2)
    assert roots == pytest.approx(0.863924, abs=5e-7)
    assert (slope / 2 - 1) / 2 == pytest.approx(0.240081, abs=5e-7)
    assert lemma_error_constant(1) == pytest.approx(8.18354, abs=5e-6)
    assert slope == pytest.approx(2.96033, abs=5e-6)
    assert error_constant(1) == pytest.approx(6.56830, abs=5e-6)


@pytest.mark.parametrize("group", [1, 2, 3, 50])
def test_order_of_the_constants(group):
    assert error_constant(group) < lemma_error_constant(group) < printed_error_constant(group)


@pytest.mark.parametrize("d", [4, 8, 16, 64, 2**10, 2**20, 2**23, 2**24, 2**40])
def test_general_bound_is_within_the_constant(d):
    """For the default ranges; and it comes close where no range is cut at B."""
    group = default_group(d)
    ranges = dynamic_ranges(d, m_0=2 * math.log(group))
    bound = adaptive_error_bound(ranges, d=d, levels=2, group=group)
    assert bound <= error_constant(group) * (1 + 1e-12)
    if d in (2**23, 2**24, 2**40):
        assert bound > 0.99 * error_constant(group)


def test_ranges():
    """M_j^2 = (3 e^{*j} + 2 ln s)/d, nothing above 1, the last at 1; unbiased because of that."""
    found = dynamic_ranges(64, m_0=2 * math.log(2))
    wanted = [(3 * tower(j) + 2 * math.log(2)) / 64 for j in range(3)]
    assert [size**2 for size in found] == pytest.approx([*wanted, 1.0])
    assert dynamic_ranges(2) == (1.0,)
    assert dynamic_ranges(2**24)[4:] == (1.0,) * 4
    assert all(3 * tower(2 ** delta_2(d) - 1) / d >= 1 for d in (1, 3, 4, 9, 46, 2**20, 2**24))


def test_precision():
    """r = d (1 + Delta_1) + Delta_2 pays for ceil(d/s) range indices and d levels."""
    for d in (4, 8, 16, 1000, 2**20, 2**24):
        group = default_group(d)
        sent = -(-d // group) * delta_2(d) + d * delta_1(group)
        assert sent <= d * (1 + delta_1(group)) + delta_2(d)


def test_low_precision():
    assert sampled_at(500, 1024) == 100
    assert sampled_at(10**9, 1024) == 1024
    assert sampled_second_moment(1.0, 0.25) == 8.0  # alpha_0 = B sqrt(2/mu)
    assert sampled_error(0.5, d=8, padded=8, kept=2) == sampled_second_moment(0.5, 0.25) - 1
    assert sampled_error(0.5, d=8, padded=8, kept=8) == 0.5
    assert sampled_error(0.5, d=5, padded=8, kept=8) == pytest.approx(0.5 * 5 / 8)
    assert sampled_error(0.0, d=1, padded=1, kept=1) == 0.0


def test_rounding():
    assert rounding_bound(3.0, 4) == 1.0
    assert rounding_variance(2.25) == 0.1875


def test_gain():
    """h = 1 + ceil(log_a T); B^2/M_{h-1} <= B/sqrt T; 1.75 and 2.51 for a = k = 2 and RATQ."""
    assert [gain_ranges(t, 2.0) for t in (1, 2, 3, 4, 5, 1000, 1024, 1025)] == [
        *(1, 2, 3, 3, 4),
        *(11, 11, 12),
    ]
    assert gain_ranges(1000, 10.0) == 4
    for base in (1.01, 1.7, 3.0, 1e6):
        for horizon in (1, 7, 1000, 10**9):
            count = gain_ranges(horizon, base)
            assert base ** (count - 1) >= horizon
            assert count == 1 or base ** (count - 2) < horizon
    assert 1 + gain_variance_bound(2.0, 2) == 1.75
    shape = printed_error_constant(2) / 36
    assert shape == pytest.approx(0.308, abs=5e-4)
    assert gain_shape_error_constant(1.75, shape) == pytest.approx(2.51, abs=5e-3)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: tower(-1), "j = -1"),
        (lambda: ln_star(math.nan), "x = nan"),
        (lambda: delta_1(0), "group = 0"),
        (lambda: delta_1(1, 0.0), "target = 0.0"),
        (lambda: dynamic_ranges(4, m=0.0), "m = 0.0"),
        (lambda: dynamic_ranges(4, count=0), "count = 0"),
        (lambda: sampled_second_moment(1.0, 0.0), "kept = 0.0"),
        (lambda: sampled_error(1.0, d=9, padded=8, kept=1), "d = 9"),
        (lambda: sampled_error(1.0, d=8, padded=8, kept=9), "kept = 9"),
        (lambda: sampled_at(4, 1024), r"bits = 4, .* at least 5\. One coordinate takes 5 bits"),
        (lambda: gain_ranges(0.5, 2.0), "horizon = 0.5"),
        (lambda: gain_ranges(2, 1.0), "base = 1.0"),
    ],
)
def test_errors(call, words):
    with pytest.raises(ArgumentError, match=words):
        call()
