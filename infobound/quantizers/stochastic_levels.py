"""Stochastic k-level quantization between the least and the largest coordinate, rotated or not."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from infobound.bounds.baselines import (
    rotated_levels_factor,
    stochastic_levels_error,
    stochastic_levels_factor,
)
from infobound.numerics.arguments import argument_error, whole
from infobound.numerics.bits import float_symbols, symbols_float
from infobound.numerics.digits import digits_to_words, word_layout, words_to_digits
from infobound.numerics.hadamard import hadamard, padded, rotate, rotate_back
from infobound.numerics.stochastic_rounding import stochastic_round
from infobound.quantizers.base import ErrorBound, Floats, Law, Message, Rng, draw_coins
from infobound.quantizers.domains import AllReals
from infobound.quantizers.enumeration import merged, one_vector, refuse_many, roundings
from infobound.quantizers.float32 import FloatNorm, neighbours

FLOAT_BITS = 32
MOST_LEVELS = 2**30
_EXCESS = (1 + 2.0**-22) ** 2  # both ends of the range are rounded outwards
Digits = npt.NDArray[np.integer]


@dataclass(frozen=True)
class StochasticLevels:
    """Every coordinate rounded at random to one of k equally spaced levels (Suresh et al. 2017).

    The levels run from the least coordinate, rounded down to a 32-bit float, to the largest,
    rounded up; both are sent (arXiv:1611.00429, Sections 2 and 3). k = 2 is the paper's stochastic
    binary quantization. Rotated: y is padded with zeros to the next power of two D and turned by a
    randomized Hadamard matrix with public signs first, which evens the coordinates out.

    Parameters
    ----------
    levels : int, k >= 2.
    rotated : bool
    group : int
        Digits in a word, k^group <= 2^32: five in 8 bits for k = 3, see `numerics.digits`.
    """

    levels: int = 2
    rotated: bool = False
    group: int = 1
    unbiased: ClassVar[bool] = True

    def __post_init__(self) -> None:
        levels = whole("levels", self.levels, least=2, most=MOST_LEVELS)
        object.__setattr__(self, "levels", levels)
        if not isinstance(self.rotated, bool):
            raise argument_error("rotated", self.rotated, "True or False")
        object.__setattr__(self, "group", whole("group", self.group))
        word_layout(self.group, base=levels, group=self.group)

    @property
    def domain(self) -> FloatNorm:
        """Coordinates (rotated: Euclidean norm) of at most the largest 32-bit float."""
        return FloatNorm(2.0 if self.rotated else np.inf)

    def bits(self, d: int) -> int:
        """64 + ceil(log2 k) for each coordinate, D of them when rotated; see `group`."""
        return 2 * FLOAT_BITS + sum(count * width for count, width in self._words(d))

    def variance_bound(self, d: int) -> ErrorBound:
        """d / (2 (k-1)^2) |y|_2^2; rotated, (d/D)(2 ln D + 2) / (k-1)^2 |y|_2^2 for D >= 16.

        Theorems 2 and 3 of the paper; the factor d/D is the share of the rounding noise that is
        not in the padding. For |y|_2 >= 2^-126 sqrt D, with the rounding of the ends included.
        """
        size = self._size(d)
        factor = (rotated_levels_factor if self.rotated else stochastic_levels_factor)(
            size, self.levels
        )
        ends = 2.0**-48  # d = 1: the range is at most two neighbouring floats
        return ErrorBound(_EXCESS * (factor * whole("d", d) / size + ends), relative=True)

    def mean_squared_error(self, y: npt.ArrayLike) -> Floats:
        """step^2 sum f_i (1 - f_i); rotated, the mean over all 2^d signs, for d <= 12; shape (...).

        Raises
        ------
        ArgumentError
            Rotated and d > 12, where there is no closed form.
        """
        values = self.domain.check("y", y)
        if not self.rotated:
            _, low, high = _range(values)
            return stochastic_levels_error(values, low, high, levels=self.levels)
        d = values.shape[-1]
        if d > 12:
            raise argument_error("d", d, "at most 12", "The mean is over 2^d sign patterns.")
        turned = _all_rotations(values)
        _, low, high = _range(turned)
        error = stochastic_levels_error(turned, low, high, levels=self.levels)
        mean: Floats = error.mean(axis=-1) * (d / padded(d))
        return mean

    def law(self, y: npt.ArrayLike) -> Law:
        """Exact law of the output for one vector y (d,), over signs and roundings."""
        values = self.domain.check("y", one_vector(y))
        if not self.rotated:
            return Law(*self._outcomes(values))
        d, size = values.size, padded(values.size)
        refuse_many(1 << (d + size))
        vectors, chances = [], []
        for signs, turned in zip(_signs(d), _all_rotations(values), strict=True):
            outcome, chance = self._outcomes(turned)
            vectors.append(hadamard(outcome)[:, :d] * signs)
            chances.append(chance / (1 << d))
        return merged(np.concatenate(vectors), np.concatenate(chances))

    def encode(self, y: npt.ArrayLike, *, rng: Rng = None) -> Message:
        """Range and digits of each vector of y (..., d)."""
        values = self.domain.check("y", y)
        coins, ends, digits, _, _ = self._draw(values, rng)
        words = digits_to_words(digits, base=self.levels, group=self.group)
        fields = [(ends, FLOAT_BITS), *words]
        return Message.join(fields, shape=values.shape, side=[0], coins=coins, made_by=repr(self))

    def decode(self, message: Message) -> Floats:
        """Shape (..., d)."""
        d = message.accept(self)
        if self.rotated and message.coins is None:
            raise argument_error("message.coins", None, "the public coins of the rotation")
        ends, *words = message.split([(2, FLOAT_BITS), *self._words(d)])
        low, high = np.moveaxis(symbols_float(ends), -1, 0)
        digits = words_to_digits(words, d=self._size(d), base=self.levels, group=self.group)
        if np.any(low > high):
            raise argument_error("message range", (float(low.max()), float(high.min())), "ordered")
        if np.any(digits[low == high]):
            largest = int(digits[low == high].max())
            raise argument_error("message symbol", largest, "0 where the range is one point")
        return self._decoded(digits, low, high, message.coins, d=d, first=message.first)

    def roundtrip(self, y: npt.ArrayLike, *, rng: Rng = None) -> Floats:
        """decode(encode(y)) without the bits."""
        values = self.domain.check("y", y)
        coins, _, digits, low, high = self._draw(values, rng)
        return self._decoded(digits, low, high, coins, d=values.shape[-1])

    def _draw(
        self, values: Floats, rng: Rng
    ) -> tuple[int | None, npt.NDArray[np.uint32], Digits, Floats, Floats]:
        generator = np.random.default_rng(rng)
        coins = draw_coins(generator) if self.rotated else None
        if coins is not None:
            values = AllReals().check("y", rotate(values, coins))
        ends, low, high = _range(values)
        share = _share(values, low, high)
        scale = float(self.levels - 1)
        return coins, ends, stochastic_round(share, generator, scale=scale), low, high

    def _outcomes(self, values: Floats) -> tuple[Floats, Floats]:
        _, low, high = _range(values)
        digits, chances = roundings(_share(values, low, high) * (self.levels - 1))
        return self._values(digits, low, high), chances

    def _decoded(
        self,
        digits: Digits,
        low: Floats,
        high: Floats,
        coins: int | None,
        *,
        d: int,
        first: int = 0,
    ) -> Floats:
        values = self._values(digits, low, high)
        if coins is None or not self.rotated:
            return values
        back: Floats = rotate_back(values, coins, d=d, first=first).astype(np.float64, copy=False)
        return back

    def _values(self, digits: Digits, low: Floats, high: Floats) -> Floats:
        step: Floats = (high - low) / (self.levels - 1)
        return low[..., None] + digits * step[..., None]

    def _size(self, d: int) -> int:
        return padded(d) if self.rotated else whole("d", d)

    def _words(self, d: int) -> list[tuple[int, int]]:
        return word_layout(self._size(d), base=self.levels, group=self.group)


def _range(values: Floats) -> tuple[npt.NDArray[np.uint32], Floats, Floats]:
    """The ends of the range, rounded outwards to 32-bit floats: symbols (..., 2), low and high."""
    low, _ = neighbours(np.asarray(values.min(axis=-1)))
    _, high = neighbours(np.asarray(values.max(axis=-1)))
    return float_symbols(np.stack([low, high], axis=-1)), low, high


def _share(values: Floats, low: Floats, high: Floats) -> Floats:
    """(y - low) / (high - low), in [0, 1]; 0 where the range is one point."""
    span = np.where(high > low, high - low, 1.0)
    share: Floats = (values - low[..., None]) / span[..., None]
    return share


def _signs(d: int) -> npt.NDArray[np.int64]:
    """All 2^d sign patterns, shape (2^d, d)."""
    return 1 - 2 * ((np.arange(1 << d)[:, None] >> np.arange(d)) & 1)


def _all_rotations(values: Floats) -> Floats:
    """y under every sign pattern: (..., 2^d, D)."""
    d = values.shape[-1]
    turned = np.zeros((*values.shape[:-1], 1 << d, padded(d)))
    turned[..., :d] = values[..., None, :] * _signs(d)
    return hadamard(turned).astype(np.float64, copy=False)
