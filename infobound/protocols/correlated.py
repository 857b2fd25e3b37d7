"""Memoryless schemes for AR(1) noise: cyclic signs, and Gaussian test channels that may predict.

What they reach as T grows is in `infobound.bounds.correlated_laws`. `scaled_error` runs any of them
many times over, on any executor, and resumes after a kill.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from infobound.models.autoregressive import AutoregressiveLocation
from infobound.models.gaussian import Floats
from infobound.montecarlo.estimate import Estimate
from infobound.montecarlo.moments import Moments
from infobound.montecarlo.sweep import sweep
from infobound.numerics.arguments import argument_error, positive, whole
from infobound.quantizers.base import Message, Rng
from infobound.quantizers.scalar import Sign

# Of prior_std over s: a start 4 tau = 8 s away is made up for in exp(6.4) = 600 messages.
_FURTHEST = 2.0
_BLOCK = 1 << 12  # coordinates of runs in one task; part of what the numbers depend on


class Scheme(Protocol):
    """Estimates theta ~ N(0, prior_std^2 I_d) from T rounds; a frozen dataclass of plain data.

    A `prior_std` of None stands for the model's noise_std.
    """

    @property
    def prior_std(self) -> float | None: ...

    def run(
        self, model: AutoregressiveLocation, theta: npt.ArrayLike, *, rounds: int, rng: Rng = None
    ) -> Floats:
        """Final estimates of independent runs, shape (runs, d), as theta."""


@dataclass(frozen=True)
class CyclicSigns:
    """B coordinates in turn send the sign of X_t minus the public estimate: B bits per round.

    A coordinate's k-th message m moves its estimate by (s sqrt(pi/2)/k) m. The estimate is then the
    average of the k values (estimate before) + s sqrt(pi/2) m, so its error tends to the average of
    signs that have the long-run variance of sign(N_t), N_{t+n}, ...: T E|error|^2/(d s^2) tends to
    `sign_law`, n = d/B, for every start (stochastic approximation with Markov noise: Benveniste,
    Metivier and Priouret 1990, part II).

    Parameters
    ----------
    bits : int
        B >= 1 per round, a divisor of d.
    prior_std : float, optional
        tau, spread of theta about the start of the recursion, 0, which knows nothing else of it; by
        default s. Keep it to a few s: the steps are s sqrt(pi/2)/k, so from a start tau away it takes
        about exp(0.8 tau/s) messages of a coordinate, n rounds each. More than 2 s is refused.
    """

    bits: int
    prior_std: float | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "bits", whole("bits", self.bits))
        if self.prior_std is not None:
            object.__setattr__(self, "prior_std", positive("prior_std", self.prior_std))

    def gap(self, model: AutoregressiveLocation) -> int:
        """n = d/B, rounds from one message about a coordinate to the next."""
        n, left = divmod(model.dimension, self.bits)
        if left:
            raise argument_error("bits", self.bits, f"a divisor of d = {model.dimension}")
        return n

    def run(
        self, model: AutoregressiveLocation, theta: npt.ArrayLike, *, rounds: int, rng: Rng = None
    ) -> Floats:
        """Final estimates, shape (runs, d), for theta of that shape; messages are not packed.

        Raises
        ------
        ArgumentError
            Bits that do not divide d, a theta of another shape, prior_std above 2 s.
        """
        return self._rounds(model, theta, rounds, rng, lambda y: np.where(y > 0, 1.0, -1.0))

    def transcript(
        self, model: AutoregressiveLocation, theta: npt.ArrayLike, *, rounds: int, rng: Rng = None
    ) -> tuple[Floats, list[Message]]:
        """The same estimates under the same rng, and the packed messages of every round.

        Each is a batch, one message of B bits for each run.
        """
        sent: list[Message] = []

        def through(y: Floats) -> Floats:
            sent.append(Sign().encode(y))
            return Sign().decode(sent[-1])

        return self._rounds(model, theta, rounds, rng, through), sent

    def decode(self, model: AutoregressiveLocation, messages: Sequence[Message]) -> Floats:
        """Estimates from the messages alone: shape (runs, d)."""
        if not messages:
            raise argument_error("messages", messages, "one for each round, at least one")
        n, runs = self.gap(model), messages[0].count
        estimate = np.zeros((n, runs, self.bits))
        for t, message in enumerate(messages):
            self._move(model, estimate[t % n], t // n + 1, Sign().decode(message))
        return _coordinates(estimate)

    def _rounds(
        self,
        model: AutoregressiveLocation,
        theta: npt.ArrayLike,
        rounds: int,
        rng: Rng,
        channel: Callable[[Floats], Floats],
    ) -> Floats:
        """Only the noise of coordinates that are asked is drawn, n rounds after it was last."""
        if self.prior_std is not None and self.prior_std > _FURTHEST * model.noise_std:
            limit = f"at most {_FURTHEST:g} noise_std = {_FURTHEST * model.noise_std:.6g}"
            remedy = "Steps shrink as s/k: a start tau away takes about exp(0.8 tau/s) messages."
            raise argument_error("prior_std", self.prior_std, limit, remedy)
        n, values = self.gap(model), _runs(model, theta)
        runs, draw = len(values), np.random.default_rng(rng)
        truth = np.ascontiguousarray(np.moveaxis(values.reshape(runs, n, self.bits), 1, 0))
        estimate, noise = np.zeros_like(truth), np.empty_like(truth)
        fresh = np.empty((runs, self.bits))
        for t in range(whole("rounds", rounds)):
            group = t % n
            if t < n:
                noise[group] = model.first_noise(fresh.shape, draw)
            else:
                draw.standard_normal(out=fresh)
                model.step_noise(noise[group], fresh, lag=n)
                noise[group] = fresh
            sign = channel(truth[group] + noise[group] - estimate[group])
            self._move(model, estimate[group], t // n + 1, sign)
        return _coordinates(estimate)

    @staticmethod
    def _move(model: AutoregressiveLocation, estimate: Floats, k: int, sign: Floats) -> None:
        estimate += model.noise_std * math.sqrt(math.pi / 2) / k * sign


class Filter(NamedTuple):
    """One round of the Kalman filter for (theta, N_t), the same in every coordinate."""

    channel: float  # variance q of the channel
    gain: float  # of theta on what was received minus its prediction
    noise_gain: float
    error: float  # E|theta - estimate|^2 after the round


@dataclass(frozen=True)
class GaussianTestChannel:
    """The receiver sees X_t + N(0, q_t), q_t as large as R bits per coordinate allow.

    q_t = V_t/(4^R - 1), where V_t is the variance of X_t minus the public estimate of theta, or
    with `predictive` minus the public prediction of X_t itself. Such channels are the limit of
    R d bits per round as d grows (shared random codebooks); there is no message at finite d. The
    receiver is the Kalman filter of (theta, N_t), so `error` is exact.

    T E|error|^2/(d s^2) tends to `gaussian_channel_law`, with `predictive` to `predictive_law`.

    Parameters
    ----------
    rate : float
        R > 0, bits per coordinate and round.
    predictive : bool
    prior_std : float
        tau > 0 of theta ~ N(0, tau^2 I_d).
    """

    rate: float
    predictive: bool = False
    prior_std: float = 1.0

    def __post_init__(self) -> None:
        remedy = "Give it per coordinate and round."
        object.__setattr__(self, "rate", positive("rate", self.rate, remedy))
        object.__setattr__(self, "prior_std", positive("prior_std", self.prior_std))

    def error(self, model: AutoregressiveLocation, *, rounds: int) -> float:
        """Mean squared error per coordinate after T rounds, exactly."""
        *_, last = self.filters(model, rounds=rounds)
        return last.error

    def filters(self, model: AutoregressiveLocation, *, rounds: int) -> Iterator[Filter]:
        """The filter of each round: covariance [[a, b], [b, c]] of the errors of (theta, N_t)."""
        variance, rho = model.noise_std**2, model.correlation
        growth = math.expm1(math.log(4) * self.rate)
        a, b, c = self.prior_std**2, 0.0, variance
        for _ in range(whole("rounds", rounds)):
            predicted = a + 2 * b + c
            described = predicted if self.predictive else a + 2 * b + variance
            q = described / growth
            gain, noise_gain = (a + b) / (predicted + q), (b + c) / (predicted + q)
            a, b, c = a - gain * (a + b), b - gain * (b + c), c - noise_gain * (b + c)
            yield Filter(q, gain, noise_gain, a)
            b, c = rho * b, rho**2 * c + (1 - rho) * (1 + rho) * variance

    def run(
        self, model: AutoregressiveLocation, theta: npt.ArrayLike, *, rounds: int, rng: Rng = None
    ) -> Floats:
        """Final estimates, shape (runs, d), for theta of that shape."""
        values = _runs(model, theta)
        shape = values.shape
        draw = np.random.default_rng(rng)
        estimate, expected = np.zeros(shape), np.zeros(shape)  # of theta and of N_t
        noise, fresh = np.empty(shape), np.empty(shape)
        for t, one in enumerate(self.filters(model, rounds=rounds)):
            if t == 0:
                noise[:] = model.first_noise(shape, draw)
            else:
                draw.standard_normal(out=fresh)
                model.step_noise(noise, fresh)
                noise, fresh = fresh, noise
            surprise = draw.standard_normal(shape)
            surprise *= math.sqrt(one.channel)
            surprise += values + noise - estimate - expected
            estimate += one.gain * surprise
            expected += one.noise_gain * surprise
            expected *= model.correlation
        return estimate


@dataclass(frozen=True)
class _Task:
    scheme: Scheme
    model: AutoregressiveLocation
    rounds: int
    runs: int


def _errors(task: _Task, /, *, rng: np.random.Generator) -> Moments:
    """Squared errors of some runs; theta is drawn first."""
    shape = (task.runs, task.model.dimension)
    spread = task.scheme.prior_std
    theta = (task.model.noise_std if spread is None else spread) * rng.standard_normal(shape)
    final = task.scheme.run(task.model, theta, rounds=task.rounds, rng=rng)
    return Moments.of(np.mean((final - theta) ** 2, axis=1))


def scaled_error(
    scheme: Scheme,
    model: AutoregressiveLocation,
    *,
    rounds: int,
    runs: int,
    rng: int | np.random.SeedSequence | np.random.Generator | None = None,
    executor: Executor | None = None,
    store: Path | str | None = None,
    progress: Callable[[int, int], object] | None = None,
) -> Estimate:
    """T E|theta_T - theta|^2/(d s^2), a pure number, over independent runs; theta ~ N(0, tau^2 I).

    Parameters
    ----------
    scheme : CyclicSigns, GaussianTestChannel or one like them
    model : AutoregressiveLocation
    rounds : int, T >= 1
    runs : int, >= 2
    rng : int, SeedSequence, Generator or None
    executor, store, progress
        As in `infobound.montecarlo.sweep`: the number is the same to the last bit for any
        executor, and also when a sweep with a store was killed and is run again.
    """
    T, n = whole("rounds", rounds), whole("runs", runs, least=2)
    size = max(1, _BLOCK // model.dimension)
    tasks = [_Task(scheme, model, T, min(size, n - first)) for first in range(0, n, size)]
    parts = sweep(_errors, tasks, rng=rng, executor=executor, store=store, progress=progress)
    found = Moments.merged(parts)
    unit = T / model.noise_std**2
    return Moments(found.count, unit * found.mean, unit**2 * found.squares).estimate("1")


def _runs(model: AutoregressiveLocation, theta: npt.ArrayLike) -> Floats:
    """Theta as floats of shape (runs, d): steps into an array of integers would be cut off."""
    values = np.asarray(theta, dtype=np.float64)
    if values.ndim != 2 or values.shape[1] != model.dimension:
        raise argument_error("theta.shape", values.shape, f"(runs, {model.dimension})")
    return values


def _coordinates(groups: Floats) -> Floats:
    """From (n, runs, B) to (runs, d)."""
    return np.moveaxis(groups, 0, 1).reshape(groups.shape[1], -1)
