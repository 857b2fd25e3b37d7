"""Messages with log-concave likelihoods: under positive correlation no bit is worth more than before.

Setting as in `correlated_product_form`, rho >= 0, with one more hypothesis: the probability q_t(m | x) of
each message m, given the earlier messages and coins, is a log-concave function of x = X_t. So it is for
cells that are half-spaces, boxes or Voronoi cells, for stochastic rounding and for Gaussian test channels.
Then with B bits in each of T rounds

    Tr I_{M^T}(theta) <= (2 ln 2) B T/s^2,    hence    T >= n_0 d/(2 ln 2 B),

as for independent noise (Barnes and Ozgur 2021, arXiv:2102.05802). With the statistical bound,
T >= max{kappa n_0 - (kappa - 1), n_0 d/(2 ln 2 B)}, and cyclic signs come within a factor
(pi/2)(1 + 2 ln 2) = 3.75 of that as eps -> 0.

Proof. Given the past, the score of round t is E[psi(X_t) | M_t], psi the score of X_t given the past. By a
recursion over rounds, psi has slope at most 1/s^2 in every direction; and X_t given the past is more
concentrated than N(theta, s^2 I). So u.psi is sub-Gaussian of variance proxy 1/s^2 for every unit vector u.

Open: whether the hypothesis is needed. The bound on the slope is false without it (steps on two tails).
"""

from sympy import Rational, diff, erf, exp, log, pi, sqrt, symbols

from infobound.bounds.bit_oracle import BitOracle
from infobound.bounds.correlated import CorrelatedOracle, log_concave_messages
from infobound.bounds.priors import CubePrior
from infobound.checking import Claim, Step

rho, h, x, theta, lam = symbols("rho h x theta lambda", real=True)
s, v, slope, a, b, L, error, J, B, c, M = symbols("s v Lip a b L e J B c M", positive=True)
d, T = symbols("d T", integer=True, positive=True)
rounds, n, kappa, eps = symbols("T_r n kappa epsilon", positive=True)
y1, y2, y3, h1, h2, h3 = symbols("y1:4 h1:4", real=True)
p1, p2, p3, p4, g1, g2, g3, r1, r2 = symbols("p1:5 g1:4 r1 r2", positive=True)
e1, e2, e3, e4 = symbols("e1:5", real=True)

POINTS, VALUES, WEIGHTS = (y1, y2, y3), (h1, h2, h3), (g1, g2, g3)
corner, inner = 1 / ((1 + rho) * s**2), (1 - rho) / ((1 + rho) * s**2)
PER_BIT = 2 * log(2)


def mean(law, values):
    """Expectation under weights that need not add up to 1."""
    return sum(k * one for k, one in zip(law, values, strict=True)) / sum(law)


def exponent(at):
    """ln density of three rounds of AR(1) noise, apart from a constant."""
    first, *later = [one - at for one in POINTS]
    before = [one - at for one in POINTS[:-1]]
    steps = sum((now - rho * then) ** 2 for now, then in zip(later, before, strict=True))
    return -(first**2 + steps / (1 - rho**2)) / (2 * s**2)


tilted = [g * exp(-((y - rho * x) ** 2) / (2 * v)) for g, y in zip(WEIGHTS, POINTS, strict=True)]
covariance = mean(tilted, [f * y for f, y in zip(VALUES, POINTS, strict=True)]) - mean(
    tilted, VALUES
) * mean(tilted, POINTS)
grown = [g * exp(lam * f) for g, f in zip(WEIGHTS, VALUES, strict=True)]  # e^(lambda f) on atoms
entropy = mean(WEIGHTS, [exp(lam * f) * lam * f for f in VALUES]) - mean(
    WEIGHTS, [exp(lam * f) for f in VALUES]
) * log(mean(WEIGHTS, [exp(lam * f) for f in VALUES]))
cumulant = log(mean(WEIGHTS, [exp(lam * f) for f in VALUES])) / lam

# One message with values 0 and 1 after a history of probability p, as jets in theta.
p, q = p1 + e1 * h, p2 + e2 * h


