"""Reading notebook sources, and what is refused before anything runs."""

import json
import re
from pathlib import Path

import pytest

from infobound.numerics.arguments import ArgumentError
from infobound.reporting.failure import ReportError
from infobound.reporting.source import (
    Source,
    accept,
    cell_id,
    chosen,
    opening,
    parameters,
    read,
    sources,
)
from infobound.reporting.worker import _wrong_kernel

GOOD = """\
# ---
# jupyter:
#   kernelspec:
#     display_name: Private
#     language: python
#     name: my-private-kernel
# ---
# %% [markdown]
# # A title with $x$
#
# **Finding.** One
# sentence.
#
# More.
# %% tags=["parameters"]
profile: str = "quick"  # quick or full
n: int = 3
pair = [1, 2.5]
# %%
print(n)
"""


def notebook(text: str):
    return read(Source(Path("01_x.py"), "01_x", text))


def test_read():
    found = notebook(GOOD)
    assert [cell.cell_type for cell in found.cells] == ["markdown", "code", "code"]
    assert [cell.id for cell in found.cells] == [
        cell_id(place, cell.source) for place, cell in enumerate(found.cells)
    ]
    assert dict(found.metadata.kernelspec)["name"] == "python3"
    assert "jupytext" not in found.metadata
    assert opening(found).title == "A title with $x$"
    assert opening(found).finding == "One sentence."
    assert parameters(found) == {"profile": "quick", "n": 3, "pair": [1, 2.5]}


def test_broken_header_is_refused():
    with pytest.raises(ReportError, match=r"jupytext cannot read the source: .*display_name"):
        notebook(GOOD.replace("#     display_name: Private\n", ""))


def test_ids_depend_on_place_and_text():
    ids = {cell_id(0, "a"), cell_id(1, "a"), cell_id(0, "b")}
    assert len(ids) == 3
    assert cell_id(0, "a") == cell_id(0, "a")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('# %% tags=["parameters"]', "# %%", "0 cells are tagged parameters"),
        ("# %%\nprint", '# %% tags=["parameters"]\nm = 1  #', "2 cells are tagged parameters"),
        ("n: int = 3", "n: int = len('abc')", "cell 2 (parameters) may hold lines"),
        ("n: int = 3", "import os", "cell 2 (parameters) may hold lines"),
        ("n: int = 3", "n: int", "does not give a value to one name"),
        ("n: int = 3", "n: int = = 3", "cell 2 (parameters) may hold lines"),
        ("n: int = 3", "a, b = 1, 2", "does not give a value to one name"),
    ],
)
def test_parameters_refuse(old, new, words):
    with pytest.raises(ReportError, match=re.escape(words)):
        parameters(notebook(GOOD.replace(old, new)))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("# # A title with $x$", "# A title"),
        ("**Finding.**", "Finding:"),
        ("# %% [markdown]", "# %%"),
    ],
)
def test_opening_refuses(old, new):
    with pytest.raises(ReportError, match="the first cell must be Markdown with a line '# Title'"):
        opening(notebook(GOOD.replace(old, new)))


def test_indented_marker_is_refused():
    text = GOOD + "def f():\n    # %% half\n    return 1\n"
    with pytest.raises(ReportError, match="line 22: the cell marker # %% must start in the first"):
        notebook(text)


def test_accept():
    accept({"n": 1}, {"n": 3, "profile": "quick"})
    with pytest.raises(
        ReportError, match=r"unknown parameter m: .* declares n; add the line `m: int"
    ):
        accept({"m": 1}, {"n": 3})


def test_chosen(tmp_path):
    for name in ("01_a.py", "02_b.py", "_helper.py"):
        (tmp_path / name).write_text("", encoding="utf-8")
    found = sources(tmp_path)
    assert [s.slug for s in found] == ["01_a", "02_b"]
    assert [s.slug for s in chosen(found, ())] == ["01_a", "02_b"]
    assert [s.slug for s in chosen(found, ("b", "01_a"))] == ["01_a", "02_b"]
    assert [s.slug for s in chosen(found, ("b",))] == ["02_b"]
    with pytest.raises(ArgumentError, match="only = 'c', but it must be one of: 01_a, 02_b"):
        chosen(found, ("a", "c"))


def test_kernel_of_another_environment_is_named(tmp_path):
    expected = {"environment": "/here", "package": "/here/infobound/__init__.py"}
    job = {"seen": str(tmp_path / "seen.json"), "expected": expected}
    assert _wrong_kernel(job) == ""  # it never came up
    (tmp_path / "seen.json").write_text(json.dumps(expected), encoding="utf-8")
    assert _wrong_kernel(job) == ""
    other = expected | {"environment": "/there"}
    (tmp_path / "seen.json").write_text(json.dumps(other), encoding="utf-8")
    words = "the kernel uses another environment: /there, but this is /here"
    assert _wrong_kernel(job) == words
