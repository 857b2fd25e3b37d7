"""Speed as ratios measured in one run: `make bench`, or name the rows to run.

Each row times two things in turn, A B A B ..., and quotes the median ratio: machines are noisy,
ratios less so. Kernels and encoders are timed by the CPU time of this process, which other work on
the machine disturbs less; whole commands by the clock. Some have a promise in seconds beside them.
Rows whose peer is not installed say so. `python -m benchmarks.meter` measures memory.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks import codes, encoders, formats, information, kernels, simulations
from benchmarks.promise import Ratio

Clock = Callable[[], float]
Timed = Callable[[], object]
Pair = tuple[Timed, Timed, float]  # ours, the peer, and how many times the peer must run


def command(*words: str) -> Timed:
    """A fresh Python process running `words`."""
    line = [sys.executable, *words]
    return lambda: subprocess.run(line, check=True, capture_output=True)


def module(*words: str) -> Timed:
    return command("-m", "infobound", *words)


def seconds(task: Timed, clock: Clock) -> float:
    start = clock()
    task()
    return clock() - start


def pair(
    ours: Timed, peer: Timed, repeats: float, runs: int, clock: Clock
) -> tuple[float, float, float]:
    """Median seconds of each and the median of the ratios; the peer's time counts `repeats` times."""
    seconds(ours, clock), seconds(peer, clock)  # warm
    times = [(seconds(ours, clock), repeats * seconds(peer, clock)) for _ in range(runs)]
    mine, theirs = zip(*times, strict=True)
    ratio = statistics.median(a / b for a, b in times)
    return statistics.median(mine), statistics.median(theirs), ratio


def scalar_fisher() -> Pair:
    """Exact Fisher information of one coordinate against Monte Carlo at standard error 1e-4.

    The U-statistic is timed at n = 1e6; its standard error falls as n^-1/2, which says how many
    such pieces 1e-4 takes.
    """
    from infobound.information.fisher import fisher_information
    from infobound.models import GaussianLocation
    from infobound.quantizers import LloydMax

    model, cells, piece = GaussianLocation(dimension=1, noise_std=1.0), LloydMax(bits=4), 10**6

    def sampled(seed: int):
        return fisher_information(
            model, cells, theta=0.3, rng=seed, samples=piece, method="monte-carlo"
        )

    pieces = float(np.ceil((sampled(0).stderr / 1e-4) ** 2))
    return lambda: fisher_information(model, cells, theta=0.3), lambda: sampled(1), pieces


def lloyd_max_design() -> Pair:
    """32 Lloyd-Max levels by Newton against Lloyd's own iteration to 1e-10."""
    from infobound.numerics.lloyd_max import lloyd_max
    from infobound.numerics.normal import cell_mean

    def lloyd() -> None:
        levels = np.linspace(-3, 3, 32)
        for _ in range(10**5):
            inner = (levels[1:] + levels[:-1]) / 2
            edges = np.concatenate([[-np.inf], inner, [np.inf]])
            fresh = cell_mean(edges[:-1], edges[1:])
            if np.abs(fresh - levels).max() < 1e-10:
                break
            levels = fresh

    return lambda: lloyd_max.__wrapped__(32), lloyd, 1.0


def rows() -> dict[str, tuple[str, Callable[[], Pair], float | None, int]]:
    """Name -> (against, what to time, promise in seconds or as a Ratio, runs)."""
    bare = command("-c", "pass")
    question = "limits --dimension 1000 --bits 100 --noise-std 1 --error 1 --half-width 1 --json"
    where = Path(tempfile.mkdtemp(prefix="infobound-bench-"))
    report = ("report", "--profile", "quick", "--force", "--out", str(where))
    return {
        "import infobound": (
            "import numpy",
            lambda: (command("-c", "import infobound"), command("-c", "import numpy"), 1.0),
            0.3,
            9,
        ),
        "infobound limits": (
            "import numpy",
            lambda: (module(*question.split()), command("-c", "import numpy"), 1.0),
            0.6,
            9,
        ),
        "infobound verify": (
            "python -c pass",
            lambda: (module("verify", "--mutants"), bare, 1.0),
            60,
            1,
        ),
        "infobound report": ("python -c pass", lambda: (module(*report), bare, 1.0), 90, 1),
        "exact scalar Fisher": ("Monte Carlo at stderr 1e-4", scalar_fisher, None, 3),
        "Lloyd-Max, 32 levels": ("Lloyd's iteration to 1e-10", lloyd_max_design, None, 3),
    }


def main() -> None:
    # On one core of this process:
    inside = kernels.rows() | formats.rows() | encoders.rows() | codes.rows()
    inside |= information.rows() | simulations.rows()
    known = rows() | inside
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("rows", nargs="*", choices=[[], *known], default=[])
    chosen = parser.parse_args().rows or list(known)
    grid = Table("what", "seconds", "against", "its seconds", "ratio", "promise")
    for name in chosen:
        against, build, promise, runs = known[name]
        clock = time.process_time if name in inside else time.perf_counter
        try:
            tasks = build()
        except ModuleNotFoundError as missing:
            word = f"skipped: {missing.name} is not installed"
            grid.add_row(name, "", against, "", "", word)
            print(f"{name}: {word}", file=sys.stderr, flush=True)
            continue
        mine, other, ratio = pair(*tasks, runs, clock)
        counts, unit = (ratio, "") if isinstance(promise, Ratio) else (mine, " s")
        word = "kept" if promise and counts < promise else "MISSED"
        kept = "" if promise is None else f"{word} (< {promise:.3g}{unit})"
        grid.add_row(name, f"{mine:.4g}", against, f"{other:.4g}", f"{ratio:.3g}", kept)
        print(f"{name}: {mine:.4g} s", file=sys.stderr, flush=True)
    Console().print(grid)


if __name__ == "__main__":
    main()
