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

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from infobound.numerics.arguments import argument_error
from infobound.numerics.stochastic_rounding import carry
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


def layout_for(dtype: npt.DTypeLike, format: Format) -> Layout:
    """float32 where it has room for 16 bits beyond the grid, else float64."""
    if np.dtype(dtype) != np.float32:
        return DOUBLE
    if isinstance(format, FloatFormat):
        small = format.mantissa_bits <= 5 and format.emin >= -90 and format.emax <= 90
        return SINGLE if small else DOUBLE
    return SINGLE if max(format.max, -format.min) < 2**7 * format.step else DOUBLE


class Kernel:
    """Rounds and encodes chunks, in arrays that are allocated once: one kernel for each thread.

    For every chunk, first `load`, then one of the others, which use up what was loaded.

    Parameters
    ----------
    format : a signed FloatFormat, or IntegerFormat.
    dtype : of the chunks, float32 or float64.
    length : int
        The most numbers in a chunk.
    """

    def __init__(self, format: Format, dtype: npt.DTypeLike, *, length: int = CHUNK) -> None:
        self.format, self.layout = format, layout_for(dtype, format)
        layout, p = self.layout, self.layout.mantissa
        self._high, self._sign, self._exponent = format.max, layout.sign, layout.exponent
        self._wide = np.dtype(dtype) != layout.real
        self._floating = isinstance(format, FloatFormat)
        shift = format.mantissa_bits if isinstance(format, FloatFormat) else 0
        unit = format.min_normal if isinstance(format, FloatFormat) else format.step
        self._unit, self._shift = layout.real(unit), shift
        self._to_magic, self._to_coins = (
            layout.word(p - shift << p),
            layout.word(p - shift - COIN << p),
        )
        self._to_step = layout.word(-(shift << p) % (1 << layout.bits))  # adds -shift
        self._clear = layout.word((1 << layout.bits) - (1 << COIN))
        self._arrays = {"size": np.empty(length, layout.real)}
        self._length = length

    def load(self, x: npt.NDArray[Any]) -> bool:
        """Take a chunk, contiguous; tell whether it is finite and |x| <= format.max."""
        self._x: Any = x.astype(self.layout.real) if self._wide else x
        self._size: Any = self._array("size", x.size)
        np.abs(self._x, out=self._size)
        return bool(self._size.max(initial=0.0) <= self._high)

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
        n, layout, size = self._size.size, self.layout, self._size
        coins = draw_coins(rng, n)
        magic = self._power(self._to_coins)
        size += magic
        words = size.view(layout.word)
        words += coins
        last, unsure = self._array("last", n, np.uint16), self._array("unsure", n, np.bool_)
        np.copyto(last, words, casting="unsafe")
        last += np.uint16(1)
        np.less_equal(last, 1, out=unsure)
        words &= self._clear
        size -= magic
        if unsure.any():
            some = places(unsure)
            step = magic[some] if self._floating else magic
            step = step * layout.real(2.0 ** (COIN - layout.mantissa))
            size[some] = exact_integers(np.abs(self._x[some]) / step, coins[some], rng) * step
        self._signed(out)

    def short_coins(self, rng: np.random.Generator, coin_bits: int, out: Reals) -> None:
        """Round away from zero with probability floor(2^r f) / 2^r, f the fraction of the step."""
        step = self._power(self._to_step)
        total = (self._size.astype(np.float64) / step * 2.0**coin_bits).astype(np.int64)
        total += draw_coins(rng, self._size.size) >> np.uint16(COIN - coin_bits)
        self._size[:] = (total >> coin_bits) * step
        self._signed(out)

    def encode(self, out: npt.NDArray[Any]) -> None:
        """Codes of the numbers, rounded to nearest.

        With E = max(floor(log2 z), emin), the code of z is z / s + (E - emin) 2^mantissa_bits, for
        normal and subnormal numbers alike; only its last bits are computed.
        """
        layout, format, kind = self.layout, self.format, out.dtype.type
        magic = self._power(self._to_magic)
        self._size += magic
        np.copyto(out, self._size.view(layout.word), casting="unsafe")
        other = self._array("other", out.size, out.dtype)
        negative = self._array("unsure", out.size, np.bool_)
        np.signbit(self._x, out=negative)
        np.copyto(other, negative)
        if isinstance(format, FloatFormat):
            other <<= kind(format.width - 1)
            out |= other
            words = magic.view(layout.word)
            words >>= layout.word(layout.mantissa - self._shift)
            np.copyto(other, words, casting="unsafe")
            out += other
            first = layout.bias + format.emin + layout.mantissa - self._shift
            out -= kind((first << self._shift) % (1 << 8 * out.itemsize))
        else:  # two's complement
            every = kind((1 << format.width) - 1)
            out += negative * every
            out ^= negative * every
            out &= every

    def on_grid(self) -> npt.NDArray[np.bool_]:
        """Where the numbers that were loaded are on the grid; the chunk stays loaded."""
        magic = self._power(self._to_magic)
        magic_size = self._size + magic
        magic_size -= magic
        result: npt.NDArray[np.bool_] = magic_size == self._size
        return result

    def _power(self, change: Any) -> Any:
        """2^max(floor(log2 z), emin), or the step of integers, with `change` added to its word."""
        if not self._floating:
            return (self._unit[None].view(self.layout.word) + change).view(self.layout.real)
        power = self._array("power", self._size.size)
        np.maximum(self._size, self._unit, out=power)
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


