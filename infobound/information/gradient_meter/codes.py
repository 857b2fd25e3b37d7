"""Quantizing one piece of rows, and counting the codes for their entropy."""

from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from infobound.information.gradient_meter.layers import Reals
from infobound.numerics.bits import float_symbols, symbols_float
from infobound.quantizers.base import Quantizer
from infobound.quantizers.formats.base import BlockFormat
from infobound.quantizers.formats.cast import Cast
from infobound.quantizers.formats.codes import encode_values

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]
_COUNTED_SCALES = 16  # bits; wider scales are not expected to repeat
_CHUNK = 1 << 16


class Counter(Protocol):
    """A format whose codes are in the open, on one layer."""

    @property
    def clipped(self) -> int:
        """Coordinates beyond the largest element, so far."""

    def roundtrip(self, x: Reals, rng: np.random.Generator, top: Floats | None) -> Reals:
        """Q(x) for rows x (n, w), codes counted on the way.

        `top` (n,) is given for pieces of longer rows: the largest entry of each whole row.
        """

    def coded_bits(self, d: int) -> float:
        """Bits per coordinate after ideal entropy coding of elements and scales."""


def counter(quantizer: Quantizer) -> Counter | None:
    """Counts for a block format or a cast; None for any other quantizer."""
    if isinstance(quantizer, BlockFormat):
        return BlockCounts(quantizer)
    return CastCounts(quantizer) if isinstance(quantizer, Cast) else None


@dataclass
class BlockCounts:
    """How often each element code and each scale code was sent; padding is left out."""

    form: BlockFormat
    clipped: int = 0
    elements: Counts = field(init=False)
    scales: Counts | None = field(init=False)

    def __post_init__(self) -> None:
        self.elements = np.zeros(1 << self.form.element.width, dtype=np.int64)
        few = self.form.scale_bits <= _COUNTED_SCALES
        self.scales = np.zeros(1 << self.form.scale_bits, dtype=np.int64) if few else None

    def roundtrip(self, x: Reals, rng: np.random.Generator, top: Floats | None) -> Reals:
        """As in `Counter`; with a tensor scale, pieces go row by row."""
        if top is None or not self.form.tensor_bits:
            return self._some(x, rng, None)
        rows = [self._some(r[None], rng, float(m)) for r, m in zip(x, top, strict=True)]
        return np.concatenate(rows)

    def _some(self, x: Reals, rng: np.random.Generator, top: float | None) -> Reals:
        quantized = self.form.quantize(x, rng=rng, tensor_max=top)
        codes = quantized.elements.reshape(len(x), -1)[:, : quantized.d]
        _count(codes, self.elements)
        if self.scales is not None:
            _count(quantized.scales, self.scales)
        self.clipped += self.form.clipped(quantized, x)
        return self.form.dequantize(quantized)

    def coded_bits(self, d: int) -> float:
        """As in `Counter`; scales that are too wide to count at their full width."""
        scale = float(self.form.scale_bits) if self.scales is None else entropy(self.scales)
        side = -(-d // self.form.block) * scale + self.form.tensor_bits
        return value_entropy(self.form.element.values, self.elements) + side / d


@dataclass
class CastCounts:
    """How often each code of a cast was sent."""

    cast: Cast
    clipped: int = 0
    codes: Counts = field(init=False)

    def __post_init__(self) -> None:
        self.codes = np.zeros(1 << self.cast.format.width, dtype=np.int64)

    def roundtrip(self, x: Reals, rng: np.random.Generator, top: Floats | None) -> Reals:
        """As in `Counter`; one more coordinate stands for the largest of the whole row."""
        if self.cast.scaling and top is not None:
            longer = np.concatenate([x, top[:, None].astype(x.dtype)], axis=1)
            out: Reals = self.cast.roundtrip(longer, rng=rng)[:, :-1]
        else:
            out = self.cast.roundtrip(x, rng=rng)
        scale: Floats | float = 1.0
        if self.cast.scaling:
            most = np.abs(x).max(axis=1).astype(np.float64) if top is None else top
            symbols = float_symbols(most[:, None] / self.cast.top, rounding="up")
            scale = symbols_float(symbols)
            scale[scale == 0] = 1.0
        else:
            self.clipped += int(np.count_nonzero(np.abs(x) > self.cast.format.max))
        _count(encode_values(out / scale, self.cast.format), self.codes)  # exact: few digits
        return out

    def coded_bits(self, d: int) -> float:
        """As in `Counter`; the scale at its full 32 bits."""
        side = 32 / d if self.cast.scaling else 0.0
        return value_entropy(self.cast.format.values, self.codes) + side


def value_entropy(values: Floats, counts: Counts) -> float:
    """Bits per value; codes of equal value, +0 and -0, are one symbol."""
    sent = counts > 0
    _, symbol = np.unique(values[sent] + 0.0, return_inverse=True)
    return entropy(np.bincount(symbol.ravel(), weights=counts[sent], minlength=1))


def entropy(counts: npt.NDArray[Any]) -> float:
    """Plug-in entropy in bits, on average below the true one by about (symbols - 1) / (2 n ln 2)."""
    seen = counts[counts > 0].astype(np.float64)
    p = seen / seen.sum() if seen.size else seen
    return float(-np.sum(p * np.log2(p))) + 0.0


def _count(codes: npt.NDArray[Any], into: Counts) -> None:
    flat = codes.reshape(-1)
    for start in range(0, flat.size, _CHUNK):
        into += np.bincount(flat[start : start + _CHUNK], minlength=into.size)
