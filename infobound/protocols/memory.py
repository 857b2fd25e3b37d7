"""An encoder that keeps its own average and describes what the decoder does not know of it.

In every round the encoder updates m_t = E[theta | X^t], the posterior mean given all its samples, and
sends Lloyd-Max cells of m_t - theta_hat for k coordinates, in turn. Between two descriptions of a
coordinate, n rounds apart, m_t moves by P_{t-n} - P_t in variance, about n s^2/t^2: ever less, and
ever finer cells follow it. For tau up to about 30 s, T E|theta_hat - theta|^2 / (d s^2) comes down to
1, however few bits, where no encoder of B bits without memory comes below 1/(1 - 4^-(B/d)) (`infobound.bounds.memory`).

What is described is only nearly Gaussian, and a decoder that is far off must be able to catch up.
Cells are therefore `WIDER` than those for the predicted variance, which then shrinks as it does for a
Gaussian through such cells: at one bit by 0.72 in standard deviation per description, so that the
steps still to come reach 4.3 standard deviations (3.9 at two bits). A start farther out, one in 10^5
(10^4), is made up for only like s ln T: with tau far above 30 s, locate first (`CoordinateRecursion`).
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from infobound.bounds.memory import FixedTarget
from infobound.montecarlo.estimate import Estimate
from infobound.montecarlo.moments import Moments
from infobound.montecarlo.replicates import replicated
from infobound.numerics.arguments import argument_error, positive, whole
from infobound.numerics.normal import cell_moments
from infobound.quantizers.base import Floats, Ints, Message, Rng
from infobound.quantizers.blocks import Shifted
from infobound.quantizers.scalar import LloydMax
from infobound.quantizers.selected import Selected

WIDER = 1.5
_TASK = 1 << 14  # coordinates in one task of a sweep


@dataclass(frozen=True)
class AveragingEncoder:
    """Predictive coding of the encoder's own estimate, k = min(d, B // b) coordinates a round.

    Parameters
    ----------
    dimension, bits : int
        d and B per round.
    noise_std, prior_std : float
        s and tau > 0: X_t ~ N(theta, s^2 I), theta ~ N(0, tau^2 I). Keep tau to 30 s or less.
    bits_per_coordinate : int, b, 1 to 10, at most B.

    Examples
    --------
    >>> scheme = AveragingEncoder(dimension=64, bits=1, noise_std=1.0, prior_std=1.0)
    >>> round(scheme.target.memoryless_error(4096) * 4096), round(scheme.target.causal_error(4096) * 4096, 2)
    (49, 1.01)
    """

    dimension: int
    bits: int
    noise_std: float
    prior_std: float
    bits_per_coordinate: int = 1

    def __post_init__(self) -> None:
        whole("dimension", self.dimension)
        whole("bits_per_coordinate", self.bits_per_coordinate, most=10)
        whole("bits", self.bits, least=self.bits_per_coordinate)
        object.__setattr__(self, "noise_std", positive("noise_std", self.noise_std))
        object.__setattr__(self, "prior_std", positive("prior_std", self.prior_std))

    @property
    def described(self) -> int:
        """k: coordinates in one message."""
        return min(self.dimension, self.bits // self.bits_per_coordinate)

    @property
    def target(self) -> FixedTarget:
        """The limits at this rate, B/d bits per coordinate."""
        return FixedTarget(
            rate=self.bits / self.dimension, noise_std=self.noise_std, prior_std=self.prior_std
        )

    def chosen(self, t: int) -> Ints:
        """The coordinates that round t = 0, 1, ... describes."""
        d, k = self.dimension, self.described
        first = t % -(-d // k) * k
        return np.arange(first, min(first + k, d), dtype=np.int64)

    def decode(self, messages: Sequence[Message]) -> Floats:
        """The estimate from the messages alone, shape (d,)."""
        state = _Public(self)
        for t, message in enumerate(messages):
            state.learn(t, state.encoder(t).decode(message)[self.chosen(t)])
        return state.estimate

    def transcript(self, samples: Floats) -> tuple[Message, ...]:
        """The messages about samples of shape (T, d), one a round."""
        state, messages = _Public(self), []
        averages = np.cumsum(samples, axis=0)
        for t, total in enumerate(averages):
            mean = total * self.target.posterior(t + 1) / self.noise_std**2
            quantizer = state.encoder(t)
            messages.append(quantizer.encode(mean))
            state.learn(t, quantizer.decode(messages[-1])[self.chosen(t)])
        return tuple(messages)

    def scaled_errors(
        self,
        *,
        rounds: Sequence[int],
        runs: int,
        rng: Rng = None,
        executor: Executor | None = None,
        store: Path | str | None = None,
        progress: Callable[[int, int], object] | None = None,
    ) -> list[Estimate]:
        """T E|theta_hat_T - theta|^2 / (d s^2) for each T of `rounds`, increasing, in one simulation.

        theta is drawn from the prior in every run. See `infobound.montecarlo.sweep` for `executor`,
        `store` and `progress`: they do not change the numbers.
        """
        stops = _stops(rounds)
        return replicated(
            _errors,
            (self, stops),
            runs=whole("runs", runs, least=2),
            each=max(2, _TASK // self.dimension),
            unit="1",
            rng=rng,
            executor=executor,
            store=store,
            progress=progress,
        )

    @cached_property
    def _shrink(self) -> float:
        """Mean squared error of N(0, 1) through Lloyd-Max cells for standard deviation WIDER."""
        cells = LloydMax(self.bits_per_coordinate, WIDER).cells
        cell = cell_moments(cells.ends[:-1], cells.ends[1:])
        off = cell.mean - np.array(cells.levels)
        return float(cell.probability @ (cell.variance + off**2))


class _Public:
    """What both ends know: estimates, and the variance of what they do not describe yet."""

    def __init__(self, scheme: AveragingEncoder) -> None:
        self.scheme = scheme
        self.estimate = np.zeros(scheme.dimension)
        self._untold = np.zeros(scheme.dimension)  # of m at its last description
        self._known = np.full(scheme.dimension, float(scheme.prior_std) ** 2)  # P then

    def cells(self, t: int) -> LloydMax:
        """Alike for all coordinates of a round: they are described equally often."""
        return LloydMax(self.scheme.bits_per_coordinate, WIDER * self._variance(t) ** 0.5)

    def encoder(self, t: int) -> Shifted:
        places = tuple(self.scheme.chosen(t).tolist())
        return Shifted(Selected(self.cells(t), places, self.scheme.dimension), self.estimate)

    def learn(self, t: int, values: Floats) -> None:
        places = self.scheme.chosen(t)
        variance = self._variance(t)
        self.estimate[places] = values
        self._untold[places] = self.scheme._shrink * variance
        self._known[places] = self.scheme.target.posterior(t + 1)

    def _variance(self, t: int) -> float:
        j = self.scheme.chosen(t)[0]
        moved = self._known[j] - self.scheme.target.posterior(t + 1)
        return float(self._untold[j] + moved)


def _stops(rounds: Sequence[int]) -> tuple[int, ...]:
    """Numbers of rounds, at least one."""
    stops = tuple(whole(f"rounds[{i}]", t) for i, t in enumerate(rounds))
    if not stops:
        raise argument_error("rounds", rounds, "at least one number of rounds")
    return stops


def _errors(
    job: tuple[tuple[AveragingEncoder, tuple[int, ...]], int], *, rng: np.random.Generator
) -> list[Moments]:
    """A task: scaled errors of some runs at each number of rounds."""
    (scheme, stops), runs = job
    shape = (runs, scheme.dimension)
    theta = scheme.prior_std * rng.standard_normal(shape)
    total, estimate = np.zeros(shape), np.zeros(shape)
    state, found = _Public(scheme), {}
    for t in range(max(stops)):
        total += theta + scheme.noise_std * rng.standard_normal(shape)
        places, cells = scheme.chosen(t), state.cells(t)
        mean = total[:, places] * (scheme.target.posterior(t + 1) / scheme.noise_std**2)
        estimate[:, places] += cells.roundtrip(mean - estimate[:, places])
        state.learn(t, state.estimate[places])
        if t + 1 in stops:
            square = np.mean((estimate - theta) ** 2, axis=1) / scheme.noise_std**2
            found[t + 1] = Moments.of((t + 1) * square)
    return [found[t] for t in stops]
