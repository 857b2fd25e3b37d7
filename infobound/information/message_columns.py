"""A message about one of finitely many points: a partition or a channel, one message at a time."""

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from infobound.models.sign_families import Ints, SignFamily, SparseSign
from infobound.numerics.arguments import argument_error

Messages = npt.ArrayLike


def checked_messages(family: SignFamily, messages: Messages) -> npt.NDArray[Any]:
    """A partition with labels 0, ..., K - 1, shape (points,), or a channel, shape (points, K)."""
    given = np.asarray(messages)
    if given.ndim not in (1, 2) or given.shape[0] != family.points:
        allowed = f"({family.points},) for a partition or ({family.points}, K) for a channel"
        raise argument_error("messages.shape", given.shape, allowed)
    if given.ndim == 2:
        _check_rows(given)
        return given
    if given.dtype.kind not in "iu":
        raise argument_error("messages.dtype", str(given.dtype), "int: the message of each point")
    return np.unique(given, return_inverse=True)[1]


def columns(
    family: SignFamily, messages: Messages, *, cube: bool
) -> Iterator[tuple[int, npt.NDArray[Any]]]:
    """Pairs (copies, W(m | .)), one for each of `alike_messages`; every message if not `cube`."""
    given = checked_messages(family, messages)
    for copies, message in alike_messages(family, given, cube=cube):
        yield copies, column(given, message)


def column(given: npt.NDArray[Any], message: int) -> npt.NDArray[Any]:
    """W(m | .) of shape (points,)."""
    return given[:, message] if given.ndim == 2 else (given == message).astype(np.int64)


def alike_messages(
    family: SignFamily, given: npt.NDArray[Any], *, cube: bool
) -> list[tuple[int, int]]:
    """Pairs (copies, message) with one message of those that surely have the same law of Z.

    Over the whole cube the cells of a partition are taken together where a symmetry of the prior
    maps one to the other. Otherwise every message stands for itself.
    """
    if given.ndim == 2 or not cube:
        return [(1, m) for m in range(given.shape[1] if given.ndim == 2 else given.max() + 1)]
    return (_alike_sparse if isinstance(family, SparseSign) else _alike_product)(given)


def _alike_sparse(labels: Ints) -> list[tuple[int, int]]:
    """Messages with as many points and as many coordinates of which they hold one sign only."""
    pairs = labels.reshape(-1, 2)
    single = pairs[pairs[:, 0] != pairs[:, 1]].ravel()
    size = np.bincount(labels)
    shapes = np.stack([size, np.bincount(single, minlength=size.size)], axis=1)
    _, first, count = np.unique(shapes, axis=0, return_index=True, return_counts=True)
    return list(zip(count.tolist(), first.tolist(), strict=True))


def _alike_product(labels: Ints) -> list[tuple[int, int]]:
    """Messages whose cells are translates of the first one of their size.

    After 1000 cells that are not, no more are looked at.
    """
    cells = np.split(np.argsort(labels, kind="stable"), np.cumsum(np.bincount(labels))[:-1])
    first: dict[int, int] = {}
    different = 0
    copies: Counter[int] = Counter()
    for message, cell in enumerate(cells):
        model = first.setdefault(cell.size, message)
        same = model == message or (different < 1000 and _translate(cell, cells[model]))
        different += not same
        copies[model if same else message] += 1
    return [(count, message) for message, count in copies.items()]


def _translate(cell: Ints, model: Ints) -> bool:
    """Whether cell = model xor t for some t; not looked for above 1024 points."""
    if not 1 < cell.size <= 1024:
        return cell.size == 1
    moved = np.sort(model ^ (cell[:, None] ^ model[0]), axis=1)
    return bool(np.any(np.all(moved == cell, axis=1)))


def _check_rows(given: npt.NDArray[Any]) -> None:
    exact = given.dtype.kind in "iuO"
    if exact and not all(isinstance(w, int | Fraction | np.integer) for w in given.flat):
        raise argument_error("messages.dtype", str(given.dtype), "int, float or all Fraction")
    excess = np.max(np.abs(given.sum(axis=1) - 1))
    if not (np.all(given >= 0) and excess <= (0 if exact else 1e-12)):
        got = f"rows off 1 by {float(excess):.1e}, least entry {float(given.min()):.1e}"
        raise argument_error("messages", got, "nonnegative, with rows of sum 1")
