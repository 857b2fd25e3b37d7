"""One table of quantizers with the dimensions they are tried at; the conformance kit feeds on it."""

import math
from dataclasses import dataclass
from typing import Any

from infobound.quantizers import (
    Argmax,
    Blocks,
    Cells,
    LloydMax,
    Quantizer,
    Shifted,
    Sign,
    Simplex,
    Uniform,
)
from infobound.quantizers.aguq import AGUQ, UniformGain
from infobound.quantizers.atuq import ATUQ
from infobound.quantizers.composite import Composite
from infobound.quantizers.correlated import CorrelatedQuantization
from infobound.quantizers.cross_polytope import CrossPolytope
from infobound.quantizers.cuq import CUQ
from infobound.quantizers.dither import EntropyCodedDither, SubtractiveDither
from infobound.quantizers.eden import DRIVE, EDEN
from infobound.quantizers.gain_shape import GainShape
from infobound.quantizers.natural import NaturalCompression
from infobound.quantizers.one_bit import StochasticSign
from infobound.quantizers.perm_k import PermK
from infobound.quantizers.qsgd import QSGD
from infobound.quantizers.ratq import RATQ
from infobound.quantizers.scaled_sign import ScaledSign
from infobound.quantizers.simq import SimQ
from infobound.quantizers.simq_plus import SimQPlus
from infobound.quantizers.sparsify import RandK, TopK
from infobound.quantizers.stochastic_levels import StochasticLevels
from infobound.quantizers.ternary import TernGrad


@dataclass(frozen=True)
class Case:
    """A quantizer, where to try it, and vectors where the kit cannot find any by itself."""

    quantizer: Quantizer
    dimensions: tuple[int, ...] = (1, 5)
    inputs: Any = None


def lengths(d, rng):
    """Nonnegative numbers of many sizes, most of them of the order of 1."""
    return abs(rng.standard_normal((40, d))) * 10.0 ** rng.integers(-2, 2, (40, 1))


CASES = {
    "sign": Case(Sign()),
    "uniform": Case(Uniform(3)),
    "Lloyd-Max": Case(LloydMax(2, scale=2.0)),
    "cells": Case(Cells((-1.0, 0.5), (-2.0, 0.0, 1.0))),
    "argmax": Case(Argmax(), (2, 5)),
    "simplex": Case(Simplex(3), (7,)),
    "blocks of simplex": Case(Blocks(Simplex(2), 3), (3, 6)),
    "blocks of CUQ": Case(Blocks(CUQ(levels=5), 2), (2, 6)),
    "shifted": Case(Shifted(LloydMax(2), [0.5, -0.25, 1.0]), (3,)),
    "shifted CUQ": Case(Shifted(CUQ(levels=4), [5.0, -3.0]), (2,)),
    "SimQ": Case(SimQ(radius=2.0)),
    "SimQ+": Case(SimQPlus()),
    "SimQ+ type and signs": Case(SimQPlus(code="type-sign", draws=3)),
    "SimQ+ systematic": Case(SimQPlus(sampling="systematic")),
    "CUQ": Case(CUQ(radius=3.0, levels=4)),
    "CUQ joint": Case(CUQ(levels=3, packing="joint")),
    "CUQ overflow": Case(CUQ(levels=4, overflow=True)),
    "ATUQ": Case(ATUQ(ranges=(0.5, 1.0, 4.0))),
    "RATQ": Case(RATQ()),
    "RATQ sampled": Case(RATQ(sampled=2), (3,)),
    "composite": Case(Composite(1.5), (4, 9)),
    "stochastic sign": Case(StochasticSign()),
    "AGUQ": Case(AGUQ(), (1,), lengths),
    "uniform gain": Case(UniformGain(), (1,), lengths),
    "gain-shape": Case(GainShape(AGUQ(), RATQ())),
    "QSGD": Case(QSGD()),
    "QSGD max norm, groups": Case(QSGD(levels=4, norm=math.inf, group=3)),
    "TernGrad": Case(TernGrad()),
    "TernGrad clipped": Case(TernGrad(clip=2.5)),
    "stochastic levels": Case(StochasticLevels(4)),
    "cross-polytope": Case(CrossPolytope(2)),
    "natural": Case(NaturalCompression()),
    "RandK": Case(RandK(2), (2, 5)),
    "RandK private": Case(RandK(2, "private"), (2, 5)),
    "TopK": Case(TopK(2), (2, 5)),
    "PermK": Case(PermK(3), (2, 5)),
    "scaled sign": Case(ScaledSign()),
    "EDEN": Case(EDEN(2)),
    "EDEN biased": Case(EDEN(2, scale="biased")),
    "EDEN Haar": Case(EDEN(2, rotation="haar"), (1, 3)),
    "DRIVE": Case(DRIVE()),
    "subtractive dither": Case(SubtractiveDither(0.5, 2.0)),
    "entropy-coded dither": Case(EntropyCodedDither(0.5)),
    "correlated": Case(CorrelatedQuantization(-1.0, 2.0, levels=3, workers=3), (1, 4)),
}
