"""Quantizers with an exact bit count: one file per family."""

from infobound.quantizers.aguq import AGUQ, UniformGain
from infobound.quantizers.atuq import ATUQ
from infobound.quantizers.base import ErrorBound, Floats, Ints, Law, Message, Quantizer, Rng, rate
from infobound.quantizers.blocks import Blocks, Shifted
from infobound.quantizers.codebook import Biorthogonal, Codebook
from infobound.quantizers.composite import Composite
from infobound.quantizers.correlated import CorrelatedQuantization
from infobound.quantizers.cross_polytope import CrossPolytope
from infobound.quantizers.cuq import CUQ
from infobound.quantizers.dither import EntropyCodedDither, SubtractiveDither
from infobound.quantizers.domains import AllReals, Box, Domain, LpBall
from infobound.quantizers.eden import DRIVE, EDEN
from infobound.quantizers.formats.cast import Cast
from infobound.quantizers.formats.integer_blocks import IntegerBlocks
from infobound.quantizers.formats.ms_eden import ms_eden
from infobound.quantizers.formats.mx import MX
from infobound.quantizers.formats.nvfp4 import NVFP4
from infobound.quantizers.formats.rotated import Rotated
from infobound.quantizers.gain_shape import GainShape, a_ratq
from infobound.quantizers.natural import NaturalCompression
from infobound.quantizers.one_bit import StochasticSign
from infobound.quantizers.perm_k import PermK
from infobound.quantizers.qsgd import QSGD
from infobound.quantizers.ratq import RATQ
from infobound.quantizers.registry import by_name
from infobound.quantizers.scalar import Cells, LloydMax, ScalarQuantizer, Sign, Uniform
from infobound.quantizers.scaled_sign import ScaledSign
from infobound.quantizers.selected import Selected
from infobound.quantizers.simplex import Argmax, Simplex
from infobound.quantizers.simq import SimQ
from infobound.quantizers.simq_plus import SimQPlus
from infobound.quantizers.sparsify import RandK, TopK
from infobound.quantizers.stochastic_levels import StochasticLevels
from infobound.quantizers.ternary import TernGrad
from infobound.quantizers.trellis import TrellisCoded

__all__ = [
    "AGUQ",
    "ATUQ",
    "CUQ",
    "DRIVE",
    "EDEN",
    "MX",
    "NVFP4",
    "QSGD",
    "RATQ",
    "AllReals",
    "Argmax",
    "Biorthogonal",
    "Blocks",
    "Box",
    "Cast",
    "Cells",
    "Codebook",
    "Composite",
    "CorrelatedQuantization",
    "CrossPolytope",
    "Domain",
    "EntropyCodedDither",
    "ErrorBound",
    "Floats",
    "GainShape",
    "IntegerBlocks",
    "Ints",
    "Law",
    "LloydMax",
    "LpBall",
    "Message",
    "NaturalCompression",
    "PermK",
    "Quantizer",
    "RandK",
    "Rng",
    "Rotated",
    "ScalarQuantizer",
    "ScaledSign",
    "Selected",
    "Shifted",
    "Sign",
    "SimQ",
    "SimQPlus",
    "Simplex",
    "StochasticLevels",
    "StochasticSign",
    "SubtractiveDither",
    "TernGrad",
    "TopK",
    "TrellisCoded",
    "Uniform",
    "UniformGain",
    "a_ratq",
    "by_name",
    "ms_eden",
    "rate",
]
