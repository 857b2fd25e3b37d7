"""A message of r bits about a sparse sign carries at most 2 delta^2 min(2^r, 2d)/d bits.

Setting. V uniform on {-1, 1}^d; Y is one of the 2d points +-e_i, with probability (1 +- 2 delta V_i)/(2d);
M is drawn from a channel W(m|y) with at most K = 2^r messages (every partition is one). Write w+, w- for
W(m|+e_i), W(m|-e_i), D_i(m) = w+ - w- and p(m) = sum_y W(m|y)/(2d), the law of M. Then

    E_V chi2 = (delta/d)^2 sum_m sum_i D_i(m)^2/p(m) = (4 delta^2/k) Tr H(W) <= 2 delta^2 min(2^r, 2d)/d,

k = 2d, H(W) the matrix of Acharya, Canonne and Tyagi 2018 (arXiv:1812.11476). Equality for K <= 2d messages
iff W is a partition into K cells of which none holds an antipodal pair +-e_i. As the likelihood ratio is
symmetric about 1, I(V; M) in bits is at most this, and at least 1/(2 ln 2) of it.

Section 6 of Mayekar and Tyagi 2020 prints delta^2 min(2^r, d)/d, which the claim printed_sparse_bound takes
up; with the constant 4 in front, the least that will do (d = r = 1, delta = 1/2), it is true.
"""

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from itertools import product

from sympy import Expr, Matrix, Min, Rational, log, symbols

from infobound.bounds.message_information import sparse_sign_information
from infobound.checking import Claim, Step, Zero
from infobound.information.divergences import act_matrix

d, r = symbols("d r", integer=True, positive=True)
delta, p, q = symbols("delta p q", positive=True)
s1, s2, t1, t2 = symbols("s1 s2 t1 t2", nonnegative=True)
w1, w2, w3, w4 = symbols("w1 w2 w3 w4", real=True)  # W(m|+e_1), W(m|-e_1), W(m|+e_2), W(m|-e_2)
v1, v2 = symbols("v1 v2", real=True)

D1, D2 = w1 - w2, w3 - w4
HALF = Fraction(1, 2)

# --- exact chi-square of every partition, from the definition ----------------------------------
Cells = tuple[tuple[int, ...], ...]  # points 2i: +e_i, 2i + 1: -e_i


def partitions(points: int) -> Iterator[Cells]:
    """All partitions of 0, ..., points - 1."""
    if points == 0:
        yield ()
        return
    for cells in partitions(points - 1):
        for j, cell in enumerate(cells):
            yield (*cells[:j], (*cell, points - 1), *cells[j + 1 :])
        yield (*cells, (points - 1,))


@cache
def laws(n: int, shift: Fraction) -> list[list[Fraction]]:
    """P(Y = point | V = v) for every v."""
    return [
        [(1 + 2 * shift * s * sign) / (2 * n) for s in v for sign in (1, -1)]
        for v in product((-1, 1), repeat=n)
    ]


