"""Rounding a Gaussian number: carried and used information against finite differences and limits."""

import math

import numpy as np
import pytest
from scipy.integrate import quad

from infobound.information.rounded_location import rounded_location
from infobound.numerics.arguments import ArgumentError

KINDS = ("nearest", "stochastic", "dithered")


def law(theta, s, kind):
    """P(K = k) by quadrature of the definition, k = -3..3."""

    def weight(x, k):
        return max(0.0, 1 - abs(x - k)) if kind == "stochastic" else float(abs(x - k) < 0.5)

    def density(x):
        return math.exp(-(((x - theta) / s) ** 2) / 2) / (s * math.sqrt(2 * math.pi))

    return np.array([
        sum(quad(lambda x, k=k: weight(x, k) * density(x), k + a, k + a + 0.5, epsabs=1e-14)[0]
            for a in (-1, -0.5, 0, 0.5))
        for k in range(-3, 4)
    ])  # fmt: skip


@pytest.mark.parametrize("kind", ["nearest", "stochastic"])
def test_against_definition(kind):
    theta, s, h = 0.3, 0.35, 1e-3
    chance, up, down = (law(theta + step, s, kind) for step in (0, h, -h))
    slope = (up - down) / (2 * h)
    k = np.arange(-3, 4)
    found = rounded_location(theta, s, kind)
    mean = chance @ k
    variance = chance @ (k - mean) ** 2
    assert float(found.carried) == pytest.approx(
        slope**2 @ (1 / np.maximum(chance, 1e-300)), rel=1e-5
    )
    assert float(found.bias) == pytest.approx(mean - theta, abs=1e-9)
    assert float(found.variance) == pytest.approx(variance, rel=1e-8)
    assert float(found.used) == pytest.approx((slope @ k) ** 2 / variance, rel=1e-5)


@pytest.mark.parametrize("s", [0.02, 0.1, 0.5, 2.0, 20.0])
def test_order(s):
    """used <= carried <= 1/s^2; a forgotten coin carries less than one that both ends know."""
    theta = np.linspace(-0.5, 0.5, 41)
    found = {kind: rounded_location(theta, s, kind) for kind in KINDS}
    for part in found.values():
        assert np.all(part.used <= part.carried * (1 + 1e-12))
        assert np.all(part.carried <= 1 / s**2)
    assert np.all(found["stochastic"].carried < found["dithered"].carried)
    for kind in ("stochastic", "dithered"):
        assert found[kind].bias == pytest.approx(0, abs=1e-13 * max(1, s))
    average = float(np.mean(found["nearest"].carried[:-1]))
    if s >= 0.1:
        assert average == pytest.approx(float(found["dithered"].carried[0]), rel=1e-4)


def test_limits():
    """No noise: a coin of chance p has 1/(p(1 - p)). Much noise: variance 1/12, 1/6 more."""
    p = np.array([0.2, 0.4])
    coin = rounded_location(p, 0.02, "stochastic")
    assert coin.carried == pytest.approx(1 / (p * (1 - p)), rel=6e-3)
    assert coin.used == pytest.approx(coin.carried, rel=1e-12)
    assert rounded_location(0.0, 0.02, "nearest").carried < 1e-100
    for kind, extra in (("nearest", 1 / 12), ("stochastic", 1 / 6), ("dithered", 1 / 12)):
        found = rounded_location(0.3, 5.0, kind)
        assert float(found.variance) == pytest.approx(25 + extra, rel=1e-12)
        assert float(found.used) == pytest.approx(1 / (25 + extra), rel=1e-12)
    assert rounded_location(0.25, 1.0).bias == pytest.approx(0, abs=1e-8)
    assert rounded_location(1e6 + 0.25, 0.1).bias == pytest.approx(-0.25, abs=0.01)


def test_refuses():
    with pytest.raises(ArgumentError, match=r"noise_std = 0\.01"):
        rounded_location(0, 0.01)
    with pytest.raises(ArgumentError, match="rounding = 'up'"):
        rounded_location(0, 1, "up")
