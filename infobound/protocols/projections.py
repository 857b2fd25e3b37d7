"""Projections onto l_p balls about 0: Euclidean, and in the Bregman distance of |x|_a^2.

All work on rows, shape (..., d), and are exact up to rounding: y - x is a nonnegative multiple of
an outward normal at the answer x. Only rows outside the ball are changed.
"""

import math

import numpy as np

from infobound.models.oracle_families import Ball
from infobound.numerics.arguments import argument_error, real
from infobound.numerics.norms import Floats, lp_norm

_TURNS = 200  # of safeguarded Newton iterations; four to ten are used
_NEAR = 1e-14  # of a norm that should be 1; what is left is scaled away
_ULPS = 4e-16  # relative width of a bracket that cannot be halved


def project(y: Floats, ball: Ball) -> Floats:
    """The point of the ball that is nearest to y in l_2, row by row.

    Parameters
    ----------
    y : ndarray of float64, shape (..., d), finite.
    ball : Ball
        Cubes are clipped, l_2 balls scaled; l_1 balls by sorting (Duchi, Shalev-Shwartz, Singer
        and Chandra 2008); others by Newton's method on the multiplier.

    Returns
    -------
    ndarray, shape (..., d), new.
    """
    if math.isinf(ball.p):
        return np.clip(y, -ball.radius, ball.radius)
    rows = np.array(y, dtype=np.float64).reshape(-1, y.shape[-1])
    norms = lp_norm(rows, ball.p)
    out = norms > ball.radius
    if out.any():
        if ball.p == 2:
            rows[out] *= (ball.radius / norms[out])[:, None]
        else:
            size = np.abs(rows[out]) / ball.radius
            near = _onto_simplex(size) if ball.p == 1 else _onto_ball(size, ball.p)
            rows[out] = np.copysign(ball.radius * near, rows[out])
    return rows.reshape(y.shape)


def mirror_map(x: Floats, exponent: float) -> Floats:
    """Gradient of psi(x) = |x|_a^2 / (2 (a - 1)), row by row: shape (..., d), as x.

    Its inverse is `mirror_project` with a ball that is large enough.
    """
    a = _exponent(exponent)
    norm = lp_norm(x, a)[..., None]
    share = np.abs(x) / np.where(norm > 0, norm, 1)  # no overflow for any x
    return np.copysign(norm / (a - 1) * share ** (a - 1), x)


def mirror_project(theta: Floats, ball: Ball, exponent: float) -> Floats:
    """The minimiser of psi(x) - <theta, x> over the ball, psi(x) = |x|_a^2 / (2 (a - 1)).

    With theta = mirror_map(x) - step * g this is a step of mirror descent with its Bregman
    projection.

    Parameters
    ----------
    theta : ndarray of float64, shape (..., d), finite.
    ball : Ball
        With p = a (the answer is scaled), p = 1 (theta is soft-thresholded) or p = inf (the answer
        is clipped, after a scale is found); other pairs have no projection of one multiplier.
    exponent : float
        a in (1, 2].

    Raises
    ------
    ArgumentError
        For other pairs (a, p).
    """
    a = _exponent(exponent)
    if ball.p not in (1.0, a, math.inf):
        remedy = f"Take exponent = {ball.p:g}, or a ball with p = 1 or inf."
        raise argument_error("exponent", exponent, f"p = {ball.p:g} of the ball", remedy)
    rows = np.array(theta, dtype=np.float64).reshape(-1, theta.shape[-1])
    top = np.abs(rows).max(axis=-1)
    live = top > 0
    peak = top[live][:, None]
    size = np.abs(rows[live]) / peak  # largest coordinate 1
    reach = (a - 1) * peak / ball.radius
    if ball.p == a:
        near = _dual_point(size, reach, a)
        near /= np.maximum(lp_norm(near, a), 1)[:, None]
    elif ball.p == 1:
        near = _dual_point(size, reach, a)
        out = near.sum(axis=-1) > 1
        if out.any():
            near[out] = _soft_threshold(size[out], reach[out], a)
    else:
        near = _clipped(size, reach, a)
    rows[live] = np.copysign(ball.radius * near, rows[live])
    return rows.reshape(theta.shape)


def _exponent(value: float) -> float:
    a = real("exponent", value)
    if not 1 < a <= 2:
        raise argument_error("exponent", value, "in (1, 2]", "At p = 1 use mirror_exponent.")
    return a


def _dual_point(size: Floats, reach: Floats, a: float) -> Floats:
    """reach * grad(|.|_b^2 / 2) at size, 1/a + 1/b = 1: the minimiser without a ball."""
    b = a / (a - 1)
    norm = lp_norm(size, b)[..., None]
    point: Floats = reach * norm * (size / norm) ** (b - 1)
    return point


def _onto_simplex(size: Floats) -> Floats:
    """Euclidean projection of nonnegative rows with sum > 1 onto sum = 1."""
    below = size - size.max(axis=-1, keepdims=True)  # a shift changes nothing but rounding
    order = -np.sort(-below, axis=-1)
    level = (np.cumsum(order, axis=-1) - 1) / np.arange(1, size.shape[-1] + 1)
    last = np.sum(order > level, axis=-1, keepdims=True) - 1
    point: Floats = np.maximum(below - np.take_along_axis(level, last, axis=-1), 0)
    return point


