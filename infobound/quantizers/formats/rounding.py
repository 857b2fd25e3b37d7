"""Rounding to a number format, elementwise, and the codes of its numbers.

A number x lies on a grid of step s(x): constant for integers, 2^(max(floor(log2 |x|), emin) -
mantissa_bits) for floating point. All roundings bring x / s, which is exact, to one of the two
integers around it and multiply back, which is exact as well; so there is one rounding only, for
float64 input too.
"""

from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from infobound.numerics.arguments import argument_error, whole
from infobound.numerics.stochastic_rounding import carry
from infobound.quantizers.formats.elements import FloatFormat, Format, IntegerFormat

Rounding = Literal["nearest", "stochastic", "truncate"]
Overflow = Literal["saturate", "special"]
Reals = npt.NDArray[np.float32 | np.float64]
Codes = npt.NDArray[np.uint8 | np.uint16]
ROUNDINGS = ("nearest", "stochastic", "truncate")
CHUNK = 2**15


def round_to(
    values: npt.ArrayLike,
    format: Format,
    *,
    rounding: Rounding = "nearest",
    overflow: Overflow = "saturate",
    rng: np.random.Generator | np.random.SeedSequence | int | None = None,
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
        "nearest": ties to the even mantissa. "stochastic": to one of the two neighbours, independently,
        with mean x exactly (of the clipped x under saturation). "truncate": towards zero.
    overflow : {"saturate", "special"}
        What becomes of numbers that are too large, infinities among them: the largest number of
        their sign; or infinity where the format has it, else not-a-number. For "special", a finite
        number is too large if it would be rounded beyond the largest one on the grid continued
        (IEEE 754); truncation never does.
    rng : Generator, SeedSequence or int
        Of the coins of stochastic rounding.
    coin_bits : int, 1 to 16, optional
        Stochastic rounding with coins of so few bits, as hardware has it: up with probability
        floor(2^coin_bits f) / 2^coin_bits where f is the fraction of the step. Biased towards zero
        by less than 2^-coin_bits of a step; see `up_probability`.
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
    source = np.asarray(values)
    if source.dtype != np.float32:
        source = source.astype(np.float64)
    _check_options(format, rounding, overflow, coin_bits)
    result: Reals = np.empty(source.shape, source.dtype) if out is None else out
    if result.shape != source.shape or result.dtype != source.dtype:
        raise argument_error("out", (result.dtype, result.shape), f"{source.dtype}, {source.shape}")
    np.copyto(result, source)
    flat = result.reshape(-1)
    if not np.shares_memory(flat, result) and flat.size:
        raise argument_error("out", result.strides, "C-contiguous")
    generator = np.random.default_rng(rng)
    for start in range(0, flat.size, CHUNK):
        _round_any(flat[start : start + CHUNK], format, rounding, overflow, generator, coin_bits)
    return result


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


def _round_any(
    x: Reals,
    format: Format,
    rounding: Rounding,
    overflow: Overflow,
    rng: np.random.Generator,
    coin_bits: int | None,
) -> None:
    """Round a chunk in place, with the rules for what is not finite or too large."""
    unknown = np.isnan(x)
    if unknown.any() and not format.has_nan:
        i = int(np.argmax(unknown))
        remedy = "Remove not-a-number first."
        raise argument_error(
            f"values[{i}]", float(x[i]), f"a number: {format.name} has no nan", remedy
        )
    if isinstance(format, FloatFormat) and format.specials == "scale":
        _round_scale(x, format, rounding, overflow, rng, coin_bits)
        return
    limit = format.max
    huge = np.zeros(x.shape, dtype=bool)
    if overflow == "special":
        limit = 2.0 ** (format.emax + 1)
        huge = np.isinf(x) if rounding == "truncate" else np.abs(x) >= limit
        limit = format.max if rounding == "truncate" else limit
    sign = np.signbit(x)
    x[unknown] = 0
    np.clip(x, -limit, limit, out=x)
    _round_grid(x, format, rounding, rng, coin_bits)
    if overflow == "special":
        huge |= np.abs(x) > format.max
        x[huge] = np.inf if format.has_inf else np.nan
        x[huge & sign] *= -1
    x[unknown] = np.nan


def round_chunk(
    x: Reals,
    format: Format,
    rounding: Rounding = "nearest",
    rng: np.random.Generator | None = None,
    *,
    coin_bits: int | None = None,
) -> None:
    """Clip to the range of the format and round, in place: the kernel of the block formats.

    Parameters
    ----------
    x : ndarray of float32 or float64, shape (n,), contiguous, finite
        A chunk of about 2^15 numbers; unchecked.
    format : a signed FloatFormat, or IntegerFormat.
    rounding : as in `round_to`.
    rng : Generator
        For "stochastic": reads ceil(n / 4) raw 64-bit words for the 16-bit coins, then what the rare
        second coins take that make the mean exact.
    coin_bits : as in `round_to`.
    """
    low = format.min if isinstance(format, IntegerFormat) else -format.max
    np.clip(x, low, format.max, out=x)
    _round_grid(x, format, rounding, rng, coin_bits)


def _round_grid(
    x: Reals,
    format: Format,
    rounding: Rounding,
    rng: np.random.Generator | None,
    coin_bits: int | None,
) -> None:
    sign = np.signbit(x)
    wide: Reals = x.astype(np.float64)
    step = _steps(wide, format)
    wide /= step
    if rounding == "nearest":
        np.rint(wide, out=wide)
    elif rounding == "truncate":
        np.trunc(wide, out=wide)
    else:
        if rng is None:
            raise argument_error("rng", rng, "given for stochastic rounding")
        wide = _random_integers(np.abs(wide), rng, coin_bits)
    x[...] = np.abs(wide) * step
    negative = sign & (x != 0) if isinstance(format, IntegerFormat) else sign
    x[negative] *= -1


def _steps(x: Reals, format: Format) -> Any:
    if isinstance(format, IntegerFormat):
        return format.step
    exponent = np.maximum(np.frexp(x)[1] - 1, format.emin)
    exponent[x == 0] = format.emin
    return np.ldexp(1.0, exponent - format.mantissa_bits)


def _random_integers(t: Reals, rng: np.random.Generator, coin_bits: int | None) -> Reals:
    bits = 16 if coin_bits is None else coin_bits
    fixed = t * 2.0**bits
    words = rng.integers(0, 2**64, size=-(-t.size // 4), dtype=np.uint64)
    coins = words.astype("<u8", copy=False).view("<u2")[: t.size] >> np.uint16(16 - bits)
    whole_part = fixed.astype(np.int64) + coins
    if coin_bits is None:
        ties = np.flatnonzero((whole_part & 0xFFFF) == 0xFFFF)
        whole_part[ties] += carry(fixed[ties], rng)
    return (whole_part >> bits).astype(t.dtype)


def up_probability(share: npt.ArrayLike, *, coin_bits: int | None = None) -> Any:
    """Probability that stochastic rounding takes the upper neighbour (the one further from 0).

    Parameters
    ----------
    share : array_like of float, in [0, 1)
        How far the number is from the lower neighbour, in steps.
    coin_bits : int, 1 to 16, or None
        None: `share` itself, so the mean is exact. Else floor(2^coin_bits share) 2^-coin_bits: the
        mean is too small by share minus that, less than 2^-coin_bits steps.
    """
    f = np.asarray(share, dtype=np.float64)
    if coin_bits is None:
        return f
    return np.floor(np.ldexp(f, coin_bits)) * 2.0**-coin_bits


def _round_scale(
    x: Reals,
    format: FloatFormat,
    rounding: Rounding,
    overflow: Overflow,
    rng: np.random.Generator,
    coin_bits: int | None,
) -> None:
    """Powers of two: between neighbours 2^e and 2^(e+1), the tie goes up (3 -> 4)."""
    if np.any(x <= 0):
        i = int(np.argmax(x <= 0))
        raise argument_error(
            f"values[{i}]", float(x[i]), f"> 0: {format.name} has no zero and no sign"
        )
    unknown = np.isnan(x)
    huge = np.isinf(x)
    wide = np.where(unknown | huge, 1.0, x).astype(np.float64)
    below = wide < format.min_normal
    wide[below] = format.min_normal
    mantissa, exponent = np.frexp(wide)
    share = 2 * mantissa - 1  # in [0, 1)
    if rounding == "nearest":
        up = share >= 0.5
    elif rounding == "truncate":
        up = np.zeros(x.shape, dtype=bool)
    else:
        up = _random_integers(share, rng, coin_bits) > 0
    rounded = np.ldexp(1.0, exponent - 1 + up)
    over = (rounded > format.max) & ((overflow == "saturate") | (rounding != "truncate")) | huge
    rounded[over] = format.max if overflow == "saturate" else np.nan
    np.minimum(rounded, format.max, out=rounded)
    rounded[unknown] = np.nan
    x[...] = rounded


def encode_values(values: npt.ArrayLike, format: Format) -> Codes:
    """Codes of numbers that the format has; the sign of zero is kept, nan becomes the canonical one.

    Parameters
    ----------
    values : array_like of float, any shape
        As `round_to` gives them.

    Returns
    -------
    ndarray of uint8, or uint16 for formats wider than 8 bits, the shape of `values`.

    Raises
    ------
    ArgumentError
        A number that the format does not have.
    """
    x = np.asarray(values)
    if x.dtype != np.float32:
        x = x.astype(np.float64)
    kind = np.uint8 if format.width <= 8 else np.uint16
    table = format.values
    finite = np.flatnonzero(np.isfinite(table) | np.isinf(table))
    # Sorted by value, -0 left out: it is put back by sign.
    keep = finite[~((table[finite] == 0) & np.signbit(table[finite]))]
    order = keep[np.argsort(table[keep])]
    flat = x.reshape(-1).astype(np.float64)
    place = np.searchsorted(table[order], flat).clip(0, len(order) - 1)
    codes = order[place]
    wrong = table[codes] != flat
    if format.has_nan:
        nan_code = int(np.argmax(np.isnan(table)))
        if isinstance(format, FloatFormat) and format.specials == "ieee":
            nan_code += (1 << format.mantissa_bits - 1) - 1  # quiet
        unknown = np.isnan(flat)
        codes[unknown] = nan_code
        wrong &= ~unknown
    if wrong.any():
        i = int(np.argmax(wrong))
        remedy = "Round it first: round_to(values, format)."
        raise argument_error(f"values[{i}]", float(flat[i]), f"a number of {format.name}", remedy)
    if isinstance(format, FloatFormat) and format.signed:
        codes[(flat == 0) & np.signbit(flat)] = 1 << format.width - 1
    result: Codes = codes.astype(kind).reshape(x.shape)
    return result


def decode_codes(
    codes: npt.ArrayLike, format: Format, *, out: npt.NDArray[np.float32] | None = None
) -> npt.NDArray[np.float32]:
    """What codes stand for, by table; float32 holds every number of every format here exactly.

    Parameters
    ----------
    codes : array_like of int, any shape, in [0, 2^width).

    Returns
    -------
    ndarray of float32, the shape of `codes`.
    """
    symbols = np.asarray(codes)
    if symbols.dtype.kind not in "iu":
        raise argument_error("codes", symbols.dtype.name, "an array of integers")
    if symbols.size and (int(symbols.min()) < 0 or int(symbols.max()) >= 1 << format.width):
        raise argument_error("codes", int(symbols.max()), f"in [0, 2^{format.width})")
    table = format.values.astype(np.float32)
    return np.take(table, symbols, out=out)
