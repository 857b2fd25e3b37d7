"""Recursive estimation from Lloyd-Max messages that are centred at the public estimate."""

from dataclasses import dataclass

import numpy as np

from infobound.information.law import Floats
from infobound.information.location import at
from infobound.information.structure import known_fisher
from infobound.models.gaussian import GaussianLocation
from infobound.montecarlo.estimate import Estimate
from infobound.montecarlo.moments import Moments
from infobound.numerics.arguments import real, whole
from infobound.quantizers.base import Rng
from infobound.quantizers.scalar import LloydMax

_CHUNK = 1 << 12  # coordinates of runs that step together


@dataclass(frozen=True)
class LloydMaxRecursion:
    """Theta_t = theta_{t-1} + s E[Z | cell] / (I t), the cell that of (X_t - theta_{t-1}) / s.

    Z ~ N(0, 1), and I is the Fisher information of the Lloyd-Max cell at its centre, in units of
    1/s^2. This is stochastic approximation with the step that is best in the end (Robbins and
    Monro 1951; Fabian 1968): T E|theta_T - theta|^2 / (d s^2) tends to 1/I, the least that any
    scalar quantizer of that many bits allows. At one bit it is sign-SGD with step s sqrt(pi/2)/t,
    and the limit is pi/2 (Kipnis and Duchi 2022, arXiv:1901.03403).

    Parameters
    ----------
    bits_per_coordinate : int, 1 to 10.
    """

    bits_per_coordinate: int

    def __post_init__(self) -> None:
        _ = self._cells

    @property
    def fisher(self) -> float:
        """I: Fisher information of one cell about one coordinate at its centre, for s = 1."""
        known = known_fisher(self._cells, np.zeros(1), 1.0)
        return 1.0 if known is None else known.value

    def run(
        self,
        model: GaussianLocation,
        theta: float,
        *,
        rounds: int,
        runs: int,
        start: float = 0.0,
        rng: Rng = None,
    ) -> Floats:
        """Final estimates of independent runs, shape (runs, d).

        Parameters
        ----------
        model : GaussianLocation
        theta, start : float
            Every coordinate of the truth and of the first estimate.
        rounds, runs : int, >= 1
        rng : int, SeedSequence, Generator or None
        """
        point, noise_std = at(model, real("theta", theta))
        rounds, runs = whole("rounds", rounds), whole("runs", runs)
        draw = np.random.default_rng(rng)
        cells = self._cells.cells
        gain = noise_std / self.fisher
        estimate = np.full(runs * point.size, real("start", start))
        for first in range(0, estimate.size, _CHUNK):
            now = estimate[first : first + _CHUNK]  # a view
            for t in range(1, rounds + 1):
                z = draw.standard_normal(now.size) + (theta - now) / noise_std
                now += gain / t * cells.level(cells.index(z))
        return estimate.reshape(runs, point.size)

    def scaled_error(
        self,
        model: GaussianLocation,
        theta: float,
        *,
        rounds: int,
        runs: int,
        start: float = 0.0,
        rng: Rng = None,
    ) -> Estimate:
        """T E|theta_T - theta|^2 / (d s^2), a pure number, over independent runs; tends to 1/I."""
        final = self.run(model, theta, rounds=rounds, runs=runs, start=start, rng=rng)
        square = np.mean((final - theta) ** 2, axis=1) / model.noise_std**2
        return Moments.of(rounds * square).estimate("1")

    @property
    def _cells(self) -> LloydMax:
        return LloydMax(self.bits_per_coordinate)
