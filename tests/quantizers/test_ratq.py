"""RATQ: exact laws over all coins, the constants of the papers, sampling, what is refused."""

import math
from dataclasses import replace

import numpy as np
import pytest

from infobound.bounds.ratq import lemma_error_constant, printed_error_constant
from infobound.numerics.arguments import ArgumentError
from infobound.numerics.hadamard import rotate
from infobound.quantizers.base import Quantizer
from infobound.quantizers.ratq import RATQ, _subsets


def unit(d, seed=0):
    y = np.random.default_rng(seed).normal(size=d)
    return y / np.linalg.norm(y)


CHOICES = [
    RATQ(),
    RATQ(levels=4, ranges=3, overflow=False),
    RATQ(sampled=1),
    RATQ(sampled=2, group=2),
    RATQ(radius=50.0, group=3),
]


@pytest.mark.parametrize("quantizer", CHOICES)
@pytest.mark.parametrize("d", [2, 3, 4, 5])
def test_unbiased_and_the_error_is_exact(quantizer, d):
    """Over all coins; also where y is padded and where few coordinates are sent."""
    if d == 5 and quantizer.group:
        return  # many outcomes, and d = 3 is padded too
    y = quantizer.radius * unit(d)
    law = quantizer.law(y)
    error = law.mean_squared_error(y)
    assert law.probabilities.sum() == pytest.approx(1)
    assert np.abs(law.mean() - y).max() < 1e-13 * quantizer.radius
    assert error == pytest.approx(quantizer.mean_squared_error(y), rel=1e-12)
    assert error <= quantizer.variance_bound(d).value


def test_the_law_check_finds_a_wrong_scale():
    """Sampled values left as they are, not scaled by D/n, are half of y on average."""
    y = unit(4)
    law = RATQ(sampled=2, group=2).law(y)
    assert np.abs(law.mean() - y).max() < 1e-13
    assert np.abs(law.mean() / 2 - y).max() > 0.1


@pytest.mark.parametrize(("levels", "error"), [(3, 1.09435), (7, 0.119616), (15, 0.0201537)])
def test_error_of_a_unit_vector(levels, error):
    """Every rotated coordinate is B/sqrt D: one number for all D = 16, ..., 2^23, in closed form.

    M_0^2 = (3 + 2 ln 2) B^2/D, so the place is (k - 1)/2 (1 + 1/sqrt(3 + 2 ln 2)).
    """
    square = 3 + 2 * math.log(2)
    f = (levels - 1) / 2 * (1 + 1 / math.sqrt(square)) % 1
    exact = 4 * square / (levels - 1) ** 2 * f * (1 - f)
    assert exact == pytest.approx(error, rel=5e-6)
    for d in (16, 64, 2**14):
        found = RATQ(levels=levels).mean_squared_error(np.eye(1, d)[0])
        assert found == pytest.approx(exact, rel=1e-12)
    padded = RATQ(levels=levels).mean_squared_error(np.eye(1, 9)[0])
    assert padded == pytest.approx(exact * 9 / 16, rel=1e-12)


def test_ratios_of_a_unit_vector():
    """Exact error against the printed lemma and against the constants of its proof."""
    printed, sharp = [], []
    for levels in (3, 7, 15):
        scaled = RATQ(levels=levels).mean_squared_error(np.eye(1, 64)[0]) * (levels - 1) ** 2
        printed.append(scaled / printed_error_constant(2))
        sharp.append(scaled / lemma_error_constant(2))
    assert printed == pytest.approx([0.395, 0.389, 0.357], abs=5e-4)
    assert sharp == pytest.approx([0.428, 0.421, 0.386], abs=5e-4)


