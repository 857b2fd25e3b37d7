"""Distance-based Fano: what a message does not tell, a guess gets wrong in many places.

Setting. V uniform on {-1, 1}^d, M a message with I = I(V; M) bits about V, g a guess made from M, t >= 1
a whole number, e = P(d_H(g, V) >= t), N = sum_{i < t} C(d, i) the number of words nearer than t to a word.
Then (Duchi and Wainwright 2013, arXiv:1311.2669)

    e >= 1 - (I + 1)/(d - log2 N).

The proof is that of `fano` with another law to compare: 1 - e spread evenly over the words nearer than t
to the guess, e over the others. At t = 1 it is Fano's inequality. V is uniform on the whole cube: no
packing is chosen, so what is known about I for independent signs may be used.
"""

from fractions import Fraction
from itertools import product

from sympy import log, sqrt, symbols

from infobound.bounds.fano import best_gap_value, distance_fano_error
from infobound.checking import Claim, Step

N, L, h, I, C, d = symbols("N L h I C d", positive=True)
e, p1, p2, p3 = symbols("e p1:4", positive=True)
A, a, b, gap, best = symbols("A a b delta s", positive=True)

Word = tuple[int, ...]
REPETITION = {n: [(0,) * n, (1,) * n] for n in (3, 5)}
HAMMING = [
    word
    for word in product((0, 1), repeat=7)
    if not any(sum(word[i - 1] for i in range(1, 8) if i >> k & 1) % 2 for k in range(3))
]
PERFECT = [
    (REPETITION[3], 2),
    (REPETITION[5], 3),
    (HAMMING, 2),
]  # balls of radius < t fill the cube


def apart(one: Word, other: Word) -> int:
    return sum(x != y for x, y in zip(one, other, strict=True))


def ball(case: tuple[Word, int]) -> tuple[int, int]:
    """Words nearer than t to a word, counted, and the sum of binomial coefficients."""
    centre, t = case
    n, total, term = len(centre), 0, 1
    for i in range(t):
        total, term = total + term, term * (n - i) // (i + 1)
    return sum(apart(word, centre) < t for word in product((0, 1), repeat=n)), total


def decoded(case: tuple[list[Word], int, Fraction]) -> tuple[Fraction, Fraction]:
    """The bound, and e, for M = the nearest codeword with probability 1 - lost, else nothing."""
    code, t, lost = case
    n = len(code[0])
    words = list(product((0, 1), repeat=n))
    near = Fraction(sum(apart(word, code[0]) < t for word in words), len(words))
    told = sum(min(apart(word, one) for one in code) < t for word in words)
    k = len(code).bit_length() - 1  # I = k (1 - lost), and log2 of 1/near too
    assert near == Fraction(1, 2**k)
    error = (1 - lost) * (1 - Fraction(told, len(words))) + lost * (1 - near)
    return 1 - ((1 - lost) * k + 1) / Fraction(k), error


def raw_signs(j: int) -> tuple[Fraction, Fraction]:
    """The bound, and e, for M = the first j of 7 signs and t = 2: N = 8."""
    near = Fraction(sum(apart(word, (0,) * 7) < 2 for word in product((0, 1), repeat=7)
                        if not any(word[:j])), 2 ** (7 - j))  # fmt: skip
    return 1 - Fraction(j + 1, 4), 1 - near


CLAIM = Claim(
    "distance_fano",
    source="Duchi and Wainwright 2013, arXiv:1311.2669; proof here",
    latex=r"P(d_H(\hat V,V)\ge t)\ge 1-\frac{I(V;M)+1}{d-\log_2\sum_{i<t}\binom di}",
    statement="A guess of d independent fair signs, made from a message with I bits about them, is wrong "
    "in t places or more with probability at least 1 - (I + 1)/(d - log2 of the number of nearer words).",
    hypotheses=("V uniform on {-1, 1}^d", "V - M - guess is a Markov chain"),
    assumes=(),
)

