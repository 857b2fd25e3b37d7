"""Things that run round by round: transcripts, the reduction, estimators, optimizers, threshold trees."""

from infobound.protocols.bounded_range import CyclicRounding
from infobound.protocols.correlated import CyclicSigns, GaussianTestChannel, scaled_error
from infobound.protocols.descent import Run
from infobound.protocols.drift import QuantizedKalman
from infobound.protocols.drift_stationary import stationary_error
from infobound.protocols.error_feedback import ErrorFeedback
from infobound.protocols.innovation_codes import GaussianChannel, Measured
from infobound.protocols.localization import LloydMaxRecursion
from infobound.protocols.memory import AveragingEncoder
from infobound.protocols.mirror_descent import mirror_descent
from infobound.protocols.reduction import (
    Transcript,
    mean_estimation_transcript,
    oracle_transcript,
)
from infobound.protocols.sign_risk import sign_bayes_risk
from infobound.protocols.stochastic_approximation import CoordinateRecursion
from infobound.protocols.subgradient import projected_subgradient
from infobound.protocols.threshold_trees import BestTree, ThresholdTree, best_threshold_tree
from infobound.protocols.transcripts import transcript_fisher_information, transcript_law

__all__ = [
    "AveragingEncoder",
    "BestTree",
    "CoordinateRecursion",
    "CyclicRounding",
    "CyclicSigns",
    "ErrorFeedback",
    "GaussianChannel",
    "GaussianTestChannel",
    "LloydMaxRecursion",
    "Measured",
    "QuantizedKalman",
    "Run",
    "ThresholdTree",
    "Transcript",
    "best_threshold_tree",
    "mean_estimation_transcript",
    "mirror_descent",
    "oracle_transcript",
    "projected_subgradient",
    "scaled_error",
    "sign_bayes_risk",
    "stationary_error",
    "transcript_fisher_information",
    "transcript_law",
]
