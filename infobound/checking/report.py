"""What is reported of a step and of a claim, and how outcomes add up to a verdict."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from infobound.checking.claims import Claim
from infobound.checking.mutants import Trial
from infobound.checking.outcomes import (
    ESTABLISHED,
    Assumed,
    Certified,
    Enumerated,
    Estimated,
    Inconclusive,
    Matched,
    Outcome,
    Proved,
    Refuted,
)

STRENGTH: tuple[tuple[type[Outcome], str], ...] = (
    (Assumed, "assumed"),
    (Estimated, "estimated"),
    (Enumerated, "enumerated"),
    (Certified, "certified"),
    (Proved, "proved"),
)
"""Weakest first."""


@dataclass(frozen=True)
class StepReport:
    """One step, its outcome, and how its mutants fared (None when they were not asked for)."""

    name: str
    kind: str
    statement: str
    because: str
    outcome: Outcome
    mutants: Trial | None = None

    @property
    def word(self) -> str:
        """The outcome in one word."""
        return type(self.outcome).__name__.lower()

    @property
    def holds(self) -> bool:
        """Whether the step did what its kind promises (an assumption promises nothing)."""
        if self.kind in ("assumed", "lemma"):
            return not isinstance(self.outcome, Inconclusive)
        if self.kind == "refute":
            return isinstance(self.outcome, Refuted)
        return isinstance(self.outcome, ESTABLISHED)

    @property
    def survivors(self) -> tuple[str, ...]:
        """Mutants that the step failed to reject."""
        return self.mutants.survivors if self.mutants else ()

    def to_dict(self) -> dict[str, Any]:
        """JSON-serialisable, without times or paths."""
        found = {
            "name": self.name,
            "kind": self.kind,
            "outcome": self.word,
            "statement": self.statement,
            "because": self.because,
            "detail": dict(self.outcome.detail),
        }
        match self.outcome:
            case Assumed(cites=cites):
                found["cites"] = cites
            case Refuted(witness=witness):
                found["witness"] = dict(witness)
            case Inconclusive(reason=reason):
                found["reason"] = reason
        if self.mutants is not None:
            found["mutants"] = {
                "tried": self.mutants.tried,
                "killed": self.mutants.killed,
                "survivors": list(self.mutants.survivors),
            }
        return found


@dataclass(frozen=True)
class ClaimReport:
    """A claim with its steps; or a file that could not be used, with its error."""

    file: str
    claim: Claim | None
    steps: tuple[StepReport, ...] = ()
    error: str = ""

    @property
    def name(self) -> str:
        """The claim's name, or the file's when there is no claim."""
        return self.claim.name if self.claim else self.file

    @property
    def verdict(self) -> str:
        """The weakest step; see `verdict`."""
        return verdict(self.steps) if self.claim else "broken"

    @cached_property
    def failures(self) -> tuple[str, ...]:
        """Everything that makes the ledger fail on this claim."""
        if self.claim is None:
            return (self.error,)
        found = []
        if not as_expected(self.claim.expected, self.verdict, self.steps):
            found.append(f"verdict {self.verdict}, but {self.claim.expected} is expected")
        assumed = sorted(step.name for step in self.steps if step.kind == "assumed")
        if self.claim.assumes is not None and sorted(self.claim.assumes) != assumed:
            found.append(f"assumes {assumed}, but {sorted(self.claim.assumes)} is pinned")
        for step in self.steps:
            found += [f"{step.name}: mutant survives: {label}" for label in step.survivors]
        return tuple(found)

    @property
    def problems(self) -> tuple[str, ...]:
        """The failures, and why each inconclusive step is so."""
        reasons = tuple(
            f"{step.name}: {step.outcome.reason}"
            for step in self.steps
            if isinstance(step.outcome, Inconclusive)
        )
        return self.failures + reasons

    @property
    def ok(self) -> bool:
        """Whether the claim came out as expected, with every mutant killed."""
        return not self.failures

    @property
    def mutants(self) -> tuple[int, int] | None:
        """(killed, tried) over all steps."""
        trials = [step.mutants for step in self.steps if step.mutants is not None]
        return (sum(t.killed for t in trials), sum(t.tried for t in trials)) if trials else None

    def to_dict(self) -> dict[str, Any]:
        """JSON-serialisable, without times or paths."""
        if self.claim is None:
            return {"file": self.file, "verdict": "broken", "ok": False, "error": self.error}
        return {
            "claim": self.claim.name,
            "file": self.file,
            "source": self.claim.source,
            "statement": self.claim.statement,
            "latex": self.claim.latex,
            "hypotheses": list(self.claim.hypotheses),
            "expected": self.claim.expected,
            "verdict": self.verdict,
            "ok": self.ok,
            "problems": list(self.problems),
            "steps": [step.to_dict() for step in self.steps],
        }


def verdict(steps: Iterable[StepReport]) -> str:
    """The weakest step decides; a refuted printed statement and established rest: corrected."""
    steps = tuple(steps)
    refutes = [step for step in steps if step.kind == "refute"]
    rest = [
        step for step in steps if step.kind != "refute" and not isinstance(step.outcome, Matched)
    ]
    if any(isinstance(step.outcome, Inconclusive) for step in steps):
        return "open"
    if any(isinstance(step.outcome, Refuted) for step in rest):
        return "refuted"
    if refutes:
        checked = any(step.kind not in ("assumed", "lemma") for step in rest)
        return "corrected" if checked else "refuted"
    for kind, word in STRENGTH:
        if any(isinstance(step.outcome, kind) for step in rest):
            return word
    return "open"


def as_expected(expected: str, found: str, steps: Iterable[StepReport]) -> bool:
    """Whether a verdict is what the claim says."""
    if expected == "established":
        checked = any(step.kind not in ("assumed", "lemma", "code") for step in steps)
        return checked and found in {word for _, word in STRENGTH}
    return expected == found
