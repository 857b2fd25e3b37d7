"""Quantizers with an exact bit count: one file per family."""

from infobound.quantizers.base import Floats, Ints, Message, Quantizer, Rng, rate
from infobound.quantizers.domains import AllReals, Box, Domain
from infobound.quantizers.scalar import Cells, LloydMax, ScalarQuantizer, Sign, Uniform

__all__ = [
    "AllReals",
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
    "Sign",
    "Uniform",
    "rate",
]
