"""Stochastic mirror descent for l_p geometry, 1 <= p < 2, on quantized subgradients."""

import math

import numpy as np
import numpy.typing as npt

from infobound.bounds.first_order import descent_step, mirror_exponent
from infobound.models.oracle_families import Ball, Oracle
from infobound.numerics.arguments import argument_error, positive
from infobound.numerics.norms import Floats
from infobound.protocols.descent import Run, descend, received_norm
from infobound.protocols.projections import mirror_map, mirror_project
from infobound.quantizers.base import Quantizer, Rng


def mirror_descent(
    oracle: Oracle,
    quantizer: Quantizer | None = None,
    *,
    rounds: int,
    exponent: float | None = None,
    step: float | None = None,
    gradient_norm: float | None = None,
    start: npt.ArrayLike | None = None,
    replicates: int = 1,
    send: bool = False,
    rng: Rng = None,
) -> Run:
    """x_{t+1} = argmin over the domain of step <Q(Y_t), x> + Bregman distance of psi from x_t.

    psi(x) = |x|_a^2 / (2 (a - 1)), which is 1-strongly convex in |.|_a for 1 < a <= 2 (Mayekar and
    Tyagi 2020, arXiv:2001.09032, Remark 3; Nemirovsky and Yudin 1983). From the start 0 the error
    is at most `bounds.first_order.mirror_descent_error` at the exponent that is used, on the l_p
    ball of radius D/2 and on every set inside that is an oracle's domain; the answer is in the
    domain.

    On the cube |x|_inf <= D / (2 d^{1/p}), where the hard families live, distance and norm together
    make (D/2) alpha / sqrt((a - 1) T) at every a: a = 2 is best there, and there is no logarithm.

    Parameters
    ----------
    oracle : Oracle
        Its domain is an l_1 ball or a cube (any exponent), or an l_p ball, 1 < p <= 2
        (exponent = p: other exponents have no projection of one multiplier).
    exponent : float, optional
        a. By default on an l_p ball p, if p > 1, and `mirror_exponent` on an l_1 ball; on a cube 2.
    gradient_norm : float, optional
        Root of the greatest mean squared l_q norm of Q(Y), for the default step. By default from
        the quantizer's `second_moment_bound`, if it has one.
    quantizer, rounds, step, start, replicates, send, rng
        As in `projected_subgradient`.

    Returns
    -------
    Run
    """
    ball, d = oracle.domain, oracle.dimension
    if oracle.p > 2:
        remedy = "Use projected_subgradient."
        raise argument_error("oracle.p", oracle.p, "from 1 to 2", remedy)
    a = default_exponent(ball, d) if exponent is None else exponent
    if step is None:
        q = 1 / (1 - 1 / oracle.p) if oracle.p > 1 else math.inf
        norm = received_norm(oracle, quantizer, gradient_norm, q)
        norm *= d ** max(0.0, 1 / oracle.p - 1 / a)  # |g|_b <= d^{1/b - 1/q} |g|_q
        distance = ball.distance(a, d)
        step = descent_step(rounds=rounds, distance=distance, gradient_norm=norm, exponent=a)
    eta = positive("step", step)

    def move(x: Floats, received: Floats) -> Floats:
        return mirror_project(mirror_map(x, a) - eta * received, ball, a)

    return descend(
        oracle,
        quantizer,
        move,
        rounds=rounds,
        step=eta,
        exponent=a,
        start=start,
        replicates=replicates,
        send=send,
        rng=np.random.default_rng(rng),
    )


def default_exponent(ball: Ball, dimension: int) -> float:
    """The exponent of least bound among those that the domain has a projection for."""
    if math.isinf(ball.p):
        return 2.0
    return mirror_exponent(dimension=dimension, p=1.0) if ball.p == 1 else min(ball.p, 2.0)
