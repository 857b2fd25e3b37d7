"""What a build returns."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from infobound.reporting.records import Check, Figure

State = Literal["passed", "failed", "error", "not built"]


@dataclass(frozen=True, kw_only=True)
class Report:
    """One notebook and what became of it.

    Attributes
    ----------
    slug : str
        Name of the files, such as 01_price.
    title, finding : str
        Markdown, from the first cell.
    verdict : {"passed", "failed", "error", "not built"}
        Failed: it ran, but a check does not hold. Error: it did not become a report.
    checks : tuple of Check
    error : str
        Why the verdict is "error" or "failed"; empty otherwise.
    figure : Figure or None
        The first figure.
    profile : str
    cached : bool
        Whether a kept run was used.
    seconds : float
        Time of the run; 0 when a kept run was used. Not written into reports.
    failed_page : bool
        Whether ``failed/<slug>.html`` shows the run that failed.
    kept_page : bool
        Whether ``<slug>.html`` exists (of this run, or the last good one).
    """

    slug: str
    title: str
    finding: str = ""
    verdict: State = "not built"
    checks: tuple[Check, ...] = ()
    error: str = ""
    figure: Figure | None = None
    profile: str = ""
    cached: bool = False
    seconds: float = 0.0
    failed_page: bool = False
    kept_page: bool = False

    @property
    def ok(self) -> bool:
        """Whether the report was made and all its checks hold."""
        return self.verdict == "passed"

    @property
    def tightest(self) -> Check | None:
        """The check that is nearest to failing, or fails by most, relative to its scale."""
        scaled = [check for check in self.checks if check.share is not None]
        return min(scaled, key=lambda check: check.share or 0.0, default=None)


@dataclass(frozen=True)
class BuildResult:
    """All reports of a build.

    Attributes
    ----------
    reports : tuple of Report
        Every notebook, in order; those not selected as they were found in `out`.
    selected : tuple of str
        Slugs that this build was asked for.
    out : Path
    notes : tuple of str
        What the user should know, such as formulas that stay TeX.
    problems : tuple of str
        What is wrong outside of the notebooks, such as bad TeX in the ledger.
    """

    reports: tuple[Report, ...]
    selected: tuple[str, ...]
    out: Path
    notes: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether every selected report was made with all checks holding, and nothing is wrong."""
        asked = (report for report in self.reports if report.slug in self.selected)
        return not self.problems and all(report.ok for report in asked)

    @property
    def index(self) -> Path:
        """The page to open."""
        return self.out / "index.html"
