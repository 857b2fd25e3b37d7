"""False theorems, planted in copies of the derivations: the right step must object.

Each case changes one constant of one derivation file and runs the step on the copy. A factor
1 + 1e-6 or 1 - 1e-6 is enough: a constant that is too small is refuted, one that is too large is
no longer tight where the step says that it is.
"""

from pathlib import Path

import pytest

from infobound.checking import Inconclusive, Refuted, StepReport, load
from infobound.checking.ledger import run_step

DERIVATIONS = Path(__file__).parents[2] / "derivations"
LESS, MORE = "(1 - Rational(1, 10**6))", "(1 + Rational(1, 10**6))"

FALSE = {
    "2 ln 2 lowered": ("fisher_trace", "PER_BIT = 2 * log(2)", f" * {LESS}", "per_bit", Refuted),
    "2 ln 2 raised": (
        "fisher_trace",
        "PER_BIT = 2 * log(2)",
        f" * {MORE}",
        "per_bit",
        Inconclusive,
    ),
    "2/pi lowered": ("one_bit", "BEST = 2 / pi", f" * {LESS}", "theorem", Refuted),
    "2/pi raised": ("one_bit", "BEST = 2 / pi", f" * {MORE}", "theorem", Inconclusive),
    "4^-R read as 2^-R": (
        "fisher_trace",
        "EXPONENT = -2 * R * log(2)",
        " / 2",
        "rate_distortion",
        Refuted,
    ),
    "bits that locate counted twice": (
        "sharp_converse",
        "PLACE = log(N / D) / (2 * T * log(2))",
        " * 2",
        "theorem",
        Refuted,
    ),
}


def planted(folder: Path, name: str, line: str, change: str, step: str) -> StepReport:
    """The report on one step of a copy of a derivation in which `line` got `change` at its end."""
    source = (DERIVATIONS / f"{name}.py").read_text(encoding="utf-8")
    found = [text for text in source.splitlines() if text.split("  #")[0] == line]
    assert len(found) == 1, f"{line!r} stands {len(found)} times in {name}.py"
    copy = folder / f"{name}.py"
    copy.write_text(source.replace(found[0], line + change), encoding="utf-8")
    (there,) = (one for one in load(copy).steps if one.name == step)
    return run_step(there, limit=None)


@pytest.mark.parametrize(("name", "line", "change", "step", "outcome"), FALSE.values(), ids=FALSE)
def test_false_theorem_is_caught(
    tmp_path: Path, name: str, line: str, change: str, step: str, outcome: type
) -> None:
    """And without the change the step of the copy holds, so it is the change that is rejected."""
    assert isinstance(planted(tmp_path, name, line, change, step).outcome, outcome)
    assert planted(tmp_path, name, line, "", step).holds


def test_code_that_drifts_is_caught(tmp_path: Path) -> None:
    """The exponent 2^-R contradicts `bounds.bit_oracle.fisher_trace` too."""
    line = "EXPONENT = -2 * R * log(2)"
    report = planted(tmp_path, "fisher_trace", line, " / 2", "implementation")
    assert isinstance(report.outcome, Inconclusive)
