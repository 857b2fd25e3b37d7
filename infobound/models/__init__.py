"""Observation models: sample, score, log-likelihood; oracles for optimizers; measured gradients."""

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
from infobound.models.quadratic import QuadraticFamily

__all__ = [
    "Ball",
    "BernoulliProductOracle",
    "GaussianLocation",
    "GradientSample",
    "LeastAbsoluteDeviations",
    "Oracle",
    "QuadraticFamily",
    "SparseSignOracle",
    "describe_gradients",
    "load_gradients",
    "random_signs",
]
