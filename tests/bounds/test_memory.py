"""A fixed target with and without memory: numbers, orderings, the sum law."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infobound.bounds.bit_oracle import BitOracle, limits
from infobound.bounds.memory import FixedTarget
from infobound.bounds.priors import GaussianPrior
from infobound.numerics.arguments import ArgumentError

RATES = st.floats(0.01, 6)
STDS = st.floats(0.05, 20)


def unit(rate, prior_std=1.0):
    return FixedTarget(rate=rate, noise_std=1.0, prior_std=prior_std)


def test_rounds_at_one_bit_for_64_coordinates():
    """1000 with the bits at the end, 1048 causally, 46937 without memory."""
    target = unit(1 / 64)
    assert (target.delayed_rounds(1e-3), target.causal_rounds(1e-3)) == (1000, 1048)
    assert target.memoryless_rounds(1e-3) == pytest.approx(46936.865, abs=1e-3)
    assert target.causal_error(1047) > 1e-3 >= target.causal_error(1048)
    fisher_only = (1 / 1e-3 - 1) / -math.expm1(-math.log(4) / 64)
    assert fisher_only == pytest.approx(46621.4, abs=0.05)


@pytest.mark.parametrize(
    ("rate", "ratio", "at", "sharp", "sharp_at"),
    [(0.25, 3.9474, 18, 1.0280, 34), (1, 2.9294, 4, 1.1017, 8), (4, 1.3853, 1, 1.1079, 2)],
)
def test_test_channels_against_both_bounds(rate, ratio, at, sharp, sharp_at):
    """tau = 10: the largest ratio over T, and where; it tends to 1 at both ends."""
    target, rounds = unit(rate, 10.0), range(1, 80)
    gain = 1 - 4.0**-rate
    simple = [max(1 / (0.01 + t * gain), 100 * 4.0 ** (-rate * t)) for t in rounds]
    reached = np.array([target.channel_error(t) for t in rounds])
    best = np.array([target.memoryless_error(t) for t in rounds])
    for found, value, place in ((reached / simple, ratio, at), (reached / best, sharp, sharp_at)):
        assert found.max() == pytest.approx(value, abs=6e-5)
        assert rounds[int(found.argmax())] == place
    assert unit(1, 10.0).channel_error(5000) * (0.01 + 3750) == pytest.approx(1.0012, abs=5e-5)


@settings(deadline=None, derandomize=True, max_examples=80)
@given(rate=RATES, s=STDS, tau=STDS, rounds=st.integers(1, 200))
def test_orderings(rate, s, tau, rounds):
    """Unlimited <= delayed <= causal <= memoryless bound <= test channels, and the upper bound."""
    target = FixedTarget(rate=rate, noise_std=s, prior_std=tau)
    chain = [
        target.posterior(rounds),
        target.delayed_error(rounds),
        target.causal_error(rounds),
        target.memoryless_error(rounds),
        target.channel_error(rounds),
        tau**2,
    ]
    assert all(a <= b * (1 + 1e-12) for a, b in pairwise(chain))
    assert target.causal_error(rounds) <= target.causal_upper(rounds)


@settings(deadline=None, derandomize=True, max_examples=40)
@given(rate=RATES, tau=STDS, rounds=st.integers(0, 60))
def test_causal_error_is_what_is_not_known_and_not_told(rate, tau, rounds):
    """P_T + N_T with N_t = (N_{t-1} + P_{t-1} - P_t) 4^-R; at T = 1 all errors are one."""
    target, untold = unit(rate, tau), 0.0
    for t in range(1, rounds + 1):
        moved = target.posterior(t - 1) - target.posterior(t)
        untold = (untold + moved) * 4.0**-rate
    expected = target.posterior(rounds) + untold
    assert target.causal_error(rounds) == pytest.approx(expected, rel=1e-12)
    assert target.causal_error(1) == pytest.approx(target.memoryless_error(1), rel=1e-12)
    assert target.causal_error(1) == pytest.approx(target.delayed_error(1), rel=1e-12)


def test_without_memory_it_is_the_sharp_converse():
    """In the units of theta: s = 1/2, tau = 3, as `limits` has it for d = 10, B = 7."""
    target = FixedTarget(rate=0.7, noise_std=0.5, prior_std=3.0)
    oracle = BitOracle(dimension=10, bits=7, noise_std=0.5, prior=GaussianPrior(3.0))
    for rounds in (1, 7, 200):
        expected = limits(oracle, rounds=rounds).values["sharp"] / 10
        assert target.memoryless_error(rounds) == pytest.approx(expected, rel=1e-10)
    for error in (2.0, 0.1):
        expected = limits(oracle, error=10 * error).values["sharp"]
        assert target.memoryless_rounds(error) == pytest.approx(expected, rel=1e-10)
    assert target.memoryless_error(0) == 9.0


def test_the_upper_bound_is_its_formula():
    target = FixedTarget(rate=2.0, noise_std=0.5, prior_std=3.0)
    expected = 0.25 / 6 + 4 * 0.25 / (36 * 15) + 9 / 2**12
    assert target.causal_upper(6) == pytest.approx(expected, rel=1e-13)


def test_refused():
    with pytest.raises(ArgumentError, match="rate"):
        FixedTarget(rate=0.0, noise_std=1.0, prior_std=1.0)
    with pytest.raises(ArgumentError, match="larger"):
        unit(1.0).causal_rounds(1e-9)
    assert unit(1.0).causal_rounds(2.0) == 0
    assert unit(1.0).memoryless_rounds(2.0) == 0
