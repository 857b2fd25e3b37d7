"""Stochastic rounding with 16-bit coins that is exactly unbiased.

A number x is rounded to floor(x) or floor(x) + 1, up with probability x - floor(x). In fixed point,
w = floor(2^16 x), a uniform 16-bit word u decides: (w + u) >> 16. What this leaves out is
r = 2^16 x - w in [0, 1), and it matters for one word only, the one with w + u = -1 mod 2^16. There,
and so for one number in 65536, a second coin adds 1 with probability r. So

    P(up) = (w mod 2^16) / 2^16 + r / 2^16 = x - floor(x).
"""

import math

import numpy as np
import numpy.typing as npt

from infobound.numerics.arguments import argument_error, real

Ints = npt.NDArray[np.signedinteger | np.unsignedinteger]
Reals = npt.NDArray[np.float32 | np.float64]
CHUNK = 2**15
LARGEST = 2.0**46


def stochastic_round(
    place: npt.ArrayLike,
    rng: np.random.Generator | np.random.SeedSequence | int | None,
    *,
    scale: float = 1.0,
    offset: float = 0.0,
    dtype: npt.DTypeLike | None = None,
    out: Ints | None = None,
) -> Ints:
    """floor(x) + Bernoulli(x - floor(x)) for every x = scale * place + offset, independently.

    Parameters
    ----------
    place : array_like of float, any shape
        float32 is computed in float32, everything else in float64.
    rng : Generator, SeedSequence or int
        Reads ceil(n / 4) raw 64-bit words for each chunk of n <= 2^15 numbers, and then what the
        second coins take.
    scale, offset : float
        The map is computed in the type of `place`, with a rounding after the product and one after
        the sum; what is rounded without bias is the float x that comes out.
    dtype : integer type, optional
        Of the result. By default int32 if every |x| < 2^14 and int64 otherwise.
    out : ndarray of an integer type, C-contiguous, of the shape of `place`, optional
        Where to put the result.

    Returns
    -------
    ndarray of integers, the shape of `place`.

    Raises
    ------
    ArgumentError
        An x that is not finite, beyond 2^46 in size, or that may round to an integer that the type
        of the result does not hold.

    Examples
    --------
    >>> stochastic_round([3.0, -2.0], 0)
    array([ 3, -2], dtype=int32)
    """
    values = _floats(place)
    kind = values.dtype.type
    for name, number in (("scale", scale), ("offset", offset)):
        if not abs(real(name, number)) < 2.0**112:
            raise argument_error(name, number, "less than 2^112 in size")
    factor, shift = kind(scale * 2.0**16), kind(offset * 2.0**16)
    low, high = _range(values, factor, shift)
    small = max(-low, high) < 2.0**14
    if out is None:
        out = np.empty(values.shape, dtype=dtype or (np.int32 if small else np.int64))
    _check_out(out, values.shape, low, high)
    generator = np.random.default_rng(rng)
    source, target = values.reshape(-1), out.reshape(-1)
    length = min(CHUNK, source.size)
    fixed = np.empty(length, dtype=kind)
    whole: npt.NDArray[np.int32 | np.int64]
    whole = np.empty(length, dtype=np.int32 if small else np.int64)
    last = np.empty(length, dtype=np.uint16)
    for start in range(0, source.size, CHUNK):
        n = min(CHUNK, source.size - start)
        if n < length:
            fixed, whole, last = fixed[:n], whole[:n], last[:n]
        np.multiply(source[start : start + n], factor, out=fixed)
        if shift:
            fixed += shift
        floors = fixed if low >= 0 else np.floor(fixed)  # a cast drops the fraction
        np.copyto(whole, floors, casting="unsafe")
        words = generator.integers(0, 2**64, size=-(-n // 4), dtype=np.uint64)
        coins = words.astype("<u8", copy=False).view("<u2")[:n]
        np.add(whole, coins, out=whole, dtype=whole.dtype)
        np.copyto(last, whole, casting="unsafe")  # the last 16 bits
        if last.max() == 0xFFFF:
            ties = np.flatnonzero(last == 0xFFFF)
            whole[ties] += carry(fixed[ties], generator)
        whole >>= 16
        np.copyto(target[start : start + n], whole, casting="unsafe")
    return out


def carry(fixed: Reals, rng: np.random.Generator) -> npt.NDArray[np.bool_]:
    """True with probability r = t - floor(t), exactly, for each t: coins of 53 bits, until decided.

    r itself may not be a float when t < 0, but the fraction of |t| always is: it is 1 - r.
    """
    size = np.abs(fixed).astype(np.float64)
    fraction = size - np.floor(size)
    below = _bernoulli(fraction, rng)
    negative: npt.NDArray[np.bool_] = (fixed < 0) & (fraction > 0)
    return below ^ negative


def _bernoulli(chance: npt.NDArray[np.float64], rng: np.random.Generator) -> npt.NDArray[np.bool_]:
    """True with the given probabilities in [0, 1): compares the digits of a uniform number."""
    result, rest = np.zeros(chance.shape, dtype=np.bool_), chance.copy()
    pending = np.flatnonzero(chance)
    while pending.size:
        scaled = rest[pending] * 2.0**53
        digit = np.floor(scaled)
        coin = rng.integers(0, 2**64, size=pending.size, dtype=np.uint64) >> np.uint64(11)
        result[pending] = coin < digit
        rest[pending] = scaled - digit
        pending = pending[(coin == digit) & (scaled > digit)]
    return result


def _floats(place: npt.ArrayLike) -> Reals:
    values = np.asarray(place)
    if values.dtype != np.float32:
        values = values.astype(np.float64)
    return np.ascontiguousarray(values).reshape(values.shape)


def _range(values: Reals, factor: np.floating, shift: np.floating) -> tuple[float, float]:
    """Least and largest x; rounding is monotone, so the ends of `values` give them."""
    if not values.size:
        return 0.0, 0.0
    with np.errstate(over="ignore", invalid="ignore"):
        ends = [float(end * factor + shift) * 2.0**-16 for end in (values.min(), values.max())]
    for end in ends:
        if not abs(end) <= LARGEST:
            remedy = "Scale the values down, or take fewer levels: 16 bits of coin are kept beside."
            raise argument_error("place", end, "finite and at most 2^46 in size", remedy)
    return min(ends), max(ends)


def _check_out(out: Ints, shape: tuple[int, ...], low: float, high: float) -> None:
    if not np.issubdtype(out.dtype, np.integer):
        raise argument_error("dtype", out.dtype.name, "an integer type")
    if out.shape != shape or not out.flags.c_contiguous:
        raise argument_error("out", out.shape, f"C-contiguous and of shape {shape}")
    kind = np.iinfo(out.dtype)
    if math.floor(low) < kind.min or math.ceil(high) > kind.max:
        allowed = f"wide enough for {math.floor(low)} to {math.ceil(high)}"
        raise argument_error("dtype", out.dtype.name, allowed)
