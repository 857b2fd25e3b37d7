"""Second pass: every format on every piece, with the sums of `sums.Sums`."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from infobound.information.gradient_meter.codes import Counter, counter
from infobound.information.gradient_meter.energies import LEAST_ROWS, Energies
from infobound.information.gradient_meter.layers import Layer, Reals
from infobound.information.gradient_meter.sums import Sums, group_starts
from infobound.information.gradient_meter.survey import PIECE, WIDTH, Tell, pieces
from infobound.numerics.arguments import ArgumentError, argument_error
from infobound.quantizers.base import Quantizer
from infobound.quantizers.formats.base import BlockFormat
from infobound.quantizers.formats.cast import Cast
from infobound.quantizers.formats.rotated import Rotated

Floats = npt.NDArray[np.float64]
_CHECKED = 1 << 16  # coordinates up to which a message is made and counted
_FEW = 4  # groups
_GROUP = 128  # coordinates that some formats treat together beyond their blocks


@dataclass
class LayerTally:
    """What is added up for the gradients of one layer, whatever the format."""

    energy: Floats  # (N,), |X|^2 of each row
    xx: Floats  # (G, G)
    zeros: int = 0
    energies: Energies = field(default_factory=Energies)


@dataclass
class FormatTally:
    """What is added up for one format on one layer; `refused` when it does not take the rows."""

    quantizer: Quantizer
    rng: np.random.Generator
    error: Floats  # (N,), |e|^2 of each row
    cross: Floats  # (N,), <X, e>
    xe: Floats  # (G, G)
    ee: Floats
    zeros: int = 0
    codes: Counter | None = None
    refused: str = ""


def tally(
    layer: Layer,
    maxima: Floats,
    quantizers: dict[str, Quantizer],
    streams: dict[str, np.random.Generator],
    tell: Tell,
) -> tuple[LayerTally, dict[str, FormatTally]]:
    """Measure the formats on one layer.

    Block formats, and any other when a row fits one piece, take the file once, piece by piece.
    Longer rows go through the others one at a time, as a whole.
    """
    n, starts = len(maxima), group_starts(len(maxima))
    count = starts.size - 1
    base = LayerTally(np.zeros(n), np.zeros((count, count)))
    kinds = {name: _start(q, streams[name], n, count) for name, q in quantizers.items()}
    width = _width(quantizers.values())
    whole = layer.dimension <= width
    small = {name: kind for name, kind in kinds.items() if whole or piece_unit(kind.quantizer)}
    for columns, ranges in pieces(layer, n, width):
        size = columns.stop - columns.start
        sum_x, squares = np.zeros((count, size)), np.zeros(size)
        sums_e = {name: np.zeros((count, size)) for name in small}
        for rows in ranges:
            x = layer.piece(rows, columns)
            exact = x.astype(np.float64)
            base.energy[rows] += np.einsum("ij,ij->i", exact, exact)
            base.zeros += x.size - int(np.count_nonzero(x))
            squares += np.einsum("ij,ij->j", exact, exact)
            _by_group(sum_x, exact, rows, starts)
            for name, kind in small.items():
                top = None if whole else maxima[rows]
                _add(kind, x, exact, top, rows, starts, sums_e[name])
            tell(x.size * len(small))
        if n >= LEAST_ROWS:
            base.energies.add(squares)
        base.xx += _products(sum_x, sum_x)
        for name, kind in small.items():
            kind.xe += _products(sum_x, sums_e[name])
            kind.ee += _products(sums_e[name], sums_e[name])
    for name in kinds.keys() - small.keys():
        _long_rows(layer, kinds[name], starts, width, tell)
    if layer.dimension <= _CHECKED:
        row = layer.piece(slice(0, 1), slice(0, layer.dimension))[0]
        for kind in kinds.values():
            kind.refused = kind.refused or _untold(kind, row)
    return base, kinds


def _ours(quantizer: Quantizer) -> bool:
    """Whether an error of it is a bug of the package; that of a user's is told as a refusal."""
    return type(quantizer).__module__.startswith("infobound.")


def _untold(kind: FormatTally, row: Reals) -> str:
    """Why the bits that a quantizer promises are not those that it sends; empty if they are."""
    quantizer = kind.quantizer
    if kind.codes is not None:  # the package's own formats: tested
        return ""
    try:
        message, promised = (
            quantizer.encode(row, rng=np.random.default_rng(0)),
            quantizer.bits(row.size),
        )
        if not hasattr(quantizer, "mean_bits") and message.bits != promised:
            return f"one row is sent in {message.bits} bits; bits(d) promises {promised}"
        shown = quantizer.decode(message)
        same = np.array_equal(shown, quantizer.roundtrip(row, rng=np.random.default_rng(0)))
    except Exception as error:
        if _ours(quantizer):
            raise
        return f"encode and decode of one row: {type(error).__name__}: {error}"
    return "" if same else "decode(encode(row)) is not roundtrip(row) under the same rng"


