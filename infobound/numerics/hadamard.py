"""Fast Walsh-Hadamard transform, and the rotation H diag(signs) with public signs.

H is the Sylvester matrix, entries (-1)^popcount(i & j) / sqrt(D): symmetric, orthonormal, its own
inverse. It is a Kronecker product, so a few bits of the index at a time are transformed by a
matrix product with a small matrix (8 to 32 rows), on blocks that stay in the cache.

The shape of every product depends on D alone, so a row gives the same bits alone as in a batch; and
it is too small for a BLAS library to call other threads, which costs a factor of 100 on a busy
machine.
"""

import math
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from infobound.numerics.arguments import argument_error, whole
from infobound.numerics.public_coins import public_signs

Reals = npt.NDArray[np.float32 | np.float64]
BATCH = 2**20  # numbers that a rotation works on at a time
_BLOCK = 2**16  # and a transform: half a megabyte in float64
_UNIT = 2**10  # short rows are taken together to this length
_COLUMNS = 256  # of a product with a 16 x 16 matrix


def hadamard(y: npt.ArrayLike, *, out: Reals | None = None) -> Reals:
    """Orthonormal Walsh-Hadamard transform along the last axis, in the Sylvester order.

    Parameters
    ----------
    y : array_like of float, shape (..., D), D a power of two
        float32 stays float32, everything else is computed in float64.
    out : ndarray of the same type and shape, C-contiguous, optional
        May be `y` itself.

    Returns
    -------
    ndarray of float32 or float64, shape (..., D): `out`, or a new array.

    Raises
    ------
    ArgumentError
        D is not a power of two, or `out` does not fit.

    Examples
    --------
    >>> hadamard([1.0, 0.0, 0.0, 0.0])
    array([0.5, 0.5, 0.5, 0.5])
    """
    values = _floats(y)
    size = values.shape[-1]
    if size & (size - 1):
        remedy = f"Pad with zeros to {padded(size)}, as rotate does."
        raise argument_error("y.shape", values.shape, "(..., a power of two)", remedy)
    if out is None:
        out = np.empty(values.shape, dtype=values.dtype)
    elif out.shape != values.shape or out.dtype != values.dtype or not out.flags.c_contiguous:
        allowed = f"C-contiguous, of shape {values.shape} and type {values.dtype}"
        raise argument_error("out", (out.shape, out.dtype.name), allowed)
    if out is not values:
        out[...] = values
    bits = size.bit_length() - 1
    rows = out.reshape(-1)
    scratch = np.empty(min(_BLOCK, -(-rows.size // _UNIT) * _UNIT), dtype=out.dtype)
    for bit in range(16, bits, 4):
        _high(rows, scratch, bit, min(4, bits - bit))
    for start in range(0, rows.size, _BLOCK):
        block = rows[start : start + _BLOCK]
        if block.size % _UNIT:
            whole_units = np.zeros(-(-block.size // _UNIT) * _UNIT, dtype=out.dtype)
            whole_units[: block.size] = block
            _low(whole_units, scratch, bits)
            block[...] = whole_units[: block.size]
        else:
            _low(block, scratch, bits)
    return out


def _low(block: Reals, scratch: Reals, bits: int) -> None:
    """Transform the lowest min(bits, 16) bits of the index, in place; whole units."""
    here, there = block, scratch[: block.size]
    for bit, most in ((0, 5), (5, 4), (9, 4), (13, 3)):
        if bits <= bit:
            break
        count = min(most, bits - bit)
        factor = _factor(count, most if bit < 9 else count, block.dtype.char)
        if bit == 0:
            shape: tuple[int, ...] = (-1, _UNIT // 32, 32)
            np.matmul(here.reshape(shape), factor, out=there.reshape(shape))
        else:
            columns = min(1 << bit, _COLUMNS)
            shape = (-1, len(factor), (1 << bit) // columns, columns)
            old, new = here.reshape(shape).swapaxes(1, 2), there.reshape(shape).swapaxes(1, 2)
            np.matmul(factor, old, out=new)
        here, there = there, here
    if here is not block:
        block[...] = here


def _high(rows: Reals, scratch: Reals, bit: int, count: int) -> None:
    """Transform `count` bits of the index from `bit` >= 16 on, in place, strip after strip."""
    factor, strip = _factor(count, count, rows.dtype.char), _BLOCK >> count
    for part in rows.reshape(-1, 1 << count, (1 << bit) // strip, strip):
        for i in range(part.shape[1]):
            shape = (1 << count, strip // _COLUMNS, _COLUMNS)
            old, new = part[:, i].reshape(shape), scratch.reshape(shape)
            np.matmul(factor, old.swapaxes(0, 1), out=new.swapaxes(0, 1))
            part[:, i] = new.reshape(1 << count, strip)


@lru_cache(maxsize=32)
def _factor(bits: int, order: int, kind: str) -> Reals:
    """H of 2^bits rows, copied along the diagonal until there are 2^order rows."""
    index = np.arange(1 << order)
    inside, copy = index & (1 << bits) - 1, index >> bits
    odd = np.bitwise_xor.reduce([(inside[:, None] & inside) >> i & 1 for i in range(5)])
    matrix: Reals = ((copy[:, None] == copy) * (1 - 2 * odd) / math.sqrt(1 << bits)).astype(kind)
    matrix.flags.writeable = False
    return matrix


def padded(d: int) -> int:
    """The least power of two that is at least d."""
    return 1 << (whole("d", d) - 1).bit_length()


def rotate(y: npt.ArrayLike, coins: int, *, first: int = 0) -> Reals:
    """H diag(signs) of each row, padded with zeros to D, the next power of two: an isometry.

    Parameters
    ----------
    y : array_like of float, shape (..., d)
        float32 stays float32, everything else is computed in float64.
    coins : int, 0 <= coins < 2^64
        The seed of the signs, known to both ends.
    first : int
        Row i of the flattened leading axes has the public signs number first + i.

    Returns
    -------
    ndarray of float32 or float64, shape (..., D).
    """
    values = _floats(y)
    d = values.shape[-1]
    size = padded(d)
    rows = values.reshape(-1, d)
    out = np.zeros((len(rows), size), dtype=values.dtype)
    for some in _chunks(len(rows), size):
        signs = public_signs(coins, count=some.stop - some.start, d=d, first=first + some.start)
        np.multiply(rows[some], signs, out=out[some, :d])
        hadamard(out[some], out=out[some])
    return out.reshape(*values.shape[:-1], size)


def rotate_back(z: npt.ArrayLike, coins: int, *, d: int, first: int = 0) -> Reals:
    """The first d coordinates of diag(signs) H of each row: undoes `rotate`.

    Parameters
    ----------
    z : array_like of float, shape (..., D), D the next power of two after d.
    coins, first
        As for `rotate`.
    d : int
        Length of the rows before they were padded.

    Returns
    -------
    ndarray of float32 or float64, shape (..., d).

    Raises
    ------
    ArgumentError
        The last axis is not the next power of two after d.
    """
    values = _floats(z)
    size = padded(d)
    if values.shape[-1] != size:
        raise argument_error("z.shape", values.shape, f"(..., {size}), as rotate makes it")
    rows = values.reshape(-1, size)
    out = np.empty((len(rows), d), dtype=values.dtype)
    for some in _chunks(len(rows), size):
        signs = public_signs(coins, count=some.stop - some.start, d=d, first=first + some.start)
        np.multiply(hadamard(rows[some])[:, :d], signs, out=out[some])
    return out.reshape(*values.shape[:-1], d)


def _chunks(count: int, size: int) -> list[slice]:
    step = max(1, BATCH // size)
    return [slice(i, min(i + step, count)) for i in range(0, count, step)]


def _floats(y: npt.ArrayLike) -> Reals:
    """C-contiguous float32 or float64 with at least one axis."""
    values = np.asarray(y)
    if values.dtype != np.float32:
        values = np.asarray(values, dtype=np.float64)
    if values.ndim == 0 or values.shape[-1] == 0:
        raise argument_error("y.shape", values.shape, "(..., d) with d at least 1")
    return np.ascontiguousarray(values)
