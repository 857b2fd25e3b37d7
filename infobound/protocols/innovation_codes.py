"""What can stand between an innovation and its decoder, with the two moments that a filter needs.

For z ~ N(0, I_d), described as Q: `fidelity` is E<z, Q>^2/(d E|Q|^2), the part of the variance that the
best multiple of Q explains, and `slope` = E<z, Q>/E|Q|^2 is that multiple.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from infobound.numerics.arguments import argument_error, positive, whole
from infobound.numerics.normal import cell_moments
from infobound.quantizers.base import Floats, Quantizer, Rng
from infobound.quantizers.scalar import ScalarQuantizer


class Fit(NamedTuple):
    """Fidelity and slope, see the module."""

    fidelity: float
    slope: float


@dataclass(frozen=True)
class GaussianChannel:
    """Test channel of R bits: Q(z) = g z + sqrt(g (1 - g)) N(0, 1), g = 1 - 4^-R.

    No code of its own: what codes for long blocks of coordinates tend to.

    Parameters
    ----------
    rate : float
        R > 0, bits per coordinate.
    """

    rate: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "rate", positive("rate", self.rate))

    @property
    def fit(self) -> Fit:
        """Fidelity g, slope 1."""
        return Fit(-math.expm1(-math.log(4) * self.rate), 1.0)

    def roundtrip(self, z: Floats, *, rng: Rng) -> Floats:
        """What the decoder gets for z."""
        gain, noise = self.fit.fidelity, math.sqrt(self.fit.fidelity) * 2.0**-self.rate
        described: Floats = gain * z + noise * np.random.default_rng(rng).standard_normal(z.shape)
        return described


@dataclass(frozen=True)
class Measured:
    """Any quantizer, with fidelity and slope given: exact values where known, else `Measured.of`.

    Where E[Q | z] is a multiple of z and E|Q|^2 one of |z|^2 for every z (EDEN with a Haar rotation, say),
    a filter's `design_error` is exact, not only for Gaussian z.

    Parameters
    ----------
    quantizer : Quantizer
        Its input has about unit variance in each coordinate.
    fidelity : float
        In (0, 1).
    slope : float
        > 0; 1 for a quantizer that returns conditional means, or a projection.
    """

    quantizer: Quantizer
    fidelity: float
    slope: float = 1.0

    def __post_init__(self) -> None:
        if not 0 < self.fidelity < 1:
            raise argument_error("fidelity", self.fidelity, "in (0, 1)")
        positive("slope", self.slope)

    @classmethod
    def of(
        cls, quantizer: Quantizer, *, dimension: int, samples: int = 2000, rng: Rng = 0
    ) -> "Measured":
        """Both moments from `samples` vectors z ~ N(0, I_d), of `dimension` coordinates."""
        draw = np.random.default_rng(rng)
        z = draw.standard_normal((whole("samples", samples), whole("dimension", dimension)))
        found = quantizer.roundtrip(z, rng=draw)
        fit = _fit(float(np.mean(z * found)), float(np.mean(found**2)), quantizer)
        return cls(quantizer, *fit)

    @property
    def fit(self) -> Fit:
        """As given."""
        return Fit(self.fidelity, self.slope)


def scalar_fit(quantizer: ScalarQuantizer) -> Fit:
    """Exact fit of a scalar quantizer, whatever its levels are."""
    cells = quantizer.cells
    inside = cell_moments(cells.ends[:-1], cells.ends[1:])
    level = cells.level(np.arange(cells.count))
    return _fit(float(inside.score @ level), float(inside.probability @ level**2), quantizer)


def _fit(both: float, square: float, quantizer: object) -> Fit:
    if not both > 0:
        remedy = "Its levels must increase with what they stand for."
        raise argument_error("quantizer", quantizer, "correlated with its input", remedy)
    return Fit(both**2 / square, both / square)
