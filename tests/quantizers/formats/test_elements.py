"""Number formats: tables of the specifications, limits, and two libraries that decode them."""

import math
from dataclasses import replace
from fractions import Fraction

import gfloat
import gfloat.formats
import ml_dtypes
import numpy as np
import pytest

from infobound.numerics.arguments import ArgumentError
from infobound.quantizers.formats.elements import (
    BF16,
    E2M1,
    E2M3,
    E3M2,
    E4M3,
    E5M2,
    E8M0,
    FORMATS,
    FP16,
    INT4,
    INT8,
    MXINT8,
    FloatFormat,
    IntegerFormat,
)

# name: width, max, smallest normal, smallest subnormal, emax, infinity, codes of nan, finite values
LIMITS = {
    "e4m3": (8, 448.0, 2.0**-6, 2.0**-9, 8, False, 2, 253),
    "e5m2": (8, 57344.0, 2.0**-14, 2.0**-16, 15, True, 6, 247),
    "e2m1": (4, 6.0, 1.0, 0.5, 2, False, 0, 15),
    "e2m3": (6, 7.5, 1.0, 0.125, 2, False, 0, 63),
    "e3m2": (6, 28.0, 0.25, 0.0625, 4, False, 0, 63),
    "e8m0": (8, 2.0**127, 2.0**-127, 2.0**-127, 127, False, 1, 255),
    "bf16": (16, 2.0**128 - 2.0**120, 2.0**-126, 2.0**-133, 127, True, 254, 65279),
    "fp16": (16, 65504.0, 2.0**-14, 2.0**-24, 15, True, 2046, 63487),
}
# Codes and numbers as the OCP specifications print them (FP8 v1.0 table 2, MX v1.0 tables 2-5).
PRINTED = {
    E4M3: {0x00: 0.0, 0x01: 2.0**-9, 0x07: 0.875 * 2.0**-6, 0x08: 2.0**-6, 0x38: 1.0, 0x7E: 448.0},
    E5M2: {0x01: 2.0**-16, 0x03: 0.75 * 2.0**-14, 0x04: 2.0**-14, 0x3C: 1.0, 0x7B: 57344.0},
    E2M1: dict(enumerate([0.0, 0.5, 1, 1.5, 2, 3, 4, 6, -0.0, -0.5, -1, -1.5, -2, -3, -4, -6])),
    E2M3: {0x01: 0.125, 0x07: 0.875, 0x08: 1.0, 0x1F: 7.5, 0x3F: -7.5},
    E3M2: {0x01: 0.0625, 0x03: 0.1875, 0x04: 0.25, 0x1F: 28.0, 0x3F: -28.0},
    E8M0: {0x00: 2.0**-127, 0x7F: 1.0, 0x80: 2.0, 0xFE: 2.0**127},
    MXINT8: {
        0x01: 2.0**-6,
        0x40: 1.0,
        0x7F: 1.984375,
        0x80: -2.0,
        0x81: -1.984375,
        0xFF: -(2.0**-6),
    },
    INT4: {0: 0.0, 7: 7.0, 8: -8.0, 9: -7.0, 15: -1.0},
    FP16: {0x0001: 2.0**-24, 0x3C00: 1.0, 0x3555: 0.333251953125, 0x7BFF: 65504.0, 0xC000: -2.0},
    BF16: {0x0001: 2.0**-133, 0x3F80: 1.0, 0x4049: 3.140625},
}
ML_DTYPES = {
    "e4m3": ml_dtypes.float8_e4m3fn,
    "e5m2": ml_dtypes.float8_e5m2,
    "e2m1": ml_dtypes.float4_e2m1fn,
    "e2m3": ml_dtypes.float6_e2m3fn,
    "e3m2": ml_dtypes.float6_e3m2fn,
    "e8m0": ml_dtypes.float8_e8m0fnu,
    "bf16": ml_dtypes.bfloat16,
    "fp16": np.float16,
}
GFLOAT = {
    name: getattr(gfloat.formats, f"format_info_{theirs}")
    for name, theirs in {
        **{name: f"ocp_{name}" for name in ("e4m3", "e5m2", "e2m1", "e2m3", "e3m2", "e8m0")},
        "bf16": "bfloat16",
        "fp16": "binary16",
        "mxint8": "ocp_int8",
    }.items()
}


def same(a, b):
    """Equal as numbers, nan where nan, and zeros of the same sign."""
    a, b = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    number = ~np.isnan(a)
    return np.array_equal(a, b, equal_nan=True) and np.array_equal(
        np.signbit(a[number]), np.signbit(b[number])
    )


