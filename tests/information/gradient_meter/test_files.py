"""Files, batches and mappings give the same layers; whatever is wrong says what."""

import contextlib
import zipfile

import numpy as np
import pytest

from infobound.information.gradient_meter import files
from infobound.information.gradient_meter.source import open_gradients
from infobound.numerics.arguments import ArgumentError

X = np.random.default_rng(0).standard_normal((6, 4, 5)).astype(np.float32)
EVERYTHING = (slice(0, 6), slice(0, 20))


def read(gradients):
    with open_gradients(gradients) as layers:
        return {
            layer.name: layer.piece(slice(0, layer.samples), slice(0, layer.dimension))
            for layer in layers
        }


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_archives_stored_and_compressed(tmp_path, save):
    save(tmp_path / "g.npz", a=X, b=X[:, 0, 0].astype(np.float64), c=X[:, 1].astype(np.float16))
    found = read(tmp_path / "g.npz")
    assert list(found) == ["a", "b", "c"]
    assert np.array_equal(found["a"], X.reshape(6, 20))
    assert found["b"].dtype == np.float64
    assert found["b"].shape == (6, 1)
    assert found["c"].dtype == np.float32


def test_temporary_copies_are_removed(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path / "t"))
    (tmp_path / "t").mkdir()
    import tempfile

    monkeypatch.setattr(tempfile, "tempdir", None)
    np.savez_compressed(tmp_path / "g.npz", a=X)
    with open_gradients(tmp_path / "g.npz"):
        assert len(list((tmp_path / "t").iterdir())) == 1
    assert not list((tmp_path / "t").iterdir())
    with pytest.raises(ArgumentError), open_gradients(lambda: [X[0], X[0, :, :3]]):
        pass
    assert not list((tmp_path / "t").iterdir())


@pytest.mark.parametrize(
    "stored", [X[:, 0], np.asfortranarray(X[:, 0]), X[:, 0].astype(">f4"), X[:, 0].astype("f8")]
)
def test_npy_in_any_order(tmp_path, stored):
    np.save(tmp_path / "g.npy", stored)
    found = read(str(tmp_path / "g.npy"))["gradients"]
    assert np.array_equal(found, X[:, 0])
    assert found.flags.c_contiguous
    assert found.dtype == (np.float64 if stored.dtype.itemsize == 8 else np.float32)


def test_pieces(tmp_path):
    np.save(tmp_path / "g.npy", X)
    with open_gradients(tmp_path / "g.npy") as (layer,):
        assert (layer.samples, layer.dimension) == (6, 20)
        assert np.array_equal(layer.piece(slice(2, 4), slice(3, 9)), X.reshape(6, 20)[2:4, 3:9])


def test_batches_and_mappings():
    batches = [X[:2], X[2:3], X[3:]]
    assert np.array_equal(read(lambda: batches)["gradients"], X.reshape(6, 20))
    named = read(lambda: ({"a": part, "b": part[:, 0]} for part in batches))
    assert np.array_equal(named["a"], X.reshape(6, 20))
    assert np.array_equal(named["b"], X[:, 0])
    assert np.array_equal(read({"a": X})["a"], X.reshape(6, 20))
    assert np.array_equal(read(X.tolist())["gradients"], X.reshape(6, 20))


def refused(gradients):
    with contextlib.ExitStack() as stack:
        caught = stack.enter_context(pytest.raises(ArgumentError))
        read(gradients)
    return str(caught.value)


@pytest.mark.parametrize(
    ("array", "said"),
    [
        (np.ones((3, 2), dtype=int), "array of int64', but it must be an array of float16"),
        (np.ones((3, 2), dtype=complex), "Give real and imaginary parts"),
        (np.ones((3, 2), dtype=bool), "array of bool"),
        (np.ones((3, 2), dtype=np.longdouble), "Convert it to float64"),
        (np.array([["a", 1.0]], dtype=object), "never unpickled"),
        (np.ones(5), "A single gradient g is g[None]"),
        (np.ones((0, 5)), "array of shape (0, 5)"),
        (np.ones((5, 0)), "N >= 1 and d >= 1"),
        (np.float64(3.0), "array of shape ()"),
    ],
)
def test_arrays_that_are_no_gradients(tmp_path, array, said):
    assert said in refused(array)
    np.save(tmp_path / "g.npy", array, allow_pickle=True)
    assert said in refused(tmp_path / "g.npy")


