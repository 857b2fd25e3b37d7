"""The pipeline from notebook to page, and everything that must turn a card red."""

import json
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from rich.console import Console

from infobound.numerics.arguments import ArgumentError
from infobound.reporting.build import BuildResult, Report, build
from infobound.reporting.compare import compare
from infobound.reporting.files import load
from infobound.reporting.records import checks


def report(result: BuildResult, slug: str) -> Report:
    return next(r for r in result.reports if r.slug == slug)


def tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_good(built):
    assert built.first.ok
    assert not built.first.notes
    assert not built.first.problems
    assert set(tree(built.first.out)) == {
        "01_good.html", "01_good.ipynb", "02_small.html", "02_small.ipynb", "README.md",
        "figures/01_good.svg", "index.html", "ledger.json",
    }  # fmt: skip
    good = report(built.first, "01_good")
    assert good.title == r"What a *bit* can know about $\theta$"
    assert good.finding == r"One bit reaches $2/\pi$ of the information that the sample carries."
    assert [check.name for check in good.checks] == ["one_bit", "below", "profile"]
    assert good.tightest is not None
    assert good.tightest.name == "below"
    assert good.figure is not None
    assert good.figure.alt.startswith("The best quantizer")


def test_two_builds_have_the_same_bytes(built):
    assert not report(built.again, "01_good").cached
    assert tree(built.again.out) == tree(built.first.out)


def test_outputs_are_clean(built):
    """No address, no path of the machine, no time, no version, no random id."""
    text = (built.first.out / "01_good.ipynb").read_text(encoding="utf-8")
    assert "<object>" in text
    for noise in (" at 0x", str(built.folder), str(Path.home()) + "/", "papermill", "/tmp/",
                  "stderr", "matplotlib v", '"version"', "jupytext", "<dc:date>"):  # fmt: skip
        assert noise.lower() not in text.lower(), noise
    notebook = json.loads(text)
    assert notebook["metadata"]["language_info"] == {"name": "python"}
    assert all("execution" not in cell["metadata"] for cell in notebook["cells"])


BAD = [
    "11_assert", "12_warning", "13_killed", "14_exit", "15_bad_tex", "16_unknown_parameter",
    "17_no_alt",
]  # fmt: skip


@pytest.mark.parametrize("slug", BAD)
def test_planted_failure_turns_red(built, slug):
    bad = report(built.bad, slug)
    assert bad.verdict == "error"
    assert re.search(built.reasons[slug], bad.error), bad.error
    kind, card = card_of(built.bad, slug)
    assert kind == "fail"
    assert 'class="reason"' in card
    assert not (built.bad.out / f"{slug}.html").exists()


def card_of(result: BuildResult, slug: str) -> tuple[str, str]:
    index = (result.out / "index.html").read_text(encoding="utf-8")
    card = re.search(rf'<article class="card (\w+)" id="{slug}">(.*?)</article>', index, re.DOTALL)
    assert card is not None
    return card[1], card[2]


def test_failures_do_not_stop_the_others(built):
    assert sorted(built.reasons) == BAD
    assert not built.bad.ok
    good = report(built.bad, "01_good")
    assert good.ok
    assert good.cached
    assert card_of(built.bad, "01_good")[0] == "pass"
    index = (built.bad.out / "index.html").read_text(encoding="utf-8")
    assert "✗ Not in order: 02_small, 11_assert" in index


def test_false_check_keeps_the_last_good_report(built):
    small = report(built.bad, "02_small")
    assert (small.verdict, small.error) == ("failed", "check not met: sum")
    assert not small.cached
    out = built.bad.out
    assert (out / "02_small.html").read_bytes() == (built.first.out / "02_small.html").read_bytes()
    kind, card = card_of(built.bad, "02_small")
    assert kind == "fail"
    assert "last good report</a> is kept" in card
    failed = (out / "failed" / "02_small.html").read_text(encoding="utf-8")
    assert "✗ fails" in failed
    assert "found <b>4</b>" in failed
    assert "expected <b>5</b>" in failed
    assert "This run failed: check not met: sum" in failed


