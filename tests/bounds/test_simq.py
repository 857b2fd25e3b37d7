"""SimQ and SimQ+ in formulas: the tabulated bits, the constants, and where they are reached."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infobound.bounds.simq import (
    fewest_draws,
    mean_squared_error,
    paper_draws,
    precision,
    precision_as_printed,
    precision_per_coordinate,
    rounding_variance,
    second_moment,
    worst_mean_squared_error,
    worst_second_moment,
)
from infobound.numerics.arguments import ArgumentError

EXAMPLES = settings(deadline=None, derandomize=True, max_examples=30)
TABLE = [  # d, p, draws of the paper, bits as printed, type and signs, Delannoy
    (16, 2, 16, 55.08, 46, 38),
    (64, 2, 64, 220.33, 189, 159),
    (256, 2, 256, 881.33, 764, 647),
    (1024, 2, 1024, 3525.32, 3067, 2599),
    (256, 4, 16, 104.48, 101, 100),
    (1024, 4, 32, 239.59, 236, 235),
    (1024, 8, 6, 59.20, 57, 57),
    (1024, math.inf, 1, 12.44, 12, 12),
]


@pytest.mark.parametrize(("d", "p", "draws", "printed", "types", "fewest"), TABLE)
def test_bits(d, p, draws, printed, types, fewest):
    assert paper_draws(dimension=d, p=p) == draws
    assert round(precision_as_printed(dimension=d, draws=draws), 2) == printed
    assert precision(dimension=d, draws=draws, code="type-sign") == types
    assert precision(dimension=d, draws=draws) == fewest


def test_one_draw_is_simq():
    for d in (1, 2, 3, 100, 1024):
        assert precision(dimension=d, draws=1) == math.ceil(math.log2(2 * d + 1))


@pytest.mark.parametrize(
    ("share", "limit"), [(1.0, 2.5431), (0.5, 1.7356), (0.25, 1.1125), (1 / 15, 0.4233)]
)
def test_rate(share, limit):
    """The limit, and that 960 coordinates are close under it."""
    assert round(precision_per_coordinate(share), 4) == limit
    d = 960
    rate = precision(dimension=d, draws=round(share * d)) / d
    assert 0 < precision_per_coordinate(share) - rate < 1e-2


def test_rate_at_extremes():
    """x -> 0: x log2(2e/x); x -> inf: log2(2e x)."""
    small, large = 1e-9, 1e12
    assert precision_per_coordinate(small) == pytest.approx(
        small * math.log2(2 * math.e / small), rel=1e-6
    )
    assert precision_per_coordinate(large) == pytest.approx(math.log2(2 * math.e * large), rel=1e-6)


@pytest.mark.parametrize(
    ("d", "p", "draws", "bits"),
    [(256, 2, 17, 105), (1024, 2, 69, 433), (1024, math.inf, 1, 12), (1, 2, 1, 2)],
)
def test_slack(d, p, draws, bits):
    assert fewest_draws(dimension=d, p=p) == draws
    assert precision(dimension=d, draws=draws) == bits


@EXAMPLES
@given(d=st.integers(1, 10**6), p=st.floats(2, 50), factor=st.floats(1.1, 10))
def test_fewest_draws_is_least(d, p, factor):
    k = fewest_draws(dimension=d, p=p, factor=factor)
    near = 1e-9 * factor**2
    assert worst_second_moment(dimension=d, p=p, draws=k) <= factor**2 + near
    if k > 1:
        assert worst_second_moment(dimension=d, p=p, draws=k - 1) > factor**2 - near


def test_draws_of_whole_powers():
    """243^(2/5) is 9, and 9.000000000000002 in floating point: rounding errors cost no draw."""
    assert 243 ** (2 / 5) > 9
    assert [paper_draws(dimension=d, p=5) for d in (1, 32, 243, 244)] == [1, 4, 9, 10]
    assert [paper_draws(dimension=d, p=3) for d in (8, 27, 28, 1000)] == [4, 9, 10, 100]


def vectors(d, q):
    """Vectors with |y|_q <= 1: of one size on a few coordinates, or any."""
    any_y = st.lists(st.floats(-1, 1), min_size=d, max_size=d).map(np.array)
    levels = st.tuples(st.integers(1, d), st.floats(0, 1), st.floats(0, 1)).map(
        lambda t: np.where(np.arange(d) < t[0], t[1], t[2] * t[1])
    )

    def scaled(y):
        size = np.linalg.norm(y, ord=q)
        return y / size if size > 0 else y

    return st.one_of(any_y, levels).map(scaled)


@pytest.mark.parametrize("p", [1.0, 1.5, 2.0, 4.0, math.inf])
def test_worst_cases_hold(p):
    """Law: no vector of the l_q ball exceeds the second moment, the error of either sampling."""
    d = 6
    q = math.inf if p == 1 else 1.0 if math.isinf(p) else p / (p - 1)
    radius = d ** (1 / p)

    @EXAMPLES
    @given(y=vectors(d, q), k=st.integers(1, 9))
    def law(y, k):
        given = {"norm1": abs(y).sum(), "norm2_squared": (y**2).sum(), "radius": radius, "draws": k}
        assert second_moment(**given) <= worst_second_moment(dimension=d, p=p, draws=k) + 1e-12
        worst = worst_mean_squared_error(dimension=d, radius=radius, draws=k)
        assert mean_squared_error(**given) <= worst + 1e-12
        worst = worst_mean_squared_error(dimension=d, radius=radius, draws=k, sampling="systematic")
        found = (radius / k) ** 2 * rounding_variance(k * abs(y) / radius).sum()
        assert found <= worst + 1e-12

    law()


@pytest.mark.parametrize("p", [1.0, 1.5, 2.0])
def test_second_moment_is_attained(p):
    """At flat y; a constant 1 % lower would be exceeded."""
    d, k = 16, 5
    radius = d ** (1 / p)
    found = second_moment(norm1=radius, norm2_squared=radius**2 / d, radius=radius, draws=k)
    assert found == pytest.approx(worst_second_moment(dimension=d, p=p, draws=k), rel=1e-14)
    assert found > 0.99 * worst_second_moment(dimension=d, p=p, draws=k)


def test_second_moment_between():
    """p = 4, d = 16, k = 4: the largest over two-level vectors is 1.284, the bound 1.75."""
    d, k, q, radius = 16, 4, 4 / 3, 2.0
    best = 0.0
    for count in range(1, d):
        low = np.linspace(0, 1, 2001)
        size = (count + (d - count) * low**q) ** (1 / q)
        one, two = (count + (d - count) * low) / size, (count + (d - count) * low**2) / size**2
        best = max(best, second_moment(norm1=one, norm2_squared=two, radius=radius, draws=k).max())
    assert best == pytest.approx(1.284, abs=5e-4)
    assert worst_second_moment(dimension=d, p=4, draws=k) == 1.75


@pytest.mark.parametrize("sampling", ["iid", "systematic"])
@pytest.mark.parametrize(("d", "k"), [(1, 1), (1, 3), (2, 1), (7, 2), (8, 4), (8, 5), (16, 16)])
def test_worst_error_is_attained(sampling, d, k):
    """By a flat y, found on a fine grid of sizes."""
    radius = 3.0
    size = radius / d * np.linspace(0, 1, 16 * 9 * 5 * 7 + 1)
    if sampling == "iid":
        errors = mean_squared_error(
            norm1=d * size, norm2_squared=d * size**2, radius=radius, draws=k
        )
    else:
        errors = (radius / k) ** 2 * d * rounding_variance(k * size / radius)
    worst = worst_mean_squared_error(dimension=d, radius=radius, draws=k, sampling=sampling)
    assert errors.max() == pytest.approx(worst, rel=1e-5)


def test_quarter_at_p_2():
    """k = d, B = 1: B^2 (1 - 1/d) by independent draws, B^2/4 by systematic ones."""
    given = {"dimension": 64, "radius": 8.0, "draws": 64}
    assert worst_mean_squared_error(**given) == pytest.approx(1 - 1 / 64, rel=1e-15)
    assert worst_mean_squared_error(**given, sampling="systematic") == 0.25


@EXAMPLES
@given(d=st.integers(1, 400), k=st.integers(1, 60))
def test_codes_in_order(d, k):
    """Law: Delannoy <= type and signs <= printed, in whole bits."""
    types = precision(dimension=d, draws=k, code="type-sign")
    assert precision(dimension=d, draws=k) <= types <= precision_as_printed(dimension=d, draws=k)


def test_printed_needs_its_first_term():
    """The law above rejects a bound without k log2 e."""
    d, k = 400, 60
    types = precision(dimension=d, draws=k, code="type-sign")
    assert types > precision_as_printed(dimension=d, draws=k) - k * math.log2(math.e)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: paper_draws(dimension=4, p=0.5), "p = 0.5"),
        (lambda: paper_draws(dimension=4, p=math.nan), "p = nan"),
        (lambda: fewest_draws(dimension=4, p=1.5), "p = 1.5"),
        (lambda: fewest_draws(dimension=4, p=2, factor=1.0), "factor = 1.0"),
        (lambda: fewest_draws(dimension=0, p=2), "dimension = 0"),
        (lambda: precision(dimension=4, draws=0), "draws = 0"),
        (lambda: precision(dimension=4, draws=2, code="huffman"), "code = 'huffman'"),
        (lambda: precision_per_coordinate(0.0), "share = 0.0"),
    ],
)
def test_errors(call, words):
    with pytest.raises(ArgumentError, match=words):
        call()
