"""Exact figures of block formats on Gaussian input against the quantizers themselves."""

import math

import numpy as np
import pytest

from infobound.bounds.gaussian_blocks import absmax_block
from infobound.information.block_figures import gaussian_figures
from infobound.information.block_rules import block_rule
from infobound.quantizers.formats.cast import Cast
from infobound.quantizers.formats.integer_blocks import IntegerBlocks
from infobound.quantizers.formats.mx import MX
from infobound.quantizers.formats.nvfp4 import NVFP4
from infobound.quantizers.formats.rotated import Rotated

PEAK = 5.3  # for which the tensor scale is made

SAMPLED = [
    MX("e2m1", "floor"),
    MX("e2m1", "floor", "stochastic", shrink=0.75),
    MX("e4m3", "even"),
    MX("mxint8", "ceil", "truncate"),
    NVFP4(),
    NVFP4(rounding="stochastic", chain="modelopt", largest=4),
    IntegerBlocks(4, block=32, scale="fp16-up", rounding="stochastic"),
    IntegerBlocks(4, block=32, scale="real"),
]


def deviation(form, figures, std, seed):
    """Largest of three z scores: error, product with X, clipped fraction; and that of 2 % more."""
    draw = np.random.default_rng(seed)
    x = std * draw.standard_normal((2**20 // form.block, form.block))
    x = np.minimum(np.maximum(x, -PEAK * std), PEAK * std)  # one in ten million
    quantized = form.quantize(x.reshape(-1), rng=draw, tensor_max=PEAK * std)
    q = form.dequantize(quantized).reshape(x.shape).astype(np.float64)
    unit = std**2 * form.block
    error, product = np.sum((q - x) ** 2, axis=1) / unit, np.sum(q * x, axis=1) / unit
    product -= np.sum(x * x, axis=1) / unit - 1  # less of the noise of X
    root = math.sqrt(len(x))
    pairs = ((error, figures.nmse), (product, figures.inner))
    scores = [(part.mean() - value) / part.std() * root for part, value in pairs]
    share = form.clipped(quantized, x.reshape(-1)) / x.size
    spread = math.sqrt(figures.clipped / x.size) * 2 + 1e-9  # clipped elements come in groups
    if form.scale_bits < 64:  # m / (m / L) is not always L in floating point
        scores.append((share - figures.clipped) / spread)
    more = 0.02 * figures.nmse / error.std() * root
    return max(map(abs, scores)), more


@pytest.mark.parametrize("form", SAMPLED, ids=repr)
def test_against_quantizer(form):
    """2^20 samples. False alarm below 2e-4 a format (3 scores of 4); 2 % of the error is 4 or more."""
    std = 0.37
    figures = gaussian_figures(form, std=std, tensor_max=PEAK * std)
    score, more = deviation(form, figures, std, 20251)
    assert score < 4
    assert more > 4


def test_quantizer_of_another_rule():
    """The same test tells floor from even, and a standard deviation 10 % off."""
    figures = gaussian_figures(MX("e2m1", "even"), std=0.37)
    assert deviation(MX("e2m1", "floor"), figures, 0.37, 20251)[0] > 10
    assert deviation(MX("e2m1", "even"), figures, 0.407, 20251)[0] > 5


@pytest.mark.parametrize(("element", "rule", "reach"), [
    ("e2m1", "floor", 8), ("e2m1", "even", 7), ("e2m1", "rceil", 6), ("e2m1", "ceil", 4),
    ("e4m3", "even", 496), ("e5m2", "floor", 2**16), ("mxint8", "rceil", 127 / 64),
])  # fmt: skip
def test_scales_read_off_the_format(element, rule, reach):
    """The staircase found by bisection is reach/2 < m / 2^e <= reach."""
    cells = block_rule(MX(element, rule), std=3.0).cells
    assert cells.edges[1:-1] == pytest.approx(reach * cells.scales[:-1], rel=1e-14)
    assert np.all(np.log2(cells.scales) % 1 == 0)


def test_published_figures():
    """Measured at 2^22 samples elsewhere, to their third digit (0.3 %)."""
    for form, nmse in [
        (NVFP4(), 9.05e-3),
        (NVFP4(largest=4), 9.65e-3),
        (NVFP4(block=32), 1.03e-2),
        (NVFP4(block=8), 7.31e-3),
        (NVFP4(rounding="stochastic"), 1.89e-2),
        (NVFP4(rounding="stochastic", shrink=16 / 17), 2.35e-2),
        (MX("mxint8"), 6.80e-5),
    ]:
        assert gaussian_figures(form, tensor_max=5.2).nmse == pytest.approx(nmse, rel=4e-3)


def test_half_precision_scale_is_almost_real():
    """INT4: a scale of 16 bits costs 1e-6 of the error; up, a little more."""
    exact = absmax_block(range(8), block=64).nmse
    assert gaussian_figures(IntegerBlocks(4, 64)).nmse == pytest.approx(exact, rel=1e-6)
    up = gaussian_figures(IntegerBlocks(4, 64, "fp16-up"))
    assert exact < up.nmse < exact * 1.002
    assert up.clipped < 1e-15
    assert gaussian_figures(IntegerBlocks(4, 64, "real")).nmse == exact


def test_no_closed_form():
    assert gaussian_figures(NVFP4(select="mse")) is None
    assert gaussian_figures(Cast("e2m1", rounding="stochastic", coin_bits=8)) is None


@pytest.mark.parametrize("rounding", ["nearest", "stochastic"])
def test_casts(rounding):
    """2^18 samples, 2 scores of 4 (false alarm 1e-4); without a scale numbers beyond 6 are clipped."""
    form, std = Cast("e2m1", rounding=rounding), 2.5
    draw = np.random.default_rng(5)
    x = std * draw.standard_normal(2**18)
    q = form.roundtrip(x, rng=draw)
    figures = gaussian_figures(form, std=std)
    for part, value in ((((q - x) / std) ** 2, figures.nmse), (q == 0, figures.zeros)):
        assert abs(np.mean(part) - value) < 4 * np.std(part) / 2**9
    assert figures.clipped == pytest.approx(math.erfc(6 / std / math.sqrt(2)), rel=1e-12)


def test_cast_with_a_scale():
    """The scale is tensor_max / 448, and the error then as measured elsewhere at 2^22 samples."""
    figures = gaussian_figures(Cast("e4m3", "max"), tensor_max=5.2)
    assert figures.nmse == pytest.approx(7.03e-4, rel=4e-3)
    assert figures.clipped == pytest.approx(math.erfc(5.2 / math.sqrt(2)), rel=1e-5)


def test_rotated_is_the_same():
    """A rotation of white Gaussian vectors changes nothing that is measured here."""
    form = MX("e2m1")
    assert gaussian_figures(Rotated(form, 64)).nmse == gaussian_figures(form).nmse
