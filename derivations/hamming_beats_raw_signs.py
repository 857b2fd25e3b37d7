"""Eleven bits about fifteen noisy signs: a Hamming code knows more than eleven of the signs.

Setting. V uniform on {-1, 1}^d, Y_i = V_i with probability 1/2 + delta, independent over i (Bernoulli
products). Sending r of the d signs of Y gives r (1 - h(1/2 - delta)) bits about V: for one bit nothing
better is known (a conjecture of Courtade and Kumar 2014, arXiv:1302.2512), and for all r and d <= 3 it is
best. It is not best for every r. Take d = 15, r = 11 and send the word of the Hamming code next to Y.
Words of length 15 are at distance 0 or 1 from exactly one codeword, so a cell is a ball of 16 words, all
cells are translates of one, and with g(w) = P(Y in the ball about 0 | V has weight w),

    I(V; M) = 11 + 2^(-4) sum_w C(15, w) g(w) log2 g(w),

0.333113 bits at delta = 1/10 where eleven signs have 0.319543. As delta -> 0, I ~ (2/ln 2) J delta^2 with J
the sum over places of E[Y_i | M]^2: 11 for the signs and 15 (7/8)^2 = 11.484 for the code. The smaller
Hamming code (7, 4) has 7 (3/4)^2 = 3.94 < 4 and loses, and so does (15, 11) where delta is near 1/2.
"""

from fractions import Fraction
from itertools import combinations, product
from math import comb

from sympy import Expr, Rational, diff, log, symbols

from infobound.checking import Claim, Step

delta, p = symbols("delta p", real=True)
HALF = Rational(1, 2) - delta
LENGTHS = ((7, 4), (15, 11))


def ball(n: int, weight: int, flip: Expr) -> Expr:
    """g(w): no sign of the ball's centre wrong, or one, in a place where V is -1 or in another."""
    keep = 1 - flip
    at = flip**weight * keep ** (n - weight)
    inside = weight * flip ** (weight - 1) * keep ** (n - weight + 1) if weight else 0
    outside = (n - weight) * flip ** (weight + 1) * keep ** (n - weight - 1) if weight < n else 0
    return at + inside + outside


def code_bits(n: int, bits: int, flip: Expr) -> Expr:
    """I(V; M) of the code's cells."""
    laws = ((comb(n, w), ball(n, w, flip)) for w in range(n + 1))
    return bits + sum((many * g * log(g) for many, g in laws), Rational(0)) / (
        2 ** (n - bits) * log(2)
    )


def raw_bits(bits: int, flip: Expr) -> Expr:
    """I(V; M) of `bits` raw signs."""
    return bits * (1 + (flip * log(flip) + (1 - flip) * log(1 - flip)) / log(2))


def second_order(n: int, bits: int) -> Expr:
    """Coefficient of delta^2 in E chi^2 = 2^-n sum_w C(n, w) (2^r g(w) - 1)^2; 2^r g = 1 at 0."""
    slopes = (diff(ball(n, w, HALF), delta).subs(delta, 0) for w in range(n + 1))
    return sum(comb(n, w) * (2**bits * slope) ** 2 for w, slope in enumerate(slopes)) / 2**n


# --- words are whole numbers; place i, 1 to n, has the syndrome i -------------------------------
def syndrome(word: int) -> int:
    found = 0
    for i in range(word.bit_length()):
        found ^= (i + 1) * (word >> i & 1)
    return found


def around(word: int, n: int) -> list[int]:
    """The ball of radius 1."""
    return [word] + [word ^ 1 << i for i in range(n)]


def tiles(case: tuple[int, int]) -> tuple[int, int]:
    """Leaders of weight 0 or 1 with a given syndrome: exactly one."""
    n, wanted = case
    return sum(syndrome(leader) == wanted for leader in around(0, n)), 1


def additive(pair: tuple[int, int]) -> tuple[int, int]:
    one, two = pair
    return syndrome(1 << one ^ 1 << two), syndrome(1 << one) ^ syndrome(1 << two)


def chance(target: int, word: int, n: int) -> Fraction:
    """P(Y in the ball about target | V = word) at delta = 3/10, word by word."""
    wrong = ((word ^ near).bit_count() for near in around(target, n))
    return Fraction(sum(4 ** (n - k) for k in wrong), 5**n)


def every_pair() -> list[tuple[int, int]]:
    """Words and codewords of length 7."""
    return list(product(range(2**7), [word for word in range(2**7) if syndrome(word) == 0]))


