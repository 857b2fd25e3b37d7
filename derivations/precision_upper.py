"""For p >= 2 so many bits keep the classical rate: the upper half of Theorem 3.1 (1).

Setting. p in [2, inf], x = d^(2/p) in [1, d], U = D B d^(1/2 - 1/p)/sqrt(T), the error of projected
subgradients without a quantizer. r*(T, p) is the least precision for which an error of 4 U can be
reached on every convex set of l_p diameter D. SimQ+ with

    k = max(1, ceil((x - 1)/15))

draws and one codeword for each output, N(d, k) of them, reaches it, so for every T and d

    r*(T, p) <= ceil(log2 N(d, k)) <= x log2(2 e d/x + 2 e),

the right side as printed. The paper takes k = x, where the precision must be whole in k and in bits:
with k = ceil(x) its code can be longer than the printed bound by a few bits. The bound itself holds, as
shown here: the factor 4 in the definition of r* leaves room for fewer draws. Systematic draws need
k >= x/(15 + x/d).

Where min(d, k) is above 2048 the code counts codewords by an upper bound; last steps.
"""

from fractions import Fraction
from itertools import product
from math import comb, inf

from sympy import Rational, diff, exp, log, sqrt, symbols

from infobound.bounds.gradient_compression import BoundedOracle, sufficient_precision
from infobound.bounds.gradient_compression.p_above_2 import (
    fewest_systematic_draws,
    log_codewords,
    simq_plus,
)
from infobound.checking import Claim, Step

B, D, T, k, x, t, y = symbols("B D T k x t y", positive=True)
d = symbols("d", positive=True)
u, w = symbols("u w", nonnegative=True)

place = 2 * k / (2 * d + 1 + sqrt((2 * d + 1) ** 2 + 4 * k * (k + 1)))
length = k * log(2 * exp(1) * (d + k) / k) / log(2)  # bits, rounding up included


def codewords(dimension: int, draws: int) -> int:
    """Integer points of |x|_1 <= k: j coordinates that are not 0, their signs, their sizes."""
    return sum(2**j * comb(dimension, j) * comb(draws, j) for j in range(min(dimension, draws) + 1))


def fewest_bits(case: tuple[int, float, int]) -> tuple[int, int]:
    """What the code answers against the least r with 2^r >= N, at the stated number of draws."""
    dimension, p, draws = case
    bits = 0
    while 2**bits < codewords(dimension, draws):
        bits += 1
    oracle = BoundedOracle(dimension=dimension, p=p)
    return int(sufficient_precision(oracle, scheme="simq_plus").value), bits


