"""What a sample of stochastic gradients at one point says about the Gaussian oracle."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from infobound.numerics.arguments import argument_error

ASSUMPTION = (
    "independent gradients at one point, read as N(theta, s^2 I) with s the root mean square "
    "over coordinates of the sample standard deviation"
)
_CHUNK = 1 << 22  # numbers in float64 at a time
_GRAM = 4096  # largest side of the correlation matrix


@dataclass(frozen=True)
class GradientSample:
    """Noise of N gradients in R^d, and how far it is from N(theta, s^2 I).

    Attributes
    ----------
    samples, dimension : int
    noise_std : float
        s: root mean square over coordinates of the standard deviation (N - 1 in the denominator).
    least_std, largest_std : float
        Over coordinates; equal for isotropic noise.
    constant_coordinates : int
        Coordinates that never vary; kept in s, left out of the two measures below.
    excess_kurtosis : float
        Mean over coordinates of the sample excess kurtosis G2, unbiased at 0 for Gaussian noise.
    square_correlation : float
        Mean of the squared sample correlation over pairs of coordinates.
    square_correlation_independent : float
        Its expectation for independent Gaussian coordinates, 1/(N - 1).
    correlated_coordinates, correlated_samples : int
        How many of each the correlation was measured on (evenly spaced, when there are many).
    """

    samples: int
    dimension: int
    noise_std: float
    least_std: float
    largest_std: float
    constant_coordinates: int
    excess_kurtosis: float
    square_correlation: float | None
    square_correlation_independent: float
    correlated_coordinates: int
    correlated_samples: int

    def to_dict(self) -> dict[str, Any]:
        """For JSON, with the assumption spelled out."""
        return {**asdict(self), "assumption": ASSUMPTION}


def describe_gradients(gradients: npt.NDArray[Any]) -> GradientSample:
    """Estimate the noise of gradients at one point and measure its departure from Gaussian.

    Parameters
    ----------
    gradients : array, (N, d)
        Floating point, N >= 4 independent stochastic gradients at the same point. A memory-mapped
        array is read in pieces.

    Raises
    ------
    ArgumentError
        On another shape or dtype, on nan or infinity (with its place), if nothing varies.
    """
    x = gradients
    if getattr(x, "dtype", np.dtype(object)).kind != "f":
        kind = getattr(x, "dtype", type(x).__name__)
        raise argument_error("gradients", f"array of {kind}", "an array of floating-point numbers")
    if x.ndim != 2 or x.shape[0] < 4 or x.shape[1] < 1:
        raise argument_error(
            "gradients", f"array of shape {x.shape}", "of shape (N, d) with N >= 4 and d >= 1"
        )
    n, d = x.shape
    variance, kurtosis = np.empty(d), np.empty(d)
    width = max(1, _CHUNK // n)
    for start in range(0, d, width):
        part = np.asarray(x[:, start : start + width], dtype=np.float64)
        if not np.isfinite(part).all():
            row, column = (int(i) for i in np.argwhere(~np.isfinite(part))[0])
            raise argument_error(
                f"gradients[{row}, {start + column}]", float(part[row, column]), "finite"
            )
        variance[start : start + width], kurtosis[start : start + width] = _moments(part)
    varying = np.flatnonzero(variance > 0)
    if varying.size == 0:
        raise argument_error("gradients", "array of equal rows", "noisy, so that s > 0")
    columns = _spread(varying, _GRAM if n > _GRAM else max(_GRAM, _CHUNK * 8 // n))
    rows = _spread(np.arange(n), max(_GRAM, _CHUNK * 8 // columns.size))
    return GradientSample(
        samples=n,
        dimension=d,
        noise_std=float(np.sqrt(variance.mean())),
        least_std=float(np.sqrt(variance.min())),
        largest_std=float(np.sqrt(variance.max())),
        constant_coordinates=d - varying.size,
        excess_kurtosis=float(kurtosis[varying].mean()),
        square_correlation=_square_correlation(
            np.asarray(x[np.ix_(rows, columns)], dtype=np.float64)  # reads these alone from a file
        ),
        square_correlation_independent=1 / (rows.size - 1),
        correlated_coordinates=columns.size,
        correlated_samples=rows.size,
    )


def load_gradients(path: Path) -> npt.NDArray[Any]:
    """Map an ``.npy`` file of gradients; ArgumentError when it is not one."""
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise argument_error(
            "gradients", str(path), f"a readable .npy file of numbers ({error})"
        ) from None
    if not isinstance(array, np.ndarray):
        raise argument_error("gradients", str(path), "one .npy array, not an .npz archive")
    return array


def _moments(x: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.float64], ...]:
    """Variance (N - 1) and excess kurtosis G2 of each column; G2 is 0 where nothing varies."""
    n = x.shape[0]
    # The first row is taken off so that equal rows give exactly zero, whatever the rounding.
    centred = x - x[0]
    centred -= centred.mean(axis=0)
    peak = np.abs(centred).max(axis=0)
    unit = centred / np.where(peak > 0, peak, 1.0)  # no underflow of fourth powers
    second, fourth = (unit**2).mean(axis=0), (unit**4).mean(axis=0)
    raw = fourth / np.where(second > 0, second, 1.0) ** 2 - 3
    corrected = (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * raw + 6)
    return second * peak**2 * n / (n - 1), np.where(second > 0, corrected, 0.0)


def _square_correlation(x: npt.NDArray[np.float64]) -> float | None:
    """Mean squared off-diagonal sample correlation; None when there is one column."""
    n, d = x.shape
    if d == 1:
        return None
    z = x - x.mean(axis=0)
    z /= np.sqrt((z**2).sum(axis=0))
    gram = z.T @ z if d <= n else z @ z.T  # the two have the same Frobenius norm
    return float((np.sum(gram**2) - d) / (d * (d - 1)))


def _spread(indices: npt.NDArray[np.intp], most: int) -> npt.NDArray[np.intp]:
    """At most `most` of the indices, evenly spaced."""
    if indices.size <= most:
        return indices
    return indices[np.linspace(0, indices.size - 1, most).astype(np.intp)]
