"""SimQ: a vector of the l_1 ball from ceil(log2(2d + 1)) bits, with |Q|_2 <= R.

Setting. |Y|_1 <= R (the paper's B). Q = R sign(Y_i) e_i with probability |Y_i|/R, i = 1, ..., d, and
Q = 0 with what is left, 1 - |Y|_1/R. Then, given Y,

    E Q = Y,    E|Q|_2^2 = R |Y|_1 <= R^2,    E|Q - Y|_2^2 = R |Y|_1 - |Y|_2^2 <= R^2 (1 - 1/d),

the last for d >= 2, and <= R^2/4 for d = 1. All three are sums over coordinates of one term each, so
d = 3 with one negative coordinate shows them for every d.
"""

from collections.abc import Iterator
from fractions import Fraction
from itertools import product

from sympy import Expr, Rational, symbols

from infobound.bounds.simq import mean_squared_error, second_moment, worst_mean_squared_error
from infobound.checking import Claim, Step

R, a, b, c = symbols("R a b c", positive=True)
d = symbols("d", integer=True, positive=True)
s, n = symbols("s n", nonnegative=True)  # |Y|_1 and |Y|_2^2
m = symbols("m", nonnegative=True)  # d - 2
t = symbols("t", real=True)

Y = (a, -b, c)
NORM1, NORM2 = a + b + c, a**2 + b**2 + c**2


def law(y: tuple, radius: object) -> list[tuple[tuple, object]]:
    """Every output with its probability, as the encoder draws it; y has the signs of `Y`."""
    outcomes, left = [], 1
    for i, value in enumerate(y):
        sign = -1 if i == 1 else 1
        corner = tuple(sign * radius if j == i else 0 for j in range(len(y)))
        outcomes.append((corner, sign * value / radius))
        left -= sign * value / radius
    return [*outcomes, ((0,) * len(y), left)]


def mean(of: object) -> Expr:
    """E of a function of the output."""
    return sum(probability * of(q) for q, probability in law(Y, R))


def squares(q: tuple) -> Expr:
    return sum(x**2 for x in q)


# --- from end to end, in exact rationals ------------------------------------------------------
GRID = [Fraction(j, 4) for j in range(5)]


def inputs() -> Iterator[tuple[Fraction, ...]]:
    """All points of a grid in the part of the unit l_1 ball with the signs of `Y`."""
    return ((x, -y, z) for x, y, z in product(GRID, repeat=3) if x + y + z <= 1)


def moment(y: tuple[Fraction, ...]) -> tuple[Fraction, Fraction]:
    """E|Q - Y|^2 over the listed outputs, and in closed form."""
    error = sum(p * sum((q - x) ** 2 for q, x in zip(v, y, strict=True)) for v, p in law(y, 1))
    return Fraction(error), sum(map(abs, y)) - sum(x * x for x in y)


def length(dimension: int) -> int:
    """ceil(log2(2d + 1)): 2d has as many binary digits."""
    return (2 * dimension).bit_length()


CLAIM = Claim(
    "simq",
    source="Mayekar and Tyagi 2020, arXiv:2001.09032, Theorem 4.1",
    latex=r"\mathbb E[Q(Y)\mid Y]=Y,\quad\mathbb E\|Q(Y)\|_2^2=R\|Y\|_1\le R^2,\quad"
    r"\lceil\log_2(2d+1)\rceil\text{ bits}",
    statement="SimQ is unbiased on the l_1 ball of radius R, its output never exceeds R, and "
    "ceil(log2(2d + 1)) bits describe it (printed without the ceiling).",
    hypotheses=("|Y|_1 <= R", "private coins independent of Y"),
    assumes=(),
)

STEPS = [
    Step.identity(
        "unbiased",
        [mean(lambda q, i=i: q[i]) for i in range(3)],
        [a, -b, c],
        because="Coordinate i is hit with probability |Y_i|/R and is then R sign(Y_i).",
    ),
    Step.identity(
        "probabilities",
        mean(lambda q: 1),
        1,
        because="The zero symbol takes 1 - |Y|_1/R, which is >= 0 because |Y|_1 <= R.",
    ),
    Step.identity(
        "second_moment",
        mean(squares),
        R * NORM1,
        because="Every corner has |Q|_2 = R, and a corner is drawn with probability |Y|_1/R.",
    ),
    Step.polynomial(
        "at_most_radius",
        1 - t,
        over={t: (0, 1)},
        sos=[(1 - t, 1)],
        because="In units of R, t = |Y|_1/R <= 1: E|Q|_2^2 = R^2 t <= R^2, so alpha_0(Q, inf) <= R. "
        "It is attained for every Y on the sphere |Y|_1 = R.",
    ),
    Step.identity(
        "error",
        mean(lambda q: sum((x - y) ** 2 for x, y in zip(q, Y, strict=True))),
        R * NORM1 - NORM2,
        because="Directly from the law, and so equal to E|Q|^2 - |Y|^2.",
    ),
    Step.identity(
        "cauchy_schwarz",
        3 * NORM2 - NORM1**2,
        (a - b) ** 2 + (b - c) ** 2 + (a - c) ** 2,
        because="d |Y|_2^2 >= |Y|_1^2 (d = 3 here, a sum over all pairs in general), with equality "
        "for flat Y: the error is at most R s - s^2/d with s = |Y|_1.",
    ),
    Step.polynomial(
        "worst_error",
        (m + 1) - (m + 2) * t + t**2,
        over={t: (0, 1)},
        sos=[(1, 1 - t), (m * (1 - t), 1)],
        because="d >= 2, m = d - 2, t = s/R: d ((1 - 1/d) - (t - t^2/d)) >= 0, with equality at "
        "t = 1, the flat Y of norm R.",
    ),
    Step.polynomial(
        "worst_error_on_the_line",
        Rational(1, 4) - (t - t**2),
        over={t: (0, 1)},
        sos=[(1, t - Rational(1, 2))],
        because="d = 1: the largest error is R^2/4, at |Y| = R/2.",
    ),
    Step.enumerate(
        "end_to_end",
        inputs,
        moment,
        size=35,
        because="All vectors with coordinates in quarters, in exact rationals.",
    ),
    Step.enumerate(
        "bits",
        range(1, 130),
        lambda dimension: (2 * dimension + 1, 2 ** length(dimension)),
        size=129,
        relation="<=",
        slack=1,
        because="2d + 1 outputs fit into ceil(log2(2d + 1)) bits; 2d + 1 is odd, so one codeword at "
        "least stays free.",
    ),
    Step.enumerate(
        "no_fewer_bits",
        range(1, 130),
        lambda dimension: (2 ** (length(dimension) - 1) + 1, 2 * dimension + 1),
        size=129,
        relation="<=",
        slack=0,
        because="One bit less does not tell 2d + 1 outputs apart.",
    ),
    Step.code(
        "second_moment_code",
        R * s,
        lambda R, s: second_moment(norm1=s, norm2_squared=1.0, radius=R),
        at={R: (1, 8), s: (0, 8)},
        because="The formula of SimQ+ at one draw: |Y|_2^2 drops out, so that any number will do.",
    ),
    Step.code(
        "error_code",
        R * s - n,
        lambda R, s, n: mean_squared_error(norm1=s, norm2_squared=n, radius=R),
        at={R: (4, 8), s: (2, 4), n: (0, 1)},
    ),
    Step.code(
        "worst_error_code",
        R**2 * (1 - 1 / d),
        lambda R, d: worst_mean_squared_error(dimension=d, radius=R),
        at={R: (Rational(1, 8), 8), d: (2, 40)},
    ),
]
