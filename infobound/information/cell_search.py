"""The set partition whose cells have the largest sum of values, one value for every subset.

Points are numbered from 0 and a subset is the integer with those bits set. Of the cells of a
partition the first is the one that holds point 0, the second the one that holds the least point
not in the first, and so on: every partition is met exactly once.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from infobound.information.law import Floats
from infobound.models.sign_families import Ints, cube_weights

Progress = Callable[[int, int], None]  # done, total

_TOLD = 512  # subsets between two calls of it


@dataclass(frozen=True)
class Found:
    """The best partition.

    Attributes
    ----------
    value : float
        The sum of the values of its cells, as added up in floating point.
    cells : tuple of int
        Subsets, in the order of their least points; none is empty.
    looked_up : int
        Sums that were compared.
    """

    value: float
    cells: tuple[int, ...]
    looked_up: int


def count_partitions(points: int, cells: int) -> int:
    """Partitions of a set of points into at most so many nonempty cells (Stirling numbers).

    Examples
    --------
    >>> count_partitions(16, 4)
    178973355
    """
    row = [1] + [0] * cells
    for _ in range(points):
        row = [0] + [row[k - 1] + k * row[k] for k in range(1, cells + 1)]
    return sum(row)


def count_look_ups(points: int, cells: int) -> int:
    """Sums that `best_by_subsets` compares."""
    if cells == 1:
        return 1
    return int(2 ** (points - 1) + max(cells - 2, 0) * (3 ** (points - 1) - 1) // 2)


def best_by_subsets(
    table: Floats, points: int, cells: int, progress: Progress | None = None
) -> Found:
    """Best partition into at most so many cells, by dynamic programming over subsets.

    best_k(S) = max over T in S, with the least point of S, of table(T) + best_{k-1}(S - T). Only
    subsets without point 0 are needed before the last step. Complete: no partition can do better
    in floating point arithmetic that adds from the last cell to the first.

    Parameters
    ----------
    table : array (2^points,)
        Value of each subset; 0 for the empty one.
    points, cells : int
    progress : callable, optional
        Called with the number of sums compared and their total.
    """
    layers, total, done = [table], count_look_ups(points, cells), 0
    size = cube_weights(points)
    subsets = np.arange(0, 1 << points, 2)  # without point 0
    for _ in range(cells - 2):
        last, best = layers[-1], np.zeros_like(table)
        for n in range(1, points):
            alike = subsets[size[subsets] == n]
            first = _all_heads(alike)
            best[alike] = np.max(table[first] + last[alike[:, None] ^ first], axis=1)
            done += first.size
            if progress:
                progress(done, total)
        layers.append(best)
    chosen: list[int] = []
    left = (1 << points) - 1
    value = table[left]
    for k in range(cells - 1, 0, -1):
        if not left:
            break
        first = _heads(left)
        sums = table[first] + layers[k - 1][left ^ first]
        if not chosen:
            value = sums.max()
        chosen.append(int(first[np.argmax(sums)]))
        left ^= chosen[-1]
    if progress:
        progress(total, total)
    found = (*chosen, left) if left else tuple(chosen)
    return Found(float(value), found, total)


def best_by_enumeration(
    table: Floats, points: int, cells: int, progress: Progress | None = None
) -> Found:
    """The same by forming the sum of every partition, a block at a time.

    A block holds the partitions whose first two cells have the same union Q: the sums over the
    first two by the sums over the rest.

    Parameters
    ----------
    table, points, cells
        As in `best_by_subsets`.
    progress : callable, optional
        Called with the number of partitions done and their total.
    """
    full, total, done = (1 << points) - 1, count_partitions(points, cells), 0
    best, place = -math.inf, (full, 0)
    for step, rest in enumerate(range(0, 1 << points, 2) if cells > 2 else (0,)):
        union = full ^ rest
        first = _first_of_two(union, rest) if cells > 1 else np.array([full])
        if first.size == 0:
            continue
        others = _sums(table, rest, cells - 2)
        sums = (table[first] + table[union ^ first])[:, None] + others
        done += sums.size
        top = int(np.argmax(sums))
        if sums.flat[top] > best:
            best, place = float(sums.flat[top]), (int(first[top // others.size]), rest)
        if progress and step % _TOLD == 0:
            progress(done, total)
    if progress:
        progress(done, total)
    head, rest = place
    second = full ^ head ^ rest
    left = _best_part(table, rest, cells - 2)
    chosen = tuple(cell for cell in (head, second, *left) if cell)
    return Found(best, chosen, done)


def _best_part(table: Floats, subset: int, cells: int) -> tuple[int, ...]:
    """Best partition of one subset into at most so many cells, by plain recursion."""
    if not subset:
        return ()
    if cells == 1:
        return (subset,)
    ways = [(int(c), *_best_part(table, subset ^ int(c), cells - 1)) for c in _heads(subset)]
    return max(ways, key=lambda way: math.fsum(table[cell] for cell in way))


def _sums(table: Floats, subset: int, cells: int) -> Floats:
    """Sum of every partition of a subset into at most so many cells."""
    if not subset:
        return np.zeros(1)
    if cells == 1:
        return np.asarray(table[[subset]])
    first = _heads(subset)
    if cells == 2:
        return np.asarray(table[first] + table[subset ^ first])
    return np.concatenate([table[c] + _sums(table, subset ^ c, cells - 1) for c in first.tolist()])


def _first_of_two(union: int, rest: int) -> Ints:
    """First cells with point 0, where the second has a point before every one of the rest."""
    first = _heads(union)
    if not rest:
        return first
    before = (rest & -rest) - 1  # the points before the least of the rest
    return np.asarray(first[(union ^ first) & before != 0])


def _heads(subset: int) -> Ints:
    """Parts of a nonempty subset that hold its least point."""
    return np.asarray(_all_heads(np.array([subset]))[0])


def _all_heads(subsets: Ints) -> Ints:
    """The same for many subsets of n points each, shape (len(subsets), 2^(n - 1))."""
    least = subsets & -subsets
    parts, left = least[:, None], subsets ^ least
    while left[0]:
        least = left & -left
        parts = np.concatenate([parts, parts | least[:, None]], axis=1)
        left = left ^ least
    return parts
