"""Element codes in the bytes that hardware reads: a little-endian stream of bits.

Element i takes the bits i w, ..., i w + w - 1 of the stream, and bit k of the stream is bit k mod 8
of byte k // 8. So of two nibbles the first is the low one, and four FP6 codes fill three bytes, the
first from the low end.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from infobound.numerics.arguments import argument_error, whole

Bytes = npt.NDArray[np.uint8]


def pack_codes(codes: npt.NDArray[Any], width: int) -> Bytes:
    """Write codes of `width` bits one after the other.

    Parameters
    ----------
    codes : ndarray of uint8, shape (..., k), k width a multiple of 8
        Each in [0, 2^width).
    width : int, 1 to 8.

    Returns
    -------
    ndarray of uint8, shape (..., k width / 8).

    Raises
    ------
    ArgumentError
        A code that does not fit, another type, or codes that do not fill whole bytes.

    Examples
    --------
    >>> pack_codes(np.array([1, 2, 3, 15], dtype=np.uint8), 4).tobytes().hex()
    '21f3'
    """
    width = whole("width", width, most=8)
    if codes.dtype != np.uint8:
        raise argument_error("codes", codes.dtype.name, "an array of uint8")
    _whole_bytes("codes.shape", codes.shape, width)
    if width < 8 and codes.size and int(codes.max()) >> width:
        raise argument_error("codes", int(codes.max()), f"below 2^{width}")
    if width == 8:
        return codes.copy()
    if width == 4:
        pairs: Bytes = np.left_shift(codes[..., 1::2], 4, dtype=np.uint8)
        pairs |= codes[..., ::2]
        return pairs
    size = codes.size * width // 8
    words = np.zeros(-(-codes.size // 8), dtype="<u8")  # eight codes in the bytes of each
    words.view(np.uint8)[: codes.size] = codes.reshape(-1)
    for lane in (8, 16, 32):  # the upper of two lanes moves down to the end of the lower
        low = words & _low(lane, lane)
        words ^= low
        words >>= np.uint64(lane - lane * width // 8)
        words |= low
    stream = words.view(np.uint8).reshape(-1, 8)[:, :width].reshape(-1)[:size]
    return stream.reshape(*codes.shape[:-1], codes.shape[-1] * width // 8)


def unpack_codes(packed: npt.NDArray[Any], width: int) -> Bytes:
    """Read the codes back: the inverse of `pack_codes`.

    Parameters
    ----------
    packed : ndarray of uint8, shape (..., m), 8 m a multiple of width.
    width : int, 1 to 8.

    Returns
    -------
    ndarray of uint8, shape (..., 8 m / width).
    """
    width = whole("width", width, most=8)
    if packed.dtype != np.uint8:
        raise argument_error("packed", packed.dtype.name, "an array of uint8")
    if 8 * packed.shape[-1] % width:
        raise argument_error("packed.shape", packed.shape, f"whole codes of {width} bits")
    if width == 8:
        return packed.copy()
    if width == 4:
        codes = np.empty((*packed.shape[:-1], 2 * packed.shape[-1]), dtype=np.uint8)
        np.bitwise_and(packed, 15, out=codes[..., ::2])
        np.right_shift(packed, 4, out=codes[..., 1::2])
        return codes
    count = -(-packed.size // width)
    stream = np.zeros(count * width, dtype=np.uint8)
    stream[: packed.size] = packed.reshape(-1)
    words = np.zeros(count, dtype="<u8")
    words.view(np.uint8).reshape(-1, 8)[:, :width] = stream.reshape(-1, width)
    for lane in (32, 16, 8):
        used = lane * width // 8
        low = words & _low(used, lane)
        words ^= low
        words <<= np.uint64(lane - used)
        words |= low
    codes = words.view(np.uint8)[: 8 * packed.size // width]
    return codes.reshape(*packed.shape[:-1], 8 * packed.shape[-1] // width)


def scale_bytes(scales: npt.NDArray[Any]) -> Bytes:
    """Scale codes (..., n) as bytes (..., n k), the low byte of each first."""
    little = np.ascontiguousarray(scales, dtype=scales.dtype.newbyteorder("<"))
    return little.view(np.uint8).copy()


def bytes_scales(packed: npt.NDArray[Any], bits: int) -> npt.NDArray[Any]:
    """The inverse of `scale_bytes` for scales of 8, 16, 32 or 64 bits."""
    if bits not in (8, 16, 32, 64):
        raise argument_error("bits", bits, "8, 16, 32 or 64")
    little = np.ascontiguousarray(packed).view(f"<u{bits // 8}")
    return little.astype(f"u{bits // 8}")


def _low(bits: int, lane: int) -> np.uint64:
    """The lowest bits of every second lane of a 64-bit word."""
    return np.uint64(sum(((1 << bits) - 1) << start for start in range(0, 64, 2 * lane)))


def _whole_bytes(name: str, shape: tuple[int, ...], width: int) -> None:
    if not shape or shape[-1] * width % 8:
        raise argument_error(name, shape, f"(..., k) with {width} k a multiple of 8 bits")
