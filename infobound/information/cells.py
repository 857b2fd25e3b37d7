"""Scalar cells of a Gaussian: law, Fisher information, entropy, and conditional variance.

X ~ N(theta, s^2) falls into one of K intervals. With a, b the ends of a cell in standard
deviations from theta, P(cell) = Phi(b) - Phi(a) and its derivative in theta is
(phi(a) - phi(b)) / s, so everything is closed form.
"""

from collections.abc import Callable

import numpy as np

from infobound.information.law import Floats, MessageLaw, constant, entropy_bits
from infobound.numerics.normal import cell_moments, cell_probability, cell_score

_CHUNK = 1 << 15  # ends of cells in memory at a time


def cells_law(thresholds: Floats, theta: float, noise_std: float) -> MessageLaw:
    """Law of the cell of X ~ N(theta, s^2), thresholds increasing; d = 1."""
    lower, upper = _ends(thresholds, np.array([theta]), noise_std)
    slope = cell_score(lower, upper) / noise_std
    return MessageLaw(cell_probability(lower, upper)[0], slope[0][:, None])


def cells_fisher(thresholds: Floats, theta: Floats, noise_std: float) -> Floats:
    """Fisher information about each coordinate, sum (phi(a) - phi(b))^2 / (s^2 P), theta (d,).

    The d coordinates are quantized alike and independently, so the matrix is diagonal.
    """

    def information(lower: Floats, upper: Floats) -> Floats:
        mass, score = cell_probability(lower, upper), cell_score(lower, upper)
        gain = np.divide(score**2, mass, out=np.zeros_like(mass), where=mass > 0)
        return np.asarray(gain.sum(axis=-1) / noise_std**2)

    return _each(information, thresholds, theta, noise_std)


def cells_entropy(thresholds: Floats, theta: Floats, noise_std: float) -> Floats:
    """Entropy of the cell of each coordinate in bits, theta (d,)."""
    return _each(
        lambda lower, upper: entropy_bits(cell_probability(lower, upper)),
        thresholds,
        theta,
        noise_std,
    )


def cells_mmse(thresholds: Floats, theta: Floats, noise_std: float) -> Floats:
    """E Var(X | cell) of each coordinate in squared units of theta, theta (d,).

    A second route to Fisher information: I = (s^2 - E Var(X | cell)) / s^4.
    """

    def error(lower: Floats, upper: Floats) -> Floats:
        cell = cell_moments(lower, upper)
        return np.asarray((cell.probability * cell.variance).sum(axis=-1) * noise_std**2)

    return _each(error, thresholds, theta, noise_std)


def _ends(thresholds: Floats, theta: Floats, noise_std: float) -> tuple[Floats, Floats]:
    ends = (np.concatenate([[-np.inf], thresholds, [np.inf]]) - theta[:, None]) / noise_std
    return ends[:, :-1], ends[:, 1:]


def _each(
    functional: Callable[[Floats, Floats], Floats],
    thresholds: Floats,
    theta: Floats,
    noise_std: float,
) -> Floats:
    """Value at each theta: once per distinct theta, in blocks of bounded memory."""
    if constant(theta):
        value = functional(*_ends(thresholds, theta[:1], noise_std))
        return np.broadcast_to(value, theta.shape)
    distinct, place = np.unique(theta, return_inverse=True)
    rows = max(1, _CHUNK // (len(thresholds) + 1))
    parts = [
        functional(*_ends(thresholds, distinct[first : first + rows], noise_std))
        for first in range(0, distinct.size, rows)
    ]
    return np.asarray(np.concatenate(parts)[place])
