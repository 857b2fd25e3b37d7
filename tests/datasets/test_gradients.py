"""The container: rows stay together, the file holds the layers and nothing else."""

import sys

import numpy as np
import pytest

from infobound.datasets import Gradients
from infobound.datasets.gradients import one_thread

LAYERS = {
    "b": np.arange(6, dtype=np.float32).reshape(2, 3),
    "a": np.ones((2, 1), dtype=np.float32),
}
TWO = Gradients(LAYERS, source="none", point="none", loss=0.0)


def test_flat_keeps_rows_and_order():
    assert TWO.flat().tolist() == [[0, 1, 2, 1], [3, 4, 5, 1]]


def test_save_gives_back_every_layer(tmp_path):
    path = TWO.save(tmp_path / "two.npz")
    with np.load(path, allow_pickle=False) as file:
        assert file.files == ["b", "a"]
        for name, rows in LAYERS.items():
            assert file[name].dtype == np.float32
            np.testing.assert_array_equal(file[name], rows)


def test_save_wants_npz(tmp_path):
    with pytest.raises(ValueError, match=r"path = .*two\.npy.*must be a file name that ends in"):
        TWO.save(tmp_path / "two.npy")


def test_one_thread_while_it_runs(monkeypatch):
    """The limit holds inside the call and ends with it; without threadpoolctl there is none."""
    import threadpoolctl  # scikit-learn brings it

    def threads():
        np.ones((2, 2)) @ np.ones((2, 2))
        return [pool["num_threads"] for pool in threadpoolctl.threadpool_info()]

    before = threads()
    assert set(one_thread(threads)()) <= {1}
    assert threads() == before
    monkeypatch.setitem(sys.modules, "threadpoolctl", None)
    assert one_thread(lambda x: x + 1)(2) == 3
