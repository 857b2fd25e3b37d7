"""Statements about finitely many cases, compared one by one in exact rationals."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flint import fmpq

from infobound.checking.exact import rational
from infobound.checking.mutants import Mutant
from infobound.checking.outcomes import Enumerated, Inconclusive, Outcome, Refuted

NUDGE = fmpq(1, 1000)
Pair = tuple[fmpq, fmpq]


@dataclass(frozen=True)
class Enumeration:
    """left `relation` right in all `size` cases; a "<=" is attained up to exactly `slack`."""

    name: str
    cases: Callable[[], Iterable[Any]]
    check: Callable[[Any], tuple[Any, Any]]
    size: int
    relation: str
    slack: fmpq

    kind = "enumerate"

    def statement(self) -> str:
        """In words, as LaTeX text."""
        return rf"\text{{{self.size} cases, left {self.relation} right}}"

    def run(self) -> Outcome:
        """Compare all cases, count them, and find the least slack."""
        return self._judge(self._pairs, self.relation, self.slack)

    @cached_property
    def _pairs(self) -> list[tuple[Any, Pair]]:
        return [(case, self._pair(case)) for case in self.cases()]

    def _pair(self, case: Any) -> Pair:
        left, right = self.check(case)
        return rational(left, self.name), rational(right, self.name)

    def _judge(self, pairs: list[tuple[Any, Pair]], relation: str, slack: fmpq) -> Outcome:
        for case, (left, right) in pairs:
            if left != right if relation == "==" else left > right:
                return Refuted({"case": str(case), "left": str(left), "right": str(right)})
        if len(pairs) != self.size:
            return Inconclusive(f"{len(pairs)} cases were met, but the step states {self.size}")
        if relation == "==":
            return Enumerated({"cases": len(pairs)})
        least = min(right - left for _, (left, right) in pairs)
        if least != slack:
            return Inconclusive(f"the least slack is {least}, but the step states {slack}")
        return Enumerated({"cases": len(pairs), "slack": str(least)})

    def mutants(self) -> Iterator[Mutant]:
        """Right side scaled, shifted, negated; sides exchanged; one case lost."""
        changes: dict[str, Callable[[Pair], Pair]] = {
            "right nudged up": lambda p: (p[0], p[1] * (1 + NUDGE)),
            "right nudged down": lambda p: (p[0], p[1] * (1 - NUDGE)),
            "right shifted up": lambda p: (p[0], p[1] + NUDGE),
            "right shifted down": lambda p: (p[0], p[1] - NUDGE),
            "sign of right flipped": lambda p: (p[0], -p[1]),
        }
        if self.relation == "<=":
            changes["relation flipped"] = lambda p: (p[1], p[0])
        for label, change in changes.items():
            altered = [(case, change(pair)) for case, pair in self._pairs]
            yield Mutant(label, _Altered(self, altered), lambda a=altered: a != self._pairs)
        yield Mutant("one case lost", _Altered(self, self._pairs[1:]), lambda: True)


@dataclass(frozen=True)
class _Altered:
    """The same enumeration with its pairs changed."""

    check: Enumeration
    pairs: list[tuple[Any, Pair]]
    kind = "enumerate"

    def run(self) -> Outcome:
        return self.check._judge(self.pairs, self.check.relation, self.check.slack)

    def mutants(self) -> Iterator[Mutant]:
        return iter(())

    def statement(self) -> str:
        return self.check.statement()
