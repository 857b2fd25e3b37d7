"""Stochastic rounding, QSGD and TernGrad: exact errors, and bounds with their constants.

Setting. A number x is rounded to floor(x) + Bernoulli(f), f = x - floor(x). QSGD sends N >= max |y_i|
and rounds x_i = s |y_i|/N, the signs kept: Q_i = (N/s) sign(y_i) k_i. Its error is

    E|Q - y|^2 = (N/s)^2 sum f_i (1 - f_i) <= min(d/(4 s^2), sqrt d/s) |y|_2^2    for N = |y|_2.

Lemma 3.1 of Alistarh et al. 2017 (arXiv:1610.02132) is the same with d/s^2. For N = max |y_i|,

    E|Q - y|^2 <= min((d-1)/(4 s^2), sqrt(d-1)/(2 s)) |y|_2^2,

and for one level, which is TernGrad (arXiv:1705.07878),

    E|Q - y|^2 = N |y|_1 - |y|_2^2 <= ((sqrt d - 1)/2) |y|_2^2,

with equality when the other d - 1 coordinates are N/(1 + sqrt d).
"""

from fractions import Fraction
from itertools import product
from math import floor

from sympy import Min, Rational, sqrt, symbols

from infobound.bounds.baselines import (
    dithered_levels_error,
    dithered_levels_factor,
    dithered_maximum_factor,
    ternary_error,
    ternary_factor,
)
from infobound.checking import Claim, Step, Zero

d, s = symbols("d s", integer=True, positive=True)
N, a, b, r, u = symbols("N a b r u", positive=True)
low, f, f1, f2, f3 = symbols("l f f1 f2 f3", real=True)

# Vectors of three coordinates with a rational norm, and norms above it
VECTORS = [(1, 2, 2), (2, -3, 6), (0, 3, -4), (-1, 4, 8), (0, 0, 5), (2, 6, 9), (1, 1, 1)]
CASES = [
    (tuple(Fraction(v) for v in y), Fraction(norm), levels)
    for y in VECTORS
    for norm in (
        Fraction(int(sum(v * v for v in y) ** 0.5)) + extra for extra in (1, Fraction(3, 7))
    )
    if norm >= max(map(abs, y))
    for levels in (1, 2, 3, 5)
]


def outcomes(y, norm, levels):
    """All (probability, vector) of the rounding, by listing floors and ceilings."""
    places = [levels * abs(v) / norm for v in y]
    for ups in product((0, 1), repeat=len(y)):
        chance, vector = Fraction(1), []
        for v, x, up in zip(y, places, ups, strict=True):
            part = x - floor(x)
            chance *= part if up else 1 - part
            vector.append((norm / levels) * (floor(x) + up) * (1 if v >= 0 else -1))
        yield chance, vector


def listed_error(case):
    """E|Q - y|^2 from the list, and from the fractions."""
    y, norm, levels = case
    listed = sum(
        p * sum((q - v) ** 2 for q, v in zip(vector, y, strict=True))
        for p, vector in outcomes(*case)
    )
    parts = [levels * abs(v) / norm - floor(levels * abs(v) / norm) for v in y]
    return listed, (norm / levels) ** 2 * sum(part - part * part for part in parts)


def listed_mean(case):
    """E Q_i from the list, and y_i."""
    (y, norm, levels), i = case
    return sum(p * vector[i] for p, vector in outcomes(y, norm, levels)), y[i]


def qsgd_error(N, s, f1, f2, f3):
    """What the package computes for y_i = (N/s)(floor + f_i) with floors 0, 1, s - 1."""
    places = (f1, min(1, s - 1) + f2, -(s - 1) - f3)
    return float(dithered_levels_error([N / s * x for x in places], N, levels=int(s)))


CLAIM = Claim(
    "baseline_variances_levels",
    source="Alistarh et al. 2017, arXiv:1610.02132, Lemma 3.1 (first branch 4 times smaller); "
    "Wen et al. 2017, arXiv:1705.07878 (constants derived here)",
    latex=r"\mathbb E|Q(y)-y|^2=\tfrac{N^2}{s^2}\sum_i f_i(1-f_i)\le"
    r"\min\bigl(\tfrac d{4s^2},\tfrac{\sqrt d}s\bigr)|y|_2^2",
    statement="QSGD with s levels and N = |y|_2 has the exact error (N/s)^2 sum f_i (1 - f_i), at most "
    "min(d/(4 s^2), sqrt d/s) |y|_2^2; TernGrad has N |y|_1 - |y|_2^2, at most (sqrt d - 1)/2 |y|_2^2.",
    hypotheses=("N >= max |y_i|", "coordinates rounded independently"),
    assumes=(),
)