def test_rest_of_the_notebook_runs_after_a_false_check(built):
    failed = load(built.bad.out / "failed" / "02_small.ipynb")
    assert [check.passed for check in checks(failed)] == [False]
    stopped = load(built.bad.out / "failed" / "11_assert.ipynb")
    assert checks(stopped) == ()  # an exception does stop it


def test_partial_build_keeps_the_other_cards_red(built, tmp_path):
    out = tmp_path / "reports"
    shutil.copytree(built.bad.out, out)
    result = build(
        built.folder / "notebooks", out, cache=built.cache, only=["good"], ledger=built.ledger
    )
    assert result.selected == ("01_good",)
    assert result.ok
    assert report(result, "02_small").verdict == "failed"
    assert card_of(result, "02_small")[0] == "fail"
    assert card_of(result, "13_killed")[0] == "fail"


def test_repair_clears_the_failure(built, tmp_path):
    out = tmp_path / "reports"
    shutil.copytree(built.bad.out, out)
    result = build(built.folder / "notebooks", out, cache=built.cache, only=["02_small"])
    assert result.ok
    assert report(result, "02_small").cached  # the good run was kept
    assert not (out / "failed" / "02_small.json").exists()


def test_hang_is_ended(built, tmp_path):
    import psutil

    source = (built.folder / "notebooks" / "02_small.py").read_text(encoding="utf-8")
    notebooks = tmp_path / "notebooks"
    notebooks.mkdir()
    text = source + "\n# %%\nimport subprocess, time\nsubprocess.Popen(['sleep', '97531'])\n"
    (notebooks / "01_hang.py").write_text(text + "time.sleep(97531)\n", encoding="utf-8")
    result = build(notebooks, tmp_path / "out", cache=built.cache, timeout=6)
    assert not result.ok
    assert result.reports[0].error == (
        "it took longer than the limit of 6 s in cell 4: import subprocess, time"
    )
    left = [p.info["cmdline"] for p in psutil.process_iter(["cmdline"])]
    assert ["sleep", "97531"] not in left  # what the notebook started is gone too


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT], ids=["killed", "interrupted"])
def test_nothing_runs_on_without_the_driver(built, tmp_path, how):
    import psutil

    notebooks = tmp_path / "notebooks"
    notebooks.mkdir()
    source = (built.folder / "notebooks" / "02_small.py").read_text(encoding="utf-8")
    hang = (
        f"\n# %%\nopen({str(tmp_path / 'here')!r}, 'w').close()\nimport time\ntime.sleep(97532)\n"
    )
    (notebooks / "01_hang.py").write_text(source + hang, encoding="utf-8")
    code = (
        "import signal, sys; from pathlib import Path; "
        "signal.signal(signal.SIGINT, signal.default_int_handler); "
        "from infobound.reporting.build import build; "
        f"build(Path({str(notebooks)!r}), Path({str(tmp_path)!r}), cache=Path({str(built.cache)!r}))"
    )
    driver = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while not (tmp_path / "here").exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    family = psutil.Process(driver.pid).children(recursive=True)
    assert len(family) >= 2  # the worker and its kernel
    driver.send_signal(how)
    driver.wait(30)
    _, left = psutil.wait_procs(family, timeout=20)
    assert left == []


def test_profile_reaches_the_notebook_and_the_kept_run(built, tmp_path):
    notebooks, out = built.folder / "notebooks", tmp_path / "out"
    kept = [
        build(notebooks, out, cache=built.cache, only=["02_small"], profile=profile)
        for profile in ("quick", "full", "full")
    ]
    assert all(result.ok for result in kept)
    assert [report(result, "02_small").cached for result in kept] == [True, False, True]
    (check,) = checks(load(out / "02_small.ipynb"))
    assert check.found == "400"
    (difference,) = compare(built.first.out, out, only=["02_small"])[:1]
    assert str(difference) == "02_small.ipynb, profile: expected quick, found full"


