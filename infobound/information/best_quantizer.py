"""The quantizer that tells most about a sign vector, among all with r bits.

I(V; M) is convex in the channel from Y to M, so the maximum over all channels with 2^r messages,
public and private coins included, is reached by a partition of the points. Every partition is
covered: up to symmetry, by dynamic programming over the sets of points, or one by one.
"""

import dataclasses
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

import numpy as np

from infobound.information.cell_search import (
    Found,
    best_by_enumeration,
    best_by_subsets,
    count_partitions,
)
from infobound.information.cell_types import count_types, partition_of, partition_types
from infobound.information.cell_values import product_table, sparse_table, sparse_values
from infobound.information.sign_information import exact_message_information
from infobound.models.sign_families import BernoulliProduct, Ints, SparseSign
from infobound.montecarlo.estimate import Estimate
from infobound.numerics.arguments import argument_error, whole

Method = Literal["types", "subsets", "exhaustive", "identity"]
Progress = Callable[[int, int], None]

MEMORY = 2 * 10**9  # bytes
SMALLEST_DELTA = 1e-100  # its square is then a normal double
LARGEST_SPARSE, LARGEST_PRODUCT = 32, 4  # of d
LARGEST_TYPES = 200_000  # kinds of partitions; ten seconds
LARGEST_SEARCH, LARGEST_POINTS = 10**9, 16  # partitions one by one

_ELSE = "`message_information` takes a partition of your own."


@dataclass(frozen=True, kw_only=True, eq=False)
class BestQuantizer:
    """The largest I(V; M) and a partition that has it.

    Attributes
    ----------
    information : Estimate
        In bits, method "enumeration".
    enclosure : (Fraction, Fraction)
        Certainly holds the maximum over all partitions: from I of the partition by ball
        arithmetic, to that plus what rounding may have hidden in the search.
    partition : ndarray of int, shape (points,), read-only
        The message of each point, from 0.
    covered : int
        Partitions of the points into at most 2^r cells.
    searched : int
        What was compared: kinds of partitions up to symmetry, look-ups, or partitions.
    method : {"types", "subsets", "exhaustive", "identity"}
        "identity" where there are no more points than messages: M = Y, and nothing tells more.
    """

    information: Estimate
    enclosure: tuple[Fraction, Fraction]
    partition: Ints = field(repr=False)
    covered: int
    searched: int
    method: Method

    @property
    def rounded_enclosure(self) -> tuple[float, float]:
        """The enclosure in double precision, rounded outwards."""
        low, high = map(float, self.enclosure)
        return (
            low if low <= self.enclosure[0] else math.nextafter(low, -math.inf),
            high if high >= self.enclosure[1] else math.nextafter(high, math.inf),
        )


def maximum_information(
    family: SparseSign | BernoulliProduct,
    bits: int,
    *,
    exhaustive: bool = False,
    progress: Progress | None = None,
    memory_limit: int = MEMORY,
) -> BestQuantizer:
    """Largest I(V; M) over all r-bit quantizers of one observation Y, V uniform on the cube.

    `SparseSign`: all kinds of partitions up to the symmetry of the points are compared ("types",
    at most 200 000 of them and d <= 32; d = 6 at r = 2 has 222). `BernoulliProduct`, d <= 4:
    dynamic programming over sets of points ("subsets", 3^(2^d - 1)/2 sums for each message above 2,
    d = 4: about a second). With `exhaustive` the partitions are taken one by one.

    Parameters
    ----------
    family : SparseSign or BernoulliProduct
        A float delta counts as the rational number it is.
    bits : int
        r >= 1.
    exhaustive : bool
        Form the sum of every partition, at most 1e9 of them, on at most 16 points (178 973 355
        partitions for `BernoulliProduct(4, .)` at r = 2: five seconds).
    progress : callable, optional
        Called now and then with what is done and the total.
    memory_limit : int
        Bytes for the tables.

    Returns
    -------
    BestQuantizer

    Raises
    ------
    ArgumentError
        The search is larger than allowed: refused before it starts, with its size.

    Examples
    --------
    >>> from infobound.models.sign_families import SparseSign
    >>> best = maximum_information(SparseSign(4, Fraction(1, 4)), 2)
    >>> round(best.information.value, 7), best.partition.tolist()
    (0.0943609, [0, 1, 0, 1, 2, 3, 2, 3])
    """
    if not isinstance(family, SparseSign | BernoulliProduct):
        raise argument_error("family", family, "a SparseSign or a BernoulliProduct")
    whole("memory_limit", memory_limit)
    if 0 < family.delta < SMALLEST_DELTA:
        raise argument_error("delta", family.delta, f"0, or at least {SMALLEST_DELTA}")
    cells = _admitted_cells(family, whole("bits", bits), exhaustive, memory_limit)
    exact = dataclasses.replace(family, delta=Fraction(family.delta))
    if cells == family.points and not exhaustive:
        return _answer(exact, cells, [np.arange(cells)], 1, "identity")
    if isinstance(exact, SparseSign) and not exhaustive:
        return _by_types(exact, cells, progress)
    return _by_table(exact, cells, exhaustive, progress)


