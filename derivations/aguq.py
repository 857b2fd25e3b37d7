"""Gains with a second moment and no bound: the error and the bias of AGUQ, and A-RATQ on top.

Setting. G >= 0, E G^2 <= B^2. Ranges M_j = B a^(j/2), j = 0, ..., h - 1, a > 1; the smallest
M_J >= G is used, with k equally spaced levels of [0, M_J] and stochastic rounding; a G beyond
M_{h-1} becomes 0. Then

    E (Q_g - G)^2 1{G <= M_{h-1}} <= B^2 (1 + a)/(4 (k - 1)^2),    |E Q_g - E G| <= B^2/M_{h-1},

and with h = 1 + ceil(log_a T) the bias is at most B/sqrt T.
"""

from itertools import product

from sympy import Rational, log, sqrt, symbols

from infobound.bounds.ratq import gain_ranges, gain_shape_error_constant, gain_variance_bound
from infobound.checking import Claim, Step

a, B, m, t = symbols("a B m t", positive=True)
k = symbols("k", integer=True, positive=True)
p, r = symbols("p r", real=True)  # P(J = 0), E[G^2; J >= 1]/B^2
g1, g2, gain, shape = symbols("g1 g2 gain shape", positive=True)
z1, z2 = symbols("z1 z2", real=True)

VARIANCE = (1 + a) / (4 * (k - 1) ** 2)
TOTAL = sqrt(Rational(7, 4) * (1 + (9 + 3 * log(2)) / 36)) + 1
GAIN = ((p, g1), (1 - p, g2))
SHAPE = ((r, z1), (1 - r, z2))
SMALL = Rational(1, 10**6)


def ranges(j):
    """M_j."""
    return B * sqrt(a) ** j


CLAIM = Claim(
    "aguq",
    source="Mayekar and Tyagi 2019, arXiv:1908.08200 (AGUQ); explicit constants here",
    latex=r"\mathbb E\,Q_g(G)^2\le B^2\Bigl(1+\frac{1+a}{4(k-1)^2}\Bigr),\qquad"
    r"\lvert\mathbb E\,Q_g(G)-\mathbb E\,G\rvert\le\frac{B^2}{M_{h-1}}\le\frac B{\sqrt T}",
    statement="AGUQ with base a and k levels has E Q_g^2 <= B^2 (1 + (1 + a)/(4 (k - 1)^2)) and bias at "
    "most B^2/M_{h-1} <= B/sqrt T for every G >= 0 with E G^2 <= B^2.",
    hypotheses=("G >= 0", "E G^2 <= B^2", "a > 1", "k >= 2", "h = 1 + ceil(log_a T)"),
    assumes=(),
)

