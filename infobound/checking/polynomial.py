"""Polynomial inequalities by exact certificates: Sturm's theorem, or a weighted sum of squares."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import sympy

from infobound.checking.exact import Box, sympy_rational
from infobound.checking.mutants import Candidate, expression_mutants
from infobound.checking.normal_form import vanishes
from infobound.checking.outcomes import Inconclusive, Outcome, Proved, Refuted
from infobound.checking.tightness import Nearest, Tangency

Squares = tuple[tuple[sympy.Expr, sympy.Expr], ...]


@dataclass(frozen=True)
class Polynomial:
    """expression >= 0 (> 0 when strict) on the box; everywhere in symbols that have no range."""

    expression: sympy.Expr
    domain: Box = ()
    squares: Squares | None = None
    zeros: tuple[Tangency, ...] = ()
    nearest: Nearest | None = None
    strict: bool = False

    kind = "polynomial"

    def statement(self) -> str:
        """The statement in LaTeX."""
        where = "".join(
            rf",\ {sympy.latex(n)}\in[{sympy.latex(sympy_rational(a))},"
            rf"{sympy.latex(sympy_rational(b))}]"
            for n, (a, b) in self.domain
        )
        return rf"{sympy.latex(self.expression)} {'>' if self.strict else chr(92) + 'ge'} 0{where}"

    def run(self) -> Outcome:
        """Check the declared tightness, then the certificate."""
        defects = [zero.defect(self.expression, self.domain) for zero in self.zeros]
        if self.nearest is not None:
            defects.append(self.nearest.defect(self.expression, self.domain))
        for defect in filter(None, defects):
            return Inconclusive(defect)
        return self._sturm() if self.squares is None else self._sum_of_squares(self.squares)

    def _sum_of_squares(self, squares: Squares) -> Outcome:
        for weight, _ in squares:
            if not self._is_nonnegative(weight):
                return Inconclusive(f"the weight {weight} is not nonnegative on the domain")
        total = sympy.Add(*[weight * p**2 for weight, p in squares])
        if not vanishes(self.expression - total):
            return Inconclusive("the weighted squares do not add up to the polynomial")
        if self.strict and not any(w.is_positive and p.is_Rational and p for w, p in squares):
            return Inconclusive("no square is a positive constant, so > 0 is not shown")
        return Proved({"squares": len(squares)})

    def _is_nonnegative(self, weight: sympy.Expr) -> bool:
        allowed = [
            side
            for name, (low, high) in self.domain
            for side in (name - sympy_rational(low), sympy_rational(high) - name)
        ]
        constant, factors = weight.as_coeff_mul()
        return bool(constant >= 0) and all(
            factor.is_nonnegative or any(sympy.expand(factor - side) == 0 for side in allowed)
            for factor in factors
        )

    def _sturm(self) -> Outcome:
        free = self.expression.free_symbols | {name for name, _ in self.domain}
        if len(free) != 1:
            return Inconclusive("Sturm's theorem needs one symbol; give sos=[(weight, p), ...]")
        (symbol,) = free
        if not self.expression.is_polynomial(symbol):
            return Inconclusive(f"not a polynomial in {symbol}")
        poly = sympy.Poly(self.expression, symbol, domain="QQ")
        ends = dict(self.domain).get(symbol)
        low, high = (None, None) if ends is None else tuple(map(sympy_rational, ends))
        # Off its roots of even multiplicity the sign changes where the odd part has a root.
        odd = sympy.Poly(1, symbol)
        whole = sympy.Poly(1, symbol)
        for factor, multiplicity in poly.sqf_list()[1]:
            whole *= factor
            if multiplicity % 2:
                odd *= factor
        inside = odd.count_roots(low, high) - sum(
            1 for end in (low, high) if end is not None and odd.eval(end) == 0
        )
        probe = _somewhere(whole, low, high)
        if poly.eval(probe) < 0:
            return Refuted({str(symbol): str(probe)}, {"value": str(poly.eval(probe))})
        if inside:
            return Inconclusive(f"the sign changes at {inside} points of the domain")
        if self.strict and whole.count_roots(low, high):
            return Inconclusive("the polynomial has a root in the domain")
        return Proved({"degree": poly.degree(), "sign changes": 0})

    def mutants(self) -> Iterator[Candidate]:
        """Alter the polynomial; certificate and tightness stay as declared."""
        return expression_mutants(self.expression, self._altered, self.domain)

    def _altered(self, expression: sympy.Expr) -> Outcome:
        return replace(self, expression=expression).run()


def _somewhere(
    poly: sympy.Poly, low: sympy.Rational | None, high: sympy.Rational | None
) -> sympy.Rational:
    """A rational point of the domain that is no root."""
    start = low if low is not None else high - 1 if high is not None else sympy.Integer(0)
    width = (high - start) if high is not None else sympy.Integer(1)
    candidates = (start + width * sympy.Rational(k, poly.degree() + 2) for k in range(1, 10**6))
    return next(point for point in candidates if poly.eval(point) != 0)
