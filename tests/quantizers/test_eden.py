"""EDEN and DRIVE: exact laws at small d, error at large d, bits, and what is refused."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infobound.bounds.mean_estimation import drive_nmse, eden_nmse, sampled_nmse
from infobound.numerics.arguments import ArgumentError
from infobound.numerics.hadamard import rotate, rotate_back
from infobound.numerics.lloyd_max import lloyd_max
from infobound.quantizers.base import Quantizer
from infobound.quantizers.eden import DRIVE, EDEN

EXAMPLES = settings(deadline=None, derandomize=True, max_examples=25)
CASES = [
    EDEN(1),
    EDEN(4),
    EDEN(3, "biased"),
    EDEN(2, rotation="haar"),
    EDEN(1, "biased", rotation="haar"),
    EDEN(1, kept=0.3),
    EDEN(2, "biased", kept=0.5),
    EDEN(8, rotation="haar", kept=0.7),
]


def relative(quantizer, y, rng):
    """|Q(y) - y|^2 / |y|^2 of each row."""
    return np.sum((quantizer.roundtrip(y, rng=rng) - y) ** 2, -1) / np.sum(y**2, -1)


def z_score(values, expected):
    return (values.mean(axis=0) - expected) / (values.std(axis=0, ddof=1) / math.sqrt(len(values)))


@pytest.mark.parametrize("quantizer", CASES, ids=repr)
@pytest.mark.parametrize("d", [1, 5, 16])
def test_interface(quantizer, d):
    y = np.random.default_rng(d).normal(size=(2, 3, d))
    y[0, 1] = 0
    message = quantizer.encode(y, rng=7)
    decoded = quantizer.decode(message)
    assert isinstance(quantizer, Quantizer)
    assert message.bits == 6 * quantizer.bits(d)
    assert message.side_bits == 6 * 32
    assert np.array_equal(decoded, quantizer.roundtrip(y, rng=7))
    assert np.array_equal(decoded[0, 1], np.zeros(d))
    for i in range(6):
        assert np.array_equal(quantizer.decode(message.single(i)), decoded.reshape(6, d)[i])
    assert quantizer.encode(y, rng=7) == message
    assert quantizer.encode(y, rng=8).payload != message.payload
    empty = quantizer.encode(y[:0], rng=0)
    assert (empty.bits, quantizer.decode(empty).shape) == (0, (0, 3, d))


def test_bits():
    """Padding to a power of two is sent, and counted; Haar needs none."""
    assert EDEN(4).bits(1000) == 4 * 1024 + 32
    assert EDEN(4, rotation="haar").bits(1000) == 4 * 1000 + 32
    assert EDEN(1, kept=0.1).bits(1000) == 128 + 32
    assert EDEN(1, kept=1e-9).kept_at(1000) == 1
    assert DRIVE("biased", "haar") == EDEN(1, "biased", None, "haar")


def reference(y, coins, width, biased):
    """EDEN for one vector as its definition says, by searching for the cells."""
    design = lloyd_max(2**width)
    z = rotate(y, coins)
    unit = np.linalg.norm(y) / math.sqrt(z.size)
    c = np.array(design.levels)[np.searchsorted(design.thresholds, z / unit)]
    scale = (c @ z) / (c @ c) if biased else (y @ y) / (c @ z)
    return rotate_back(c * np.float64(np.float32(scale)), coins, d=y.size)


@pytest.mark.parametrize("scale", ["unbiased", "biased"])
@pytest.mark.parametrize(("width", "d"), [(1, 3), (2, 100), (4, 70_000), (8, 513)])
def test_definition(width, d, scale):
    """Also beyond the size of a chunk. The scale may round to the float32 next to it."""
    y = np.random.default_rng(1).normal(size=d)
    quantizer = EDEN(width, scale)
    coins = quantizer.encode(y, rng=3).coins
    expected = reference(y, coins, width, scale == "biased")
    np.testing.assert_allclose(quantizer.roundtrip(y, rng=3), expected, rtol=3e-7, atol=1e-9)


@pytest.mark.parametrize("d", [2, 3, 8, 16])
def test_hadamard_is_biased(d):
    """y = (3, 1, 0, ...) at one bit: (3 + 1/3, 0, ...) whatever the signs, in every dimension."""
    y = np.zeros(d)
    y[:2] = 3, 1
    law = EDEN(1).law(y)
    expected = np.zeros(d)
    expected[0] = 10 / 3
    np.testing.assert_allclose(law.vectors, np.broadcast_to(expected, law.vectors.shape), atol=1e-6)
    assert not EDEN(1).unbiased
    assert EDEN(1).roundtrip(np.r_[y, np.zeros(1000)], rng=0)[:2] == pytest.approx([10 / 3, 0])


def test_hadamard_bias_shrinks():
    """|E Q - y|^2 / |y|^2 for Gaussian y, exactly for each: far below the error, and falling."""
    rng = np.random.default_rng(0)
    shares = []
    for d in (2, 4, 8, 16):
        ys = rng.normal(size=(3, d))
        bias = [np.sum((EDEN(2).law(y).mean() - y) ** 2) / (y @ y) for y in ys]
        shares.append(max(bias))
    assert shares[0] > shares[1] > shares[2] > shares[3]
    assert shares[3] < 2e-3 < eden_nmse(2) / 10


@pytest.mark.parametrize("width", [1, 3])
def test_projection_is_kept(width):
    """<Q, y> = |y|^2 for every draw, up to the rounding of the scale; the law holds all draws."""
    y = np.array([1.0, -0.7, 0.8, 1.1, 0.4])
    law = EDEN(width).law(y)
    np.testing.assert_allclose(law.vectors @ y, y @ y, rtol=2.0**-23)
    outputs = EDEN(width).roundtrip(np.tile(y, (50, 1)), rng=0)
    gaps = np.abs(outputs[:, None] - law.vectors).max(axis=-1).min(axis=1)
    assert gaps.max() < 1e-12
    assert len(np.unique(outputs.round(9), axis=0)) > 1


def test_bounds_of_the_law():
    """1/2 for the biased scale is attained by two equal coordinates; d - 1 holds, not tight."""
    equal = np.array([2.0, 2.0])
    biased, bound = EDEN(1, "biased"), EDEN(1, "biased").variance_bound(2)
    assert biased.law(equal).mean_squared_error(equal) == pytest.approx(bound.at(equal), rel=1e-6)
    rng = np.random.default_rng(4)
    for d in (1, 3, 8):
        for y in [*rng.normal(size=(5, d)), np.eye(d)[0]]:
            for quantizer in (EDEN(1), biased):
                error = quantizer.law(y).mean_squared_error(y)
                assert error <= quantizer.variance_bound(d).at(y)
    assert EDEN(2).variance_bound(8) is None
    assert EDEN(2, "biased").variance_bound(8).value == pytest.approx(1, rel=1e-6)


@pytest.mark.parametrize("scale", ["unbiased", "biased"])
@pytest.mark.parametrize("d", [3, 4, 8])
def test_haar_error(d, scale):
    """DRIVE's exact error for two very different y, from 4000 draws each.

    A false alarm, |z| > 4.9, has probability 1e-6 for each of 12 scores. The standard error is at
    most 1.2 % of the value, and the Hadamard rotation must be told apart at the sparse y.
    """
    expected = drive_nmse(d, scale=scale)
    quantizer = DRIVE(scale, "haar")
    assert quantizer.variance_bound(d).value == pytest.approx(expected, rel=1e-6)
    for y in (np.r_[1.0, np.full(d - 1, 0.4)], np.linspace(1, 2, d)):
        errors = relative(quantizer, np.tile(y, (4000, 1)), rng=d)
        assert abs(z_score(errors, expected)) < 4.9
        assert abs(z_score(errors, 1.1 * expected)) > 4.9
    y = np.r_[3.0, 1.0, np.zeros(d - 2)]
    assert abs(relative(DRIVE(scale), y[None], rng=0)[0] - expected) > 0.1


@pytest.mark.parametrize(
    "quantizer", [EDEN(1, rotation="haar"), EDEN(3, rotation="haar", kept=0.5)]
)
def test_haar_is_unbiased(quantizer):
    """At y = (3, 1, 0, 0), where Hadamard is biased by 1/3 and 1: 8000 draws, 4 scores.

    |z| > 5.1 in one of 8 has probability 3e-6; a bias of 1/3 is beyond 10 standard errors.
    """
    y = np.array([3.0, 1.0, 0.0, 0.0])
    outputs = quantizer.roundtrip(np.tile(y, (8000, 1)), rng=5)
    assert quantizer.unbiased
    assert np.abs(z_score(outputs, y)).max() < 5.1
    assert np.abs(z_score(outputs, y + np.array([1 / 3, -1, 0, 0]))[:2]).min() > 5.1


@pytest.mark.parametrize("scale", ["unbiased", "biased"])
@pytest.mark.parametrize("width", [1, 2, 3, 4])
def test_error_at_1024(width, scale):
    """512 Gaussian vectors of 1024 coordinates against the limit, Hadamard rotation.

    The limit is for d = infinity: at d = 1024 the error is within 1 % of it. Standard error 0.1 to
    0.45 %; beyond 3.2 % is a false alarm with probability below 1e-6, and a value wrong by 5.5 % is
    found with probability above 1 - 1e-6.
    """
    y = np.random.default_rng(width).normal(size=(512, 1024)).astype(np.float32)
    error = relative(EDEN(width, scale), y, rng=11).mean()
    assert error == pytest.approx(eden_nmse(width, scale=scale), rel=0.032)


def test_sampled_error():
    """Haar, one bit, half of 8 coordinates: (1 + v)/kept - 1 with v of 4 coordinates.

    10000 draws, |z| > 4.9 with probability 1e-6; standard error 1 %.
    """
    y = np.linspace(-1, 2, 8)
    quantizer = EDEN(1, kept=0.5, rotation="haar")
    expected = sampled_nmse(drive_nmse(4), 0.5)
    errors = relative(quantizer, np.tile(y, (10000, 1)), rng=1)
    assert quantizer.variance_bound(8).value == pytest.approx(expected, rel=1e-6)
    assert abs(z_score(errors, expected)) < 4.9
    assert abs(z_score(errors, sampled_nmse(drive_nmse(8), 0.5))) > 4.9


@pytest.mark.parametrize("size", [1e-310, 1e-37, 1e-20, 1e30, 1e38])
@pytest.mark.parametrize("quantizer", CASES, ids=repr)
def test_magnitudes(quantizer, size):
    """Powers of ten scale the answer; far below float32's range the answer is 0."""
    y = np.linspace(0.1, 1, 6)
    small, scaled = quantizer.roundtrip(y, rng=2), quantizer.roundtrip(size * y, rng=2)
    if size < 1e-300:
        assert np.array_equal(scaled, np.zeros(6))
    else:
        np.testing.assert_allclose(scaled / size, small, rtol=1e-4, atol=1e-6)


