"""QSGD: bits, exact variance, bounds, Elias lengths."""

import math
from fractions import Fraction

import numpy as np
import pytest

from infobound.numerics.arguments import ArgumentError
from infobound.quantizers.base import Message
from infobound.quantizers.qsgd import QSGD, elias_bits


def test_seventeen_outcomes_need_five_bits():
    """Not log2(8) + 1 = 4, nor 4.003; log2 17 = 4.087 is approached when digits share words."""
    assert (QSGD(8).bits(10_000) - 32) / 10_000 == 5
    assert (QSGD(8, group=7).bits(7_000) - 32) / 7_000 == 29 / 7
    outputs = QSGD(8, math.inf).roundtrip(np.linspace(-1, 1, 4001), rng=0)
    assert len(np.unique(outputs)) == 17


@pytest.mark.parametrize("levels", [1, 2, 3, 4, 7, 8, 15, 16, 127, 128, 1000])
def test_a_sign_and_a_size_take_as_many_bits(levels):
    """ceil(log2(2s + 1)) = 1 + ceil(log2(s + 1)): no power of two lies between 2s + 1 and 2s + 2."""
    assert QSGD(levels).bits(3) == 32 + 3 * (1 + math.ceil(math.log2(levels + 1)))


def test_default_levels():
    assert [QSGD().levels_at(d) for d in (1, 2, 4, 5, 9, 10, 2**20)] == [1, 2, 2, 3, 3, 4, 1024]
    assert QSGD().bits(2**20) == 32 + 12 * 2**20


def exact_error(y, norm, levels):
    """(N/s)^2 sum f (1 - f) in rationals."""
    places = [abs(Fraction(v)) * levels / Fraction(norm) for v in y]
    parts = [x - math.floor(x) for x in places]
    return (Fraction(norm) / levels) ** 2 * sum(f * (1 - f) for f in parts)


@pytest.mark.parametrize("quantizer", [QSGD(1), QSGD(5), QSGD(7, math.inf)])
def test_error_in_rationals(quantizer):
    """With the norm that is in the message; a norm that is 1 % off is noticed."""
    y = np.random.default_rng(3).standard_normal(40)
    norm = np.frombuffer(quantizer.encode(y, rng=0).payload[:4], ">f4")[0]
    assert norm >= np.linalg.norm(y, quantizer.norm)
    assert norm / np.linalg.norm(y, quantizer.norm) < 1 + 2**-22
    found = float(quantizer.mean_squared_error(y))
    assert found == pytest.approx(float(exact_error(y, float(norm), quantizer.levels)), rel=1e-12)
    wrong = float(exact_error(y, 1.01 * float(norm), quantizer.levels))
    assert found != pytest.approx(wrong, rel=1e-4)


@pytest.mark.parametrize("s", [1, 2, 5, 11])
def test_bounds_are_close(s):
    """Half a level everywhere attains d / (4 s^2) of the maximum norm up to one coordinate."""
    d = 26
    y = np.full(d, 0.5 / s)
    y[0] = 1
    share = QSGD(s, math.inf).mean_squared_error(y) / (np.sum(y**2))
    assert share <= QSGD(s, math.inf).variance_bound(d).value
    assert share == pytest.approx((d - 1) / (4 * s * s) / (1 + (d - 1) / (4 * s * s)), rel=1e-6)
    small = np.full(d, 1e-9)
    small[0] = 1  # error nearly N |y|_1 / s per small coordinate
    assert QSGD(s).mean_squared_error(small) <= QSGD(s).variance_bound(d).at(small)


def omega_code(n):
    """Elias's omega code, as in the definition: prefix groups, then 0."""
    code = "0"
    while n > 1:
        group = format(n, "b")
        code, n = group + code, len(group) - 1
    return code


def read_omega(bits, start):
    n = 1
    while bits[start] == "1":
        start, n = start + n + 1, int(bits[start : start + n + 1], 2)
    return n, start + 1


def sparse_code(levels):
    bits, last = "", 0
    for place, level in enumerate(levels, start=1):
        if level:
            bits += omega_code(place - last) + str(int(level < 0)) + omega_code(abs(level))
            last = place
    return bits + omega_code(len(levels) + 1 - last)


def read_sparse(bits, d):
    levels, start, place = [0] * d, 0, 0
    while True:
        gap, start = read_omega(bits, start)
        place += gap
        if place == d + 1:
            return levels, start
        minus = bits[start] == "1"
        size, start = read_omega(bits, start + 1)
        levels[place - 1] = -size if minus else size


