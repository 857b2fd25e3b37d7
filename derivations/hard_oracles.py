"""The two hard families: what they are, and optimizing them is telling signs.

Setting. a in {-1, 1}^d, delta in [0, 1/2], domain |x|_inf <= h = D / (2 d^{1/p}), 1/p + 1/q = 1.
Sparse signs:       Y = +-B e_i with probability (1 +- 2 delta a_i) / (2 d), f = (2 B delta / d) <a, x>.
Bernoulli product:  Y_i = +-B d^{-1/q} with probability (1 +- 2 delta a_i) / 2, independent,
                    f = (2 B delta / d^{1/q}) <a, x>.
Both: E Y = grad f, |Y|_q = B, the domain has l_p diameter D, the law of Y does not depend on the query,
and f(x) - min f = slope * sum_i (h + a_i x_i), slope = 2 B delta / d or 2 B delta / d^{1/q}: at a corner
2 h slope for every wrong sign. So for V uniform on signs

    inf over algorithms of E excess = (2 D B delta / d^{1 + 1/p}) sum_i P_i     (sparse signs)
                                    = (2 D B delta / d) sum_i P_i               (Bernoulli product),

P_i the least probability of a wrong guess of V_i from all messages. No packing and no Markov inequality
is needed, and no factor is lost; Mayekar and Tyagi 2020 go through both.
"""

from collections.abc import Iterator
from fractions import Fraction
from itertools import product

from sympy import symbols

from infobound.checking import Claim, Step

B, D, p, q, h, slope, k = symbols("B D p q h s k", positive=True)
d = symbols("d", integer=True, positive=True)
delta, a, x, m, u, v = symbols("delta a x m u v", real=True)

half_width = D / (2 * d ** (1 / p))
UP, DOWN = (1 + 2 * delta * a) / 2, (1 - 2 * delta * a) / 2  # of one sign
SIGNS = (-1, 1)
RANGES = {p: (1, 8), D: (1, 4), B: (1, 4)}

Answer = tuple[Fraction, ...]
Law = list[tuple[Answer, Fraction]]


def sparse(signs: tuple[int, ...], shift: Fraction) -> Law:
    """Answers +-e_i of the sparse family, B = 1."""
    n = len(signs)
    places = product(range(n), SIGNS)
    return [
        (
            tuple(Fraction(s * (i == j)) for j in range(n)),
            (1 + 2 * shift * s * signs[i]) / (2 * n),
        )
        for i, s in places
    ]


def bernoulli(signs: tuple[int, ...], shift: Fraction) -> Law:
    """Answers of the product family at p = 1, where B d^(-1/q) = B = 1."""
    law = []
    for answer in product(SIGNS, repeat=len(signs)):
        weight = Fraction(1)
        for s, sign in zip(answer, signs, strict=True):
            weight *= Fraction(1, 2) + shift * s * sign
        law.append((tuple(map(Fraction, answer)), weight))
    return law


def gradients(case: tuple) -> tuple[Answer, Answer]:
    """E Y and the gradient: delta a times 2/d, times 2."""
    family, signs, shift = case
    law, n = family(signs, shift), len(signs)
    mean = tuple(sum(weight * answer[i] for answer, weight in law) for i in range(n))
    scale = Fraction(2, n) if family is sparse else Fraction(2)
    return mean, tuple(scale * shift * s for s in signs)


def families() -> Iterator[tuple]:
    """Both, d = 1 to 4, all signs, five values of delta."""
    for n in (1, 2, 3, 4):
        deltas = [Fraction(j, 8) for j in range(5)]
        yield from product((sparse, bernoulli), product(SIGNS, repeat=n), deltas)


def mean_gradients(case: tuple) -> tuple[Fraction, Fraction]:
    """Squared distance of both vectors, and 0."""
    left, right = gradients(case)
    return sum(((b - c) ** 2 for b, c in zip(left, right, strict=True)), Fraction(1)), Fraction(1)


def messages(family: object, shift: Fraction, rounds: int, encode: object) -> dict:
    """Law of (a, messages of all rounds), uniform a, d = 2."""
    joint: dict[tuple, Fraction] = {}
    for signs in product(SIGNS, repeat=2):
        one: dict[int, Fraction] = {}
        for answer, weight in family(signs, shift):
            said = encode(answer)
            one[said] = one.get(said, Fraction(0)) + weight
        for told in product(one, repeat=rounds):
            weight = Fraction(1, 4)
            for said in told:
                weight *= one[said]
            joint[signs, told] = weight
    return joint


ENCODERS = (
    lambda answer: int(answer[0] > 0),  # one sign; a zero counts as minus
    lambda answer: 2 * int(answer[0] > 0) + int(answer[1] > 0),
    lambda answer: int(answer[0] + answer[1] > 0),
    lambda answer: answer,  # everything
)


