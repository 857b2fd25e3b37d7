"""The binary-input Gaussian channel: known values, limits, and two independent computations."""

import math
from fractions import Fraction

import numpy as np
import pytest

from infobound.information.binary_gaussian import binary_gaussian_information
from infobound.numerics.arguments import ArgumentError

# I in nats at a = 1/s, 25 digits, by an Arb integral of another form of the integrand,
# a^2 - E ln cosh(a^2 + a Z) over [-40, 40].
NATS = {
    Fraction(20): "0.00124844009607065848598238237",
    Fraction(1): "0.336830820346831612004804799983",
    Fraction(1, 2): "0.632720193736866981659010594301",
}


def holds_nats(noise_std: Fraction, nats: str, unit: float = math.log(2)) -> bool:
    found = binary_gaussian_information(noise_std).value * unit
    return abs(found / float(nats) - 1) < 1e-14


@pytest.mark.parametrize(("noise_std", "nats"), NATS.items())
def test_known_values(noise_std: Fraction, nats: str) -> None:
    """In bits; read as nats, or with the factor the wrong way, the same check objects."""
    assert holds_nats(noise_std, nats)
    assert not holds_nats(noise_std, nats, unit=1.0)
    assert not holds_nats(noise_std, nats, unit=1 / math.log(2))


@pytest.mark.parametrize(("noise_std", "nats"), NATS.items())
def test_certified_digits(noise_std: Fraction, nats: str) -> None:
    from flint import arb, ctx

    low, high = binary_gaussian_information(noise_std, certified=True, digits=40)
    assert 0 < high - low < low / 10**40
    with ctx.workdps(60):
        bits = arb(nats) / arb.const_log2()
        slack = arb(2) * arb(10) ** -29 * bits  # the last digit printed
        assert arb(str(low.numerator)) / arb(str(low.denominator)) - bits < slack
        assert bits - arb(str(high.numerator)) / arb(str(high.denominator)) < slack


@pytest.mark.parametrize(
    "noise_std", [1e-100, 0.01, 0.1, 0.15, 0.3, 0.7, 3.0, 8.0, 1e4, 1e50, 1e100]
)
def test_quadrature_agrees_with_the_certified_interval(noise_std: float) -> None:
    low, high = binary_gaussian_information(noise_std, certified=True, digits=20)
    found = binary_gaussian_information(noise_std)
    assert found.method == "quadrature"
    assert found.unit == "bits"
    assert abs(Fraction(found.value) / low - 1) < Fraction(1, 10**14)
    assert low < high
    assert low <= 1  # and `high` may pass 1 by the width


def test_limits() -> None:
    """1 at low noise; 1/(2 ln 2 s^2) at high noise, where the next term is -1/(2 s^2) of it."""
    assert binary_gaussian_information(0.05).value == pytest.approx(1, abs=1e-15)
    for noise_std in (1e2, 1e3):
        ratio = binary_gaussian_information(noise_std).value * 2 * math.log(2) * noise_std**2
        assert ratio == pytest.approx(1 - 1 / (2 * noise_std**2), abs=1 / noise_std**4)
        assert abs(ratio - 1 / (2 * math.log(2))) > 0.2  # the limit with nats for bits


def test_slope_is_half_the_mean_square_error() -> None:
    """dI/da^2 = mmse/2 nats (Guo, Shamai and Verdu 2005), mmse = 1 - E tanh(a^2 + a Z)."""
    place = np.arange(-9, 9, 0.01)
    weight = 0.01 * np.exp(-(place**2) / 2) / math.sqrt(2 * math.pi)
    for snr in (0.04, 1.0, 5.0):
        step = 1e-4 * snr
        up, down = (binary_gaussian_information(x**-0.5).value for x in (snr + step, snr - step))
        mmse = 1 - float(weight @ np.tanh(snr + math.sqrt(snr) * place))
        assert (up - down) / (2 * step) * math.log(2) == pytest.approx(mmse / 2, rel=1e-6)


@pytest.mark.parametrize("noise_std", [0, -1.0, math.inf, math.nan, 1e101, "1"])
def test_refused(noise_std: object) -> None:
    with pytest.raises(ArgumentError, match="noise_std = "):
        binary_gaussian_information(noise_std)  # type: ignore[call-overload]
    with pytest.raises(ArgumentError, match=r"digits = 300, but .*at most 200"):
        binary_gaussian_information(1.0, certified=True, digits=300)
