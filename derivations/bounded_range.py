"""Cyclic stochastic rounding on a bounded range: what a logarithm of bits per coordinate buys.

Coordinates of a gradient lie in [-A, A], with mean theta_j and variance at most s^2. In turn, k of the
d coordinates are rounded without bias to 2^b points of spacing Delta = 2A/(2^b - 1), k b <= B. After
T = n ceil(d/k) rounds each has been described n times, and the averages have

    E|theta_hat - theta|^2 <= d (s^2 + Delta^2/4)/n.

With b = ceil(log2(1 + A/s)) + 1, Delta < s, so that T = ceil(d/k) ceil(1.25 s^2 d/eps^2) rounds suffice.
"""

from fractions import Fraction

from sympy import Rational, symbols

from infobound.bounds.bounded_range import BoundedRange
from infobound.checking import Claim, Step

level, f, step, theta, x, y = symbols("l f D theta x y", real=True)
A, s = symbols("A s", positive=True)
n = symbols("n", integer=True, positive=True)

CLAIM = Claim(
    "bounded_range",
    source="Kim 2026, arXiv:2606.00703, Theorem 4 (an O with a logarithm there; constants here)",
    latex=r"\mathbb E\lVert\hat\theta-\theta\rVert_2^2\le\frac{d\,(s^2+\Delta^2/4)}{\lfloor T/\lceil d/k"
    r"\rceil\rfloor},\qquad b=\lceil\log_2(1+A/s)\rceil+1\ \Rightarrow\ \Delta<s",
    statement="On a B-bit oracle whose coordinates lie in [-A, A] with variance at most s^2, cyclic "
    "stochastic rounding with b bits reaches error eps^2 in ceil(d/k) ceil(d (s^2 + Delta^2/4)/eps^2) "
    "rounds, k = floor(B/b); with b = ceil(log2(1 + A/s)) + 1 in ceil(d/k) ceil(1.25 s^2 d/eps^2).",
    hypotheses=(
        "|X_j| <= A and Var X_j <= s^2 for every coordinate",
        "rounds are independent given theta",
        "B >= b",
    ),
    assumes=(),
)

STEPS = [
    Step.lemma("unbiased", "E[Q(X) | X] = X, E[(Q(X) - X)^2 | X] <= Delta^2/4", claim="cuq"),
    Step.identity(
        "cross_term",
        (1 - f) * (level - theta) ** 2 + f * (level + step - theta) ** 2,
        (level + f * step - theta) ** 2 + step**2 * f * (1 - f),
        because="With x = l + f Delta the rounded value has E[(Q - theta)^2 | x] = (x - theta)^2 + "
        "Delta^2 f (1 - f): the cross term is gone, so the variance of Q(X) is that of X plus that of "
        "the rounding.",
    ),
    Step.polynomial(
        "quarter",
        step**2 / 4 - step**2 * f * (1 - f),
        sos=[(1, step * (f - Rational(1, 2)))],
        because="At most Delta^2/4 of it is due to rounding, whatever the law of X; equality halfway "
        "between points.",
    ),
    Step.identity(
        "average",
        ((x - theta) + (y - theta)) ** 2 / 4,
        ((x - theta) ** 2 + (y - theta) ** 2) / 4 + (x - theta) * (y - theta) / 2,
        because="Descriptions in different rounds are independent with mean theta, so the cross term "
        "has mean 0, and the average of n has 1/n of the variance (n = 2 shown). So n = d (s^2 + "
        "Delta^2/4)/eps^2 descriptions of each coordinate, rounded up, reach eps^2, in ceil(d/k) rounds each.",
    ),
    Step.identity(
        "room",
        s * (2 * (1 + A / s) - 1) - 2 * A,
        s,
        because="b >= log2(1 + A/s) + 1 gives N = 2^b >= 2 (1 + A/s) points, so (N - 1) s - 2A >= s > 0: "
        "the step 2A/(N - 1) is below s, and s^2 + Delta^2/4 < 1.25 s^2.",
    ),
    Step.enumerate(
        "bits",
        lambda: (Fraction(i, 7) for i in range(7, 2000)),
        lambda ratio: (2 * ratio, 2 ** BoundedRange(1, 1, float(ratio), 1.0).sufficient_bits - 1),
        size=1993,
        relation="<=",
        slack=1,
        because="2A/s + 1 <= 2^b - 1 with the b of the code, for A/s = i/7; equality where 1 + A/s is a "
        "power of two.",
    ),
    Step.code(
        "error_code",
        (s**2 + (2 * A / 15) ** 2 / 4) / n,
        lambda A, s, n: BoundedRange(1, 4, float(A), float(s)).error(int(n)).value,
        at={n: (1, 40), s: (Rational(1, 2), Rational(5, 8)), A: (2, 4)},
        because="One coordinate and four bits, which are then spent on it.",
    ),
]
