"""Block formats work through long arrays in pieces of `CHUNK` numbers that stay in the cache.

A format says how a piece is quantized, as an iterator of `Piece`, and how elements are multiplied
by scales, as an `Expand`; the loops over the pieces are here.
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from infobound.numerics.arguments import argument_error
from infobound.quantizers.formats.base import (
    CHUNK,
    BlockFormat,
    Codes,
    Quantized,
    Reals,
    block_count,
    padded_rows,
)
from infobound.quantizers.formats.grid import Kernel
from infobound.quantizers.formats.rounding import code_chunk, decode_codes

Expand = Callable[[Reals, Codes, Reals], None]
"""expand(elements, scale codes, out) writes the values of a piece; `out` may be the elements."""


class Piece(NamedTuple):
    """A part of the padded rows of a batch, laid end to end.

    start : int, where it begins.
    elements : ndarray of float, rounded; the buffer is used again for the next piece.
    scales : ndarray of unsigned integers, the codes.
    """

    start: int
    elements: Reals
    scales: Codes


def quantize_pieces(
    form: BlockFormat, values: Reals, pieces: Iterator[Piece], scale_type: npt.DTypeLike
) -> Quantized:
    """The codes of all pieces of values (..., d)."""
    d, block = values.shape[-1], form.block
    shape = (*values.shape[:-1], block_count(block, d))
    scales = np.empty(shape, dtype=scale_type)
    elements = np.empty((*shape, block), dtype=np.uint8)
    flat_elements, flat_scales = elements.reshape(-1), scales.reshape(-1)
    kernel = None
    for start, x, codes in pieces:
        kernel = kernel or Kernel(form.element, x.dtype, length=x.size)  # the first is the longest
        code_chunk(x, form.element, flat_elements[start : start + x.size], kernel=kernel)
        flat_scales[start // block : (start + x.size) // block] = codes
    return Quantized(elements, scales, None, d)


def roundtrip_pieces(
    form: BlockFormat, values: Reals, pieces: Iterator[Piece], expand: Expand, kind: Any
) -> Reals:
    """The values that the codes of all pieces stand for, shape (..., d), without the codes."""
    d = values.shape[-1]
    count = values.size // d
    out = np.empty((count, block_count(form.block, d) * form.block), dtype=kind)
    flat = out.reshape(-1)
    for start, x, codes in pieces:
        expand(x, codes, flat[start : start + x.size])
    return out[:, :d].reshape(values.shape)


def dequantize_pieces(
    form: BlockFormat, quantized: Quantized, expand: Expand, kind: Any, largest_scale: float
) -> Reals:
    """The values of all codes, shape (..., d); refuses what is not a finite number.

    Numbers are looked at only where there can be others: where elements have codes for infinity or
    not-a-number, or the scale is so large that the product may not be finite.
    """
    symbols, scales = quantized.elements.reshape(-1), quantized.scales.reshape(-1)
    out = np.empty(symbols.size, dtype=kind)
    element, block = form.element, form.block
    unsure = element.has_nan or largest_scale > float(np.finfo(kind).max) / (2 * element.max + 2)
    for start in range(0, symbols.size, CHUNK):
        x = out[start : start + CHUNK]
        some = symbols[start : start + CHUNK]
        if x.dtype == np.float32:
            decode_codes(some, element, out=x)
        else:
            np.copyto(x, decode_codes(some, element))
        with np.errstate(over="ignore", invalid="ignore"):
            expand(x, scales[start // block : (start + x.size) // block], x)
        if unsure and not np.isfinite(x).all():
            raise argument_error(
                f"element {start + int(np.argmin(np.isfinite(x)))} of the codes",
                "infinity or not-a-number",
                f"a finite {np.dtype(kind).name}",
                "No input is quantized to this.",
            )
    size = quantized.scales.shape[-1] * block
    return out.reshape(*quantized.shape[:-1], size)[..., : quantized.d]


def pieces_of(values: Reals, block: int) -> Iterator[tuple[int, Reals]]:
    """The padded rows of values (..., d), laid end to end, CHUNK by CHUNK."""
    flat = padded_rows(values, block).reshape(-1)
    for start in range(0, flat.size, CHUNK):
        yield start, flat[start : start + CHUNK]
