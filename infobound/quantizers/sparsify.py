"""RandK and TopK: K coordinates as 32-bit floats, the others 0."""

import math
from dataclasses import dataclass
from itertools import combinations
from typing import ClassVar, Literal

import numpy as np
import numpy.typing as npt

from infobound.bounds.baselines import largest_subset_factor, random_subset_factor
from infobound.numerics.arguments import argument_error, whole
from infobound.numerics.bits import bits_integers, float_symbols, integer_bits, symbols_float
from infobound.numerics.enumerative import rank_subset, subset_count, unrank_subset
from infobound.numerics.public_coins import public_words, smallest_places
from infobound.quantizers.base import ErrorBound, Floats, Ints, Law, Message, Rng, draw_coins
from infobound.quantizers.domains import Box
from infobound.quantizers.enumeration import merged, one_vector, refuse_many
from infobound.quantizers.float32 import (
    LARGEST,
    float32_variance,
    rounded_outcomes,
    stochastic_float32,
)

FLOAT_BITS = 32
Symbols = npt.NDArray[np.integer]


@dataclass(frozen=True)
class RandK:
    """(d/K) y_i for i in a uniformly random set of K coordinates, 0 elsewhere.

    The set is public (both ends draw it from the coins; 32 K bits), or private and sent as its
    rank among all sets (ceil(log2 C(d, K)) bits more). Values that are not 32-bit floats are
    rounded to a neighbouring one at random, so Q is unbiased; float32 input is sent exactly.

    Parameters
    ----------
    kept : int, 1 <= K <= d.
    pattern : "public" or "private"
    """

    kept: int
    pattern: Literal["public", "private"] = "public"
    unbiased: ClassVar[bool] = True
    domain: ClassVar[Box] = Box(LARGEST)

    def __post_init__(self) -> None:
        object.__setattr__(self, "kept", whole("kept", self.kept))
        if self.pattern not in ("public", "private"):
            raise argument_error("pattern", self.pattern, "'public' or 'private'")

    def bits(self, d: int) -> int:
        """32 K, and ceil(log2 C(d, K)) for a private pattern."""
        return FLOAT_BITS * self.kept + self._pattern_bits(d)

    def variance_bound(self, d: int) -> ErrorBound:
        """(d/K - 1) |y|_2^2, attained by every y, and 2^-48 d/K for values that are rounded.

        For coordinates that are 0 or at least 2^-126 in size.
        """
        factor = random_subset_factor(d, self.kept) + 2.0**-48 * d / self.kept
        return ErrorBound(factor, relative=True)

    def mean_squared_error(self, y: npt.ArrayLike) -> Floats:
        """(d/K - 1) |y|_2^2, and d/K times the variance of the rounded values; shape (...)."""
        values = self.domain.check("y", y)
        d = values.shape[-1]
        rounding: Floats = np.sum(float32_variance(values), axis=-1)
        size: Floats = np.sum(values**2, axis=-1)
        error: Floats = random_subset_factor(d, self.kept) * size + d / self.kept * rounding
        return error

    def law(self, y: npt.ArrayLike) -> Law:
        """Exact law over pattern and rounding for one vector y (d,), by enumeration."""
        values = self.domain.check("y", one_vector(y))
        d = values.size
        count = subset_count(d, _checked(self.kept, d))
        free = np.count_nonzero(float32_variance(values))
        refuse_many(count << min(self.kept, int(free)))
        vectors, chances = [], []
        for subset in combinations(range(d), self.kept):
            sent, chance = rounded_outcomes(values[list(subset)])
            places = np.broadcast_to(np.array(subset), sent.shape)
            vectors.append(_placed(sent * (d / self.kept), places, d))
            chances.append(chance / count)
        return merged(np.concatenate(vectors), np.concatenate(chances))

    def encode(self, y: npt.ArrayLike, *, rng: Rng = None) -> Message:
        """The values of K coordinates of each vector of y (..., d), in order of place."""
        values = self.domain.check("y", y)
        coins, places, sent = self._draw(values, rng)
        fields: list[tuple[npt.ArrayLike, int]] = [(float_symbols(sent), FLOAT_BITS)]
        if self.pattern == "private":
            fields.append((_ranks(places, values.shape[-1]), 1))
        return Message.join(fields, shape=values.shape, coins=coins, made_by=repr(self))

    def decode(self, message: Message) -> Floats:
        """Shape (..., d)."""
        d = message.accept(self)
        symbols, rank = message.split([(self.kept, FLOAT_BITS), (self._pattern_bits(d), 1)])
        if self.pattern == "private":
            places = _unranked(rank, d, self.kept)
        elif message.coins is None:
            raise argument_error("message.coins", None, "the public coins of the pattern")
        else:
            places = self._public(message.coins, message.shape, message.first)
        return _placed(symbols_float(symbols) * (d / self.kept), places, d)

    def roundtrip(self, y: npt.ArrayLike, *, rng: Rng = None) -> Floats:
        """decode(encode(y)) without the bits."""
        values = self.domain.check("y", y)
        _, places, sent = self._draw(values, rng)
        return _placed(sent * (values.shape[-1] / self.kept), places, values.shape[-1])

    def _draw(self, values: Floats, rng: Rng) -> tuple[int | None, Ints, Floats]:
        generator = np.random.default_rng(rng)
        d = values.shape[-1]
        _checked(self.kept, d)
        if self.pattern == "public":
            coins = draw_coins(generator)
            places = self._public(coins, values.shape)
        else:
            coins = None
            places = smallest_places(
                generator.integers(0, 2**64, values.shape, np.uint64), self.kept
            )
        sent = stochastic_float32(np.take_along_axis(values, places, axis=-1), generator)
        return coins, places, sent

    def _public(self, coins: int, shape: tuple[int, ...], first: int = 0) -> Ints:
        count = math.prod(shape[:-1])
        words = public_words(coins, count=count, per_row=shape[-1], first=first)
        return smallest_places(words, self.kept).reshape(*shape[:-1], self.kept)

    def _pattern_bits(self, d: int) -> int:
        _checked(self.kept, whole("d", d))
        return 0 if self.pattern == "public" else _subset_bits(d, self.kept)


