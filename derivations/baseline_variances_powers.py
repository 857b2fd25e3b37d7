"""Natural compression and scaled signs: exact errors, and their constants 1/8 and 1 - 1/d.

Natural compression (Horvath et al. 2022, arXiv:1905.10988) rounds t = |y_i| in [L, 2 L], L = 2^a, up
with probability t/L - 1: unbiased, with error (t - L)(2 L - t) <= t^2/8, equality at t = (4/3) L.
Scaled signs are c sign(y): biased, with error |y|_2^2 - |y|_1^2/d at the best c = |y|_1/d, at most
(1 - 1/d) |y|_2^2.
"""

from sympy import Rational, symbols

from infobound.bounds.baselines import (
    power_of_two_error,
    power_of_two_factor,
    scaled_sign_error,
    scaled_sign_factor,
)
from infobound.checking import Claim, Step, Zero

d = symbols("d", integer=True, positive=True)
t, L, x, a, b, e, c, m = symbols("t L x a b e c m", positive=True)
up = t / L - 1
total, square = a + b + e, a**2 + b**2 + e**2  # |y|_1 and |y|_2^2 of three sizes

CLAIM = Claim(
    "baseline_variances_powers",
    source="Horvath et al. 2022, arXiv:1905.10988; Karimireddy et al. 2019, "
    "arXiv:1901.09847 (scaled sign)",
    latex=r"(t-2^a)(2^{a+1}-t)\le\tfrac18t^2,\qquad"
    r"\min_c|y-c\,\mathrm{sign}\,y|^2=|y|_2^2-\tfrac1d|y|_1^2\le\bigl(1-\tfrac1d\bigr)|y|_2^2",
    statement="Natural compression is unbiased with error at most |y|^2/8; scaled signs have error "
    "|y|_2^2 - |y|_1^2/d at most (1 - 1/d) |y|_2^2.",
    hypotheses=("natural compression: no coordinate below the smallest power of two",),
    assumes=(),
)

STEPS = [
    Step.identity(
        "natural_mean",
        (1 - up) * L + up * 2 * L,
        t,
        because="Unbiased; the sign is kept.",
    ),
    Step.identity(
        "natural_error",
        (1 - up) * (t - L) ** 2 + up * (2 * L - t) ** 2,
        (t - L) * (2 * L - t),
    ),
    Step.inequality(
        "natural_eighth",
        x**2 / 8 - (x - 1) * (2 - x),
        over={x: (1, 2)},
        zero=Zero(at={x: Rational(4, 3)}, order=2, leading=Rational(9, 8)),
        because="x = t/L: the relative error is at most 1/8, attained at x = 4/3 only.",
    ),
    Step.identity(
        "underflow",
        m**2 / 4 - t * (m - t),
        (t - m / 2) ** 2,
        because=">= 0: below the smallest power m, rounding between 0 and m costs at most m^2/4.",
    ),
    Step.code(
        "natural_code",
        (t - L) * (2 * L - t) + (4 * t - 4 * L) * (8 * L - 4 * t),
        lambda t, L: float(power_of_two_error([t, -4 * t], smallest=2.0**-126)),
        at=[{L: 2**j, t: 2**j * (1 + Rational(i, 8))} for j in (0, 3, 20) for i in (1, 2, 3, 5, 7)],
    ),
    Step.code(
        "underflow_code",
        t * (m - t),
        lambda t, m: float(power_of_two_error([t], smallest=m)),
        at=[{m: 2**j, t: Rational(2**j * i, 16)} for j in (0, 4) for i in (1, 3, 8, 15)],
    ),
    Step.code("natural_factor_code", Rational(1, 8), power_of_two_factor),
    Step.identity(
        "sign_error",
        (a - c) ** 2 + (b - c) ** 2 + (e - c) ** 2,
        (square - total**2 / 3) + 3 * (c - total / 3) ** 2,
        because="Three coordinates of sizes a, b, e (with d in place of 3 in general: expand the square): "
        "least at c = |y|_1/d.",
    ),
    Step.identity(
        "sign_bound",
        total**2 - square,
        2 * (a * b + a * e + b * e),
        because=">= 0: |y|_1 >= |y|_2, so the error is at most (1 - 1/d) |y|_2^2; equality when all but "
        "one coordinate vanish.",
    ),
    Step.code(
        "sign_code",
        (a - c) ** 2 + (b - c) ** 2 + (e - c) ** 2,
        lambda a, b, e, c: float(scaled_sign_error([a, -b, e], c)),
    ),
    Step.code(
        "sign_factor_code",
        1 - 1 / d,
        lambda d: scaled_sign_factor(int(d)),
        at={d: (2, 999)},
    ),
]
