"""Bit strings: exact, most significant first, zero padded."""

import math
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infobound.numerics.arguments import ArgumentError
from infobound.numerics.bits import (
    check_padding,
    float_symbols,
    join_rows,
    pack,
    read_bits,
    split_rows,
    symbols_float,
    unpack,
)

EXAMPLES = settings(deadline=None, derandomize=True, max_examples=100)


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
    assert pack(np.array([1, 2], dtype=">i4")[::-1], width=4) == b"\x21"
    assert pack(np.array([255, 127], dtype=np.uint8), width=8) == b"\xff\x7f"
    assert pack([0xABCDEF], width=24) == b"\xab\xcd\xef"
    assert pack(np.array([2**32 - 1], dtype=np.uint32), width=32) == b"\xff" * 4


@pytest.mark.parametrize(
    ("values", "width", "words"),
    [
        ([0, 4], 2, r"symbols\[1\] = 4, but it must be in \[0, 2\*\*2\)"),
        ([[0], [-1]], 8, r"symbols\[1, 0\] = -1"),
        ([0.0], 8, "symbols = 'float64', .* integers"),
        (np.array([1, -1], dtype=np.int8), 8, r"symbols\[1\] = -1, .* in \[0, 2\*\*8\)"),
        (np.array([-1], dtype=">i4"), 32, r"symbols\[0\] = -1"),
        (np.array([16], dtype=">i4"), 4, r"symbols\[0\] = 16"),
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


@st.composite
def fields(draw):
    rows = draw(st.integers(0, 5))
    layout = draw(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 32)), max_size=5))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    kind = draw(st.sampled_from([np.int64, np.uint32]))
    return [(rng.integers(0, 2**w, (rows, k), dtype=kind), w) for k, w in layout], rows


def digits(symbols, width):
    return "".join(format(int(s), f"0{width}b") for s in symbols) if width else ""


def joined(parts, rows):
    """The definition: the digits of every field of every row, and zeros at the end."""
    text = "".join(digits(symbols[i], width) for i in range(rows) for symbols, width in parts)
    text += "0" * (-len(text) % 8)
    return bytes(int(text[i : i + 8], 2) for i in range(0, len(text), 8))


def same(parts, read):
    pairs = zip(parts, read, strict=True)
    return all(np.array_equal(symbols, found) for (symbols, _), found in pairs)


@EXAMPLES
@given(case=fields())
def test_join_rows_is_the_definition_and_back(case):
    parts, rows = case
    payload = join_rows(parts)
    assert payload == joined(parts, rows)
    layout = [(symbols.shape[1], width) for symbols, width in parts]
    assert same(parts, split_rows(payload, count=rows, layout=layout))


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("width", [1, 2, 3, 4, 5, 7, 8, 11, 16, 24, 31, 32])
def test_long_rows(rows, width):
    """Rows that are shifted one by one, none of which starts at a whole byte but the first."""
    rng = np.random.default_rng(width)
    parts = [(rng.integers(0, 2**w, (rows, k)), w) for k, w in ((3, 1), (4501, width), (1, 6))]
    if width % 8 == 0:
        parts.append((rng.integers(0, 2, (rows, 1)), 1))
    payload = join_rows(parts)
    assert payload == joined(parts, rows)
    layout = [(symbols.shape[1], w) for symbols, w in parts]
    assert same(parts, split_rows(payload, count=rows, layout=layout))
    changed = bytearray(payload)
    changed[len(changed) // 2] ^= 1
    assert not same(parts, split_rows(bytes(changed), count=rows, layout=layout))


def test_join_rows_refuses():
    with pytest.raises(ArgumentError, match=r"symbols\[1, 0\] = 4, .* in \[0, 2\*\*2\)"):
        join_rows([(np.zeros((2, 1), dtype=int), 3), (np.array([[3], [4]]), 2)])
    with pytest.raises(ArgumentError, match=r"symbols = 1, .* 0 where the width is 0"):
        join_rows([(np.array([[0, 1]]), 0)])
    with pytest.raises(ArgumentError, match="integers"):
        join_rows([(np.zeros((1, 1)), 1)])
    with pytest.raises(ArgumentError, match="2 bytes, to hold 9 bits"):
        split_rows(b"\0", count=3, layout=[(1, 3)])
    with pytest.raises(ArgumentError, match="padded with zeros after 9 bits"):
        split_rows(b"\0\1", count=3, layout=[(1, 3)])


LARGEST = (2 - 2.0**-23) * 2.0**127


@EXAMPLES
@given(value=st.floats(-LARGEST, LARGEST))
def test_float_symbols_nearest_is_the_ieee_pattern(value):
    """Against the struct module of Python."""
    assert int(float_symbols(value)) == struct.unpack(">I", struct.pack(">f", value))[0]
    assert (
        symbols_float(float_symbols([value]))[0] == struct.unpack(">f", struct.pack(">f", value))[0]
    )


def up_is_least(value, symbol):
    """Whether `symbol` stands for the smallest float32 that is not less than value >= 0."""
    number = symbols_float(symbol, nonnegative=True)
    return number >= value and (symbol == 0 or symbols_float(int(symbol) - 1) < value)


@EXAMPLES
@given(value=st.floats(0, LARGEST) | st.floats(0, 1e-37) | st.floats(0, LARGEST, width=32))
def test_float_symbols_up(value):
    assert up_is_least(value, float_symbols(value, rounding="up"))


@pytest.mark.parametrize(
    "value", [0.0, -0.0, 5e-324, 1e-310, 2.0**-149, 0.1, 0.3, 1.0, LARGEST / 2]
)
def test_float_symbols_up_at_the_edges(value):
    symbol = float_symbols(value, rounding="up")
    assert up_is_least(value, symbol)
    assert not up_is_least(value, symbol + 1)  # the check objects to one step too far


def test_up_check_objects_to_nearest():
    assert not up_is_least(1 + 1e-9, float_symbols(1 + 1e-9))
    assert not up_is_least(1e-310, float_symbols(1e-310))


def test_every_exponent_goes_there_and_back():
    patterns = np.arange(0, 2**32, 65537 * 3, dtype=np.uint32)
    finite = patterns[(patterns >> 23) & 0xFF != 0xFF].reshape(2, -1)
    assert np.array_equal(float_symbols(symbols_float(finite.astype(np.int64))), finite)


@pytest.mark.parametrize(
    ("values", "rounding", "words"),
    [
        ([1.0, math.nan], "nearest", r"values\[1\] = nan, .* the largest float32. Change the unit"),
        ([[0.0], [-math.inf]], "nearest", r"values\[1, 0\] = -inf"),
        (LARGEST * (1 + 1e-15), "up", r"values = 3.4"),
        (-1e-300, "up", "values = -1e-300, .* nonnegative"),
        (1.0, "down", "rounding = 'down'"),
    ],
)
def test_float_symbols_refuses(values, rounding, words):
    with pytest.raises(ArgumentError, match=words):
        float_symbols(values, rounding=rounding)


@pytest.mark.parametrize(
    ("symbols", "options", "words"),
    [
        ([0, 0x7F800000], {}, r"symbols\[1\] = 2139095040, .* finite"),
        (0xFFC00000, {}, "finite"),
        (0x80000000, {"nonnegative": True}, "float32 >= 0"),
        (2**32, {}, r"in \[0, 2\*\*32\)"),
        (-1, {}, "symbols = -1"),
        (1.0, {}, "integers"),
    ],
)
def test_symbols_float_refuses(symbols, options, words):
    with pytest.raises(ArgumentError, match=words):
        symbols_float(symbols, **options)
