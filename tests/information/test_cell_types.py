"""Kinds of partitions of +-e_1, ..., +-e_d: all of them, no others, and each is realised."""

import numpy as np
import pytest

from infobound.information.cell_types import count_types, partition_of, partition_types
from tests.information.labellings import labellings


def kinds_of(labels):
    """The pairs (n, u) of the cells, larger first."""
    pairs = np.asarray(labels).reshape(-1, 2)
    found = []
    for k in set(labels.tolist()):
        here = (pairs == k).sum(axis=1)
        found.append((int(here.sum()), int((here == 1).sum())))
    return tuple(sorted(found, reverse=True))


@pytest.mark.parametrize(("d", "cells"), [(1, 2), (2, 2), (2, 4), (3, 2), (3, 4), (3, 6)])
def test_kinds_are_those_of_all_partitions(d, cells):
    listed = list(partition_types(d, cells))
    assert len(listed) == len(set(listed))
    assert set(listed) == {kinds_of(row) for row in labellings(2 * d, cells)}


@pytest.mark.parametrize(("d", "cells", "count"), [(4, 4, 47), (5, 4, 105), (6, 4, 222)])
def test_each_is_realised(d, cells, count):
    listed = list(partition_types(d, cells))
    assert len(listed) == count <= count_types(d, cells)
    for kinds in listed:
        assert kinds_of(partition_of(d, kinds)) == kinds


def test_a_kind_without_a_partition():
    """3 unpaired points need 3 partners in other cells: (3, 3), (1, 1) is tried, but no kind."""
    listed = list(partition_types(2, 2))
    assert ((3, 3), (1, 1)) not in listed
    assert ((3, 1), (1, 1)) in listed
    alone = [((4, 4),), ((4, 2),), ((2, 2), (2, 0)), ((3, 3), (1, 1))]
    assert count_types(2, 2) == len(listed) + len(alone)
    assert not set(alone) & set(listed)
