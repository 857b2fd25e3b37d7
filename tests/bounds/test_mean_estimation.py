"""What schemes reach on one vector and what none can beat: tabulated values and limits."""

import math

import numpy as np
import pytest

from infobound.bounds import mean_estimation as bounds
from infobound.numerics.arguments import ArgumentError
from infobound.numerics.gauss_legendre import gauss_legendre
from infobound.numerics.normal import cell_probability


@pytest.mark.parametrize(
    ("d", "nmse"), [(2, 0.27324), (4, 0.43374), (16, 0.54097), (64, 0.56364), (1024, 0.57035)]
)
def test_drive_table(d, nmse):
    assert round(bounds.drive_nmse(d), 5) == nmse


def test_drive_exact():
    """d = 3 in closed form (derivation `eden`); d = 4 from quadrature to 30 digits."""
    three = 6 * math.sqrt(2) * math.log(1 + math.sqrt(2)) / math.pi - 2
    assert bounds.drive_nmse(3) == pytest.approx(three, rel=1e-14)
    assert bounds.drive_nmse(4) == pytest.approx(0.43374098330992875010, rel=1e-14)
    assert bounds.drive_nmse(1) == bounds.drive_nmse(1, scale="biased") == 0


def test_drive_grows_to_its_limit():
    """pi/2 - 1 - (some constant)/d: the gap times d settles, up to d = 10^9."""
    values = [bounds.drive_nmse(10**k) for k in range(1, 10)]
    gaps = [(math.pi / 2 - 1 - value) * 10**k for k, value in enumerate(values, start=1)]
    assert np.all(np.diff(values) > 0)
    assert gaps[3:6] == pytest.approx([gaps[5]] * 3, rel=1e-3)
    biased = [bounds.drive_nmse(10**k, scale="biased") for k in range(10)]
    assert np.all(np.diff(biased) > 0)
    assert biased[-1] == pytest.approx(1 - 2 / math.pi, rel=1e-8)


@pytest.mark.parametrize(
    ("bits", "biased", "unbiased", "digits"),
    [
        (1, 0.36338, 0.57080, 5),
        (2, 0.117482, 0.133121, 6),
        (3, 0.0345478, 0.0357840, 7),
        (4, 0.0095010, 0.0095921, 7),
        (5, 0.0025047, 0.0025110, 7),
    ],
)
def test_eden_table(bits, biased, unbiased, digits):
    assert round(bounds.eden_nmse(bits, scale="biased"), digits) == biased
    assert round(bounds.eden_nmse(bits), digits) == unbiased
    assert unbiased > bounds.unbiased_converse(bits)
    assert biased > bounds.gaussian_distortion(bits)


def test_converses():
    assert bounds.unbiased_converse(1) == pytest.approx(1 / 3, rel=1e-15)
    assert bounds.unbiased_converse(0.5) == pytest.approx(1, rel=1e-15)
    assert bounds.unbiased_converse(1e-9) == pytest.approx(1e9 / math.log(4), rel=1e-8)
    assert bounds.gaussian_distortion(2) == 1 / 16
    for rate in (0.1, 1.0, 4.5):
        at_the_limit = bounds.unbiased_converse(rate)
        assert bounds.rate_gap(rate, at_the_limit, unbiased=True) == pytest.approx(0, abs=1e-14)
        assert bounds.rate_gap(rate, 4.0**-rate, unbiased=False) == pytest.approx(0, abs=1e-14)
        assert bounds.rate_gap(rate, 1.01 * at_the_limit, unbiased=True) > 5e-4
    # A free norm beats the converse; that it is negative says so.
    assert bounds.rate_gap(1, bounds.drive_nmse(2), unbiased=True) < -0.1


@pytest.mark.parametrize(
    ("bits", "gap"), [(1, 0.270), (2, 0.455), (3, 0.572), (4, 0.641), (5, 0.679)]
)
def test_gap_of_lloyd_max(bits, gap):
    """The same for both scales: 1 + (1 - D)/D = 1/D."""
    unbiased = bounds.rate_gap(bits, bounds.eden_nmse(bits), unbiased=True)
    biased = bounds.rate_gap(bits, bounds.eden_nmse(bits, scale="biased"), unbiased=False)
    assert unbiased == pytest.approx(biased, abs=1e-14)
    assert round(unbiased, 3) == gap


