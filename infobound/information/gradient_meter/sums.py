"""Sums over rows that give moments about the mean, bias, and their errors by the jackknife.

Rows i = 1..n fall into at most 32 groups of consecutive rows. X is a gradient, e = Q - X its
error, S the sum of a vector over rows. U-statistics and covariances need |S|^2 only, and leaving a
group out needs the inner products of the groups' sums; both add up over pieces of coordinates, so
that no vector of length d is kept.
"""

import math
from dataclasses import dataclass, fields
from typing import Self

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
GROUPS = 32


def group_starts(n: int) -> npt.NDArray[np.int64]:
    """First row of each of min(n, 32) groups of nearly equal size, and n."""
    count = min(n, GROUPS)
    return np.arange(count + 1) * n // count


@dataclass(frozen=True, eq=False)
class Sums:
    """What is added up for one quantizer over rows and coordinates.

    Attributes
    ----------
    sizes : ndarray, shape (G,)
        Rows in each group.
    energy, cross, error : ndarray, shape (G,)
        Sums of |X|^2, <X, e> and |e|^2 over the rows of each group.
    xx, xe, ee : ndarray, shape (G, G)
        Inner products of the sums of X and of e over each group.
    """

    sizes: Floats
    energy: Floats
    cross: Floats
    error: Floats
    xx: Floats
    xe: Floats
    ee: Floats

    def __add__(self, other: Self) -> Self:
        """Of two layers with the same rows."""
        names = [field.name for field in fields(self) if field.name != "sizes"]
        added = {name: getattr(self, name) + getattr(other, name) for name in names}
        return type(self)(sizes=self.sizes, **added)

    def centred(self) -> tuple[Floats, Floats, Floats]:
        """Var X, Cov(X, e) and Var e, summed over coordinates, N - 1 in the denominator.

        Each of shape (G + 1,): of all rows, then without each group. nan from one row.
        """
        n = _left(self.sizes)
        found = []
        for power, gram in ((self.energy, self.xx), (self.cross, self.xe), (self.error, self.ee)):
            spread = _left(power) - _products(gram) / np.maximum(n, 1)
            found.append(_divide(spread, n - 1))
        return found[0], found[1], found[2]

    def mean_square(self) -> Floats:
        """U-statistic of |E X|^2, as `centred`."""
        return self._u_statistic(self.energy, self.xx)

    def bias_square(self) -> Floats:
        """U-statistic of |E e|^2, as `centred`."""
        return self._u_statistic(self.error, self.ee)

    def _u_statistic(self, power: Floats, gram: Floats) -> Floats:
        n = _left(self.sizes)
        pairs = _products(gram) - _left(power)
        return _divide(pairs, n * (n - 1))

    def mean_error(self) -> Floats:
        """E|e|^2, as `centred`."""
        return _divide(_left(self.error), _left(self.sizes))

    def mean_energy(self) -> Floats:
        """E|X|^2, as `centred`."""
        return _divide(_left(self.energy), _left(self.sizes))


def jackknife(values: Floats) -> float | None:
    """Standard error from (all, without group 1, ..., without group G); None if undefined."""
    parts = values[1:]
    count = parts.size
    if count < 3 or not np.isfinite(parts).all():
        return None
    return math.sqrt((count - 1) / count * float(np.sum((parts - parts.mean()) ** 2)))


def _divide(top: Floats, bottom: Floats) -> Floats:
    """nan where there are too few rows."""
    found: Floats = np.divide(top, bottom, out=np.full(top.size, np.nan), where=bottom > 0)
    return found


def _left(parts: Floats) -> Floats:
    """The sum, then the sum without each part."""
    total = parts.sum()
    return np.concatenate([[total], total - parts])


def _products(gram: Floats) -> Floats:
    """<S, S'> of all groups, then without each group in both sums."""
    total = gram.sum()
    without = total - gram.sum(axis=0) - gram.sum(axis=1) + np.diag(gram)
    return np.concatenate([[total], without])
