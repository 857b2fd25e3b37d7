"""Fisher information of an arbitrary quantizer from simulated observations.

With Z = (X - theta)/s and mu_m = E[Z | M = m], the trace is E |mu_M|^2 / s^2. Where mu is known for
each message it is a plain mean. Otherwise mu must be estimated from the same draws, and the square
of an estimated mean is too large: over a cell seen n_m times use the mean of Z_i . Z_j over
*different* draws i, j, which is unbiased for |mu_m|^2.
"""

import math
from typing import Any

import numpy as np

from infobound.information.estimate import FisherEstimate
from infobound.information.law import Floats, Ints
from infobound.information.structure import FISHER_UNIT
from infobound.information.u_statistic import Cross, cross_products
from infobound.models.gaussian import GaussianLocation
from infobound.montecarlo.moments import Moments
from infobound.numerics.arguments import argument_error
from infobound.quantizers.base import Message, Quantizer, Rng

FULL_MATRIX = 512  # coordinates up to which the whole matrix is estimated
GROUPS = 64  # draws of the public coins
TOLERATED = 0.25  # standard errors that cells seen once may hide
_CHUNK = 1 << 22  # numbers in memory at a time


def monte_carlo_fisher(
    model: GaussianLocation,
    quantizer: Quantizer,
    theta: Floats,
    noise_std: float,
    *,
    rng: Rng,
    samples: int,
) -> FisherEstimate:
    """Estimate the Fisher information of one message by simulation, theta of shape (d,).

    - With ``conditional_mean``: mean of |mu_M|^2 over the draws.
    - Without: the U-statistic. A cell seen once has no pair, and what it holds is lost: this
      biases the estimate down, by sum_m p_m (1 - p_m)^(n-1) |mu_m|^2, at most the expected squared
      score of the draws that are alone in their cell (their share estimates the mass of unseen
      cells, Good 1953). When that is more than a quarter of a standard error the interval would
      be wrong, and the estimate is refused.
    - With public coins, each of 64 groups draws its own, and the spread of the groups gives the
      standard error; `n` is then the number of groups.

    Raises
    ------
    ArgumentError
        Naming `samples`, when they are too few for the number of different messages.
    """
    draw = np.random.default_rng(rng)
    d = theta.size
    if hasattr(quantizer, "conditional_mean"):
        return _conditional_means(model, quantizer, theta, noise_std, draw, samples)
    probe = quantizer.encode(np.array(theta)[None], rng=np.random.default_rng(0))
    if probe.coins is None:
        noise = draw.standard_normal((samples, d))
        labels = _labels(quantizer.encode(theta + noise_std * noise, rng=draw))
        cross = cross_products(noise, labels, full=d <= FULL_MATRIX)
        _refuse_sparse(cross.alone / samples, cross, cross.stderr, size=samples, samples=samples)
        return _assemble(cross.diagonal, cross.matrix, cross.stderr, samples, noise_std)
    size = samples // GROUPS
    parts = []
    for _ in range(GROUPS):
        noise = draw.standard_normal((size, d))
        labels = _labels(quantizer.encode(theta + noise_std * noise, rng=draw))
        parts.append(cross_products(noise, labels, full=d <= FULL_MATRIX))
    traces = Moments.of([part.diagonal.sum() for part in parts])
    stderr = float(traces.stderr)
    alone = float(np.mean([part.alone for part in parts])) / size
    _refuse_sparse(alone, parts[0], stderr, size=size, samples=samples)
    diagonal = np.mean([part.diagonal for part in parts], axis=0)
    matrices = [part.matrix for part in parts if part.matrix is not None]
    matrix = np.mean(matrices, axis=0) if matrices else None
    return _assemble(diagonal, matrix, stderr, GROUPS, noise_std)


def _conditional_means(
    model: GaussianLocation,
    quantizer: Any,
    theta: Floats,
    noise_std: float,
    draw: np.random.Generator,
    samples: int,
) -> FisherEstimate:
    d = theta.size
    rows = max(1, _CHUNK // d)
    squares: list[Moments] = []
    diagonal, matrix = np.zeros(d), np.zeros((d, d)) if d <= FULL_MATRIX else None
    for first in range(0, samples, rows):
        x = theta + noise_std * draw.standard_normal((min(rows, samples - first), d))
        message = quantizer.encode(x, rng=draw)
        means = np.asarray(quantizer.conditional_mean(message, model, theta))
        if means.shape != x.shape:
            raise argument_error("conditional_mean(...).shape", means.shape, f"{x.shape}")
        mean = (means - theta) / noise_std
        squares.append(Moments.of(np.sum(mean**2, axis=1)))
        diagonal += np.sum(mean**2, axis=0)
        if matrix is not None:
            matrix += mean.T @ mean
    stderr = float(Moments.merged(squares).stderr)
    full = None if matrix is None else matrix / samples
    return _assemble(diagonal / samples, full, stderr, samples, noise_std)


def _assemble(
    diagonal: Floats, matrix: Floats | None, stderr: float, n: int, noise_std: float
) -> FisherEstimate:
    unit = noise_std**2
    return FisherEstimate(
        value=float(diagonal.sum()) / unit,
        stderr=stderr / unit,
        n=n,
        method="monte-carlo",
        unit=FISHER_UNIT,
        diagonal=diagonal / unit,
        blocks=None if matrix is None else matrix[None] / unit,
    )


def _labels(message: Message) -> Ints:
    _, labels = np.unique(message.keys(), return_inverse=True)
    return np.asarray(labels, dtype=np.int64)


def _refuse_sparse(hidden: float, cross: Cross, stderr: float, *, size: int, samples: int) -> None:
    remedy = (
        "Draw more, use fewer bits or smaller blocks, or give the quantizer a method "
        "conditional_mean(message, model, theta)."
    )
    if hidden > TOLERATED * stderr:
        seen = f"{cross.singletons} of the {cross.cells} seen in {size} draws did"
        allowed = f"so many that few messages come up only once ({seen})"
        raise argument_error("samples", samples, allowed, remedy)
    if stderr < 2 * math.log(size) / size:
        allowed = (
            f"so many that no unseen message matters (the {cross.cells} seen in {size} draws tell "
            "so little that one more could tell most)"
        )
        raise argument_error("samples", samples, allowed, remedy)
