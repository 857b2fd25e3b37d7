"""TernGrad: the largest coordinate in size, and every coordinate rounded at random to -1, 0 or 1."""

import math
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from infobound.bounds.baselines import ternary_error
from infobound.numerics.arguments import positive, whole
from infobound.numerics.norms import lp_norm
from infobound.quantizers.base import ErrorBound, Floats, Law, Message, Rng
from infobound.quantizers.enumeration import one_vector
from infobound.quantizers.float32 import FloatNorm, rounded_up
from infobound.quantizers.qsgd import QSGD


@dataclass(frozen=True)
class TernGrad:
    """Q(y)_i = S sign(y_i) with probability |y_i| / S, else 0 (Wen et al. 2017, arXiv:1705.07878).

    S = max |y_i|, rounded up to a 32-bit float and sent; QSGD with one level and that norm. Three
    outcomes take log2 3 = 1.585 bits at least, not 1.

    Parameters
    ----------
    clip : float or None
        c > 0: coordinates are first clipped to c sigma, sigma^2 = (1/d) sum (y_i - mean)^2; the
        paper uses 2.5. The quantizer is then biased (equal coordinates become 0). None: no clipping.
    group : int, 1 to 20
        Ternary digits in a word: five in 8 bits (1.6 each), one in 2, seventeen in 27 (1.588).
    """

    clip: float | None = None
    group: int = 5
    domain: ClassVar[FloatNorm] = FloatNorm(math.inf)

    def __post_init__(self) -> None:
        if self.clip is not None:
            object.__setattr__(self, "clip", positive("clip", self.clip))
        object.__setattr__(self, "group", whole("group", self.group, most=20))

    @property
    def unbiased(self) -> bool:
        """Without clipping."""
        return self.clip is None

    def bits(self, d: int) -> int:
        """32 + 8 d/5, rounded up to whole bits, for five digits in a byte."""
        return self._rounding.bits(d)

    def variance_bound(self, d: int) -> ErrorBound | None:
        """(sqrt d - 1)/2 |y|_2^2, attained, and a 2^-23 part for the rounding of S.

        For max |y_i| >= 2^-126. None with clipping, whose error has no such bound.
        """
        return self._rounding.variance_bound(d) if self.unbiased else None

    def mean_squared_error(self, y: npt.ArrayLike) -> Floats:
        """S |y|_1 - |y|_2^2 for the y after clipping, plus what clipping took; shape (...)."""
        values = self.domain.check("y", y)
        kept = self.domain.check("y", self._clipped(values))
        _, scale = rounded_up(self.domain.norm("y", kept))
        taken: Floats = np.sum((values - kept) ** 2, axis=-1)
        return ternary_error(kept, scale) + taken

    def law(self, y: npt.ArrayLike) -> Law:
        """Exact law of the output for one vector y (d,), by enumeration."""
        return self._rounding.law(self._clipped(one_vector(y)))

    def encode(self, y: npt.ArrayLike, *, rng: Rng = None) -> Message:
        """S and the ternary digits of each vector of y (..., d); private coins only."""
        message = self._rounding.encode(self._clipped(y), rng=rng)
        return replace(message, made_by=repr(self))

    def decode(self, message: Message) -> Floats:
        """Shape (..., d)."""
        message.accept(self)
        return self._rounding.decode(replace(message, made_by=""))

    def roundtrip(self, y: npt.ArrayLike, *, rng: Rng = None) -> Floats:
        """decode(encode(y)) without the bits."""
        return self._rounding.roundtrip(self._clipped(y), rng=rng)

    @property
    def _rounding(self) -> QSGD:
        return QSGD(levels=1, norm=math.inf, group=self.group)

    def _clipped(self, y: npt.ArrayLike) -> npt.ArrayLike:
        if self.clip is None:
            return y
        values = self.domain.check("y", y)
        gap = values - values.mean(axis=-1, keepdims=True)
        sigma = lp_norm(gap, 2.0) / math.sqrt(values.shape[-1])  # neither over- nor underflows
        limit = self.clip * sigma[..., None]
        return np.clip(values, -limit, limit)
