"""Quantizing one piece of rows, and counting the codes for their entropy."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from infobound.information.gradient_meter.layers import Reals
from infobound.quantizers.formats.base import BlockFormat

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]
_COUNTED_SCALES = 16  # bits; wider scales are not expected to repeat
_CHUNK = 1 << 16


@dataclass
class CodeCounts:
    """How often each element code and each scale code was sent; padding is left out."""

    form: BlockFormat
    clipped: int = 0
    elements: Counts = field(init=False)
    scales: Counts | None = field(init=False)

    def __post_init__(self) -> None:
        self.elements = np.zeros(1 << self.form.element.width, dtype=np.int64)
        few = self.form.scale_bits <= _COUNTED_SCALES
        self.scales = np.zeros(1 << self.form.scale_bits, dtype=np.int64) if few else None

    def roundtrip(self, x: Reals, rng: np.random.Generator, top: float | None) -> Reals:
        """Q(x) for rows x, (n, w); codes are counted on the way."""
        quantized = self.form.quantize(x, rng=rng, tensor_max=top)
        n = x.shape[0]
        codes = quantized.elements.reshape(n, -1)[:, : quantized.d]
        _count(codes, self.elements)
        if self.scales is not None:
            _count(quantized.scales, self.scales)
        self.clipped += self.form.clipped(quantized, x)
        return self.form.dequantize(quantized)

    def element_entropy(self) -> float:
        """Bits per element of its value; codes of equal value, +0 and -0, are one symbol."""
        values = np.where(np.isnan(self.form.element.values), np.inf, self.form.element.values)
        _, symbol = np.unique(values + 0.0, return_inverse=True)
        return entropy(np.bincount(symbol.ravel(), weights=self.elements))

    def scale_entropy(self) -> float:
        """Bits per scale; its full width where it is too wide to count."""
        return float(self.form.scale_bits) if self.scales is None else entropy(self.scales)


def entropy(counts: npt.NDArray[Any]) -> float:
    """Plug-in entropy in bits, on average below the true one by about (symbols - 1) / (2 n ln 2)."""
    seen = counts[counts > 0].astype(np.float64)
    p = seen / seen.sum() if seen.size else seen
    return float(-np.sum(p * np.log2(p))) + 0.0


def _count(codes: npt.NDArray[Any], into: Counts) -> None:
    flat = codes.reshape(-1)
    for start in range(0, flat.size, _CHUNK):
        into += np.bincount(flat[start : start + _CHUNK], minlength=into.size)


def coded_bits(codes: CodeCounts | None, d: int) -> float | None:
    """Bits per coordinate after ideal entropy coding of elements and scales."""
    if codes is None:
        return None
    blocks = -(-d // codes.form.block)
    side = blocks * codes.scale_entropy() + codes.form.tensor_bits
    return codes.element_entropy() + side / d
