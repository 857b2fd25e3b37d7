"""What a quantizer is: encode to real packed bits, decode from them and public coins alone."""

import math
from dataclasses import dataclass
from typing import Protocol, Self, runtime_checkable

import numpy as np
import numpy.typing as npt

from infobound.numerics import bits as bitstrings
from infobound.numerics.arguments import argument_error, whole
from infobound.quantizers.domains import AllReals, Box, Domain

__all__ = ["AllReals", "Box", "Domain", "Floats", "Ints", "Message", "Quantizer", "Rng", "rate"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Rng = int | np.random.SeedSequence | np.random.Generator | None


@dataclass(frozen=True)
class Message:
    """What an encoder sends: a batch of messages of equal length, as bits.

    Attributes
    ----------
    payload : bytes
        The packed bits of all messages one after the other, most significant first, padded with
        zeros to a whole byte (the padding is not counted).
    bits : int
        Exact number of bits in the payload, all messages of the batch together.
    shape : tuple of int
        Shape (..., d) of the array that was encoded; prod(shape[:-1]) messages.
    side_bits : int
        How many of `bits` are side information (norms, scales).
    coins : int or None
        Public coins, a seed that both ends know; not counted.
    """

    payload: bytes
    bits: int
    shape: tuple[int, ...]
    side_bits: int = 0
    coins: int | None = None

    def __post_init__(self) -> None:
        if not self.shape or min(self.shape) < 0 or self.shape[-1] < 1:
            raise argument_error("shape", self.shape, "(..., d) with d >= 1")
        whole("bits", self.bits, least=0)
        whole("side_bits", self.side_bits, least=0, most=self.bits)
        bitstrings.check_padding(self.payload, bits=self.bits)
        if self.bits % max(self.count, 1) or (self.count == 0 and self.bits):
            raise argument_error(
                "bits", self.bits, f"a multiple of the {self.count} messages in shape {self.shape}"
            )

    @property
    def count(self) -> int:
        """Number of messages in the batch."""
        return math.prod(self.shape[:-1])

    @classmethod
    def pack(
        cls,
        symbols: npt.ArrayLike,
        *,
        width: int,
        shape: tuple[int, ...],
        side_bits: int = 0,
        coins: int | None = None,
    ) -> Self:
        """Pack symbols of shape (..., k), k of `width` bits (1 to 32) in each message.

        `shape` is that of the encoded array, (..., d) with the same leading dimensions.
        """
        symbols = np.asarray(symbols)
        if symbols.shape[:-1] != shape[:-1]:
            raise argument_error("symbols.shape", symbols.shape, f"{shape[:-1]} + (k,)")
        payload = bitstrings.pack(symbols, width=width)
        return cls(payload, symbols.size * width, shape, side_bits, coins)

    def unpack(self, *, width: int) -> Ints:
        """Read the symbols back: shape (..., k) with k = bits of one message / width."""
        total, left = divmod(self.bits, width)
        if left or total % max(self.count, 1):
            raise argument_error("width", width, f"a divisor of {self.bits} bits / {self.count}")
        symbols = bitstrings.unpack(self.payload, count=total, width=width)
        return symbols.reshape(*self.shape[:-1], total // max(self.count, 1))

    def keys(self) -> npt.NDArray[np.void]:
        """One label per message, shape (count,): labels are equal iff the messages are.

        The bits of each message, padded to whole bytes, as one opaque item; `numpy.unique` sorts
        and counts them.
        """
        each = self.bits // max(self.count, 1)
        rows = bitstrings.read_bits(self.payload, self.bits).reshape(self.count, each)
        labels = np.zeros((self.count, max(1, -(-each // 8))), dtype=np.uint8)
        if rows.size:
            labels[:] = np.packbits(rows, axis=1)
        return labels.view(np.dtype((np.void, labels.shape[1])))[:, 0]


@runtime_checkable
class Quantizer(Protocol):
    """A pair encode / decode with an exact number of bits.

    Any class with these members is a quantizer; nothing needs to be inherited. Quantizers here are
    frozen dataclasses whose parameters are checked when they are made.
    """

    @property
    def unbiased(self) -> bool:
        """Whether the mean of decode(encode(y)) over private and public coins is y."""

    @property
    def domain(self) -> Domain:
        """The inputs it is defined on."""

    def bits(self, d: int) -> int:
        """Exact length in bits of the message for one vector of d coordinates, worst case."""

    def encode(self, y: npt.ArrayLike, *, rng: Rng = None) -> Message:
        """Describe y, shape (..., d), with private coins `rng`; one message per vector."""

    def decode(self, message: Message) -> Floats:
        """Reconstruct an array of shape (..., d) from the bits and the public coins alone."""

    def roundtrip(self, y: npt.ArrayLike, *, rng: Rng = None) -> Floats:
        """decode(encode(y)), equal bit for bit under the same rng, but faster."""


def rate(quantizer: Quantizer, d: int) -> float:
    """Bits per coordinate for vectors of d coordinates."""
    d = whole("d", d)
    return quantizer.bits(d) / d
