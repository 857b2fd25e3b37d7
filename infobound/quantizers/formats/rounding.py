"""Rounding to a number format, elementwise, and the codes of its numbers.

A number x lies on a grid of step s(x): constant for integers, 2^(max(floor(log2 |x|), emin) -
mantissa_bits) for floating point. There is one rounding only, for float64 input too; `grid` says how.
"""

from typing import Literal

import numpy as np
import numpy.typing as npt

from infobound.numerics.arguments import argument_error, whole
from infobound.quantizers.formats.codes import code_chunk, decode_codes, encode_values
from infobound.quantizers.formats.elements import FloatFormat, Format
from infobound.quantizers.formats.grid import (
    CHUNK,
    Codes,
    Kernel,
    Reals,
    as_reals,
    check_out,
    refuse_where,
)
from infobound.quantizers.formats.scales import round_scales

__all__ = [
    "CHUNK",
    "ROUNDINGS",
    "Overflow",
    "Rounding",
    "code_chunk",
    "decode_codes",
    "encode_values",
    "round_chunk",
    "round_codes",
    "round_to",
    "spacing",
    "up_probability",
]

Rounding = Literal["nearest", "stochastic", "truncate"]
Overflow = Literal["saturate", "special"]
Rng = np.random.Generator | np.random.SeedSequence | int | None
ROUNDINGS = ("nearest", "stochastic", "truncate")


def round_to(
    values: npt.ArrayLike,
    format: Format,
    *,
    rounding: Rounding = "nearest",
    overflow: Overflow = "saturate",
    rng: Rng = None,
    coin_bits: int | None = None,
    out: Reals | None = None,
) -> Reals:
    """Round every number to one that `format` has.

    Parameters
    ----------
    values : array_like of float, any shape
        float32 stays float32, everything else becomes float64; rounded once.
    format : FloatFormat or IntegerFormat
    rounding : {"nearest", "stochastic", "truncate"}
        "nearest": ties to the even mantissa. "stochastic": to one of the two neighbours,
        independently, with mean x exactly (of x clipped to the range under saturation).
        "truncate": towards zero.
    overflow : {"saturate", "special"}
        What becomes of numbers that are too large, infinities among them: the largest number of
        their sign; or infinity where the format has it, else not-a-number. For "special", a finite
        number is too large if it would be rounded beyond the largest one on the grid continued
        (IEEE 754-2019, 7.4); truncation never does that.
    rng : Generator, SeedSequence or int
        Of the coins of stochastic rounding: ceil(n / 4) raw 64-bit words for each chunk of
        n <= 2^15 numbers, then what the rare second coins take.
    coin_bits : int, 1 to 16, optional
        Stochastic rounding with coins of so few bits, as hardware has it: up with the probability
        that `up_probability` tells, biased towards zero by less than 2^-coin_bits of a step.
    out : ndarray of the type and shape of the result, C-contiguous, optional
        May be `values` itself.

    Returns
    -------
    ndarray of float32 or float64, the shape of `values`. The sign of a zero is that of the input
    (integers have one zero, +0).

    Raises
    ------
    ArgumentError
        Not-a-number where the format has none; overflow="special" where it has neither infinity nor
        not-a-number; a number <= 0 for E8M0.

    Examples
    --------
    >>> from infobound.quantizers.formats.elements import E2M1
    >>> round_to([0.3, 2.5, -9.0], E2M1)
    array([ 0.5,  2. , -6. ])
    """
    _check_options(format, rounding, overflow, coin_bits)
    source = as_reals(values)
    result: Reals = check_out(out, source.shape, source.dtype)
    generator = np.random.default_rng(rng) if rounding == "stochastic" else None
    given, target = source.reshape(-1), result.reshape(-1)
    scale = isinstance(format, FloatFormat) and format.specials == "scale"
    length, near = min(CHUNK, source.size), rounding == "nearest"
    kernel = Kernel(format, source.dtype, length=length, nearest=near)
    for start in range(0, given.size, CHUNK):
        x, y = given[start : start + CHUNK], target[start : start + CHUNK]
        if scale:
            round_scales(x, format, rounding, overflow, generator, coin_bits, y, start)
        elif kernel.load(x):
            _round(kernel, rounding, generator, coin_bits, y)
        else:
            _round_any(x, format, rounding, overflow, generator, coin_bits, y, start)
    return result


def round_codes(
    values: npt.ArrayLike,
    format: Format,
    *,
    rounding: Rounding = "nearest",
    overflow: Overflow = "saturate",
    rng: Rng = None,
    coin_bits: int | None = None,
) -> Codes:
    """encode_values(round_to(values, ...), format) without the values in between; as `round_to`."""
    source = as_reals(values)
    result: Codes = np.empty(source.shape, dtype=np.uint8 if format.width <= 8 else np.uint16)
    given, target = source.reshape(-1), result.reshape(-1)
    generator = np.random.default_rng(rng) if rounding == "stochastic" else None
    scale = isinstance(format, FloatFormat) and format.specials == "scale"
    length = min(CHUNK, source.size)
    kernel = None if scale else Kernel(format, source.dtype, length=length, nearest=True)
    for start in range(0, given.size, CHUNK):
        x, codes = given[start : start + CHUNK], target[start : start + CHUNK]
        if kernel is not None and rounding == "nearest" and kernel.load(x):
            kernel.encode(codes)
            continue
        rounded = round_to(
            x, format, rounding=rounding, overflow=overflow, rng=generator, coin_bits=coin_bits
        )
        codes[:] = encode_values(rounded, format)
    return result


