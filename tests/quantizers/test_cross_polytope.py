"""vqSGD: points of the cross-polytope, exact law, bits."""

import math

import numpy as np
import pytest

from infobound.numerics.arguments import ArgumentError
from infobound.quantizers.base import Message
from infobound.quantizers.cross_polytope import CrossPolytope, _search


def test_points_and_bits():
    assert [CrossPolytope().bits(d) - 32 for d in (1, 2, 3, 4, 5, 1024)] == [1, 2, 3, 3, 4, 11]
    assert CrossPolytope(7).bits(5) == 32 + 28
    y = np.array([3.0, -4.0, 0.0, 0.0])
    points = {tuple(v) for v in CrossPolytope().roundtrip(np.tile(y, (400, 1)), rng=0)}
    assert points == {tuple(10.0 * s * e) for e in np.eye(4) for s in (1, -1)}


def test_law():
    """|y_i|/(sqrt d N) and the slack over 2d: here (3 + 4)/10 and 0.3/8."""
    law = CrossPolytope().law([3.0, -4.0, 0.0, 0.0])
    chances = dict(zip(map(tuple, law.vectors), law.probabilities, strict=True))
    assert chances[10.0, 0.0, 0.0, 0.0] == pytest.approx(0.3 + 0.3 / 8, rel=1e-12)
    assert chances[0.0, -10.0, 0.0, 0.0] == pytest.approx(0.4 + 0.3 / 8, rel=1e-12)
    assert chances[0.0, 0.0, 0.0, 10.0] == pytest.approx(0.3 / 8, rel=1e-12)
    flat = CrossPolytope().law(np.ones(9))  # no slack
    assert flat.probabilities.min() >= 0
    assert flat.mean() == pytest.approx(np.ones(9), rel=1e-12)


def test_error():
    """(d - 1)/R for every direction, up to the rounding of the norm."""
    y = np.random.default_rng(0).standard_normal((5, 30))
    for repetitions in (1, 4):
        quantizer = CrossPolytope(repetitions)
        share = quantizer.mean_squared_error(y) / np.sum(y**2, axis=-1)
        assert share == pytest.approx(29 / repetitions, rel=1e-6)
        assert np.all(share <= quantizer.variance_bound(30).value)


def test_search():
    """Long rows by bisection and short ones by comparison find the same."""
    rng = np.random.default_rng(0)
    rows, coins = np.cumsum(rng.random((6, 80)), axis=1) / 60, rng.random((6, 9))
    expected = np.sum(rows[:, None] <= coins[..., None], axis=-1)
    assert np.array_equal(_search(rows, coins), expected)
    assert np.array_equal(_search(rows[:, :40], coins), np.minimum(expected, 40))


def test_long_vector():
    """d = 2^17, ten ones: the sum of their estimates is 10, to 5 standard errors.

    False alarm: 1e-6. Power: an estimate of 0 is 9 standard errors away (asserted). Seeded.
    """
    d, repetitions = 2**17, 30_000
    y = np.zeros(d)
    y[:10] = 1
    output = CrossPolytope(repetitions).roundtrip(y, rng=1)
    length = math.sqrt(10 * d)  # of a point; its sign counts with these probabilities:
    chance = 10 / length + 20 * (1 - 10 / length) / (2 * d)
    spread = length * math.sqrt(chance / repetitions)
    assert abs(output[:10].sum() - 10) < 5 * spread
    assert 9 * spread < 10
    assert np.count_nonzero(output) <= repetitions


@pytest.mark.parametrize("repetitions", [0, -1, 1.5])
def test_refusals(repetitions):
    with pytest.raises(ArgumentError):
        CrossPolytope(repetitions)


def test_point_out_of_range():
    quantizer = CrossPolytope()
    fields = [(np.array([0x3F800000], np.uint32), 32), (np.array([6]), 3)]
    message = Message.join(fields, shape=(3,), made_by=repr(quantizer))
    with pytest.raises(ArgumentError, match="less than 2 d = 6"):
        quantizer.decode(message)
