"""`infobound meter` as its users meet it: tables, JSON, figure, exit codes, messages."""

import json
import sys

import numpy as np
import pytest
from click.testing import CliRunner

from infobound.cli import main

FORMATS = "mxfp4,nvfp4,lloyd-max"


def run(*words):
    return CliRunner().invoke(main, ["meter", *map(str, words)])


@pytest.fixture(autouse=True)
def short_simulation(monkeypatch):
    monkeypatch.setattr("infobound.information.gradient_meter.fisher._NUMBERS", 1 << 12)


@pytest.fixture
def gradients(tmp_path):
    x = np.random.default_rng(0).standard_normal((32, 256)).astype(np.float32) + 0.1
    np.save(tmp_path / "g.npy", x)
    np.savez_compressed(tmp_path / "g.npz", first=3 * x[:, :100].reshape(32, 10, 10), second=x)
    return tmp_path / "g.npy"


def test_json(gradients):
    result = run(gradients, "--formats", FORMATS, "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert list(found["formats"]) == FORMATS.split(",")
    assert found["samples"] == 32
    assert found["formats"]["mxfp4"]["total"]["bits"] == {"value": 4.25, "stderr": 0.0}
    assert found["formats"]["nvfp4"]["total"]["bits"]["value"] == 4.5 + 32 / 256
    assert found["accounting_errors"] == []
    assert any("not a theorem" in note for note in found["notes"])


def test_tables(gradients, monkeypatch):
    for columns in ("60", "100"):
        monkeypatch.setenv("COLUMNS", columns)
        result = run(gradients, "--formats", FORMATS)
        assert result.exit_code == 0, result.output
        assert "32 gradients in 256 coordinates, float32" in result.stdout.replace("\n", " ")
        rows = [line.split() for line in result.stdout.splitlines() if line.startswith("mxfp4")]
        assert len(rows) == 2
        assert rows[0][1] == "4.25"  # never cut short
        assert rows[1][3].endswith("%")
    assert max(map(len, result.stdout.splitlines())) <= 100


def test_layers(gradients):
    result = run(gradients.with_suffix(".npz"), "--formats", "mxfp4", "--layers")
    assert result.exit_code == 0, result.output
    assert "356 coordinates, 2 layers" in result.stdout
    assert "layer first" in result.stdout
    assert result.stdout.count("\nmxfp4") == 6
    assert "by layer" in result.stdout


def test_progress_goes_to_the_other_stream(gradients):
    result = run(gradients, "--formats", "sign", "--json")
    assert "meter 16,384/16,384" in result.stderr
    assert json.loads(result.stdout)["dimension"] == 256


def test_plot(gradients, tmp_path):
    result = run(gradients, "--formats", "sign,lloyd-max", "--plot", tmp_path / "out.svg")
    assert result.exit_code == 0, result.output
    drawn = (tmp_path / "out.svg").read_bytes()
    assert drawn.startswith(b"<?xml")
    run(gradients, "--formats", "sign,lloyd-max", "--plot", tmp_path / "again.svg")
    assert (tmp_path / "again.svg").read_bytes() == drawn


def test_plot_without_matplotlib(gradients, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    result = run(gradients, "--formats", "sign", "--plot", tmp_path / "out.svg")
    assert result.exit_code == 2
    assert "matplotlib, which is not installed" in result.output.replace("\n", " ")


def test_not_finite(gradients):
    x = np.load(gradients)
    x[2, 3], x[4, 4] = np.nan, np.inf
    np.save(gradients, x)
    result = run(gradients, "--formats", "sign")
    assert result.exit_code == 2
    said = " ".join(result.output.split())
    assert "array with 1 nan and 1 infinite entries in 2 of 32 rows, the first at" in said
    result = run(gradients, "--formats", "sign", "--nan-policy", "omit", "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert (found["samples"], found["dropped_rows"], found["nan"], found["inf"]) == (30, 2, 1, 1)


def test_strict(gradients, tmp_path):
    """A sign of equal entries has no error: the accounting is told, loudly."""
    np.save(gradients, np.ones((4, 8)))
    loud = run(gradients, "--formats", "sign")
    assert loud.exit_code == 0
    assert "ERROR IN THE ACCOUNTING: sign, all layers: NMSE 0" in loud.output.replace("\n", " ")
    assert run(gradients, "--formats", "sign", "--strict").exit_code == 1
    assert run(gradients, "--formats", "top-k", "--strict").exit_code == 0


def test_own_quantizer(gradients, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine_for_meter.py").write_text(
        "from infobound.quantizers import LloydMax\nnumber = 3\nmine = LloydMax(bits=2)\n"
    )
    result = run(gradients, "--formats", "mine_for_meter:mine,lloyd-max", "--json")
    assert result.exit_code == 0, result.output
    own, known = json.loads(result.stdout)["formats"].values()
    assert own["total"] == known["total"]
    wrong = run(gradients, "--formats", "mine_for_meter:number")
    assert "--formats = 'mine_for_meter:number' is no quantizer: it has no bits" in wrong.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--formats", "mxfp5"], "one of bf16, fp16, e4m3"),
        (["--formats", "no_such_module:Q"], "cannot be loaded: ModuleNotFoundError"),
        (["--plot", "out.png"], "a path that ends in .svg"),
        (["--plot", "no_such_folder/out.svg"], "in a folder that exists"),
        (["--seed", "-1"], "seed = -1"),
        (["--formats", "perm-k"], "No format could be measured"),
    ],
)
def test_mistakes(gradients, words, said):
    result = run(gradients, *words)
    assert result.exit_code == 2
    assert said in " ".join(result.output.split())


def test_no_such_file(tmp_path):
    result = run(tmp_path / "absent.npy", "--formats", "sign")
    assert result.exit_code == 2
    assert "No such file or directory" in " ".join(result.output.split())
    result = run(tmp_path, "--formats", "sign")
    assert "It is a folder" in " ".join(result.output.split())
