"""Second moments in the norm that first-order methods care about, against exact laws."""

import math

import numpy as np
import pytest

from infobound.models import SparseSignOracle
from infobound.protocols import mirror_descent, projected_subgradient
from infobound.quantizers import SimQ, SimQPlus, StochasticSign

RNG = np.random.default_rng(7)


def largest(quantizer, norm, points):
    """Largest E|Q(y)|_norm^2 over the points."""
    found = 0.0
    for y in points:
        law = quantizer.law(y)
        found = max(found, law.probabilities @ np.linalg.norm(law.vectors, norm, axis=1) ** 2)
    return found


def sphere(q, d, count=40):
    """Random and extreme points of the unit l_q sphere."""
    points = np.concatenate([RNG.standard_normal((count, d)), np.eye(d), np.ones((1, d))])
    return points / np.linalg.norm(points, q, axis=1, keepdims=True)


@pytest.mark.parametrize("norm", [2, 4, math.inf])
def test_simq(norm):
    points = 2 * sphere(1, 4)
    assert SimQ(2.0).second_moment_bound(4) == 4.0
    assert largest(SimQ(2.0), norm, points) == pytest.approx(4.0, rel=1e-12, abs=0)


@pytest.mark.parametrize("sampling", ["iid", "systematic"])
@pytest.mark.parametrize(("p", "tight"), [(2, True), (4, False), (math.inf, True), (1.5, False)])
def test_simq_plus(p, tight, sampling):
    q = 1.0 if math.isinf(p) else p / (p - 1)
    draws = 1 if math.isinf(p) else 3
    quantizer = SimQPlus(p=p, draws=draws, sampling=sampling)
    found = largest(quantizer, max(2.0, q), sphere(q, 4))
    bound = quantizer.second_moment_bound(4)
    assert found <= bound * (1 + 1e-12)
    if tight and sampling == "iid":
        assert found == pytest.approx(bound, rel=1e-12, abs=0)


def test_one_bit():
    assert StochasticSign(2.0).second_moment_bound(3) == 4.0
    found = largest(StochasticSign(2.0), math.inf, sphere(math.inf, 3))
    assert found == pytest.approx(4.0, rel=1e-12, abs=0)


def test_default_steps_take_them():
    """Without them SimQ at p = inf would be held to sqrt(2 - 1/d) B, and signs refused."""
    common = {"dimension": 8, "gradient_bound": 1.0, "diameter": 1.0, "delta": 0.25}
    cube = SparseSignOracle(p=math.inf, signs=np.ones(8), **common)
    run = projected_subgradient(cube, SimQ(), rounds=16, rng=0)
    told = projected_subgradient(cube, SimQ(), rounds=16, gradient_norm=1.0, rng=0)
    assert run.step == told.step
    cross = SparseSignOracle(p=1.0, signs=np.ones(8), **common)
    run = mirror_descent(cross, StochasticSign(), rounds=16, rng=0)
    told = mirror_descent(cross, StochasticSign(), rounds=16, gradient_norm=1.0, rng=0)
    assert run.step == told.step
