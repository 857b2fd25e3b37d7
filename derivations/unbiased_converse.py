"""An unbiased quantizer at R bits per coordinate has relative error at least 1/(4^R - 1).

Setting. X in R^d with E|X|^2 = m. M has at most 2^B values given the shared coins U, independent of
X, and may use private coins; the output Q is a function of (M, U). Every bit is in B: a norm sent
apart, indices, padding. R = B/d. Write w = E|Q - X|^2/m, averaged over all coins.

    any quantizer                                 w >= 4^-R,                                  (a)
    E[Q|X = x] = x for every x                    w >= 1/(4^R - 1).                           (b)

Proved for X ~ N(0, s^2 I_d), every d, and for X uniform on a ball of radius r, where m = r^2 d/(d+2).
Unbiased means on the average over the shared coins too: for one value of them Q may be biased, as
rotation schemes are. For Gaussian X, B may be the mean length of a prefix code.

On a sphere, or where the norm travels for free, (b) can fail: the last steps show both.
"""

from sympy import Matrix, Rational, cos, exp, log, oo, pi, sin, symbols, tan

from infobound.bounds.mean_estimation import gaussian_distortion, unbiased_converse
from infobound.checking import Claim, Step, Zero

d, R, s, m, N, c, w, k, t = symbols("d R s m N c w k t", positive=True)
p1, p2, p3, p4, r1, r2, error, B = symbols("p1 p2 p3 p4 r1 r2 e B", positive=True)
x, v, y, theta = symbols("x v y theta", real=True)
x1, x2, q1, q2 = symbols("x1 x2 q1 q2", real=True)

least = 1 / (4**R - 1)
X, Q = Matrix([x1, x2]), Matrix([q1, q2])

