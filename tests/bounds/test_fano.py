"""Fano's bounds: exact cases, an end-to-end law, and the routes to Theorems 6.1 and 6.2."""

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infobound.bounds.fano import (
    AGARWAL_EXPONENT,
    HOEFFDING_EXPONENT,
    PACKING_EXPONENT,
    best_gap_value,
    distance_exponent,
    distance_fano_error,
    fano_error,
    lower_error_by_route,
    route_constant,
)
from infobound.bounds.gradient_compression import BoundedOracle, least_error
from infobound.bounds.gradient_compression.hard import kappa
from infobound.numerics.arguments import ArgumentError

LAW = settings(deadline=None, derandomize=True, max_examples=60)
ROUTES = ("bitwise", "distance_fano", "packing_fano")


def by(route, rounds=10**6, bits=6, d=100, p=2, **more):
    oracle = BoundedOracle(dimension=d, p=p)
    return lower_error_by_route(oracle, rounds=rounds, bits=bits, route=route, **more)


def test_exponents():
    assert pytest.approx(0.188722, abs=5e-7) == PACKING_EXPONENT
    assert pytest.approx(0.18034, abs=5e-6) == HOEFFDING_EXPONENT
    assert pytest.approx(0.13933, abs=5e-6) == AGARWAL_EXPONENT


def channel_error(weights, distance):
    """(I, least P(d_H >= t)) for d = 3 fair signs seen through a channel with these weights."""
    words = np.array(list(product((0, 1), repeat=3)))
    joint = weights / weights.sum(axis=1, keepdims=True) / len(words)
    mass = joint.sum(axis=0)
    ratio = np.where(joint > 0, joint * len(words) / np.where(mass > 0, mass, 1), 1)
    near = (words[:, None] != words).sum(axis=-1) < distance
    return float((joint * np.log2(ratio)).sum()), 1 - float((near @ joint).max(axis=0).sum())


def excess(weights, distance, factor=1.0):
    """Least error minus the bound; `factor` plants nats for bits, or no 1 in the numerator."""
    information, error = channel_error(np.array(weights, dtype=float), distance)
    value = distance_fano_error(
        information=factor * information, dimension=3, distance=distance
    ).value
    return error - value


rows = st.lists(st.lists(st.integers(0, 9), min_size=4, max_size=4).filter(any), min_size=8, max_size=8)  # fmt: skip


@given(weights=rows, distance=st.integers(1, 2))
@LAW
def test_no_channel_beats_the_bounds(weights, distance):
    assert excess(weights, distance) >= -1e-12
    information, error = channel_error(np.array(weights, dtype=float), 1)
    assert error >= fano_error(information=information, count=8).value - 1e-12


def test_planted_mistake_is_seen():
    """The repetition code with everything told has error 0; with half the information it would not."""
    nearest = [[float(sum(word) > 1) == m for m in (0, 1)] for word in product((0, 1), repeat=3)]
    assert channel_error(np.array(nearest, dtype=float), 2) == pytest.approx((1, 0))
    everything = np.eye(8)
    assert excess(everything, 1) == pytest.approx(1 / 3)
    assert excess(everything, 1, factor=math.log(2) * 0.9) < 0


@pytest.mark.parametrize(
    ("d", "t", "exponent"), [(4, 1, 4), (7, 2, 4), (15, 2, 11), (23, 4, 12), (8, 1.75, 8 - math.log2(9))]
)  # fmt: skip
def test_distance_exponent(d, t, exponent):
    assert distance_exponent(dimension=d, distance=t) == pytest.approx(exponent, rel=1e-14)


@pytest.mark.parametrize("d", [1, 2, 3, 5, 64, 1000, 4096])
def test_exponent_at_a_quarter_exceeds_the_entropy_form(d):
    """Also by less than (log2 d + 7)/2, so the form is not loose."""
    over = distance_exponent(dimension=d, distance=d / 4) - PACKING_EXPONENT * d
    assert 0 < over < (math.log2(d) + 7) / 2


