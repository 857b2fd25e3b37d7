"""Estimating a mean from B < d bits a round: some coordinates at a time, cells that follow theta.

Each round describes k = B // b coordinates with b bits each. A coordinate that is known only to lie
in a window is searched for first: the window is cut into 2^b cells, and the cell that X falls into
is the next window. Once the window is about as wide as the noise, Lloyd-Max cells centred at the
estimate take over, and the estimate moves by the conditional mean of the noise in the cell, which
is the score of the message (Robbins and Monro 1951; Fabian 1968). Noise at a threshold of the search
may lead it astray by a few s, which the first steps of the recursion make up for.

In the limit T E|theta_T - theta|^2 / (d s^2) is (d/k) / I, I the Fisher information of one
Lloyd-Max cell: for signs (pi/2) d/B, where no code of B bits gets below d/(2 ln 2 B). The search
takes log2(half_width / 2s) / b messages per coordinate, once: a sum, not a product.
"""

import math
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np

from infobound.montecarlo.estimate import Estimate
from infobound.montecarlo.moments import Moments
from infobound.montecarlo.replicates import replicated
from infobound.numerics.arguments import argument_error, positive, real, whole
from infobound.numerics.public_coins import public_words, smallest_places
from infobound.protocols.localization import LloydMaxRecursion
from infobound.quantizers.base import Floats, Ints, Message, Quantizer, Rng
from infobound.quantizers.blocks import Shifted
from infobound.quantizers.scalar import LloydMax, ScalarQuantizer, Uniform
from infobound.quantizers.selected import Selected

FOUND = 2.0  # half-width of a window, in units of s, at which the search ends
AVERAGED_DECAY = 2 / 3  # exponent of the gains whose iterates are averaged
_CHUNK = 1 << 12  # numbers that step together
_TASK = 1 << 15  # numbers in one task of a sweep


class _Stage(NamedTuple):
    """What the n-th message about a coordinate is made with, and what is done with its level."""

    cells: ScalarQuantizer
    gain: float