CLAIM = Claim(
    "unbiased_converse",
    source="volume argument for fixed codebooks: Safaryan, Shulgin and Richtarik 2020, "
    "arXiv:2002.08958; this form, with shared randomness, derived here",
    latex=r"\mathbb E[Q\mid X]=X\ \Rightarrow\ "
    r"\frac{\mathbb E\|Q-X\|^2}{\mathbb E\|X\|^2}\ge\frac1{4^R-1}",
    statement="With every bit counted, Gaussian or ball input and shared randomness allowed, an "
    "unbiased quantizer at R bits per coordinate has relative error at least 1/(4^R - 1), any other "
    "at least 4^-R.",
    hypotheses=(
        "X ~ N(0, s^2 I_d), or uniform on a ball",
        "the shared coins are independent of X",
        "every bit that depends on X is counted in R",
    ),
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
        because="H(M|U) - ln K <= sum p (1/(K p) - 1) = 0 by log_tangent (K = 4 here), so I(X;M|U) <= "
        "H(M|U) <= B ln 2. (A prefix code of mean length B has H(M|U) <= B ln 2 by the same line with "
        "2^-length for 1/K, and Kraft's inequality.)",
    ),
    Step.identity(
        "gibbs",
        p1 * (r1 / p1 - 1) + p2 * (r2 / p2 - 1) + p3 * ((1 - r1 - r2) / p3 - 1),
        1 - p1 - p2 - p3,
        because="E_p ln(r/p) <= 0 for densities p, r (three points here; on R^d an integral). With p the "
        "posterior of X given (M, U), whose average over U and M is the law of X as U is independent "
        "of X: I(X;M|U) >= E ln r(X|M,U)/p(X).",
    ),
    Step.identity(
        "gaussian_comparison",
        -d * log(2 * pi * error) / 2
        - d * error / (2 * error)
        + d * log(2 * pi * s**2) / 2
        + d * s**2 / (2 * s**2),
        d * log(s**2 / error) / 2,
        because="Gaussian X; r = density of N(A, e I_d) around any estimate A = a(M, U), with d e = "
        "E|X - A|^2 averaged over all coins: B ln 2 >= I(X;M|U) >= (d/2) ln(s^2/e). No Gaussianity of "
        "the quantizer, and no choice of U, is used.",
    ),
    Step.identity(
        "any_estimate",
        d * log(s**2 / error) / 2 - d * R * log(2),
        d * log(s**2 * 4**-R / error) / 2,
        because="So e >= s^2 4^-R for every estimate; with A = Q and m = d s^2 this is (a).",
    ),
    Step.identity(
        "ball_layers",
        (4**-R) ** (d / 2) * 2 ** (d * R),
        1,
        because="X uniform on the unit ball: given U there are at most 2^B values A_j, and the ball of "
        "radius sqrt(t) around each holds at most t^(d/2) of the volume: P(min|X - A_j|^2 <= t) <= "
        "min(1, 2^B t^(d/2)), which reaches 1 at t = 4^-R.",
    ),
    Step.integral(
        "ball_distance",
        (1 - exp(-t * d / 2)) * 4**-R * exp(-t),
        (t, 0, oo),
        d / (d + 2) * 4**-R,
        antiderivative=4**-R * (exp(-t * (1 + d / 2)) / (1 + d / 2) - exp(-t)),
        because="E|X - A|^2 >= E min|X - A_j|^2 >= the integral over [0, 4^-R] of 1 minus that bound "
        "(with 4^-R e^-t for t) = m 4^-R: (a) for the ball, for every U and every A from (M, U).",
    ),
    Step.integral(
        "ball_second_moment",
        exp(-2 * t) * d * exp(-d * t),
        (t, 0, oo),
        d / (d + 2),
        antiderivative=-d * exp(-(d + 2) * t) / (d + 2),
        because="m = E|X|^2 for the unit ball: P(|X| <= e^-t) = e^(-d t).",
    ),
    Step.identity(
        "second_moment",
        [((Q - X).T * (Q - X))[0], m * w + 2 * m - m],
        [(Q.T * Q)[0] - 2 * (Q.T * X)[0] + (X.T * X)[0], m * (1 + w)],
        because="E<Q,X> = E<E[Q|X],X> = m by unbiasedness, so N = E|Q|^2 = E|Q - X|^2 + 2 m - m = "
        "m (1 + w) (d = 2 here; the square expands alike for every d).",
    ),
    Step.identity(
        "best_multiple",
        c**2 * N - 2 * c * m + m,
        m - m**2 / N + N * (c - m / N) ** 2,
        because="E|cQ - X|^2; the best multiple c = m/N leaves m - m^2/N.",
    ),
    Step.identity(
        "theorem",
        (m - m**2 / (m * (1 + w))) / m - 4**-R,
        (1 - 4**-R) / (1 + w) * (w - least),
        because="cQ is an estimate from (M, U), so by (a) its error is at least m 4^-R: the left side "
        "is >= 0, hence w >= 1/(4^R - 1). This is (b).",
    ),
    Step.identity(
        "gaussian_channel_attains",
        [log(1 + s**2 / (s**2 * least)) / (2 * log(2)), (s**2 * least) / s**2],
        [R, least],
        because="Q = X + N(0, s^2/(4^R - 1)) is unbiased, has R bits of mutual information per "
        "coordinate and exactly this error: (b) cannot be improved as d grows.",
    ),
    Step.identity(
        "shrunk_channel_attains",
        (1 - c) ** 2 + c**2 * least,
        4**-R + (1 + least) * (c - (1 - 4**-R)) ** 2,
        because="The error of cQ for that channel, relative to s^2: 4^-R at c = 1 - 4^-R, so (a) is "
        "attained too.",
    ),
    Step.identity(
        "second_moment_form",
        m - m**2 / N - m * k,
        m * (1 - k) / N * (N - m / (1 - k)),
        because="The same (with k = 4^-R) for a bound on |Q|: E|Q|^2 >= m/(1 - 4^-R). So a quantizer of "
        "the unit ball with E|Q(y)|^2 <= a^2 for every y has a^2 >= (d/(d + 2))/(1 - 4^-R).",
    ),
    Step.identity(
        "second_moment_says",
        d / (d + 2) / (1 - k) - 1,
        (k - 2 / (d + 2)) / (1 - k),
        because="a >= 1 by Jensen's inequality at |y| = 1, so this says something when 4^-R > 2/(d + 2).",
    ),
    Step.inequality(
        "unbiased_costs",
        1 / (1 - y) - 1 - y,
        over={y: (0, Rational(1, 2))},
        zero=Zero(at={y: 0}, order=2, leading=1),
        because="1/(4^R - 1) >= 4^-R + 16^-R with y = 4^-R: unbiasedness costs "
        "a factor 1 + 4^-R at least, 0.4 % at 4 bits; the zero is R = infinity. (R >= 1/2.)",
    ),
    Step.enumerate(
        "fails_on_a_sphere",
        lambda: [(a,) for a in (-1, 1)],
        lambda case: ((1 if case[0] > 0 else -1) - case[0], 0),
        size=2,
        because="d = 1, X uniform on {-1, 1}: the sign bit is unbiased, with w = 0 < 1/(4 - 1) at R = 1. "
        "So the input law matters: on a sphere (b) holds only as d grows.",
    ),
    Step.integral(
        "free_norm_error",
        2 * 2 / (pi * (cos(theta) + sin(theta)) ** 2),
        (theta, 0, pi / 2),
        4 / pi,
        antiderivative=2 * tan(theta - pi / 4) / pi,
        because="d = 2, one bit for the sign of each rotated coordinate, scale |x|^2/|Rx|_1: w + 1 = "
        "E 2/(|cos| + |sin|)^2 over a uniform angle.",
    ),
    Step.inequality(
        "fails_with_a_free_norm",
        least - (4 / pi - 1),
        over={R: (Rational(1, 2), 1)},
        nearest={R: 1},
        strict=True,
        because="At R = 1 that unbiased scheme has w = 4/pi - 1 = 0.2732 < 1/3 when its norm is not "
        "counted; with 32 bits for the norm R = 17, and nothing is violated.",
    ),
    Step.code(
        "unbiased_code", least, lambda R: unbiased_converse(R), at={R: (Rational(1, 64), 12)}
    ),
    Step.code(
        "biased_code", 4**-R, lambda R: gaussian_distortion(R), at={R: (Rational(1, 64), 12)}
    ),
]
