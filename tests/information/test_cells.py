"""Scalar cells: the closed form, its second route, and the laws that every partition obeys."""

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infobound.information.cells import cells_entropy, cells_fisher, cells_law, cells_mmse
from infobound.quantizers.scalar import LloydMax, Uniform

LAW = settings(deadline=None, derandomize=True)
THRESHOLDS = st.lists(st.floats(-12, 12), min_size=1, max_size=7, unique=True).map(sorted)
SCALE = st.floats(1e-3, 1e3)


def fisher(thresholds: Sequence[float], theta: float = 0.0, s: float = 1.0) -> float:
    return float(cells_fisher(np.array(thresholds), np.array([theta]), s)[0])


def entropy(thresholds: Sequence[float], theta: float = 0.0, s: float = 1.0) -> float:
    return float(cells_entropy(np.array(thresholds), np.array([theta]), s)[0])


def excess(thresholds: Sequence[float], s: float, factor: float = 1.0) -> float:
    """Fisher information of the cell, minus `factor` times the limit at its entropy."""
    limit = -math.expm1(-math.log(4) * entropy(thresholds, s=s)) / s**2
    return fisher(thresholds, s=s) - factor * limit


@LAW
@given(thresholds=THRESHOLDS, s=SCALE)
def test_information_is_at_most_what_the_entropy_buys(thresholds: list[float], s: float) -> None:
    """I_M <= (1 - 4^-H(M)) / s^2 <= 2 ln 2 H(M) / s^2 for every partition of the line."""
    scaled = [s * t for t in thresholds]
    assert excess(scaled, s) <= 0
    assert fisher(scaled, s=s) <= 2 * math.log(2) * entropy(scaled, s=s) / s**2


@pytest.mark.parametrize(
    "factor", [0.5, 0.85, 0.95], ids=["factor 2 lost", "fitted at one centred bit", "5 % low"]
)
def test_the_entropy_limit_rejects(factor: float) -> None:
    """A threshold 12 s out attains 0.9552 of the limit, so the same check must object."""
    assert excess([12.0], 1.0, factor) > 0
    assert fisher([12.0]) > factor * 2 * math.log(2) * entropy([12.0])


# The 40-digit values of the scalar optimum and of the uniform quantizer at its best step.
LLOYD_MAX = [0.6366197723676, 0.8825181521707, 0.9654522392115, 0.9904989919918,
             0.9974953316443, 0.9993557603347, 0.9998365217700, 0.9999588149171]  # fmt: skip
UNIFORM = [0.636620, 0.882518152, 0.964189112, 0.989208164,
           0.996765110, 0.999038786, 0.999717817, 0.999918267]  # fmt: skip
ENTROPY = [1.0, 1.911099, 2.824865, 3.765328, 4.729784, 5.710078, 6.699583, 7.694119]


@pytest.mark.parametrize("bits", range(1, 9))
def test_tabulated_values(bits: int) -> None:
    lloyd_max, uniform = LloydMax(bits).cells, Uniform(bits).cells
    assert fisher(lloyd_max.thresholds) == pytest.approx(LLOYD_MAX[bits - 1], abs=1e-12)
    assert fisher(uniform.thresholds) == pytest.approx(UNIFORM[bits - 1], abs=5e-7)
    assert entropy(lloyd_max.thresholds) == pytest.approx(ENTROPY[bits - 1], abs=5e-7)


@pytest.mark.parametrize(("bits", "error"), [(9, 1.03368311147e-5), (10, 2.58937583762e-6)])
def test_tabulated_errors_of_many_bits(bits: int, error: float) -> None:
    thresholds = np.array(LloydMax(bits).cells.thresholds)
    assert cells_mmse(thresholds, np.zeros(1), 1.0)[0] == pytest.approx(error, rel=1e-10)
    assert 1 - fisher(thresholds.tolist()) == pytest.approx(error, rel=1e-8)


