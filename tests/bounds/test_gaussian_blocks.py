"""Block formats on Gaussian input: published figures, an integral over the maximum, samples."""

import math
from functools import cache

import numpy as np
import pytest
from scipy.special import erf

from infobound.bounds.gaussian_blocks import (
    ScaleCells,
    absmax_block,
    gaussian_block,
    typical_maximum,
)
from infobound.numerics.arguments import ArgumentError
from infobound.numerics.gauss_legendre import gauss_legendre
from infobound.numerics.normal import cell_moments

E2M1 = np.array([0, 0.5, 1, 1.5, 2, 3, 4, 6])


def minifloat(mantissa, exponents, largest):
    """Nonnegative values of a small float with subnormals: 2^e (1 + j/2^p) and those below."""
    steps = np.arange(2**mantissa) / 2**mantissa
    normal = np.ravel(2.0 ** np.array(exponents)[:, None] * (1 + steps))
    values = np.concatenate([2.0 ** exponents[0] * steps, normal])
    return values[values <= largest]


E4M3, E2M3 = minifloat(3, range(-6, 9), 448), minifloat(3, range(3), 7.5)
E3M2 = minifloat(2, range(-2, 5), 28)


def power_format(values, reach, **more):
    return gaussian_block(values, ScaleCells.powers_of_two(reach), block=32, **more)


@pytest.mark.parametrize(
    ("values", "reach", "nmse"),
    [
        (E2M1, 8, 0.0132187623),  # floor: 2 * 2^emax
        (E2M1, 7, 0.0125088240),  # even: (2 - 2^-(p + 1)) 2^emax
        (E2M1, 6, 0.0133132099),  # rceil: the largest element
        (E4M3, 512, 8.62026962e-4),
        (E4M3, 496, 7.62429517e-4),
        (E4M3, 448, 7.04507148e-4),
        (E2M3, 8, 8.05244965e-4),
        (E3M2, 32, 2.91086812e-3),
    ],
)
def test_microscaling_table(values, reach, nmse):
    """The first is also 0.01321874 +- 3e-7 by 1e10 samples; every digit given must agree."""
    assert power_format(values, reach).nmse == pytest.approx(nmse, rel=5e-9)


@pytest.mark.parametrize(
    ("bits", "block", "nmse"),
    [
        (4, 32, 9.40973e-3),
        (4, 64, 1.157757e-2),
        (4, 128, 1.375188e-2),
        (8, 32, 2.857735e-5),
        (8, 128, 4.177051e-5),
    ],
)
def test_integer_table(bits, block, nmse):
    assert absmax_block(np.arange(2 ** (bits - 1)), block=block).nmse == pytest.approx(
        nmse, rel=6e-7
    )


def cost(x, scale, rounding, values=E2M1):
    """E (Q(x) - x)^2 for x >= 0, straight from the definition of the rounding."""
    place = np.minimum(x / scale, values[-1])
    up = np.minimum(np.searchsorted(values, place), len(values) - 1)
    down = np.maximum(up - 1, 0)
    low, high = scale * values[down], scale * values[up]
    if rounding == "nearest":
        return np.minimum((x - low) ** 2, (x - high) ** 2)
    if rounding == "truncate":
        return np.where(place == values[up], (x - high) ** 2, (x - low) ** 2)
    return np.where(x > scale * values[-1], (x - high) ** 2, (x - low) * (high - x))


