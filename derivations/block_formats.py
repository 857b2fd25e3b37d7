"""Block formats on Gaussian vectors: exact error, exact information; and what unbiased rounding costs.

Setting. X_1..X_n are independent N(0, 1). A block gets a scale by m = max |X_i| alone, this one when
l < m <= u, and X_i is rounded to a grid of that scale. Cells of the grid, cut at l and u, have the
parts below l (probability p, mean nu) and between l and u (q, tau), r = p/(p + q). Then with F(b) =
P(|X| <= b), and M the scale and the codes,

    E[g(X_i); scale] = E[g; |X_i| <= l] (F(u)^(n-1) - F(l)^(n-1)) + E[g; l < |X_i| <= u] F(u)^(n-1),
    E[X_i | M] = (1 - w_i) nu_i + w_i tau_i,  w_i = (1 - r_i)/(1 - prod_j r_j),

and Tr I = E|E[X | M]|^2 is at least what an average of outputs Q uses, E<X, Q>^2 / E|Q|^2, which is
n/(1 + w) for an unbiased Q of relative error w.

Rounding to neighbours u < v without bias and without shared coins has variance (x - u)(v - x) at
least, which stochastic rounding attains: 1/6 of a squared step on the average over a gap, twice the
1/12 of nearest rounding.
"""

import math
from itertools import product

from sympy import Integer, Rational, binomial, erf, erfc, exp, pi, sqrt, symbols

from infobound.bounds.gaussian_blocks import ScaleCells, gaussian_block
from infobound.checking import Claim, Step
from infobound.information.block_fisher import rule_information
from infobound.information.block_rules import BlockRule

A, B, U, L, w = symbols("A B U L w", positive=True)
p1, p2, p3, q1, q2, q3 = symbols("p1 p2 p3 q1 q2 q3", positive=True)
a, c, edge, s = symbols("a c edge s", positive=True)
nu, tau, x, u, v, f, X1, X2, Q1, Q2 = symbols("nu tau x u v f X1 X2 Q1 Q2", real=True)
half = Rational(1, 2)

CLAIM = Claim(
    "block_formats",
    source="derived here",
    latex=r"\mathbb E[X_i\mid M]=(1-w_i)\nu_i+w_i\tau_i,\quad w_i=\frac{1-r_i}{1-\prod_j r_j}",
    statement="Error and Fisher information of a block format on Gaussian input are finite sums; "
    "unbiased rounding with private coins doubles the variance of nearest rounding.",
    hypotheses=(
        "the scale depends on the largest magnitude of the block only",
        "coordinates are independent N(0, s^2)",
    ),
    assumes=(),
)


def phi(z):
    """Density of N(0, 1)."""
    return exp(-(z**2) / 2) / sqrt(2 * pi)


def square(z, low, high):
    """Twice the integral of (x - z)^2 phi over [low, high], 0 <= low; high None: to infinity."""
    mass = erfc(low / sqrt(2)) - (0 if high is None else erfc(high / sqrt(2)))
    first = 2 * phi(low) - (0 if high is None else 2 * phi(high))
    second = mass + 2 * low * phi(low) - (0 if high is None else 2 * high * phi(high))
    return second - 2 * z * first + z**2 * mass


def two_scales(n):
    """NMSE of the grid 0, 1: scale a up to `edge`, c beyond; a/2, c/2 < edge."""
    size = erf(edge / sqrt(2)) ** (n - 1)
    low = square(0, Integer(0), a / 2) + square(a, a / 2, edge)
    high = square(0, Integer(0), c / 2) + square(c, c / 2, edge)
    return low * size + high * (1 - size) + square(c, edge, None)


def two_scales_code(a, c, edge):
    cells = ScaleCells([0, edge, math.inf], [a, c])
    return gaussian_block([0, 1], cells, block=3).nmse


def one_scale_code(a):
    rule = BlockRule(1, [0.0, 1.0], ScaleCells([0, math.inf], [a]), "nearest", False)
    return rule_information(rule).fisher


def blocks():
    """(n, p, q, nu, tau, base, mean, top, far): one cut cell, one below, one above, as rationals."""
    return [
        (n, Rational(p, 20), Rational(q, 20), Rational(1), Rational(t), Rational(b, 20), half, Rational(k, 20), Rational(5))
        for n in (1, 2, 3, 4)
        for p, q, b, k in ((3, 2, 5, 4), (1, 6, 2, 0), (4, 4, 0, 1))
        for t in (2, 3)
    ]  # fmt: skip


