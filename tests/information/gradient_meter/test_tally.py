"""Pieces of rows and of coordinates give what whole arrays give."""

import dataclasses
import itertools

import numpy as np
import pytest

from infobound.information.gradient_meter import codes, fisher, meter, survey, tally
from infobound.quantizers import LloydMax
from infobound.quantizers.formats.cast import Cast
from infobound.quantizers.formats.mx import MX
from infobound.quantizers.formats.nvfp4 import NVFP4
from infobound.quantizers.formats.rotated import Rotated
from tests.information.gradient_meter.known import Affine

X = np.random.default_rng(0).standard_normal((40, 144)).astype(np.float32)
X[:, 37] *= 50  # the tensor maximum lies in one piece only
EXACT = {
    "mx": MX(),
    "nvfp4": NVFP4(),
    "e4m3": Cast("e4m3", scaling="max"),
    "fp16": Cast("fp16"),
    "rotated": Rotated(MX(), 16, signs=5),
    "lloyd-max": LloydMax(bits=3),
    "affine": Affine(0.9, 0.1),
}


@pytest.fixture(autouse=True)
def short_simulation(monkeypatch):
    monkeypatch.setattr(fisher, "_NUMBERS", 1 << 12)


def small_pieces(monkeypatch, *, piece, width):
    for module in (survey, tally):
        monkeypatch.setattr(module, "WIDTH", width)
    monkeypatch.setattr(survey, "PIECE", piece)
    monkeypatch.setattr(codes, "_CHUNK", 17)


def same(found, expected):
    for item in dataclasses.fields(found):
        a, b = getattr(found, item.name), getattr(expected, item.name)
        for part in ("value", "stderr"):
            left, right = getattr(a, part, None), getattr(b, part, None)
            if item.name in ("fisher", "fisher_efficiency") or left is None:
                continue  # simulated with other coins
            assert left == pytest.approx(right, rel=1e-9, abs=1e-13), (item.name, part)
        assert getattr(a, "reason", "") == getattr(b, "reason", "")


@pytest.mark.parametrize(("piece", "width"), [(300, 64), (100, 1000)])
def test_the_size_of_pieces_does_not_matter(monkeypatch, piece, width):
    expected = meter(X, EXACT)
    small_pieces(monkeypatch, piece=piece, width=width)
    found = meter(X, EXACT)
    for name in EXACT:
        same(found.formats[name].total, expected.formats[name].total)
    assert found.layers["gradients"].rms == pytest.approx(expected.layers["gradients"].rms)


@pytest.mark.parametrize("name", ["nvfp4", "e4m3"])
def test_the_tensor_scale_is_that_of_the_whole_row(monkeypatch, name):
    """Forgetting it in pieces changes the codes, so the test above would see it."""
    expected = meter(X, {"q": EXACT[name]}).formats["q"].total
    small_pieces(monkeypatch, piece=1000, width=64)
    kind = codes.BlockCounts if name == "nvfp4" else codes.CastCounts
    roundtrip = kind.roundtrip
    monkeypatch.setattr(kind, "roundtrip", lambda self, x, rng, top: roundtrip(self, x, rng, None))
    wrong = meter(X, {"q": EXACT[name]}).formats["q"].total
    assert wrong.nmse.value != pytest.approx(expected.nmse.value, rel=1e-6)


def test_codes_are_those_of_the_messages():
    """Entropies and clipping against the codes of one call on everything."""
    form = MX()
    found = meter(X, {"q": form}).formats["q"].total
    quantized = form.quantize(X)
    values = form.element.values[quantized.elements.reshape(40, -1)[:, :144]]
    counts = np.unique(values + 0.0, return_counts=True)[1]
    scales = np.unique(quantized.scales, return_counts=True)[1]
    bits = [-np.sum(c / c.sum() * np.log2(c / c.sum())) for c in (counts, scales)]
    assert found.coded_bits.value == pytest.approx(bits[0] + 5 * bits[1] / 144, rel=1e-12)
    assert found.coded_bits.stderr is None
    assert found.clipped.value == form.clipped(quantized, X) / X.size
    assert found.zeros_out.value == np.mean(form.dequantize(quantized) == 0)
    assert found.bits.value == form.bits(144) / 144 == 5 * (8 + 32 * 4) / 144


@pytest.mark.parametrize("scaling", [None, "max"])
def test_codes_of_a_cast_are_those_of_its_message(scaling):
    form = Cast("e2m1", scaling=scaling)
    x = 4 * X
    found = meter(x, {"q": form}).formats["q"].total
    layout = [(1, 32)] * bool(scaling) + [(144, 4)]
    *_, sent = form.encode(x).split(layout)
    counts = np.unique(form.format.values[sent] + 0.0, return_counts=True)[1]
    bits = -np.sum(counts / counts.sum() * np.log2(counts / counts.sum()))
    assert found.coded_bits.value == pytest.approx(bits + 32 / 144 * bool(scaling), rel=1e-12)
    assert found.clipped.value == (0 if scaling else np.mean(np.abs(x) > 6))
    assert found.bits.value == 4 + 32 / 144 * bool(scaling)


def test_known_errors_of_gaussian_gradients():
    """Tables of the formats at 2^17 numbers, within 4 standard errors."""
    x = np.random.default_rng(1).standard_normal((128, 1024)).astype(np.float32)
    found = meter(x, ["mxfp4", "nvfp4", "mxint8"]).formats
    for name, nmse in (("mxfp4", 0.0132187623), ("nvfp4", 9.05e-3), ("mxint8", 6.80e-5)):
        figure = found[name].total.nmse
        assert abs(figure.value - nmse) < 4 * figure.stderr + 2e-3 * nmse
        assert figure.stderr < 0.015 * nmse
    assert found["mxfp4"].total.coded_bits.value == pytest.approx(3.860, abs=0.005)
    assert found["mxfp4"].total.fisher.relation == "="


def test_float64_is_not_rounded_twice():
    """1.25 + 2^-30 lies above a midpoint of E2M1, but is that midpoint in float32."""
    x = np.full((2, 32), 4.0)
    x[:, 1:] = 1.25 + 2.0**-30
    found = meter(x, {"q": MX()}).formats["q"].total
    up, down = (31 * (value - x[0, 1]) ** 2 / np.sum(x[0] ** 2) for value in (1.5, 1.0))
    assert found.nmse.value == pytest.approx(up, rel=1e-12)
    assert found.nmse.value != pytest.approx(down, rel=1e-9)


def test_coins_follow_the_seed():
    form = {"q": MX(rounding="stochastic", shrink=0.75)}
    first, again, other = (meter(X, form, rng=seed).formats["q"].total for seed in (1, 1, 2))
    assert first == again
    assert first.nmse.value != other.nmse.value


def test_progress_ends_at_the_total():
    told = []
    meter({"a": X, "b": X[:, :3]}, ["sign", "perm-k"], progress=lambda *now: told.append(now))
    assert told[-1][0] == told[-1][1] == 3 * X.shape[0] * 147
    assert all(a[0] <= b[0] for a, b in itertools.pairwise(told))
