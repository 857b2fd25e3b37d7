"""No bits at all can do better: T >= s^2 (d/eps^2 - J/d), Theorem 2 of Kim 2026 with constants.

Setting. X_t ~ N(theta, s^2 I_d), independent; the answer may depend on all of X_1, ..., X_T (so on
any messages about them) and on coins; eps^2 = E||theta_hat - theta||^2 in total, averaged over a
prior of information J = E||grad ln pi||^2, hence also at most the supremum over its support.
The printed statement is T = Omega(sigma^2 d/eps^2). Here: the exact condition, and the constant
1/2 on a cube of half-width L once eps^2 <= d L^2/(2 pi^2). A condition of that kind cannot be
dropped: T = 0 reaches d L^2.
"""

from sympy import Add, Rational, pi, symbols

from infobound.bounds.bit_oracle import BitOracle, squared_error, statistical
from infobound.bounds.priors import BallPrior, CubePrior, GaussianPrior, NoPrior
from infobound.checking import Claim, Step, Zero

d = symbols("d", integer=True, positive=True)
T = symbols("T", integer=True, positive=True)
s, error, J, L, tau, sigma, mu, gap, radius = symbols("s e J L tau sigma mu delta r", positive=True)
theta, u, v = symbols("theta u v", real=True)
c = symbols("c", positive=True)
sample = symbols("x1:4", real=True)
centre = Add(*sample) / 3
rounds, q = symbols("T_r q", positive=True)


def least_error(rounds, information):
    """van Trees with d/s^2 per round."""
    return d**2 / (rounds * d / s**2 + information)


least_rounds = s**2 * (d / error - J / d)
cube = s**2 * (d / error - pi**2 / L**2)
RANGES = {
    d: (1, 40), T: (1, 40), s: (Rational(1, 8), 8), error: (Rational(1, 64), 1), L: (4, 8),
    tau: (2, 8), sigma: (Rational(1, 8), 8), mu: (Rational(1, 8), 8), gap: (Rational(1, 64), 1),
    radius: (8, 16),
}  # fmt: skip


def at(*names):
    return {name: RANGES[name] for name in names}


def rounds_of(prior):
    """The code's rounds, s and eps^2 free, for a prior of the remaining keyword."""
    return lambda d, e, s, **place: (
        statistical(
            BitOracle(dimension=d, bits=1, noise_std=s, prior=prior(*place.values())), error=e
        ).value
    )


CLAIM = Claim(
    "statistical",
    source="Kim 2026, arXiv:2606.00703, Theorem 2 (printed without constants)",
    latex=r"T\ge s^2\Bigl(\frac{d}{\varepsilon^2}-\frac Jd\Bigr),\qquad"
    r"\varepsilon^2\le\frac{dL^2}{2\pi^2}\Rightarrow T\ge\frac{s^2d}{2\varepsilon^2}",
    statement="Any method that reaches total squared error eps^2 needs T >= s^2 (d/eps^2 - J/d) rounds, "
    "whatever the bits.",
    hypotheses=("X_t ~ N(theta, s^2 I_d), independent", "T fixed in advance", "J finite"),
    assumes=(),
)

