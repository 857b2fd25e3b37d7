"""Small changes of a statement that must each make its check fail.

A check that still passes after a constant was nudged, a sign flipped or a term dropped does not
check that constant, sign or term.
"""

from collections.abc import Callable, Iterator
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


class Check(Protocol):
    """What a step holds."""

    kind: str

    def run(self) -> Outcome:
        """Decide the statement."""
        ...

    def mutants(self) -> Iterator["Mutant"]:
        """Every altered check, in a fixed order."""
        ...

    def statement(self) -> str:
        """The statement in LaTeX."""
        ...


@dataclass(frozen=True)
class Mutant:
    """An altered check, what was altered, and whether it states something else at all."""

    label: str
    check: Check
    differs: Callable[[], bool]


@dataclass(frozen=True)
class Trial:
    """How many mutants a step met, and which of them it failed to reject."""

    tried: int
    survivors: tuple[str, ...]

    @property
    def killed(self) -> int:
        """Mutants that were rejected."""
        return self.tried - len(self.survivors)


def attempt(check: Check) -> Outcome:
    """Run a check; an error inside it concludes nothing."""
    try:
        return check.run()
    except Exception as error:  # noqa: BLE001 - a bug in one step must not hide the others
        return Inconclusive(f"{type(error).__name__}: {error}")


def trial(check: Check, *, limit: int = LIMIT) -> Trial:
    """Run at most `limit` mutants, chosen with a fixed seed."""
    candidates = list(check.mutants())
    tried, survivors = 0, []
    for i in np.random.default_rng(SEED).permutation(len(candidates)):
        mutant = candidates[i]
        if tried == limit:
            break
        if mutant.differs():
            tried += 1
            if isinstance(attempt(mutant.check), ESTABLISHED):
                survivors.append(mutant.label)
    return Trial(tried, tuple(survivors))


def mutate(expression: sympy.Expr) -> Iterator[tuple[str, sympy.Expr]]:
    """Nudged constants and terms, flipped signs, changed exponents, dropped terms and factors."""
    seen = {expression}
    for label, altered in [("sign flipped", -expression), *_alterations(expression)]:
        if altered not in seen and not altered.has(sympy.nan, sympy.zoo, sympy.oo):
            seen.add(altered)
            yield label, altered


def _alterations(node: sympy.Expr) -> Iterator[tuple[str, sympy.Expr]]:
    """Changes at this node, then the same at each argument."""
    yield from _here(node)
    if isinstance(node, sympy.Derivative | sympy.Integral):
        return
    for i, argument in enumerate(node.args):
        for label, altered in _alterations(argument):
            yield label, node.func(*node.args[:i], altered, *node.args[i + 1 :])


def _here(node: sympy.Expr) -> Iterator[tuple[str, sympy.Expr]]:
    yield f"{node} nudged up", node * (1 + NUDGE)
    yield f"{node} nudged down", node * (1 - NUDGE)
    yield f"sign of {node} flipped", -node
    if node.is_Pow and node.exp.is_Rational:
        yield f"exponent of {node} raised", node.base ** (node.exp + 1)
        yield f"exponent of {node} lowered", node.base ** (node.exp - 1)
    if node.is_Add:
        for term in node.args:
            yield f"{term} dropped", node - term
    if node.is_Mul:
        for factor in node.args:
            yield f"factor {factor} dropped", node / factor


def differ(altered: sympy.Expr, original: sympy.Expr, when: Box = ()) -> bool:
    """Whether two expressions are different functions; decided exactly where numbers agree."""
    difference = altered - original
    symbols = sorted(difference.free_symbols, key=str)
    points = random_points(symbols, dict(when), count=2, seed=SEED)
    if counterexample(difference, points) is not None:
        return True
    try:
        return not vanishes(difference, dict(when))
    except ClaimError:
        return True
