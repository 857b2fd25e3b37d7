"""Quantizers with an exact bit count: one file per family."""

from infobound.quantizers.base import Floats, Ints, Message, Quantizer, Rng, rate
from infobound.quantizers.blocks import Blocks, Shifted
from infobound.quantizers.domains import AllReals, Box, Domain
from infobound.quantizers.registry import by_name
from infobound.quantizers.scalar import Cells, LloydMax, ScalarQuantizer, Sign, Uniform
from infobound.quantizers.simplex import Argmax, Simplex

__all__ = [
    "AllReals",
    "Argmax",
    "Blocks",
    "Box",
    "Cells",
    "Domain",
    "Floats",
    "Ints",
    "LloydMax",
    "Message",
    "Quantizer",
    "Rng",
    "ScalarQuantizer",
    "Shifted",
    "Sign",
    "Simplex",
    "Uniform",
    "by_name",
    "rate",
]
