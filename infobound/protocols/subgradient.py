"""The projected stochastic subgradient method on quantized subgradients."""

import numpy as np
import numpy.typing as npt

from infobound.bounds.first_order import descent_step
from infobound.models.oracle_families import Oracle
from infobound.numerics.arguments import positive
from infobound.numerics.norms import Floats
from infobound.protocols.descent import Run, descend, received_norm
from infobound.protocols.projections import project
from infobound.quantizers.base import Quantizer, Rng


def projected_subgradient(
    oracle: Oracle,
    quantizer: Quantizer | None = None,
    *,
    rounds: int,
    step: float | None = None,
    gradient_norm: float | None = None,
    start: npt.ArrayLike | None = None,
    replicates: int = 1,
    send: bool = False,
    rng: Rng = None,
) -> Run:
    """x_{t+1} = P(x_t - step Q(Y_t)), Y_t a stochastic subgradient at x_t, P the projection.

    Optimal for p >= 2 (Mayekar and Tyagi 2020, arXiv:2001.09032, Remark 4 and Theorem 2.3). The
    guarantee is `bounds.first_order.descent_error` with the distance and the step used here: from
    the start 0 the default step gives at most domain.distance(2, d) * gradient_norm / sqrt(T).

    Parameters
    ----------
    oracle : Oracle
    quantizer : Quantizer, optional
        None: gradients are sent as they are, 64 bits per coordinate.
    rounds : int, T >= 1.
    step : float, optional
        > 0, constant; by default the one of least bound.
    gradient_norm : float, optional
        Root of the greatest mean squared l_2 norm of Q(Y), for the default step. By default from
        the quantizer's `variance_bound`.
    start : array_like, optional
        x_1 in the domain, shape (d,) or (replicates, d); 0 by default.
    replicates : int
        Independent runs, in one array.
    send : bool
        Pack every message, measure its bits and read it back: slower, the same numbers.
    rng : int, SeedSequence, Generator or None
        All coins, private and public.

    Returns
    -------
    Run
    """
    ball, d = oracle.domain, oracle.dimension
    if step is None:
        # From 0 every point is within the radius, from elsewhere within the diameter.
        distance = ball.distance(2.0, d) * (1 if start is None else 2)
        norm = received_norm(oracle, quantizer, gradient_norm, 2.0)
        step = descent_step(rounds=rounds, distance=distance, gradient_norm=norm)
    eta = positive("step", step)

    def move(x: Floats, received: Floats) -> Floats:
        return project(x - eta * received, ball)

    return descend(
        oracle,
        quantizer,
        move,
        rounds=rounds,
        step=eta,
        exponent=2.0,
        start=start,
        replicates=replicates,
        send=send,
        rng=np.random.default_rng(rng),
    )
