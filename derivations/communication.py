"""The bits alone: T B >= (d/2) log2(d N/eps^2), Theorem 1 of Kim 2026 with constants.

Setting. M^T has at most 2^(T B) values given the public coins U, and theta_hat depends on (M^T, U).
Nothing else is asked of the encoders: they may share memory and know theta. theta has a density pi
of entropy h (nats) and entropy power N = exp(2 h/d)/(2 pi e), and is independent of U. With
D = eps^2/d the squared error per coordinate,

    T B >= (d/2) log2(N/D).

The printed statement is T B = Omega(d); here T B >= k d for every error D <= N 4^-k: T B >= d as soon
as eps^2 <= d N/4, and the bound grows with the accuracy. Gaussian prior: N = tau^2. Uniform prior on
a cube: N = 2 L^2/(pi e), and the bound is minimax.

The proof compares the posterior of theta with a Gaussian around theta_hat, which gives Shannon's
lower bound and the Gaussian rate-distortion function at once.
"""

from sympy import Rational, Symbol, erf, exp, log, oo, pi, sqrt, symbols

from infobound.bounds.bit_oracle import BitOracle, communication
from infobound.bounds.priors import BallPrior, CubePrior, GaussianPrior
from infobound.checking import Claim, Step, Zero

d = symbols("d", integer=True, positive=True)
T = symbols("T", integer=True, positive=True)
B, D, N, L, tau, error, radius, v = symbols("B D N L tau e r v", positive=True)
p1, p2, p3, p4, r1, r2, scale = symbols("p1 p2 p3 p4 r1 r2 D_r", positive=True)
h, x, u = symbols("h x u", real=True)
k = Symbol("k", positive=True)

least_bits = d * log(N / D) / (2 * log(2))
uniform_cube = 2 * L**2 / (pi * exp(1))
uniform_ball = (4 * pi * radius**3 / 3) ** Rational(2, 3) / (2 * pi * exp(1))  # d = 3
RANGES = {
    d: (1, 40), T: (1, 12), B: (Rational(1, 8), 64), error: (Rational(1, 64), 1), tau: (2, 8),
    L: (2, 8), radius: (2, 8),
}  # fmt: skip


def at(*names):
    return {name: RANGES[name] for name in names}


def power(entropy):
    """Entropy power of `entropy` nats per coordinate."""
    return exp(2 * entropy) / (2 * pi * exp(1))


CLAIM = Claim(
    "communication",
    source="Kim 2026, arXiv:2606.00703, Theorem 1 (printed without constants)",
    latex=r"TB\ge\frac d2\log_2\frac{dN}{\varepsilon^2}",
    statement="T B >= (d/2) log2(d N/eps^2) bits are needed whatever the encoders remember, N the "
    "entropy power of the prior.",
    hypotheses=("theta has a density, independent of the coins", "T fixed in advance"),
    assumes=(),
)

