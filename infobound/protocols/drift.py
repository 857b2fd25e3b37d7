"""Tracking a drifting target: Kalman filters behind quantized innovations.

theta_{t+1} = a theta_t + W_t, seen in N(0, s^2) noise; see `infobound.bounds.drift`. Both ends know
m_t = a theta_hat_{t-1}, the decoder's prediction, and the variances, which do not depend on data.

Memoryless: the encoder sends Q((X_t - m_t)/sigma_t), sigma_t^2 = P_p + s^2 (sign of innovations:
Ribeiro, Giannakis and Roumeliotis 2006; more levels: Msechu, Roumeliotis, Ribeiro and Giannakis
2008). With memory: it runs the Kalman filter on all X and sends Q((its estimate - m_t)/sigma_t),
which is DPCM of that estimate. In both the decoder adds gain * Q to m_t, the best linear gain if what
is quantized is Gaussian. That is exact for `GaussianChannel` and close for scalar quantizers, whose
true error `stationary_error` gives by quadrature.

Start near the target: cells that shrink with the variance reach a few standard deviations (one bit
about two), and a target beyond that stays lost for long. Locate it first (`CoordinateRecursion`).
"""

import math
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from infobound.bounds.drift import DriftingTarget, kalman_floor, memory_floor, sharp_floor
from infobound.montecarlo.estimate import Estimate
from infobound.montecarlo.moments import Moments
from infobound.montecarlo.sweep import sweep
from infobound.numerics.arguments import argument_error, nonnegative, whole
from infobound.protocols.innovation_codes import Fit, GaussianChannel, Measured, scalar_fit
from infobound.quantizers.base import Floats, Message, Quantizer, Rng
from infobound.quantizers.scalar import ScalarQuantizer

_CHUNK = 1 << 14  # coordinates that step together
_WIDEST = 16.0  # prior variance over that of X_t - m_t: signs lose targets from about 25 on


class Round(NamedTuple):
    """What both ends know about a round before it: no data enters.

    Attributes
    ----------
    scale : float
        sigma_t, the standard deviation by which the innovation is divided.
    gain : float
        What the decoder multiplies Q by, in units of theta.
    filter_gain : float
        Kalman gain of the encoder with memory; 1 without.
    """

    scale: float
    gain: float
    filter_gain: float


@dataclass(frozen=True)
class Tracking:
    """Outcome of many independent runs.

    Attributes
    ----------
    error : Estimate
        Squared error per coordinate, averaged over the rounds after `warmup`; the standard error
        is over replicates.
    bits_per_round : float
        Of one message, all coordinates together; whole for every quantizer.
    rounds, warmup : int
        Rounds that are averaged, and rounds before them.
    """

    error: Estimate
    bits_per_round: float
    rounds: int
    warmup: int


@dataclass(frozen=True, eq=False)
class Trace:
    """One run in full.

    Attributes
    ----------
    targets, estimates : ndarray, shape (rounds, d)
    messages : tuple of Message
        One per round, shape (d,); empty for a test channel.
    """

    targets: Floats
    estimates: Floats
    messages: tuple[Message, ...]


