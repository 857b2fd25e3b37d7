"""Mirror descent: its regret bound, feasibility, and the cases that are known otherwise."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infobound.bounds.first_order import descent_error, mirror_descent_error, mirror_exponent
from infobound.models.least_absolute import LeastAbsoluteDeviations
from infobound.models.oracle_families import Ball, BernoulliProductOracle, random_signs
from infobound.numerics.arguments import ArgumentError
from infobound.numerics.norms import lp_norm
from infobound.protocols.mirror_descent import default_exponent, mirror_descent
from infobound.protocols.projections import mirror_map, project
from infobound.protocols.subgradient import projected_subgradient
from infobound.quantizers.composite import Composite
from infobound.quantizers.one_bit import StochasticSign

LAW = settings(deadline=None, derandomize=True, max_examples=40)


class Highest:
    """f(x) = max_j <rows_j, x> on a ball, the active row as subgradient."""

    p = 1.0
    gradient_bound = 1.0

    def __init__(self, rows, ball):
        self.rows, self.domain, self.dimension = rows, ball, rows.shape[1]

    def sample(self, x, *, rng=None):
        return self.rows[np.argmax(x @ self.rows.T, axis=-1)]

    def excess(self, x):
        return np.max(x @ self.rows.T, axis=-1)


def potential(x, a):
    return lp_norm(x, a) ** 2 / (2 * (a - 1))


@given(
    seed=st.integers(0, 10**6),
    d=st.integers(1, 5),
    rounds=st.integers(1, 12),
    a=st.sampled_from([1.1, 1.5, 2.0]),
    which=st.sampled_from("1ai"),
    step=st.sampled_from([0.01, 0.1, 1.0, 10.0]),
)
@LAW
def test_deterministic_regret(seed, d, rounds, a, which, step):
    """f(average) - f(u) <= D_psi(u, x_1)/(step T) + step G^2/2 for every u of the domain.

    A modulus of strong convexity of 2 in place of 1 (half the last term) is refuted below.
    """
    draw = np.random.default_rng(seed)
    ball = Ball({"1": 1.0, "a": a, "i": math.inf}[which], 1.0)
    oracle = Highest(draw.standard_normal((6, d)), ball)
    start = project(draw.standard_normal((1, d)), ball) * 0.9
    run = mirror_descent(oracle, rounds=rounds, step=step, exponent=a, start=start[0])
    assert lp_norm(run.last, ball.p)[0] <= 1 + 1e-12
    rivals = project(3 * draw.standard_normal((30, d)), ball)
    slope = mirror_map(start, a)[0]
    distance = potential(rivals, a) - potential(start, a) - (rivals - start) @ slope
    size = np.max(lp_norm(oracle.rows, a / (a - 1)))
    limit = distance / (step * rounds) + step * size**2 / 2
    assert np.all(run.excess - oracle.excess(rivals) <= limit + 1e-12)


def test_the_regret_bound_is_tight():
    """max_i x_i at a = 2 on a large ball, T = d: the last term is needed in full.

    x_t = -step (1, ..., 1, 0, ..., 0), so f(average) = 0 and f(u) = -step at u = -step (1, ..., 1):
    the bound is T step^2/(2 step T) + step/2 = step.
    """
    T, step = 6, 0.125
    oracle = Highest(np.eye(T), Ball(math.inf, 10.0))
    run = mirror_descent(oracle, rounds=T, step=step, exponent=2.0)
    excess = run.excess[0] - oracle.excess(np.full((1, T), -step))[0]
    assert excess == pytest.approx(step, rel=1e-14)
    assert excess > T * step**2 / (2 * step * T) + step / 4


@pytest.mark.parametrize("p", [1.0, 1.5])
def test_quantized_runs_stay_below_the_bound(p):
    """Signs at p = 1, the composite scheme at p = 1.5, on the cube of the product family, a = 3/2.

    Excess + 4 standard errors below the bound. Power: 0.4 of the bound is rejected by as much.
    """
    T, d, n, a = 144, 16, 60, 1.5
    quantizer = StochasticSign(1.0) if p == 1 else Composite(p)
    alpha = 1.0 if p == 1 else math.sqrt(quantizer.second_moment_bound(d))
    oracle = BernoulliProductOracle(
        dimension=d, p=p, gradient_bound=1, diameter=1, delta=0.5 * alpha / math.sqrt(T),
        signs=random_signs(n, d, rng=1),
    )  # fmt: skip
    given = alpha if p == 1 else None
    run = mirror_descent(
        oracle, quantizer, rounds=T, exponent=a, replicates=n, gradient_norm=given, rng=4
    )
    bound = descent_error(
        rounds=T,
        distance=oracle.domain.distance(a, d),
        gradient_norm=alpha * d ** (1 / p - 1 / a),
        exponent=a,
        step=run.step,
    ).value
    assert bound == pytest.approx(0.5 * alpha / math.sqrt(T / 2), rel=1e-12)
    assert run.bits == T * quantizer.bits(d)
    assert run.error.value + 4 * run.error.stderr < bound
    assert run.error.value - 4 * run.error.stderr > 0.4 * bound


@pytest.mark.parametrize("p", [1.0, 1.5])
def test_ordinary_problem_on_its_own_ball(p):
    """Least absolute deviations: feasible, below the bound, and far below the start."""
    T, n = 200, 20
    problem = LeastAbsoluteDeviations(
        rows=np.ones((1, 8)), target=0.5 * np.eye(8)[2], noise_scale=0.02, p=p, diameter=1.0
    )
    bound = mirror_descent_error(
        rounds=T,
        dimension=8,
        p=p,
        diameter=1,
        gradient_norm=problem.gradient_bound,
        exponent=default_exponent(problem.domain, 8),
    ).value
    run = mirror_descent(problem, rounds=T, replicates=n, rng=5)
    assert np.all(lp_norm(run.average, p) <= 0.5 * (1 + 1e-12))
    assert run.error.value + 4 * run.error.stderr < bound < problem.excess(np.zeros(8))


def test_two_is_the_subgradient_method():
    oracle = BernoulliProductOracle(
        dimension=6, p=1.5, gradient_bound=1, diameter=1, delta=0.2, signs=random_signs(4, 6, rng=0)
    )
    common = {"rounds": 20, "replicates": 4, "step": 0.05, "rng": 1}
    mirror = mirror_descent(oracle, exponent=2.0, **common)
    np.testing.assert_allclose(
        mirror.average, projected_subgradient(oracle, **common).average, rtol=0, atol=1e-14
    )
    assert mirror.exponent == 2.0


def test_sending_the_messages_changes_nothing():
    oracle = BernoulliProductOracle(
        dimension=6, p=1, gradient_bound=1, diameter=1, delta=0.2, signs=random_signs(4, 6, rng=0)
    )
    fast, real = (
        mirror_descent(
            oracle, StochasticSign(1.0), rounds=5, replicates=4, exponent=1.3, gradient_norm=1.0,
            send=send, rng=2,
        )
        for send in (False, True)
    )  # fmt: skip
    np.testing.assert_array_equal(fast.average, real.average)
    assert fast.bits == real.bits == 30


def test_default_exponents():
    assert default_exponent(Ball(math.inf, 1.0), 64) == 2
    assert default_exponent(Ball(1.5, 1.0), 64) == 1.5
    assert default_exponent(Ball(1.0, 1.0), 64) == mirror_exponent(dimension=64, p=1)


def test_refusals():
    oracle = BernoulliProductOracle(
        dimension=2, p=4, gradient_bound=1, diameter=1, delta=0.2, signs=[1, 1]
    )
    with pytest.raises(ArgumentError, match="Use projected_subgradient"):
        mirror_descent(oracle, rounds=1)
    problem = LeastAbsoluteDeviations(
        rows=np.eye(2), target=np.zeros(2), noise_scale=1.0, p=1.3, diameter=1.0
    )
    with pytest.raises(ArgumentError, match=r"Take exponent = 1\.3"):
        mirror_descent(problem, rounds=1, exponent=1.5)
    with pytest.raises(ArgumentError, match="gradient_norm = None"):
        mirror_descent(problem, StochasticSign(1.0), rounds=1)
