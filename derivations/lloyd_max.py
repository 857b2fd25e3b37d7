"""The most informative B-bit message about a scalar Gaussian is its Lloyd-Max quantizer.

Setting as in `fisher_trace` with d = 1, Z = (X - theta)/s. A message with K values and conditional
means y_m = E[Z|M = m] loses D = E(Z - y_M)^2, and s^2 I_M = 1 - D. So Fisher information is largest
where the mean squared error is least: for K intervals whose ends lie halfway between the means of
neighbouring cells. With D_K the error of that quantizer, for every message of K values

    I_M(theta) <= (1 - D_K)/s^2,    1 - D_2 = 2/pi,    1 - D_4 = 0.8825181521...
"""

from sympy import Rational, diff, erf, erfc, exp, pi, sqrt, symbols

from infobound.bounds.bit_oracle import BitOracle, scalar_optimum
from infobound.bounds.priors import GaussianPrior
from infobound.checking import Claim, Step
from infobound.numerics.lloyd_max import lloyd_max

a, b, z, y, y1, y2, t = symbols("a b z y y1 y2 t", real=True)
P, S, Q = symbols("P S Q", positive=True)  # P(cell), E[Z; cell], E[Z^2; cell]
f_l, F_l = symbols("f_l F_l", positive=True)  # phi and Phi at l
s, error, tau = symbols("s e tau", positive=True)


def phi(point):
    return exp(-(point**2) / 2) / sqrt(2 * pi)


def Phi(point):
    return (1 + erf(point / sqrt(2))) / 2


def second_moment(low, high):
    """E[Z^2; low < Z < high], by the step of this name; an infinite end adds nothing."""
    return Phi(high) - Phi(low) + low * phi(low) - high * phi(high)


cell = (f_l - phi(t)) ** 2 / (Phi(t) - F_l)  # S^2/P of the cell (l, t), and its mean
mean = (f_l - phi(t)) / (Phi(t) - F_l)

# Four cells, symmetric: thresholds -t, 0, t and means E[Z|0 < Z < t], E[Z|Z > t].
inner, outer = (phi(0) - phi(t)) / (Phi(t) - Rational(1, 2)), phi(t) / Phi(-t)
fall, inside = exp(-(t**2) / 2), erf(t / sqrt(2))
four = 2 / pi * ((1 - fall) ** 2 / inside + fall**2 / (1 - inside))  # sum of S^2/P
balance = (1 - fall) * (1 - inside) + fall * inside - sqrt(2 * pi) * t * inside * (1 - inside)
T4 = Rational("0.9815988215677937")
WIDTH = Rational(1, 10**16)

CLAIM = Claim(
    "lloyd_max",
    source="Lloyd 1957, Max 1960 (error); as a bound on Fisher information here",
    latex=r"I_M(\theta)\le\frac{1-D_K}{s^2},\qquad D_K=\min_{y_1,\dots,y_K}\mathbb E\min_k(Z-y_k)^2",
    statement="Among all messages of K values about X ~ N(theta, s^2) the Lloyd-Max cells around theta "
    "carry the most Fisher information, (1 - D_K)/s^2.",
    hypotheses=("d = 1", "X ~ N(theta, s^2)", "M has K values, a random function of X alone"),
    assumes=("unique_stationary_point",),
)

