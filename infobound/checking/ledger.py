"""The ledger: every claim with the outcome of every step, and what a claim's verdict rests on."""

from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from rich.table import Table
from rich.text import Text

from infobound.checking.claims import Claim, Step
from infobound.checking.loader import BrokenFile, Derivation, find, load
from infobound.checking.mutants import LIMIT, QUICK_LIMIT, Trial, attempt, trial
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

COLOUR = {
    "proved": "green",
    "certified": "green",
    "enumerated": "green",
    "estimated": "cyan",
    "matched": "green",
    "corrected": "magenta",
    "assumed": "yellow",
    "open": "red",
    "inconclusive": "red",
    "refuted": "red",
    "broken": "red",
}


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
        if self.kind == "assumed":
            return True
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

    @property
    def problems(self) -> tuple[str, ...]:
        """Everything that makes the ledger fail on this claim."""
        if self.claim is None:
            return (self.error,)
        found = []
        if not as_expected(self.claim.expected, self.verdict, self.steps):
            found.append(f"verdict {self.verdict}, but {self.claim.expected} is expected")
        assumed = tuple(step.name for step in self.steps if step.kind == "assumed")
        pinned = self.claim.assumes
        if pinned is not None and sorted(pinned) != sorted(assumed):
            found.append(f"assumes {sorted(assumed)}, but {sorted(pinned)} is pinned")
        for step in self.steps:
            found += [f"{step.name}: mutant survives: {label}" for label in step.survivors]
            if isinstance(step.outcome, Inconclusive):
                found.append(f"{step.name}: {step.outcome.reason}")
        return tuple(found)

    @property
    def ok(self) -> bool:
        """Whether the claim came out as expected, with every mutant killed."""
        if self.claim is None:
            return False
        matches = as_expected(self.claim.expected, self.verdict, self.steps)
        assumed = sorted(step.name for step in self.steps if step.kind == "assumed")
        pinned = self.claim.assumes is None or sorted(self.claim.assumes) == assumed
        return matches and pinned and not any(step.survivors for step in self.steps)

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
        return "corrected" if any(step.kind != "assumed" for step in rest) else "refuted"
    for kind, word in STRENGTH:
        if any(isinstance(step.outcome, kind) for step in rest):
            return word
    return "open"


def as_expected(expected: str, found: str, steps: Iterable[StepReport]) -> bool:
    """Whether a verdict is what the claim says."""
    if expected == "established":
        checked = any(step.kind not in ("assumed", "code") for step in steps)
        return checked and found in {word for _, word in STRENGTH}
    return expected == found


@dataclass(frozen=True)
class Ledger:
    """All claims, in order of their files."""

    claims: tuple[ClaimReport, ...]
    mutants_per_step: int | None = None

    @property
    def ok(self) -> bool:
        """Whether every claim came out as expected. An empty ledger establishes nothing."""
        return bool(self.claims) and all(claim.ok for claim in self.claims)

    @property
    def assumptions(self) -> tuple[tuple[str, str, str, str], ...]:
        """(claim, step, statement, citation) of everything that was not checked."""
        return tuple(
            (claim.name, step.name, step.statement, step.outcome.cites)
            for claim in self.claims
            for step in claim.steps
            if isinstance(step.outcome, Assumed)
        )

    @property
    def problems(self) -> tuple[str, ...]:
        """One line per failure, with the claim's name in front."""
        return tuple(f"{c.name}: {line}" for c in self.claims if not c.ok for line in c.problems)

    def __getitem__(self, name: str) -> ClaimReport:
        """The report of one claim.

        Raises
        ------
        KeyError
            If no claim has this name.
        """
        for claim in self.claims:
            if claim.name == name:
                return claim
        raise KeyError(name)

    def to_dict(self) -> dict[str, Any]:
        """The whole ledger for JSON: the same bytes on every run."""
        return {
            "ok": self.ok,
            "mutants_per_step": self.mutants_per_step,
            "assumptions": [
                dict(zip(("claim", "step", "statement", "cites"), row, strict=True))
                for row in self.assumptions
            ],
            "claims": [claim.to_dict() for claim in self.claims],
        }

    def table(self) -> Table:
        """One row per claim."""
        table = Table(title="Ledger", title_justify="left", caption=self._caption())
        for heading in ("claim", "source", "verdict", "steps", "mutants killed"):
            table.add_column(heading, justify="left", overflow="fold")
        for claim in self.claims:
            killed = claim.mutants
            table.add_row(
                *_plain(claim.name, claim.claim.source if claim.claim else claim.error),
                _coloured(claim.verdict, claim.ok),
                str(len(claim.steps)),
                "–" if killed is None else f"{killed[0]} / {killed[1]}",
            )
        return table

    def steps_table(self, name: str) -> Table:
        """One row per step of a claim."""
        claim = self[name]
        table = Table(title=name, title_justify="left")
        for heading in ("step", "kind", "outcome", "mutants killed", "detail"):
            table.add_column(heading, overflow="fold")
        for step in claim.steps:
            killed = f"{step.mutants.killed} / {step.mutants.tried}" if step.mutants else "–"
            first, second, last = _plain(step.name, step.kind, _detail(step))
            table.add_row(first, second, _coloured(step.word, step.holds), killed, last)
        return table

    def assumptions_table(self) -> Table:
        """What everything rests on."""
        table = Table(title="Assumed, not checked", title_justify="left")
        for heading in ("claim", "step", "statement", "cites"):
            table.add_column(heading, overflow="fold")
        for row in self.assumptions:
            table.add_row(*_plain(*row))
        return table

    def _caption(self) -> str:
        if self.mutants_per_step is None:
            return "mutants were not run"
        return f"at most {self.mutants_per_step} mutants per step"


