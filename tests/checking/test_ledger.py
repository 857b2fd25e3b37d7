"""The ledger: verdicts, exit semantics, broken files, and nothing assumed in green."""

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from infobound.checking import BrokenFile, load, verify
from infobound.checking.tables import COLOUR

DATA = Path(__file__).parent / "data"

HEAD = """
from sympy import Rational, exp, log, symbols
from infobound.checking import Claim, Step, Zero
x = symbols("x", real=True)
GOOD = Step.identity("good", (x + 1) ** 2, x**2 + 2 * x + 1)
BAD = Step.identity("bad", (x + 1) ** 2, x**2 + 2 * x)
STUCK = Step.inequality("stuck", x - log(1 + x), over={x: (0, 1)})
TIGHT = Step.inequality("tight", x - log(1 + x), over={x: (0, 1)},
                        zero=Zero(at={x: 0}, order=2, leading=Rational(1, 2)))
LOOSE = Step.inequality("loose", exp(x) - x, over={x: (0, 1)}, strict=True)
CASES = Step.enumerate("cases", range(3), lambda n: (2 * n, n + n), size=3)
SAMPLE = Step.estimate("sample", lambda rng: (float(rng.normal(0, 0.01)), 0.01), at_most=1, rejects=-1)
TAKEN = Step.assumed("taken", "everything converges", cites="Cauchy 1821")
CODE = Step.code("code", 2 * x, lambda x: x + x)
DRIFT = Step.code("drift", 2 * x, lambda x: x * 2.0000001)
FALSE = Step.refute("false", witness={x: 2}, left=x**2, right=x)
NO_WITNESS = Step.refute("no_witness", witness={x: 0}, left=x**2, right=x)
"""


def write(folder, steps, name="planted", **claim):
    """A derivation file with the given steps."""
    options = "".join(f", {key}={value!r}" for key, value in claim.items())
    path = folder / f"{name}.py"
    path.write_text(
        f"{HEAD}\nCLAIM = Claim({name!r}, source='a paper'{options})\nSTEPS = [{', '.join(steps)}]\n"
    )
    return path


@pytest.mark.parametrize(
    ("steps", "verdict", "ok"),
    [
        (["GOOD"], "proved", True),
        (["GOOD", "TIGHT"], "certified", True),
        (["GOOD", "TIGHT", "CASES"], "enumerated", True),
        (["GOOD", "CASES", "SAMPLE"], "estimated", True),
        (["GOOD", "SAMPLE", "TAKEN"], "assumed", True),
        (["GOOD", "CODE"], "proved", True),
        (["TAKEN"], "assumed", False),
        (["CODE"], "open", False),
        (["GOOD", "STUCK"], "open", False),
        (["GOOD", "DRIFT"], "open", False),
        (["GOOD", "BAD"], "refuted", False),
        (["GOOD", "FALSE"], "corrected", False),
        (["FALSE"], "refuted", False),
        (["GOOD", "NO_WITNESS"], "open", False),
    ],
)
def test_verdict_is_the_weakest_step(tmp_path, steps, verdict, ok):
    """By default a claim is expected to be established."""
    ledger = verify([write(tmp_path, steps)])
    assert ledger["planted"].verdict == verdict
    assert ledger.ok is ok
    assert bool(ledger.problems) is not ok


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        (["GOOD", "FALSE"], "corrected"),
        (["FALSE"], "refuted"),
        (["BAD"], "refuted"),
        (["STUCK"], "open"),
        (["TAKEN"], "assumed"),
        (["GOOD"], "established"),
    ],
)
def test_expected_verdicts(tmp_path, steps, expected):
    """The verdict that is expected passes; every other expectation fails."""
    assert verify([write(tmp_path, steps, expected=expected)]).ok
    others = {"established", "assumed", "corrected", "refuted", "open"} - {expected}
    for other in others:
        assert not verify([write(tmp_path, steps, expected=other)]).ok


def test_pinned_assumptions(tmp_path):
    assert verify([write(tmp_path, ["GOOD", "TAKEN"], assumes=("taken",))]).ok
    dropped = verify([write(tmp_path, ["GOOD", "TAKEN"], assumes=())])
    assert not dropped.ok
    assert "is pinned" in dropped.problems[0]
    assert not verify([write(tmp_path, ["GOOD"], assumes=("taken",))]).ok


def test_assumed_is_listed_and_never_green(tmp_path):
    ledger = verify([write(tmp_path, ["GOOD", "TAKEN"])])
    assert ledger.assumptions == (("planted", "taken", "everything converges", "Cauchy 1821"),)
    assert "green" not in COLOUR["assumed"]
    text = printed(ledger.table(), ledger.steps_table("planted"), ledger.assumptions_table())
    green = [line for line in text.splitlines() if "\x1b[32m" in line]
    assert green
    assert not any("assumed" in line or "Cauchy" in line for line in green)
    assert "Cauchy 1821" in text


def printed(*tables):
    """What a terminal would receive."""
    console = Console(file=io.StringIO(), width=200, force_terminal=True, color_system="standard")
    for table in tables:
        console.print(table)
    return console.file.getvalue()


