"""The product form needs a memoryless encoder: with memory rounds and bits add.

theta in R^d, X_t ~ N(theta, s^2 I_d) independent, B bits a round, R = B/d. If message t is a function of
X_t, earlier messages and coins, its information is at most min(d, 2 ln2 B)/s^2 (claims fisher_trace,
one_bit: 2/(pi s^2) for one bit), and over T rounds at most T times that. An encoder that may also look
at its earlier samples breaks this. Signs suffice, at theta = 0 and s = 1:

    d = 1, T = 2:  M_1 = sign X_1, M_2 = sign(X_1 + X_2):  I = (8/pi)(1 - sqrt 2/3) = 1.346 > 4/pi;
    d = T:         M_t = sign of the sum of t samples of coordinate t:  Tr I = (2/pi) d(d + 1)/2.

The second is (d + 1)/2 times what T = d memoryless messages of one bit can carry. What holds for encoders
with memory, theta ~ N(0, tau^2 I): with P_t = 1/(1/tau^2 + t/s^2), the error per coordinate after T rounds
is at least D_T, where D_0 = tau^2 and

    D_t = (1 - 4^-R) P_t + 4^-R D_{t-1},    D_T <= s^2/T + 4 s^2/(T^2 (4^R - 1)) + tau^2 2^-(R T).
"""

from fractions import Fraction
from math import ceil

from sympy import Min, Rational, Sum, erf, exp, log, oo, pi, sqrt, symbols

from infobound.bounds.memory import FixedTarget
from infobound.checking import Claim, Step

q, P, N, s, tau = symbols("q P N s tau", positive=True)
d, t, T = symbols("d t T", integer=True, positive=True)
x = symbols("x", real=True)


def phi(point):
    return exp(-(point**2) / 2) / sqrt(2 * pi)


def Phi(point):
    return (1 + erf(point / sqrt(2))) / 2


HALF = 1 / sqrt(2)
BOTH, OTHER = Rational(3, 8), Rational(1, 8)  # P(S > 0, X_1 > 0) and P(S > 0, X_1 < 0)
SCORE, SCORE_OTHER = (1 + HALF) / (2 * sqrt(pi)), (1 - HALF) / (2 * sqrt(pi))  # E[S; ...] there
TWO_SIGNS = 2 * (SCORE**2 / BOTH + SCORE_OTHER**2 / OTHER)
AFTER = P * s**2 / (P + s**2)  # P_t after P_{t-1} = P


def causal(kept, rounds, s, tau):
    """D_T by its recursion."""
    error = tau**2
    for t in range(1, rounds + 1):
        error = (1 - kept) / (1 / tau**2 + t / s**2) + kept * error
    return error


CLAIM = Claim(
    "memory_changes_the_law",
    source="Theorem 3 of Kim 2026, arXiv:2606.00703, without its hypothesis of a memoryless encoder (the "
    "theorem stands); counterexample and law here",
    latex=r"\mathrm{Tr}\,I_{M^T}\not\le\frac{T}{s^2}\min(d,2\ln2\,B)\ \text{ with memory};\quad "
    r"D_t=(1-4^{-R})P_t+4^{-R}D_{t-1}",
    statement="For an encoder that keeps earlier samples the bound T min(d, 2 ln2 B)/s^2 on the "
    "information of a transcript is false; its error obeys the recursion D_t, which takes at most about "
    "s^2 d/eps^2 plus (d/B) log2(tau^2 d/eps^2) rounds, not times d/B.",
    hypotheses=("Gaussian noise", "B bits in every round", "for D_t: theta ~ N(0, tau^2 I)"),
    expected="corrected",
    assumes=("entropy_power",),
)

