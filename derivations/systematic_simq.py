"""Systematic SimQ+: one uniform number for all k draws, the same bits, and never a larger error.

Setting as in `simq_plus`. u_i = k |Y_i|/R, c_i = u_1 + ... + u_i <= k, U uniform on [0, 1), and

    Q_i = (R/k) sign(Y_i) N_i,    N_i = floor(c_i + U) - floor(c_{i-1} + U).

The N_i are nonnegative integers with sum floor(c_d + U) <= k (almost surely: c_d = k needs U < 1), so Q
is a point of the same codebook. With f_i the fractional part of u_i, E Q = Y and

    E|Q - Y|_2^2 = (R/k)^2 sum_i f_i (1 - f_i),

which is at most the error (R |Y|_1 - |Y|_2^2)/k of independent draws, for every Y, and at most
R^2 (1 - k/d)/k for k <= d/2 and R^2 d/(4 k^2) for every k. Single directions can do worse.
"""

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise, product
from math import floor

from sympy import Rational, symbols

from infobound.bounds.simq import rounding_variance, worst_mean_squared_error
from infobound.checking import Claim, Step

R, k, d, a, b, c = symbols("R k d a b c", positive=True)
f, g = symbols("f g", real=True)
u = symbols("u", positive=True)
whole, v = symbols("m v", real=True)  # floor(u_i), and the value of an integer variable


# --- exact laws: N is constant between the breakpoints of U -----------------------------------
def counts(places: tuple[Fraction, ...], offset: Fraction) -> tuple[int, ...]:
    """N for u_i = places and U = offset."""
    total, before, hits = Fraction(0), floor(offset), []
    for place in places:
        total += place
        after = floor(total + offset)
        hits.append(after - before)
        before = after
    return tuple(hits)


def law(places: tuple[Fraction, ...]) -> list[tuple[tuple[int, ...], Fraction]]:
    """All N with their probabilities."""
    sums = [sum(places[: i + 1], Fraction(0)) for i in range(len(places))]
    ends = sorted({Fraction(0), Fraction(1), *(-total % 1 for total in sums)})
    return [(counts(places, (low + high) / 2), high - low) for low, high in pairwise(ends)]


DRAWS = 2
GRID = [Fraction(j, 4) for j in range(9)]


def inputs(draws: int = DRAWS) -> Iterator[tuple[Fraction, ...]]:
    """u with three coordinates in quarters, sum at most k."""
    return (places for places in product(GRID, repeat=3) if sum(places) <= draws)


def one_or_two_draws() -> Iterator[tuple[tuple[Fraction, ...], int]]:
    """Inputs for k = 1 and k = 2, with k; not those where nothing is left to chance."""
    for draws in (1, 2):
        for places in inputs(draws):
            if any(0 < place < draws for place in places):
                yield places, draws


def mean_gap(places: tuple[Fraction, ...]) -> tuple[Fraction, int]:
    """|E N - u|_1 against 0."""
    gaps = (sum(p * n[i] for n, p in law(places)) - place for i, place in enumerate(places))
    return sum(map(abs, gaps), Fraction(0)), 0


def error(places: tuple[Fraction, ...]) -> Fraction:
    """E|N - u|^2 from the law."""
    return sum(
        (p * sum((x - y) ** 2 for x, y in zip(n, places, strict=True)) for n, p in law(places)),
        Fraction(0),
    )


def rounding(places: tuple[Fraction, ...]) -> Fraction:
    """sum f (1 - f)."""
    return sum(((place % 1) * (1 - place % 1) for place in places), Fraction(0))


def never_worse(case: tuple[tuple[Fraction, ...], int]) -> tuple[Fraction, Fraction]:
    """E|N - u|^2 against the variance of multinomial counts, sum u (1 - u/k)."""
    places, draws = case
    return error(places), sum((place * (1 - place / draws) for place in places), Fraction(0))


def in_codebook(places: tuple[Fraction, ...]) -> tuple[int, int]:
    """Largest sum of counts, against k; negative counts would be refused."""
    listed = [n for n, _ in law(places)]
    return max(sum(n) if min(n) >= 0 else DRAWS + 1 for n in listed), DRAWS


def two_values(case: tuple[Fraction, Fraction]) -> tuple[Fraction, Fraction]:
    """Whether floor(v + u) - floor(v) is floor(u) or one more."""
    start, place = case
    up = floor(start + place) - floor(start) - floor(place)
    return Fraction(up * (up - 1)), Fraction(0)


def one_direction(method: str) -> tuple[Fraction, Fraction]:
    """Var(N_1 + N_3) at u = (1/2, 1/2, 1/2), k = 2."""
    places = (Fraction(1, 2),) * 3
    if method == "systematic":
        listed = [(n[0] + n[2], p) for n, p in law(places)]
        mean = sum(p * x for x, p in listed)
        return sum(p * (x - mean) ** 2 for x, p in listed), Fraction(1)
    either = (places[0] + places[2]) / DRAWS  # N_1 + N_3 is binomial(k, either)
    return DRAWS * either * (1 - either), Fraction(1, 2)


CLAIM = Claim(
    "systematic_simq",
    source="derived here; SimQ+ is of Mayekar and Tyagi 2020, arXiv:2001.09032, Section 4.2",
    latex=r"\mathbb E\|Q(Y)-Y\|_2^2=\frac{R^2}{k^2}\sum_i f_i(1-f_i)\le\frac{R\|Y\|_1-\|Y\|_2^2}k",
    statement="SimQ+ with systematic draws is unbiased, uses the same codewords, and its error is at "
    "most that of independent draws for every input.",
    hypotheses=("|Y|_1 <= R", "one U uniform on [0, 1), independent of Y"),
    assumes=(),
)