def reduction(case: tuple) -> tuple[Fraction, Fraction]:
    """Least mean excess over all answers on a grid of the square, and the sum of bit errors.

    h = slope = 1, so that the second is 2 sum_i P_i; the grid has the corners, the edges' middles
    and the centre.
    """
    family, shift, rounds, encode = case
    joint = messages(family, shift, rounds, encode)
    grid = [Fraction(j) for j in (-1, 0, 1)]
    best = errors = Fraction(0)
    for told in {told for _, told in joint}:
        here = {signs: w for (signs, heard), w in joint.items() if heard == told}
        best += min(
            sum(w * (2 + s[0] * one + s[1] * two) for s, w in here.items())
            for one, two in product(grid, grid)
        )
        for i in range(2):
            plus = sum(w for s, w in here.items() if s[i] > 0)
            errors += min(plus, sum(here.values()) - plus)
    return 1 + best, 1 + 2 * errors


def reductions() -> Iterator[tuple]:
    deltas = (Fraction(1, 10), Fraction(1, 4), Fraction(1, 2))
    return product((sparse, bernoulli), deltas, (1, 2), ENCODERS)


CLAIM = Claim(
    "hard_oracles",
    source="Mayekar and Tyagi 2020, arXiv:2001.09032, section 6; the exact reduction is derived here",
    latex=r"\inf\mathbb E_V[f(\hat x)-\min f]=\frac{2DB\delta}{d}\sum_i P_i\ \text{(product)},\quad"
    r"\frac{2DB\delta}{d^{1+1/p}}\sum_i P_i\ \text{(sparse)}",
    statement="Both oracle families are unbiased with answers of l_q norm B on a cube of l_p diameter D, "
    "and their least mean excess is exactly a sum of probabilities of wrong signs.",
    hypotheses=("signs uniform", "messages depend on the signs through the oracle's answers only"),
    assumes=(),
)

STEPS = [
    Step.identity(
        "sparse_law",
        [d * (UP / d + DOWN / d), B * UP / d - B * DOWN / d],
        [1, 2 * B * delta * a / d],
        because="Sparse signs: (1 +- 2 delta a_i)/(2 d) add up to 1, and coordinate i of E Y is that of the "
        "gradient. |Y|_q = B for a multiple of a unit vector, for every q.",
    ),
    Step.identity(
        "product_law",
        [UP + DOWN, B * d ** (-1 / q) * (UP - DOWN)],
        [1, 2 * B * delta * a / d ** (1 / q)],
        when={q: (1, 8), B: (1, 4)},
        because="Bernoulli product, the same.",
    ),
    Step.enumerate(
        "mean_is_gradient",
        families,
        mean_gradients,
        size=300,
        because="The laws as whole vectors, d = 1 to 4, all signs, five values of delta (1 is added to "
        "both sides).",
    ),
    Step.identity(
        "norm_of_answers",
        d * (B * d ** (-1 / q)) ** q,
        B**q,
        when={q: (1, 8), B: (1, 4)},
        because="Bernoulli product: |Y|_q^q = B^q, whatever the signs.",
    ),
    Step.identity(
        "diameter",
        d * (2 * half_width) ** p,
        D**p,
        when=RANGES,
        because="|x - y|_p^p <= d (2 h)^p on the cube, with equality at opposite corners.",
    ),
    Step.identity(
        "excess",
        [slope * a * x - slope * a * (-h * a), (slope * (h * a**2 + a * x)).subs(x, h * a)],
        [slope * (a * x + h * a**2), 2 * h * slope * a**2],
        because="Coordinate by coordinate f is slope a_i x_i, least at x_i = -h a_i where a_i^2 = 1: the "
        "excess is the sum of slope (h + a_i x_i) >= 0; 0 at the right corner, 2 h slope at the wrong one.",
    ),
    Step.identity(
        "wrong_sign_sparse",
        2 * half_width * (2 * B * delta / d),
        2 * D * B * delta / d ** (1 + 1 / p),
        when=RANGES,
        because="Price of a wrong sign, sparse signs.",
    ),
    Step.identity(
        "wrong_sign_product",
        2 * half_width * (2 * B * delta / d ** (1 - 1 / p)),
        2 * D * B * delta / d,
        when=RANGES,
        because="Price of a wrong sign, Bernoulli product: 1/q = 1 - 1/p.",
    ),
    Step.identity(
        "endpoints",
        [h + m * x - h * (1 - m), h + m * x - h * (1 + m)],
        [m * (x + h), -m * (h - x)],
        because="Given the messages, with m = E[V_i | messages], coordinate i costs slope (h + m x_i). For "
        "m >= 0 that is at least its value h (1 - |m|) at x_i = -h, for m <= 0 that at x_i = h: a corner is "
        "a best answer, and 2 h slope times (1 - |m|)/2, the chance that the likelier sign is wrong, is "
        "its price. The sum over i and the mean over messages are the theorem.",
    ),
    Step.identity(
        "chance_of_error",
        [(1 - (u - v) / (u + v)) / 2, (1 + (u - v) / (u + v)) / 2],
        [v / (u + v), u / (u + v)],
        when={u: (1, 2), v: (1, 2)},
        because="With weights u of V_i = 1 and v of V_i = -1, (1 - |m|)/2 is the smaller share.",
    ),
    Step.enumerate(
        "reduction",
        reductions,
        reduction,
        size=48,
        because="From end to end, exactly: d = 2, up to two rounds, four encoders, both families. The "
        "least mean excess over a grid of answers equals 2 h slope sum P_i (1 is added to both sides).",
    ),
]
