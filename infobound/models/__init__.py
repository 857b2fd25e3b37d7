"""Observation models: sample, score, log-likelihood; oracles for optimizers; measured gradients."""

from infobound.models.autoregressive import AutoregressiveLocation
from infobound.models.gaussian import GaussianLocation
from infobound.models.gradient_sample import GradientSample, describe_gradients, load_gradients
from infobound.models.least_absolute import LeastAbsoluteDeviations
from infobound.models.oracle_families import (
    Ball,
    BernoulliProductOracle,
    Oracle,
    SparseSignOracle,
    random_signs,
)
from infobound.models.packing import Packing
from infobound.models.packings import hypercube
from infobound.models.quadratic import QuadraticFamily
from infobound.models.sign_families import BernoulliProduct, SparseSign

__all__ = [
    "AutoregressiveLocation",
    "Ball",
    "BernoulliProduct",
    "BernoulliProductOracle",
    "GaussianLocation",
    "GradientSample",
    "LeastAbsoluteDeviations",
    "Oracle",
    "Packing",
    "QuadraticFamily",
    "SparseSign",
    "SparseSignOracle",
    "describe_gradients",
    "hypercube",
    "load_gradients",
    "random_signs",
]
