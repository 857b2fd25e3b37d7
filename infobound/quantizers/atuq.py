"""ATUQ: groups of coordinates share the smallest of a few ranges, and CUQ rounds within it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from infobound.bounds.ratq import (
    default_group,
    delta_1,
    dynamic_ranges,
    rounding_bound,
    rounding_variance,
)
from infobound.numerics.arguments import argument_error, whole
from infobound.numerics.stochastic_rounding import stochastic_round
from infobound.quantizers.base import ErrorBound, Floats, Law, Message, Rng
from infobound.quantizers.cuq import (
    MOST_LEVELS,
    Reals,
    Symbols,
    check_symbols,
    levels_at,
    moderate,
    slope_of,
    width_of,
)
from infobound.quantizers.domains import Box, Domain
from infobound.quantizers.enumeration import one_vector, roundings

TILE = 2**15
FEW = 16
"""Up to here a group is gone through column by column: numpy is slow on a short last axis."""
MOST_RANGES = 2**16


@dataclass(frozen=True)
class ATUQ:
    """Adaptive uniform quantizer: per group of s coordinates a range, per coordinate a level.

    The group sends the number j of the smallest range M_j >= max |y_i|, and each coordinate one of
    k equally spaced levels of [-M_j, M_j], rounded without bias. With the ranges of
    `for_dimension`, M_j^2 = m e^{*j} + m_0, it is the adaptive tetra-iterated uniform quantizer of
    Mayekar and Tyagi 2019 (arXiv:1908.08200); any increasing ranges will do. The last group may be
    shorter.

    Parameters
    ----------
    ranges : sequence of float
        M_0 < ... < M_{h-1}, in units of y, between 1e-140 and 1e140; the last one is the domain, and
        may be repeated (a range that is never sent and costs its share of the index).
    levels : int
        k, 2 to 2^22.
    group : int
        s >= 1.
    overflow : bool
        Whether the alphabet of levels has room for the overflow symbol of the paper: k + 1 symbols
        instead of k. It is never sent, since the domain ends at the last range.

    Examples
    --------
    >>> ATUQ(ranges=(0.25, 1.0), levels=3, group=2).bits(5)
    13
    """

    ranges: tuple[float, ...]
    levels: int = 7
    group: int = 1
    overflow: bool = True
    unbiased: ClassVar[bool] = True

    def __post_init__(self) -> None:
        ranges = tuple(moderate(f"ranges[{j}]", size) for j, size in enumerate(self.ranges))
        if not 1 <= len(ranges) <= MOST_RANGES:
            raise argument_error("len(ranges)", len(ranges), f"from 1 to {MOST_RANGES}")
        if any(low > high or low == high < ranges[-1] for low, high in pairwise(ranges)):
            raise argument_error("ranges", ranges, "increasing (only the last may be repeated)")
        object.__setattr__(self, "ranges", ranges)
        object.__setattr__(self, "levels", whole("levels", self.levels, least=2, most=MOST_LEVELS))
        object.__setattr__(self, "group", whole("group", self.group))
        object.__setattr__(self, "overflow", bool(self.overflow))

    @classmethod
    def for_dimension(
        cls,
        d: int,
        *,
        radius: float = 1.0,
        levels: int | None = None,
        ranges: int | None = None,
        group: int | None = None,
        m: float = 3.0,
        m_0: float | None = None,
        overflow: bool = True,
    ) -> "ATUQ":
        """The choice of the paper for rotated vectors of d coordinates with |y|_2 <= B.

        Parameters
        ----------
        d : int
        radius : float, B > 0.
        levels : int, optional
            k = 2^Delta_1 - 1, Delta_1 = ceil(log2(2 + sqrt(9 + 3 ln s))).
        ranges : int, optional
            Their number h = 2^Delta_2, Delta_2 = ceil(log2(1 + ln*(d/3))). Ranges above B become B,
            and the last is B always.
        group : int, optional
            s = max(1, Delta_2).
        m, m_0 : float, optional
            In units of B^2/d: 3 and 2 ln s.
        """
        group = default_group(d) if group is None else whole("group", group)
        m_0 = float(2 * np.log(group)) if m_0 is None else m_0
        relative = dynamic_ranges(d, count=ranges, m=m, m_0=m_0)
        return cls(
            tuple(moderate("radius", radius) * size for size in relative),
            (1 << delta_1(group)) - 1 if levels is None else levels,
            group,
            overflow,
        )

    @property
    def domain(self) -> Domain:
        """[-M_{h-1}, M_{h-1}]^d."""
        return Box(self.ranges[-1])

    def layout(self, d: int) -> list[tuple[int, int]]:
        """Number and width of the symbols: ceil(d/s) range indices, then d levels."""
        groups = -(-whole("d", d) // self.group)
        return [(groups, width_of(len(self.ranges))), (d, width_of(self.levels + self.overflow))]

    def bits(self, d: int) -> int:
        """ceil(d/s) ceil(log2 h) + d ceil(log2(k + 1)), or log2 k without the overflow symbol."""
        return sum(count * width for count, width in self.layout(d))

    def variance_bound(self, d: int) -> ErrorBound:
        """d (M_{h-1}/(k - 1))^2, as for CUQ: the worst case needs the last range everywhere."""
        return ErrorBound(whole("d", d) * rounding_bound(self.ranges[-1], self.levels))

    def mean_squared_error(self, y: npt.ArrayLike) -> Floats:
        """E|Q(y) - y|^2 exactly, shape y.shape[:-1]: the sum of step^2 f (1 - f)."""
        total: Floats = np.sum(self.variances(self.domain.check("y", y)), axis=-1)
        return total

    def variances(self, values: Reals) -> Floats:
        """E(Q(y)_i - y_i)^2 for each coordinate, shape (..., d)."""
        rows = values.reshape(-1, values.shape[-1])
        place, index = self._place(rows)
        steps = 2 * np.array(self.ranges)[index] / (self.levels - 1)
        variances: Floats = self._spread(steps, rows.shape[-1]) ** 2
        variances *= rounding_variance((place + (self.levels - 1) / 2).astype(np.float64))
        return variances.reshape(values.shape)

    def law(self, y: npt.ArrayLike) -> Law:
        """The law of Q(y) for one vector y: at most 2^d outcomes, refused beyond 10^6."""
        values = self.domain.check("y", one_vector(y))
        place, index = self._place(values[None])
        symbols, chances = roundings((place[0] + (self.levels - 1) / 2).astype(np.float64))
        return Law(self.values(index.repeat(len(symbols), axis=0), symbols), chances)

    def encode(self, y: npt.ArrayLike, *, rng: Rng = None) -> Message:
        """Send range indices and levels for each vector of y, shape (..., d)."""
        values = self.domain.check("y", y)
        fields = self.draw(values, np.random.default_rng(rng))
        widths = [width for _, width in self.layout(values.shape[-1])]
        return Message.join(
            list(zip(fields, widths, strict=True)), shape=values.shape, made_by=repr(self)
        )

    def decode(self, message: Message) -> Floats:
        """Shape (..., d).

        Raises ArgumentError for a message of another quantizer or length, an index or a level that
        is none, and a range that no coordinate of its group could have needed.
        """
        index, symbols = message.split(self.layout(message.accept(self)))
        return self.values(index, symbols)

    def roundtrip(self, y: npt.ArrayLike, *, rng: Rng = None) -> Floats:
        """decode(encode(y)) without the bits."""
        return self.values(*self.draw(self.domain.check("y", y), np.random.default_rng(rng)))

    def draw(self, values: Reals, rng: np.random.Generator) -> tuple[Symbols, Symbols]:
        """Range indices (..., ceil(d/s)) and levels (..., d) as symbols; float32 stays float32.

        Values are in the domain, or beyond it by no more than rounding errors.
        """
        d = values.shape[-1]
        rows = values.reshape(-1, d)
        groups = self.layout(d)[0][0]
        index = np.empty((len(rows), groups), dtype=np.min_scalar_type(len(self.ranges)))
        symbols = np.empty(rows.shape, dtype=np.min_scalar_type(self.levels))
        for block, part in _tiles(len(rows), groups, min(self.group, d)):
            columns = slice(part.start * self.group, part.stop * self.group)
            place, index[block, part] = self._place(rows[block, columns])
            symbols[block, columns] = stochastic_round(
                place, rng, offset=(self.levels - 1) / 2, dtype=symbols.dtype
            )
        leading = values.shape[:-1]
        return index.reshape(*leading, groups), symbols.reshape(values.shape)

    def values(self, index: Symbols, symbols: Symbols) -> Floats:
        """What the symbols stand for, (..., d), after a check that they can have been sent."""
        check_symbols(index, len(self._limits) + 1)
        check_symbols(symbols, self.levels)
        self._check_needed(index, symbols)
        values = levels_at(symbols, self.levels)
        values *= self._spread(np.array(self.ranges)[index], symbols.shape[-1])
        return values

    @cached_property
    def _limits(self) -> tuple[float, ...]:
        """The ranges that have a larger one: what a group must exceed to need the next."""
        return tuple(size for size in self.ranges if size < self.ranges[-1])

    def _place(self, rows: Reals) -> tuple[Reals, Symbols]:
        """y (k - 1)/(2 M_j), within (k - 1)/2 of 0, and the indices j of the groups."""
        kind, d = rows.dtype, rows.shape[-1]
        top = self._tops(np.abs(rows))
        index = np.zeros(top.shape, dtype=np.min_scalar_type(len(self.ranges)))
        for limit in self._limits:
            index += top > _rounded_down(limit, kind)
        slopes = np.array([slope_of(size, self.levels, kind) for size in self.ranges], dtype=kind)
        place = rows * self._spread(slopes.take(index), d)
        if np.any(index == len(self._limits)):
            # Only rounding errors of a rotation carry a coordinate beyond the last range.
            half = (self.levels - 1) / 2
            np.clip(place, -half, half, out=place)
        return place, index

    def _tops(self, sizes: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """The largest of each group along the last axis."""
        if self.group == 1:
            return sizes
        count = sizes.shape[-1] // self.group
        full = count * self.group
        tops: npt.NDArray[Any] = sizes[..., : full : self.group]
        if self.group > FEW:
            blocks = sizes[..., :full].reshape(*sizes.shape[:-1], count, self.group)
            tops = blocks.max(axis=-1)
        else:
            for i in range(1, self.group):
                tops = np.maximum(tops, sizes[..., i : full : self.group])
        if full == sizes.shape[-1]:
            return tops
        return np.concatenate([tops, sizes[..., full:].max(axis=-1, keepdims=True)], axis=-1)

    def _spread(self, per_group: npt.NDArray[Any], d: int) -> npt.NDArray[Any]:
        """A value of each group for each of its coordinates."""
        size = min(self.group, d)
        if size == 1:
            return per_group
        spread = np.empty((*per_group.shape, size), dtype=per_group.dtype)
        if size > FEW:
            spread[...] = per_group[..., None]
        else:
            for i in range(size):
                spread[..., i] = per_group
        return spread.reshape(*per_group.shape[:-1], per_group.shape[-1] * size)[..., :d]

    def _check_needed(self, index: Symbols, symbols: Symbols) -> None:
        """Range j > 0 means that some |y_i| > M_{j-1}, so some level is within a step of that."""
        if not self._limits or not index.any():
            return
        limits, sizes = np.array((0.0, *self._limits)), np.array(self.ranges)
        need = (1 - 1e-6) * (self.levels - 1) * limits / sizes[: len(limits)]
        tops = self._tops(np.abs(2 * symbols.astype(np.int32) - (self.levels - 1)))
        wrong = tops + 2 <= need[index]
        if wrong.any():
            place = np.unravel_index(int(np.argmax(wrong)), wrong.shape)
            where = ", ".join(str(i) for i in place)
            raise argument_error(
                f"message range index[{where}]", int(index[place]), "the least that its group needs"
            )


def _tiles(rows: int, groups: int, group: int) -> Iterator[tuple[slice, slice]]:
    """Blocks of rows, or parts of one row in whole groups, of about 2^15 coordinates."""
    across = max(1, min(groups, TILE // group))
    down = max(1, TILE // (across * group)) if across == groups else 1
    for i in range(0, rows, down):
        for j in range(0, groups, across):
            yield slice(i, min(i + down, rows)), slice(j, min(j + across, groups))


def _rounded_down(value: float, kind: np.dtype[Any]) -> np.floating[Any]:
    """The largest float of the kind that is at most `value`."""
    nearest: np.floating[Any] = kind.type(value)
    return nearest if float(nearest) <= value else np.nextafter(nearest, kind.type(0))
