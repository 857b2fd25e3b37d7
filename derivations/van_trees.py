"""The van Trees inequality, multivariate, in trace form and as matrices.

Setting. theta has a continuously differentiable density pi on a region of R^d and pi = 0 on the
boundary (at infinity, for the Gaussian). Given theta, a message m of finitely many has probability
q(m | theta), continuously differentiable. theta_hat is any function of the message. Then

    E ||theta_hat - theta||^2  >=  d^2 / (E Tr I(theta) + J),    J = integral ||grad pi||^2 / pi,

and as matrices, with J = integral grad pi grad pi^T / pi, E e e^T >= (E I + J)^-1.

The proof is the inequality of Cauchy and Schwarz for the error e = theta_hat - theta and the joint
score S = grad log q + grad log pi: E<e, S> = d by parts, E||S||^2 = E Tr I + J.

Identities in values and first derivatives at one point are checked on jets w + w1 h1 + ...: such
an identity holds for every function once it holds for these.
"""

from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from math import comb, factorial

from sympy import Integer, Matrix, Rational, cos, diff, erf, exp, oo, pi, sin, sqrt, symbols

from infobound.bounds.bit_oracle import BitOracle, statistical
from infobound.bounds.priors import GaussianPrior
from infobound.checking import Claim, Step

theta, t0, t1, lam = symbols("theta t0 t1 lambda", real=True)
L, s, tau, I1, I2, risk, fisher, J = symbols("L s tau I1 I2 risk I J", positive=True)
d, T = symbols("d T", positive=True, integer=True)

# A point of R^3: displacement h, error e = theta_hat - theta, jets of q and of pi.
h, e = symbols("h:3", real=True), symbols("e:3", real=True)
q, p = symbols("q p", positive=True)
dq, dp = symbols("q_1:4", real=True), symbols("p_1:4", real=True)
q_near = q + sum(slope * step for slope, step in zip(dq, h, strict=True))
p_near = p + sum(slope * step for slope, step in zip(dp, h, strict=True))
divergence = sum(diff((e[i] - h[i]) * q_near * p_near, h[i]) for i in range(3))

# Three messages and one coordinate: q_2 = 1 - q_0 - q_1, so the slopes of q add up to 0.
q0, q1 = symbols("q0 q1", positive=True)
r0, r1, r = symbols("r0 r1 r", real=True)
law = ((q0, r0), (q1, r1), (1 - q0 - q1, -r0 - r1))

# By parts, whole: two messages with q = (1 +- theta / L) / 2 under the cos^2 prior.
cos2 = cos(pi * theta / (2 * L)) ** 2 / L
normal = exp(-(theta**2) / (2 * tau**2)) / (sqrt(2 * pi) * tau)
channel = ((1 + theta / L) / 2, (1 - theta / L) / 2)
errors = (t0 - theta, t1 - theta)
by_parts = sum(error * diff(q_m * cos2, theta) for error, q_m in zip(errors, channel, strict=True))
boundary = sum(error * q_m * cos2 for error, q_m in zip(errors, channel, strict=True))

# Weighted atoms, for the inequality of Cauchy and Schwarz.
weight = symbols("w0:3", positive=True)
u, v = symbols("u0:3", real=True), symbols("v0:3", real=True)
pairs = ((0, 1), (0, 2), (1, 2))


def mean(x: tuple, y: tuple) -> object:
    """E[x y] over the three atoms."""
    return sum(w_i * x_i * y_i for w_i, x_i, y_i in zip(weight, x, y, strict=True))


# The matrix form, two coordinates: K = E I + J, a direction v = (v0, v1) and w = K^-1 v.
k00, k11, k01 = symbols("k00 k11 k01", real=True)
K = Matrix([[k00, k01], [k01, k11]])
direction = Matrix([v[0], v[1]])
best = K.adjugate() * direction / K.det()
elsewhere = sum(diff((e[0] - h[0]) * q_near * p_near, h[i]) for i in (1, 2))

# The Gaussian pair: theta_hat = k X errs by (k - 1) theta and k (X - theta).
k = tau**2 / (tau**2 + s**2)


def beta(p: int, q: int) -> Fraction:
    """Integral of theta^p (1 - theta)^q over (0, 1)."""
    return Fraction(factorial(p) * factorial(q), factorial(p + q + 1))


def bernoulli(a: int, n: int) -> tuple[Fraction, Fraction]:
    """(E I + J, least Bayes risk) of n coin tosses under the prior theta^a (1 - theta)^a."""
    whole = beta(a, a)
    information = n * beta(a - 1, a - 1) / whole
    prior = a**2 * (beta(a - 2, a - 2) - 4 * beta(a - 1, a - 1)) / whole  # (1 - 2 theta)^2
    least = Fraction(0)
    for heads in range(n + 1):
        p, r = a + heads, a + n - heads
        least += comb(n, heads) * (beta(p + 2, r) - beta(p + 1, r) ** 2 / beta(p, r)) / whole
    return information + prior, least


def two_coins(case: tuple[int, int, int]) -> tuple[Fraction, Fraction]:
    """Bound and least Bayes risk of the two biases together, d = 2."""
    a, n, m = case
    (first, risk_one), (second, risk_two) = bernoulli(a, n), bernoulli(a, m)
    return 4 / (first + second), risk_one + risk_two


def cases() -> Iterator[tuple[int, int, int]]:
    """Prior exponent 2 to 5, up to six tosses of each coin."""
    return product(range(2, 6), range(7), range(7))


def gaussian_risk(d: int, s: float, tau: float, T: int) -> float:
    """What the package gives for T unquantized rounds."""
    oracle = BitOracle(dimension=d, bits=1, noise_std=s, prior=GaussianPrior(tau))
    return statistical(oracle, rounds=T).value


