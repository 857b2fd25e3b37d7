"""Statements supported by a seeded sample: one-sided, with stated confidence and shown power."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import isfinite
from statistics import NormalDist
from typing import Literal

import numpy as np
import sympy

from infobound.checking.mutants import Candidate
from infobound.checking.outcomes import Estimated, Inconclusive, Outcome

Sampler = Callable[[np.random.Generator], tuple[float, float]]
Direction = Literal["at_most", "at_least", "equals"]
_SIGN = {"at_most": r"\le", "at_least": r"\ge", "equals": "="}


@dataclass(frozen=True)
class Sample:
    """What `sampler` estimates is at most, at least or equal to `value`; not so for `rejects`."""

    sampler: Sampler
    direction: Direction
    value: sympy.Expr
    rejects: sympy.Expr
    confidence: float
    seed: int

    kind = "estimate"

    def statement(self) -> str:
        """The statement in LaTeX."""
        return rf"\mathrm{{estimate}} {_SIGN[self.direction]} {sympy.latex(self.value)}"

    def run(self) -> Outcome:
        """Draw once; the same interval must support `value` and object to `rejects`."""
        mean, stderr = map(float, self.sampler(np.random.default_rng(self.seed)))
        if not (isfinite(mean) and isfinite(stderr) and stderr > 0):
            return Inconclusive(f"the sampler returned {mean} with standard error {stderr}")
        reach = self._quantile() * stderr
        detail: dict[str, str | int] = {
            "estimate": f"{mean:.6g}",
            "stderr": f"{stderr:.2g}",
            "confidence": f"{self.confidence:.6g}",
            "seed": self.seed,
        }
        if not self._supports(float(self.value), mean, reach):
            return Inconclusive(f"the sample does not support {self.value}", detail)
        if not self._objects(float(self.rejects), mean, reach):
            return Inconclusive(
                f"no power: the same test does not reject the wrong value {self.rejects}", detail
            )
        return Estimated({**detail, "rejects": str(self.rejects)})

    def mutants(self) -> Iterator[Candidate]:
        """None: `rejects` is the planted mistake of an estimate."""
        return iter(())

    def _quantile(self) -> float:
        error = 1 - self.confidence
        return NormalDist().inv_cdf(1 - (error / 2 if self.direction == "equals" else error))

    def _supports(self, value: float, mean: float, reach: float) -> bool:
        """Whether the confidence limit lies on the claimed side of `value`."""
        if self.direction == "at_most":
            return mean + reach <= value
        if self.direction == "at_least":
            return mean - reach >= value
        return abs(mean - value) <= reach

    def _objects(self, value: float, mean: float, reach: float) -> bool:
        """Whether the sample contradicts the statement with `value` in place of the right one."""
        if self.direction == "at_most":
            return mean - reach > value
        if self.direction == "at_least":
            return mean + reach < value
        return abs(mean - value) > reach
