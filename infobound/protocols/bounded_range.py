"""Cyclic stochastic rounding of gradients of bounded range, with its messages."""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from infobound.bounds.bounded_range import BoundedRange
from infobound.montecarlo.estimate import Estimate
from infobound.montecarlo.moments import Moments
from infobound.montecarlo.replicates import replicated
from infobound.numerics.arguments import argument_error, whole
from infobound.quantizers.base import Floats, Ints, Message, Quantizer, Rng
from infobound.quantizers.cuq import CUQ
from infobound.quantizers.selected import Selected

Sampler = Callable[[int, np.random.Generator], Floats]
_TASK = 1 << 16  # coordinates in one task of a sweep


@dataclass(frozen=True)
class CyclicRounding:
    """k coordinates a round, in turn, each rounded without bias to 2^b points of [-A, A].

    What it reaches is `infobound.bounds.bounded_range`; the estimate is the average of what was
    described. No message depends on an earlier one.

    Parameters
    ----------
    setting : BoundedRange
        Says d, B, A, s, and with them b and k.

    Examples
    --------
    >>> scheme = CyclicRounding(BoundedRange(dimension=4, bits=6, half_width=4.0, noise_std=1.0))
    >>> messages = [scheme.rule(t).encode([1.0, 0.0, -1.0, 2.0], rng=t) for t in range(4)]
    >>> [message.bits for message in messages], scheme.decode(messages).shape
    ([6, 6, 6, 6], (4,))
    """

    setting: BoundedRange

    @property
    def rounds_per_sweep(self) -> int:
        """ceil(d/k)."""
        return -(-self.setting.dimension // self.setting.described)

    def chosen(self, t: int) -> Ints:
        """The coordinates that round t = 0, 1, ... describes."""
        d, k = self.setting.dimension, self.setting.described
        first = t % self.rounds_per_sweep * k
        return np.arange(first, min(first + k, d))

    def rule(self, t: int, past: Sequence[Message] = (), coins: int = 0) -> Quantizer:
        """The encoder of round t, as `oracle_transcript` takes it; the past is not looked at."""
        cells = CUQ(self.setting.half_width, 2**self.setting.bits_per_coordinate)
        return Selected(cells, tuple(self.chosen(t).tolist()), self.setting.dimension)

    def decode(self, messages: Sequence[Message]) -> Floats:
        """Average of what was described, shape (d,); 0 where nothing was."""
        total, count = np.zeros(self.setting.dimension), np.zeros(self.setting.dimension)
        for t, message in enumerate(messages):
            total += self.rule(t).decode(message)
            count[self.chosen(t)] += 1
        return total / np.maximum(count, 1)

    def run(self, sample: Sampler, *, rounds: int, runs: int, rng: Rng = None) -> Floats:
        """Final estimates of independent runs, shape (runs, d).

        Parameters
        ----------
        sample : callable (n, generator) -> ndarray of shape (n, d)
            n independent gradients, every coordinate in [-A, A]; else ArgumentError.
        rounds, runs : int, >= 1
        """
        rounds, runs = whole("rounds", rounds), whole("runs", runs)
        draw, d = np.random.default_rng(rng), self.setting.dimension
        total, count = np.zeros((runs, d)), np.zeros(d)
        for t in range(rounds):
            gradients = np.asarray(sample(runs, draw), dtype=np.float64)
            if gradients.shape != (runs, d):
                raise argument_error("sample(n, rng).shape", gradients.shape, f"({runs}, {d})")
            total += self.rule(t).roundtrip(gradients, rng=draw)
            count[self.chosen(t)] += 1
        return total / np.maximum(count, 1)

    def squared_error(
        self,
        sample: Sampler,
        theta: Floats,
        *,
        rounds: int,
        runs: int,
        rng: Rng = None,
        executor: Executor | None = None,
        store: Path | str | None = None,
        progress: Callable[[int, int], object] | None = None,
    ) -> Estimate:
        """E|theta_hat - theta|^2, summed over coordinates, over independent runs.

        See `infobound.montecarlo.sweep` for `executor`, `store` and `progress`: they do not change
        the number. With processes or a store, `sample` is a function of a module.
        """
        (found,) = replicated(
            _errors,
            (self, sample, np.asarray(theta, dtype=np.float64), whole("rounds", rounds)),
            runs=whole("runs", runs, least=2),
            each=max(2, _TASK // self.setting.dimension),
            unit="theta^2",
            rng=rng,
            executor=executor,
            store=store,
            progress=progress,
        )
        return found


def _errors(
    job: tuple[tuple[CyclicRounding, Sampler, Floats, int], int], *, rng: np.random.Generator
) -> tuple[Moments]:
    """A task: squared errors of some runs."""
    (scheme, sample, theta, rounds), runs = job
    final = scheme.run(sample, rounds=rounds, runs=runs, rng=rng)
    return (Moments.of(np.sum((final - theta) ** 2, axis=1)),)
