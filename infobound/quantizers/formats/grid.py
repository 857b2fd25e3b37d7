"""The kernel of rounding: exponent bits and one addition that rounds.

Write z = |x| and s for the step of the grid at z. In binary floating point with p mantissa bits the
numbers in [m, 2 m), m = 2^p s, are the multiples of s from m on. So z + m, as the processor computes
it, is m plus z rounded to the nearest multiple of s, ties to even, and the last bits of its pattern
are the integer z / s. The step, and m with it, come from the exponent bits of z.

Stochastic rounding takes m = 2^p s 2^-16, so that the last 16 bits of the pattern are the fraction
of z / s, adds 16 uniform bits to the pattern, and clears the fraction. The addition z + m may have
rounded digits beyond 2^-16; this matters only where the 16 bits of the sum are all 1 or all 0, and
there, for one number in 2^15, everything is computed anew without rounding.
`numerics.stochastic_rounding` says how the second coin, for one number in 2^16, makes the mean exact.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from infobound.numerics.arguments import argument_error
from infobound.quantizers.formats.elements import FloatFormat, Format

Reals = npt.NDArray[np.float32 | np.float64]
Codes = npt.NDArray[np.uint8 | np.uint16]
CHUNK = 2**15
COIN = 16


@dataclass(frozen=True)
class Layout:
    """A binary floating-point type of the processor: its words and its mantissa bits."""

    real: Any
    word: Any
    bits: int
    mantissa: int

    @property
    def sign(self) -> Any:
        """The sign bit."""
        return self.word(1 << self.bits - 1)

    @property
    def exponent(self) -> Any:
        """The exponent bits."""
        return self.word((1 << self.bits - 1) - (1 << self.mantissa))

    @property
    def bias(self) -> int:
        """Of the exponent."""
        return (1 << self.bits - 2 - self.mantissa) - 1


SINGLE = Layout(np.float32, np.uint32, 32, 23)
DOUBLE = Layout(np.float64, np.uint64, 64, 52)


def layout_for(dtype: npt.DTypeLike, format: Format, *, nearest: bool = False) -> Layout:
    """float32 where it has room for 16 bits beyond the grid, or for `nearest` alone; else float64."""
    if np.dtype(dtype) != np.float32:
        return DOUBLE
    if isinstance(format, FloatFormat):
        small = format.mantissa_bits <= 5 and format.emin >= -90 and format.emax <= 90
        return SINGLE if small or nearest else DOUBLE
    spare = 0 if nearest else COIN
    return SINGLE if max(format.max, -format.min) < 2.0 ** (23 - spare) * format.step else DOUBLE


class Kernel:
    """Rounds and encodes chunks, in arrays that are allocated once: one kernel for each thread.

    For every chunk, first `load`, then one of the others, which use up what was loaded.

    Parameters
    ----------
    format : a signed FloatFormat, or IntegerFormat.
    dtype : of the chunks, float32 or float64.
    length : int
        The most numbers in a chunk.
    nearest : bool
        Whether only `nearest` and `encode` are to be called: all of it is in the type of the chunks
        then, while the others need float64 for wide formats.
    """

    def __init__(
        self, format: Format, dtype: npt.DTypeLike, *, length: int = CHUNK, nearest: bool = False
    ) -> None:
        self.format, self.layout = format, layout_for(dtype, format, nearest=nearest)
        layout, p = self.layout, self.layout.mantissa
        self._sign, self._exponent = layout.sign, layout.exponent
        self._wide = np.dtype(dtype) != layout.real
        self._floating = isinstance(format, FloatFormat)
        shift = format.mantissa_bits if isinstance(format, FloatFormat) else 0
        unit = format.min_normal if isinstance(format, FloatFormat) else format.step
        self._unit, self._shift = layout.real(unit), shift
        self._to_magic, self._to_coins, self._to_step = (
            layout.word((change << p) % (1 << layout.bits))
            for change in (p - shift, p - shift - COIN, -shift)
        )
        self._clear = layout.word((1 << layout.bits) - (1 << COIN))
        self._range = format.min, format.max
        # Beyond it, z + m overflows: only so for BF16 in float32.
        self._high = min(format.max, math.ldexp(1.0, layout.bias - p + shift))
        # An array, as the processor is twice as fast on two arrays as on one and a number.
        self._least = np.full(length if self._floating else 0, self._unit)
        self._arrays = {"size": np.empty(length, layout.real)}
        self._length, self._unsure = length, bytearray(length)

    def load(self, x: npt.NDArray[Any]) -> bool:
        """Take a chunk, contiguous; tell whether it is finite and small enough.

        Small enough is |x| <= format.max; for BF16 in float32, |x| <= 2^111.
        """
        self._x: Any = as_reals(x, self.layout.real) if self._wide else x
        self._size: Any = self._array("size", x.size)
        np.abs(self._x, out=self._size)
        return bool(self._size.max(initial=0.0) <= self._high)

    def load_clipped(self, x: npt.NDArray[Any]) -> None:
        """Take a chunk, contiguous and not nan, clipped to the range of the format."""
        if self.load(x):
            return
        low, high = self._range
        if low == -high:
            np.minimum(self._size, self.layout.real(high), out=self._size)
        else:
            self.load(np.clip(x, low, high))

    def nearest(self, out: Reals) -> None:
        """Round to nearest, ties to even; `out` may be the chunk itself."""
        magic = self._power(self._to_magic)
        self._size += magic
        self._size -= magic
        self._signed(out)

    def truncate(self, out: Reals) -> None:
        """Round towards zero."""
        step = self._power(self._to_step)
        self._size /= step
        np.trunc(self._size, out=self._size)
        self._size *= step
        self._signed(out)

    def stochastic(self, rng: np.random.Generator, out: Reals) -> None:
        """Round to a neighbour, with mean x exactly."""
        n, size = self._size.size, self._size
        coins = draw_coins(rng, n)
        magic = self._power(self._to_coins)
        size += magic
        words = size.view(self.layout.word)
        np.add(words, coins, out=words, dtype=words.dtype)
        last = self._array("last", n, np.uint16)
        np.copyto(last, words, casting="unsafe")
        last += np.uint16(1)
        np.less_equal(last, 1, out=self._flags(n))
        words &= self._clear
        size -= magic
        unit, (least, most) = 2.0 ** (COIN - self.layout.mantissa), self._range
        i = self._unsure.find(1, 0, n)
        while i >= 0:  # about n / 2^15 times
            step = float(magic[i if self._floating else 0]) * unit
            x = min(max(float(self._x[i]), least), most)
            size[i] = exact_integer(abs(x) / step, int(coins[i]), rng) * step
            i = self._unsure.find(1, i + 1, n)
        self._signed(out)

    def short_coins(self, rng: np.random.Generator, coin_bits: int, out: Reals) -> None:
        """Round away from zero with probability floor(2^r f) / 2^r, f the fraction of the step."""
        step = self._power(self._to_step)
        total = (self._size.astype(np.float64) / step * 2.0**coin_bits).astype(np.int64)
        total += draw_coins(rng, self._size.size) >> np.uint16(COIN - coin_bits)
        self._size[:] = (total >> coin_bits) * step
        self._signed(out)

    def encode(self, out: npt.NDArray[Any], *, check: bool = False) -> bool:
        """Codes of the numbers, rounded to nearest; with `check`, whether all were on the grid.

        With E = max(floor(log2 z), emin), the code of z is z / s + (E - emin) 2^mantissa_bits, for
        normal and subnormal numbers alike; only its last bits are computed.
        """
        layout, format, kind, n = self.layout, self.format, out.dtype.type, out.size
        magic = self._power(self._to_magic)
        total = self._array("total", n) if check else self._size
        np.add(self._size, magic, out=total)
        known = True
        if check:
            rounded = self._array("rounded", n)
            np.subtract(total, magic, out=rounded)
            known = bool(np.equal(rounded, self._size, out=self._flags(n)).all())
        np.copyto(out, total.view(layout.word), casting="unsafe")
        other, negative = self._array("other", n, out.dtype), self._flags(n)
        if isinstance(format, FloatFormat):
            exponents = magic.view(layout.word)
            exponents >>= layout.word(layout.mantissa - self._shift)
            np.copyto(other, exponents, casting="unsafe")
            out += other
            first = layout.bias + format.emin + layout.mantissa - self._shift
            out -= kind((first << self._shift) % (1 << 8 * out.itemsize))
            np.signbit(self._x, out=negative)
            np.left_shift(negative.view(np.uint8), kind(format.width - 1), out=other)
            out |= other
        else:  # two's complement
            np.copyto(other, np.signbit(self._x, out=negative))
            other *= kind((1 << format.width) - 1)
            out += other
            out ^= other
            out &= kind((1 << format.width) - 1)
        return known

    def on_grid(self) -> npt.NDArray[np.bool_]:
        """Where the numbers that were loaded are on the grid."""
        magic = self._power(self._to_magic)
        result: npt.NDArray[np.bool_] = (self._size + magic) - magic == self._size
        return result

    def _power(self, change: Any) -> Any:
        """2^max(floor(log2 z), emin), or the step of integers, with `change` added to its word."""
        if not self._floating:
            return (self._unit[None].view(self.layout.word) + change).view(self.layout.real)
        power = self._array("power", self._size.size)
        np.maximum(self._size, self._least[: self._size.size], out=power)
        words = power.view(self.layout.word)
        words &= self._exponent
        words += change
        return power

    def _signed(self, out: Reals) -> None:
        """Give the sizes the signs of the chunk, zeros too, and write them to `out`."""
        word = self.layout.word
        signs = self._array("power", out.size).view(word)
        np.bitwise_and(self._x.view(word), self._sign, out=signs)
        target = self._size if self._wide else out
        np.bitwise_or(self._size.view(word), signs, out=target.view(word))
        if not self._floating:
            target += 0.0  # -0 becomes 0
        if target is not out:
            np.copyto(out, target, casting="same_kind")

    def _array(self, name: str, n: int, dtype: npt.DTypeLike | None = None) -> Any:
        """The first n places of the array called `name`, allocated when first needed."""
        array = self._arrays.get(name)
        if array is None:
            array = self._arrays[name] = np.empty(self._length, dtype or self.layout.real)
        return array if n == self._length else array[:n]

    def _flags(self, n: int) -> npt.NDArray[np.bool_]:
        """The first n bytes of `_unsure`, as booleans: `bytearray.find` is fast on few."""
        return np.frombuffer(self._unsure, dtype=np.bool_, count=n)


def exact_integer(place: float, coin: int, rng: np.random.Generator) -> int:
    """floor(t) + Bernoulli(t - floor(t)) for t = `place` >= 0, from a coin of 16 bits.

    Without rounding: 2^16 t = w + r with an integer w, a coin u of 16 bits adds (w + u) >> 16, and
    where w + u ends in ones only, a second coin adds 1 with probability r.
    """
    fixed = place * 2.0**COIN
    total = int(fixed) + coin
    if (total + 1) % 2**COIN == 0:
        total += second_coin(fixed % 1.0, rng)
    return total >> COIN


def second_coin(chance: float, rng: np.random.Generator) -> bool:
    """True with probability `chance` exactly: compares digits, 53 bits at a time, of a uniform."""
    while chance > 0:
        scaled = chance * 2.0**53
        coin = int(rng.integers(2**53))
        if coin != int(scaled):
            return coin < int(scaled)
        chance = scaled % 1.0
    return False


def bernoulli(
    share: Reals, rng: np.random.Generator, coin_bits: int | None = None
) -> npt.NDArray[np.bool_]:
    """True with probability `rounding.up_probability(share)`, share in [0, 1)."""
    coins = draw_coins(rng, share.size)
    if coin_bits is None:
        pairs = zip(share.tolist(), coins.tolist(), strict=True)
        return np.array([exact_integer(t, coin, rng) > 0 for t, coin in pairs], dtype=np.bool_)
    low = np.floor(share * 2.0**coin_bits) + (coins >> np.uint16(COIN - coin_bits))
    result: npt.NDArray[np.bool_] = low >= 2**coin_bits
    return result


def draw_coins(rng: np.random.Generator, n: int) -> npt.NDArray[np.uint16]:
    """n uniform words of 16 bits, from ceil(n / 4) raw words of 64."""
    words = rng.integers(0, 2**64, size=-(-n // 4), dtype=np.uint64)
    return words.astype("<u8", copy=False).view("<u2")[:n]


def as_reals(values: npt.ArrayLike, kind: Any = None) -> Reals:
    """C-contiguous `kind`; by default float32 as it came, everything else as float64."""
    source = np.asarray(values)
    if source.dtype.kind in "OSUc":
        raise argument_error("values", source.dtype.name, "an array of real numbers")
    if kind is None:
        kind = np.float32 if source.dtype == np.float32 else np.float64
    with np.errstate(invalid="ignore"):  # signalling nan
        return np.asarray(source, dtype=kind, order="C")


def check_out(out: Any, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Any:
    """`out` if it fits, a new array for None."""
    if out is None:
        return np.empty(shape, dtype=dtype)
    if out.shape != shape or out.dtype != dtype or not out.flags.c_contiguous:
        allowed = f"{dtype.name} of shape {shape}, C-contiguous"
        raise argument_error("out", (out.dtype.name, out.shape), allowed)
    return out


def refuse_where(
    wrong: npt.NDArray[np.bool_], x: Reals, allowed: str, remedy: str, first: int
) -> None:
    """Name the first number that is wrong, if there is one; x[0] is number `first` in C order."""
    if wrong.any():
        i = int(np.argmax(wrong))
        raise argument_error(f"values[{first + i}] (in C order)", float(x[i]), allowed, remedy)
