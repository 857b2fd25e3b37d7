"""Inequalities on boxes with rational ends, certified by branch and bound in ball arithmetic."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import sympy

from infobound.checking.branch import Closed, Negative, Open, Prover, describe, show_sides
from infobound.checking.exact import Box, latex_box
from infobound.checking.mutants import Candidate, expression_mutants
from infobound.checking.outcomes import Certified, Inconclusive, Outcome, Refuted
from infobound.checking.tightness import Nearest, Tangency

MUTANT_BUDGET = 2_000


@dataclass(frozen=True)
class Inequality:
    """expression >= 0 (> 0 when strict) on the box, tight where declared."""

    expression: sympy.Expr
    domain: Box
    zeros: tuple[Tangency, ...] = ()
    nearest: Nearest | None = None
    strict: bool = False
    is_mutant: bool = False

    kind = "inequality"

    def statement(self) -> str:
        """LaTeX with the domain."""
        sign = ">" if self.strict else r"\ge"
        return rf"{sympy.latex(self.expression)} {sign} 0,\quad {latex_box(self.domain)}"

    def run(self) -> Outcome:
        """Check the declared tightness exactly, then cover the box."""
        defect = self._defect()
        if defect and self.is_mutant:
            return Inconclusive(defect)
        match self._prover(with_zeros=not defect).run():
            case Negative(point, value):
                return Refuted(describe(point, self.domain), {"value": value})
            case Closed(boxes, depth) if not defect:
                return Certified({"boxes": boxes, "depth": depth, **self._slack()})
            case Open(sides, reason, boxes) if not defect:
                where = show_sides(sides, self.domain)
                return Inconclusive(f"{reason}: {where}", {"boxes": boxes})
        return Inconclusive(defect)

    def _defect(self) -> str:
        for zero in self.zeros:
            defect = zero.defect(self.expression, self.domain)
            if defect:
                return defect
        return self.nearest.defect(self.expression, self.domain) if self.nearest else ""

    def _prover(self, *, with_zeros: bool) -> Prover:
        factors = tuple(zero.factor for zero in self.zeros) if with_zeros else ()
        budget = {"budget": MUTANT_BUDGET} if self.is_mutant else {}
        return Prover(self.expression, self.domain, factors, self.strict, **budget)

    def _slack(self) -> dict[str, str | int]:
        if self.nearest is None:
            return {}
        return {"slack": f"{self.nearest.slack} = {sympy.N(self.nearest.slack, 6)}"}

    def mutants(self) -> Iterator[Candidate]:
        """The altered expression must fail with the tightness as declared for the original."""
        return expression_mutants(self.expression, self._altered, self.domain)

    def _altered(self, expression: sympy.Expr) -> Outcome:
        return replace(self, expression=expression, is_mutant=True).run()