STEPS = [
    Step.lemma(
        "gibbs",
        "-sum p ln p <= -sum p ln q for any two laws, and h(e) <= 1 bit",
        claim="fano",
    ),
    Step.enumerate(
        "ball",
        [
            (centre, t)
            for n in (1, 2, 3, 4, 5)
            for centre in ((0,) * n, (1, 0, 1, 1, 0)[:n])
            for t in range(1, n + 1)
        ],
        ball,
        size=30,
        because="The number of words nearer than t does not depend on the guess.",
    ),
    Step.identity(
        "two_logarithms",
        -(p1 * log((1 - e) / 2) + p2 * log((1 - e) / 2) + (p3 + (1 - p1 - p2 - p3)) * log(e / 2)),
        -(p1 + p2) * log((1 - e) / 2) - (1 - p1 - p2) * log(e / 2),
        when={e: (0, 1)},
        because="Posterior (p1, ...) against the compared law, two words near and two far (2^d = 4): only "
        "the probability p1 + p2 of the near words enters. Its mean over M is 1 - e.",
    ),
    Step.identity(
        "mean_over_messages",
        -(1 - e) * log((1 - e) / N) - e * log(e / (C - N)),
        (-e * log(e) - (1 - e) * log(1 - e)) + (1 - e) * log(N) + e * log(C - N),
        when={e: (0, 1), N: (1, 8), C: (9, 16)},
        because="C = 2^d: H(V | M) <= h(e) + (1 - e) log N + e log(2^d - N).",
    ),
    Step.identity(
        "theorem",
        e - (1 - (I + 1) / (d - L)),
        ((1 - h) + e * (d - b) + (h + (1 - e) * L + e * b - (d - I))) / (d - L),
        when={d: (5, 9), L: (1, 4)},
        because="L = log2 N < d, b = log2(2^d - N) <= d, h = h(e) <= 1, and H(V | M) = d - I as V is "
        "uniform: the three terms are >= 0.",
    ),
    Step.enumerate(
        "perfect_codes",
        [(code, t, Fraction(j, 8)) for code, t in PERFECT for j in range(9)],
        decoded,
        size=27,
        relation="<=",
        slack=Fraction(1, 4) - Fraction(1, 16),
        because="M = the codeword nearest to V (repetition 3 and 5, Hamming 7) or nothing: log2 N is "
        "whole there, and so is everything else. Least slack: Hamming code, nothing told.",
    ),
    Step.enumerate(
        "raw_signs",
        range(8),
        raw_signs,
        size=8,
        relation="<=",
        slack=Fraction(3, 16),
        because="M = the first j of 7 signs, t = 2; the guess repeats them.",
    ),
    Step.code(
        "implementation",
        1 - (I + 1) / (d - log(1 + d) / log(2)),
        lambda I, d: distance_fano_error(information=I, dimension=d, distance=2).value,
        at=[{I: 0, d: 2}, {I: 1, d: 7}, {I: Fraction(5, 2), d: 12}, {I: 7, d: 4096}],
    ),
    Step.code(
        "implementation_of_the_ball",
        1 - (I + 1) / (d - log(1 + d + d * (d - 1) / 2) / log(2)),
        lambda I, d: distance_fano_error(information=I, dimension=d, distance=d / 4).value,
        at=[{I: 0, d: 9}, {I: 1, d: 10}, {I: Fraction(5, 2), d: 12}],
        because="t = d/4 counts as its ceiling, 3 for 8 < d <= 12.",
    ),
    Step.identity(
        "best_gap",
        2 / (3 * sqrt(3)) * a * sqrt(A) ** 3 / sqrt(b) - a * gap * (A - b * gap**2),
        (a * b * (gap - best) ** 2 * (gap + 2 * best)).subs(best, sqrt(A / (3 * b))),
        because="An excess a delta with probability A - b delta^2 is a delta (A - b delta^2) on average: "
        "at most (2/(3 sqrt3)) a A^(3/2) b^(-1/2), at delta = sqrt(A/(3 b)), as the right side is >= 0.",
    ),
    Step.code(
        "best_gap_code",
        2 / (3 * sqrt(3)) * a * sqrt(A) ** 3 / sqrt(b),
        lambda a, A, b: best_gap_value(slope=a, offset=A, curvature=b),
        at={a: (1, 9), A: (Fraction(1, 8), 1), b: (2, 90)},
    ),
]
