"""Casting every coordinate to a number format, as it is or with one scale for the vector."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from infobound.numerics.arguments import argument_error, whole
from infobound.numerics.bits import float_symbols, symbols_float
from infobound.quantizers.base import ErrorBound, Floats, Law, Message, Rng
from infobound.quantizers.domains import AllReals, Box, Domain, finite
from infobound.quantizers.enumeration import one_vector, roundings
from infobound.quantizers.float32 import LARGEST
from infobound.quantizers.formats.codes import decode_codes
from infobound.quantizers.formats.elements import FORMATS, FloatFormat, Format
from infobound.quantizers.formats.rounding import (
    ROUNDINGS,
    Rounding,
    round_codes,
    round_to,
    spacing,
    up_probability,
)

_SCALE = 32  # bits


@dataclass(frozen=True)
class Cast:
    """Every coordinate rounded to a format of `width` bits.

    With `scaling="max"` (per-tensor scaling, as FP8 training has it) y is divided by s = max |y_i| /
    top, rounded up to a 32-bit float and sent, so that nothing is clipped; the decoder multiplies
    back. Here `top` is the largest number of the format. Without, numbers beyond the range become the largest number of their sign.

    Unbiased with stochastic rounding and a scale: then E Q(y) = s fl(y / s), where fl is the rounding
    to float64, so up to 2^-53. Without a scale stochastic rounding is unbiased where |y_i| <=
    format.max, which the domain does not demand, so `unbiased` is False.

    Parameters
    ----------
    format : FloatFormat, IntegerFormat or str
        One of `FORMATS` by name, or any other with a sign.
    scaling : {None, "max"}
    rounding : {"nearest", "stochastic", "truncate"}
    coin_bits : int, optional
        As in `round_to`: short coins, a bias of less than 2^-coin_bits of a step.

    Examples
    --------
    >>> Cast("e4m3").bits(1000), Cast("e4m3", scaling="max").bits(1000)
    (8000, 8032)
    >>> Cast("e2m1").roundtrip([0.3, -2.6, 100.0])
    array([ 0.5, -3. ,  6. ])
    """

    format: Format
    scaling: Literal["max"] | None = None
    rounding: Rounding = "nearest"
    coin_bits: int | None = None

    def __init__(
        self,
        format: Format | str,
        scaling: Literal["max"] | None = None,
        rounding: Rounding = "nearest",
        coin_bits: int | None = None,
    ) -> None:
        if isinstance(format, str):
            if format.lower() not in FORMATS:
                raise argument_error("format", format, f"one of {', '.join(FORMATS)}")
            format = FORMATS[format.lower()]
        if isinstance(format, FloatFormat) and not format.signed:
            raise argument_error("format", format.name, "a format with a sign")
        if scaling not in (None, "max"):
            raise argument_error("scaling", scaling, "None or 'max'")
        if rounding not in ROUNDINGS:
            raise argument_error("rounding", rounding, f"one of {', '.join(ROUNDINGS)}")
        if coin_bits is not None:
            coin_bits = whole("coin_bits", coin_bits, most=16)
            if rounding != "stochastic":
                raise argument_error("coin_bits", coin_bits, f"None with rounding={rounding!r}")
        for name, value in (
            ("format", format),
            ("scaling", scaling),
            ("rounding", rounding),
            ("coin_bits", coin_bits),
        ):
            object.__setattr__(self, name, value)

    @property
    def top(self) -> float:
        """What the largest |y_i| becomes with a scale: format.max, and 65280 for BF16.

        BF16 has the range of 32-bit floats; divided by its maximum, the scale would lose digits.
        """
        form = self.format
        digits = 2.0**-form.mantissa_bits if isinstance(form, FloatFormat) else 0.0
        return min(form.max, 2.0**15 * (2 - digits))

    @property
    def unbiased(self) -> bool:
        """With a scale and stochastic rounding by full coins; see the class."""
        return bool(self.scaling) and self.rounding == "stochastic" and self.coin_bits is None

    @property
    def domain(self) -> Domain:
        """Every finite vector; with a scale, those for which it fits in a 32-bit float."""
        return Box(LARGEST * min(1.0, self.top)) if self.scaling else AllReals()

    def bits(self, d: int) -> int:
        """width d, and 32 for the scale."""
        return self.format.width * whole("d", d) + (_SCALE if self.scaling else 0)

    def variance_bound(self, d: int) -> ErrorBound | None:
        """With a scale, relative to |y|^2: 4^-p + d (min / (2 top))^2, 4 times that if truncated.

        p = mantissa_bits + 1, min the smallest positive number; only the second term for integers.
        A normal number is off by at most half its step, 2^-p |y_i|, the others by at most s min / 2
        with s = |y|_inf / top <= |y|_2 / top; both bound the standard deviation of stochastic
        rounding as well. None without a scale, or with short coins. Where s is below 2^-126, so that
        its rounding shows, it does not hold.
        """
        d = whole("d", d)
        if self.scaling is None or self.coin_bits is not None:
            return None
        form = self.format
        if isinstance(form, FloatFormat):
            relative, least = 4.0**-form.precision, form.min_subnormal
        else:
            relative, least = 0.0, form.step
        bound = relative + d * (least / (2 * self.top)) ** 2 * (1 + 2.0**-22)
        return ErrorBound(bound * (4 if self.rounding == "truncate" else 1), relative=True)

    def mean_squared_error(self, y: npt.ArrayLike) -> Floats:
        """E|Q(y) - y|^2 exactly, over the coins of stochastic rounding; shape y.shape[:-1]."""
        values = self.domain.check("y", y)
        low, high, chance = self._outcomes(values)
        square = (1 - chance) * (low - values) ** 2 + chance * (high - values) ** 2
        return np.asarray(np.sum(square, axis=-1))

    def law(self, y: npt.ArrayLike) -> Law:
        """Exact law of the output for one vector y (d,), by enumeration."""
        values = self.domain.check("y", one_vector(y))
        low, high, chance = self._outcomes(values)
        up, chances = roundings(chance)
        return Law(np.where(up == 1, high, low), chances)

    def encode(self, y: npt.ArrayLike, *, rng: Rng = None) -> Message:
        """The scale, if there is one, then the codes; y is (..., d)."""
        values = self._checked(y)
        symbols, scale = self._scale(values)
        codes = round_codes(
            self._place(values, scale),
            self.format,
            rounding=self.rounding,
            rng=rng,
            coin_bits=self.coin_bits,
        )
        fields: list[tuple[npt.ArrayLike, int]] = [(codes, self.format.width)]
        if self.scaling:
            fields.insert(0, (symbols, _SCALE))
        side = [0] if self.scaling else []
        return Message.join(fields, shape=values.shape, side=side, made_by=repr(self))

    def decode(self, message: Message) -> Floats:
        """Shape (..., d); refuses codes of infinity and not-a-number, and such scales."""
        d = message.accept(self)
        layout = [(1, _SCALE)] * bool(self.scaling) + [(d, self.format.width)]
        *scales, codes = message.split(layout)
        values = decode_codes(codes, self.format).astype(np.float64)
        if not np.isfinite(values).all():
            i = int(np.argmax(~np.isfinite(values)))
            raise argument_error(f"message code {i}", int(codes.flat[i]), "the code of a number")
        if scales:
            values *= symbols_float(scales[0], nonnegative=True)
        return values

    def roundtrip(self, y: npt.ArrayLike, *, rng: Rng = None) -> Floats:
        """decode(encode(y)) without the codes."""
        values = self._checked(y)
        _, scale = self._scale(values)
        rounded = self._round(self._place(values, scale), rng).astype(np.float64, copy=False)
        if self.scaling:
            rounded *= scale
        return rounded

    def _checked(self, y: npt.ArrayLike) -> npt.NDArray[Any]:
        """float32 and float64 as they came, if they are in the domain."""
        values = finite("y", y)
        if self.scaling and (values.dtype != np.float32 or self.top < 1):
            values = self.domain.check("y", values)
        return values

    def _scale(self, values: npt.NDArray[Any]) -> tuple[npt.NDArray[np.uint32], Floats]:
        """Scales (..., 1) as symbols and as numbers."""
        if self.scaling is None:
            return np.zeros(0, dtype=np.uint32), np.ones(1)
        largest = np.maximum(
            values.max(axis=-1, keepdims=True), -values.min(axis=-1, keepdims=True)
        )
        symbols = np.asarray(float_symbols(largest.astype(np.float64) / self.top, rounding="up"))
        return symbols, symbols_float(symbols)

    def _place(self, values: npt.NDArray[Any], scale: Floats) -> npt.NDArray[Any]:
        """y / s; 0 where s is."""
        if self.scaling is None:
            return values
        divisor = np.where(scale > 0, scale, 1.0)
        place: Floats = np.divide(values, divisor, dtype=np.float64)
        return place

    def _round(self, place: npt.NDArray[Any], rng: Rng) -> npt.NDArray[Any]:
        result: npt.NDArray[Any] = round_to(
            place, self.format, rounding=self.rounding, rng=rng, coin_bits=self.coin_bits
        )
        return result

    def _outcomes(self, values: Floats) -> tuple[Floats, Floats, Floats]:
        """The two numbers that each coordinate may become, and the chance of the second."""
        _, scale = self._scale(values)
        place = self._place(values, scale)
        if self.rounding != "stochastic":
            only = self._round(place, None) * scale
            return only, only, np.zeros(place.shape)
        place = np.clip(place, self.format.min, self.format.max)
        low: Floats = round_to(place, self.format, rounding="truncate").astype(np.float64)
        step = spacing(place, self.format)
        share = np.abs(place - low) / step
        chance = up_probability(share, coin_bits=self.coin_bits)
        return low * scale, (low + np.copysign(step, place)) * scale, chance
