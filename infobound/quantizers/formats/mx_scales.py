"""The power of two that scales a block of an MX format, by four rules, and what it scales."""

from typing import Literal

import numpy as np
import numpy.typing as npt

from infobound.numerics.arguments import argument_error
from infobound.quantizers.formats.elements import FORMATS, FloatFormat, IntegerFormat

Rule = Literal["floor", "rceil", "even", "ceil"]
RULES = ("floor", "rceil", "even", "ceil")
Exponents = npt.NDArray[np.int32]
_ONE = 1 << 52  # the mantissa field of a float64


def scale_exponents(
    maxima: npt.ArrayLike, element: FloatFormat | IntegerFormat, rule: Rule
) -> Exponents:
    """Exponent e of the scale 2^e for blocks with the given largest sizes, exactly.

    Parameters
    ----------
    maxima : array_like of float, any shape
        m >= 0, finite; m = 0 gives -127.
    element : FloatFormat or IntegerFormat
    rule : {"floor", "rceil", "even", "ceil"}

    Returns
    -------
    ndarray of int32 in [-127, 127], the shape of `maxima`.

    Notes
    -----
    With m = f 2^k, 1 <= f < 2, the exponent is k - emax, plus 1 where f > 1 (ceil), f > M / 2^emax
    (rceil) or f >= 2 - 2^-p (even; p significant bits). Each is a carry out of the 52 bits of the
    mantissa of m when a constant is added to the pattern of m.
    """
    pattern = np.asarray(maxima, dtype=np.float64).view(np.int64)
    carry = _carry(element, rule)
    exponents = ((pattern + carry >> 52) - (1023 + element.emax)).astype(np.int32)
    clamped: Exponents = np.minimum(np.maximum(exponents, -127), 127)  # np.clip takes longer
    return clamped


def largest_share(element: FloatFormat | IntegerFormat, rule: Rule) -> float:
    """The supremum of m / (M 2^e) over all m that are not clamped: above 1 the rule may clip.

    Attained for ceil and rceil only.
    """
    top = 2.0**element.emax
    reach = {
        "floor": 2 * top,
        "even": (2 - 2.0 ** -precision(element)) * top,
        "ceil": top,
        "rceil": element.max,
    }
    return reach[rule] / element.max


def precision(element: FloatFormat | IntegerFormat) -> int:
    """Significant bits of the largest numbers of a format, the leading one counted."""
    return element.precision if isinstance(element, FloatFormat) else element.width - 1


def mx_element(element: str | FloatFormat | IntegerFormat) -> FloatFormat | IntegerFormat:
    """A format that can be the element of an MX format, by name or as it is.

    Its numbers times 2^-127 are multiples of 2^-149, so the values of the MX format are float32.
    """
    if isinstance(element, str):
        if element.lower() not in FORMATS:
            raise argument_error("element", element, f"one of {', '.join(FORMATS)}")
        element = FORMATS[element.lower()]
    if isinstance(element, FloatFormat):
        good, least = element.signed, element.min_subnormal
    else:
        good, least = element.symmetric, element.step
    if not (good and element.width <= 8 and least >= 2.0**-22 and element.max < 2.0**16):
        allowed = "a signed format of at most 8 bits with numbers in 2^[-22, 16)"
        raise argument_error("element", element, allowed)
    return element


def neighbours(
    x: npt.NDArray[np.float64], element: FloatFormat | IntegerFormat
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Elements around x, clipped to the range: towards zero, one step away from it, and x between.

    Returns
    -------
    (low, high, share) with low + share (high - low) = x, 0 <= share < 1.
    """
    x = np.clip(x, -element.max, element.max)
    if isinstance(element, IntegerFormat):
        step = np.full(x.shape, element.step)
    else:
        exponents = np.maximum(np.frexp(x)[1] - 1, element.emin)
        exponents[x == 0] = element.emin
        step = np.ldexp(1.0, exponents - element.mantissa_bits)
    low = np.trunc(x / step) * step
    step = np.copysign(step, x)
    return low, low + step, (x - low) / step


def _carry(element: FloatFormat | IntegerFormat, rule: Rule) -> int:
    """What is added to the pattern of m, so that the exponent field grows where the rule says."""
    if rule == "floor":
        return 0
    if rule == "ceil":
        return _ONE - 1
    if rule == "rceil":
        mantissa = int(np.float64(element.max).view(np.int64)) % _ONE
        return _ONE - 1 - mantissa
    return _ONE >> precision(element)
