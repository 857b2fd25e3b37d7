"""Stochastic first-order oracles on l_p balls: the two hard families of lower bounds.

Both minimise a linear function f_a(x) = slope <a, x> with an unknown sign vector a on the cube
|x|_inf <= D / (2 d^{1/p}), whose l_p diameter is exactly D, and answer every query with a fresh Y
with |Y|_q = B, 1/p + 1/q = 1, and E Y = grad f_a. Mayekar and Tyagi 2020 (arXiv:2001.09032),
section 6, after Agarwal et al. 2012 (arXiv:1009.0571) and Paninski 2008.
"""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from infobound.numerics.arguments import argument_error, positive, real, whole

Floats = npt.NDArray[np.float64]
Rng = int | np.random.SeedSequence | np.random.Generator | None


@dataclass(frozen=True)
class Ball:
    """{x : |x|_p <= radius}, the domain of an optimizer; p = inf is a cube.

    Parameters
    ----------
    p : float, 1 <= p <= inf.
    radius : float, > 0, in units of x.
    """

    p: float
    radius: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "radius", positive("radius", self.radius))
        object.__setattr__(self, "p", norm_order("p", self.p))

    def distance(self, norm: float, dimension: int) -> float:
        """Largest l_norm norm of a point: radius * d^{max(0, 1/norm - 1/p)}."""
        return float(self.radius * dimension ** max(0.0, 1 / norm - 1 / self.p))


class Oracle(Protocol):
    """What an optimizer may ask: query in, stochastic subgradient out. Any such class will do."""

    @property
    def dimension(self) -> int:
        """d."""

    @property
    def p(self) -> float:
        """Answers have l_q norm at most `gradient_bound`, 1/p + 1/q = 1."""

    @property
    def gradient_bound(self) -> float:
        """B."""

    @property
    def domain(self) -> Ball:
        """Where f is minimised."""

    def sample(self, x: npt.ArrayLike, *, rng: Rng = None) -> Floats:
        """One fresh stochastic subgradient at each query; x and the result are (..., d)."""

    def excess(self, x: npt.ArrayLike) -> Floats:
        """f(x) - min f exactly, for x of shape (..., d) in the domain; shape (...)."""


@dataclass(frozen=True, eq=False, kw_only=True)
class LinearOracle(ABC):
    """What both hard families share.

    Parameters
    ----------
    dimension : int, d >= 1.
    p : float, 1 <= p <= inf.
    gradient_bound : float, B > 0, the l_q norm of every answer.
    diameter : float, D > 0, the l_p diameter of the domain.
    delta : float in [0, 1/2]
        How much an answer tells: a coordinate is right with probability 1/2 + delta.
    signs : array_like of -1 and 1, shape (..., d)
        The vector a. Several rows are several functions, one for each row of a query (see
        `random_signs`).
    """

    dimension: int
    p: float
    gradient_bound: float
    diameter: float
    delta: float
    signs: Floats

    def __post_init__(self) -> None:
        d = whole("dimension", self.dimension)
        delta = real("delta", self.delta)
        if not 0 <= delta <= 0.5:
            raise argument_error("delta", self.delta, "in [0, 1/2]")
        given = np.asarray(self.signs)
        if given.ndim == 0 or given.shape[-1] != d:
            raise argument_error("signs.shape", given.shape, f"(..., {d})")
        if not np.all((given == 1) | (given == -1)):
            raise argument_error("signs", self.signs, "-1 and 1 everywhere")
        signs = np.array(given, dtype=np.float64)
        signs.flags.writeable = False
        checked = {
            "dimension": d,
            "p": norm_order("p", self.p),
            "gradient_bound": positive("gradient_bound", self.gradient_bound),
            "diameter": positive("diameter", self.diameter),
            "delta": delta,
            "signs": signs,
        }
        for name, value in checked.items():
            object.__setattr__(self, name, value)

    @property
    @abstractmethod
    def slope(self) -> float:
        """f_a(x) = slope * <a, x>."""

    @abstractmethod
    def sample(self, x: npt.ArrayLike, *, rng: Rng = None) -> Floats:
        """One fresh answer for each query; its law does not depend on where x is."""

    @property
    def half_width(self) -> float:
        """D / (2 d^{1/p})."""
        return float(self.diameter / 2 * self.dimension ** (-1 / self.p))

    @property
    def domain(self) -> Ball:
        """The cube |x|_inf <= D / (2 d^{1/p})."""
        return Ball(math.inf, self.half_width)

    @property
    def minimum(self) -> float:
        """min f = -slope * d * half_width, at `minimiser`."""
        return -self.slope * self.dimension * self.half_width

    @property
    def minimiser(self) -> Floats:
        """-half_width * a, of the shape of `signs`."""
        return -self.half_width * self.signs

    def value(self, x: npt.ArrayLike) -> Floats:
        """f_a(x), shape (...)."""
        return np.asarray(self.slope * np.sum(self.signs * self._queries(x), axis=-1))

    def subgradient(self, x: npt.ArrayLike) -> Floats:
        """Gradient of f_a, the mean of `sample`: shape of x."""
        return np.broadcast_to(self.slope * self.signs, self._queries(x).shape).copy()

    def excess(self, x: npt.ArrayLike) -> Floats:
        """f_a(x) - min f, a sum of nonnegative terms; at a corner, 2 slope half_width per wrong sign."""
        return np.asarray(
            self.slope * np.sum(self.half_width + self.signs * self._queries(x), axis=-1)
        )

    def _queries(self, x: npt.ArrayLike) -> Floats:
        queries = np.asarray(x, dtype=np.float64)
        try:
            fits = np.broadcast_shapes(queries.shape, self.signs.shape) == queries.shape
        except ValueError:
            fits = False
        if not fits:
            remedy = "Give one query for each row of signs, or one row of signs."
            raise argument_error("x.shape", queries.shape, f"(..., {self.dimension})", remedy)
        return queries


