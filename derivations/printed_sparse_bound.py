"""One message of the sparse-sign oracle: the printed bound on its information, and the one that holds.

Setting. V uniform on a set of sign vectors in {-1, 1}^d, Y = +-e_i with probability
(1 +- 2 delta V_i)/(2 d), a message of r bits. Mayekar and Tyagi 2020, section 6, use

    I(V; Q(Y)) <= delta^2 min(2^r, d)/d,    V uniform on the maximal d/4-packing.

At d = 4 that packing is the whole cube: distance 1 is no condition. One bit is enough, M the sign of
the entry that is not 0: with S = V_1 + ... + V_d,

    P(M = + | V) = 1/2 + delta S/d,    I(V; M) = E[1 - h(1/2 + delta S/d)],

0.0464 bits at delta = 1/4 where 0.03125 is printed, and more than printed in nats too. What holds on
the cube is 2 delta^2 min(2^r, 2 d)/d bits, so the printed shape holds with 4 delta^2; 4 cannot be
less. Orders of growth, and with them the theorems of the paper, do not change.
"""

from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from math import comb

from sympy import Expr, Min, Rational, log, symbols

from infobound.checking import Claim, Step, Zero

delta, z = symbols("delta z", real=True)
d, r = symbols("d r", integer=True, positive=True)
v, w, x = symbols("v w x", real=True)

PRINTED = delta**2 * Min(2**r, d) / d
CORRECTED = 2 * delta**2 * Min(2**r, 2 * d) / d
Word = tuple[int, ...]


# --- the largest d/4-packings of d = 4, 8, 16 --------------------------------------------------
def cube(n: int) -> Iterator[Word]:
    return product((-1, 1), repeat=n)


def even(n: int) -> Iterator[Word]:
    """Words with an even number of -1; distance 2."""
    return (word for word in cube(n) if word.count(-1) % 2 == 0)


def extended_hamming() -> Iterator[Word]:
    """Even words of length 16 whose places of -1, 0 to 15, have exclusive or 0; distance 4."""
    for word in even(16):
        syndrome = 0
        for i, sign in enumerate(word):
            syndrome ^= i * (sign < 0)
        if syndrome == 0:
            yield word


PACKINGS = {4: cube(4), 8: even(8), 16: extended_hamming()}
WORDS = {n: tuple(words) for n, words in PACKINGS.items()}
SUMS = {  # how many words have which sum of signs
    4: {4: 1, 2: 4, 0: 6, -2: 4, -4: 1},
    8: {8 - 4 * j: comb(8, 2 * j) for j in range(5)},
    16: {16: 1, 8: 140, 4: 448, 0: 870, -4: 448, -8: 140, -16: 1},
}


def counted(case: tuple[int, int]) -> tuple[int, int]:
    """Words of one sum: counted, and as stated."""
    n, total = case
    return sum(sum(word) == total for word in WORDS[n]), SUMS[n].get(total, 0)


def distances(n: int) -> Iterator[tuple[int, Word]]:
    """Packings closed under products of words: distances from the word of ones are all."""
    ones = (1,) * n
    return ((n, word) for word in WORDS[n] if word != ones)


# --- the message -------------------------------------------------------------------------------
def plus(word: Word, shift: Fraction) -> Fraction:
    """P(M = + | word), summed over the points +e_i of the oracle's law."""
    return sum(((1 + 2 * shift * sign) / (2 * len(word)) for sign in word), Fraction(0))


def nats(words: tuple[Word, ...], shift: Fraction) -> Expr:
    """I(V; M) from joint law and marginals, with exact rationals in the logarithms."""
    laws = [(plus(word, shift), 1 - plus(word, shift)) for word in words]
    means = [sum(law[m] for law in laws) / len(laws) for m in (0, 1)]
    joint = [(law[m] / len(laws), law[m] / means[m]) for law in laws for m in (0, 1) if law[m]]
    return sum((Rational(p) * log(Rational(ratio)) for p, ratio in joint), Rational(0))


def gap(t: Expr) -> Expr:
    """1 - h((1 + t)/2) in nats."""
    return ((1 + t) * log(1 + t) + (1 - t) * log(1 - t)) / 2


def curve(n: int) -> Expr:
    """E[1 - h(1/2 + delta S/n)] in nats; sums and their negatives are equally frequent."""
    terms = (2 * many * gap(2 * delta * s / n) for s, many in SUMS[n].items() if s > 0)
    return sum(terms, Rational(0)) / len(WORDS[n])


def moments(case: int) -> tuple[Fraction, Fraction]:
    """E S^2 on a packing, and d."""
    return Fraction(sum(sum(word) ** 2 for word in WORDS[case]), len(WORDS[case])), Fraction(case)


def shapes() -> Iterator[tuple[int, int]]:
    return product(range(1, 41), range(1, 9))


AT = {d: 4, r: 1, delta: Rational(1, 4)}
QUARTER = nats(WORDS[4], Fraction(1, 4))

CLAIM = Claim(
    "printed_sparse_bound",
    source="Mayekar and Tyagi 2020, arXiv:2001.09032, section 6, bound used for Theorem 6.1; "
    "corrected here",
    latex=r"I(V;Q(Y))\le 2\,\delta^2\,\frac{\min(2^r,2d)}{d}\le 4\,\delta^2\,\frac{\min(2^r,d)}{d}"
    r"\ \text{bits}",
    statement="A message of r bits carries at most 2 delta^2 min(2^r, 2d)/d bits about signs that are "
    "uniform on the cube. Printed without a constant, delta^2 min(2^r, d)/d, which one bit exceeds at "
    "d = 4; the constant 4 in that shape is the least. The orders in the paper do not change.",
    hypotheses=("0 <= delta <= 1/2", "V uniform on {-1, 1}^d"),
    expected="corrected",
    assumes=(),
)

