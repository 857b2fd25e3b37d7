"""What a block format is: elements of few bits that share a scale, block after block.

A vector of d coordinates is padded with zeros to whole blocks. Every block has one scale code, and
a whole vector may have one tensor scale beside. What is sent are codes only; `Quantized` holds
them, and `send` and `receive` turn them into the bytes of a `Message`.
"""

import math
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from infobound.numerics.arguments import argument_error, whole
from infobound.quantizers.base import Floats, Message, Quantizer, Rng
from infobound.quantizers.domains import refuse_where
from infobound.quantizers.formats.elements import FloatFormat, IntegerFormat
from infobound.quantizers.formats.packing import (
    Bytes,
    bytes_scales,
    pack_codes,
    scale_bytes,
    unpack_codes,
)

Reals = npt.NDArray[Any]  # float32 or float64
Codes = npt.NDArray[Any]  # unsigned integers
CHUNK = 2**16
"""Numbers that a block format works on at a time, and reads coins for."""


@dataclass(frozen=True, eq=False)
class Quantized:
    """Codes of a batch of vectors.

    Attributes
    ----------
    elements : ndarray of uint8, shape (..., n_blocks, block)
        Codes of the elements, padding included.
    scales : ndarray of unsigned integers, shape (..., n_blocks)
    tensor : ndarray of float32, shape (...), or None
        The scale of each vector as a whole, where the format has one.
    d : int
        Coordinates of a vector, padding not included.
    """

    elements: Bytes
    scales: Codes
    tensor: npt.NDArray[np.float32] | None
    d: int

    def __post_init__(self) -> None:
        if self.elements.shape[:-1] != self.scales.shape:
            raise argument_error("scales.shape", self.scales.shape, f"{self.elements.shape[:-1]}")
        if self.tensor is not None and self.tensor.shape != self.scales.shape[:-1]:
            raise argument_error("tensor.shape", self.tensor.shape, f"{self.scales.shape[:-1]}")
        count, block = self.elements.shape[-2:]
        if not (count - 1) * block < self.d <= count * block:
            raise argument_error("d", self.d, f"what fills {count} blocks of {block}")

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape (..., d) of the array that was quantized."""
        return (*self.scales.shape[:-1], self.d)


class Packed(NamedTuple):
    """The arrays that hardware reads.

    elements : ndarray of uint8, shape (..., n_blocks block width / 8), see `packing`.
    scales : ndarray of uint8, shape (..., n_blocks scale_bits / 8), the low byte first.
    tensor : ndarray of float32, shape (...), or None.
    """

    elements: Bytes
    scales: Bytes
    tensor: npt.NDArray[np.float32] | None


@runtime_checkable
class BlockFormat(Quantizer, Protocol):
    """A quantizer of elements that share a scale, with its codes in the open.

    Values are elements times `scale_values`; the bits of a message are those of the codes, padding
    included. `roundtrip` is dequantize(quantize(y)) bit for bit under the same rng: float32 where
    y is and every value is a float32 number, else float64.
    """

    @property
    def block(self) -> int:
        """Elements that share a scale."""

    @property
    def element(self) -> FloatFormat | IntegerFormat:
        """Format of the elements."""

    @property
    def scale_bits(self) -> int:
        """Bits of the scale of one block: 8, 16, 32 or 64."""

    @property
    def tensor_bits(self) -> int:
        """Bits of the scale of a vector as a whole: 0 or 32."""

    def quantize(
        self, y: npt.ArrayLike, *, rng: Rng = None, tensor_max: float | None = None
    ) -> Quantized:
        """Codes of y, shape (..., d).

        `tensor_max` stands for the largest |y_i| of a vector: pieces of one long vector, whole
        blocks each, then give the codes of the vector. Formats without a tensor scale ignore it.
        Under stochastic rounding the coins of the pieces are those of the vector if the pieces
        are multiples of `CHUNK` and one Generator serves them all; otherwise the law is the same.
        """

    def scale_values(self, quantized: Quantized) -> Floats:
        """What each element is multiplied by, all scales together: shape (..., n_blocks)."""

    def dequantize(self, quantized: Quantized) -> Reals:
        """Shape (..., d): float32 if every value of the format is a float32 number, else float64.

        Raises ArgumentError on a code that stands for no finite number.
        """

    def roundtrip(
        self, y: npt.ArrayLike, *, rng: Rng = None, tensor_max: float | None = None
    ) -> Reals:
        """dequantize(quantize(y)) without the codes; float32 or float64 as y."""

    def clipped(self, quantized: Quantized, y: npt.ArrayLike) -> int:
        """How many coordinates of y were larger than the largest element times its scale."""


def block_count(block: int, d: int) -> int:
    """Blocks of a vector of d coordinates."""
    return -(-whole("d", d) // block)


def block_bits(form: BlockFormat, d: int) -> int:
    """tensor_bits + ceil(d / block) (scale_bits + block width): padded elements count."""
    each = form.scale_bits + form.block * form.element.width
    return form.tensor_bits + block_count(form.block, d) * each


def count_clipped(form: BlockFormat, quantized: Quantized, y: npt.ArrayLike) -> int:
    """Coordinates with |y| > max * scale, computed in float64."""
    values, d, block = float_values("y", y), quantized.d, form.block
    if values.shape != quantized.shape:
        raise argument_error("y.shape", values.shape, f"{quantized.shape}, as it was quantized")
    most = form.scale_values(quantized) * float(form.element.max)
    most, rows = most.reshape(-1, most.shape[-1]), values.reshape(-1, d)
    several, step = max(1, CHUNK // d), max(1, CHUNK // block) * block
    count = 0
    for i in range(0, len(rows), several):  # in pieces: no second copy of a long vector
        for start in range(0, d, step):
            part = np.abs(rows[i : i + several, start : start + step])
            limits = most[i : i + several, start // block : (start + step) // block]
            limit = np.repeat(limits, block, axis=1)[:, : part.shape[1]]
            count += int(np.count_nonzero(part > limit))
    return count


def to_bytes(form: BlockFormat, quantized: Quantized) -> Packed:
    """The codes as hardware stores them."""
    count, block = quantized.elements.shape[-2:]
    codes = quantized.elements.reshape(*quantized.shape[:-1], count * block)
    return Packed(
        pack_codes(codes, form.element.width), scale_bytes(quantized.scales), quantized.tensor
    )


def from_bytes(form: BlockFormat, packed: Packed, d: int) -> Quantized:
    """The inverse of `to_bytes` for vectors of d coordinates."""
    scales = bytes_scales(packed.scales, form.scale_bits)
    codes = unpack_codes(packed.elements, form.element.width)
    elements = codes.reshape(*scales.shape, form.block)
    return Quantized(elements, scales, packed.tensor, whole("d", d))


def send(form: BlockFormat, quantized: Quantized) -> Message:
    """One message per vector: tensor scale (float32, big-endian), scale bytes, element bytes."""
    packed, lead = to_bytes(form, quantized), quantized.shape[:-1]
    fields = [packed.scales, packed.elements]
    if packed.tensor is not None:
        fields.insert(0, packed.tensor.astype(">f4")[..., None].view(np.uint8))
    payload = np.concatenate(fields, axis=-1)
    count = math.prod(lead)
    side = form.tensor_bits + quantized.scales.shape[-1] * form.scale_bits
    return Message(
        payload.tobytes(),
        8 * payload.size,
        (*lead, quantized.d),
        side_bits=count * side,
        made_by=repr(form),
    )


def receive(form: BlockFormat, message: Message) -> Quantized:
    """The codes in a message of `send`; whether they stand for numbers is for `dequantize`."""
    d = message.accept(form)
    lead, blocks = message.shape[:-1], block_count(form.block, d)
    first, scales = form.tensor_bits // 8, blocks * form.scale_bits // 8
    rows = np.frombuffer(message.payload, dtype=np.uint8).reshape(*lead, block_bits(form, d) // 8)
    tensor = None
    if first:
        tensor = np.ascontiguousarray(rows[..., :first]).view(">f4")[..., 0].astype(np.float32)
    packed = Packed(rows[..., first + scales :], rows[..., first : first + scales], tensor)
    return from_bytes(form, packed, d)


def float_values(name: str, y: npt.ArrayLike) -> Reals:
    """An array (..., d) of real numbers as float32 or float64; the values are not looked at.

    float16 and bfloat16 become float32, integers and other floats float64.
    """
    values = np.asarray(y)
    if values.dtype.name in ("float16", "bfloat16"):
        values = values.astype(np.float32)
    if values.dtype.kind not in "iuf":
        raise argument_error(name, values.dtype.name, "an array of real numbers")
    if values.ndim == 0 or values.shape[-1] == 0:
        raise argument_error(f"{name}.shape", values.shape, "(..., d) with d >= 1")
    return values if values.dtype in (np.float32, np.float64) else values.astype(np.float64)


def padded_size(values: Reals, block: int) -> int:
    """Numbers in vectors (..., d) together, each padded to whole blocks."""
    d: int = values.shape[-1]
    return values.size // d * block_count(block, d) * block


def padded_rows(values: Reals, block: int) -> Reals:
    """Vectors (..., d) as C-contiguous rows (n, blocks block), zeros at the end if d needs them."""
    d = values.shape[-1]
    size = block_count(block, d) * block
    rows = np.ascontiguousarray(values).reshape(-1, d)
    return rows if size == d else np.pad(rows, ((0, 0), (0, size - d)))


def block_maxima(values: Reals, block: int, scratch: Reals | None = None) -> Reals:
    """Largest |value| of each block of a 1-d array of whole blocks; nan where there is one.

    `scratch`, of the size of `values`, is given |values|.
    """
    return folded(np.maximum, np.abs(values, out=scratch), block)


def folded(op: np.ufunc, values: Reals, block: int) -> Reals:
    """`op` over each block, neighbours first: several times faster than to reduce short rows."""
    while block % 2 == 0:
        values, block = op(values[::2], values[1::2]), block // 2
    return values if block == 1 else op.reduce(values.reshape(-1, block), axis=1)


def refuse_outside(values: Reals, most: float) -> None:
    """Name the first coordinate of y that is not finite or larger than `most`."""
    refuse_where(~np.isfinite(values), "y", values, "finite")
    allowed = f"in [{-most!r}, {most!r}]"
    refuse_where(np.abs(values) > most, "y", values, allowed, "Change the unit of y.")
