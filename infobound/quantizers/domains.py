"""The inputs that a quantizer is defined on; a check names the first coordinate that is outside."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from infobound.numerics.arguments import argument_error, positive, real

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
        values = np.asarray(y)
        if values.dtype.kind not in "iuf":
            raise argument_error(name, values.dtype.name, "an array of real numbers")
        if values.ndim == 0 or values.shape[-1] == 0:
            raise argument_error(f"{name}.shape", values.shape, "(..., d) with d >= 1")
        values = values.astype(np.float64, copy=False)
        refuse_where(~np.isfinite(values), name, values, "finite")
        return values


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


def refuse_where(
    outside: npt.NDArray[np.bool_], name: str, values: Floats, allowed: str, remedy: str = ""
) -> None:
    """Raise an error that names the first coordinate where `outside` is true, if any is."""
    if outside.any():
        place = np.unravel_index(int(np.argmax(outside)), outside.shape)
        where = ", ".join(str(i) for i in place)
        raise argument_error(f"{name}[{where}]", float(values[place]), allowed, remedy)
