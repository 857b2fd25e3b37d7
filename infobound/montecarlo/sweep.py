"""Many independent tasks on any executor: the same bits for any number of workers, resumable."""

import hashlib
import os
import pickle
import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, as_completed, wait
from pathlib import Path
from typing import Any, Protocol, TypeVar, cast

import numpy as np

from infobound.montecarlo.fingerprint import fingerprint

A_contra = TypeVar("A_contra", contravariant=True)
R_co = TypeVar("R_co", covariant=True)


class Task(Protocol[A_contra, R_co]):
    """What is done to one argument, with randomness from its own generator only."""

    def __call__(self, argument: A_contra, /, *, rng: np.random.Generator) -> R_co: ...


def sweep(
    task: Task[A_contra, R_co],
    arguments: Iterable[A_contra],
    *,
    rng: int | np.random.SeedSequence | np.random.Generator | None,
    executor: Executor | None = None,
    store: Path | str | None = None,
    progress: Callable[[int, int], object] | None = None,
) -> list[R_co]:
    """Return ``[task(a, rng=generator_of_its_own) for a in arguments]``, worked out in any order.

    The k-th task draws from the k-th child of one SeedSequence, so the results are the same to the
    last bit for any number of workers and any kind of executor.

    Parameters
    ----------
    task : callable ``task(argument, *, rng)``
        Defined at the top level of a module where the executor uses processes.
    arguments : iterable
        With a store they must be plain data, see `fingerprint`.
    rng : int, SeedSequence, Generator or None
        An int or a SeedSequence gives the same children in every call. None (fresh randomness)
        is refused with a store, because nothing could be found again.
    executor : concurrent.futures.Executor, optional
        Threads, processes, loky, dask's ``client.get_executor()``, mpi4py. None: here, in order.
    store : path of a folder, optional
        Finished tasks are kept there under a name made of the task's source, its argument and
        its seed, and are read instead of run again: a killed sweep resumes. An entry is written
        whole or not at all, and one that cannot be read is worked out again. Entries are pickles:
        use a folder that nobody else writes to. Editing a function that the task calls does not
        change the name, so empty the folder then.
    progress : callable ``progress(done, total)``, optional
        Called here after each task, and once at the start with what the store held.

    Raises
    ------
    Whatever a task raises: tasks not yet started are cancelled, those that finish are kept.
    With several failures it is the one of the earliest argument that was run.
    """
    if rng is None and store is not None:
        raise ValueError(
            "rng = None, but it must be a seed where a store is given: without one nothing that "
            "is stored can be found again."
        )
    jobs = list(arguments)
    seeds = _children(rng, len(jobs))
    entries = [
        None if store is None else _entry(Path(store), task, a, s)
        for a, s in zip(jobs, seeds, strict=True)
    ]
    results: dict[int, R_co] = {}
    for k, entry in enumerate(entries):
        if entry is not None and (found := _read(entry)) is not None:
            results[k] = found[0]
    todo = [k for k in range(len(jobs)) if k not in results]
    if progress is not None:
        progress(len(results), len(jobs))
    work = ((k, task, jobs[k], seeds[k]) for k in todo)
    for k, result in _serial(work) if executor is None else _submitted(work, executor):
        results[k] = result
        entry = entries[k]
        if entry is not None:
            _write(entry, result)
        if progress is not None:
            progress(len(results), len(jobs))
    return [results[k] for k in range(len(jobs))]


_Work = Iterable[tuple[int, Task[Any, Any], Any, np.random.SeedSequence]]


def _run(task: Task[Any, Any], argument: Any, seed: np.random.SeedSequence) -> Any:
    return task(argument, rng=np.random.default_rng(seed))


def _serial(work: _Work) -> Iterator[tuple[int, Any]]:
    for k, task, argument, seed in work:
        yield k, _run(task, argument, seed)


def _submitted(work: _Work, executor: Executor) -> Iterator[tuple[int, Any]]:
    futures: dict[Future[Any], int] = {}
    try:
        for k, task, argument, seed in work:
            futures[executor.submit(_run, task, argument, seed)] = k
        kept: set[Future[Any]] = set()
        for future in as_completed(futures):
            if future.exception() is not None:
                break
            kept.add(future)
            yield futures[future], future.result()
        else:
            return
        running = [future for future in futures if not future.cancel()]
        wait(running)
        for future in running:
            if future not in kept and future.exception() is None:
                yield futures[future], future.result()
        first = min((f for f in running if f.exception() is not None), key=futures.__getitem__)
        raise cast(BaseException, first.exception())
    finally:
        for future in futures:  # also when the caller stops early, by Ctrl-C say
            future.cancel()


def _children(
    rng: int | np.random.SeedSequence | np.random.Generator | None, count: int
) -> list[np.random.SeedSequence]:
    if isinstance(rng, np.random.Generator):
        rng = np.random.SeedSequence([int(word) for word in rng.integers(2**32, size=4)])
    elif not isinstance(rng, np.random.SeedSequence):
        rng = np.random.SeedSequence(rng)
    # Not rng.spawn: it counts calls, and a resumed sweep must get the same children again.
    return [
        np.random.SeedSequence(rng.entropy, spawn_key=(*rng.spawn_key, k), pool_size=rng.pool_size)
        for k in range(count)
    ]


def _entry(
    store: Path, task: Task[Any, Any], argument: object, seed: np.random.SeedSequence
) -> Path:
    entropy = seed.entropy
    words = entropy if isinstance(entropy, int) or entropy is None else [int(w) for w in entropy]
    return store / fingerprint(task, argument, words, seed.spawn_key, seed.pool_size)


def _read(entry: Path) -> tuple[Any] | None:
    try:
        content = entry.read_bytes()
    except OSError:
        return None
    digest, payload = content[:32], content[32:]
    if hashlib.sha256(payload).digest() != digest:
        return None
    try:
        return (pickle.loads(payload),)
    except (pickle.UnpicklingError, AttributeError, ImportError, EOFError, TypeError):
        # A class that has moved since, say: the task is simply run again.
        return None


def _write(entry: Path, result: object) -> None:
    payload = pickle.dumps(result)
    entry.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=entry.parent, prefix=".writing-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(hashlib.sha256(payload).digest() + payload)
        Path(name).replace(entry)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
