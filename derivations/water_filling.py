"""Where the bits should go when the curvature differs by direction: water-filling.

Setting. f(x) = (x - theta)^T A (x - theta)/2, A known with eigenvalues a_i; gradients A(x - theta) plus
noise N(0, sigma^2 I_d), fresh in every round; B bits per round, memoryless encoders. Up to the known
query, a gradient is Y ~ N(phi, sigma^2 I_d) with phi = A theta, and f - f* is
(phi_hat - phi)^T A^-1 (phi_hat - phi)/2 (derivation `reduction`). Over all of R^d

    sup E[f - f*] >= sigma^2/(2 T) min { sum_i 1/(a_i (1 - 4^-b_i)) : b_i >= 0, sum b_i = B },

and the minimum is where 4^-b_i/(a_i (1 - 4^-b_i)^2) is the same number for all i: flat directions get
more bits, and each gets some.
"""

import math

import numpy as np
from sympy import Matrix, Rational, diff, exp, log, sqrt, symbols

from infobound.bounds.anisotropic import anisotropic_suboptimality, water_fill
from infobound.checking import Claim, Step

T = symbols("T", integer=True, positive=True)
a, a1, a2, sigma, price, c, y, v, m, B = symbols("a a1 a2 sigma h c y v m B", positive=True)
p, q, lam, kappa, b1, b2 = symbols("p q l k b1 b2", positive=True)
r, x = symbols("r x", real=True)

S = Matrix([[p, r], [r, q]])  # sigma^2 times the average information of one round, d = 2


def cost(bits):
    """1/(1 - 4^-b)."""
    return 1 / (1 - exp(-2 * bits * log(2)))


def root(curvature):
    return sqrt(1 + 4 * price * curvature)


def left_over(curvature):
    """4^-b at the price h."""
    return 4 * price * curvature / (1 + root(curvature)) ** 2


def bits_at(curvature):
    return -log(left_over(curvature)) / (2 * log(2))


def total(a1, a2, price):
    """B = b_1 + b_2 in floating point, for the code."""
    small = (4 * price * a / (1 + math.sqrt(1 + 4 * price * a)) ** 2 for a in (a1, a2))
    return -sum(map(math.log, small)) / math.log(4)


def price_times_bits(split):
    return split.price * split.bits.sum()


RANGES = {a1: (1, 8), a2: (Rational(1, 8), 4), price: (Rational(1, 64), 2)}

CLAIM = Claim(
    "water_filling",
    source="Anisotropic form of Kim 2026, arXiv:2606.00703, Theorem 3; derived here",
    latex=r"\sup_\theta\mathbb E[f-f^*]\ge\frac{\sigma^2}{2T}\min_{\sum b_i=B}\sum_i"
    r"\frac{1}{a_i(1-4^{-b_i})}",
    statement="With known curvatures a_i the least suboptimality is sigma^2/(2T) times the cheapest "
    "split of the B bits, cost 1/(a_i (1 - 4^-b_i)) per direction.",
    hypotheses=(
        "Gaussian gradient noise, isotropic, independent over rounds",
        "Hessian known",
        "encoders keep no earlier gradient",
        "T fixed in advance",
    ),
    assumes=(),
)

