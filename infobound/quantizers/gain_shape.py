"""Gain and shape apart: for vectors whose norm has a second moment and no bound."""

import math
from dataclasses import dataclass, replace
from typing import ClassVar, Protocol

import numpy as np
import numpy.typing as npt

from infobound.numerics.arguments import argument_error, real, whole
from infobound.numerics.bits import read_bits
from infobound.numerics.norms import lp_norm
from infobound.quantizers.aguq import AGUQ
from infobound.quantizers.base import Floats, Law, Message, Quantizer, Rng
from infobound.quantizers.domains import AllReals, Domain, refuse_where
from infobound.quantizers.enumeration import one_vector, refuse_many
from infobound.quantizers.ratq import RATQ


class Gain(Quantizer, Protocol):
    """A quantizer of one nonnegative number, with private coins only."""

    @property
    def second_moment_bound(self) -> float:
        """Bound on E Q(G)^2 over the laws of G that it is made for."""

    @property
    def bias_bound(self) -> float:
        """Bound on |E Q(G) - E G| over these laws."""

    def moments(self, gain: Floats) -> tuple[Floats, Floats]:
        """E Q(g) and E Q(g)^2 for each g."""


@dataclass(frozen=True)
class GainShape:
    """Q(y) = Q_g(|y|_q) Q_s(y/|y|_q), with independent coins; for random y with E|y|_q^2 <= B^2.

    Where Q_s is unbiased, the bias is that of the gain alone: |E Q(Y) - E Y|_q is at most
    `gain.bias_bound`. With AGUQ and RATQ this is A-RATQ of Mayekar and Tyagi 2019
    (arXiv:1908.08200), see `a_ratq`. The zero vector is sent with gain 0.

    Parameters
    ----------
    gain : Gain
        For one nonnegative number, without public coins: AGUQ or UniformGain.
    shape : Quantizer
        For vectors with |u|_q = 1 or u = 0.
    norm : float
        q, 1 to inf.
    """

    gain: Gain
    shape: Quantizer
    norm: float = 2.0
    unbiased: ClassVar[bool] = False
    domain: ClassVar[Domain] = AllReals()

    def __post_init__(self) -> None:
        norm = self.norm if self.norm == math.inf else real("norm", self.norm)
        if not norm >= 1:
            raise argument_error("norm", norm, "from 1 to inf")
        object.__setattr__(self, "norm", float(norm))
        self.gain.bits(1)

    def bits(self, d: int) -> int:
        """Those of the gain and those of the shape."""
        return self.gain.bits(1) + self.shape.bits(d)

    def variance_bound(self, d: int) -> None:
        """None: the error is not bounded where the gain overflows."""
        self.bits(d)

    def second_moment_bound(self, d: int) -> float | None:
        """sup E Q_g^2 (1 + sup E|Q_s(u) - u|^2) >= E|Q(Y)|_2^2, for q <= 2.

        None where q > 2, or the shape is biased or has no bound. (|u|_2 <= |u|_q = 1 is used.)
        """
        bound = getattr(self.shape, "variance_bound", lambda size: None)(whole("d", d))
        if bound is None or not self.shape.unbiased or self.norm > 2:
            return None
        return self.gain.second_moment_bound * (1 + float(bound.value))

    def mean_squared_error(self, y: npt.ArrayLike) -> Floats:
        """E|Q(y) - y|^2 exactly, where the shape is unbiased and knows its own."""
        exact = getattr(self.shape, "mean_squared_error", None)
        if exact is None or not self.shape.unbiased:
            raise argument_error(
                "shape", self.shape, "unbiased, with a mean_squared_error", "Average roundtrips."
            )
        values = self.domain.check("y", y)
        gain, unit = self._split(values)
        mean, second = self.gain.moments(gain[..., 0])
        size = np.sum(unit**2, axis=-1)
        # E Q_g^2 E|Q_s|^2 - 2 E Q_g <u, y> + |y|^2 with y = g u
        error: Floats = (
            second * exact(unit) + (second - mean**2 + (mean - gain[..., 0]) ** 2) * size
        )
        return error

    def law(self, y: npt.ArrayLike) -> Law:
        """The product of the laws of gain and shape, for one vector."""
        values = one_vector(y)
        gain, unit = self._split(values)
        parts = [getattr(self.gain, "law", None), getattr(self.shape, "law", None)]
        if parts[0] is None or parts[1] is None:
            raise argument_error("gain, shape", (self.gain, self.shape), "with a law each")
        one, many = parts[0](gain), parts[1](unit)
        refuse_many(one.probabilities.size * many.probabilities.size)
        vectors = (one.vectors[:, None, :] * many.vectors).reshape(-1, values.size)
        chances = np.multiply.outer(one.probabilities, many.probabilities).reshape(-1)
        return Law(vectors, chances)

    def encode(self, y: npt.ArrayLike, *, rng: Rng = None) -> Message:
        """The bits of the gain, then those of the shape, for each vector of y, shape (..., d)."""
        values = self.domain.check("y", y)
        gain, unit = self._split(values)
        generator = np.random.default_rng(rng)
        first = self.gain.encode(gain, rng=generator)
        second = self.shape.encode(unit, rng=generator)
        if first.coins is not None:
            raise argument_error("gain", self.gain, "a quantizer without public coins")
        joined = Message.join(
            [(_rows(first), 1), (_rows(second), 1)],
            shape=values.shape,
            side=[0],
            coins=second.coins,
            made_by=repr(self),
        )
        return replace(joined, side_bits=joined.side_bits + second.side_bits)

    def decode(self, message: Message) -> Floats:
        """Shape (..., d); both parts are checked by their own decoders."""
        d = message.accept(self)
        width = self.gain.bits(1), self.shape.bits(d)
        gain, shape = message.split([(width[0], 1), (width[1], 1)])
        leading = message.shape[:-1]
        first = Message.join([(gain, 1)], shape=(*leading, 1), made_by=repr(self.gain))
        second = replace(
            Message.join([(shape, 1)], shape=message.shape, made_by=repr(self.shape)),
            coins=message.coins,
            first=message.first,
        )
        return self.gain.decode(first) * self.shape.decode(second)

    def roundtrip(self, y: npt.ArrayLike, *, rng: Rng = None) -> Floats:
        """decode(encode(y)), by the roundtrips of the two."""
        gain, unit = self._split(self.domain.check("y", y))
        generator = np.random.default_rng(rng)
        return self.gain.roundtrip(gain, rng=generator) * self.shape.roundtrip(unit, rng=generator)

    def _split(self, values: Floats) -> tuple[Floats, Floats]:
        """|y|_q, shape (..., 1), and y/|y|_q (0 for y = 0), also for y near the ends of float64."""
        exponent = np.frexp(np.abs(values).max(axis=-1, keepdims=True))[1]
        scaled = np.ldexp(values, -exponent)
        size = lp_norm(scaled, self.norm)[..., None]
        with np.errstate(over="ignore"):
            gain: Floats = np.ldexp(size, exponent)
        refuse_where(np.isinf(gain), f"l_{self.norm:g} norm of y", gain, "a float", "Scale y down.")
        return gain, scaled / np.where(size > 0, size, 1.0)


def a_ratq(
    rms: float = 1.0, horizon: int = 1000, *, base: float = 2.0, levels: int = 2
) -> GainShape:
    """A-RATQ: AGUQ for |y|_2, RATQ for y/|y|_2, for E|y|_2^2 <= rms^2 and T = horizon gradients.

    E|Q(Y)|^2 <= 1.75 B^2 (1 + e) with e <= (6.57 + 2 ln s)/36, and a bias of at most B/sqrt T.
    `base` and `levels` are those of AGUQ.

    Examples
    --------
    >>> a_ratq(horizon=1000).bits(1024)
    4101
    """
    return GainShape(AGUQ(rms, horizon, base, levels), RATQ())


def _rows(message: Message) -> npt.NDArray[np.uint8]:
    """The bits of each message, shape (..., bits of one)."""
    each = message.bits // max(message.count, 1)
    return read_bits(message.payload, message.bits).reshape(*message.shape[:-1], each)
