"""Real stochastic gradients, made on the user's machine: no download."""

from infobound.datasets.blocks import block_energies, kurtosis, zero_fractions
from infobound.datasets.digits import digits_gradients
from infobound.datasets.gradients import Gradients
from infobound.datasets.text import TransformerSize, text_gradients

__all__ = [
    "Gradients",
    "TransformerSize",
    "block_energies",
    "digits_gradients",
    "kurtosis",
    "text_gradients",
    "zero_fractions",
]
