"""Integer blocks against exact rationals and closed forms."""

import math
from fractions import Fraction

import numpy as np
import pytest

from infobound.numerics.arguments import ArgumentError
from infobound.quantizers.formats.integer_blocks import IntegerBlocks, half_quotient
from infobound.testing import check_quantizer

HALVES = np.arange(0x7C00, dtype=np.uint16).view(np.float16).astype(np.float64)


def exact_half(m, divisor, *, up=False):
    """The half-precision float for m / divisor by comparing rationals with all candidates."""
    quotient = Fraction(float(m)) / divisor
    place = int(np.searchsorted(HALVES, float(quotient)))
    near = range(max(0, place - 3), min(place + 3, len(HALVES)))
    if up:
        return next(HALVES[i] for i in near if Fraction(HALVES[i]) >= quotient)
    gaps = {i: abs(Fraction(HALVES[i]) - quotient) for i in near}
    best = [i for i in near if gaps[i] == min(gaps.values())]
    return HALVES[next((i for i in best if i % 2 == 0), best[0])]


@pytest.mark.parametrize("divisor", [1, 7, 127])
@pytest.mark.parametrize("up", [False, True])
def test_half_quotients_are_rounded_once(divisor, up):
    """Numbers at and next to divisor * (halves and middles between them), normal and subnormal."""
    places = np.array([0, 1, 2, 5, 1022, 1023, 1024, 1025, 5000, 20000, 31742])
    ends, following = HALVES[places], HALVES[places + 1]
    centres = np.concatenate([ends, following, (ends + following) / 2]) * divisor
    near = [centres, np.nextafter(centres, 0), np.nextafter(centres, 1e9)]
    m = np.concatenate(near)[np.concatenate(near) <= 65504 * divisor]
    expected = [exact_half(v, divisor, up=up) for v in m]
    assert half_quotient(m, divisor, up=up).astype(float).tolist() == expected


@pytest.mark.parametrize("width", [2, 4, 8])
@pytest.mark.parametrize("rounding", ["nearest", "truncate"])
@pytest.mark.parametrize("scale", ["fp16", "fp16-up"])
def test_elements_are_those_of_the_real_quotient(width, rounding, scale):
    """Ties (k + 1/2) s and multiples k s with their neighbours, in rational numbers."""
    form = IntegerBlocks(width, 8, scale, rounding)
    largest = form.element.levels
    rng = np.random.default_rng(width)
    for m in (1.0, 0.3, 3e-7, 4e-8):
        s = exact_half(m, largest, up=scale == "fp16-up")
        halves = rng.integers(-2 * largest, 2 * largest + 1, 21) / 2 * s
        near = [halves, np.nextafter(halves, -1), np.nextafter(halves, 1)]
        near += [np.nextafter(halves.astype(np.float32), np.float32(side)) for side in (-1, 1)]
        y = np.concatenate([np.full((21, 1), m), np.stack(near, axis=1), np.zeros((21, 2))], axis=1)
        for kind in (np.float64, np.float32):
            rows = np.clip(y, -m, m).astype(kind)
            quantized = form.quantize(rows)
            s = exact_half(rows[0, 0], largest, up=scale == "fp16-up")
            assert np.all(quantized.scales.view(np.float16).astype(float) == s)
            found = form.element.values[quantized.elements][:, 0]
            expected = [[exact_integer(v, s, largest, rounding) for v in row] for row in rows]
            assert found.tolist() == expected


def exact_integer(y, s, largest, rounding):
    if s == 0:
        return 0
    quotient = Fraction(float(y)) / Fraction(float(s))
    whole = round(quotient) if rounding == "nearest" else math.trunc(quotient)
    return max(-largest, min(largest, whole))


def test_small_blocks_lose_digits_and_then_all():
    """Half precision has no numbers below 2^-24: what s = m / L means there is said, not hidden."""
    form = IntegerBlocks(4, 8)
    y = np.array([7 * 2.0**-26, 2.0**-26])
    assert not form.roundtrip(y).any()
    assert not form.quantize(y).scales.any()
    assert form.clipped(form.quantize(y), y) == 2
    up = IntegerBlocks(4, 8, "fp16-up")
    assert up.clipped(up.quantize(y), y) == 0


