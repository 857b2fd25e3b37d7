"""Upper bounds of first-order methods: exact values, the best step and the best exponent."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infobound.bounds.first_order import (
    descent_error,
    descent_step,
    mirror_descent_error,
    mirror_exponent,
    start_distance,
    subgradient_error,
)
from infobound.numerics.arguments import ArgumentError

LAW = settings(deadline=None, derandomize=True, max_examples=60)


def psgd(p, d, **more):
    return subgradient_error(
        rounds=400, dimension=d, p=p, diameter=2.0, gradient_norm=3.0, **more
    ).value


@pytest.mark.parametrize(
    ("p", "d", "value"), [(2, 9, 0.15), (4, 16, 0.3), (math.inf, 16, 0.6), (1, 16, 0.15)]
)
def test_theorem_2_3_part_1(p, d, value):
    """D alpha d^{1/2 - 1/p} / (2 sqrt T) from the centre, D = 2, alpha = 3, T = 400."""
    assert psgd(p, d) == pytest.approx(value, rel=1e-15)
    assert psgd(p, d, centered=False) == pytest.approx(2 * value, rel=1e-15)
    assert psgd(p, d, bias=0.1) == pytest.approx(value + 0.2, rel=1e-15)


@given(step=st.floats(1e-3, 1e3), a=st.floats(1.01, 2), R=st.floats(0.1, 9), G=st.floats(0.1, 9))
@LAW
def test_any_step(step, a, R, G):
    common = {"rounds": 7, "distance": R, "gradient_norm": G, "exponent": a}
    plain = R**2 / (2 * (a - 1) * step * 7) + step * G**2 / 2
    assert descent_error(**common, step=step).value == pytest.approx(plain, rel=1e-12)
    best = descent_error(**common).value
    assert best <= plain * (1 + 1e-12)
    assert descent_error(**common, step=descent_step(**common)).value == best


@given(d=st.integers(1, 10**7), p=st.floats(1, 2), a=st.floats(1.0001, 2))
@LAW
def test_no_exponent_is_better(d, p, a):
    assert p <= mirror_exponent(dimension=d, p=p) <= 2
    if a >= p:
        assert mirror(d, p) <= mirror(d, p, exponent=a) * (1 + 1e-12)


def mirror(d, p, **more):
    return mirror_descent_error(
        rounds=1, dimension=d, p=p, diameter=1.0, gradient_norm=1.0, **more
    ).value


@given(d=st.integers(3, 10**9), p=st.floats(1, 1.999))
@LAW
def test_theorem_2_3_part_2(d, p):
    """c_1 sqrt(ln d) with c_1 = sqrt(e/2), and without the logarithm at fixed p."""
    assert mirror(d, p) <= math.sqrt(math.e * math.log(d) / 2)
    if p > 1:
        assert mirror(d, p) <= 0.5 / math.sqrt(p - 1) * (1 + 1e-12)
    # 10 % less would be false at p = 1 for large d.
    assert mirror(10**9, 1.0) > 0.9 * math.sqrt(math.e * math.log(10**9) / 2)


def test_two_is_the_subgradient_method():
    assert mirror(50, 2.0) == pytest.approx(0.5, rel=1e-15)
    assert mirror(5, 1.0) == pytest.approx(0.5 * math.sqrt(5), rel=1e-15)  # ln 5 < 2
    assert mirror_exponent(dimension=7, p=1) == 2
    assert mirror_exponent(dimension=8, p=1) < 2
    assert mirror_exponent(dimension=1, p=1) == 2
    # 1 + 1/(2 ln d) for large d, without cancellation.
    assert (mirror_exponent(dimension=10**18, p=1) - 1) * 2 * math.log(1e18) == pytest.approx(
        1.0, abs=0.03
    )


@given(p=st.floats(1, 20), norm=st.floats(1, 20), d=st.integers(1, 5), seed=st.integers(0, 99))
@LAW
def test_start_distance(p, norm, d, seed):
    """No point of an l_p ball of diameter 2 is farther from its centre."""
    y = np.random.default_rng(seed).standard_normal((50, d))
    y /= np.sum(np.abs(y) ** p, axis=1, keepdims=True) ** (1 / p)
    far = np.max(np.sum(np.abs(y) ** norm, axis=1) ** (1 / norm))
    assert far <= start_distance(dimension=d, p=p, diameter=2.0, norm=norm) * (1 + 1e-9)


def test_bounds_say_what_they_are():
    bound = descent_error(rounds=100, distance=1.0, gradient_norm=2.0)
    assert (bound.value, bound.direction, bound.unit, bound.vacuous) == (0.2, "upper", "f", "")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: descent_error(rounds=0, distance=1, gradient_norm=1), "rounds = 0"),
        (lambda: descent_error(rounds=1, distance=-1, gradient_norm=1), "distance = -1"),
        (lambda: descent_error(rounds=1, distance=1, gradient_norm=0), "gradient_norm = 0"),
        (lambda: descent_error(rounds=1, distance=1, gradient_norm=1, step=0), "step = 0"),
        (lambda: descent_error(rounds=1, distance=1, gradient_norm=1, bias=1), "diameter = None"),
        (lambda: descent_step(rounds=1, distance=1, gradient_norm=1, exponent=1), "exponent = 1"),
        (lambda: mirror(5, 1.5, exponent=1.2), "exponent = 1.2"),
        (lambda: mirror(5, 2.5), "p = 2.5"),
        (lambda: mirror(5, math.nan), "p = nan"),
        (lambda: psgd(0.5, 5), "p = 0.5"),
        (lambda: psgd(2, 0), "dimension = 0"),
    ],
)
def test_refusals(call, message):
    with pytest.raises(ArgumentError, match=message):
        call()