def _by_types(family: SparseSign, cells: int, progress: Progress | None) -> BestQuantizer:
    """All kinds of partitions; those too close for floating point are compared with balls."""
    values, total = sparse_values(family), count_types(family.dimension, cells)
    rivals: list[tuple[float, tuple[tuple[int, int], ...]]] = []
    close_to = 1 - (cells + 2) * 2.0**-51
    best, searched = 0.0, 0
    for kinds in partition_types(family.dimension, cells):
        searched += 1
        value = sum(values[kind] for kind in kinds)
        if value >= best * close_to and (value or not rivals):  # all are 0 at delta = 0
            best = max(best, value)
            rivals.append((value, kinds))
        if progress and searched % 4096 == 0:
            progress(searched, total)
    if progress:
        progress(total, total)
    close = [
        partition_of(family.dimension, kinds) for value, kinds in rivals if value >= best * close_to
    ]
    return _answer(family, cells, close, searched, "types")


def _by_table(
    family: SparseSign | BernoulliProduct, cells: int, exhaustive: bool, progress: Progress | None
) -> BestQuantizer:
    table = sparse_table(family) if isinstance(family, SparseSign) else product_table(family)
    search = best_by_enumeration if exhaustive else best_by_subsets
    found = search(table, family.points, cells, progress)
    method: Method = "exhaustive" if exhaustive else "subsets"
    # Twice (2^d + 2) for the entries and K for their sum, in units of 2^-53: see `cell_values`.
    slack = Fraction(2 * (2**family.dimension + 2 + cells), 2**53)
    most = Fraction(found.value) * (1 + slack)
    partition = _numbered(found, family.points)
    return _answer(family, cells, [partition], found.looked_up, method, most)


def _numbered(found: Found, points: int) -> Ints:
    """The number of the cell of each point."""
    places = np.arange(points)
    return np.asarray(sum(k * (cell >> places & 1) for k, cell in enumerate(found.cells)))


def _answer(
    family: SparseSign | BernoulliProduct,
    cells: int,
    close: list[Ints],
    searched: int,
    method: Method,
    most: Fraction = Fraction(0),
) -> BestQuantizer:
    """The best of a few partitions; `most` is what no other partition exceeds."""
    precision = 128 + 2 * Fraction(family.delta).denominator.bit_length()
    ends = [exact_message_information(family, p, precision=precision) for p in close]
    low, high, place = max((low, high, -k) for k, (low, high) in enumerate(ends))
    partition = close[-place]
    partition.flags.writeable = False
    return BestQuantizer(
        information=Estimate(value=float((low + high) / 2), unit="bits", method="enumeration"),
        enclosure=(low, max(most, *(high for _, high in ends))),
        partition=partition,
        covered=count_partitions(family.points, cells),
        searched=searched,
        method=method,
    )


def _admitted_cells(
    family: SparseSign | BernoulliProduct, bits: int, exhaustive: bool, memory_limit: int
) -> int:
    """min(2^r, points); what is too large is refused, with its size, before anything is made."""
    sparse, d = isinstance(family, SparseSign), family.dimension
    if d > (largest := LARGEST_SPARSE if sparse else LARGEST_PRODUCT):
        allowed = f"at most {largest} for {type(family).__name__}"
        said = allowed if sparse else f"{allowed}: {_product_size(d, bits)}"
        raise argument_error("dimension", d, said, _ELSE)
    points = family.points
    cells = points if bits >= points.bit_length() else min(1 << bits, points)
    partitions = count_partitions(points, cells)
    what = f"{points} points have {partitions:,} partitions into at most {cells} cells"
    if exhaustive and (points > LARGEST_POINTS or partitions > LARGEST_SEARCH):
        most = f"{LARGEST_SEARCH:,} partitions of {LARGEST_POINTS} points"
        raise argument_error("exhaustive", exhaustive, f"False above {most}; {what}")
    if sparse and not exhaustive:
        kinds = count_types(d, cells) if cells < points else 1
        if kinds > LARGEST_TYPES:
            allowed = f"so small that there are at most {LARGEST_TYPES:,} kinds of partitions"
            raise argument_error("bits", bits, f"{allowed}; {what}, of {kinds:,} kinds", _ELSE)
        return cells
    columns = 16 + cells + (8 if sparse else 5 * points)  # 8-byte numbers for each set of points
    needed = 8 * columns << points
    if needed > memory_limit:
        allowed = f"at least {needed:,}, the bytes of the tables"
        raise argument_error("memory_limit", memory_limit, f"{allowed}; {what}")
    return cells


def _product_size(dimension: int, bits: int) -> str:
    """How many partitions and bytes a dimension above the limit would take."""
    if dimension > 6:
        return "the table of all sets of points alone takes more than 2^131 bytes"
    points = 1 << dimension
    count = count_partitions(points, 1 << min(bits, dimension))
    return f"{points} points have {count:,} partitions, and their table takes {8 << points:,} bytes"
