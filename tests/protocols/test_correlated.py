"""Schemes for AR(1) noise: messages, exact errors, limits, and sweeps that resume."""

import math
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from infobound.bounds.correlated import inflation
from infobound.bounds.correlated_laws import gaussian_channel_law, predictive_law, sign_law
from infobound.models.autoregressive import AutoregressiveLocation
from infobound.numerics.arguments import ArgumentError
from infobound.protocols.correlated import CyclicSigns, GaussianTestChannel, Scheme, scaled_error


@pytest.mark.parametrize(
    ("rho", "gap", "rounds", "runs"), [(0.9, 1, 2000, 2000), (0.9, 16, 4000, 150)]
)
def test_cyclic_signs_reach_their_law(rho: float, gap: int, rounds: int, runs: int) -> None:
    """T MSE/s^2 within 3 standard errors of `sign_law`, 2000 and 2400 coordinates.

    False alarm 0.3 % each. Power: the multiplied rivals, kappa (pi/2) n (29.8 and 477), and the
    independent value (pi/2) n are more than 3 standard errors away, and are rejected below.
    """
    model = AutoregressiveLocation(gap, 0.5, rho)
    found = scaled_error(CyclicSigns(1), model, rounds=rounds, runs=runs, rng=gap)
    law = sign_law(gap=gap, correlation=rho).value
    assert abs(found.value - law) < 3 * found.stderr
    for rival in (inflation(rho) * math.pi / 2 * gap, math.pi / 2 * gap):
        assert abs(found.value - rival) > 3 * found.stderr


def test_cyclic_signs_beat_the_product() -> None:
    """(rho, d/B) = (0.99, 64): 246, where kappa d/(2 ln 2 B) would be 9187 at the least.

    Within 3 standard errors of the law (false alarm 0.3 %); the rival is hundreds away.
    """
    model = AutoregressiveLocation(64, 1.0, 0.99)
    found = scaled_error(CyclicSigns(1), model, rounds=12800, runs=32, rng=8)
    assert abs(found.value - sign_law(gap=64, correlation=0.99).value) < 3 * found.stderr
    assert found.value + 100 * found.stderr < inflation(0.99) * 64 / (2 * math.log(2))


@pytest.mark.parametrize("predictive", [False, True])
@pytest.mark.parametrize(("rate", "rho"), [(1.0, 0.5), (0.25, 0.9), (0.25, -0.5)])
def test_gaussian_channels_have_their_exact_error(
    predictive: bool, rate: float, rho: float
) -> None:
    """Simulated T MSE within 3 standard errors of the filter's, 4000 coordinates.

    False alarm 0.3 % each. Power: the rival kappa/g is rejected (17 % away at the least).
    """
    model, scheme = AutoregressiveLocation(4, 2.0, rho), GaussianTestChannel(rate, predictive, 3.0)
    exact = 150 * scheme.error(model, rounds=150) / 4
    found = scaled_error(scheme, model, rounds=150, runs=1000, rng=7)
    assert abs(found.value - exact) < 3 * found.stderr
    assert abs(found.value - inflation(rho) / (1 - 4**-rate)) > 3 * found.stderr


@pytest.mark.parametrize(("rate", "rho"), [(1.0, 0.5), (0.25, 0.9), (0.25, -0.5), (0.5, 0.0)])
def test_gaussian_channels_reach_their_laws(rate: float, rho: float) -> None:
    """T error at T = 20000 is the limit within 0.2 %; predicting helps, unless rho = 0."""
    model, T = AutoregressiveLocation(1, 1.0, rho), 20000
    plain = T * GaussianTestChannel(rate).error(model, rounds=T)
    ahead = T * GaussianTestChannel(rate, predictive=True).error(model, rounds=T)
    assert plain == pytest.approx(gaussian_channel_law(rate=rate, correlation=rho).value, rel=2e-3)
    assert ahead == pytest.approx(predictive_law(rate=rate, correlation=rho).value, rel=2e-3)
    assert ahead < plain if rho else ahead == pytest.approx(plain, rel=1e-12)


@pytest.mark.parametrize("predictive", [False, True])
def test_filter_is_the_posterior(predictive: bool) -> None:
    """Against the covariance of all that was received, and the rate against its definition."""
    model, T, tau = AutoregressiveLocation(1, 0.8, 0.6), 6, 1.5
    scheme = GaussianTestChannel(0.7, predictive, tau)
    path = list(scheme.filters(model, rounds=T))
    received = tau**2 + model.covariance(T) + np.diag([one.channel for one in path])
    for t in range(1, T + 1):
        gains = np.linalg.solve(received[:t, :t], np.full(t, tau**2))
        assert path[t - 1].error == pytest.approx(tau**2 - tau**2 * gains.sum(), rel=1e-10)
    # V_t of the last round: X_T given the past, or X_T minus the posterior mean of theta.
    past, x = received[:-1, :-1], received[-1, :-1]
    if predictive:
        left = received[-1, -1] - path[-1].channel - x @ np.linalg.solve(past, x)
    else:
        weights = np.linalg.solve(past, np.full(T - 1, tau**2))
        left = tau**2 + 0.8**2 - 2 * weights @ x + weights @ past @ weights
    assert 0.5 * math.log2(1 + left / path[-1].channel) == pytest.approx(0.7, rel=1e-10)