@pytest.mark.parametrize("name", LIMITS)
def test_limits(name):
    """What is derived is what the specifications print."""
    form, values = FORMATS[name], FORMATS[name].values
    width, most, normal, subnormal, emax, infinite, unknown, finite = LIMITS[name]
    assert (form.width, form.max, form.min_normal, form.min_subnormal) == (
        (width, most, normal, subnormal)
    )
    assert (form.emax, form.has_inf, form.has_nan) == (emax, infinite, unknown > 0)
    assert form.precision == form.mantissa_bits + 1
    assert len(values) == 2**width
    assert np.isnan(values).sum() == unknown
    assert np.isinf(values).sum() == 2 * infinite
    assert len(np.unique(values[np.isfinite(values)])) == finite
    assert form.min == values[np.isfinite(values)].min()


@pytest.mark.parametrize("form", PRINTED, ids=lambda form: form.name)
def test_printed_codes(form):
    codes = list(PRINTED[form])
    assert same(form.values[codes], list(PRINTED[form].values()))


def test_printed_specials():
    assert np.flatnonzero(np.isnan(E4M3.values)).tolist() == [0x7F, 0xFF]
    assert np.flatnonzero(np.isnan(E5M2.values)).tolist() == [0x7D, 0x7E, 0x7F, 0xFD, 0xFE, 0xFF]
    assert (E5M2.values[0x7C], E5M2.values[0xFC]) == (math.inf, -math.inf)
    assert np.flatnonzero(np.isnan(E8M0.values)).tolist() == [0xFF]


@pytest.mark.parametrize("name", ML_DTYPES)
def test_all_codes_as_ml_dtypes(name):
    form = FORMATS[name]
    codes = np.arange(2**form.width, dtype=np.uint8 if form.width <= 8 else np.uint16)
    with np.errstate(invalid="ignore"):  # signalling nan
        theirs = codes.view(ML_DTYPES[name]).astype(np.float64)
    assert same(form.values, theirs)


@pytest.mark.parametrize("name", GFLOAT)
def test_all_codes_as_gfloat(name):
    form = FORMATS[name]
    assert same(form.values, gfloat.decode_ndarray(GFLOAT[name], np.arange(2**form.width)))


def test_another_bias_is_noticed():
    """The same comparison, of a format whose bias is off by one."""
    codes = np.arange(256, dtype=np.uint8).view(ML_DTYPES["e4m3"]).astype(np.float64)
    assert not same(replace(E4M3, bias=8).values, codes)
    assert not same(replace(E4M3, specials="none").values, codes)
    assert not same(np.abs(E4M3.values), codes)


@pytest.mark.parametrize("name", LIMITS)
def test_values_by_exact_fractions(name):
    """Sign, exponent and mantissa fields put together in rationals."""
    form = FORMATS[name]
    for code, value in enumerate(form.values.tolist()):
        if not math.isfinite(value) or code % (1 if form.width <= 8 else 97):
            continue
        field = code >> form.mantissa_bits & (1 << form.exponent_bits) - 1
        m = Fraction(code & (1 << form.mantissa_bits) - 1, 1 << form.mantissa_bits)
        normal = field > 0 or form.specials == "scale"
        exact = (m + normal) * Fraction(2) ** ((field if normal else 1) - form.bias)
        negative = form.signed and code >> form.width - 1
        assert Fraction(value) == (-exact if negative else exact)


def test_integers():
    assert (INT8.max, INT8.min, INT8.emax, MXINT8.max, MXINT8.emax) == (127, -127, 6, 1.984375, 0)
    assert replace(INT8, symmetric=False).min == -128
    assert INT4.values.tolist() == [*range(8), *range(-8, 0)]
    assert not INT8.has_nan
    assert not INT8.has_inf


def test_formats_are_values():
    """Equal parameters, equal formats; tables cannot be written to."""
    assert FloatFormat("e4m3", 4, 3, 7, specials="fn") == E4M3
    assert hash(IntegerFormat("int8", 8)) == hash(INT8)
    assert all(FORMATS[name].name == name for name in FORMATS)
    with pytest.raises(ValueError, match="read-only"):
        E4M3.values[0] = 1
    with pytest.raises(TypeError):
        FORMATS["mine"] = E4M3


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: FloatFormat("x", 9, 3, 7), "exponent_bits = 9"),
        (lambda: FloatFormat("x", 4, -1, 7), "mantissa_bits = -1"),
        (lambda: FloatFormat("x", 8, 8, 127), "width = 17.*at most 16"),
        (lambda: FloatFormat("x", 4, 3, 7, specials="fnuz"), "specials = 'fnuz'.*ieee, fn, none"),
        (lambda: FloatFormat("x", 8, 0, 127, specials="scale"), "unsigned for a scale"),
        (lambda: FloatFormat("x", 8, 3, 100), "bias = 100.*at least 127"),
        (lambda: IntegerFormat("x", 1), "width = 1"),
        (lambda: IntegerFormat("x", 8, step=0.1), r"step = 0\.1.*power of two"),
        (lambda: IntegerFormat("x", 8, step=-1.0), "step"),
    ],
)
def test_what_is_refused(make, message):
    with pytest.raises(ArgumentError, match=message):
        make()
