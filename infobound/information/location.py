"""What information functionals ask of the model: one Gaussian observation of a location."""

from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from infobound.information.law import Floats
from infobound.numerics.arguments import argument_error, positive, whole


@runtime_checkable
class LocationModel(Protocol):
    """X ~ N(theta, noise_std^2 I) with theta in R^dimension, as `GaussianLocation` is."""

    @property
    def dimension(self) -> int:
        """Number of coordinates d."""

    @property
    def noise_std(self) -> float:
        """Standard deviation s per coordinate, in units of theta."""


def at(model: LocationModel, theta: npt.ArrayLike) -> tuple[Floats, float]:
    """Theta as a read-only array of shape (d,), and s.

    A number stands for a vector of equal coordinates and takes no memory for it.

    Raises
    ------
    ArgumentError
        The model has no dimension or noise_std, or theta is not finite or not of shape (d,).
    """
    if not isinstance(model, LocationModel):
        raise argument_error(
            "model", model, "a Gaussian location model, with `dimension` and `noise_std`"
        )
    dimension = whole("model.dimension", model.dimension)
    noise_std = positive("model.noise_std", model.noise_std)
    point = np.asarray(theta)
    if point.dtype.kind not in "iuf":
        raise argument_error("theta", theta, "a real number or an array of real numbers")
    if point.shape not in {(), (dimension,)}:
        remedy = "Give one number per coordinate, or one number for all."
        raise argument_error("theta.shape", point.shape, f"() or ({dimension},)", remedy)
    point = point.astype(np.float64, copy=False)
    if not np.all(np.isfinite(point)):
        raise argument_error("theta", theta, "finite")
    return np.broadcast_to(point, (dimension,)), noise_std