@dataclass(frozen=True, kw_only=True)
class QuantizedKalman:
    """A tracker: the target, the quantizer of its innovations, and whether the encoder remembers.

    Parameters
    ----------
    target : DriftingTarget
        With w > 0, and |a| <= 1 for a scalar quantizer.
    quantizer : scalar quantizer, Measured or GaussianChannel
        `Sign`, `LloydMax`, `Uniform` or `Cells` with levels, made for N(0, 1); levels that are not the
        means of their cells are rescaled by the decoder. Any other quantizer as `Measured`.
    memory : bool

    Raises
    ------
    ArgumentError
        A scalar quantizer for |a| > 1: its largest correction is bounded, so sooner or later the
        target escapes; too few bits for an unstable target; w = 0.

    Examples
    --------
    >>> from infobound.quantizers.scalar import Sign
    >>> walk = DriftingTarget(drift_variance=1e-4, noise_std=1)
    >>> tracker = QuantizedKalman(target=walk, quantizer=Sign())
    >>> round(tracker.design_error, 6), tracker.bits_per_round(8)
    (0.012512, 8)
    """

    target: DriftingTarget
    quantizer: ScalarQuantizer | GaussianChannel | Measured
    memory: bool = False

    def __post_init__(self) -> None:
        if not self.target.drift_variance > 0:
            remedy = "For a target that stands still use LloydMaxRecursion."
            raise argument_error("drift_variance", self.target.drift_variance, "positive", remedy)
        if isinstance(self.quantizer, ScalarQuantizer) and abs(self.target.transition) > 1:
            raise argument_error(
                "transition",
                self.target.transition,
                "at most 1 in size for a scalar quantizer",
                "Its corrections are bounded, so an unstable target escapes sooner or later.",
            )
        _ = self.design_error

    def bits_per_round(self, dimension: int) -> float:
        """Exact bits of one message; d R for a test channel."""
        if isinstance(self.quantizer, GaussianChannel):
            return whole("dimension", dimension) * self.quantizer.rate
        return self._code.bits(dimension)

    @property
    def fidelity(self) -> float:
        """Squared correlation of Z ~ N(0, 1) and Q(Z): 1 - D at the best gain, g for a channel."""
        return self._fit.fidelity

    @property
    def design_error(self) -> float:
        """Steady error if what is quantized were Gaussian: the floor at rate log2(1/(1 - fidelity))/2.

        Exact for `GaussianChannel`, where it is `sharp_floor`, or `memory_floor` with memory.
        """
        floor = memory_floor if self.memory else sharp_floor
        return floor(self.target, rate=-math.log2(1 - self.fidelity) / 2).value

    @property
    def relaxation(self) -> float:
        """Rounds in which a small deviation shrinks by e, near the steady state."""
        fidelity, slope = self._fit
        paces = [self.steady.gain / self.steady.scale * fidelity / slope]
        if self.memory:
            paces.append(self.steady.filter_gain)
        kept = abs(self.target.transition) * (1 - min(paces))
        return -1 / math.log(max(kept, 1e-9))

    @property
    def steady(self) -> Round:
        """The round of the steady state."""
        return next(self._plan(None))

    def run(
        self,
        *,
        dimension: int,
        rounds: int,
        replicates: int,
        rng: Rng = None,
        warmup: int | None = None,
        prior_variance: float | None = None,
        executor: Executor | None = None,
        store: Path | str | None = None,
        progress: Callable[[int, int], object] | None = None,
    ) -> Tracking:
        """Track independent targets and average the squared error over rounds.

        Parameters
        ----------
        dimension, rounds : int, >= 1
        replicates : int, >= 2
        rng : int, SeedSequence, Generator or None
        warmup : int, optional
            Rounds before the average begins; by default ten times `relaxation`.
        prior_variance : float, optional
            theta_0 ~ N(0, prior_variance) and estimates start at 0. By default the variances start
            where they settle. At most 16 times the steady variance of X_t - m_t, P_p + s^2 (without
            memory the square of `steady.scale`), unless the quantizer is a `GaussianChannel`: from
            wider priors signs lose targets, without a word in the variances.
        executor, store, progress
            As in `infobound.montecarlo.sweep.sweep`; the numbers are the same for any executor, and
            a killed run resumes from the store.

        Raises
        ------
        ArgumentError
            A prior that is too wide for the quantizer.
        """
        self._start(prior_variance)  # refused here rather than in a task
        d, rounds = whole("dimension", dimension), whole("rounds", rounds)
        runs = whole("replicates", replicates, least=2)
        skipped = math.ceil(10 * self.relaxation) if warmup is None else warmup
        skipped = whole("warmup", skipped, least=0)
        each = max(1, _CHUNK // d)
        sizes = [min(each, runs - first) for first in range(0, runs, each)]
        tasks = [(self, prior_variance, d, rounds, skipped, size) for size in sizes]
        parts = sweep(_track, tasks, rng=rng, executor=executor, store=store, progress=progress)
        error = Moments.merged(parts).estimate("theta^2 per coordinate")
        return Tracking(error, self.bits_per_round(d), rounds, skipped)

    def trace(
        self, *, dimension: int, rounds: int, rng: Rng = None, prior_variance: float | None = None
    ) -> Trace:
        """One run with its messages; `decode` gives the estimates back from them alone.

        `prior_variance` as in `run`.
        """
        d, rounds = whole("dimension", dimension), whole("rounds", rounds)
        draw, messages = np.random.default_rng(rng), list[Message]()

        def send(z: Floats) -> Floats:
            if isinstance(self.quantizer, GaussianChannel):
                return self.quantizer.roundtrip(z, rng=draw)
            messages.append(self._code.encode(z, rng=draw))
            return self._code.decode(messages[-1])

        targets, estimates = np.empty((rounds, d)), np.empty((rounds, d))
        predicted = np.zeros(d)
        for t, (error, correction) in enumerate(
            self._steps((d,), rounds, prior_variance, draw, send)
        ):
            estimates[t] = predicted + correction
            targets[t] = estimates[t] + error
            predicted = self.target.transition * estimates[t]
        return Trace(targets, estimates, tuple(messages))

    def decode(self, messages: Sequence[Message], *, prior_variance: float | None = None) -> Floats:
        """The decoder: estimates of every round from the messages alone, shape (rounds, ...).

        `prior_variance` as the encoder has it; at least one message.
        """
        code = self._code
        if not messages:
            raise argument_error("messages", messages, "one for each round, at least one")
        estimates: list[Floats] = []
        predicted: Floats | float = 0.0
        for message, plan in zip(messages, self._plan(prior_variance), strict=False):
            estimates.append(predicted + plan.gain * code.decode(message))
            predicted = self.target.transition * estimates[-1]
        return np.stack(estimates)

    def _steps(
        self,
        shape: tuple[int, ...],
        rounds: int,
        prior_variance: float | None,
        draw: np.random.Generator,
        send: Callable[[Floats], Floats],
    ) -> Iterator[tuple[Floats, Floats]]:
        """Error theta_t - estimate and correction gain * Q, round by round.

        Everything is measured from the public prediction: an unstable target itself soon
        outgrows the floats, and would swallow the noise.
        """
        a, s = self.target.transition, self.target.noise_std
        drift = math.sqrt(self.target.drift_variance)
        unseen, undescribed = self._start(prior_variance)
        private = math.sqrt(undescribed) * draw.standard_normal(shape)  # the encoder's own filter
        target = private + math.sqrt(unseen) * draw.standard_normal(shape)
        for plan, _ in zip(self._plan(prior_variance), range(rounds), strict=False):
            target = a * target + drift * draw.standard_normal(shape)
            seen = target + s * draw.standard_normal(shape)
            if self.memory:
                private *= a
                private += plan.filter_gain * (seen - private)
                seen = private
            correction = plan.gain * send(seen / plan.scale)
            target -= correction
            private -= correction
            yield target, correction

    def _plan(self, prior_variance: float | None) -> Iterator[Round]:
        """The variances of the Kalman filter, as if what is quantized were Gaussian."""
        target, (fidelity, slope) = self.target, self._fit
        noise = target.noise_std**2
        unseen, undescribed = self._start(prior_variance)
        while True:
            before = target.predicted(unseen)
            if not self.memory:
                scale = math.sqrt(before + noise)
                yield Round(scale, slope * before / scale, 1.0)
                unseen = before - fidelity * before**2 / (before + noise)
                continue
            gain = before / (before + noise)
            scale = math.sqrt(target.transition**2 * undescribed + gain * before)
            yield Round(scale, slope * scale, gain)
            unseen, undescribed = gain * noise, (1 - fidelity) * scale**2

    def _start(self, prior_variance: float | None) -> tuple[float, float]:
        """Variances of what the encoder's filter does not know, and of what it has not sent."""
        if prior_variance is not None:
            return self._reachable(prior_variance), 0.0
        if not self.memory:
            return self.design_error, 0.0
        unseen = kalman_floor(self.target).value
        return unseen, self.design_error - unseen

    def _reachable(self, prior_variance: float) -> float:
        """The prior variance, if the quantizer finds targets so far away."""
        variance = nonnegative("prior_variance", prior_variance)
        seen = self.target.predicted(self.design_error) + self.target.noise_std**2
        if not isinstance(self.quantizer, GaussianChannel) and variance > _WIDEST * seen:
            raise argument_error(
                "prior_variance",
                prior_variance,
                f"at most {_WIDEST:g} (P_p + s^2) = {_WIDEST * seen:.6g} of the steady state",
                "Scalar cells that shrink with the variance lose targets beyond their reach; "
                "locate first (CoordinateRecursion).",
            )
        return variance

    @property
    def _fit(self) -> Fit:
        code = self.quantizer
        return scalar_fit(code) if isinstance(code, ScalarQuantizer) else code.fit

    @property
    def _code(self) -> Quantizer:
        """What makes the messages."""
        if isinstance(self.quantizer, GaussianChannel):
            remedy = "A test channel sends no bits that could be decoded."
            raise argument_error("quantizer", self.quantizer, "one with messages", remedy)
        return self.quantizer.quantizer if isinstance(self.quantizer, Measured) else self.quantizer


def _track(
    argument: tuple[QuantizedKalman, float | None, int, int, int, int],
    /,
    *,
    rng: np.random.Generator,
) -> Moments:
    """Time averages of the squared error of some replicates."""
    tracker, prior_variance, d, rounds, warmup, size = argument
    channel = tracker.quantizer if isinstance(tracker.quantizer, GaussianChannel) else None
    code = channel or tracker._code

    def send(z: Floats) -> Floats:
        return code.roundtrip(z, rng=rng)

    total = np.zeros(size)
    steps = tracker._steps((size, d), warmup + rounds, prior_variance, rng, send)
    for t, (error, _) in enumerate(steps):
        if t >= warmup:
            total += np.mean(error**2, axis=1)
    return Moments.of(total / rounds)