@dataclass(frozen=True)
class CoordinateRecursion:
    """Stochastic approximation from messages about k = min(d, B // b) coordinates a round.

    Parameters
    ----------
    dimension : int, d.
    bits : int
        B per round, at least `bits_per_coordinate`. What k b leaves over is not sent.
    noise_std : float, s > 0, in units of theta.
    bits_per_coordinate : int, b, 1 to 10.
    order : {"cyclic", "random"}
        In turn, ceil(d/k) rounds to a sweep, the last one of fewer coordinates where k does not
        divide d; or k of them by public coins in every round.
    coins : int
        The public seed of the random order.
    averaging : bool
        False: the m-th message after the search moves the estimate by level / (I m). True: by
        level m^(-2/3) / I, and the estimate is the average of the iterates but the first sqrt(M)
        of the M (Polyak and Juditsky 1992).
    half_width : float, optional
        A > 0: every theta_j is within A of 0 and is searched for, which takes the cyclic order.
        By default theta is taken to be within a few s of 0.

    Examples
    --------
    >>> scheme = CoordinateRecursion(dimension=8, bits=2, noise_std=1.0)
    >>> scheme.bits_per_round, round(scheme.limit, 4)  # (pi/2) d/B
    (2, 6.2832)
    """

    dimension: int
    bits: int
    noise_std: float
    bits_per_coordinate: int = 1
    order: Literal["cyclic", "random"] = "cyclic"
    coins: int = 0
    averaging: bool = False
    half_width: float | None = None

    def __post_init__(self) -> None:
        whole("dimension", self.dimension)
        whole("bits_per_coordinate", self.bits_per_coordinate, most=10)
        whole("bits", self.bits, least=self.bits_per_coordinate)
        whole("coins", self.coins, least=0)
        positive("noise_std", self.noise_std)
        if self.order not in ("cyclic", "random"):
            raise argument_error("order", self.order, '"cyclic" or "random"')
        if self.half_width is not None:
            positive("half_width", self.half_width)
            if self.order == "random":
                remedy = "A search follows each coordinate from the first message on."
                raise argument_error("order", self.order, '"cyclic" with a half_width', remedy)

    @property
    def described(self) -> int:
        """k: coordinates in one message."""
        return min(self.dimension, self.bits // self.bits_per_coordinate)

    @property
    def bits_per_round(self) -> int:
        """Length of a message, k b <= B; the last of a sweep may be shorter."""
        return self.described * self.bits_per_coordinate

    @cached_property
    def fisher(self) -> float:
        """I: Fisher information of one Lloyd-Max cell at its centre, in units of 1/s^2."""
        return LloydMaxRecursion(self.bits_per_coordinate).fisher

    @property
    def limit(self) -> float:
        """1/I times rounds per message about a coordinate: what T MSE / (d s^2) tends to."""
        if self.order == "random":
            return self.dimension / (self.described * self.fisher)
        return self._sweep / self.fisher

    @cached_property
    def search(self) -> tuple[float, ...]:
        """Half-widths of the windows of the search, one per message; empty without a half_width."""
        if self.half_width is None:
            return ()
        b = self.bits_per_coordinate
        needed = math.ceil(math.log2(self.half_width / (FOUND * self.noise_std)) / b)
        return tuple(self.half_width / 2 ** (b * i) for i in range(needed))

    def chosen(self, t: int) -> Ints:
        """The coordinates that round t = 0, 1, ... describes, in increasing order."""
        d, k = self.dimension, self.described
        if self.order == "random":
            places: Ints = smallest_places(
                public_words(self.coins, count=1, per_row=d, first=t), k
            )[0]
            return places
        first = t % self._sweep * k
        return np.arange(first, min(first + k, d), dtype=np.int64)

    def counts(self, rounds: int) -> Ints:
        """How many of the first `rounds` messages describe each coordinate, shape (d,)."""
        d, rounds = self.dimension, whole("rounds", rounds, least=0)
        if self.order == "random":
            words = public_words(self.coins, count=rounds, per_row=d)
            described: Ints = smallest_places(words, self.described).ravel()
            return np.bincount(described, minlength=d).astype(np.int64)
        group = np.arange(d) // self.described
        extra: Ints = (group < rounds % self._sweep).astype(np.int64)
        return extra + rounds // self._sweep

    def sent(self, rounds: int) -> int:
        """Exact bits of the first `rounds` messages together."""
        return self.bits_per_coordinate * int(self.counts(rounds).sum())

    def rule(self, t: int, past: Sequence[Message], coins: int = 0) -> Quantizer:
        """The encoder of round t, as `oracle_transcript` and the others take it."""
        iterates = self._iterates(past)
        return self._encoder(t, *iterates)

    def decode(self, messages: Sequence[Message]) -> Floats:
        """The estimate from all messages, shape (d,); nothing else is needed."""
        if not self.averaging:
            return self._iterates(messages)[0]
        skipped = [_skipped(int(m)) for m in self.counts(len(messages)) - len(self.search)]
        total, last = np.zeros(self.dimension), np.zeros(self.dimension)

        def note(places: Ints, values: Floats, counts: Ints) -> None:
            last[places] = values
            kept = counts > len(self.search) + np.array(skipped)[places]
            total[places[kept]] += values[kept]

        counts = self._iterates(messages, note)[1]
        number = counts - len(self.search) - np.array(skipped)
        return np.where(number > 0, total / np.maximum(number, 1), last)

    def run(self, theta: float, *, rounds: int, runs: int, rng: Rng = None) -> Floats:
        """Final estimates of independent runs, shape (runs, d), every theta_j = theta.

        The runs share the public coins. Coordinates do not talk to each other, so what is simulated
        is one scalar recursion for each coordinate of each run.
        """
        theta, runs = real("theta", theta), whole("runs", runs)
        counts, draw = self.counts(rounds), np.random.default_rng(rng)
        order = np.argsort(-counts, kind="stable")
        final = np.empty((self.dimension, runs))
        size = max(1, _CHUNK // self.dimension)
        for first in range(0, runs, size):
            part = slice(first, min(first + size, runs))
            final[order, part] = self._scalar(theta, counts[order], part.stop - first, draw)
        return final.T

    def scaled_error(
        self,
        theta: float,
        *,
        rounds: int,
        runs: int,
        rng: Rng = None,
        executor: Executor | None = None,
        store: Path | str | None = None,
        progress: Callable[[int, int], object] | None = None,
    ) -> Estimate:
        """T E|theta_T - theta|^2 / (d s^2), a pure number; tends to `limit`.

        Runs are cut into tasks that do not depend on the executor, so neither does the result; see
        `infobound.montecarlo.sweep` for `executor`, `store` and `progress`.
        """
        (found,) = replicated(
            _errors,
            (self, real("theta", theta), whole("rounds", rounds)),
            runs=whole("runs", runs, least=2),
            each=max(1, _TASK // self.dimension),
            unit="1",
            rng=rng,
            executor=executor,
            store=store,
            progress=progress,
        )
        return found

    @property
    def _sweep(self) -> int:
        """Rounds in which every coordinate is described once."""
        return -(-self.dimension // self.described)

    @cached_property
    def _cells(self) -> LloydMax:
        return LloydMax(self.bits_per_coordinate, self.noise_std)

    def _stage(self, n: int) -> _Stage:
        """The n-th message about a coordinate, from 0."""
        b = self.bits_per_coordinate
        if n < len(self.search):
            return _Stage(Uniform(b, 2 * self.search[n] / 2**b), 1.0)
        m = n - len(self.search) + 1
        gain = m**-AVERAGED_DECAY if self.averaging else 1 / m
        return _Stage(self._cells, gain / self.fisher)

    def _encoder(self, t: int, estimate: Floats, counts: Ints) -> Shifted:
        places = self.chosen(t)
        stage = self._stage(int(counts[places[0]]))  # Lloyd-Max cells do not depend on the count
        inner = Selected(stage.cells, tuple(places.tolist()), self.dimension)
        return Shifted(inner, estimate)

    def _iterates(
        self,
        messages: Sequence[Message],
        note: Callable[[Ints, Floats, Ints], None] = lambda places, values, counts: None,
    ) -> tuple[Floats, Ints]:
        """Estimate and counts after the messages; `note` sees each step."""
        estimate, counts = np.zeros(self.dimension), np.zeros(self.dimension, dtype=np.int64)
        for t, message in enumerate(messages):
            places = self.chosen(t)
            shown = self._encoder(t, estimate, counts).decode(message)[places]
            gains = np.array([self._stage(int(n)).gain for n in counts[places]])
            estimate[places] += gains * (shown - estimate[places])
            counts[places] += 1
            note(places, estimate[places], counts[places])
        return estimate, counts

    def _scalar(self, theta: float, counts: Ints, runs: int, draw: np.random.Generator) -> Floats:
        """Scalar recursions of counts[j] messages, shape (d, runs); counts do not increase."""
        found = len(self.search)
        skipped = np.array([found + _skipped(int(count) - found) for count in counts])
        now, total = np.zeros((counts.size, runs)), np.zeros((counts.size, runs))
        for n in range(int(counts[0])):
            stop = int(np.searchsorted(-counts, -n))  # rows that go on: those of counts > n
            start = int(np.searchsorted(-skipped, -n))  # and those that are averaged
            active, stage = now[:stop], self._stage(n)
            x = theta + self.noise_std * draw.standard_normal(active.shape) - active
            active += stage.gain * stage.cells.cells.level(stage.cells.cells.index(x))
            if self.averaging:
                total[start:stop] += now[start:stop]
        averaged = counts > skipped
        if self.averaging:
            now[averaged] = total[averaged] / (counts - skipped)[averaged, None]
        return now


def _skipped(averaged: int) -> int:
    """Iterates that the average leaves out."""
    return math.isqrt(max(averaged, 0))


def _errors(
    job: tuple[tuple[CoordinateRecursion, float, int], int], *, rng: np.random.Generator
) -> tuple[Moments]:
    """A task: scaled errors of some runs."""
    (scheme, theta, rounds), runs = job
    final = scheme.run(theta, rounds=rounds, runs=runs, rng=rng)
    square = np.mean((final - theta) ** 2, axis=1) / scheme.noise_std**2
    return (Moments.of(rounds * square),)
