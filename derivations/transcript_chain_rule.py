"""Fisher information of an adaptive transcript is the sum over rounds, given the past.

Setting. X_1, ..., X_T are independent, each with a law that depends on theta. The message m_t is
sent with probability q_t(m_t | X_t, m_1 ... m_{t-1}): the encoder sees the fresh sample and the
earlier messages, and keeps no earlier sample. Then the transcript M^T has

    I_{M^T}(theta) = sum_t E[ I_{M_t | M^{t-1}}(theta) ],

and given theta and the past X_t still has the law of a fresh sample, so that every bound on the
information of one message about one sample holds for each term. Public coins are conditioned on:
the rule holds for each of their values. Fresh private coins are part of q_t.

Identities in values and first derivatives at one point theta are checked on jets q + r h: such an
identity holds for every function once it holds for these.
"""

from collections.abc import Iterator
from fractions import Fraction
from itertools import product

from sympy import Expr, diff, erf, pi, sqrt, symbols

from infobound.checking import Claim, Step

h1, h2 = symbols("h1 h2", real=True)
s = symbols("s", positive=True)
theta, c = symbols("theta c", real=True)


def jet(name: str) -> Expr:
    """A positive function of theta = (theta_1, theta_2) near a point, to first order."""
    value = symbols(name, positive=True)
    slope_1, slope_2 = symbols(f"{name}_1 {name}_2", real=True)
    return value + slope_1 * h1 + slope_2 * h2


def at_point(expr: Expr) -> Expr:
    """The value at the point itself."""
    return expr.subs({h1: 0, h2: 0})


# One history with probability p, and the law q of the next message, three values.
p, q0, q1 = jet("p"), jet("q0"), jet("q1")
p0 = at_point(p)
q = (q0, q1, 1 - q0 - q1)


def information(laws: tuple, i: Expr = h1, j: Expr = h2) -> Expr:
    """Sum over outcomes of d_i P d_j P / P, an entry of the Fisher information matrix."""
    return at_point(sum(diff(law, i) * diff(law, j) / law for law in laws))


# --- a small exact model: X in {-1, 0, 1}, tilted by theta, two rounds of one bit -------------
POINT = Fraction(1, 3)
VALUES = (-1, 0, 1)
LAW = {x: Fraction(1, 3) + POINT * Fraction(x, 4) + POINT**2 * (3 * x * x - 2) / 8 for x in VALUES}
SLOPE = {x: Fraction(x, 4) + POINT * (3 * x * x - 2) / 4 for x in VALUES}
ENCODERS = tuple(dict(zip(VALUES, bits, strict=True)) for bits in product((0, 1), repeat=3))
Encoder = dict[int, int]


def one_message(encode: Encoder) -> dict[int, tuple[Fraction, Fraction]]:
    """Law of the bit of one fresh sample, and its derivative in theta."""
    bits: dict[int, tuple[Fraction, Fraction]] = {}
    for x in VALUES:
        mass, slope = bits.get(encode[x], (Fraction(0), Fraction(0)))
        bits[encode[x]] = mass + LAW[x], slope + SLOPE[x]
    return bits


def transcript(first: Encoder, second: tuple[Encoder, Encoder]) -> dict:
    """Law of both bits and its derivative, from the joint law of the two samples."""
    leaves: dict[tuple[int, int], tuple[Fraction, Fraction]] = {}
    for x, y in product(VALUES, VALUES):
        leaf = first[x], second[first[x]][y]
        mass, slope = leaves.get(leaf, (Fraction(0), Fraction(0)))
        leaves[leaf] = mass + LAW[x] * LAW[y], slope + SLOPE[x] * LAW[y] + LAW[x] * SLOPE[y]
    return leaves


def fisher(laws: dict) -> Fraction:
    """Sum of (P')^2 / P."""
    return sum((slope**2 / mass for mass, slope in laws.values()), Fraction(0))


def both_ways(case: tuple[Encoder, Encoder, Encoder]) -> tuple[Fraction, Fraction]:
    """From the leaves, and round by round."""
    first, *second = case
    bits = one_message(first)
    later = sum(mass * fisher(one_message(second[bit])) for bit, (mass, _) in bits.items())
    return fisher(transcript(first, tuple(second))), fisher(bits) + later