def exact_integers(
    place: Reals, coins: npt.NDArray[np.uint16], rng: np.random.Generator
) -> npt.NDArray[np.float64]:
    """floor(t) + Bernoulli(t - floor(t)), t >= 0 below 2^32, from 16-bit coins, not rounded."""
    fixed = place.astype(np.float64) * 2.0**COIN
    total: npt.NDArray[np.int64] = fixed.astype(np.int64) + coins
    ties = np.flatnonzero(total % 2**COIN == 2**COIN - 1)
    total[ties] += carry(fixed[ties], rng)
    return (total >> COIN).astype(np.float64)


def bernoulli(
    share: Reals, rng: np.random.Generator, coin_bits: int | None = None
) -> npt.NDArray[np.bool_]:
    """True with probability `rounding.up_probability(share)`, share in [0, 1)."""
    coins = draw_coins(rng, share.size)
    if coin_bits is None:
        return exact_integers(share, coins, rng) > 0
    low = np.floor(share * 2.0**coin_bits) + (coins >> np.uint16(COIN - coin_bits))
    result: npt.NDArray[np.bool_] = low >= 2**coin_bits
    return result


def draw_coins(rng: np.random.Generator, n: int) -> npt.NDArray[np.uint16]:
    """n uniform words of 16 bits, from ceil(n / 4) raw words of 64."""
    words = rng.integers(0, 2**64, size=-(-n // 4), dtype=np.uint64)
    return words.astype("<u8", copy=False).view("<u2")[:n].astype(np.uint16, copy=False)


def places(flags: npt.NDArray[np.bool_]) -> npt.NDArray[np.intp]:
    """np.flatnonzero for flags of which few are set: eight at a time."""
    whole = flags.size // 8 * 8
    eights = np.flatnonzero(flags[:whole].view(np.uint64))
    near = (eights[:, None] * 8 + np.arange(8)).ravel()
    near = np.concatenate([near, np.arange(whole, flags.size)])
    found: npt.NDArray[np.intp] = near[flags[near]]
    return found


def as_reals(values: npt.ArrayLike) -> Reals:
    """C-contiguous float32 as it came, everything else as float64."""
    source = np.asarray(values)
    if source.dtype.kind in "OSUc":
        raise argument_error("values", source.dtype.name, "an array of real numbers")
    kind = np.float32 if source.dtype == np.float32 else np.float64
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
