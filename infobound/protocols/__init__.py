"""Things that run round by round: transcripts and the reduction between oracles and samples."""

from infobound.protocols.reduction import (
    Transcript,
    mean_estimation_transcript,
    oracle_transcript,
)

__all__ = ["Transcript", "mean_estimation_transcript", "oracle_transcript"]
