"""Number formats against the libraries that know them: (ours, peer, repeats) pairs.

All on float32 with random signs at the size that is named, in one process.
"""

from collections.abc import Callable

import ml_dtypes
import numpy as np

from benchmarks.kernels import Pair, copying, fast_coins, normal
from infobound.quantizers.formats.elements import E4M3
from infobound.quantizers.formats.rounding import round_to


def cast_against_ml_dtypes(size: int = 2**20) -> Pair:
    """Values rounded to E4M3 against ml_dtypes' astype (which gives codes)."""
    values = normal(size)
    target = np.empty_like(values)
    kind = np.dtype(ml_dtypes.float8_e4m3fn)
    return lambda: round_to(values, E4M3, out=target), lambda: values.astype(kind), 1.0


def stochastic_against_copy(size: int = 2**24) -> Pair:
    """E4M3 values, stochastically rounded, against numpy's copy of the input."""
    values, coins = normal(size), fast_coins()
    target = np.empty_like(values)

    def ours() -> object:
        return round_to(values, E4M3, rounding="stochastic", rng=coins, out=target)

    return ours, copying(size), 1.0


def rows() -> dict[str, tuple[str, Callable[[], Pair], float | None, int]]:
    """Name -> (against, what to time, promise in seconds, runs), as in `benchmarks.__main__`."""
    plan: list[tuple[str, str, Callable[..., Pair], tuple[int, ...], int]] = [
        ("E4M3 values 2^20", "ml_dtypes", cast_against_ml_dtypes, (2**20,), 31),
        ("E4M3 stochastic 2^24", "copy", stochastic_against_copy, (2**24,), 7),
    ]
    return {
        f"{name} / {against}": (against, lambda build=build, at=at: build(*at), None, runs)
        for name, against, build, at, runs in plan
    }
