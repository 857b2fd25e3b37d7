"""SimQ+: k draws of SimQ, averaged, on the l_q ball; second moment, and the bits of two codes.

Setting. p in [2, inf], 1/p + 1/q = 1, |Y|_q <= B, R = B d^(1/p). Q = (Q_1 + ... + Q_k)/k, where given Y
the Q_j are independent and each is SimQ(Y; R). Then Q = (R/k) x with x in Z^d, |x|_1 <= k, E Q = Y and

    E|Q|_2^2 = (1 - 1/k) |Y|_2^2 + R |Y|_1/k <= B^2 (1 + (d^(2/p) - 1)/k).

x is one of Delannoy(d, k) points; type and signs take ceil(log2 C(d + k, k)) + min(k, d) bits, and both
codes fit into the printed k log2 e + k log2(d/k + 1) + k bits, rounding up included. The printed second
moment B^2 (1 + d^(2/p)/k) is larger by B^2/k: it bounds E|Q_1 - Y|^2 by E|Q_1|^2.
"""

from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from math import comb

from sympy import Expr, Rational, log, sqrt, symbols

from infobound.bounds.simq import (
    fewest_draws,
    mean_squared_error,
    paper_draws,
    precision,
    precision_as_printed,
    precision_per_coordinate,
    second_moment,
    worst_mean_squared_error,
    worst_second_moment,
)
from infobound.checking import Claim, Step, Zero
from infobound.numerics.enumerative import delannoy

k, d, j = symbols("k d j", integer=True, positive=True)
R, B, a, b, q, t, v, r, D = symbols("R B a b q t v r D", positive=True)
s, n, m, u, w = symbols("s n m u w", nonnegative=True)
x, y, z = symbols("x y z", real=True)

SPREAD = (k - 1) / k * n + R * s / k


# --- two draws in two dimensions, symbolically: every pair of outputs of Y = (a, -b) -----------
DRAW = [((R, 0), a / R), ((0, -R), b / R), ((0, 0), 1 - a / R - b / R)]
PAIRS = [
    (tuple((f + g) / 2 for f, g in zip(first, second, strict=True)), p1 * p2)
    for (first, p1), (second, p2) in product(DRAW, repeat=2)
]


def mean(of: object) -> Expr:
    """E of a function of the average of two draws."""
    return sum(p * of(output) for output, p in PAIRS)


# --- d = 3 from end to end, in exact rationals ------------------------------------------------
GRID = [Fraction(j, 3) for j in range(-2, 3)]
VECTORS = [y for y in product(GRID, repeat=3) if sum(map(abs, y)) <= 1]
Point = tuple[int, ...]


def law(y: tuple[Fraction, ...], draws: int) -> dict[Point, Fraction]:
    """Law of x, draw after draw, at R = 1."""
    steps = [((0, 0, 0), 1 - sum(map(abs, y)))]
    for i, value in enumerate(y):
        sign = -1 if value < 0 else 1
        steps.append((tuple(sign * (i == place) for place in range(3)), abs(value)))
    points = {(0, 0, 0): Fraction(1)}
    for _ in range(draws):
        grown: dict[Point, Fraction] = {}
        for (point, mass), (step, p) in product(points.items(), steps):
            if p:
                place = tuple(f + g for f, g in zip(point, step, strict=True))
                grown[place] = grown.get(place, Fraction(0)) + mass * p
        points = grown
    return points


def cases() -> Iterator[tuple[tuple[Fraction, ...], int]]:
    """Vectors with coordinates in thirds, one to four draws."""
    return product(VECTORS, (1, 2, 3, 4))


def moments(case: tuple[tuple[Fraction, ...], int]) -> tuple[Fraction, Fraction]:
    """E|Q|^2 from the law of x, and in closed form."""
    y, draws = case
    second = sum(p * sum(c * c for c in x) for x, p in law(y, draws).items()) / draws**2
    squares, size = sum(c * c for c in y), sum(map(abs, y))
    return second, squares - squares / draws + size / draws


def bias(case: tuple[tuple[Fraction, ...], int]) -> tuple[Fraction, int]:
    """|E Q - Y|_1 against 0."""
    y, draws = case
    points = law(y, draws).items()
    gaps = (sum(p * x[i] for x, p in points) / draws - y[i] for i in range(3))
    return sum(map(abs, gaps), Fraction(0)), 0


