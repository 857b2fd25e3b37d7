"""A drifting target: bits that follow the drift are not left to tell the noise apart.

Setting as in `drift_floor`: theta_{t+1} = a theta_t + W_t, W_t ~ N(0, w I_d), X_t ~ N(theta_t, s^2 I_d),
memoryless messages of B = R d bits, public coins U. D is the long-run time average (limsup) of D_t =
E||theta_hat_t - theta_t||^2/d. With P_p = a^2 P + w,

    D >= P,  P the positive root of  s^2 (P_p - P) = P P_p - 4^-R P_p^2        (4^R > a^2),

for a = 1: P = (-w (2g - 1) + sqrt(w^2 + 4 g w s^2))/(2g), g = 1 - 4^-R. It is what Gaussian test channels
and a Kalman filter reach, so no gap is left as d grows. It lies above `drift_floor` and above what holds
with memory, P_f + v/(4^R - a^2); for a = 1 by a factor (1 + sqrt 5)/2 at most. Single D_t can be smaller.

Notation: q = 4^-R; L_t as in `drift_floor`; N_t = exp(2 h(theta_t | M_1 ... M_t, U)/d)/(2 pi e), and
N_t^- the same given M_1 ... M_{t-1}; d r_t = I(X_t; M_t | theta_t, M_1 ... M_{t-1}, U) in bits.
"""

from sympy import Expr, Rational, diff, exp, factor, log, pi, sqrt, symbols

from infobound.bounds.drift import DriftingTarget, channel_step, memory_floor, sharp_floor
from infobound.checking import Claim, Step

d = symbols("d", integer=True, positive=True)
a, w, s, R, P, D, L, q, F, k, p, M, g = symbols("a w s R P D L q F k p M g", positive=True)
N0, N1, N2, N3, x, x0, v = symbols("N_0 N_1 N_2 N_3 x x_0 v", positive=True)
pr, k0, k1, q0, q1 = symbols("p_theta k_0 k_1 q_0 q_1", positive=True)
h, u, z, mean = symbols("h u z m", real=True)

AHEAD = a**2 * P + w  # P_p
QUADRATIC = P * AHEAD - q * AHEAD**2 - s**2 * (AHEAD - P)
LEADING = a**2 * (1 - q * a**2)
MIDDLE = w * (1 - 2 * q * a**2) + s**2 * (1 - a**2)
CONSTANT = w * (q * w + s**2)
FLOOR = (-MIDDLE + sqrt(MIDDLE**2 + 4 * LEADING * CONSTANT)) / (2 * LEADING)
WALK = (-w * (2 * g - 1) + sqrt(w**2 + 4 * g * w * s**2)) / (2 * g)
PHI = (1 + sqrt(5)) / 2

# One theta, one X and one message, two values each; the message is made from X alone.
joint = {
    (i, j, m): (pr if i else 1 - pr)
    * ((k1 if i else k0) if j else 1 - (k1 if i else k0))
    * ((q1 if j else q0) if m else 1 - (q1 if j else q0))
    for i in (0, 1)
    for j in (0, 1)
    for m in (0, 1)
}


def entropy(*kept: int) -> Expr:
    """Entropy in nats of some of (theta, X, M), by place."""
    masses: dict[tuple[int, ...], Expr] = {}
    for outcome, mass in joint.items():
        key = tuple(outcome[place] for place in kept)
        masses[key] = masses.get(key, 0) + mass
    return -sum(mass * log(mass) for mass in map(factor, masses.values()))


# The memory bound, by its Kalman error F: then s^2 follows, and v and c are what causal coding adds.
BEFORE = a**2 * F + w
NOISE = F * BEFORE / (BEFORE - F)
CODED = (BEFORE - F) * q / (1 - q * a**2)


def walk_quadratic(at: Expr) -> Expr:
    """QUADRATIC/g for a = s = 1, with k = w/(4^R - 1)."""
    return (at + w) * (at - k) - (w + k)


def target(a: float, w: float, s: float) -> DriftingTarget:
    return DriftingTarget(drift_variance=w, noise_std=s, transition=a)


RANGES = {a: (Rational(1, 8), 2), w: (Rational(1, 64), 4), s: (Rational(1, 4), 4), R: (2, 6)}
OPEN = {pr: (0, 1), k0: (0, 1), k1: (0, 1), q0: (0, 1), q1: (0, 1)}
LN4 = 2 * log(2)

CLAIM = Claim(
    "sharp_drift_floor",
    source="Kim 2026, arXiv:2606.00703, Appendix E (drifting oracles); sharp form derived here",
    latex=r"\bar D\ge P,\quad s^2(P_p-P)=PP_p-4^{-R}P_p^2,\ P_p=a^2P+w;\qquad a=1:\ "
    r"P=\frac{-w(2g-1)+\sqrt{w^2+4gws^2}}{2g}",
    statement="No memoryless code of R bits per coordinate tracks a drifting target, on average over "
    "time, better than Gaussian test channels with a Kalman filter do.",
    hypotheses=(
        "Gaussian drift and noise, independent over rounds",
        "encoders keep no earlier X",
        "law of theta_0 of finite Fisher information and entropy",
        "4^R > a^2",
    ),
    assumes=("entropy_power",),
)

