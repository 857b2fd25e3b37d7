"""The command line as its users meet it: numbers, exit codes, messages, no traceback."""

import json
import math
import subprocess
import sys

import numpy as np
import pytest
from click.testing import CliRunner

from infobound.cli import main

LIMITS = ["limits", "--dimension", "1000", "--bits", "100", "--noise-std", "1"]
MUTUAL = ["mutual", "sparse-sign", "--dimension", "4", "--bits", "3"]


def run(*arguments):
    return CliRunner().invoke(main, [str(a) for a in arguments])


def answer(*arguments):
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_limits_rounds():
    found = answer(*LIMITS, "--error", 1, "--half-width", 1)
    assert list(found["rounds"]) == [
        "communication",
        "statistical",
        "product",
        "rate_distortion",
        "sharp",
    ]
    assert round(found["rounds"]["rate_distortion"], 2) == 7648.78
    assert found["rounds"]["communication"] == pytest.approx(
        5 * math.log2(2000 / (math.pi * math.e)), rel=1e-12
    )
    assert found["notes"] == {}


def test_limits_error():
    found = answer("limits", "--dimension", 1, "--bits", 1, "--noise-std", 1, "--rounds", 4,
                   "--prior-std", 1)  # fmt: skip
    assert round(found["error"]["sharp"], 6) == 0.276198
    assert found["error"]["rate_distortion"] == 0.25
    assert 0.25 < found["scalar_optimum"]["error"] < 0.325963


def test_limits_without_prior_says_why():
    found = answer(*LIMITS, "--error", 1)
    assert found["rounds"]["sharp"] is None
    assert found["rounds"]["communication"] is None
    assert "prior" in found["notes"]["sharp"]
    vacuous = answer(*LIMITS, "--error", 200, "--half-width", 1)
    assert vacuous["rounds"]["statistical"] is None
    assert "vacuous" in vacuous["notes"]["statistical"]


def test_limits_quadratic():
    """Target and answer in f - f* with sigma/mu for s."""
    found = answer(*LIMITS, "--suboptimality", 1, "--curvature", 2, "--half-width", 1)
    same = answer("limits", "--dimension", 1000, "--bits", 100, "--noise-std", 0.5,
                  "--error", 1, "--half-width", 1)  # fmt: skip
    assert found["rounds"] == same["rounds"]
    gap = answer(*LIMITS, "--rounds", 9, "--curvature", 2)
    assert gap["suboptimality"]["product"] == gap["error"]["product"] * 1.0


def test_limits_curvatures():
    found = answer("limits", "--curvatures", "1,4,16,64", "--bits", 4, "--noise-std", 1,
                   "--rounds", 1)  # fmt: skip
    assert round(2 * found["suboptimality"]["anisotropic"], 6) == 1.541878
    assert round(found["bits_per_direction"][0], 4) == 1.9215


def test_limits_gradients(tmp_path):
    x = np.random.default_rng(1).standard_normal((200, 30)).astype(np.float32)
    np.save(tmp_path / "g.npy", x)
    found = answer("limits", "--gradients", tmp_path / "g.npy", "--bits", 30, "--error", 0.1)
    assert found["gradients"]["dimension"] == 30
    assert "independent gradients" in found["gradients"]["assumption"]
    assert abs(found["gradients"]["excess_kurtosis"]) < 1
    s2 = found["gradients"]["noise_std"] ** 2
    assert found["rounds"]["rate_distortion"] == pytest.approx(s2 * 300 / 0.75, rel=1e-12)


