"""Small coordinates of an l_q ball: rounding to few levels in a short range errs by B/sqrt(2).

Setting. q in [2, inf], |Y|_q <= B, a whole number Delta >= 1 and c = B (Delta/d)^(1/q). Y_1 keeps the
coordinates of Y with |Y(i)| <= c and has zeros elsewhere. Q_u rounds each coordinate of Y_1 to one of
k = 2^b - 1 equally spaced levels of [-c, c], without bias, with b = ceil(log2(2 sqrt2 Delta^(1/q) + 2)).
Then, in d b bits,

    E Q_u(Y_1) = Y_1,   |Q_u(Y_1) - Y_1|_q <= B/sqrt(2) surely,   E|Q_u(Y_1)|_q^2 <= 3 B^2.

Remark. The printed proof has B^2 where B^2/2 belongs, in the line E|Q_u(Y_1) - Y_1|_q^2 <= B^2; with
B^2 the next line would give 4 B^2. The step size that it starts from gives B^2/2 and the lemma as
stated. (k levels and one symbol for overflow make k + 1 = 2^b; overflow does not occur.) The triangle
inequality alone gives (1 + 1/sqrt(2))^2 B^2 = 2.914 B^2, with no expectation.
"""

from sympy import sqrt, symbols

from infobound.bounds.gradient_compression.composite import composite_split
from infobound.bounds.ratq import rounding_bound
from infobound.checking import Claim, Step

B, Delta, c, step, x, y = symbols("B Delta c step x y", positive=True)
u = symbols("u", positive=True)  # 1/q
e, n, r = symbols("e n r", nonnegative=True)
d = symbols("d", integer=True, positive=True)

radius = B * (Delta / d) ** u
fewest = 2 * sqrt(2) * Delta**u  # at least so many steps of 2c/(k - 1) in [-c, c]


def steps_and_levels(case: tuple[int, int]) -> tuple[int, int]:
    """(2 sqrt2 Delta^(1/q))^(2q) against (k - 1)^(2q), as the code chooses k and Delta."""
    dimension, q = case
    split = composite_split(dimension, 1 / q)
    return 8**q * split.large_bits**2, (2**split.small_bits - 2) ** (2 * q)


def too_few(case: tuple[int, int]) -> tuple[int, int]:
    """The same with one bit less per coordinate: (k - 1)^(2q) below."""
    steps, _ = steps_and_levels(case)
    dimension, q = case
    return (2 ** (composite_split(dimension, 1 / q).small_bits - 1) - 2) ** (2 * q), steps


CASES = [(dimension, q) for dimension in (4, 10, 100, 1024, 10**6, 2**40) for q in (3, 4, 6, 9)]

CLAIM = Claim(
    "composite_small",
    source="Mayekar and Tyagi 2020, arXiv:2001.09032, Lemma 5.1",
    latex=r"\mathbb E\,Q_u(Y_1)=Y_1,\quad\|Q_u(Y_1)-Y_1\|_q\le\tfrac{B}{\sqrt2},\quad"
    r"\mathbb E\|Q_u(Y_1)\|_q^2\le 3B^2",
    statement="The coordinates of Y that are at most B (Delta/d)^(1/q) need "
    "ceil(log2(2 sqrt2 Delta^(1/q) + 2)) bits each; the error has l_q norm at most B/sqrt(2).",
    hypotheses=("2 <= q <= inf", "|Y|_q <= B surely"),
    assumes=(),
)

STEPS = [
    Step.lemma(
        "rounding",
        "rounding to k levels of [-c, c] is unbiased there, errs by at most one step 2c/(k - 1), and "
        "takes ceil(log2 k) bits",
        claim="cuq",
    ),
    Step.identity(
        "levels",
        (fewest + 2) - 2,
        sqrt(8) * Delta**u,
        because="b >= log2(2 sqrt2 Delta^(1/q) + 2), so k - 1 = 2^b - 2 is at least this.",
    ),
    Step.enumerate(
        "levels_code",
        CASES,
        steps_and_levels,
        size=24,
        relation="<=",
        slack=6**6 - 8**3 * 9**2,
        because="The same for the k that the code chooses, in whole numbers: q = 3, 4, 6, 9 and six "
        "values of d; the slack is least at q = 3, Delta = 9, with k = 7.",
    ),
    Step.enumerate(
        "no_fewer_code",
        CASES,
        too_few,
        size=24,
        relation="<=",
        slack=8**3 * 3**2 - 2**6,
        because="With one bit less there would be too few steps, so this is the ceiling.",
    ),
    Step.identity(
        "step",
        2 * radius / fewest,
        B / (sqrt(2) * d**u),
        because="c = B (Delta/d)^(1/q): the step 2c/(k - 1) is at most this, whatever Delta.",
    ),
    Step.identity(
        "norm_of_the_error",
        d * (B / (sqrt(2) * d**u)) ** (1 / u),
        (B / sqrt(2)) ** (1 / u),
        because="Each of d coordinates errs by at most one step: sum |e_i|^q <= d step^q = (B/sqrt2)^q. "
        "At q = inf the largest error is at most the step B/sqrt(2).",
    ),
    Step.polynomial(
        "square_of_a_sum",
        2 * x**2 + 2 * y**2 - (x + y) ** 2,
        sos=[(1, x - y)],
        because="|Q|_q <= |Q - Y_1|_q + |Y_1|_q, and (x + y)^2 <= 2 x^2 + 2 y^2.",
    ),
    Step.polynomial(
        "lemma",
        3 * B**2 - (2 * (B**2 / 2 - e) + 2 * (B**2 - n)),
        sos=[(2 * e, 1), (2 * n, 1)],
        because="|Q - Y_1|_q^2 = B^2/2 - e and |Y_1|_q^2 <= |Y|_q^2, which is B^2 - n, with e, n >= 0: "
        "E|Q|_q^2 <= 3 B^2.",
    ),
    Step.identity(
        "triangle_alone",
        3 * B**2 - (B + B / sqrt(2)) ** 2,
        (B - B / sqrt(2)) ** 2,
        because="Without squaring first: (1 + 1/sqrt2)^2 B^2, which is smaller.",
    ),
    Step.code(
        "variance_code",
        (step / 2) ** 2,
        lambda step: rounding_bound(3 * step, 7),
        because="A step of 2c/(k - 1), c = 3 step and k = 7: variance at most (step/2)^2, which bounds "
        "the l_2 error of each coordinate.",
    ),
]
