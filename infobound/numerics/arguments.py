"""Argument checks that name the argument, what it was, what is allowed and what to do."""

import math
import numbers
import operator


class ArgumentError(ValueError):
    """An argument outside its domain: the message says which, what it was and what is allowed."""


def argument_error(name: str, got: object, allowed: str, remedy: str = "") -> ArgumentError:
    """Build the error; one string in ``args``, so that it survives pickling between workers."""
    return ArgumentError(f"{name} = {got!r}, but it must be {allowed}. {remedy}".rstrip())


def _is_bool(value: object) -> bool:
    """True for bool and for numpy's, without loading numpy: this module is on every path."""
    return isinstance(value, bool) or getattr(getattr(value, "dtype", None), "kind", "") == "b"


def real(name: str, value: object, remedy: str = "") -> float:
    """Accept any finite real number (not a bool) and return it as a float."""
    if isinstance(value, (str, bytes, complex)) or _is_bool(value):
        raise argument_error(name, value, "a finite real number", remedy)
    try:
        number = float(value)  # type: ignore[arg-type]
    except OverflowError:
        number = math.inf
    except (TypeError, ValueError):
        raise argument_error(name, value, "a finite real number", remedy) from None
    if not math.isfinite(number):
        raise argument_error(name, value, "a finite real number", remedy)
    return number


def positive(name: str, value: object, remedy: str = "") -> float:
    """Accept a finite real number > 0."""
    allowed = "positive and finite"
    try:
        number = real(name, value)
    except ArgumentError:
        raise argument_error(name, value, allowed, remedy) from None
    if not number > 0:
        raise argument_error(name, value, allowed, remedy)
    return number


def nonnegative(name: str, value: object, remedy: str = "") -> float:
    """Accept a finite real number >= 0."""
    allowed = "nonnegative and finite"
    try:
        number = real(name, value)
    except ArgumentError:
        raise argument_error(name, value, allowed, remedy) from None
    if not number >= 0:
        raise argument_error(name, value, allowed, remedy)
    return number


def whole(
    name: str, value: object, *, least: int = 1, most: int | None = None, remedy: str = ""
) -> int:
    """Accept an integer in [least, most]; a float that is a whole number passes (1e9, say)."""
    allowed = f"a whole number, at least {least}" + ("" if most is None else f", at most {most}")
    if _is_bool(value):
        raise argument_error(name, value, allowed, remedy)
    if isinstance(value, numbers.Real) and not isinstance(value, numbers.Integral):
        asked = float(value)
        if not asked.is_integer():
            raise argument_error(name, value, allowed, remedy)
        number = int(asked)
    else:
        try:
            number = operator.index(value)  # type: ignore[arg-type]
        except TypeError:
            raise argument_error(name, value, allowed, remedy) from None
    if number < least or (most is not None and number > most):
        raise argument_error(name, value, allowed, remedy)
    return number


def scale(name: str, value: object, remedy: str = "") -> float:
    """Accept a positive number in [1e-60, 1e60]: squares and ratios then stay in double range."""
    number = positive(name, value, remedy)
    if not 1e-60 <= number <= 1e60:
        raise argument_error(name, value, "between 1e-60 and 1e60", "Change the unit of theta.")
    return number
