"""The recursion of scores: T times its mean squared error tends to 1/I, for cyclic signs (pi/2) d/B.

Messages tell the cell of Z + Delta, Z ~ N(0, 1), Delta = (theta - estimate)/s, cells fixed with
thresholds t_1 < t_2 < ... and levels l_k = E[Z | cell k], the scores. The estimate moves by
s a l_k / n in step n. With P_k the probability of cell k, the information of a message is
I = sum P_k l_k^2, and

    n E|theta_n - theta|^2 / s^2  ->  a^2 I/(2 a I - 1)  >=  1/I,     equal at a = 1/I.

When k = B/b of d coordinates are described a round, each has n = T k/d messages.
"""

from sympy import Rational, diff, erf, exp, log, oo, pi, sqrt, symbols

from infobound.bounds.bit_oracle import BitOracle, product, scalar_optimum
from infobound.checking import Claim, Step

delta, z = symbols("Delta z", real=True)
a, I, n, e = symbols("a I n e", positive=True)
B, d = symbols("B d", integer=True, positive=True)
t1, t2 = symbols("t1 t2", real=True)


def phi(point):
    return exp(-(point**2) / 2) / sqrt(2 * pi)


def Phi(point):
    return (1 + erf(point / sqrt(2))) / 2


def chances(shift):
    """Probabilities of the three cells of (t1, t2) when the estimate is off by `shift`."""
    low, high = Phi(t1 - shift), Phi(t2 - shift)
    return low, high - low, 1 - high


ANY = symbols("l1 l2 l3", real=True)

CLAIM = Claim(
    "recursion_variance",
    source="Kipnis and Duchi 2022, arXiv:1901.03403 (one bit); Fabian 1968; proof here",
    latex=r"n\,\mathbb E(\theta_n-\theta)^2/s^2\to\frac{a^2I}{2aI-1}\ge\frac1I,\qquad"
    r"\frac{T}{ds^2}\,\mathbb E\lVert\theta_T-\theta\rVert_2^2\to\frac\pi2\,\frac dB"
    r"\ \text{for cyclic signs}",
    statement="Stochastic approximation with the score of each message has asymptotic variance "
    "a^2 I/(2 a I - 1) >= 1/I; cyclic signs of B of d coordinates reach (pi/2) d/B, which is pi ln 2 "
    "times d/(2 ln 2 B).",
    hypotheses=(
        "Gaussian noise, independent in time",
        "the first estimate is within a few s of theta",
        "2 a I > 1",
    ),
    assumes=("normality",),
)

STEPS = [
    Step.identity(
        "slope",
        diff(sum(l * p for l, p in zip(ANY, chances(delta), strict=True)), delta).subs(delta, 0),
        -ANY[0] * phi(t1) + ANY[1] * (phi(t1) - phi(t2)) + ANY[2] * phi(t2),
        because="Moving the estimate moves the cells: the slope of the mean level at Delta = 0 is "
        "sum l_k (phi(t_{k-1}) - phi(t_k)), phi = 0 at both ends (three cells shown).",
    ),
    Step.identity(
        "score",
        diff(phi(z), z),
        -z * phi(z),
        because="So phi(t_{k-1}) - phi(t_k) is the integral of z phi(z) over cell k, P_k l_k: the slope "
        "is sum P_k l_k^2 = I, and so is the variance of the level, whose mean sum P_k l_k is 0.",
    ),
    Step.identity(
        "recursion",
        (1 - a * I / n) ** 2,
        1 - 2 * a * I / n + a**2 * I**2 / n**2,
        because="Near theta, Delta_n = (1 - a I/n) Delta_{n-1} plus independent noise of variance "
        "a^2 I/n^2, so V_n = (1 - a I/n)^2 V_{n-1} + a^2 I/n^2.",
    ),
    Step.identity(
        "balance",
        (n - 1) / n - (1 - 2 * a * I / n + a**2 * I**2 / n**2),
        (2 * a * I - 1) / n - a**2 * I**2 / n**2,
        because="Try V_n = v/n: multiplied by n - 1, what one step takes off is v (2 a I - 1)/n to first "
        "order, and the noise adds a^2 I/n: they balance at v = a^2 I/(2 a I - 1).",
    ),
    Step.assumed(
        "normality",
        "the nonlinear recursion has the limit of its linear part",
        cites="Fabian 1968, On asymptotic normality in stochastic approximation, Ann. Math. Statist. "
        "39 (for the law); convergence of second moments as in Chung 1954",
        because="The mean level is increasing in Delta and has the sign of Delta, so the estimate "
        "converges; what is cited is that curvature and the unequal variance away from theta do not "
        "enter the limit.",
    ),
    Step.identity(
        "gain",
        a**2 * I / (2 * a * I - 1) - 1 / I,
        (a * I - 1) ** 2 / (I * (2 * a * I - 1)),
        when={I: (Rational(1, 2), 1), a: (2, 4)},
        because="No gain does better than 1/I, which a = 1/I reaches.",
    ),
    Step.identity(
        "exact_at_the_best_gain",
        (1 - 1 / n) ** 2 / (I * (n - 1)) + 1 / (I * n**2),
        1 / (I * n),
        when={n: (2, 100)},
        because="With a = 1/I the linear recursion has V_n = 1/(I n) for every n, not only in the limit.",
    ),
    Step.integral(
        "sign",
        2 * z * phi(z),
        (z, 0, oo),
        sqrt(2 / pi),
        antiderivative=-2 * phi(z),
        because="Two cells: the levels are E[Z | Z > 0] = sqrt(2/pi) and its negative, so I = 2/pi, and B "
        "signs a round, n = T B/d of them about each coordinate, have T V_n -> (pi/2) d/B.",
    ),
    Step.lemma(
        "one_bit_is_optimal",
        "Tr I_M <= 2/(pi s^2) for every message of one bit",
        claim="one_bit",
        because="For B = d = 1 signs therefore reach the best constant there is.",
    ),
    Step.code(
        "one_bit_code",
        pi / (2 * e),
        lambda e: scalar_optimum(_oracle(1, 1), error=float(e)).value,
        at={e: (Rational(1, 64), Rational(1, 2))},
        because="The package's bound for d = B = 1, s = 1, is (pi/2)/eps^2, what the recursion reaches.",
    ),
    Step.code(
        "product_code",
        (pi / 2) * (d / B) * (d / e) / (pi * log(2)),
        lambda d, B, e: product(_oracle(int(d), int(B)), error=float(e)).value,
        at={d: (8, 100), B: (1, 4), e: (Rational(1, 64), Rational(1, 2))},
        because="The bound of the product form is the rounds of cyclic signs, (pi/2) (d/B) d/eps^2, "
        "divided by pi ln 2 = 2.1776: no logarithm is between them.",
    ),
]


def _oracle(dimension, bits):
    return BitOracle(dimension=dimension, bits=bits, noise_std=1.0)
