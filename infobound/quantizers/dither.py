"""Dithered uniform quantization: the error does not depend on what is quantized.

Encoder and decoder share U, uniform on [0, 1) for every coordinate. The encoder sends
K = floor(y / step + U), the decoder returns step (K + 1/2 - U): the error is uniform on
(-step/2, step/2], independent of y, of mean 0 and variance step^2/12 (Schuchman 1964; Gray and
Stockham 1993). U is a multiple of 2^-53, so in floating point this holds up to 2^-54 step, plus the
rounding of y / step + U.

`SubtractiveDither` sends K with a fixed number of bits; `EntropyCodedDither` by an arithmetic code.
"""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from infobound.bounds.mean_estimation import dithered_rate
from infobound.numerics import bits as bitstrings
from infobound.numerics.arguments import argument_error, positive, whole
from infobound.numerics.public_coins import public_uniforms
from infobound.quantizers.base import ErrorBound, Floats, Ints, Message, Rng, draw_coins
from infobound.quantizers.domains import Box, Domain

if TYPE_CHECKING:
    from infobound.quantizers.range_code import NormalCode


@dataclass(frozen=True)
class SubtractiveDither:
    """ceil(log2(ceil(2 radius / step) + 1)) bits per coordinate for |y_i| <= radius, no more.

    Parameters
    ----------
    step : float, > 0, in units of y; the error is uniform on an interval of this length.
    radius : float, > 0, in units of y; at most 2^30 steps.
    """

    step: float
    radius: float
    unbiased: ClassVar[bool] = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "step", positive("step", self.step))
        object.__setattr__(self, "radius", positive("radius", self.radius))
        if not self.radius / self.step <= 2.0**30:
            raise argument_error("radius", self.radius, f"at most 2**30 steps of {self.step!r}")

    @classmethod
    def at_width(cls, width: int, radius: float) -> "SubtractiveDither":
        """The least step at `width` bits per coordinate: 2 radius / (2^width - 1)."""
        most = 2 ** whole("width", width, most=31) - 1
        step = 2 * positive("radius", radius) / most
        while math.ceil(2 * (radius / step)) > most:  # a last digit
            step = math.nextafter(step, math.inf)
        return cls(step, radius)

    @property
    def domain(self) -> Domain:
        """Coordinates in [-radius, radius]."""
        return Box(self.radius)

    @property
    def levels(self) -> int:
        """Number of values that one symbol takes, ceil(2 radius / step) + 1."""
        return math.ceil(2 * (self.radius / self.step)) + 1

    @property
    def width(self) -> int:
        """Bits per coordinate, ceil(log2 levels)."""
        return (self.levels - 1).bit_length()

    def bits(self, d: int) -> int:
        """d * width."""
        return whole("d", d) * self.width

    def variance_bound(self, d: int) -> ErrorBound:
        """d step^2 / 12, exactly the error of every y."""
        return ErrorBound(whole("d", d) * self.step**2 / 12)

    def mean_squared_error(self, y: npt.ArrayLike) -> Floats:
        """d step^2 / 12 for each vector of y (..., d)."""
        values = self.domain.check("y", y)
        return np.full(values.shape[:-1], values.shape[-1] * self.step**2 / 12)

    def encode(self, y: npt.ArrayLike, *, rng: Rng = None) -> Message:
        """Send floor(y / step + U), counted from the least value it takes for this U."""
        values, coins = self.domain.check("y", y), draw_coins(np.random.default_rng(rng))
        dither = dither_for(values.shape, coins)
        symbols = self.symbols(self.cells(values, dither), dither)
        width = self.width
        return Message.pack(
            symbols, width=width, shape=values.shape, coins=coins, made_by=repr(self)
        )

    def decode(self, message: Message) -> Floats:
        """step (K + 1/2 - U), shape (..., d); refuses a K that no y in the box can give."""
        d = message.accept(self)
        dither = dither_for(message.shape, public_seed(message), message.first)
        (symbols,) = message.split([(d, self.width)])
        return self.values(self.cells_from(symbols, dither), dither)

    def roundtrip(self, y: npt.ArrayLike, *, rng: Rng = None) -> Floats:
        """decode(encode(y)) without the bits."""
        values, coins = self.domain.check("y", y), draw_coins(np.random.default_rng(rng))
        dither = dither_for(values.shape, coins)
        return self.values(self.cells(values, dither), dither)

    def cells(self, values: Floats, dither: Floats) -> Ints:
        """K = floor(y / step + U)."""
        place = np.floor(values / self.step + dither).astype(np.int64)
        # In floating point radius/step + U may round up to an integer; the cell below is as near.
        return np.minimum(place, self._least(dither) + self.levels - 1)

    def symbols(self, cells: Ints, dither: Floats) -> Ints:
        """K - (least K for this U), from 0 to levels - 1."""
        return cells - self._least(dither)

    def cells_from(self, symbols: Ints, dither: Floats) -> Ints:
        """K from the symbols; refuses what no y in the box gives for this U."""
        cells = symbols + self._least(dither)
        most = self.cells(np.asarray(self.radius), dither)
        if np.any(cells > most):
            place = np.unravel_index(int(np.argmax(cells > most)), cells.shape)
            allowed = f"at most {int((symbols - cells + most)[place])}, for |y| <= {self.radius!r}"
            raise argument_error("message symbol", int(symbols[place]), allowed)
        return cells

    def values(self, cells: Ints, dither: Floats) -> Floats:
        """step (K + 1/2 - U)."""
        decoded: Floats = self.step * (cells + (0.5 - dither))
        return decoded

    def _least(self, dither: Floats) -> Ints:
        return np.floor(-self.radius / self.step + dither).astype(np.int64)