def _start(quantizer: Quantizer, rng: np.random.Generator, n: int, count: int) -> FormatTally:
    error, cross, xe, ee = (
        np.zeros(n),
        np.zeros(n),
        np.zeros((count, count)),
        np.zeros((count, count)),
    )
    return FormatTally(quantizer, rng, error, cross, xe, ee, codes=counter(quantizer))


def piece_unit(quantizer: Quantizer) -> int | None:
    """Pieces of a vector in multiples of this are quantized as the vector is; None: as a whole.

    Up to coins: a rotation draws its signs anew for each piece, which has the same law.
    """
    if isinstance(quantizer, Rotated):
        inner = piece_unit(quantizer.inner)
        one = getattr(quantizer.inner, "tensor_bits", 0) or getattr(
            quantizer.inner, "scaling", None
        )
        return None if inner is None or one else math.lcm(inner, quantizer.size)
    if isinstance(quantizer, Cast):
        return 1
    return quantizer.block if isinstance(quantizer, BlockFormat) else None


def _width(quantizers: Iterable[Quantizer]) -> int:
    """About 2^16 coordinates: whole blocks, groups and rotations."""
    units = [unit for unit in map(piece_unit, quantizers) if unit is not None]
    unit = math.lcm(_GROUP, *units) if units else 1
    if unit > PIECE:
        allowed = f"such that {PIECE} coordinates hold whole blocks of all"
        raise argument_error("blocks of formats", units, allowed, "Measure them one by one.")
    return max(1, WIDTH // unit) * unit


def _add(
    kind: FormatTally,
    x: Reals,
    exact: Floats,
    top: Floats | None,
    rows: slice,
    starts: npt.NDArray[np.int64],
    sum_e: Floats,
) -> None:
    """One piece: x (n, w) of some rows, `top` their largest entries if it is not the whole rows."""
    if kind.refused:
        return
    try:
        if kind.codes is None:
            out = kind.quantizer.roundtrip(x, rng=kind.rng)
        else:
            out = kind.codes.roundtrip(x, kind.rng, top)
        if np.shape(out) != x.shape or not np.isfinite(out).all():
            what = f"shape {np.shape(out)}" if np.shape(out) != x.shape else "what is not finite"
            raise argument_error("decoded", what, f"finite and of shape {x.shape}")
    except (ArgumentError, ValueError) as error:
        kind.refused = str(error)
        return
    except Exception as error:
        if _ours(kind.quantizer):
            raise
        kind.refused = f"{type(error).__name__}: {error}"  # a user's code
        return
    kind.zeros += out.size - int(np.count_nonzero(out))
    e = np.subtract(out, exact, dtype=np.float64)
    kind.error[rows] += np.einsum("ij,ij->i", e, e)
    kind.cross[rows] += np.einsum("ij,ij->i", e, exact)
    _by_group(sum_e, e, rows, starts)


def _by_group(into: Floats, values: Floats, rows: slice, starts: npt.NDArray[np.int64]) -> None:
    """Add the rows of each group to its sum; group g has rows starts[g] to starts[g + 1]."""
    first = int(np.searchsorted(starts, rows.start, side="right")) - 1
    last = int(np.searchsorted(starts, rows.stop - 1, side="right")) - 1
    for group in range(first, last + 1):
        a = max(int(starts[group]), rows.start) - rows.start
        b = min(int(starts[group + 1]), rows.stop) - rows.start
        into[group] += values[a] if b - a == 1 else values[a:b].sum(axis=0)


def _long_rows(
    layer: Layer, kind: FormatTally, starts: npt.NDArray[np.int64], width: int, tell: Tell
) -> None:
    """Rows longer than one piece through a quantizer that needs them whole."""
    n, count, everything = kind.error.size, starts.size - 1, slice(0, layer.dimension)
    sum_e = np.zeros((count, layer.dimension))
    for i in range(n):
        rows = slice(i, i + 1)
        x = layer.piece(rows, everything)
        _add(kind, x, x.astype(np.float64), None, rows, starts, sum_e)
        tell(x.size)
        if kind.refused:
            return
    for columns, ranges in pieces(layer, n, width):
        sum_x = np.zeros((count, columns.stop - columns.start))
        for rows in ranges:
            _by_group(sum_x, layer.piece(rows, columns).astype(np.float64), rows, starts)
        kind.xe += _products(sum_x, sum_e[:, columns])
    kind.ee += _products(sum_e, sum_e)


def _products(a: Floats, b: Floats) -> Floats:
    """<a_g, b_h> for all groups; without the threads of BLAS, which wait for each other, for few."""
    found: Floats = a @ b.T if len(a) > _FEW else np.einsum("ik,jk->ij", a, b)
    return found


def group_sums(rows: Floats, starts: npt.NDArray[np.int64]) -> Floats:
    """Sum of each group of consecutive rows."""
    return np.add.reduceat(rows, starts[:-1])


def sums(base: LayerTally, kind: FormatTally) -> Sums:
    """All that the figures of one format on one layer need."""
    starts = group_starts(base.energy.size)
    energy, cross, error = (group_sums(a, starts) for a in (base.energy, kind.cross, kind.error))
    sizes = np.diff(starts).astype(np.float64)
    return Sums(sizes, energy, cross, error, base.xx, kind.xe, kind.ee)
