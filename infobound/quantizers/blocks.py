"""Quantizers made from a quantizer: in blocks of coordinates, or around a public centre."""

import zlib
from dataclasses import dataclass, replace
from typing import cast

import numpy as np
import numpy.typing as npt

from infobound.numerics.arguments import argument_error, whole
from infobound.quantizers.base import ErrorBound, Floats, Message, Quantizer, Rng
from infobound.quantizers.domains import AllReals, Domain


@dataclass(frozen=True)
class Blocks:
    """`inner`, applied to consecutive blocks of `size` coordinates; d must be a multiple of size.

    Parameters
    ----------
    inner : Quantizer
        Must accept vectors of `size` coordinates.
    size : int, >= 1.
    """

    inner: Quantizer
    size: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "size", whole("size", self.size))
        self.inner.bits(self.size)  # a quantizer made for another length says so here

    @property
    def unbiased(self) -> bool:
        """As the inner quantizer."""
        return self.inner.unbiased

    @property
    def domain(self) -> Domain:
        """Vectors whose every block is in the domain of the inner quantizer."""
        return _Blockwise(self.inner.domain, self.size)

    def bits(self, d: int) -> int:
        """(d / size) times the bits of one block."""
        return self._count(whole("d", d)) * self.inner.bits(self.size)

    def variance_bound(self, d: int) -> ErrorBound | None:
        """As the inner quantizer where its bound is relative, else d / size times it."""
        count = self._count(whole("d", d))
        inner = getattr(self.inner, "variance_bound", lambda size: None)(self.size)
        if inner is None or inner.relative:
            return cast("ErrorBound | None", inner)
        return ErrorBound(count * inner.value)

    def encode(self, y: npt.ArrayLike, *, rng: Rng = None) -> Message:
        """The messages of the blocks, one after the other; y is (..., d)."""
        values = AllReals().check("y", y)
        message = self.inner.encode(self._split(values), rng=rng)
        return replace(message, shape=values.shape, made_by=repr(self))

    def decode(self, message: Message) -> Floats:
        """Shape (..., d)."""
        d = message.accept(self)
        shape = (*message.shape[:-1], self._count(d), self.size)
        inner = replace(
            message,
            shape=shape,
            first=message.first * shape[-2],  # public coins count blocks
            made_by=repr(self.inner),
        )
        return self.inner.decode(inner).reshape(message.shape)

    def roundtrip(self, y: npt.ArrayLike, *, rng: Rng = None) -> Floats:
        """decode(encode(y)), by the inner roundtrip."""
        values = AllReals().check("y", y)
        return self.inner.roundtrip(self._split(values), rng=rng).reshape(values.shape)

    def _split(self, values: Floats) -> Floats:
        count = self._count(values.shape[-1])
        return values.reshape(*values.shape[:-1], count, self.size)

    def _count(self, d: int) -> int:
        if d % self.size:
            remedy = "Pad the vector, or choose another size."
            raise argument_error("d", d, f"a multiple of size = {self.size}", remedy)
        return d // self.size


@dataclass(frozen=True, eq=False, repr=False)
class Shifted:
    """`quantizer`, applied to y - center and moved back: re-centring at a public estimate.

    Parameters
    ----------
    quantizer : Quantizer
    center : array_like of shape (d,)
        Known to both ends, so it costs no bits. The difference is rounded to float64.
    """

    quantizer: Quantizer
    center: Floats

    def __init__(self, quantizer: Quantizer, center: npt.ArrayLike) -> None:
        values = np.array(AllReals().check("center", center))
        if values.ndim != 1:
            raise argument_error("center.shape", values.shape, "(d,)")
        values.flags.writeable = False
        object.__setattr__(self, "quantizer", quantizer)
        object.__setattr__(self, "center", values)
        quantizer.bits(values.size)  # a quantizer made for another length says so here

    def __repr__(self) -> str:
        """The centre in full where it is short, else by a checksum: messages name their sender."""
        mark = zlib.crc32(self.center.tobytes())
        long = f"<{self.center.size} numbers, {mark:08x}>"
        center = repr(self.center.tolist()) if self.center.size <= 8 else long
        return f"Shifted({self.quantizer!r}, center={center})"

    @property
    def unbiased(self) -> bool:
        """As the quantizer that is shifted."""
        return self.quantizer.unbiased

    @property
    def domain(self) -> Domain:
        """Vectors that are in the domain of the quantizer after `center` is taken off."""
        return _Around(self.quantizer.domain, self.center)

    def bits(self, d: int) -> int:
        """As the quantizer that is shifted; d must be the length of the centre."""
        self._match(whole("d", d))
        return self.quantizer.bits(d)

    def variance_bound(self, d: int) -> ErrorBound | None:
        """As the quantizer that is shifted, if its bound does not depend on the input."""
        self._match(whole("d", d))
        inner = getattr(self.quantizer, "variance_bound", lambda size: None)(d)
        return None if inner is None or inner.relative else cast("ErrorBound", inner)

    def encode(self, y: npt.ArrayLike, *, rng: Rng = None) -> Message:
        """The message for y - center; y is (..., d)."""
        message = self.quantizer.encode(self._relative(y), rng=rng)
        return replace(message, made_by=repr(self))

    def decode(self, message: Message) -> Floats:
        """Shape (..., d)."""
        message.accept(self)
        inner = replace(message, made_by=repr(self.quantizer))
        return self.center + self.quantizer.decode(inner)

    def roundtrip(self, y: npt.ArrayLike, *, rng: Rng = None) -> Floats:
        """decode(encode(y)), by the inner roundtrip."""
        return self.center + self.quantizer.roundtrip(self._relative(y), rng=rng)

    def _relative(self, y: npt.ArrayLike) -> Floats:
        values = AllReals().check("y", y)
        self._match(values.shape[-1])
        return values - self.center

    def _match(self, d: int) -> None:
        if d != self.center.size:
            raise argument_error("d", d, f"the length of center, {self.center.size}")


@dataclass(frozen=True)
class _Blockwise:
    inner: Domain
    size: int

    def check(self, name: str, y: npt.ArrayLike) -> Floats:
        values = AllReals().check(name, y)
        if values.shape[-1] % self.size:
            raise argument_error(f"{name}.shape", values.shape, f"(..., multiple of {self.size})")
        blocks = values.reshape(*values.shape[:-1], -1, self.size)
        self.inner.check(f"{name} in blocks", blocks)
        return values


@dataclass(frozen=True, eq=False)
class _Around:
    inner: Domain
    center: Floats

    def check(self, name: str, y: npt.ArrayLike) -> Floats:
        values = AllReals().check(name, y)
        if values.shape[-1] != self.center.size:
            raise argument_error(f"{name}.shape", values.shape, f"(..., {self.center.size})")
        self.inner.check(f"({name} - center)", values - self.center)
        return values