def test_tables_for_people(tmp_path):
    np.save(tmp_path / "g.npy", np.random.default_rng(1).standard_normal((50, 5)))
    shown = run(*LIMITS, "--error", 1, "--half-width", 1)
    assert "7,649" in shown.output  # rounds are rounded up
    assert "minimax" in shown.output
    for words in (
        [*LIMITS, "--rounds", 5, "--curvature", 3],
        ["limits", "--curvatures", "1,2", "--bits", 4, "--noise-std", 1, "--rounds", 1],
        ["limits", "--gradients", tmp_path / "g.npy", "--bits", 5, "--error", 1],
    ):
        result = run(*words)
        assert result.exit_code == 0, result.output
        assert "least" in result.output
    assert "excess kurtosis (Gaussian: 0)" in result.output
    assert "theta anywhere in R^d" in result.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([*LIMITS, "--error", "nan"], "error = nan"),
        ([*LIMITS, "--error", "inf"], "error = inf"),
        ([*LIMITS, "--error", "1", "--rounds", "1"], "exactly one"),
        (LIMITS, "exactly one"),
        ([*LIMITS, "--error", "1", "--prior-std", "1", "--radius", "1"], "at most one"),
        ([*LIMITS, "--error", "1000", "--half-width", "1"], "error = 1000.0, but it must be below"),
        (["limits", "--bits", "1", "--error", "1"], "Missing --dimension and --noise-std"),
        ([*LIMITS, "--suboptimality", "1"], "Missing --curvature"),
        (["limits", "--dimension", "10", "--bits", "0", "--noise-std", "1", "--error", "1"], "bits = 0"),
        (["limits", "--dimension", "10", "--bits", "-3", "--noise-std", "1", "--error", "1"], "bits = -3"),
        (["limits", "--dimension", "x", "--bits", "1"], "'x' is not a valid float"),
        (["limits", "--curvatures", "1,b", "--bits", "1", "--noise-std", "1", "--rounds", "1"], "curvatures"),
        (["limits", "--curvatures", "1,2", "--bits", "1", "--noise-std", "1", "--error", "1"], "does not go with --error"),
        (["limits", "--gradients", "nowhere.npy", "--bits", "1", "--error", "1"], "nowhere.npy"),
        ([*LIMITS, "--gradients", "x.npy", "--error", "1"], "does not go with --dimension"),
        (["fisher", "nonsense", "--bits", "2"], "nonsense"),
        (["fisher", "lloyd-max", "--bits", "0"], "bits = 0"),
        (["fisher", "lloyd-max", "--bits", "2.5"], "2.5"),
        (["fisher", "lloyd-max", "--bits", "4", "--dimension", "0"], "dimension = 0"),
        (["fisher", "lloyd-max", "--bits", "4", "--noise-std", "nan"], "noise_std = nan"),
        (["fisher", "lloyd-max", "--bits", "4", "--offset", "inf"], "offset = inf"),
        ([*MUTUAL, "--delta", "0.6"], "must be in [0, 1/2]"),
        ([*MUTUAL, "--delta", "-1/4"], "must be in [0, 1/2]"),
        ([*MUTUAL, "--delta", "1/0"], "--delta = '1/0'"),
        ([*MUTUAL, "--delta", "nan"], "--delta = 'nan'"),
        ([*MUTUAL, "--delta", "1e-999999999"], "--delta = '1e-999999999'"),
        (MUTUAL, "Missing option '--delta'"),
        ([*MUTUAL, "--delta", "1/4", "--bits", "0"], "bits = 0"),
        ([*MUTUAL, "--delta", "1/4", "--bits", "2.5"], "2.5"),
        ([*MUTUAL, "--delta", "1/4", "--dimension", "0"], "dimension = 0"),
        (["mutual", "bernoulli-product", "--dimension", "5", "--bits", "2", "--delta", "1/4"], "34,359,738,368 bytes"),
        (["mutual", "nonsense", "--dimension", "5", "--bits", "2", "--delta", "1/4"], "nonsense"),
        (["verify", "nowhere.py"], "nowhere.py"),
        (["report", "--only", "nothing_like_it"], "nothing_like_it"),
        (["report", "--profile", "huge"], "huge"),
        (["nonsense"], "nonsense"),
    ],
)  # fmt: skip
def test_mistakes(words, said):
    result = run(*words)
    assert result.exit_code == 2, result.output
    assert said in result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    "content", [b"", b"not numpy", b"\x93NUMPY\x01\x00"], ids=["empty", "text", "torn"]
)
def test_unreadable_gradients(tmp_path, content):
    (tmp_path / "g.npy").write_bytes(content)
    result = run("limits", "--gradients", tmp_path / "g.npy", "--bits", 1, "--error", 1)
    assert result.exit_code == 2
    assert "must be a readable .npy" in result.output