class SparseSignOracle(LinearOracle):
    """Y = B s e_i, i uniform on the d coordinates, s = a_i with probability 1/2 + delta.

    So Y = +-B e_i with probability (1 +- 2 delta a_i) / (2 d), and f_a(x) = (2 B delta / d) <a, x>.
    The family that makes optimization hard for p > 2 without any quantizer.
    """

    @property
    def slope(self) -> float:
        """2 B delta / d."""
        return 2 * self.gradient_bound * self.delta / self.dimension

    def sample(self, x: npt.ArrayLike, *, rng: Rng = None) -> Floats:
        """One fresh answer for each query; x and the result are (..., d)."""
        draw, shape = np.random.default_rng(rng), self._queries(x).shape
        place = draw.integers(self.dimension, size=shape[:-1])[..., None]
        signs = np.take_along_axis(np.broadcast_to(self.signs, shape), place, axis=-1)
        right = draw.random(place.shape) < 0.5 + self.delta
        answers = np.zeros(shape)
        np.put_along_axis(answers, place, self.gradient_bound * np.where(right, signs, -signs), -1)
        return answers


class BernoulliProductOracle(LinearOracle):
    """Y_i = B d^{-1/q} a_i with probability 1/2 + delta, else the opposite; independent over i.

    f_a(x) = (2 B delta / d^{1/q}) <a, x>. Easy without a quantizer, hard with few bits.
    """

    @property
    def size(self) -> float:
        """|Y_i| = B / d^{1/q}."""
        return float(self.gradient_bound * self.dimension ** (1 / self.p - 1))

    @property
    def slope(self) -> float:
        """2 B delta / d^{1/q}."""
        return 2 * self.size * self.delta

    def sample(self, x: npt.ArrayLike, *, rng: Rng = None) -> Floats:
        """One fresh answer for each query; x and the result are (..., d)."""
        right = np.random.default_rng(rng).random(self._queries(x).shape) < 0.5 + self.delta
        return self.size * np.where(right, self.signs, -self.signs)


def random_signs(functions: int, dimension: int, *, rng: Rng = None) -> Floats:
    """Independent uniform sign vectors, shape (functions, d): the prior of the lower bounds."""
    shape = (whole("functions", functions), whole("dimension", dimension))
    return np.where(np.random.default_rng(rng).integers(2, size=shape) > 0, 1.0, -1.0)


def norm_order(name: str, p: float) -> float:
    """Accept p from 1 to inf."""
    order = p if p == math.inf else real(name, p)
    if not order >= 1:
        raise argument_error(name, p, "from 1 to inf")
    return float(order)
