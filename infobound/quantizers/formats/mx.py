"""MX formats: blocks of 32 elements of few bits and one power of two, the scale.

With m the largest size in a block, M the largest element and emax its exponent, the scale is 2^e,

    floor   e = floor(log2 m) - emax       the rule of the OCP specification v1.0
    ceil    e = ceil(log2 m) - emax
    rceil   e = ceil(log2(m / M))          never clips, as 2^e M >= m
    even    e = floor(log2 m') - emax, m' = m rounded to the significant bits of an element

clamped to [-127, 127]. Elements are the numbers divided by the scale, clipped to [-M, M] and
rounded. All of it is decided exactly: exponents are read from the bits of m, since a floating-point
log2 is wrong just below powers of two.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from infobound.numerics.arguments import argument_error, real
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
from infobound.quantizers.formats.elements import E2M1, FORMATS, FloatFormat, IntegerFormat
from infobound.quantizers.formats.grid import Kernel
from infobound.quantizers.formats.mx_nearest import can_round, round_blocks
from infobound.quantizers.formats.mx_scales import (
    RULES,
    Exponents,
    Rule,
    largest_share,
    mx_element,
    neighbours,
    scale_exponents,
)
from infobound.quantizers.formats.pieces import (
    Piece,
    dequantize_pieces,
    pieces_of,
    quantize_pieces,
    roundtrip_pieces,
)
from infobound.quantizers.formats.rounding import ROUNDINGS, Rounding, round_chunk

LARGEST = 2.0**127
_BIAS, _NAN = 127, 255


@dataclass(frozen=True, repr=False)
class MX(RoundedBlocks):
    """A microscaling format (OCP MX v1.0, 2023; Rouhani et al. 2023, arXiv:2310.10537).

    8 + 32 w bits for each block of 32 elements of w bits. A block of zeros has scale code 0, 2^-127.

    Nearest and truncated elements are decided exactly, so float32 and float64 input of the same
    values give the same codes. Every value of the format is a float32 number unless `shrink` is
    given.

    Parameters
    ----------
    element : str, FloatFormat or IntegerFormat
        "e4m3", "e5m2" (MXFP8), "e2m3", "e3m2" (MXFP6), "e2m1" (MXFP4) or "mxint8"; or a signed
        format of at most 8 bits with numbers in 2^[-22, 16).
    rule : {"floor", "rceil", "even", "ceil"}
        Of the scale, see the module. cuBLAS and Transformer Engine take rceil; torchao has all
        four.
    rounding : {"nearest", "stochastic", "truncate"}
        Of the elements; ties go to the even mantissa.
    shrink : float, 0 < shrink <= 1
        Elements are multiplied by it before they are rounded, and divided by it after. 3/4 with
        rule "floor" keeps stochastic rounding from clipping (Tseng et al. 2025, arXiv:2502.20586).

    Examples
    --------
    >>> MX("e2m1").roundtrip([0.3, 1.0, -7.5, 5.0])
    array([ 0.5,  1. , -6. ,  4. ])
    """

    element: FloatFormat | IntegerFormat = E2M1
    rule: Rule = "floor"
    rounding: Rounding = "nearest"
    shrink: float = 1.0

    block: ClassVar[int] = 32
    scale_bits: ClassVar[int] = 8
    tensor_bits: ClassVar[int] = 0
    domain: ClassVar[Box] = Box(LARGEST)

    def __init__(
        self,
        element: str | FloatFormat | IntegerFormat = "e2m1",
        rule: Rule = "floor",
        rounding: Rounding = "nearest",
        shrink: float = 1.0,
    ) -> None:
        if rule not in RULES:
            raise argument_error("rule", rule, f"one of {', '.join(RULES)}")
        if rounding not in ROUNDINGS:
            raise argument_error("rounding", rounding, f"one of {', '.join(ROUNDINGS)}")
        if not 0 < real("shrink", shrink) <= 1:
            raise argument_error("shrink", shrink, "in (0, 1]")
        object.__setattr__(self, "element", mx_element(element))
        object.__setattr__(self, "rule", rule)
        object.__setattr__(self, "rounding", rounding)
        object.__setattr__(self, "shrink", float(shrink))

    def __repr__(self) -> str:
        known = FORMATS.get(self.element.name) == self.element
        parts = [repr(self.element.name if known else self.element), f"rule={self.rule!r}"]
        parts += [f"rounding={self.rounding!r}"] if self.rounding != "nearest" else []
        parts += [f"shrink={self.shrink!r}"] if self.shrink != 1 else []
        return f"MX({', '.join(parts)})"

    @property
    def unbiased(self) -> bool:
        """True for stochastic rounding that never clips.

        Up to what floats leave out: 2^-53 of a number where shrink is given, and 2^-149 of the
        scale for float32 input.
        """
        return self.rounding == "stochastic" and not self.clips

    @property
    def clips(self) -> bool:
        """Whether there is an input of which a coordinate is clipped."""
        return self.shrink * largest_share(self.element, self.rule) > 1

    def bits(self, d: int) -> int:
        """(8 + 32 w) ceil(d / 32)."""
        return block_bits(self, d)

    def quantize(
        self, y: npt.ArrayLike, *, rng: Rng = None, tensor_max: float | None = None
    ) -> Quantized:
        """Codes of y, shape (..., d); `tensor_max` is ignored, as there is no tensor scale."""
        values = float_values("y", y)
        pieces = self._pieces(values, rng, rounded=self.rounding != "nearest")
        return quantize_pieces(self, values, pieces, np.uint8)  # which rounds to nearest

    def scale_values(self, quantized: Quantized) -> Floats:
        """2^(code - 127) / shrink, shape (..., n_blocks)."""
        exponents = quantized.scales.astype(np.int32) - _BIAS
        return np.ldexp(1.0, exponents) / self.shrink

    def dequantize(self, quantized: Quantized) -> Reals:
        """Elements times scales, shape (..., d): float32, or float64 where shrink is given."""
        code = int(quantized.scales.max(initial=0))
        if code == _NAN:
            raise argument_error("scales", code, "in [0, 254]", "Code 255 is not-a-number.")
        kind = self._kind(np.float32)
        return dequantize_pieces(self, quantized, self._expand, kind, 2.0 ** (code - _BIAS))

    def roundtrip(
        self, y: npt.ArrayLike, *, rng: Rng = None, tensor_max: float | None = None
    ) -> Reals:
        """dequantize(quantize(y)); float64 for float64 input, or where shrink is given."""
        values = float_values("y", y)
        kind = self._kind(values.dtype)
        if self.rounding == "nearest" and kind == np.float32 and values.size:
            return self._nearest(values)
        return roundtrip_pieces(self, values, self._pieces(values, rng), self._expand, kind)

    def _outcomes(self, values: Floats) -> tuple[Floats, Floats, Floats]:
        """The values y may be rounded to, towards zero and away, and the chance of the latter."""
        rows = padded_rows(values, self.block)
        maxima = block_maxima(rows.reshape(-1), self.block)
        exponents = scale_exponents(maxima, self.element, self.rule)
        scale = np.repeat(np.ldexp(1.0, exponents), self.block).reshape(rows.shape)
        scale = scale[:, : values.shape[-1]].reshape(values.shape)
        low, high, share = neighbours(values / scale * self.shrink, self.element)
        return low * scale / self.shrink, high * scale / self.shrink, share

    def _pieces(self, values: Reals, rng: Rng, *, rounded: bool = True) -> Iterator[Piece]:
        """Elements, rounded or only scaled, and scale codes."""
        generator = np.random.default_rng(rng) if self.rounding == "stochastic" else None
        buffer = np.empty(min(CHUNK, padded_size(values, self.block)), self._kind(values.dtype))
        kernel = Kernel(self.element, buffer.dtype, length=buffer.size)
        for start, part in pieces_of(values, self.block):
            x = buffer[: part.size]
            exponents = scale_exponents(self._maxima(values, part, x), self.element, self.rule)
            self._scale(part, exponents, x)
            if rounded:
                round_chunk(x, self.element, self.rounding, generator, kernel=kernel)
            yield Piece(start, x, (exponents + _BIAS).astype(np.uint8))

    def _nearest(self, values: Reals) -> Reals:
        """The round trip of float32 numbers to nearest, without scaling where that is exact."""
        d, size = values.shape[-1], padded_size(values, self.block)
        flat, buffers = np.empty(size, np.float32), np.empty((2, min(CHUNK, size)), np.float32)
        for start, part in pieces_of(values, self.block):
            out, (x, scratch) = flat[start : start + part.size], buffers[:, : part.size]
            largest = self._maxima(values, part, x)
            exponents = scale_exponents(largest, self.element, self.rule)
            if can_round(largest, exponents, self.element):
                round_blocks(part, x, exponents, self.element, scratch=scratch, out=out)
            else:
                self._scale(part, exponents, x)
                round_chunk(x, self.element)
                self._expand(x, exponents + _BIAS, out)
        return flat.reshape(values.size // d, -1)[:, :d].reshape(values.shape)

    def _maxima(self, values: Reals, part: Reals, x: Reals) -> Reals:
        """The largest size in each block; leaves the sizes in x."""
        largest = block_maxima(part, self.block, x)
        if not largest.max() <= LARGEST:
            refuse_outside(values, LARGEST)
        return largest

    def _scale(self, part: Reals, exponents: Exponents, out: Reals) -> None:
        powers = np.ldexp(out.dtype.type(1), -exponents)
        np.multiply(part, np.repeat(powers, self.block), out=out)
        if self.shrink != 1:
            out *= self.shrink

    def _expand(self, x: Reals, codes: Codes, out: Reals) -> None:
        powers = np.ldexp(out.dtype.type(1), codes.astype(np.int32) - _BIAS)
        np.multiply(x, np.repeat(powers, self.block), out=out, casting="same_kind")
        if self.shrink != 1:
            out /= self.shrink

    def _kind(self, kind: Any) -> Any:
        return kind if self.shrink == 1 else np.float64
