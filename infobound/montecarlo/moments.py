"""Count, mean and squared deviations of a sample: sums that can be merged."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce

import numpy as np
import numpy.typing as npt

from infobound.montecarlo.estimate import Estimate


@dataclass(frozen=True, eq=False)
class Moments:
    """Sufficient statistics of independent samples of a number or an array.

    Merging two of them gives those of both samples together (Chan, Golub and LeVeque 1983). Merged
    in a fixed order, the result is the same to the last bit however the work was shared out.

    Attributes
    ----------
    count : int
        Number of samples, >= 1.
    mean : ndarray, shape of one sample
    squares : ndarray, shape of one sample
        Sum of squared deviations from the mean.
    """

    count: int
    mean: npt.NDArray[np.float64]
    squares: npt.NDArray[np.float64]

    @classmethod
    def of(cls, samples: npt.ArrayLike) -> "Moments":
        """Moments of samples of shape (n, ...), n >= 1; ValueError if there are none."""
        values = np.asarray(samples, dtype=np.float64)
        if values.ndim == 0 or values.shape[0] == 0:
            raise ValueError(
                f"samples has shape {values.shape}, but it must be (n, ...) with n >= 1."
            )
        mean = values.mean(axis=0)
        return cls(values.shape[0], mean, ((values - mean) ** 2).sum(axis=0))

    def merge(self, other: "Moments") -> "Moments":
        """Moments of both samples together."""
        count = self.count + other.count
        step = other.mean - self.mean
        mean = self.mean + step * (other.count / count)
        squares = self.squares + other.squares + step**2 * (self.count * other.count / count)
        return Moments(count, mean, squares)

    @classmethod
    def merged(cls, parts: Iterable["Moments"]) -> "Moments":
        """Moments of all parts together, merged from first to last."""
        return reduce(cls.merge, parts)

    @property
    def variance(self) -> npt.NDArray[np.float64]:
        """Unbiased sample variance; nan for a single sample."""
        if self.count < 2:
            return np.full_like(self.squares, np.nan)
        return self.squares / (self.count - 1)

    @property
    def stderr(self) -> npt.NDArray[np.float64]:
        """Standard error of the mean; nan for a single sample."""
        return np.sqrt(self.variance / self.count)

    def estimate(self, unit: str) -> Estimate:
        """Return the mean of a scalar sample of two or more, with its standard error."""
        if self.mean.ndim or self.count < 2:
            raise ValueError(
                f"samples were {self.count} of shape {self.mean.shape}, but an Estimate needs two "
                "or more numbers."
            )
        return Estimate(
            value=float(self.mean),
            stderr=float(self.stderr),
            n=self.count,
            method="monte-carlo",
            unit=unit,
        )
