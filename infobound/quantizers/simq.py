"""SimQ: one signed coordinate, drawn in proportion to its size."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from infobound.bounds.simq import mean_squared_error, worst_mean_squared_error
from infobound.numerics.arguments import argument_error, positive, whole
from infobound.numerics.norms import lp_norm
from infobound.quantizers.base import ErrorBound, Floats, Ints, Law, Message, Rng
from infobound.quantizers.domains import Domain, LpBall
from infobound.quantizers.simq_sampling import draw_indices

_ELEMENTS = 1 << 18  # of the input, worked on at a time


@dataclass(frozen=True)
class SimQ:
    """R sign(y_i) e_i with probability |y_i| / R, and 0 with what is left; for |y|_1 <= R.

    Unbiased, |Q(y)|_2 <= R always, E|Q(y)|_2^2 = R |y|_1, from ceil(log2(2d + 1)) bits: Mayekar and
    Tyagi 2020, arXiv:2001.09032, Theorem 4.1 (printed without the ceiling). It is what optimization
    over the l_inf ball needs, where subgradients are bounded in l_1.

    Symbols: 0 for the zero vector, 2i + 1 for +R e_i and 2i + 2 for -R e_i, i from 0.

    Parameters
    ----------
    radius : float
        R > 0, from 1e-140 to 1e140, in units of y.

    Raises
    ------
    ArgumentError
        By every method for |y|_1 > R, by `decode` for a symbol above 2d.

    Examples
    --------
    >>> SimQ(radius=2.0).bits(1024)
    12
    >>> float(SimQ(radius=2.0).mean_squared_error([0.5, -1.0]))
    1.75
    """

    radius: float = 1.0
    unbiased: ClassVar[bool] = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "radius", workable_radius("radius", self.radius))

    @property
    def domain(self) -> Domain:
        """|y|_1 <= radius."""
        return LpBall(1.0, self.radius)

    def bits(self, d: int) -> int:
        """ceil(log2(2d + 1)), d below 2^31."""
        return (2 * whole("d", d, most=2**31 - 1)).bit_length()

    def variance_bound(self, d: int) -> ErrorBound:
        """R^2 (1 - 1/d), or R^2 / 4 for d = 1: the largest error, reached at flat y."""
        self.bits(d)
        return ErrorBound(worst_mean_squared_error(dimension=d, radius=self.radius))

    def second_moment_bound(self, d: int) -> float:
        """R^2: the output has at most one coordinate, +-R, so |Q|_2 = |Q|_q <= R for every q."""
        self.bits(d)
        return self.radius**2

    def mean_squared_error(self, y: npt.ArrayLike) -> Floats:
        """E|Q(y) - y|^2 = R |y|_1 - |y|_2^2, exactly; y is (..., d), shape (...)."""
        values = self.domain.check("y", y)
        squares: Floats = np.einsum("...i,...i->...", values, values)
        return mean_squared_error(
            norm1=lp_norm(values, 1.0), norm2_squared=squares, radius=self.radius
        )

    def law(self, y: npt.ArrayLike) -> Law:
        """The 2d + 1 outcomes at most, with their probabilities; y of shape (d,)."""
        values = one_vector(self.domain.check("y", y))
        drawn = np.flatnonzero(values)
        symbols = np.append(_symbol(drawn, values[drawn]), 0)
        weights = np.abs(values[drawn]) / self.radius
        nothing = max(0.0, 1 - weights.sum())
        vectors = self._values(symbols, values.size)
        return Law(vectors, np.append(weights, nothing))

    def encode(self, y: npt.ArrayLike, *, rng: Rng = None) -> Message:
        """Send one symbol for each vector of y (..., d)."""
        values = self.domain.check("y", y)
        width = self.bits(values.shape[-1])
        symbols = self._draw(values, rng)[..., None]
        return Message.pack(symbols, width=width, shape=values.shape, made_by=repr(self))

    def decode(self, message: Message) -> Floats:
        """Zero, or R at one coordinate up to sign; shape (..., d)."""
        d = message.accept(self)
        symbols = message.split([(1, self.bits(d))])[0][..., 0]
        if np.any(symbols > 2 * d):
            raise argument_error("message symbol", int(symbols.max()), f"at most 2d = {2 * d}")
        return self._values(symbols, d)

    def roundtrip(self, y: npt.ArrayLike, *, rng: Rng = None) -> Floats:
        """decode(encode(y)) without the bits."""
        values = self.domain.check("y", y)
        return self._values(self._draw(values, rng), values.shape[-1])

    def _draw(self, values: Floats, rng: Rng) -> Ints:
        generator = np.random.default_rng(rng)
        rows = values.reshape(-1, values.shape[-1])
        symbols = np.zeros(len(rows), dtype=np.int64)
        for part in chunks(rows, 1):
            block = rows[part]
            n, d = block.shape
            index = draw_indices(np.abs(block) / self.radius, 1, generator)[:, 0]
            drawn = block[np.arange(n), np.minimum(index, d - 1)]
            symbols[part] = np.where(index < d, _symbol(index, drawn), 0)
        return symbols.reshape(values.shape[:-1])

    def _values(self, symbols: Ints, d: int) -> Floats:
        vectors = np.zeros((symbols.size, d))
        flat = symbols.ravel()
        (row,) = np.nonzero(flat)
        index, negative = np.divmod(flat[row] - 1, 2)
        vectors[row, index] = np.where(negative, -self.radius, self.radius)
        return vectors.reshape(*symbols.shape, d)


def workable_radius(name: str, radius: float) -> float:
    """A radius whose square, times any number of coordinates, is a float64."""
    remedy = "Change the unit of y."
    number = positive(name, radius, remedy)
    if not 1e-140 <= number <= 1e140:
        raise argument_error(name, radius, "from 1e-140 to 1e140", remedy)
    return number


def one_vector(values: Floats) -> Floats:
    """Refuse a batch where the law of one output is asked for."""
    if values.ndim != 1:
        raise argument_error("y.shape", values.shape, "(d,)", "Ask for one vector at a time.")
    return values


def chunks(rows: Floats, draws: int) -> list[slice]:
    """Slices of rows that bound what is in memory at a time."""
    n, d = rows.shape
    size = max(1, _ELEMENTS // max(d, draws))
    return [slice(start, start + size) for start in range(0, n, size)]


def _symbol(index: Ints, value: Floats) -> Ints:
    symbols: Ints = 2 * index + 1 + (value < 0)
    return symbols
