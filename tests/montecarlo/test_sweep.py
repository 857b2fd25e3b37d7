"""A sweep gives the same bits on any executor, and a killed one resumes."""

from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest

from infobound.montecarlo.moments import Moments
from infobound.montecarlo.sweep import sweep

SHIFTS = [0.0, 1.0, 2.5, -3.0, 10.0, 0.5, 7.0]


def shifted_mean(shift: float, *, rng: np.random.Generator) -> float:
    return float(shift + rng.normal(size=100).mean())


def moments(count: int, *, rng: np.random.Generator) -> Moments:
    return Moments.of(rng.normal(size=count))


def fails_while(flag_and_shift: tuple[str, float], *, rng: np.random.Generator) -> float:
    flag, shift = flag_and_shift
    if shift == 2.5 and Path(flag).exists():
        raise RuntimeError("planted")
    return shifted_mean(shift, rng=rng)


def logged(log_and_shift: tuple[str, float], *, rng: np.random.Generator) -> float:
    log, shift = log_and_shift
    with Path(log).open("a") as file:
        file.write("x")
    return shifted_mean(shift, rng=rng)


def test_same_bits_for_any_number_of_workers_and_any_executor() -> None:
    alone = sweep(shifted_mean, SHIFTS, rng=7)
    spawned = [np.random.default_rng(s) for s in np.random.SeedSequence(7).spawn(len(SHIFTS))]
    assert alone == [shifted_mean(a, rng=g) for a, g in zip(SHIFTS, spawned, strict=True)]
    pools: list[Executor] = [
        ThreadPoolExecutor(1),
        ThreadPoolExecutor(4),
        ProcessPoolExecutor(2, mp_context=get_context("spawn")),
    ]
    for pool in pools:
        with pool:
            assert sweep(shifted_mean, SHIFTS, rng=7, executor=pool) == alone
    assert sweep(shifted_mean, SHIFTS, rng=8) != alone
    assert len(set(np.subtract(alone, SHIFTS))) == len(SHIFTS)  # no two tasks share a stream


def test_merged_moments_are_bit_identical() -> None:
    alone = Moments.merged(sweep(moments, [10, 200, 3, 77], rng=1))
    with ThreadPoolExecutor(3) as pool:
        shared = Moments.merged(sweep(moments, [10, 200, 3, 77], rng=1, executor=pool))
    assert (alone.mean, alone.squares, alone.count) == (shared.mean, shared.squares, 290)


def test_seed_forms() -> None:
    seed = np.random.SeedSequence(3)
    assert sweep(shifted_mean, SHIFTS, rng=seed) == sweep(shifted_mean, SHIFTS, rng=seed)
    assert sweep(shifted_mean, SHIFTS, rng=seed) == sweep(shifted_mean, SHIFTS, rng=3)
    generator = np.random.default_rng(3)
    first = sweep(shifted_mean, SHIFTS, rng=generator)
    assert first == sweep(shifted_mean, SHIFTS, rng=np.random.default_rng(3))
    assert first != sweep(shifted_mean, SHIFTS, rng=generator)  # a Generator moves on


@pytest.mark.parametrize("workers", [0, 1, 3])
def test_resumes_after_a_planted_failure(tmp_path: Path, workers: int) -> None:
    flag = tmp_path / "fail"
    flag.touch()
    arguments = [(str(flag), shift) for shift in SHIFTS]
    store = tmp_path / "store"
    pool = ThreadPoolExecutor(workers) if workers else None
    with pytest.raises(RuntimeError, match="planted"):
        sweep(fails_while, arguments, rng=5, store=store, executor=pool)
    kept = len(list(store.iterdir()))
    assert 1 <= kept < len(SHIFTS)
    flag.unlink()
    seen: list[tuple[int, int]] = []
    resumed = sweep(
        fails_while, arguments, rng=5, store=store, executor=pool,
        progress=lambda done, total: seen.append((done, total)),
    )  # fmt: skip
    assert resumed == sweep(shifted_mean, SHIFTS, rng=5)
    assert seen[0] == (kept, len(SHIFTS))  # it did resume
    assert seen[-1] == (len(SHIFTS), len(SHIFTS))
    if pool is not None:
        pool.shutdown()


def test_resumes_in_another_kind_of_executor(tmp_path: Path) -> None:
    first = sweep(shifted_mean, SHIFTS[:4], rng=2, store=tmp_path)
    seen: list[int] = []
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        every = sweep(
            shifted_mean, SHIFTS, rng=2, store=tmp_path, executor=pool,
            progress=lambda done, total: seen.append(done),
        )  # fmt: skip
    assert every[:4] == first
    assert seen[0] == 4
    assert every == sweep(shifted_mean, SHIFTS, rng=2)


def test_stored_tasks_are_not_run_again_and_damaged_ones_are(tmp_path: Path) -> None:
    log, store = tmp_path / "log", tmp_path / "store"
    arguments = [(str(log), shift) for shift in SHIFTS]
    first = sweep(logged, arguments, rng=1, store=store)
    assert sweep(logged, arguments, rng=1, store=store) == first
    assert len(log.read_text()) == len(SHIFTS)
    entries = sorted(store.iterdir())
    entries[0].write_bytes(entries[0].read_bytes()[:-3])  # cut short
    entries[1].write_bytes(b"")
    damaged = bytearray(entries[2].read_bytes())
    damaged[-2] ^= 1  # one flipped bit
    entries[2].write_bytes(bytes(damaged))
    assert sweep(logged, arguments, rng=1, store=store) == first
    assert len(log.read_text()) == len(SHIFTS) + 3
    sweep(logged, arguments, rng=2, store=store)  # another seed is other work
    assert len(log.read_text()) == 2 * len(SHIFTS) + 3


def test_the_earliest_failure_is_raised() -> None:
    def picky(k: int, *, rng: np.random.Generator) -> int:
        if k in (1, 2):
            raise RuntimeError(f"task {k}")
        return k

    with pytest.raises(RuntimeError, match="task 1"):
        sweep(picky, range(4), rng=0)


def test_a_store_needs_a_seed(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"rng = None.*must be a seed"):
        sweep(shifted_mean, SHIFTS, rng=None, store=tmp_path)
    assert len(sweep(shifted_mean, SHIFTS, rng=None)) == len(SHIFTS)
