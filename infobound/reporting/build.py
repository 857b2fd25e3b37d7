"""Build reports: run the notebooks that need it, write their pages and the index."""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rich.console import Console

from infobound.numerics.arguments import argument_error, positive, whole
from infobound.reporting.execute import Runner
from infobound.reporting.failure import ReportError
from infobound.reporting.index import write_index
from infobound.reporting.ledger import claim_names
from infobound.reporting.mathml import Typesetter, find_typesetter
from infobound.reporting.output import Output
from infobound.reporting.page import render
from infobound.reporting.progress import progress_on
from infobound.reporting.records import checks, figures
from infobound.reporting.result import BuildResult, Report
from infobound.reporting.runs import Executed, execute
from infobound.reporting.source import Source, chosen, opening, read, require_tools, sources
from infobound.reporting.store import Store, default_cache

__all__ = ["PROFILES", "BuildResult", "Report", "build", "default_cache"]

PROFILES = ("quick", "full")


def build(
    notebooks: Path,
    out: Path,
    *,
    cache: Path,
    profile: str = "quick",
    only: Sequence[str] = (),
    jobs: int = 2,
    force: bool = False,
    timeout: float = 600.0,
    progress: Console | None = None,
    ledger: dict[str, Any] | None = None,
) -> BuildResult:
    """Run notebooks and write reports.

    Parameters
    ----------
    notebooks : Path
        Folder with sources ``NN_slug.py``.
    out : Path
        Folder for reports; files that no build wrote are left alone.
    cache : Path
        Folder for finished runs and for Temml; see `default_cache`.
    profile : {"quick", "full"}
        Passed to every notebook as its parameter ``profile``.
    only : sequence of str
        Slugs to build, with or without number; the index still lists all.
    jobs : int
        Notebooks that run at the same time.
    force : bool
        Run again what need not run again.
    timeout : float
        Seconds per notebook.
    progress : rich Console, optional
        Where to say how far it is; silent by default.
    ledger : dict, optional
        From ``Ledger.to_dict()``; shown in the index and written to ledger.json.

    Returns
    -------
    BuildResult
        One bad notebook does not stop the others; look at ``ok``.

    Raises
    ------
    ArgumentError
        A bad argument, an unknown slug, no notebooks, or the notebooks extra is missing.
    """
    if profile not in PROFILES:
        raise argument_error("profile", profile, " or ".join(PROFILES))
    if out.exists() and not out.is_dir():
        raise argument_error("out", str(out), "a folder")
    jobs, timeout = whole("jobs", jobs), positive("timeout", timeout)
    all_sources = sources(notebooks)
    picked = chosen(all_sources, tuple(only))
    require_tools()
    work = _Work(
        profile=profile,
        store=Store.open(cache),
        runner=Runner(timeout),
        output=Output(out),
        typesetter=find_typesetter(cache),
        claims=None if ledger is None else claim_names(ledger),
        force=force,
    )
    work.output.remove_stale({source.slug for source in all_sources})
    made = _run_all(work, picked, jobs, progress)
    reports = tuple(
        made.get(source.slug) or work.output.found(source.slug) for source in all_sources
    )
    problems = write_index(reports, out, ledger=ledger, typesetter=work.typesetter)
    notes = (work.typesetter.note,) if work.typesetter.note else ()
    slugs = tuple(source.slug for source in picked)
    return BuildResult(reports, slugs, out, notes, tuple(problems))


@dataclass(frozen=True)
class _Work:
    """What all notebooks of a build share."""

    profile: str
    store: Store
    runner: Runner
    output: Output
    typesetter: Typesetter
    claims: frozenset[str] | None
    force: bool


def _run_all(
    work: _Work, picked: tuple[Source, ...], jobs: int, progress: Console | None
) -> dict[str, Report]:
    # Longest first: the last one to finish then starts early.
    order = sorted(picked, key=lambda s: -work.store.seconds(s, work.profile))
    made: dict[str, Report] = {}
    pool = ThreadPoolExecutor(jobs)
    try:
        with progress_on(progress, len(picked)) as tell:
            waiting: dict[Future[Executed], Source] = {
                pool.submit(
                    execute, source, work.profile, work.store, work.runner, force=work.force
                ): source
                for source in order
            }
            for future in as_completed(waiting):
                source = waiting[future]
                made[source.slug] = _report(work, source, _outcome(future))
                tell(made[source.slug])
    finally:
        work.runner.stop()
        pool.shutdown(cancel_futures=True)
    return made


def _outcome(future: Future[Executed]) -> Executed:
    try:
        return future.result()
    except Exception as error:  # noqa: BLE001 - the other reports must still be built
        return Executed(None, _words(error))


def _report(work: _Work, source: Source, run: Executed) -> Report:
    """Judge a run and write its page."""
    report = Report(
        slug=source.slug,
        title=source.slug,
        profile=work.profile,
        cached=run.cached,
        seconds=run.seconds,
        checks=checks(run.notebook) if run.notebook else (),
        figure=next(iter(figures(run.notebook)), None) if run.notebook else None,
    )
    try:
        head = opening(read(source))
        report = replace(report, title=head.title, finding=head.finding)
        if run.error or run.notebook is None:
            raise ReportError(run.error)
        page = render(
            run.notebook,
            slug=source.slug,
            title=head.title,
            typesetter=work.typesetter,
            claims=work.claims,
        )
    except Exception as error:  # noqa: BLE001 - the other reports must still be built
        return work.output.failed(replace(report, verdict="error", error=_words(error)),
                                  run.notebook, work.typesetter)  # fmt: skip
    wrong = [check.name for check in report.checks if not check.passed]
    if wrong:
        reason = f"{'check' if len(wrong) == 1 else 'checks'} not met: {', '.join(wrong)}"
        return work.output.failed(replace(report, verdict="failed", error=reason),
                                  run.notebook, work.typesetter)  # fmt: skip
    return work.output.passed(replace(report, verdict="passed"), run.notebook, page.html)


def _words(error: Exception) -> str:
    text = str(error) or "no reason is given"
    return text if isinstance(error, ReportError) else f"{type(error).__name__}: {text}"
