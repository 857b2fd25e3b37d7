"""The pieces of the chunked work: folding, spreading, refusing."""

import numpy as np
import pytest

from infobound.numerics.arguments import ArgumentError
from infobound.quantizers.formats.nvfp4_chains import CHAINS
from infobound.quantizers.formats.nvfp4_chunks import Recipe, Work, folded


@pytest.mark.parametrize("block", [2, 16, 1024])
def test_folded(block):
    values = np.random.default_rng(block).integers(-50, 50, 3 * block).astype(np.float64)
    rows = values.reshape(3, block)
    assert np.array_equal(folded(np.maximum, values, block), rows.max(axis=1))
    assert np.array_equal(folded(np.add, values, block), rows.sum(axis=1))


@pytest.mark.parametrize("count", [1, 7, 40])
def test_rows_of_a_batch_have_their_own_scales(count):
    """Chunks of many short vectors run across their ends; each vector has its tensor scale."""
    y = np.random.default_rng(0).standard_normal((count, 1000), dtype=np.float32)
    y *= np.exp2(np.arange(count, dtype=np.float32))[:, None]
    recipe = Recipe(CHAINS["torchao"], 6.0, room=False, block=16)
    work = Work.of(recipe, y, None)
    assert np.array_equal(work.scale.decode, np.abs(y).max(axis=1) / np.float32(2688))
    units = np.concatenate([by.units.copy() for _, by, _ in work.chunks(None)])
    assert np.array_equal(units, np.repeat(work.scale.decode, 63))


def test_not_a_number_anywhere_is_refused():
    recipe = Recipe(CHAINS["torchao"], 6.0, room=False, block=16)
    for place in (0, 31, 32767, 32768, 39999):
        y = np.ones(40000, dtype=np.float32)
        y[place] = np.nan
        with pytest.raises(ArgumentError, match=rf"y\[{place}\]"):
            Work.of(recipe, y, None)
