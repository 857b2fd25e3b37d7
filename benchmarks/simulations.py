"""Protocols that run round by round: 2000 rounds of 40000 replicates."""

from collections.abc import Callable

import numpy as np

Timed = Callable[[], object]
Pair = tuple[Timed, Timed, float]
ROUNDS, RUNS = 2000, 40000


def _normals() -> None:
    """The noise alone: what every one of these simulations must draw."""
    draw = np.random.default_rng(1)
    for _ in range(ROUNDS):
        draw.standard_normal(RUNS)


def score_recursion() -> Pair:
    """Signs at the public estimate against drawing their noise."""
    from infobound.protocols import CoordinateRecursion

    scheme = CoordinateRecursion(1, 1, 1.0)
    return lambda: scheme.scaled_error(0.3, rounds=ROUNDS, runs=RUNS, rng=1), _normals, 1


def correlated_signs() -> Pair:
    """The same under AR(1) noise."""
    from infobound.models import AutoregressiveLocation
    from infobound.protocols import CyclicSigns, scaled_error

    model = AutoregressiveLocation(1, 1.0, 0.9)
    return (
        lambda: scaled_error(CyclicSigns(1), model, rounds=ROUNDS, runs=RUNS, rng=1),
        _normals,
        1,
    )


def quantized_kalman() -> Pair:
    """Signs of innovations of a random walk: twice the noise is drawn."""
    from infobound.bounds.drift import DriftingTarget
    from infobound.protocols import QuantizedKalman
    from infobound.quantizers import Sign

    target = DriftingTarget(drift_variance=0.01, noise_std=1.0)
    tracker = QuantizedKalman(target=target, quantizer=Sign())
    options = {"dimension": 1, "rounds": ROUNDS, "replicates": RUNS, "rng": 1}
    return lambda: tracker.run(**options), _normals, 2


def rows() -> dict[str, tuple[str, Callable[[], Pair], float | None, int]]:
    """Name -> (against, what to time, promise in seconds, runs)."""
    noise = "drawing the noise"
    return {
        "signs, 2000 x 40000": (noise, score_recursion, 20, 1),
        "signs, AR(1), 2000 x 40000": (noise, correlated_signs, 20, 1),
        "quantized Kalman, 2000 x 40000": (noise, quantized_kalman, 20, 1),
    }
