"""TernGrad: three outcomes and their bits, exact variance, clipping."""

import math

import numpy as np
import pytest

from infobound.numerics.arguments import ArgumentError
from infobound.quantizers.qsgd import QSGD
from infobound.quantizers.ternary import TernGrad


def test_three_outcomes_need_more_than_a_bit():
    """log2 3 = 1.585 per coordinate and a norm, not 1.003."""
    for group, rate in [(1, 2), (5, 1.6), (17, 27 / 17)]:
        bits = TernGrad(group=group).bits(17_000)
        assert (bits - 32) / 17_000 == pytest.approx(rate, rel=1e-12)
        assert bits > 32 + 17_000 * math.log2(3)
    y = np.linspace(-3, 2, 1001)
    assert sorted(set(TernGrad().roundtrip(y, rng=0))) == [-3, 0, 3]


def test_it_is_qsgd_with_one_level():
    y = np.random.default_rng(0).standard_normal((4, 11))
    same = QSGD(1, math.inf, group=5)
    assert TernGrad().encode(y, rng=3) == same.encode(y, rng=3)
    with pytest.raises(ArgumentError, match="made_by"):
        TernGrad().decode(same.encode(y, rng=3))


def test_error():
    """S |y|_1 - |y|_2^2, the bound attained at 1/(1 + sqrt d)."""
    y = np.array([[1.0, -2.0, 0.5, 0.0]])
    assert TernGrad().mean_squared_error(y) == pytest.approx([2 * 3.5 - 5.25], rel=1e-15)
    worst = np.full(64, -1 / 9)
    worst[5] = 1
    found, bound = TernGrad().mean_squared_error(worst), TernGrad().variance_bound(64)
    assert bound.value == pytest.approx(3.5, rel=1e-5)
    assert bound.at(worst) * (1 - 1e-5) < found <= bound.at(worst)


def test_clipping():
    """At c standard deviations; what was clipped is bias."""
    y = np.array([10.0, *np.linspace(-1, 1, 30)])
    clipped = TernGrad(2.5)
    limit = 2.5 * y.std()
    assert not clipped.unbiased
    assert clipped.variance_bound(31) is None
    outputs = clipped.roundtrip(np.tile(y, (200, 1)), rng=0)
    assert abs(outputs).max() == pytest.approx(limit, rel=1e-6)
    kept = np.clip(y, -limit, limit)
    error = limit * abs(kept).sum() - np.sum(kept**2) + (10 - limit) ** 2
    assert clipped.mean_squared_error(y) == pytest.approx(error, rel=1e-6)
    assert TernGrad(0.1).law([1.0, 1.0]).vectors.tolist() == [[0.0, 0.0]]  # no spread


@pytest.mark.parametrize("arguments", [(0,), (-1.0,), (None, 0), (None, 21), (math.inf,)])
def test_refusals(arguments):
    with pytest.raises(ArgumentError):
        TernGrad(*arguments)