def test_brackets_are_printed(tmp_path):
    """An interval in a reason is no markup."""
    ledger = verify([write(tmp_path, ["STUCK"])])
    assert "x in [0, 1/1152921504606846976]" in printed(ledger.steps_table("planted"))


def test_surviving_mutant_fails_the_claim(tmp_path):
    path = write(tmp_path, ["GOOD", "LOOSE"])
    assert verify([path]).ok
    ledger = verify([path], mutants=True)
    assert not ledger.ok
    assert any("loose: mutant survives" in line for line in ledger.problems)


def test_mutants_and_quick(tmp_path):
    path = write(tmp_path, ["GOOD", "TIGHT"])
    full, quick, none = (
        verify([path], mutants=True),
        verify([path], mutants=True, quick=True),
        verify([path]),
    )
    killed, tried = full["planted"].mutants
    assert killed == tried > 40
    assert quick["planted"].mutants == (12, 12)
    assert none["planted"].mutants is None
    assert "at most 6 mutants per step" in " ".join(printed(quick.table()).split())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1 +", "planted.py:1: SyntaxError"),
        ("x = 1\ny = x / 0\n", "planted.py:2: ZeroDivisionError"),
        ("import no_such_module", "planted.py:1: ModuleNotFoundError"),
        ("x = 1", "must define CLAIM"),
        (HEAD + "CLAIM = Claim('c', source='s')", "must define STEPS"),
        (HEAD + "CLAIM = Claim('c', source='s')\nSTEPS = [1]", "not a Step"),
        (HEAD + "CLAIM = Claim('c', source='s')\nSTEPS = [GOOD, GOOD]", "unique"),
        (HEAD + "CLAIM = Claim('c d', source='s')\nSTEPS = [GOOD]", "identifier"),
        (
            HEAD + "Step.identity('planted', 0.5 * x, x)",
            "planted.py:18: FloatInClaim: Step 'planted'",
        ),
        ("raise SystemExit(3)", "planted.py:1: SystemExit"),
    ],
)
def test_broken_file_is_a_reported_failure(tmp_path, text, message):
    path = tmp_path / "planted.py"
    path.write_text(text)
    with pytest.raises(BrokenFile, match=message):
        load(path)
    ledger = verify([path])
    assert not ledger.ok
    assert ledger.claims[0].verdict == "broken"
    assert message in ledger.problems[0]
    assert json.dumps(ledger.to_dict())


def test_error_inside_a_step_is_contained(tmp_path):
    steps = ["GOOD", "Step.enumerate('boom', range(3), lambda n: 1 / 0, size=3)"]
    ledger = verify([write(tmp_path, steps)])
    assert "boom: ZeroDivisionError" in ledger.problems[-1]
    assert ledger["planted"].steps[0].word == "proved"


def test_json_is_reproducible_and_free_of_paths(tmp_path):
    path = write(tmp_path, ["GOOD", "TIGHT", "SAMPLE", "TAKEN", "CODE"])
    once, again = (json.dumps(verify([path], mutants=True).to_dict()) for _ in range(2))
    assert once == again
    assert str(tmp_path) not in once
    found = json.loads(once)["claims"][0]
    assert found["verdict"] == "assumed"
    assert [step["outcome"] for step in found["steps"]] == [
        "proved", "certified", "estimated", "assumed", "matched",
    ]  # fmt: skip


def test_processes_give_the_same_ledger(tmp_path):
    for name in ("one", "two"):
        write(tmp_path, ["GOOD", "TIGHT", "CODE"], name=name)
    seen = []
    parallel = verify([tmp_path], mutants=True, quick=True, jobs=2, progress=seen.append)
    assert parallel.to_dict() == verify([tmp_path], mutants=True, quick=True).to_dict()
    assert [report.name for report in seen] == ["one", "two"]


def test_directories_and_missing_paths(tmp_path):
    assert not verify([tmp_path]).ok  # nothing was established
    write(tmp_path, ["GOOD"], name="b")
    write(tmp_path, ["GOOD"], name="a")
    write(tmp_path, ["BAD"], name="_helper")
    assert [claim.name for claim in verify([tmp_path]).claims] == ["a", "b"]
    with pytest.raises(FileNotFoundError, match="no such file"):
        verify([tmp_path / "nowhere.py"])


def test_a_stranger_needs_forty_lines():
    """One identity, one inequality, nothing but infobound.checking and sympy."""
    path = DATA / "stranger.py"
    text = path.read_text()
    assert len(text.splitlines()) <= 40
    assert text.count("import") == 2
    ledger = verify([path], mutants=True)
    assert ledger.ok
    assert ledger["coin_entropy"].verdict == "certified"


def test_sketch_reads_as_designed():
    """The derivation that the design was drawn from."""
    ledger = verify([DATA / "sketch.py"], mutants=True)
    assert ledger.ok
    report = ledger["fisher_trace"]
    assert report.verdict == "assumed"
    assert [step.word for step in report.steps] == [
        "assumed", "proved", "certified", "certified", "matched",
    ]  # fmt: skip