def systematic_draws(case: tuple[int, int]) -> tuple[int, int]:
    """Fewest systematic draws at p = 4 and p = 2 against the smaller of both formulas for k."""
    root, power = case  # d = root^2, x = root^power, p = 4/power
    dimension, spread = root**2, root**power
    independent = max(1, -(-(spread - 1) // 15))
    systematic = -(-spread * dimension // (15 * dimension + spread))
    return fewest_systematic_draws(dimension, 4 / power, 4.0), min(independent, systematic)


def generating_function(case: tuple[int, int, Fraction]) -> tuple[Fraction, Fraction]:
    """N t^k (1 - t)^(d + 1) against (1 + t)^d."""
    dimension, draws, z = case
    return codewords(dimension, draws) * z**draws * (1 - z) ** (dimension + 1), (1 + z) ** dimension


CASES = [
    (16, 2, 1), (64, 2, 5), (100, 2, 7), (256, 2, 17), (1024, 2, 69), (256, 4, 1), (1024, 4, 3),
    (10**4, 4, 7), (10**6, 8, 3), (1024, inf, 1), (10**6, inf, 1), (1, 2, 1), (2, 3, 1),
]  # fmt: skip
SMALL = list(product((1, 2, 3, 8), (1, 2, 5, 8), (Fraction(1, 5), Fraction(1, 2), Fraction(2, 3))))

CLAIM = Claim(
    "precision_upper",
    source="Mayekar and Tyagi 2020, arXiv:2001.09032, Theorem 3.1 (1), left side",
    latex=r"r^*(T,p)\le\lceil\log_2 N(d,k)\rceil\le d^{2/p}\log_2\bigl(2e\,d^{1-2/p}+2e\bigr),\quad "
    r"k=\max\bigl(1,\lceil(d^{2/p}-1)/15\rceil\bigr)",
    statement="For p >= 2 the printed number of bits keeps the error within 4 times that of projected "
    "subgradients, for every T and d; so does the smaller ceil(log2 N).",
    hypotheses=("2 <= p <= inf", "|Y|_q <= B surely", "c_1 = 1 in the definition of U(T, p)"),
    assumes=(),
)

STEPS = [
    Step.lemma(
        "quantizer",
        "SimQ+ with k draws: E Q = Y, alpha_0^2 <= B^2 (1 + (d^(2/p) - 1)/k), and "
        "ceil(log2 N(d, k)) <= k log2(2 e (d + k)/k) for all whole d, k >= 1",
        claim="simq_plus",
    ),
    Step.lemma(
        "method",
        "projected subgradients on estimates with E|Q|_2^2 <= alpha^2 err by at most "
        "D d^(1/2 - 1/p) alpha/sqrt(T)",
        claim="projected_subgradient",
    ),
    Step.identity(
        "growth",
        16 - (1 + (x - 1) / k),
        15 * (k - (x - 1) / 15) / k,
        because="k >= (x - 1)/15, so alpha_0 <= 4 B: an error of 4 U. The right side is >= 0.",
    ),
    Step.polynomial(
        "whole_draws",
        (1 + u) - (u / 15 + 1),
        sos=[(Rational(14, 15) * u, 1)],
        because="x = 1 + u with u >= 0, as d >= 1: ceil((x - 1)/15) <= (x - 1)/15 + 1 <= x, and 1 <= x. "
        "So k <= x.",
    ),
    Step.identity(
        "longer_with_k",
        diff(length, k) * log(2),
        log(2) + log((d + k) / k) + k / (d + k),
        because="All three terms are positive: k log2(2 e (d + k)/k) increases with k, and from k to x "
        "its value at x is larger.",
    ),
    Step.identity(
        "theorem",
        length.subs(k, d**t) - d**t * log(2 * exp(1) * d ** (1 - t) + 2 * exp(1)) / log(2),
        0,
        because="At k = x = d^(2/p), with t = 2/p: the printed bound.",
    ),
    Step.code(
        "printed_code",
        (d**t * log(2 * exp(1) * d ** (1 - t) + 2 * exp(1)) / log(2)),
        lambda d, t: (
            sufficient_precision(BoundedOracle(dimension=d, p=2 / t), form="printed").value
        ),
        at=[{d: 16, t: 1}, {d: 100, t: Rational(1, 2)}, {d: 1024, t: Rational(1, 4)}, {d: 7, t: 1}],
    ),
    Step.enumerate(
        "bits_code",
        CASES,
        fewest_bits,
        size=13,
        because="Thirteen d and p with the number of draws that the formula gives.",
    ),
    Step.code(
        "growth_code",
        sqrt(1 + (x - 1) / k),
        lambda x, k: simq_plus(x, 2, k).growth,
        at=[{x: 16, k: 1}, {x: 1024, k: 69}, {x: 256, k: 17}, {x: 7, k: 3}],
    ),
    Step.lemma(
        "systematic",
        "with systematic draws the error is R^2/k^2 times sum f_i (1 - f_i), and sum f_i <= k",
        claim="systematic_simq",
    ),
    Step.identity(
        "systematic_growth",
        16 - (1 + x * (1 - k / d) / k),
        (15 + x / d) * (k - x / (15 + x / d)) / k,
        because="f (1 - f) is concave, so for k <= d/2 the sum is at most d (k/d) (1 - k/d), and "
        "alpha_0^2 <= B^2 + x B^2 (1 - k/d)/k: k >= x/(15 + x/d) draws suffice.",
    ),
    Step.enumerate(
        "systematic_code",
        list(product((4, 8, 10, 16, 32), (1, 2))),
        systematic_draws,
        size=10,
        because="p = 4 and p = 2. Systematic draws are never worse than as many independent ones.",
    ),
    Step.enumerate(
        "generating_function",
        SMALL,
        generating_function,
        size=48,
        relation="<=",
        slack=Rational(102, 125),
        because="sum_k N(d, k) t^k = (1 + t)^d/(1 - t)^(d + 1) for 0 < t < 1 (see simq_plus), and one "
        "term is at most the sum.",
    ),
    Step.identity(
        "best_place",
        (k / t - d / (1 + t) - (d + 1) / (1 - t)) * t * (1 - t**2),
        k - (2 * d + 1) * t - (k + 1) * t**2,
        because="The bound (1 + t)^d/((1 - t)^(d + 1) t^k) is stationary at the positive root of this; "
        "any t in (0, 1) gives a bound.",
    ),
    Step.code(
        "generating_function_code",
        (-k * log(place) + d * log(1 + place) - (d + 1) * log(1 - place)) / log(2),
        lambda d, k: log_codewords(d, k),
        at=[{d: 2, k: 5}, {d: 5, k: 2}, {d: 3000, k: 4000}, {d: 4000, k: 3000}],
    ),
]