def translated(pair: tuple[int, int]) -> tuple[Fraction, Fraction]:
    word, target = pair
    return chance(target, word, 7), AT_A_FIFTH[(word ^ target).bit_count()]


AT_A_FIFTH = [ball(7, w, Fraction(1, 5)) for w in range(8)]

CLAIM = Claim(
    "hamming_beats_raw_signs",
    source="The natural guess that r raw signs are best for every r; refuted here",
    latex=r"I(V;M_{\mathrm{Hamming}(15,11)})>11\,(1-h(\tfrac12-\delta)),"
    r"\quad\delta=\tfrac1{100},\tfrac1{10},\tfrac25",
    statement="Eleven bits about fifteen noisy signs: the codeword of the Hamming code next to them carries "
    "more information about the signs behind the noise than any eleven of them do, by 4 % at "
    "delta = 1/10.",
    hypotheses=("Bernoulli products on the whole cube", "d = 15, r = 11"),
    expected="corrected",
    assumes=(),
)

STEPS = [
    Step.enumerate(
        "syndromes_add",
        tuple(combinations(range(15), 2)),
        additive,
        size=105,
        because="The syndrome of a product of words is the exclusive or of theirs; the code is a group, the words of "
        "syndrome 0.",
    ),
    Step.enumerate(
        "cells",
        [(n, wanted) for n, _ in LENGTHS for wanted in range(n + 1)],
        tiles,
        size=24,
        because="Every syndrome belongs to exactly one word of weight 0 or 1: every word is at distance 0 or 1 from "
        "exactly one codeword. The cells are the 2^4 and 2^11 translates of the ball about 0.",
    ),
    Step.enumerate(
        "law_7",
        every_pair,
        translated,
        size=2048,
        because="P(M = c | V = v) depends on the distance of v and c alone, and is g: d = 7, every word and codeword, "
        "delta = 3/10.",
    ),
    Step.enumerate(
        "law_15",
        range(16),
        lambda w: (chance(0, 2**w - 1, 15), ball(15, w, Fraction(1, 5))),
        size=16,
        because="d = 15: one word of every weight. By translation that is every pair.",
    ),
    Step.identity(
        "adds_up",
        [sum(comb(n, w) * ball(n, w, p) for w in range(n + 1)) for n, _ in LENGTHS],
        [8, 16],
        because="M is uniform, so H(M) = r. H(M | V) = -2^(-d) sum over v and c of g log2 g, where v c runs over "
        "every word 2^r times: I = r + 2^(r - d) sum_w C(d, w) g(w) log2 g(w).",
    ),
    *(
        Step.refute(
            f"raw_signs_are_best_at_{name}",
            witness={delta: at},
            left=code_bits(15, 11, Rational(1, 2) - at),
            right=raw_bits(11, HALF),
            relation="<=",
            because=f"delta = {at}: {found} bits.",
        )
        for name, at, found in (
            ("1_100", Rational(1, 100), "0.00331386 against 0.00317414"),
            ("1_10", Rational(1, 10), "0.333113 against 0.319543"),
            ("2_5", Rational(2, 5), "5.90066 against 5.84105"),
        )
    ),
    Step.refute(
        "code_is_always_better",
        witness={delta: Rational(49, 100)},
        left=code_bits(15, 11, Rational(1, 100)),
        right=raw_bits(11, HALF),
        relation=">=",
        because="Nor is the code better at every delta: at 0.49 it has 0.4 % less.",
    ),
    Step.refute(
        "smaller_code_is_better",
        witness={delta: Rational(1, 10)},
        left=code_bits(7, 4, Rational(2, 5)),
        right=raw_bits(4, HALF),
        relation=">=",
        because="Nor is every Hamming code: (7, 4) has less than four raw signs.",
    ),
    Step.identity(
        "gain",
        [second_order(7, 4), second_order(15, 11), second_order(3, 1)],
        [
            4 * 7 * (1 - Rational(2, 8)) ** 2,
            4 * 15 * (1 - Rational(2, 16)) ** 2,
            4 * 3 * Rational(1, 4),
        ],
        because="Coefficient of delta^2 in E chi^2 of the cells: 4 J, J = sum_i E[Y_i | M]^2, as in a ball of n + 1 words "
        "one has place i wrong (n = 3: a majority). I ~ E chi^2/(2 ln 2) as delta -> 0.",
    ),
    Step.identity(
        "sign_of_the_gain",
        [second_order(7, 4) - 4 * 4, second_order(15, 11) - 4 * 11],
        [-Rational(1, 4), Rational(31, 16)],
        because="Against 4 r for r raw signs: the large code wins as delta -> 0, the small one loses.",
    ),
]
