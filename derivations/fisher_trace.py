"""A B-bit message about a Gaussian vector carries at most (d/s^2)(1 - 4^(-B/d)) of information.

Setting. X ~ N(theta, s^2 I_d); M is drawn from any channel q(m|x) with at most 2^B values. By the
derivation `fisher_message`, I_M(theta) = (s^2 I_d - C)/s^4 with C = E Cov(X|M). Three strengths,
each implying the next, with I(X;M) in nats at this theta and R = B/d:

    matrix            -1/2 ln det(I_d - s^2 I_M) <= I(X;M)
    rate-distortion   Tr I_M <= (d/s^2)(1 - exp(-2 I(X;M)/d)) <= (d/s^2)(1 - 4^-R)
    per bit           Tr I_M <= 2 I(X;M)/s^2 <= (2 ln 2) B/s^2

The proof compares the posterior of X with a Gaussian that has the posterior's mean and the average
covariance C; it uses no property of the Gaussian rate-distortion function.
"""

from sympy import Matrix, Rational, exp, log, pi, symbols

from infobound.bounds.bit_oracle import fisher_trace
from infobound.checking import Claim, Step, Zero

d, B, R, s = symbols("d B R s", positive=True)
a, b, c = symbols("a b c", positive=True)  # C = [[a, c], [c, b]], for d = 2
p1, p2, p3, p4, r1, r2 = symbols("p1 p2 p3 p4 r1 r2", positive=True)
nu1, nu2, v, y, u = symbols("nu1 nu2 v y u", positive=True)
information = symbols("I", positive=True)  # I(X;M) in nats
x = symbols("x", real=True)

PER_BIT = 2 * log(2)
EXPONENT = -2 * R * log(2)  # of e: 4^-R
limit = d / s**2 * (1 - exp(EXPONENT))

C = Matrix([[a, c], [c, b]])
k = exp(-2 * information / 2)  # d = 2

CLAIM = Claim(
    "fisher_trace",
    source="Barnes and Ozgur 2021, arXiv:2102.05802 (per bit); matrix and rate-distortion form here",
    latex=r"\mathrm{Tr}\,I_M(\theta)\le\frac d{s^2}\bigl(1-4^{-B/d}\bigr)\le\frac{2\ln 2}{s^2}B",
    statement="B bits about X ~ N(theta, s^2 I_d) carry at most (d/s^2)(1 - 4^(-B/d)) <= "
    "2 ln 2 B/s^2 of Fisher information.",
    hypotheses=("X ~ N(theta, s^2 I_d)", "M depends on theta through X only", "M has 2^B values"),
    assumes=(),
)

