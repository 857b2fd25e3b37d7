"""Fisher information of the Gaussian fit: exact where cells are known, bounded elsewhere."""

import numpy as np
import pytest

from infobound.bounds.gaussian_blocks import typical_maximum
from infobound.information.block_fisher import block_information
from infobound.information.gradient_meter import Figure
from infobound.information.gradient_meter import fisher as module
from infobound.information.gradient_meter.fisher import fitted_fisher, layers_fisher
from infobound.quantizers import EDEN, LloydMax
from infobound.quantizers.formats.cast import Cast
from infobound.quantizers.formats.mx import MX
from infobound.quantizers.formats.nvfp4 import NVFP4
from infobound.quantizers.formats.rotated import Rotated


@pytest.fixture(autouse=True)
def short_simulation(monkeypatch):
    monkeypatch.setattr(module, "_NUMBERS", 1 << 16)


def fisher(quantizer, d, s=0.3, stderr=0.0):
    return fitted_fisher(quantizer, d, Figure(s, stderr), np.random.default_rng(0))


def conditional_mean(cast, s, top):
    """E E[X|M]^2 / s^2 for X ~ N(0, s^2), by the mean of X in each cell on a fine grid of X."""
    probability = (np.arange(500_000) + 0.5) / 500_000
    from scipy.special import ndtri

    x = s * ndtri(probability)
    scale = top / cast.top if cast.scaling else 1.0
    q = Cast(cast.format).roundtrip(x / scale)
    _, cell = np.unique(q, return_inverse=True)
    cell = 2 * cell + np.signbit(x)  # codes tell -0 from +0
    count = np.bincount(cell)
    total = np.bincount(cell, weights=x)
    return np.sum(total[count > 0] ** 2 / count[count > 0]) / x.size / s**2


@pytest.mark.parametrize("cast", [Cast("e2m1"), Cast("e2m1", scaling="max"), Cast("e2m3")])
def test_cast_is_exact(cast):
    found = fisher(cast, 8192, s=0.8)
    assert found.relation == "="
    expected = conditional_mean(cast, 0.8, typical_maximum(8192, std=0.8))
    assert found.value == pytest.approx(expected, abs=1e-5)


def test_blocks_and_scalars_are_exact():
    assert fisher(MX(), 320).value == block_information(MX(), std=0.3).fisher
    found = fisher(LloydMax(bits=1), 7)
    assert (found.relation, found.value) == ("=", pytest.approx(2 / np.pi, rel=1e-12))


def test_the_noise_is_what_is_uncertain():
    """MX repeats when s doubles and moves in between."""
    bar = fisher(MX(), 320, s=0.3, stderr=0.01).stderr
    ends = [fisher(MX(), 320, s=s).value for s in (0.29, 0.31)]
    assert bar == pytest.approx(max(abs(end - fisher(MX(), 320).value) for end in ends))
    assert bar > 0


def test_a_rotation_leaves_it_as_it_is():
    assert fisher(Rotated(MX(), 64), 320) == fisher(MX(), 320)
    assert fisher(Rotated(MX(), 64), 330).relation == ">="


def test_a_block_that_is_not_full_is_a_bound():
    found, full = fisher(MX(), 330), fisher(MX(), 320)
    assert found.relation == ">="
    assert abs(found.value - full.value) < 10 / 330
    assert found.value != full.value


def test_short_rows_do_not_trust_the_tensor_scale():
    assert fisher(NVFP4(), 64).relation == ">="
    assert fisher(NVFP4(), 2048).relation == "="


def test_the_bound_is_below_what_is_exact():
    """The linear bound of rounding to nearest, simulated, against the cells: 4 standard errors."""
    exact, bound = fisher(NVFP4(), 2048), fisher(NVFP4(select="mse"), 2048)
    assert bound.relation == ">="
    assert bound.value < 1
    linear = fisher(EDEN(width=4), 512)
    assert abs(linear.value - (1 - 0.0095)) < 4 * linear.stderr + 1e-3
    assert exact.value > 0.99


def test_layers_weigh_by_dimension():
    parts = [(1, Figure(0.5, 0.1)), (3, Figure(0.9, 0.2, "", ">=")), (9, Figure(None, None, "no"))]
    found = layers_fisher(parts)
    assert found.value == pytest.approx(0.8)
    assert found.stderr == pytest.approx(0.175)
    assert found.relation == ">="
    assert layers_fisher(parts[2:]).reason == "no"
