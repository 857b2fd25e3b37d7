"""Quantizers of one nonnegative number with a second moment and no bound: a gain."""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from infobound.bounds.ratq import gain_ranges, gain_variance_bound, rounding_variance
from infobound.numerics.arguments import argument_error, real, whole
from infobound.numerics.stochastic_rounding import stochastic_round
from infobound.quantizers.base import Floats, Ints, Law, Message, Rng
from infobound.quantizers.cuq import Symbols, check_symbols, moderate, width_of
from infobound.quantizers.domains import AllReals, Domain, refuse_where
from infobound.quantizers.enumeration import one_vector

MOST_SYMBOLS = 2**32
FINEST = 2**22


@dataclass(frozen=True)
class Nonnegative:
    """Single nonnegative numbers, in arrays of shape (..., 1)."""

    def check(self, name: str, y: npt.ArrayLike) -> Floats:
        """Accept finite numbers >= 0 of shape (..., 1)."""
        values = AllReals().check(name, y)
        if values.shape[-1] != 1:
            raise argument_error(f"{name}.shape", values.shape, "(..., 1)")
        refuse_where(values < 0, name, values, "nonnegative")
        return values


class _Gain(ABC):
    """Rounding to k levels of [0, M_j], the smallest range that holds G; 0 beyond the last."""

    levels: int
    rms: float
    unbiased: ClassVar[bool] = False
    domain: ClassVar[Domain] = Nonnegative()

    @property
    @abstractmethod
    def ranges(self) -> tuple[float, ...]:
        """M_0 < ... < M_{h-1}."""

    @property
    @abstractmethod
    def second_moment_bound(self) -> float:
        """Bound on E Q(G)^2 over all laws with E G^2 <= B^2."""

    @property
    def bias_bound(self) -> float:
        """B^2/M_{h-1} >= |E Q(G) - E G|: only G > M_{h-1} counts, and is at most G^2/M_{h-1}.

        Approached by G just above M_{h-1} with probability (B/M_{h-1})^2, else 0.
        """
        return self.rms * (self.rms / self.ranges[-1])

    def bits(self, d: int) -> int:
        """ceil(log2(h k + 1)): a level of a range, or the overflow symbol; d must be 1."""
        whole("d", d, most=1, remedy="A gain is one number: use GainShape for vectors.")
        return width_of(self._overflow + 1)

    def variance_bound(self, d: int) -> None:
        """None: the error is not bounded where the gain overflows."""
        self.bits(d)

    def moments(self, gain: Floats) -> tuple[Floats, Floats]:
        """E Q(g) and E Q(g)^2 exactly, in the shape of g."""
        place, index = self._place(gain)
        sizes = np.append(self.ranges, 0.0)[index]
        mean = np.where(sizes > 0, gain, 0.0)
        second = mean**2 + (sizes / (self.levels - 1)) ** 2 * rounding_variance(place)
        return mean, second

    def mean_squared_error(self, y: npt.ArrayLike) -> Floats:
        """E(Q(g) - g)^2: step^2 f (1 - f), or g^2 beyond the last range; shape y.shape[:-1]."""
        gain = self.domain.check("y", y)[..., 0]
        mean, second = self.moments(gain)
        error: Floats = second - mean**2 + (mean - gain) ** 2
        return error

    def law(self, y: npt.ArrayLike) -> Law:
        """At most two outcomes, for y of shape (1,)."""
        gain = self.domain.check("y", one_vector(y))
        place, index = self._place(gain)
        low = np.floor(place).astype(np.int64)
        symbols = np.concatenate([low, low + 1])[: 1 if place[0] == low[0] else 2]
        chances = np.array([1 - (place - low)[0], (place - low)[0]])[: symbols.size]
        return Law(self._values(index * self.levels + symbols)[:, None], chances)

    def encode(self, y: npt.ArrayLike, *, rng: Rng = None) -> Message:
        """One symbol for each number of y, shape (..., 1)."""
        gain = self.domain.check("y", y)
        symbols = self._draw(gain, np.random.default_rng(rng))
        return Message.join([(symbols, self.bits(1))], shape=gain.shape, made_by=repr(self))

    def decode(self, message: Message) -> Floats:
        """Shape (..., 1); a symbol that no gain is sent as gives an ArgumentError."""
        d = message.accept(self)
        (symbols,) = message.split([(d, self.bits(d))])
        check_symbols(symbols, self._overflow + 1)
        index, level = np.divmod(symbols, self.levels)
        if np.any(wrong := level + 1 <= self._least[index]):
            symbol = int(symbols[wrong][0])
            raise argument_error("message symbol", symbol, "of the smallest range that holds it")
        return self._values(symbols)

    def roundtrip(self, y: npt.ArrayLike, *, rng: Rng = None) -> Floats:
        """decode(encode(y)) without the bits."""
        return self._values(self._draw(self.domain.check("y", y), np.random.default_rng(rng)))

    @property
    def _overflow(self) -> int:
        return len(self.ranges) * self.levels

    @cached_property
    def _least(self) -> Floats:
        """Place, among the levels of its range, that a number must exceed to be sent there."""
        inner = np.divide(self.ranges[:-1], self.ranges[1:]) * (self.levels - 1)
        return np.concatenate([[0.0], inner * (1 - 1e-9), [0.0]])

    def _place(self, gain: Floats) -> tuple[Floats, Ints]:
        """Where g lies among the levels of its range, and which; 0 of range h on overflow."""
        index: Ints = np.searchsorted(self.ranges, gain)
        place = gain / np.append(self.ranges, np.inf)[index] * (self.levels - 1)
        return place, index

    def _draw(self, gain: Floats, rng: np.random.Generator) -> Symbols:
        place, index = self._place(gain)
        return index * self.levels + stochastic_round(place, rng, dtype=np.int64)

    def _values(self, symbols: Symbols) -> Floats:
        index, level = np.divmod(symbols, self.levels)
        values: Floats = np.append(self.ranges, 0.0)[index] * (level / (self.levels - 1))
        return values


