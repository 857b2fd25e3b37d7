"""True long-run error of a scalar quantizer behind a Kalman filter, by quadrature.

What is quantized is not Gaussian, so the variances that the filter assumes are not exact. But in the
steady state e_t, the error of the prediction, is a Markov chain on the line: cell k is sent with
probability p_k(e), the decoder adds c_k, and

    e' = a (e - c_k) + N(0, v).

Its stationary density solves a linear integral equation with a smooth kernel (Nystrom's method,
Gauss-Legendre panels that are a few sqrt(v) wide).
"""

import math
from itertools import pairwise
from typing import cast

import numpy as np

from infobound.montecarlo.estimate import Estimate
from infobound.numerics.arguments import argument_error
from infobound.numerics.gauss_legendre import gauss_legendre
from infobound.numerics.normal import cell_probability, density
from infobound.protocols.drift import QuantizedKalman
from infobound.protocols.innovation_codes import GaussianChannel
from infobound.quantizers.base import Floats
from infobound.quantizers.scalar import ScalarQuantizer

_NODES, _PANEL = 10, 2.5  # nodes per panel, and its width in units of sqrt(v)
_MOST = 5000  # nodes: the matrix has their square
_EDGE = 1e-12  # density at the ends of the range, relative to its peak


def stationary_error(tracker: QuantizedKalman) -> Estimate:
    """Squared error per coordinate in the steady state, method "quadrature".

    About ten digits. For `GaussianChannel` the exact value, `tracker.design_error`.

    Raises
    ------
    ArgumentError
        So little drift that the kernel is too narrow for the range (w/s^2 below about 1e-7): the
        error is then `design_error` to a part in a thousand.
    """
    unit = "theta^2 per coordinate"
    if isinstance(tracker.quantizer, GaussianChannel):
        return Estimate(value=tracker.design_error, unit=unit)
    reach = 8 * tracker.steady.scale if tracker.memory else 8 * _prediction_std(tracker)
    if not isinstance(tracker.quantizer, ScalarQuantizer):
        remedy = "Run it, or use design_error."
        raise argument_error("quantizer", tracker.quantizer, "a scalar quantizer", remedy)
    for _ in range(6):
        found, edge = _solve(tracker, reach)
        if edge < _EDGE:
            return Estimate(value=found, unit=unit, method="quadrature")
        reach *= 1.5
    raise ArithmeticError(f"{tracker!r}: no range holds the stationary law.")


def _prediction_std(tracker: QuantizedKalman) -> float:
    return math.sqrt(tracker.target.predicted(tracker.design_error))


def _solve(tracker: QuantizedKalman, reach: float) -> tuple[float, float]:
    """The error, and the density at the ends of [-reach, reach] relative to its peak."""
    plan, target = tracker.steady, tracker.target
    cells = cast(ScalarQuantizer, tracker.quantizer).cells
    ends = plan.scale * cells.ends
    correction = plan.gain * cells.level(np.arange(cells.count))
    if tracker.memory:
        before = target.noise_std**2 * plan.filter_gain / (1 - plan.filter_gain)  # P_p
        width, unseen = math.sqrt(plan.filter_gain * before), plan.filter_gain * target.noise_std**2
        node, weight = _panels([-reach, *ends[np.abs(ends) < reach], reach], width, target)
        sent = ((node > ends[:-1, None]) & (node <= ends[1:, None])).astype(np.float64)
    else:
        width, unseen = math.sqrt(target.drift_variance), 0.0
        node, weight = _panels([-reach, reach], width, target)
        shifted = (ends[:, None] - node) / target.noise_std
        sent = cell_probability(shifted[:-1], shifted[1:])
    kernel = np.zeros((node.size, node.size))  # [to, from]
    for probability, step in zip(sent, correction, strict=True):
        arrived = target.transition * (node - step)
        kernel += density((node[:, None] - arrived) / width) * (probability / width)
    start = density(node / (reach / 8)) / (reach / 8)
    system = np.eye(node.size) - kernel * weight + np.outer(start, weight)
    law = np.linalg.solve(system, start)
    square = sum(p * (node - step) ** 2 for p, step in zip(sent, correction, strict=True))
    error = float(np.sum(weight * law * square) / np.sum(weight * law))
    return unseen + error, float(np.max(np.abs(law[[0, -1]])) / np.max(law))


def _panels(ends: list[float], width: float, target: object) -> tuple[Floats, Floats]:
    """Nodes and weights of Gauss-Legendre panels that do not cross any of the ends."""
    place, weight = gauss_legendre(_NODES)
    pieces = [
        np.linspace(low, high, math.ceil((high - low) / (_PANEL * width)) + 1)
        for low, high in pairwise(ends)
    ]
    left = np.concatenate([piece[:-1] for piece in pieces])
    size = np.concatenate([np.diff(piece) for piece in pieces])
    if left.size * _NODES > _MOST:
        raise argument_error(
            "target", target, "one that drifts more", "With less drift use design_error."
        )
    return (left[:, None] + size[:, None] * place).ravel(), (size[:, None] * weight).ravel()
