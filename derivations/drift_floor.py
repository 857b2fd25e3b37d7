"""A drifting target and memoryless messages: the Kalman floor with less information per round.

Setting, in R^d: theta_{t+1} = a theta_t + W_t, W_t ~ N(0, w I); X_t ~ N(theta_t, s^2 I); all independent.
M_t in {1, ..., 2^B} is a function of the fresh X_t, the earlier messages and public coins U; R = B/d,
g = 1 - 4^-R. With L_t the Fisher information per coordinate of the law of theta_t given M_1 ... M_t
and U, averaged over these, and D_t = E||theta_hat_t - theta_t||^2/d,

    L_{t+1} <= 1/(w + a^2/L_t) + g/s^2,    D_t >= 1/L_t,    liminf D_t >= P,

P >= 0 the root of 1/P = 1/(a^2 P + w) + g/s^2. For a = 1: P = (-w + sqrt(w^2 + 4 w s^2/g))/2, the error
of the Kalman filter with noise s^2/g.

Identities in values and first derivatives at one point are checked on jets q + r h, as in the
derivation `transcript_chain_rule`.
"""

from sympy import Rational, diff, log, sqrt, symbols

from infobound.bounds.drift import (
    DriftingTarget,
    information_step,
    kalman_floor,
    memoryless_floor,
)
from infobound.checking import Claim, Step, Zero

a, w, s, R, J, K, y, k = symbols("a w s R J K y k", positive=True)
p0, q0, q1 = symbols("p q_0 q_1", positive=True)
h, r, r0, r1 = symbols("h r r_0 r_1", real=True)

PREDICT = J / (w * J + a**2)  # 1/(w + a^2/J)
GAIN = 1 - 4**-R

# One coordinate of theta near a point: density p of theta given the past, and the probabilities of
# three messages given theta.
prior = p0 + r * h
sent = (q0 + r0 * h, q1 + r1 * h, 1 - q0 - q1 - (r0 + r1) * h)


def at_point(expr):
    return expr.subs(h, 0)


def score(density):
    """d log p, at the point."""
    return at_point(diff(density, h) / density)


def root(leading, middle, constant):
    """Positive root of leading x^2 + middle x = constant."""
    return (-middle + sqrt(middle**2 + 4 * leading * constant)) / (2 * leading)


FLOOR = root(y * a**2, 1 + y * w - a**2, w)  # y = g/s^2


def target(a, w, s):
    return DriftingTarget(drift_variance=w, noise_std=s, transition=a)


RANGES = {a: (Rational(1, 8), 2), w: (Rational(1, 64), 4), s: (Rational(1, 4), 4), R: (2, 6)}

CLAIM = Claim(
    "drift_floor",
    source="Kim 2026, arXiv:2606.00703, Appendix E (drifting oracles); explicit form derived here",
    latex=r"\liminf_t D_t\ge P,\quad \frac1P=\frac1{a^2P+w}+\frac{1-4^{-B/d}}{s^2};\qquad "
    r"a=1:\ P=\tfrac12\Bigl(-w+\sqrt{w^2+4ws^2/g}\Bigr)",
    statement="A target that drifts by w per round, seen through memoryless messages of B bits, is "
    "tracked no better than by a Kalman filter with noise s^2/(1 - 4^(-B/d)).",
    hypotheses=(
        "Gaussian drift and noise, independent over rounds",
        "encoders keep no earlier X",
        "prior of theta_0 of finite Fisher information",
    ),
    assumes=("stam",),
)

