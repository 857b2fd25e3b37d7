"""One bit per coordinate: a random sign with the right mean, all that p = 1 needs."""

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from infobound.numerics.arguments import whole
from infobound.quantizers.base import ErrorBound, Floats, Law, Message, Rng
from infobound.quantizers.cuq import CUQ, moderate
from infobound.quantizers.domains import Box, Domain


@dataclass(frozen=True)
class StochasticSign:
    """Each coordinate becomes +B with probability (1 + y_i/B)/2 and -B otherwise: d bits.

    Unbiased, and |Q|_inf = B always. So for p = 1, where |y|_inf <= B, first-order methods lose
    nothing, and r*(T, 1) <= d, against about 6 d bits of the general scheme in Theorem 3.1 of
    Mayekar and Tyagi 2020 (arXiv:2001.09032). It is `CUQ` with two levels.

    Parameters
    ----------
    radius : float
        B > 0, in units of y; between 1e-140 and 1e140.

    Examples
    --------
    >>> StochasticSign(2.0).roundtrip([2.0, -2.0, 2.0], rng=0)
    array([ 2., -2.,  2.])
    """

    radius: float = 1.0
    unbiased: ClassVar[bool] = True
    p: ClassVar[float] = 1.0  # of the balls that it is made for

    def __post_init__(self) -> None:
        object.__setattr__(self, "radius", moderate("radius", self.radius))

    @property
    def domain(self) -> Domain:
        """[-B, B]^d."""
        return Box(self.radius)

    def bits(self, d: int) -> int:
        """One for each of d coordinates."""
        return whole("d", d)

    def variance_bound(self, d: int) -> ErrorBound:
        """d B^2, attained at y = 0."""
        return ErrorBound(whole("d", d) * self.radius**2)

    def second_moment_bound(self, d: int) -> float:
        """B^2 = |Q(y)|_inf^2, in the norm that counts for p = 1."""
        whole("d", d)
        return self.radius**2

    def mean_squared_error(self, y: npt.ArrayLike) -> Floats:
        """E|Q(y) - y|^2 = sum of B^2 - y_i^2, exactly; shape y.shape[:-1]."""
        values = self.domain.check("y", y)
        total: Floats = np.sum((self.radius - values) * (self.radius + values), axis=-1)
        return total

    def law(self, y: npt.ArrayLike) -> Law:
        """The law of Q(y) for one vector y: at most 2^d outcomes, refused beyond 10^6."""
        return self._rounding.law(y)

    def encode(self, y: npt.ArrayLike, *, rng: Rng = None) -> Message:
        """Draw a sign for each coordinate of y, shape (..., d); private coins only."""
        return replace(self._rounding.encode(y, rng=rng), made_by=repr(self))

    def decode(self, message: Message) -> Floats:
        """+-B, shape (..., d). Every message of the right length is one that can be sent."""
        message.accept(self)
        return self._rounding.decode(replace(message, made_by=""))

    def roundtrip(self, y: npt.ArrayLike, *, rng: Rng = None) -> Floats:
        """decode(encode(y)) without the bits."""
        return self._rounding.roundtrip(y, rng=rng)

    @property
    def _rounding(self) -> CUQ:
        return CUQ(self.radius, levels=2)
