"""The rounds of a first-order method on quantized subgradients, with every bit counted."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from infobound.models.oracle_families import Oracle
from infobound.montecarlo.estimate import Estimate
from infobound.montecarlo.moments import Moments
from infobound.numerics.arguments import argument_error, positive, whole
from infobound.numerics.norms import Floats, lp_norm
from infobound.quantizers.base import Quantizer, Rng

WHOLE_BITS = 64  # per coordinate of a gradient that is sent as it is


@dataclass(frozen=True, eq=False)
class Run:
    """What independent runs of T rounds ended with.

    Attributes
    ----------
    average : ndarray, shape (replicates, d)
        Mean of the queries x_1, ..., x_T: the answer that the bounds are about.
    last : ndarray, shape (replicates, d)
        The query that round T + 1 would make.
    excess : ndarray, shape (replicates,)
        f(average) - min f of each run, exactly.
    bits : int
        Bits received in one run, all T messages.
    rounds : int
    step : float
    exponent : float
        a of the mirror map; 2 for the projected subgradient method.
    """

    average: Floats
    last: Floats
    excess: Floats
    bits: int
    rounds: int
    step: float
    exponent: float

    @property
    def error(self) -> Estimate:
        """Mean excess over the runs with its standard error, in units of f."""
        return Moments.of(self.excess).estimate("f")


def descend(
    oracle: Oracle,
    quantizer: Quantizer | None,
    move: Callable[[Floats, Floats], Floats],
    *,
    rounds: int,
    step: float,
    exponent: float,
    start: npt.ArrayLike | None,
    replicates: int,
    send: bool,
    rng: Rng,
) -> Run:
    """Query, quantize, move, T times; `move(x, received)` gives the next queries, (replicates, d)."""
    T, n, d = whole("rounds", rounds), whole("replicates", replicates), oracle.dimension
    if getattr(quantizer, "joint", False):
        remedy = "Runs are independent of each other; use a quantizer of single vectors."
        raise argument_error("quantizer", quantizer, "one that is not joint over workers", remedy)
    draw = np.random.default_rng(rng)
    x = starting_points(oracle, start, n)
    total = np.zeros((n, d))
    bits = 0
    for _ in range(T):
        total += x
        received, length = transmit(quantizer, oracle.sample(x, rng=draw), send=send, rng=draw)
        bits += length
        x = move(x, received)
    average = total / T
    return Run(average, x, oracle.excess(average), bits, T, step, exponent)


def transmit(
    quantizer: Quantizer | None, gradients: Floats, *, send: bool, rng: np.random.Generator
) -> tuple[Floats, int]:
    """What arrives of gradients (n, d), and the bits of one message.

    With `send` the messages are really packed and read back, and their length is measured; without,
    `roundtrip` gives the same numbers under the same rng, and the length is `bits(d)`.
    """
    n, d = gradients.shape
    if quantizer is None:
        return gradients, WHOLE_BITS * d
    length = quantizer.bits(d)
    if not send:
        return quantizer.roundtrip(gradients, rng=rng), length
    message = quantizer.encode(gradients, rng=rng)
    if message.bits != n * length:
        remedy = "The quantizer miscounts its bits."
        raise argument_error("message.bits", message.bits, f"{n} messages of {length}", remedy)
    return quantizer.decode(message), length


def starting_points(oracle: Oracle, start: npt.ArrayLike | None, replicates: int) -> Floats:
    """The first queries, shape (replicates, d): 0 by default; a given point must be feasible."""
    shape = (replicates, oracle.dimension)
    if start is None:
        return np.zeros(shape)
    given = np.asarray(start, dtype=np.float64)
    if given.shape not in (shape, shape[1:]) or not np.all(np.isfinite(given)):
        raise argument_error("start.shape", given.shape, f"{shape[1:]} or {shape}, all finite")
    norm = float(np.max(lp_norm(given, oracle.domain.p)))
    if norm > oracle.domain.radius * (1 + 2.0**-40):
        raise argument_error("norm of start", norm, f"at most {oracle.domain.radius!r}")
    return np.broadcast_to(given, shape).copy()


def received_norm(
    oracle: Oracle, quantizer: Quantizer | None, gradient_norm: float | None, norm: float
) -> float:
    """Root of the greatest mean squared l_norm norm of Q(Y): as given, or from what is known of Q.

    |Y|_norm <= B d^{max(0, 1/norm - 1/q)} =: G. A quantizer with a `second_moment_bound`, alpha_0^2 of
    Mayekar and Tyagi 2020 (l_2 for p >= 2, l_q below), gives its root where that is the norm; an
    unbiased one whose error is at most V gives sqrt(G^2 + V) at norm = 2.
    """
    if gradient_norm is not None:
        return positive("gradient_norm", gradient_norm)
    d, inverse_q = oracle.dimension, 1 - 1 / oracle.p
    largest = float(oracle.gradient_bound * d ** max(0.0, 1 / norm - inverse_q))
    if quantizer is None:
        return largest
    moment = getattr(quantizer, "second_moment_bound", None)
    same = getattr(quantizer, "p", oracle.p) == oracle.p
    if moment is not None and same and math.isclose(1 / norm, min(inverse_q, 0.5), abs_tol=1e-15):
        return math.sqrt(moment(d))
    error = getattr(quantizer, "variance_bound", lambda d: None)(d) if norm == 2 else None
    if error is None or not quantizer.unbiased:
        remedy = "Give the root of the greatest mean squared norm of its output, or give step."
        raise argument_error("gradient_norm", None, f"given with {quantizer!r}", remedy)
    return math.sqrt(largest**2 + error.value * (largest**2 if error.relative else 1.0))