STEPS = [
    Step.assumed(
        "stam",
        "Independent V, W in R^d with densities: d/J(V + W) >= d/J(V) + d/J(W), J the trace of the "
        "Fisher information",
        cites="Stam 1959; Blachman 1965; in R^d Dembo, Cover and Thomas 1991 (Fisher information "
        "inequality)",
    ),
    Step.identity(
        "prediction",
        1 / (1 / (J / a**2) + 1 / (1 / w)),
        PREDICT,
        because="Given the past, theta_{t+1} = a theta_t + W_t. Per coordinate a theta_t has information "
        "J/a^2 and W_t has 1/w, so by Stam theta_{t+1} has at most 1/(w + a^2/J).",
    ),
    Step.identity(
        "average_over_past",
        PREDICT.subs(J, K) + diff(PREDICT, J).subs(J, K) * (J - K) - PREDICT,
        a**2 * w * (J - K) ** 2 / ((w * K + a**2) ** 2 * (w * J + a**2)),
        because=">= 0: J -> 1/(w + a^2/J) lies below its tangent at K, so the bound survives the "
        "average over coordinates, pasts and coins.",
    ),
    Step.identity(
        "cross_term",
        sum(at_point(q) * score(prior) * score(q) for q in sent),
        score(prior) * at_point(diff(sum(sent), h)),
        because="The right side is 0, the probabilities summing to one for every theta.",
    ),
    Step.identity(
        "update",
        sum(at_point(q) * score(prior * q) ** 2 for q in sent),
        score(prior) ** 2 + sum(at_point(diff(q, h) ** 2 / q) for q in sent),
        because="The posterior is p q_m over a constant. So on average over the message its Fisher "
        "information is that before plus I_{M_t|past}(theta_t), for every theta_t.",
    ),
    Step.lemma(
        "message",
        "Tr I_{M_t|past}(theta_t) <= d g/s^2",
        claim="fisher_trace",
        because="Given theta_t and the past X_t is N(theta_t, s^2 I): the encoder keeps no earlier X.",
    ),
    Step.lemma(
        "cramer_rao",
        "E||theta_hat - theta||^2 >= d^2/J for a law of theta with information J",
        claim="van_trees",
        because="van Trees without data, for the law of theta_t given messages and coins.",
    ),
    Step.identity(
        "average_error",
        1 / J - (2 / K - J / K**2),
        (J - K) ** 2 / (J * K**2),
        because=">= 0: 1/J lies above its tangent at K = L_t, so D_t >= 1/L_t after the average over the "
        "past too.",
    ),
    Step.identity(
        "contraction",
        (PREDICT + y) - (PREDICT.subs(J, K) + y),
        a**2 * (J - K) / ((w * J + a**2) * (w * K + a**2)),
        because="The recursion is increasing in J, so L_t stays below the sequence J_t that starts at the "
        "information of the prior and takes equality.",
    ),
    Step.identity(
        "rate_of_contraction",
        (1 - y / K).subs(y, K - PREDICT.subs(J, K)),
        1 / (w * K + a**2),
        because="At a fixed point K = K/(w K + a^2) + y. As a^2/(w J + a^2) <= 1, the distance to K "
        "shrinks by the factor 1 - y/K < 1 or more in every round: J_t -> K, liminf D_t >= 1/K = P.",
    ),
    Step.identity(
        "theorem",
        1 / FLOOR - 1 / (a**2 * FLOOR + w),
        y,
        because="y = g/s^2: the fixed point in terms of P = 1/K, a quadratic equation "
        "y a^2 P^2 + (1 + y w - a^2) P = w. Its product of roots is negative, so one is positive.",
    ),
    Step.identity(
        "random_walk",
        FLOOR.subs({a: 1, y: k / s**2}),
        (-w + sqrt(w**2 + 4 * w * s**2 / k)) / 2,
        because="a = 1, k = g.",
    ),
    Step.inequality(
        "bits_are_worth",
        2 * log(2) * R - GAIN,
        over={R: (0, 2)},
        zero=Zero(at={R: 0}, order=2, leading=2 * log(2) ** 2),
        because="At few bits g is 2 ln 2 B/d: noise s^2 d/(2 ln 2 B), as in the product form.",
    ),
    Step.code(
        "step_code",
        1 / (w + a**2 / J) + GAIN / s**2,
        lambda a, w, s, R, J: information_step(target(a, w, s), J, rate=R),
        at={**RANGES, J: (Rational(1, 8), 8)},
    ),
    Step.code(
        "floor_code",
        FLOOR.subs(y, GAIN / s**2),
        lambda a, w, s, R: memoryless_floor(target(a, w, s), rate=R).value,
        at=RANGES,
    ),
    Step.code(
        "kalman_code",
        FLOOR.subs(y, 1 / s**2),
        lambda a, w, s: kalman_floor(target(a, w, s)).value,
        at={symbol: RANGES[symbol] for symbol in (a, w, s)},
    ),
]
