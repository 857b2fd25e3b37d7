"""Cross-polytope, RandK, TopK and PermK: exact errors.

Points +-sqrt d N e_i (vqSGD, Gandikota et al. 2021, arXiv:1911.07971): sign(y_i) sqrt d N e_i with
probability |y_i|/(sqrt d N), the slack spread over all 2d. The mean of R draws is unbiased and

    E|Q - y|^2 = (d N^2 - |y|_2^2)/R = ((d - 1)/R) |y|_2^2    for N = |y|_2.

RandK, (d/K) y_i on a random set of K coordinates: unbiased, (d/K - 1) |y|_2^2. TopK: the sum of the
d - K smallest squares, at most (1 - K/d) |y|_2^2. PermK (Szlendak et al. 2021, arXiv:2110.03300),
coordinate j owned by c_j of n workers, chosen at random, each scaling by n/c_j: unbiased, and

    E|mean Q(y_i) - mean y_i|^2 = sum_j (n - c_j)/((n - 1) c_j) Var_j,

Var_j = (1/n) sum_i y_ij^2 - (mean_i y_ij)^2. For n <= d, c_j = 1: (1/n) sum |y_i|^2 - |mean y|^2.
"""

from fractions import Fraction
from itertools import combinations, permutations, product
from math import comb

from sympy import Rational, sqrt, symbols

from infobound.bounds.baselines import (
    cross_polytope_error,
    cross_polytope_factor,
    largest_subset_factor,
    permutation_error,
    permutation_factor,
    random_subset_factor,
)
from infobound.checking import Claim, Step

d, K, n, R = symbols("d K n R", integer=True, positive=True)
N, a, m, A, B, c = symbols("N a m A B c", positive=True)
y1, y2, y3, square, mean = symbols("y1 y2 y3 q mu", real=True)

slack = (1 - (y1 + y2 + y3) / (sqrt(3) * N)) / 6  # d = 3, y_i >= 0
sizes = (y1, y2, y3)
points = [(i, sign) for i in range(3) for sign in (1, -1)]
chance = {(i, s): slack + (sizes[i] / (sqrt(3) * N) if s == 1 else 0) for i, s in points}

GRID = [
    tuple(map(Fraction, v)) for v in [(1, 2, -2, 4), (1, 1, 1, 1), (0, 0, 3, -4), (2, -4, 5, 6)]
]
NORMS = (Fraction(5), Fraction(2), Fraction(5), Fraction(9))


def polytope_error(case):
    """E|Q - y|^2 by listing R draws out of the 8 points, d = 4; and (d N^2 - |y|^2)/R."""
    (y, norm), draws = case
    rest = (1 - sum(map(abs, y)) / (2 * norm)) / 8
    listed = Fraction(0)
    for drawn in product([(i, s) for i in range(4) for s in (1, -1)], repeat=draws):
        weight, vector = Fraction(1), [Fraction(0)] * 4
        for i, s in drawn:
            weight *= rest + (abs(y[i]) / (2 * norm) if y[i] * s > 0 else 0)
            vector[i] += s * 2 * norm / draws
        listed += weight * sum((q - v) ** 2 for q, v in zip(vector, y, strict=True))
    return listed, (4 * norm**2 - sum(v * v for v in y)) / draws


def inclusion(case):
    """How often a coordinate is in a random set of K out of d, listed; and K/d."""
    size, kept = case
    inside = sum(0 in chosen for chosen in combinations(range(size), kept))
    return Fraction(inside, comb(size, kept)), Fraction(kept, size)


COLUMNS = [(0, 1), (3, -1), (2, 5, -4), (1, 0, 0, 2), (3, 1, -4, 1, 5)]


