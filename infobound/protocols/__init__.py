"""Things that run round by round: transcripts, the reduction, estimators, threshold trees."""

from infobound.protocols.localization import LloydMaxRecursion
from infobound.protocols.reduction import (
    Transcript,
    mean_estimation_transcript,
    oracle_transcript,
)
from infobound.protocols.sign_risk import sign_bayes_risk
from infobound.protocols.threshold_trees import BestTree, ThresholdTree, best_threshold_tree
from infobound.protocols.transcripts import transcript_fisher_information, transcript_law

__all__ = [
    "BestTree",
    "LloydMaxRecursion",
    "ThresholdTree",
    "Transcript",
    "best_threshold_tree",
    "mean_estimation_transcript",
    "oracle_transcript",
    "sign_bayes_risk",
    "transcript_fisher_information",
    "transcript_law",
]
