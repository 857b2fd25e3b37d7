"""Run one notebook with papermill; the program of a child process (``python -m``).

Reads a job from the JSON file given as argument and writes what happened beside it. It runs
in its own process because papermill changes the working directory and may hang.
"""

import json
import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

_BOOT_ERRORS = ("Kernel died before replying", "Kernel didn't respond", "Address already in use")


def main(job_file: Path) -> None:
    """Execute the job and write ``status.json``: an empty error text means success."""
    job = json.loads(job_file.read_text(encoding="utf-8"))
    threading.Thread(target=_end_with, args=(job["driver"],), daemon=True).start()
    error = _execute(job)
    if error.startswith(_BOOT_ERRORS) and not _wrong_kernel(job):
        error = _execute(job)  # ports may collide when kernels start side by side
    wrong = _wrong_kernel(job)
    status = {"error": wrong or error}
    job_file.with_name("status.json").write_text(json.dumps(status), encoding="utf-8")


def _end_with(driver: int) -> None:
    """End when the driver is gone, however it went; the kernel then ends by itself."""
    while os.getppid() == driver:
        time.sleep(0.5)
    os._exit(1)


def _execute(job: dict[str, Any]) -> str:
    import papermill
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill.exceptions import PapermillExecutionError
    from traitlets.config import Config

    config = Config()
    config.KernelManager.transport_encryption = "auto"
    try:
        papermill.execute_notebook(
            job["source"],
            job["output"],
            parameters=job["parameters"],
            kernel_name="python3",
            language="python",
            progress_bar=False,
            start_timeout=60,
            iopub_timeout=60,
            cwd=job["folder"],
            record_timing=False,
            config=config,
        )
    except PapermillExecutionError as error:
        return f"{error.ename}: {error.evalue}"
    except (DeadKernelError, CellTimeoutError):
        return "the kernel died"
    except Exception as error:  # noqa: BLE001 - whatever it is, it belongs on the card of this notebook
        return f"{error}" or type(error).__name__
    return ""


def _wrong_kernel(job: dict[str, Any]) -> str:
    try:
        seen = json.loads(Path(job["seen"]).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return ""
    for name, wanted in job["expected"].items():
        if seen[name] != wanted:
            return f"the kernel uses another {name}: {seen[name]}, but this is {wanted}"
    return ""


if __name__ == "__main__":
    main(Path(sys.argv[1]))