def owners_error(case):
    """Average over c random owners against the mean of the column, listed; and the formula."""
    column, owners = case
    size, centre = len(column), Fraction(sum(column), len(column))
    errors = [
        (Fraction(sum(column[i] for i in chosen), owners) - centre) ** 2
        for chosen in combinations(range(size), owners)
    ]
    spread = Fraction(sum(v * v for v in column), size) - centre**2
    return sum(errors) / len(errors), spread * Fraction(size - owners, (size - 1) * owners)


def dealt_error(case):
    """All orders of the deck (blanks included) for n workers and d coordinates; and the formula."""
    size, workers = case
    y = [[(3 * i + 5 * j * j + i * j) % 7 - 2 for j in range(size)] for i in range(workers)]
    hand = -(-size // workers)
    total, orders = Fraction(0), 0
    for deck in permutations(range(workers * hand)):
        orders += 1
        for j in range(size):
            got = Fraction(y[deck.index(j) // hand][j])
            total += (got - Fraction(sum(row[j] for row in y), workers)) ** 2
    squares = Fraction(sum(v * v for row in y for v in row), workers)
    means = sum(Fraction(sum(row[j] for row in y), workers) ** 2 for j in range(size))
    return total / orders, squares - means


def joint(y1, y2, y3):
    """Three workers, d = 2 (c = 2 and 1), from the package; the rows are y_i times (1, -2)."""
    return float(permutation_error([[y1, -2 * y1], [y2, -2 * y2], [y3, -2 * y3]]))


column_spread = (y1**2 + y2**2 + y3**2) / 3 - ((y1 + y2 + y3) / 3) ** 2

CLAIM = Claim(
    "baseline_variances_subsets",
    source="Gandikota et al. 2021, arXiv:1911.07971; Szlendak, Tyurin, Richtarik 2021, arXiv:2110.03300 "
    "(any n and d: derived here)",
    latex=r"\frac{d-1}{R}|y|^2,\quad\Bigl(\frac dK-1\Bigr)|y|^2,\quad\Bigl(1-\frac Kd\Bigr)|y|^2,\quad"
    r"\frac1n\sum_i|y_i|^2-\Bigl|\frac1n\sum_iy_i\Bigr|^2",
    statement="Exact errors of the cross-polytope ((d-1)/R) |y|^2, RandK (d/K - 1) |y|^2 and PermK "
    "(1/n) sum |y_i|^2 - |mean y|^2 (n <= d); TopK at most (1 - K/d) |y|^2.",
    hypotheses=("public patterns are uniform", "draws are independent"),
    assumes=(),
)

STEPS = [
    Step.identity(
        "polytope_slack",
        (d * a**2 + 1) / (2 * sqrt(d)) - a,
        (sqrt(d) * a - 1) ** 2 / (2 * sqrt(d)),
        because=">= 0: summed over a_i = |y_i|/|y|_2, sum a_i <= sqrt d, so the slack is not negative.",
    ),
    Step.identity(
        "polytope_mean",
        [sqrt(3) * N * (chance[i, 1] - chance[i, -1]) for i in range(3)],
        [y1, y2, y3],
        because="d = 3, signs such that y >= 0: unbiased (the slack has mean 0, in every d).",
    ),
    Step.identity(
        "polytope_error",
        sum(
            chance[i, s] * sum((sqrt(3) * N * s * int(i == j) - sizes[j]) ** 2 for j in range(3))
            for i, s in points
        ),
        3 * N**2 - (y1**2 + y2**2 + y3**2),
        because="Every point has squared norm d N^2, so E|Q|^2 - |y|^2 is the error.",
    ),
    Step.enumerate(
        "polytope_repeated",
        [(pair, draws) for pair in zip(GRID, NORMS, strict=True) for draws in (1, 2, 3)],
        polytope_error,
        size=12,
        because="The mean of R independent draws has 1/R of it: d = 4, R = 1, 2, 3, all draws listed.",
    ),
    Step.code(
        "polytope_code",
        (3 * N**2 - (y1**2 + y2**2 + y3**2)) / R,
        lambda N, R, y1, y2, y3: float(cross_polytope_error([y1, y2, y3], N, repetitions=int(R))),
        at={N: (4, 8), R: (1, 9)} | dict.fromkeys(sizes, (-2, 2)),
    ),
    Step.code(
        "polytope_factor_code",
        (d - 1) / R,
        lambda d, R: cross_polytope_factor(int(d), int(R)),
        at={d: (2, 999), R: (1, 99)},
        because="With N = |y|_2.",
    ),
    Step.enumerate(
        "inclusion",
        [(size, kept) for size in range(1, 7) for kept in range(1, size + 1)],
        inclusion,
        size=21,
        because="A coordinate is in a random set of K with probability C(d-1, K-1)/C(d, K) = K/d.",
    ),
    Step.identity(
        "random_subset",
        [K / d * (d / K * a), K / d * (d / K * a - a) ** 2 + (1 - K / d) * a**2],
        [a, (d / K - 1) * a**2],
        because="RandK: mean and error of one coordinate.",
    ),
    Step.code(
        "random_subset_code",
        d / K - 1,
        lambda d, K: random_subset_factor(int(d), int(K)),
        at={d: (50, 999), K: (1, 40)},
    ),
    Step.identity(
        "largest_subset",
        (1 - K / d) * (A + B) - B,
        ((d - K) * (A - K * m) + K * ((d - K) * m - B)) / d,
        because="TopK: A = sum of the K largest squares, B = sum of the others, m the smallest kept. "
        "A >= K m and B <= (d - K) m, so what is left out, B, is at most (1 - K/d) |y|^2; equality when "
        "all are equal.",
    ),
    Step.code(
        "largest_subset_code",
        1 - K / d,
        lambda d, K: largest_subset_factor(int(d), int(K)),
        at={d: (50, 999), K: (1, 40)},
    ),
    Step.identity(
        "two_workers",
        (n**2 * mean**2 - n * square) / (n * (n - 1)) - mean**2,
        -(square - mean**2) / (n - 1),
        when={n: (2, 50)},
        because="PermK, one coordinate with values y_i, mean mu and mean square q: the product of two "
        "different random workers has mean ((sum y_i)^2 - sum y_i^2)/(n (n-1)), their covariance.",
    ),
    Step.identity(
        "owners",
        (c * (square - mean**2) - c * (c - 1) * (square - mean**2) / (n - 1)) / c**2,
        (n - c) / ((n - 1) * c) * (square - mean**2),
        when={n: (2, 50)},
        because="So the average of c random workers has this variance; with c = 1, q - mu^2.",
    ),
    Step.enumerate(
        "owners_listed",
        [(column, c) for column in COLUMNS for c in range(1, len(column) + 1)],
        owners_error,
        size=16,
        because="The same, by listing all sets of owners.",
    ),
    Step.enumerate(
        "dealt",
        [(2, 2), (3, 2), (4, 2), (3, 3), (4, 3), (5, 2), (1, 1)],
        dealt_error,
        size=7,
        because="Whole deals for n <= d, n not dividing d included: blanks fill the deck up to "
        "n ceil(d/n) cards, each worker gets ceil(d/n), and each coordinate has one random owner.",
    ),
    Step.code(
        "permutation_code",
        (Rational(1, 4) + 4) * column_spread,
        joint,
        because="n = 3, d = 2: c = (2, 1), so the factors are (3-2)/(2*2) = 1/4 and (3-1)/2 = 1.",
    ),
    Step.code(
        "permutation_factor_code",
        n - 1,
        lambda n: permutation_factor(1000, int(n)),
        at={n: (2, 999)},
        because="One worker on its own: RandK with K/d = 1/n.",
    ),
    Step.code(
        "permutation_many_code",
        d - 1,
        lambda d: permutation_factor(int(d), 7 * int(d)),
        at={d: (2, 99)},
        because="And with K/d = c/n = 1/d, where d divides n.",
    ),
]
