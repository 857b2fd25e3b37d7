"""How numbers are printed in reports: enough digits to read, too few to show rounding noise."""

import math
import re
from fractions import Fraction
from numbers import Rational, Real

_EXPONENT = re.compile(r"(?<=\d)e([+-])0*(\d+)")
_MOST_DIGITS = 15  # a double carries no more


def is_bool(value: object) -> bool:
    """Tell Python's and numpy's truth values from numbers."""
    return type(value).__name__ in {"bool", "bool_"}


def significant(value: object, digits: int) -> str:
    """Format a number to `digits` significant digits; whole numbers and fractions exactly."""
    if is_bool(value):
        return str(value)
    if isinstance(value, Rational):
        return str(Fraction(int(value.numerator), int(value.denominator)))
    if isinstance(value, Real):
        return _trim(f"{float(value):.{min(digits, _MOST_DIGITS)}g}")
    return str(value)


def resolved(value: object, tolerance: float) -> str:
    """Format a number so that its last digit is one tenth of `tolerance`.

    A deviation of 1e-17 under a tolerance of 1e-12 prints as 0, whichever machine computed it.
    """
    if isinstance(value, Rational) or not isinstance(value, Real):
        return significant(value, _MOST_DIGITS)
    number = float(value)
    if number == 0 or not math.isfinite(number):
        return _trim(f"{number:g}")
    places = 1 - math.floor(math.log10(tolerance))
    digits = math.floor(math.log10(abs(number))) + 1 + places
    return "0" if digits < 1 else _trim(f"{number:.{min(digits, _MOST_DIGITS)}g}")


def _trim(text: str) -> str:
    return "0" if text in {"-0", "0"} else text


def pretty(text: str) -> str:
    """Show the exponents of already escaped text as powers of ten (HTML)."""
    return _EXPONENT.sub(_power, text)


def _power(match: re.Match[str]) -> str:
    sign = "\N{MINUS SIGN}" if match[1] == "-" else ""
    return f"\N{THIN SPACE}\N{MULTIPLICATION SIGN}\N{THIN SPACE}10<sup>{sign}{match[2]}</sup>"
