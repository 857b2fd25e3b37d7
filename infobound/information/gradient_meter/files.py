"""Layers in .npy and .npz files: headers are parsed, never unpickled, and data stay on disk."""

import errno
import os
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from infobound.information.gradient_meter.layers import Layer, check_dtype, layer_shape
from infobound.numerics.arguments import argument_error

_PIECE = 1 << 22  # bytes at a time
_COMPRESSION = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 1  # flag bit
_LOCAL = 30  # bytes of a zip entry's own header, before its name


class _Header(NamedTuple):
    shape: tuple[int, ...]
    fortran: bool
    dtype: np.dtype[Any]
    offset: int


def file_layers(path: Path, stack: ExitStack) -> list[Layer]:
    """The layers of an .npy or .npz file; `stack` closes and removes temporary copies."""
    allowed = "a readable .npy or .npz file"
    if path.is_dir():
        raise argument_error("gradients", str(path), allowed, "It is a folder.")
    try:
        with path.open("rb") as file:
            start = file.read(6)
    except OSError as error:
        raise argument_error("gradients", str(path), f"{allowed} ({error.strerror})") from None
    if not start:
        raise argument_error("gradients", str(path), allowed, "It is empty.")
    if start[:2] == b"PK":
        return list(_archive(path, stack))
    if start != b"\x93NUMPY":
        remedy = "It starts as neither: numpy.save and numpy.savez write them."
        raise argument_error("gradients", str(path), allowed, remedy)
    with path.open("rb") as file:
        header = _header(str(path), file)
    return [_mapped("gradients", path, header, path.stat().st_size, vectors=False)]


def _header(where: str, file: IO[bytes]) -> _Header:
    """Shape, order, type and place of the data of an .npy stream."""
    readers = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }
    try:
        version = np.lib.format.read_magic(file)
        shape, fortran, dtype = readers[version](file)
    except KeyError:
        raise argument_error("gradients", where, "an .npy file of numbers") from None
    except (ValueError, EOFError, SyntaxError) as error:
        said = (str(error) or type(error).__name__).splitlines()[0]
        raise argument_error("gradients", where, f"an intact .npy file ({said})") from None
    return _Header(shape, fortran, dtype, file.tell())


def _mapped(
    name: str, path: Path, header: _Header, end: int, *, start: int = 0, vectors: bool = True
) -> Layer:
    """A layer whose data lie in a file from `start` on, up to `end`."""
    check_dtype(name, header.dtype)
    n, d = layer_shape(name, header.shape, vectors=vectors)
    size, place = n * d * header.dtype.itemsize, start + header.offset
    if end - place < size:
        allowed = f"of {size} bytes of data, as its header says: it has {max(0, end - place)}"
        raise argument_error(name, str(path), allowed, "It was cut off.")
    if header.fortran and len(header.shape) > 2:
        remedy = "Save numpy.ascontiguousarray of it."
        raise argument_error(name, f"{header.shape} in Fortran order", "in C order", remedy)
    order: Any = "F" if header.fortran else "C"

    def view() -> npt.NDArray[Any]:
        return np.memmap(path, header.dtype, "r", place, (n, d), order)

    return Layer(name, n, d, header.dtype.name, view)


def _archive(path: Path, stack: ExitStack) -> Iterator[Layer]:
    """Stored members are mapped where they are; compressed ones are unpacked beside, in pieces."""
    # BadZipFile: structure, checksum; zlib.error: compressed bytes; EOFError: they end early;
    # NotImplementedError: a version of zip that there is not; OSError EINVAL: a directory that points
    # outside of the file. Any other error is not the file's fault.
    try:
        archive = stack.enter_context(zipfile.ZipFile(path))
        members = [info for info in archive.infolist() if info.filename.endswith(".npy")]
        if not members:
            allowed = "an .npz archive with arrays in it"
            raise argument_error("gradients", str(path), allowed)
        for info in members:
            name = info.filename.removesuffix(".npy")
            if info.compress_type not in _COMPRESSION or info.flag_bits & _ENCRYPTED:
                allowed = "stored or deflated and not encrypted, as numpy saves it"
                raise argument_error(f"member {info.filename}", "packed otherwise", allowed)
            with archive.open(info) as file:
                header = _header(f"{path}, {name}", file)
                check_dtype(name, header.dtype)  # before anything is unpacked
            if info.compress_type == zipfile.ZIP_STORED:
                _read_through(archive, info)
                start = _data_start(path, info)
                yield _mapped(name, path, header, start + info.file_size, start=start)
            else:
                copy = _unpacked(archive, info, stack)
                yield _mapped(name, copy, header, copy.stat().st_size)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
        if isinstance(error, OSError) and error.errno != errno.EINVAL:
            raise
        allowed = f"an intact .npz archive ({error})"
        raise argument_error("gradients", str(path), allowed) from None


def _read_through(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
    """Compare the checksum: zipfile does when it comes to the end."""
    with archive.open(info) as file:
        while file.read(_PIECE):
            pass


def _data_start(path: Path, info: zipfile.ZipInfo) -> int:
    """Where a stored member begins: its local header may differ in length from the directory's."""
    with path.open("rb") as file:
        file.seek(info.header_offset)
        local = file.read(_LOCAL)
    name, extra = int.from_bytes(local[26:28], "little"), int.from_bytes(local[28:30], "little")
    return info.header_offset + _LOCAL + name + extra


def _unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo, stack: ExitStack) -> Path:
    """A temporary copy of a compressed member, written in pieces."""
    copy = temporary(stack)
    with archive.open(info) as packed, copy.open("wb") as plain:
        shutil.copyfileobj(packed, plain, _PIECE)
    return copy


def temporary(stack: ExitStack) -> Path:
    """A new file that goes when the stack is closed; in TMPDIR, if that is set."""
    handle, name = tempfile.mkstemp(prefix="infobound-meter-")
    os.close(handle)
    path = Path(name)
    stack.callback(path.unlink, missing_ok=True)
    return path
