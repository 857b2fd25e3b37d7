"""Run one notebook in a child process, with a wall-clock limit kept by the parent."""

import json
import os
import subprocess
import sys
import tempfile
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import infobound
from infobound.reporting.files import load

# Runs inside the kernel before the notebook. A kernel of another environment ends itself here.
_START = """
def _infobound_start():
    import importlib.util, json, os, sys, warnings
    spec = importlib.util.find_spec("infobound")
    seen = {{
        "environment": os.path.realpath(sys.prefix),
        "package": os.path.realpath(spec.origin) if spec and spec.origin else "none",
    }}
    with open({seen!r}, "w", encoding="utf-8") as file:
        json.dump(seen, file)
    if seen != {expected!r}:
        os._exit(70)

    def count(info):
        with open({cells!r}, "ab") as file:
            file.write(b".")

    get_ipython().events.register("pre_run_cell", count)
    warnings.simplefilter("error")
    warnings.simplefilter("ignore", ResourceWarning)
    machinery = "ipykernel|IPython|jupyter_client|traitlets|zmq|tornado|asyncio|comm"
    warnings.filterwarnings("ignore", module=rf"({{machinery}})(\\.|$)")

_infobound_start()
del _infobound_start
"""
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_FOREIGN = ("MPLBACKEND", "JUPYTER_PATH", "PYTHONWARNINGS", "PYTHONSTARTUP")


@dataclass(frozen=True)
class Run:
    """What became of one run.

    Attributes
    ----------
    notebook : dict or None
        The executed notebook as papermill wrote it, as far as it got.
    error : str
        Empty when papermill was satisfied; the notebook must still be inspected.
    folder : str
        The folder the notebook ran in, to be taken out of its outputs.
    started : int
        Code cells that were started; the last one is where a run was cut short.
    """

    notebook: dict[str, Any] | None
    error: str
    folder: str
    started: int


class Runner:
    """Runs notebooks in child processes; `stop` ends those that still run."""

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        self._live: set[subprocess.Popen[bytes]] = set()
        self._lock = threading.Lock()
        self._stopped = False

    def run(self, notebook: Any, parameters: dict[str, object]) -> Run:
        """Execute a notebook and wait for it, at most `timeout` seconds."""
        with tempfile.TemporaryDirectory(prefix="infobound-", ignore_cleanup_errors=True) as name:
            folder = Path(os.path.realpath(name))
            job = _prepare(folder, notebook, parameters)
            error = self._wait(folder, job)
            executed = None
            with suppress(FileNotFoundError, ValueError):
                executed = load(folder / "output.ipynb")
            cells = folder / "cells"
            started = cells.stat().st_size if cells.exists() else 0
            return Run(executed, error, str(folder / "work"), started)

    def stop(self) -> None:
        """End all running children and start no new ones."""
        with self._lock:
            self._stopped = True
            live = list(self._live)
        for child in live:
            _end(child)

    def _wait(self, folder: Path, job: Path) -> str:
        command = [sys.executable, "-m", "infobound.reporting.worker", str(job)]
        with (folder / "log").open("wb") as log:
            with self._lock:
                if self._stopped:
                    return "stopped before it ran"
                child = subprocess.Popen(
                    command,
                    env=_environment(folder),
                    cwd=folder / "work",
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,  # an interrupt is the parent's to handle
                )
                self._live.add(child)
            try:
                child.wait(self._timeout)
            except subprocess.TimeoutExpired:
                return f"it took longer than the limit of {self._timeout:g} s"
            finally:
                _end(child)
                with self._lock:
                    self._live.discard(child)
        try:
            status = json.loads((folder / "status.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            lines = (folder / "log").read_text(encoding="utf-8", errors="replace").splitlines()
            return f"the runner ended with code {child.returncode}: {' | '.join(lines[-3:])}"
        return str(status["error"])


def _prepare(folder: Path, notebook: Any, parameters: dict[str, object]) -> Path:
    import nbformat

    (folder / "work").mkdir()
    startup = folder / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    expected = {
        "environment": os.path.realpath(sys.prefix),
        "package": os.path.realpath(str(infobound.__file__)),
    }
    seen = str(folder / "seen.json")
    script = _START.format(seen=seen, expected=expected, cells=str(folder / "cells"))
    (startup / "00_infobound.py").write_text(script, encoding="utf-8")
    (folder / "matplotlibrc").touch()
    nbformat.write(notebook, folder / "source.ipynb")  # type: ignore[no-untyped-call]
    job = folder / "job.json"
    content = {
        "source": str(folder / "source.ipynb"),
        "output": str(folder / "output.ipynb"),
        "parameters": parameters,
        "folder": str(folder / "work"),
        "seen": seen,
        "expected": expected,
        "driver": os.getpid(),
    }
    job.write_text(json.dumps(content), encoding="utf-8")
    return job


def _environment(folder: Path) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if key not in _FOREIGN}
    root = str(Path(str(infobound.__file__)).resolve().parents[1])
    if Path(root).name not in {"site-packages", "dist-packages"}:
        # A checkout: the kernel must find the package that this process runs.
        kept["PYTHONPATH"] = os.pathsep.join(filter(None, (root, kept.get("PYTHONPATH", ""))))
    return kept | {
        "IPYTHONDIR": str(folder / "ipython"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        "JUPYTER_PREFER_ENV_PATH": "1",
        "MATPLOTLIBRC": str(folder / "matplotlibrc"),
        "PYTHONHASHSEED": "0",
        **dict.fromkeys(_THREADS, "1"),
    }


def _end(child: subprocess.Popen[bytes]) -> None:
    """End a child and everything it started (the kernel lives in a session of its own)."""
    import psutil  # type: ignore[import-untyped]

    family = []
    with suppress(psutil.NoSuchProcess):
        parent = psutil.Process(child.pid)
        family = [*parent.children(recursive=True), parent]
    if child.poll() is None:
        for process in family:
            with suppress(psutil.NoSuchProcess):
                process.kill()
    child.wait()