@pytest.mark.parametrize("d", [64, 1024])
@pytest.mark.parametrize("levels", [3, 7, 15])
def test_ratio_to_the_printed_lemma(d, levels):
    """Error over (9 + 3 ln s) B^2/(k - 1)^2 is 0.02 to 0.40; about 0.295 for flat and Gaussian y.

    The exact variance given the rotation, averaged over 100 rotations: standard error below 0.01.
    False alarm: 6 standard errors for each of 18, below 1e-7. Power: any of the ratios taken as
    that of a quantizer of one level more or less is off by a quarter. Seeded.
    """
    inner = RATQ(levels=levels).at(d)
    vectors = {"flat": np.full(d, d**-0.5), "gaussian": unit(d), "two": np.eye(1, d)[0] * 0.6}
    vectors["two"][d // 2] = 0.8
    for name, y in vectors.items():
        rotated = rotate(np.tile(y, (100, 1)), 3)
        values = inner.variances(rotated).sum(axis=-1)
        values *= (levels - 1) ** 2 / printed_error_constant(2)
        error = values.std(ddof=1) / 10
        assert error < 0.01
        assert 0.02 - 6 * error < values.mean() < 0.40 + 6 * error
        if name != "two":
            assert values.mean() == pytest.approx(0.295, abs=0.015 + 6 * error)


def test_sampling_is_exact_for_one_coordinate_a_group():
    """E|Q_S|^2 = E|Q|^2 D/n at s = 1; regrouped pairs are slightly better in this example."""
    y = np.zeros(16)
    y[:8] = 8**-0.5
    second = {}
    for group in (1, 2):
        full = 1 + RATQ(group=group).mean_squared_error(y)
        second[group] = 1 + RATQ(group=group, sampled=4).mean_squared_error(y), 4 * full
    assert second[1][0] == pytest.approx(second[1][1], rel=1e-12)
    assert second[2] == pytest.approx((4.0966, 4.0983), abs=5e-5)
    for value, _ in second.values():
        assert value <= 2 * 4  # alpha_0 <= B sqrt(2/mu)


def test_subsets_are_uniform():
    """Each of the 6 pairs of 4 places, 6000 rows.

    False alarm: 6 shares at 5 standard errors, below 4e-6. Power: a pair that never or twice as
    often occurs is 34 standard errors away. Seeded.
    """
    pairs = _subsets(12345, (6000,), 4, 2)
    assert np.all(np.diff(pairs, axis=-1) > 0)
    share = np.bincount(pairs @ [4, 1], minlength=16)[[1, 2, 3, 6, 7, 11]] / 6000
    assert share.sum() == 1
    assert np.abs(share - 1 / 6).max() < 5 * math.sqrt(5 / 36 / 6000)


@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize("d", [1, 3, 5, 17])
@pytest.mark.parametrize("quantizer", [*CHOICES[:3], RATQ(levels=256, group=5), RATQ(radius=1e-60)])
def test_decode_of_encode_is_roundtrip(quantizer, d, kind):
    if kind == np.float32 and quantizer.radius < 1e-30:
        return
    y = np.random.default_rng(d).normal(size=(2, 3, d))
    y *= quantizer.radius * 0.999 / np.linalg.norm(y, axis=-1, keepdims=True)
    y[0, 1] = 0
    message = quantizer.encode(y.astype(kind), rng=4)
    decoded = quantizer.decode(message)
    assert message.bits == 6 * quantizer.bits(d)
    assert decoded.dtype == np.float64
    assert np.array_equal(decoded, quantizer.roundtrip(y.astype(kind), rng=4))
    for i in range(6):
        assert np.array_equal(quantizer.decode(message.single(i)), decoded.reshape(6, d)[i])


def test_rows_have_their_own_coins():
    y = np.tile(unit(8), (50, 1))
    for quantizer in (RATQ(levels=1000), RATQ(sampled=1)):
        message = quantizer.encode(y, rng=0)
        assert np.unique(message.keys()).size > 1
        assert np.unique(quantizer.decode(message).round(9), axis=0).shape[0] > 1


def test_bits():
    """D (1 + 3) for even D: as the paper counts at d = D; padding is paid for."""
    assert isinstance(RATQ(), Quantizer)
    assert [RATQ().bits(d) for d in (1, 2, 4, 8, 16, 17, 1024)] == [3, 6, 16, 32, 64, 128, 4096]
    assert RATQ().bits(2**24) == (2**24 + 2) // 3 * 3 + 3 * 2**24  # s = 3 = log2 h
    assert RATQ(overflow=False, levels=8).bits(16) == 64
    assert RATQ(group=1, ranges=1, overflow=False, levels=2).bits(16) == 16
    assert RATQ().kept_at(1000) == 1024
    assert RATQ().at(1024).levels == 7


def test_at_precision():
    """At most the bits asked for: n = floor(r/(3 + Delta_2)) coordinates, at most D."""
    for bits, d in ((5, 1024), (500, 1000), (99, 20), (10**6, 1000), (7, 2)):
        quantizer = RATQ.at_precision(bits, d)
        assert quantizer.bits(d) <= bits
        whole = quantizer.kept_at(d) == RATQ().kept_at(d)
        assert whole or quantizer.bits(d) > bits - quantizer.bits(d) / quantizer.kept_at(d)
    assert RATQ.at_precision(500, 1024) == RATQ(group=1, sampled=100)
    second = RATQ.at_precision(500, 1024).variance_bound(1024).value + 1
    assert second <= 2 * 1024 / 100


def test_zero_and_extremes():
    for d in (1, 5, 16):
        assert not RATQ().roundtrip(np.zeros((20, d)), rng=0).any()  # 0 is a level for odd k
        tiny = np.full(d, 1e-310)
        assert np.abs(RATQ().roundtrip(tiny, rng=0)).max() <= 1
    huge = RATQ(radius=1e30)
    y = np.zeros(17)
    y[3] = 1e30
    assert np.abs(huge.roundtrip(y, rng=0) - y).max() < 1e30


def test_largest_rotated_coordinate_in_float32():
    """|Ry|_inf = B for flat y, up to rounding either way: never a level too far."""
    y = np.full((300, 64), 1 / 8, dtype=np.float32) * np.float32(1 + 2**-17)
    decoded = RATQ(levels=256, ranges=1).roundtrip(y, rng=0)
    assert np.isfinite(decoded).all()
    spike = np.tile(np.array([1.0, 1, 1, 1], dtype=np.float32) / 2, (64, 1))
    assert np.abs(RATQ(levels=257, ranges=1).roundtrip(spike, rng=0) - 0.5).max() < 0.05


def test_large():
    d = 2**20
    y = unit(d).astype(np.float32)
    message = RATQ().encode(y, rng=0)
    assert message.bits == 4 * d
    error = np.sum((RATQ().decode(message) - y) ** 2)
    assert 0.08 < error < RATQ().variance_bound(d).value  # about 0.091; concentrated at this d
    few = RATQ.at_precision(d // 8, d)
    second = np.sum(few.roundtrip(y, rng=0) ** 2) * few.kept_at(d) / d
    assert second == pytest.approx(1.08, abs=0.05)


def test_flipped_bits():
    """Refused, or a vector of the right size: no message decodes to anything beyond."""
    quantizer = RATQ(levels=5, ranges=3)
    y = unit(16)
    message = quantizer.encode(y, rng=1)
    refused = 0
    for place in range(message.bits):
        payload = bytearray(message.payload)
        payload[place // 8] ^= 128 >> place % 8
        try:
            decoded = quantizer.decode(replace(message, payload=bytes(payload)))
        except ArgumentError:
            refused += 1
            continue
        assert np.linalg.norm(decoded) <= 4.0
        assert not np.array_equal(decoded, quantizer.decode(message))
    assert refused > 0


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: RATQ(0.0), "radius = 0.0"),
        (lambda: RATQ(levels=1), "levels = 1"),
        (lambda: RATQ(ranges=0), "ranges = 0"),
        (lambda: RATQ(group=0), "group = 0"),
        (lambda: RATQ(sampled=0), "sampled = 0"),
        (lambda: RATQ(m=0.0), "m = 0.0"),
        (lambda: RATQ(m_0=-1.0), "m_0 = -1.0"),
        (lambda: RATQ(sampled=9).bits(8), "sampled = 9, .* at most 8, for d = 8"),
        (lambda: RATQ.at_precision(4, 100), "bits = 4, .* at least 5"),
        (lambda: RATQ().encode([[0.5, 0.5], [1.0, 0.1]]), r"l_2 norm of y\[1\] = 1.00"),
        (lambda: RATQ().roundtrip([0.1, math.inf]), r"y\[1\] = inf"),
        (lambda: RATQ().law(np.full(16, 0.25)), "outcomes = 4294967296"),
        (lambda: RATQ().law([[1.0]]), "y.shape"),
        (lambda: RATQ().mean_squared_error(unit(64)), "terms of the exact error"),
        (lambda: RATQ().decode(RATQ(group=1).encode([0.5])), "made_by"),
        (lambda: RATQ().decode(replace(RATQ().encode([0.5]), coins=None)), "message.coins = None"),
        (lambda: RATQ().decode(replace(RATQ().encode([0.5, 0.1]), shape=(8,))), "message.bits"),
    ],
)
def test_errors(call, words):
    with pytest.raises(ArgumentError, match=words):
        call()
