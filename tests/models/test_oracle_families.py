"""The hard families: answers, means and exact excess; and the ordinary problem."""

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infobound.models.least_absolute import LeastAbsoluteDeviations
from infobound.models.oracle_families import (
    Ball,
    BernoulliProductOracle,
    SparseSignOracle,
    random_signs,
)
from infobound.numerics.arguments import ArgumentError
from infobound.numerics.norms import lp_norm

FAMILIES = (SparseSignOracle, BernoulliProductOracle)
ORDERS = (1.0, 1.3, 2.0, 4.0, math.inf)


def dual(p):
    return math.inf if p == 1 else 1 / (1 - 1 / p)


def make(family, signs, p=2.0, delta=0.25, B=3.0, D=2.0):
    return family(dimension=len(signs), p=p, gradient_bound=B, diameter=D, delta=delta, signs=signs)


@pytest.mark.parametrize(("family", "p"), list(product(FAMILIES, ORDERS)))
def test_answers_have_norm_exactly_B(family, p):
    oracle = make(family, random_signs(1, 7, rng=0)[0], p=p)
    answers = oracle.sample(np.zeros((50, 7)), rng=1)
    np.testing.assert_allclose(lp_norm(answers, dual(p)), 3.0, rtol=1e-14)
    corner = np.full(7, oracle.half_width)
    assert lp_norm(2 * corner, p) == pytest.approx(2.0, rel=1e-14)
    assert oracle.domain == Ball(math.inf, oracle.half_width)


@pytest.mark.parametrize(("family", "p"), list(product(FAMILIES, (1.0, 2.0, math.inf))))
def test_mean_answer_is_the_gradient(family, p):
    """chi^2 of 9 coordinates over 40000 answers below 33 (false alarm 1.4e-4, seeded).

    Power: half of delta adds 40000 * d * (delta/2)^2 * 4 or more, over 600, and is rejected.
    """
    signs = random_signs(1, 9, rng=2)[0]
    oracle, n = make(family, signs, p=p), 40000
    answers = oracle.sample(np.zeros((n, 9)), rng=3)
    error = answers.std(axis=0) / math.sqrt(n)
    for share, accepted in ((1.0, True), (0.5, False)):
        gaps = answers.mean(axis=0) - share * oracle.subgradient(np.zeros(9))
        assert (np.sum((gaps / error) ** 2) < 33) == accepted


@pytest.mark.parametrize("family", FAMILIES)
def test_certain_answers(family):
    """delta = 1/2: every answer has the right sign; delta = 0: f is constant."""
    signs = random_signs(4, 5, rng=4)
    answers = make_many(family, signs, 0.5).sample(np.zeros((4, 5)), rng=5)
    assert np.all(answers * signs >= 0)
    assert np.all(make_many(family, signs, 0.0).excess(np.ones((4, 5))) == 0)


def make_many(family, signs, delta):
    d = signs.shape[-1]
    return family(dimension=d, p=2, gradient_bound=1, diameter=1, delta=delta, signs=signs)


@pytest.mark.parametrize(
    ("family", "p", "price"),
    [(SparseSignOracle, 4.0, 2 * 2 * 3 * 0.25 / 5**1.25), (BernoulliProductOracle, 4.0, 0.6)],
)
def test_excess_counts_wrong_signs(family, p, price):
    """(2 D B delta / d^{1 + 1/p}) or (2 D B delta / d) for each: D = 2, B = 3, d = 5."""
    signs = np.array([1, -1, 1, 1, -1])
    oracle = make(family, signs, p=p)
    for flips in product((1, -1), repeat=5):
        x = oracle.minimiser * flips
        assert oracle.excess(x) == pytest.approx(price * flips.count(-1), abs=1e-14)
        assert oracle.value(x) - oracle.minimum == pytest.approx(oracle.excess(x), abs=1e-13)


@given(data=st.data(), family=st.sampled_from(FAMILIES), p=st.sampled_from(ORDERS))
@settings(deadline=None, derandomize=True, max_examples=25)
def test_excess_is_nonnegative_and_linear(data, family, p):
    oracle = make(family, random_signs(1, 4, rng=6)[0], p=p)
    unit = st.floats(-1, 1)
    x = oracle.half_width * np.array(data.draw(st.lists(unit, min_size=4, max_size=4)))
    assert oracle.excess(x) >= 0
    slope = oracle.subgradient(x)
    assert oracle.excess(x) == pytest.approx(slope @ (x - oracle.minimiser), abs=1e-12)


