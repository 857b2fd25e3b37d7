"""QSGD: a norm, and every coordinate rounded at random to one of 2s + 1 multiples of norm / s."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt

from infobound.bounds.baselines import (
    dithered_levels_error,
    dithered_levels_factor,
    dithered_maximum_factor,
)
from infobound.numerics.arguments import argument_error, whole
from infobound.numerics.bits import symbols_float
from infobound.numerics.digits import digits_to_words, word_layout, words_to_digits
from infobound.numerics.stochastic_rounding import stochastic_round
from infobound.quantizers.base import ErrorBound, Floats, Ints, Law, Message, Rng
from infobound.quantizers.domains import finite
from infobound.quantizers.enumeration import one_vector, roundings
from infobound.quantizers.float32 import EXCESS, FloatNorm, rounded_up

FLOAT_BITS = 32
MOST_LEVELS = 2**30
Digits = npt.NDArray[np.integer[Any]]
CHUNK = 2**15


@dataclass(frozen=True)
class QSGD:
    """Unbiased rounding of y / N to multiples of 1/s (Alistarh et al. 2017, arXiv:1610.02132).

    Q(y)_i = (N/s) k_i with k_i in -s..s, E k_i = s y_i / N. N is the norm of y, rounded up to a
    32-bit float and sent; everything else is relative to the N that was sent, so Q is unbiased,
    up to the rounding of s y_i / N in the floating point type of y (float32 or float64).

    The message has fixed length: 32 bits and d digits out of 2s + 1. One digit for each word takes
    ceil(log2(2s + 1)) bits, the same as a sign and ceil(log2(s + 1)) bits for |k_i|; with `group`
    digits in a word it is less. `elias_bits` gives the length of the variable-length code.

    Parameters
    ----------
    levels : int or None
        s >= 1. None: ceil(sqrt d), the choice of the paper for dense gradients; see `levels_at`.
    norm : 2 or inf
        N = |y|_2, or max |y_i|, which never exceeds it.
    group : int
        Digits in a word, (2s + 1)^group <= 2^32.
    """

    levels: int | None = None
    norm: float = 2.0
    group: int = 1
    unbiased: ClassVar[bool] = True

    def __post_init__(self) -> None:
        if self.levels is not None:
            levels = whole("levels", self.levels, most=MOST_LEVELS)
            object.__setattr__(self, "levels", levels)
        if self.norm not in (2, math.inf):
            raise argument_error("norm", self.norm, "2 or inf")
        object.__setattr__(self, "norm", float(self.norm))
        object.__setattr__(self, "group", whole("group", self.group))
        if self.levels is not None:
            word_layout(self.group, base=2 * self.levels + 1, group=self.group)

    @property
    def domain(self) -> FloatNorm:
        """Vectors whose norm is a 32-bit float or less."""
        return FloatNorm(self.norm)

    def levels_at(self, d: int) -> int:
        """s for vectors of d coordinates."""
        root = math.isqrt(whole("d", d) - 1) + 1
        return root if self.levels is None else self.levels

    def bits(self, d: int) -> int:
        """32 + d ceil(log2(2s + 1)), or less when digits share words."""
        return FLOAT_BITS + sum(count * width for count, width in self._words(d))

    def variance_bound(self, d: int) -> ErrorBound:
        """min(d / (4 s^2), sqrt d / s) |y|_2^2 for norm = 2; see `bounds.baselines`.

        For norm = inf, min((d-1) / (4 s^2), sqrt(d-1) / (2 s)), and (sqrt d - 1)/2 at s = 1. It
        includes what the rounding of the norm costs, for norms from 2^-126 on; below, the error is
        at most d (N/s)^2 / 4 with N the norm sent.
        """
        s = self.levels_at(d)
        if self.norm == 2:
            return ErrorBound(EXCESS * dithered_levels_factor(d, s), relative=True)
        top = 2.0**-23 * (1 + math.sqrt(d)) / s  # the largest coordinate is just below a level
        return ErrorBound(EXCESS * (dithered_maximum_factor(d, s) + top), relative=True)

    def mean_squared_error(self, y: npt.ArrayLike) -> Floats:
        """(N/s)^2 sum f_i (1 - f_i) with f_i the fraction of s |y_i| / N; shape y.shape[:-1]."""
        values = finite("y", y)
        _, sent = rounded_up(self.domain.norm("y", values))
        return dithered_levels_error(values, sent, levels=self.levels_at(values.shape[-1]))

    def law(self, y: npt.ArrayLike) -> Law:
        """Exact law of the output for one vector y (d,), by enumeration."""
        values = one_vector(y)
        _, sent = rounded_up(self.domain.norm("y", values))
        s = self.levels_at(values.size)
        signed, chances = roundings(_share(values, sent) * s)
        return Law(_values(signed + s, sent, s), chances)

    def encode(self, y: npt.ArrayLike, *, rng: Rng = None) -> Message:
        """The norm of each vector of y (..., d), then its digits k_i + s; private coins only."""
        norms, _, digits = self._draw(y, rng)
        s = self.levels_at(digits.shape[-1])
        words = digits_to_words(digits, base=2 * s + 1, group=self.group)
        fields = [(norms, FLOAT_BITS), *words]
        return Message.join(fields, shape=digits.shape, side=[0], made_by=repr(self))

    def decode(self, message: Message) -> Floats:
        """(N/s) k, shape (..., d)."""
        sent, digits = self._read(message)
        return _values(digits, sent, self.levels_at(message.shape[-1]))

    def roundtrip(self, y: npt.ArrayLike, *, rng: Rng = None) -> Floats:
        """decode(encode(y)) without the bits."""
        _, sent, digits = self._draw(y, rng)
        return _values(digits, sent, self.levels_at(digits.shape[-1]))

    def signed_levels(self, message: Message) -> Ints:
        """The integers k_i in a message, shape (..., d): what `elias_bits` takes."""
        digits: Ints = self._read(message)[1].astype(np.int64)
        return digits - self.levels_at(message.shape[-1])

    def _draw(self, y: npt.ArrayLike, rng: Rng) -> tuple[npt.NDArray[np.uint32], Floats, Digits]:
        values = finite("y", y)
        norms, sent = rounded_up(self.domain.norm("y", values))
        d = values.shape[-1]
        s = self.levels_at(d)
        generator = np.random.default_rng(rng)
        rows, scales = values.reshape(-1, d), sent.reshape(-1)
        digits = np.empty(rows.shape, dtype=np.int16 if s < 2**14 else np.int32)
        for row, column in _chunks(*rows.shape):
            part = digits[row, column]
            share = _share(rows[row, column], scales[row])
            stochastic_round(share, generator, scale=s, out=part)
            part += s
        return norms, sent, digits.reshape(values.shape)

    def _read(self, message: Message) -> tuple[Floats, Digits]:
        d = message.accept(self)
        s = self.levels_at(d)
        norms, *words = message.split([(1, FLOAT_BITS), *self._words(d)])
        sent = symbols_float(norms, nonnegative=True)[..., 0]
        digits = words_to_digits(words, d=d, base=2 * s + 1, group=self.group)
        silent = digits[sent == 0]
        if np.any(silent != s):
            raise argument_error("message symbol", int(silent.max()), f"{s}, level 0, at norm 0")
        return sent, digits

    def _words(self, d: int) -> list[tuple[int, int]]:
        return word_layout(d, base=2 * self.levels_at(d) + 1, group=self.group)


def elias_bits(levels: npt.ArrayLike, *, layout: Literal["sparse", "dense"] = "sparse") -> Ints:
    """Length in bits of the Elias-coded message for given levels, norm included.

    The codes of Alistarh et al. 2017 with Elias's omega code. Sparse: for every coordinate that is
    not 0 the distance from the one before, the sign and |k_i|; the distance to d + 1 ends the
    message (without it the end would have to be told by other means). Dense: |k_i| + 1 for every
    coordinate, and the sign where it is not 0. The length varies with y and with the coins: it is
    measured, not guaranteed.

    Parameters
    ----------
    levels : array_like of int, shape (..., d)
    layout : "sparse" or "dense"

    Returns
    -------
    ndarray of int64, shape (...).
    """
    signed = np.asarray(levels)
    if signed.dtype.kind not in "iu" or signed.ndim == 0 or signed.shape[-1] == 0:
        raise argument_error("levels", signed.dtype.name, "integers of shape (..., d), d >= 1")
    if layout not in ("sparse", "dense"):
        raise argument_error("layout", layout, "'sparse' or 'dense'")
    size = np.abs(signed.astype(np.int64))
    if layout == "dense":
        bits: Ints = FLOAT_BITS + np.sum(_omega_bits(size + 1) + (size > 0), axis=-1)
        return bits
    d = size.shape[-1]
    place = np.where(size > 0, np.arange(1, d + 1), 0)
    last = np.maximum.accumulate(place, axis=-1)
    before = np.concatenate([np.zeros_like(last[..., :1]), last[..., :-1]], axis=-1)
    each = _omega_bits(np.maximum(place - before, 1)) + 1 + _omega_bits(np.maximum(size, 1))
    total: Ints = np.sum(np.where(size > 0, each, 0), axis=-1)
    return FLOAT_BITS + total + _omega_bits(d + 1 - last[..., -1])


def _omega_bits(numbers: npt.ArrayLike) -> Ints:
    """Length of Elias's omega code of integers >= 1: 1, 3, 3, 6, 6, 6, 6, 7, ..."""
    rest = np.array(numbers, dtype=np.int64)
    length = np.ones_like(rest)
    while np.any(rest > 1):
        binary = np.frexp(rest.astype(np.float64))[1].astype(np.int64)
        length += np.where(rest > 1, binary, 0)
        rest = np.where(rest > 1, binary - 1, 1)
    return length


def _chunks(count: int, d: int) -> Iterator[tuple[slice, slice]]:
    """Whole rows, or parts of one row, of about 2^15 numbers: they stay in the cache."""
    rows, columns = max(1, CHUNK // d), min(d, CHUNK)
    for i, j in product(range(0, count, rows), range(0, d, columns)):
        yield slice(i, i + rows), slice(j, j + columns)


def _share(values: npt.NDArray[Any], sent: Floats) -> npt.NDArray[Any]:
    """y / N in the type of y, within [-1, 1] as N >= max |y_i|; 0 / 1 where N = 0."""
    divisor = np.where(sent > 0, sent, 1.0).astype(values.dtype)
    share: npt.NDArray[Any] = values / divisor[..., None]
    return share


def _values(digits: npt.NDArray[np.integer[Any]], sent: Floats, levels: int) -> Floats:
    """(N/s) (digit - s)."""
    step: Floats = sent / levels
    signed = digits.astype(np.float64)
    signed -= levels
    signed *= step[..., None]
    return signed
