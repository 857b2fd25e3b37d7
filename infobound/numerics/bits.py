"""Fixed-width symbols as packed bits: most significant first, zero padded to a whole byte."""

from collections.abc import Sequence
from typing import Literal, cast

import numpy as np
import numpy.typing as npt

from infobound.numerics.arguments import argument_error, whole
from infobound.numerics.bit_rows import (
    get,
    packed_rows,
    put,
    unpacked_rows,
    with_gaps,
    without_gaps,
)

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
MOST_WIDTH = 32
_LARGEST = float(np.finfo(np.float32).max)


def pack(symbols: npt.ArrayLike, *, width: int) -> bytes:
    """Write integers one after the other, `width` bits each.

    Parameters
    ----------
    symbols : array_like of int, any shape (read in C order)
        Each in [0, 2^width).
    width : int
        Bits per symbol, 1 to 32.

    Returns
    -------
    bytes of length ceil(symbols.size * width / 8); the bits after the last symbol are 0.

    Raises
    ------
    ArgumentError
        A symbol that does not fit or is not an integer, or a width out of range.

    Examples
    --------
    >>> pack([1, 2, 3], width=3).hex()
    '2980'
    """
    values = np.asarray(symbols)
    return packed_rows(_checked(values, whole("width", width, most=MOST_WIDTH)), width).tobytes()


def unpack(payload: bytes, *, count: int, width: int) -> Ints:
    """Read back `count` integers of `width` bits each: the inverse of `pack`.

    Returns
    -------
    ndarray of int64, shape (count,).

    Raises
    ------
    ArgumentError
        The payload has another length than ceil(count * width / 8) bytes, or its padding is not 0.
    """
    width = whole("width", width, most=MOST_WIDTH)
    count = whole("count", count, least=0)
    check_padding(payload, bits=count * width)
    rows = np.frombuffer(payload, dtype=np.uint8).reshape(1, -1)
    return unpacked_rows(rows, count, width).reshape(count)


def read_bits(payload: bytes, bits: int) -> npt.NDArray[np.uint8]:
    """The first `bits` bits of the payload as an array of 0 and 1."""
    return np.unpackbits(np.frombuffer(payload, dtype=np.uint8), count=bits)


