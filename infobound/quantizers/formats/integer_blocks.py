"""Integers with one absolute-maximum scale per block: INT8, INT4 and other widths.

Scales m / L and elements y / s are quotients, rounded to a float before they are rounded to a half
or an integer. This does no harm. Let t be a half, an integer or a middle between two, with few
enough bits that t s is a float, and y another float. For 1 <= s, t < 2 (powers of two do not
matter) |y - t s| >= ulp(t), so |y / s - t| > ulp(t) / 2, and y / s is not rounded onto t. (From
below, at t s = 1, all is half as large, the distance of t to the float before it too.)
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
import numpy.typing as npt

from infobound.numerics.arguments import argument_error, whole
from infobound.quantizers.base import Floats, Rng
from infobound.quantizers.domains import Box
from infobound.quantizers.formats.base import (
    CHUNK,
    Codes,
    Quantized,
    Reals,
    block_bits,
    block_maxima,
    float_values,
    padded_rows,
    padded_size,
    refuse_outside,
)
from infobound.quantizers.formats.coded import RoundedBlocks
from infobound.quantizers.formats.elements import IntegerFormat
from infobound.quantizers.formats.grid import Kernel
from infobound.quantizers.formats.pieces import (
    Piece,
    dequantize_pieces,
    pieces_of,
    quantize_pieces,
    roundtrip_pieces,
)
from infobound.quantizers.formats.rounding import ROUNDINGS, Rounding, round_chunk

Scale = Literal["fp16", "fp16-up", "real"]
SCALES = ("fp16", "fp16-up", "real")
_LARGEST_HALF = 65504.0


@dataclass(frozen=True)
class IntegerBlocks(RoundedBlocks):
    """Integers in [-L, L], L = 2^(width - 1) - 1, times a scale s close to m / L.

    m is the largest size in the block. Elements are y / s, clipped to [-L, L] and rounded.

    Parameters
    ----------
    width : int, 2 to 8
        Bits of an element: 4 for INT4, 8 for INT8.
    block : int
        Elements that share a scale, a power of two from 8 to 2^15.
    scale : {"fp16", "fp16-up", "real"}
        "fp16": the half-precision float nearest to m / L, ties to even; one below m / L clips the
        largest element, by less than 2^-11 of it unless s < 2^-14. "fp16-up": the least one that is
        not below m / L, which never clips. "real": m / L as float64, 64 bits, the idealised
        reference of closed forms.
    rounding : {"nearest", "stochastic", "truncate"}
        Of the elements; ties go to the even integer. Nearest and truncated elements are those of
        the real quotient y / s under both half-precision scales.

    Examples
    --------
    >>> IntegerBlocks(4, block=8).roundtrip([7.0, 1.4, -0.6, 0.5])
    array([ 7.,  1., -1.,  0.])
    """

    width: int = 4
    block: int = 32
    scale: Scale = "fp16"
    rounding: Rounding = "nearest"

    tensor_bits: ClassVar[int] = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "width", whole("width", self.width, least=2, most=8))
        block = whole("block", self.block, least=8, most=CHUNK)
        if block & block - 1:
            raise argument_error("block", block, "a power of two from 8 to 2^15")
        object.__setattr__(self, "block", block)
        if self.scale not in SCALES:
            raise argument_error("scale", self.scale, f"one of {', '.join(SCALES)}")
        if self.rounding not in ROUNDINGS:
            raise argument_error("rounding", self.rounding, f"one of {', '.join(ROUNDINGS)}")

    @property
    def element(self) -> IntegerFormat:
        """Symmetric two's complement integers."""
        return IntegerFormat(f"int{self.width}", self.width)

    @property
    def scale_bits(self) -> int:
        """16, or 64 for the reference."""
        return 64 if self.scale == "real" else 16

    @property
    def domain(self) -> Box:
        """|y_i| <= 65504 L for half-precision scales, 2^127 for real ones."""
        return Box(2.0**127 if self.scale == "real" else _LARGEST_HALF * self.element.max)

    @property
    def unbiased(self) -> bool:
        """True for stochastic rounding unless the scale may be rounded down.

        Quotients y / s are rounded to float64 first, 2^-53 relative.
        """
        return self.rounding == "stochastic" and self.scale != "fp16"

    def bits(self, d: int) -> int:
        """(scale_bits + block width) ceil(d / block)."""
        return block_bits(self, d)

    def quantize(
        self, y: npt.ArrayLike, *, rng: Rng = None, tensor_max: float | None = None
    ) -> Quantized:
        """Codes of y, shape (..., d); `tensor_max` is ignored, as there is no tensor scale."""
        values = float_values("y", y)
        kind = f"u{self.scale_bits // 8}"
        return quantize_pieces(self, values, self._pieces(values, rng), kind)

    def scale_values(self, quantized: Quantized) -> Floats:
        """The scales, shape (..., n_blocks)."""
        return self._scales(quantized.scales)

    def dequantize(self, quantized: Quantized) -> Reals:
        """Elements times scales, shape (..., d): float32, exactly; float64 for real scales."""
        scales = self._scales(quantized.scales)
        if not np.all((scales >= 0) & np.isfinite(scales)):
            raise argument_error("scales", "below 0, infinite or not-a-number", "finite and >= 0")
        kind = np.float64 if self.scale == "real" else np.float32
        most = float(scales.max(initial=0))
        return dequantize_pieces(self, quantized, self._expand, kind, most)

    def roundtrip(
        self, y: npt.ArrayLike, *, rng: Rng = None, tensor_max: float | None = None
    ) -> Reals:
        """dequantize(quantize(y)); float64 for float64 input and for real scales."""
        values = float_values("y", y)
        kind = np.dtype(np.float64) if self.scale == "real" else values.dtype
        return roundtrip_pieces(self, values, self._pieces(values, rng), self._expand, kind)

    def _outcomes(self, values: Floats) -> tuple[Floats, Floats, Floats]:
        """The multiples of the scale below and above."""
        d, rows = values.shape[-1], padded_rows(values, self.block)
        scales = self._scales(self._codes(block_maxima(rows.reshape(-1), self.block)))
        scale = np.repeat(scales, self.block).reshape(rows.shape)[:, :d].reshape(values.shape)
        place = np.divide(values, scale, out=np.zeros(values.shape), where=scale > 0)
        place = np.clip(place, -self.element.max, self.element.max)
        low = np.floor(place)
        return low * scale, (low + 1) * scale, place - low

    def _pieces(self, values: Reals, rng: Rng) -> Iterator[Piece]:
        generator = np.random.default_rng(rng) if self.rounding == "stochastic" else None
        exact = self.scale == "real" or generator is not None
        kind = np.dtype(np.float64) if exact else values.dtype
        most = self.domain.radius
        buffer = np.empty(min(CHUNK, padded_size(values, self.block)), kind)
        kernel = Kernel(self.element, kind, length=buffer.size)
        for start, part in pieces_of(values, self.block):
            x = buffer[: part.size]
            largest = block_maxima(part, self.block, x)
            if not largest.max() <= most:
                refuse_outside(values, most)
            codes = self._codes(largest)
            scale = self._scales(codes).astype(kind)
            divisor = np.where(scale > 0, scale, kind.type(np.inf))  # all 0 where the scale is
            np.divide(part, np.repeat(divisor, self.block), out=x)
            round_chunk(x, self.element, self.rounding, generator, kernel=kernel)
            yield Piece(start, x, codes)

    def _codes(self, largest: Reals) -> Codes:
        """Patterns of the scales of blocks with these largest sizes."""
        if self.scale == "real":
            return (largest.astype(np.float64) / self.element.max).view(np.uint64)
        return half_quotient(largest, self.element.levels, up=self.scale == "fp16-up").view(
            np.uint16
        )

    def _scales(self, codes: Codes) -> Floats:
        if self.scale == "real":
            return codes.view(np.float64)
        return codes.view(np.float16).astype(np.float64)

    def _expand(self, x: Reals, codes: Codes, out: Reals) -> None:
        scale = np.repeat(self._scales(codes).astype(out.dtype), self.block)
        np.multiply(x, scale, out=out, casting="same_kind")


def half_quotient(
    numbers: npt.ArrayLike, divisor: int, *, up: bool = False
) -> npt.NDArray[np.float16]:
    """numbers / divisor as half-precision floats, as if rounded once.

    Parameters
    ----------
    numbers : array_like of float, >= 0, at most 65504 times the divisor.
    divisor : int, 1 to 127.
    up : bool
        To the least that is not below the quotient, instead of the nearest, ties to even.
    """
    values = np.asarray(numbers, dtype=np.float64)
    half = (values / divisor).astype(np.float16)
    if up:
        with np.errstate(over="ignore", under="ignore"):
            above = np.nextafter(half, np.float16(np.inf))
        half = np.where(half.astype(np.float64) * divisor < values, above, half)
    return half