def _coloured(word: str, ok: bool) -> Text:
    return Text(word, style=COLOUR[word] if ok else "red")


def _plain(*cells: str) -> list[Text]:
    """Cells in which brackets are brackets: an interval is no markup."""
    return [Text(cell) for cell in cells]


def _detail(step: StepReport) -> str:
    parts = [f"{key} {value}" for key, value in step.outcome.detail.items()]
    match step.outcome:
        case Assumed(cites=cites):
            parts.insert(0, cites)
        case Refuted(witness=witness):
            parts.insert(0, "at " + ", ".join(f"{k} = {v}" for k, v in witness.items()))
        case Inconclusive(reason=reason):
            parts.insert(0, reason)
    return "; ".join(parts)


def run_step(step: Step, *, limit: int | None) -> StepReport:
    """Run one step, and at most `limit` of its mutants when it holds."""
    outcome = attempt(step.check.run)
    report = StepReport(step.name, step.kind, step.check.statement(), step.because, outcome)
    if limit is None or not isinstance(outcome, ESTABLISHED):
        return report
    return StepReport(
        step.name,
        step.kind,
        report.statement,
        step.because,
        outcome,
        trial(step.check, limit=limit),
    )


def verify_file(path: Path, limit: int | None) -> ClaimReport:
    """Load and run one derivation."""
    try:
        derivation: Derivation = load(path)
    except BrokenFile as error:
        return ClaimReport(path.name, None, error=str(error))
    steps = tuple(run_step(step, limit=limit) for step in derivation.steps)
    return ClaimReport(path.name, derivation.claim, steps)


def verify(
    paths: Iterable[str | Path],
    *,
    mutants: bool = False,
    quick: bool = False,
    jobs: int = 1,
    progress: Callable[[ClaimReport], None] | None = None,
) -> Ledger:
    """Verify every derivation under `paths`.

    Parameters
    ----------
    paths : iterable of path
        Derivation files, or directories of them.
    mutants : bool
        Also require that every step rejects altered versions of itself.
    quick : bool
        At most 6 mutants per step in place of 24; the ledger says so.
    jobs : int
        Number of processes. The result does not depend on it.
    progress : callable, optional
        Called with each `ClaimReport` as it is finished, in order.

    Returns
    -------
    Ledger
        One report per file; a file that could not be loaded is a failed report.

    Raises
    ------
    FileNotFoundError
        If a path does not exist.
    """
    files = find(paths)
    limit = None if not mutants else QUICK_LIMIT if quick else LIMIT
    reports = []
    if jobs == 1 or len(files) < 2:
        for path in files:
            reports.append(verify_file(path, limit))
            if progress:
                progress(reports[-1])
        return Ledger(tuple(reports), limit)
    with ProcessPoolExecutor(min(jobs, len(files)), mp_context=get_context("spawn")) as pool:
        for report in pool.map(verify_file, files, [limit] * len(files)):
            reports.append(report)
            if progress:
                progress(report)
    return Ledger(tuple(reports), limit)
