"""Information that a message carries about theta: exact where possible, in bits and 1/theta^2."""

from infobound.information.channels import Channel
from infobound.information.estimate import FisherEstimate
from infobound.information.fisher import fisher_information
from infobound.information.law import MessageLaw
from infobound.information.mutual import entropy, mutual_information

__all__ = [
    "Channel",
    "FisherEstimate",
    "MessageLaw",
    "entropy",
    "fisher_information",
    "mutual_information",
]
