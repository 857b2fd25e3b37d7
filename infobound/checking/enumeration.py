"""Statements about finitely many cases, compared one by one in exact rationals."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flint import fmpq

from infobound.checking.exact import rational
from infobound.checking.mutants import Candidate, Mutant
from infobound.checking.outcomes import Enumerated, Inconclusive, Outcome, Refuted

NUDGE = fmpq(1, 1000)
Row = tuple[Any, fmpq, fmpq]
"""A case with its left and right side."""


@dataclass(frozen=True)
class Enumeration:
    """left `relation` right in all `size` cases; for "<=", `slack` is the least right - left."""

    name: str
    cases: Callable[[], Iterable[Any]]
    check: Callable[[Any], tuple[Any, Any]]
    size: int
    relation: str
    slack: fmpq

    kind = "enumerate"

    def statement(self) -> str:
        """In words."""
        return f"left {self.relation} right in {self.size} cases"

    def run(self) -> Outcome:
        """Compare all cases, count them, and find the least slack."""
        return self.judge(self._rows)

    @cached_property
    def _rows(self) -> list[Row]:
        return [(case, *self._sides(case)) for case in self.cases()]

    def _sides(self, case: Any) -> tuple[fmpq, fmpq]:
        left, right = self.check(case)
        return rational(left, self.name), rational(right, self.name)

    def judge(self, rows: list[Row]) -> Outcome:
        """Decide the statement about given rows."""
        for case, left, right in rows:
            if left != right if self.relation == "==" else left > right:
                return Refuted({"case": str(case), "left": str(left), "right": str(right)})
        if len(rows) != self.size:
            return Inconclusive(f"{len(rows)} cases were met, but the step states {self.size}")
        least = min(right - left for _, left, right in rows)
        if least != self.slack:
            return Inconclusive(f"the least slack is {least}, but the step states {self.slack}")
        return Enumerated({"cases": len(rows), "slack": str(least)})

    def mutants(self) -> Iterator[Candidate]:
        """Right side scaled, shifted or negated; sides exchanged; one case lost."""
        changes: dict[str, Callable[[fmpq, fmpq], tuple[fmpq, fmpq]]] = {
            "right nudged up": lambda left, right: (left, right * (1 + NUDGE)),
            "right nudged down": lambda left, right: (left, right * (1 - NUDGE)),
            "right shifted up": lambda left, right: (left, right + NUDGE),
            "right shifted down": lambda left, right: (left, right - NUDGE),
            "sign of right flipped": lambda left, right: (left, -right),
        }
        if self.relation == "<=":
            changes["relation flipped"] = lambda left, right: (right, left)
        for label, change in changes.items():
            yield self._altered(label, [(case, *change(x, y)) for case, x, y in self._rows])
        yield self._altered("one case lost", self._rows[1:])

    def _altered(self, label: str, rows: list[Row]) -> Candidate:
        return lambda: Mutant(
            label, lambda: self.judge(rows), lambda: rows != self._rows, lambda: label
        )
