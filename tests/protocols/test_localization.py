"""The recursive estimator reaches 1/I of its messages."""

import math

import numpy as np
import pytest

from infobound.models import GaussianLocation
from infobound.protocols.localization import LloydMaxRecursion


@pytest.mark.parametrize(("bits", "limit"), [(1, math.pi / 2), (2, 1.133121168715)])
def test_scaled_error_tends_to_the_inverse_information(bits: int, limit: float) -> None:
    """T MSE / s^2 at T = 2000 within 3 standard errors of 1/I, 12000 coordinates.

    False alarm 0.3 %, a little more as the excess at finite T, about 4/T, is 0.1 standard errors.
    Power: the limit without the levels' own efficiency, 4/3 and 16/15, is over 4 standard errors
    away, and is rejected below.
    """
    recursion, model = LloydMaxRecursion(bits), GaussianLocation(4, 0.5)
    assert 1 / recursion.fisher == pytest.approx(limit, rel=1e-12)
    found = recursion.scaled_error(model, 0.2, rounds=2000, runs=3000, rng=bits)
    assert abs(found.value - limit) < 3 * found.stderr
    assert abs(found.value - 1 / (1 - 4.0**-bits)) > 3 * found.stderr
    assert found.n == 3000


def test_one_bit_is_sign_sgd() -> None:
    """Step s sqrt(pi/2) / t along the sign, from the same noise."""
    model, rounds = GaussianLocation(3, 0.5), 40
    found = LloydMaxRecursion(1).run(model, 0.3, rounds=rounds, runs=2, start=1.0, rng=5)
    draw, estimate = np.random.default_rng(5), np.full(6, 1.0)
    for t in range(1, rounds + 1):
        x = 0.3 + 0.5 * draw.standard_normal(6)
        estimate += 0.5 * math.sqrt(math.pi / 2) / t * np.sign(x - estimate)
    np.testing.assert_allclose(found, estimate.reshape(2, 3), atol=1e-12)


def test_a_far_start_is_forgotten() -> None:
    model = GaussianLocation(1, 1.0)
    far = LloydMaxRecursion(3).scaled_error(model, 0.0, rounds=2000, runs=500, start=3, rng=0)
    assert far.value < 2
    assert LloydMaxRecursion(3).run(model, 0.0, rounds=1, runs=1, start=3).shape == (1, 1)