@cache
def by_maximum(reach, rounding, n=32, std=1.0):
    """NMSE by an integral over the block maximum m, with P(|X| <= x) from erf alone.

    For each m in an octave of scales: the maximum errs by cost(m), each of the others by the mean
    of cost over |X| <= m, integrated piece by piece between grid values and midpoints.
    """
    place, weight = gauss_legendre(16)
    total = 0.0
    for e in range(-5, 4):
        scale = 2.0**e / std
        kinks = np.unique(np.concatenate([E2M1, (E2M1[1:] + E2M1[:-1]) / 2, [reach / 2, reach]]))
        kinks = scale * kinks[kinks <= reach]
        if e == 3:  # the highest maxima: cut where nothing is left
            kinks = kinks[kinks < 14]
        start, wide = kinks[:-1], np.diff(kinks)
        x = start[:, None] + wide[:, None] * place
        chance = np.sqrt(2 / math.pi) * np.exp(-(x**2) / 2)  # density of |X|
        pieces = (chance * cost(x, scale, rounding)) @ weight * wide
        before = np.concatenate([[0.0], np.cumsum(pieces)[:-1]])
        for k in np.flatnonzero(start >= reach / 2 * scale * (1 - 1e-12)):
            m = x[k]
            inner = m[:, None] - (m - start[k])[:, None] * place  # from start[k] to m
            density = np.sqrt(2 / math.pi) * np.exp(-(inner**2) / 2)
            partial = (density * cost(inner, scale, rounding)) @ weight * (m - start[k])
            size = erf(m / math.sqrt(2))
            own = size ** (n - 1) * cost(m, scale, rounding)
            others = (n - 1) * size ** (n - 2) * (before[k] + partial)
            total += wide[k] * float((chance[k] * (own + others)) @ weight)
    return total


@pytest.mark.parametrize("rounding", ["nearest", "stochastic", "truncate"])
@pytest.mark.parametrize("reach", [8, 7, 6, 4])
def test_against_integral_over_maximum(reach, rounding):
    found = power_format(E2M1, reach, rounding=rounding)
    assert found.nmse == pytest.approx(by_maximum(reach, rounding), rel=1e-8)
    assert found.nmse == pytest.approx(1 - 2 * found.inner + found.power, rel=1e-11)


def test_integral_over_maximum_notices():
    """A rule off by one code, or a block of 31, is no match for the same test."""
    assert power_format(E2M1, 7.5).nmse != pytest.approx(by_maximum(7, "nearest"), rel=1e-3)
    one_less = gaussian_block(E2M1, ScaleCells.powers_of_two(8), block=31)
    assert one_less.nmse != pytest.approx(by_maximum(8, "nearest"), rel=1e-4)


def test_log_periodic_in_scale():
    """Twice the standard deviation is the next exponent; in between the error moves."""
    for std in (2.0**-20, 0.5, 2.0**30):
        again = power_format(E2M1, 8, std=1.0).nmse
        assert gaussian_block(
            E2M1, ScaleCells.powers_of_two(8, std=std), block=32, std=std
        ).nmse == pytest.approx(again, rel=1e-12)
    std = 2**0.5
    between = gaussian_block(E2M1, ScaleCells.powers_of_two(8, std=std), block=32, std=std)
    assert between.nmse == pytest.approx(by_maximum(8, "nearest", std=std), rel=1e-8)
    assert abs(between.nmse / power_format(E2M1, 8).nmse - 1) > 0.01


def test_exponents_are_held():
    """At the least exponent the grid stays where it is; far below it everything is 0."""
    std = 2.0**-130
    tiny = gaussian_block(E2M1, ScaleCells.powers_of_two(8, std=std), block=32, std=std)
    fixed = gaussian_block(E2M1, ScaleCells([0, math.inf], [8.0]), block=1)
    assert tiny.nmse == pytest.approx(fixed.nmse, rel=1e-12)
    nothing = gaussian_block(E2M1, ScaleCells.powers_of_two(8, std=2e-45), block=32, std=2e-45)
    assert nothing.nmse == pytest.approx(1, rel=1e-12)
    assert nothing.zeros == pytest.approx(1, rel=1e-12)


def test_scale_of_zero():
    """Maxima up to 1 get scale 0: with one element to a block, E[X^2; |X| <= 1] is lost."""
    cells = ScaleCells([0, 1, math.inf], [0, 1e-6])
    found = gaussian_block(1e6 * E2M1, cells, block=1)
    inside = cell_moments(-1, 1)
    lost = float(inside.probability * inside.variance)
    rest = gaussian_block(1e6 * E2M1, ScaleCells([0, math.inf], [1e-6]), block=1)
    assert lost < found.nmse < lost + rest.nmse
    assert found.zeros == pytest.approx(float(inside.probability), rel=1e-12)


