"""Every step of every derivation is a test; so is every verdict, and so are the mutants."""

from pathlib import Path

import pytest

from infobound.checking import BrokenFile, ClaimReport, find, load
from infobound.checking.ledger import run_step
from infobound.checking.mutants import Trial, trial
from infobound.checking.outcomes import ESTABLISHED

MUTANTS = 5  # of each step; the ledger of the reports takes 24
FOLDER = Path(__file__).parents[2] / "derivations"
FILES = {path.stem: path for path in find([FOLDER])}


def _collected():
    """(file, step) of every derivation that loads; the others fail in `test_loads`."""
    for name, path in FILES.items():
        try:
            steps = load(path).steps
        except BrokenFile:
            continue
        yield from ((name, step.name) for step in steps)


STEPS = list(_collected())
IDS = [f"{name}::{step}" for name, step in STEPS]


class Workshop:
    """Runs each step once, and its mutants once, however many tests ask."""

    def __init__(self):
        self.derivations = {}
        self.reports = {}
        self.trials = {}

    def derivation(self, name):
        if name not in self.derivations:
            self.derivations[name] = load(FILES[name])
        return self.derivations[name]

    def step(self, name, step):
        return next(one for one in self.derivation(name).steps if one.name == step)

    def report(self, name, step):
        if (name, step) not in self.reports:
            self.reports[name, step] = run_step(self.step(name, step), limit=None)
        return self.reports[name, step]

    def trial(self, name, step) -> Trial:
        if (name, step) not in self.trials:
            self.trials[name, step] = trial(self.step(name, step).check, limit=MUTANTS)
        return self.trials[name, step]


@pytest.fixture(scope="module")
def workshop():
    return Workshop()


def test_every_file_is_found():
    written = {path for path in FOLDER.iterdir() if path.suffix == ".py"}
    assert set(FILES.values()) == {path for path in written if not path.name.startswith("_")}


@pytest.mark.parametrize("name", FILES)
def test_loads(name, workshop):
    assert workshop.derivation(name).claim.name == name


@pytest.mark.parametrize(("name", "step"), STEPS, ids=IDS)
def test_step(name, step, workshop):
    """The outcome is of the kind that the step promises."""
    report = workshop.report(name, step)
    assert report.holds, report.outcome


@pytest.mark.parametrize(("name", "step"), STEPS, ids=IDS)
def test_mutants(name, step, workshop):
    """No altered version of the step is established."""
    report = workshop.report(name, step)
    if isinstance(report.outcome, ESTABLISHED):
        assert workshop.trial(name, step).survivors == ()
    else:
        assert report.kind in ("assumed", "lemma", "refute")


@pytest.mark.parametrize("name", FILES)
def test_verdict(name, workshop):
    """The claim comes out as it expects, resting on the assumptions that it pins."""
    derivation = workshop.derivation(name)
    steps = tuple(workshop.report(name, step.name) for step in derivation.steps)
    report = ClaimReport(derivation.path.name, derivation.claim, steps)
    assert report.ok, report.problems