@dataclass(frozen=True)
class EntropyCodedDither:
    """Entropy-coded dithered quantization, ECDQ (Ziv 1985; Zamir and Feder 1992).

    K of `SubtractiveDither` goes through an arithmetic code made for y ~ N(0, scale^2): unlike the
    error, the length depends on y. For such y the mean length is `mean_bits`, within 0.2546 bits
    per coordinate of (1/2) log2(1 + 12 scale^2/step^2), for every step; so with `wiener` it is
    within 0.2546 of the Gaussian rate-distortion function at its own error, and without it within
    0.7546, whatever the step.

    A message is one flag bit and a code word of a prefix code: the range coder of `constriction`,
    ended by the shortest string all continuations of which lie in the final interval; it costs at
    most 2 bits more than the model's ideal length. If that is longer than the symbols of
    `SubtractiveDither`, or some |K| is beyond 9 standard deviations, the other flag and those
    symbols are sent: so `bits(d)` is never exceeded. In a batch, messages are padded with zeros to
    the longest one, and the padding is counted: to pay the length of each, encode one at a time.

    Needs the extra `coding`.

    Parameters
    ----------
    step : float
        > 0, in units of y, from scale/4096 to 1024 scale.
    scale : float
        > 0, the standard deviation that the code is made for, in units of y.
    radius : float, optional
        Largest |y_i| accepted. Default: 2^30 steps.
    wiener : bool
        Multiply the output by scale^2/(scale^2 + step^2/12), the linear estimate of least error
        for y ~ N(0, scale^2): smaller error, but biased.
    """

    step: float
    scale: float = 1.0
    radius: float | None = None
    wiener: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "step", positive("step", self.step))
        object.__setattr__(self, "scale", positive("scale", self.scale))
        dithered_rate(self.step, self.scale)  # checks the ratio
        if self.radius is not None:
            object.__setattr__(self, "radius", self.plain.radius)

    @property
    def plain(self) -> SubtractiveDither:
        """The quantizer whose symbols are coded."""
        return SubtractiveDither(
            self.step, self.step * 2.0**30 if self.radius is None else self.radius
        )

    @property
    def unbiased(self) -> bool:
        """Unless the output is multiplied by Wiener's factor."""
        return not self.wiener

    @property
    def domain(self) -> Domain:
        """Coordinates in [-radius, radius]."""
        return self.plain.domain

    @property
    def factor(self) -> float:
        """What the output is multiplied by: 1, or Wiener's factor."""
        return 1 / (1 + (self.step / self.scale) ** 2 / 12) if self.wiener else 1.0

    def bits(self, d: int) -> int:
        """Longest message: the flag, and every symbol at full width. `mean_bits` is less."""
        return 1 + self.plain.bits(d)

    def mean_bits(self, d: int) -> float:
        """Mean ideal code length d H(K | U) for y ~ N(0, scale^2 I), by quadrature.

        Messages are longer by the flag, at most 2 bits at the end, and the rounding of the model's
        probabilities to multiples of 2^-24.
        """
        return whole("d", d) * dithered_rate(self.step, self.scale)

    def variance_bound(self, d: int) -> ErrorBound:
        """d step^2/12, exactly; with `wiener`, the largest error in the box."""
        return ErrorBound(whole("d", d) * self._error(self.plain.radius**2 if self.wiener else 0.0))

    def mean_squared_error(self, y: npt.ArrayLike) -> Floats:
        """With a the factor: d a^2 step^2/12 + (1 - a)^2 |y|^2, exactly."""
        values = self.domain.check("y", y)
        error: Floats = np.sum(self._error(values**2), axis=-1)
        return error

    def encode(self, y: npt.ArrayLike, *, rng: Rng = None) -> Message:
        """Send K by the arithmetic code, or at full width where that is shorter."""
        values, coins = self.domain.check("y", y), draw_coins(np.random.default_rng(rng))
        d = values.shape[-1]
        dither = dither_for(values.shape, coins).reshape(-1, d)
        cells = self.plain.cells(values.reshape(-1, d), dither)
        code = self._code()
        words = [self._word(code, *pair) for pair in zip(cells, dither, strict=True)]
        rows = np.zeros((len(words), max(map(len, words), default=0)), dtype=np.uint8)
        for row, word in zip(rows, words, strict=True):
            row[: len(word)] = word
        return Message(
            np.packbits(rows).tobytes(), rows.size, values.shape, coins=coins, made_by=repr(self)
        )

    def decode(self, message: Message) -> Floats:
        """step (K + 1/2 - U), shape (..., d); refuses bits that `encode` cannot have sent."""
        d, count = message.shape[-1], message.count
        if message.made_by not in ("", repr(self)):
            remedy = "Decode with the quantizer that encoded."
            raise argument_error("message.made_by", message.made_by, repr(self), remedy)
        if message.bits > count * self.bits(d):
            allowed = f"at most {count * self.bits(d)}, {self.bits(d)} for each of {count}"
            raise argument_error("message.bits", message.bits, allowed)
        dither = dither_for(message.shape, public_seed(message), message.first).reshape(-1, d)
        rows = bitstrings.read_bits(message.payload, message.bits)
        rows = rows.reshape(count, message.bits // max(count, 1))
        code = self._code()
        cells = np.zeros((count, d), dtype=np.int64)
        for i, row in enumerate(rows):
            cells[i] = self._read(code, row, dither[i])
            word = self._word(code, cells[i], dither[i])
            if not np.array_equal(word, row[: len(word)]) or row[len(word) :].any():
                remedy = "It was corrupted or cut short."
                raise argument_error(f"message {i}", row.tolist(), "a code word and zeros", remedy)
        return self._decoded(cells, dither).reshape(message.shape)

    def roundtrip(self, y: npt.ArrayLike, *, rng: Rng = None) -> Floats:
        """decode(encode(y)) without the bits; does not need `constriction`."""
        values, coins = self.domain.check("y", y), draw_coins(np.random.default_rng(rng))
        dither = dither_for(values.shape, coins)
        return self._decoded(self.plain.cells(values, dither), dither)

    def _code(self) -> "NormalCode":
        from infobound.quantizers.range_code import NormalCode

        return NormalCode(self.scale / self.step)

    def _word(self, code: "NormalCode", cells: Ints, dither: Floats) -> npt.NDArray[np.uint8]:
        """The bits of one message."""
        longest = self.bits(len(cells))
        if np.abs(cells).max() <= code.reach:
            word = code.encode(cells, dither)
            if 1 + len(word) < longest:
                return np.concatenate([np.zeros(1, dtype=np.uint8), word])
        symbols = self.plain.symbols(cells, dither)
        raw = bitstrings.pack(symbols, width=self.plain.width)
        bits = bitstrings.read_bits(raw, longest - 1)
        return np.concatenate([np.ones(1, dtype=np.uint8), bits])

    def _read(self, code: "NormalCode", row: npt.NDArray[np.uint8], dither: Floats) -> Ints:
        if not row[:1].any():
            return code.decode(row[1:], dither)
        if len(row) != self.bits(len(dither)):
            raise argument_error("message.bits", len(row), f"{self.bits(len(dither))} after flag 1")
        payload = np.packbits(row[1:]).tobytes()
        symbols = bitstrings.unpack(payload, count=len(dither), width=self.plain.width)
        return self.plain.cells_from(symbols, dither)

    def _decoded(self, cells: Ints, dither: Floats) -> Floats:
        values = self.plain.values(cells, dither)
        return values * self.factor if self.wiener else values

    def _error(self, square: Any) -> Any:
        """Mean squared error of a coordinate of this square."""
        a = self.factor
        return a**2 * self.step**2 / 12 + (1 - a) ** 2 * square


def dither_for(shape: tuple[int, ...], coins: int, first: int = 0) -> Floats:
    """Public uniform numbers in [0, 1) for an array of this shape, row by row."""
    count, d = math.prod(shape[:-1]), shape[-1]
    return public_uniforms(coins, count=count, per_row=d, first=first).reshape(shape)


def public_seed(message: Message) -> int:
    """The public coins of a message, which must be there."""
    if message.coins is None:
        raise argument_error("message.coins", None, "the seed that encode drew")
    return message.coins
