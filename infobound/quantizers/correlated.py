"""Correlated quantization: n workers round so that their errors cancel in the mean.

Suresh, Sun, Ro and Yu (2022, arXiv:2203.04925). For every coordinate the workers share a random
permutation pi of 0, ..., n - 1; worker i rounds up when U_i = (pi_i + g_i)/n is below the fraction
of a step, with g_i in [0, 1) its own coin. Each U_i alone is uniform, so every worker is unbiased,
with the error of stochastic rounding; together the U_i are spread evenly over [0, 1).
"""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from infobound.numerics.arguments import argument_error, positive, real, whole
from infobound.numerics.public_coins import public_words
from infobound.quantizers.base import ErrorBound, Floats, Ints, Message, Rng, draw_coins
from infobound.quantizers.domains import Box, Domain


@dataclass(frozen=True, init=False, repr=False)
class CorrelatedQuantization:
    """ceil(log2 levels) bits per coordinate and worker, for y of shape (..., workers, d).

    The levels are fixed, equally spaced from `low` to `high`. At two levels this is the scheme of
    the paper; for more, the paper also shifts the levels at random, which is not done here.

    When all workers hold the same number the error of the mean is exactly
    step^2 f(1 - f)/workers^2 <= (step/(2 workers))^2, f = frac(workers * fraction of a step), where
    independent coins give step^2/(4 workers) at worst. `mean_error` is exact for any inputs.

    Row r of the batch is worker r mod n of group r // n. The permutations are public coins of the
    encoders; the decoder needs no coins.

    Parameters
    ----------
    low, high : float
        Range of the coordinates, in units of y. With one number r given, the range is [-r, r].
    levels : int
        2 to 2^16.
    workers : int
        n >= 1.
    """

    low: float
    high: float
    levels: int
    workers: int
    unbiased: ClassVar[bool] = True
    joint: ClassVar[bool] = True

    def __init__(
        self, low: float, high: float | None = None, *, levels: int = 2, workers: int
    ) -> None:
        if high is None:
            high = positive("radius", low)
            low = -high
        low, high = real("low", low), real("high", high)
        if not (low < high and math.isfinite(high - low)):
            raise argument_error("high", high, f"above low = {low!r}, at a finite distance")
        for name, value in [
            ("low", low),
            ("high", high),
            ("levels", whole("levels", levels, least=2, most=2**16)),
            ("workers", whole("workers", workers, most=2**32)),
        ]:
            object.__setattr__(self, name, value)

    def __repr__(self) -> str:
        ends = f"{self.low!r}, {self.high!r}"
        return f"CorrelatedQuantization({ends}, levels={self.levels}, workers={self.workers})"

    @property
    def domain(self) -> Domain:
        """Coordinates in [low, high]."""
        return Box((self.high - self.low) / 2, (self.high + self.low) / 2)

    @property
    def step(self) -> float:
        """Distance between levels."""
        return (self.high - self.low) / (self.levels - 1)

    @property
    def width(self) -> int:
        """Bits per coordinate, ceil(log2 levels)."""
        return (self.levels - 1).bit_length()

    def bits(self, d: int) -> int:
        """d * width, for each worker."""
        return whole("d", d) * self.width

    def variance_bound(self, d: int) -> ErrorBound:
        """d step^2/4 for one worker."""
        return ErrorBound(whole("d", d) * self.step**2 / 4)

    def mean_squared_error(self, y: npt.ArrayLike) -> Floats:
        """step^2 sum f(1 - f) for each worker, f the fractions of a step; shape (..., n)."""
        fraction = self._split(self._check(y))[1]
        error: Floats = self.step**2 * np.sum(fraction * (1 - fraction), axis=-1)
        return error

    def mean_error(self, y: npt.ArrayLike) -> Floats:
        """E|mean of Q(y) over the workers - mean of y|^2 exactly, for each group; shape (...).

        With A_m = P(worker with pi = m rounds up), P(i and j round up) is
        (sum A_m sum B_m - sum A_m B_m)/(n (n - 1)); O(n^2 d) operations.
        """
        values = self._check(y)
        fraction = np.moveaxis(self._split(values)[1], -1, -2)  # (..., d, n)
        n = self.workers
        up = np.clip(n * fraction[..., None] - np.arange(n), 0, 1)  # (..., d, worker, m)
        single = np.sum(fraction * (1 - fraction), axis=(-1, -2))
        # Sum over i != j of P_ij - f_i f_j, all in sums over the workers.
        total, squares = fraction.sum(axis=-1), np.sum(fraction**2, axis=-1)
        pairs = total**2 - squares
        overlap = np.sum(up.sum(axis=-2) ** 2, axis=-1) - np.sum(up**2, axis=(-1, -2))
        covariance = (n * n * pairs - overlap) / max(n * (n - 1), 1) - pairs
        error: Floats = (self.step / n) ** 2 * (single + covariance.sum(axis=-1))
        return error

    def encode(self, y: npt.ArrayLike, *, rng: Rng = None) -> Message:
        """Send the level of every coordinate of every worker; y is (..., workers, d)."""
        generator = np.random.default_rng(rng)
        values, coins = self._check(y), draw_coins(generator)
        levels = self._draw(values, coins, generator)
        return Message.pack(
            levels, width=self.width, shape=values.shape, coins=coins, made_by=repr(self)
        )

    def decode(self, message: Message) -> Floats:
        """The levels, shape (..., workers, d); one worker's message alone gives (d,)."""
        d = message.accept(self)
        (levels,) = message.split([(d, self.width)])
        if np.any(levels >= self.levels):
            raise argument_error("message symbol", int(levels.max()), f"less than {self.levels}")
        return self._values(levels)

    def roundtrip(self, y: npt.ArrayLike, *, rng: Rng = None) -> Floats:
        """decode(encode(y)) without the bits."""
        generator = np.random.default_rng(rng)
        values = self._check(y)
        return self._values(self._draw(values, draw_coins(generator), generator))

    def _check(self, y: npt.ArrayLike) -> Floats:
        values = self.domain.check("y", y)
        if values.ndim < 2 or values.shape[-2] != self.workers:
            allowed = f"(..., {self.workers}, d): one row for each worker"
            raise argument_error("y.shape", values.shape, allowed)
        return values

    def _split(self, values: Floats) -> tuple[Ints, Floats]:
        """The level below each value, and the fraction of a step above it, in [0, 1]."""
        place = (values - self.low) / self.step
        below = np.minimum(np.floor(place), self.levels - 2)
        # At `high` the place may be beyond the last level by a rounding error.
        return below.astype(np.int64), np.minimum(place - below, 1.0)

    def _draw(self, values: Floats, coins: int, private: np.random.Generator) -> Ints:
        below, fraction = self._split(values)
        n, d = values.shape[-2:]
        groups = math.prod(values.shape[:-2])
        words = public_words(coins, count=groups, per_row=n * d)
        order = np.argsort(words.reshape(groups, n, d), axis=1, kind="stable")
        place = (order.reshape(values.shape) + private.random(values.shape)) / n
        levels: Ints = below + (place < fraction)
        return levels

    def _values(self, levels: Ints) -> Floats:
        # From both ends, so that the first and the last level are low and high exactly.
        share = levels / (self.levels - 1)
        decoded: Floats = self.low * (1 - share) + self.high * share
        return decoded