def test_one_function_per_run():
    signs = random_signs(3, 4, rng=7)
    oracle = make_many(BernoulliProductOracle, signs, 0.5)
    np.testing.assert_array_equal(np.sign(oracle.sample(np.zeros((3, 4)), rng=0)), signs)
    np.testing.assert_array_equal(oracle.excess(oracle.minimiser), 0)
    assert signs[0].tolist() != signs[1].tolist()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"delta": 0.6}, r"delta = 0.6, but it must be in \[0, 1/2\]"),
        ({"signs": [1, 0]}, "-1 and 1 everywhere"),
        ({"signs": [1, 1, 1]}, r"signs.shape = \(3,\)"),
        ({"p": 0.5}, "p = 0.5"),
        ({"p": float("nan")}, "p = nan"),
        ({"diameter": 0}, "diameter = 0"),
        ({"gradient_bound": -1}, "gradient_bound = -1"),
    ],
)
def test_bad_parameters(change, message):
    good = {"dimension": 2, "p": 2, "gradient_bound": 1, "diameter": 1, "delta": 0.1}
    with pytest.raises(ArgumentError, match=message):
        SparseSignOracle(**({"signs": [1, 1]} | good | change))


def test_queries_of_the_wrong_shape():
    with pytest.raises(ArgumentError, match=r"x.shape = \(2, 4\)"):
        make_many(SparseSignOracle, random_signs(3, 4, rng=0), 0.1).excess(np.zeros((2, 4)))


@given(p=st.floats(1, 30), norm=st.floats(1, 30), d=st.integers(1, 6), seed=st.integers(0, 99))
@settings(deadline=None, derandomize=True, max_examples=40)
def test_distance_of_a_ball(p, norm, d, seed):
    """No point is farther, and the flat one or a unit vector is as far."""
    ball = Ball(p, 1.5)
    y = np.random.default_rng(seed).standard_normal((20, d))
    y *= 1.5 / lp_norm(y, p)[:, None]
    far = ball.distance(norm, d)
    assert np.all(lp_norm(y, norm) <= far * (1 + 1e-12))
    ends = np.array([np.full(d, 1.5 * d ** (-1 / p)), 1.5 * np.eye(d)[0]])
    assert lp_norm(ends, norm).max() == pytest.approx(far, rel=1e-12)


class TestLeastAbsoluteDeviations:
    problem = LeastAbsoluteDeviations.random(
        dimension=5, p=3.0, gradient_bound=2.0, diameter=4.0, rows=9, noise_scale=0.3, rng=1
    )

    def test_scales(self):
        assert self.problem.gradient_bound == pytest.approx(2.0, rel=1e-14)
        assert lp_norm(self.problem.target, 3.0) == pytest.approx(1.0, rel=1e-14)
        assert self.problem.domain == Ball(3.0, 2.0)
        assert self.problem.value(self.problem.target) == 0.3

    def test_excess_is_the_mean_absolute_deviation(self):
        """Against an integral over the noise by its quantiles, at a point away from the target."""
        x = self.problem.target + 0.3
        u = (np.arange(200000) + 0.5) / 200000
        noise = 0.3 * np.where(u < 0.5, np.log(2 * u), -np.log(2 - 2 * u))
        gaps = self.problem.rows @ (x - self.problem.target)
        mean = np.mean([np.mean(np.abs(gap - noise)) for gap in gaps])
        assert self.problem.value(x) == pytest.approx(mean, rel=2e-5)

    def test_subgradient_is_the_slope(self):
        x = self.problem.target + 0.2
        slope = self.problem.subgradient(x)
        for i, unit in enumerate(np.eye(5) * 1e-6):
            rise = self.problem.excess(x + unit) - self.problem.excess(x - unit)
            assert rise / 2e-6 == pytest.approx(slope[i], abs=1e-6)
        np.testing.assert_array_equal(self.problem.subgradient(self.problem.target), 0)

    def test_mean_answer(self):
        """chi^2 of 5 coordinates, 40000 answers, below 26 (false alarm 9e-5, seeded).

        Power: the gradient at twice the distance is far off and is rejected.
        """
        x = np.broadcast_to(self.problem.target + 0.2, (40000, 5))
        answers = self.problem.sample(x, rng=2)
        assert lp_norm(answers, 1.5).max() <= 2.0 * (1 + 1e-14)
        spread = np.cov(answers.T) / len(answers)
        for away, accepted in ((0.2, True), (0.4, False)):
            gap = answers.mean(axis=0) - self.problem.subgradient(self.problem.target + away)
            assert (gap @ np.linalg.solve(spread, gap) < 26) == accepted

    def test_target_outside(self):
        with pytest.raises(ArgumentError, match="norm of target"):
            LeastAbsoluteDeviations(
                rows=np.eye(2), target=np.ones(2), noise_scale=1.0, p=2.0, diameter=1.0
            )