def information(*laws):
    """Fisher information at h = 0."""
    return sum(diff(law, h) ** 2 / law for law in laws).subs(h, 0)


# T = 2, first message "|X_1 - theta| > s sqrt(1 - rho^2) c": Var(X_1 | X_2 = theta, it) over v.
spread = 1 + c * exp(-(c**2) / 2) / sqrt(2 * pi) / ((1 - erf(c / sqrt(2))) / 2)


def least_rounds(d, s, e, L, B, rho=0.5):
    oracle = BitOracle(dimension=d, bits=B, noise_std=s, prior=CubePrior(L))
    return log_concave_messages(CorrelatedOracle(oracle=oracle, correlation=rho), error=e).value


CLAIM = Claim(
    "correlated_convex_cells",
    source="here; for independent noise Barnes and Ozgur 2021, arXiv:2102.05802, and Kim 2026, "
    "arXiv:2606.00703, Theorem 3",
    latex=r"\mathrm{Tr}\,I_{M^T}(\theta)\le\frac{2\ln 2\,B\,T}{s^2},\qquad "
    r"T\ge\max\Bigl\{\kappa n_0-(\kappa-1),\ \frac{n_0\,d}{2\ln 2\,B}\Bigr\}",
    statement="Under AR(1) noise with rho >= 0, messages whose likelihoods are log-concave need "
    "T >= max{kappa n_0 - (kappa - 1), n_0 d/(2 ln 2 B)} rounds.",
    hypotheses=(
        "stationary Gaussian AR(1) noise, 0 <= rho < 1, coordinates independent",
        "encoders keep no earlier X",
        "each q_t(m | x), given the past, is log-concave in x",
        "T fixed in advance",
    ),
    assumes=("marginals", "log_sobolev"),
)

