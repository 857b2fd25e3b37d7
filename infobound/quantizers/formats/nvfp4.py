"""NVFP4: E2M1 elements, an E4M3 scale for 16 of them and one float32 scale for a vector."""

from dataclasses import dataclass, replace
from typing import ClassVar, Literal, get_args

import numpy as np
import numpy.typing as npt

from infobound.numerics.arguments import argument_error, real, whole
from infobound.quantizers.base import Floats, Rng
from infobound.quantizers.domains import Box, Domain
from infobound.quantizers.formats.base import (
    Quantized,
    Reals,
    block_bits,
    padded_rows,
)
from infobound.quantizers.formats.coded import RoundedBlocks
from infobound.quantizers.formats.elements import E2M1, E4M3, FloatFormat
from infobound.quantizers.formats.nvfp4_chains import CHAINS, Name
from infobound.quantizers.formats.nvfp4_chunks import (
    LARGEST_INPUT,
    Chunks,
    Recipe,
    Select,
    Work,
    decoding_scales,
    dequantized,
    quantized_chunks,
    roundtrip_chunks,
)
from infobound.quantizers.formats.rounding import ROUNDINGS, Rounding


@dataclass(frozen=True)
class NVFP4(RoundedBlocks):
    """4.5 bits per coordinate and 32 per vector: value = element * block scale * tensor scale.

    The block scale is an E4M3 number and brings the largest magnitude of its block near `largest`;
    the tensor scale brings the block scales into the range of E4M3. Both depend on the largest
    magnitude only, but each public program rounds them in its own way: `chain` says whose
    arithmetic is done, see `nvfp4_chains`. On Gaussian vectors they agree but for about one scale
    in a million (quartet2, with its 447.99, in four thousand); where 448 m / a is a tie between
    two E4M3 numbers, and on blocks 2^-15 times smaller than the largest, they do not.

    float32 input is computed in float32 as the chain says. For float64 input, decisions are exact:
    nothing is rounded twice. Values are float32 numbers in either case.

    Stochastic rounding is unbiased between two neighbours, but elements beyond 6 are clipped, and
    a scale that is rounded down to E4M3 brings them there: 3.5 % of the elements of Gaussian
    blocks. `shrink=16/17` leaves room for it ("stochastic_unbiased" in fouroversix). Normal E4M3
    numbers are rounded down by a factor 16/17 at most, so then nothing is clipped; but subnormal
    ones, below 2^-6, by up to 1/2, and blocks whose maximum is 2^-15 of the vector's may be clipped
    and biased: a scale 1.4 * 2^-9 becomes 2^-9, and the block's maximum 6 * 16/17 * 1.4 = 7.9. Only
    torchao's chain, whose scales are never below 2^-6, clips nothing of any vector: `clips` is
    False, and E Q(y) = y up to the rounding errors of float32 (2^-24 of y, as values s D e are
    float32 numbers, if the largest magnitude is above 2^-100). As this is not exact, and the others
    are biased, `unbiased` is False.

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
        Elements of a block, a power of two from 2 to 1024; NVFP4 has 16. For scales of 16 x 16 tiles
        of a matrix it is 256, see `tiles`.
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
    unbiased: ClassVar[bool] = False

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
        return quantized_chunks(*self._chunks(y, rng, tensor_max, rounded=False))

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
        return dequantized(quantized)

    def roundtrip(
        self, y: npt.ArrayLike, *, rng: Rng = None, tensor_max: float | None = None
    ) -> Reals:
        """dequantize(quantize(y)) without the codes; float32 or float64 as y."""
        return roundtrip_chunks(*self._chunks(y, rng, tensor_max))

    def _outcomes(self, values: Floats) -> tuple[Floats, Floats, Floats]:
        """The values y may be rounded to, towards zero and away, and the chance of the latter."""
        codes = replace(self, rounding="truncate").quantize(values)
        unit, lower = self.scale_values(codes)[..., None], codes.elements & 7
        y = padded_rows(values, self.block).reshape(codes.elements.shape)
        grid = np.append(E2M1.values[:8], np.inf)  # beyond 6 nothing is reached
        place = np.divide(np.abs(y), unit, out=np.zeros(y.shape), where=unit > 0)
        share = np.maximum(place - grid[lower], 0) / (grid[lower + 1] - grid[lower])
        upper = replace(codes, elements=np.where(lower < 7, codes.elements + 1, codes.elements))
        low, high = (self.dequantize(each).astype(np.float64) for each in (codes, upper))
        share = share.reshape(*values.shape[:-1], -1)[..., : values.shape[-1]]
        return low, high, np.where(low == high, 0.0, share)

    def _chunks(
        self, y: npt.ArrayLike, rng: Rng, tensor_max: float | None, *, rounded: bool = True
    ) -> tuple[Work, Chunks]:
        room = self.select is not None
        recipe = Recipe(
            CHAINS[self.chain], self.reach, room, self.block, self.select, self.rounding
        )
        work = Work.of(recipe, y, tensor_max)
        return work, work.chunks(rng, rounded=rounded)
