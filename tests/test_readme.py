"""What README says is true: its Python prints the numbers beside it, its claim verifies."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from infobound.checking import verify

README = Path(__file__).parent.parent / "README.md"
BLOCKS = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
RUNS = [block for block in BLOCKS if "print(" in block]


@pytest.mark.parametrize(
    "block", RUNS, ids=["ten_lines", "quantizers", "formats", "own_cells", "own_quantizer"]
)
def test_numbers(block):
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", block], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    printed = run.stdout.split()
    said = re.findall(r"^print\(.*# (\S+?)(?:\.\.\.|\s|$)", block, re.MULTILINE)
    assert len(printed) == len(said) > 0
    for value, start in zip(printed, said, strict=True):
        assert value.startswith(start)


def test_claim(tmp_path):
    """The claim is at most 40 lines, holds with all its mutants killed, and can fail."""
    (block,) = (block for block in BLOCKS if "CLAIM" in block)
    assert len(block.splitlines()) <= 40
    (tmp_path / "log_tangent.py").write_text(block, encoding="utf-8")
    ledger = verify([tmp_path / "log_tangent.py"], mutants=True)
    assert ledger.ok, ledger.problems
    (tmp_path / "false.py").write_text(
        block.replace("leading=Rational(1, 2)", "leading=1"), "utf-8"
    )
    assert not verify([tmp_path / "false.py"]).ok
