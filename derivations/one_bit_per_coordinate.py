"""p = 1: one random sign per coordinate keeps the classical rate, r*(T, 1) <= d.

Setting. p = 1, q = inf: |Y(i)| <= B for every i. Q(i) = B with probability (1 + Y(i)/B)/2 and -B
otherwise, independent given Y. Then

    E Q = Y,   |Q|_inf = B always,   E|Q - Y|_2^2 = sum_i (B^2 - Y(i)^2) <= d B^2,

in d bits. Mirror descent needs nothing but E|Q|_inf^2 <= B^2 (Mayekar and Tyagi 2020, Remark 3), so its
error is the same as without a quantizer, and r*(T, 1) <= d. The general bound of Theorem 3.1 (2),
d (ceil(log2(2 sqrt2 + 2)) + 3) + Delta_2, is 6 d + Delta_2 there.
"""

from collections.abc import Iterator
from fractions import Fraction
from itertools import product

from sympy import symbols

from infobound.bounds.gradient_compression import BoundedOracle, sufficient_precision
from infobound.bounds.gradient_compression.p_below_2 import uniform
from infobound.bounds.ratq import rounding_bound
from infobound.checking import Claim, Step

B = symbols("B", positive=True)
y = symbols("y", real=True)
d = symbols("d", integer=True, positive=True)

up = (1 + y / B) / 2

GRID = [Fraction(j, 4) for j in range(-4, 5)]


def law(vector: tuple[Fraction, ...]) -> Iterator[tuple[tuple[int, ...], Fraction]]:
    """All outputs with their probabilities, at B = 1."""
    for signs in product((1, -1), repeat=len(vector)):
        weight = Fraction(1)
        for sign, value in zip(signs, vector, strict=True):
            weight *= (1 + sign * value) / 2
        yield signs, weight


def bias(vector: tuple[Fraction, ...]) -> tuple[Fraction, int]:
    """|E Q - Y|_1 against 0."""
    means = [sum(weight * signs[i] for signs, weight in law(vector)) for i in range(len(vector))]
    return sum(abs(m - value) for m, value in zip(means, vector, strict=True)), 0


def error(vector: tuple[Fraction, ...]) -> tuple[Fraction, Fraction]:
    """E|Q - Y|^2 from the law, and in closed form."""
    squares = (
        weight * sum((sign - value) ** 2 for sign, value in zip(signs, vector, strict=True))
        for signs, weight in law(vector)
    )
    return sum(squares), sum(1 - value**2 for value in vector)


def vectors() -> Iterator[tuple[Fraction, ...]]:
    """d = 3, coordinates in quarters."""
    return product(GRID, repeat=3)


CLAIM = Claim(
    "one_bit_per_coordinate",
    source="p = 1 in the setting of Mayekar and Tyagi 2020, arXiv:2001.09032, Theorem 3.1 (2)",
    latex=r"r^*(T,1)\le d",
    statement="For p = 1 one stochastic sign per coordinate is unbiased with |Q|_inf = B, so d bits per "
    "gradient keep the rate of mirror descent exactly.",
    hypotheses=("p = 1", "|Y|_inf <= B surely"),
    assumes=(),
)

STEPS = [
    Step.identity(
        "mean",
        up * B - (1 - up) * B,
        y,
        because="y = Y(i); (1 + y/B)/2 lies in [0, 1] as |y| <= B.",
    ),
    Step.identity(
        "error",
        up * (B - y) ** 2 + (1 - up) * (-B - y) ** 2,
        B**2 - y**2,
        because="Mean squared error of one coordinate, largest at y = 0.",
    ),
    Step.enumerate(
        "unbiased_end_to_end",
        vectors,
        bias,
        size=729,
        because="d = 3, every vector with coordinates in quarters, all eight outputs.",
    ),
    Step.enumerate(
        "error_end_to_end",
        vectors,
        error,
        size=729,
        because="The same vectors: E|Q - Y|_2^2.",
    ),
    Step.code(
        "largest_error_code",
        B**2,
        lambda B: rounding_bound(B, 2),
        because="One coordinate at y = 0, as the bound of rounding to two levels.",
    ),
    Step.lemma(
        "rate",
        "mirror descent errs by at most F D alpha/sqrt(T) if E|Q|_q^2 <= alpha^2, F a function of d and "
        "p alone",
        claim="mirror_descent",
        because="|Q|_inf = B always, so alpha = B, as for Y itself: U(T, 1) without the factor 4.",
    ),
    Step.code(
        "growth_code",
        B / B,
        lambda: uniform(37, 0.0, levels=2, block=37).growth,
        because="alpha_0/B = 1.",
    ),
    Step.code(
        "precision_code",
        d,
        lambda d: sufficient_precision(BoundedOracle(dimension=d, p=1)).value,
        at={d: (1, 10**6)},
        because="d symbols of one bit.",
    ),
]
