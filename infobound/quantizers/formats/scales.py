"""Powers of two without a sign: the scale format E8M0."""

import numpy as np

from infobound.quantizers.formats import grid
from infobound.quantizers.formats.elements import FloatFormat, Format
from infobound.quantizers.formats.grid import Codes, Reals, refuse_where


def round_scales(
    x: Reals,
    format: Format,
    rounding: str,
    overflow: str,
    rng: np.random.Generator | None,
    coin_bits: int | None,
    out: Reals,
    first: int,
) -> None:
    """Round numbers > 0 to powers of two, as `round_to` says, for one chunk.

    The midpoint of 2^e and 2^(e+1) goes up, as 1 is odd and 2 is even. Numbers below the smallest
    power become that. x[0] is number `first` of the array, for messages.
    """
    assert isinstance(format, FloatFormat)
    remedy = "Take its absolute value, and give zeros a scale of their own."
    refuse_where(x <= 0, x, f"positive: {format.name} has no sign and no zero", remedy, first)
    finite = np.isfinite(x)
    wide = np.maximum(np.where(finite, x, 1.0).astype(np.float64), format.min_normal)
    mantissa, exponent = np.frexp(wide)
    share = 2 * mantissa - 1
    if rounding == "nearest":
        up = share >= 0.5
    elif rounding == "truncate":
        up = np.zeros(x.shape, dtype=bool)
    else:
        assert rng is not None
        up = grid.bernoulli(share, rng, coin_bits)
    rounded = np.ldexp(1.0, exponent - 1 + up)
    special = np.isinf(x)
    if rounding == "truncate":
        np.minimum(rounded, format.max, out=rounded)
    special |= rounded > format.max
    rounded[special] = format.max if overflow == "saturate" else np.nan
    rounded[np.isnan(x)] = np.nan
    np.copyto(out, rounded, casting="same_kind")


def encode_scales(x: Reals, format: Format, out: Codes, first: int) -> None:
    """Codes of powers of two and not-a-number, for one chunk."""
    assert isinstance(format, FloatFormat)
    unknown = np.isnan(x)
    wide = np.where(unknown, 1.0, x).astype(np.float64)
    mantissa, exponent = np.frexp(wide)
    codes = exponent - 1 + format.bias
    wrong = (mantissa != 0.5) | (codes < 0) | (wide > format.max)
    remedy = f"Round it first: round_to(values, {format.name.upper()})."
    refuse_where(wrong, x, f"a number of {format.name}", remedy, first)
    codes[unknown] = (1 << format.width) - 1
    np.copyto(out, codes, casting="unsafe")