STEPS = [
    Step.lemma(
        "van_trees_matrix",
        "E (phi_hat - phi)(phi_hat - phi)^T >= (E I_{M^T} + J)^-1 as matrices",
        claim="van_trees",
        because="Priors that widen over R^d have J -> 0.",
    ),
    Step.lemma(
        "chain_rule",
        "I_{M^T} = sum_t E I_{M_t|M^{t-1}}, and Y_t given phi and the past is N(phi, sigma^2 I)",
        claim="transcript_chain_rule",
    ),
    Step.lemma(
        "fisher_trace_matrix",
        "-1/2 ln det(I - sigma^2 I_M) <= B ln 2 for a message of 2^B values",
        claim="fisher_trace",
    ),
    Step.integral(
        "log_tangent",
        x**2 * (1 - v) * exp(x * v),
        (v, 0, 1),
        exp(x) - 1 - x,
        antiderivative=((1 - v) * x + 1) * exp(x * v),
        because="The integrand is >= 0: e^x >= 1 + x, hence ln y <= y - 1 for every y > 0.",
    ),
    Step.identity(
        "average",
        log(m * p) + (lam / m - 1) + (kappa / p - 1) - log(lam * kappa),
        (lam / m - 1 - log(lam / m)) + (kappa / p - 1 - log(kappa / p)),
        because="ln det lies below its tangent: for K, K0 > 0 take a basis in which K0 = diag(m, p) and "
        "K = diag(l, k) (both at once, by congruence); the right side is >= 0 by log_tangent. So with "
        "S the average of sigma^2 I_{M_t|past} over t, the past and phi, ln det(I - S) >= -2 B ln 2, and "
        "E[f - f*] >= (sigma^2/(2 T)) Tr(A^-1 S^-1).",
    ),
    Step.identity(
        "diagonal_of_inverse",
        (S.inv())[0, 0] - 1 / p,
        r**2 / (p * (p * q - r**2)),
        because="In the eigenbasis of A, Tr(A^-1 S^-1) = sum (S^-1)_ii/a_i, and (S^-1)_ii >= 1/S_ii. "
        "(d = 2 here; in general e^T S^-1 e * e^T S e >= (e^T e)^2, Cauchy-Schwarz.)",
    ),
    Step.identity(
        "hadamard",
        (1 - p) * (1 - q) - (Matrix([[1, 0], [0, 1]]) - S).det(),
        r**2,
        because="det(I - S) <= prod (1 - S_ii). (d = 2 here; in general scale I - S to unit diagonal, and "
        "ln det <= trace - d = 0 by log_tangent.) With S_ii = 1 - 4^-b_i: sum b_i <= B, and the "
        "cost is sum 1/(a_i (1 - 4^-b_i)). More bits never cost more, so sum b_i = B.",
    ),
    Step.identity(
        "marginal_value",
        diff(cost(b1), b1),
        -2 * log(2) * 4**-b1 / (1 - 4**-b1) ** 2,
        because="What a bit is worth; divided by a_i and -2 ln 2 it is the price h.",
    ),
    Step.identity(
        "convex",
        diff(cost(b1), b1, 2),
        (2 * log(2)) ** 2 * 4**-b1 * (1 + 4**-b1) / (1 - 4**-b1) ** 3,
        because="> 0: strictly convex, so each cost is above its tangent. Where all prices are equal, the "
        "tangents add up to cost* - 2 ln 2 h sum (b_i - b_i*) = cost*: the minimum, and the "
        "only one.",
    ),
    Step.identity(
        "closed_form",
        (left_over(a) / (1 - left_over(a)) ** 2 / a),
        price,
        because="The split at the price h: y = 4^-b = 4 c/(1 + sqrt(1 + 4 c))^2 with c = h a.",
    ),
    Step.identity(
        "flat_directions_first",
        diff((4 * c / (1 + sqrt(1 + 4 * c)) ** 2), c),
        ((1 - y) ** 3 / (1 + y)).subs(y, 4 * c / (1 + sqrt(1 + 4 * c)) ** 2),
        because="> 0: 4^-b grows with a, so flat directions get more bits; and y < 1, so each gets some.",
    ),
    Step.identity(
        "theorem",
        sigma**2 / (2 * T) * (1 / (a1 * (1 - left_over(a1))) + 1 / (a2 * (1 - left_over(a2)))),
        sigma**2 / (4 * T) * ((1 + root(a1)) / a1 + (1 + root(a2)) / a2),
        because="The bound at the price h, for d = 2.",
    ),
    Step.identity(
        "isotropic",
        sigma**2 / (2 * T) * 2 * cost(B / 2) / a,
        (a / 2) * (2 * (sigma / a) ** 2 / (T * (1 - 4 ** (-B / 2)))),
        because="Equal curvatures a share the bits equally, and the bound is (a/2) eps^2 with the "
        "rate-distortion bound eps^2 >= d s^2/(T g), s = sigma/a (derivation product).",
    ),
    Step.code(
        "bits_code",
        bits_at(a1) / bits_at(a2),
        lambda a1, a2, h: np.divide(*water_fill([a1, a2], bits=total(a1, a2, h)).bits),
        at=RANGES,
        because="Two directions, B the sum of both splits at the price h: how they share it ...",
    ),
    Step.code(
        "price_code",
        price * (bits_at(a1) + bits_at(a2)),
        lambda a1, a2, h: price_times_bits(water_fill([a1, a2], bits=total(a1, a2, h))),
        at=RANGES,
        because="... and what a bit is worth to both.",
    ),
    Step.code(
        "bound_code",
        sigma**2 / (4 * T) * ((1 + root(a1)) / a1 + (1 + root(a2)) / a2),
        lambda a1, a2, h, sigma, T: (
            anisotropic_suboptimality(
                [a1, a2], bits=total(a1, a2, h), noise_std=sigma, rounds=T
            ).value
        ),
        at={**RANGES, sigma: (Rational(1, 8), 8), T: (1, 40)},
    ),
]
