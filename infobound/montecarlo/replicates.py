"""Independent replicates of one simulation, cut into the tasks of a sweep."""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import TypeVar

import numpy as np

from infobound.montecarlo.estimate import Estimate
from infobound.montecarlo.moments import Moments
from infobound.montecarlo.sweep import Task, sweep

Subject = TypeVar("Subject")


def replicated(
    task: Task[tuple[Subject, int], Sequence[Moments]],
    subject: Subject,
    *,
    runs: int,
    each: int,
    unit: str,
    rng: int | np.random.SeedSequence | np.random.Generator | None,
    executor: Executor | None = None,
    store: Path | str | None = None,
    progress: Callable[[int, int], object] | None = None,
) -> list[Estimate]:
    """Estimates from `runs` replicates: the parts are the same for every executor.

    Parameters
    ----------
    task : callable ``task((subject, n), *, rng)``
        Simulates n replicates and returns the moments of each figure over them. At the top level
        of a module where the executor uses processes.
    subject
        Plain data where a store is given.
    runs, each : int
        Replicates in all, >= 2, and in one task at most, >= 1.
    unit : str
        Of the figures.
    rng, executor, store, progress
        As in `sweep`.
    """
    parts = [(subject, min(each, runs - first)) for first in range(0, runs, each)]
    done = sweep(task, parts, rng=rng, executor=executor, store=store, progress=progress)
    return [Moments.merged(figure).estimate(unit) for figure in zip(*done, strict=True)]
