"""The wheel: what it carries, and that it works outside a checkout."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PROSE = {".py", ".md", ".toml", ".txt", ".cff", ".css", ".yml", ".ipynb", ".html", ".json", ""}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Built without the network: hatchling is in the dev group."""
    out = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", out, ROOT],
        check=True,
        capture_output=True,
    )
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """The wheel unpacked, which is what installing a pure wheel does."""
    target = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(target)
    return target


def run(installed, cwd, *words):
    environment = os.environ | {"PYTHONPATH": str(installed), "PYTHONSAFEPATH": "1"}
    return subprocess.run(
        [sys.executable, "-m", "infobound", *words],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_contents(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert "infobound/py.typed" in names
    for kind in ("derivations", "notebooks"):
        sources = {f"infobound/_data/{kind}/{p.name}" for p in (ROOT / kind).glob("*.py")}
        assert sources
        assert sources <= names
    assert not [name for name in names if name.startswith(("tests", "reports", "benchmarks"))]


def test_verify_outside_a_checkout(installed, tmp_path):
    """The shipped folder is found; two claims of it stand for all, which are tests of their own."""
    folder, kept = installed / "infobound" / "_data" / "derivations", {"cuq", "one_bit"}
    for path in folder.glob("*.py"):
        if path.stem not in kept:
            path.unlink()
    shown = run(installed, tmp_path, "verify", "--json")
    assert shown.returncode == 0, shown.stderr
    assert {claim["claim"] for claim in json.loads(shown.stdout)["claims"]} == kept


def test_the_unpacked_wheel_is_what_runs(installed, tmp_path):
    code = "import infobound; print(infobound.__file__)"
    shown = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(installed), "PYTHONSAFEPATH": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(shown.stdout.strip()).is_relative_to(installed)


def test_nothing_of_a_machine_is_committed():
    """No home or temporary paths, index addresses or lock files among tracked files."""
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if tracked.returncode:
        pytest.skip("not a git checkout, so there are no tracked files to look at")
    names = tracked.stdout.split()
    assert not {Path(name).name for name in names} & {"uv.lock", "poetry.lock", "package-lock.json"}
    signs = ["/ho" + "me/", "/ro" + "ot/", "/wo" + "rk/", "py" + "pi.org", "npm" + "js.org"]
    for name in names:
        path = ROOT / name
        if path.suffix in PROSE and path.is_file():
            text = path.read_text(encoding="utf-8")
            found = [sign for sign in signs if sign in text]
            assert not found, f"{name} holds {found}"
