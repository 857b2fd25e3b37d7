"""Projected subgradients: never above the bound, on it in the worst case, and every bit counted."""

import math
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infobound.bounds.first_order import descent_error, subgradient_error
from infobound.models.oracle_families import (
    Ball,
    BernoulliProductOracle,
    SparseSignOracle,
    random_signs,
)
from infobound.numerics.arguments import ArgumentError
from infobound.protocols.projections import project
from infobound.protocols.subgradient import projected_subgradient
from infobound.quantizers.cuq import CUQ
from infobound.quantizers.one_bit import StochasticSign
from infobound.quantizers.perm_k import PermK
from infobound.quantizers.ratq import RATQ

LAW = settings(deadline=None, derandomize=True, max_examples=40)


@dataclass(frozen=True, eq=False)
class Highest:
    """f(x) = max_j <rows_j, x>, the active row as subgradient; the first of equals."""

    rows: np.ndarray
    ball: Ball
    minimum: float = 0.0

    p = 2.0
    gradient_bound = property(lambda self: float(np.linalg.norm(self.rows, axis=1).max()))
    domain = property(lambda self: self.ball)
    dimension = property(lambda self: self.rows.shape[1])

    def sample(self, x, *, rng=None):
        return self.rows[np.argmax(x @ self.rows.T, axis=-1)]

    def excess(self, x):
        return np.max(x @ self.rows.T, axis=-1) - self.minimum


def hardest(n, ball=2.0):
    """max_i x_i in d = n^2 coordinates on the unit l_2 ball: minimum -1/n."""
    return Highest(np.eye(n * n), Ball(ball, 1.0), -1 / n)


@pytest.mark.parametrize("quantizer", [None, CUQ(radius=1.0, levels=3)], ids=["whole", "two bits"])
@pytest.mark.parametrize("n", [1, 2, 5])
def test_the_bound_is_attained(n, quantizer):
    """T = d rounds on max_i x_i: R B / sqrt(T) exactly, also through messages of 2 bits each.

    So a constant below 1 is refuted by this example: 0.999 times the bound is.
    """
    run = projected_subgradient(
        hardest(n), quantizer, rounds=n * n, gradient_norm=1.0, send=quantizer is not None
    )
    bound = descent_error(rounds=n * n, distance=1.0, gradient_norm=1.0, step=run.step).value
    assert run.excess[0] == pytest.approx(bound, rel=1e-13)
    assert run.excess[0] > 0.999 * bound


@given(
    seed=st.integers(0, 10**6),
    d=st.integers(1, 5),
    rounds=st.integers(1, 12),
    p=st.sampled_from([1.0, 1.5, 2.0, 3.0, math.inf]),
    step=st.sampled_from([0.01, 0.1, 1.0, 10.0]),
)
@LAW
def test_deterministic_regret(seed, d, rounds, p, step):
    """Against every point u of the domain: f(average) - f(u) <= |u - x_1|^2/(2 step T) + step B^2/2."""
    draw = np.random.default_rng(seed)
    oracle = Highest(draw.standard_normal((6, d)), Ball(p, 1.0))
    start = project(draw.standard_normal((1, d)), oracle.ball)
    run = projected_subgradient(oracle, rounds=rounds, step=step, start=start[0])
    rivals = project(3 * draw.standard_normal((30, d)), oracle.ball)
    away = np.sum((rivals - start) ** 2, axis=1)
    limit = away / (2 * step * rounds) + step * oracle.gradient_bound**2 / 2
    assert np.all(run.excess - oracle.excess(rivals) <= limit + 1e-12)


@pytest.mark.parametrize("family", [SparseSignOracle, BernoulliProductOracle])
@pytest.mark.parametrize("quantizer", [None, RATQ(1.0)], ids=["whole", "RATQ"])
def test_hard_families_stay_below_the_bound(family, quantizer):
    """Mean excess + 4 standard errors below Theorem 2.3; false alarms impossible but for a mistake.

    Power: at this delta the excess is about 0.65 of the bound, and half the bound is rejected by
    the same distance, 4 standard errors.
    """
    T, d, n = 256, 16, 200
    delta = 0.5 * math.sqrt(d / T) if family is SparseSignOracle else 0.5 / math.sqrt(T)
    oracle = family(
        dimension=d, p=2, gradient_bound=1, diameter=1, delta=delta,
        signs=random_signs(n, d, rng=1),
    )  # fmt: skip
    run = projected_subgradient(oracle, quantizer, rounds=T, replicates=n, rng=2)
    alpha = 1.0 if quantizer is None else math.sqrt(1 + quantizer.variance_bound(d).value)
    bound = subgradient_error(rounds=T, dimension=d, p=2, diameter=1, gradient_norm=alpha).value
    error = run.error
    assert error.n == n
    assert error.value + 4 * error.stderr < bound
    assert error.value - 4 * error.stderr > 0.5 * bound


