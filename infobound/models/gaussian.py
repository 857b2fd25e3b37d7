"""Gaussian location: X ~ N(theta, s^2 I_d), one observation of an unknown vector."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from infobound.numerics.arguments import argument_error, positive, whole

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class GaussianLocation:
    """X ~ N(theta, noise_std^2 I_d).

    Parameters
    ----------
    dimension : int, d >= 1.
    noise_std : float, s > 0 per coordinate, in units of theta.
    """

    dimension: int
    noise_std: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "dimension", whole("dimension", self.dimension))
        remedy = "Give it per coordinate."
        object.__setattr__(self, "noise_std", positive("noise_std", self.noise_std, remedy))

    def sample(
        self,
        theta: npt.ArrayLike,
        *,
        n: int,
        rng: int | np.random.SeedSequence | np.random.Generator | None = None,
    ) -> Floats:
        """Draw n independent observations: shape (n, d). theta is (d,), or one number for all."""
        noise = np.random.default_rng(rng).standard_normal((whole("n", n, least=0), self.dimension))
        return self.parameter(theta) + self.noise_std * noise

    def score(self, x: npt.ArrayLike, theta: npt.ArrayLike) -> Floats:
        """Gradient in theta of the log-likelihood, (x - theta) / s^2: shape (..., d), as x."""
        return (self.vectors("x", x) - self.parameter(theta)) / self.noise_std**2

    def log_likelihood(self, x: npt.ArrayLike, theta: npt.ArrayLike) -> Floats:
        """Natural logarithm of the density at x (..., d): shape (...)."""
        z = (self.vectors("x", x) - self.parameter(theta)) / self.noise_std
        scale = self.dimension * (math.log(self.noise_std) + math.log(2 * math.pi) / 2)
        return np.asarray(-np.sum(z * z, axis=-1) / 2 - scale)

    def parameter(self, theta: npt.ArrayLike, *, name: str = "theta") -> Floats:
        """Check a parameter: one finite number for all coordinates, or shape (d,); returns (d,)."""
        values = _finite(name, theta)
        if values.shape not in ((), (self.dimension,)):
            raise argument_error(
                f"{name}.shape", values.shape, f"() or ({self.dimension},), as the model"
            )
        return np.broadcast_to(values, (self.dimension,))

    def vectors(self, name: str, x: npt.ArrayLike) -> Floats:
        """Check a batch of vectors: finite, of shape (..., d)."""
        values = _finite(name, x)
        if values.ndim == 0 or values.shape[-1] != self.dimension:
            raise argument_error(f"{name}.shape", values.shape, f"(..., {self.dimension})")
        return values


def _finite(name: str, values: npt.ArrayLike) -> Floats:
    array = np.asarray(values)
    if array.dtype.kind not in "iuf":
        raise argument_error(name, array.dtype.name, "an array of real numbers")
    bad = ~np.isfinite(array)
    if bad.any():
        place = np.unravel_index(int(np.argmax(bad)), bad.shape)
        where = f"[{', '.join(str(i) for i in place)}]" if place else ""
        raise argument_error(f"{name}{where}", float(array[place]), "finite")
    return array.astype(np.float64, copy=False)
