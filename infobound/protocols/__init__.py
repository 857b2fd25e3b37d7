"""Things that run round by round: transcripts, the reduction, estimators, optimizers, threshold trees."""

from infobound.protocols.descent import Run
from infobound.protocols.localization import LloydMaxRecursion
from infobound.protocols.mirror_descent import mirror_descent
from infobound.protocols.reduction import (
    Transcript,
    mean_estimation_transcript,
    oracle_transcript,
)
from infobound.protocols.sign_risk import sign_bayes_risk
from infobound.protocols.subgradient import projected_subgradient
from infobound.protocols.threshold_trees import BestTree, ThresholdTree, best_threshold_tree
from infobound.protocols.transcripts import transcript_fisher_information, transcript_law

__all__ = [
    "BestTree",
    "LloydMaxRecursion",
    "Run",
    "ThresholdTree",
    "Transcript",
    "best_threshold_tree",
    "mean_estimation_transcript",
    "mirror_descent",
    "oracle_transcript",
    "projected_subgradient",
    "sign_bayes_risk",
    "transcript_fisher_information",
    "transcript_law",
]
