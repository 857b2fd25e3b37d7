"""Bounds and laws for AR(1) noise: exact values, orderings, limits, and what is not a bound."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infobound.bounds.bit_oracle import BitOracle, product, rate_distortion, sharp
from infobound.bounds.bit_oracle import statistical as independent_statistical
from infobound.bounds.correlated import (
    CorrelatedOracle,
    any_messages,
    inflation,
    limits,
    log_concave_messages,
    mean_information,
    public_remainder,
    statistical,
)
from infobound.bounds.correlated_laws import (
    fixed_sign_error,
    gaussian_channel_law,
    predictive_law,
    sign_law,
)
from infobound.bounds.priors import CubePrior, GaussianPrior, NoPrior
from infobound.numerics.arguments import ArgumentError

LAW = settings(deadline=None, derandomize=True, max_examples=30)
RHO = st.floats(-0.999, 0.999)
POSITIVE = st.floats(0.0, 0.999)


def asked(rho: float, *, d: int = 64, bits: float = 1, half_width: float = 1) -> CorrelatedOracle:
    oracle = BitOracle(dimension=d, bits=bits, noise_std=1, prior=CubePrior(half_width))
    return CorrelatedOracle(oracle=oracle, correlation=rho)


@pytest.mark.parametrize("rho", [-0.8, -0.3, 0.0, 0.5, 0.9, 0.99])
@pytest.mark.parametrize("rounds", [1, 2, 3, 10, 200])
def test_mean_information_is_that_of_a_linear_solve(rho: float, rounds: int) -> None:
    s, t = 0.7, np.arange(rounds)
    covariance = s**2 * np.power(rho, np.abs(t[:, None] - t))
    solved = float(np.linalg.solve(covariance, np.ones(rounds)).sum())
    found = mean_information(rounds=rounds, noise_std=s, correlation=rho)
    assert found == pytest.approx(solved, rel=1e-10)
    if rho and rounds > 1:  # the rival T/(kappa s^2), without the edge
        assert rounds / (inflation(rho) * s**2) != pytest.approx(solved, rel=1e-3)
    assert inflation(rho, rounds=rounds) == pytest.approx(rounds / (s**2 * solved), rel=1e-10)


@given(rho=RHO, rounds=st.integers(1, 10**6))
@LAW
def test_inflation_grows_from_one_to_kappa(rho: float, rounds: int) -> None:
    """Monotone in T towards kappa, 1 at T = 1, 1 + rho at T = 2."""
    now, then = inflation(rho, rounds=rounds), inflation(rho, rounds=rounds + 1)
    low, high = sorted((1.0, inflation(rho)))
    assert low * (1 - 1e-12) <= now <= high * (1 + 1e-12)
    assert (then - now) * math.copysign(1, rho) >= -1e-12 * now
    assert inflation(rho, rounds=1) == pytest.approx(1, rel=1e-12)
    assert inflation(rho, rounds=2) == pytest.approx(1 + rho, rel=1e-12)


@given(rho=RHO, error=st.floats(1e-3, 5.0))
@LAW
def test_both_readings_agree(rho: float, error: float) -> None:
    """The rounds for the error that T rounds allow are T again."""
    question = asked(rho)
    for bound in (statistical, public_remainder, any_messages):
        rounds = math.ceil(bound(question, error=error).value)
        if rounds >= 1:
            allowed = bound(question, rounds=rounds).value
            assert allowed <= error * (1 + 1e-9)
            assert bound(question, error=allowed).value == pytest.approx(rounds, rel=1e-6)


@given(rho=POSITIVE, error=st.floats(1e-3, 5.0), d=st.integers(1, 4000), bits=st.floats(0.1, 4000))
@LAW
def test_order(rho: float, error: float, d: int, bits: float) -> None:
    """statistical, public_remainder <= any <= log-concave; any <= kappa times iid."""
    question = asked(rho, d=d, bits=bits)
    error *= d / 64
    kappa, ask = question.kappa, {"error": error}
    best = any_messages(question, **ask).value * (1 + 1e-9)
    assert statistical(question, **ask).value <= best
    assert public_remainder(question, **ask).value <= best
    assert best <= kappa * sharp(question.oracle, **ask).value * (1 + 1e-6)
    convex = log_concave_messages(question, **ask).value
    assert convex >= any_messages(question, **ask).value  # one hypothesis more
    assert convex >= product(question.oracle, **ask).value
    # The rest of the gap, which is open, is at most kappa: public_remainder is product's over it.
    assert product(question.oracle, **ask).value <= kappa * best


@pytest.mark.parametrize("name", ["statistical", "public_remainder", "log_concave_messages"])
def test_no_correlation(name: str) -> None:
    """Rho -> 0 gives the bounds for independent noise."""
    independent = asked(0.0)
    expected = {
        "statistical": independent_statistical(independent.oracle, error=0.1).value,
        "public_remainder": rate_distortion(independent.oracle, error=0.1).value,
        "log_concave_messages": sharp(independent.oracle, error=0.1).value,  # above product
    }[name]
    assert limits(independent, error=0.1).values[name] == pytest.approx(expected, rel=1e-12)
    near = limits(asked(1e-9), error=0.1).values[name]
    assert near == pytest.approx(expected, rel=1e-8)
    assert "any_messages" not in limits(independent, error=0.1).notes  # nothing is open at rho = 0


@given(rho=POSITIVE, rounds=st.integers(1, 10**5), bits=st.floats(0.1, 4000))
@LAW
def test_log_concave_is_never_weaker(rho: float, rounds: int, bits: float) -> None:
    """In errors too, with and without a prior."""
    for prior in (CubePrior(0.5), GaussianPrior(1), NoPrior()):
        oracle = BitOracle(dimension=64, bits=bits, noise_std=1, prior=prior)
        question = CorrelatedOracle(oracle=oracle, correlation=rho)
        convex = log_concave_messages(question, rounds=rounds)
        assert convex.value >= any_messages(question, rounds=rounds).value
        assert any("log-concave" in one for one in convex.hypotheses)


def test_log_concave_where_the_product_is_weaker() -> None:
    """rho = 0, R = 1/2, n_0 = 1000 - J/d: the product gives n_0/ln 2, any messages n_0/g = 2 n_0."""
    question = asked(0.0, bits=32, half_width=100)
    n0 = 1000 - (math.pi / 100) ** 2
    convex = log_concave_messages(question, error=0.064).value
    assert convex == any_messages(question, error=0.064).value
    assert convex >= 2 * n0
    assert product(question.oracle, error=0.064).value == pytest.approx(n0 / math.log(2))


def test_values_by_hand() -> None:
    """rho = 1/2: kappa = 3. n_0 = 64/0.1 - pi^2 with d = 64."""
    n0, g = 640 - math.pi**2, -math.expm1(-math.log(4) / 64)
    question = asked(0.5)
    assert statistical(question, error=0.1 * 1).value == pytest.approx(3 * n0 - 2)
    assert public_remainder(question, error=0.1).value == pytest.approx(n0 / (3 * g))
    convex = log_concave_messages(question, error=0.1).value
    assert convex == pytest.approx(n0 * 64 / (2 * math.log(2)))
    negative = asked(-0.5)
    assert statistical(negative, error=0.1).value == pytest.approx(n0 / 3 + 2 / 3)
    assert public_remainder(negative, error=0.1).value == pytest.approx(n0 / (3 * g))
    assert any_messages(negative, error=0.1).value >= n0 / (3 * g)


def test_one_round_is_enough_where_it_is() -> None:
    """The edge term is needed: at n_0 = 1 the bound is one round, and T = 1 reaches the error."""
    oracle = BitOracle(dimension=3, bits=1, noise_std=1, prior=GaussianPrior(2))
    for rho in (0.9, -0.9):
        question = CorrelatedOracle(oracle=oracle, correlation=rho)
        reached = 3 / (1 + 1 / 4)  # posterior variance after one raw sample
        assert statistical(question, error=reached).value == pytest.approx(1, rel=1e-12)
        assert question.kappa * 1 != pytest.approx(1)  # without the edge term it would exclude it
        assert statistical(question, rounds=1).value == pytest.approx(reached)
        half = statistical(question, error=3 / (0.5 + 1 / 4))
        assert half.value == pytest.approx(0.5)
        assert not half.vacuous


def test_vacuous_and_open_are_said() -> None:
    easy = limits(asked(0.5), error=60.0)
    assert easy.values["statistical"] is None
    assert easy.notes["statistical"].startswith("vacuous")
    assert limits(asked(0.5), error=1.0).notes["any_messages"].startswith("open")
    negative = limits(asked(-0.5), error=1.0)
    assert negative.values["log_concave_messages"] is None
    assert "predictive_law" in negative.notes["any_messages"]
    assert any("log-concave" in h for h in log_concave_messages(asked(0.5), error=1.0).hypotheses)
    assert not any(
        "independent over rounds" in h for h in any_messages(asked(0.5), error=1).hypotheses
    )
    with pytest.raises(ArgumentError, match=r"correlation = -0.5.*\[0, 1\)"):
        log_concave_messages(asked(-0.5), error=1.0)


@pytest.mark.parametrize("rho", [1, -1.0, 1.5, math.nan, math.inf, "0.5", True])
def test_bad_correlation(rho: object) -> None:
    with pytest.raises(ArgumentError, match="correlation"):
        asked(rho)  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match="correlation"):
        sign_law(gap=1, correlation=rho)  # type: ignore[arg-type]


def test_bad_correlation_says_why() -> None:
    with pytest.raises(ArgumentError, match="not stationary"):
        inflation(1)


@pytest.mark.parametrize(
    ("rho", "gap", "sign", "predictive"),
    [
        (0.5, 16, 25.133, 13.751),
        (0.9, 1, 20.858, 19.079),
        (0.9, 64, 100.682, 60.845),
        (0.99, 64, 246.447, 221.219),
        (0.99, 1024, 1608.565, 891.048),
    ],
)
def test_laws_against_known_values(rho: float, gap: int, sign: float, predictive: float) -> None:
    assert sign_law(gap=gap, correlation=rho).value == pytest.approx(sign, abs=6e-4)
    found = predictive_law(rate=1 / gap, correlation=rho).value
    assert found == pytest.approx(predictive, abs=6e-4)


def test_signs_are_below_the_product() -> None:
    """100.68 at (0.9, 64), where kappa d/(2 ln 2 B) is 877: the factor is not a bound."""
    multiplied = inflation(0.9) * 64 / (2 * math.log(2))
    assert multiplied == pytest.approx(877.2, abs=0.1)
    assert sign_law(gap=64, correlation=0.9).value < multiplied / 8.7


@given(rho=POSITIVE, gap=st.integers(1, 5000))
@LAW
def test_laws_are_sums(rho: float, gap: int) -> None:
    """What is proved <= what is reached <= (pi/2)(n + kappa - 1)."""
    kappa, sign = inflation(rho), sign_law(gap=gap, correlation=rho).value
    assert sign <= math.pi / 2 * (gap + kappa - 1) * (1 + 1e-12)
    assert sign >= max(kappa, gap / (2 * math.log(2))) * (1 - 1e-12)
    rate = 1 / gap
    plain = gaussian_channel_law(rate=rate, correlation=rho).value
    ahead = predictive_law(rate=rate, correlation=rho).value
    assert max(kappa, 1 / (kappa * (1 - 4**-rate))) <= ahead * (1 + 1e-12)
    assert ahead <= plain * (1 + 1e-12)
    assert plain <= sign * (1 + 1e-12)


@given(rho=st.floats(-0.999, 0.0), gap=st.integers(1, 500))
@LAW
def test_laws_for_negative_correlation(rho: float, gap: int) -> None:
    """kappa/g is a bound there, and the laws are above it."""
    kappa, rate = inflation(rho), 1 / gap
    bound = kappa / (1 - 4**-rate)
    for law in (
        sign_law(gap=gap, correlation=rho),
        gaussian_channel_law(rate=rate, correlation=rho),
        predictive_law(rate=rate, correlation=rho),
    ):
        assert law.value >= bound * (1 - 1e-12)
        assert law.direction == "upper"


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("gap", [1, 2, 3])
def test_sign_law_is_smooth_where_the_sum_becomes_an_expansion(sign: int, gap: int) -> None:
    """Both ways at steps 0.0009 and 0.0011 against a plain sum to 1e-11."""
    for step in (9e-4, 1.1e-3):
        rho = sign * math.exp(-step / gap)
        k = np.arange(1, int(60 / step))
        plain = math.fsum(np.arcsin(np.power(rho, gap * k)))
        expected = gap * math.pi / 2 * (1 + 4 / math.pi * plain)
        assert sign_law(gap=gap, correlation=rho).value == pytest.approx(expected, rel=1e-10)


def test_sign_law_as_rho_tends_to_one() -> None:
    """kappa (pi/2) ln 2 whatever the gap, so kappa d/(2 ln 2 B) exceeds it n/(pi ln^2 2) times."""
    rho = 1 - 1e-9
    for gap in (1, 64):
        found = sign_law(gap=gap, correlation=rho).value / inflation(rho)
        assert found == pytest.approx(math.pi / 2 * math.log(2), rel=1e-3)


def test_fixed_signs_refute_the_product_at_finite_t() -> None:
    """rho = 0.9, d = 64, one bit, |theta_i| <= 1/4: 262144 rounds where kappa n_0 n/(2 ln 2) is 2 million."""
    T = 64 * 4096
    found = fixed_sign_error(rounds=T, gap=64, noise_std=1, correlation=0.9, half_width=0.25)
    assert found.value == pytest.approx(3.911e-4, rel=1e-3)
    question = asked(0.9, half_width=0.25)
    multiplied = question.kappa * product(question.oracle, error=64 * found.value).value
    assert multiplied > 7.8 * T
    assert log_concave_messages(question, error=64 * found.value).value < T
    with pytest.raises(ArgumentError, match="rounds"):
        fixed_sign_error(rounds=63, gap=64, noise_std=1, correlation=0.9, half_width=0.25)
    with pytest.raises(ArgumentError, match="correlation"):
        fixed_sign_error(rounds=64, gap=64, noise_std=1, correlation=-0.9, half_width=0.25)


def test_fixed_sign_error_is_above_a_simulation() -> None:
    """theta = L: simulated error below the bound, and above half of it; 4000 runs, 64 signs.

    The bound is 1.7 times the simulated value, 30 standard errors: false alarm below 1e-9.
    """
    rho, n, m, half = 0.8, 2, 64, 0.5
    t = n * np.arange(m)
    spread = np.linalg.cholesky(np.power(rho, np.abs(t[:, None] - t)))
    noise = np.random.default_rng(0).standard_normal((4000, m)) @ spread.T
    guess = math.sqrt(math.pi / 2) * np.sign(half + noise).mean(axis=1)
    found = float(np.mean((guess - half) ** 2))
    bound = fixed_sign_error(rounds=n * m, gap=n, noise_std=1, correlation=rho, half_width=half)
    assert bound.value / 2 < found < bound.value


GRID = np.linspace(-7.0, 7.0, 281)


def steepest_score(rho: float, cells: list[tuple[float, float]], outside: bool = False) -> float:
    """Largest slope of the score of X_t given the past, s = 1, theta = 0, on |x| <= 3.

    The past: X_j in cell j for j = 1, ..., t - 1 (or outside of it). Forward recursion on a grid:
    psi_j(x) = w_j x + E[psi_{j-1}(X_{j-1}) | X_j = x, past]. One round has slope 1.
    """
    w_end, w_inner = 1 / (1 + rho), (1 - rho) / (1 + rho)
    back = np.exp(-((GRID - rho * GRID[:, None]) ** 2) / (2 * (1 - rho**2)))  # row: X_j = x
    psi, seen = np.zeros_like(GRID), np.ones_like(GRID)
    for j, (low, high) in enumerate((*cells, (-np.inf, np.inf))):
        last = j == len(cells)
        carried = back * seen
        mean = carried @ psi / carried.sum(axis=1)
        psi = (w_end if last or j == 0 else w_inner) * GRID + (mean if j else 0)
        inside = (low < GRID) & (high > GRID)
        seen = (~inside if outside else inside) * (carried.sum(axis=1) if j else 1.0)
        seen = seen / max(seen.max(), 1e-300)
    near = np.abs(GRID) <= 3
    return float(np.max(np.gradient(psi, GRID)[near]))


@given(
    rho=st.floats(0.0, 0.9),
    cells=st.lists(st.tuples(st.floats(-2, 0.9), st.floats(0.3, 3)), min_size=1, max_size=4),
)
@settings(LAW, max_examples=15)
def test_interval_cells_keep_the_score_gentle(rho: float, cells: list[tuple[float, float]]) -> None:
    """Law behind `log_concave_messages`: slope at most 1/s^2 whatever intervals the past was in."""
    found = steepest_score(rho, [(low, low + width) for low, width in cells])
    assert found <= 1 + 1e-3  # the grid


def test_two_tails_make_the_score_steep() -> None:
    """The law needs intervals: |X_1| > 1 gives (1 + rho E[Z^2 | |Z| > c])/(1 + rho) at 0."""
    rho = 0.5
    c = 1 / math.sqrt(1 - rho**2)
    tail = math.erfc(c / math.sqrt(2)) / 2
    spread = 1 + c * math.exp(-c * c / 2) / math.sqrt(2 * math.pi) / tail
    found = steepest_score(rho, [(-1.0, 1.0)], outside=True)
    assert found == pytest.approx((1 + rho * spread) / (1 + rho), rel=0.02)
    assert found > 1.3
    assert steepest_score(rho, [(-np.inf, np.inf)] * 3) == pytest.approx(1, rel=1e-3)