STEPS = [
    Step.lemma(
        "fisher_message",
        "I_M(theta) = (s^2 I_d - E Cov(X|M))/s^4 for every channel",
        claim="fisher_message",
    ),
    Step.integral(
        "log_tangent",
        x**2 * (1 - v) * exp(x * v),
        (v, 0, 1),
        exp(x) - 1 - x,
        antiderivative=((1 - v) * x + 1) * exp(x * v),
        because="The integrand is >= 0, so e^x >= 1 + x for every real x, and with y = e^x, "
        "ln y <= y - 1 for every y > 0; equality only at y = 1. It is used four times below.",
    ),
    Step.identity(
        "gibbs",
        p1 * (r1 / p1 - 1) + p2 * (r2 / p2 - 1) + p3 * ((1 - r1 - r2) / p3 - 1),
        1 - p1 - p2 - p3,
        because="For densities p, r: E_p ln(r/p) <= E_p(r/p - 1) = 1 - 1 = 0 by log_tangent (here on "
        "three points; on R^d the sum is an integral).",
    ),
    Step.identity(
        "gaussian_comparison",
        -log(2 * pi)
        - log(a * b - c**2) / 2
        - (C.inv() * C).trace() / 2
        + log(2 * pi * s**2)
        + Rational(1, 2) * 2,
        -log(a * b / s**4 - c**2 / s**4) / 2,
        when={a: (1, 2), b: (1, 2), c: (0, 1)},
        because="I(X;M) = E ln p(X|M)/p(X) >= E ln r(X|M)/p(X) by gibbs, with r(.|m) the density of "
        "N(E[X|m], C). Only second moments enter, E (X - E[X|M])(X - E[X|M])^T = C and "
        "E||X - theta||^2 = d s^2, and the right side is -1/2 ln det(C/s^2) (d = 2 here; for every d "
        "the trace of C^-1 C is d and the two d/2 cancel). With C = s^2 I - s^4 I_M: the matrix form. "
        "A singular C would make I(X;M) infinite: compare with C + eps I.",
    ),
    Step.identity(
        "arithmetic_geometric",
        nu1 / k - 1 - log(nu1 / k) + nu2 / k - 1 - log(nu2 / k),
        (nu1 + nu2) * exp(information) - 2 - (log(nu1 * nu2) + 2 * information),
        because="With nu_i the eigenvalues of C/s^2 and k = exp(-2 I/d), log_tangent at nu_i/k sums to "
        "0 <= (sum nu_i)/k - d - (ln det(C/s^2) + 2 I), and the last bracket is >= 0 by the matrix "
        "form: Tr C = s^2 sum nu_i >= d s^2 exp(-2 I/d). (d = 2 here; the sum over i is the same for "
        "every d.)",
    ),
    Step.identity(
        "uniform_is_most",
        p1 * (1 / (4 * p1) - 1)
        + p2 * (1 / (4 * p2) - 1)
        + p3 * (1 / (4 * p3) - 1)
        + p4 * (1 / (4 * p4) - 1),
        1 - p1 - p2 - p3 - p4,
        because="I(X;M) = H(M) - H(M|X) <= H(M), and H(M) - ln K = sum p_m ln(1/(K p_m)) <= "
        "sum p_m (1/(K p_m) - 1) = 0 by log_tangent (K = 4 here): I(X;M) <= B ln 2.",
    ),
    Step.identity(
        "rate_distortion",
        (d * s**2 - d * s**2 * exp(-2 * (B * log(2)) / d)) / s**4,
        limit.subs(R, B / d),
        because="Tr I_M = (d s^2 - Tr C)/s^4 with Tr C >= d s^2 exp(-2 I/d) and I <= B ln 2.",
    ),
    Step.inequality(
        "per_bit",
        PER_BIT * R - (1 - 4**-R),
        over={R: (0, 1)},
        zero=Zero(at={R: 0}, order=2, leading=2 * log(2) ** 2),
        because="1 - e^-x <= x with x = R ln 4. The zero at R = 0 of order 2 says that 2 ln 2 cannot be "
        "lowered as B/d -> 0, and its leading coefficient that it was not raised.",
    ),
    Step.inequality(
        "per_bit_tail",
        PER_BIT - u,
        over={u: (0, 1)},
        nearest={u: 1},
        because="R >= 1: drop 4^-R, divide by R and put u = 1/R.",
    ),
    Step.identity(
        "theorem",
        PER_BIT * B / s**2 - limit.subs(R, B / d),
        d / s**2 * (PER_BIT * R - (1 - 4**-R)).subs(R, B / d),
        because="The difference of the two sides of the claim is d/s^2 times what per_bit bounds.",
    ),
    Step.identity(
        "gaussian_channel_attains",
        [1 / (s**2 + s**2 / (4**R - 1)), log(1 + (4**R - 1)) / (2 * log(2))],
        [limit / d, R],
        because="M = X + N(0, s^2/(4^R - 1)) has R bits of mutual information and (1 - 4^-R)/s^2 of "
        "Fisher information per coordinate: the middle form is an equality at given I(X;M).",
    ),
    Step.inequality(
        "sandwich_low",
        1 - 4**-R - Rational(3, 4) * R,
        over={R: (0, 1)},
        zero=[
            Zero(at={R: 0}, order=1, leading=2 * log(2) - Rational(3, 4)),
            Zero(at={R: 1}, order=1, leading=log(2) / 2 - Rational(3, 4)),
        ],
        because="3/4 min(1, R) <= 1 - 4^-R <= min(1, 2 ln 2 R): the middle form is within 4/3 of "
        "max{1, 1/R} when inverted. Here R <= 1.",
    ),
    Step.inequality(
        "sandwich_low_tail",
        1 - y - Rational(3, 4),
        over={y: (0, Rational(1, 4))},
        zero=Zero(at={y: Rational(1, 4)}, order=1, leading=-1),
        because="R >= 1 with y = 4^-R.",
    ),
    Step.code(
        "implementation",
        limit,
        lambda d, R, s: fisher_trace(dimension=d, bits=R * d, noise_std=s).value,
        at={d: (1, 40), R: (Rational(1, 64), 8), s: (Rational(1, 8), 8)},
    ),
]
