"""Stochastic k-level quantization, plain and after a randomized Hadamard rotation.

Setting (Suresh et al. 2017, arXiv:1611.00429, Theorems 2 and 3). Levels low + j D, j = 0..k-1, with
D = (high - low)/(k - 1) between the least and the largest coordinate; every coordinate is rounded at
random to a neighbour. Then

    E|Q - y|^2 = D^2 sum f_i (1 - f_i) <= d/(2 (k-1)^2) |y|_2^2,

and for R^T Q(R y), R = H diag(signs)/sqrt d with independent fair signs,

    E|R^T Q(R y) - y|^2 <= (2 ln d + 2)/(k-1)^2 |y|_2^2.
"""

from sympy import Rational, exp, log, oo, symbols

from infobound.bounds.baselines import (
    rotated_levels_factor,
    stochastic_levels_error,
    stochastic_levels_factor,
)
from infobound.checking import Claim, Step, Zero

d, k = symbols("d k", integer=True, positive=True)
h, v, t, x, c, lam, w = symbols("h v t x c lambda w", positive=True)
low, f, f1, f2, level, p, q, z = symbols("l f f1 f2 j p q z", real=True)

D = (h - low) / (k - 1)
cosh = (exp(x * w) + exp(-x * w)) / 2
tanh = (exp(2 * x * w) - 1) / (exp(2 * x * w) + 1)


def levels_error(l, h, k, f1, f2):
    """What the package computes for y = (low, high, two points between levels)."""
    step = (h - l) / (k - 1)
    y = [l, h, l + f1 * step, l + (k - 2 + f2) * step]
    return float(stochastic_levels_error(y, l, h, levels=int(k)))


CLAIM = Claim(
    "baseline_variances_k_levels",
    source="Suresh, Yu, Kumar, McMahan 2017, arXiv:1611.00429, Theorems 2 and 3",
    latex=r"\mathbb E|Q(y)-y|^2\le\frac{d}{2(k-1)^2}|y|_2^2,\qquad"
    r"\mathbb E|R^\top Q(Ry)-y|^2\le\frac{2\ln d+2}{(k-1)^2}|y|_2^2",
    statement="Stochastic k-level quantization has error at most d/(2 (k-1)^2) |y|^2, and after a "
    "randomized Hadamard rotation at most (2 ln d + 2)/(k-1)^2 |y|^2.",
    hypotheses=(
        "levels from the least to the largest coordinate",
        "rotated: d is a power of two, independent fair signs",
    ),
    assumes=(),
)

STEPS = [
    Step.identity(
        "error",
        (1 - f) * (low + level * D - (low + (level + f) * D)) ** 2
        + f * (low + (level + 1) * D - (low + (level + f) * D)) ** 2,
        (h - low) ** 2 * f * (1 - f) / (k - 1) ** 2,
        when={k: (2, 33)},
        because="A coordinate between levels j and j + 1 goes up with probability f.",
    ),
    Step.code(
        "error_code",
        (h - low) ** 2 / (k - 1) ** 2 * (f1 * (1 - f1) + f2 * (1 - f2)),
        levels_error,
        at={low: (-8, 0), h: (Rational(1, 8), 8), k: (2, 17)}
        | dict.fromkeys((f1, f2), (Rational(1, 16), Rational(15, 16))),
        because="d = 4, the ends of the range among the coordinates.",
    ),
    Step.inequality(
        "quarter",
        Rational(1, 4) - f * (1 - f),
        over={f: (0, 1)},
        zero=Zero(at={f: Rational(1, 2)}, order=2, leading=1),
        because="So the error is at most d (high - low)^2/(4 (k-1)^2).",
    ),
    Step.identity(
        "range",
        2 * (p**2 + q**2) - (p - q) ** 2,
        (p + q) ** 2,
        because=">= 0: (high - low)^2 <= 2 (high^2 + low^2) <= 2 |y|_2^2 for d >= 2, as they are two "
        "coordinates of y; at d = 1 the range is 0.",
    ),
    Step.code(
        "plain_theorem",
        Rational(1, 4) * 2 * d / (k - 1) ** 2,
        lambda d, k: stochastic_levels_factor(int(d), int(k)),
        at={d: (2, 999), k: (2, 33)},
        because="A quarter times 2 |y|_2^2 for each of d coordinates.",
    ),
    Step.integral(
        "hyperbolic",
        x**2 * (1 - w) * tanh**2,
        (w, 0, 1),
        x**2 / 2 - log((exp(x) + exp(-x)) / 2),
        antiderivative=x**2 * (w - w**2 / 2) - x * (1 - w) * tanh - log(cosh),
        because="The integrand is >= 0: cosh x <= e^(x^2/2). A coordinate z of R y is a sum of d "
        "independent signs times y_j/sqrt d, so E e^(lambda z) = prod cosh(lambda y_j/sqrt d) <= "
        "e^(lambda^2 v/2), v = |y|_2^2/d.",
    ),
    Step.identity(
        "chernoff",
        t**2 / (2 * v) - (lam * t - lam**2 * v / 2),
        v / 2 * (lam - t / v) ** 2,
        because="0 at lambda = t/v, so P(z > t) <= e^(-lambda t) E e^(lambda z) <= e^(-t^2/(2 v)). "
        "The same for -z.",
    ),
    Step.integral(
        "tail",
        d * exp(-t / (2 * v)),
        (t, c, oo),
        2 * d * v * exp(-c / (2 * v)),
        antiderivative=-2 * d * v * exp(-t / (2 * v)),
        because="With m = max(0, max z_i): E m^2 <= c + int_c^oo P(m^2 > t) dt, and d coordinates have "
        "P(m^2 > t) <= d e^(-t/(2 v)).",
    ),
    Step.identity(
        "cut",
        (c + 2 * d * v * exp(-c / (2 * v))).subs(c, 2 * v * log(d)),
        2 * v * (log(d) + 1),
        because="c = 2 v ln d. The same for m' = max(0, max -z_i).",
    ),
    Step.inequality(
        "best_cut",
        z + exp(-z) - 1,
        over={z: (-2, 2)},
        zero=Zero(at={z: 0}, order=2, leading=Rational(1, 2)),
        because="No other cut does better: at c = 2 v (ln d + z) the bound is 2 v (ln d + z + e^-z), and "
        "z + e^-z is convex with its least value 1 at z = 0.",
    ),
    Step.identity(
        "rotated_theorem",
        d / (4 * (k - 1) ** 2) * 2 * (2 * v * (log(d) + 1) + 2 * v * (log(d) + 1)),
        (2 * log(d) + 2) / (k - 1) ** 2 * (d * v),
        when={k: (2, 33)},
        because="high - low <= m + m', so (high - low)^2 <= 2 m^2 + 2 m'^2 (step range), and R is "
        "orthogonal: the error of R^T Q(R y) is that of Q(R y), at most d E(high - low)^2/(4 (k-1)^2). "
        "d v = |y|_2^2.",
    ),
    Step.code(
        "rotated_code",
        (2 * log(d) + 2) / (k - 1) ** 2,
        lambda d, k: rotated_levels_factor(int(d), int(k)),
        at=[{d: 2**j, k: m} for j in (4, 5, 10, 20) for m in (2, 5, 16)],
        because="d = 16 and above; below, the bound without rotation is smaller.",
    ),
]
