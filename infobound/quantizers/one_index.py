"""A message that is one index: what follows from which one and what it stands for."""

from abc import ABC, abstractmethod
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from infobound.numerics.arguments import argument_error, whole
from infobound.quantizers.base import Floats, Ints, Message, Rng
from infobound.quantizers.domains import AllReals, Domain


class OneIndex(ABC):
    """Everything that follows from the index; a final class says which one and what it stands for."""

    unbiased: ClassVar[bool] = False
    domain: ClassVar[Domain] = AllReals()

    @abstractmethod
    def count(self, d: int) -> int:
        """Number of different messages for vectors of d coordinates."""

    @abstractmethod
    def index(self, y: Floats) -> Ints:
        """The index of each vector of y (..., d), from 0; shape (...)."""

    @abstractmethod
    def level(self, index: Ints, d: int) -> Floats:
        """The vector that each index stands for, shape (..., d)."""

    def bits(self, d: int) -> int:
        """ceil(log2(number of messages))."""
        return (self.count(whole("d", d)) - 1).bit_length()

    def variance_bound(self, d: int) -> None:
        """None: the error is not bounded."""
        self.bits(d)

    def encode(self, y: npt.ArrayLike, *, rng: Rng = None) -> Message:
        """Send the index for each vector of y (..., d). No coins are used."""
        values = self.domain.check("y", y)
        width = self.bits(values.shape[-1])
        symbols = self.index(values)[..., None]
        return Message.pack(symbols, width=width, shape=values.shape, made_by=repr(self))

    def decode(self, message: Message) -> Floats:
        """What the index stands for, shape (..., d)."""
        d = message.accept(self)
        symbols = message.unpack(width=self.bits(d)).reshape(message.shape[:-1])
        if np.any(symbols >= self.count(d)):
            allowed = f"less than {self.count(d)}"
            raise argument_error("message symbol", int(symbols.max()), allowed)
        return self.level(symbols, d)

    def roundtrip(self, y: npt.ArrayLike, *, rng: Rng = None) -> Floats:
        """decode(encode(y)) without the bits."""
        values = self.domain.check("y", y)
        self.bits(values.shape[-1])
        return self.level(self.index(values), values.shape[-1])
