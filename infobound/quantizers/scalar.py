"""Scalar quantizers: one partition of the line into intervals, applied to every coordinate.

Cells are half open, (t_i, t_{i+1}]: a point on a threshold belongs to the cell below it. They are
deterministic, use no side information, and clip nothing: the outer cells reach to infinity. So
none is unbiased, and none has a worst-case error bound (`variance_bound` returns None); what they
keep about a Gaussian location is what they are for.
"""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from infobound.numerics.arguments import argument_error, positive, real, whole
from infobound.numerics.lloyd_max import lloyd_max
from infobound.numerics.uniform_step import fisher_optimal_step
from infobound.quantizers.base import Floats, Ints, Message, Rng
from infobound.quantizers.domains import AllReals, Domain


class ScalarQuantizer(ABC):
    """Everything that follows from the cells; a final class only says which cells."""

    unbiased: ClassVar[bool] = False
    domain: ClassVar[Domain] = AllReals()

    @property
    @abstractmethod
    def cells(self) -> "Cells":
        """The partition of the line, with a level for each cell."""

    def bits(self, d: int) -> int:
        """d * ceil(log2(number of cells))."""
        return whole("d", d) * self.cells.width

    def variance_bound(self, d: int) -> None:
        """None: the error is not bounded on an unbounded domain."""
        whole("d", d)

    def encode(self, y: npt.ArrayLike, *, rng: Rng = None) -> Message:
        """Send the index of the cell of every coordinate; y is (..., d). No coins are used."""
        values = self.domain.check("y", y)
        symbols = self.cells.index(values)
        return Message.pack(symbols, width=self.cells.width, shape=values.shape, made_by=repr(self))

    def decode(self, message: Message) -> Floats:
        """The level of each cell, shape (..., d).

        Raises ArgumentError when another quantizer made the message, when it has another length or
        names a cell that is not there, or when the cells have no levels.
        """
        message.accept(self)
        symbols = message.unpack(width=self.cells.width).reshape(message.shape)
        if np.any(symbols >= self.cells.count):
            allowed = f"less than the number of cells, {self.cells.count}"
            raise argument_error("message symbol", int(symbols.max()), allowed)
        return self.cells.level(symbols)

    def roundtrip(self, y: npt.ArrayLike, *, rng: Rng = None) -> Floats:
        """decode(encode(y)) without the bits."""
        return self.cells.level(self.cells.index(self.domain.check("y", y)))


@dataclass(frozen=True)
class Cells(ScalarQuantizer):
    """A partition of the line into intervals, with a level for each: itself a quantizer.

    Parameters
    ----------
    thresholds : sequence of float
        Strictly increasing and finite, at least one; n thresholds make n + 1 cells.
    levels : sequence of float, optional
        One per cell, finite. Without levels, `encode` works and `decode` raises: which value a
        cell stands for is a choice, and the information in the message does not depend on it.
    """

    thresholds: tuple[float, ...]
    levels: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        thresholds = _reals("thresholds", self.thresholds)
        if not thresholds:
            raise argument_error("thresholds", (), "at least one number")
        for i in range(1, len(thresholds)):
            if not thresholds[i - 1] < thresholds[i]:
                allowed = f"greater than thresholds[{i - 1}] = {thresholds[i - 1]!r}"
                raise argument_error(f"thresholds[{i}]", thresholds[i], allowed)
        object.__setattr__(self, "thresholds", thresholds)
        if self.levels is not None:
            levels = _reals("levels", self.levels)
            if len(levels) != len(thresholds) + 1:
                raise argument_error(
                    "len(levels)", len(levels), f"{len(thresholds) + 1}, one for each cell"
                )
            object.__setattr__(self, "levels", levels)

    @property
    def cells(self) -> "Cells":
        """Itself."""
        return self

    @property
    def count(self) -> int:
        """Number of cells."""
        return len(self.thresholds) + 1

    @property
    def width(self) -> int:
        """Bits per coordinate, ceil(log2(number of cells))."""
        return (self.count - 1).bit_length()

    @cached_property
    def ends(self) -> Floats:
        """-inf, the thresholds, inf: cell i is (ends[i], ends[i + 1]]."""
        return _frozen([-math.inf, *self.thresholds, math.inf])

    def index(self, y: Floats) -> Ints:
        """Number of the cell, from 0, that each value lies in."""
        return np.searchsorted(self.ends[1:-1], y, side="left")

    def level(self, index: Ints) -> Floats:
        """The level of each cell number."""
        if self.levels is None:
            remedy = "Give one per cell; to measure information, no levels are needed."
            raise argument_error("levels", None, "given, to decode", remedy)
        return self._levels[index]

    def scaled(self, scale: float, offset: float = 0.0) -> "Cells":
        """The cells offset + scale * (threshold and level); scale > 0.

        Raises ArgumentError when the offset is so large that thresholds coincide in float64.
        """
        scale, offset = positive("scale", scale), real("offset", offset)
        thresholds = offset + scale * self.ends[1:-1]
        levels = None if self.levels is None else tuple((offset + scale * self._levels).tolist())
        if not (np.all(np.isfinite(thresholds)) and np.all(np.diff(thresholds) > 0)):
            remedy = f"At scale = {scale!r} the thresholds are not distinct finite floats."
            raise argument_error("offset", offset, "small enough beside the scale", remedy)
        return Cells(tuple(thresholds.tolist()), levels)

    @cached_property
    def _levels(self) -> Floats:
        return _frozen(self.levels or ())


