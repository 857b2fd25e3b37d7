"""Casts to a format: conformance, exact bits, exact errors and laws, scales at the edge."""

from dataclasses import dataclass, replace
from fractions import Fraction

import ml_dtypes
import numpy as np
import pytest

from infobound.numerics.arguments import ArgumentError
from infobound.quantizers.base import Message
from infobound.quantizers.formats.cast import Cast
from infobound.quantizers.formats.elements import BF16, E4M3, E8M0, INT8, FloatFormat
from infobound.testing import check_quantizer

NAMES = ("e4m3", "e5m2", "e2m1", "fp16", "bf16", "int8")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("rounding", ["nearest", "stochastic", "truncate"])
def test_conformance(name, rounding):
    """Every format with every rounding, with a scale or without, so that all pairs come up.

    The kit's rate of false alarms is 1e-6 each.
    """
    scaled = rounding == "stochastic" or (NAMES.index(name) + len(rounding)) % 2
    cast = Cast(name, "max" if scaled else None, rounding)
    check_quantizer(cast, dimensions=[3], samples=2**11).raise_if_failed()


@dataclass(frozen=True)
class Short(Cast):
    """A planted mistake: short coins that are said to be unbiased."""

    __init__ = Cast.__init__
    unbiased = True


def test_the_kit_notices_short_coins():
    """Two bits of coin: a bias of up to a quarter of a step."""
    found = check_quantizer(Short("e2m1", "max", "stochastic", 2), dimensions=[5])
    assert "unbiased" in {failure.check for failure in found.failures}


