"""Signs with the mean size of the coordinates: one bit per coordinate, biased."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from infobound.bounds.baselines import scaled_sign_error, scaled_sign_factor
from infobound.numerics.arguments import whole
from infobound.numerics.bits import float_symbols, symbols_float
from infobound.numerics.norms import lp_norm
from infobound.quantizers.base import ErrorBound, Floats, Law, Message, Rng
from infobound.quantizers.enumeration import one_vector
from infobound.quantizers.float32 import FloatNorm

FLOAT_BITS = 32
Patterns = npt.NDArray[np.uint32]
Signs = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class ScaledSign:
    """Q(y) = (|y|_1 / d) sign(y), sign(0) = 1: the best multiple of the signs.

    Deterministic and biased, with error |y|_2^2 - |y|_1^2 / d; used with error feedback
    (Karimireddy et al. 2019, arXiv:1901.09847). The scale is a 32-bit float, to the nearest.
    """

    unbiased: ClassVar[bool] = False
    domain: ClassVar[FloatNorm] = FloatNorm(1.0)

    def bits(self, d: int) -> int:
        """32 + d."""
        return FLOAT_BITS + whole("d", d)

    def variance_bound(self, d: int) -> ErrorBound:
        """(1 - 1/d) |y|_2^2 (bias included), with the rounding of a scale >= 2^-126."""
        return ErrorBound(scaled_sign_factor(d) + 2.0**-48 / d, relative=True)

    def mean_squared_error(self, y: npt.ArrayLike) -> Floats:
        """sum (|y_i| - c)^2 for the scale c that is sent; shape y.shape[:-1]."""
        values = self.domain.check("y", y)
        return scaled_sign_error(values, symbols_float(self._draw(values)[0])[..., 0])

    def law(self, y: npt.ArrayLike) -> Law:
        """The one output, with probability 1."""
        return Law(self.roundtrip(one_vector(y))[None], np.ones(1))

    def encode(self, y: npt.ArrayLike, *, rng: Rng = None) -> Message:
        """Scale and signs (1 for a minus) of each vector of y (..., d). No coins are used."""
        values = self.domain.check("y", y)
        scale, minus = self._draw(values)
        signs = minus.astype(np.uint8)
        fields: list[tuple[npt.ArrayLike, int]] = [(scale, FLOAT_BITS), (signs, 1)]
        return Message.join(fields, shape=values.shape, side=[0], made_by=repr(self))

    def decode(self, message: Message) -> Floats:
        """Shape (..., d)."""
        d = message.accept(self)
        scale, minus = message.split([(1, FLOAT_BITS), (d, 1)])
        return self._values(scale, minus == 1)

    def roundtrip(self, y: npt.ArrayLike, *, rng: Rng = None) -> Floats:
        """decode(encode(y)) without the bits."""
        return self._values(*self._draw(self.domain.check("y", y)))

    def _draw(self, values: Floats) -> tuple[Patterns, Signs]:
        mean = lp_norm(values, 1.0) / values.shape[-1]
        return float_symbols(mean)[..., None], values < 0

    def _values(self, scale: npt.NDArray[np.integer], minus: Signs) -> Floats:
        size = symbols_float(scale, nonnegative=True)
        return np.where(minus, -size, size)
