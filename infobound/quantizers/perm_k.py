"""PermK: the coordinates are dealt out to n workers at random, jointly."""

import math
from dataclasses import dataclass
from itertools import combinations
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from infobound.bounds.baselines import permutation_error, permutation_factor, permutation_owners
from infobound.numerics.arguments import argument_error, whole
from infobound.numerics.bits import float_symbols, symbols_float
from infobound.numerics.public_coins import public_words
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


@dataclass(frozen=True)
class PermK:
    """Permutation compressors (Szlendak, Tyurin, Richtarik 2021, arXiv:2110.03300).

    A batch is one or more groups of n rows, y of shape (..., n, d); row i of a group is worker i.
    A public random permutation deals the coordinates out, and worker i sends those of y_i that it
    got. For n <= d each coordinate goes to one worker, who multiplies it by n; for n > d coordinate
    j goes to c_j workers, n/d rounded down or up, who multiply it by n / c_j. Every worker is
    unbiased, and where all y_i are equal the mean of the decoded rows has no error.

    Where n divides d, or d divides n, this is the construction of the paper. Otherwise the deck is
    filled up with blanks to n ceil(d/n) cards, and a worker sends ceil(d/n) numbers, zeros for its
    blanks; E|mean error|^2 stays (1/n) sum |y_i|^2 - |mean y|^2 for all n <= d. Values that are not
    32-bit floats are rounded to a neighbouring one at random.

    Parameters
    ----------
    workers : int, n >= 1.
    """

    workers: int
    unbiased: ClassVar[bool] = True
    joint: ClassVar[bool] = True
    domain: ClassVar[Box] = Box(LARGEST)

    def __post_init__(self) -> None:
        object.__setattr__(self, "workers", whole("workers", self.workers))

    def bits(self, d: int) -> int:
        """32 ceil(d/n) for each worker."""
        return FLOAT_BITS * self._hand(whole("d", d))

    def variance_bound(self, d: int) -> ErrorBound:
        """For one worker: (n / min c_j - 1) |y|_2^2, n - 1 for n <= d, attained there by every y.

        2^-48 n / min c_j is for values that are rounded, of coordinates that are 0 or >= 2^-126.
        """
        factor = permutation_factor(d, self.workers)
        return ErrorBound(factor + 2.0**-48 * (factor + 1), relative=True)

    def mean_squared_error(self, y: npt.ArrayLike) -> Floats:
        """For one worker: sum (n/c_j - 1) y_j^2, and rounding; shape y.shape[:-1]."""
        values = self.domain.check("y", y)
        scale = self._scale(values.shape[-1])
        error: Floats = np.sum((scale - 1) * values**2 + scale * float32_variance(values), axis=-1)
        return error

    def joint_mean_squared_error(self, y: npt.ArrayLike) -> Floats:
        """E|mean over workers of Q(y_i) - y_i|^2 for y (..., n, d), rounding included; (...)."""
        values = self._groups(y)
        rounding = np.mean(float32_variance(values), axis=-2)
        owners = permutation_owners(values.shape[-1], self.workers)
        extra: Floats = np.sum(rounding / owners, axis=-1)
        return permutation_error(values) + extra

    def law(self, y: npt.ArrayLike) -> Law:
        """Exact law over all coins of one worker's output for one vector y (d,)."""
        values = self.domain.check("y", one_vector(y))
        d = values.size
        cards, hand = self._cards(d), self._hand(d)
        count = math.comb(cards.size, hand)
        free = np.count_nonzero(float32_variance(values))
        refuse_many(count << min(hand, int(free)))
        vectors, chances = [], []
        for chosen in combinations(range(cards.size), hand):
            places = cards[list(chosen)]
            sent, chance = rounded_outcomes(np.append(values, 0.0)[places])
            vectors.append(self._values(sent, np.broadcast_to(places, sent.shape), d))
            chances.append(chance / count)
        return merged(np.concatenate(vectors), np.concatenate(chances))

    def encode(self, y: npt.ArrayLike, *, rng: Rng = None) -> Message:
        """The numbers of every worker, y of shape (..., n, d)."""
        values = self._groups(y)
        coins, _, sent = self._draw(values, rng)
        fields = [(float_symbols(sent), FLOAT_BITS)]
        return Message.join(fields, shape=values.shape, coins=coins, made_by=repr(self))

    def decode(self, message: Message) -> Floats:
        """What every worker sent, as vectors: shape of the message, (..., d)."""
        d = message.accept(self)
        if message.coins is None:
            raise argument_error("message.coins", None, "the public coins of the permutation")
        (symbols,) = message.split([(self._hand(d), FLOAT_BITS)])
        sent = symbols_float(symbols)
        places = self._dealt(message.coins, message.shape, message.first)
        if np.any(sent[places == d]):
            blank = float(sent[places == d].max())
            raise argument_error("message value", blank, "0 in the place of a blank")
        return self._values(sent, places, d)

    def roundtrip(self, y: npt.ArrayLike, *, rng: Rng = None) -> Floats:
        """decode(encode(y)) without the bits."""
        values = self._groups(y)
        _, places, sent = self._draw(values, rng)
        return self._values(sent, places, values.shape[-1])

    def _draw(self, values: Floats, rng: Rng) -> tuple[int, Ints, Floats]:
        generator = np.random.default_rng(rng)
        coins = draw_coins(generator)
        places = self._dealt(coins, values.shape)
        blank = np.zeros((*values.shape[:-1], 1))
        padded = np.concatenate([values, blank], axis=-1)
        return (
            coins,
            places,
            stochastic_float32(np.take_along_axis(padded, places, axis=-1), generator),
        )

    def _values(self, sent: Floats, places: Ints, d: int) -> Floats:
        out = np.zeros((*sent.shape[:-1], d + 1))
        np.put_along_axis(out, places, sent, axis=-1)
        result: Floats = out[..., :d] * self._scale(d)
        return result

    def _dealt(self, coins: int, shape: tuple[int, ...], first: int = 0) -> Ints:
        """Coordinates of each row from `first` on, in order; d for a blank. (..., ceil(d/n))."""
        count, d = math.prod(shape[:-1]), shape[-1]
        cards, start = self._cards(d), first // self.workers
        groups = -(-(first + count) // self.workers) - start
        words = public_words(coins, count=groups, per_row=cards.size, first=start)
        hands = cards[np.argsort(words, axis=-1, kind="stable")].reshape(-1, self._hand(d))
        hands = hands[first - start * self.workers :][:count]
        return np.sort(hands, axis=-1).reshape(*shape[:-1], self._hand(d))

    def _cards(self, d: int) -> Ints:
        """The deck: n ceil(d/n) coordinates; blanks are d."""
        n = self.workers
        if n > d:
            return np.arange(n) % d
        return np.minimum(np.arange(n * self._hand(d)), d)

    def _hand(self, d: int) -> int:
        return -(-d // self.workers)

    def _scale(self, d: int) -> Floats:
        return self.workers / permutation_owners(d, self.workers)

    def _groups(self, y: npt.ArrayLike) -> Floats:
        values = self.domain.check("y", y)
        if values.ndim < 2 or values.shape[-2] != self.workers:
            allowed = f"(..., {self.workers}, d): one row for each worker"
            raise argument_error("y.shape", values.shape, allowed)
        return values