@pytest.mark.parametrize("name", NAMES)
def test_bits_and_payload(name):
    """8 + 32/N bits per coordinate with a scale, and the bytes are there."""
    width = Cast(name).format.width
    for d in (1, 7, 1000):
        plain, scaled = Cast(name), Cast(name, "max")
        assert plain.bits(d) == width * d
        assert scaled.bits(d) == width * d + 32
        y = np.random.default_rng(d).standard_normal((2, d))
        message = scaled.encode(y)
        assert message.side_bits == 64
        assert len(message.payload) == -(-2 * scaled.bits(d) // 8)


def test_payload_is_scale_then_codes():
    """1.0 as a float32, big end first, then the codes of ml_dtypes."""
    y = np.float32([448.0, -1.1, 0.013, 0.0, -0.0])
    payload = Cast("e4m3", "max").encode(y).payload
    assert payload[:4].hex() == "3f800000"
    assert payload[4:] == y.astype(ml_dtypes.float8_e4m3fn).tobytes()
    assert Cast("e4m3").encode(y).payload == payload[4:]
    assert Cast("e2m1").encode([1.0, -6.0, 0.5]).payload.hex() == "2f10"


def law_by_fractions(x, form):
    """Neighbours of a number in the range, and the chance of the upper one, from the table."""
    line = sorted({Fraction(v) for v in form.values.tolist() if np.isfinite(v)})
    low = max(v for v in line if v <= x)
    high = min(v for v in line if v >= x)
    return low, high, (x - low) / (high - low) if high > low else Fraction(0)


@pytest.mark.parametrize("name", ["e4m3", "e2m1", "int8"])
def test_exact_error_of_stochastic_rounding(name):
    """(x - low)(high - x) summed, in rationals from the table of the format."""
    cast = Cast(name, rounding="stochastic")
    y = np.array([0.3, -1.7, 2.2, 1e-4, -0.0, 5.0, -5.75])
    exact = Fraction(0)
    for x in map(Fraction, y):
        low, high, _ = law_by_fractions(x, cast.format)
        exact += (x - low) * (high - x)
    assert cast.mean_squared_error(y) == pytest.approx(float(exact), rel=1e-14)
    law = cast.law(y[:5])
    assert law.mean() == pytest.approx(y[:5], rel=1e-14)
    assert law.mean_squared_error(y[:5]) == pytest.approx(float(cast.mean_squared_error(y[:5])))
    wrong = Cast(name, rounding="stochastic", coin_bits=1).mean_squared_error(y)
    assert wrong != pytest.approx(float(exact), rel=1e-3)


def test_exact_error_of_short_coins():
    """One coin bit on x = 0.2 in E2M1: f = 0.4 is taken for 0; on 0.3, f = 0.6 for 1/2."""
    cast = Cast("e2m1", rounding="stochastic", coin_bits=1)
    assert cast.law([0.2]).vectors.tolist() == [[0.0]]
    assert cast.mean_squared_error([0.2]) == pytest.approx(0.04)
    assert cast.mean_squared_error([0.3]) == pytest.approx((0.09 + 0.04) / 2)
    assert not cast.unbiased
    assert not Cast("e2m1", "max", "stochastic", coin_bits=8).unbiased


@pytest.mark.parametrize("rounding", ["nearest", "truncate", "stochastic"])
def test_error_when_saturated(rounding):
    """What lies beyond the range is cut, with the error that this makes."""
    cast = Cast("e2m1", rounding=rounding)
    y = np.array([[10.0, -7.0], [6.0, -1e6]])
    assert cast.mean_squared_error(y) == pytest.approx([16 + 1, (1e6 - 6) ** 2])
    assert cast.roundtrip(y, rng=0).tolist() == [[6, -6], [6, -6]]
    assert not cast.unbiased


def test_gaussian_error_of_fp8():
    """NMSE of N(0, 1) with one scale: 7.03e-4 for E4M3, 2.79e-3 for E5M2 (2^18 samples).

    The relative standard error of the mean of 2^18 squares is below 0.4 %, so 2 % is 5 of them.
    """
    y = np.random.default_rng(4).standard_normal(2**18, dtype=np.float32)
    for name, expected in (("e4m3", 7.03e-4), ("e5m2", 2.79e-3)):
        q = Cast(name, "max").roundtrip(y)
        nmse = float(np.mean((q - y) ** 2.0) / np.mean(y**2.0))
        assert nmse == pytest.approx(expected, rel=0.02)


@pytest.mark.parametrize("name", NAMES)
def test_scales_at_the_edge(name):
    """Nothing is clipped at any size of y; zeros; rows with scales of their own."""
    cast = Cast(name, "max")
    for size in (3e38, 1.0, 1e-30, 1e-44, 5e-324):
        y = np.array([size, -size / 3, 0.0])
        q = cast.roundtrip(y)
        assert np.abs(q).max() <= size * (1 + 2.0**-20) or size < 1e-30
        assert np.array_equal(cast.decode(cast.encode(y)), q)
        if size >= 1e-30:
            assert q == pytest.approx(y, rel=0.34, abs=size / cast.top)
    rows = np.array([[1.0, 0.5], [1e-6, 0.5e-6], [0.0, -0.0]])
    joint = cast.roundtrip(rows)
    for row, q in zip(rows, joint, strict=True):
        assert np.array_equal(cast.roundtrip(row), q)
    assert (joint[2] == 0).all()


def test_bound_holds_and_is_met():
    """Worst vectors: half-way points reach a good part of the bound; its half would be broken."""
    y = np.append(np.full(63, 1.0625 / 448), 1.0)  # 1.0625 is half-way in E4M3
    for rounding in ("nearest", "stochastic", "truncate"):
        cast = Cast("e4m3", "max", rounding)
        error = float(cast.mean_squared_error(y))
        bound = cast.variance_bound(64)
        assert error <= float(bound.at(y))
    y = np.ones(64) * 1.0625
    y[0] = 448
    cast = Cast("int8", "max")
    half = np.append(np.full(99, 0.5 - 1e-9), 127.0)
    error = float(cast.mean_squared_error(half))
    bound = cast.variance_bound(100).at(half)
    assert 0.98 * bound < error <= bound
    assert Cast("e4m3").variance_bound(5) is None
    assert Cast("e4m3", "max", "stochastic", 4).variance_bound(5) is None


def test_codes_that_are_no_numbers_are_refused():
    cast = Cast("e4m3")
    bad = Message.join([([0x38, 0x7F], 8)], shape=(2,), made_by=repr(cast))
    with pytest.raises(ArgumentError, match="message code 1 = 127"):
        cast.decode(bad)
    scaled = Cast("e5m2", "max")
    nan_scale = Message.join([([0x7FC00000], 32), ([0], 8)], shape=(1,), side=[0])
    with pytest.raises(ArgumentError, match="finite float32"):
        scaled.decode(replace(nan_scale, made_by=repr(scaled)))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Cast("fp9"), "format = 'fp9'.*e4m3"),
        (lambda: Cast(E8M0), "format = 'e8m0'.*sign"),
        (lambda: Cast("e4m3", "mean"), "scaling = 'mean'"),
        (lambda: Cast("e4m3", rounding="up"), "rounding = 'up'"),
        (lambda: Cast("e4m3", coin_bits=8), "coin_bits = 8"),
        (lambda: Cast("e4m3").roundtrip([1.0, np.nan]), r"y\[1\] = nan"),
        (lambda: Cast("e4m3", "max").encode([1e300]), r"y\[0\] = 1e\+300"),
    ],
)
def test_what_is_refused(make, message):
    with pytest.raises(ArgumentError, match=message):
        make()


def test_formats_of_ones_own():
    assert Cast("E4M3") == Cast(E4M3)
    assert Cast(INT8).format is INT8
    assert (Cast("e4m3").top, Cast(BF16).top) == (448, 65280)
    mine = Cast(FloatFormat("e3m4", 3, 4, 3), "max")
    check_quantizer(mine, dimensions=[3], samples=2**12).raise_if_failed()
