"""Codes of the numbers of a format, and back."""

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from infobound.numerics.arguments import argument_error
from infobound.quantizers.formats.elements import FloatFormat, Format
from infobound.quantizers.formats.grid import (
    CHUNK,
    Codes,
    Kernel,
    Reals,
    as_reals,
    check_out,
    refuse_where,
)
from infobound.quantizers.formats.scales import encode_scales


def encode_values(values: npt.ArrayLike, format: Format) -> Codes:
    """Codes of numbers that the format has.

    Parameters
    ----------
    values : array_like of float, any shape
        As `round_to` gives them. The sign of zero is kept; not-a-number becomes the quiet one of
        positive sign (mantissa 10...0 in "ieee" formats).

    Returns
    -------
    ndarray of uint8, or uint16 for formats wider than 8 bits, the shape of `values`.

    Raises
    ------
    ArgumentError
        A number that the format does not have.
    """
    source = as_reals(values)
    kind = np.uint8 if format.width <= 8 else np.uint16
    result: Codes = np.empty(source.shape, dtype=kind)
    given, target = source.reshape(-1), result.reshape(-1)
    scale = isinstance(format, FloatFormat) and format.specials == "scale"
    length = min(CHUNK, source.size)
    kernel = Kernel(format, source.dtype, length=length, nearest=True)
    for start in range(0, given.size, CHUNK):
        x, codes = given[start : start + CHUNK], target[start : start + CHUNK]
        if scale:
            encode_scales(x, format, codes, start)
            continue
        if kernel.load(x) and kernel.encode(codes, check=True):
            continue
        special = _specials(x, format)
        wide = Kernel(format, np.float64, length=x.size)
        wide.load(np.where(special, 0, x).astype(np.float64))
        known = wide.on_grid() & (x >= format.min) & (x <= format.max) | special
        remedy = f"Round it first: round_to(values, {format.name.upper()})."
        refuse_where(~known, x, f"a number of {format.name}", remedy, start)
        wide.encode(codes)
        codes[special] = _special_codes(x[special], format)
    return result


def decode_codes(
    codes: npt.ArrayLike, format: Format, *, out: npt.NDArray[np.float32] | None = None
) -> npt.NDArray[np.float32]:
    """What codes stand for, by table; float32 holds every number of the formats exactly.

    Parameters
    ----------
    codes : array_like of int, any shape, in [0, 2^width).
    out : ndarray of float32 of the shape of `codes`, C-contiguous, optional

    Returns
    -------
    ndarray of float32, the shape of `codes`.
    """
    symbols = np.asarray(codes)
    if symbols.dtype.kind not in "iu":
        raise argument_error("codes", symbols.dtype.name, "an array of integers")
    full = symbols.dtype.kind == "u" and 8 * symbols.dtype.itemsize == format.width
    if symbols.size and not full:
        for end in (int(symbols.min()), int(symbols.max())):
            if not 0 <= end < 1 << format.width:
                raise argument_error("codes", end, f"in [0, 2^{format.width})")
    result: npt.NDArray[np.float32] = check_out(out, symbols.shape, np.dtype(np.float32))
    given, target = symbols.reshape(-1), result.reshape(-1)
    even = 0
    if symbols.dtype == np.uint8 and format.width <= 8:  # two at a time
        even = given.size // 2 * 2
        pairs = np.ascontiguousarray(given[:even]).view(np.uint16)
        _look_up(_pairs(format), pairs, target[:even].view(np.complex64))
    _look_up(format.values.astype(np.float32), given[even:], target[even:])
    return result


def _look_up(table: npt.NDArray[Any], given: npt.NDArray[Any], target: npt.NDArray[Any]) -> None:
    """table[given], for indices known to be in range."""
    for start in range(0, given.size, CHUNK):
        some = slice(start, start + CHUNK)
        np.take(table, given[some], out=target[some], mode="clip")


@cache
def _pairs(format: Format) -> npt.NDArray[np.complex64]:
    """The numbers of two codes, by the 16-bit word of their bytes, as one 64-bit item."""
    table = np.zeros(256, dtype=np.float32)
    table[: 1 << format.width] = format.values
    two = np.arange(2**16, dtype=np.uint16).view(np.uint8)  # of either byte order
    return table[two].view(np.complex64)


def code_chunk(x: Reals, format: Format, out: Codes, *, kernel: Kernel | None = None) -> None:
    """Codes of a chunk: as `encode_values` for numbers of the format, unchecked.

    Parameters
    ----------
    x : ndarray of float32 or float64, shape (n,), contiguous
        Clipped to the range of the format, and rounded to the nearest where they are not on its
        grid.
    format : a signed FloatFormat, or IntegerFormat.
    out : ndarray of uint8, uint16 for more than 8 bits, shape (n,).
    kernel : grid.Kernel, optional
        Made once for this format and the type of x, it saves allocating scratch arrays each time.
    """
    kernel = Kernel(format, x.dtype, length=x.size) if kernel is None else kernel
    kernel.load_clipped(x)
    kernel.encode(out)


def _specials(x: Reals, format: Format) -> npt.NDArray[np.bool_]:
    """Where infinity or not-a-number is that the format has."""
    special: npt.NDArray[np.bool_] = (
        np.isnan(x) if format.has_nan else np.zeros(x.shape, dtype=bool)
    )
    return special | np.isinf(x) if format.has_inf else special


def _special_codes(x: Reals, format: Format) -> npt.NDArray[np.integer]:
    """Codes of infinities and not-a-numbers."""
    if not isinstance(format, FloatFormat):  # there are none
        return np.zeros(x.shape, dtype=np.uint8)
    top = (1 << format.width - 1) - 1  # all bits but the sign
    if not format.has_inf:
        return np.full(x.shape, top)
    infinity = top - (1 << format.mantissa_bits) + 1
    quiet = infinity | 1 << max(format.mantissa_bits - 1, 0)
    sign = np.where(x < 0, 1 << format.width - 1, 0)
    return np.where(np.isnan(x), quiet, infinity | sign)