def reached(draws: int) -> tuple[int, int]:
    """How many points the law reaches over all sign patterns of a vector inside the ball."""
    inner = [tuple(Fraction(sign, 4) for sign in signs) for signs in product((-1, 1), repeat=3)]
    return len(set().union(*(law(y, draws) for y in inner))), delannoy(3, draws)


def points_of_ball(case: tuple[int, int]) -> tuple[int, int]:
    """Integer points with |x|_1 <= k, one by one, against the Delannoy number."""
    dimension, draws = case
    box = product(range(-draws, draws + 1), repeat=dimension)
    return sum(sum(map(abs, x)) <= draws for x in box), delannoy(dimension, draws)


def by_support(case: tuple[int, int]) -> tuple[int, int]:
    """Choose which j coordinates are not 0, their signs, and sizes that sum to k at most."""
    dimension, draws = case
    supports = (2**i * comb(dimension, i) * comb(draws, i) for i in range(dimension + 1))
    return sum(supports), delannoy(dimension, draws)


def both_codes(case: tuple[int, int]) -> tuple[int, int]:
    dimension, draws = case
    shorter = precision(dimension=dimension, draws=draws)
    return shorter, precision(dimension=dimension, draws=draws, code="type-sign")


def against_printed(case: tuple[int, int]) -> tuple[Fraction, int]:
    """2^bits against (2e (d + k)/k)^k with 8/3 < e in place of e, as a ratio."""
    dimension, draws = case
    bits = precision(dimension=dimension, draws=draws, code="type-sign")
    return 2**bits * Fraction(3 * draws, 16 * (dimension + draws)) ** draws, 1


SIZES = list(product(range(1, 6), range(1, 5)))
WIDE = list(product(range(1, 41), range(1, 13)))

# Rate of the points of the ball at k = x d.
share = symbols("share", positive=True)
a_best = 1 + share - sqrt(1 + share**2)


def entropy(weight: Expr) -> Expr:
    """Binary entropy in bits."""
    return -(weight * log(weight) + (1 - weight) * log(1 - weight)) / log(2)


CLAIM = Claim(
    "simq_plus",
    source="Mayekar and Tyagi 2020, arXiv:2001.09032, Theorem 4.2; sharper here",
    latex=r"\mathbb E\|Q(Y)\|_2^2=\bigl(1-\tfrac1k\bigr)\|Y\|_2^2+\tfrac{R\|Y\|_1}k"
    r"\le B^2\Bigl(1+\frac{d^{2/p}-1}k\Bigr),\quad\lceil\log_2 D(d,k)\rceil\text{ bits}",
    statement="SimQ+ is unbiased on the l_q ball; its second moment is at most "
    "B^2 (1 + (d^(2/p) - 1)/k), attained at p = 2 and p = inf; ceil(log2 Delannoy(d, k)) bits are "
    "the fewest, and no more than printed.",
    hypotheses=("2 <= p <= inf", "|Y|_q <= B", "k draws, independent given Y"),
    assumes=(),
)