STEPS = [
    Step.integral(
        "both_positive",
        phi(x) * Phi(x),
        (x, 0, oo),
        BOTH,
        antiderivative=Phi(x) ** 2 / 2,
        because="S = X_1 + X_2. P(S > 0 | X_1 = x) = Phi(x); P(S > 0, X_1 < 0) is 1/2 less this, 1/8.",
    ),
    Step.integral(
        "score_both",
        phi(x) * (x * Phi(x) + phi(x)),
        (x, 0, oo),
        SCORE,
        antiderivative=-phi(x) * Phi(x) + Phi(sqrt(2) * x) / sqrt(pi),
        because="The score of (X_1, X_2) in theta is S, and E[S; S > 0 | X_1 = x] = x Phi(x) + phi(x).",
    ),
    Step.integral(
        "score_other",
        phi(x) * (x * Phi(x) + phi(x)),
        (x, -oo, 0),
        SCORE_OTHER,
        antiderivative=-phi(x) * Phi(x) + Phi(sqrt(2) * x) / sqrt(pi),
        because="The same where X_1 < 0. The other two pairs of signs are the mirror images.",
    ),
    Step.identity(
        "two_signs",
        TWO_SIGNS,
        8 / pi * (1 - sqrt(2) / 3),
        because="I = sum over pairs of signs of E[S; pair]^2/P(pair) (claim fisher_message).",
    ),
    Step.refute(
        "one_coordinate",
        witness={T: 2},
        left=TWO_SIGNS,
        right=T * 2 / pi,
        relation="<=",
        because="Two memoryless messages of one bit carry at most 4/pi (claim one_bit). These, where the "
        "second remembers X_1, carry (8/pi)(1 - sqrt 2/3) = 1.346 > 1.273.",
    ),
    Step.identity(
        "signs_of_sums",
        Sum(t * 2 / pi, (t, 1, d)),
        d * (d + 1) / pi,
        because="The sum of t samples is N(t theta, t): its sign carries t 2/pi at theta = 0, and "
        "messages about different coordinates are independent.",
    ),
    Step.refute(
        "growing",
        witness={d: 4},
        left=d * (d + 1) / pi,
        right=d * Min(d, 2 * log(2)),
        relation="<=",
        because="T = d rounds of B = 1 bit: memoryless messages carry at most T min(d, 2 ln2 B), these "
        "d (d + 1)/pi, more by a factor that grows with d.",
    ),
    Step.identity(
        "innovation",
        (AFTER / s**2) ** 2 * (P + s**2),
        P - AFTER,
        because="What holds instead. m_t = E[theta | X^t] moves by (P_t/s^2)(X_t - m_{t-1}), a Gaussian "
        "step independent of X^{t-1}, of variance P_{t-1} - P_t per coordinate.",
    ),
    Step.assumed(
        "entropy_power",
        "N_t >= 4^-R (N_{t-1} + P_{t-1} - P_t), N_t the entropy power of m_t given M^t and coins",
        cites="entropy-power inequality in conditional form (Stam 1959; Blachman 1965); B bits lower "
        "a differential entropy by at most B",
        because="The step is independent of m_{t-1} given the earlier messages; N_0 = 0.",
    ),
    Step.identity(
        "recursion",
        P + q * (N - P),
        (1 - q) * P + q * N,
        because="The error is P_t + E||m_t - theta_hat||^2/d >= P_t + N_t = D_t. With q = 4^-R and "
        "N = P_{t-1} + N_{t-1} = D_{t-1}, P = P_t, this is the recursion. It is reached as d grows "
        "(sequential Gaussian rate-distortion).",
    ),
    Step.identity(
        "increment",
        P - AFTER,
        P * AFTER / s**2,
        because="P_{k-1} - P_k = P_{k-1} P_k/s^2 <= s^2/((k - 1) k), because P_k <= s^2/k.",
    ),
    Step.identity(
        "late",
        T / 2 * (T / 2 + 1),
        T**2 / 4 + T / 2,
        because="N_T = sum_k (P_{k-1} - P_k) q^{T-k+1}. For k >= T/2 + 1 an increment is at most "
        "4 s^2/T^2; those before sum to at most tau^2, and carry q^{T/2} = 2^-(R T) or less.",
    ),
    Step.identity(
        "geometric",
        q / (1 - q) * (1 / q - 1),
        1,
        because="The sum of q^j over j >= 1 is q/(1 - q) = 1/(4^R - 1): D_T <= s^2/T + "
        "4 s^2/(T^2 (4^R - 1)) + tau^2 2^-(R T).",
    ),
    Step.code(
        "causal_code",
        causal(Rational(1, 16), 3, s, tau),
        lambda s, tau: FixedTarget(rate=2, noise_std=s, prior_std=tau).causal_error(3),
        at={s: (Rational(1, 4), 4), tau: (Rational(1, 4), 4)},
    ),
    Step.code(
        "upper_code",
        s**2 / 6 + 4 * s**2 / (36 * 15) + tau**2 / 2**12,
        lambda s, tau: FixedTarget(rate=2, noise_std=s, prior_std=tau).causal_upper(6),
        at={s: (Rational(1, 4), 4), tau: (Rational(1, 4), 4)},
    ),
    Step.enumerate(
        "example",
        lambda: (BELOW, ABOVE),
        lambda kept: (first_round(kept), 1048),
        size=2,
        because="s = tau = 1, R = 1/64, error 1/1000: T = 1048 rounds. 4^-(1/64) lies between the two "
        "fractions, whose 64th powers lie on either side of 1/4.",
    ),
    Step.enumerate(
        "memoryless_example",
        lambda: (BELOW, ABOVE),
        lambda kept: (ceil(999 / (1 - kept)), 46622),
        size=2,
        because="Without memory 1/D <= 1/tau^2 + T (1 - 4^-R)/s^2 (claims van_trees, fisher_trace) asks "
        "for 46622 rounds.",
    ),
]

DIGITS = 2**44
BELOW = Fraction(int(0.25 ** (1 / 64) * DIGITS) - 4, DIGITS)
ABOVE = BELOW + Fraction(8, DIGITS)
assert BELOW**64 < Fraction(1, 4) < ABOVE**64


def first_round(kept):
    """Least T with D_T <= 1/1000; 40 digits, rounded so that the two fractions enclose the truth."""
    down = kept == BELOW
    error, scale = Fraction(1), 10**40
    for t in range(1, 2000):
        error = (1 - kept) / (1 + t) + kept * error
        cut = error * scale
        error = Fraction(int(cut) if down else ceil(cut), scale)
        if error <= Fraction(1, 1000):
            return t
    return 0