STEPS = [
    Step.identity(
        "floor_has_the_mean",
        whole * (1 - f) + (whole + 1) * f,
        whole + f,
        because="floor(c + U) is floor(c) + 1 when U >= 1 - f, with probability f the fractional part "
        "of c: its mean is c. Differences of means: E N_i = c_i - c_{i-1} = u_i, so E Q_i = Y_i.",
    ),
    Step.enumerate(
        "two_values",
        lambda: product([Fraction(i, 6) for i in range(6)], [Fraction(i, 12) for i in range(37)]),
        two_values,
        size=222,
        because="floor(v + u) - floor(v) is floor(u) or floor(u) + 1 for every v: the fractional parts "
        "of u and of v together pass at most one integer. N_i is u_i rounded down or up.",
    ),
    Step.identity(
        "variance",
        (1 - f) * (whole - (whole + f)) ** 2 + f * (whole + 1 - (whole + f)) ** 2,
        f * (1 - f),
        because="Two neighbouring integers with mean u_i: up with probability f_i. The error is "
        "(R/k)^2 times the sum over i; correlations do not enter a sum of squares.",
    ),
    Step.identity(
        "least_variance",
        (v - whole - f) ** 2 - f * (1 - f),
        (v - whole) * (v - whole - 1) + (1 - 2 * f) * (v - whole - f),
        because="For an integer v the first product is >= 0 (two neighbouring integers), and the second "
        "term has mean 0 when E v = floor(u) + f: no integer variable with mean u varies less.",
    ),
    Step.identity(
        "independent_draws",
        (R / k) ** 2 * sum(k * y / R * (1 - k * y / R / k) for y in (a, b, c)),
        (R * (a + b + c) - (a**2 + b**2 + c**2)) / k,
        because="Independent draws make N_i binomial(k, u_i/k), an integer variable with mean u_i and "
        "variance u_i (1 - u_i/k): so f_i (1 - f_i) <= u_i (1 - u_i/k), term by term, and the sum of "
        "the right sides is the error of `simq_plus` (d = 3).",
    ),
    Step.polynomial(
        "a_quarter",
        Rational(1, 4) - f * (1 - f),
        sos=[(1, f - Rational(1, 2))],
        because="At most R^2 d/(4 k^2), attained at flat Y with u_i = 1/2 if k >= d/2.",
    ),
    Step.polynomial(
        "tangent",
        g * (1 - g) + (1 - 2 * g) * (f - g) - f * (1 - f),
        sos=[(1, f - g)],
        because="f (1 - f) lies below its tangent at g = k/d. Sum over i: sum f_i <= sum u_i <= k = d g, "
        "so for g <= 1/2 the linear terms are <= 0 and sum f_i (1 - f_i) <= d g (1 - g).",
    ),
    Step.identity(
        "sparse_bound",
        (R / k) ** 2 * d * (k / d) * (1 - k / d),
        R**2 / k - R**2 / d,
        because="For k <= d/2 the error is at most R^2 (1 - k/d)/k < R^2/k, attained at flat Y with "
        "|Y|_1 = R. At p = 2 and k = d, R^2 = B^2 d, the other bound is B^2/4.",
    ),
    Step.enumerate(
        "same_codebook",
        inputs,
        in_codebook,
        size=165,
        relation="<=",
        because="d = 3, k = 2, u in quarters, exact laws from the breakpoints of U: the counts are >= 0 "
        "and sum to at most k.",
    ),
    Step.enumerate(
        "unbiased_end_to_end",
        inputs,
        mean_gap,
        size=165,
        because="The same cases.",
    ),
    Step.enumerate(
        "error_end_to_end",
        inputs,
        lambda places: (error(places), rounding(places)),
        size=165,
    ),
    Step.enumerate(
        "never_worse",
        one_or_two_draws,
        never_worse,
        size=192,
        relation="<=",
        because="Against independent draws, with equality at k = 1, where the two are the same law.",
    ),
    Step.enumerate(
        "a_direction_can_be_worse",
        ("systematic", "independent"),
        one_direction,
        size=2,
        because="Remark: at u = (1/2, 1/2, 1/2), k = 2 the counts are (0, 1, 0) or (1, 0, 1), so "
        "N_1 + N_3 has variance 1, against 1/2 for independent draws.",
    ),
    Step.code(
        "variance_code",
        (u - 2) * (3 - u),
        lambda u: rounding_variance(u),
        at={u: (2, Rational(47, 16))},
        because="f (1 - f) for u between 2 and 3.",
    ),
    Step.code(
        "sparse_code",
        R**2 / k - R**2 / d,
        lambda R, k, d: worst_mean_squared_error(
            dimension=d, radius=R, draws=k, sampling="systematic"
        ),
        at=[{R: Rational(r, 4), k: i, d: n} for r, i, n in [(1, 1, 2), (4, 3, 7), (9, 5, 64)]],
    ),
    Step.code(
        "dense_code",
        R**2 * d / (4 * k**2),
        lambda R, k, d: worst_mean_squared_error(
            dimension=d, radius=R, draws=k, sampling="systematic"
        ),
        at=[{R: Rational(r, 4), k: i, d: n} for r, i, n in [(1, 1, 1), (4, 5, 7), (9, 64, 64)]],
    ),
]