def round_chunk(
    x: Reals,
    format: Format,
    rounding: Rounding = "nearest",
    rng: np.random.Generator | None = None,
    *,
    coin_bits: int | None = None,
    kernel: Kernel | None = None,
) -> None:
    """Clip to the range of the format and round, in place: the kernel that block formats use.

    Parameters
    ----------
    x : ndarray of float32 or float64, shape (n,), contiguous
        A chunk of about 2^15 numbers, not nan; unchecked.
    format : a signed FloatFormat, or IntegerFormat.
    rounding, coin_bits : as in `round_to`.
    rng : Generator
        For "stochastic": as in `round_to`, for this chunk.
    kernel : grid.Kernel, optional
        Made once for this format and the type of x, it saves allocating scratch arrays each time.
    """
    kernel = Kernel(format, x.dtype, length=x.size) if kernel is None else kernel
    kernel.load_clipped(x)
    _round(kernel, rounding, rng, coin_bits, x)


def spacing(values: npt.ArrayLike, format: Format) -> npt.NDArray[np.float64]:
    """The step of the grid at each number: 2^(max(floor(log2 |x|), emin) - mantissa_bits).

    From a power of two on it is that of the numbers above; for integers it is `step`. The range does
    not end the grid.
    """
    x = np.asarray(values, dtype=np.float64)
    if not isinstance(format, FloatFormat):
        return np.full(x.shape, format.step)
    exponent = np.maximum(np.frexp(x)[1] - 1, format.emin)  # frexp(0) has exponent 0
    exponent = np.where(x == 0, format.emin, exponent)
    steps: npt.NDArray[np.float64] = np.ldexp(1.0, exponent - format.mantissa_bits)
    return steps


def up_probability(
    share: npt.ArrayLike, *, coin_bits: int | None = None
) -> npt.NDArray[np.float64]:
    """Probability that stochastic rounding takes the upper neighbour, the one further from zero.

    Parameters
    ----------
    share : array_like of float, in [0, 1)
        How far the number is from the lower neighbour, in steps.
    coin_bits : int, 1 to 16, or None
        None: `share` itself, so the mean is exact. Else floor(2^coin_bits share) 2^-coin_bits: the
        mean is too small by share minus that, which is less than 2^-coin_bits steps.
    """
    f = np.asarray(share, dtype=np.float64)
    if coin_bits is None:
        return f
    return np.ldexp(np.floor(np.ldexp(f, coin_bits)), -coin_bits)


def _round(
    kernel: Kernel,
    rounding: Rounding,
    rng: np.random.Generator | None,
    coin_bits: int | None,
    out: Reals,
) -> None:
    """Round the chunk that the kernel holds."""
    if rounding == "nearest":
        kernel.nearest(out)
    elif rounding == "truncate":
        kernel.truncate(out)
    elif rng is None:
        raise argument_error("rng", rng, "a Generator, for stochastic rounding")
    elif coin_bits is None:
        kernel.stochastic(rng, out)
    else:
        kernel.short_coins(rng, coin_bits, out)


def _round_any(
    x: Reals,
    format: Format,
    rounding: Rounding,
    overflow: Overflow,
    rng: np.random.Generator | None,
    coin_bits: int | None,
    out: Reals,
    first: int,
) -> None:
    """Round a chunk that holds something not finite, or too large."""
    wide: Reals = np.array(as_reals(x, np.float64))
    unknown, infinite = np.isnan(wide), np.isinf(wide)
    if not format.has_nan:
        allowed = f"a number, as {format.name} has no not-a-number"
        refuse_where(unknown, x, allowed, "Take it out.", first)
    wide[unknown] = 0
    beyond = isinstance(format, FloatFormat) and overflow == "special" and rounding != "truncate"
    # Twice the largest power of two: everything from there on is too large.
    most = 2.0 ** (format.emax + 1)
    low, high = (-most, most) if beyond else (format.min, format.max)
    np.clip(wide, low, high, out=wide)
    kernel = Kernel(format, np.float64, length=wide.size)
    kernel.load(wide)
    _round(kernel, rounding, rng, coin_bits, wide)
    if overflow == "special":
        huge = infinite | (np.abs(wide) > format.max)
        wide[huge] = np.copysign(np.inf if format.has_inf else np.nan, wide[huge])
    wide[unknown] = np.nan
    np.copyto(out, wide, casting="same_kind")


def _check_options(format: Format, rounding: str, overflow: str, coin_bits: int | None) -> None:
    if rounding not in ROUNDINGS:
        raise argument_error("rounding", rounding, f"one of {', '.join(ROUNDINGS)}")
    if overflow not in ("saturate", "special"):
        raise argument_error("overflow", overflow, "'saturate' or 'special'")
    if overflow == "special" and not (format.has_inf or format.has_nan):
        allowed = f"'saturate', as {format.name} has neither infinity nor not-a-number"
        raise argument_error("overflow", overflow, allowed)
    if coin_bits is not None:
        whole("coin_bits", coin_bits, most=16)
        if rounding != "stochastic":
            raise argument_error("coin_bits", coin_bits, f"left out with rounding={rounding!r}")