@dataclass(frozen=True)
class Sign(ScalarQuantizer):
    """One bit per coordinate: offset + scale above `offset`, offset - scale at and below it.

    Parameters
    ----------
    scale : float, > 0, in units of y.
    offset : float
    """

    scale: float = 1.0
    offset: float = 0.0

    def __post_init__(self) -> None:
        _ = self.cells  # checks the fields

    @cached_property
    def cells(self) -> Cells:
        """Two cells, split at `offset`."""
        return Cells((0.0,), (-1.0, 1.0)).scaled(self.scale, self.offset)


@dataclass(frozen=True, init=False, repr=False)
class Uniform(ScalarQuantizer):
    """Mid-rise uniform quantizer: 2^bits cells, equally spaced about `offset`.

    Thresholds are offset + step * k for |k| < 2^(bits - 1); levels are the middles of the cells,
    the outer ones half a step beyond the last threshold.

    Parameters
    ----------
    bits : int
        Per coordinate, 1 to 16; kept as `width`, since `bits(d)` is the length of a message.
    step : float, optional
        > 0, in units of y. By default the step whose cells keep the most Fisher information about
        the mean of N(offset, scale^2) there; see `infobound.numerics.uniform_step`.
    scale : float
        > 0; used for the default step only.
    offset : float
    """

    width: int
    step: float
    offset: float

    def __init__(
        self, bits: int, step: float | None = None, *, scale: float = 1.0, offset: float = 0.0
    ) -> None:
        width, scale = whole("bits", bits, most=16), positive("scale", scale)
        best = step is None
        _set(self, width=width, offset=real("offset", offset))
        _set(self, step=scale * fisher_optimal_step(2**width) if best else positive("step", step))
        _ = self.cells  # checks that they are distinct floats

    def __repr__(self) -> str:
        return f"Uniform(bits={self.width}, step={self.step!r}, offset={self.offset!r})"

    @cached_property
    def cells(self) -> Cells:
        """2^bits cells of equal width, but for the outer two."""
        half = 2 ** (self.width - 1)
        thresholds = tuple(float(k) for k in range(1 - half, half))
        levels = tuple(k + 0.5 for k in range(-half, half))
        return Cells(thresholds, levels).scaled(self.step, self.offset)


@dataclass(frozen=True, init=False, repr=False)
class LloydMax(ScalarQuantizer):
    """The 2^bits cells of least mean squared error for N(offset, scale^2).

    They also keep the most Fisher information about the mean, at theta = offset, of all messages
    of `bits` bits about one coordinate. See `infobound.numerics.lloyd_max`.

    Parameters
    ----------
    bits : int
        Per coordinate, 1 to 10; kept as `width`, since `bits(d)` is the length of a message.
    scale : float
        > 0, the standard deviation, in units of y.
    offset : float
        The centre.
    """

    width: int
    scale: float
    offset: float

    def __init__(self, bits: int, scale: float = 1.0, offset: float = 0.0) -> None:
        width = whole("bits", bits, most=10)
        _set(self, width=width, scale=positive("scale", scale), offset=real("offset", offset))
        _ = self.cells  # checks that they are distinct floats

    def __repr__(self) -> str:
        return f"LloydMax(bits={self.width}, scale={self.scale!r}, offset={self.offset!r})"

    @cached_property
    def cells(self) -> Cells:
        """Lloyd-Max cells, with their means under N(offset, scale^2) as levels."""
        design = lloyd_max(2**self.width)
        return Cells(design.thresholds, design.levels).scaled(self.scale, self.offset)


def _set(frozen: object, **fields: object) -> None:
    for name, value in fields.items():
        object.__setattr__(frozen, name, value)


def _reals(name: str, values: object) -> tuple[float, ...]:
    if isinstance(values, str) or not np.iterable(values):
        raise argument_error(name, values, "a sequence of finite real numbers")
    return tuple(real(f"{name}[{i}]", value) for i, value in enumerate(values))


def _frozen(values: object) -> Floats:
    array = np.array(values, dtype=np.float64)
    array.flags.writeable = False
    return array
