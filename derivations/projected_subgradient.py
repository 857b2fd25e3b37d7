"""The projected stochastic subgradient method errs by at most R alpha / sqrt(T), constant 1.

Setting. f convex on a closed convex X, x* a minimiser, |x* - x_1|_2 <= R. In round t the method
receives g_t with E[g_t | past] a subgradient at x_t and E|g_t|_2^2 <= alpha^2 (an unbiased quantizer
applied to an oracle's answer), and moves to x_{t+1} = P(x_t - eta g_t), P the Euclidean projection on
X. Its answer is the average of x_1, ..., x_T. Then

    E f(average) - min f  <=  R^2 / (2 eta T) + eta alpha^2 / 2  =  R alpha / sqrt(T)

at eta = R / (alpha sqrt(T)). If X has l_p diameter D, p >= 2, then R <= D d^{1/2 - 1/p}, half of that
from the centre of a symmetric X: Theorem 2.3 (1) with c_1 = 1. (Remark 4 there calls d^{1/2 - 1/p} the
l_2 diameter of a unit l_p ball; it is the radius. The inequality that is used is the one above.)
A bias of l_q norm at most beta adds D beta.
"""

from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from math import isqrt

from sympy import Matrix, Rational, diff, sqrt, symbols

from infobound.bounds.first_order import (
    descent_error,
    descent_step,
    start_distance,
    subgradient_error,
)
from infobound.checking import Claim, Step, Zero

R, D, alpha, beta, eta, T, B = symbols("R D alpha beta eta T B", positive=True)
d = symbols("d", integer=True, positive=True)
r, p, t, v, lam = symbols("r p t v lambda", positive=True)
x, g, u, y, P, b = (Matrix(symbols(f"{name}1:4", real=True)) for name in "xguyPb")
f, A = symbols("f1:4", real=True), symbols("A1:5", real=True)
S, f_T = symbols("S f_T", real=True)


def square(vector: Matrix) -> object:
    return (vector.T * vector)[0]


def inner(left: Matrix, right: Matrix) -> object:
    return (left.T * right)[0]


error = R**2 / (2 * eta * T) + eta * alpha**2 / 2


# --- the hardest function: f(x) = B max_i x_i on the l_2 ball of radius R, d = T = n^2 ----------
def worst_case(n: int) -> tuple[Fraction, Fraction]:
    """Error of the average and R B / sqrt(T), at R = B = 1; ties go to the first coordinate."""
    rounds = n * n
    step, point = Fraction(1, n), [Fraction(0)] * rounds
    total = list(point)
    for _ in range(rounds):
        total = [a + c for a, c in zip(total, point, strict=True)]
        if sum(c * c for c in point) > 1:
            raise ValueError("the projection would act")
        point[point.index(max(point))] -= step
    least = -Fraction(1, isqrt(rounds))  # at -(1, ..., 1)/n
    return max(total) / rounds - least, Fraction(1, n)


# --- from end to end, exactly: one bit per answer, every sequence of answers --------------------
def one_bit_run(case: tuple[int, Fraction, Fraction]) -> tuple[Fraction, Fraction]:
    """E f(average) - min f on [-1, 1] for f(x) = 2 delta x, answers +-1, and its bound."""
    rounds, delta, step = case
    expected = Fraction(0)
    for answers in product((1, -1), repeat=rounds):
        point, total, weight = Fraction(0), Fraction(0), Fraction(1)
        for answer in answers:
            total += point
            weight *= Fraction(1, 2) + delta * answer
            point = max(Fraction(-1), min(Fraction(1), point - step * answer))
        expected += weight * 2 * delta * (total / rounds + 1)
    return expected, 1 / (2 * step * rounds) + step / 2


def runs() -> Iterator[tuple[int, Fraction, Fraction]]:
    deltas = [Fraction(k, 8) for k in range(5)]
    return product(range(1, 7), deltas, [Fraction(1, k) for k in (1, 2, 3, 4)])


CLAIM = Claim(
    "projected_subgradient",
    source="Mayekar and Tyagi 2020, arXiv:2001.09032, Theorem 2.3 (1) and Remark 4; c_1 = 1 here",
    latex=r"\mathbb E f(\bar x_T)-\min f\le\frac{D\,d^{1/2-1/p}\alpha_0}{\sqrt T}",
    statement="With received subgradients of mean square at most alpha^2, the average of T projected "
    "steps is within R alpha / sqrt(T) of the minimum, R <= D d^(1/2 - 1/p) the distance from the start.",
    hypotheses=(
        "f convex on a closed convex set of l_p diameter D, p >= 2",
        "the mean of what is received, given the past, is a subgradient",
        "constant step R / (alpha sqrt T), the answer is the average",
    ),
    assumes=(),
)