STEPS = [
    Step.lemma(
        "information",
        "L_t <= 1/(w + a^2/L_{t-1}) + (1/d) E Tr I_{M_t|past}(theta_t), and D_t >= 1/L_t",
        claim="drift_floor",
    ),
    Step.lemma(
        "message",
        "Tr I_{M_t|past}(theta_t) <= (d/s^2) (1 - exp(-2 I/d)), I = I(X_t; M_t | theta_t, past) in nats",
        claim="fisher_trace",
    ),
    Step.identity(
        "budget",
        entropy(0, 1) + entropy(0, 2) - entropy(0, 1, 2) - entropy(0),
        (entropy(1) + entropy(2) - entropy(1, 2)) - (entropy(0) + entropy(2) - entropy(0, 2)),
        when=OPEN,
        because="M_t is made from X_t: I(X;M|theta) = I(X;M) - I(theta;M), here for two values each. As "
        "I(X_t;M_t|past) <= B: r_t <= R - I(theta_t;M_t|past)/d = R - log2(N_t^-/N_t)/2.",
    ),
    Step.assumed(
        "entropy_power",
        "Independent V, W in R^d with densities: exp(2h(V + W)/d) >= exp(2h(V)/d) + exp(2h(W)/d)",
        cites="Shannon 1948; Stam 1959; Cover and Thomas 2006, Theorem 17.7.3",
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
        because="Three rounds, the others by induction: sum r_t <= T R - (1/2) sum log2(a^2 + w/N_{t-1}) - "
        "(1/2) log2(N_0/N_T). The last term over T vanishes: N_T <= D_T <= T D up to the end.",
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
        because="Decreasing and convex: the average r of r_t is at most R - log2(a^2 + w/D)/2.",
    ),
    Step.integral(
        "exponential_tangent",
        z**2 * (1 - v) * exp(z * v),
        (v, 0, 1),
        exp(z) - 1 - z,
        antiderivative=((1 - v) * z + 1) * exp(z * v),
        because="The integrand is >= 0: e^z >= 1 + z.",
    ),
    Step.identity(
        "average_of_messages",
        (1 - exp(-mean)) + exp(-mean) * (u - mean) - (1 - exp(-u)),
        exp(-mean) * (exp(-(u - mean)) - 1 + (u - mean)),
        because=">= 0: 1 - e^-u lies below its tangent at the mean, so the messages add at most "
        "(1 - 4^-r)/s^2 on average over pasts and rounds.",
    ),
    Step.identity(
        "convex_in_information",
        diff(L - L / (w * L + a**2), L, 2),
        2 * a**2 * w / (w * L + a**2) ** 3,
        because="With f(L) = 1/(w + a^2/L): L - f(L) is convex, so the average of L_t has L - f(L) <= (1 - "
        "4^-r)/s^2, up to a term that vanishes with 1/T; and D >= 1/L.",
    ),
    Step.identity(
        "rate_left",
        exp(-LN4 * (R - log(a**2 + w / P) / LN4)),
        4**-R * (a**2 + w / P),
        because="If D < P, then 4^-r >= this number with D in the place of P, so L - f(L) < y, y the "
        "value (1 - q (a^2 + w/P))/s^2 at P ...",
    ),
    Step.identity(
        "fixed_point",
        ((1 - q * (a**2 + w / P)) / s**2 - (1 / P - 1 / AHEAD)) * s**2 * P * AHEAD,
        QUADRATIC,
        because="... while 1/P - f(1/P) = y exactly at the root of the quadratic. L - f(L) is convex and 0 at "
        "0, y > 0 at 1/P, so above y beyond 1/P. But L >= 1/D > 1/P: a contradiction. D >= P.",
    ),
    Step.identity(
        "one_positive_root",
        QUADRATIC,
        LEADING * P**2 + MIDDLE * P - CONSTANT,
        because="4^R > a^2 makes the leading coefficient positive, and the value at 0 is negative.",
    ),
    Step.identity(
        "theorem",
        s**2 * (a**2 * FLOOR + w - FLOOR),
        FLOOR * (a**2 * FLOOR + w) - q * (a**2 * FLOOR + w) ** 2,
        because="The root in closed form.",
    ),
    Step.identity(
        "random_walk",
        FLOOR.subs({a: 1, q: 1 - g}),
        WALK,
        when={g: (0, 1)},
        because="a = 1.",
    ),
    Step.identity(
        "test_channel",
        (P - 1 / (1 / AHEAD + 1 / (s**2 + (AHEAD + s**2) * q / (1 - q)))) * (AHEAD + s**2),
        QUADRATIC,
        when={q: (0, 1)},
        because="Reached: a test channel describes X_t - (prediction), variance P_p + s^2, at rate R: noise "
        "s^2 + (P_p + s^2)/(4^R - 1) in all, and the Kalman filter settles at the same root.",
    ),
    Step.identity(
        "above_drift_floor",
        QUADRATIC.subs(s, sqrt((1 - q) * P * AHEAD / (AHEAD - P))),
        -q * AHEAD * (AHEAD - P),
        because="At the root of `drift_floor`, s^2 (P_p - P) = (1 - q) P P_p, the quadratic is <= 0: that "
        "root is the smaller one.",
    ),
    Step.identity(
        "above_memory",
        QUADRATIC.subs(P, F + CODED).subs(s, sqrt(NOISE)),
        -(1 - q) * a**2 * CODED * (NOISE - F),
        because="With memory: P_f = F solves s^2 (F_p - F) = F F_p, F_p = a^2 F + w, and c = v/(4^R - a^2), v = "
        "F_p - F > 0, is added. There the quadratic is <= 0 too, as F < s^2.",
    ),
    Step.identity(
        "walk_form",
        QUADRATIC.subs({a: 1, s: 1, q: k / (w + k)}) * (w + k) / w,
        walk_quadratic(P),
        because="How much above, a = 1 and unit s: k = w/(4^R - 1), g = w/(w + k). Let p = P_f, p^2 + w p = "
        "w, and let M be the larger of the root of drift_floor, M^2 + w M = w + k, and p + k.",
    ),
    Step.identity(
        "golden_memoryless",
        walk_quadratic(PHI * M).subs(k, M - p).subs(p, (1 - M) * (M + w)),
        ((1 - M) * (M + w)) * (PHI * M + w) - (2 - PHI) * w * M,
        because="M the former: then M - k = (1 - M)(M + w) =: n >= p, so 0 < M < 1, n (n + w) >= w, n <= M, "
        "and the right side is at least n (n + w) - (2 - phi) w M >= w (1 - (2 - phi)) > 0.",
    ),
    Step.identity(
        "golden_memory",
        [
            walk_quadratic(PHI * (p + k)).subs(w, p**2 / (1 - p)),
            ((p + k) ** 2 + w * (p + k) - w - k).subs(w, p**2 / (1 - p)),
        ],
        [
            (
                PHI * p**2 + (PHI - 1) * w * p + k * ((2 * p + k + w - 1) + PHI * p - (2 - PHI) * w)
            ).subs(w, p**2 / (1 - p)),
            (k * (2 * p + k + w - 1)).subs(w, p**2 / (1 - p)),
        ],
        when={p: (0, 1)},
        because="M = p + k: then 2p + k + w >= 1 by the second entry. If k < 1, the first is at least (phi - "
        "1)(p^2 + w p) - (2 - phi) k w = w ((phi - 1) - (2 - phi) k) > 0; if k >= 1, the bracket is (phi^2 "
        "+ 1) p + (k - 1) + (phi - 1) w > 0. So P <= phi M, phi = (1 + sqrt 5)/2.",
    ),
    Step.identity(
        "golden_is_best",
        WALK.subs({w: g, s: 1}),
        PHI - g,
        because="At w = g s^2 the floor is phi - g in units of s^2, while the root of drift_floor and p + k "
        "tend to 1 as g -> 0 (M^2 + g M = 1; p^2 + g p = g, k = 1 - g): phi cannot be lowered.",
    ),
    Step.code(
        "floor_code",
        FLOOR.subs(q, 4**-R),
        lambda a, w, s, R: sharp_floor(target(a, w, s), rate=R).value,
        at=RANGES,
    ),
    Step.code(
        "walk_code",
        WALK.subs(g, 1 - 4**-R),
        lambda w, s, R: sharp_floor(target(1, w, s), rate=R).value,
        at={w: (Rational(1, 64), 4), s: (Rational(1, 4), 4), R: (Rational(1, 16), 4)},
    ),
    Step.code(
        "channel_code",
        1 / (1 / AHEAD + 1 / (s**2 + (AHEAD + s**2) / (4**R - 1))),
        lambda a, w, s, R, P: channel_step(target(a, w, s), P, rate=R),
        at={**RANGES, P: (Rational(1, 16), 8)},
    ),
    Step.code(
        "memory_code",
        F + (BEFORE - F) / (4**R - a**2),
        lambda a, w, F, R: (
            memory_floor(
                target(a, w, (F * (a**2 * F + w) / (a**2 * F + w - F)) ** 0.5), rate=R
            ).value
        ),
        at={a: (1, 2), w: (Rational(1, 16), 4), F: (Rational(1, 16), 4), R: (2, 6)},
    ),
]
