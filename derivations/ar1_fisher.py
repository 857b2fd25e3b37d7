"""How much T rounds of AR(1) noise say about the mean, exactly, and what any method must then take.

Setting. X_t = theta + N_t in R^d, t = 1, ..., T; the coordinates of N_t are independent stationary
Gaussian AR(1) processes, N_t = rho N_{t-1} + sqrt(1 - rho^2) s W_t with W_t ~ N(0, 1) fresh, |rho| < 1.
So Sigma_tu = s^2 rho^|t-u| in each coordinate. With kappa = (1 + rho)/(1 - rho):

    Sigma^-1 is tridiagonal over Q(rho),
    1^T Sigma^-1 1 = (T (1 - rho) + 2 rho)/((1 + rho) s^2),        over T tending to 1/(kappa s^2),
    T >= kappa n_0 - (kappa - 1),   n_0 = s^2 (d/eps^2 - J/d) >= 1, for any method,

where eps^2 is the total squared error under a prior of information J. The edge term kappa - 1 stays:
one round suffices at n_0 = 1. So kappa is the right factor of Theorem 2 of Kim 2026, as its abstract
says; T raw rounds are worth T divided by T (1 + rho)/(T - (T - 2) rho) independent ones.
"""

from collections.abc import Iterator
from fractions import Fraction

from sympy import Rational, diff, pi, symbols

from infobound.bounds.bit_oracle import BitOracle
from infobound.bounds.correlated import CorrelatedOracle, inflation, mean_information, statistical
from infobound.bounds.priors import CubePrior, GaussianPrior
from infobound.checking import Claim, Step

rho, theta = symbols("rho theta", real=True)
s, x, L, error, J, tau = symbols("s x L e J tau", positive=True)
d, T = symbols("d T", integer=True, positive=True)
rounds, need = symbols("T_r n_0", positive=True)
y1, y2, y3 = y = symbols("y1:4", real=True)

kappa = (1 + rho) / (1 - rho)
known = (T * (1 - rho) + 2 * rho) / ((1 + rho) * s**2)
known_3 = known.subs(T, 3)
IN = {rho: (Rational(-9, 10), Rational(9, 10))}
SMALL = (Rational(1, 64), Rational(1, 4))
centre = (y1 + (1 - rho) * y2 + y3) / (3 - rho)


def exponent(at: object) -> object:
    """-2 ln density of three rounds, apart from a constant: first, then innovations."""
    first, *later = [one - at for one in y]
    before = [one - at for one in y[:-1]]
    steps = sum((now - rho * then) ** 2 for now, then in zip(later, before, strict=True))
    return (first**2 + steps / (1 - rho**2)) / s**2


# --- small T in exact rationals, by elimination on Sigma itself -------------------------------
RHOS = tuple(Fraction(k, 100) for k in (-90, -80, -30, -10, 0, 10, 30, 50, 90, 99))


def solved(size: int, r: Fraction) -> list[Fraction]:
    """Sigma^-1 1 for s = 1, by Gauss-Jordan elimination."""
    rows = [[r ** abs(t - u) for u in range(size)] + [Fraction(1)] for t in range(size)]
    for t in range(size):
        rows[t] = [entry / rows[t][t] for entry in rows[t]]
        for u in range(size):
            if u != t:
                rows[u] = [a - rows[u][t] * b for a, b in zip(rows[u], rows[t], strict=True)]
    return [row[-1] for row in rows]


def cases() -> Iterator[tuple[int, Fraction]]:
    return ((size, r) for size in range(1, 7) for r in RHOS)


def information(case: tuple[int, Fraction]) -> tuple[Fraction, Fraction]:
    """From the inverse, and from the formula."""
    size, r = case
    return sum(solved(size, r), Fraction(0)), (size * (1 - r) + 2 * r) / (1 + r)


def least_rounds(oracle: BitOracle, rho: float, error: float) -> float:
    found = statistical(CorrelatedOracle(oracle=oracle, correlation=rho), error=error)
    return found.value


CLAIM = Claim(
    "ar1_fisher",
    source="Kim 2026, arXiv:2606.00703, abstract (on Appendix E), for Theorem 2 (no constants in the "
    "abstract); the inverse covariance is classical",
    latex=r"\mathbf 1^{\mathsf T}\Sigma^{-1}\mathbf 1=\frac{T(1-\rho)+2\rho}{(1+\rho)s^2},\qquad "
    r"T\ge\kappa n_0-(\kappa-1),\quad\kappa=\frac{1+\rho}{1-\rho}",
    statement="T raw rounds of AR(1) noise carry (T(1-rho)+2rho)/((1+rho)s^2) of Fisher information about "
    "the mean; any method needs T >= kappa n_0 - (kappa - 1) rounds.",
    hypotheses=(
        "stationary Gaussian AR(1) noise, |rho| < 1, coordinates independent",
        "T fixed in advance",
        "J finite",
        "n_0 >= 1",
    ),
    assumes=(),
)