@dataclass(frozen=True)
class TopK:
    """The K coordinates that are largest in size, ties to the first; 0 elsewhere. Biased.

    Which ones they are depends on y, so their places are sent: the rank of the set among all
    C(d, K). Values are rounded to the nearest 32-bit float.

    Parameters
    ----------
    kept : int, 1 <= K <= d.
    """

    kept: int
    unbiased: ClassVar[bool] = False
    domain: ClassVar[Box] = Box(LARGEST)

    def __post_init__(self) -> None:
        object.__setattr__(self, "kept", whole("kept", self.kept))

    def bits(self, d: int) -> int:
        """32 K + ceil(log2 C(d, K))."""
        _checked(self.kept, whole("d", d))
        return FLOAT_BITS * self.kept + _subset_bits(d, self.kept)

    def variance_bound(self, d: int) -> ErrorBound:
        """(1 - K/d) |y|_2^2 (bias included), attained when all |y_i| are equal.

        2^-48 K/d is for values that are rounded, of coordinates that are 0 or at least 2^-126.
        """
        factor = largest_subset_factor(d, self.kept)
        return ErrorBound(factor + 2.0**-48 * self.kept / d, relative=True)

    def mean_squared_error(self, y: npt.ArrayLike) -> Floats:
        """Squares of what is left out and of what rounding changes; shape y.shape[:-1]."""
        values = self.domain.check("y", y)
        error: Floats = np.sum((self.roundtrip(values) - values) ** 2, axis=-1)
        return error

    def law(self, y: npt.ArrayLike) -> Law:
        """The one output, with probability 1."""
        return Law(self.roundtrip(one_vector(y))[None], np.ones(1))

    def encode(self, y: npt.ArrayLike, *, rng: Rng = None) -> Message:
        """Values and set of each vector of y (..., d). No coins are used."""
        values = self.domain.check("y", y)
        places, symbols = self._draw(values)
        rank = _ranks(places, values.shape[-1])
        fields: list[tuple[npt.ArrayLike, int]] = [(symbols, FLOAT_BITS), (rank, 1)]
        return Message.join(fields, shape=values.shape, made_by=repr(self))

    def decode(self, message: Message) -> Floats:
        """Shape (..., d)."""
        d = message.accept(self)
        symbols, rank = message.split([(self.kept, FLOAT_BITS), (_subset_bits(d, self.kept), 1)])
        return _placed(symbols_float(symbols), _unranked(rank, d, self.kept), d)

    def roundtrip(self, y: npt.ArrayLike, *, rng: Rng = None) -> Floats:
        """decode(encode(y)) without the bits."""
        values = self.domain.check("y", y)
        places, symbols = self._draw(values)
        return _placed(symbols_float(symbols), places, values.shape[-1])

    def _draw(self, values: Floats) -> tuple[Ints, npt.NDArray[np.uint32]]:
        places = _largest(np.abs(values), _checked(self.kept, values.shape[-1]))
        return places, float_symbols(np.take_along_axis(values, places, axis=-1))


def _checked(kept: int, d: int) -> int:
    if kept > d:
        raise argument_error("d", d, f"at least kept = {kept}")
    return kept


def _subset_bits(d: int, kept: int) -> int:
    return (subset_count(d, kept) - 1).bit_length()


def _largest(size: Floats, kept: int) -> Ints:
    """Places of the `kept` largest sizes of each row, in order; ties to the first."""
    d = size.shape[-1]
    least = np.partition(size, d - kept, axis=-1)[..., d - kept, None]
    above, tied = size > least, size == least
    wanted = kept - np.sum(above, axis=-1, keepdims=True)
    chosen = above | (tied & (np.cumsum(tied, axis=-1) <= wanted))
    return np.nonzero(chosen)[-1].reshape(*size.shape[:-1], kept)


def _placed(sent: Floats, places: Ints, d: int) -> Floats:
    out = np.zeros((*sent.shape[:-1], d))
    np.put_along_axis(out, places, sent, axis=-1)
    return out


def _ranks(places: Ints, d: int) -> npt.NDArray[np.uint8]:
    """The ranks of sets as bits, shape (..., ceil(log2 C(d, K)))."""
    kept = places.shape[-1]
    ranks = [rank_subset(row.tolist(), d) for row in places.reshape(-1, kept)]
    bits = integer_bits(ranks, width=_subset_bits(d, kept))
    return bits.reshape(*places.shape[:-1], bits.shape[-1])


def _unranked(bits: Symbols, d: int, kept: int) -> Ints:
    """The inverse of `_ranks`; a rank that no set has is an ArgumentError."""
    width = bits.shape[-1]
    ranks = bits_integers(bits.reshape(math.prod(bits.shape[:-1]), width))
    rows = [unrank_subset(rank, d, kept) for rank in ranks]
    return np.array(rows, dtype=np.int64).reshape(*bits.shape[:-1], kept)
