"""Prior information and entropy power: closed forms, least on the set, inequalities between."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from infobound.bounds.priors import BallPrior, CubePrior, GaussianPrior, NoPrior, Prior
from infobound.numerics.arguments import ArgumentError

law = settings(deadline=None, derandomize=True, max_examples=60)


def test_cos2_by_quadrature():
    """J and h of (1/L) cos^2(pi x / 2L) from the density itself."""
    half = 1.7

    def density(x):
        return math.cos(math.pi * x / 2 / half) ** 2 / half

    def score2(x):
        slope = (
            -math.pi / half**2 * math.cos(math.pi * x / 2 / half) * math.sin(math.pi * x / 2 / half)
        )
        return slope**2 / density(x)

    information = quad(score2, -half, half)[0]
    entropy = -quad(lambda x: density(x) * math.log(density(x)), -half, half)[0]
    cube = CubePrior(half)
    assert cube.information(5) == pytest.approx(information, rel=1e-9)
    assert cube.entropy_power(5) == pytest.approx(
        math.exp(2 * entropy) / (2 * math.pi * math.e), rel=1e-9
    )
    assert round(CubePrior(1).entropy_power(1), 6) == 0.126782


@pytest.mark.parametrize(
    ("d", "printed"),
    [(1, 9.8696), (2, 5.7832), (3, 4.3865), (4, 3.6705), (8, 2.5442), (16, 1.9204),
     (64, 1.3484), (256, 1.1378), (1024, 1.0553)],
)  # fmt: skip
def test_ball_information(d, printed):
    """4 j^2/d^2 on the unit ball; pi^2 and 4 pi^2/9 exactly at d = 1, 3."""
    assert round(BallPrior(1.0).information(d) / d, 4) == printed


def test_ball_closed_forms():
    assert BallPrior(1.0).information(1) == pytest.approx(math.pi**2, rel=1e-15)
    assert BallPrior(1.0).information(3) * 3 == pytest.approx(4 * math.pi**2, rel=1e-15)
    assert BallPrior(2.0).entropy_power(1) == pytest.approx(
        CubePrior(2.0).entropy_power(1), rel=1e-12
    )
    assert BallPrior(2.0).largest_entropy_power(1) == pytest.approx(
        CubePrior(2.0).largest_entropy_power(1), rel=1e-14
    )


@law
@given(d=st.one_of(st.integers(1, 300), st.floats(2.5, 12).map(lambda e: int(10**e))))
def test_ball_inequalities(d):
    """Stam: N J/d >= 1; maximum entropy: N <= E|theta|^2/d <= N_uniform-limit r^2/d.

    A J of the ball that is 5 % low, or an N that is 5 % high at large d, would break one of them.
    """
    ball = BallPrior(1.0)
    assert ball.entropy_power(d) * ball.information(d) >= 1
    assert ball.entropy_power(d) < ball.largest_entropy_power(d) <= ball.largest_error(d)


def test_ball_becomes_gaussian():
    """Large d: J/d -> d/r^2 and N -> r^2/d, the values of N(0, r^2/d)."""
    d, ball = 10**12, BallPrior(1.0)
    assert ball.information(d) == pytest.approx(d, rel=1e-7)
    assert ball.entropy_power(d) == pytest.approx(1 / d, rel=1e-7)
    assert not math.isclose(BallPrior(1.0).information(256), 256, rel_tol=0.1)  # not yet there


def test_ball_beats_the_inscribed_cube():
    """The cube in the ball has half width r/sqrt(d): J larger by pi^2 in the limit."""
    d = 10**6
    ratio = CubePrior(1 / math.sqrt(d)).information(d) / BallPrior(1.0).information(d)
    assert ratio == pytest.approx(math.pi**2, rel=1e-3)


def test_gaussian_and_none():
    assert GaussianPrior(2.0).information(9) * GaussianPrior(2.0).entropy_power(9) == 1
    assert NoPrior().information(4) == 0
    assert all(isinstance(p, Prior) for p in (GaussianPrior(1), CubePrior(1), BallPrior(1)))


def test_in_words():
    assert str(GaussianPrior(2)) == "theta ~ N(0, 2^2 I)"
    assert str(CubePrior(0.5)) == "theta in the cube [-0.5, 0.5]^d"
    assert str(BallPrior(3)) == "theta in the ball of radius 3"
    assert str(NoPrior()) == "theta anywhere in R^d"


@pytest.mark.parametrize("kind", [GaussianPrior, CubePrior, BallPrior])
@pytest.mark.parametrize("bad", [0, -1, math.nan, math.inf, "1", True])
def test_bad_priors(kind, bad):
    with pytest.raises(ArgumentError, match="must be positive"):
        kind(bad)
