"""One index for a whole vector: the nearest of a few directions.

With fewer bits than coordinates this is how to come near 2 ln 2 of Fisher information per bit: the
index of the largest of N scores carries about (E max of N)^2. `Argmax` and `Simplex` take N
coordinates, or vertices, as directions; `Biorthogonal` takes every coordinate axis both ways, and
`Codebook` any number of random ones, which at fixed bits per coordinate comes close to the limit.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from infobound.numerics.arguments import argument_error, positive, whole
from infobound.numerics.largest_projection import (
    expected_largest_cosine,
    expected_largest_magnitude,
    mean_norm,
)
from infobound.numerics.public_coins import public_uniforms
from infobound.quantizers.base import Floats, Ints
from infobound.quantizers.one_index import OneIndex

_SCORES = 1 << 20  # inner products at once
_LARGEST = 1 << 24  # numbers in a codebook


@dataclass(frozen=True)
class Biorthogonal(OneIndex):
    """Which coordinate is the largest in size, and its sign: ceil(log2(2d)) bits.

    For X ~ N(theta, s^2 I) at theta = 0 it keeps exactly (E max_i |Z_i|)^2 / s^2 of Fisher
    information, alike in all directions. The index is 2i + (1 for a minus); a tie goes to the first
    coordinate, 0 counts as positive. `decode` returns E[X | message] for X ~ N(0, scale^2 I). At d = 1
    it is `Sign`, at d = 2 two signs of the coordinates turned by 45 degrees. Biased; no
    worst-case error bound.

    Parameters
    ----------
    scale : float, > 0, used by `decode` only.

    Examples
    --------
    >>> Biorthogonal().encode([0.3, -2.0, 1.0, 0.0]).payload.hex()  # 3 = 2 * 1 + 1, in 3 bits
    '60'
    """

    scale: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "scale", positive("scale", self.scale))

    def count(self, d: int) -> int:
        """2d."""
        return 2 * d

    def index(self, y: Floats) -> Ints:
        """2 (the coordinate of largest size) + (1 if it is negative)."""
        place = np.argmax(np.abs(y), axis=-1)
        largest = np.take_along_axis(y, place[..., None], axis=-1)[..., 0]
        index: Ints = 2 * place + (largest < 0)
        return index

    def level(self, index: Ints, d: int) -> Floats:
        """Scale E max |Z| times the signed unit vector."""
        reach = self.scale * expected_largest_magnitude(d)
        signed = np.where(index & 1, -reach, reach)[..., None]
        return np.where(np.arange(d) == index[..., None] >> 1, signed, 0.0)


@dataclass(frozen=True, init=False, repr=False)
class Codebook(OneIndex):
    """The random direction with the largest inner product, of 2^bits public ones.

    The directions are independent and uniform on the sphere, drawn from a public seed. `decode`
    returns scale E|Z| E(max cosine) times the direction: the mean of the largest inner product over
    random codebooks. What is kept is at least `bounds.random_codebook.random_codebook_efficiency`, on average
    over seeds. Encoding takes 2^bits d operations. Biased; no worst-case error bound.

    Parameters
    ----------
    bits : int
        Of one message, 1 to 16; kept as `width`, since `bits(d)` is the length of a message.
    dimension : int
        d >= 2 of the vectors; 2^bits d at most 2^24. For longer vectors use `Blocks`.
    seed : int
        Public, 0 to 2^64 - 1; not counted.
    scale : float
        > 0, used by `decode` only.
    """

    width: int
    dimension: int
    seed: int
    scale: float

    def __init__(self, bits: int, dimension: int, seed: int = 0, scale: float = 1.0) -> None:
        width = whole("bits", bits, most=16)
        remedy = "Use Blocks of shorter ones."
        d = whole("dimension", dimension, least=2, most=_LARGEST >> width, remedy=remedy)
        object.__setattr__(self, "width", width)
        object.__setattr__(self, "dimension", d)
        object.__setattr__(self, "seed", whole("seed", seed, least=0, most=2**64 - 1))
        object.__setattr__(self, "scale", positive("scale", scale))

    def __repr__(self) -> str:
        return (
            f"Codebook(bits={self.width}, dimension={self.dimension}, seed={self.seed}, "
            f"scale={self.scale!r})"
        )

    @cached_property
    def directions(self) -> Floats:
        """The unit vectors, shape (2^bits, d), read-only."""
        from scipy.special import ndtri

        coins = public_uniforms(self.seed, count=1 << self.width, per_row=self.dimension)
        normal: Floats = ndtri(coins + 2.0**-54)  # 0 is among the coins
        normal /= np.linalg.norm(normal, axis=1, keepdims=True)
        normal.flags.writeable = False
        return normal

    def count(self, d: int) -> int:
        """2^bits; d must be `dimension`."""
        if d != self.dimension:
            raise argument_error("d", d, f"dimension = {self.dimension}", "Use Blocks to cut.")
        return 1 << self.width

    def index(self, y: Floats) -> Ints:
        """The number of the direction of largest inner product; of equal ones the first."""
        rows = y.reshape(-1, self.dimension)
        index = np.empty(len(rows), dtype=np.int64)
        step = max(1, _SCORES >> self.width)
        for first in range(0, len(rows), step):
            some = rows[first : first + step]
            # A power of two keeps products of huge and of denormal rows in range.
            exponent = np.frexp(np.abs(some).max(axis=1))[1]
            scores = np.ldexp(some, -exponent[:, None]) @ self.directions.T
            index[first : first + step] = np.argmax(scores, axis=1)
        return index.reshape(y.shape[:-1])

    def level(self, index: Ints, d: int) -> Floats:
        """Its length is the mean of the largest inner product over random codebooks."""
        reach = mean_norm(d) * expected_largest_cosine(1 << self.width, d)
        return self.scale * reach * self.directions[index]
