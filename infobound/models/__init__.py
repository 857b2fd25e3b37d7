"""Observation models: sample, score, log-likelihood; and the quadratic oracle."""

from infobound.models.gaussian import GaussianLocation
from infobound.models.quadratic import QuadraticFamily

__all__ = ["GaussianLocation", "QuadraticFamily"]
