"""One observation of a sign vector v in {-1, 1}^d: one noisy sign, or all of them.

The noise of the two hard families of `infobound.models.oracle_families`, without the scale of the
gradient: Mayekar and Tyagi 2020 (arXiv:2001.09032), section 6. The observations are finitely many
points, numbered from 0, so that a quantizer is an array of messages, one for each point.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from infobound.numerics.arguments import argument_error, real, whole

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Rng = int | np.random.SeedSequence | np.random.Generator | None

LARGEST_LAW = 2**27  # probabilities in one answer of `law`; 1 GiB
LARGEST_EXACT_LAW = 2**20  # and of `exact_law`; some 200 bytes each
_NUMBERED = 62  # most bits of a point number in int64


@dataclass(frozen=True)
class SignFamily(ABC):
    """What both families share.

    Parameters
    ----------
    dimension : int, d >= 1.
    delta : float or Fraction, in [0, 1/2]
        An observed sign is right with probability 1/2 + delta. With a Fraction (or int) exact laws
        are available.
    """

    dimension: int
    delta: float | Fraction

    def __post_init__(self) -> None:
        object.__setattr__(self, "dimension", whole("dimension", self.dimension))
        bias = real("delta", self.delta)
        if not 0 <= bias <= 0.5:
            raise argument_error("delta", self.delta, "in [0, 1/2]")
        exact = isinstance(self.delta, int | Fraction)
        object.__setattr__(self, "delta", Fraction(self.delta) if exact else bias)

    @property
    @abstractmethod
    def points(self) -> int:
        """The number of possible observations."""

    @abstractmethod
    def law(self, v: npt.ArrayLike) -> Floats:
        """P(Y = point | v); v of shape (..., d) in {-1, 1}, result (..., points)."""

    @abstractmethod
    def exact_law(self, v: npt.ArrayLike) -> list[Fraction]:
        """The same for one v of shape (d,), exactly.

        Raises
        ------
        ArgumentError
            delta is a float: give a Fraction.
        """

    @abstractmethod
    def sample(self, v: npt.ArrayLike, *, rng: Rng = None) -> Ints:
        """One observation of each v of shape (..., d): its point number, shape (...)."""

    def exact_delta(self) -> Fraction:
        """Delta as a rational.

        Raises
        ------
        ArgumentError
            It was given as a float.
        """
        if isinstance(self.delta, Fraction):
            return self.delta
        raise argument_error("delta", self.delta, "a Fraction for exact laws", "0.1 is not 1/10.")

    def signs(self, v: npt.ArrayLike) -> npt.NDArray[np.int8]:
        """Accept v of shape (..., d) with entries -1 and 1."""
        return sign_vectors("v", v, self.dimension)

    def _sized(self, v: npt.NDArray[np.int8], most: int = LARGEST_LAW) -> None:
        terms = v.size // self.dimension * self.points
        if terms > most:
            got = f"{terms} probabilities, {8 * terms} bytes or more"
            raise argument_error("law of v", got, f"at most {most} probabilities")


@dataclass(frozen=True)
class SparseSign(SignFamily):
    """Y = s e_i, i uniform on the d coordinates, s = v_i with probability 1/2 + delta.

    Point 2 i is +e_i and point 2 i + 1 is -e_i, with probabilities (1 +- 2 delta v_i)/(2 d)
    (Paninski 2008).

    Examples
    --------
    >>> SparseSign(2, Fraction(1, 4)).exact_law([1, -1])
    [Fraction(3, 8), Fraction(1, 8), Fraction(1, 8), Fraction(3, 8)]
    """

    @property
    def points(self) -> int:
        """2 d."""
        return 2 * self.dimension

    def law(self, v: npt.ArrayLike) -> Floats:
        """P(Y = point | v), shape (..., 2 d)."""
        signs = self.signs(v)
        self._sized(signs)
        slope = 2 * float(self.delta) * signs
        pairs = np.stack([1 + slope, 1 - slope], axis=-1) / self.points
        return pairs.reshape(*signs.shape[:-1], self.points)

    def exact_law(self, v: npt.ArrayLike) -> list[Fraction]:
        """The same for one v of shape (d,), exactly; ArgumentError for a float delta."""
        slope = 2 * self.exact_delta()
        signs = [
            one * int(a) for a in sign_vectors("v", v, self.dimension, axes=1) for one in (1, -1)
        ]
        return [(1 + slope * sign) / self.points for sign in signs]

    def sample(self, v: npt.ArrayLike, *, rng: Rng = None) -> Ints:
        """One observation of each v of shape (..., d): its point number, shape (...)."""
        signs, draw = self.signs(v), np.random.default_rng(rng)
        place = draw.integers(self.dimension, size=signs.shape[:-1])
        true = np.take_along_axis(signs, place[..., None], axis=-1)[..., 0]
        right = draw.random(place.shape) < 0.5 + float(self.delta)
        return np.asarray(2 * place + ((true > 0) != right), dtype=np.int64)


@dataclass(frozen=True)
class BernoulliProduct(SignFamily):
    """Y in {-1, 1}^d, independent coordinates, Y_i = v_i with probability 1/2 + delta.

    Point m has sign -1 at coordinate i where bit i of m is set.

    Examples
    --------
    >>> BernoulliProduct(2, Fraction(1, 4)).exact_law([1, -1])
    [Fraction(3, 16), Fraction(1, 16), Fraction(9, 16), Fraction(3, 16)]
    """

    @property
    def points(self) -> int:
        """2^d."""
        return 1 << self.dimension

    def law(self, v: npt.ArrayLike) -> Floats:
        """P(Y = point | v), shape (..., 2^d)."""
        signs = self.signs(v)
        self._sized(signs)
        slope = float(self.delta) * signs
        law = np.ones((*signs.shape[:-1], 1))
        for i in range(self.dimension):  # bit i is the next higher one
            up, down = (0.5 + slope[..., i, None]), (0.5 - slope[..., i, None])
            law = np.concatenate([law * up, law * down], axis=-1)
        return law

    def exact_law(self, v: npt.ArrayLike) -> list[Fraction]:
        """The same for one v of shape (d,), exactly; ArgumentError for a float delta."""
        delta, law = self.exact_delta(), [Fraction(1)]
        signs = sign_vectors("v", v, self.dimension, axes=1)
        self._sized(signs, LARGEST_EXACT_LAW)
        for sign in signs.tolist():
            up, down = Fraction(1, 2) + sign * delta, Fraction(1, 2) - sign * delta
            law = [p * up for p in law] + [p * down for p in law]
        return law

    def sample(self, v: npt.ArrayLike, *, rng: Rng = None) -> Ints:
        """One observation of each v of shape (..., d): its point number, shape (...); d <= 62."""
        signs, draw = self.signs(v), np.random.default_rng(rng)
        right = draw.random(signs.shape) < 0.5 + float(self.delta)
        return word_numbers(np.where(right, signs, -signs))


def sign_vectors(
    name: str, v: npt.ArrayLike, dimension: int, *, axes: int | None = None
) -> npt.NDArray[np.int8]:
    """Accept an array of shape (..., d) of -1 and 1; with `axes`, of so many axes.

    Raises
    ------
    ArgumentError
        Naming `name`: the shape or an entry is wrong.
    """
    given = np.asarray(v)
    if given.ndim == 0 or given.shape[-1] != dimension or (axes is not None and given.ndim != axes):
        shape = ("..." if axes is None else "n, " * (axes - 1)).rstrip(", ")
        allowed = f"({shape}, {dimension})" if shape else f"({dimension},)"
        raise argument_error(f"{name}.shape", given.shape, allowed)
    wrong = given[(given != 1) & (given != -1)]
    if wrong.size:
        raise argument_error(name, wrong.flat[0].item(), "-1 or 1 everywhere")
    return given.astype(np.int8)


def word_numbers(words: npt.ArrayLike) -> Ints:
    """Number of each sign vector of shape (..., d), d <= 62: bit i is set where sign i is -1."""
    given = np.asarray(words)
    d = given.shape[-1]
    if d > _NUMBERED:
        raise argument_error("dimension", d, f"at most {_NUMBERED} to number sign vectors")
    return np.asarray((given < 0) @ (np.int64(1) << np.arange(d)), dtype=np.int64)


def numbered_words(numbers: npt.ArrayLike, dimension: int) -> npt.NDArray[np.int8]:
    """Undo `word_numbers`: sign vectors of shape (..., d)."""
    d = whole("dimension", dimension, most=_NUMBERED)
    bits = np.asarray(numbers, dtype=np.int64)[..., None] >> np.arange(d) & 1
    return (1 - 2 * bits).astype(np.int8)


def cube_weights(dimension: int) -> Ints:
    """How many signs are -1 in the vector of each number, shape (2^d,)."""
    weight = np.zeros(1, dtype=np.int64)
    for _ in range(whole("dimension", dimension, most=_NUMBERED)):
        weight = np.concatenate([weight, weight + 1])
    return weight