def test_messages_are_all_that_is_used() -> None:
    """Two bits of six per round, packed; estimates follow from them, and from no fewer."""
    model, scheme = AutoregressiveLocation(6, 0.5, 0.8), CyclicSigns(2)
    theta = np.random.default_rng(0).normal(size=(5, 6))
    final, messages = scheme.transcript(model, theta, rounds=11, rng=4)
    assert [m.bits for m in messages] == [5 * 2] * 11  # 5 runs, B = 2 bits each
    assert all(m.single(0).bits == 2 for m in messages)
    np.testing.assert_array_equal(scheme.decode(model, messages), final)
    np.testing.assert_array_equal(scheme.run(model, theta, rounds=11, rng=4), final)
    assert not np.array_equal(scheme.decode(model, messages[:-1]), final)


def test_estimate_is_an_average() -> None:
    """d = B = 1: the k-th estimate is the mean of (estimate before) + s sqrt(pi/2) sign."""
    model, scheme = AutoregressiveLocation(1, 0.5, 0.8), CyclicSigns(1)
    _, messages = scheme.transcript(model, np.full((3, 1), 0.4), rounds=9, rng=1)
    before = [np.zeros((3, 1))]
    before += [scheme.decode(model, messages[:k]) for k in range(1, 10)]
    votes = [
        np.unpackbits(np.frombuffer(m.payload, np.uint8), count=3)[:, None] * 2.0 - 1
        for m in messages
    ]
    terms = [b + 0.5 * math.sqrt(math.pi / 2) * v for b, v in zip(before, votes, strict=False)]
    np.testing.assert_allclose(before[-1], np.mean(terms, axis=0), rtol=1e-12)


@pytest.mark.parametrize("scheme", [CyclicSigns(1), GaussianTestChannel(1.0)])
def test_theta_may_be_a_list_or_integers(scheme: Scheme) -> None:
    """The same estimates as for floats, not whole numbers."""
    model, rows = AutoregressiveLocation(2, 0.5, 0.8), [[1, 0], [0, -1], [2, 1]]
    final = scheme.run(model, np.array(rows, float), rounds=9, rng=4)
    assert not np.array_equal(final, np.round(final))
    for theta in (rows, np.array(rows)):
        np.testing.assert_array_equal(scheme.run(model, theta, rounds=9, rng=4), final)


def test_prior_of_cyclic_signs_is_in_units_of_the_noise() -> None:
    """s = 0.01: by default theta ~ N(0, s^2), and the law is reached as it is for s = 1.

    Within 3 standard errors (false alarm 0.3 %); theta ~ N(0, 1), never reached, gave 4e7.
    """
    model, law = AutoregressiveLocation(1, 0.01, 0.5), sign_law(gap=1, correlation=0.5).value
    found = scaled_error(CyclicSigns(1), model, rounds=2000, runs=1000, rng=0)
    assert abs(found.value - law) < 3 * found.stderr
    assert found.stderr < law / 10
    unit = scaled_error(CyclicSigns(1), AutoregressiveLocation(1, 1.0, 0.5), **SHORT)
    assert scaled_error(CyclicSigns(1), model, **SHORT).value == pytest.approx(unit.value)
    assert scaled_error(CyclicSigns(1, 0.01), model, **SHORT).value == pytest.approx(unit.value)
    assert scaled_error(CyclicSigns(1, 0.02), model, **SHORT).value > 0  # the most there is
    with pytest.raises(ArgumentError, match=r"prior_std = 1.0, .* at most 2 noise_std = 0.02"):
        scaled_error(CyclicSigns(1, 1.0), model, **SHORT)
    with pytest.raises(ArgumentError, match=r"exp\(0.8 tau/s\) messages"):
        CyclicSigns(1, 0.021).transcript(model, [[0.0]], rounds=3, rng=0)
    with pytest.raises(ArgumentError, match="prior_std = 0"):
        CyclicSigns(1, 0)


SHORT = {"rounds": 30, "runs": 20, "rng": 3}


class Interrupted(Exception):
    """Stands for a kill."""


@pytest.mark.parametrize("scheme", [CyclicSigns(2), GaussianTestChannel(0.5, predictive=True)])
def test_a_killed_sweep_resumes_with_the_same_number(scheme: Scheme, tmp_path: Path) -> None:
    model = AutoregressiveLocation(1024, 1.0, 0.5)
    ask = {"rounds": 12, "runs": 11, "rng": 5}
    whole = scaled_error(scheme, model, **ask)
    done: list[tuple[int, int]] = []

    def stop(now: int, total: int) -> None:
        done.append((now, total))
        if now == 2:
            raise Interrupted

    with pytest.raises(Interrupted):
        scaled_error(scheme, model, **ask, store=tmp_path, progress=stop)
    seen: list[int] = []
    again = scaled_error(
        scheme, model, **ask, store=tmp_path, progress=lambda now, total: seen.append(now)
    )
    assert done[-1] == (2, 3)
    assert seen[0] == 2  # nothing lost
    with ThreadPoolExecutor(2) as pool:
        shared = scaled_error(scheme, model, **ask, executor=pool)
    assert whole == again == shared
    assert scaled_error(scheme, model, rounds=12, runs=11, rng=6) != whole


def test_bad_arguments() -> None:
    model = AutoregressiveLocation(5, 1.0, 0.5)
    with pytest.raises(ArgumentError, match=r"bits = 2.*divisor of d = 5"):
        scaled_error(CyclicSigns(2), model, rounds=3, runs=2, rng=0)
    with pytest.raises(ArgumentError, match="rate"):
        GaussianTestChannel(0.0)
    with pytest.raises(ArgumentError, match=r"theta.shape"):
        CyclicSigns(1).run(model, np.zeros(5), rounds=3, rng=0)
    with pytest.raises(ArgumentError, match="messages"):
        CyclicSigns(1).decode(model, [])
