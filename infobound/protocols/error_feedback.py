"""Error feedback: what a quantizer left out is added to the next gradient before it is quantized.

    p_t = gain_t (x_t - X_t) + e_t,    x_{t+1} = x_t - Q(p_t),    e_{t+1} = p_t - Q(p_t).

The encoder carries e_t, so it is not memoryless: the lower bounds on memoryless transcripts do not
speak about it, and it passes them (`infobound.bounds.memory`). With gains 1/t, x_t - e_t is nearly
the running average of the samples, and T E|x_T - theta|^2 / (d s^2) tends to 1 for every quantizer
whose squared error is at most a fixed share, below 1, of |p|^2 (top-k and scaled sign, not `Sign`);
from a prior_std far above s it takes correspondingly longer (Seide et al. 2014; Stich, Cordonnier and Jaggi 2018,
arXiv:1809.07599; Karimireddy et al. 2019, arXiv:1901.09847).
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from infobound.bounds.memory import FixedTarget
from infobound.models.gaussian import GaussianLocation
from infobound.montecarlo.estimate import Estimate
from infobound.montecarlo.moments import Moments
from infobound.montecarlo.replicates import replicated
from infobound.numerics.arguments import argument_error, positive, whole
from infobound.quantizers.base import Floats, Message, Quantizer, Rng

_TASK = 1 << 14  # coordinates in one task of a sweep


@dataclass(frozen=True)
class ErrorFeedback:
    """SGD with gains 1/t on (1/2)|x - theta|^2, each step sent through a quantizer.

    Parameters
    ----------
    quantizer : Quantizer
        Best one that shrinks its error: top-k, scaled sign, nearest rounding.
    memory : bool
        Without it e_t is dropped: plain quantized SGD, for comparison.

    Examples
    --------
    >>> from infobound import GaussianLocation, TopK
    >>> scheme, model = ErrorFeedback(TopK(4)), GaussianLocation(dimension=64, noise_std=1.0)
    >>> (found,) = scheme.scaled_errors(model, rounds=[2000], runs=40, rng=0)
    >>> round(found.value, 1)
    1.0
    """

    quantizer: Quantizer
    memory: bool = True

    def limits(self, model: GaussianLocation, prior_std: float = 1.0) -> FixedTarget:
        """What bits of this length allow, with and without memory."""
        rate = self.quantizer.bits(model.dimension) / model.dimension
        return FixedTarget(rate=rate, noise_std=model.noise_std, prior_std=prior_std)

    def transcript(self, samples: Floats, *, rng: Rng = None) -> tuple[Message, ...]:
        """The messages about samples of shape (T, d), one a round; x_1 = 0."""
        draw, messages = np.random.default_rng(rng), []
        point, left = np.zeros(samples.shape[-1]), np.zeros(samples.shape[-1])
        for t, sample in enumerate(samples, start=1):
            step = (point - sample) / t + left
            messages.append(self.quantizer.encode(step, rng=draw))
            sent = self.quantizer.decode(messages[-1])
            point = point - sent
            left = step - sent if self.memory else left
        return tuple(messages)

    def decode(self, messages: Sequence[Message]) -> Floats:
        """x after the messages, from them alone, shape (d,)."""
        if not messages:
            raise argument_error("messages", messages, "at least one")
        steps = np.stack([self.quantizer.decode(message) for message in messages])
        total: Floats = steps.sum(axis=0)
        return -total

    def scaled_errors(
        self,
        model: GaussianLocation,
        *,
        rounds: Sequence[int],
        runs: int,
        prior_std: float = 1.0,
        rng: Rng = None,
        executor: Executor | None = None,
        store: Path | str | None = None,
        progress: Callable[[int, int], object] | None = None,
    ) -> list[Estimate]:
        """T E|x_T - theta|^2 / (d s^2) for each T of `rounds`, increasing, in one simulation.

        theta ~ N(0, prior_std^2 I) is drawn in every run, and x_1 = 0. See
        `infobound.montecarlo.sweep` for `executor`, `store` and `progress`: they do not change the
        numbers.
        """
        stops = tuple(whole(f"rounds[{i}]", t) for i, t in enumerate(rounds))
        if not stops:
            raise argument_error("rounds", rounds, "at least one number of rounds")
        return replicated(
            _errors,
            (self, model, stops, positive("prior_std", prior_std)),
            runs=whole("runs", runs, least=2),
            each=max(2, _TASK // model.dimension),
            unit="1",
            rng=rng,
            executor=executor,
            store=store,
            progress=progress,
        )


def _errors(
    job: tuple[tuple[ErrorFeedback, GaussianLocation, tuple[int, ...], float], int],
    *,
    rng: np.random.Generator,
) -> list[Moments]:
    """A task: scaled errors of some runs at each number of rounds."""
    (scheme, model, stops, prior_std), runs = job
    shape = (runs, model.dimension)
    theta = prior_std * rng.standard_normal(shape)
    point, left, found = np.zeros(shape), np.zeros(shape), {}
    for t in range(1, max(stops) + 1):
        sample = theta + model.noise_std * rng.standard_normal(shape)
        step = (point - sample) / t + left
        sent = scheme.quantizer.roundtrip(step, rng=rng)
        point = point - sent
        if scheme.memory:
            left = step - sent
        if t in stops:
            square = np.mean((point - theta) ** 2, axis=1) / model.noise_std**2
            found[t] = Moments.of(t * square)
    return [found[t] for t in stops]