def test_absmax_small_blocks():
    """n = 1 is exact, n = 2 by a plain double integral, and the identity between the moments."""
    assert absmax_block(np.arange(8), block=1).nmse == 0
    grid = (np.arange(1200) + 0.5) / 200
    m, x = grid[:, None], grid[None, :]
    error = np.where(x < m, (x - m / 7 * np.rint(7 * x / m)) ** 2, 0.0)
    density = 2 / math.pi * np.exp(-(m**2 + x**2) / 2)
    rough = float((error * density).sum()) / 200**2
    assert absmax_block(np.arange(8), block=2).nmse == pytest.approx(rough, rel=2e-3)
    for rounding in ("nearest", "stochastic", "truncate"):
        found = absmax_block(E2M1, block=16, rounding=rounding)
        assert found.nmse == pytest.approx(1 - 2 * found.inner + found.power, rel=1e-10)
        assert found.magnitudes.sum() == pytest.approx(1, rel=1e-13)


def test_unbiased_where_nothing_clips():
    """Stochastic rounding: E QX = E X^2 with rceil, or with floor and three quarters of the range.

    With floor alone elements clip and the product is less.
    """
    assert power_format(E2M1, 6, rounding="stochastic").inner == pytest.approx(1, rel=1e-13)
    shrunk = power_format(E2M1 / 0.75, 8, rounding="stochastic")
    assert shrunk.inner == pytest.approx(1, rel=1e-13)
    assert shrunk.clipped == 0
    assert shrunk.used_fisher == pytest.approx(1 / (1 + shrunk.nmse), rel=1e-12)
    floor = power_format(E2M1, 8, rounding="stochastic")
    assert floor.inner < 0.998
    assert floor.clipped > 0.02


def test_entropies():
    """By frequencies of 2^14 blocks: a bias of about 1e-4 and a spread of 1.5e-3 (4 of it: 6e-3).

    The entropy of the codes without the scale, 3.922, is more by 0.08 and would be seen.
    """
    draw = np.random.default_rng(7)
    x = np.abs(draw.standard_normal((2**14, 32)))
    scale = 2.0 ** (np.floor(np.log2(x.max(axis=1))) - 2)
    code = np.searchsorted((E2M1[1:] + E2M1[:-1]) / 2, x / scale[:, None])
    found = power_format(E2M1, 8)
    joint = np.unique(8 * np.log2(scale)[:, None] + code, return_counts=True)[1] / x.size
    scales = np.unique(scale, return_counts=True)[1] / len(x)
    bits = float(joint @ -np.log2(joint) - scales @ -np.log2(scales))
    assert found.magnitude_entropy == pytest.approx(bits, abs=6e-3)
    assert found.scale_entropy == pytest.approx(float(scales @ -np.log2(scales)), abs=0.02)
    assert found.zeros == pytest.approx(float(np.mean(code == 0)), abs=2e-3)
    whole = found.magnitudes @ -np.log2(found.magnitudes)
    assert whole + 1 == pytest.approx(3.922, abs=6e-4)
    assert found.scale_entropy == pytest.approx(0.791, abs=5e-3)
    assert whole - found.magnitude_entropy > 0.07
    assert found.code_entropy == pytest.approx(found.value_entropy + found.zeros, rel=1e-14)


def test_typical_maximum():
    for count in (1, 1000, 2**40):
        a = typical_maximum(count)
        assert count * math.log1p(-math.erfc(a / math.sqrt(2))) == pytest.approx(
            -math.log(2), rel=1e-12
        )
    assert typical_maximum(10, std=3.0) == pytest.approx(3 * typical_maximum(10), rel=1e-15)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: power_format([0.5, 1], 8), "0 = v_0 < v_1"),
        (lambda: power_format([0, 1, 1], 8), "0 = v_0 < v_1"),
        (lambda: power_format(E2M1, 8, rounding="up"), "'nearest' or 'stochastic' or 'truncate'"),
        (lambda: power_format(E2M1, 0), "reach"),
        (lambda: power_format(E2M1, 8, std=-1.0), "std"),
        (lambda: ScaleCells([0, 1], [1, 2]), "one per cell"),
        (lambda: ScaleCells([0, 1], [1]), "from 0 to inf"),
        (lambda: ScaleCells([0, math.inf], [-1]), "not negative"),
        (lambda: absmax_block(E2M1, block=0), "block"),
    ],
)
def test_refuses(call, words):
    with pytest.raises(ArgumentError, match=words):
        call()