def test_fisher():
    found = answer("fisher", "lloyd-max", "--bits", 4, "--dimension", 64, "--noise-std", 1)
    assert found["trace"] == pytest.approx(64 * 0.9904989919918, rel=1e-12)
    assert (found["bits"], found["stderr"], found["method"]) == (256, 0, "exact")
    assert found["limit"] == 64 * (1 - 4**-4)
    assert found["efficiency"] == pytest.approx(found["trace"] / found["limit"], rel=1e-15)
    off = answer("fisher", "sign", "--offset", 1)
    assert round(off["trace"], 4) == 0.4386
    scaled = answer("fisher", "lloyd-max", "--bits", 4, "--noise-std", 2)
    assert scaled["trace"] == pytest.approx(0.9904989919918 / 4, rel=1e-12)


@pytest.mark.parametrize("name", ["lloyd-max", "uniform", "sign", "simplex", "argmax"])
def test_every_quantizer_on_the_command_line(name):
    dimension = {"simplex": 14, "argmax": 16}.get(name, 5)
    bits = {"simplex": ["--bits", 3], "argmax": ["--bits", 3], "sign": []}.get(name, ["--bits", 2])
    found = answer("fisher", name, *bits, "--dimension", dimension)
    assert 0 < found["efficiency"] < 1


def test_mutual():
    """The maximum between the two forms of the bound, with a quantizer that has it."""
    found = answer(*MUTUAL, "--delta", "1/4")
    assert found["max_information_bits"] == pytest.approx(0.188721875540867, rel=1e-14)
    assert (found["printed_bound"], found["corrected_bound"]) == (0.0625, 0.25)
    assert found["quantizer"]["messages"] == list(range(8))
    assert found["quantizer"]["cells"][:3] == [["+e1"], ["-e1"], ["+e2"]]
    assert found["problem"]["delta"] == "1/4"
    low, high = found["enclosure"]
    assert low <= found["max_information_bits"] <= high
    assert answer(*MUTUAL, "--delta", "0.25") == found
    assert answer(*MUTUAL, "--delta", "0.1")["problem"]["delta"] == "1/10"


def test_mutual_product():
    words = ["mutual", "bernoulli-product", "--dimension", 3, "--bits", 2, "--delta", "1/4"]
    quick, slow = answer(*words), answer(*words, "--exhaustive")
    assert (quick["method"], slow["method"]) == ("subsets", "exhaustive")
    assert quick["partitions"] == slow["searched"] == 2795
    for found in (quick, slow):
        assert found["max_information_bits"] == pytest.approx(0.377443751081734, rel=1e-14)
        assert found["printed_bound"] == 45
        assert 0.3774 < found["corrected_bound"] < 0.5
        points = [point for cell in found["quantizer"]["cells"] for point in cell]
        assert sorted(points) == [a + b + c for a in "+-" for b in "+-" for c in "+-"]
    assert quick["quantizer"]["cells"][0] == ["+++", "-++"]


def test_mutual_for_people():
    shown = run(*MUTUAL[:4], "--bits", 2, "--delta", "1/4", "--exhaustive")
    assert shown.exit_code == 0, shown.output
    for words in (
        "0.0943609",
        "0.125",
        "0.0625",
        "message 0: +e1",
        "All 2,795 partitions",
        "one by one",
    ):
        assert words in shown.stdout
    assert "1.51 times the printed form" in shown.stdout
    assert "search 2,795/2,795" in shown.stderr
    true = run("mutual", "bernoulli-product", "--dimension", 2, "--bits", 1, "--delta", "0.3")
    assert "printed" in true.stdout
    assert "times" not in true.stdout


@pytest.mark.parametrize("words", [[], ["--help"], ["limits", "-h"], ["--version"]])
def test_help(words):
    result = run(*words)
    assert result.exit_code in (0, 2)
    assert "infobound" in result.output or "Usage" in result.output


def test_import_is_light():
    """Importing the package loads none of the heavy libraries."""
    heavy = ("numpy", "scipy", "sympy", "flint", "matplotlib", "click", "rich")
    code = f"import sys, infobound; print([m for m in {heavy!r} if m in sys.modules])"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


