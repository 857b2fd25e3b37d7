"""44 sign vectors of length 7, to which none can be added: what holds on the cube fails on them.

Setting. Sparse signs: Y = +-e_i with probability (1 +- 2 delta V_i)/(2 d), d = 7; M is the sign of the
entry that is not 0, one bit. On the cube I(V; M) <= 2 delta^2 min(2^r, 2 d)/d = 4 delta^2/7 bits
(claim chi_square_contraction). Now let V be uniform on the words with 0, 2, 5 or 7 minus signs:
1 + 21 + 21 + 1 words, any two at distance 2 >= d/4, and every other word at distance 1 from one of
them. So they are a maximal d/4-packing in the sense that none can be added. Their signs agree more often than
independent signs do, E(V_1 + ... + V_7)^2 = 119/11 where the cube has 7, and the bit knows more:

    I(V; M) >= (1/(2 ln 2)) 4 delta^2 (119/11)/49 = 1.1147 (4 delta^2/7) bits for every delta > 0.

Section 6 of Mayekar and Tyagi 2020 takes V from a maximal packing and bounds I as on the cube. The
theorems stand: take V from the cube, and let the estimate be wrong in d/4 places (claim distance_fano)
instead of any. No constant is lost: 2^d over the words in a ball of radius d/4 is also the size that a
packing is known to have.
"""

from fractions import Fraction
from itertools import combinations, product

from sympy import Expr, Rational, log, symbols

from infobound.checking import Claim, Step, Zero

delta, z = symbols("delta z", real=True)

D = 7
CUBE = tuple(product((-1, 1), repeat=D))
WORDS = tuple(word for word in CUBE if word.count(-1) in (0, 2, 5, 7))
BOUND = 2 * delta**2 * Rational(2, D)  # bits, r = 1, for V uniform on the cube
Word = tuple[int, ...]


def apart(pair: tuple[Word, Word]) -> tuple[Fraction, int]:
    """d/4, and the distance."""
    return Fraction(D, 4), sum(one != two for one, two in zip(*pair, strict=True))


def near(word: Word) -> tuple[int, int]:
    """1, and how many words of the packing are nearer than d/4: itself, or what forbids it."""
    return 1, sum(apart((word, other))[1] < Fraction(D, 4) for other in WORDS)


def correlation(places: tuple[int, int]) -> tuple[Fraction, Fraction]:
    i, j = places
    return Fraction(sum(word[i] * word[j] for word in WORDS), len(WORDS)), Fraction(1, 11)


def plus(word: Word, shift: Fraction) -> Fraction:
    """P(M = + | word), summed over the points +e_i of the oracle's law."""
    return sum(((1 + 2 * shift * sign) / (2 * D) for sign in word), Fraction(0))


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


def gap(t: Expr) -> Expr:
    """1 - h((1 + t)/2) in bits."""
    return ((1 + t) * log(1 + t) + (1 - t) * log(1 - t)) / (2 * log(2))


CURVE = (2 * gap(2 * delta) + 42 * gap(6 * delta / 7)) / 44  # S = +-7 twice, +-3 otherwise
CHI_SQUARE = 4 * delta**2 * Rational(119, 11) / 49

CLAIM = Claim(
    "packing_prior_44",
    source="Mayekar and Tyagi 2020, arXiv:2001.09032, section 6, prior on the maximal d/4-packing; "
    "counterexample and repair derived here",
    latex=r"I(V;Q(Y))\le 2\,\delta^2\,\frac{\min(2^r,2d)}{d}\ \text{needs}\ V\ \text{uniform on}\ \{-1,1\}^d",
    statement="Bounds on the information of a message that hold for signs uniform on the cube do not hold "
    "for signs uniform on every maximal d/4-packing: 44 words of length 7 exceed them. The theorems "
    "of the paper stand, by Fano's inequality with a distance on the cube.",
    hypotheses=("sparse signs, d = 7, r = 1", "maximal: no word can be added"),
    expected="corrected",
    assumes=(),
)

STEPS = [
    Step.enumerate(
        "packing",
        tuple(combinations(WORDS, 2)),
        apart,
        size=946,
        relation="<=",
        slack=Rational(1, 4),
        because="Any two of the 44 words are at distance d/4 = 7/4 at least: at distance 2.",
    ),
    Step.enumerate(
        "maximal",
        CUBE,
        near,
        size=128,
        relation="<=",
        because="Every one of the 128 words has a word of the packing nearer than d/4: none can be added. (It "
        "is not the largest packing; the 64 even words are.)",
    ),
    Step.enumerate(
        "symmetric",
        WORDS,
        lambda word: (sum(tuple(-sign for sign in word) == other for other in WORDS), 1),
        size=44,
        because="-V is as likely as V, so M is a fair bit.",
    ),
    Step.enumerate(
        "correlations",
        tuple(combinations(range(D), 2)),
        correlation,
        size=21,
        because="E V_i V_j = 1/11 for i != j, where the cube has 0.",
    ),
    Step.identity(
        "second_moment",
        [D + D * (D - 1) * Rational(1, 11), (2 * 7**2 + 42 * 3**2) / Rational(44)],
        [Rational(119, 11), Rational(119, 11)],
        because="E S^2 from the correlations and from the values: |S| = 7 for 2 words, 3 for 42.",
    ),
    Step.identity(
        "end_to_end",
        [information(Fraction(1, 4)), information(Fraction(1, 10))],
        [CURVE.subs(delta, Rational(1, 4)), CURVE.subs(delta, Rational(1, 10))],
        because="M given V is a bit with P(+) = 1/2 + delta S/7, so I is the mean of 1 - h(1/2 + delta S/7): "
        "the same from the joint law of words and messages.",
    ),
    Step.refute(
        "cube_bound",
        witness={delta: Rational(1, 4)},
        left=information(Fraction(1, 4)),
        right=BOUND,
        relation="<=",
        because="delta = 1/4: 0.0404 bits, where 2 delta^2 min(2^r, 2d)/d = 0.0357.",
    ),
    Step.refute(
        "printed_bound",
        witness={delta: Rational(1, 4)},
        left=information(Fraction(1, 4)),
        right=BOUND / 2,
        relation="<=",
        because="All the more delta^2 min(2^r, d)/d as printed, 0.0179.",
    ),
    Step.identity(
        "chi_square",
        CHI_SQUARE,
        BOUND * Rational(17, 11),
        because="E chi^2 = 4 delta^2 E S^2/d^2 is 1.545 times the bound, so the contraction fails first.",
    ),
    Step.inequality(
        "at_every_delta",
        CURVE - CHI_SQUARE / (2 * log(2)),
        over={delta: (0, Rational(49, 100))},
        zero=Zero(at={delta: 0}, order=4, leading=1172 / (11319 * log(2))),
        because="I >= E chi^2/(2 ln 2) at every delta, to leading order with equality.",
    ),
    Step.inequality(
        "exceeds",
        CURVE - BOUND,
        over={delta: (0, Rational(49, 100))},
        zero=Zero(at={delta: 0}, order=2, leading=Rational(4, 7) * (17 / (22 * log(2)) - 1)),
        because="17/(22 ln 2) = 1.1147 > 1: the bound of the cube is exceeded at every delta.",
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
        because="With t = d/4 this takes the place of Fano's inequality over the packing; V stays uniform on "
        "the cube, and d - log2 N >= (1 - h(1/4)) d.",
    ),
]
