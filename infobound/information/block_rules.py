"""What the theory needs to know of a block format, read off the format itself.

The formats here choose the scale of a block by its largest magnitude m alone, and a larger m never
gets a smaller scale. So the format is a staircase from m to the scale, found by bisection of the
code that the format gives, and a grid for the elements.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from infobound.bounds.gaussian_blocks import OCTAVES, WINDOW, ScaleCells, typical_maximum
from infobound.numerics.arguments import positive
from infobound.numerics.rounding_cells import Rounding
from infobound.quantizers.base import Floats, Quantizer
from infobound.quantizers.formats.cast import Cast
from infobound.quantizers.formats.elements import FloatFormat, Format
from infobound.quantizers.formats.integer_blocks import IntegerBlocks
from infobound.quantizers.formats.mx import MX
from infobound.quantizers.formats.mx_scales import scale_exponents
from infobound.quantizers.formats.nvfp4 import NVFP4
from infobound.quantizers.formats.rotated import Rotated

ScaleFunction = Callable[[Floats], tuple[Floats, Floats]]
STEPS = 60  # of the bisection: an octave to the last digit of a double
TINY, REACH = 1e-12, 8.5  # block maxima: probability to be lower, standard deviations to be higher


@dataclass(frozen=True, eq=False)
class BlockRule:
    """A block format in plain numbers.

    Attributes
    ----------
    block : int
    grid : ndarray (K,)
        Nonnegative values of the elements, from 0.
    cells : ScaleCells
        Only where a maximum of normals of the standard deviation asked for can be.
    rounding : {"nearest", "stochastic", "truncate"}
    signed_zero : bool
        Whether codes tell +0 from -0.
    """

    block: int
    grid: Floats
    cells: ScaleCells
    rounding: Rounding
    signed_zero: bool


def block_rule(
    quantizer: Quantizer, *, std: float = 1.0, tensor_max: float | None = None
) -> BlockRule | None:
    """Read a format for input of standard deviation `std`; None if its blocks follow no such rule.

    Parameters
    ----------
    quantizer : Quantizer
        MX, IntegerBlocks with a half-precision scale, NVFP4 without `select`; `Cast` (blocks of one
        element) without short coins; also `Rotated`, as long as vectors are not padded.
    std : float, > 0
    tensor_max : float, > 0
        Largest magnitude of the vector that the tensor scale is made for, where there is one; by
        default the median of the largest of 2^20 normals, 4.97 std.
    """
    positive("std", std)
    if isinstance(quantizer, Rotated):  # rotated, white Gaussian vectors are white and Gaussian
        return block_rule(quantizer.inner, std=std, tensor_max=tensor_max)
    if isinstance(quantizer, Cast):
        return _cast_rule(quantizer, std, tensor_max)
    if not isinstance(quantizer, MX | NVFP4 | IntegerBlocks):
        return None
    if isinstance(quantizer, IntegerBlocks):
        if quantizer.scale == "real":
            return None
        cells = _half_precision(quantizer, std)
        grid = _grid(quantizer.element)
        return BlockRule(quantizer.block, grid, cells, quantizer.rounding, False)
    if isinstance(quantizer, NVFP4) and quantizer.select is not None:
        return None
    if tensor_max is None:
        tensor_max = typical_maximum(2**20, std=std)
    most = positive("tensor_max", tensor_max)
    return BlockRule(
        quantizer.block,
        _grid(quantizer.element),
        _staircase(quantizer, std, most),
        quantizer.rounding,
        isinstance(quantizer.element, FloatFormat),
    )


def _grid(element: Format) -> Floats:
    values = np.abs(element.values[np.isfinite(element.values)])
    return np.unique(values[values <= element.max])


def _cast_rule(cast: Cast, std: float, tensor_max: float | None) -> BlockRule | None:
    """One scale for all, a float32 number that is rounded up, or 1."""
    if cast.coin_bits is not None:
        return None
    scale = np.float32(1)
    if cast.scaling is not None:
        most = typical_maximum(2**20, std=std) if tensor_max is None else tensor_max
        exact = positive("tensor_max", most) / cast.top
        scale = np.float32(exact)
        if float(scale) < exact:
            scale = np.nextafter(scale, np.float32(np.inf))
    cells = ScaleCells([0.0, np.inf], [float(scale)])
    signed = isinstance(cast.format, FloatFormat)
    return BlockRule(1, _grid(cast.format), cells, cast.rounding, signed)


def _half_precision(form: IntegerBlocks, std: float) -> ScaleCells:
    """Scales that are half-precision floats next to m / L, where a maximum is likely at all."""
    halves = np.arange(0x7C00, dtype=np.uint16).view(np.float16).astype(np.float64)
    steps = halves[:-1] if form.scale == "fp16-up" else (halves[1:] + halves[:-1]) / 2
    steps = steps * form.element.max
    least = typical_maximum(form.block, std=std, chance=TINY)
    first, last = np.searchsorted(steps, [least, REACH * std])
    edges = np.concatenate([[0.0], steps[first:last], [np.inf]])
    return ScaleCells(edges, halves[first : last + 1])


def _scale_function(form: MX | NVFP4, tensor_max: float) -> ScaleFunction:
    """Scale codes and values of blocks with the given maxima."""
    if isinstance(form, MX):

        def power(maxima: Floats) -> tuple[Floats, Floats]:
            exponents = scale_exponents(maxima, form.element, form.rule)
            return exponents.astype(np.float64), np.ldexp(1.0, exponents) / form.shrink

        return power

    def read(maxima: Floats) -> tuple[Floats, Floats]:
        y = np.zeros((maxima.size, form.block))
        y[:, 0] = maxima
        quantized = form.quantize(y, rng=0, tensor_max=tensor_max)
        return quantized.scales[:, 0].astype(np.float64), form.scale_values(quantized)[:, 0]

    return read


@lru_cache(maxsize=64)
def _staircase(form: MX | NVFP4, std: float, tensor_max: float) -> ScaleCells:
    """Edges and values of the scale as a function of the block maximum, by bisection."""
    scales = _scale_function(form, tensor_max)
    ends = np.log2(std * np.array([2.0**-OCTAVES, WINDOW]))
    first, last = scales(np.exp2(ends))[0]
    wanted = np.arange(first + 1, last + 1)
    low, high = np.full(wanted.size, ends[0]), np.full(wanted.size, ends[1])
    for _ in range(STEPS if wanted.size else 0):
        middle = (low + high) / 2
        reached = scales(np.exp2(middle))[0] >= wanted
        low, high = np.where(reached, low, middle), np.where(reached, middle, high)
    steps = np.unique(high)
    places = np.concatenate([ends[:1], steps, ends[1:]])
    values = scales(np.exp2((places[1:] + places[:-1]) / 2))[1]
    return ScaleCells(np.concatenate([[0.0], np.exp2(steps), [np.inf]]), values)