def test_stale_reports_go_and_foreign_files_stay(built, tmp_path):
    out = tmp_path / "reports"
    shutil.copytree(built.first.out, out)
    for name in ("01_good", "02_small"):
        shutil.copy(out / f"{name}.ipynb", out / f"03_{name}.ipynb")
        shutil.copy(out / f"{name}.html", out / f"03_{name}.html")
    mine = {"04_mine.ipynb": '{"cells": []}', "04_mine.html": "<p>mine</p>", "notes.txt": "mine"}
    for name, text in mine.items():
        (out / name).write_text(text, encoding="utf-8")
    build(built.folder / "notebooks", out, cache=built.cache, only=["01_good"])
    assert not list(out.glob("03_*"))
    for name, text in mine.items():
        assert (out / name).read_text(encoding="utf-8") == text


def test_without_node_tex_stays_legible(built, tmp_path, monkeypatch):
    monkeypatch.setattr("infobound.reporting.mathml._machine_node", lambda: None)
    monkeypatch.setattr("infobound.reporting.mathml._wheel_node", lambda: None)
    result = build(
        built.folder / "notebooks",
        tmp_path / "out",
        cache=built.cache,
        only=["good"],
        ledger=built.ledger,
    )
    assert result.ok
    assert "Node.js" in result.notes[0]
    page = (tmp_path / "out" / "01_good.html").read_text(encoding="utf-8")
    assert "<math" not in page
    assert r'<code class="tex">\theta</code>' in page
    assert page.count("Formulas are shown as TeX source") == 1
    assert compare(built.first.out, tmp_path / "out", only=["01_good"]) == []


def test_decoy_kernel_is_not_used(built):
    """A kernel named python3 elsewhere on the machine does not run the notebooks."""
    (decoy,) = built.folder.glob("jupyter/kernels/python3/kernel.json")
    assert json.loads(decoy.read_text(encoding="utf-8"))["argv"][0] == "/bin/false"
    assert built.again.ok
    assert not any(one.cached for one in built.again.reports)


def test_progress_lines(built, tmp_path, capsys):
    console = Console(stderr=True, force_terminal=False)
    build(
        built.folder / "notebooks", tmp_path / "out", cache=built.cache,
        only=["01_good", "16_unknown_parameter"], progress=console, ledger=built.ledger,
    )  # fmt: skip
    shown = capsys.readouterr()
    assert shown.out == ""
    lines = sorted(shown.err.splitlines())
    assert lines[0] == "✓ 01_good (kept run), 3 checks hold"
    assert lines[1].startswith("✗ 16_unknown_parameter (0.0 s): unknown parameter profile")


@pytest.mark.parametrize(("options", "message"), [
    ({"only": ["nothing"]}, "only = 'nothing', but it must be one of: 01_good, 02_small"),
    ({"profile": "slow"}, "profile = 'slow', but it must be quick or full."),
    ({"jobs": 0}, "jobs = 0, but it must be a whole number, at least 1."),
    ({"timeout": float("nan")}, "timeout = nan, but it must be positive and finite."),
])  # fmt: skip
def test_bad_arguments(options, message, tmp_path):
    folder = Path(__file__).parent / "data"
    with pytest.raises(ArgumentError, match=re.escape(message)):
        build(folder, tmp_path / "out", cache=tmp_path, **options)


def test_bad_folders(tmp_path):
    with pytest.raises(ArgumentError, match="a folder with notebooks"):
        build(tmp_path, tmp_path / "out", cache=tmp_path)
    (tmp_path / "draft.py").write_text("", encoding="utf-8")
    with pytest.raises(ArgumentError, match=r"notebook = 'draft.py', but it must be named NN_slug"):
        build(tmp_path, tmp_path / "out", cache=tmp_path)


def test_missing_extra(monkeypatch, tmp_path):
    monkeypatch.setitem(__import__("sys").modules, "jupytext", None)
    with pytest.raises(ArgumentError, match=re.escape('pip install "infobound[notebooks]"')):
        build(Path(__file__).parent / "data", tmp_path / "out", cache=tmp_path)


def test_builds_compare_equal(built):
    assert compare(built.first.out, built.again.out) == []


def test_failed_run_is_a_difference(built):
    found = [str(d) for d in compare(built.bad.out, built.first.out)]
    assert any(
        line.startswith("failed/11_assert.json: expected a run that fails: cell 4 raised")
        for line in found
    )
    found = [str(d) for d in compare(built.first.out, built.bad.out, only=["11_assert"])]
    assert found[0].startswith("failed/11_assert.json: expected a good run, found cell 4 raised")
