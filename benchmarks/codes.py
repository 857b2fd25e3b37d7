"""Codes that search, against the search as one would first write it: (ours, peer, repeats) pairs."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from benchmarks.kernels import Pair
from infobound.quantizers.codebook import Codebook
from infobound.quantizers.trellis import TrellisCoded

Floats = npt.NDArray[np.float64]
LOOPED = 2**12  # coordinates that the loop is timed on


def looped_viterbi(source: Floats, levels: Floats, states: int) -> npt.NDArray[np.int64]:
    """One coordinate after the other, numpy over the states of a one-bit trellis."""
    cost = np.full(states, np.inf)
    cost[0] = 0
    word = np.arange(2 * states)
    came = np.empty((source.size, states), dtype=np.int64)
    for t, x in enumerate(source):
        paths = (cost[word >> 1] + (x - levels) ** 2).reshape(2, states)
        choice = np.argmin(paths, axis=0)
        cost, came[t] = paths[choice, word[:states]], choice * states + word[:states]
    words, state = np.empty(source.size, dtype=np.int64), int(np.argmin(cost))
    for t in range(source.size - 1, -1, -1):
        words[t] = came[t, state]
        state = words[t] >> 1
    return words


def trellis(states: int = 256, size: int = 2**17) -> Pair:
    """TrellisCoded at one bit, encoded, against the loop; both paths must be as near."""
    values, code = np.random.default_rng(states).standard_normal(size), TrellisCoded(states=states)
    few = values[: code.block]
    theirs = code.levels[looped_viterbi(few, code.levels, states)]
    gap = np.sum((few - theirs) ** 2) - np.sum((few - code.roundtrip(few)) ** 2)
    if abs(gap) > 1e-3:
        raise AssertionError(f"the paths differ in squared distance by {gap}")
    loop = values[:LOOPED]
    return (
        lambda: code.encode(values),
        lambda: looped_viterbi(loop, code.levels, states),
        size / LOOPED,
    )


def codebook(bits: int = 12, d: int = 64, rows: int = 2**10) -> Pair:
    """2^12 random words for 64 coordinates against one vector at a time."""
    values = np.random.default_rng(bits).standard_normal((rows, d))
    code = Codebook(bits, d)
    words = code.directions

    def one_by_one() -> list[np.intp]:
        return [np.argmax(words @ row) for row in values]

    return lambda: code.encode(values), one_by_one, 1.0


def rows() -> dict[str, tuple[str, Callable[[], Pair], float | None, int]]:
    """As in `benchmarks.__main__`; the promise in seconds is for 2^17 coordinates."""
    return {
        "TrellisCoded encode 2^17, 256 states": (
            "numpy, one coordinate at a time",
            trellis,
            2**17 / 0.8e6,
            5,
        ),
        "Codebook encode, 2^12 words, d = 64": ("numpy, one row at a time", codebook, None, 9),
    }