def test_module_runs():
    shown = subprocess.run(
        [sys.executable, "-m", "infobound", "limits", "--bits", "0"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert shown.returncode == 2
    assert "Traceback" not in shown.stderr


MINE = """
from infobound.quantizers import LloydMax, Sign
class Good(Sign):
    pass
class Liar(Sign):
    def bits(self, d):
        return super().bits(d) - (d > 1)
two = LloydMax(2)
number = 3
class Broken:
    def __init__(self):
        raise RuntimeError("not today")
"""


@pytest.fixture
def mine(tmp_path, monkeypatch):
    """A module of a user's own, in the folder the command is run in."""
    name = f"mine_{tmp_path.name.replace('-', '_')}"
    (tmp_path / f"{name}.py").write_text(MINE, "utf-8")
    monkeypatch.chdir(tmp_path)
    yield name
    sys.modules.pop(name, None)


def test_quantizers():
    found = answer("quantizers", "--dimension", 8, "--only", "sign,lloyd-max,simplex",
                   "--samples", 256)  # fmt: skip
    rows = found["quantizers"]
    assert list(rows) == ["sign", "lloyd-max", "simplex"]
    assert rows["sign"]["fisher_efficiency"]["value"] == pytest.approx(2 / math.pi, rel=1e-12)
    assert rows["lloyd-max"]["bits_per_coordinate"] == 2
    assert "d = 8" in rows["simplex"]["refused"]
    shown = run("quantizers", "--dimension", 8, "--only", "sign,simplex", "--samples", 256)
    assert shown.exit_code == 0
    assert "0.6366" in shown.output
    assert "simplex: not measured at d = 8" in shown.output


def test_every_registered_quantizer_is_listed():
    """All of them at one dimension, with few samples: figures, or the reason why there are none."""
    from infobound.quantizers.registry import examples

    rows = answer("quantizers", "--dimension", 4, "--samples", 64)["quantizers"]
    assert set(rows) == set(examples(4))
    for name, row in rows.items():
        assert "refused" in row or row["error"]["value"] > 0, name
    assert sum("refused" in row for row in rows.values()) < len(rows) / 3


def test_quantizers_of_the_user(mine):
    rows = answer("quantizers", "--only", f"{mine}:Good,{mine}:two", "--samples", 64)["quantizers"]
    assert rows[f"{mine}:Good"]["error"] == pytest.approx(
        answer("quantizers", "--only", "sign", "--samples", 64)["quantizers"]["sign"]["error"]
    )
    shown = run("quantizers", "--only", f"sign,{mine}:Liar", "--check", "--dimension", 3)
    assert shown.exit_code == 1
    assert "payload length" in shown.output
    assert "message.bits = 3, but it must be 2" in shown.output
    checked = answer("quantizers", "--only", "sign", "--check", "--dimension", 3)
    assert checked["quantizers"]["sign"]["conformance"]["passed"] is True


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("sing", "one of"),
        ("nowhere_at_all:X", "ModuleNotFoundError"),
        ("{mine}:Absent", "AttributeError"),
        ("{mine}:number", "no quantizer"),
        ("{mine}:Broken", "not today"),
        ("{mine}:", "module:Class"),
    ],
)
def test_quantizers_mistakes(mine, place, said):
    result = run("quantizers", "--only", place.format(mine=mine))
    assert result.exit_code == 2, result.output
    assert said in result.output
    assert "Traceback" not in result.output
    assert run("quantizers", "--dimension", 0).exit_code == 2


DERIVATION = """
from sympy import symbols
from infobound.checking import Claim, Step
x = symbols("x", real=True)
CLAIM = Claim("square", source="Euclid")
STEPS = [Step.identity("expand", (x + 1) ** 2, x**2 + {middle} * x + 1)]
"""


def test_verify(tmp_path):
    """0 for a claim as expected, 1 for a false one or a broken file; the table says which."""
    for name, middle in (("true", 2), ("false", 3)):
        (tmp_path / f"{name}.py").write_text(DERIVATION.format(middle=middle), "utf-8")
    (tmp_path / "broken.py").write_text("CLAIM = 1 / 0\n", "utf-8")
    good = answer("verify", tmp_path / "true.py", "--mutants")
    assert good["claims"][0]["verdict"] == "proved"
    trial = good["claims"][0]["steps"][0]["mutants"]
    assert trial["killed"] == trial["tried"] > 5
    bad = run("verify", tmp_path / "false.py", "--steps")
    assert bad.exit_code == 1
    assert "refuted" in bad.output
    broken = run("verify", tmp_path / "broken.py", "--json")
    assert broken.exit_code == 1
    assert "ZeroDivisionError" in json.loads(broken.stdout)["claims"][0]["error"]
    assert "Traceback" not in broken.output
    (tmp_path / "none").mkdir()
    assert run("verify", tmp_path / "none").exit_code == 1  # nothing is established