def test_elias_lengths_are_those_of_a_decodable_code():
    rng = np.random.default_rng(1)
    levels = rng.integers(-300, 300, (200, 20)) * (rng.random((200, 20)) < 0.3)
    lengths = elias_bits(levels)
    for row, length in zip(levels.tolist(), lengths, strict=True):
        bits = sparse_code(row)
        assert read_sparse(bits, 20) == (row, len(bits))
        assert length == 32 + len(bits)
    dense = [sum(len(omega_code(abs(k) + 1)) + (k != 0) for k in row) for row in levels.tolist()]
    assert (elias_bits(levels, layout="dense") - 32).tolist() == dense
    assert elias_bits(np.zeros(5, int)) == 32 + len(omega_code(6))


def test_elias_measured():
    """At s = sqrt d about 2.8 bits per coordinate, as the paper says; a fixed length takes 8.

    One seeded draw of a Gaussian vector; d = 4096, s = 64: levels of size about 1.
    """
    quantizer, y = QSGD(), np.random.default_rng(0).standard_normal(4096)
    message = quantizer.encode(y, rng=0)
    levels = quantizer.signed_levels(message)
    assert np.array_equal(
        quantizer.decode(message),
        levels * (np.frombuffer(message.payload[:4], ">f4")[0].astype(float) / 64),
    )
    rate = (int(elias_bits(levels, layout="dense")) - 32) / 4096
    assert 2.5 < rate < 3.2
    assert quantizer.bits(4096) - 32 == 8 * 4096


def test_refusals():
    for arguments in [(0,), (2.5,), (2**31,), (3, 1.0), (3, 2.0, 12), (8, 2.0, 0)]:
        with pytest.raises(ArgumentError):
            QSGD(*arguments)
    with pytest.raises(ArgumentError, match=r"l_2 norm of y\[1\] = .*Change the unit of y"):
        QSGD().encode(np.array([[1.0, 1.0], [3e38, 3e38]]))
    with pytest.raises(ArgumentError, match="layout"):
        elias_bits([1, 2], layout="long")
    with pytest.raises(ArgumentError, match="levels"):
        elias_bits([0.5])


def tampered(quantizer, y, place, value):
    """The message with `value` written as the digit at `place`."""
    message = quantizer.encode(y, rng=0)
    norm, digits = message.split([(1, 32), (len(y), 5)])
    digits[place] = value
    fields = [(norm, 32), (digits, 5)]
    return Message.join(fields, shape=message.shape, side=[0], made_by=repr(quantizer))


def test_digits_out_of_range():
    quantizer, y = QSGD(8), np.array([0.5, -1.0, 0.0])
    for level in (-8, 0, 8):
        message = tampered(quantizer, y, 1, level + 8)
        assert quantizer.signed_levels(message)[1] == level
    with pytest.raises(ArgumentError, match=r"message symbol = 17, but it must be less than 17"):
        quantizer.decode(tampered(quantizer, y, 1, 17))
    with pytest.raises(ArgumentError, match="level 0, at norm 0"):
        quantizer.decode(tampered(quantizer, np.zeros(3), 1, 9))


def test_float32_is_as_good():
    """Same norm, unbiased to 2^-22: the mean of 2000 copies is within 6 standard errors of y.

    False alarm: 64 coordinates at 6 standard errors, below 1e-6. Power: a bias of 10 % of |y_i| is
    seen in the sum over coordinates (asserted: above 6 of its standard errors). Seeded.
    """
    y = np.random.default_rng(2).standard_normal(64).astype(np.float32)
    quantizer = QSGD(4)
    outputs = quantizer.roundtrip(np.tile(y, (2000, 1)), rng=3)
    gap = (outputs - y) @ np.sign(y)
    spread = gap.std(ddof=1) / math.sqrt(2000)
    assert abs(gap.mean()) < 6 * spread
    assert 0.1 * np.abs(y).sum() > 12 * spread
    assert np.all(outputs == quantizer.roundtrip(np.tile(y, (2000, 1)), rng=3))
    error = quantizer.mean_squared_error(y.astype(float))
    assert quantizer.mean_squared_error(y) == pytest.approx(error, rel=1e-12)


def test_million():
    y = np.random.default_rng(0).standard_normal(2**20).astype(np.float32)
    quantizer = QSGD(16)
    message = quantizer.encode(y, rng=0)
    decoded = quantizer.decode(message)
    error = np.sum((decoded - y) ** 2) / quantizer.mean_squared_error(y)
    assert error == pytest.approx(1, abs=0.02)  # relative spread is of order 2^-10
    assert message.bits == 32 + 6 * 2**20
