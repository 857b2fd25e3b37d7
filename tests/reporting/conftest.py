"""One set of builds for all tests of the pipeline: kernels are slow to start."""

import fcntl
import json
import os
import pickle
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from infobound.reporting.build import BuildResult, build, default_cache
from infobound.reporting.mathml import Typesetter, find_typesetter
from tests.reporting.tools import missing

DATA = Path(__file__).parent / "data"

_HEAD = """\
# %% [markdown]
# # Planted {slug}
#
# **Finding.** This one must not pass.{more}

# %% tags=["parameters"]
{parameters}

# %%
from infobound import reporting
# %%
{code}
# %%
reporting.check("after", found=1, expected=1)
"""
_PROFILE = 'profile: str = "quick"'
_PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="

# slug -> (what is planted, words that must stand on its card)
PLANTED: dict[str, tuple[dict[str, str], str]] = {
    "11_assert": ({"code": "assert 1 + 1 == 3, 'one and one'"}, "cell 4 raised AssertionError"),
    "12_warning": (
        {"code": "import warnings\nwarnings.warn('old', DeprecationWarning)"},
        "cell 4 raised DeprecationWarning",
    ),
    "13_killed": (
        {"code": "import os\nos.kill(os.getpid(), 9)"},
        r"kernel died in cell 4: import os",
    ),
    "14_exit": ({"code": "import sys\nsys.exit(0)"}, "cell 4 raised SystemExit"),
    "15_bad_tex": ({"more": r" For $\frac{a}$.", "code": ""}, r"bad TeX in cell 1.*\\frac\{a\}"),
    "16_unknown_parameter": ({"parameters": "n: int = 3", "code": ""}, "unknown parameter profile"),
    "17_no_alt": (
        {
            "code": "from IPython.display import display\n"
            f"display({{'image/png': '{_PNG}', 'text/plain': ''}}, raw=True)"
        },
        "cell 4 shows an image without alternative text",
    ),
}

LEDGER: dict[str, Any] = {
    "ok": True,
    "mutants_per_step": 6,
    "assumptions": [
        {
            "claim": "fisher_trace",
            "step": "distortion_rate",
            "statement": "mmse(X|M) >= $d s^2 4^{-R}$",
            "cites": "Cover and Thomas 2006, 10.3",
        }
    ],
    "claims": [
        {
            "claim": "fisher_trace",
            "file": "fisher_trace.py",
            "source": "arXiv:2102.05802",
            "statement": "B bits carry at most $2 \\ln 2 B / s^2$.",
            "latex": r"\operatorname{Tr} I_M \le \frac{2\ln 2}{s^2} B",
            "hypotheses": ["Gaussian noise"],
            "expected": "established",
            "verdict": "assumed",
            "ok": True,
            "problems": [],
            "steps": [
                {
                    "name": "distortion_rate",
                    "kind": "assumed",
                    "outcome": "assumed",
                    "statement": "mmse(X|M) >= $d s^2 4^{-R}$",
                    "because": "",
                    "detail": {},
                    "cites": "Cover and Thomas 2006, 10.3",
                },
                {
                    "name": "per_bit",
                    "kind": "inequality",
                    "outcome": "certified",
                    "statement": r"2 R \ln 2 - 1 + 4^{- R} \ge 0,\quad R\in[0,1]",
                    "because": "tangent at $R = 0$",
                    "detail": {"boxes": 17},
                    "mutants": {"tried": 6, "killed": 6, "survivors": []},
                },
            ],
        }
    ],
}


def planted(slug: str) -> str:
    """Return the source of a notebook with one thing wrong."""
    words = {"parameters": _PROFILE, "more": "", "slug": slug} | PLANTED[slug][0]
    return _HEAD.format(**words)


@dataclass(frozen=True)
class Fresh:
    """What was built first: `folder` holds the ``notebooks`` and the output, see `Built`."""

    folder: Path
    first: BuildResult


@dataclass(frozen=True)
class Built:
    """What was built, in order of time.

    Attributes
    ----------
    folder : Path
        ``notebooks`` and all output folders.
    first : BuildResult
        Two good notebooks, nothing kept before.
    again : BuildResult
        The same, forced to run again, into another folder, on a machine with a decoy kernel.
    bad : BuildResult
        Onto a copy of `first`: the planted ones, and 02_small changed so that its check fails.
    reasons : dict
        Slug to the words that must stand on the card of a planted one.
    ledger : dict
        What all these builds were given.
    """

    folder: Path
    cache: Path
    first: BuildResult
    again: BuildResult
    bad: BuildResult
    reasons: dict[str, str]
    ledger: dict[str, Any]


@pytest.fixture(scope="session")
def typesetter() -> Typesetter:
    """Node and Temml of this machine; formulas cannot be tested without."""
    found = find_typesetter(default_cache())
    if not found.works:
        missing(found.note)
    return found


@pytest.fixture(scope="session", autouse=True)
def _frozen_package() -> Iterator[None]:
    """Kept runs depend on all sources of the package; here those do not change under our feet."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("infobound.reporting.store.sources_digest", lambda: "the package under test")
        yield


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], Any]) -> Any:
    """make(folder), called by one of the processes that run the tests; the others take its word."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return make(factory.mktemp(name))
    folder = factory.getbasetemp().parent / name
    with folder.with_suffix(".lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        kept = folder.with_suffix(".pickle")
        if not kept.exists():
            folder.mkdir()
            kept.write_bytes(pickle.dumps(make(folder)))
        return pickle.loads(kept.read_bytes())


@pytest.fixture(scope="session")
def fresh(
    tmp_path_factory: pytest.TempPathFactory, typesetter: Typesetter, _frozen_package: None
) -> Fresh:
    """Two good notebooks, built once; files that need no more take this, which is quicker."""

    def make(folder: Path) -> Fresh:
        notebooks, cache = folder / "notebooks", folder / "cache"
        shutil.copytree(DATA, notebooks)
        engine = Path(typesetter.temml).parents[3]
        shutil.copytree(engine, cache / engine.name)
        return Fresh(folder, build(notebooks, folder / "first", cache=cache, ledger=LEDGER))

    return once(tmp_path_factory, "reports", make)


def _decoy(folder: Path) -> Path:
    """A Jupyter folder whose kernel python3 does not start."""
    decoy = folder / "kernels" / "python3"
    decoy.mkdir(parents=True)
    spec = {"argv": ["/bin/false", "{connection_file}"], "display_name": "x", "language": "python"}
    (decoy / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def built(fresh: Fresh) -> Built:
    """Build everything once."""
    folder, first = fresh.folder, fresh.first
    notebooks, cache = folder / "notebooks", folder / "cache"
    decoy = str(_decoy(folder / "jupyter"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JUPYTER_PATH", decoy)
        patch.setenv("JUPYTER_DATA_DIR", decoy)
        again = build(notebooks, folder / "again", cache=cache, ledger=LEDGER, force=True)
    shutil.copytree(folder / "first", folder / "bad")
    for slug in PLANTED:
        (notebooks / f"{slug}.py").write_text(planted(slug), encoding="utf-8")
    small = notebooks / "02_small.py"
    text = small.read_text(encoding="utf-8")
    small.write_text(text.replace("expected=2 * n)", "expected=5)"), encoding="utf-8")
    bad = build(notebooks, folder / "bad", cache=cache, ledger=LEDGER)
    small.write_text(text, encoding="utf-8")
    reasons = {slug: words for slug, (_, words) in PLANTED.items()}
    return Built(folder, cache, first, again, bad, reasons, LEDGER)