def join_rows(fields: Sequence[tuple[npt.NDArray[np.integer], int]]) -> bytes:
    """Pack row after row, in each row the fields one after the other.

    Parameters
    ----------
    fields : sequence of (symbols, width)
        Symbols of shape (n, k) with the same n, each in [0, 2^width), `width` 0 to 32 bits; at
        width 0 all symbols must be 0 and take no bits.

    Returns
    -------
    bytes, padded with zeros at the very end only.
    """
    each = sum(symbols.shape[1] * width for symbols, width in fields)
    if not each:
        for symbols, width in fields:
            _checked(symbols, width)
        return b""
    rows = np.zeros((len(fields[0][0]), -(-each // 8)), dtype=np.uint8)
    start = 0
    for symbols, width in fields:
        values = _checked(symbols, width)
        if width:
            put(rows, start, packed_rows(values, width, rows=len(rows)))
            start += symbols.shape[1] * width
    return without_gaps(rows, each).tobytes()


def split_rows(payload: bytes, *, count: int, layout: Sequence[tuple[int, int]]) -> list[Ints]:
    """Read back the fields of `count` rows: the inverse of `join_rows`.

    Parameters
    ----------
    layout : sequence of (k, width)
        Number of symbols and their width, for each field.

    Returns
    -------
    list of ndarray of int64, shape (count, k) each.
    """
    each = sum(k * width for k, width in layout)
    check_padding(payload, bits=count * each)
    rows = with_gaps(np.frombuffer(payload, dtype=np.uint8), count, each)
    fields, start = [], 0
    for k, width in layout:
        if width == 0:
            fields.append(np.zeros((count, k), dtype=np.int64))
            continue
        fields.append(unpacked_rows(get(rows, start, k * width), k, width))
        start += k * width
    return fields


def integer_bits(values: Sequence[int], *, width: int) -> npt.NDArray[np.uint8]:
    """Python integers in [0, 2^width), of any width, as rows of bits: shape (n, width)."""
    size = -(-width // 8)
    for i, value in enumerate(values):
        if not 0 <= value < 1 << width:
            raise argument_error(f"values[{i}]", value, f"in [0, 2**{width})")
    joined = b"".join(int(value).to_bytes(size, "big") for value in values)
    rows = np.frombuffer(joined, dtype=np.uint8).reshape(len(values), size)
    return np.unpackbits(rows, axis=1)[:, 8 * size - width :]


def bits_integers(rows: npt.NDArray[np.integer]) -> list[int]:
    """Rows of bits, shape (n, width), as Python integers: the inverse of `integer_bits`."""
    n, width = rows.shape
    size = -(-width // 8)
    padded = np.zeros((n, 8 * size), dtype=np.uint8)
    padded[:, 8 * size - width :] = rows
    packed = np.packbits(padded, axis=1)
    return [int.from_bytes(row.tobytes(), "big") for row in packed]


def float_symbols(
    values: npt.ArrayLike, *, rounding: Literal["nearest", "up"] = "nearest"
) -> npt.NDArray[np.uint32]:
    """IEEE 754 binary32 patterns of real numbers, as symbols of 32 bits.

    Parameters
    ----------
    values : array_like of float, any shape
        Finite, at most (2 - 2^-23) 2^127 = 3.4e38 in size; computed as float64.
    rounding : "nearest" or "up"
        To the nearest float32, ties to even; or to the smallest float32 that is not less, for
        values >= 0 only (a norm that must stay a norm). -0.0 is rounded up to 0.

    Returns
    -------
    ndarray of uint32, the shape of `values`.

    Raises
    ------
    ArgumentError
        A value that is not finite or too large; below 0 when rounding up.

    Examples
    --------
    >>> hex(float_symbols(0.1)), hex(float_symbols(0.3, rounding="up"))
    ('0x3dcccccd', '0x3e99999a')
    """
    if rounding not in ("nearest", "up"):
        raise argument_error("rounding", rounding, "'nearest' or 'up'")
    real = np.asarray(values, dtype=np.float64)
    allowed = f"finite and at most {_LARGEST!r} in size, the largest float32"
    _refuse("values", real, ~(np.abs(real) <= _LARGEST), allowed, "Change the unit of y.")
    if rounding == "up":
        _refuse("values", real, real < 0, "nonnegative, to be rounded up")
        real = np.abs(real)  # -0.0
    near = real.astype(np.float32)
    symbols = near.view(np.uint32)
    if rounding == "up":  # patterns of floats >= 0 are in the order of the floats
        symbols += near < real
    return symbols


def symbols_float(symbols: npt.ArrayLike, *, nonnegative: bool = False) -> Floats:
    """The numbers whose float32 patterns are given, exactly: the inverse of `float_symbols`.

    Parameters
    ----------
    symbols : array_like of int, any shape, in [0, 2^32).
    nonnegative : bool
        Refuse a sign bit (that of -0.0 as well).

    Returns
    -------
    ndarray of float64, the shape of `symbols`.

    Raises
    ------
    ArgumentError
        A pattern of infinity or not-a-number, or of a sign that is not allowed.
    """
    patterns = np.asarray(symbols)
    if not np.issubdtype(patterns.dtype, np.integer):
        raise argument_error("symbols", patterns.dtype.name, "an array of integers")
    _refuse("symbols", patterns, (patterns < 0) | (patterns >= 2**32), "in [0, 2**32)")
    words = patterns.astype(np.uint32)
    special = (words & np.uint32(0x7F800000)) == 0x7F800000
    _refuse("symbols", words, special, "the pattern of a finite float32")
    if nonnegative:
        _refuse("symbols", words, words >> np.uint32(31) == 1, "the pattern of a float32 >= 0")
    return words.view(np.float32).astype(np.float64)


def check_padding(payload: bytes, *, bits: int) -> None:
    """Refuse a payload that is not exactly ceil(bits / 8) bytes, the last ones padded with 0."""
    if len(payload) != -(-bits // 8):
        raise argument_error(
            "len(payload)", len(payload), f"{-(-bits // 8)} bytes, to hold {bits} bits"
        )
    if bits % 8 and payload[-1] & (0xFF >> bits % 8):
        raise argument_error("payload[-1]", payload[-1], f"padded with zeros after {bits} bits")


def _checked(symbols: npt.NDArray[np.generic], width: int) -> npt.NDArray[np.integer]:
    """The symbols as integers, if they are integers and fit in `width` bits."""
    if symbols.size == 0:
        return symbols.astype(np.uint8)
    if not np.issubdtype(symbols.dtype, np.integer):
        raise argument_error("symbols", symbols.dtype.name, "an array of integers")
    values = cast("npt.NDArray[np.integer]", symbols)
    # Read without a sign, negative numbers are at least half of what the type holds.
    signed = values.dtype.kind == "i"
    size = values.view(values.dtype.str.replace("i", "u"))
    if int(size.max()) >= min(1 << width, 1 << 8 * values.dtype.itemsize - signed):
        if width == 0:
            raise argument_error("symbols", int(values.max()), "0 where the width is 0")
        _refuse("symbols", values, (values < 0) | (values >= 1 << width), f"in [0, 2**{width})")
    return values


def _refuse(
    name: str,
    values: npt.NDArray[np.generic],
    wrong: npt.NDArray[np.bool_],
    allowed: str,
    remedy: str = "",
) -> None:
    """Name the first entry that is wrong, if there is one."""
    if np.any(wrong):
        place = np.unravel_index(int(np.argmax(wrong)), values.shape)
        entry = f"{name}[{', '.join(str(i) for i in place)}]" if place else name
        raise argument_error(entry, values[place].item(), allowed, remedy)
