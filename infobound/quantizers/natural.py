"""Natural compression: every coordinate rounded at random to a neighbouring power of two."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from infobound.bounds.baselines import power_of_two_error, power_of_two_factor
from infobound.numerics.arguments import whole
from infobound.numerics.stochastic_rounding import stochastic_round
from infobound.quantizers.base import ErrorBound, Floats, Law, Message, Rng
from infobound.quantizers.domains import Box, finite
from infobound.quantizers.enumeration import one_vector, roundings

BITS = 9
CHUNK = 2**15
SMALLEST, LARGEST = 2.0**-126, 2.0**128
_SIGN = 256
_OFFSET = 127  # code c > 0 stands for 2^(c - 127)
Codes = npt.NDArray[np.integer]


@dataclass(frozen=True)
class NaturalCompression:
    """Sign and power of two, 9 bits (Horvath et al. 2022, arXiv:1905.10988).

    |y_i| in [2^a, 2^(a+1)] goes up with probability |y_i| / 2^a - 1, so the mean is y_i. The 256
    codes of 8 bits are 0 and 2^-126, ..., 2^128: all that 32-bit floats can be rounded to. Numbers
    below 2^-126 are rounded between 0 and 2^-126, also without bias. No side information.
    """

    unbiased: ClassVar[bool] = True
    domain: ClassVar[Box] = Box(LARGEST)

    def bits(self, d: int) -> int:
        """9 d."""
        return BITS * whole("d", d)

    def variance_bound(self, d: int) -> ErrorBound:
        """|y|_2^2 / 8 where every |y_i| is 0 or at least 2^-126; attained at (4/3) 2^a.

        Each smaller coordinate adds at most 2^-254.
        """
        whole("d", d)
        return ErrorBound(power_of_two_factor(), relative=True)

    def mean_squared_error(self, y: npt.ArrayLike) -> Floats:
        """sum (|y_i| - 2^a)(2^(a+1) - |y_i|); shape y.shape[:-1]."""
        return power_of_two_error(self.domain.check("y", y), smallest=SMALLEST)

    def law(self, y: npt.ArrayLike) -> Law:
        """Exact law of the output for one vector y (d,), by enumeration."""
        values = self.domain.check("y", one_vector(y))
        low, share = _place(values)
        up, chances = roundings(share)
        return Law(_values(_codes(values, low + up)), chances)

    def encode(self, y: npt.ArrayLike, *, rng: Rng = None) -> Message:
        """Sign and exponent of every coordinate of y (..., d); private coins only."""
        codes = self._draw(y, rng)
        return Message.join([(codes, BITS)], shape=codes.shape, made_by=repr(self))

    def decode(self, message: Message) -> Floats:
        """Shape (..., d); every pattern of 9 bits is a codeword."""
        d = message.accept(self)
        return _values(message.split([(d, BITS)])[0])

    def roundtrip(self, y: npt.ArrayLike, *, rng: Rng = None) -> Floats:
        """decode(encode(y)) without the bits."""
        return _values(self._draw(y, rng))

    def _draw(self, y: npt.ArrayLike, rng: Rng) -> Codes:
        values = finite("y", y)
        if values.dtype == np.float64:
            values = self.domain.check("y", values)
        generator = np.random.default_rng(rng)
        flat = np.ascontiguousarray(values).reshape(-1)
        codes = np.empty(flat.size, dtype=np.int16)
        power = _power32 if flat.dtype == np.float32 else _power64
        for start in range(0, flat.size, CHUNK):
            part = flat[start : start + CHUNK]
            codes[start : start + CHUNK] = power(np.abs(part), generator)
            codes[start : start + CHUNK] += np.int16(_SIGN) * (part < 0)
        return codes.reshape(values.shape)


def _power32(size: npt.NDArray[np.float32], rng: np.random.Generator) -> Codes:
    """Codes of float32 sizes: the pattern plus 23 uniform bits carries with the right probability.

    Below 2^-126 the pattern is a multiple of 2^-149, and the carry goes from 0 to code 1.
    """
    words = rng.integers(0, 2**32, size=size.size, dtype=np.uint32) >> np.uint32(9)
    words += size.view(np.uint32)
    words >>= np.uint32(23)
    return words


def _power64(size: Floats, rng: np.random.Generator) -> Codes:
    """The same with 52 bits from 2^-126 on; below, size / 2^-126 is rounded to 0 or 1."""
    words = rng.integers(0, 2**64, size=size.size, dtype=np.uint64) >> np.uint64(12)
    words += size.view(np.uint64)
    codes = (words >> np.uint64(52)).astype(np.int16) - np.int16(1023 - _OFFSET)
    small = np.flatnonzero(size < SMALLEST)
    if small.size:
        codes[small] = stochastic_round(size[small] / SMALLEST, rng, dtype=np.int16)
    return codes


def _place(values: Floats) -> tuple[Codes, Floats]:
    """Code of the power of two below |y|, and the probability of the one above, exactly."""
    size = np.abs(values)
    mantissa, exponent = np.frexp(size)  # |y| = mantissa 2^exponent, mantissa in [1/2, 1) or 0
    normal = size >= SMALLEST
    low = np.where(normal, exponent.astype(np.int64) - 1 + _OFFSET, 0)
    return low, np.where(normal, 2 * mantissa - 1, np.minimum(size, SMALLEST) / SMALLEST)


def _codes(values: Floats, power: Codes) -> Codes:
    return power + _SIGN * (values < 0)


def _values(codes: Codes) -> Floats:
    sizes = np.ldexp(1.0, np.arange(_SIGN) - _OFFSET)
    sizes[0] = 0.0
    table: Floats = np.concatenate([sizes, -sizes])
    return table[codes]
