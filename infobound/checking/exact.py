"""Exact input only: what may stand in a claim, and the error for what may not."""

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from functools import reduce
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
    if isinstance(value, sympy.Rational):
        return flint_rational(value)
    expression = exact(value, step)
    if not isinstance(expression, sympy.Rational):
        raise ClaimError(f"Step {step!r}: {value} must be an exact rational number.")
    return fmpq(int(expression.p), int(expression.q))


def sympy_rational(q: fmpq) -> sympy.Rational:
    """Hand a flint rational to sympy."""
    return sympy.Rational(int(q.p), int(q.q))


def flint_rational(q: sympy.Rational) -> fmpq:
    """Hand a sympy rational to flint."""
    return fmpq(int(q.p), int(q.q))


def exact_mapping(values: Mapping[Any, Any], step: str) -> dict[sympy.Symbol, sympy.Expr]:
    """Check a mapping symbol -> exact expression."""
    for name in values:
        if not isinstance(name, sympy.Symbol):
            raise ClaimError(f"Step {step!r}: {name!r} must be a sympy symbol.")
    return {name: exact(value, step) for name, value in values.items()}


def assumptions(expressions: Iterable[sympy.Expr]) -> str:
    """What the symbols are declared to be: "s > 0, x >= 0". A claim holds only under this."""
    symbols: set[sympy.Symbol] = set().union(*(e.free_symbols for e in expressions))
    words = []
    for name in sorted(symbols, key=str):
        if name.is_positive:
            words.append(f"{name} > 0")
        elif name.is_nonnegative:
            words.append(f"{name} >= 0")
        elif name.is_negative:
            words.append(f"{name} < 0")
        if name.is_integer:
            words.append(f"{name} whole")
    return ", ".join(words)


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
        if (name.is_nonnegative and low < 0) or (name.is_nonpositive and high > 0):
            # sqrt(x**2) has already become x: the claim would hold only by assumption.
            raise ClaimError(
                f"Step {step!r}: {name} runs over ({low}, {high}), but the symbol is declared "
                f"{'nonnegative' if name.is_nonnegative else 'nonpositive'}. Declare it real."
            )
        yield name, (low, high)


def latex_box(sides: Box) -> str:
    """LaTeX of x in [a, b], ..."""
    return r",\ ".join(
        rf"{sympy.latex(name)}\in[{sympy.latex(sympy_rational(low))},"
        rf"{sympy.latex(sympy_rational(high))}]"
        for name, (low, high) in sides
    )


def least_value(node: sympy.Expr, domain: Mapping[sympy.Symbol, Interval]) -> fmpq | None:
    """A lower bound of a polynomial expression, by exact interval arithmetic; None if unknown."""
    ends = _enclosure(node, domain)
    return None if ends is None else ends[0]


def _enclosure(node: sympy.Expr, domain: Mapping[sympy.Symbol, Interval]) -> Interval | None:
    if node.is_Rational:
        return flint_rational(node), flint_rational(node)
    if node in domain:
        return domain[node]
    if node.is_Pow and node.exp.is_Integer and node.exp > 0:
        base = _enclosure(node.base, domain)
        return None if base is None else _power(base, int(node.exp))
    if not (node.is_Add or node.is_Mul):
        return None
    parts: list[Interval] = []
    for argument in node.args:
        part = _enclosure(argument, domain)
        if part is None:
            return None
        parts.append(part)
    return reduce(_plus if node.is_Add else _times, parts)


def _plus(x: Interval, y: Interval) -> Interval:
    return x[0] + y[0], x[1] + y[1]


def _times(x: Interval, y: Interval) -> Interval:
    corners = [a * b for a in x for b in y]
    return min(corners), max(corners)


def _power(base: Interval, n: int) -> Interval:
    corners = [end**n for end in base]
    crosses = n % 2 == 0 and base[0] < 0 < base[1]
    return (fmpq(0) if crosses else min(corners)), max(corners)