def test_real_scales_divide_in_float64():
    """y is the float32 next to 1.5 s: in float32 y / s would be 1.5, a tie, for most m."""
    form = IntegerBlocks(4, 8, "real")
    m = np.random.default_rng(1).uniform(1, 2, 50).astype(np.float32)
    y = np.zeros((50, 8), np.float32)
    y[:, 0], y[:, 1] = m, 1.5 * (m.astype(np.float64) / 7)
    found = form.quantize(y).elements[:, 0, 1]
    scales = m.astype(np.float64) / 7
    expected = [exact_integer(v, s, 7, "nearest") for v, s in zip(y[:, 1], scales, strict=True)]
    assert found.tolist() == expected
    assert 10 < sum(expected) - 50 < 40  # both sides of the tie occur


# 2^19 normal numbers; E(Q - X)^2 with s = m / L, the maximum of the block integrated out.
GAUSSIAN = {
    (4, 32): 9.40973e-3,
    (4, 64): 1.157757e-2,
    (4, 128): 1.375188e-2,
    (8, 32): 2.857735e-5,
    (8, 128): 4.177051e-5,
}


@pytest.mark.parametrize(("width", "block"), GAUSSIAN)
def test_gaussian_error(width, block):
    """False alarm 6e-7 each; a closed form off by 5 % passes 3 times in 1e5."""
    expected = GAUSSIAN[width, block]
    y = np.random.default_rng(7).standard_normal(2**19)
    error = (IntegerBlocks(width, block, "real").roundtrip(y) - y) ** 2
    blocks = error.reshape(-1, block).mean(axis=1)
    stderr = blocks.std() / math.sqrt(len(blocks))
    assert abs(blocks.mean() - expected) < 5 * stderr
    assert stderr < expected * 0.05 / 9


@pytest.mark.parametrize("scale", ["fp16-up", "real"])
def test_unbiased(scale):
    """The exact mean of the law is y; the error is that of the law; nothing is clipped."""
    form = IntegerBlocks(4, 8, scale, "stochastic")
    assert form.unbiased
    for m in (1.0, 0.7, 5e-6, 3e-8):
        y = m * np.array([1.0, -0.3, 0.9999, 1e-4, 0.0])
        law = form.law(y)
        np.testing.assert_allclose(law.mean(), y, rtol=0, atol=1e-15 * m)
        error = float(form.mean_squared_error(y))
        assert error == pytest.approx(law.mean_squared_error(y), rel=1e-9)
        assert form.clipped(form.quantize(y, rng=0), y) == 0


def test_biased_where_the_scale_is_rounded_down():
    """m = 7 (1 + 2^-12): s is 1, the largest element is clipped, and its mean is 7."""
    form = IntegerBlocks(4, 8, "fp16", "stochastic")
    assert not form.unbiased
    y = np.array([7 * (1 + 2.0**-12), 1.0])
    assert form.law(y).mean().tolist() == [7.0, 1.0]
    assert form.clipped(form.quantize(y, rng=0), y) == 1


def test_stochastic_frequencies():
    """Ups among 2^16 follow the binomial law: false alarm 6e-7, a share off by 0.01 is found."""
    form = IntegerBlocks(4, 8, "fp16-up", "stochastic")
    y = np.tile([7.0, 0.3, 0, 0, 0, 0, 0, 0], 2**16)
    ups = np.count_nonzero(form.roundtrip(y, rng=3).reshape(-1, 8)[:, 1] == 1)
    spread = math.sqrt(0.3 * 0.7 / 2**16)
    assert abs(ups / 2**16 - 0.3) < 5 * spread < 0.01


@pytest.mark.parametrize(
    "form",
    [
        IntegerBlocks(4, 32),
        IntegerBlocks(4, 32, "real", "stochastic"),
    ],
    ids=repr,
)
def test_conformance(form):
    check_quantizer(form, dimensions=[40], samples=1 << 13).raise_if_failed()


def test_domain():
    """65504 L is quantized to itself; beyond it nothing is clipped in silence."""
    form = IntegerBlocks(4, 32)
    most = 65504.0 * 7
    assert form.roundtrip([most, -most]).tolist() == [most, -most]
    with pytest.raises(ArgumentError, match=r"y\[1\] = "):
        form.roundtrip([0.0, np.nextafter(most, np.inf)])


def test_refusals():
    for arguments, words in [
        ((1,), "width = 1"),
        ((9,), "width = 9"),
        ((4, 48), "block = 48.*power of two"),
        ((4, 4), "block = 4"),
        ((4, 32, "fp8"), "scale = 'fp8'.*fp16, fp16-up, real"),
        ((4, 32, "fp16", "up"), "rounding = 'up'"),
    ]:
        with pytest.raises(ArgumentError, match=words):
            IntegerBlocks(*arguments)
