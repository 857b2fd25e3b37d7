"""What B bits per stochastic gradient can buy, and how far what people use is from that limit.

Names are loaded on first use, so ``import infobound`` stays light.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_HOME = {
    "AGUQ": "infobound.quantizers",
    "ATUQ": "infobound.quantizers",
    "AllReals": "infobound.quantizers",
    "Argmax": "infobound.quantizers",
    "Ball": "infobound.models",
    "BallPrior": "infobound.bounds.priors",
    "BernoulliProduct": "infobound.models",
    "BernoulliProductOracle": "infobound.models",
    "BitOracle": "infobound.bounds.bit_oracle",
    "Blocks": "infobound.quantizers",
    "Bound": "infobound.bounds.bound",
    "BoundedOracle": "infobound.bounds.gradient_compression",
    "Box": "infobound.quantizers",
    "CUQ": "infobound.quantizers",
    "Cells": "infobound.quantizers",
    "Composite": "infobound.quantizers",
    "CorrelatedQuantization": "infobound.quantizers",
    "CrossPolytope": "infobound.quantizers",
    "CubePrior": "infobound.bounds.priors",
    "DRIVE": "infobound.quantizers",
    "EDEN": "infobound.quantizers",
    "EntropyCodedDither": "infobound.quantizers",
    "ErrorBound": "infobound.quantizers",
    "Estimate": "infobound.montecarlo.estimate",
    "FisherEstimate": "infobound.information.estimate",
    "GainShape": "infobound.quantizers",
    "GaussianLocation": "infobound.models",
    "GaussianPrior": "infobound.bounds.priors",
    "Law": "infobound.quantizers",
    "LeastAbsoluteDeviations": "infobound.models",
    "LloydMax": "infobound.quantizers",
    "LpBall": "infobound.quantizers",
    "Message": "infobound.quantizers",
    "NaturalCompression": "infobound.quantizers",
    "NoPrior": "infobound.bounds.priors",
    "Packing": "infobound.models",
    "PermK": "infobound.quantizers",
    "QSGD": "infobound.quantizers",
    "QuadraticFamily": "infobound.models",
    "Quantizer": "infobound.quantizers",
    "RATQ": "infobound.quantizers",
    "RandK": "infobound.quantizers",
    "ScaledSign": "infobound.quantizers",
    "Shifted": "infobound.quantizers",
    "Sign": "infobound.quantizers",
    "SimQ": "infobound.quantizers",
    "SimQPlus": "infobound.quantizers",
    "Simplex": "infobound.quantizers",
    "SparseSign": "infobound.models",
    "SparseSignOracle": "infobound.models",
    "StochasticLevels": "infobound.quantizers",
    "StochasticSign": "infobound.quantizers",
    "SubtractiveDither": "infobound.quantizers",
    "TernGrad": "infobound.quantizers",
    "TopK": "infobound.quantizers",
    "Transcript": "infobound.protocols",
    "Uniform": "infobound.quantizers",
    "UniformGain": "infobound.quantizers",
    "a_ratq": "infobound.quantizers",
    "binary_gaussian_information": "infobound.information.binary_gaussian",
    "by_name": "infobound.quantizers",
    "check_quantizer": "infobound.testing",
    "chi_square_divergence": "infobound.information.divergences",
    "codebook_information": "infobound.information.codebooks",
    "describe_gradients": "infobound.models",
    "describe_quantizer": "infobound.information.quantizer_figures",
    "entropy": "infobound.information.mutual",
    "fisher_information": "infobound.information.fisher",
    "fisher_trace": "infobound.bounds.bit_oracle",
    "hypercube": "infobound.models",
    "kl_divergence": "infobound.information.divergences",
    "least_error": "infobound.bounds.gradient_compression",
    "least_precision": "infobound.bounds.gradient_compression",
    "limits": "infobound.bounds.bit_oracle",
    "lower_error_by_route": "infobound.bounds.fano",
    "maximum_information": "infobound.information.best_quantizer",
    "mean_estimation_transcript": "infobound.protocols",
    "message_information": "infobound.information.sign_information",
    "mirror_descent": "infobound.protocols",
    "mutual_information": "infobound.information.mutual",
    "oracle_transcript": "infobound.protocols",
    "prior_information": "infobound.information.priors",
    "projected_subgradient": "infobound.protocols",
    "rate": "infobound.quantizers",
    "reached_error": "infobound.bounds.gradient_compression",
    "sufficient_precision": "infobound.bounds.gradient_compression",
    "transcript_fisher_information": "infobound.protocols",
    "unrestricted_error": "infobound.bounds.gradient_compression",
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
    "testing",
)


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    if name in _PARTS:
        return import_module(f"infobound.{name}")
    raise AttributeError(f"module 'infobound' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME, *_PARTS])