STEPS = [
    Step.integral(
        "log_tangent",
        x**2 * (1 - v) * exp(x * v),
        (v, 0, 1),
        exp(x) - 1 - x,
        antiderivative=((1 - v) * x + 1) * exp(x * v),
        because="The integrand is >= 0: e^x >= 1 + x, and with y = e^x, ln y <= y - 1 for all y > 0.",
    ),
    Step.identity(
        "uniform_is_most",
        p1 * (1 / (4 * p1) - 1)
        + p2 * (1 / (4 * p2) - 1)
        + p3 * (1 / (4 * p3) - 1)
        + p4 * (1 / (4 * p4) - 1),
        1 - p1 - p2 - p3 - p4,
        because="H(M) - ln K = sum p ln(1/(K p)) <= sum p (1/(K p) - 1) = 0 by log_tangent (K = 4 here). "
        "And I(theta; M^T|U) = H(M^T|U) - H(M^T|theta, U) <= H(M^T|U) <= T B ln 2, because the entropy "
        "of a discrete variable is >= 0.",
    ),
    Step.identity(
        "gibbs",
        p1 * (r1 / p1 - 1) + p2 * (r2 / p2 - 1) + p3 * ((1 - r1 - r2) / p3 - 1),
        1 - p1 - p2 - p3,
        because="For densities p, r: E_p ln(r/p) <= E_p(r/p - 1) = 1 - 1 = 0 by log_tangent (three "
        "points here; on R^d the sum is an integral). So with p the posterior of theta given M^T and "
        "U, and any other density r(theta|M^T, U): I(theta; M^T|U) = E ln p/pi >= E ln r/pi.",
    ),
    Step.identity(
        "gaussian_comparison",
        d * h - (d * log(2 * pi * D) / 2 + (d * D) / (2 * D)),
        d * log(power(h) / D) / 2,
        because="r = density of N(theta_hat, D I_d). Only E||theta - theta_hat||^2 = d D enters, and "
        "-E ln pi = d h: I(theta; M^T|U) >= (d/2) ln(N/D), for every estimator, averaged over U.",
    ),
    Step.identity(
        "best_scale",
        d * log(scale) / 2 + d * D / (2 * scale) - d * log(D) / 2 - d * Rational(1, 2),
        d * (D / scale - 1 - log(D / scale)) / 2,
        because="Any other variance for r would do no better, by log_tangent at D/D_r.",
    ),
    Step.identity(
        "theorem",
        N * 4 ** (-T * B / d) - D,
        D * (exp(2 * log(2) * (least_bits - T * B) / d) - 1),
        because="T B ln 2 >= (d/2) ln(N/D) fails exactly when D < N 4^(-T B/d): both readings.",
    ),
    Step.identity(
        "omega",
        least_bits.subs(D, N * 4**-k),
        k * d,
        because="The right side decreases in D, so D <= N 4^-k asks for T B >= k d; k = 1: eps^2 <= d N/4 "
        "gives T B >= d, the printed Omega(d) with constant 1.",
    ),
    Step.inequality(
        "omega_condition",
        log(4 / u) / (2 * log(2)) - 1,
        over={u: (Rational(1, 64), 1)},
        zero=Zero(at={u: 1}, order=1, leading=-1 / (2 * log(2))),
        because="The same with u = 4 D/N <= 1: T B/d is at least 1, and the bound is exactly d at u = 1.",
    ),
    Step.integral(
        "gaussian_entropy",
        (u**2 / (2 * tau**2) + log(2 * pi * tau**2) / 2)
        * exp(-(u**2) / (2 * tau**2))
        / sqrt(2 * pi * tau**2),
        (u, -oo, oo),
        log(2 * pi * exp(1) * tau**2) / 2,
        antiderivative=log(2 * pi * exp(1) * tau**2) * erf(u / (sqrt(2) * tau)) / 4
        - u / 2 * exp(-(u**2) / (2 * tau**2)) / sqrt(2 * pi * tau**2),
        because="-E ln pi of N(0, tau^2).",
    ),
    Step.identity(
        "entropy_powers",
        [
            power(log(2 * pi * exp(1) * tau**2) / 2),
            power(log(2 * L)),
            power(log(4 * pi * radius**3 / 3) / 3),
        ],
        [tau**2, uniform_cube, uniform_ball],
        because="Gaussian; uniform on [-L, L]^d; uniform on a ball of radius r for d = 3.",
    ),
    Step.identity(
        "gaussian_attains",
        log(1 + tau**2 / (tau**2 * D / (tau**2 - D))) / (2 * log(2)),
        least_bits.subs(N, tau**2) / d,
        when={D: (0, 1), tau: (1, 2)},
        because="A Gaussian description of theta with noise of variance tau^2 D/(tau^2 - D) leaves the "
        "error D and has exactly this mutual information: equality as d grows.",
    ),
    Step.code(
        "gaussian_code",
        least_bits.subs({N: tau**2, D: error / d}) / B,
        lambda d, B, tau, e: (
            communication(
                BitOracle(dimension=d, bits=B, noise_std=1, prior=GaussianPrior(tau)), error=e
            ).value
        ),
        at=at(d, B, tau, error),
    ),
    Step.code(
        "cube_code",
        least_bits.subs({N: uniform_cube, D: error / d}) / B,
        lambda d, B, L, e: (
            communication(
                BitOracle(dimension=d, bits=B, noise_std=1, prior=CubePrior(L)), error=e
            ).value
        ),
        at=at(d, B, L, error),
    ),
    Step.code(
        "cube_error_code",
        d * uniform_cube * 4 ** (-T * B / d),
        lambda d, B, L, T: (
            communication(
                BitOracle(dimension=d, bits=B, noise_std=1, prior=CubePrior(L)), rounds=T
            ).value
        ),
        at=at(d, B, L, T),
        because="The other reading: the least error for T rounds.",
    ),
    Step.code(
        "ball_code",
        3 * uniform_ball * 4 ** (-T * B / 3),
        lambda B, r, T: (
            communication(
                BitOracle(dimension=3, bits=B, noise_std=1, prior=BallPrior(r)), rounds=T
            ).value
        ),
        at=at(B, radius, T),
    ),
]
