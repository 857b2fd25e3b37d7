"""One index for a whole vector: its largest coordinate, or the nearest vertex of a simplex.

For X ~ N(theta, s^2 I) these keep, at theta = 0, the Fisher information
N / (N - 1) (E max of N standard normals)^2 / s^2 about theta, from log2 N bits: per bit the most
that is possible as N grows, 2 ln 2 / s^2, and less than that at every finite N.
"""

from dataclasses import dataclass

import numpy as np

from infobound.numerics.arguments import argument_error, positive, whole
from infobound.numerics.order_statistics import expected_maximum
from infobound.quantizers.base import Floats, Ints
from infobound.quantizers.one_index import OneIndex


@dataclass(frozen=True)
class Argmax(OneIndex):
    """The number of the largest coordinate: ceil(log2 d) bits for a vector of d >= 2 coordinates.

    A tie goes to the first of the largest. `decode` returns E[X | message] for X ~ N(0, scale^2 I):
    scale E max at the winner, and -scale E max / (d - 1) at the others. Biased; no worst-case
    error bound.

    Parameters
    ----------
    scale : float, > 0, used by `decode` only.
    """

    scale: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "scale", positive("scale", self.scale))

    def count(self, d: int) -> int:
        """d, at least 2."""
        return whole("d", d, least=2)

    def index(self, y: Floats) -> Ints:
        """The number of the largest coordinate of y (..., d), from 0."""
        winner: Ints = np.argmax(y, axis=-1)
        return winner

    def level(self, index: Ints, d: int) -> Floats:
        """The mean of N(0, scale^2 I) in the cell, shape (..., d)."""
        top = self.scale * expected_maximum(d)
        return np.where(np.arange(d) == index[..., None], top, -top / (d - 1))


@dataclass(frozen=True, init=False, repr=False)
class Simplex(OneIndex):
    """The nearest of N = 2^bits vertices of a regular simplex, for vectors of N - 1 coordinates.

    Vertex i is the image of the i-th unit vector of R^N under the Helmert isometry of the
    hyperplane sum = 0 to R^(N - 1), so encoding takes O(N) operations and no matrix. At one bit
    it is the sign of the one coordinate, index 0 above and at 0. A tie goes to the lowest index.
    `decode` returns E[X | message] for X ~ N(0, scale^2 I). Biased; no worst-case error bound.

    Parameters
    ----------
    bits : int
        Of one message, 1 to 20; kept as `width`, since `bits(d)` is the length of a message.
    scale : float
        > 0, used by `decode` only.
    """

    width: int
    scale: float

    def __init__(self, bits: int, scale: float = 1.0) -> None:
        object.__setattr__(self, "width", whole("bits", bits, most=20))
        object.__setattr__(self, "scale", positive("scale", scale))

    def __repr__(self) -> str:
        return f"Simplex(bits={self.width}, scale={self.scale!r})"

    @property
    def dimension(self) -> int:
        """N - 1, the only d that it is made for."""
        return (1 << self.width) - 1

    def bits(self, d: int) -> int:
        """The bits of one message; d must be 2^bits - 1."""
        if whole("d", d) != self.dimension:
            remedy = "For longer vectors use Blocks(simplex, size)."
            raise argument_error("d", d, f"2**bits - 1 = {self.dimension}", remedy)
        return self.width

    def count(self, d: int) -> int:
        """N; d must be N - 1."""
        return 1 << self.bits(d)

    def scores(self, y: Floats) -> Floats:
        """Inner products of y (..., N - 1) with the unit vectors of R^N in the hyperplane.

        Shape (..., N), summing to 0. For y ~ N(theta, s^2 I) they are scores(theta) plus s times N
        independent standard normals less their average, so the law of the index is that of the
        largest of N independent normals with these means.
        """
        order = np.arange(1, self.dimension + 1)
        part: Floats = y / np.sqrt(order * (order + 1.0))
        later = np.cumsum(part[..., ::-1], axis=-1)[..., ::-1]
        edge = np.zeros((*part.shape[:-1], 1))
        scores: Floats = np.concatenate([later, edge], -1) - np.concatenate(
            [edge, order * part], -1
        )
        return scores

    def index(self, y: Floats) -> Ints:
        """The number of the nearest vertex, from 0."""
        nearest: Ints = np.argmax(self.scores(y), axis=-1)
        return nearest

    def level(self, index: Ints, d: int) -> Floats:
        """Scale E max N / (N - 1) times the i-th unit vector, seen in R^(N - 1)."""
        order, index = np.arange(1, self.dimension + 1), index[..., None]
        pattern = np.where(order > index, 1.0, np.where(order == index, -order, 0.0))
        count = self.dimension + 1
        factor = self.scale * expected_maximum(count) * count / (count - 1)
        vertex: Floats = factor * pattern / np.sqrt(order * (order + 1.0))
        return vertex
