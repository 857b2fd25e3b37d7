"""A name for a piece of work, made of its content: equal work has an equal name."""

import dataclasses
import hashlib
import inspect
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import numpy as np


def fingerprint(*parts: object) -> str:
    """SHA-256 of plain data, in hexadecimal; the same in every process and on every machine.

    Plain data are None, bool, int, float, complex, str, bytes, numpy arrays and scalars, paths,
    and lists, tuples, sets, mappings and dataclasses of them, and functions.
    A function is named by its module, its qualified name and its source text, so editing it
    changes the name; editing what it calls does not.

    Raises
    ------
    TypeError
        For anything else: two unequal objects must never share a name.
    """
    digest = hashlib.sha256()
    for piece in _pieces(parts):
        digest.update(
            len(piece).to_bytes(8, "big")
        )  # lengths keep ("ab", "c") and ("a", "bc") apart
        digest.update(piece)
    return digest.hexdigest()


def _pieces(value: Any) -> Iterator[bytes]:
    kind = f"{type(value).__module__}.{type(value).__qualname__}".encode()
    match value:
        case None | bool() | int() | str():
            yield from (kind, repr(value).encode())
        case float() | complex():
            yield from (kind, np.asarray(value).tobytes())
        case bytes():
            yield from (kind, value)
        case np.ndarray() | np.generic():
            array = np.asarray(value)
            if array.dtype.hasobject:
                raise TypeError(f"an array of dtype {array.dtype} is not plain data.")
            yield from (kind, array.dtype.str.encode(), repr(array.shape).encode(), array.tobytes())
        case list() | tuple():
            yield from (kind, str(len(value)).encode())
            for item in value:
                yield from _pieces(item)
        case set() | frozenset():
            yield from (kind, *sorted(fingerprint(item).encode() for item in value))
        case Mapping():
            entries = {fingerprint(key): item for key, item in value.items()}
            yield from (kind, str(len(entries)).encode())
            for key in sorted(entries):
                yield key.encode()
                yield from _pieces(entries[key])
        case partial():
            yield kind
            yield from _pieces((value.func, value.args, value.keywords))
        case _ if dataclasses.is_dataclass(value) and not isinstance(value, type):
            yield kind
            yield from _pieces(
                [(f.name, getattr(value, f.name)) for f in dataclasses.fields(value)]
            )
        case _ if inspect.isroutine(value):
            yield from _routine(value)
        case _ if hasattr(value, "__fspath__"):
            yield from (kind, str(value).encode())
        case _:
            raise TypeError(
                f"a {kind.decode()} has no content-based name: pass plain data, arrays, "
                "dataclasses or functions."
            )


def _routine(routine: Callable[..., Any]) -> Iterator[bytes]:
    yield f"{routine.__module__}.{routine.__qualname__}".encode()
    cells = getattr(routine, "__closure__", None) or ()
    yield from _pieces([cell.cell_contents for cell in cells])
    owner = getattr(routine, "__self__", None)
    if owner is not None and not inspect.ismodule(owner):
        yield from _pieces(owner)
    try:
        yield inspect.getsource(routine).encode()
    except (OSError, TypeError):  # built in, or typed at a prompt
        code = getattr(routine, "__code__", None)
        yield b"" if code is None else code.co_code
