"""For how many rounds the lower bounds on the error hold: not for all T, but from some T on.

Setting. E*(T, r, p), the least error of T gradients of r bits: convex f, |Y|_q <= B, a set of l_p
diameter D. Theorem 6.1 of Mayekar and Tyagi 2020 has, for p >= 2 and with an absolute constant c_0 > 0,

    E*(T, r, p) >= c_0 D B d^(1/2 - 1/p)/sqrt(T) sqrt(d/min(d, 2^r))    and
    E*(T, r, p) >= c_0 D B/sqrt(T) sqrt(d/min(d, r)),

Theorem 6.2 the second for p < 2, and no condition on T. But no error exceeds D B: f is B-Lipschitz and
any point of the set will do. At T = r = 1 the right sides grow with d, so for whatever c_0 there is a d
that contradicts. The proof chooses a gap delta ~ 1/sqrt(T), which is a probability only for T large:
with the constants of claim gradient_compression_lower, u* = 0.199105...,

    T >= 2 u* d^2/min(2^r, 2 d)    and    T >= u* d/min(r, d).

From there on the theorems stand as printed, with explicit constants. The lower half of Theorem 3.1
needs the same: while T <= 16 c_1^2 d^(1 - 2/p) its target 4 U is at least D B and no bit is needed.
"""

import math

from sympy import Min, Rational, exp, log, sqrt, symbols

from infobound.bounds.gradient_compression import BoundedOracle, least_error, unrestricted_error
from infobound.checking import Claim, Step

D, B, c_0, c_1, T = symbols("D B c_0 c_1 T", positive=True)
cells, m, u, e = symbols("K m u e", positive=True)
s = symbols("s", nonnegative=True)  # 1/p
d, r = symbols("d r", integer=True, positive=True)
g, h, k, t, v, w, x, y, z = symbols("g h k t v w x y z", real=True)

SPARSE = c_0 * D * B * d ** (Rational(1, 2) - s) / sqrt(T) * sqrt(d / Min(d, 2**r))
PRODUCT = c_0 * D * B / sqrt(T) * sqrt(d / Min(d, r))
TARGET = 4 * c_1 * D * B * d ** (Rational(1, 2) - s) / sqrt(T)  # 4 U(T, p)
ONE_ROUND = {T: 1, r: 1, D: 1, B: 1}
SIDES = dict.fromkeys((g, h, k, x, y, z), (0, 1))

# With kappa = e sqrt(u): e = h^{-1}(1 - u) is the least error of a bit, u = u* the best share.
SPARSE_ROUNDS, PRODUCT_ROUNDS = 2 * u * d**2 / cells, u * d / cells
SPARSE_ERROR = sqrt(2) * e * sqrt(u) * d ** (1 - s) / sqrt(T * cells)
PRODUCT_ERROR = e * sqrt(u) * sqrt(d / (T * cells))


def printed(dimension: int, constant: float, p: float) -> float:
    """Theorems 6.1 and 6.2 at T = r = 1, over D B."""
    oracle = BoundedOracle(dimension=int(dimension), p=p)
    return least_error(oracle, rounds=1, bits=1, form="printed", c_0=constant).value


CLAIM = Claim(
    "printed_for_all_rounds",
    source="Mayekar and Tyagi 2020, arXiv:2001.09032, Theorems 6.1, 6.2 and 2.2(1), lower half of "
    "Theorem 3.1; hypotheses on T added here",
    latex=r"\mathcal E^*\ge\frac{\sqrt2\,\kappa DB\,d^{1/2-1/p}}{\sqrt T}\sqrt{\frac{d}{2^r\wedge 2d}}\ "
    r"\Bigl(T\ge\frac{2u^*d^2}{2^r\wedge 2d}\Bigr),\quad \mathcal E^*\ge\frac{\kappa DB}{\sqrt T}"
    r"\sqrt{\frac{d}{r\wedge d}}\ \Bigl(T\ge\frac{u^*d}{r\wedge d}\Bigr)",
    statement="The lower bounds on the error hold from some number of rounds on, which is stated here; for "
    "every T, as printed, they would exceed D B, which no error does.",
    hypotheses=(
        "T at least as stated",
        "fixed quantizers or public coins",
        "kappa = 0.108675..., u* = 0.199105...",
    ),
    expected="corrected",
    assumes=(),
)

