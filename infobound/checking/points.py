"""Random rational points for independent numeric evaluation, fixed by their seed."""

from collections.abc import Mapping, Sequence

import numpy as np
import sympy
from flint import fmpq

from infobound.checking.exact import Interval

Point = dict[sympy.Symbol, fmpq]


def random_points(
    symbols: Sequence[sympy.Symbol],
    ranges: Mapping[sympy.Symbol, Interval],
    *,
    count: int,
    seed: int,
) -> list[Point]:
    """Draw points inside the ranges, or, without one, as the assumptions on the symbol allow.

    Coordinates are dyadic with 10 fractional bits, so float64 holds them exactly, and odd in the
    last bit, so that none is a special value by accident.
    """
    rng = np.random.default_rng(seed)
    return [
        {name: _coordinate(name, ranges.get(name), rng) for name in symbols} for _ in range(count)
    ]


def _coordinate(name: sympy.Symbol, ends: Interval | None, rng: np.random.Generator) -> fmpq:
    if name.is_integer:
        low, high = (1, 9) if ends is None else (int(ends[0].ceil()), int(ends[1].floor()))
        return fmpq(int(rng.integers(low, high, endpoint=True)))
    if ends is not None:
        inside = fmpq(2 * int(rng.integers(0, 512)) + 1, 1024)
        return ends[0] + (ends[1] - ends[0]) * inside
    size = fmpq(2 * int(rng.integers(64, 1536)) + 1, 1024)  # 1/8 to 3
    if name.is_nonnegative:
        return size
    if name.is_nonpositive:
        return -size
    return size if rng.random() < 0.5 else -size