def test_files_that_are_no_gradients(tmp_path):
    assert "No such file" in refused(tmp_path / "absent.npy")
    assert "It is a folder" in refused(tmp_path)
    (tmp_path / "empty.npy").write_bytes(b"")
    assert "It is empty" in refused(tmp_path / "empty.npy")
    (tmp_path / "text.npy").write_text("0.1 0.2")
    assert "starts as neither" in refused(tmp_path / "text.npy")
    np.save(tmp_path / "g.npy", X)
    whole = (tmp_path / "g.npy").read_bytes()
    (tmp_path / "cut.npy").write_bytes(whole[:-8])
    assert "of 480 bytes of data, as its header says: it has 472" in refused(tmp_path / "cut.npy")
    (tmp_path / "head.npy").write_bytes(whole[:40])
    assert "intact .npy" in refused(tmp_path / "head.npy")
    np.save(tmp_path / "f3.npy", np.asfortranarray(X))
    assert "Fortran" in refused(tmp_path / "f3.npy")


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_corrupt_archives(tmp_path, save):
    save(tmp_path / "g.npz", a=X)
    whole = bytearray((tmp_path / "g.npz").read_bytes())
    (tmp_path / "cut.npz").write_bytes(whole[:-30])
    assert "intact .npz" in refused(tmp_path / "cut.npz")
    whole[400] ^= 0xFF
    (tmp_path / "flipped.npz").write_bytes(whole)
    assert "intact .npz" in refused(tmp_path / "flipped.npz")


def spoiled(path, changes):
    """The archive with bytes changed at offsets from its central directory entry."""
    whole = bytearray(path.read_bytes())
    entry = whole.index(b"PK\x01\x02")
    for offset, byte in changes.items():
        whole[entry + offset] = byte
    path.write_bytes(whole)
    return refused(path)


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({6: 145}, "intact .npz archive (zip file version 14.5)"),
        ({8: 1}, "not encrypted"),
        ({10: 12}, "stored or deflated"),
        ({42: 0xFF, 43: 0xFF, 44: 0xFF, 45: 0x7F}, "intact .npz"),
    ],
    ids=["version", "encrypted", "bzip2", "offset"],
)
def test_archives_that_numpy_did_not_write(tmp_path, save, changes, words):
    save(tmp_path / "g.npz", a=X)
    assert words in spoiled(tmp_path / "g.npz", changes)


def test_a_directory_that_points_before_the_file(tmp_path):
    """The size of the directory is too large, so that places in the archive come out negative."""
    np.savez(tmp_path / "g.npz", a=X)
    whole = bytearray((tmp_path / "g.npz").read_bytes())
    end = whole.index(b"PK\x05\x06")
    whole[end + 16 : end + 20] = (
        int.from_bytes(whole[end + 16 : end + 20], "little") + 64
    ).to_bytes(4, "little")
    (tmp_path / "g.npz").write_bytes(whole)
    assert "intact .npz" in refused(tmp_path / "g.npz")


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), RuntimeError("ours")])
def test_what_is_not_the_fault_of_the_file_is_not_blamed_on_it(tmp_path, monkeypatch, error):
    np.savez_compressed(tmp_path / "g.npz", a=X)

    def fail(*_):
        raise error

    monkeypatch.setattr(files, "_unpacked", fail)
    with pytest.raises(type(error)) as raised, open_gradients(tmp_path / "g.npz"):
        pass
    assert raised.value is error


def test_archives_without_gradients(tmp_path):
    with zipfile.ZipFile(tmp_path / "none.npz", "w") as archive:
        archive.writestr("readme.txt", "nothing")
    assert "with arrays in it" in refused(tmp_path / "none.npz")
    np.savez(tmp_path / "object.npz", a=np.array([[None, 1.0]], dtype=object))
    assert "never unpickled" in refused(tmp_path / "object.npz")
    np.savez(tmp_path / "uneven.npz", a=X, b=X[:3])
    assert "samples in b = 3, but it must be 6 rows" in refused(tmp_path / "uneven.npz")


def test_batches_that_do_not_fit():
    assert "no batches" in refused(list)
    assert "batch of gradients = '15 of float32'" in refused(lambda: [X, X[:, :3]])
    assert "samples in b" in refused(lambda: [{"a": X, "b": X}, {"a": X}])
    assert "at least one" in refused({})
