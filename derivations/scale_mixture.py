"""The least squared error of Gaussians whose variances both ends know: reverse water-filling.

Setting. A gradient is a list of blocks; given e, block i has c_i independent N(0, e_i) coordinates.
Encoder and decoder know e for free, and the message has 2^B values, B = R sum c_i. Then

    E|Q - X|^2 >= D(B; e) = min { sum_i c_i e_i 4^-b_i : b_i >= 0, sum_i c_i b_i = B },

and the minimum is at b_i = max(0, log2(e_i/w)/2) for the one level w > 0 that spends B:
D = sum_i c_i min(e_i, w). If all variances are e, D = e 4^-R sum c_i. D is concave in e, and telling
blocks apart only adds choices: describing the scales more finely, one Gaussian for all, one per
layer, one per block, can only lower the limit. (Codes for many gradients at once come near it: Cover
and Thomas 2006, chapter 10. That is not used here.)
"""

from sympy import Matrix, Rational, exp, log, sqrt, symbols

from infobound.bounds.scale_mixture import mixture_distortion, mixture_rate
from infobound.checking import Claim, Step

e1, e2, e3, c1, c2, c3, w, R = symbols("e1 e2 e3 c1 c2 c3 w R", positive=True)
f1, f2, share, energy, target = symbols("f1 f2 h e t", positive=True)
p, q, v = symbols("p q v", positive=True)
many, following, level, smaller = symbols("m c l k", positive=True)
b, b1, b2, b3, r, x = symbols("b b1 b2 b3 r x", real=True)

LN4 = 2 * log(2)
C = Matrix([[p, r], [r, q]])  # E Cov(Z | M), d = 2


def left(bits):
    """4^-b."""
    return exp(-LN4 * bits)


def above_tangent(bits):
    """e^x - 1 - x at x = -b ln 4, >= 0 by log_tangent."""
    return left(bits) - 1 + LN4 * bits


def bits_at(e, level):
    """Bits of a coded coordinate of variance e."""
    return log(e / level) / LN4


def level_of(blocks, bits):
    """The level at which coding `blocks` = (e, c), ... takes `bits` in all."""
    spent = sum(c * log(e) for e, c in blocks)
    return exp((spent - LN4 * bits) / sum(c for _, c in blocks))


mean = (c1 * e1 + c2 * e2) / (c1 + c2)
budget = c1 * bits_at(e1, w) + c2 * bits_at(e2, w)

# Energies for the code: both blocks coded, or the first alone, at every point of these ranges.
BOTH = {e1: (1, 4), e2: (1, 4), c1: (1, 3), c2: (1, 3), R: (2, 6)}
FIRST = {e1: (16, 64), e2: (Rational(1, 64), Rational(1, 8)), c1: (1, 3), c2: (1, 3), R: (0, 1)}
both = (c1 + c2) * level_of([(e1, c1), (e2, c2)], (c1 + c2) * R)
first = c1 * level_of([(e1, c1)], (c1 + c2) * R) + c2 * e2
rows = 2 * sqrt(e1 * e2) * left(R) + e1 * left(2 * R) + e3  # counts 1; rows (e1, e2), (e1, e3)

CLAIM = Claim(
    "scale_mixture",
    source="Cover and Thomas 2006, Theorem 10.3.3; conditionally on the scales Gray 1973",
    latex=r"\mathbb E|Q-X|^2\ge\min_{\sum c_ib_i=B}\sum_i c_ie_i4^{-b_i}=\sum_i c_i\min(e_i,w)",
    statement="B bits about independent Gaussians of known variances e_i leave at least the error of "
    "reverse water-filling, and finer knowledge of the scales only lowers it.",
    hypotheses=(
        "given the scales the coordinates are independent Gaussians with mean 0",
        "the same B bits for every gradient, whatever its scales",
    ),
    assumes=(),
)