STEPS = [
    Step.identity(
        "finitely_many_values",
        (1 + c) * u**2 + (1 + 1 / c) * v**2 - (u + v) ** 2,
        (c * u - v) ** 2 / c,
        because="|e + r|^2 <= (1 + c)|e|^2 + (1 + 1/c)|r|^2. Simple functions are dense in L^2, so "
        "theta_hat is within r of one of finitely many values, E|r|^2 as small as we like, and c too: "
        "it suffices to bound estimators M = theta_hat(X_1, ..., X_T) of finitely many values.",
    ),
    Step.lemma(
        "van_trees",
        "For a prior whose density vanishes on the boundary, eps^2 >= d^2/(E Tr I_M + J)",
        claim="van_trees",
    ),
    Step.identity(
        "sufficient_mean",
        sum((point - theta) ** 2 for point in sample),
        sum((point - centre) ** 2 for point in sample) + len(sample) * (centre - theta) ** 2,
        because="The density of the samples depends on theta through their mean Y ~ N(theta, s^2/T) alone "
        "(T = 3 shown), so M is a channel of Y that does not know theta.",
    ),
    Step.lemma(
        "fisher_message",
        "I_M = (v I_d - E Cov(Y|M))/v^2 for every channel of Y ~ N(theta, v I_d)",
        claim="fisher_message",
    ),
    Step.identity(
        "information",
        (d * (s**2 / T)) / (s**2 / T) ** 2,
        T * d / s**2,
        because="With v = s^2/T, and a covariance is not negative: Tr I_M <= d v/v^2, whatever M is.",
    ),
    Step.identity(
        "solve",
        least_error(rounds, J) - error,
        error * (least_rounds - rounds) * (d / s**2) / (rounds * d / s**2 + J),
        because="van Trees reads eps^2 >= d^2/(T d/s^2 + J). Its right side exceeds eps^2 exactly when "
        "T < s^2 (d/eps^2 - J/d): the theorem, for every prior.",
    ),
    Step.identity(
        "cube",
        least_rounds.subs(J, d * (pi / L) ** 2),
        cube,
        because="The product of (1/L) cos^2(pi theta_i/(2 L)) lives on the cube [-L, L]^d and has "
        "J = d pi^2/L^2 (derivation prior_information).",
    ),
    Step.identity(
        "cube_scaled",
        cube / (s**2 * d / error),
        1 - q.subs(q, pi**2 * error / (d * L**2)),
        because="In units of s^2 d/eps^2 the bound is 1 - q with q = pi^2 eps^2/(d L^2).",
    ),
    Step.inequality(
        "half",
        (1 - q) - Rational(1, 2),
        over={q: (0, Rational(1, 2))},
        zero=Zero(at={q: Rational(1, 2)}, order=1, leading=-1),
        because="eps^2 <= d L^2/(2 pi^2) is q <= 1/2, and then T >= s^2 d/(2 eps^2): the printed Omega "
        "with constant 1/2.",
    ),
    Step.identity(
        "suboptimality",
        cube.subs({error: 2 * gap / mu, s: sigma / mu}, simultaneous=True),
        sigma**2 * d / (2 * mu * gap) - pi**2 * sigma**2 / (mu**2 * L**2),
        because="For f = (mu/2)||x - theta||^2 and gradient noise sigma: s = sigma/mu, and a gap of "
        "delta is eps^2 = 2 delta/mu (derivation reduction). With mu = 1, delta = eps^2: 1/2 again.",
    ),
    Step.identity(
        "posterior_mean_attains",
        d * (tau**2 - tau**4 / (tau**2 + s**2 / T)),
        least_error(T, d / tau**2),
        because="Gaussian prior, J = d/tau^2: the posterior variance given the mean of T samples "
        "(variance minus covariance^2/variance) is the bound itself, so the constant is exact.",
    ),
    Step.code(
        "gaussian_code",
        least_rounds.subs(J, d / tau**2),
        rounds_of(GaussianPrior),
        at=at(d, error, s, tau),
    ),
    Step.code("cube_code", cube, rounds_of(CubePrior), at=at(d, error, s, L)),
    Step.code("no_prior_code", least_rounds.subs(J, 0), rounds_of(NoPrior), at=at(d, error, s)),
    Step.code(
        "ball_code",
        least_rounds.subs(J, 4 * pi**2 / radius**2).subs(d, 3),
        lambda e, s, r: rounds_of(BallPrior)(3, e, s, r=r),
        at=at(error, s, radius),
        because="d = 3: the first zero of sin(j)/j is pi, so J = 4 pi^2/r^2.",
    ),
    Step.code(
        "error_code",
        least_error(T, d * (pi / L) ** 2),
        lambda d, s, L, T: (
            statistical(
                BitOracle(dimension=d, bits=1, noise_std=s, prior=CubePrior(L)), rounds=T
            ).value
        ),
        at=at(d, s, L, T),
        because="The other reading: the least error for T rounds.",
    ),
    Step.code(
        "suboptimality_code",
        sigma**2 * d / (2 * mu * gap) - pi**2 * sigma**2 / (mu**2 * L**2),
        lambda d, delta, mu, sigma, L: (
            statistical(
                BitOracle.of_quadratic(
                    dimension=d, bits=1, noise_std=sigma, curvature=mu, prior=CubePrior(L)
                ),
                error=squared_error(delta, curvature=mu),
            ).value
        ),
        at=at(d, gap, mu, sigma, L),
    ),
]
