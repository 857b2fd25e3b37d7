"""Small changes of a statement that must each make its check fail.

A check that still passes after a constant was nudged, a sign flipped or a term dropped does not
check that constant, sign or term.
"""

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import sympy

from infobound.checking.evaluation import counterexample
from infobound.checking.exact import Box, ClaimError
from infobound.checking.normal_form import vanishes
from infobound.checking.outcomes import ESTABLISHED, Inconclusive, Outcome
from infobound.checking.points import random_points

NUDGE = sympy.Rational(1, 1000)
LIMIT, QUICK_LIMIT = 24, 6
SEED = 1959
POINTS = 8
"""Several, since Max and Abs hide an altered branch at many points."""


@dataclass(frozen=True)
class Mutant:
    """An altered statement.

    Parameters
    ----------
    key : hashable
        Equal for equal alterations.
    run : callable
        Checks the altered statement, with everything else as declared.
    differs : callable
        Whether the alteration changes the statement at all.
    label : callable
        What was altered, in words.
    """

    key: Hashable
    run: Callable[[], Outcome]
    differs: Callable[[], bool]
    label: Callable[[], str]


Candidate = Callable[[], Mutant]
"""Mutants are built only when chosen: a large expression has thousands."""


class Check(Protocol):
    """What a step holds."""

    kind: str

    def run(self) -> Outcome:
        """Decide the statement."""
        ...

    def mutants(self) -> Iterator[Candidate]:
        """Every altered version, in a fixed order."""
        ...

    def statement(self) -> str:
        """The statement: LaTeX, or words where there is no formula."""
        ...


@dataclass(frozen=True)
class Trial:
    """How many mutants a step met, and which of them it failed to reject."""

    tried: int
    survivors: tuple[str, ...]

    @property
    def killed(self) -> int:
        """Mutants that were rejected."""
        return self.tried - len(self.survivors)


def trial(check: Check, *, limit: int = LIMIT) -> Trial:
    """Run at most `limit` different mutants, chosen with a fixed seed."""
    candidates = list(check.mutants())
    met: set[Hashable] = set()
    survivors = []
    for i in np.random.default_rng(SEED).permutation(len(candidates)):
        if len(met) == limit:
            break
        mutant = _different(candidates[i], met)
        if mutant is None:
            continue
        met.add(mutant.key)
        if isinstance(attempt(mutant.run), ESTABLISHED):
            survivors.append(mutant.label())
    return Trial(len(met), tuple(survivors))


def _different(candidate: "Candidate", met: set[Hashable]) -> Mutant | None:
    """The mutant, if it has a meaning (log(-2) inside Max has none), is new and says otherwise."""
    try:
        mutant = candidate()
        return mutant if mutant.key not in met and mutant.differs() else None
    except (ArithmeticError, TypeError, ValueError):
        return None


def attempt(run: Callable[[], Outcome]) -> Outcome:
    """Run a check; an error inside it concludes nothing."""
    try:
        return run()
    except Exception as error:  # noqa: BLE001 - a bug in one step must not hide the others
        return Inconclusive(f"{type(error).__name__}: {error}")


# Alterations of an expression -----------------------------------------------------------------


@dataclass(frozen=True)
class Alteration:
    """A change of one node, found by the argument positions that lead to it."""

    path: tuple[int, ...]
    change: str
    part: int = 0

    def of(self, expression: sympy.Expr) -> sympy.Expr:
        """The expression with this change."""
        return self._along(expression, self.path)

    def label(self, expression: sympy.Expr) -> str:
        """What is changed, in words."""
        for i in self.path:
            expression = expression.args[i]
        if self.change == "dropped":
            expression = expression.args[self.part]
        text = str(expression)
        return f"{text if len(text) <= 60 else text[:57] + '...'} {self.change}"

    def _along(self, node: sympy.Expr, path: tuple[int, ...]) -> sympy.Expr:
        if not path:
            return self._here(node)
        i, *rest = path
        changed = self._along(node.args[i], tuple(rest))
        return node.func(*node.args[:i], changed, *node.args[i + 1 :])

    def _here(self, node: sympy.Expr) -> sympy.Expr:
        match self.change:
            case "nudged up":
                return node * (1 + NUDGE)
            case "nudged down":
                return node * (1 - NUDGE)
            case "with its sign flipped":
                return -node
            case "with its exponent raised":
                return node.base ** (node.exp + 1)
            case "with its exponent lowered":
                return node.base ** (node.exp - 1)
        return node.func(*node.args[: self.part], *node.args[self.part + 1 :])


def alterations(node: sympy.Expr, path: tuple[int, ...] = ()) -> Iterator[Alteration]:
    """Nudged constants and terms, flipped signs, changed exponents, dropped terms and factors."""
    for change in ("nudged up", "nudged down", "with its sign flipped"):
        yield Alteration(path, change)
    if node.is_Pow and node.exp.is_Rational:
        yield Alteration(path, "with its exponent raised")
        yield Alteration(path, "with its exponent lowered")
    if node.is_Add or node.is_Mul:
        for part in range(len(node.args)):
            yield Alteration(path, "dropped", part)
    if isinstance(node, sympy.Derivative | sympy.Integral):
        return
    for i, argument in enumerate(node.args):
        if node.is_Pow and i == 1 and argument.is_Rational:
            continue  # raised and lowered above: nudged, it would be a thousandth root
        yield from alterations(argument, (*path, i))


def expression_mutants(
    expression: sympy.Expr,
    judge: Callable[[sympy.Expr], Outcome],
    when: Box = (),
    prefix: str = "",
) -> Iterator[Candidate]:
    """Mutants of a statement through one of its expressions.

    Parameters
    ----------
    expression : sympy.Expr
        What is altered.
    judge : callable
        Checks the statement with the altered expression in its place.
    when : Box
        Ranges of the symbols, for telling different functions apart.
    prefix : str
        Which expression of the statement this is.
    """

    def candidate(alteration: Alteration) -> Candidate:
        def build() -> Mutant:
            altered = alteration.of(expression)
            return Mutant(
                (prefix, altered),
                lambda: judge(altered),
                lambda: differ(altered, expression, when),
                lambda: prefix + alteration.label(expression),
            )

        return build

    return map(candidate, alterations(expression))


def differ(altered: sympy.Expr, original: sympy.Expr, when: Box = ()) -> bool:
    """Whether two expressions are different functions; decided exactly where numbers agree.

    An altered expression without a value is not counted as different: it makes no mutant.
    """
    if altered == original or altered.has(sympy.nan, sympy.zoo, sympy.oo, -sympy.oo):
        return False
    symbols = sorted(altered.free_symbols | original.free_symbols, key=str)
    points = random_points(symbols, dict(when), count=POINTS if symbols else 1, seed=SEED)
    if counterexample(altered, original, points) is not None:
        return True
    try:
        return not vanishes(altered - original, dict(when))
    except (ClaimError, sympy.PolynomialError):
        return True
