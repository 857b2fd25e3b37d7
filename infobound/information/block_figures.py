"""Exact figures of a block format on Gaussian input, read off the quantizer."""

from infobound.bounds.gaussian_blocks import GaussianBlock, absmax_block, gaussian_block
from infobound.information.block_rules import block_rule
from infobound.quantizers.base import Quantizer
from infobound.quantizers.formats.integer_blocks import IntegerBlocks


def gaussian_figures(
    quantizer: Quantizer, *, std: float = 1.0, tensor_max: float | None = None
) -> GaussianBlock | None:
    """Error, clipping and entropies on N(0, std^2) input, whole blocks; None without a closed form.

    Parameters
    ----------
    quantizer : Quantizer
        MX, IntegerBlocks, NVFP4 without `select`, `Cast`, `Rotated` ones; None for any other.
    std : float, > 0
        MX errors repeat when it doubles, and move by several per cent in between.
    tensor_max : float, > 0
        For NVFP4 and casts with a scale: the magnitude that the tensor scale is made for, 4.97 std by default. Exact for a
        given tensor scale; one that is taken from a long vector itself moves the error as little
        as the largest of its numbers is uncertain.

    Examples
    --------
    >>> from infobound.quantizers.formats.mx import MX
    >>> round(gaussian_figures(MX("e2m1", rule="even")).nmse, 9)
    0.012508824
    """
    rule = block_rule(quantizer, std=std, tensor_max=tensor_max)
    if rule is None:
        if isinstance(quantizer, IntegerBlocks):  # a real-valued scale
            grid = range(quantizer.element.levels + 1)
            return absmax_block(list(grid), block=quantizer.block, rounding=quantizer.rounding)
        return None
    return gaussian_block(rule.grid, rule.cells, block=rule.block, std=std, rounding=rule.rounding)
