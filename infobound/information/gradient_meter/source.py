"""Gradients in any of the accepted forms, as layers with the same rows."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from infobound.information.gradient_meter.files import file_layers, temporary
from infobound.information.gradient_meter.layers import (
    Layer,
    array_layer,
    check_dtype,
    layer_shape,
)
from infobound.numerics.arguments import argument_error

Batch = npt.ArrayLike | Mapping[str, npt.ArrayLike]
Gradients = (
    npt.ArrayLike
    | Mapping[str, npt.ArrayLike]
    | str
    | PathLike[str]
    | Callable[[], Iterable[Batch]]
)


@contextmanager
def open_gradients(gradients: Gradients) -> Iterator[list[Layer]]:
    """The layers of an array, a mapping, a file, or a callable that returns batches."""
    with ExitStack() as stack:
        layers = _layers(gradients, stack)
        first = layers[0]
        for layer in layers[1:]:
            if layer.samples != first.samples:
                allowed = f"{first.samples} rows, as in {first.name}: row i is the same sample"
                raise argument_error(f"samples in {layer.name}", layer.samples, allowed)
        yield layers


def _layers(gradients: Gradients, stack: ExitStack) -> list[Layer]:
    if isinstance(gradients, str | PathLike):
        return file_layers(Path(gradients), stack)
    gradients = getattr(gradients, "layers", gradients)  # as the data sets of the package hold them
    if callable(gradients) and not isinstance(gradients, np.ndarray):
        batches: Any = gradients()
        batches = getattr(batches, "layers", batches)
        one = isinstance(batches, np.ndarray | Mapping)
        return _spooled([batches] if one else batches, stack)
    if isinstance(gradients, Iterator):
        remedy = "Give a callable that returns the batches: lambda: batches."
        raise argument_error("gradients", gradients, "readable twice", remedy)
    if isinstance(gradients, Mapping):
        if not gradients:
            raise argument_error("gradients", {}, "a mapping of names to arrays, at least one")
        return [array_layer(str(name), np.asarray(array)) for name, array in gradients.items()]
    array = np.asarray(gradients)
    check_dtype("gradients", array.dtype)
    layer_shape("gradients", array.shape, vectors=False)
    return [array_layer("gradients", array)]


def _spooled(batches: Iterable[Batch], stack: ExitStack) -> list[Layer]:
    """Batches written one after the other to temporary files, which are then mapped."""
    kinds: dict[str, tuple[int, np.dtype[Any]]] = {}
    files: dict[str, Path] = {}
    counts: dict[str, int] = {}
    for batch in batches:
        named = batch if isinstance(batch, Mapping) else {"gradients": batch}
        for name, part in named.items():
            array = np.asarray(part)
            check_dtype(name, array.dtype)
            n, d = layer_shape(name, array.shape, vectors=isinstance(batch, Mapping))
            kind = kinds.setdefault(name, (d, array.dtype))
            if (d, array.dtype) != kind:
                allowed = f"{kind[0]} coordinates of {kind[1].name}, as in the first batch"
                raise argument_error(f"batch of {name}", f"{d} of {array.dtype.name}", allowed)
            if name not in files:
                files[name] = temporary(stack)
            with files[name].open("ab") as file:
                file.write(np.ascontiguousarray(array).tobytes())
            counts[name] = counts.get(name, 0) + n
    if not files:
        raise argument_error("gradients()", "no batches", "an iterable of at least one batch")
    return [_spool(name, files[name], counts[name], *kinds[name]) for name in files]


def _spool(name: str, path: Path, n: int, d: int, dtype: np.dtype[Any]) -> Layer:
    return Layer(name, n, d, dtype.name, lambda: np.memmap(path, dtype, "r", 0, (n, d)))