STEPS = [
    Step.identity(
        "unbiased",
        (1 - f) * low + f * (low + 1),
        low + f,
        because="The mean of floor(x) + Bernoulli(f) is x.",
    ),
    Step.identity(
        "variance",
        (1 - f) * (low - (low + f)) ** 2 + f * (low + 1 - (low + f)) ** 2,
        f * (1 - f),
        because="Its variance. Scaled by N/s and summed over independent coordinates: the exact error.",
    ),
    Step.enumerate(
        "error",
        CASES,
        listed_error,
        size=56,
        because="The whole vector, d = 3: all 8 outcomes of y with a norm N above max |y_i|, s = 1, 2, 3, 5.",
    ),
    Step.enumerate(
        "mean",
        [(case, i) for case in CASES for i in range(3)],
        listed_mean,
        size=168,
        because="And its mean is y, signs included.",
    ),
    Step.inequality(
        "quarter",
        Rational(1, 4) - f * (1 - f),
        over={f: (0, 1)},
        zero=Zero(at={f: Rational(1, 2)}, order=2, leading=1),
        because="So d coordinates give at most (N/s)^2 d/4: the first branch.",
    ),
    Step.polynomial(
        "place",
        (low + f) - f * (1 - f),
        over={low: (0, 1), f: (0, 1)},
        sos=[(low, 1), (1, f)],
        because="f (1 - f) <= x for x = floor + f >= 0 (the upper end of the range is not used): the "
        "error is at most (N/s)^2 sum s |y_i|/N = (N/s) |y|_1.",
    ),
    Step.identity(
        "one_norm",
        (d * a**2 + 1) / (2 * sqrt(d)) - a,
        (sqrt(d) * a - 1) ** 2 / (2 * sqrt(d)),
        because=">= 0: with a_i = |y_i|/|y|_2 and sum a_i^2 = 1, summing over d coordinates gives "
        "sum a_i <= (d + d)/(2 sqrt d) = sqrt d. So (N/s) |y|_1 <= (sqrt d/s) |y|_2^2 for N = |y|_2.",
    ),
    Step.code(
        "theorem",
        Min(d / (4 * s**2), sqrt(d) / s),
        lambda d, s: dithered_levels_factor(int(d), int(s)),
        at={d: (1, 500), s: (1, 30)},
        because="The smaller of the two branches.",
    ),
    Step.code(
        "error_code",
        (N / s) ** 2 * (f1 - f1**2 + f2 - f2**2 + f3 - f3**2),
        qsgd_error,
        at={N: (Rational(1, 8), 8), s: (1, 9)}
        | dict.fromkeys((f1, f2, f3), (Rational(1, 16), Rational(15, 16))),
    ),
    Step.identity(
        "others",
        (u * a**2 + 1 / u) / 2 - a,
        (u * a - 1) ** 2 / (2 * u),
        because="N = max |y_i|: that coordinate is a level and has no error, so the first branch has "
        "d - 1 coordinates and N <= |y|_2. With u = sqrt(d-1), a_i = |y_i|/N and the other d - 1 "
        "coordinates, sum a_i <= (u/2)(1 + sum a_i^2) = (u/2) |y|_2^2/N^2.",
    ),
    Step.code(
        "maximum_code",
        Min(u**2 / (4 * s**2), u / (2 * s)),
        lambda u, s: dithered_maximum_factor(int(u) ** 2 + 1, int(s)),
        at=[{u: x, s: k} for x in (1, 2, 3, 7, 20) for k in (2, 3, 5, 17)],
        because="d = u^2 + 1, s >= 2.",
    ),
    Step.identity(
        "ternary",
        N**2 * (a / N) * (1 - a / N),
        N * a - a**2,
        because="One level: x = |y_i|/N is its own fraction. Summed: N |y|_1 - |y|_2^2.",
    ),
    Step.identity(
        "ternary_square",
        (1 + r) / 2 * a**2 - a + 1 / (2 * (1 + r)),
        (1 + r) / 2 * (a - 1 / (1 + r)) ** 2,
        because=">= 0, for each of the d - 1 other coordinates a = |y_i|/N, with r = sqrt d ...",
    ),
    Step.identity(
        "ternary_rest",
        (r**2 - 1) / (2 * (1 + r)),
        (1 + r) / 2 - 1,
        because="... and the d - 1 constants add up to what the largest coordinate, a = 1, leaves over. So "
        "((1 + r)/2) sum a_i^2 >= sum a_i, which is |y|_1 N <= ((1 + sqrt d)/2) |y|_2^2.",
    ),
    Step.identity(
        "ternary_attained",
        (1 + (r**2 - 1) / (1 + r)) - (1 + (r**2 - 1) / (1 + r) ** 2),
        (r - 1) / 2 * (1 + (r**2 - 1) / (1 + r) ** 2),
        because="Equality: one coordinate 1 and d - 1 coordinates 1/(1 + r).",
    ),
    Step.code(
        "ternary_code",
        N * (a + b + N) - (a**2 + b**2 + N**2),
        lambda N, a, b: float(ternary_error([a, -b, N], N)),
        at={N: (4, 8), a: (0, 4), b: (0, 4)},
    ),
    Step.code(
        "ternary_factor_code",
        (sqrt(d) - 1) / 2,
        lambda d: ternary_factor(int(d)),
        at={d: (2, 999)},
    ),
]