STEPS = [
    Step.lemma(
        "rounding",
        "Stochastic rounding to levels a step apart is unbiased, with variance at most step^2/4",
        claim="cuq",
    ),
    Step.identity(
        "half_range",
        (ranges(2) / (k - 1)) ** 2 / 4,
        a**2 * B**2 / (4 * (k - 1) ** 2),
        when={k: (2, 100)},
        because="k levels of [0, M_j]: the step is M_j/(k - 1), the variance at most "
        "M_j^2/(4 (k - 1)^2) (j = 2 shown).",
    ),
    Step.identity(
        "next_range",
        [ranges(1) ** 2, ranges(2) ** 2, ranges(3) ** 2],
        [a * ranges(0) ** 2, a * ranges(1) ** 2, a * ranges(2) ** 2],
        because="M_j^2 = a M_{j-1}^2.",
    ),
    Step.polynomial(
        "range_needed",
        a * (m + t) ** 2 - a * m**2,
        sos=[(2 * a * m * t, 1), (a, t)],
        because="Range j >= 1 is used only for G > M_{j-1}: G = m + t with m = M_{j-1}, so "
        "M_j^2 = a m^2 <= a G^2.",
    ),
    Step.polynomial(
        "mean_range",
        B**2 * (1 + a) - (B**2 * p + a * B**2 * r),
        over={p: (0, 1), r: (0, 1)},
        sos=[(B**2 * (1 - p), 1), (a * B**2 * (1 - r), 1)],
        because="E M_J^2 <= B^2 P(J = 0) + a E[G^2; J >= 1] <= B^2 (1 + a): over 4 (k - 1)^2, the error "
        "while nothing overflows.",
    ),
    Step.identity(
        "second_moment",
        B**2 + B**2 * (1 + a) / (4 * (k - 1) ** 2),
        B**2 * (1 + VARIANCE),
        when={k: (2, 100)},
        because="E Q_g^2 = E[G^2; no overflow] + E(Q_g - G)^2 1{no overflow}.",
    ),
    Step.identity(
        "base_two",
        (1 + VARIANCE).subs({a: 2, k: 2}),
        Rational(7, 4),
        because="1.75 B^2 for a = 2 with the two levels 0 and M_j.",
    ),
    Step.polynomial(
        "theorem",
        (m + t) ** 2 - (m + t) * m,
        sos=[(m * t, 1), (1, t)],
        because="The bias is E[G; G > M_{h-1}], and G M <= G^2 for G = M + t: at most E G^2/M <= B^2/M.",
    ),
    Step.identity(
        "two_points",
        (m + t) * (B / (m + t)) ** 2,
        B**2 / (m + t),
        because="G = M + t with probability (B/(M + t))^2, else 0, has E G^2 = B^2 and this bias: as "
        "t -> 0 the bound is approached.",
    ),
    Step.enumerate(
        "ranges_reach",
        list(product((2, 3, 5, 10), range(1, 131))),
        lambda case: (case[1], case[0] ** (gain_ranges(case[1], case[0]) - 1)),
        size=520,
        relation="<=",
        slack=0,
        because="a^(h-1) >= T, so M_{h-1} = B a^((h-1)/2) >= B sqrt T and the bias is at most "
        "B/sqrt T; with equality where T is a power of a.",
    ),
    Step.enumerate(
        "ranges_no_more",
        list(product((2, 3, 5, 10), range(2, 131))),
        lambda case: (case[0] ** (gain_ranges(case[1], case[0]) - 2) + 1, case[1]),
        size=516,
        relation="<=",
        slack=0,
        because="One range fewer would not do: a^(h-2) < T.",
    ),
    Step.identity(
        "gain_times_shape",
        [sum(c * e * g**n * z**n for (c, g), (e, z) in product(GAIN, SHAPE)) for n in (1, 2)],
        [
            (p * g1 + (1 - p) * g2) * (r * z1 + (1 - r) * z2),
            (p * g1**2 + (1 - p) * g2**2) * (r * z1**2 + (1 - r) * z2**2),
        ],
        because="With independent coins (two outcomes each here) E Q = E Q_g E Q_s = E Q_g u for an "
        "unbiased shape, |u| = 1: the bias is that of the gain. And E|Q|^2 = E Q_g^2 E|Q_s|^2.",
    ),
    Step.inequality(
        "total_above",
        Rational("2.5129") - TOTAL - t,
        over={t: (0, SMALL)},
        nearest={t: SMALL},
        because="E f - f* <= D (alpha/sqrt T + beta), beta <= B/sqrt T and alpha^2 <= 1.75 B^2 "
        "(1 + (9 + 3 ln 2)/36): 2.513 D B/sqrt T ...",
    ),
    Step.inequality(
        "total_below",
        TOTAL + t - Rational("2.5128"),
        over={t: (0, SMALL)},
        nearest={t: 0},
        because="... and these bounds give no less.",
    ),
    Step.code(
        "implementation",
        VARIANCE,
        lambda a, k: gain_variance_bound(a, int(k)),
        at={a: (Rational(9, 8), 8), k: (2, 100)},
    ),
    Step.code(
        "total_code",
        sqrt(gain * (1 + shape)) + 1,
        lambda gain, shape: gain_shape_error_constant(gain, shape),
        at={gain: (1, 4), shape: (0, 2)},
    ),
]
