r"""Rate-distortion limit of a Gaussian scale mixture whose scales both ends know.

A gradient is a list of blocks; block i has c_i coordinates that are N(0, e_i) given e_i, and a
genie tells all e_i for free. With B bits for the gradient, every code has an expected squared error
of at least

    D(B; e) = min { sum_i c_i e_i 4^-b_i : b_i >= 0, sum_i c_i b_i = B },

by reverse water-filling (Cover and Thomas 2006, Theorem 10.3.3; conditionally on the scales, Gray
1973): b_i = max(0, log2(e_i / level) / 2). As a minimum of linear functions D is concave in e, so a
finer description of the scales can only lower the limit: one Gaussian for everything, then one for
each layer, then one for each block.
"""

import numpy as np
import numpy.typing as npt

from infobound.numerics.arguments import argument_error, nonnegative, positive

Floats = npt.NDArray[np.float64]


def mixture_distortion(
    energies: npt.ArrayLike, *, rate: float, counts: npt.ArrayLike | None = None
) -> float:
    """Least E|Q - X|^2 / E|X|^2 when every row is sent with `rate` bits per coordinate.

    Parameters
    ----------
    energies : array_like, shape (k,) or (n, k)
        e_i >= 0, not all 0: mean square of the coordinates of block i, in each of n gradients.
    rate : float
        R >= 0, B = R sum_i c_i for each row.
    counts : array_like, shape (k,), optional
        c_i > 0; default 1, for blocks of equal size.

    Returns
    -------
    float : in [0, 1], sum of D(B; e) over the rows, over sum c_i e_i. 4^-R for equal energies.

    Examples
    --------
    >>> mixture_distortion([1.0, 1.0], rate=2)
    0.0625
    >>> mixture_distortion([1.0, 0.0], rate=2)  # all bits for one of the two
    0.00390625
    """
    return _Rows(energies, counts).distortion(nonnegative("rate", rate))


def mixture_rate(
    energies: npt.ArrayLike, *, nmse: float, counts: npt.ArrayLike | None = None
) -> float:
    """Least bits per coordinate, the same for every row, that allow E|Q - X|^2 = `nmse` E|X|^2.

    The inverse of `mixture_distortion` in `rate`, by bisection to the last bit; 0 from nmse = 1 on.

    Examples
    --------
    >>> mixture_rate([1.0, 0.0], nmse=4.0**-4)
    2.0
    """
    rows, target = _Rows(energies, counts), positive("nmse", nmse)
    if target >= 1:
        return 0.0
    low, high = 0.0, 1.0
    while rows.distortion(high) > target:
        low, high = high, 2 * high
    while low < (middle := (low + high) / 2) < high:
        low, high = (middle, high) if rows.distortion(middle) > target else (low, middle)
    return high


class _Rows:
    """Energies of each row in decreasing order, relative to the largest, with their sums."""

    def __init__(self, energies: npt.ArrayLike, counts: npt.ArrayLike | None) -> None:
        e = np.atleast_2d(np.asarray(energies, dtype=np.float64))
        c = np.ones(e.shape[-1]) if counts is None else np.asarray(counts, dtype=np.float64)
        if e.ndim != 2 or not e.size:
            raise argument_error("energies.shape", e.shape, "(k,) or (n, k), not empty")
        if c.shape != e.shape[1:] or not np.all((c > 0) & np.isfinite(c)):
            raise argument_error("counts", c, f"{e.shape[1]} positive numbers, one per block")
        if not (np.all((e >= 0) & np.isfinite(e)) and np.any(e > 0)):
            raise argument_error("energies", e, "finite, not negative, and not all 0")
        order = np.argsort(-e, axis=1)
        self.energies = np.take_along_axis(e, order, axis=1) / e.max()
        counts_in_order = c[order]
        self.coordinates = float(c.sum())
        self.many = np.cumsum(counts_in_order, axis=1)
        with np.errstate(divide="ignore"):
            self.logs = np.log2(self.energies)  # -inf for blocks of zeros: never coded
        self.spent = np.cumsum(counts_in_order * np.where(self.energies > 0, self.logs, 0), axis=1)
        power = counts_in_order * self.energies
        self.rest = np.cumsum(power[:, ::-1], axis=1)[:, ::-1] - power  # energy of what follows
        self.total = float(power.sum())

    def distortion(self, rate: float) -> float:
        """If the first j are coded, the level of row n is (spent - 2 B)/many in powers of two."""
        levels = (self.spent - 2 * rate * self.coordinates) / self.many
        coded = (self.logs >= levels) & (self.energies > 0)
        coded[:, 0] = self.energies[:, 0] > 0  # rounding may lift its own level above it
        last = coded.shape[1] - 1 - np.argmax(coded[:, ::-1], axis=1)  # coded has no holes
        row = np.flatnonzero(coded.any(axis=1))  # the others are zero throughout
        at = (row, last[row])
        return float(np.sum(2.0 ** levels[at] * self.many[at] + self.rest[at]) / self.total)
