"""All partitions of a few points, made in another way than the searches make them."""

import numpy as np


def labellings(points, cells):
    """Every partition into at most so many cells, as labels in order of appearance."""
    rows = [[]]
    for _ in range(points):
        rows = [[*row, k] for row in rows for k in range(min(max(row, default=-1) + 2, cells))]
    return np.array(rows)
