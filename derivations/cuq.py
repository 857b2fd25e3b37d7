"""Rounding to uniform levels without bias: mean, variance and largest error.

Levels -M + i step, step = 2M/(k - 1), i = 0, ..., k - 1. A number y in [-M, M] lies a fraction f in
[0, 1) of a step above a level l; it goes to l + step with probability f, else to l. Then

    E Q(y) = y,    E (Q(y) - y)^2 = step^2 f (1 - f) <= step^2/4 = (M/(k - 1))^2,    |Q(y) - y| <= step.
"""

from sympy import Rational, symbols

from infobound.bounds.ratq import rounding_bound, rounding_variance
from infobound.checking import Claim, Step

level, f = symbols("l f", real=True)
step, M = symbols("step M", positive=True)
k = symbols("k", integer=True, positive=True)

CLAIM = Claim(
    "cuq",
    source="Mayekar and Tyagi 2020, arXiv:2001.09032, Lemma 5.1 (unbiased; the step); variance here",
    latex=r"\mathbb E\,Q(y)=y,\qquad \mathbb E\lVert Q(y)-y\rVert_2^2\le d\Bigl(\frac{M}{k-1}\Bigr)^2",
    statement="Stochastic rounding of coordinates to k equally spaced levels of [-M, M] is unbiased on "
    "[-M, M]^d, with squared error at most d (M/(k - 1))^2, attained halfway between levels.",
    hypotheses=("|y_i| <= M for every i", "k >= 2"),
    assumes=(),
)

STEPS = [
    Step.identity(
        "unbiased",
        (1 - f) * level + f * (level + step),
        level + f * step,
        because="The mean of the two outcomes is y = l + f step.",
    ),
    Step.identity(
        "variance",
        (1 - f) * (level - (level + f * step)) ** 2 + f * (level + step - (level + f * step)) ** 2,
        step**2 * f * (1 - f),
        because="The two errors are -f step and (1 - f) step.",
    ),
    Step.polynomial(
        "quarter",
        Rational(1, 4) - f * (1 - f),
        sos=[(1, f - Rational(1, 2))],
        because="f (1 - f) <= 1/4, with equality at f = 1/2 alone.",
    ),
    Step.identity(
        "quarter_step",
        (2 * M / (k - 1)) ** 2 / 4,
        (M / (k - 1)) ** 2,
        when={k: (2, 100)},
        because="k levels make k - 1 steps of [-M, M]. Errors of different coordinates add up: d times "
        "this.",
    ),
    Step.polynomial(
        "error_down",
        step * (1 - f),
        over={f: (0, 1)},
        sos=[(step * (1 - f), 1)],
        because="The error -f step is at most a step in size ...",
    ),
    Step.polynomial(
        "error_up",
        step * f,
        over={f: (0, 1)},
        sos=[(step * f, 1)],
        because="... and so is (1 - f) step = step - f step.",
    ),
    Step.code(
        "variance_code",
        step**2 * f * (1 - f),
        lambda f, step: step**2 * float(rounding_variance(3 + f)),
        at={f: (Rational(1, 64), Rational(63, 64)), step: (Rational(1, 8), 8)},
    ),
    Step.code(
        "bound_code",
        (M / (k - 1)) ** 2,
        lambda M, k: rounding_bound(M, int(k)),
        at={M: (Rational(1, 8), 8), k: (2, 100)},
        because="What CUQ states for one coordinate.",
    ),
]
