"""What information functionals ask of the model: one Gaussian observation of a location."""

import numpy.typing as npt

from infobound.information.law import Floats
from infobound.models.gaussian import GaussianLocation
from infobound.numerics.arguments import argument_error


def at(model: object, theta: npt.ArrayLike) -> tuple[Floats, float]:
    """Theta as a read-only array of shape (d,), and s.

    Raises
    ------
    ArgumentError
        The model is not a Gaussian location (of a `QuadraticFamily`, use its ``location``: its own
        noise is that of a gradient), or theta is not finite or not of shape () or (d,).
    """
    if not isinstance(model, GaussianLocation):
        remedy = "Of a QuadraticFamily, use its `location`."
        raise argument_error("model", model, "a GaussianLocation", remedy)
    return model.parameter(theta), model.noise_std
