"""Every step of every derivation, its mutants, and the verdict: one test for each file.

Files are loaded inside the tests, once: loading is a tenth of the work, and every process of a
parallel run collects all tests. `infobound verify FILE` shows a failure step by step.
"""

from pathlib import Path

import pytest

from infobound.checking import ClaimReport, StepReport, find, load
from infobound.checking.mutants import attempt, trial
from infobound.checking.outcomes import ESTABLISHED

MUTANTS = 3  # of each step; the ledger of the reports takes 24
FOLDER = Path(__file__).parents[2] / "derivations"
FILES = {path.stem: path for path in find([FOLDER])}


def test_every_file_is_found():
    written = {path for path in FOLDER.iterdir() if path.suffix == ".py"}
    assert set(FILES.values()) == {path for path in written if not path.name.startswith("_")}


@pytest.mark.parametrize("name", FILES)
def test_claim(name):
    """Steps have the outcomes that they promise, mutants fail, the verdict is the expected one."""
    derivation = load(FILES[name])
    assert derivation.claim.name == name
    steps = [_report(step) for step in derivation.steps]
    assert {step.name: step.outcome for step in steps if not step.holds} == {}
    assert {step.name: step.survivors for step in steps if step.survivors} == {}
    assert {step.name for step in steps if _without_mutants(step)} == set()
    report = ClaimReport(derivation.path.name, derivation.claim, tuple(steps))
    assert report.ok, report.problems


def _report(step):
    """Outcome and mutants; the formula stays unprinted, nothing here reads it."""
    outcome = attempt(step.check.run)
    mutants = trial(step.check, limit=MUTANTS) if isinstance(outcome, ESTABLISHED) else None
    return StepReport(step.name, step.kind, "", step.because, outcome, mutants)


def _without_mutants(step):
    return step.mutants is None and step.kind not in ("assumed", "lemma", "refute")