STEPS = [
    Step.lemma(
        "one_draw",
        "on |Y|_1 <= R a draw has E Q_1 = Y and E|Q_1|_2^2 = R |Y|_1",
        claim="simq",
    ),
    Step.integral(
        "bernoulli",
        q * (q - 1) * v ** (q - 2) * (t - v),
        (v, 1, t),
        t**q - 1 - q * (t - 1),
        antiderivative=q * t * v ** (q - 1) - (q - 1) * v**q,
        when={q: (1, 2), t: (Rational(1, 8), 4)},
        because="For q >= 1 the integral is >= 0, whether t lies above 1 or below: t^q >= 1 + q (t - 1). "
        "With t_i = |Y_i| d/|Y|_1, of average 1, sum t_i^q >= d, which is |Y|_1 <= d^(1/p) |Y|_q "
        "(Hoelder): |Y|_1 <= R, for every p in [1, inf]; in the limit q = inf too.",
    ),
    Step.integral(
        "power_decreases",
        -log(a) * a**v,
        (v, q, 2),
        a**q - a**2,
        antiderivative=-(a**v),
        when={q: (1, 2), a: (0, 1)},
        because="For q <= 2, that is p >= 2, and a <= 1 the integrand is >= 0: a^2 <= a^q. With "
        "a_i = |Y_i|/|Y|_q, sum a_i^2 <= sum a_i^q = 1, so |Y|_2 <= |Y|_q <= B. This is the step "
        "that fails for p < 2.",
    ),
    Step.identity(
        "two_draws",
        [mean(lambda o: o[0]), mean(lambda o: o[1]), mean(lambda o: o[0] ** 2 + o[1] ** 2)],
        [a, -b, SPREAD.subs({k: 2, n: a**2 + b**2, s: a + b})],
        because="k = 2, d = 2, Y = (a, -b): all nine pairs.",
    ),
    Step.identity(
        "second_moment",
        (k * (R * s) + k * (k - 1) * n) / k**2,
        SPREAD,
        because="E|Q_1 + ... + Q_k|^2 has k squares, R |Y|_1 each, and k (k - 1) cross terms, |Y|_2^2 "
        "each: given Y the draws are independent with mean Y.",
    ),
    Step.identity(
        "error",
        SPREAD - n,
        (R * s - n) / k,
        because="Q is unbiased: E|Q - Y|^2 = E|Q|^2 - |Y|^2.",
    ),
    Step.enumerate(
        "unbiased_end_to_end",
        cases,
        bias,
        size=228,
        because="d = 3, coordinates in thirds, k <= 4, the law of x draw after draw.",
    ),
    Step.enumerate(
        "second_moment_end_to_end",
        cases,
        moments,
        size=228,
        because="The same cases: E|Q|^2 in exact rationals.",
    ),
    Step.polynomial(
        "theorem",
        (m * B**2 + r**2 * B**2) - (m * (B**2 - u) + r * B * (r * B - w)),
        sos=[(m * u, 1), (r * B * w, 1)],
        because="k = 1 + m, d^(2/p) = r^2, R = r B, |Y|_2^2 = B^2 - u, |Y|_1 = R - w with u, w >= 0 "
        "by the norm inequalities: k times B^2 (1 + (r^2 - 1)/k) less k times E|Q|^2.",
    ),
    Step.identity(
        "attained_at_2",
        SPREAD.subs({n: d * (B / sqrt(d)) ** 2, s: d * (B / sqrt(d)), R: B * sqrt(d)}),
        B**2 * (1 + (d - 1) / k),
        because="p = 2 and flat Y: |Y|_2 = B and |Y|_1 = R together.",
    ),
    Step.identity(
        "attained_at_infinity",
        SPREAD.subs({s: B, R: B}).subs(k, 1),
        B**2,
        because="p = inf, R = B, k = 1 and |Y|_1 = B. For 2 < p < inf and k > 1 the two norms are not "
        "largest together, and the bound is not attained.",
    ),
    Step.identity(
        "what_is_printed",
        B**2 * D / k + B**2 - B**2 * (1 + (D - 1) / k),
        B**2 / k,
        because="With D = d^(2/p): the printed bound is right and larger by B^2/k.",
    ),
    Step.polynomial(
        "slack",
        16 * (1 + m) - ((1 + m) + (15 * (1 + m) - u)),
        sos=[(u, 1)],
        because="k = 1 + m draws with d^(2/p) - 1 = 15 k - u, u >= 0: k times 16 less k times "
        "1 + (d^(2/p) - 1)/k. So alpha_0 <= 4B already for k = ceil((d^(2/p) - 1)/15), and 1 at least.",
    ),
    Step.enumerate(
        "ball",
        SIZES,
        points_of_ball,
        size=20,
        because="The outputs are (R/k) x with |x|_1 <= k: as many as the Delannoy number, counted one "
        "by one.",
    ),
    Step.enumerate(
        "all_reached",
        (1, 2, 3, 4),
        reached,
        size=4,
        because="Every point of the ball is an output (d = 3), so no code of fixed length has fewer "
        "bits than ceil(log2 Delannoy(d, k)).",
    ),
    Step.identity(
        "generating_function",
        1 / (1 - y) / (1 - x * (1 + y) / (1 - y)),
        1 / (1 - x - y - x * y),
        because="One coordinate has sizes 0, +-1, +-2, ...: series (1 + y)/(1 - y); d of them, and a "
        "slack 0, 1, 2, ... that fills up to k: ((1 + y)/(1 - y))^d/(1 - y). Summed over d with x^d: the "
        "generating function of the Delannoy numbers, so N(d, k) = N(d - 1, k) + N(d, k - 1) + "
        "N(d - 1, k - 1) for all d, k.",
    ),
    Step.enumerate(
        "by_support",
        SIZES,
        by_support,
        size=20,
        because="The same number as sum_j 2^j C(d, j) C(k, j); replacing 2^j by 2^min(d, k) and summing "
        "(Vandermonde) gives N <= 2^min(d, k) C(d + k, k).",
    ),
    Step.enumerate(
        "delannoy_is_shorter",
        WIDE,
        both_codes,
        size=480,
        relation="<=",
        because="In whole bits too.",
    ),
    Step.inequality(
        "stirling_step",
        z - log(1 + z),
        over={z: (0, 1)},
        zero=Zero(at={z: 0}, order=2, leading=Rational(1, 2)),
        because="z = 1/k: k ln(1 + 1/k) <= 1, so e^k k!/k^k, which is e at k = 1, increases with k. "
        "With C(d + k, k) <= (d + k)^k/k!: log2 C(d + k, k) + log2 e <= k log2 e + k log2(d/k + 1). "
        "log2 e > 1 pays for rounding up, and min(k, d) <= k for the signs.",
    ),
    Step.enumerate(
        "printed_bits_suffice",
        WIDE,
        against_printed,
        size=480,
        relation="<=",
        slack=Rational(3, 11),
        because="ceil(log2 C(d + k, k)) + min(k, d) <= k log2 e + k log2(d/k + 1) + k in whole bits, "
        "even with 8/3 in place of e.",
    ),
    Step.identity(
        "rate_stationary",
        2 * (1 - a_best) * (share - a_best),
        a_best**2,
        because="k = x d: sum_j 2^j C(d, j) C(k, j) is led by the j = a d where the next term is as "
        "large, 2 (1 - a)(x - a) = a^2.",
    ),
    Step.code(
        "rate_code",
        entropy(a_best) + share * entropy(a_best / share) + a_best,
        lambda share: precision_per_coordinate(share),
        at={share: (Rational(1, 16), 4)},
    ),
    Step.code(
        "rate_at_one",
        log(3 + 2 * sqrt(2)) / log(2),
        lambda: precision_per_coordinate(1.0),
        because="At k = d, 2.5431 bits per coordinate; the printed bound has log2 e + 2 = 3.4427.",
    ),
    Step.code(
        "second_moment_code",
        SPREAD,
        lambda R, s, n, k: second_moment(norm1=s, norm2_squared=n, radius=R, draws=k),
        at={R: (1, 8), s: (0, 8), n: (0, 8), k: (1, 40)},
    ),
    Step.code(
        "error_code",
        (R * s - n) / k,
        lambda R, s, n, k: mean_squared_error(norm1=s, norm2_squared=n, radius=R, draws=k),
        at={R: (4, 8), s: (2, 4), n: (0, 1), k: (1, 40)},
    ),
    Step.code(
        "worst_error_code",
        R**2 * (1 - 1 / d) / k,
        lambda R, d, k: worst_mean_squared_error(dimension=d, radius=R, draws=k),
        at={R: (Rational(1, 8), 8), d: (2, 40), k: (1, 40)},
        because="One k-th of the largest error of one draw (claim simq). It is reached at flat Y with "
        "|Y|_1 = R, which has |Y|_q = B: the same for every p.",
    ),
    Step.code(
        "theorem_code",
        B**2 * (1 + (d ** (2 / q) - 1) / k),
        lambda B, d, q, k: worst_second_moment(dimension=d, p=q, draws=k, bound=B),
        at={B: (Rational(1, 8), 8), d: (1, 40), q: (2, 9), k: (1, 40)},
        because="q stands for p here.",
    ),
    Step.code(
        "printed_code",
        k / log(2) + k * log(d / k + 1) / log(2) + k,
        lambda d, k: precision_as_printed(dimension=d, draws=k),
        at={d: (1, 40), k: (1, 40)},
    ),
    Step.enumerate(
        "draws_code",
        range(1, 130),
        lambda dimension: (
            fewest_draws(dimension=dimension, p=2) * 1000 + paper_draws(dimension=dimension, p=2),
            max(1, -((1 - dimension) // 15)) * 1000 + dimension,
        ),
        size=129,
        because="p = 2: k of the slack and of the paper.",
    ),
]
