"""A printed statement fails: an exact witness, re-checked in exact arithmetic or balls."""

from collections.abc import Iterator
from dataclasses import dataclass

import sympy
from flint import arb

from infobound.checking.arb import compile_expression, working
from infobound.checking.mutants import Candidate
from infobound.checking.normal_form import vanishes
from infobound.checking.outcomes import Inconclusive, Outcome, Refuted

BITS = 400
_SIGN = {"<=": r"\le", ">=": r"\ge", "<": "<", ">": ">", "==": "="}


@dataclass(frozen=True)
class Counterexample:
    """The printed statement `left relation right` is false at `witness`."""

    left: sympy.Expr
    right: sympy.Expr
    relation: str
    witness: tuple[tuple[sympy.Symbol, sympy.Expr], ...]

    kind = "refute"

    def statement(self) -> str:
        """The refuted statement in LaTeX."""
        where = ", ".join(f"{sympy.latex(n)} = {sympy.latex(v)}" for n, v in self.witness)
        sign = _SIGN[self.relation]
        shown = f"{sympy.latex(self.left)} {sign} {sympy.latex(self.right)}"
        return rf"\text{{not }} {shown}\quad\text{{at }} {where}"

    def run(self) -> Outcome:
        """Decide the sign of left - right at the witness."""
        where = dict(self.witness)
        gap = (self.left - self.right).subs(where, simultaneous=True)
        if gap.free_symbols:
            return Inconclusive(f"the witness leaves {sorted(map(str, gap.free_symbols))} open")
        with working(BITS):
            ball: arb = compile_expression(gap, []).ball()
            violated = {
                "<=": ball > 0,
                "<": ball > 0,
                ">=": ball < 0,
                ">": ball < 0,
                "==": ball > 0 or ball < 0,
            }[self.relation]
            shown = ball.str(12, radius=False)
        if not violated and self.relation in ("<", ">"):
            violated = vanishes(gap)
        if not violated:
            return Inconclusive("the statement holds, or cannot be decided, at the witness")
        return Refuted({str(n): str(v) for n, v in self.witness}, {"left - right": shown})

    def mutants(self) -> Iterator[Candidate]:
        """None: the step is itself a planted failure of the printed statement."""
        return iter(())
