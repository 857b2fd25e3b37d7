"""A quantizer that describes some coordinates only: for messages of fewer bits than coordinates."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from infobound.numerics.arguments import argument_error, whole
from infobound.quantizers.base import Floats, Ints, Message, Quantizer, Rng
from infobound.quantizers.domains import AllReals, Domain


@dataclass(frozen=True)
class Selected:
    """`inner`, applied to the coordinates `chosen`; the others are decoded as 0.

    Which coordinates is public (a round number or public coins tell both ends), so it costs no
    bits. With fewer bits than coordinates this is how a scalar quantizer is used: in turn, or at
    random.

    Parameters
    ----------
    inner : Quantizer
        Must accept vectors of len(chosen) coordinates.
    chosen : sequence of int
        Distinct, from 0 to dimension - 1, at least one; kept in increasing order.
    dimension : int
        d of the whole vector.

    Examples
    --------
    >>> from infobound.quantizers import Sign
    >>> Selected(Sign(), (0, 2), dimension=4).roundtrip([0.3, 5.0, -2.0, 1.0])
    array([ 1.,  0., -1.,  0.])
    """

    inner: Quantizer
    chosen: tuple[int, ...]
    dimension: int

    def __post_init__(self) -> None:
        d = whole("dimension", self.dimension)
        if not np.iterable(self.chosen):
            raise argument_error("chosen", self.chosen, "a sequence of coordinate numbers")
        places = [whole(f"chosen[{i}]", j, least=0, most=d - 1) for i, j in enumerate(self.chosen)]
        if not places or len(set(places)) < len(places):
            raise argument_error("chosen", self.chosen, "distinct coordinates, at least one")
        object.__setattr__(self, "dimension", d)
        object.__setattr__(self, "chosen", tuple(sorted(places)))
        self.inner.bits(len(places))  # a quantizer made for another length says so here

    @property
    def unbiased(self) -> bool:
        """Whether `inner` is, and every coordinate is chosen."""
        return self.inner.unbiased and len(self.chosen) == self.dimension

    @property
    def domain(self) -> Domain:
        """Vectors whose chosen coordinates are in the domain of the inner quantizer."""
        return _Chosen(self.inner.domain, self.chosen, self.dimension)

    @property
    def places(self) -> Ints:
        """The chosen coordinates as an array."""
        return np.array(self.chosen)

    def bits(self, d: int) -> int:
        """Those of the inner quantizer for the chosen coordinates; d must be `dimension`."""
        self._match(whole("d", d))
        return self.inner.bits(len(self.chosen))

    def encode(self, y: npt.ArrayLike, *, rng: Rng = None) -> Message:
        """The inner message for the chosen coordinates; y is (..., d)."""
        values = self.domain.check("y", y)
        message = self.inner.encode(values[..., self.places], rng=rng)
        return replace(message, shape=values.shape, made_by=repr(self))

    def decode(self, message: Message) -> Floats:
        """Shape (..., d), zeros where nothing was described."""
        message.accept(self)
        shape = (*message.shape[:-1], len(self.chosen))
        return self._whole(
            self.inner.decode(replace(message, shape=shape, made_by=repr(self.inner)))
        )

    def roundtrip(self, y: npt.ArrayLike, *, rng: Rng = None) -> Floats:
        """decode(encode(y)), by the inner roundtrip."""
        values = self.domain.check("y", y)
        return self._whole(self.inner.roundtrip(values[..., self.places], rng=rng))

    def _whole(self, part: Floats) -> Floats:
        out = np.zeros((*part.shape[:-1], self.dimension))
        out[..., self.places] = part
        return out

    def _match(self, d: int) -> None:
        if d != self.dimension:
            raise argument_error("d", d, f"dimension = {self.dimension}")


@dataclass(frozen=True)
class _Chosen:
    inner: Domain
    chosen: tuple[int, ...]
    dimension: int

    def check(self, name: str, y: npt.ArrayLike) -> Floats:
        values = AllReals().check(name, y)
        if values.shape[-1] != self.dimension:
            raise argument_error(f"{name}.shape", values.shape, f"(..., {self.dimension})")
        self.inner.check(f"{name} at the chosen coordinates", values[..., np.array(self.chosen)])
        return values
