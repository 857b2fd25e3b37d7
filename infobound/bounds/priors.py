"""What is known about theta beforehand, as the converses use it.

A prior enters a Bayes bound through two numbers per coordinate: its Fisher information J/d
(van Trees) and its entropy power N = exp(2h/d)/(2 pi e) (rate-distortion). On a bounded set the
bounds are minimax, so a prior may be chosen for each: the squared first Dirichlet eigenfunction
has the least J that the set allows, the uniform law the largest N.

With `dimension` = d, all values are per coordinate, in squared units of theta or their inverse.
"""

import math
from dataclasses import dataclass
from typing import ClassVar, Protocol, runtime_checkable

from infobound.numerics.arguments import scale
from infobound.numerics.bessel import (
    dirichlet_ball_entropy,
    first_bessel_zero,
    log_unit_ball_volume,
)

_GAUSSIAN_ENTROPY = math.log(2 * math.pi * math.e)  # twice that of N(0, 1), in nats


@runtime_checkable
class Prior(Protocol):
    """What the bounds ask of a prior; write your own with these four methods.

    `risk` names what is bounded: "Bayes" for a prior that is part of the problem, "minimax" for
    one chosen to be hard.
    """

    risk: ClassVar[str]

    def information(self, dimension: int) -> float:
        """Prior information J/d, the J of van Trees divided by the dimension."""

    def entropy_power(self, dimension: int) -> float:
        """Entropy power of the same density that gives `information`."""

    def largest_entropy_power(self, dimension: int) -> float:
        """Entropy power of the prior that serves the communication bound best."""

    def largest_error(self, dimension: int) -> float:
        """Squared error per coordinate that is reached with no rounds at all."""


@dataclass(frozen=True)
class GaussianPrior:
    """theta ~ N(0, std^2 I_d), part of the problem: the bounds are on the Bayes risk.

    Each is also a lower bound on the minimax risk over R^d, for every std.
    """

    std: float
    risk: ClassVar[str] = "Bayes"

    def __post_init__(self) -> None:
        scale("std", self.std)

    def __str__(self) -> str:
        return f"theta ~ N(0, {self.std:g}^2 I)"

    def information(self, dimension: int) -> float:
        return self.std**-2

    def entropy_power(self, dimension: int) -> float:
        return self.std**2

    def largest_entropy_power(self, dimension: int) -> float:
        return self.std**2

    def largest_error(self, dimension: int) -> float:
        return self.std**2


@dataclass(frozen=True)
class CubePrior:
    """theta in the cube [-half_width, half_width]^d: the bounds are minimax.

    van Trees takes the product of (1/L) cos^2(pi theta / 2L), J/d = pi^2/L^2, which is least on
    the cube (Gill and Levit 1995), and N = 8 L^2/(pi e^3); rate-distortion alone takes the
    uniform law, N = 2 L^2/(pi e).
    """

    half_width: float
    risk: ClassVar[str] = "minimax"

    def __post_init__(self) -> None:
        scale("half_width", self.half_width)

    def __str__(self) -> str:
        return f"theta in the cube [-{self.half_width:g}, {self.half_width:g}]^d"

    def information(self, dimension: int) -> float:
        return (math.pi / self.half_width) ** 2

    def entropy_power(self, dimension: int) -> float:
        return 8 * self.half_width**2 / (math.pi * math.e**3)

    def largest_entropy_power(self, dimension: int) -> float:
        return 2 * self.half_width**2 / (math.pi * math.e)

    def largest_error(self, dimension: int) -> float:
        return self.half_width**2


@dataclass(frozen=True)
class BallPrior:
    """theta in the ball ||theta|| <= radius: the bounds are minimax.

    van Trees takes the squared first Dirichlet eigenfunction of the ball, J = 4 j^2/r^2 with
    j = j_{d/2-1,1} (least on the ball); rate-distortion alone takes the uniform law.
    """

    radius: float
    risk: ClassVar[str] = "minimax"

    def __post_init__(self) -> None:
        scale("radius", self.radius)

    def __str__(self) -> str:
        return f"theta in the ball of radius {self.radius:g}"

    def information(self, dimension: int) -> float:
        return (2 * first_bessel_zero(dimension / 2 - 1) / self.radius) ** 2 / dimension

    def entropy_power(self, dimension: int) -> float:
        return self.radius**2 * math.exp(2 * dirichlet_ball_entropy(dimension) - _GAUSSIAN_ENTROPY)

    def largest_entropy_power(self, dimension: int) -> float:
        uniform = 2 * log_unit_ball_volume(dimension) / dimension
        return self.radius**2 * math.exp(uniform - _GAUSSIAN_ENTROPY)

    def largest_error(self, dimension: int) -> float:
        return self.radius**2 / dimension


@dataclass(frozen=True)
class NoPrior:
    """theta anywhere in R^d: minimax, the limit of ever wider priors (J = 0).

    The entropy power is infinite: with finitely many bits the minimax error over R^d is infinite,
    so bounds on bits say nothing until the region is limited.
    """

    risk: ClassVar[str] = "minimax"

    def __str__(self) -> str:
        return "theta anywhere in R^d"

    def information(self, dimension: int) -> float:
        return 0.0

    def entropy_power(self, dimension: int) -> float:
        return math.inf

    def largest_entropy_power(self, dimension: int) -> float:
        return math.inf

    def largest_error(self, dimension: int) -> float:
        return math.inf