@pytest.mark.parametrize(
    ("bound", "value"),
    [
        (fano_error(information=8, count=256), -0.125),
        (distance_fano_error(information=0, dimension=1, distance=1), 0.0),
    ],
)
def test_vacuous_bounds_say_so_and_keep_their_value(bound, value):
    assert bound.value == value
    assert bound.vacuous


@given(a=st.floats(0.1, 9), A=st.floats(-1, 1), b=st.floats(0, 50))
@LAW
def test_best_gap_value_is_a_supremum(a, A, b):
    delta = np.linspace(0, 0.5, 2001)
    values = a * delta * (A - b * delta**2)
    best = best_gap_value(slope=a, offset=A, curvature=b)
    assert values.max() <= best + 1e-12
    assert best <= values.max() + 1e-4 * a


def test_constants():
    """0.0022 with 360, 0.0209 and 0.0296 with the corrected bounds; bitwise 5.2 times as much."""
    found = [route_constant(r, f) for r in ROUTES for f in ("product", "sparse")]
    expected = [0.10867513, 0.15368984, 0.02090111, 0.02955863, 0.00220317, 0.02090111]
    assert found == pytest.approx(expected, abs=5e-9)
    assert route_constant("bitwise", "product") == kappa()


@pytest.mark.parametrize(
    ("route", "p", "family", "scale"),
    [
        ("distance_fano", 1, "product", math.sqrt(10**6 / 20)),
        ("packing_fano", 1, "product", math.sqrt(10**6 / 20)),
        ("distance_fano", math.inf, "sparse", 10**6 / 2**10),
        ("packing_fano", math.inf, "sparse", 10**3),
    ],
)
def test_constants_are_limits(route, p, family, scale):
    """d = 1e6, 20 bits: below the constant by (3/2)/(c_2 d) = 8e-6, by no more and no less."""
    value = by(route, rounds=10**16, bits=20, d=10**6, p=p).value * 10**8 / scale
    loss = 1 - value / route_constant(route, family)
    assert loss == pytest.approx(1.5e-6 / PACKING_EXPONENT, rel=1e-3)


@pytest.mark.parametrize("rounds", [1, 7, 50, 10**4, 10**9])
@pytest.mark.parametrize(
    ("d", "p", "bits"), [(4, 2, 1), (64, 1, 3), (1000, 4, 30), (6000, math.inf, 9)]
)
def test_order_of_the_routes(d, p, bits, rounds):
    """Bitwise is the largest, the constants of the packing route the smallest; all below D B."""
    bitwise, distance, packing = (by(route, rounds, bits, d, p).value for route in ROUTES)
    assert 0 < packing <= distance < bitwise <= 1


def test_bitwise_is_least_error():
    assert by("bitwise") == least_error(BoundedOracle(dimension=100, p=2), rounds=10**6, bits=6)


def test_printed():
    printed = by("printed", c_0=0.1)
    assert printed.value == pytest.approx(0.1 * math.sqrt(100 / 6) / 1000)
    assert "printed" in printed.source
    with pytest.raises(ArgumentError, match="c_0"):
        by("printed")


def test_packing_route_says_what_it_takes_for_granted():
    bound = by("packing_fano", p=1)
    assert any("for V uniform on the packing" in one for one in bound.hypotheses)
    assert not any("packing" in one for one in by("distance_fano").hypotheses)


def test_one_dimension_is_vacuous():
    assert by("distance_fano", d=1, bits=1).vacuous


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: fano_error(information=1, count=1), "count"),
        (lambda: fano_error(information=-1, count=4), "information"),
        (lambda: distance_fano_error(information=1, dimension=4, distance=5), "distance"),
        (lambda: distance_fano_error(information=1, dimension=5000, distance=5), "dimension"),
        (lambda: by("cube"), "route"),
        (lambda: by("bitwise", c_0=1.0), "c_0"),
        (lambda: by("distance_fano", rounds=0), "rounds"),
        (lambda: route_constant("printed", "product"), "route"),
        (lambda: route_constant("bitwise", "dense"), "family"),
    ],
)
def test_refusals_name_the_argument(call, name):
    with pytest.raises(ArgumentError, match=f"^{name} = "):
        call()
