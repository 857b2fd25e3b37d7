"""NVFP4 works through batches chunk by chunk: scales, scaled elements, rounded elements."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from infobound.numerics.arguments import argument_error, nonnegative
from infobound.quantizers.base import Rng
from infobound.quantizers.formats.base import (
    CHUNK,
    Quantized,
    Reals,
    block_maxima,
    float_values,
    folded,
    padded_rows,
    refuse_outside,
)
from infobound.quantizers.formats.elements import E2M1, E4M3
from infobound.quantizers.formats.grid import Kernel
from infobound.quantizers.formats.nvfp4_chains import Chain, TensorScale, decoding_scale
from infobound.quantizers.formats.rounding import (
    Rounding,
    code_chunk,
    decode_codes,
    encode_values,
    round_chunk,
)

Select = Literal["mse", "mae", "max-abs"]
_MANY = 8  # chunks whose scales are computed together
LARGEST_INPUT = 2.0**127
"""Largest magnitude accepted: decoded numbers, which may be larger than it, are then finite."""
Chunks = Iterator[tuple[slice, "Scales", Reals]]
"""Place, scales and rounded elements of one chunk after the other; the arrays are used again."""


def blocks_of(piece: slice, block: int) -> slice:
    """The blocks of a slice of numbers."""
    return slice(piece.start // block, piece.stop // block)


@dataclass(frozen=True)
class Scales:
    """Of each of many blocks: s, what elements are multiplied or divided by, D, and fl(s D)."""

    scales: Reals
    factors: Reals
    units: Reals
    products: Reals

    def __getitem__(self, some: slice) -> "Scales":
        each = (self.scales, self.factors, self.units, self.products)
        return Scales(*(part[some] for part in each))

    def take(self, other: "Scales", where: npt.NDArray[np.bool_]) -> None:
        """Those of the other for some blocks, in place."""
        np.copyto(self.scales, other.scales, where=where)
        np.copyto(self.products, other.products, where=where)


@dataclass(frozen=True)
class Recipe:
    """What is to be done to blocks, with the names of `NVFP4`; `room` above the largest scale."""

    chain: Chain
    reach: float
    room: bool
    block: int
    select: Select | None = None
    rounding: Rounding = "nearest"


@dataclass(frozen=True)
class Work:
    """A batch of vectors on its way: padded, its maxima known, its tensor scales chosen."""

    recipe: Recipe
    shape: tuple[int, ...]
    flat: Reals  # all vectors one after the other, padded to whole blocks
    peaks: Reals  # largest magnitude of each block
    scale: TensorScale  # of each vector, shape (n,)

    @classmethod
    def of(cls, recipe: Recipe, y: npt.ArrayLike, tensor_max: float | None) -> "Work":
        """Look at every number once; refuse what is not finite or too large."""
        values = float_values("y", y)
        rows = padded_rows(values, recipe.block)
        recipe = replace(recipe, chain=recipe.chain.for_type(values.dtype))
        peaks = _peaks(rows.reshape(-1), recipe.block)
        peak = peaks.reshape(len(rows), rows.shape[1] // recipe.block).max(axis=1)
        if not np.all(peak <= LARGEST_INPUT):
            refuse_outside(values, LARGEST_INPUT)
        if tensor_max is not None:
            most = nonnegative("tensor_max", tensor_max)
            if most > LARGEST_INPUT:
                raise argument_error("tensor_max", tensor_max, "at most 2^127")
            peak = np.full_like(peak, most)
        scale = recipe.chain.tensor_scale(peak, reach=recipe.reach, room=recipe.room)
        return cls(recipe, values.shape, rows.reshape(-1), peaks, scale)

    @property
    def count(self) -> int:
        """Blocks of a vector."""
        return -(-self.shape[-1] // self.recipe.block)

    def chunks(self, rng: Rng, *, rounded: bool = True) -> Chunks:
        """Scale and round; only scale where rounding to nearest is left to the encoder."""
        recipe, size = self.recipe, self.flat.size
        generator = np.random.default_rng(rng) if recipe.rounding == "stochastic" else None
        rounded = rounded or recipe.rounding != "nearest"
        buffers = np.empty((3, min(CHUNK, size)), dtype=self.flat.dtype)
        kernel = Kernel(E2M1, buffers.dtype, length=min(CHUNK, size))
        for begin in range(0, size, _MANY * CHUNK):  # scales are few: many chunks' at a time
            end = min(begin + _MANY * CHUNK, size)
            tries = self.tries(blocks_of(slice(begin, end), recipe.block))
            for start in range(begin, end, CHUNK):
                piece = slice(start, min(start + CHUNK, end))
                some = blocks_of(slice(start - begin, piece.stop - begin), recipe.block)
                x, (u, v, w) = self.flat[piece], buffers[:, : piece.stop - start]
                best = tries[0][some]
                self.scaled(x, best.factors, v)
                if recipe.select is None:
                    if rounded:
                        round_chunk(v, E2M1, recipe.rounding, generator, kernel=kernel)
                    yield piece, best, v
                    continue
                np.copyto(u, v)
                round_chunk(v, E2M1, recipe.rounding, kernel=kernel)
                error = _errors(x, u, v, best, recipe.select)
                other = tries[1][some]
                self.scaled(x, other.factors, w)
                np.copyto(u, w)
                round_chunk(w, E2M1, recipe.rounding, kernel=kernel)
                better = _errors(x, u, w, other, recipe.select) < error
                best.take(other, better)
                np.copyto(v, w, where=np.repeat(better, recipe.block))
                yield piece, best, v

    def tries(self, some: slice) -> list["Scales"]:
        """Scales of blocks, and the wider ones where blocks select."""
        recipe, chain, n = self.recipe, self.recipe.chain, self.count
        vector = np.arange(some.start, some.stop) // n if len(self.scale.decode) > 1 else 0
        parts = (self.scale.decode[vector], self.scale.encode[vector])
        scale = TensorScale(*(np.atleast_1d(part) for part in parts))
        peaks, room = self.peaks[some], recipe.room
        s = chain.block_scales(peaks, scale, reach=recipe.reach, room=room)
        tries = [s]
        if recipe.select is not None:
            tries.append(chain.wider(s, peaks, scale, reach=recipe.reach))
        return [
            Scales(
                each,
                chain.factors(each, scale),
                np.broadcast_to(scale.decode, each.shape),
                decoding_scale(each, scale.decode),
            )
            for each in map(chain.rounded, tries)
        ]

    def scaled(self, x: Reals, factors: Reals, out: Reals) -> None:
        """x / factors or x * factors, block by block; 0 stays 0."""
        wide = np.repeat(factors, self.recipe.block)  # faster than to broadcast short rows
        with np.errstate(all="ignore"):
            (np.divide if self.recipe.chain.divides else np.multiply)(x, wide, out=out)
        if not (factors.min() > 0 and factors.max() < np.inf):
            zero = np.isnan(out)  # 0 / 0 or 0 times infinity
            out[zero] = x[zero]


def _peaks(flat: Reals, block: int) -> Reals:
    peaks = np.empty(flat.size // block, dtype=flat.dtype)
    size = np.empty(min(CHUNK, flat.size), dtype=flat.dtype)
    for start in range(0, flat.size, CHUNK):
        part = flat[start : start + CHUNK]
        some = slice(start // block, (start + part.size) // block)
        peaks[some] = block_maxima(part, block, size[: part.size])
    return peaks


def _errors(x: Reals, u: Reals, v: Reals, by: Scales, select: Select) -> Any:
    """Error of each block where x was scaled to u and rounded to v; uses up u.

    Squares are taken in units of the tensor scale, where they neither over- nor underflow.
    """
    block = x.size // by.scales.size
    with np.errstate(all="ignore"):
        if select == "mse":
            np.subtract(v, u, out=u)
            np.multiply(u, u, out=u)
            return folded(np.add, u, block) * (by.scales * by.scales)
        np.multiply(v, np.repeat(by.products, block), out=u)
        np.subtract(u, x, out=u)
        np.abs(u, out=u)
        return folded(np.add if select == "mae" else np.maximum, u, block)


def quantized_chunks(work: Work, chunks: Chunks) -> Quantized:
    """The codes of all chunks."""
    block = work.recipe.block
    elements = np.empty(work.flat.size, dtype=np.uint8)
    scales = np.empty(work.peaks.size, dtype=work.flat.dtype)
    kernel = Kernel(E2M1, work.flat.dtype, length=min(CHUNK, work.flat.size))
    for piece, by, v in chunks:
        code_chunk(v, E2M1, elements[piece], kernel=kernel)
        scales[blocks_of(piece, block)] = by.scales
    shape = (*work.shape[:-1], work.count)
    tensor = work.scale.decode.astype(np.float32).reshape(shape[:-1])
    codes = encode_values(scales.reshape(shape), E4M3)
    return Quantized(elements.reshape(*shape, block), codes, tensor, work.shape[-1])


def roundtrip_chunks(work: Work, chunks: Chunks) -> Reals:
    """The values of all chunks, fl(fl(s D) e), shape (..., d)."""
    out = np.empty(work.flat.size, dtype=work.flat.dtype)
    for piece, by, v in chunks:
        np.multiply(v, np.repeat(by.products, work.recipe.block), out=out[piece])
    if out.dtype != np.float32:
        out[...] = out.astype(np.float32)
    size = work.count * work.recipe.block
    return out.reshape(*work.shape[:-1], size)[..., : work.shape[-1]]


def dequantized(quantized: Quantized) -> npt.NDArray[np.float32]:
    """The values of codes, fl(fl(s D) e), shape (..., d)."""
    factors, codes = decoding_scales(quantized), quantized.elements.reshape(-1)
    block, each = quantized.elements.shape[-1], factors.reshape(-1)
    out = np.empty(codes.size, dtype=np.float32)
    for start in range(0, codes.size, CHUNK):
        piece = slice(start, min(start + CHUNK, codes.size))
        decode_codes(codes[piece], E2M1, out=out[piece])
        out[piece] *= np.repeat(each[blocks_of(piece, block)], block)
    size = factors.shape[-1] * block
    return out.reshape(*factors.shape[:-1], size)[..., : quantized.d]


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