CLAIM = Claim(
    "van_trees",
    source="van Trees 1968, section 2.4; Gill and Levit 1995, Bernoulli 1, 59-79, trace form",
    latex=r"\mathbb E\|\hat\theta-\theta\|^2\ge"
    r"\frac{d^2}{\mathbb E\,\mathrm{Tr}\,I(\theta)+J(\pi)},\quad J=\int\|\nabla\pi\|^2/\pi",
    statement="The Bayes risk is at least d^2 over mean Fisher information plus prior information; as "
    "matrices, at least the inverse of their sum.",
    hypotheses=(
        "prior density continuously differentiable, zero on the boundary of its support",
        "finitely many messages, with probabilities continuously differentiable in theta",
        "public coins independent of theta",
    ),
    assumes=(),
)

STEPS = [
    Step.identity(
        "product_rule",
        divergence.subs(dict.fromkeys(h, 0)),
        q * p * (-3 + sum(e[i] * (dq[i] / q + dp[i] / p) for i in range(3))),
        because="div((theta_hat - theta) q pi) = q pi (-d + <theta_hat - theta, S>) for the joint "
        "density q(m | theta) pi(theta); each coordinate adds one -1, here d = 3.",
    ),
    Step.integral(
        "boundary_cube",
        by_parts,
        (theta, -L, L),
        Integer(1),
        antiderivative=boundary + theta / (2 * L) + sin(pi * theta / L) / (2 * pi),
        because="Summed over messages and integrated, the divergence leaves the boundary, where "
        "pi = 0. So each coordinate adds 1 to E<e, S>: shown for the cos^2 prior and a channel.",
    ),
    Step.integral(
        "boundary_gaussian",
        (t0 - theta) * diff(normal, theta),
        (theta, -oo, oo),
        Integer(1),
        antiderivative=(t0 - theta) * normal + erf(theta / (sqrt(2) * tau)) / 2,
        because="The Gaussian prior has its boundary at infinity, and it decays there.",
    ),
    Step.identity(
        "square_of_joint_score",
        sum(q_m * (r_m / q_m + r / p) ** 2 for q_m, r_m in law),
        sum(r_m**2 / q_m for q_m, r_m in law) + r**2 / p**2,
        because="E[S^2 | theta] = I(theta) + (pi'/pi)^2: the cross term has the factor "
        "sum_m q'(m | theta) = 0, the derivative of 1. Per coordinate, three messages.",
    ),
    Step.polynomial(
        "cauchy_schwarz",
        mean(u, u) * mean(v, v) - mean(u, v) ** 2,
        over=dict.fromkeys(weight, (0, 1)),
        sos=[(weight[i] * weight[j], u[i] * v[j] - u[j] * v[i]) for i, j in pairs],
        because="E[u^2] E[v^2] - E[uv]^2 is a sum of squares (Lagrange); here three atoms.",
    ),
    Step.identity(
        "theorem",
        risk - 2 * lam * d + lam**2 * (fisher + J),
        risk - d**2 / (fisher + J) + (fisher + J) * (lam - d / (fisher + J)) ** 2,
        because="0 <= E||e - lambda S||^2 = risk - 2 lambda d + lambda^2 (E Tr I + J) for every "
        "lambda; the best one is d / (E Tr I + J), and what is left there is the theorem.",
    ),
    Step.identity(
        "other_coordinates",
        elsewhere.subs(dict.fromkeys(h, 0)),
        q * p * e[0] * (dq[1] / q + dp[1] / p + dq[2] / q + dp[2] / p),
        because="E[e_i S_j] = 0 for i != j: differentiating along another coordinate leaves e_i alone, "
        "and the divergence still integrates to 0. So E[e S^T] = identity, for the matrix form.",
    ),
    Step.identity(
        "matrix_form",
        [(best.T * K * best)[0], (best.T * direction)[0]],
        [(direction.T * K.inv() * direction)[0]] * 2,
        because="E<v, e>^2 - 2 E[<v, e><w, S>] + E<w, S>^2 = v' R v - 2 v' w + w' K w >= 0 with R = E e e^T, "
        "K = E S S^T = E I + J. At w = K^-1 v both last terms are v' K^-1 v (d = 2 shown): R >= K^-1.",
    ),
    Step.identity(
        "gaussian_equality",
        d * ((k - 1) ** 2 * tau**2 + k**2 * s**2),
        d**2 / (d / s**2 + d / tau**2),
        because="One sample N(theta, s^2 I), prior N(0, tau^2 I), theta_hat = k X: the bound is "
        "attained in every dimension, so d^2 is the right power.",
    ),
    Step.identity(
        "public_coins",
        (1 / I1 + 1 / I2) / 2 - 2 / (I1 + I2),
        (I1 - I2) ** 2 / (2 * I1 * I2 * (I1 + I2)),
        because="Conditional on coins the bound holds with I(theta | coins). 1/x is midpoint "
        "convex and continuous, so convex: the mean of the bounds is at least that of the mean.",
    ),
    Step.enumerate(
        "two_coins",
        cases,
        two_coins,
        size=196,
        relation="<=",
        slack=Rational(17, 15873),
        because="From end to end in exact rationals, d = 2: two biased coins, n and m tosses, "
        "prior theta^a (1 - theta)^a for each; the exact least Bayes risk respects the bound.",
    ),
    Step.code(
        "implementation",
        d**2 / (T * d / s**2 + d / tau**2),
        gaussian_risk,
        at={d: (1, 50), s: (Rational(1, 8), 4), tau: (Rational(1, 8), 4), T: (1, 40)},
        because="T unquantized samples carry E Tr I = T d / s^2.",
    ),
]
