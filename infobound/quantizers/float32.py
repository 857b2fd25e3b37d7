"""Real numbers sent as 32-bit floats: which there are, and rounding to them without bias."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from infobound.numerics.arguments import argument_error
from infobound.numerics.bits import float_symbols, symbols_float
from infobound.numerics.norms import lp_norm
from infobound.quantizers.domains import AllReals, Floats
from infobound.quantizers.enumeration import roundings

LARGEST = float(np.finfo(np.float32).max)
EXCESS = (1 + 2.0**-23) ** 2
"""A number of at least 2^-126 that is rounded up grows by less than this factor in its square."""


@dataclass(frozen=True)
class FloatNorm:
    """Vectors whose l_p norm is at most the largest 32-bit float, 3.4e38.

    Parameters
    ----------
    p : float, 1 <= p <= inf.
    """

    p: float

    def check(self, name: str, y: npt.ArrayLike) -> Floats:
        """Accept finite vectors of such a norm, shape (..., d); return them as float64."""
        values = AllReals().check(name, y)
        self.norm(name, values)
        return values

    def norm(self, name: str, values: npt.NDArray[Any]) -> Floats:
        """The norm of each vector of finite float32 or float64 numbers, shape (...)."""
        if values.dtype == np.float32 and self.p == 2:  # squares do not leave the range of float64
            square = np.einsum("...i,...i->...", values, values, dtype=np.float64)
            norms = np.asarray(np.sqrt(square))
        elif math.isinf(self.p):
            norms = np.maximum(values.max(axis=-1), -values.min(axis=-1)).astype(np.float64)
        else:
            norms = np.asarray(lp_norm(values.astype(np.float64, copy=False), self.p))
        outside = ~(norms <= LARGEST)
        if outside.any():
            place = np.unravel_index(int(np.argmax(outside)), outside.shape)
            where = "".join(f"[{i}]" for i in place)
            kind = f"max |{name}{where}|" if math.isinf(self.p) else f"l_{self.p:g} norm of {name}"
            label = kind if math.isinf(self.p) else kind + where
            allowed = f"at most {LARGEST!r}, the largest 32-bit float"
            raise argument_error(label, float(norms[place]), allowed, "Change the unit of y.")
        return norms


def rounded_up(norms: npt.ArrayLike) -> tuple[npt.NDArray[np.uint32], Floats]:
    """Numbers >= 0 as 32-bit symbols, shape (..., 1), and what they are decoded to, shape (...)."""
    symbols = np.asarray(float_symbols(norms, rounding="up"))
    return symbols[..., None], symbols_float(symbols)


def stochastic_float32(values: Floats, rng: np.random.Generator) -> Floats:
    """Round to one of the two neighbouring 32-bit floats, without bias; float32 values stay.

    |value| <= 3.4e38. Coins are read for every number, so that they do not depend on the values.
    """
    low, high = neighbours(values)
    gap = np.where(high > low, high - low, 1.0)
    return np.where(rng.random(values.shape) < (values - low) / gap, high, low)


def rounded_outcomes(values: Floats) -> tuple[Floats, Floats]:
    """All results of `stochastic_float32` for one vector (d,): (m, d), with probabilities (m,)."""
    low, high = neighbours(values)
    gap = np.where(high > low, high - low, 1.0)
    up, chances = roundings((values - low) / gap)
    return np.where(up == 1, high, low), chances


def float32_variance(values: Floats) -> Floats:
    """Variance of `stochastic_float32`, elementwise: (value - low)(high - value)."""
    low, high = neighbours(values)
    return (values - low) * (high - values)


def neighbours(values: Floats) -> tuple[Floats, Floats]:
    """The largest 32-bit float <= value and the smallest >= value."""
    near = values.astype(np.float32)
    exact = near.astype(np.float64)
    low = np.where(exact > values, np.nextafter(near, np.float32(-LARGEST)), near)
    high = np.where(exact < values, np.nextafter(near, np.float32(LARGEST)), near)
    return low.astype(np.float64), high.astype(np.float64)