STEPS = [
    Step.enumerate(
        "distances",
        [case for n in (8, 16) for case in distances(n)],
        lambda case: (max(2, case[0] // 4), case[1].count(-1)),
        size=127 + 2047,
        relation="<=",
        because="d/4-packings in the paper's sense: for d = 4 distance 1, every word of the cube. For d = 8 "
        "even words, distance 2, and no packing has more than 2^7 (drop a place: still different). For "
        "d = 16 the extended Hamming code, distance 4, and none has more than 2^11 (drop a place: "
        "distance 3, balls of 16 words in 2^15). Both are groups under products of words.",
    ),
    Step.enumerate(
        "sums",
        [(n, total) for n in (4, 8, 16) for total in range(-n, n + 1, 2)],
        counted,
        size=31,
        because="Frequencies of S, word by word.",
    ),
    Step.enumerate(
        "second_moment",
        (4, 8, 16),
        moments,
        size=3,
        because="E S^2 = d on all three, as on every cube: places are uncorrelated.",
    ),
    Step.identity(
        "message",
        sum(((1 + 2 * delta * sign) / (2 * 3) for sign in (v, w, x)), Rational(0)),
        Rational(1, 2) + delta * (v + w + x) / 3,
        because="P(M = + | V) adds the probabilities of the points +e_i: 1/2 + delta S/d (shown for d = 3).",
    ),
    Step.identity(
        "one_bit",
        (1 + z) / 2 * log((1 + z) / 2 / Rational(1, 2))
        + (1 - z) / 2 * log((1 - z) / 2 / Rational(1, 2)),
        gap(z),
        when={z: (0, 1)},
        because="-V is as likely as V, so M is a fair bit; I(V; M) is the mean divergence of its law given V "
        "from a fair bit, with z = 2 delta S/d.",
    ),
    Step.identity(
        "end_to_end",
        [QUARTER, nats(WORDS[8], Fraction(1, 3)), nats(WORDS[4], Fraction(1, 8))],
        [
            curve(4).subs(delta, Rational(1, 4)),
            curve(8).subs(delta, Rational(1, 3)),
            curve(4).subs(delta, Rational(1, 8)),
        ],
        because="The same from the joint law of words and messages, point by point.",
    ),
    Step.refute(
        "printed_in_bits",
        witness=AT,
        left=QUARTER / log(2),
        right=PRINTED,
        relation="<=",
        because="d = 4, r = 1, delta = 1/4: 0.046373 bits, 0.03125 printed.",
    ),
    Step.refute(
        "printed_in_nats",
        witness=AT,
        left=QUARTER,
        right=PRINTED,
        relation="<=",
        because="Nor is it a bound in nats: 0.032143 nats.",
    ),
    *(
        Step.inequality(
            f"more_than_printed_in_bits_{n}",
            curve(n) / log(2) - 2 * delta**2 / n,
            over={delta: (0, Rational(49, 100))},
            zero=Zero(at={delta: 0}, order=2, leading=(1 / log(2) - 1) * 2 / n),
            because=f"d = {n}, the largest packing, r = 1: more than printed at every delta, as far as 0.49. "
            "The ratio starts at 1/ln 2 = 1.4427.",
        )
        for n in (4, 8, 16)
    ),
    Step.inequality(
        "more_than_printed_in_nats",
        curve(4) - delta**2 / 2,
        over={delta: (0, Rational(49, 100))},
        zero=Zero(at={delta: 0}, order=4, leading=Rational(5, 24)),
        because="d = 4 in nats: at every delta too, but the ratio starts at 1.",
    ),
    Step.lemma(
        "sandwich",
        "E chi^2/(2 ln 2) <= I <= E chi^2 in bits, where the likelihood ratios of cells are symmetric "
        "about 1",
        claim="chi_square_divergence",
        because="E chi^2 = 4 delta^2 E S^2/d^2 = 4 delta^2/d for the sign, so I >= 2 delta^2/(d ln 2) bits, above "
        "the printed 2 delta^2/d in every d >= 2: this is no accident of d = 4.",
    ),
    Step.lemma(
        "corrected",
        "I(V; M) <= E chi^2 <= 2 delta^2 min(2^r, 2d)/d bits on the cube",
        claim="chi_square_contraction",
    ),
    Step.enumerate(
        "printed_shape",
        shapes,
        lambda case: (2 * min(2 ** case[1], 2 * case[0]), 4 * min(2 ** case[1], case[0])),
        size=320,
        relation="<=",
        because="min(2^r, 2d) <= 2 min(2^r, d): the printed shape holds with 4 delta^2.",
    ),
    Step.identity(
        "four_is_least",
        nats(tuple(cube(1)), Fraction(1, 2)) / log(2),
        4 * PRINTED.subs({delta: Rational(1, 2), r: 1, d: 1}),
        because="d = 1, delta = 1/2: Y is V, and one bit carries 1 bit; printed is 1/4.",
    ),
    Step.identity(
        "same_order",
        [CORRECTED.subs({d: 16, r: j}) / PRINTED.subs({d: 16, r: j}) for j in (1, 4, 5, 9)],
        [2, 2, 4, 4],
        because="Factor 2 while 2^r <= d and 4 once 2^r >= 2d: what is proved from it changes by constants.",
    ),
]
