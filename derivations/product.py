"""Bits and noise multiply: T >= s^2 (d/eps^2 - J/d) max{1, d/(2 ln 2 B)}.

Theorem 3 of Kim 2026, printed as T = Omega((sigma^2 d/eps^2) max{1, d/B}), with explicit constants.
Setting. Round t: X_t ~ N(theta, s^2 I_d) fresh, M_t has 2^B values and is a function of X_t, the
earlier messages and coins; encoders keep no earlier X. eps^2 is the total squared error under a
prior of information J, as in `statistical`. With R = B/d and g = 1 - 4^-R,

    T >= s^2 (d/eps^2 - J/d)/g >= s^2 (d/eps^2 - J/d) max{1, 1/(2 ln 2 R)},

and on a cube of half-width L with eps^2 <= d L^2/(2 pi^2)

    T >= (s^2 d/(2 eps^2)) max{1, d/(2 ln 2 B)} >= (1/(4 ln 2)) (s^2 d/eps^2) max{1, d/B}.
"""

from sympy import E, Min, Rational, exp, log, pi, symbols

from infobound.bounds.bit_oracle import BitOracle, product, rate_distortion, squared_error
from infobound.bounds.priors import CubePrior, GaussianPrior
from infobound.checking import Claim, Step, Zero

d = symbols("d", integer=True, positive=True)
T = symbols("T", integer=True, positive=True)
B, s, error, J, L, tau, sigma, mu, gap = symbols("B s e J L tau sigma mu delta", positive=True)
rounds, gain, x, y, u, v, q = symbols("T_r g x y u v q", positive=True)

PER_BIT = 2 * log(2)
rate_gain, bit_gain = 1 - 4 ** (-B / d), Min(1, x)  # with x = 2 ln 2 B/d
need = s**2 * (d / error - J / d)  # rounds that would do with unlimited bits
RANGES = {
    d: (1, 40), T: (1, 40), B: (Rational(1, 8), 64), x: (Rational(1, 8), 4), s: (Rational(1, 8), 8),
    error: (Rational(1, 64), 1), L: (4, 8), tau: (2, 8), sigma: (Rational(1, 8), 8),
    mu: (Rational(1, 8), 8), gap: (Rational(1, 64), 1),
}  # fmt: skip


def at(*names):
    return {name: RANGES[name] for name in names}


def oracle(d, B, s, **place):
    """Cube for L, Gaussian prior for tau."""
    ((name, value),) = place.items()
    prior = CubePrior(value) if name == "L" else GaussianPrior(value)
    return BitOracle(dimension=d, bits=B, noise_std=s, prior=prior)


def bits(d, x):
    """B for x = 2 ln 2 B/d."""
    return x * d / float(PER_BIT)


CLAIM = Claim(
    "product",
    source="Kim 2026, arXiv:2606.00703, Theorem 3 (printed without constants)",
    latex=r"T\ge s^2\Bigl(\frac d{\varepsilon^2}-\frac Jd\Bigr)\max\Bigl\{1,\frac{d}{2\ln 2\,B}\Bigr\}",
    statement="With B bits per round and memoryless encoders, T >= s^2 (d/eps^2 - J/d) "
    "max{1, d/(2 ln 2 B)}.",
    hypotheses=(
        "X_t ~ N(theta, s^2 I_d), independent",
        "encoders keep no earlier X",
        "T fixed in advance",
        "J finite",
    ),
    assumes=(),
)

