"""One fraction of polynomials over Q, in flint, modulo the equations of algebraic generators."""

from collections.abc import Mapping, Sequence

import sympy
from flint import fmpq, fmpq_mpoly, fmpq_mpoly_ctx

from infobound.checking.exact import ClaimError, flint_rational

Relation = tuple[sympy.Symbol, int, sympy.Expr]
"""(g, n, value): g**n = value, where value is free of g or of lower degree in it."""
Fraction = tuple[fmpq_mpoly, fmpq_mpoly]


def is_zero(rational: sympy.Expr, relations: Sequence[Relation]) -> bool:
    """Whether a rational function of symbols is 0 once the relations are applied, in order."""
    symbols = rational.free_symbols.union(
        *({name} | value.free_symbols for name, _, value in relations)
    )
    if not symbols:
        return bool(rational == 0)
    order = sorted(symbols, key=sympy.default_sort_key)
    context = fmpq_mpoly_ctx.get([f"x{i}" for i in range(len(order))], "lex")
    generators = dict(zip(order, context.gens(), strict=True))
    numerator, _ = fraction(rational, generators, context)
    for name, degree, value in relations:
        image = fraction(value, generators, context)
        numerator = _reduced(numerator, order.index(name), degree, image, context)
    return bool(numerator.is_zero())


def fraction(
    node: sympy.Expr, generators: Mapping[sympy.Expr, fmpq_mpoly], context: fmpq_mpoly_ctx
) -> Fraction:
    """Bring a rational function to (numerator, denominator).

    Raises
    ------
    ClaimError
        If a denominator is 0, or the expression is not a rational function of the generators.
    """
    one = context.constant(1)
    if node.is_Rational:
        return context.constant(flint_rational(node)), one
    if node in generators:
        return generators[node], one
    if node.is_Pow and node.exp.is_Integer:
        top, bottom = fraction(node.base, generators, context)
        n = int(node.exp)
        if n < 0:
            top, bottom, n = bottom, top, -n
        if bottom.is_zero():
            raise ClaimError("A denominator vanishes identically.")
        return top**n, bottom**n
    parts = [fraction(argument, generators, context) for argument in node.args]
    if node.is_Mul:
        top, bottom = one, one
        for numerator, denominator in parts:
            top, bottom = top * numerator, bottom * denominator
        return _lowest(top, bottom)
    if node.is_Add:
        total = (context.constant(0), one)
        for part in parts:
            total = _plus(total, part)
        return total
    raise ClaimError(f"{node} is not a rational function of the generators.")


def _plus(x: Fraction, y: Fraction) -> Fraction:
    if x[1] == y[1]:
        return x[0] + y[0], x[1]
    shared = x[1].gcd(y[1])
    left, right = x[1] / shared, y[1] / shared
    return x[0] * right + y[0] * left, x[1] * right


def _lowest(top: fmpq_mpoly, bottom: fmpq_mpoly) -> Fraction:
    if bottom.is_one() or top.is_zero():
        return top, bottom
    shared = top.gcd(bottom)
    return top / shared, bottom / shared


def _reduced(
    polynomial: fmpq_mpoly, place: int, degree: int, image: Fraction, context: fmpq_mpoly_ctx
) -> fmpq_mpoly:
    """Replace g**degree by its image, times a power of the image's denominator (only 0 matters)."""
    top, bottom = image
    while not polynomial.is_zero() and polynomial.degrees()[place] >= degree:
        parts: dict[int, dict[tuple[int, ...], fmpq]] = {}
        for monomial, coefficient in polynomial.to_dict().items():
            turns, left = divmod(monomial[place], degree)
            lowered = (*monomial[:place], left, *monomial[place + 1 :])
            parts.setdefault(turns, {})[lowered] = coefficient
        most = max(parts)
        polynomial = context.constant(0)
        for turns, part in parts.items():
            polynomial += context.from_dict(part) * top**turns * bottom ** (most - turns)
    return polynomial
