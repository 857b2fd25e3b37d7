"""One notebook from source to executed and scrubbed, or a kept run of it."""

import time
from dataclasses import dataclass
from typing import Any

from infobound.reporting.execute import Run, Runner
from infobound.reporting.failure import ReportError
from infobound.reporting.records import checks
from infobound.reporting.scrub import inspect, raised, scrub, stopped_at
from infobound.reporting.source import Source, accept, opening, parameters, read
from infobound.reporting.store import Store


@dataclass(frozen=True)
class Executed:
    """A run, finished or not.

    Attributes
    ----------
    notebook : dict or None
        Scrubbed, as far as it got.
    error : str
        Why it does not count; empty for a good run, even when its checks fail.
    cached : bool
    seconds : float
    """

    notebook: dict[str, Any] | None
    error: str = ""
    cached: bool = False
    seconds: float = 0.0


def execute(
    source: Source, profile: str, store: Store, runner: Runner, *, force: bool = False
) -> Executed:
    """Run a notebook, or find its kept run. Meant for a thread: it waits for a process."""
    kept = None if force else store.get(source, profile)
    if kept is not None:
        return Executed(kept, cached=True)
    given: dict[str, object] = {"profile": profile}
    try:
        notebook = read(source)
        opening(notebook)
        accept(given, parameters(notebook))
    except ReportError as error:
        return Executed(None, str(error))
    began = time.monotonic()
    run = runner.run(notebook, given)
    seconds = time.monotonic() - began
    if run.notebook is None:
        return Executed(None, run.error or "it wrote nothing", seconds=seconds)
    clean = scrub(run.notebook, profile=profile, folder=run.folder)
    reason = _reason(run, clean)
    # Only what is good is kept: a failure is tried again.
    if not reason and all(check.passed for check in checks(clean)):
        store.put(source, profile, clean, seconds)
    return Executed(clean, reason, seconds=seconds)


def _reason(run: Run, notebook: dict[str, Any]) -> str:
    """Say what is wrong with a run, the cause before its consequences."""
    if what := raised(notebook):
        return what
    if run.error:
        return f"{run.error} {stopped_at(notebook, run.started)}".rstrip()
    try:
        inspect(notebook)
    except ReportError as flaw:
        return str(flaw)
    return ""
