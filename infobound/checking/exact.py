"""Exact input only: what may stand in a claim, and the error for what may not."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

import sympy
from flint import fmpq


class ClaimError(ValueError):
    """A claim or a step that is not well formed; the message names it and says what to do."""


class FloatInClaim(TypeError):
    """A binary floating point number where a claim is stated."""


def exact(value: Any, step: str) -> sympy.Expr:
    """Turn `value` into a sympy expression, refusing floats and anything that hides one.

    Raises
    ------
    FloatInClaim
        If `value` is, or contains, a float: 0.1 is not 1/10, and a claim is about one number.
    ClaimError
        If `value` is no expression, or is infinite or undefined.
    """
    if isinstance(value, fmpq):
        value = sympy.Rational(int(value.p), int(value.q))
    try:
        expression = sympy.sympify(value, strict=True)
    except (sympy.SympifyError, TypeError):
        raise ClaimError(
            f"Step {step!r}: {value!r} is not an expression. Use sympy, int or Fraction."
        ) from None
    if not isinstance(expression, sympy.Expr):
        raise ClaimError(f"Step {step!r}: {expression} is not an expression with a value.")
    for node in sympy.preorder_traversal(expression):
        if isinstance(node, sympy.Float):
            raise FloatInClaim(
                f"Step {step!r} contains the float {node}. "
                "A claim is stated in exact numbers: write Rational(1, 10) or sqrt(2)."
            )
    if expression.has(sympy.nan, sympy.zoo, sympy.oo, -sympy.oo):
        raise ClaimError(f"Step {step!r}: {expression} is infinite or undefined.")
    return expression


def rational(value: Any, step: str) -> fmpq:
    """Accept an exact rational of any make (int, Fraction, sympy, flint)."""
    if isinstance(value, fmpq):
        return value
    if isinstance(value, Fraction | int) and not isinstance(value, bool):
        return fmpq(value.numerator, value.denominator)
    expression = exact(value, step)
    if not isinstance(expression, sympy.Rational):
        raise ClaimError(f"Step {step!r}: {value} must be an exact rational number.")
    return fmpq(int(expression.p), int(expression.q))


def show(q: fmpq) -> str:
    """Write a rational as 3/4."""
    return str(q)


def sympy_rational(q: fmpq) -> sympy.Rational:
    """Hand a flint rational to sympy."""
    return sympy.Rational(int(q.p), int(q.q))


def exact_mapping(values: Mapping[Any, Any], step: str) -> dict[sympy.Symbol, sympy.Expr]:
    """Check a mapping symbol -> exact expression."""
    for name in values:
        if not isinstance(name, sympy.Symbol):
            raise ClaimError(f"Step {step!r}: {name!r} must be a sympy symbol.")
    return {name: exact(value, step) for name, value in values.items()}


Interval = tuple[fmpq, fmpq]
Box = tuple[tuple[sympy.Symbol, Interval], ...]
"""A closed box with rational ends; a tuple, so that checks that hold one stay hashable."""


def box(over: Mapping[Any, Any], step: str) -> Box:
    """Read {x: (0, 1), ...}.

    Raises
    ------
    ClaimError
        If an end is infinite or irrational, or the ends are out of order.
    """
    return tuple(_sides(over, step))


def _sides(over: Mapping[Any, Any], step: str) -> Iterator[tuple[sympy.Symbol, Interval]]:
    for name, ends in over.items():
        if not isinstance(name, sympy.Symbol):
            raise ClaimError(f"Step {step!r}: {name!r} must be a sympy symbol.")
        low, high = ends
        if any(end in (sympy.oo, -sympy.oo) for end in (low, high)):
            raise ClaimError(
                f"Step {step!r}: {name} runs to infinity. Substitute (say {name} = 1/u) and state "
                "the tail as a step of its own, on a box with rational ends."
            )
        low, high = rational(low, step), rational(high, step)
        if not low < high:
            raise ClaimError(f"Step {step!r}: {name} runs over ({low}, {high}), which is empty.")
        yield name, (low, high)
