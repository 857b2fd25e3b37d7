"""The ledger: every claim with the outcome of every step, and what the whole rests on."""

from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from rich.table import Table

from infobound.checking.lemma import resolve
from infobound.checking.loader import BrokenFile, find, load
from infobound.checking.mutants import LIMIT, QUICK_LIMIT, attempt, trial
from infobound.checking.outcomes import ESTABLISHED, Assumed
from infobound.checking.report import ClaimReport, StepReport
from infobound.checking.steps import Step
from infobound.checking.tables import assumptions_table, claims_table, steps_table


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
        """(claim, step, statement, citation) of everything that was not checked.

        A lemma whose claim is in the ledger is not listed: what that claim assumes is.
        """
        names = {claim.name for claim in self.claims}
        return tuple(
            (claim.name, step.name, step.statement, step.outcome.cites)
            for claim in self.claims
            for step in claim.steps
            if isinstance(step.outcome, Assumed) and step.outcome.detail.get("claim") not in names
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
        return claims_table(self.claims, self._caption)

    def steps_table(self, name: str) -> Table:
        """One row per step of the claim `name`."""
        return steps_table(self[name])

    def assumptions_table(self) -> Table:
        """Everything that was used and not checked."""
        return assumptions_table(self.assumptions)

    @property
    def _caption(self) -> str:
        words = "What steps state is checked; the words that join them are for a reader to judge"
        if self.mutants_per_step is None:
            return f"{words}; mutants were not run"
        return f"{words}; at most {self.mutants_per_step} mutants per step"


def run_step(step: Step, *, limit: int | None) -> StepReport:
    """Run one step, and at most `limit` of its mutants when it holds."""
    outcome = attempt(step.check.run)
    asked = limit is not None and isinstance(outcome, ESTABLISHED)
    mutants = trial(step.check, limit=limit or LIMIT) if asked else None
    return StepReport(step.name, step.kind, step.check.statement(), step.because, outcome, mutants)


def verify_file(path: Path, limit: int | None) -> ClaimReport:
    """Load and run one derivation."""
    try:
        derivation = load(path)
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
        Number of processes; the result does not depend on it. They are spawned, so a script that
        asks for more than one must guard its main part by ``if __name__ == "__main__"``.
    progress : callable, optional
        Called with each `ClaimReport` as it is finished, in order, before its lemmas are looked
        up.

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
        return Ledger(resolve(reports), limit)
    with ProcessPoolExecutor(min(jobs, len(files)), mp_context=get_context("spawn")) as pool:
        for report in pool.map(verify_file, files, [limit] * len(files)):
            reports.append(report)
            if progress:
                progress(report)
    return Ledger(resolve(reports), limit)
