"""Bytes as hardware reads them: written by hand for one word of each width, lossless for all."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infobound.numerics.arguments import ArgumentError
from infobound.quantizers.formats.packing import (
    bytes_scales,
    pack_codes,
    scale_bytes,
    unpack_codes,
)


def codes(*values):
    return np.array(values, dtype=np.uint8)


def test_nibbles_have_element_0_low():
    assert pack_codes(codes(0x1, 0x2, 0xE, 0xF), 4).tolist() == [0x21, 0xFE]


def test_four_fp6_codes_fill_three_bytes_from_the_low_end():
    word = 0b100001 | 0b010010 << 6 | 0b111111 << 12 | 0b000011 << 18
    packed = pack_codes(codes(0b100001, 0b010010, 0b111111, 0b000011), 6)
    assert packed.tobytes() == word.to_bytes(3, "little")


@settings(deadline=None, derandomize=True, max_examples=60)
@given(
    width=st.integers(1, 8),
    groups=st.integers(0, 5),
    rows=st.integers(0, 3),
    seed=st.integers(0, 2**32),
)
def test_round_trip(width, groups, rows, seed):
    """Law: the codes come back, and code i is bits i w to i w + w - 1 of a little-endian integer."""
    shape = (rows, 8 * groups)
    symbols = np.random.default_rng(seed).integers(0, 1 << width, size=shape, dtype=np.uint8)
    packed = pack_codes(symbols, width)
    assert packed.shape == (rows, groups * width)
    assert packed.dtype == np.uint8
    np.testing.assert_array_equal(unpack_codes(packed, width), symbols)
    for row, data in zip(symbols, packed, strict=True):
        number = sum(int(code) << i * width for i, code in enumerate(row))
        assert int.from_bytes(data.tobytes(), "little") == number


def test_packing_copies():
    symbols = codes(1, 2)
    assert not np.shares_memory(pack_codes(symbols, 8), symbols)
    assert not np.shares_memory(unpack_codes(symbols, 8), symbols)


@pytest.mark.parametrize("bits", [8, 16, 32, 64])
def test_scales_have_the_low_byte_first(bits):
    scales = np.array([[1, 2], [3, (1 << bits) - 2]], dtype=f"u{bits // 8}")
    packed = scale_bytes(scales)
    assert packed.shape == (2, 2 * bits // 8)
    assert int.from_bytes(packed[1].tobytes(), "little") == 3 + (((1 << bits) - 2) << bits)
    again = bytes_scales(packed, bits)
    np.testing.assert_array_equal(again, scales)
    assert again.dtype == scales.dtype


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: pack_codes(codes(16, 0), 4), "codes = 16.*below 2\\^4"),
        (lambda: pack_codes(codes(1, 2, 3), 4), "codes.shape.*multiple of 8 bits"),
        (lambda: pack_codes(np.array([1, 2]), 4), "codes = 'int64'.*uint8"),
        (lambda: pack_codes(codes(1), 9), "width = 9"),
        (lambda: unpack_codes(codes(1, 2), 6), "packed.shape.*whole codes of 6 bits"),
        (lambda: unpack_codes(np.array([1.0]), 8), "packed = 'float64'.*uint8"),
        (lambda: bytes_scales(codes(1), 4), "bits = 4"),
    ],
)
def test_refusals(call, words):
    with pytest.raises(ArgumentError, match=words):
        call()