STEPS = [
    Step.lemma(
        "fisher_trace_matrix",
        "-1/2 ln det(I - I_M) <= B ln 2 for a message of 2^B values about Z ~ N(0, I)",
        claim="fisher_trace",
        because="Given e a code for X is one for Z = X/sqrt(e), coordinate by coordinate; those with e = 0 are "
        "left out.",
    ),
    Step.lemma(
        "conditional_covariance",
        "I - I_M = E Cov(Z | M)",
        claim="fisher_message",
        because="E|Q - X|^2 >= E|X - E[X | M]|^2 = sum_i e_i C_ii with C = E Cov(Z | M).",
    ),
    Step.integral(
        "log_tangent",
        x**2 * (1 - v) * exp(x * v),
        (v, 0, 1),
        exp(x) - 1 - x,
        antiderivative=((1 - v) * x + 1) * exp(x * v),
        because="The integrand is >= 0: e^x >= 1 + x, hence ln y <= y - 1 for every y > 0.",
    ),
    Step.identity(
        "hadamard",
        p * q - C.det(),
        r**2,
        because="det C <= prod C_ii (d = 2 here; in general scale C to unit diagonal, and ln det <= "
        "trace - d = 0 by log_tangent). With C_ii = 4^-b_i: sum b_i <= B, b_i >= 0 as C <= I, and "
        "the error is at least sum e_i 4^-b_i. Within a block take the mean of its b_i: 4^-b is convex.",
    ),
    Step.identity(
        "coded",
        energy * left(b),
        w - LN4 * w * (b - bits_at(energy, w)) + w * above_tangent(b - bits_at(energy, w)),
        because="e >= w: e 4^-b is above its tangent at b* = log2(e/w)/2, where it is w.",
    ),
    Step.identity(
        "not_coded",
        energy * left(b),
        energy - LN4 * w * b + energy * above_tangent(b) + LN4 * (w - energy) * b,
        because="e <= w: above the line of the same slope through e at b* = 0, since b >= 0.",
    ),
    Step.identity(
        "theorem",
        c1 * e1 * left(b1) + c2 * e2 * left(b2) + c3 * e3 * left(b3) - (c1 + c2) * w - c3 * e3,
        LN4 * w * (budget - c1 * b1 - c2 * b2 - c3 * b3)
        + c1 * w * above_tangent(b1 - bits_at(e1, w))
        + c2 * w * above_tangent(b2 - bits_at(e2, w))
        + c3 * e3 * above_tangent(b3)
        + c3 * LN4 * (w - e3) * b3,
        because="Blocks with e_1, e_2 >= w >= e_3 (more of either kind add alike). If c_1 b_1 + c_2 b_2 + "
        "c_3 b_3 <= B, the budget at w, every term on the right is >= 0, and all are 0 at "
        "b_i = max(0, log2(e_i/w)/2): the least error is sum c_i min(e_i, w).",
    ),
    Step.identity(
        "level",
        c1 * bits_at(e1, level_of([(e1, c1), (e2, c2)], R))
        + c2 * bits_at(e2, level_of([(e1, c1), (e2, c2)], R)),
        R,
        because="The level that spends R in all on the coded blocks. What is spent falls from infinity "
        "to 0 as w grows to the largest e, strictly and continuously: there is one level for each B.",
    ),
    Step.identity(
        "which_are_coded",
        smaller - (many * level + following * smaller) / (many + following),
        many / (many + following) * (smaller - level),
        because="In logarithms, energies in decreasing order: l is the level if the first j are coded, "
        "m their count. One more block, ln e = k and count c, is above its own level exactly if it "
        "is above l. So those that are form an initial run, and its end is the right j.",
    ),
    Step.identity(
        "one_for_all",
        [
            c1 * e1 * left(b) + c2 * e2 * left(b),
            level_of([(energy, c1), (energy, c2)], (c1 + c2) * R),
        ],
        [(c1 + c2) * mean * left(b), energy * left(R)],
        because="Two blocks told apart have what they have as one, of the mean energy, among their "
        "choices: b_1 = b_2 = b. So a finer description has the smaller limit. Equal energies: "
        "4^-R e.",
    ),
    Step.identity(
        "flatness",
        c1 * (e1 / mean - 1 - log(e1 / mean)) + c2 * (e2 / mean - 1 - log(e2 / mean)),
        (c1 + c2) * log(mean * left(R) * (c1 + c2) / both),
        because="By how much, if both are coded: the ratio of arithmetic to geometric mean, which "
        "log_tangent shows to be >= 1 with equality for equal energies only.",
    ),
    Step.identity(
        "concave",
        (share * e1 + (1 - share) * f1) * left(b1) + (share * e2 + (1 - share) * f2) * left(b2),
        share * (e1 * left(b1) + e2 * left(b2)) + (1 - share) * (f1 * left(b1) + f2 * left(b2)),
        because="Gradients of energies e and f: the bits that are best for the mean are allowed for "
        "both, so D(B; mean) >= mean of D(B; .): one variance for all gradients is the larger limit.",
    ),
    Step.code(
        "both_coded_code",
        both / (c1 * e1 + c2 * e2),
        lambda e1, e2, c1, c2, R: mixture_distortion([e2, e1], rate=R, counts=[c2, c1]),
        at=BOTH,
    ),
    Step.code(
        "one_coded_code",
        first / (c1 * e1 + c2 * e2),
        lambda e1, e2, c1, c2, R: mixture_distortion([e2, e1], rate=R, counts=[c2, c1]),
        at=FIRST,
    ),
    Step.code(
        "rows_code",
        rows / (2 * e1 + e2 + e3),
        lambda e1, e2, e3, R: mixture_distortion([[e2, e1], [e1, e3], [0, 0]], rate=R),
        at={e1: (4, 8), e2: (4, 8), e3: (Rational(1, 1024), Rational(1, 256)), R: (1, 2)},
        because="Three gradients: both blocks coded, one coded, nothing to code.",
    ),
    Step.code(
        "equal_code",
        left(R),
        lambda R: mixture_distortion([[3, 3, 3]], rate=R, counts=[1, 5, 2]),
        at={R: (0, 8)},
    ),
    Step.code(
        "rate_code",
        (c1 * log(e1 / (target * mean)) + c2 * log(e2 / (target * mean))) / (LN4 * (c1 + c2)),
        lambda e1, e2, c1, c2, t: mixture_rate([e1, e2], nmse=t, counts=[c1, c2]),
        at={**{s: BOTH[s] for s in (e1, e2, c1, c2)}, target: (Rational(1, 256), Rational(1, 8))},
        because="`both_coded_code` solved for R.",
    ),
    Step.code(
        "rate_of_one_code",
        c1 * log(c1 * e1 / (target * (c1 * e1 + c2 * e2) - c2 * e2)) / (LN4 * (c1 + c2)),
        lambda e1, e2, c1, c2, t: mixture_rate([e1, e2], nmse=t, counts=[c1, c2]),
        at={**{s: FIRST[s] for s in (e1, e2, c1, c2)}, target: (Rational(1, 4), Rational(3, 4))},
        because="`one_coded_code` solved for R.",
    ),
]