STEPS = [
    Step.identity(
        "one_step",
        square(x - eta * g - u),
        square(x - u) - 2 * eta * inner(g, x - u) + eta**2 * square(g),
        because="Distance to any u in X before the projection (three coordinates shown).",
    ),
    Step.identity(
        "projection_obtuse",
        square(y - (P + v * (u - P))) - square(y - P),
        v * (-2 * inner(y - P, u - P) + v * square(u - P)),
        because="P = P(y) is the nearest point of X, and P + v (u - P) is in X for 0 < v <= 1, so the left "
        "side is >= 0. Divide by v and let v -> 0: <y - P, u - P> <= 0.",
    ),
    Step.identity(
        "projection_nonexpansive",
        square(y - u),
        square(P - u) + square(y - P) - 2 * inner(y - P, u - P),
        because="Hence |P(y) - u| <= |y - u| for u in X: the last two terms are >= 0.",
    ),
    Step.identity(
        "telescope",
        sum((A[k] - A[k + 1] + eta**2 * alpha**2) / (2 * eta) for k in range(3)) / 3,
        (A[0] - A[3]) / (2 * eta * 3) + eta * alpha**2 / 2,
        because="With A_t = E|x_t - x*|^2: f(x_t) - f(x*) <= E<g_t, x_t - x*> (subgradient inequality, g_t "
        "has the right mean given the past), so E f(x_t) - min f <= (A_t - A_{t+1} + eta^2 alpha^2) / "
        "(2 eta). The average over t drops all but A_1 <= R^2 and -A_{T+1} <= 0 (T = 3 shown).",
    ),
    Step.identity(
        "average",
        (1 - 1 / T) * (S / (T - 1)) + f_T / T,
        (S + f_T) / T,
        when={T: (2, 40)},
        because="Jensen, by induction: average_T = (1 - 1/T) average_{T-1} + x_T / T, so convexity between "
        "two points gives f(average_T) <= (f(x_1) + ... + f(x_T)) / T, S the sum without the last.",
    ),
    Step.identity(
        "best_step",
        error - R * alpha / sqrt(T),
        (eta * alpha * sqrt(T) - R) ** 2 / (2 * eta * T),
        because="So eta = R / (alpha sqrt T) is best, and the error is at most R alpha / sqrt(T).",
    ),
    Step.identity(
        "power_mean_slope",
        diff(t**r - 1 - r * (t - 1), t),
        r * (t ** (r - 1) - 1),
        when={r: (1, 4), t: (Rational(1, 4), 4)},
        because="For r = p/2 >= 1, t^r - 1 - r (t - 1) is 0 at t = 1, falls before and rises after, so it is "
        ">= 0. Put t_i = x_i^2 / mean(x^2) and average over i: mean(|x|^p) >= mean(x^2)^{p/2}, that is "
        "|x|_2 <= d^{1/2 - 1/p} |x|_p.",
    ),
    Step.inequality(
        "power_mean_at_4",
        t**2 - 1 - 2 * (t - 1),
        over={t: (0, 100)},
        zero=Zero(at={t: 1}, order=2, leading=1),
        because="The same at p = 4, as a check: equality at t = 1 only, flat vectors.",
    ),
    Step.identity(
        "corner",
        [sqrt(d * (D / 2 * d ** (-1 / p)) ** 2), d * (D / 2 * d ** (-1 / p)) ** p],
        [D / 2 * d ** (Rational(1, 2) - 1 / p), (D / 2) ** p],
        when={p: (2, 8), D: (1, 4)},
        because="Attained: the corner (D/2) d^{-1/p} (1, ..., 1) is on the l_p sphere of radius D/2, at l_2 "
        "distance (D/2) d^{1/2 - 1/p} from the centre, and twice that from the opposite corner.",
    ),
    Step.identity(
        "bias",
        inner(g, x - u),
        inner(g - b, x - u) + inner(b, x - u),
        because="If the mean of g_t is a subgradient plus b, then |<b, x_t - x*>| <= |b|_q |x_t - x*|_p <= "
        "beta D (Hoelder) is lost in every round, so D beta in the average.",
    ),
    Step.enumerate(
        "one_bit_runs",
        runs,
        one_bit_run,
        size=120,
        relation="<=",
        because="From end to end in exact rationals: f(x) = 2 delta x on [-1, 1], one-bit answers, all "
        "sequences of up to six of them, four steps each. R = alpha = 1; equality at T = eta = 1.",
    ),
    Step.enumerate(
        "constant_is_exact",
        range(1, 7),
        worst_case,
        size=6,
        because="f(x) = B max_i x_i on the l_2 ball, d = T = n^2: every round finds a coordinate that is "
        "still 0, the average keeps one at 0, and the error is R B / sqrt(T) to the letter.",
    ),
    Step.code(
        "step",
        R / (alpha * sqrt(T)),
        lambda R, alpha, T: descent_step(rounds=T, distance=R, gradient_norm=alpha),
        at=[{R: Rational(3, 2), alpha: Rational(5, 4), T: k} for k in (1, 2, 7, 100)],
    ),
    Step.code(
        "any_step",
        error + D * beta,
        lambda R, alpha, T, eta, D, beta: (
            descent_error(
                rounds=T, distance=R, gradient_norm=alpha, step=eta, bias=beta, diameter=D
            ).value
        ),
        at=[
            {
                R: Rational(3, 2),
                alpha: Rational(5, 4),
                T: k,
                eta: Rational(1, 8),
                D: 3,
                beta: Rational(1, 4),
            }
            for k in (1, 2, 7, 100)
        ],
    ),
    Step.code(
        "theorem",
        D * d ** (Rational(1, 2) - 1 / p) * alpha / sqrt(T) + D * beta,
        lambda d, p, D, alpha, T, beta: (
            subgradient_error(
                rounds=T,
                dimension=d,
                p=p,
                diameter=D,
                gradient_norm=alpha,
                bias=beta,
                centered=False,
            ).value
        ),
        at=[
            {d: n, p: k, D: Rational(3, 2), alpha: Rational(5, 4), T: 30, beta: Rational(1, 8)}
            for n in (1, 2, 17)
            for k in (2, 3, 8)
        ],
    ),
    Step.code(
        "distance",
        D / 2 * d ** (Rational(1, 2) - 1 / p),
        lambda d, p, D: start_distance(dimension=d, p=p, diameter=D),
        at=[{d: n, p: k, D: Rational(3, 2)} for n in (1, 2, 17) for k in (2, 3, 8)],
        because="From the centre of a symmetric domain.",
    ),
]
