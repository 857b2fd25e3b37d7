"""The error of RATQ: tails of a rotated vector, adaptive ranges, and a sum over the tower.

Setting. |y|_2 <= B in R^D, D a power of two; x = H S y, H orthonormal Walsh-Hadamard with entries
+-1/sqrt D, S independent uniform signs. Groups of s coordinates take the smallest range M_J,
M_j^2 = (3 L_j + 2 ln s) B^2/D, L_0 = 1, L_j = exp(L_{j-1}), that holds them; CUQ with k levels. Then

    E|Q(y) - y|^2 <= (6.5684 + 2 ln s) B^2/(k - 1)^2 <= (8.1836 + 2.9604 ln s) B^2/(k - 1)^2
                  <= (9 + 3 ln s) B^2/(k - 1)^2.
"""

import math
from fractions import Fraction
from itertools import combinations, product

from sympy import Matrix, Rational, cosh, exp, eye, log, ones, sqrt, symbols

from infobound.bounds.ratq import (
    delta_1,
    delta_2,
    dynamic_ranges,
    error_constant,
    lemma_error_constant,
    ln_star,
    printed_error_constant,
    sampled_error,
    sampled_second_moment,
)
from infobound.checking import Claim, Step, Zero

x, a, b, lam = symbols("x a b lam", real=True)
t, u, v, w, B = symbols("t u v w B", positive=True)
d, D, s = symbols("d D s", positive=True)
N1, N2, N3, k = symbols("N1 N2 N3 k", positive=True)  # L_1, L_2, L_3 and the levels
q1, q2, q3 = symbols("q1 q2 q3", positive=True)  # P(J >= j)
m0, m1, m2, m3 = symbols("m0 m1 m2 m3", positive=True)  # M_j^2
e1, e2, e3, e4 = symbols("e1 e2 e3 e4", positive=True)  # variances of rounding
error, kept = symbols("error kept", positive=True)

L1, L2 = exp(1), exp(exp(1))
ROOTS = exp(-L1 / 2) + exp(-Rational(1, 2)) + exp(-L2 / 2)  # L_1^(-1/2) + L_2^(-1/2) + L_3^(-1/2)
CUBES = exp(-3 * L1 / 2) + exp(-Rational(3, 2)) + exp(-3 * L2 / 2)
FALLS = exp(-Rational(3, 2)) + exp(1 - 3 * L1 / 2) + exp(L1 - 3 * L2 / 2)  # L_{j-1} L_j^(-3/2)
SMALL = Rational(1, 10**9)

H4 = Matrix([[1, 1, 1, 1], [1, -1, 1, -1], [1, 1, -1, -1], [1, -1, -1, 1]]) / 2
ROWS = [[Fraction(int(2 * entry), 2) for entry in H4.row(i)] for i in range(4)]
VECTORS = [(3, 1, -2, 5), (1, 0, 0, 0), (1, 1, 1, 1)]


def square(tower):
    """M_j^2 for L_j = tower."""
    return (3 * tower + 2 * log(s)) * B**2 / D


def transform(vector):
    return [sum(h * z for h, z in zip(row, vector, strict=True)) for row in ROWS]


def sampling_error(case):
    """Mean over subsets of n of 4 of |y' - y|^2, y' from the sampled coordinates times 4/n."""
    d, n, vector = case
    y = [Fraction(z) if i < d else Fraction(0) for i, z in enumerate(vector)]
    rotated = transform(y)
    total, subsets = Fraction(0), list(combinations(range(4), n))
    for subset in subsets:
        sent = [z * Fraction(4, n) if i in subset else 0 for i, z in enumerate(rotated)]
        total += sum((p - q) ** 2 for p, q in zip(transform(sent)[:d], y[:d], strict=True))
    exact = Fraction(d - 1, 3) * Fraction(4 - n, n) * sum(z * z for z in y)
    return total / len(subsets), exact


def bracket(name, value, low, high, words):
    """value + (tail of at most 1e-9) lies in [low, high]."""
    return [
        Step.inequality(
            f"{name}_above",
            high - value - t,
            over={t: (0, SMALL)},
            nearest={t: SMALL},
            because=words,
        ),
        Step.inequality(
            f"{name}_below",
            value + t - low,
            over={t: (0, SMALL)},
            nearest={t: 0},
            because="... and it is not less than this.",
        ),
    ]


