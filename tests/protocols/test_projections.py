"""Projections: the normal cone says whether a point is nearest."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infobound.models.oracle_families import Ball
from infobound.numerics.arguments import ArgumentError
from infobound.numerics.norms import lp_norm
from infobound.protocols.projections import mirror_map, mirror_project, project

LAW = settings(deadline=None, derandomize=True, max_examples=60)
ORDERS = st.sampled_from([1.0, 1.05, 1.5, 1.9, 2.0, 2.5, 4.0, 20.0, math.inf])
ROWS = st.builds(
    lambda seed, d, tail, size: (
        size
        * np.random.default_rng(seed).standard_normal((4, d))
        * np.random.default_rng(seed + 1).exponential(size=(4, d)) ** tail
    ),
    st.integers(0, 10**6),
    st.integers(1, 9),
    st.sampled_from([0, 1, 5]),
    st.sampled_from([1e-3, 0.3, 1.0, 5.0, 1e4]),
)


def normality(pull, x, ball):
    """Largest of <pull, z - x> over z in the ball, over radius |pull|: 0 iff pull is normal at x."""
    q = math.inf if ball.p == 1 else 1 / (1 - 1 / ball.p)
    return ball.radius * lp_norm(pull, q) - np.sum(pull * x, axis=-1)


def scale(y, ball):
    q = math.inf if ball.p == 1 else 1 / (1 - 1 / ball.p)
    return ball.radius * np.maximum(lp_norm(y, q), 1e-300)


@given(y=ROWS, p=ORDERS, radius=st.sampled_from([0.1, 1.0, 30.0]))
@LAW
def test_nearest_point(y, p, radius):
    """x is in the ball and y - x is an outward normal there; points inside stay."""
    ball = Ball(p, radius)
    x = project(y, ball)
    assert np.all(lp_norm(x, p) <= radius * (1 + 1e-14))
    assert np.all(normality(y - x, x, ball) <= 1e-12 * scale(y, ball))
    inside = lp_norm(y, p) <= radius
    np.testing.assert_array_equal(x[inside], y[inside])


@given(theta=ROWS, a=st.sampled_from([1.05, 1.2, 1.5, 2.0]), which=st.sampled_from("1ai"))
@LAW
def test_bregman_projection(theta, a, which):
    """theta - grad psi(x) is an outward normal at x, or 0 where x is inside."""
    ball = Ball({"1": 1.0, "a": a, "i": math.inf}[which], 0.7)
    x = mirror_project(theta, ball, a)
    assert np.all(lp_norm(x, ball.p) <= ball.radius * (1 + 1e-14))
    pull = theta - mirror_map(x, a)
    # Coordinates with x below the least float lose up to (1e-308)^(a-1) of the gradient.
    lost = 1e-12 + 10 * theta.shape[-1] * 1e-307 ** (a - 1)
    assert np.all(normality(pull, x, ball) <= lost * scale(theta, ball))


@pytest.mark.parametrize("p", [1.0, 1.5, 2.0, 4.0, math.inf])
def test_the_check_objects(p):
    """Scaling back onto the sphere is not the nearest point, and neither is one 1 % inside."""
    y, ball = np.array([[2.0, 0.3, -1.0]]), Ball(p, 1.0)
    nearest = project(y, ball)
    wrong = [0.99 * nearest]
    if p != 2:
        wrong.append(y / lp_norm(y, p)[:, None])
    for x in wrong:
        assert normality(y - x, x, ball)[0] > 1e-3 * scale(y, ball)[0]


@given(theta=ROWS, a=st.sampled_from([1.2, 1.5, 2.0]))
@LAW
def test_mirror_map_and_back(theta, a):
    x = mirror_project(theta, Ball(a, 1e9), a)
    np.testing.assert_allclose(mirror_map(x, a), theta, rtol=1e-9, atol=1e-12 * np.abs(theta).max())


def test_known_points():
    three = np.array([3.0, 1.0, 0.2])
    np.testing.assert_allclose(project(three, Ball(1.0, 3.0)), [2.5, 0.5, 0.0])
    np.testing.assert_allclose(project(np.array([3.0, -4.0]), Ball(2.0, 1.0)), [0.6, -0.8])
    np.testing.assert_array_equal(project(three, Ball(math.inf, 1.0)), [1.0, 1.0, 0.2])
    # x + mu x^3 = y with x = (1, 1)/2^(1/4) for a flat y.
    flat = project(np.array([5.0, 5.0]), Ball(4.0, 1.0))
    np.testing.assert_allclose(flat, 2**-0.25, rtol=1e-14)


@pytest.mark.parametrize("p", [1.0, 1.5, 3.0, math.inf])
def test_extremes(p):
    """0 stays 0; huge and tiny coordinates neither overflow nor divide by zero."""
    ball = Ball(p, 1.0)
    y = np.array([[0.0, 0.0], [1e150, 0.0], [1e-310, 1e-310], [0.0, -5.0]])
    x = project(y, ball)
    np.testing.assert_allclose(x, [[0, 0], [1, 0], [1e-310, 1e-310], [0, -1]], rtol=1e-12)
    a = 1.5
    if p in (1.0, a, math.inf):
        x = mirror_project(y, ball, a)
        np.testing.assert_allclose(x[[0, 1, 3]], [[0, 0], [1, 0], [0, -1]], rtol=1e-12)
        assert np.all(np.isfinite(mirror_map(x, a)))


def test_refusals():
    with pytest.raises(ArgumentError, match=r"Take exponent = 1\.3"):
        mirror_project(np.ones(2), Ball(1.3, 1.0), 1.5)
    for wrong in (1.0, 2.5, math.nan):
        with pytest.raises(ArgumentError, match="exponent"):
            mirror_map(np.ones(2), wrong)