STEPS = [
    Step.identity(
        "stationary",
        rho**2 * s**2 + (1 - rho**2) * s**2,
        s**2,
        because="Each round has variance s^2, and E N_t N_{t+k} = rho E N_t N_{t+k-1} = rho^k s^2.",
    ),
    Step.identity(
        "inverse_off_diagonal",
        [
            x * (1 + rho**2) - rho * (x * rho + x / rho),
            x - rho * (x / rho),
        ],
        [0, 0],
        because="(1 - rho^2) s^2 Sigma^-1 is 1 + rho^2 on the diagonal (1 in its two corners), -rho beside it "
        "and 0 elsewhere. Row t of Sigma times column u of that, with x = rho^|t-u|, t != u: zero, for u "
        "between (first) and for u = 1 or T (second: its one neighbour is nearer to t). Any T >= 2.",
    ),
    Step.identity(
        "inverse_diagonal",
        [(1 + rho**2) - rho * (rho + rho), 1 - rho * rho],
        [1 - rho**2, 1 - rho**2],
        because="t = u, between and in a corner.",
    ),
    Step.identity(
        "weights",
        [
            1 / (1 - rho**2) - rho / (1 - rho**2),
            (1 + rho**2) / (1 - rho**2) - 2 * rho / (1 - rho**2),
        ],
        [1 / (1 + rho), (1 - rho) / (1 + rho)],
        because="Row sums w = s^2 Sigma^-1 1: in the corners, and between. All are positive.",
    ),
    Step.identity(
        "information",
        2 / ((1 + rho) * s**2) + (T - 2) * (1 - rho) / ((1 + rho) * s**2),
        known,
        because="Two corners and T - 2 rows between, T >= 2. At T = 1 the formula gives 1/s^2, as it should "
        "(step small_cases).",
    ),
    Step.enumerate(
        "small_cases",
        cases,
        information,
        size=60,
        because="T = 1 to 6 by elimination on Sigma itself, for ten correlations.",
    ),
    Step.identity(
        "by_innovations",
        diff(exponent(theta), theta, 2) / 2,
        known_3,
        because="The same from the likelihood, T = 3: the first round counts 1/s^2, each innovation "
        "(1 - rho)^2/((1 - rho^2) s^2), and 1 + (T - 1)(1 - rho)/(1 + rho) is (T(1-rho)+2rho)/(1+rho).",
    ),
    Step.identity(
        "by_innovations_for_every_T",
        (1 + (T - 1) * (1 - rho) ** 2 / (1 - rho**2)) / s**2,
        known,
    ),
    Step.identity(
        "sufficient_mean",
        exponent(theta),
        exponent(centre) + known_3 * (centre - theta) ** 2,
        because="The samples depend on theta through one weighted mean, of law N(theta, v I_d) with "
        "v = 1/(1^T Sigma^-1 1) (T = 3 shown; completing the square is the same for every T).",
    ),
    Step.lemma(
        "fisher_message",
        "I_M = (v I_d - E Cov(Y|M))/v^2 for every channel of Y ~ N(theta, v I_d)",
        claim="fisher_message",
        because="So Tr I_M <= d/v for every statistic M of the samples.",
    ),
    Step.lemma(
        "van_trees",
        "For a prior whose density vanishes on the boundary, eps^2 >= d^2/(E Tr I_M + J)",
        claim="van_trees",
        because="M may be any answer; that finitely many values suffice is in derivation statistical.",
    ),
    Step.identity(
        "solve",
        d**2 / (d * known.subs(T, rounds) + J) - error,
        error
        * (kappa * s**2 * (d / error - J / d) - (kappa - 1) - rounds)
        * (d * (1 - rho) / ((1 + rho) * s**2))
        / (d * known.subs(T, rounds) + J),
        because="The right side of van Trees exceeds eps^2 exactly when T < kappa n_0 - (kappa - 1): the "
        "theorem.",
    ),
    Step.identity(
        "first_round",
        kappa * need - (kappa - 1) - need,
        (need - 1) * 2 * rho / (1 - rho),
        because="Equal to n_0 at n_0 = 1, where T = 1 suffices. Beyond, more than n_0 for rho > 0, less for "
        "rho < 0; below n_0 = 1 the theorem says T >= 1 and no more.",
    ),
    Step.identity(
        "attained",
        tau**2 - tau**4 / (tau**2 + 1 / known),
        d / (d * known + d / tau**2),
        because="Gaussian prior, J = d/tau^2: posterior variance given the weighted mean. The bound is exact.",
    ),
    Step.identity(
        "finite_inflation",
        (T / s**2) / known,
        T * (1 + rho) / (T - (T - 2) * rho),
        because="Correlated rounds for one independent round, at T rounds.",
    ),
    Step.identity(
        "finite_inflation_tends_to_kappa",
        kappa - T * (1 + rho) / (T - (T - 2) * rho),
        2 * rho * kappa / (T * (1 - rho) + 2 * rho),
        because="The sign of rho, and tends to 0 like 1/T. At T = 1 the inflation is 1, at T = 2 it is 1 + rho.",
    ),
    Step.code(
        "information_code",
        known,
        lambda T, rho, s: mean_information(rounds=int(T), noise_std=s, correlation=rho),
        at={T: (1, 200), s: (Rational(1, 8), 8), **IN},
    ),
    Step.code(
        "inflation_code",
        T * (1 + rho) / (T - (T - 2) * rho),
        lambda T, rho: inflation(rho, rounds=int(T)),
        at={T: (1, 200), **IN},
    ),
    Step.code("kappa_code", kappa, lambda rho: inflation(rho), at=IN),
    Step.code(
        "cube_code",
        kappa * s**2 * (d / error - pi**2 / L**2) - (kappa - 1),
        lambda d, rho, s, e, L: least_rounds(
            BitOracle(dimension=d, bits=1, noise_std=s, prior=CubePrior(L)), rho, e
        ),
        at={d: (1, 40), s: (1, 8), error: SMALL, L: (4, 8), **IN},
    ),
    Step.code(
        "gaussian_code",
        kappa * s**2 * (d / error - 1 / tau**2) - (kappa - 1),
        lambda d, rho, s, e, tau: least_rounds(
            BitOracle(dimension=d, bits=1, noise_std=s, prior=GaussianPrior(tau)), rho, e
        ),
        at={d: (1, 40), s: (1, 8), error: SMALL, tau: (2, 8), **IN},
    ),
]
