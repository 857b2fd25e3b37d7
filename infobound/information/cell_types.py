"""Partitions of the points +-e_1, ..., +-e_d up to what does not change I(V; M).

A cell is described by its number of points n and by the number u of them whose partner -e_i is in
another cell. Each coordinate is a pair of cells, so a partition is a multigraph on the cells with
d edges: a loop where both +e_i and -e_i are in one cell. Then u is the degree of a cell without
its loops, and numbers u_1, ..., u_K with an even sum belong to a multigraph without loops exactly
when none exceeds the sum of the others (Hakimi 1962).
"""

import math
from collections.abc import Iterator

import numpy as np

from infobound.models.sign_families import Ints

CellType = tuple[int, int]  # n, u


def count_types(dimension: int, cells: int) -> int:
    """Multisets of at most so many pairs (n, u) with sum n = 2 d: what `partition_types` tries.

    Examples
    --------
    >>> count_types(6, 4)
    412
    """
    total = 2 * dimension
    ways = {(0, 0): 1}  # points and cells used so far
    for n in range(1, total + 1):
        kinds = n // 2 + 1
        grown: dict[tuple[int, int], int] = {}
        for (used, k), count in ways.items():
            for more in range(min((total - used) // n, cells - k) + 1):
                key = (used + more * n, k + more)
                grown[key] = grown.get(key, 0) + count * math.comb(kinds + more - 1, more)
        ways = grown
    return sum(count for (used, _), count in ways.items() if used == total)


def partition_types(dimension: int, cells: int) -> Iterator[tuple[CellType, ...]]:
    """Every multiset of cells that some partition has, larger cells first."""
    for kinds in _multisets(2 * dimension, cells, (2 * dimension, 2 * dimension)):
        unpaired = [u for _, u in kinds]
        if 2 * max(unpaired) <= sum(unpaired):
            yield kinds


def partition_of(dimension: int, kinds: tuple[CellType, ...]) -> Ints:
    """A partition with these cells: the cell of each point, point 2i is +e_i and 2i + 1 is -e_i.

    Joining the two cells that have most left to join, again and again, always succeeds.
    """
    left = [u for _, u in kinds]
    edges = [(cell, cell) for cell, (n, u) in enumerate(kinds) for _ in range((n - u) // 2)]
    while any(left):
        a, b = sorted(sorted(range(len(left)), key=lambda cell: -left[cell])[:2])
        edges.append((a, b))
        left[a], left[b] = left[a] - 1, left[b] - 1
    return np.array(sorted(edges)).ravel()


def _multisets(points: int, cells: int, most: CellType) -> Iterator[tuple[CellType, ...]]:
    if points == 0:
        yield ()
        return
    if cells == 0:
        return
    for n in range(min(points, most[0]), (points - 1) // cells, -1):
        top = most[1] if n == most[0] else n
        for u in range(min(n, top), -1, -1):
            if (n - u) % 2 == 0:
                for rest in _multisets(points - n, cells - 1, (n, u)):
                    yield ((n, u), *rest)
