"""Observation models: sample, score, log-likelihood; the quadratic oracle; measured gradients."""

from infobound.models.gaussian import GaussianLocation
from infobound.models.gradient_sample import GradientSample, describe_gradients, load_gradients
from infobound.models.quadratic import QuadraticFamily

__all__ = [
    "GaussianLocation",
    "GradientSample",
    "QuadraticFamily",
    "describe_gradients",
    "load_gradients",
]
