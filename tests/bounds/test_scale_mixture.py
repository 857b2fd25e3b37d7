"""Reverse water-filling against Gaussians, a numerical minimum, and its own inverse."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from infobound.bounds.scale_mixture import mixture_distortion, mixture_rate

ENERGIES = st.lists(st.floats(1e-6, 1e6) | st.just(0.0), min_size=1, max_size=6).filter(any)


@pytest.mark.parametrize("rate", [0, 0.3, 1, 4.25])
def test_equal_energies_are_one_gaussian(rate):
    assert mixture_distortion(np.full((3, 5), 7.0), rate=rate) == pytest.approx(4.0**-rate)


def test_two_blocks_by_hand():
    """Energies 16 and 1: below one bit per coordinate on average the second gets nothing."""
    assert mixture_distortion([16, 1], rate=0.5) == pytest.approx((16 / 4 + 1) / 17)
    assert mixture_distortion([16, 1], rate=1) == pytest.approx((16 / 16 + 1) / 17)
    assert mixture_distortion([16, 1], rate=2) == pytest.approx((16 / 64 + 1 / 4) / 17)
    # One coordinate of 16 and three of 1: 4 bits in all, 2 for the first and then 1/2 for each.
    found = mixture_distortion([16, 1], rate=1, counts=[1, 3])
    assert found == pytest.approx(4 * 0.5 / 19)


@given(energies=ENERGIES, rate=st.floats(0.05, 3))
@settings(deadline=None, derandomize=True, max_examples=20)
def test_it_is_the_minimum(energies, rate):
    """No split of the bits that a general optimiser finds is better, and it finds one as good."""
    e = np.array(energies) / max(energies)
    budget = rate * e.size
    best = minimize(
        lambda b: np.sum(e * np.exp2(-2 * b)),
        np.full(e.size, rate),
        jac=lambda b: -2 * np.log(2) * e * np.exp2(-2 * b),
        bounds=[(0, None)] * e.size,
        constraints={"type": "eq", "fun": lambda b: b.sum() - budget, "jac": lambda b: b * 0 + 1},
        method="SLSQP",
        options={"ftol": 1e-14, "maxiter": 500},
    )
    found = mixture_distortion(e, rate=rate) * e.sum()
    assert found <= best.fun * (1 + 1e-9)
    assert found == pytest.approx(best.fun, rel=1e-4, abs=1e-7)


@given(energies=ENERGIES, rate=st.floats(0, 8))
@settings(deadline=None, derandomize=True, max_examples=60)
def test_finer_scales_lower_the_limit(energies, rate):
    """Concavity: at most 4^-R, and each row by itself at most the rows' mean energies."""
    rows = np.array([energies, energies[::-1]])
    separate, mean = (mixture_distortion(e, rate=rate) for e in (rows, rows.mean(axis=0)))
    assert separate <= mean * (1 + 1e-12)
    assert mean <= 4.0**-rate * (1 + 1e-12)


@given(energies=ENERGIES, rate=st.floats(0.01, 8))
@settings(deadline=None, derandomize=True, max_examples=60)
def test_rate_undoes_distortion(energies, rate):
    nmse = mixture_distortion(energies, rate=rate)
    assert mixture_rate(energies, nmse=nmse) == pytest.approx(rate, rel=1e-9)
    assert mixture_rate(energies, nmse=nmse * 1.01) < rate


def test_scale_does_not_matter():
    energies = np.array([[3.0, 0.2, 0], [1, 1, 5], [0, 0, 0]])
    found = {mixture_distortion(energies * unit, rate=1.5) for unit in (2.0**-500, 1, 2.0**500)}
    assert len(found) == 1


def test_rate_of_a_useless_answer():
    assert mixture_rate([1, 2], nmse=1) == 0
    assert mixture_rate([1, 2], nmse=3) == 0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: mixture_distortion([0, 0], rate=1), r"energies = .*not all 0"),
        (lambda: mixture_distortion([1, -1], rate=1), r"energies = .*not negative"),
        (lambda: mixture_distortion([1, np.nan], rate=1), r"energies = .*finite"),
        (lambda: mixture_distortion([], rate=1), r"energies.shape = \(1, 0\)"),
        (lambda: mixture_distortion([1], rate=-1), r"rate = -1"),
        (lambda: mixture_distortion([1, 1], rate=1, counts=[1]), r"counts = .*2 positive numbers"),
        (lambda: mixture_rate([1], nmse=0), r"nmse = 0"),
    ],
)
def test_arguments(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_without_bits_all_energy_is_left():
    """(c log e)/c rounds above log e here: the block must still count as the one that is coded."""
    found = mixture_distortion([[1.0], [0.275]], rate=0, counts=[3])
    assert found == pytest.approx(1.0, rel=1e-15)
    draw = np.random.default_rng(0)
    for _ in range(200):
        energies, counts = np.exp(draw.standard_normal((3, 2))), draw.integers(1, 9, 2)
        assert mixture_distortion(energies, rate=0, counts=counts) == pytest.approx(1, rel=1e-14)


def test_errors_just_below_all_the_energy_take_bits():
    assert mixture_rate([1.0], nmse=0.995) == pytest.approx(-np.log2(0.995) / 2, rel=1e-9)
    assert mixture_rate([1.0], nmse=1.0) == 0
