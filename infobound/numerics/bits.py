"""Fixed-width symbols as packed bits: most significant first, zero padded to a whole byte."""

import numpy as np
import numpy.typing as npt

from infobound.numerics.arguments import argument_error, whole

Ints = npt.NDArray[np.int64]
MOST_WIDTH = 32


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
    width = whole("width", width, most=MOST_WIDTH)
    values = np.asarray(symbols)
    if values.size == 0:
        return b""
    if not np.issubdtype(values.dtype, np.integer):
        raise argument_error("symbols", values.dtype.name, "an array of integers")
    outside = (values < 0) | (values >= 2**width)
    if np.any(outside):
        place = np.unravel_index(int(np.argmax(outside)), values.shape)
        name = f"symbols[{', '.join(str(i) for i in place)}]"
        raise argument_error(name, int(values[place]), f"in [0, 2**{width})")
    size = _bytes_for(width)
    rows = values.astype(f">u{size}").reshape(-1, 1).view(np.uint8)
    return np.packbits(np.unpackbits(rows, axis=1)[:, 8 * size - width :]).tobytes()


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
    size = _bytes_for(width)
    rows = np.zeros((count, 8 * size), dtype=np.uint8)
    rows[:, 8 * size - width :] = read_bits(payload, count * width).reshape(count, width)
    return np.packbits(rows, axis=1).view(f">u{size}").reshape(count).astype(np.int64)


def read_bits(payload: bytes, bits: int) -> npt.NDArray[np.uint8]:
    """The first `bits` bits of the payload as an array of 0 and 1."""
    return np.unpackbits(np.frombuffer(payload, dtype=np.uint8), count=bits)


def check_padding(payload: bytes, *, bits: int) -> None:
    """Refuse a payload that is not exactly ceil(bits / 8) bytes, the last ones padded with 0."""
    if len(payload) != -(-bits // 8):
        raise argument_error(
            "len(payload)", len(payload), f"{-(-bits // 8)} bytes, to hold {bits} bits"
        )
    if bits % 8 and payload[-1] & (0xFF >> bits % 8):
        raise argument_error("payload[-1]", payload[-1], f"padded with zeros after {bits} bits")


def _bytes_for(width: int) -> int:
    """Size of the machine word that a symbol is read from."""
    return 1 if width <= 8 else 2 if width <= 16 else 4