STEPS = [
    Step.lemma(
        "fisher_message",
        "s^2 I_M(theta) = 1 - E Var(Z|M) = sum over m of E[Z; M = m]^2/P(M = m)",
        claim="fisher_message",
    ),
    Step.identity(
        "nearest_level",
        (z - y1) ** 2 - (z - y2) ** 2,
        2 * (y2 - y1) * (z - (y1 + y2) / 2),
        because="E Var(Z|M) = E(Z - y_M)^2 >= E min_k (Z - y_k)^2 whatever the channel, and for "
        "y1 < y2 level 2 is nearer exactly where z > (y1 + y2)/2: intervals are enough.",
    ),
    Step.integral(
        "first_moment",
        z * phi(z),
        (z, a, b),
        phi(a) - phi(b),
        antiderivative=-phi(z),
        because="E[Z; a < Z < b]; over its probability, the mean of the cell.",
    ),
    Step.integral(
        "second_moment",
        z**2 * phi(z),
        (z, a, b),
        second_moment(a, b),
        antiderivative=erf(z / sqrt(2)) / 2 - z * phi(z),
        because="At an infinite end z phi(z) -> 0.",
    ),
    Step.identity(
        "best_level",
        Q - 2 * y * S + y**2 * P,
        Q - S**2 / P + P * (y - S / P) ** 2,
        because="E[(Z - y)^2; cell] is least when y is the mean S/P of the cell.",
    ),
    Step.identity(
        "loss_plus_information",
        (erfc(-a / sqrt(2)) / 2 - a * phi(a))
        + second_moment(a, b)
        + (erfc(b / sqrt(2)) / 2 + b * phi(b)),
        1,
        because="The second moments Q add up to E Z^2 = 1 (three cells with ends a < b; more telescope "
        "alike), so D = 1 - sum S^2/P, which is 1 - s^2 I by fisher_message.",
    ),
    Step.identity(
        "end_moves",
        diff(cell, t),
        phi(t) * mean * (2 * t - mean),
        because="How S^2/P of the cell (l, t) changes with t; for the cell (t, r) by mirror image, with "
        "the other sign.",
    ),
    Step.identity(
        "stationary",
        y1 * (2 * t - y1) - y2 * (2 * t - y2),
        (y2 - y1) * (y1 + y2 - 2 * t),
        because="So with means y1 < y2 on the two sides of t, s^2 I changes by phi(t) times this: it is "
        "stationary only where t is halfway between them.",
    ),
    Step.assumed(
        "unique_stationary_point",
        "For a log-concave density an optimal K-level quantizer exists, and one set of cells alone "
        "satisfies the centroid and midpoint conditions",
        cites="Fleischer 1964; Kieffer 1983, IEEE Trans. Inform. Theory 29; Graf and Luschgy 2000, "
        "Foundations of Quantization, chapters 4 and 5",
    ),
    Step.identity(
        "two_levels",
        (-phi(0)) ** 2 / Phi(0) + phi(0) ** 2 / Phi(-0),
        2 / pi,
        because="K = 2: t = 0 is halfway between -y and y, and 1 - D_2 = 2/pi (derivation one_bit).",
    ),
    Step.identity(
        "four_levels",
        (inner + outer - 2 * t) * sqrt(pi / 2) * inside * (1 - inside),
        balance,
        because="K = 4, thresholds -t, 0, t: t is halfway between the means exactly if balance = 0.",
    ),
    Step.inequality(
        "four_levels_below",
        balance,
        over={t: (T4 - WIDTH, T4)},
        nearest={t: T4},
        strict=True,
        because="The balance changes sign within 1e-16 of T4: here it is positive ...",
    ),
    Step.inequality(
        "four_levels_above",
        -balance,
        over={t: (T4 + WIDTH, T4 + 2 * WIDTH)},
        nearest={t: T4 + WIDTH},
        strict=True,
        because="... and here negative. By the intermediate value theorem the outer threshold of the "
        "four-level quantizer lies in between.",
    ),
    Step.code(
        "two_level_code",
        2 / pi,
        lambda: lloyd_max(2).information,
        because="1 - D_2.",
    ),
    Step.code(
        "four_level_threshold_code",
        T4,
        lambda: lloyd_max(4).thresholds[2],
        because="The certified threshold.",
    ),
    Step.code(
        "four_level_code",
        four.subs(t, T4),
        lambda: lloyd_max(4).information,
        because="1 - D_4; stationary in t, so 1e-16 in T4 is 1e-32 here.",
    ),
    Step.code(
        "implementation",
        s**2 * (1 / error - 1 / tau**2),
        lambda e, s, tau: (
            lloyd_max(4).information
            * scalar_optimum(
                BitOracle(dimension=1, bits=2, noise_std=s, prior=GaussianPrior(tau)), error=e
            ).value
        ),
        at={error: (Rational(1, 64), 1), s: (Rational(1, 8), 8), tau: (2, 8)},
        because="van Trees with T rounds of at most (1 - D_4)/s^2 each: T (1 - D_4) >= this.",
    ),
]
