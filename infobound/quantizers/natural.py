"""Natural compression: every coordinate rounded at random to a neighbouring power of two."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from infobound.bounds.baselines import power_of_two_error, power_of_two_factor
from infobound.numerics.arguments import whole
from infobound.numerics.stochastic_rounding import stochastic_round
from infobound.quantizers.base import ErrorBound, Floats, Law, Message, Rng
from infobound.quantizers.domains import Box
from infobound.quantizers.enumeration import one_vector, roundings

BITS = 9
SMALLEST, LARGEST = 2.0**-126, 2.0**128
_SIGN = 256
_OFFSET = 127  # code c > 0 stands for 2^(c - 127)
Codes = npt.NDArray[np.integer]


@dataclass(frozen=True)
class NaturalCompression:
    """Sign and power of two, 9 bits (Horvath et al. 2022, arXiv:1905.10988, Section 2).

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
        values = self.domain.check("y", y)
        low, share = _place(values)
        up = stochastic_round(share, np.random.default_rng(rng), dtype=np.int32)
        return _codes(values, low + up)


def _place(values: Floats) -> tuple[Codes, Floats]:
    """Code of the power of two below |y|, and the probability of the one above, exactly."""
    mantissa, exponent = np.frexp(np.abs(values))  # |y| = mantissa 2^exponent, mantissa in [1/2, 1)
    low = exponent.astype(np.int32) - 1 + _OFFSET
    share = np.where(low >= 1, 2 * mantissa - 1, np.ldexp(mantissa, np.minimum(exponent + 126, 0)))
    return np.where((low >= 1) & (mantissa > 0), low, 0), np.where(mantissa > 0, share, 0.0)


def _codes(values: Floats, power: Codes) -> Codes:
    return power + _SIGN * (values < 0)


def _values(codes: Codes) -> Floats:
    power = codes % _SIGN
    size = np.where(power > 0, np.ldexp(1.0, power.astype(np.int32) - _OFFSET), 0.0)
    return np.where(codes >= _SIGN, -size, size)
