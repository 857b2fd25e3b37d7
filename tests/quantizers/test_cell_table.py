"""The table look-up against a search, at the places where they could differ."""

import numpy as np
import pytest

from infobound.numerics.lloyd_max import lloyd_max
from infobound.quantizers.cell_table import cell_table


def places(thresholds):
    """Thresholds, both neighbours of each, zeros, infinities and a fine grid."""
    kind = thresholds.dtype.type
    around = [np.nextafter(thresholds, kind(sign * np.inf)) for sign in (-1, 1)]
    special = np.array([0.0, -0.0, 1e30, -1e30, np.inf, -np.inf], dtype=kind)
    grid = np.linspace(-8, 8, 20001).astype(kind)
    return np.concatenate([thresholds, *around, special, grid])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("width", range(1, 9))
def test_same_as_search(width, dtype):
    table = cell_table(width, dtype)
    thresholds = np.array(lloyd_max(2**width).thresholds, dtype=dtype)
    u = places(thresholds)
    expected = np.searchsorted(thresholds, u, side="left")
    assert np.array_equal(table.index(u), expected)
    assert not np.array_equal(table.index(u), np.searchsorted(thresholds, u, side="right"))


def test_read_only():
    with pytest.raises(ValueError, match="read-only"):
        cell_table(2, "float64").base[0] = 1
