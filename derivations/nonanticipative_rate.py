"""Causal description of a drifting target: R bits leave w/(4^R - a^2), with or without noise before.

Setting, in R^d: theta_{t+1} = a theta_t + W_t, W_t ~ N(0, w I); message t has B = R d bits and depends on
theta_1 ... theta_t, the earlier messages and coins U. D is the limsup of the time average of
E||theta_hat_t - theta_t||^2/d. Then

    R >= log2(a^2 + w/D)/2,    that is    D >= w/(4^R - a^2)    where 4^R > a^2,

and Gaussian test channels reach it (Gorbunov and Pinsker 1974). If the encoder sees X_t ~ N(theta_t, s^2 I)
and may remember all of them, D >= P_f + v/(4^R - a^2), P_f the error of the Kalman filter and v the
variance of the innovations of its estimate.

Notation: N_t = exp(2 h(theta_t | M_1 ... M_t, U)/d)/(2 pi e), N_t^- the same before M_t.
"""

from sympy import Rational, diff, exp, log, pi, symbols

from infobound.bounds.drift import (
    DriftingTarget,
    memory_floor,
    nonanticipative_error,
    nonanticipative_rate,
)
from infobound.checking import Claim, Step

d = symbols("d", integer=True, positive=True)
a, w, R, D, F, x = symbols("a w R D F x", positive=True)
N0, N1, N2, N3 = symbols("N_0 N_1 N_2 N_3", positive=True)
h, u, e, f = symbols("h u e f", real=True)

LN4 = 2 * log(2)
LEAST = w / (4**R - a**2)
AHEAD = a**2 * F + w  # P_p of the Kalman filter, F = P_f
NOISE = F * AHEAD / (AHEAD - F)  # s^2, from 1/P_f = 1/P_p + 1/s^2
SPARE = symbols("c", positive=True)  # 4^R - a^2

CLAIM = Claim(
    "nonanticipative_rate",
    source="Gorbunov and Pinsker 1974; Tatikonda, Sahai and Mitter 2004, section IV (scalar source)",
    latex=r"R\ge\tfrac12\log_2\Bigl(a^2+\frac wD\Bigr)",
    statement="Describing a Gauss-Markov source causally with squared error D per coordinate takes "
    "log2(a^2 + w/D)/2 bits per coordinate and round.",
    hypotheses=("Gaussian drift, independent over rounds", "law of theta_0 of finite entropy"),
    assumes=("entropy_power",),
)

STEPS = [
    Step.assumed(
        "entropy_power",
        "Independent V, W in R^d with densities: exp(2h(V + W)/d) >= exp(2h(V)/d) + exp(2h(W)/d)",
        cites="Shannon 1948; Stam 1959; Cover and Thomas 2006, Theorem 17.7.3",
    ),
    Step.identity(
        "message",
        log((exp(2 * e / d) / (2 * pi * exp(1))) / (exp(2 * f / d) / (2 * pi * exp(1)))) / LN4,
        (e - f) / log(2) / d,
        because="e, f the entropies in nats before and after M_t: their difference I(theta_t;M_t|past) is at "
        "most B ln 2, so log2(N_t^-/N_t)/2 <= R.",
    ),
    Step.identity(
        "average_over_past",
        diff(log(a**2 * exp(u) + w), u, 2),
        a**2 * w * exp(u) / (a**2 * exp(u) + w) ** 2,
        because="> 0: ln(a^2 e^u + w) is convex in u = ln N, so averaging the entropy-power inequality "
        "over the past gives N_t^- >= a^2 N_{t-1} + w for the conditional entropies.",
    ),
    Step.identity(
        "sum_over_rounds",
        log((a**2 * N0 + w) / N1) + log((a**2 * N1 + w) / N2) + log((a**2 * N2 + w) / N3),
        log(a**2 + w / N0) + log(a**2 + w / N1) + log(a**2 + w / N2) + log(N0 / N3),
        because="Three rounds, the others by induction: T R >= (1/2) sum log2(a^2 + w/N_{t-1}) + (1/2) "
        "log2(N_0/N_T). The last term over T vanishes: N_T <= D_T <= T D up to the end.",
    ),
    Step.identity(
        "error_comparison",
        d * h - d * log(2 * pi * D) / 2 - d * D / (2 * D),
        d * log(exp(2 * h) / (2 * pi * exp(1)) / D) / 2,
        because="Comparing the law of theta_t with N(theta_hat_t, D_t I) (derivation fisher_trace, step "
        "gibbs) the left side is <= 0 for d h the entropy: N_t <= D_t.",
    ),
    Step.identity(
        "convex_in_error",
        [diff(log(a**2 + w / x), x), diff(log(a**2 + w / x), x, 2)],
        [-w / (x * (a**2 * x + w)), w * (2 * a**2 * x + w) / (x**2 * (a**2 * x + w) ** 2)],
        because="Decreasing and convex: R >= log2(a^2 + w/D)/2.",
    ),
    Step.identity(
        "theorem",
        (log(a**2 + w / D) / LN4).subs(D, w / SPARE),
        log(a**2 + SPARE) / LN4,
        because="Solved for D: at D = w/c the right side is R where c = 4^R - a^2.",
    ),
    Step.identity(
        "test_channel",
        (a**2 * w / SPARE + w) / (a**2 + SPARE),
        w / SPARE,
        because="Reached: describing the prediction error, of variance a^2 D + w, at rate R leaves 4^-R of "
        "it, and D = 4^-R (a^2 D + w) is solved by w/(4^R - a^2).",
    ),
    Step.identity(
        "kalman",
        [1 / (1 / AHEAD + 1 / NOISE), AHEAD**2 / (AHEAD + NOISE)],
        [F, AHEAD - F],
        because="Noise before the encoder: its Kalman estimate has error P_f and moves by a times itself "
        "plus innovations K (X - prediction), white, of variance v = P_p^2/(P_p + s^2) = P_p - P_f and "
        "independent of all earlier messages. The error beyond P_f is that of describing it: the "
        "theorem with v in the place of w.",
    ),
    Step.identity(
        "random_walk",
        (AHEAD - F).subs(a, 1),
        w,
        because="For a = 1, v = w.",
    ),
    Step.code(
        "rate_code",
        log(a**2 + w / D) / LN4,
        lambda a, w, D: nonanticipative_rate(D, drift_variance=w, transition=a).value,
        at={a: (1, 3), w: (Rational(1, 64), 8), D: (Rational(1, 64), 8)},
    ),
    Step.code(
        "error_code",
        LEAST,
        lambda a, w, R: nonanticipative_error(R, drift_variance=w, transition=a).value,
        at={a: (Rational(1, 8), 2), w: (Rational(1, 64), 8), R: (2, 6)},
    ),
    Step.code(
        "memory_code",
        F + (AHEAD - F) / (4**R - a**2),
        lambda a, w, F, R: (
            memory_floor(
                DriftingTarget(
                    drift_variance=w,
                    noise_std=(F * (a**2 * F + w) / (a**2 * F + w - F)) ** 0.5,
                    transition=a,
                ),
                rate=R,
            ).value
        ),
        at={a: (1, 2), w: (Rational(1, 16), 4), F: (Rational(1, 16), 4), R: (2, 6)},
    ),
]