@pytest.mark.parametrize(
    ("offset", "value"),
    [(0, 0.6366), (0.5, 0.5810), (1, 0.4386), (2, 0.1311), (3, 0.01457)],
)
def test_one_bit_off_centre(offset: float, value: float) -> None:
    assert fisher([offset]) == pytest.approx(value, rel=2e-4)
    assert fisher([0.0], theta=offset) == pytest.approx(fisher([offset]), rel=1e-14)


@LAW
@given(thresholds=THRESHOLDS, theta=st.floats(-3, 3), s=SCALE)
def test_both_routes_agree(thresholds: list[float], theta: float, s: float) -> None:
    """Score route = (s^2 - E Var(X | cell)) / s^4, to 1e-12 of the information in X, 1/s^2."""
    cuts = s * np.array(thresholds)
    error = cells_mmse(cuts, np.array([s * theta]), s)[0]
    assert error > 0
    assert fisher(cuts.tolist(), s * theta, s) == pytest.approx(
        (s**2 - error) / s**4, abs=1e-12 / s**2
    )


def test_the_second_route_rejects_a_lost_power_of_s() -> None:
    s, cuts = 0.7, np.array([-0.2, 0.9])
    error = cells_mmse(cuts, np.array([0.1]), s)[0]
    assert fisher(cuts.tolist(), 0.1, s) != pytest.approx((s**2 - error) / s**2, rel=0.1)


@LAW
@given(thresholds=THRESHOLDS, theta=st.floats(-3, 3), s=SCALE)
def test_scale_and_shift(thresholds: list[float], theta: float, s: float) -> None:
    """Units of s: I(s t; s theta, s) = I(t; theta, 1) / s^2; shifting all leaves it alone."""
    unit = fisher(thresholds, theta)
    scaled = fisher([s * t for t in thresholds], s * theta, s)
    assert scaled * s**2 == pytest.approx(unit, rel=1e-9, abs=1e-300)
    moved = fisher([t - theta for t in thresholds])
    assert moved == pytest.approx(unit, rel=1e-9, abs=1e-300)


@LAW
@given(
    half=st.lists(st.floats(0.01, 8), min_size=1, max_size=4, unique=True).map(sorted),
    theta=st.floats(0, 6),
)
def test_symmetric_cells_give_an_even_function(half: list[float], theta: float) -> None:
    cuts = [*(-t for t in reversed(half)), *half]
    assert fisher(cuts, theta) == pytest.approx(fisher(cuts, -theta), rel=1e-12, abs=1e-300)
    assert entropy(cuts, theta) == pytest.approx(entropy(cuts, -theta), rel=1e-12)


def test_the_slope_is_a_derivative() -> None:
    """Central differences of step 1e-4 are within 1e-8 of the slope; of the wrong sign, not."""
    cuts, h = np.array([-1.0, 0.2, 2.0]), 1e-4
    up, down = (cells_law(cuts, 0.3 + e, 0.8).probability for e in (h, -h))
    slope = cells_law(cuts, 0.3, 0.8).slope[:, 0]
    np.testing.assert_allclose((up - down) / (2 * h), slope, atol=1e-8)
    assert np.max(np.abs((up - down) / (2 * h) + slope)) > 0.1


def test_every_theta_of_a_vector_in_its_place() -> None:
    """Distinct, repeated and unsorted theta, more than one block of memory."""
    theta = np.random.default_rng(0).permutation(np.repeat(np.linspace(-3, 3, 20_000), 2))
    cuts = np.array([-0.5, 0.0, 1.0])
    for functional in (cells_fisher, cells_entropy):
        values = functional(cuts, theta, 1.0)
        assert values.shape == theta.shape
        for k in (0, 17, 31_111, 39_999):
            assert values[k] == pytest.approx(functional(cuts, theta[k : k + 1], 1.0)[0], rel=1e-14)
    same = cells_fisher(cuts, np.broadcast_to(0.5, (10**9,)), 1.0)  # needs no memory
    assert same.shape == (10**9,)
    assert same[123] == fisher(cuts.tolist(), 0.5)
