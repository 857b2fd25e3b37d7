"""What follows for every block format from its codes: messages, and the exact error and law."""

from abc import ABC, abstractmethod
from typing import cast

import numpy as np
import numpy.typing as npt

from infobound.quantizers.base import Floats, Law, Message, Rng
from infobound.quantizers.enumeration import one_vector, roundings
from infobound.quantizers.formats.base import (
    BlockFormat,
    Quantized,
    count_clipped,
    receive,
    send,
)
from infobound.quantizers.formats.rounding import Rounding


class CodedBlocks:
    """Messages of a `BlockFormat`, made of its codes."""

    def clipped(self, quantized: Quantized, y: npt.ArrayLike) -> int:
        """Coordinates of y that were larger than the largest element times the scale sent."""
        return count_clipped(self._form, quantized, y)

    def encode(self, y: npt.ArrayLike, *, rng: Rng = None) -> Message:
        """Tensor scale if there is one, scales, elements, for each vector of y (..., d)."""
        return send(self._form, self._form.quantize(y, rng=rng))

    def decode(self, message: Message) -> Floats:
        """Shape (..., d); refuses codes that stand for infinity or not-a-number."""
        quantized = receive(self._form, message)
        return self._form.dequantize(quantized).astype(np.float64, copy=False)

    @property
    def _form(self) -> BlockFormat:
        return cast("BlockFormat", self)


class RoundedBlocks(CodedBlocks, ABC):
    """One whose elements are rounded one by one, to one of two values where by chance."""

    rounding: Rounding

    @abstractmethod
    def _outcomes(self, values: Floats) -> tuple[Floats, Floats, Floats]:
        """The two values each coordinate may be decoded to, and the chance of the second."""

    def mean_squared_error(self, y: npt.ArrayLike) -> Floats:
        """E|Q(y) - y|^2 exactly, as for float64 input, shape y.shape[:-1]."""
        values = self._form.domain.check("y", y)
        if self.rounding != "stochastic":
            squares = (self._form.roundtrip(values) - values) ** 2
        else:
            first, second, share = self._outcomes(values)
            squares = (1 - share) * (first - values) ** 2 + share * (second - values) ** 2
        total: Floats = np.asarray(squares.sum(axis=-1))
        return total

    def law(self, y: npt.ArrayLike) -> Law:
        """Exact law of the output for one vector y (d,), as for float64 input, by enumeration."""
        values = self._form.domain.check("y", one_vector(y))
        if self.rounding != "stochastic":
            shown = self._form.roundtrip(values).astype(np.float64, copy=False)
            return Law(shown[None], np.ones(1))
        first, second, share = self._outcomes(values)
        up, chances = roundings(share)
        return Law(np.where(up == 1, second, first), chances)
