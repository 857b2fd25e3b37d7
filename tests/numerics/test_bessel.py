"""First zeros of Bessel functions, and the entropy of the ball's first mode."""

import math

import mpmath as mp
import pytest

from infobound.numerics.bessel import (
    dirichlet_ball_entropy,
    first_bessel_zero,
    log_unit_ball_volume,
)


@pytest.mark.parametrize("order", [0, 0.5, 1, 1.5, 2, 2.5, 5, 31, 63.5, 127])
def test_zero(order):
    assert first_bessel_zero(order) == pytest.approx(float(mp.besseljzero(order, 1)), rel=1e-15)


def test_zero_closed_forms():
    assert first_bessel_zero(-0.5) == pytest.approx(math.pi / 2, rel=1e-15)
    assert first_bessel_zero(0.5) == pytest.approx(math.pi, rel=1e-15)


@pytest.mark.parametrize("order", [1e4, 1e6, 1e9, 5e11])
def test_zero_of_large_order(order):
    """j = v + 1.8557 v^(1/3) + O(v^(-1/3)); the next zero is at v + 3.2447 v^(1/3)."""
    assert (first_bessel_zero(order) - order) / order ** (1 / 3) == pytest.approx(
        1.8557570814892, rel=2 / order ** (2 / 3) + 2e-7
    )


@pytest.mark.parametrize("d", [1, 2, 3, 5, 10, 40])
def test_entropy(d):
    """Against the density itself, in 25 digits; d = 1 is the cos^2 law, ln(4/e)."""
    with mp.workdps(25):
        order = mp.mpf(d) / 2 - 1
        zero = mp.besseljzero(order, 1) if order >= 0 else mp.pi / 2
        sphere = 2 * mp.pi ** (order + 1) / mp.gamma(order + 1)

        def mode(r):
            return (mp.besselj(order, zero * r) * r**-order) ** 2

        cuts = [0, 0.5, 0.8, 0.9, 0.99, 1]
        mass = sphere * mp.quad(lambda r: mode(r) * r ** (d - 1), cuts)

        def entropy(r):
            p = mode(r) / mass
            return -sphere * p * mp.log(p) * r ** (d - 1) if p else mp.mpf(0)

        exact = float(mp.quad(entropy, cuts) / d)
    assert dirichlet_ball_entropy(d) == pytest.approx(exact, abs=1e-12)
    if d == 1:
        assert dirichlet_ball_entropy(1) == pytest.approx(math.log(4 / math.e), abs=1e-13)


def test_ball_volume():
    assert math.exp(log_unit_ball_volume(1)) == pytest.approx(2, rel=1e-15)
    assert math.exp(log_unit_ball_volume(3)) == pytest.approx(4 / 3 * math.pi, rel=1e-15)