@dataclass(frozen=True)
class AGUQ(_Gain):
    """Adaptive geometric uniform quantizer of a number G >= 0 with E G^2 <= B^2.

    The smallest M_j = B a^(j/2), j = 0, ..., h - 1, with M_j >= G, and one of k equally spaced
    levels of [0, M_j], rounded without bias; a G beyond the last range is sent as the overflow
    symbol and decoded to 0. With h = 1 + ceil(log_a T) the bias is at most B/sqrt T, at about
    log2 log2 T + log2 k bits. (An unsigned floating-point format with stochastic rounding, the range
    its exponent.) Mayekar and Tyagi 2019 (arXiv:1908.08200); constants derived here.

    Parameters
    ----------
    rms : float
        B, the root of the bound on E G^2, in units of G.
    horizon : int
        T >= 1, the number of gradients.
    base : float
        a, from 1.001 to 2^62.
    levels : int
        k, 2 to 2^22.

    Examples
    --------
    >>> AGUQ(horizon=1000).bits(1)
    5
    """

    rms: float = 1.0
    horizon: int = 1000
    base: float = 2.0
    levels: int = 2

    def __post_init__(self) -> None:
        object.__setattr__(self, "rms", moderate("rms", self.rms, 130))
        object.__setattr__(self, "horizon", whole("horizon", self.horizon, most=2**62))
        base = real("base", self.base)
        if not 1.001 <= base <= 2.0**62:
            raise argument_error("base", base, "from 1.001 to 2^62")
        object.__setattr__(self, "base", base)
        object.__setattr__(self, "levels", whole("levels", self.levels, least=2, most=FINEST))
        if self._overflow >= MOST_SYMBOLS:
            remedy = "Raise base or take fewer levels."
            raise argument_error("ranges times levels", self._overflow, "less than 2^32", remedy)

    @cached_property
    def ranges(self) -> tuple[float, ...]:
        """B a^(j/2), j = 0, ..., ceil(log_a T)."""
        count = gain_ranges(self.horizon, self.base)
        return tuple((self.rms * self.base ** (np.arange(count) / 2)).tolist())

    @property
    def second_moment_bound(self) -> float:
        """B^2 (1 + (1 + a)/(4 (k - 1)^2)): 1.75 B^2 for a = k = 2."""
        return self.rms**2 * (1 + gain_variance_bound(self.base, self.levels))


@dataclass(frozen=True)
class UniformGain(_Gain):
    """One range, [0, B sqrt T], of k levels: what AGUQ spares, about (1/2) log2 T bits.

    Parameters
    ----------
    rms : float
        B, in units of G.
    horizon : int
        T >= 1.
    levels : int, optional
        k >= 2; by default 1 + ceil(sqrt T), so that a step is at most B.
    """

    rms: float = 1.0
    horizon: int = 1000
    levels: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "rms", moderate("rms", self.rms, 130))
        object.__setattr__(self, "horizon", whole("horizon", self.horizon, most=2**40))
        levels = self.levels or 2 + math.isqrt(self.horizon - 1)
        object.__setattr__(self, "levels", whole("levels", levels, least=2, most=FINEST))

    @property
    def ranges(self) -> tuple[float, ...]:
        """B sqrt T."""
        return (self.rms * math.sqrt(self.horizon),)

    @property
    def second_moment_bound(self) -> float:
        """B^2 (1 + T/(4 (k - 1)^2)): at most 1.25 B^2 by default."""
        return self.rms**2 * (1 + self.horizon / (4 * (self.levels - 1) ** 2))
