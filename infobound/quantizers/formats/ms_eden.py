"""MS-EDEN: NVFP4 whose randomness is in the scales, not in the elements.

Groups of 128 coordinates are rotated by a Hadamard transform with random signs, and rounded to
nearest. As in EDEN each group is then multiplied by the ratio that undoes its shrinkage: with z the
rotated numbers and q those that are decoded, R = <z, z> / <z, q>. It is folded into the block
scales, s -> R s, which are rounded to E4M3 again, now at random and without bias. So <z, q> has
mean |z|^2 for every z, with 0.41 of the error of stochastically rounded elements.
"""

from dataclasses import dataclass, replace
from typing import ClassVar, Literal

import numpy as np
import numpy.typing as npt

from infobound.numerics.arguments import argument_error, whole
from infobound.quantizers.base import Floats, Rng
from infobound.quantizers.domains import Box, Domain
from infobound.quantizers.formats.base import (
    Quantized,
    Reals,
    block_bits,
    folded,
)
from infobound.quantizers.formats.coded import CodedBlocks
from infobound.quantizers.formats.elements import E2M1, E4M3, FloatFormat
from infobound.quantizers.formats.nvfp4_chains import CHAINS, decoding_scale
from infobound.quantizers.formats.nvfp4_chunks import (
    LARGEST_INPUT,
    Chunks,
    Recipe,
    Scales,
    Work,
    decoding_scales,
    dequantized,
    quantized_chunks,
    roundtrip_chunks,
)
from infobound.quantizers.formats.rotated import Rotated
from infobound.quantizers.formats.rounding import round_to

Ratio = Literal["decoded", "quartet2"]
GROUP = 128
REACH = 6 / (17 / 16 * 0.93)
"""Where the maximum of a block is to land: 6.07, so that the largest elements clip a little."""


@dataclass(frozen=True)
class EdenScales(CodedBlocks):
    """NVFP4 elements rounded to nearest under E4M3 scales that are rounded at random.

    The part of MS-EDEN after the rotation (Panferov et al. 2026, arXiv:2601.22813); `ms_eden` is
    the whole. The scales are those of the chain "quartet2" of `nvfp4_chains`, with room (255.99)
    and the maximum of a block at 6.07.

    The mean over the coins of <Q(y), y> is |y|^2 in every group of 128 (up to the rounding errors
    of float32), except in groups so small, below 2^-16 of the vector's largest magnitude, that no
    element is left of them, or that their scales do not suffice. But E Q(y) is not y, as elements
    are rounded to nearest.

    Parameters
    ----------
    ratio : {"decoded", "quartet2"}
        "decoded": R of the numbers that are decoded. "quartet2": as published, R of numbers divided
        by the scales of their blocks, <z/s, z/s> / <z/s, q/s>, with which the mean of <Q(y), y> is
        not |y|^2: it is smaller by 0.04 % on Gaussian vectors.
    """

    ratio: Ratio = "decoded"
    block: ClassVar[int] = 16
    element: ClassVar[FloatFormat] = E2M1
    scale_bits: ClassVar[int] = 8
    tensor_bits: ClassVar[int] = 32
    unbiased: ClassVar[bool] = False
    domain: ClassVar[Domain] = Box(LARGEST_INPUT)

    def __post_init__(self) -> None:
        if self.ratio not in ("decoded", "quartet2"):
            raise argument_error("ratio", self.ratio, "'decoded' or 'quartet2'")

    def bits(self, d: int) -> int:
        """32 + 4.5 d; d must be a multiple of 128."""
        if whole("d", d) % GROUP:
            raise argument_error("d", d, f"a multiple of {GROUP}", "Pad the vector with zeros.")
        return block_bits(self, d)

    def quantize(
        self, y: npt.ArrayLike, *, rng: Rng = None, tensor_max: float | None = None
    ) -> Quantized:
        """Codes of y, shape (..., d); `tensor_max` as in `BlockFormat`."""
        return quantized_chunks(*self._chunks(y, rng, tensor_max))

    def scale_values(self, quantized: Quantized) -> Floats:
        """fl(s D), shape (..., n_blocks)."""
        return decoding_scales(quantized).astype(np.float64)

    def dequantize(self, quantized: Quantized) -> npt.NDArray[np.float32]:
        """fl(fl(s D) e), shape (..., d); refuses what `encode` does not make."""
        return dequantized(quantized)

    def roundtrip(
        self, y: npt.ArrayLike, *, rng: Rng = None, tensor_max: float | None = None
    ) -> Reals:
        """dequantize(quantize(y)) without the codes; float32 or float64 as y."""
        return roundtrip_chunks(*self._chunks(y, rng, tensor_max))

    def _chunks(self, y: npt.ArrayLike, rng: Rng, tensor_max: float | None) -> tuple[Work, Chunks]:
        recipe = Recipe(CHAINS["quartet2"], REACH, room=True, block=self.block)
        work = Work.of(recipe, y, tensor_max)
        self.bits(work.shape[-1])
        return work, self._rescaled(work, np.random.default_rng(rng))

    def _rescaled(self, work: Work, rng: np.random.Generator) -> Chunks:
        for piece, by, v in work.chunks(None):
            ratios = np.repeat(self._ratios(work.flat[piece], v, by), GROUP // self.block)
            wish = (by.scales * ratios).astype(by.scales.dtype)
            scales = round_to(wish, E4M3, rounding="stochastic", rng=rng)
            yield piece, replace(by, scales=scales, products=decoding_scale(scales, by.units)), v

    def _ratios(self, x: Reals, v: Reals, by: Scales) -> Floats:
        """R of each group; 1 where nothing is left of it."""
        wide, p = x.astype(np.float64), by.products.astype(np.float64)
        square, inner = (folded(np.add, wide * part, self.block) for part in (wide, v))
        with np.errstate(divide="ignore", invalid="ignore"):
            parts = (square, inner * p) if self.ratio == "decoded" else (square / p**2, inner / p)
        top, bottom = (folded(np.add, part, GROUP // self.block) for part in parts)
        ratios: Floats = np.divide(top, bottom, out=np.ones(len(top)), where=bottom > 0)
        return ratios


def ms_eden(ratio: Ratio = "decoded", signs: int | None = None) -> Rotated:
    """MS-EDEN (Panferov et al. 2026, arXiv:2601.22813): `EdenScales` of rotated groups of 128.

    4.5 bits per coordinate, padded to groups, and 32 per vector. E Q(y) = y would need a uniformly
    random rotation; a Hadamard transform with random signs is not one (see `EDEN`), so it is not
    called unbiased, but on vectors without a few dominant coordinates it nearly is.

    Parameters
    ----------
    ratio : {"decoded", "quartet2"}
        As for `EdenScales`.
    signs : int, optional
        As for `Rotated`: public coins for every call by default.
    """
    return Rotated(EdenScales(ratio), GROUP, signs)