def _onto_ball(size: Floats, p: float) -> Floats:
    """x + mu x^(p-1) = size with |x|_p = 1, for nonnegative rows of norm > 1; 1 < p < inf.

    Newton's method for |x(mu)|_p^(1-p) = 1, which is linear in mu at p = 2 and nearly so elsewhere,
    between brackets: mu = |size - x|_q at the root, so |size|_q - |x|_q <= mu <= |size|_q.
    """
    q, tiny = p / (p - 1), np.finfo(float).tiny
    high = lp_norm(size, q)[:, None]
    low = np.maximum(high - size.shape[-1] ** max(0.0, 1 / q - 1 / p), tiny)
    mu, x = low, _coordinates(size, low, p)
    for _ in range(_TURNS):
        pull = x ** (p - 1)
        norm = lp_norm(x, p)[:, None]
        bent = x + mu * (p - 1) * pull
        fall = np.sum(pull * pull * np.divide(x, bent, out=np.zeros_like(x), where=bent > 0), -1)
        low, high = np.where(norm >= 1, mu, low), np.where(norm <= 1, mu, high)
        # d|x|/dmu = -|x|^(1-p) fall; so for |x|^(1-p) the slope is (p-1) |x|^(1-2p) fall.
        with np.errstate(divide="ignore", invalid="ignore"):
            after = mu + (norm ** (2 * p - 1) - norm**p) / ((p - 1) * fall[:, None])
        after = np.where((after > low) & (after < high), after, (low + high) / 2)
        done = (np.abs(norm - 1) <= _NEAR) | (high - low <= _ULPS * high)
        if np.all(done):
            break
        mu = np.where(done, mu, after)
        x = _coordinates(size, mu, p)
    return x / lp_norm(x, p)[:, None]


def _coordinates(size: Floats, mu: Floats, p: float) -> Floats:
    """The root of x + mu x^(p-1) = size in each coordinate, size >= 0, mu > 0.

    Newton's method on a convex increasing function from above, so monotone: in x for p >= 2, in
    z = x^(p-1) for p < 2.
    """
    power = p - 1 if p >= 2 else 1 / (p - 1)
    outer, inner = (mu, 1.0) if p >= 2 else (1.0, mu)  # outer z^power + inner z = size
    with np.errstate(over="ignore"):  # mu near 0: the other one is smaller
        z = np.minimum(size / inner, (size / outer) ** (1 / power))
    for _ in range(_TURNS):
        slope = outer * power * z ** (power - 1) + inner
        before, z = z, np.maximum(z - (outer * z**power + inner * z - size) / slope, 0)
        if np.all(z >= before * (1 - 4e-16)):
            break
    return z if p >= 2 else z**power


def _soft_threshold(size: Floats, reach: Floats, a: float) -> Floats:
    """The dual point of (size - mu)_+ with sum 1, for rows with largest coordinate 1.

    In tau = 1 - mu its sum is increasing, between reach tau and reach d^(2/b) tau.
    """
    b = a / (a - 1)
    low = 1 / (reach * size.shape[-1] ** (2 / b))
    high = np.minimum(1.0, 1 / reach)
    tau = np.sqrt(low * high)
    for _ in range(_TURNS):
        left = np.maximum(size - 1 + tau, 0) / tau  # largest coordinate 1
        zeroth = np.where(left > 0, left ** (b - 2), 0)
        first = zeroth * left
        s0, s1, s2 = (
            np.sum(term, axis=-1, keepdims=True) for term in (zeroth, first, first * left)
        )
        total = reach * tau * s1 * s2 ** (2 / b - 1)
        low, high = np.where(total <= 1, tau, low), np.where(total >= 1, tau, high)
        slope = total / tau * ((b - 1) * s0 / s1 + (2 - b) * s1 / s2)
        after = tau - (total - 1) / slope
        after = np.where((after > low) & (after < high), after, (low + high) / 2)
        done = (np.abs(total - 1) <= _NEAR) | (high - low <= _ULPS * high)
        if np.all(done):
            break
        tau = np.where(done, tau, after)
    point: Floats = first / s1
    return point


def _clipped(size: Floats, reach: Floats, a: float) -> Floats:
    """x_i = min(1, w size_i^(b-1)) where w^(a-1) |x|_a^(2-a) = reach, for rows of maximum 1.

    In log w the logarithm of the left side grows with slopes from a - 1 to 1. The root lies above the
    scale without clipping; and where anything is clipped |x|_a >= 1, so w^(a-1) <= reach.
    """
    b = a / (a - 1)
    with np.errstate(divide="ignore"):
        logs = np.log(size)  # powers of small coordinates underflow, their logarithms do not
    aim = np.log(reach)
    free = aim - (2 / a - 1) * np.log(np.sum(size**b, axis=-1, keepdims=True))  # without clipping
    low = np.maximum(free, 0)  # nothing is clipped where free <= 0
    at, high = low, np.maximum(low, aim / (a - 1))
    for _ in range(_TURNS):
        grown = np.exp(np.minimum(b * logs + a * at, 0))
        total = np.sum(grown, axis=-1, keepdims=True)
        inside = np.sum(np.where(grown < 1, grown, 0), axis=-1, keepdims=True)
        gap = aim - (a - 1) * at - (2 / a - 1) * np.log(total)
        low, high = np.where(gap >= 0, at, low), np.where(gap <= 0, at, high)
        after = at + gap / (a - 1 + (2 - a) * inside / total)
        after = np.where((after > low) & (after < high), after, (low + high) / 2)
        done = (np.abs(gap) <= _NEAR) | (high - low <= _ULPS * high) | (free <= 0)
        if np.all(done):
            break
        at = np.where(done, at, after)
    at = np.where(free <= 0, free, at)
    point: Floats = np.exp(np.minimum((b - 1) * logs + at, 0))
    return point
