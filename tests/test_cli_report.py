"""`infobound report` from the command line: exit codes, what is printed, what is kept."""

import json

import pytest
from click.testing import CliRunner

from infobound.cli import main
from infobound.reporting.store import Store

NOTEBOOK = """# %% [markdown]
# # A {title} notebook
#
# **Finding.** Two is two.

# %% tags=["parameters"]
profile: str = "quick"

# %%
from infobound import reporting

reporting.check("two", found=2, expected={expected})
"""


@pytest.fixture(scope="module")
def workplace(tmp_path_factory):
    """Two notebooks, one of them false, and a cache that already holds a small ledger."""
    place = tmp_path_factory.mktemp("report")
    (place / "notebooks").mkdir()
    for name, expected in (("01_good", 2), ("02_false", 3)):
        text = NOTEBOOK.format(title=name[3:], expected=expected)
        (place / "notebooks" / f"{name}.py").write_text(text, encoding="utf-8")
    ledger = {"ok": True, "mutants_per_step": 24, "assumptions": [], "claims": []}
    kept = {"key": Store.open(place / "cache").base, "ledger": ledger}
    (place / "cache").mkdir(exist_ok=True)
    (place / "cache" / "ledger.json").write_text(json.dumps(kept), encoding="utf-8")
    return place


def run(workplace, *words):
    folder = ["--notebooks", str(workplace / "notebooks"), "--out", str(workplace / "out")]
    cache = {"INFOBOUND_CACHE": str(workplace / "cache")}
    return CliRunner(env=cache).invoke(main, ["report", *folder, *words])


def test_exit_codes(workplace):
    """The false one turns the exit code to 1; the good one is built; --check sees a changed page."""
    both = run(workplace)
    assert both.exit_code == 1, both.output
    assert "02_false" in both.output
    out = workplace / "out"
    assert (out / "01_good.html").is_file()
    assert "index.html" in both.output

    good = run(workplace, "--only", "01_good")
    assert good.exit_code == 0, good.output
    same = run(workplace, "--only", "01_good", "--check")
    assert same.exit_code == 0, same.output

    page = out / "01_good.ipynb"
    page.write_text(page.read_text("utf-8").replace("Two is two", "Two is three"), "utf-8")
    stale = run(workplace, "--only", "01_good", "--check")
    assert stale.exit_code == 1
    assert "01_good" in stale.output
    assert "Two is three" in page.read_text("utf-8")  # --check writes nothing


def test_a_bad_ledger_fails(workplace):
    place = workplace / "cache" / "ledger.json"
    kept = json.loads(place.read_text("utf-8"))
    place.write_text(json.dumps(kept | {"ledger": kept["ledger"] | {"ok": False}}), "utf-8")
    try:
        found = run(workplace, "--only", "01_good")
    finally:
        place.write_text(json.dumps(kept), encoding="utf-8")
    assert found.exit_code == 1
    assert "ledger" in found.output


def test_mistakes(workplace):
    for words, said in (
        (["--only", "03_none"], "01_good"),
        (["--jobs", "0"], "jobs = 0"),
        (["--timeout", "-1"], "timeout = -1"),
        (["--out", str(workplace / "empty"), "--check"], "reports to compare with"),
    ):
        result = run(workplace, *words)
        assert result.exit_code == 2, result.output
        assert said in result.output