def test_sampling():
    assert bounds.sampled_nmse(0.5, 1.0) == 0.5
    assert bounds.sampled_nmse(0.5, 0.1) == pytest.approx(14)
    assert bounds.sampled_nmse(0.25, 0.5, scale="biased") == 0.625
    with pytest.raises(ArgumentError, match=r"kept = 1.5, but it must be at most 1"):
        bounds.sampled_nmse(0.5, 1.5)


def entropy_by_cells(ratio):
    """H(K | U = u) as a sum over cells, averaged over u by Gauss-Legendre: another route."""
    u, weight = gauss_legendre(400)
    k = np.arange(-math.ceil(12 / ratio) - 3, math.ceil(12 / ratio) + 4)[:, None]
    p = cell_probability((k - u) * ratio, (k + 1 - u) * ratio)
    terms = -p * np.log2(np.where(p > 0, p, 1.0))
    return float(terms.sum(axis=0) @ weight)


@pytest.mark.parametrize("ratio", [0.05, 0.5, 1.0, 3.0, 12.0, 60.0])
def test_dithered_rate(ratio):
    rate = bounds.dithered_rate(ratio)
    assert rate == pytest.approx(entropy_by_cells(ratio), rel=1e-13)
    assert bounds.dithered_rate(ratio * 7.0, scale=7.0) == pytest.approx(rate, rel=1e-14)


def test_dithered_gaps():
    """Zamir and Feder: at most 0.2546 with Wiener's factor, at high resolution equal to it."""
    assert round(bounds.SHAPING_GAP, 4) == 0.2546
    ratios = np.geomspace(2.0**-12, 2.0**10, 60)
    rates = np.array([bounds.dithered_rate(ratio) for ratio in ratios])
    noise = ratios**2 / 12
    wiener = rates - np.log2(1 + 1 / noise) / 2
    plain = rates - np.maximum(0.0, -np.log2(noise) / 2)
    assert np.all(wiener <= bounds.SHAPING_GAP + 1e-12)
    assert np.all(wiener > 0)
    assert np.all(plain <= bounds.SHAPING_GAP + 0.5)
    assert plain.max() > 0.7
    assert wiener[0] == pytest.approx(bounds.SHAPING_GAP, abs=1e-11)


def test_arguments():
    for wrong in (
        lambda: bounds.drive_nmse(0),
        lambda: bounds.drive_nmse(4, scale="none"),
        lambda: bounds.eden_nmse(11),
        lambda: bounds.unbiased_converse(0),
        lambda: bounds.gaussian_distortion(-1),
        lambda: bounds.rate_gap(1, 0, unbiased=True),
    ):
        with pytest.raises(ArgumentError):
            wrong()
    with pytest.raises(ArgumentError, match=r"step / scale = 2048.0, but it must be in"):
        bounds.dithered_rate(2048.0)


def test_effective_bits():
    """Both invert their limit, and `rate_gap` is the rate less them."""
    for rate in (0.1, 1.0, 4.5, 20.0):
        biased, unbiased = bounds.gaussian_distortion(rate), bounds.unbiased_converse(rate)
        assert bounds.effective_bits(biased) == pytest.approx(rate, rel=1e-14)
        assert bounds.unbiased_effective_bits(unbiased) == pytest.approx(rate, rel=1e-14)
    assert bounds.effective_bits(9.05e-3) == pytest.approx(3.394, abs=5e-4)
    assert bounds.rate_gap(4.5, 9.05e-3, unbiased=False) == pytest.approx(1.106, abs=5e-4)
    assert bounds.effective_bits(2.0) == -0.5  # worse than sending nothing
    with pytest.raises(ArgumentError, match="nmse"):
        bounds.effective_bits(0.0)
