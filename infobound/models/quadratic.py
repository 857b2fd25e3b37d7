"""The quadratic family with its stochastic first-order oracle, and how it is mean estimation."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from infobound.models.gaussian import GaussianLocation
from infobound.numerics.arguments import argument_error, positive, whole

Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[Any]  # float64, or object holding Fractions


@dataclass(frozen=True)
class QuadraticFamily:
    """f_theta(x) = (mu / 2) |x - theta|^2 on R^d, gradients seen through N(0, sigma^2 I) noise.

    The oracle answers a query x with G = mu (x - theta) + xi. Since x is known, G says exactly as
    much as x - G / mu = theta - xi / mu, a sample of N(theta, (sigma / mu)^2 I) whatever x was:
    `to_sample` and `to_gradient` are the two directions.

    The maps `oracle`, `observation`, `to_sample` and `to_gradient` work on float arrays in floats, and on
    arrays of `fractions.Fraction` (dtype object, see `exact`) without any rounding.

    Parameters
    ----------
    dimension : int, d >= 1.
    curvature : float, mu > 0.
    noise_std : float, sigma > 0 per coordinate of the gradient.
    """

    dimension: int
    curvature: float
    noise_std: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "dimension", whole("dimension", self.dimension))
        object.__setattr__(self, "curvature", positive("curvature", self.curvature))
        object.__setattr__(self, "noise_std", positive("noise_std", self.noise_std))
        positive("noise_std / curvature", self.noise_std / self.curvature)

    @property
    def location(self) -> GaussianLocation:
        """The model of `to_sample`: N(theta, (sigma / mu)^2 I)."""
        return GaussianLocation(self.dimension, self.noise_std / self.curvature)

    def value(self, x: npt.ArrayLike, theta: npt.ArrayLike) -> Floats:
        """f_theta(x) for x of shape (..., d): shape (...)."""
        gap = self.location.vectors("x", x) - self.location.parameter(theta)
        return np.asarray(self.curvature / 2 * np.sum(gap * gap, axis=-1))

    def suboptimality(self, x: npt.ArrayLike, theta: npt.ArrayLike) -> Floats:
        """f_theta(x) - min f_theta, which is f_theta(x), since the least value is 0 at theta."""
        return self.value(x, theta)

    def noise(self, rng: int | np.random.SeedSequence | np.random.Generator | None) -> Floats:
        """Draw xi ~ N(0, sigma^2 I), shape (d,); its law depends on neither query nor theta."""
        return self.noise_std * np.random.default_rng(rng).standard_normal(self.dimension)

    def oracle(self, theta: Numbers, query: Numbers, noise: Numbers) -> Numbers:
        """G = mu (query - theta) + noise."""
        gradient: Numbers = self._curvature(query) * (query - theta) + noise
        return gradient

    def observation(self, theta: Numbers, noise: Numbers) -> Numbers:
        """Y = theta - noise / mu: the sample of `location` with the coins of the oracle."""
        sample: Numbers = theta - noise / self._curvature(theta)
        return sample

    def to_sample(self, query: Numbers, gradient: Numbers) -> Numbers:
        """Y = query - G / mu."""
        sample: Numbers = query - gradient / self._curvature(query)
        return sample

    def to_gradient(self, query: Numbers, sample: Numbers) -> Numbers:
        """G = mu (query - Y)."""
        gradient: Numbers = self._curvature(query) * (query - sample)
        return gradient

    def _curvature(self, like: Numbers) -> Any:
        return Fraction(self.curvature) if like.dtype == object else self.curvature


def exact(values: npt.ArrayLike) -> Numbers:
    """The rational numbers that floats are, as an array of `fractions.Fraction` (dtype object)."""
    floats = np.asarray(values, dtype=np.float64)
    fractions = [Fraction(value) for value in floats.ravel().tolist()]
    return np.array(fractions, dtype=object).reshape(floats.shape)


def rounded(values: Numbers, *, name: str) -> Floats:
    """The float64 nearest to each rational number of a vector (ties to even).

    Raises ArgumentError, naming the coordinate, where that is beyond the largest float.
    """
    floats = np.empty(values.shape)
    for i, value in enumerate(values):
        try:
            floats[i] = float(value)
        except OverflowError:
            raise argument_error(f"{name}[{i}]", "a number", "within float64 range") from None
    return floats
