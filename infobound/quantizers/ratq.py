"""RATQ: a public random rotation, then adaptive ranges; few coordinates at low precision."""

import math
from dataclasses import dataclass
from itertools import combinations, product
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from infobound.bounds.ratq import (
    adaptive_error_bound,
    sampled_at,
    sampled_error,
)
from infobound.numerics.arguments import argument_error, nonnegative, positive, whole
from infobound.numerics.hadamard import hadamard, padded, rotate, rotate_back
from infobound.numerics.public_coins import public_words, smallest_places
from infobound.quantizers.atuq import ATUQ
from infobound.quantizers.base import ErrorBound, Floats, Ints, Law, Message, Rng, draw_coins
from infobound.quantizers.cuq import Reals, Symbols, moderate
from infobound.quantizers.domains import Domain, LpBall
from infobound.quantizers.enumeration import one_vector, refuse_many

SUBSET_STREAM = 0x5E7
MOST_TERMS = 2**22


@dataclass(frozen=True)
class RATQ:
    """Rotated adaptive tetra-iterated quantizer of vectors with |y|_2 <= B: 4 bits a coordinate.

    y is padded with zeros to D coordinates, the next power of two, and rotated by H diag(signs),
    signs from public coins. Groups of s coordinates send the smallest range M_j that holds them,
    M_j^2 = (m e^{*j} + m_0) B^2/D, and each coordinate one of k levels of it; see `ATUQ`. Unbiased,
    since no coordinate of the rotated vector is beyond B = M_{h-1}. Mayekar and Tyagi 2019
    (arXiv:1908.08200); parameters as in equation (8) of Mayekar and Tyagi 2020 (arXiv:2001.09032).
    The d of their parameters and bit counts is D here: padding is sent, so it is counted.

    At low precision (`sampled`) a public random subset of n rotated coordinates is sent, in
    increasing order and grouped after that, and decoded as D/n times what was sent: still unbiased.

    float32 input is computed in float32: the mean is then y up to rounding errors of that size.

    Parameters
    ----------
    radius : float
        B > 0, in units of y, between 1e-130 and 1e130.
    levels : int, optional
        k; by default 2^Delta_1 - 1 with Delta_1 = ceil(log2(2 + sqrt(9 + 3 ln s))), which is 7 for
        every s <= 8103.
    ranges : int, optional
        h; by default 2^Delta_2, Delta_2 = ceil(log2(1 + ln*(D/3))). The last is B, whatever h.
    group : int, optional
        s; by default max(1, Delta_2) (the printed s = log2 h would be 0 for D <= 2).
    sampled : int, optional
        n, at most D; by default all coordinates are sent.
    m, m_0 : float, optional
        In units of B^2/D; 3 and, by default, 2 ln s.
    overflow : bool
        Whether levels have room for the overflow symbol, k + 1 symbols, as in the paper. It is
        never sent.

    Examples
    --------
    >>> RATQ().bits(1024), RATQ().bits(1000), RATQ(sampled=100, group=1).bits(1024)
    (4096, 4096, 500)
    """

    radius: float = 1.0
    levels: int | None = None
    ranges: int | None = None
    group: int | None = None
    sampled: int | None = None
    m: float = 3.0
    m_0: float | None = None
    overflow: bool = True
    unbiased: ClassVar[bool] = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "radius", moderate("radius", self.radius, 130))
        for name, least in (("levels", 2), ("ranges", 1), ("group", 1), ("sampled", 1)):
            value = getattr(self, name)
            if value is not None:
                object.__setattr__(self, name, whole(name, value, least=least))
        object.__setattr__(self, "m", positive("m", self.m))
        if self.m_0 is not None:
            object.__setattr__(self, "m_0", nonnegative("m_0", self.m_0))
        object.__setattr__(self, "overflow", bool(self.overflow))
        self.at(1 if self.sampled is None else self.sampled)

    @classmethod
    def at_precision(cls, bits: int, d: int, *, radius: float = 1.0) -> "RATQ":
        """RATQ of at most `bits` bits for d coordinates: sampled, with s = 1 and k = 7.

        n = min(D, floor(bits/(3 + ceil(log2(1 + ln*(D/3)))))), the choice published in Mayekar and
        Tyagi 2019 as recalled, with D for d. Raises ArgumentError below the price of a coordinate.
        """
        return cls(radius, group=1, sampled=sampled_at(bits, padded(d)))

    @property
    def domain(self) -> Domain:
        """The l_2 ball of radius B."""
        return LpBall(2.0, self.radius)

    def at(self, d: int) -> ATUQ:
        """The quantizer of the rotated coordinates, with every parameter chosen for d."""
        return ATUQ.for_dimension(
            padded(d),
            radius=self.radius,
            levels=self.levels,
            ranges=self.ranges,
            group=self.group,
            m=self.m,
            m_0=self.m_0,
            overflow=self.overflow,
        )

    def kept_at(self, d: int) -> int:
        """Rotated coordinates that are sent: D, or n when sampled."""
        length = padded(d)
        if self.sampled is None:
            return length
        if self.sampled > length:
            raise argument_error("sampled", self.sampled, f"at most {length}, for d = {d}")
        return self.sampled

    def bits(self, d: int) -> int:
        """ceil(n/s) Delta_2 + n ceil(log2(k + 1)), n = D unless sampled."""
        return self.at(d).bits(self.kept_at(d))

    def variance_bound(self, d: int) -> ErrorBound:
        """B^2 (d - 1)/(D - 1) (D - n)/n + B^2 (d/n) e, e <= (6.57 + 2 ln s)/(k - 1)^2.

        e is `bounds.ratq.adaptive_error_bound`: Lemma 6.3 of Mayekar and Tyagi 2019 summed by
        parts, for the ranges at hand. As printed it has (9 + 3 ln s)/(k - 1)^2, for d = n = D.
        """
        inner, length = self.at(d), padded(d)
        relative = [size / self.radius for size in inner.ranges]
        error = adaptive_error_bound(relative, d=length, levels=inner.levels, group=inner.group)
        total = sampled_error(error, d=d, padded=length, kept=self.kept_at(d))
        return ErrorBound(self.radius**2 * total)

    def mean_squared_error(self, y: npt.ArrayLike) -> Floats:
        """E|Q(y) - y|^2 over all coins, exactly, by going through the signs; shape y.shape[:-1].

        Signs of zeros and a sign common to all do not matter: 2^(z - 1) D terms for a vector with z
        nonzero coordinates, and as many for every subset if s > 1 and n < D. Raises ArgumentError
        beyond 2^22 terms.
        """
        values = self.domain.check("y", y)
        rows = values.reshape(-1, values.shape[-1])
        errors = np.array([self._error(row) for row in rows], dtype=np.float64)
        return errors.reshape(values.shape[:-1])

    def law(self, y: npt.ArrayLike) -> Law:
        """The law of Q(y) over private and public coins for one vector y, refused beyond 10^6.

        At most 2^d C(D, n) 2^n outcomes (some may be equal), all listed.
        """
        values = self.domain.check("y", one_vector(y))
        d, inner = values.size, self.at(values.size)
        length, kept = padded(d), self.kept_at(d)
        count = 2 ** (d + kept) * math.comb(length, kept)
        refuse_many(count)
        weight = 1 / (2**d * math.comb(length, kept))
        vectors, chances = [], []
        for signs in product((1.0, -1.0), repeat=d):
            rotated = hadamard(np.append(values * signs, np.zeros(length - d)))
            for subset in combinations(range(length), kept):
                part = inner.law(np.clip(rotated[list(subset)], -self.radius, self.radius))
                spread = np.zeros((len(part.vectors), length))
                spread[:, list(subset)] = part.vectors * (length / kept)
                vectors.append(hadamard(spread)[:, :d] * signs)
                chances.append(part.probabilities * weight)
        return Law(np.concatenate(vectors), np.concatenate(chances))

    def encode(self, y: npt.ArrayLike, *, rng: Rng = None) -> Message:
        """Rotate each vector of y, shape (..., d), and send ranges and levels."""
        values = self._check(y)
        coins, index, symbols = self._draw(values, np.random.default_rng(rng))
        widths = [width for _, width in self.at(values.shape[-1]).layout(symbols.shape[-1])]
        fields = list(zip((index, symbols), widths, strict=True))
        return Message.join(fields, shape=values.shape, coins=coins, made_by=repr(self))

    def decode(self, message: Message) -> Floats:
        """Shape (..., d).

        Raises ArgumentError for a message of another quantizer or length, without coins, or with an
        index or level that is none.
        """
        d = message.accept(self)
        if message.coins is None:
            raise argument_error("message.coins", None, "the public coins of the encoder")
        index, symbols = message.split(self.at(d).layout(self.kept_at(d)))
        return self._values(message.coins, index, symbols, message.shape, message.first)

    def roundtrip(self, y: npt.ArrayLike, *, rng: Rng = None) -> Floats:
        """decode(encode(y)) without the bits."""
        values = self._check(y)
        return self._values(*self._draw(values, np.random.default_rng(rng)), values.shape)

    def _check(self, y: npt.ArrayLike) -> Reals:
        """y in the ball; float32 stays so where its range leaves room."""
        values = np.asarray(y)
        if values.dtype != np.float32 or not 1e-25 < self.radius < 1e25:
            return self.domain.check("y", y)
        if values.ndim and values.shape[-1]:
            size = np.einsum("...i,...i->...", values, values, dtype=np.float64)
            if np.all(size <= self.radius**2):  # not so for nan
                return values
        return self.domain.check("y", values).astype(np.float32)

    def _draw(self, values: Reals, rng: np.random.Generator) -> tuple[int, Symbols, Symbols]:
        d, coins = values.shape[-1], draw_coins(rng)
        rotated = rotate(values, coins)
        kept = self.kept_at(d)
        if kept < rotated.shape[-1]:
            subset = _subsets(coins, values.shape[:-1], rotated.shape[-1], kept)
            rotated = np.take_along_axis(rotated, subset, axis=-1)
        return coins, *self.at(d).draw(rotated, rng)

    def _values(
        self,
        coins: int,
        index: Symbols,
        symbols: Symbols,
        shape: tuple[int, ...],
        first: int = 0,
    ) -> Floats:
        d, kept = shape[-1], symbols.shape[-1]
        length = padded(d)
        rotated: Reals = self.at(d).values(index, symbols)
        if kept < length:
            subset = _subsets(coins, shape[:-1], length, kept, first)
            sent, rotated = rotated * (length / kept), np.zeros((*shape[:-1], length))
            np.put_along_axis(rotated, subset, sent, axis=-1)
        return rotate_back(rotated, coins, d=d, first=first).astype(np.float64, copy=False)

    def _error(self, y: Floats) -> float:
        inner, length, kept = self.at(y.size), padded(y.size), self.kept_at(y.size)
        regrouped = inner.group > 1 and kept < length
        place = np.flatnonzero(y)
        patterns = 2 ** max(place.size - 1, 0)
        count = patterns * length * (math.comb(length, kept) if regrouped else 1)
        if count > MOST_TERMS:
            remedy = "Use variance_bound, or an average of roundtrips."
            raise argument_error("terms of the exact error", count, f"at most {MOST_TERMS}", remedy)
        signed = np.zeros((patterns, length))
        signed[:, place] = _signs(place.size) * y[place]
        rotated = np.clip(hadamard(signed), -self.radius, self.radius)
        chosen = combinations(range(length), kept if regrouped else length)
        means = [inner.variances(rotated[:, list(part)]).mean() for part in chosen]
        error = length * float(np.mean(means))
        return sampled_error(error, d=y.size, padded=length, kept=kept, size=float(y @ y))


def _signs(count: int) -> Floats:
    """All sign patterns of `count` coordinates up to a common sign: shape (2^(count - 1), count)."""
    patterns = np.arange(2 ** max(count - 1, 0))
    bits = patterns[:, None] >> np.arange(count) & 1
    signs: Floats = 1 - 2 * bits.astype(np.float64)
    return signs


def _subsets(coins: int, leading: tuple[int, ...], d: int, kept: int, first: int = 0) -> Ints:
    """Uniform subsets of `kept` of d places, one for each row, in increasing order."""
    count = math.prod(leading)
    words = public_words(coins, count=count, per_row=d, first=first, stream=SUBSET_STREAM)
    return smallest_places(words, kept).reshape(*leading, kept)