def trees() -> Iterator[tuple[Encoder, Encoder, Encoder]]:
    """All 8^3 adaptive protocols: an encoder, and one for each bit that it may send."""
    return product(ENCODERS, repeat=3)


def fresh_given_past(case: tuple[Encoder, int, int]) -> tuple[Fraction, Fraction]:
    """P(X_1 makes the bit, X_2 = y) against the product, for the joint law of both samples."""
    first, bit, y = case
    joint = sum(LAW[x] * LAW[z] for x, z in product(VALUES, VALUES) if first[x] == bit and z == y)
    return Fraction(joint), one_message(first).get(bit, (Fraction(0),))[0] * LAW[y]


# A threshold c on one sample, or on the mean of two that were remembered.
def above(std: Expr) -> Expr:
    """P(N(theta, std^2) > c)."""
    return (1 - erf((c - theta) / (sqrt(2) * std))) / 2


def bit_information(probability: Expr) -> Expr:
    """Fisher information of one bit, at theta = c."""
    slope = diff(probability, theta)
    return (slope**2 / (probability * (1 - probability))).subs(theta, c)


CLAIM = Claim(
    "transcript_chain_rule",
    source="Barnes, Han and Ozgur 2020, arXiv:1902.02890 (blackboard protocols); "
    "Kim 2026, arXiv:2606.00703, Theorem 3",
    latex=r"I_{M^T}(\theta)=\sum_{t=1}^T\mathbb E\,I_{M_t\mid M^{t-1}}(\theta)",
    statement="The rounds of an adaptive protocol add up; each is a message about a fresh sample.",
    hypotheses=(
        "samples independent over rounds given theta",
        "encoders keep no earlier sample",
        "private coins fresh in every round; all other coins public, independent of theta",
    ),
    assumes=(),
)

STEPS = [
    Step.identity(
        "score_of_a_product",
        diff(p * q0, h1) / (p * q0),
        diff(p, h1) / p + diff(q0, h1) / q0,
        because="The probability of a transcript is a product over rounds, so scores add.",
    ),
    Step.identity(
        "one_more_round",
        information(tuple(p * law for law in q)),
        information((p,)) + p0 * information(q),
        because="Sum over the messages that may follow one history of probability p: what the "
        "history contributed, plus p times the information of the next message. Summed over "
        "histories this is the induction step. The cross terms are grad p times the gradient of "
        "sum_m q(m) = 1. Entry (1, 2) of the matrices, three messages.",
    ),
    Step.identity(
        "two_rounds",
        information((p * q0, p * (1 - q0), (1 - p) * q1, (1 - p) * (1 - q1)), h1, h1),
        information((p, 1 - p), h1, h1)
        + p0 * information((q0, 1 - q0), h1, h1)
        + (1 - p0) * information((q1, 1 - q1), h1, h1),
        because="Two rounds of one bit, the second encoder depending on the first bit: the sum "
        "over the four leaves.",
    ),
    Step.enumerate(
        "fresh_given_the_past",
        lambda: product(ENCODERS, (0, 1), VALUES),
        fresh_given_past,
        size=48,
        because="Memoryless: m_1 is made from X_1 alone, so given the past X_2 has its own law "
        "still. All one-bit encoders of three values, from the joint law of both samples.",
    ),
    Step.enumerate(
        "all_trees",
        trees,
        both_ways,
        size=512,
        because="From end to end in exact rationals: every adaptive two-round one-bit protocol, "
        "the leaves from the joint law of the samples against the sum of single rounds.",
    ),
    Step.identity(
        "memory_breaks_it",
        [bit_information(above(s)), bit_information(above(s / sqrt(2)))],
        [2 / (pi * s**2), 4 / (pi * s**2)],
        because="Why memory is excluded: one bit about (X_1 + X_2)/2, sent in round 2 after "
        "silence, carries twice what it could about a fresh sample, and more than the 3/(4 s^2) "
        "that no bit about one sample exceeds.",
    ),
]
