"""What is said about an unbiased quantizer of l_q balls as part of a first-order method."""

import math
from dataclasses import dataclass

PAPER = "Mayekar and Tyagi 2020, arXiv:2001.09032"


@dataclass(frozen=True, kw_only=True)
class Scheme:
    """An unbiased quantizer of |Y|_q <= B, 1/p + 1/q = 1, and how it is used.

    A first-order method on quantized gradients loses the factor alpha_0/B, where alpha_0^2 is the
    largest E|Q(Y)|_2^2 for p >= 2 and the largest E|Q(Y)|_q^2 for p < 2 (Mayekar and Tyagi 2020,
    arXiv:2001.09032, Theorem 2.3).

    Attributes
    ----------
    name : str
        The kind, in one word, before the first comma.
    bits : float
        Exact length of a message; inf for no quantizer.
    growth : float
        A bound on alpha_0/B, proved in `source`.
    rounds : int
        Messages that make one gradient: the query is held for so many rounds, and each message
        describes another block of coordinates.
    source : str
    """

    name: str
    bits: float
    growth: float
    source: str
    rounds: int = 1

    @property
    def kind(self) -> str:
        """The first word of the name."""
        return self.name.split(",")[0]

    def slowdown(self, rounds: int) -> float:
        """alpha_0/(B sqrt(T')) with T' = floor(T/`self.rounds`) gradients; inf without any."""
        steps = rounds // self.rounds
        return self.growth / math.sqrt(steps) if steps else math.inf