STEPS = [
    Step.polynomial(
        "at_infinity",
        (g + h + k) - (g * x + h * y + k * z),
        over=SIDES,
        sos=[(g * (1 - x), 1), (h * (1 - y), 1), (k * (1 - z), 1)],
        because="<grad f, x - y> <= |grad f|_1 |x - y|_inf, place by place (three shown: g, h, k are absolute "
        "values, x, y, z differences over D). So at p = inf f(x) - min f <= D B everywhere on the set.",
    ),
    Step.integral(
        "young",
        w * (exp(v) - exp(w * v)),
        (v, 0, t),
        w * exp(t) + (1 - w) - exp(w * t),
        antiderivative=w * exp(v) - exp(w * v),
        when={w: (0, 1), t: (-2, 2)},
        because="The same for p < inf: with w = 1/p the integrand has the sign of v, so the integral is >= 0 on "
        "both sides of 0 and a^(1/p) b^(1/q) <= a/p + b/q (t = ln(a/b)); summed over places of unit "
        "norm that is Hoelder's inequality. E* <= D B for every T, r and p, by any point of the set.",
    ),
    Step.refute(
        "first_bound",
        witness={**ONE_ROUND, s: 0, c_0: Rational(1, 100), d: 200},
        left=D * B,
        right=SPARSE,
        relation=">=",
        because="p = inf, T = 1, r = 1: c_0 D B d/sqrt 2 > D B once d > sqrt 2/c_0. Here c_0 = 1/100.",
    ),
    Step.refute(
        "second_bound",
        witness={**ONE_ROUND, c_0: Rational(1, 100), d: 10**4 + 1},
        left=D * B,
        right=PRODUCT,
        relation=">=",
        because="T = 1, r = 1, every p >= 1: c_0 D B sqrt(d) > D B once d > 1/c_0^2.",
    ),
    Step.identity(
        "whatever_the_constant",
        [
            (SPARSE / D / B)
            .subs({s: 0, T: 1, r: 1})
            .subs(Min(2, d), 2)
            .subs({d: 2 * m, c_0: 1 / m}),
            (PRODUCT / D / B).subs({T: 1, r: 1}).subs(Min(1, d), 1).subs({d: 4 * m**2, c_0: 1 / m}),
            c_0 * sqrt(d).subs(d, 4 / c_0**2),
        ],
        [sqrt(2), 2, 2],
        when={m: (1, 1000)},
        because="c_0 >= 1/m for some whole m. At d = 2 m the first bound, at d = 4 m^2 the second, is more than "
        "D B: no absolute constant c_0 > 0 is small enough. Last: Theorem 2.2(1), no quantization, "
        "p = inf, T = 1, at d = 4/c_0^2.",
    ),
    Step.identity(
        "target",
        TARGET.subs(T, 16 * c_1**2 * d ** (1 - 2 * s)),
        D * B,
        when={s: (0, Rational(1, 2)), c_1: (Rational(1, 4), 4), D: (1, 2), B: (1, 2)},
        because="Theorem 3.1, p >= 2: for T up to this the target 4 U is D B or more; any point reaches it, and "
        "r* <= 1.",
    ),
    Step.refute(
        "precision",
        witness={c_0: Rational(1, 100), c_1: 1, d: 10**8},
        left=1,
        right=2 * log(c_0 / (4 * c_1) * sqrt(d)) / log(2),
        relation=">=",
        because="p = inf and T <= 16 c_1^2 d there: r* >= 2 log2(c_0 sqrt(d)/(4 c_1)) grows beyond 1 with d.",
    ),
    Step.identity(
        "gap_at_the_first_round",
        [
            sqrt(u / (2 * T * cells / d**2)).subs(T, SPARSE_ROUNDS),
            sqrt(u / (4 * T * cells / d)).subs(T, PRODUCT_ROUNDS),
        ],
        [Rational(1, 2), Rational(1, 2)],
        because="Where the condition comes from: the best gap has T I/d = u*, with I = 2 delta^2 K/d and "
        "K = min(2^r, 2d), or I = 4 delta^2 K and K = min(r, d). It is at most 1/2, as a probability "
        "(1 + 2 delta)/2 asks, exactly from these T on.",
    ),
    Step.lemma(
        "lower_bounds",
        "E* >= sqrt2 kappa D B d^(1 - 1/p)/sqrt(T min(2^r, 2d)) for T >= 2 u* d^2/min(2^r, 2d), and "
        "E* >= kappa D B sqrt(d/(T min(r, d))) for T >= u* d/min(r, d)",
        claim="gradient_compression_lower",
    ),
    Step.identity(
        "no_contradiction",
        [SPARSE_ERROR.subs(T, SPARSE_ROUNDS), PRODUCT_ERROR.subs(T, PRODUCT_ROUNDS)],
        [e * d**-s, e],
        because="At the first T allowed they are e d^(-1/p) D B and e D B, e = h^{-1}(1 - u*) <= 1/2, and they fall "
        "with T: never above D B/2.",
    ),
    Step.code(
        "printed_first",
        c_0 * d / sqrt(2),
        lambda c_0, d: printed(d, c_0, math.inf),
        at={c_0: (Rational(1, 64), 1), d: (2, 1000)},
    ),
    Step.code(
        "printed_second",
        c_0 * sqrt(d),
        lambda c_0, d: printed(d, c_0, 1.0),
        at={c_0: (Rational(1, 64), 1), d: (2, 1000)},
    ),
    Step.code(
        "target_code",
        4 * d ** (Rational(1, 2) - s) / sqrt(T),
        lambda T, d, s: 4 * unrestricted_error(BoundedOracle(dimension=d, p=1 / s), rounds=T).value,
        at=[{d: 16, s: Rational(1, 4), T: 9}, {d: 81, s: Rational(1, 2), T: 7}],
        because="c_1 = 1 for projected subgradients.",
    ),
]