def exact_error(rounds, delta, step):
    """E excess of one-bit answers on [-1, 1], f(x) = 2 delta x, by all 2^T sequences."""
    mean = Fraction(0)
    for answers in product((1, -1), repeat=rounds):
        x, total, weight = Fraction(0), Fraction(0), Fraction(1)
        for answer in answers:
            total += x
            weight *= Fraction(1, 2) + delta * answer
            x = max(Fraction(-1), min(Fraction(1), x - step * answer))
        mean += weight * 2 * delta * (total / rounds + 1)
    return float(mean)


def test_simulation_against_all_sequences():
    """Within 4 standard errors (false alarm 6e-5); 7 rounds in place of 8 are rejected."""
    delta, step = Fraction(1, 4), Fraction(1, 3)
    oracle = BernoulliProductOracle(
        dimension=1, p=2, gradient_bound=1, diameter=2, delta=0.25, signs=[1]
    )
    run = projected_subgradient(
        oracle, StochasticSign(1.0), rounds=8, step=1 / 3, replicates=20000, rng=3
    )
    gap = abs(run.error.value - exact_error(8, delta, step))
    assert gap < 4 * run.error.stderr
    assert abs(run.error.value - exact_error(7, delta, step)) > 4 * run.error.stderr


def small(n=3, d=5):
    return SparseSignOracle(
        dimension=d, p=2, gradient_bound=1, diameter=1, delta=0.3, signs=random_signs(n, d, rng=0)
    )


@pytest.mark.parametrize("quantizer", [RATQ(1.0), CUQ(1.0, 5), StochasticSign(1.0)])
def test_sending_the_messages_changes_nothing(quantizer):
    """Packed, measured and read back: the same numbers to the last bit, and the counted bits."""
    fast, real = (
        projected_subgradient(
            small(), quantizer, rounds=6, replicates=3, gradient_norm=2.0, send=send, rng=4
        )
        for send in (False, True)
    )
    np.testing.assert_array_equal(fast.average, real.average)
    np.testing.assert_array_equal(fast.last, real.last)
    assert fast.bits == real.bits == 6 * quantizer.bits(5)


def test_whole_gradients_cost_64_bits_a_coordinate():
    assert projected_subgradient(small(), rounds=3, replicates=3).bits == 3 * 5 * 64


@dataclass(frozen=True)
class Miscounting(StochasticSign):
    """Says one bit less than it sends."""

    def bits(self, d):
        return d - 1


def test_a_miscount_is_caught():
    common = {"rounds": 2, "replicates": 3, "gradient_norm": 1.0}
    projected_subgradient(small(), Miscounting(1.0), **common)
    with pytest.raises(ArgumentError, match=r"message\.bits = 15, .* 3 messages of 4"):
        projected_subgradient(small(), Miscounting(1.0), send=True, **common)


def test_same_rng_same_run():
    seeds = np.random.SeedSequence(5)
    runs = [
        projected_subgradient(small(), RATQ(1.0), rounds=4, replicates=3, rng=rng)
        for rng in (seeds, seeds, np.random.default_rng(seeds), 6)
    ]
    for other in runs[1:3]:
        np.testing.assert_array_equal(runs[0].excess, other.excess)
    assert not np.array_equal(runs[0].excess, runs[3].excess)


def test_default_step():
    """R / (alpha sqrt T) from 0, 2 R / (alpha sqrt T) from elsewhere, alpha^2 = 1 + variance."""
    oracle, quantizer = small(), StochasticSign(1.0)
    first = projected_subgradient(oracle, quantizer, rounds=9, replicates=3, rng=0)
    assert first.step == pytest.approx(0.5 / math.sqrt(6 * 9), rel=1e-14)
    second = projected_subgradient(oracle, rounds=9, replicates=3, start=np.zeros(5), rng=0)
    assert second.step == pytest.approx(1 / 3, rel=1e-14)
    ordinary = replace(oracle, p=1.0)  # |Y|_2 <= sqrt(5) when only |Y|_inf <= 1 is known
    assert projected_subgradient(ordinary, rounds=9, replicates=3).step == pytest.approx(
        0.5 * math.sqrt(5) / 5 / (math.sqrt(5) * 3), rel=1e-14
    )


def test_refusals():
    oracle = small()
    biased = CUQ(1.0, 5, overflow=True)
    with pytest.raises(ArgumentError, match=r"gradient_norm = None, .*given with CUQ"):
        projected_subgradient(oracle, biased, rounds=1, replicates=3)
    with pytest.raises(ArgumentError, match="not joint over workers"):
        projected_subgradient(oracle, PermK(3), rounds=1, replicates=3, step=0.1)
    with pytest.raises(ArgumentError, match="norm of start"):
        projected_subgradient(oracle, rounds=1, replicates=3, start=np.ones(5))
    with pytest.raises(ArgumentError, match=r"start.shape = \(4,\)"):
        projected_subgradient(oracle, rounds=1, replicates=3, start=np.zeros(4))
    with pytest.raises(ArgumentError, match=r"x\.shape"):
        projected_subgradient(oracle, rounds=1, replicates=2)
