"""Nearest rounding of float32 blocks on their own grids, without dividing by the scale first.

The grid of a block is that of the element format times 2^e. `grid` says how an addition rounds; here
the smallest step of each block differs, and nothing else. Where all numbers involved are normal
float32 numbers, this gives the bits of scaling, rounding and scaling back, in fewer passes.
"""

import math

import numpy as np
import numpy.typing as npt

from infobound.quantizers.formats.elements import FloatFormat, IntegerFormat
from infobound.quantizers.formats.mx_scales import Exponents

Singles = npt.NDArray[np.float32]
_MANTISSA = 23
_SIGN, _EXPONENT = np.uint32(1 << 31), np.uint32(0xFF << _MANTISSA)
_LARGEST = 2.0**100  # 2^23 times it is far from overflow


def can_round(largest: Singles, exponents: Exponents, element: FloatFormat | IntegerFormat) -> bool:
    """Whether `round_blocks` is exact: no grid has subnormal float32 units, no number is huge."""
    lowest = -126 - math.frexp(_unit(element))[1] + 1
    if int(exponents.min()) >= lowest:
        return float(largest.max()) < _LARGEST
    return float(largest.max()) < _LARGEST and not largest[exponents < lowest].any()


def round_blocks(
    part: Singles,
    sizes: Singles,
    exponents: Exponents,
    element: FloatFormat | IntegerFormat,
    *,
    scratch: Singles,
    out: Singles,
) -> None:
    """Clip and round blocks to element numbers times 2^e, ties to even, into `out`.

    Parameters
    ----------
    part : ndarray of float32, shape (n,), whole blocks.
    sizes : ndarray of float32, shape (n,)
        |part|; used up.
    exponents : shape (blocks,), for which `can_round` holds.
    scratch, out : ndarrays of float32, shape (n,).
    """
    unit = np.float32(_unit(element))
    # Repeated for each element: faster than to broadcast short rows.
    units = np.repeat(np.ldexp(unit, exponents), sizes.size // exponents.size)
    words = scratch.view(np.uint32)
    np.multiply(units, np.float32(element.max) / unit, out=scratch)
    np.minimum(sizes, scratch, out=sizes)
    if isinstance(element, FloatFormat):
        np.maximum(sizes, units, out=scratch)
        words &= _EXPONENT
        words += np.uint32(_MANTISSA - element.mantissa_bits << _MANTISSA)
        sizes += scratch
        sizes -= scratch
    else:
        units *= np.float32(2.0**_MANTISSA)
        sizes += units
        sizes -= units
    np.bitwise_and(part.view(np.uint32), _SIGN, out=words)
    np.bitwise_or(sizes.view(np.uint32), words, out=out.view(np.uint32))
    if isinstance(element, IntegerFormat):
        out += np.float32(0)  # one zero


def _unit(element: FloatFormat | IntegerFormat) -> float:
    return element.min_normal if isinstance(element, FloatFormat) else element.step
