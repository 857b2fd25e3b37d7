"""Do 95 % intervals hold the truth 95 % of the time? Every Monte Carlo estimator, 400 seeds.

If the true coverage is 95 %, the number of hits is binomial(400, 0.95) and leaves [367, 393] with
probability 0.0023 (asserted below); the seeds are fixed. A standard error that is half of what it
should be covers 67 % and is let pass with a probability below 1e-7: planted in each test.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pytest

from infobound.information import entropy, fisher_information
from infobound.models import GaussianLocation
from infobound.montecarlo.estimate import Estimate
from infobound.numerics.normal import cell_mean
from infobound.protocols.transcripts import transcript_fisher_information
from infobound.quantizers import Argmax, Cells, LloydMax, Message, Quantizer, Sign, Simplex

SEEDS = range(400)


def hits(estimates: list[Estimate], truth: float, shrink: float = 1.0) -> int:
    shrunk = (replace(estimate, stderr=shrink * estimate.stderr) for estimate in estimates)
    return sum(low <= truth <= high for low, high in (one.interval() for one in shrunk))


def assert_covers(estimate: Callable[[int], Estimate], truth: float) -> None:
    estimates = [estimate(seed) for seed in SEEDS]
    assert {one.method for one in estimates} == {"monte-carlo"}
    assert 367 <= hits(estimates, truth) <= 393
    assert hits(estimates, truth, shrink=0.5) < 320
    # Unbiased: the mean of the runs is within 4.5 of its standard errors, false alarm 7e-6.
    values = np.array([one.value for one in estimates])
    assert abs(values.mean() - truth) < 4.5 * values.std() / len(values) ** 0.5


def test_false_alarm_rate_as_stated() -> None:
    from scipy.stats import binom

    outside = binom.cdf(366, 400, 0.95) + binom.sf(393, 400, 0.95)
    assert outside == pytest.approx(0.0023, abs=0.0001)
    assert binom.sf(319, 400, 0.673) < 1e-7


@pytest.mark.parametrize(
    ("quantizer", "d", "theta", "samples"),
    [
        (Sign(), 1, 0.5, 1000),
        (LloydMax(3, scale=0.5), 1, 0.1, 1000),
        (Sign(), 4, 0.0, 1000),
        (Argmax(), 6, 0.0, 1000),
        (Simplex(2), 3, 0.4, 1000),
        (Cells((0.0, 1.3)), 1, 0.0, 4000),
    ],
    ids=["one bit", "8 cells", "16 cells in R^4", "argmax", "simplex", "a rare cell"],
)
def test_u_statistic(quantizer: Quantizer, d: int, theta: float, samples: int) -> None:
    model = GaussianLocation(d, 0.5)
    truth = fisher_information(model, quantizer, theta).value
    assert_covers(
        lambda seed: fisher_information(
            model, quantizer, theta, rng=seed, samples=samples, method="monte-carlo"
        ),
        truth,
    )


@dataclass(frozen=True)
class Flipped:
    """Signs, each flipped with private coins: many messages that tell little."""

    flip: float

    def bits(self, d: int) -> int:
        return d

    def encode(self, y: npt.ArrayLike, *, rng: object = None) -> Message:
        values = np.asarray(y)
        draw = np.random.default_rng(rng)  # type: ignore[arg-type]
        symbols = (values > 0) ^ (draw.random(values.shape) < self.flip)
        return Message.pack(symbols.astype(np.int64), width=1, shape=values.shape)


def test_u_statistic_where_the_second_order_leads() -> None:
    """64 messages, |mean|^2 = 0.038: 2 sum tr C^2 / n^2 is 5.3e-4, 4 E mu' C mu / n only 1.3e-4."""
    model = GaussianLocation(6, 0.5)
    assert_covers(
        lambda seed: fisher_information(model, Flipped(0.45), 0, rng=seed, samples=1200),  # type: ignore[arg-type]
        truth=6 * 0.1**2 * 2 / np.pi / 0.5**2,
    )


@dataclass(frozen=True)
class Centroids:
    """Scalar cells that tell the mean of X in the cell of each coordinate."""

    inner: Cells

    def bits(self, d: int) -> int:
        return self.inner.bits(d)

    def encode(self, y: npt.ArrayLike, *, rng: object = None) -> Message:
        return self.inner.encode(y)

    def conditional_mean(
        self, message: Message, model: GaussianLocation, theta: npt.NDArray[np.float64]
    ) -> npt.NDArray[np.float64]:
        ends = (self.inner.ends - theta[0]) / model.noise_std  # equal coordinates
        means = theta[0] + model.noise_std * cell_mean(ends[:-1], ends[1:])
        return means[message.unpack(width=self.inner.width)]


@pytest.mark.parametrize(("bits", "d", "theta"), [(1, 1, 0.5), (2, 3, 0.2)])
def test_conditional_means(bits: int, d: int, theta: float) -> None:
    model = GaussianLocation(d, 0.5)
    cells = LloydMax(bits, scale=0.5).cells
    truth = fisher_information(model, cells, theta).value
    known = Centroids(cells)
    assert_covers(
        lambda seed: fisher_information(model, known, theta, rng=seed, samples=400),  # type: ignore[arg-type]
        truth,
    )


def test_adaptive_transcripts() -> None:
    def rule(t: int, past: tuple[Message, ...], coins: int) -> Quantizer:
        signs = [2 * int(message.unpack(width=1)[0]) - 1 for message in past]
        return Sign(offset=sum(c * m for c, m in zip([0.8, 0.5], signs, strict=False)))

    model = GaussianLocation(1, 1.0)
    truth = transcript_fisher_information(model, rule, 0.3, rounds=3).value
    assert_covers(
        lambda seed: transcript_fisher_information(
            model, rule, 0.3, rounds=3, rng=seed, samples=400, method="monte-carlo"
        ),
        truth,
    )


@dataclass(frozen=True)
class Hidden:
    """Cells that do not show themselves."""

    inner: Cells

    def bits(self, d: int) -> int:
        return self.inner.bits(d)

    def encode(self, y: npt.ArrayLike, *, rng: object = None) -> Message:
        return self.inner.encode(y)


def test_entropy_from_counts() -> None:
    model = GaussianLocation(1, 0.5)
    cells = LloydMax(3, scale=0.5).cells
    truth = entropy(model, cells, 0.3).value
    known = Hidden(cells)
    assert_covers(
        lambda seed: entropy(model, known, 0.3, rng=seed, samples=4000),  # type: ignore[arg-type]
        truth,
    )
