"""`infobound meter` on a file: peak memory of a fresh process, and its time, each as it is.

`python -m benchmarks.meter` writes 1e8 float32 numbers into a temporary folder (400 MB) and measures
them in a child process for each shape. The promise is less than 1 GB, whatever N and d.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

NUMBERS = 10**8
SHAPES = ((1, NUMBERS), (100, NUMBERS // 100), (NUMBERS // 100, 100))
FORMATS = "mxfp4,mxfp4-sr,nvfp4"
PROMISE = 1e9  # bytes
_CHILD = """
import json, resource, sys
from infobound.information.gradient_meter import meter
found = meter(sys.argv[1], sys.argv[2].split(","))
errors = {name: kind.total.nmse.value for name, kind in found.formats.items()}
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(json.dumps({"peak": peak, "nmse": errors}))
"""


def write(path: Path, shape: tuple[int, int]) -> None:
    """Normal float32 numbers, in pieces."""
    draw, left = np.random.default_rng(0), shape[0] * shape[1]
    header = {"descr": "<f4", "fortran_order": False, "shape": shape}
    with path.open("wb") as file:
        np.lib.format.write_array_header_1_0(file, header)
        while left:
            size = min(left, 1 << 20)
            draw.standard_normal(size, dtype=np.float32).tofile(file)
            left -= size


def measure(path: Path, formats: str = FORMATS) -> tuple[float, float, dict[str, float]]:
    """Peak resident bytes and seconds of a child process, and the NMSE that it found."""
    start = time.perf_counter()
    line = [sys.executable, "-c", _CHILD, str(path), formats]
    done = subprocess.run(line, check=True, capture_output=True, text=True)
    found = json.loads(done.stdout)
    return found["peak"], time.perf_counter() - start, found["nmse"]


def main() -> None:
    grid = Table("gradients", "formats", "peak memory", "promise", "seconds", "NMSE")
    with tempfile.TemporaryDirectory(prefix="infobound-bench-") as folder:
        for shape in SHAPES:
            path = Path(folder) / "gradients.npy"
            write(path, shape)
            for formats in (FORMATS, "e4m3"):
                peak, seconds, nmse = measure(path, formats)
                kept = "kept" if peak < PROMISE else "MISSED"
                errors = ", ".join(f"{value:.4g}" for value in nmse.values())
                name, size = f"{shape[0]:,} x {shape[1]:,}", f"{peak / 1e6:.0f} MB"
                grid.add_row(name, formats, size, kept, f"{seconds:.1f}", errors)
                print(f"{name}, {formats}: {size}, {seconds:.1f} s", file=sys.stderr, flush=True)
    Console().print(grid)


if __name__ == "__main__":
    main()
