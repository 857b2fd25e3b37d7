"""NVFP4: E2M1 elements, an E4M3 scale for 16 of them and one float32 scale for a vector."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, get_args

import numpy as np
import numpy.typing as npt

from infobound.numerics.arguments import argument_error, nonnegative, real, whole
from infobound.quantizers.base import Floats, Message, Rng
from infobound.quantizers.domains import Box, Domain
from infobound.quantizers.formats.base import (
    CHUNK,
    Quantized,
    Reals,
    block_bits,
    count_clipped,
    float_values,
    padded_rows,
    receive,
    refuse_outside,
    send,
)
from infobound.quantizers.formats.elements import E2M1, E4M3, FloatFormat
from infobound.quantizers.formats.nvfp4_chains import (
    CHAINS,
    Chain,
    Name,
    TensorScale,
    decoding_scale,
)
from infobound.quantizers.formats.rounding import (
    ROUNDINGS,
    Rounding,
    decode_codes,
    encode_values,
    round_chunk,
)

Select = Literal["mse", "mae", "max-abs"]
_MANY = 16  # chunks whose scales are computed together
LARGEST_INPUT = 2.0**127
"""Largest magnitude accepted: decoded numbers, which may be larger than it, are then finite."""


@dataclass(frozen=True)
class NVFP4:
    """4.5 bits per coordinate and 32 per vector: value = element * block scale * tensor scale.

    The block scale is an E4M3 number and brings the largest magnitude of its block near `largest`;
    the tensor scale brings the block scales into the range of E4M3. Both depend on the largest
    magnitude only, but each public program rounds them in its own way: `chain` says whose
    arithmetic is done, see `nvfp4_chains`. On Gaussian vectors they agree but for about one scale
    in a million (quartet2, with its 447.99, one in a thousand); where 448 m / a is a tie between
    two E4M3 numbers, and on blocks 2^-15 times smaller than the largest, they do not.

    float32 input is computed in float32 as the chain says. For float64 input, decisions are exact:
    nothing is rounded twice. Values are float32 numbers in either case.

    Stochastic rounding is unbiased between two neighbours, but elements beyond 6 are clipped, and
    a scale that is rounded down to E4M3 brings them there: 3.5 % of the elements of Gaussian
    blocks. `shrink=16/17` leaves room for it ("stochastic_unbiased" in fouroversix). Normal E4M3
    numbers are rounded down by a factor 16/17 at most, so then nothing is clipped; but subnormal
    ones, below 2^-6, by up to 1/2, and blocks whose maximum is 2^-15 of the vector's may be clipped
    and biased: a scale 1.4 * 2^-9 becomes 2^-9, and the block's maximum 6 * 16/17 * 1.4 = 7.9. Only
    torchao's chain, whose scales are never below 2^-6, is unbiased for every vector. It is up to
    the rounding errors of float32, for vectors whose largest magnitude is above 2^-114.

    Parameters
    ----------
    chain : {"transformer-engine", "torchao", "modelopt", "fouroversix", "quartet2"}
    select : {"mse", "mae", "max-abs"}, optional
        Four-over-Six (Cook et al. 2025, arXiv:2512.02010): each block takes the scale that brings
        its maximum to 6, or 3/2 of it, which brings it to 4, whichever has the smaller sum of
        squares, sum or maximum of the block's errors; 6 if they are equal. The tensor scale then
        leaves room (6 * 256 for 6 * 448). Not with stochastic rounding: the choice would depend on
        the coins, and be biased.
    largest : {6, 4}
        Where the maximum of a block is to land. With 4 the gap from 4 to 6 is not used.
    rounding : {"nearest", "stochastic", "truncate"}
    shrink : float, in (0, 1]
        The maximum is to land at largest * shrink.
    block : int
        Elements of a block, a power of two from 2 to 1024; NVFP4 has 16.
    """

    chain: Name = "transformer-engine"
    select: Select | None = None
    largest: Literal[6, 4] = 6
    rounding: Rounding = "nearest"
    shrink: float = 1.0
    block: int = 16
    element: ClassVar[FloatFormat] = E2M1
    scale_bits: ClassVar[int] = 8
    tensor_bits: ClassVar[int] = 32

    def __post_init__(self) -> None:
        choices = {
            "chain": tuple(CHAINS),
            "select": (None, *get_args(Select)),
            "largest": (6, 4),
            "rounding": ROUNDINGS,
            "block": tuple(2**k for k in range(1, 11)),
        }
        for name, allowed in choices.items():
            if getattr(self, name) not in allowed:
                values = ", ".join(map(repr, allowed))
                raise argument_error(name, getattr(self, name), f"one of {values}")
        if not 0 < real("shrink", self.shrink) <= 1:
            raise argument_error("shrink", self.shrink, "in (0, 1]")
        object.__setattr__(self, "block", whole("block", self.block))
        if self.select and self.rounding == "stochastic":
            remedy = "The choice between two random blocks by their errors would be biased."
            raise argument_error("select", self.select, "None for stochastic rounding", remedy)
        if self.select and self.largest != 6:
            raise argument_error("largest", self.largest, "6 where blocks select 6 or 4")

    @property
    def reach(self) -> float:
        """Where the maximum of a block is to land: largest * shrink."""
        return self.largest * self.shrink

    @property
    def clips(self) -> bool:
        """Whether there is a vector of which elements exceed 6 (rounding errors of float32 apart).

        A normal E4M3 number comes from one at most 17/16 times as large, so a maximum lands at
        17/16 reach at most; but a scale below 2^-6 may be rounded down much further.
        """
        normal = CHAINS[self.chain].least >= E4M3.min_normal
        return not normal or 17 * self.reach > 96 * (1 + 2**-20)

    @property
    def unbiased(self) -> bool:
        """True for stochastic rounding that never clips."""
        return self.rounding == "stochastic" and not self.clips

    @property
    def domain(self) -> Domain:
        """Vectors of magnitudes up to 2^127."""
        return Box(LARGEST_INPUT)

    def bits(self, d: int) -> int:
        """32 + ceil(d / block) (8 + 4 block)."""
        return block_bits(self, d)

    def quantize(
        self, y: npt.ArrayLike, *, rng: Rng = None, tensor_max: float | None = None
    ) -> Quantized:
        """Codes of y, shape (..., d); `tensor_max` as in `BlockFormat`.

        Blocks with a magnitude beyond `tensor_max` have the largest scale and may be clipped.
        """
        work = _Work.of(self, y, tensor_max)
        elements = np.empty(work.flat.size, dtype=np.uint8)
        scales = np.empty(work.peaks.size, dtype=np.uint8)
        for piece, by, v in work.chunks(rng):
            elements[piece] = encode_values(v, E2M1)
            scales[_blocks(piece, self.block)] = encode_values(by.scales, E4M3)
        lead, count = work.shape[:-1], work.count
        return Quantized(
            elements.reshape(*lead, count, self.block),
            scales.reshape(*lead, count),
            work.scale.decode.astype(np.float32).reshape(lead),
            work.shape[-1],
        )

    def scale_values(self, quantized: Quantized) -> Floats:
        """fl(s D), shape (..., n_blocks)."""
        return decoding_scales(quantized).astype(np.float64)

    def dequantize(self, quantized: Quantized) -> npt.NDArray[np.float32]:
        """fl(fl(s D) e), shape (..., d), in float32 as hardware does.

        Raises
        ------
        ArgumentError
            A scale that is negative or not a number, or a value beyond the range of float32.
        """
        factors, codes = decoding_scales(quantized), quantized.elements.reshape(-1)
        out = np.empty(codes.size, dtype=np.float32)
        wide = np.empty(min(CHUNK, codes.size), dtype=np.float32)
        each = factors.reshape(-1)
        for start in range(0, codes.size, CHUNK):
            part = out[start : start + CHUNK]
            decode_codes(codes[start : start + CHUNK], E2M1, out=part)
            spread = wide[: part.size]
            _spread(each[start // self.block : (start + part.size) // self.block], spread)
            part *= spread
        size = factors.shape[-1] * self.block
        return out.reshape(*factors.shape[:-1], size)[..., : quantized.d]

    def roundtrip(
        self, y: npt.ArrayLike, *, rng: Rng = None, tensor_max: float | None = None
    ) -> Reals:
        """dequantize(quantize(y)) without the codes; float32 or float64 as y."""
        work = _Work.of(self, y, tensor_max)
        out = np.empty(work.flat.size, dtype=work.flat.dtype)
        for piece, by, v in work.chunks(rng):
            target = out[piece]
            _spread(by.products, target)
            np.multiply(v, target, out=target)
        if out.dtype != np.float32:
            out[...] = out.astype(np.float32)
        d = work.shape[-1]
        return out.reshape(*work.shape[:-1], work.count * self.block)[..., :d]

    def clipped(self, quantized: Quantized, y: npt.ArrayLike) -> int:
        """How many coordinates of y were larger than 6 times their scale."""
        return count_clipped(self, quantized, y)

    def encode(self, y: npt.ArrayLike, *, rng: Rng = None) -> Message:
        """Tensor scale, block scales, elements; one message per vector."""
        return send(self, self.quantize(y, rng=rng))

    def decode(self, message: Message) -> Floats:
        """Shape (..., d)."""
        return self.dequantize(receive(self, message)).astype(np.float64)


def _blocks(piece: slice, block: int) -> slice:
    return slice(piece.start // block, piece.stop // block)


def decoding_scales(quantized: Quantized) -> npt.NDArray[np.float32]:
    """fl(s D) of each block; refuses what `encode` does not make."""
    assert quantized.tensor is not None
    s = decode_codes(quantized.scales, E4M3)
    with np.errstate(over="ignore", invalid="ignore"):
        factors: npt.NDArray[np.float32] = s * quantized.tensor[..., None]
        good = np.isfinite(factors * np.float32(E2M1.max)) & (quantized.scales < 0x80)
    if not good.all() or np.signbit(quantized.tensor).any():
        allowed = "numbers >= 0 that leave values in the range of float32"
        raise argument_error("scales", "a code that encode does not make", allowed)
    return factors


@dataclass(frozen=True)
class _Scales:
    """s, what elements are multiplied or divided by, and fl(s D), of each of many blocks."""

    scales: Reals
    factors: Reals
    products: Reals

    def __getitem__(self, some: slice) -> "_Scales":
        return _Scales(self.scales[some], self.factors[some], self.products[some])

    def take(self, other: "_Scales", where: npt.NDArray[np.bool_]) -> None:
        """Those of the other for some blocks, in place."""
        np.copyto(self.scales, other.scales, where=where)
        np.copyto(self.products, other.products, where=where)


@dataclass(frozen=True)
class _Work:
    """A batch of vectors on its way: padded, its maxima known, its tensor scales chosen."""

    form: NVFP4
    shape: tuple[int, ...]
    flat: Reals  # all vectors one after the other, padded to whole blocks
    peaks: Reals  # largest magnitude of each block
    scale: TensorScale  # of each vector, shape (n,)
    chain: Chain

    @classmethod
    def of(cls, form: NVFP4, y: npt.ArrayLike, tensor_max: float | None) -> "_Work":
        values = float_values("y", y)
        rows = padded_rows(values, form.block)
        chain = CHAINS[form.chain].for_type(values.dtype)
        peaks = _peaks(rows.reshape(-1), form.block)
        each = peaks.reshape(len(rows), rows.shape[1] // form.block)
        peak = each.max(axis=1)
        if not np.all(peak <= LARGEST_INPUT):
            refuse_outside(values, LARGEST_INPUT)
        if tensor_max is not None:
            most = nonnegative("tensor_max", tensor_max)
            if most > LARGEST_INPUT:
                raise argument_error("tensor_max", tensor_max, "at most 2^127")
            peak = np.full_like(peak, most)
        scale = chain.tensor_scale(peak, reach=form.reach, room=form.select is not None)
        return cls(form, values.shape, rows.reshape(-1), peaks, scale, chain)

    @property
    def count(self) -> int:
        """Blocks of a vector."""
        return -(-self.shape[-1] // self.form.block)

    def chunks(self, rng: Rng) -> Iterator[tuple[slice, "_Scales", Reals]]:
        """Place, scales and rounded elements of one chunk after the other.

        The arrays are used again for the next chunk.
        """
        form, size = self.form, self.flat.size
        generator = np.random.default_rng(rng) if form.rounding == "stochastic" else None
        buffers = np.empty((4, min(CHUNK, size)), dtype=self.flat.dtype)
        for begin in range(0, size, _MANY * CHUNK):  # scales are few: many chunks' at a time
            end = min(begin + _MANY * CHUNK, size)
            tries = self.tries(_blocks(slice(begin, end), form.block))
            for start in range(begin, end, CHUNK):
                piece = slice(start, min(start + CHUNK, end))
                some = _blocks(slice(start - begin, piece.stop - begin), form.block)
                x, (u, v, w, wide) = self.flat[piece], buffers[:, : piece.stop - start]
                best = tries[0][some]
                self.scaled(x, best.factors, v, wide)
                if form.select is None:
                    round_chunk(v, E2M1, form.rounding, generator)
                    yield piece, best, v
                    continue
                np.copyto(u, v)
                round_chunk(v, E2M1, form.rounding)
                error = _errors(x, u, v, best, form.select, wide)
                other = tries[1][some]
                self.scaled(x, other.factors, w, wide)
                np.copyto(u, w)
                round_chunk(w, E2M1, form.rounding)
                better = _errors(x, u, w, other, form.select, wide) < error
                best.take(other, better)
                np.copyto(v, w, where=np.repeat(better, form.block))
                yield piece, best, v

    def tries(self, some: slice) -> list["_Scales"]:
        """Scales of blocks, and the wider ones where blocks select."""
        form, chain, n = self.form, self.chain, self.count
        vector = np.arange(some.start, some.stop) // n if len(self.scale.decode) > 1 else 0
        parts = (self.scale.decode[vector], self.scale.encode[vector])
        scale = TensorScale(*(np.atleast_1d(part) for part in parts))
        peaks, room = self.peaks[some], form.select is not None
        s = chain.block_scales(peaks, scale, reach=form.reach, room=room)
        tries = [s] if not room else [s, chain.wider(s, peaks, scale, reach=form.reach)]
        return [
            _Scales(each, chain.factors(each, scale), decoding_scale(each, scale.decode))
            for each in map(chain.rounded, tries)
        ]

    def scaled(self, x: Reals, factors: Reals, out: Reals, wide: Reals) -> None:
        """x / factors or x * factors, block by block; 0 stays 0."""
        _spread(factors, wide)
        with np.errstate(all="ignore"):
            (np.divide if self.chain.divides else np.multiply)(x, wide, out=out)
        if not (factors.min() > 0 and factors.max() < np.inf):
            zero = np.isnan(out)  # 0 / 0 or 0 times infinity
            out[zero] = x[zero]


def _spread(each: npt.NDArray[Any], out: Reals) -> None:
    """Repeat a number of each block for its elements: faster than broadcasting short rows."""
    out.reshape(each.size, -1)[...] = each[:, None]


def _folded(op: np.ufunc, values: Reals, block: int) -> Any:
    """`op` over each block of 2^k, neighbours first: faster by far than a reduction of short rows."""
    while block > 1:
        values, block = op(values[::2], values[1::2]), block // 2
    return values


def _peaks(flat: Reals, block: int) -> Reals:
    peaks = np.empty(flat.size // block, dtype=flat.dtype)
    size = np.empty(min(CHUNK, flat.size), dtype=flat.dtype)
    for start in range(0, flat.size, CHUNK):
        part = flat[start : start + CHUNK]
        np.abs(part, out=size[: part.size])
        some = slice(start // block, (start + part.size) // block)
        peaks[some] = _folded(np.maximum, size[: part.size], block)
    return peaks


def _errors(x: Reals, u: Reals, v: Reals, by: _Scales, select: Select, wide: Reals) -> Any:
    """Error of each block where x was scaled to u and rounded to v; uses up u.

    Squares are taken in units of the tensor scale, where they neither over- nor underflow.
    """
    block = x.size // by.scales.size
    with np.errstate(all="ignore"):
        if select == "mse":
            np.subtract(v, u, out=u)
            np.multiply(u, u, out=u)
            return _folded(np.add, u, block) * (by.scales * by.scales)
        _spread(by.products, wide)
        np.multiply(v, wide, out=u)
        np.subtract(u, x, out=u)
        np.abs(u, out=u)
        return _folded(np.add if select == "mae" else np.maximum, u, block)
