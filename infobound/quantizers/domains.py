"""The inputs that a quantizer is defined on; a check names the first coordinate that is outside."""

import math
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from infobound.numerics.arguments import argument_error, positive, real
from infobound.numerics.norms import lp_norm

Floats = npt.NDArray[np.float64]


@runtime_checkable
class Domain(Protocol):
    """A set of vectors."""

    def check(self, name: str, y: npt.ArrayLike) -> Floats:
        """Return y as float64 of shape (..., d), or raise ArgumentError naming a coordinate."""


@dataclass(frozen=True)
class AllReals:
    """Every vector of finite coordinates."""

    def check(self, name: str, y: npt.ArrayLike) -> Floats:
        """Accept any finite integers or floats of shape (..., d), d >= 1."""
        return finite(name, y).astype(np.float64, copy=False)


@dataclass(frozen=True)
class Box:
    """Vectors with every coordinate within `radius` > 0 of `center`."""

    radius: float
    center: float = 0.0

    def __post_init__(self) -> None:
        positive("radius", self.radius)
        real("center", self.center)

    def check(self, name: str, y: npt.ArrayLike) -> Floats:
        """Accept coordinates in [center - radius, center + radius]."""
        values = AllReals().check(name, y)
        low, high = self.center - self.radius, self.center + self.radius
        outside = ~((low <= values) & (values <= high))
        refuse_where(
            outside, name, values, f"in [{low!r}, {high!r}]", "Scale it, or widen the box."
        )
        return values


@dataclass(frozen=True)
class LpBall:
    """Vectors with |y|_p <= radius.

    A norm above the radius by at most 2^-32 of it (2^-16 for float32 input) is taken for rounding
    error of whoever scaled y, and y is scaled back onto the sphere.

    Parameters
    ----------
    p : float, 1 <= p <= inf.
    radius : float, > 0, in units of y.
    """

    p: float
    radius: float

    def __post_init__(self) -> None:
        positive("radius", self.radius)
        if not self.p >= 1:
            raise argument_error("p", self.p, "from 1 to inf")

    def check(self, name: str, y: npt.ArrayLike) -> Floats:
        """Accept vectors in the ball; return them as float64, norm at most radius."""
        given = finite(name, y)
        values = given.astype(np.float64, copy=False)
        norms = lp_norm(values, self.p)
        excess = norms / self.radius
        slack = 2.0**-16 if given.dtype.itemsize < 8 else 2.0**-32
        outside = ~(excess <= 1 + slack)
        if outside.any():
            place = np.unravel_index(int(np.argmax(outside)), outside.shape)
            where = "".join(f"[{i}]" for i in place)
            norm = "max |y_i|" if math.isinf(self.p) else f"l_{self.p:g} norm"
            raise argument_error(
                f"{norm} of {name}{where}",
                float(norms[place]),
                f"at most {self.radius!r}",
                "Scale it, or give a larger radius.",
            )
        if np.any(excess > 1):
            values = values / np.maximum(excess, 1.0)[..., None]
        return values


def finite(name: str, y: npt.ArrayLike) -> npt.NDArray[Any]:
    """Integers or floats of shape (..., d), d >= 1, all finite; float32 and float64 as they came.

    Other real types become float64.
    """
    values = np.asarray(y)
    if values.dtype.kind not in "iuf":
        raise argument_error(name, values.dtype.name, "an array of real numbers")
    if values.ndim == 0 or values.shape[-1] == 0:
        raise argument_error(f"{name}.shape", values.shape, "(..., d) with d >= 1")
    if values.dtype not in (np.float32, np.float64):
        values = values.astype(np.float64)
    inside = np.isfinite(values)
    if not inside.all():
        refuse_where(~inside, name, values, "finite")
    return values


def refuse_where(
    outside: npt.NDArray[np.bool_],
    name: str,
    values: npt.NDArray[Any],
    allowed: str,
    remedy: str = "",
) -> None:
    """Raise an error that names the first coordinate where `outside` is true, if any is."""
    if outside.any():
        place = np.unravel_index(int(np.argmax(outside)), outside.shape)
        where = ", ".join(str(i) for i in place)
        raise argument_error(f"{name}[{where}]", float(values[place]), allowed, remedy)
