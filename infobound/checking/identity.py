"""Identities: an exact decision, and an independent numeric evaluation that must agree."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import sympy

from infobound.checking.evaluation import DIGITS, concrete, counterexample, disagreement, named
from infobound.checking.exact import Box, assumptions
from infobound.checking.mutants import Candidate, expression_mutants
from infobound.checking.normal_form import vanishes
from infobound.checking.outcomes import Inconclusive, Outcome, Proved, Refuted
from infobound.checking.points import Point, random_points

POINTS = 3
SEED = 20210204
SHOWN = 4


@dataclass(frozen=True)
class Identity:
    """left = right, entry by entry, wherever both sides are defined and `when` holds."""

    left: tuple[sympy.Expr, ...]
    right: tuple[sympy.Expr, ...]
    when: Box = ()

    kind = "identity"

    def statement(self) -> str:
        """LaTeX of the first entries."""
        pairs = zip(self.left[:SHOWN], self.right[:SHOWN], strict=True)
        shown = [f"{sympy.latex(a)} = {sympy.latex(b)}" for a, b in pairs]
        return r",\quad ".join(shown + [r"\dots"] * (len(self.left) > SHOWN))

    def run(self) -> Outcome:
        """Look for a counterexample first, then prove, then evaluate a second time."""
        points = sample_points((*self.left, *self.right), self.when)
        pairs = list(zip(self.left, self.right, strict=True))
        for left, right in pairs:
            witness = counterexample(concrete(left), concrete(right), points)
            if witness is not None:
                return Refuted(named(witness), {"left": str(left), "right": str(right)})
        for left, right in pairs:
            problem = disagreement(concrete(left), concrete(right), points)
            if problem:
                return Inconclusive(problem)
            if not vanishes(left - right, dict(self.when)):
                return Inconclusive(
                    f"the sides agree to {DIGITS} digits, but {left} - ({right}) does not reduce to "
                    "0 in rational functions of its exp, log and root atoms"
                )
        return Proved(self._detail(len(points)))

    def _detail(self, points: int) -> dict[str, str | int]:
        detail: dict[str, str | int] = {"entries": len(self.left), "points": points}
        if self.left == self.right:
            detail["note"] = "both sides are the same expression as written"
        needed = assumptions((*self.left, *self.right))
        return detail | ({"for": needed} if needed else {})

    def mutants(self) -> Iterator[Candidate]:
        """Alter one entry of one side at a time; the other entries stand as they were checked."""
        for left, right in zip(self.left, self.right, strict=True):
            yield from expression_mutants(left, self._against(right), self.when, "left: ")
            yield from expression_mutants(right, self._against(left), self.when, "right: ")

    def _against(self, other: sympy.Expr) -> Callable[[sympy.Expr], Outcome]:
        return lambda altered: Identity((altered,), (other,), self.when).run()


def sample_points(entries: Sequence[sympy.Expr], when: Box, count: int = POINTS) -> list[Point]:
    """Random rational points for every symbol that occurs; one empty point when none does."""
    free: set[sympy.Symbol] = set().union(*(entry.free_symbols for entry in entries))
    symbols = sorted(free, key=str)
    return random_points(symbols, dict(when), count=count if symbols else 1, seed=SEED)
