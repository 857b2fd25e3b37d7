"""Number formats of one element, from which everything else is derived.

Values, codes and limits follow the OCP 8-bit floating point specification (2023), the OCP
microscaling (MX) specification v1.0 (2023) and IEEE 754-2019.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Literal

import numpy as np
import numpy.typing as npt

from infobound.numerics.arguments import argument_error, positive, whole

Floats = npt.NDArray[np.float64]
Specials = Literal["ieee", "fn", "none", "scale"]
_SPECIALS = ("ieee", "fn", "none", "scale")


@dataclass(frozen=True)
class FloatFormat:
    """A floating-point format of at most 16 bits: sign, exponent field, mantissa field.

    Code: the fields as one integer, sign on top. Exponent field 0 holds zero and the subnormal
    numbers m 2^(1 - bias - mantissa_bits), other fields e the numbers (1 + m 2^-mantissa_bits)
    2^(e - bias), except for what `specials` says.

    Attributes
    ----------
    name : str
    exponent_bits : int, 1 to 8.
    mantissa_bits : int, 0 to 14.
    bias : int
    signed : bool
    specials : {"ieee", "fn", "none", "scale"}
        "ieee": the largest exponent field holds infinity (mantissa 0) and not-a-number. "fn": only
        the code with all exponent and mantissa bits set is not-a-number, there is no infinity.
        "none": every code is a number. "scale": powers of two 2^(e - bias) without zero and
        subnormal numbers, the code with all bits set is not-a-number.
    """

    name: str
    exponent_bits: int
    mantissa_bits: int
    bias: int
    signed: bool = True
    specials: Specials = "ieee"

    def __post_init__(self) -> None:
        whole("exponent_bits", self.exponent_bits, most=8)
        whole("mantissa_bits", self.mantissa_bits, least=0, most=14)
        whole("bias", self.bias, least=-127, most=127)
        if self.specials not in _SPECIALS:
            raise argument_error("specials", self.specials, f"one of {', '.join(_SPECIALS)}")
        if self.width > 16:
            raise argument_error("width", self.width, "at most 16 bits")
        top = (1 << self.exponent_bits) - 1 - (self.specials in ("ieee", "scale")) - self.bias
        if top > 127:
            raise argument_error(
                "bias", self.bias, f"at least {self.bias + top - 127}: float32 ends there"
            )
        if self.specials == "scale" and (self.signed or self.mantissa_bits):
            raise argument_error("mantissa_bits", self.mantissa_bits, "0 and unsigned for a scale")

    @property
    def width(self) -> int:
        """Bits of a code."""
        return int(self.signed) + self.exponent_bits + self.mantissa_bits

    @property
    def precision(self) -> int:
        """Significant bits of a normal number, the hidden one counted."""
        return self.mantissa_bits + 1

    @property
    def has_inf(self) -> bool:
        """Whether there is a code for infinity."""
        return self.specials == "ieee"

    @property
    def has_nan(self) -> bool:
        """Whether there is a code for not-a-number."""
        return self.specials in ("fn", "scale") or (self.has_inf and self.mantissa_bits > 0)

    @property
    def emin(self) -> int:
        """Exponent of the smallest normal number."""
        return (0 if self.specials == "scale" else 1) - self.bias

    @property
    def emax(self) -> int:
        """Exponent of the largest number."""
        return math.frexp(self.max)[1] - 1

    @property
    def max(self) -> float:
        """The largest finite number."""
        top = (1 << self.exponent_bits + self.mantissa_bits) - 1
        if self.specials == "ieee":
            top -= 1 << self.mantissa_bits
        elif self.specials in ("fn", "scale"):
            top -= 1
        return float(self.values[top])

    @property
    def min(self) -> float:
        """The least finite number: -max, or the smallest power of a scale format."""
        return -self.max if self.signed else float(self.values[0])

    @property
    def min_normal(self) -> float:
        """The smallest positive normal number."""
        return math.ldexp(1.0, self.emin)

    @property
    def min_subnormal(self) -> float:
        """The smallest positive number."""
        return math.ldexp(1.0, self.emin - self.mantissa_bits)

    @property
    def values(self) -> Floats:
        """What each code stands for, shape (2^width,), read-only; inf and nan where they are."""
        return _float_values(self)


@dataclass(frozen=True)
class IntegerFormat:
    """Two's complement integers of `width` bits in units of `step`.

    Attributes
    ----------
    name : str
    width : int, 2 to 16.
    step : float
        A power of two, so that scaling by it is exact.
    symmetric : bool
        Whether -2^(width - 1) is left out when rounding; its code is decoded all the same.
    """

    name: str
    width: int
    step: float = 1.0
    symmetric: bool = True

    def __post_init__(self) -> None:
        whole("width", self.width, least=2, most=16)
        if math.frexp(positive("step", self.step))[0] != 0.5 or not 2**-60 <= self.step <= 2**60:
            raise argument_error("step", self.step, "a power of two in [2^-60, 2^60]")

    @property
    def levels(self) -> int:
        """The largest integer, 2^(width - 1) - 1."""
        return (1 << self.width - 1) - 1

    @property
    def max(self) -> float:
        """The largest number."""
        return self.levels * self.step

    @property
    def min(self) -> float:
        """The smallest number that rounding gives."""
        return -(self.levels + (not self.symmetric)) * self.step

    @property
    def emax(self) -> int:
        """Exponent of the largest number."""
        return math.frexp(self.max)[1] - 1

    @property
    def has_inf(self) -> bool:
        """False."""
        return False

    @property
    def has_nan(self) -> bool:
        """False."""
        return False

    @property
    def values(self) -> Floats:
        """What each code stands for, shape (2^width,), read-only."""
        return _integer_values(self)


Format = FloatFormat | IntegerFormat


@cache
def _float_values(form: FloatFormat) -> Floats:
    mantissa, exponent = form.mantissa_bits, form.exponent_bits
    codes = np.arange(1 << exponent + mantissa)
    field, m = codes >> mantissa, codes & (1 << mantissa) - 1
    if form.specials == "scale":
        size = np.ldexp(1.0, field - form.bias)
    else:
        hidden = np.where(field > 0, 1 << mantissa, 0)
        size = np.ldexp((hidden + m).astype(float), np.maximum(field, 1) - form.bias - mantissa)
    if form.specials == "ieee":
        size[field == (1 << exponent) - 1] = math.nan
        size[((1 << exponent) - 1) << mantissa] = math.inf
    elif form.specials in ("fn", "scale"):
        size[-1] = math.nan
    values: Floats = np.concatenate([size, -size]) if form.signed else size.astype(np.float64)
    values.flags.writeable = False
    return values


@cache
def _integer_values(form: IntegerFormat) -> Floats:
    half = 1 << form.width - 1
    levels = (np.arange(2 * half) + half) % (2 * half) - half
    values: Floats = levels.astype(np.float64) * form.step
    values.flags.writeable = False
    return values


E4M3 = FloatFormat("e4m3", 4, 3, 7, specials="fn")
E5M2 = FloatFormat("e5m2", 5, 2, 15)
E2M1 = FloatFormat("e2m1", 2, 1, 1, specials="none")
E2M3 = FloatFormat("e2m3", 2, 3, 1, specials="none")
E3M2 = FloatFormat("e3m2", 3, 2, 3, specials="none")
E8M0 = FloatFormat("e8m0", 8, 0, 127, signed=False, specials="scale")
BF16 = FloatFormat("bf16", 8, 7, 127)
FP16 = FloatFormat("fp16", 5, 10, 15)
INT8 = IntegerFormat("int8", 8)
INT4 = IntegerFormat("int4", 4)
MXINT8 = IntegerFormat("mxint8", 8, step=2.0**-6)

FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        form.name: form
        for form in (E4M3, E5M2, E2M1, E2M3, E3M2, E8M0, BF16, FP16, INT8, INT4, MXINT8)
    }
)
"""The formats above by their names."""
