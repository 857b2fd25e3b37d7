"""Factor a rational function, and decide that a polynomial is positive: sufficient tests only."""

from collections.abc import Mapping
from typing import Any

import sympy

from infobound.checking.exact import Interval, sympy_rational

Ranges = Mapping[sympy.Symbol, Interval]
Factor = tuple[sympy.Expr, sympy.Rational]
"""A factor and its multiplicity."""


def canonical(rational: sympy.Expr) -> sympy.Expr:
    """One form for equal rational functions."""
    if rational.is_Rational or rational.is_Symbol:
        return rational
    numerator, denominator = sympy.fraction(sympy.cancel(sympy.together(rational)))
    return sympy.expand(numerator) / sympy.expand(denominator)


def terms(rational: sympy.Expr) -> list[tuple[sympy.Rational, sympy.Expr]]:
    """Split a rational function into rational coefficients times monomial / common denominator."""
    if rational.is_Rational:
        return [(rational, sympy.Integer(1))] if rational != 0 else []
    if rational.is_Symbol:
        return [(sympy.Integer(1), rational)]
    numerator, denominator = sympy.fraction(sympy.cancel(sympy.together(rational)))
    content, denominator = sympy.expand(denominator).as_content_primitive()
    pairs = [term.as_coeff_Mul() for term in sympy.Add.make_args(sympy.expand(numerator))]
    return [(c / content, monomial / denominator) for c, monomial in pairs if c != 0]


def factor_list(rational: sympy.Expr) -> tuple[sympy.Rational, list[Factor]]:
    """Rational content, and irreducible factors with multiplicities (rational for a root)."""
    if rational.is_Rational:
        return rational, []
    if rational.is_Symbol:
        return sympy.Integer(1), [(rational, sympy.Integer(1))]
    numerator, denominator = sympy.fraction(sympy.cancel(sympy.together(rational)))
    (top, above), (bottom, below) = _factored(numerator), _factored(denominator)
    factors = [(p, sympy.Rational(m)) for p, m in above]
    factors += [(p, -sympy.Rational(m)) for p, m in below]
    return sympy.Rational(top) / sympy.Rational(bottom), factors


def _factored(polynomial: sympy.Expr) -> tuple[sympy.Rational, list[tuple[sympy.Expr, Any]]]:
    polynomial = sympy.expand(polynomial)
    if polynomial.is_Rational:
        return polynomial, []
    content, factors = sympy.factor_list(polynomial)
    return content, factors


def prime_factors(content: sympy.Rational) -> list[Factor]:
    """Primes of a positive rational with their multiplicities."""
    above, below = sympy.factorint(content.p), sympy.factorint(content.q)
    found = [(sympy.Integer(p), sympy.Integer(m)) for p, m in above.items()]
    return found + [(sympy.Integer(p), -sympy.Integer(m)) for p, m in below.items()]


def is_positive(polynomial: sympy.Expr, ranges: Ranges) -> bool:
    """Whether assumptions on the symbols, or their open ranges, make a polynomial positive.

    Each range is mapped to (0, oo) by x = (low + high t) / (1 + t); if all coefficients in t are
    then positive, so is the polynomial. False means undecided.
    """
    if polynomial.is_positive:
        return True
    ranged = [name for name in polynomial.free_symbols if name in ranges]
    others = polynomial.free_symbols - set(ranged)
    if not ranged or not all(name.is_positive for name in others):
        return False
    if not polynomial.is_polynomial(*polynomial.free_symbols):
        return False
    for name in ranged:
        low, high = map(sympy_rational, ranges[name])
        polynomial = polynomial.subs(name, (low + high * name) / (1 + name))
    return all(map(_has_positive_coefficients, sympy.fraction(sympy.cancel(polynomial))))


def _has_positive_coefficients(polynomial: sympy.Expr) -> bool:
    if polynomial.is_Rational:
        return bool(polynomial > 0)
    coefficients = sympy.Poly(polynomial, *polynomial.free_symbols).coeffs()
    return all(c.is_Rational and c > 0 for c in coefficients)
