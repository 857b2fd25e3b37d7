"""How many sign vectors are d/4 apart: Gilbert-Varshamov, and three exponents.

Setting. A packing: words of {-1, 1}^d, any two at Hamming distance t or more. N = sum_{i < t} C(d, i) is
the number of words nearer than t to a word. If no word can be added (a maximal packing), then

    |V| >= 2^d/N,    and at t = d/4:   N <= 2^(d h(1/4)),   |V| >= 2^(c_2 d),

c_2 = 1 - h(1/4) = (3/4) log2 3 - 1 = 0.18872... The forms exp(d/8) (0.18034) and (2/sqrt e)^(d/2)
(0.13933; Agarwal et al. 2012, arXiv:1009.0571) are weaker. Fano's inequality with 2^(c_2 d) words
says nothing for d <= 5, where c_2 d < 1.
"""

from fractions import Fraction
from math import ceil, comb, factorial

from sympy import Rational, exp, log, symbols

from infobound.bounds.fano import (
    AGARWAL_EXPONENT,
    HOEFFDING_EXPONENT,
    PACKING_EXPONENT,
    distance_exponent,
)
from infobound.checking import Claim, Step, Zero

v, n = symbols("v n", positive=True)
d = symbols("d", integer=True, positive=True)
h = -(v * log(v) + (1 - v) * log(1 - v)) / log(2)  # bits
C_2 = Rational(3, 4) * log(3) / log(2) - 1


def ball(dimension: int, distance: int) -> int:
    """Words nearer than `distance` to a word."""
    return sum(comb(dimension, i) for i in range(distance))


def greedy(case: tuple[int, int]) -> tuple[int, int]:
    """2^d, and |V| N for the packing that takes every word it can, in lexicographic order."""
    dimension, distance = case
    taken: list[int] = []
    for word in range(2**dimension):
        if all((word ^ one).bit_count() >= distance for one in taken):
            taken.append(word)
    return 2**dimension, len(taken) * ball(dimension, distance)


def quarter(dimension: int) -> tuple[Fraction, int]:
    """N^4/2^(4 d h(1/4)) at t = d/4, where 2^(4 d h(1/4)) = 2^(8 d)/3^(3 d), and 1."""
    return Fraction(ball(dimension, ceil(dimension / 4)) ** 4 * 27**dimension, 256**dimension), 1


CLAIM = Claim(
    "packing_bounds",
    source="Gilbert 1952; Varshamov 1957; used in Mayekar and Tyagi 2020, arXiv:2001.09032, section 6",
    latex=r"|\mathcal V|\ge 2^d\Big/\sum_{i<d/4}\binom di\ge 2^{c_2d},\quad c_2=1-h(1/4)=0.1887\ldots",
    statement="A maximal d/4-packing of {-1, 1}^d has at least 2^(c_2 d) words, c_2 = 1 - h(1/4).",
    hypotheses=("no word can be added to the packing",),
    assumes=(),
)

STEPS = [
    Step.enumerate(
        "covering",
        [(dimension, t) for dimension in range(1, 9) for t in range(1, dimension + 1)],
        greedy,
        size=36,
        relation="<=",
        because="In a maximal packing every word is nearer than t to a packed one, or it could be added: "
        "the balls, of N words each, cover the cube. Seen on greedy packings up to d = 8, with equality "
        "at t = 1 and for perfect codes.",
    ),
    Step.identity(
        "weight_of_a_word",
        d * log(1 - v) + d * v * (log(v) - log(1 - v)),
        -d * h * log(2),
        when={v: (0, Rational(1, 2))},
        because="Under d independent bits, 1 with probability v <= 1/2, a word of weight i has probability "
        "(1 - v)^d (v/(1 - v))^i, which falls in i: for i <= v d it is at least 2^(-d h(v)). All words "
        "have probability 1 in total, so those of weight below v d number at most 2^(d h(v)).",
    ),
    Step.enumerate(
        "ball_of_a_quarter",
        range(1, 65),
        quarter,
        size=64,
        relation="<=",
        slack=Fraction(229, 256),
        because="N <= 2^(d h(1/4)) itself, d <= 64; nearest at d = 1.",
    ),
    Step.identity(
        "theorem",
        [d - (d * h).subs(v, Rational(1, 4)), 1 - h.subs(v, Rational(1, 4))],
        [C_2 * d, C_2],
        because="log2 |V| >= d - log2 N >= d (1 - h(1/4)), and h(1/4) = 2 - (3/4) log2 3.",
    ),
    Step.inequality(
        "hoeffding",
        log(2) * (1 - h) - 2 * (Rational(1, 2) - v) ** 2,
        over={v: (Rational(1, 8), Rational(1, 2))},
        zero=Zero(at={v: Rational(1, 2)}, order=4, leading=Rational(4, 3)),
        because="1 - h(v) >= 2 (1/2 - v)^2/ln 2: at v = 1/4, c_2 >= log2(e)/8.",
    ),
    Step.identity(
        "agarwal",
        1 / (8 * log(2)) - log(2 * exp(-Rational(1, 2))) / (2 * log(2)),
        (3 - 4 * log(2)) / (8 * log(2)),
        because="log2(e)/8 less the exponent of (2/sqrt e)^(d/2): positive if 2^4 < e^3.",
    ),
    Step.enumerate(
        "e_cubed",
        [sum(Fraction(1, factorial(j)) for j in range(6))],
        lambda below_e: (16, below_e**3),
        size=1,
        relation="<=",
        slack=Fraction(163, 60) ** 3 - 16,
        because="The sum of 1/j! up to j = 5 is 163/60 < e.",
    ),
    Step.enumerate(
        "five_dimensions",
        range(1, 6),
        lambda dimension: (Fraction(27**dimension, 16 ** (dimension + 1)), 1),
        size=5,
        relation="<=",
        slack=1 - Fraction(27**5, 16**6),
        because="c_2 d <= 1 is 27^d <= 16^(d + 1): true up to d = 5 (27^6 > 16^7), where the bound "
        "1 - (I + 1)/(c_2 d) excludes nothing. With the exact count of words it may: L = 4 at d = 4.",
    ),
    Step.code("exponent_code", C_2, lambda: PACKING_EXPONENT),
    Step.code("hoeffding_code", 1 / (8 * log(2)), lambda: HOEFFDING_EXPONENT),
    Step.code("agarwal_code", (1 - 1 / (2 * log(2))) / 2, lambda: AGARWAL_EXPONENT),
    Step.code(
        "count_code",
        d - log(n) / log(2),
        lambda d, n: distance_exponent(dimension=d, distance=d / 4),
        at=[{d: size, n: ball(size, ceil(size / 4))} for size in (2, 7, 16, 100, 4096)],
    ),
]