STEPS = [
    Step.identity(
        "one_more_round",
        information(p * q, p * (1 - q)),
        information(p) + p1 * information(q, 1 - q),
        because="A message after one history of probability p: summed over histories, "
        "I_{M^T} = sum_t E I_{M_t|M^{t-1}}, whatever the dependence between rounds.",
    ),
    Step.identity(
        "score_of_a_message",
        diff(log(g1 * (p1 + e1 * h) + g2 * (p2 + e2 * h) + g3 * (p3 + e3 * h)), h).subs(h, 0),
        mean((g1 * p1, g2 * p2, g3 * p3), (e1 / p1, e2 / p2, e3 / p3)),
        because="X_t given the past has probabilities p_i with slopes e_i, and sends m with g_i = q(m|x_i): "
        "the score of m is E[psi(X_t) | m], psi = e/p the score of X_t given the past (three points; on "
        "R^d under the integral, Gaussian densities being smooth in theta).",
    ),
    Step.identity(
        "score_of_the_path",
        diff(exponent(theta), theta),
        corner * (y1 - theta) + inner * (y2 - theta) + corner * (y3 - theta),
        because="By the last step applied to whole paths, psi(x) = E[sum_j w_j (X_j - theta) | X_t = x, past] "
        "minus its mean; w = Sigma^-1 1 as in ar1_fisher (T = 3 shown).",
    ),
    Step.assumed(
        "marginals",
        "The marginal of a log-concave density on R^m x R^n is log-concave on R^m",
        cites="Prekopa 1973, Acta Sci. Math. 34, 335-343",
        because="So the probability of messages 1, ..., j given X_j = y is log-concave in y: it integrates "
        "q_j(m|y) times a Gaussian density times q_1, ..., q_(j-1). (N_1, ..., N_t is Markov; given X_j "
        "the messages up to j do not depend on later noise.) Hence given X_j = x and those before, "
        "X_(j-1) has density N(theta + rho (x - theta), v I) times a log-concave function, "
        "v = (1 - rho^2) s^2, and X_t given the past N(theta, s^2 I) times one.",
    ),
    Step.assumed(
        "log_sobolev",
        "A density N(m, v I) times a log-concave function satisfies "
        "E f^2 ln f^2 - E f^2 ln E f^2 <= 2 v E|grad f|^2",
        cites="Bakry and Emery 1985; Bakry, Gentil and Ledoux 2014, Analysis and Geometry of Markov "
        "Diffusion Operators, chapter 5",
    ),
    Step.identity(
        "poincare",
        diff(
            mean(WEIGHTS, [(1 + eps * f) ** 2 * log((1 + eps * f) ** 2) for f in VALUES])
            - mean(WEIGHTS, [(1 + eps * f) ** 2 for f in VALUES])
            * log(mean(WEIGHTS, [(1 + eps * f) ** 2 for f in VALUES])),
            eps,
            2,
        ).subs(eps, 0)
        / 2,
        2 * (mean(WEIGHTS, [f**2 for f in VALUES]) - mean(WEIGHTS, VALUES) ** 2),
        because="With f -> 1 + eps f and eps -> 0 the left side is 2 eps^2 Var f, so Var f <= v E|grad f|^2 "
        "<= v Lip(f)^2 (also Brascamp and Lieb 1976).",
    ),
    Step.identity(
        "slope_of_a_mean",
        diff(mean(tilted, VALUES), x),
        rho / v * covariance,
        because="How E[f(X_(j-1)) | X_j = x, messages] changes with x: N(rho x, v) tilts the rest (three "
        "atoms, theta = 0, one direction).",
    ),
    Step.identity(
        "one_step_back",
        rho / v * sqrt(v * slope**2) * sqrt(v * 1),
        rho * slope,
        because="|Cov| <= root of the variances, by poincare v Lip^2 and v. So if u.f has slope at most Lip in every "
        "direction, its mean given X_j = x has slope at most rho Lip, for rho >= 0.",
    ),
    Step.identity(
        "recursion",
        [inner + rho * corner, corner + rho * corner],
        [corner, 1 / s**2],
        because="psi_j(x) = w_j x + E[psi_(j-1)(X_(j-1)) | X_j = x, past]: slopes Lip_j <= w_j + rho Lip_(j-1). "
        "Lip_1 <= w_1 = corner stays so in the rounds between (first), and the last adds up to Lip(psi) <= "
        "1/s^2 (second), t >= 2. At t = 1 psi = (x - theta)/s^2.",
    ),
    Step.identity(
        "herbst",
        diff(cumulant, lam),
        entropy / (lam**2 * mean(WEIGHTS, [exp(lam * f) for f in VALUES])),
        because="With f^2 -> e^(lambda f) log_sobolev reads entropy <= (v/2) lambda^2 Lip^2 E e^(lambda f), so "
        "(1/lambda) ln E e^(lambda f) grows at rate at most v Lip^2/2, from E f at lambda = 0.",
    ),
    Step.identity(
        "sub_gaussian",
        s**2 * (1 / s**2) ** 2 / 2 * lam**2,
        lam**2 / (2 * s**2),
        because="f = u.psi has mean 0, v = s^2 and Lip = 1/s^2: ln E e^(lambda u.psi) <= lambda^2/(2 s^2).",
    ),
    Step.identity(
        "change_of_measure",
        sum(
            k * (log(k * (g1 + g2 + g3) / g) + log(sum(grown) / (g1 + g2 + g3)) - lam * f)
            for k, g, f in zip((r1, r2, 1 - r1 - r2), WEIGHTS, VALUES, strict=True)
        ),
        sum(
            k * log(k * sum(grown) / one)
            for k, one in zip((r1, r2, 1 - r1 - r2), grown, strict=True)
        ),
        when={r1: (0, Rational(1, 2)), r2: (0, Rational(1, 2))},
        because="For the law r of X_t given m: D(r|P) + ln E_P e^(lambda f) - lambda E_r f is the divergence of "
        "r from the tilted law, so >= 0: lambda E_r f <= D(r|P) + lambda^2/(2 s^2).",
    ),
    Step.identity(
        "gibbs",
        p1 * (r1 / p1 - 1) + p2 * (r2 / p2 - 1) + p3 * ((1 - r1 - r2) / p3 - 1),
        1 - p1 - p2 - p3,
        because="Divergences are >= 0: E_p ln(r/p) <= E_p(r/p - 1) = 0, as ln y <= y - 1.",
    ),
    Step.identity(
        "best_lambda",
        a**2 * s**2 / 2 - (lam * a - lam**2 / (2 * s**2)),
        (lam - s**2 * a) ** 2 / (2 * s**2),
        because="u along E[psi|m], a its length: the best lambda is s^2 a, and a^2 <= 2 D/s^2.",
    ),
    Step.identity(
        "bits",
        p1 * (1 / (4 * p1) - 1)
        + p2 * (1 / (4 * p2) - 1)
        + p3 * (1 / (4 * p3) - 1)
        + p4 * (1 / (4 * p4) - 1),
        1 - p1 - p2 - p3 - p4,
        because="Mean over m of D is I(X_t; M_t | past) <= H(M_t | past) <= ln K for K values (K = 4), again by "
        "ln y <= y - 1: E|E[psi|M_t]|^2 <= 2 B ln 2/s^2. Summed over rounds, the claim on Tr I.",
    ),
    Step.lemma(
        "van_trees",
        "For a prior whose density vanishes on the boundary, eps^2 >= d^2/(E Tr I_{M^T} + J)",
        claim="van_trees",
    ),
    Step.identity(
        "solve",
        d**2 / (rounds * (2 * (B * log(2)) / s**2) + J) - error,
        error
        * (s**2 * (d / error - J / d) * (d / (PER_BIT * B)) - rounds)
        * (PER_BIT * B / s**2)
        / (rounds * (PER_BIT * B / s**2) + J),
        because="Which fails exactly when T < n_0 d/(2 ln 2 B): the theorem.",
    ),
    Step.lemma(
        "statistical",
        "T >= kappa n_0 - (kappa - 1)",
        claim="ar1_fisher",
        because="The other half of the maximum.",
    ),
    Step.identity(
        "slope_after_two_tails",
        corner + rho / v * (corner * v * spread) - 1 / s**2,
        corner * rho * (spread - 1),
        because="Where the hypothesis is used. T = 2 and a first message that only says |X_1 - theta| > "
        "c sqrt(v): given it and X_2 = theta, X_1 has variance v spread, spread = E[Z^2 | |Z| > c], and "
        "psi has this slope there, minus 1/s^2 ...",
    ),
    Step.integral(
        "two_tails_are_wide",
        x**2 * exp(-(x**2) / 2) / sqrt(2 * pi),
        (x, c, b),
        (c * exp(-(c**2) / 2) - b * exp(-(b**2) / 2)) / sqrt(2 * pi)
        + (erf(b / sqrt(2)) - erf(c / sqrt(2))) / 2,
        antiderivative=erf(x / sqrt(2)) / 2 - x * exp(-(x**2) / 2) / sqrt(2 * pi),
        because="... with b -> infinity spread = 1 + c phi(c)/P(Z > c) > 1: steeper than 1/s^2 for every c > 0, "
        "rho > 0. (The claim may hold all the same.)",
    ),
    Step.identity(
        "signs_are_near",
        pi / 2 * (1 + PER_BIT) * M - pi / 2 * (n + kappa - 1),
        pi / 2 * ((PER_BIT * M - n) + (M - kappa) + 1),
        because="M = max{kappa, n/(2 ln 2)}, n = d/B: all brackets are >= 0. Cyclic signs take at most "
        "(pi/2)(n + kappa - 1) s^2 d/eps^2 (claim correlated_product_form), so at most 3.75 M.",
    ),
    Step.code(
        "code",
        s**2 * (d / error - pi**2 / L**2) * (d / (PER_BIT * B)),
        least_rounds,
        at={
            d: (16, 40),
            B: (Rational(1, 8), 1),
            s: (Rational(1, 2), 8),
            error: (Rational(1, 64), Rational(1, 4)),
            L: (4, 8),
        },
        because="Where it is the larger half of the maximum (rho = 1/2).",
    ),
]
