"""What B bits per stochastic gradient can buy, and how far what people use is from that limit.

Names are loaded on first use, so ``import infobound`` stays light.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_HOME = {
    "Argmax": "infobound.quantizers",
    "BallPrior": "infobound.bounds.priors",
    "BitOracle": "infobound.bounds.bit_oracle",
    "Blocks": "infobound.quantizers",
    "Bound": "infobound.bounds.bound",
    "Cells": "infobound.quantizers",
    "CubePrior": "infobound.bounds.priors",
    "Estimate": "infobound.montecarlo.estimate",
    "FisherEstimate": "infobound.information.estimate",
    "GaussianLocation": "infobound.models",
    "GaussianPrior": "infobound.bounds.priors",
    "LloydMax": "infobound.quantizers",
    "Message": "infobound.quantizers",
    "NoPrior": "infobound.bounds.priors",
    "QuadraticFamily": "infobound.models",
    "Quantizer": "infobound.quantizers",
    "Shifted": "infobound.quantizers",
    "Sign": "infobound.quantizers",
    "Simplex": "infobound.quantizers",
    "Transcript": "infobound.protocols",
    "Uniform": "infobound.quantizers",
    "by_name": "infobound.quantizers",
    "describe_gradients": "infobound.models",
    "entropy": "infobound.information.mutual",
    "fisher_information": "infobound.information.fisher",
    "fisher_trace": "infobound.bounds.bit_oracle",
    "limits": "infobound.bounds.bit_oracle",
    "mean_estimation_transcript": "infobound.protocols",
    "mutual_information": "infobound.information.mutual",
    "oracle_transcript": "infobound.protocols",
    "prior_information": "infobound.information.priors",
    "rate": "infobound.quantizers",
    "transcript_fisher_information": "infobound.protocols",
}
_PARTS = (
    "bounds",
    "checking",
    "information",
    "models",
    "montecarlo",
    "numerics",
    "protocols",
    "quantizers",
    "reporting",
)


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    if name in _PARTS:
        return import_module(f"infobound.{name}")
    raise AttributeError(f"module 'infobound' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME, *_PARTS])
