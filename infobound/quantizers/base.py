"""What a quantizer is: encode to real packed bits, decode from them and public coins alone."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol, Self, runtime_checkable

import numpy as np
import numpy.typing as npt

from infobound.numerics import bits as bitstrings
from infobound.numerics.arguments import argument_error, whole
from infobound.quantizers.domains import AllReals, Box, Domain

__all__ = [
    "AllReals",
    "Box",
    "Domain",
    "ErrorBound",
    "Floats",
    "Ints",
    "Law",
    "Message",
    "Quantizer",
    "Rng",
    "draw_coins",
    "rate",
]

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
    first : int
        Number of the first message in the batch that the public coins were drawn for; see `single`.
    made_by : str
        The quantizer that encoded, as it prints itself: both ends know it, so it costs no bits.
        `decode` of another quantizer refuses the message. Empty: not stated, not checked. Two
        messages are equal when all else is.
    """

    payload: bytes
    bits: int
    shape: tuple[int, ...]
    side_bits: int = 0
    coins: int | None = None
    first: int = 0
    made_by: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        if not self.shape or min(self.shape) < 0 or self.shape[-1] < 1:
            raise argument_error("shape", self.shape, "(..., d) with d >= 1")
        whole("bits", self.bits, least=0)
        whole("side_bits", self.side_bits, least=0, most=self.bits)
        whole("first", self.first, least=0)
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
        made_by: str = "",
    ) -> Self:
        """Pack symbols of shape (..., k), k of `width` bits (1 to 32) in each message.

        `shape` is that of the encoded array, (..., d) with the same leading dimensions.
        """
        symbols = np.asarray(symbols)
        if symbols.shape[:-1] != shape[:-1]:
            raise argument_error("symbols.shape", symbols.shape, f"{shape[:-1]} + (k,)")
        payload = bitstrings.pack(symbols, width=width)
        return cls(payload, symbols.size * width, shape, side_bits, coins, made_by=made_by)

    @classmethod
    def join(
        cls,
        fields: Sequence[tuple[npt.ArrayLike, int]],
        *,
        shape: tuple[int, ...],
        side: Sequence[int] = (),
        coins: int | None = None,
        made_by: str = "",
    ) -> Self:
        """Pack fields of different widths, one after the other in each message.

        Parameters
        ----------
        fields : sequence of (symbols, width)
            Symbols of shape (..., k), k of `width` bits (0 to 32) in each message; at width 0 they
            must all be 0 and cost nothing.
        shape : tuple of int
            Of the encoded array, (..., d) with the same leading dimensions.
        side : sequence of int
            Which fields, by number, are side information.
        """
        count = math.prod(shape[:-1])
        rows: list[tuple[npt.NDArray[np.integer], int]] = []
        for i, (values, width) in enumerate(fields):
            symbols = np.asarray(values)
            if symbols.shape[:-1] != shape[:-1]:
                allowed = f"{shape[:-1]} + (k,)"
                raise argument_error(f"fields[{i}] symbols.shape", symbols.shape, allowed)
            rows.append((symbols.reshape(count, symbols.shape[-1]), width))
        sizes = [symbols.size * width for symbols, width in rows]
        payload = bitstrings.join_rows(rows)
        side_bits = sum(sizes[i] for i in side)
        return cls(payload, sum(sizes), shape, side_bits, coins, made_by=made_by)

    def split(self, layout: Sequence[tuple[int, int]]) -> list[Ints]:
        """Read back the fields that `join` packed.

        Parameters
        ----------
        layout : sequence of (k, width)
            Number and width of the symbols of each field in one message.

        Returns
        -------
        list of ndarray of int64, shape (..., k) each.
        """
        each = sum(k * width for k, width in layout)
        if each * self.count != self.bits:
            allowed = f"{each * self.count}, {each} for each of {self.count} messages"
            raise argument_error("message.bits", self.bits, allowed)
        fields = bitstrings.split_rows(self.payload, count=self.count, layout=layout)
        return [field.reshape(*self.shape[:-1], field.shape[1]) for field in fields]

    def single(self, i: int) -> Self:
        """The i-th message of the batch on its own: shape (d,), decodable without the others."""
        i = whole("i", i, least=0, most=self.count - 1)
        each = self.bits // self.count
        bits = bitstrings.read_bits(self.payload, self.bits)[i * each : (i + 1) * each]
        return replace(
            self,
            payload=np.packbits(bits).tobytes(),
            bits=each,
            shape=self.shape[-1:],
            side_bits=self.side_bits // self.count,
            first=self.first + i,
        )

    def accept(self, quantizer: "Quantizer") -> int:
        """Check that `quantizer` can have sent this; return d.

        Raises
        ------
        ArgumentError
            Another quantizer, or one with other parameters, made it, or it has another length.
        """
        name = repr(quantizer)
        if self.made_by not in ("", name):
            remedy = "Decode with the quantizer that encoded."
            raise argument_error("message.made_by", self.made_by, name, remedy)
        d = self.shape[-1]
        expected = self.count * quantizer.bits(d)
        if self.bits != expected:
            raise argument_error("message.bits", self.bits, f"{expected}, as encode makes it")
        return d

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


@dataclass(frozen=True)
class ErrorBound:
    """An upper bound on E|Q(y) - y|^2 over private and public coins, for every y in the domain.

    Attributes
    ----------
    value : float
        In squared units of y, or per |y|_2^2 when `relative`.
    relative : bool
        Whether the bound is value * |y|_2^2.
    """

    value: float
    relative: bool = False

    def at(self, y: npt.ArrayLike) -> Floats:
        """The bound for y of shape (..., d), in squared units of y; shape (...)."""
        values = np.asarray(y, dtype=np.float64)
        size: Floats = np.sum(values**2, axis=-1) if self.relative else np.ones(values.shape[:-1])
        return self.value * size


@dataclass(frozen=True, eq=False)
class Law:
    """The exact law of decode(encode(y)) for one y: which vectors, with which probabilities.

    Attributes
    ----------
    vectors : ndarray, shape (m, d)
    probabilities : ndarray, shape (m,)
        Nonnegative, sum 1.
    """

    vectors: Floats
    probabilities: Floats

    def mean(self) -> Floats:
        """E Q(y), shape (d,)."""
        return self.probabilities @ self.vectors

    def mean_squared_error(self, y: npt.ArrayLike) -> float:
        """E|Q(y) - y|^2."""
        gaps = np.sum((self.vectors - np.asarray(y, dtype=np.float64)) ** 2, axis=-1)
        return float(self.probabilities @ gaps)


def draw_coins(rng: np.random.Generator) -> int:
    """A seed of 63 bits for public coins, drawn from the generator of the encoder."""
    return int(rng.integers(1 << 63))


@runtime_checkable
class Quantizer(Protocol):
    """A pair encode / decode with an exact number of bits.

    Any class with these members is a quantizer; nothing needs to be inherited. Quantizers here are
    frozen dataclasses whose parameters are checked when they are made.

    Three more methods are used where they exist: `variance_bound(d)`, an ErrorBound or None where
    theory gives none; `mean_squared_error(y)`, E|Q(y) - y|^2 exactly, shape y.shape[:-1]; and
    `law(y)`, the exact Law of the output for one short vector.
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
