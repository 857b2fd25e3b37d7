"""280 sign vectors of length 16 at distance 4: one bit knows nearly three times what the cube allows.

Setting. Sparse signs: Y = +-e_i with probability (1 +- 2 delta V_i)/(2 d), d = 16; M is the sign of the
entry that is not 0, one bit. V is uniform on the 140 words of the extended Hamming code with four minus
signs and their 140 negatives: any two at distance 4 = d/4, and 280 > 2^((1 - h(1/4)) d) = 8.1, the size that a
packing is known to have. Every word has |V_1 + ... + V_16| = 8, so P(M = + | V) = (1 +- delta)/2 and

    I(V; M) = 1 - h((1 - delta)/2) >= delta^2/(2 ln 2) bits,

7.2136e-5 at delta = 1/100. Printed is delta^2 min(2^r, d)/d = 1.25e-5 (Mayekar and Tyagi 2020, section 6),
and the cube has 2 delta^2 min(2^r, 2 d)/d = 2.5e-5. What counts is the largest eigenvalue of
E V V^T: 1 on the cube, 4 here. Any packing of size 2^(c d) will not do as a prior; the cube will.
"""

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations

from sympy import Expr, Rational, log, symbols

from infobound.checking import Claim, Step, Zero

delta = symbols("delta", real=True)

D = 16
BOUND = 2 * delta**2 * Rational(2, D)  # bits, r = 1, for V uniform on the cube
# Four of the places 0 to 15 with exclusive or 0: the words of weight 4 of the extended Hamming code.
MINUS = tuple(
    frozenset(four)
    for four in combinations(range(D), 4)
    if not four[0] ^ four[1] ^ four[2] ^ four[3]
)
PLACES = MINUS + tuple(frozenset(range(D)) - four for four in MINUS)
WORDS = tuple(tuple(-1 if i in minus else 1 for i in range(D)) for minus in PLACES)


def apart(pair: tuple[frozenset[int], frozenset[int]]) -> tuple[int, int]:
    """d/4, and the distance."""
    return D // 4, len(pair[0] ^ pair[1])


def correlation(places: tuple[int, int]) -> tuple[Fraction, Fraction]:
    i, j = places
    return Fraction(sum(word[i] * word[j] for word in WORDS), len(WORDS)), Fraction(1, 5)


def plus(word: tuple[int, ...], shift: Fraction) -> Fraction:
    """P(M = + | word), summed over the points +e_i of the oracle's law."""
    return sum(((1 + 2 * shift * sign) / (2 * D) for sign in word), Fraction(0))


def laws() -> Iterator[tuple[tuple[int, ...], Fraction]]:
    return ((word, Fraction(1, n)) for word in WORDS for n in (2, 100))


def information(shift: Fraction) -> Expr:
    """I(V; M) in bits from the joint law, with exact rationals in the logarithms."""
    share = [(p, 1 - p) for p in (plus(word, shift) for word in WORDS)]
    total = [sum(law[m] for law in share) / len(WORDS) for m in (0, 1)]
    terms = (
        Rational(law[m] / len(WORDS)) * log(Rational(law[m] / total[m]))
        for law in share
        for m in (0, 1)
    )
    return sum(terms, Rational(0)) / log(2)


CURVE = ((1 + delta) * log(1 + delta) + (1 - delta) * log(1 - delta)) / (2 * log(2))
HUNDREDTH = information(Fraction(1, 100))

CLAIM = Claim(
    "packing_prior_280",
    source="Mayekar and Tyagi 2020, arXiv:2001.09032, section 6, prior on a d/4-packing; "
    "counterexample and repair derived here",
    latex=r"I(V;Q(Y))\le 2\,\delta^2\,\frac{\min(2^r,2d)}{d}\ \text{needs}\ V\ \text{uniform on}\ \{-1,1\}^d",
    statement="A d/4-packing may have more words than 2^((1 - h(1/4)) d) and still give a one-bit message far "
    "more information than the cube can: 280 words of length 16, 2.9 times the bound. The theorems of "
    "the paper stand, by Fano's inequality with a distance on the cube.",
    hypotheses=("sparse signs, d = 16, r = 1",),
    expected="corrected",
    assumes=(),
)

STEPS = [
    Step.enumerate(
        "size",
        (len(MINUS), len(set(WORDS)) // 2),
        lambda many: (many, 140),
        size=2,
        because="140 words with four minus signs; with their negatives 280, all different.",
    ),
    Step.enumerate(
        "packing",
        lambda: combinations(PLACES, 2),
        apart,
        size=39060,
        relation="<=",
        because="Any two of the 280 words are at distance d/4 = 4 at least.",
    ),
    Step.enumerate(
        "correlations",
        tuple(combinations(range(D), 2)),
        correlation,
        size=120,
        because="E V_i V_j = 1/5 for i != j, where the cube has 0.",
    ),
    Step.identity(
        "eigenvalues",
        [1 + (D - 1) * Rational(1, 5), 1 - Rational(1, 5), D * (1 + (D - 1) * Rational(1, 5))],
        [4, Rational(4, 5), 8**2],
        because="E V V^T has eigenvalue 4 at (1, ..., 1) and 4/5 across; E S^2 = 64 = 4 d.",
    ),
    Step.enumerate(
        "message",
        laws,
        lambda case: (
            abs(plus(*case) - Fraction(1, 2)),
            case[1] / 2,
        ),
        size=560,
        because="P(M = + | V) = (1 +- delta)/2 for every word, from the oracle's law.",
    ),
    Step.identity(
        "end_to_end",
        [HUNDREDTH, information(Fraction(1, 2))],
        [CURVE.subs(delta, Rational(1, 100)), CURVE.subs(delta, Rational(1, 2))],
        because="I(V; M) = 1 - h((1 - delta)/2), as from the joint law of words and messages.",
    ),
    Step.refute(
        "printed_bound",
        witness={delta: Rational(1, 100)},
        left=HUNDREDTH,
        right=BOUND / 2,
        relation="<=",
        because="delta = 1/100: 7.2136e-5 bits, printed 1.25e-5.",
    ),
    Step.refute(
        "cube_bound",
        witness={delta: Rational(1, 100)},
        left=HUNDREDTH,
        right=BOUND,
        relation="<=",
        because="2 delta^2 min(2^r, 2d)/d = 2.5e-5, which holds on the cube.",
    ),
    Step.inequality(
        "at_every_delta",
        CURVE - delta**2 / (2 * log(2)),
        over={delta: (0, Rational(1, 2))},
        zero=Zero(at={delta: 0}, order=4, leading=1 / (12 * log(2))),
        because="At every delta in (0, 1/2] more than 2/ln 2 = 2.885 times the bound delta^2/4 of the cube.",
    ),
    Step.lemma(
        "on_the_cube",
        "I(V; M) <= 2 delta^2 min(2^r, 2d)/d bits for V uniform on the cube",
        claim="chi_square_contraction",
    ),
    Step.lemma(
        "repair",
        "P(d_H(V', V) >= t) >= 1 - (I(V; M^T) + 1)/(d - log2 N), N words in a ball of radius below t",
        claim="distance_fano",
        because="With t = d/4 this takes the place of Fano's inequality over a packing.",
    ),
]