@cache
def share(weights: tuple[Fraction, ...], shift: Fraction) -> Fraction:
    """E_V (P(m|V) - p(m))^2/p(m) for the message with W(m|y) = weights[y]."""
    told = [
        sum(w * law for w, law in zip(weights, one, strict=True) if w)
        for one in laws(len(weights) // 2, shift)
    ]
    mean = sum(told) / len(told)
    return sum(n * (q - mean) ** 2 for q, n in Counter(told).items()) / mean / len(told)


@cache
def cell_share(points: tuple[int, ...], n: int, shift: Fraction) -> Fraction:
    """The same for a cell of a partition."""
    return share(tuple(Fraction(y in points) for y in range(2 * n)), shift)


def all_partitions() -> Iterator[tuple[int, Cells, Fraction]]:
    """d = 1, 2, 3 at delta = 1/8, 1/4, 1/2; d = 4 at 1/4."""
    for n in (1, 2, 3, 4):
        for shift in (Fraction(1, 4), Fraction(1, 8), HALF)[: 1 if n == 4 else 3]:
            yield from ((n, cells, shift) for cells in partitions(2 * n))


@cache
def against_bound(case: tuple[int, Cells, Fraction]) -> tuple[Fraction, Fraction]:
    """Mean chi-square over delta^2 and its bound, K the number of cells."""
    n, cells, shift = case
    found = sum(cell_share(one, n, shift) for one in cells)
    return found / shift**2, Fraction(2 * min(len(cells), 2 * n), n)


def equality_case(case: tuple[int, Cells, Fraction]) -> tuple[int, int]:
    """Whether the bound is attained, and whether no cell holds an antipodal pair; 1 + each."""
    found, bound = against_bound(case)
    _, cells, _ = case
    return 1 + (found == bound), 1 + all(len({y // 2 for y in one}) == len(one) for one in cells)


def channels() -> Iterator[tuple[Fraction, ...]]:
    """d = 2: chances of one of two messages, in thirds; both messages must occur."""
    thirds = product([Fraction(j, 3) for j in range(4)], repeat=4)
    return (weights for weights in thirds if 0 < sum(weights) < 4)


def channel_against_bound(weights: tuple[Fraction, ...]) -> tuple[Fraction, Fraction]:
    rest = tuple(1 - w for w in weights)
    found = share(weights, Fraction(1, 4)) + share(rest, Fraction(1, 4))
    return found * 16, Fraction(2 * 2, 2)


# --- the matrix of Acharya, Canonne and Tyagi, two messages, d = 2 -----------------------------
W = Matrix([[w1, 1 - w1], [w2, 1 - w2], [w3, 1 - w3], [w4, 1 - w4]])  # W[y, m]


def act(i: int, j: int) -> Expr:
    """H(W)_ij, from its definition."""
    return sum(
        (W[2 * i, m] - W[2 * i + 1, m]) * (W[2 * j, m] - W[2 * j + 1, m]) / sum(W[:, m])
        for m in range(2)
    )


def mean_chi_square() -> Expr:
    """E_V sum_m (P(m|V) - p(m))^2/p(m) for the same channel, over the four sign vectors."""
    total = 0
    for x, y in product((-1, 1), repeat=2):
        law = (
            Matrix([[1 + 2 * delta * x, 1 - 2 * delta * x, 1 + 2 * delta * y, 1 - 2 * delta * y]])
            / 4
        )
        uniform = Matrix([[1, 1, 1, 1]]) / 4
        shift, told = (law - uniform) * W, uniform * W
        total += sum(shift[m] ** 2 / told[m] for m in range(2)) / 4
    return total


def weighted(w1: float, w2: float, w3: float, w4: float) -> float:
    """The code's H(W), its entries with weights 1, 3, 9."""
    found = act_matrix([[w, 1 - w] for w in (w1, w2, w3, w4)])
    return float(found[0][0] + 3 * found[0][1] + 9 * found[1][1])


UNIT = {w: (Rational(1, 8), Rational(7, 8)) for w in (w1, w2, w3, w4)}

CLAIM = Claim(
    "chi_square_contraction",
    source="Acharya, Canonne and Tyagi 2018, arXiv:1812.11476 (contraction); constants, equality "
    "and bits here",
    latex=r"I(V;M)\le\mathbb E_V\chi^2=\frac{4\delta^2}{2d}\,\mathrm{Tr}\,H(W)"
    r"\le\frac{2\delta^2\min(2^r,2d)}d\ \text{ bits}",
    statement="For the sparse sign family on the whole cube, r bits carry at most "
    "2 delta^2 min(2^r, 2d)/d bits of V; the mean chi-square attains this exactly for partitions "
    "without antipodal pairs.",
    hypotheses=(
        "V uniform on {-1, 1}^d",
        "M depends on V through one Y, at most 2^r values",
        "0 <= delta <= 1/2",
    ),
    assumes=(),
)

STEPS = [
    Step.identity(
        "affine",
        (
            w1 * (1 + 2 * delta * v1)
            + w2 * (1 - 2 * delta * v1)
            + w3 * (1 + 2 * delta * v2)
            + w4 * (1 - 2 * delta * v2)
        )
        / 4,
        (w1 + w2 + w3 + w4) / 4 + delta / 2 * (v1 * D1 + v2 * D2),
        because="P(m|V) = p(m) + (delta/d) sum_i V_i D_i(m) (d = 2 here; every coordinate adds the same "
        "terms): affine in V, so Z_m = (delta/d) sum_i V_i D_i/p is odd in V.",
    ),
    Step.identity(
        "orthogonal",
        sum((x * D1 + y * D2) ** 2 for x, y in product((-1, 1), repeat=2)) / 4,
        w1**2 - 2 * w1 * w2 + w2**2 + w3**2 - 2 * w3 * w4 + w4**2,
        because="E V_i V_j = 0 for i != j, so E_V (sum_i V_i D_i)^2 = sum_i D_i^2, and E_V chi2 = "
        "(delta/d)^2 sum_m sum_i D_i^2/p. Of V only E V V^T = I is used here; a packing prior has another.",
    ),
    Step.identity(
        "trace_form",
        mean_chi_square(),
        4 * delta**2 / 4 * (act(0, 0) + act(1, 1)),
        because="(4 delta^2/k) Tr H(W), k = 2d, from the definitions of both sides: any channel with two "
        "messages, d = 2; messages add.",
    ),
    Step.polynomial(
        "square",
        w1 + w2 - D1**2,
        over={w1: (0, 1), w2: (0, 1)},
        sos=[(w1 * (1 - w1), 1), (w2 * (1 - w2), 1), (2 * w1 * w2, 1)],
        because="D_i^2 <= w+ + w-: the gap is w+ (1 - w+) + w- (1 - w-) + 2 w+ w-, three terms >= 0. It "
        "vanishes iff w+, w- are 0 or 1 and not both 1: no coin, no antipodal pair.",
    ),
    Step.identity(
        "messages",
        2 * delta**2 * 2 / d - (delta / d) ** 2 * ((2 * d * p - t1) / p + (2 * d * q - t2) / q),
        (delta / d) ** 2 * (t1 / p + t2 / q),
        because="Sum over i: sum_i D_i^2 = sum_y W(m|y) - t_m = 2 d p(m) - t_m with t_m >= 0, so every "
        "message adds at most 2 delta^2/d: E_V chi2 <= 2 delta^2 2^r/d. Two messages here, of "
        "probabilities p and q.",
    ),
    Step.polynomial(
        "square_of_sum",
        (t1 + s1 + t2 + s2) ** 2 - s1**2 - s2**2,
        sos=[
            (1, t1 + t2),
            (2 * t1 * s1, 1),
            (2 * t1 * s2, 1),
            (2 * t2 * s1, 1),
            (2 * t2 * s2, 1),
            (2 * s1 * s2, 1),
        ],
        because="With s_i = |D_i| and t_i = w+ + w- - |D_i| >= 0: sum_i D_i^2 <= (sum_y W(m|y))^2 = "
        "(2 d p(m))^2 as well.",
    ),
    Step.identity(
        "all_messages",
        2 * delta**2 * (2 * d) / d
        - (delta / d) ** 2
        * ((4 * d**2 * p**2 - t1) / p + (4 * d**2 * (1 - p) ** 2 - t2) / (1 - p)),
        (delta / d) ** 2 * (t1 / p + t2 / (1 - p)),
        because="Now sum_i D_i^2 = (2 d p(m))^2 - t_m, t_m >= 0, and the p(m) add up to 1: E_V chi2 <= "
        "4 delta^2, however many messages. Both together: E_V chi2 <= 2 delta^2 min(2^r, 2d)/d.",
    ),
    Step.lemma(
        "symmetric_sandwich",
        "chi2/(2 ln 2) <= I(V; M) <= chi2 in bits, for V symmetric and Z odd in V",
        claim="chi_square_divergence",
        because="The theorem: I(V; M) <= E_V chi2 <= 2 delta^2 min(2^r, 2d)/d bits.",
    ),
    Step.enumerate(
        "all_partitions",
        all_partitions,
        against_bound,
        size=4800,
        relation="<=",
        because="E_V chi2 from its definition, over all sign vectors, for every partition of the 2d points: "
        "d = 1, 2, 3 at three delta, d = 4 at delta = 1/4, K the number of cells.",
    ),
    Step.enumerate(
        "equality_case",
        all_partitions,
        equality_case,
        size=4800,
        because="And the bound is attained exactly by the partitions without an antipodal pair in a cell "
        "(1 is added to both truth values).",
    ),
    Step.enumerate(
        "channels",
        channels,
        channel_against_bound,
        size=254,
        relation="<=",
        because="Channels with coins do not exceed it: one bit, d = 2, all chances in thirds.",
    ),
    Step.inequality(
        "whole_sign",
        4 * delta**2
        - (
            1
            + (Rational(1, 2) + delta) * log(Rational(1, 2) + delta) / log(2)
            + (Rational(1, 2) - delta) * log(Rational(1, 2) - delta) / log(2)
        ),
        over={delta: (0, Rational(15, 32))},
        zero=Zero(at={delta: 0}, order=2, leading=4 - 2 / log(2)),
        because="d = r = 1: the message is the sign, I = 1 - h(1/2 + delta) <= 4 delta^2, the theorem there.",
    ),
    Step.enumerate(
        "simplest_repair",
        product(range(1, 10), range(1, 40)),
        lambda case: (2 * min(2 ** case[0], 2 * case[1]), 4 * min(2 ** case[0], case[1])),
        size=351,
        relation="<=",
        because="In particular I <= 4 delta^2 min(2^r, d)/d (here times d/delta^2; case = (r, d)).",
    ),
    Step.enumerate(
        "four_is_best",
        [Fraction(1, 8), Fraction(1, 4), HALF],
        lambda shift: (
            sum(cell_share((y,), 1, shift) for y in range(2)),
            4 * shift**2 * min(2, 1),
        ),
        size=3,
        because="d = r = 1: E_V chi2 is this number, and at delta = 1/2, where |Z| = 1, so is I = 1 bit "
        "(chi_square_divergence, noiseless_sign). So 4 cannot be lowered.",
    ),
    Step.code(
        "implementation",
        2 * delta**2 * Min(2**r, 2 * d) / d,
        lambda d, r, delta: sparse_sign_information(d, r, delta).value,
        at={d: (1, 40), r: (1, 9), delta: (Rational(1, 64), Rational(1, 2))},
    ),
    Step.code(
        "matrix_code",
        act(0, 0) + 3 * act(0, 1) + 9 * act(1, 1),
        weighted,
        at=UNIT,
        because="H(W) entry by entry, with weights 1, 3, 9.",
    ),
]