def test_float32_input():
    y = np.random.default_rng(0).normal(size=(4, 300)).astype(np.float32)
    single, double = EDEN(3).roundtrip(y, rng=1), EDEN(3).roundtrip(y.astype(float), rng=1)
    assert single.dtype == np.float64
    assert np.mean(np.abs(single - double) > 1e-4) < 0.01
    large = np.full(5, 3e37, dtype=np.float32)
    assert np.all(np.isfinite(EDEN(3).roundtrip(large, rng=1)))


@EXAMPLES
@given(place=st.integers(0, 10**6), which=st.sampled_from(range(len(CASES))))
def test_corrupted(place, which):
    """A flipped bit is refused, or gives another vector of finite numbers; never the same one."""
    quantizer = CASES[which]
    y = np.linspace(-1, 2, 12)
    message = quantizer.encode(y, rng=0)
    payload = bytearray(message.payload)
    place %= message.bits
    payload[place // 8] ^= 0x80 >> place % 8
    damaged = type(message)(
        bytes(payload), message.bits, message.shape, 32, message.coins, 0, message.made_by
    )
    try:
        decoded = quantizer.decode(damaged)
    except ArgumentError:
        assert place < 32
    else:
        assert np.all(np.isfinite(decoded))
        assert not np.array_equal(decoded, quantizer.decode(message))


def test_refused():
    with pytest.raises(ArgumentError, match=r"message\.made_by"):
        EDEN(2).decode(EDEN(1).encode([1.0, 2.0], rng=0))
    message = EDEN(1).encode([1.0, 2.0], rng=0)
    with pytest.raises(ArgumentError, match=r"message\.coins"):
        EDEN(1).decode(type(message)(message.payload, message.bits, message.shape))
    with pytest.raises(ArgumentError, match=r"scale of y, row 1, .* largest float32\. Change"):
        EDEN(1).encode([[1.0, 1.0], [1e39, 0.0]], rng=0)
    with pytest.raises(ArgumentError, match="at most 1024 coordinates to rotate"):
        EDEN(1, rotation="haar").encode(np.ones(1025), rng=0)
    with pytest.raises(ArgumentError, match=r"y\[1\] = nan"):
        EDEN(1).encode([0.0, math.nan])
    for wrong in ({"width": 0}, {"width": 9}, {"scale": "x"}, {"kept": 0}, {"rotation": "fft"}):
        with pytest.raises(ArgumentError, match=next(iter(wrong))):
            EDEN(**wrong)
    for quantizer, y in (
        (EDEN(1), np.ones(17)),
        (EDEN(1, kept=0.5), np.ones(4)),
        (EDEN(1, rotation="haar"), np.ones(4)),
    ):
        with pytest.raises(ArgumentError, match="law of"):
            quantizer.law(y)