def both_sums(case):
    """E sum E[X_i|M]^2 over all messages of one scale: letter by letter, and by counts."""
    n, p, q, low, high, base, mean, top, far = case
    codes = {"below": (base, 0, mean, mean), "cut": (p, q, low, high), "above": (0, top, far, far)}
    total = Integer(0)
    for word in product(codes, repeat=n):
        parts = [codes[letter] for letter in word]
        whole, under = Integer(1), Integer(1)
        for lower, upper, _, _ in parts:
            whole, under = whole * (lower + upper), under * lower
        chance = whole - under
        if chance == 0:
            continue
        for i, (lower, upper, below, above) in enumerate(parts):
            rest, rest_under = Integer(1), Integer(1)
            for j, part in enumerate(parts):
                if j != i:
                    rest, rest_under = rest * (part[0] + part[1]), rest_under * part[0]
            moment = (lower * below + upper * above) * rest - lower * below * rest_under
            total += moment**2 / chance
    inside, ratio = base + p + q, p / (p + q)
    full = inside + top
    counted = n * base * mean**2 * (full ** (n - 1) - (base + p) ** (n - 1))
    counted += n * top * far**2 * full ** (n - 1)
    counted += n * (p * low + q * high) ** 2 / (p + q) * (full ** (n - 1) - inside ** (n - 1))
    for k in range(1, n + 1):
        weight = (1 - ratio) / (1 - ratio**k)
        chance = binomial(n, k) * base ** (n - k) * ((p + q) ** k - p**k)
        counted += k * chance * ((1 - weight) * low + weight * high) ** 2
    return total, counted


STEPS = [
    Step.identity(
        "one_scale",
        (A + B) * U - A * L,
        A * (U - L) + B * U,
        because="A = E[g; |X_i| <= l], B = E[g; l < |X_i| <= u], U and L the (n-1)th powers of F(u) and F(l). "
        "The event l < max <= u is that all are at most u less that all are at most l, and in each "
        "X_i is independent of the others.",
    ),
    Step.identity(
        "mean_in_a_cell",
        ((p1 * nu + q1 * tau) * (p2 + q2) * (p3 + q3) - p1 * nu * p2 * p3)
        / ((p1 + q1) * (p2 + q2) * (p3 + q3) - p1 * p2 * p3),
        nu
        + (1 - p1 / (p1 + q1))
        / (1 - p1 * p2 * p3 / ((p1 + q1) * (p2 + q2) * (p3 + q3)))
        * (tau - nu),
        because="Given the codes too X is in a product of cells cut at u, less the product of the cells cut "
        "at l: three elements; p2, p3 and q2, q3 stand for the products over all others.",
    ),
    Step.enumerate(
        "by_counts",
        blocks,
        both_sums,
        size=24,
        because="Only cells that l cuts in two tell from how many others they are surrounded: the sum over "
        "all messages is a sum over the number k of elements in such a cell (n up to 4, one cell "
        "below, one cut and one above l; one or two of them may be empty).",
    ),
    Step.identity(
        "cauchy_schwarz",
        (X1**2 + X2**2) * (Q1**2 + Q2**2) - (X1 * Q1 + X2 * Q2) ** 2,
        (X1 * Q2 - X2 * Q1) ** 2,
        because="E<X, Q> = E<E[X|M], Q> if Q is made from M, so its square is at most Tr I E|Q|^2.",
    ),
    Step.identity(
        "unbiased_uses",
        s**4 / (s**2 * (s**2 + w * s**2)),
        1 / (1 + w),
        because="E[Q|X] = X: E XQ = s^2 and E Q^2 = s^2 + w s^2 per coordinate.",
    ),
    Step.identity(
        "least_variance",
        (u + v) * x - u * v - x**2,
        (x - u) * (v - x),
        because="No grid value is between the neighbours u and v of x, so (Q - u)(Q - v) >= 0, and E Q = x "
        "gives E Q^2 >= (u + v) x - uv: the variance is at least this, with equality if Q is u or v.",
    ),
    Step.integral(
        "stochastic",
        f * (1 - f),
        (f, 0, 1),
        Rational(1, 6),
        antiderivative=f**2 / 2 - f**3 / 3,
        because="Average of the variance over a gap of width 1.",
    ),
    Step.integral(
        "nearest",
        f**2,
        (f, -half, half),
        Rational(1, 12),
        antiderivative=f**3 / 3,
        because="Squared error of nearest rounding over a cell of width 1: half of it.",
    ),
    Step.code(
        "error_code",
        two_scales(3),
        two_scales_code,
        at={a: (Rational(1, 4), 1), c: (1, 2), edge: (1, 2)},
        because="A block of three, grid 0 and 1, scale a for maxima up to `edge` and c beyond.",
    ),
    Step.code(
        "information_code",
        4 * phi(a / 2) ** 2 / erfc(a / (2 * sqrt(2))),
        one_scale_code,
        at={a: (Rational(1, 4), 6)},
        because="One element, values -a, 0, a: the mean is 0 in the middle cell, phi/P in the outer two.",
    ),
]
