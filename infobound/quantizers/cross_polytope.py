"""vqSGD with the cross-polytope: a norm and one of the 2d points +-sqrt(d) N e_i, at random."""

import math
from dataclasses import dataclass
from itertools import product
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from infobound.bounds.baselines import cross_polytope_error, cross_polytope_factor
from infobound.numerics.arguments import argument_error, whole
from infobound.numerics.bits import symbols_float
from infobound.quantizers.base import ErrorBound, Floats, Ints, Law, Message, Rng
from infobound.quantizers.enumeration import merged, one_vector, refuse_many
from infobound.quantizers.float32 import EXCESS, FloatNorm, rounded_up

FLOAT_BITS = 32
_COMPARED = 2**22  # comparisons made at once for many short vectors


@dataclass(frozen=True)
class CrossPolytope:
    """Mean of R independent points +-sqrt(d) N e_i with mean y (Gandikota et al. 2021).

    N = |y|_2, rounded up to a 32-bit float and sent. sign(y_i) sqrt(d) N e_i has probability
    |y_i| / (sqrt(d) N), and what is left, 1 - |y|_1 / (sqrt(d) N) >= 0, is spread evenly over all
    2d points, whose mean is 0 (arXiv:1911.07971). Every point is as long as every
    other, so the error is the same for all y of one norm.

    Parameters
    ----------
    repetitions : int, R >= 1.
    """

    repetitions: int = 1
    unbiased: ClassVar[bool] = True
    domain: ClassVar[FloatNorm] = FloatNorm(2.0)

    def __post_init__(self) -> None:
        object.__setattr__(self, "repetitions", whole("repetitions", self.repetitions))

    def bits(self, d: int) -> int:
        """32 + R ceil(log2(2d))."""
        return FLOAT_BITS + self.repetitions * _width(d)

    def variance_bound(self, d: int) -> ErrorBound:
        """((d - 1)/R) |y|_2^2, attained by every y, with the rounding of a norm >= 2^-126."""
        excess = d * (EXCESS - 1) / self.repetitions
        return ErrorBound(cross_polytope_factor(d, self.repetitions) + excess, relative=True)

    def mean_squared_error(self, y: npt.ArrayLike) -> Floats:
        """(d N^2 - |y|_2^2)/R with the N that is sent; shape y.shape[:-1]."""
        values = self.domain.check("y", y)
        _, sent = rounded_up(self.domain.norm("y", values))
        return cross_polytope_error(values, sent, repetitions=self.repetitions)

    def law(self, y: npt.ArrayLike) -> Law:
        """Exact law of the output for one vector y (d,), by enumeration of (2d)^R draws."""
        values = one_vector(y)
        d = values.size
        refuse_many((2 * d) ** self.repetitions)
        _, sent = rounded_up(self.domain.norm("y", values))
        weight = _weights(values[None], sent[None])[0]
        slack = max(0.0, 1 - weight.sum())  # 1 - 1 may come out as -2e-16
        each = np.repeat(slack / (2 * d), 2 * d)
        each[2 * np.arange(d) + (values < 0)] += weight
        draws = np.array(list(product(range(2 * d), repeat=self.repetitions)))
        return merged(self._values(draws, np.asarray(sent), d), np.prod(each[draws], axis=1))

    def encode(self, y: npt.ArrayLike, *, rng: Rng = None) -> Message:
        """The norm of each vector of y (..., d) and R points, 2i + (1 for a minus)."""
        values = self.domain.check("y", y)
        norms, _, points = self._draw(values, rng)
        fields: list[tuple[npt.ArrayLike, int]] = [
            (norms, FLOAT_BITS), (points, _width(values.shape[-1])),
        ]  # fmt: skip
        return Message.join(fields, shape=values.shape, side=[0], made_by=repr(self))

    def decode(self, message: Message) -> Floats:
        """Shape (..., d)."""
        d = message.accept(self)
        norms, points = message.split([(1, FLOAT_BITS), (self.repetitions, _width(d))])
        if np.any(points >= 2 * d):
            raise argument_error("message symbol", int(points.max()), f"less than 2 d = {2 * d}")
        return self._values(points, symbols_float(norms, nonnegative=True)[..., 0], d)

    def roundtrip(self, y: npt.ArrayLike, *, rng: Rng = None) -> Floats:
        """decode(encode(y)) without the bits."""
        values = self.domain.check("y", y)
        _, sent, points = self._draw(values, rng)
        return self._values(points, sent, values.shape[-1])

    def _draw(self, values: Floats, rng: Rng) -> tuple[npt.NDArray[np.uint32], Floats, Ints]:
        generator = np.random.default_rng(rng)
        norms, sent = rounded_up(self.domain.norm("y", values))
        d = values.shape[-1]
        rows = values.reshape(-1, d)
        coins = generator.random((len(rows), self.repetitions))
        spread = generator.integers(0, 2 * d, size=coins.shape)
        index = _search(np.cumsum(_weights(rows, sent.reshape(-1)), axis=-1), coins)
        chosen = np.minimum(index, d - 1)
        minus = np.take_along_axis(rows, chosen, axis=-1) < 0
        points: Ints = np.where(index < d, 2 * chosen + minus, spread)
        return norms, sent, points.reshape(*values.shape[:-1], self.repetitions)

    def _values(self, points: Ints, sent: Floats, d: int) -> Floats:
        """sqrt(d) N / R times how often each coordinate was drawn, with signs."""
        flat = points.reshape(-1, self.repetitions)
        counts = np.zeros((len(flat), d))
        rows = np.broadcast_to(np.arange(len(flat))[:, None], flat.shape)
        np.add.at(counts, (rows, flat // 2), 1.0 - 2.0 * (flat % 2))
        length = math.sqrt(d) * sent / self.repetitions
        result: Floats = counts.reshape(*points.shape[:-1], d) * length[..., None]
        return result


def _weights(rows: Floats, sent: Floats) -> Floats:
    """|y_i| / (sqrt(d) N), shape (n, d); 0 where N = 0."""
    divisor = np.where(sent > 0, sent, 1.0)[:, None]
    weights: Floats = np.abs(rows) / divisor / math.sqrt(rows.shape[-1])
    return weights


def _search(cumulated: Floats, coins: Floats) -> Ints:
    """How many entries of each row are <= each coin of the row; shape of `coins`."""
    n, d = cumulated.shape
    if d > 64:
        pairs = zip(cumulated, coins, strict=True)
        found = [np.searchsorted(row, coin, side="right") for row, coin in pairs]
        return np.array(found, dtype=np.int64).reshape(coins.shape)
    step = max(1, _COMPARED // max(1, d * coins.shape[1]))
    index = np.empty(coins.shape, dtype=np.int64)
    for start in range(0, n, step):
        part = slice(start, start + step)
        index[part] = np.sum(cumulated[part, None, :] <= coins[part, :, None], axis=-1)
    return index


def _width(d: int) -> int:
    return (2 * whole("d", d) - 1).bit_length()
