"""Bit strings: exact, most significant first, zero padded."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infobound.numerics.arguments import ArgumentError
from infobound.numerics.bits import check_padding, pack, read_bits, unpack

EXAMPLES = settings(deadline=None, derandomize=True, max_examples=200)


@st.composite
def symbols(draw):
    width = draw(st.integers(1, 32))
    return draw(st.lists(st.integers(0, 2**width - 1), max_size=40)), width


@EXAMPLES
@given(case=symbols())
def test_pack_writes_the_binary_digits(case):
    """Against Python's own integers; and back."""
    values, width = case
    payload = pack(np.array(values, dtype=np.int64), width=width)
    text = "".join(format(value, f"0{width}b") for value in values)
    padded = text + "0" * (-len(text) % 8)
    assert payload == bytes(int(padded[i : i + 8], 2) for i in range(0, len(padded), 8))
    assert unpack(payload, count=len(values), width=width).tolist() == values
    assert "".join(map(str, read_bits(payload, len(text)))) == text


def test_golden():
    assert pack([1, 2, 3], width=3).hex() == "2980"
    assert pack([[1, 0], [1, 1]], width=1) == b"\xb0"
    assert pack([0xABCDEF], width=24) == b"\xab\xcd\xef"
    assert pack(np.array([2**32 - 1], dtype=np.uint32), width=32) == b"\xff" * 4


@pytest.mark.parametrize(
    ("values", "width", "words"),
    [
        ([0, 4], 2, r"symbols\[1\] = 4, but it must be in \[0, 2\*\*2\)"),
        ([[0], [-1]], 8, r"symbols\[1, 0\] = -1"),
        ([0.0], 8, "symbols = 'float64', .* integers"),
        ([1], 0, "width = 0"),
        ([1], 33, "width = 33"),
    ],
)
def test_pack_refuses(values, width, words):
    with pytest.raises(ArgumentError, match=words):
        pack(values, width=width)


@pytest.mark.parametrize(
    ("payload", "count", "words"),
    [
        (b"\x00", 3, r"len\(payload\) = 1, .* 2 bytes, to hold 9 bits"),
        (b"\x00\x00\x00", 3, r"len\(payload\) = 3"),
        (b"\x00\x01", 3, r"payload\[-1\] = 1, .* padded with zeros after 9 bits"),
        (b"\x00", -1, "count = -1"),
    ],
)
def test_unpack_refuses(payload, count, words):
    with pytest.raises(ArgumentError, match=words):
        unpack(payload, count=count, width=3)


def test_padding_accepts_full_bytes():
    check_padding(b"\xff", bits=8)
    check_padding(b"", bits=0)
    check_padding(b"\xfe", bits=7)
