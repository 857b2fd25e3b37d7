"""What is refused in a notebook that ran to its end."""

import copy
import re

import pytest

from infobound.reporting.failure import ReportError
from infobound.reporting.judging import judge
from infobound.reporting.records import CHECK
from infobound.reporting.scrub import inspect, raised, scrub


def notebook(*outputs: dict, count: int | None = 1) -> dict:
    cell = {
        "cell_type": "code",
        "id": "a",
        "metadata": {"tags": ["x"], "papermill": {"duration": 1.5}, "execution": {}},
        "source": "print(1)",
        "execution_count": count,
        "outputs": list(outputs),
    }
    return {"cells": [cell], "metadata": {"papermill": {}}, "nbformat": 4, "nbformat_minor": 5}


def stream(text: str, name: str = "stdout") -> dict:
    return {"output_type": "stream", "name": name, "text": text}


def display(data: dict, metadata: dict | None = None) -> dict:
    return {"output_type": "display_data", "data": data, "metadata": metadata or {}}


def test_fine():
    inspect(notebook(stream("1"), display({"image/png": ""}, {"image/png": {"alt": "a dot"}})))


ROW = display({CHECK: judge("one", found=1, expected=1).to_json()})


@pytest.mark.parametrize(
    ("outputs", "words"),
    [
        ([stream("first\nlast", "stderr")], "cell 1 wrote to stderr: last"),
        ([display({"image/png": ""})], "cell 1 shows an image without alternative text"),
        ([display({"image/svg+xml": ""}, {"image/svg+xml": {"alt": " "}})], "without alternative"),
        ([ROW, ROW], "2 checks are named 'one'; names must differ"),
    ],
)
def test_refused(outputs, words):
    with pytest.raises(ReportError, match=re.escape(words)):
        inspect(notebook(*outputs))


def test_cell_that_did_not_run_is_refused():
    with pytest.raises(ReportError, match=r"cell 1 did not run: print\(1\)"):
        inspect(notebook(count=None))


def test_raised():
    error = {"output_type": "error", "ename": "SystemExit", "evalue": "0", "traceback": []}
    assert raised(notebook(error)) == "cell 1 raised SystemExit: 0"
    assert raised(notebook(stream("fine"))) == ""


def test_scrub_takes_out_what_differs():
    ran = notebook(
        stream("<Axes at 0x7f00ab> in /elsewhere/place/x.npy and /tmp/ipykernel_77/8.py:3"),
    )
    banner = copy.deepcopy(ran["cells"][0])
    banner["metadata"]["tags"] = ["papermill-error-cell-tag"]
    ran["cells"].insert(0, banner)
    clean = scrub(ran, profile="quick", folder="/elsewhere/place")
    assert clean["metadata"]["infobound"] == {"generated": True, "profile": "quick"}
    assert clean["metadata"]["language_info"] == {"name": "python"}
    (cell,) = clean["cells"]
    assert cell["metadata"] == {"tags": ["x"]}
    assert cell["outputs"][0]["text"] == "<Axes> in x.npy and <cell>:3"
