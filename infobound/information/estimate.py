"""A Fisher information matrix with its trace as an estimate."""

from dataclasses import dataclass, field

import numpy as np

from infobound.information.law import Floats
from infobound.montecarlo.estimate import Estimate
from infobound.numerics.arguments import argument_error

LARGEST_MATRIX = 16384  # rows; 2 GiB


@dataclass(frozen=True, kw_only=True, eq=False)
class FisherEstimate(Estimate):
    """Fisher information about theta in R^d, per squared unit of theta.

    `value` is the trace, and `stderr` and `interval` are about the trace.

    Attributes
    ----------
    diagonal : ndarray, shape (d,), read-only
    blocks : ndarray, shape (k, d/k, d/k), or None
        The diagonal blocks of a block-diagonal matrix: (d, 1, 1) for a diagonal matrix, (1, d, d)
        for one with no structure. None where only the diagonal was worked out.
    """

    diagonal: Floats = field(repr=False)
    blocks: Floats | None = field(repr=False, default=None)

    @property
    def trace(self) -> float:
        """The trace, `value`."""
        return self.value

    @property
    def matrix(self) -> Floats:
        """The d x d matrix, made when asked for.

        Raises
        ------
        ArgumentError
            Only the diagonal is known, or d is so large that the matrix would not fit.
        """
        d = self.diagonal.size
        if self.blocks is None or d > LARGEST_MATRIX:
            allowed = f"at most {LARGEST_MATRIX}, with all entries worked out, for a matrix"
            raise argument_error("dimension", d, allowed, "Use `diagonal` and `trace`.")
        k, size, _ = self.blocks.shape
        whole = np.zeros((k, size, k, size))
        whole[np.arange(k), :, np.arange(k), :] = self.blocks
        return whole.reshape(d, d)
