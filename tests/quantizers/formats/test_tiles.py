"""Tiles: there and back, and a matrix and its transpose quantized alike."""

import numpy as np
import pytest

from infobound.numerics.arguments import ArgumentError
from infobound.quantizers.formats.nvfp4 import NVFP4
from infobound.quantizers.formats.tiles import from_tiles, to_tiles


def test_there_and_back():
    matrix = np.arange(2 * 32 * 48).reshape(2, 32, 48)
    tiled = to_tiles(matrix)
    assert np.array_equal(tiled[0, :256].reshape(16, 16), matrix[0, :16, :16])
    assert np.array_equal(from_tiles(tiled, (32, 48)), matrix)
    assert not np.array_equal(tiled, matrix.reshape(2, -1))


def test_transposes_are_quantized_alike():
    """With tiles of 16 x 16 they are; with blocks of 16 along the rows they are not."""
    matrix = np.random.default_rng(0).standard_normal((64, 32), dtype=np.float32)
    tiles, rows = NVFP4(block=256), NVFP4()
    assert tiles.bits(matrix.size) == 32 + (4 * 256 + 8) * 8

    def tiled(w: np.ndarray) -> np.ndarray:
        return from_tiles(tiles.roundtrip(to_tiles(w)), w.shape)

    assert np.array_equal(tiled(matrix).T, tiled(matrix.T))
    along, across = (rows.roundtrip(w.reshape(-1)).reshape(w.shape) for w in (matrix, matrix.T))
    assert not np.array_equal(along.T, across)


def test_refused_shapes():
    with pytest.raises(ArgumentError, match="multiples of 16"):
        to_tiles(np.ones((16, 17)))
    with pytest.raises(ArgumentError, match=r"vector\.shape"):
        from_tiles(np.ones(255), (16, 16))