STEPS = [
    Step.lemma(
        "van_trees",
        "For a prior whose density vanishes on the boundary, eps^2 >= d^2/(E Tr I_{M^T} + J)",
        claim="van_trees",
    ),
    Step.lemma(
        "chain_rule",
        "Tr I_{M^T} = sum_t E Tr I_{M_t|M^{t-1}}, and X_t given theta and the past is N(theta, s^2 I)",
        claim="transcript_chain_rule",
    ),
    Step.lemma(
        "fisher_trace",
        "Tr I_M <= (d/s^2)(1 - 4^(-B/d)) for a message of 2^B values about N(theta, s^2 I_d)",
        claim="fisher_trace",
    ),
    Step.identity(
        "solve",
        d**2 / (rounds * gain * d / s**2 + J) - error,
        error * (need / gain - rounds) * (gain * d / s**2) / (rounds * gain * d / s**2 + J),
        because="T rounds of at most g d/s^2 each: eps^2 >= d^2/(T g d/s^2 + J), which fails exactly "
        "when T < s^2 (d/eps^2 - J/d)/g. With g = 1 - 4^(-B/d), the rate-distortion bound.",
    ),
    Step.integral(
        "per_bit",
        x**2 * (1 - v) * exp(-x * v),
        (v, 0, 1),
        x - (1 - exp(-x)),
        antiderivative=(1 - x * (1 - v)) * exp(-x * v),
        because="The integrand is >= 0: g = 1 - e^-x <= x with x = 2 ln 2 B/d. Also g <= 1. So "
        "g <= min{1, 2 ln 2 B/d}.",
    ),
    Step.identity(
        "theorem",
        [(need / gain).subs(gain, 1), (need / gain).subs(gain, PER_BIT * B / d)],
        [s**2 * (d / error - J / d), s**2 * (d / error - J / d) * d / (PER_BIT * B)],
        because="1/g >= 1/min{1, x} = max{1, 1/x}: the larger of the two is the product form, for every "
        "prior.",
    ),
    Step.inequality(
        "loss",
        (1 - exp(-x)) - (1 - 1 / E) * x,
        over={x: (0, 1)},
        zero=[Zero(at={x: 0}, order=1, leading=1 / E), Zero(at={x: 1}, order=1, leading=2 / E - 1)],
        because="What is given away: min{1, x}/g <= 1/(1 - 1/e) = 1.582, reached at B = d/(2 ln 2). "
        "Here x <= 1.",
    ),
    Step.inequality(
        "loss_tail",
        (1 - y / E) - (1 - 1 / E),
        over={y: (0, 1)},
        zero=Zero(at={y: 1}, order=1, leading=-1 / E),
        because="x >= 1, with y = e^(1-x).",
    ),
    Step.identity(
        "cube",
        need.subs(J, d * (pi / L) ** 2),
        s**2 * d / error * (1 - pi**2 * error / (d * L**2)),
        because="On the cube J = d pi^2/L^2 (derivation prior_information): (s^2 d/eps^2)(1 - q) with "
        "q = pi^2 eps^2/(d L^2).",
    ),
    Step.inequality(
        "half",
        (1 - q) - Rational(1, 2),
        over={q: (0, Rational(1, 2))},
        zero=Zero(at={q: Rational(1, 2)}, order=1, leading=-1),
        because="eps^2 <= d L^2/(2 pi^2) is q <= 1/2: T >= (s^2 d/(2 eps^2)) max{1, d/(2 ln 2 B)}.",
    ),
    Step.inequality(
        "printed_constant",
        PER_BIT - u,
        over={u: (0, 1)},
        nearest={u: 1},
        because="2 ln 2 >= 1, so max{1, 1/(2 ln 2 R)} = max{2 ln 2, 1/R}/(2 ln 2) >= "
        "max{1, 1/R}/(2 ln 2): the printed Omega holds with constant 1/(4 ln 2) > 0.36.",
    ),
    Step.code(
        "product_code",
        need.subs(J, d * (pi / L) ** 2) / bit_gain,
        lambda d, x, s, L, e: product(oracle(d, bits(d, x), s, L=L), error=e).value,
        at=at(d, x, s, L, error),
    ),
    Step.code(
        "rate_distortion_code",
        need.subs(J, d / tau**2) / rate_gain,
        lambda d, B, s, tau, e: rate_distortion(oracle(d, B, s, tau=tau), error=e).value,
        at=at(d, B, s, tau, error),
    ),
    Step.code(
        "product_error_code",
        d**2 / (T * bit_gain * d / s**2 + d / tau**2),
        lambda d, x, s, tau, T: product(oracle(d, bits(d, x), s, tau=tau), rounds=T).value,
        at=at(d, x, s, tau, T),
        because="The other reading: the least error for T rounds.",
    ),
    Step.code(
        "rate_distortion_error_code",
        d**2 / (T * rate_gain * d / s**2 + d * (pi / L) ** 2),
        lambda d, B, s, L, T: rate_distortion(oracle(d, B, s, L=L), rounds=T).value,
        at=at(d, B, s, L, T),
    ),
    Step.code(
        "suboptimality_code",
        (sigma**2 * d / (2 * mu * gap) - pi**2 * sigma**2 / (mu**2 * L**2)) / bit_gain,
        lambda d, x, sigma, mu, L, delta: (
            product(
                BitOracle.of_quadratic(
                    dimension=d, bits=bits(d, x), noise_std=sigma, curvature=mu, prior=CubePrior(L)
                ),
                error=squared_error(delta, curvature=mu),
            ).value
        ),
        at=at(d, x, sigma, mu, L, gap),
        because="(mu/2)||x - theta||^2 <= delta on average: eps^2 = 2 delta/mu and s = sigma/mu.",
    ),
]