CLAIM = Claim(
    "ratq",
    source="Mayekar and Tyagi 2019, arXiv:1908.08200, Lemma 6.3; used for Lemma 5.2 of 2001.09032",
    latex=r"\mathbb E\lVert Q(y)-y\rVert_2^2\le\frac{(6.5684+2\ln s)B^2}{(k-1)^2}"
    r"\le\frac{(9+3\ln s)B^2}{(k-1)^2}",
    statement="RATQ with m = 3 B^2/D, m_0 = (2 B^2/D) ln s is unbiased on |y|_2 <= B, with squared "
    "error at most (6.5684 + 2 ln s) B^2/(k - 1)^2, hence at most the printed (9 + 3 ln s).",
    hypotheses=("|y|_2 <= B", "D a power of two", "log2 h = ceil(log2(1 + ln*(D/3)))", "k >= 2"),
    assumes=(),
)

STEPS = [
    Step.identity(
        "isometry",
        H4 * H4.T,
        eye(4),
        because="H is orthonormal (D = 4 here; H_2D = [[H, H], [H, -H]]/sqrt 2 carries it on), so "
        "|x|_inf <= |x|_2 = |y|_2 <= B, and decoding by S H turns E Q(x) = x into E Q(y) = y.",
    ),
    Step.enumerate(
        "last_range",
        [2**n for n in range(41)],
        lambda d: (1 + ln_star(d / 3), 2 ** delta_2(d)),
        size=41,
        relation="<=",
        slack=0,
        because="h - 1 >= ln*(D/3), that is L_{h-1} >= D/3 and M_{h-1}^2 >= 3 L_{h-1} B^2/D >= B^2: "
        "nothing overflows, and CUQ is unbiased in every range. A range above B may be cut to B.",
    ),
    Step.identity(
        "two_signs",
        (exp(a + b) + exp(a - b) + exp(-a + b) + exp(-a - b)) / 4,
        cosh(a) * cosh(b),
        because="x_i = sum_j eps_j y_j/sqrt D with independent signs (two here): E exp(lam x_i) is the "
        "product of cosh(lam y_j/sqrt D).",
    ),
    Step.inequality(
        "cosh",
        exp(x**2 / 2) - cosh(x),
        over={x: (0, 2)},
        zero=Zero(at={x: 0}, order=4, leading=Rational(1, 12)),
        because="cosh x <= exp(x^2/2); both sides are even. Here |x| <= 2 ...",
    ),
    Step.polynomial(
        "cosh_tail",
        (2 + t) ** 2 / 2 - (2 + t),
        sos=[(Rational(1, 2), t), (t, 1)],
        because="... and for x = 2 + t, cosh x <= e^x <= exp(x^2/2). So E exp(lam x_i) is at most "
        "exp(lam^2 v/2) with v = |y|^2/D <= B^2/D.",
    ),
    Step.identity(
        "chernoff",
        -lam * t + lam**2 * v / 2,
        -(t**2) / (2 * v) + v * (lam - t / v) ** 2 / 2,
        because="P(x_i > t) <= exp(-lam t + lam^2 v/2), least at lam = t/v: P(|x_i| > t) <= "
        "2 exp(-t^2/(2 v)).",
    ),
    Step.identity(
        "union_over_a_group",
        2 * s * exp(-square(log(N1)) / (2 * B**2 / D)),
        2 * N1 ** Rational(-3, 2),
        because="P(J >= j) is at most s times the tail at M_{j-1}: the factor s cancels, and "
        "L_{j-1} = ln L_j makes it 2 L_j^(-3/2).",
    ),
    Step.lemma(
        "rounding",
        "CUQ with k levels of [-M, M] has variance at most M^2/(k - 1)^2",
        claim="cuq",
    ),
    Step.identity(
        "by_parts",
        m0 * (1 - q1) + m1 * (q1 - q2) + m2 * (q2 - q3) + m3 * q3,
        m0 + (m1 - m0) * q1 + (m2 - m1) * q2 + (m3 - m2) * q3,
        because="E M_J^2 with q_j = P(J >= j) (h = 4 here; the sum telescopes for every h). M_j "
        "increases, so the bound on q_j may be put in.",
    ),
    Step.polynomial(
        "printed_sum",
        m0 * q1 + m1 * q2 + m2 * q3,
        sos=[(m0 * q1, 1), (m1 * q2, 1), (m2 * q3, 1)],
        because="The printed proof takes m_0 + sum m_j q_j, larger by this.",
    ),
    Step.identity(
        "sharp_bracket",
        D
        / B**2
        * (
            square(1)
            + (square(N1) - square(1)) * 2 * N1 ** Rational(-3, 2)
            + (square(N2) - square(N1)) * 2 * N2 ** Rational(-3, 2)
            + (square(N3) - square(N2)) * 2 * N3 ** Rational(-3, 2)
        ),
        3
        + 2 * log(s)
        + 6
        * (
            (N1 - 1) * N1 ** Rational(-3, 2)
            + (N2 - N1) * N2 ** Rational(-3, 2)
            + (N3 - N2) * N3 ** Rational(-3, 2)
        ),
        because="D coordinates, each with E M_J^2/(k - 1)^2, in units of B^2/(k - 1)^2.",
    ),
    Step.identity(
        "printed_bracket",
        D
        / B**2
        * (
            square(1)
            + square(N1) * 2 * N1 ** Rational(-3, 2)
            + square(N2) * 2 * N2 ** Rational(-3, 2)
        ),
        3 * (1 + 2 / sqrt(N1) + 2 / sqrt(N2))
        + 2 * log(s) * (1 + 2 * N1 ** Rational(-3, 2) + 2 * N2 ** Rational(-3, 2)),
        because="The same for the printed sum (h = 3 here).",
    ),
    Step.polynomial(
        "tower_grows",
        (1 + (12 + t) / 2) ** 2 - 4 * (12 + t),
        sos=[(1, 1), (3 * t, 1), (Rational(1, 4), t)],
        because="e^z >= (1 + z/2)^2 >= 4 z from z = 12 on, and L_2 = e^e > 15: from j = 3 on the terms "
        "L_j^(-1/2) at least halve, so those from j = 4 on add up to at most 2 L_4^(-1/2) = "
        "2 exp(-L_3/2), with L_3 > 3.8e6: far below 1e-9/12, and so are those of L_j^(-3/2).",
    ),
    *bracket(
        "roots",
        ROOTS,
        Rational("0.863923"),
        Rational("0.863925"),
        "sum_{j>=1} L_j^(-1/2) = 0.863924 ...",
    ),
    *bracket(
        "cubes",
        CUBES,
        Rational("0.240080"),
        Rational("0.240082"),
        "sum_{j>=1} L_j^(-3/2) = 0.240081 ...",
    ),
    *bracket(
        "printed_constant",
        3 * (1 + 2 * ROOTS),
        Rational("8.18354"),
        Rational("8.18355"),
        "The constant of the printed proof ...",
    ),
    *bracket(
        "printed_slope",
        2 * (1 + 2 * CUBES),
        Rational("2.96032"),
        Rational("2.96033"),
        "What multiplies ln s in it ...",
    ),
    *bracket(
        "sharp_constant",
        3 + 6 * (ROOTS - FALLS),
        Rational("6.56829"),
        Rational("6.56830"),
        "The constant by parts; its ln s has the factor 2 ...",
    ),
    Step.polynomial(
        "printed_is_weaker",
        9 + 3 * u - (Rational("8.18355") + Rational("2.96033") * u),
        sos=[(Rational("0.81645"), 1), (Rational("0.03967") * u, 1)],
        because="u = ln s >= 0: the printed (9 + 3 ln s) follows.",
    ),
    Step.polynomial(
        "theorem",
        Rational("8.18354") + Rational("2.96032") * u - (Rational("6.56830") + 2 * u),
        sos=[(Rational("1.61524"), 1), (Rational("0.96032") * u, 1)],
        because="And (6.5684 + 2 ln s) is less than the constants of the printed proof: the claim.",
    ),
    Step.polynomial(
        "levels",
        (w + t) ** 2 - w**2,
        sos=[(2 * w * t, 1), (1, t)],
        because="k + 1 = 2^Delta_1 >= 2 + w, w = sqrt(9 + 3 ln s), so k - 1 = w + t with t >= 0, and "
        "the error is at most B^2: alpha_0 <= sqrt 2 B.",
    ),
    Step.enumerate(
        "bits",
        list(product(range(1, 33), range(1, 5))),
        lambda case: (-(-case[0] // case[1]) * case[1], case[0] + case[1] - 1),
        size=128,
        relation="<=",
        slack=0,
        because="ceil(D/s) log2 h with s = log2 h is at most D + log2 h - 1 (D <= 32 here): with the "
        "levels, D (1 + Delta_1) + Delta_2 bits are enough.",
    ),
    Step.identity(
        "noise_spreads",
        (H4.applyfunc(lambda h: h**2) * Matrix([e1, e2, e3, e4])),
        (e1 + e2 + e3 + e4) / 4 * ones(4, 1),
        because="Independent rounding errors of x reach every coordinate of y with weight 1/D: where "
        "only d of D coordinates are no padding, d/D of the error is left.",
    ),
    Step.enumerate(
        "sampling",
        list(product((1, 2, 3, 4), (1, 2, 3, 4), VECTORS)),
        sampling_error,
        size=48,
        because="n of D = 4 rotated coordinates, uniformly, times D/n: over the subsets the error on "
        "the d coordinates of y is (d - 1)/(D - 1) (D - n)/n |y|^2, in exact fractions.",
    ),
    Step.identity(
        "sampled_rounding",
        (D / kept) ** 2 * kept * (error / D) * (d / D),
        d / kept * error,
        because="Rounding has mean 0 given the subset and the signs. Scaled by D/n, n coordinates of "
        "mean variance error/D leave d/D of their sum: (d/n) error. For d = D in all "
        "E|Q_S|^2 <= (B^2 + error) D/n.",
    ),
    Step.code(
        "printed_code",
        9 + 3 * log(s),
        lambda s: printed_error_constant(int(s)),
        at=[{s: n} for n in (1, 2, 3, 10)],
    ),
    Step.code(
        "lemma_code",
        3 * (1 + 2 * ROOTS) + 2 * log(s) * (1 + 2 * CUBES),
        lambda s: lemma_error_constant(int(s)),
        at=[{s: n} for n in (1, 2, 3, 10)],
    ),
    Step.code(
        "implementation",
        3 + 2 * log(s) + 6 * (ROOTS - FALLS),
        lambda s: error_constant(int(s)),
        at=[{s: n} for n in (1, 2, 3, 10)],
    ),
    Step.code(
        "range_code",
        sqrt((3 * L1 + 2 * log(s)) / D),
        lambda D, s: dynamic_ranges(int(D), count=3, m_0=2 * math.log(s))[1],
        at=[{D: 64, s: 2}, {D: 1024, s: 2}, {D: 2**20, s: 3}],
        because="M_1/B.",
    ),
    Step.code(
        "sampled_code",
        (d - 1) / (D - 1) * (D - kept) / kept + d / kept * error,
        lambda d, D, error, kept: sampled_error(error, d=int(d), padded=int(D), kept=int(kept)),
        at=[
            {d: 64, D: 64, kept: 5, error: Rational(1, 4)},
            {d: 9, D: 16, kept: 16, error: Rational(1, 8)},
            {d: 11, D: 16, kept: 3, error: Rational(1, 8)},
        ],
    ),
    Step.code(
        "second_moment_code",
        2 / kept,
        lambda kept: sampled_second_moment(1.0, kept),
        at={kept: (Rational(1, 64), 1)},
        because="alpha_0 <= B sqrt(2/mu).",
    ),
    Step.enumerate(
        "three_bits",
        [1, 2, 3, 8103],
        lambda group: (delta_1(group), 3),
        size=4,
        because="Delta_1 = 3, k = 7 for every s up to e^9 = 8103: for every D that there is.",
    ),
]
