"""Mean squares per coordinate in a histogram, and the rate-distortion limit that they allow."""

import math
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from infobound.bounds.scale_mixture import mixture_distortion

Floats = npt.NDArray[np.float64]
_STEPS = 16  # bins for each factor of two: replacing values by their bin's mean moves log D by 1e-4
_LOWEST = -1200
LEAST_ROWS = 32
"""Rows from which mean squares of single coordinates are used."""


@dataclass
class Energies:
    """How many coordinates have which sum of squares over the rows."""

    counts: Floats = field(default_factory=lambda: np.zeros(2400 * _STEPS))
    totals: Floats = field(default_factory=lambda: np.zeros(2400 * _STEPS))
    coordinates: int = 0

    def add(self, squares: Floats) -> None:
        """Count coordinates with these sums of squares, shape (w,)."""
        self.coordinates += squares.size
        positive = squares[squares > 0]
        place = np.floor(np.log2(positive) * _STEPS).astype(np.int64) - _LOWEST * _STEPS
        self.counts += np.bincount(place, minlength=self.counts.size)
        self.totals += np.bincount(place, weights=positive, minlength=self.totals.size)

    def merged(self, other: "Energies") -> "Energies":
        """Of two layers."""
        return Energies(
            self.counts + other.counts,
            self.totals + other.totals,
            self.coordinates + other.coordinates,
        )

    def limit(self, rate: float) -> float:
        """Reverse water-filling at `rate` bits per coordinate, relative to the total energy."""
        used = self.counts > 0
        counts = self.counts[used]
        share = self.coordinates / float(counts.sum())  # coordinates without energy take no bits
        return mixture_distortion(self.totals[used] / counts, rate=rate * share, counts=counts)


def sampling_loss(samples: int) -> float:
    """Bits by which limits from N mean squares of Gaussians are too low: half the bias of log2."""
    from scipy.special import digamma

    half = samples / 2
    return 0.5 * (math.log(half) - float(digamma(half))) / math.log(2)
