"""MS-EDEN: inner products without bias, error on Gaussian vectors, small groups."""

import math

import numpy as np
import pytest

from infobound.numerics.arguments import ArgumentError
from infobound.quantizers.formats.base import CHUNK
from infobound.quantizers.formats.ms_eden import EdenScales, ms_eden
from infobound.testing import check_quantizer


def gaussian(n: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(n, dtype=np.float32)


def test_conformance():
    check_quantizer(EdenScales(), dimensions=[128], samples=2**12).raise_if_failed()
    check_quantizer(ms_eden(), dimensions=[50], samples=2**12).raise_if_failed()


def test_bits():
    """4.5 bits per coordinate of whole groups, and 32 per vector."""
    assert EdenScales().bits(256) == 32 + 2 * 576
    assert ms_eden().bits(129) == 32 + 2 * 576
    with pytest.raises(ArgumentError, match="multiple of 128"):
        EdenScales().roundtrip(np.ones(100))


def share_of_square(quantizer, y: np.ndarray) -> tuple[float, float]:
    """Mean of <Q(y), y> / |y|^2 over 4096 independent draws, and its standard error."""
    values = quantizer.roundtrip(np.broadcast_to(y, (4096, y.size)), rng=1).astype(np.float64)
    share = values @ y / (y @ y)
    return float(share.mean()), float(share.std()) / 64


def test_inner_product_has_no_bias():
    """Mean 1 within 5 standard errors of 2.5e-4: a false alarm has probability 6e-7.

    The published ratio is off by 1.4 % for this group, whose blocks round differently, and the same
    test finds it; it finds 0.25 % with probability above 0.999.
    """
    y = gaussian(128, seed=4)
    y[:64] = np.round(y[:64])
    y[64:] *= 3
    mean, error = share_of_square(EdenScales(), y.astype(np.float64))
    assert error < 3e-4
    assert abs(mean - 1) < 5 * error
    wrong, error = share_of_square(EdenScales("quartet2"), y.astype(np.float64))
    assert abs(wrong - 1) > 5 * error


@pytest.mark.parametrize("ratio", ["decoded", "quartet2"])
def test_gaussian_error(ratio):
    """2^18 numbers against 9.73e-3 published to three digits.

    The standard error is 0.35 %, so 2 % is a false alarm with probability below 1e-6, and an error
    of 4 % is found with probability above 1 - 1e-6.
    """
    y = gaussian(2**18, seed=2)
    values = ms_eden(ratio).roundtrip(y, rng=3)
    nmse = float(np.mean((values - y) ** 2) / np.mean(y.astype(float) ** 2))
    assert abs(nmse / 9.73e-3 - 1) < 0.02
    assert -math.log2(nmse) / 2 > 3.32  # what the authors' own test asks for


def test_pieces_of_a_long_vector():
    y, rng = gaussian(2 * CHUNK), np.random.default_rng(5)
    whole, most = EdenScales().quantize(y, rng=5), float(np.abs(y).max())
    pieces = [EdenScales().quantize(part, rng=rng, tensor_max=most) for part in np.split(y, 2)]
    assert np.array_equal(np.concatenate([p.elements for p in pieces]), whole.elements)
    assert np.array_equal(np.concatenate([p.scales for p in pieces]), whole.scales)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("ratio", ["decoded", "quartet2"])
def test_groups_of_zeros_and_small_ones(dtype, ratio):
    """A group of zeros stays so; one 2^-30 of the largest vanishes; one 2^-12 of it does not."""
    y = np.zeros(512, dtype=dtype)
    y[0] = 1
    y[128:256] = gaussian(128) * 2.0**-30
    y[256:384] = gaussian(128) * 2.0**-12
    codes = EdenScales(ratio).quantize(y, rng=0)
    values = EdenScales(ratio).dequantize(codes)
    assert np.array_equal(values, EdenScales(ratio).roundtrip(y, rng=0))
    assert not values[128:256].any()
    assert not values[384:].any()
    assert np.linalg.norm(values[256:384] - y[256:384]) < 0.2 * np.linalg.norm(y[256:384])


def test_refused_arguments():
    with pytest.raises(ArgumentError, match=r"^ratio = "):
        EdenScales("exact")
