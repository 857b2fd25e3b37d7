"""Subtractive dither: an error that is uniform whatever is quantized; and its entropy-coded rate.

Setting. U is uniform on [0, 1), known to both ends; K = floor(y/step + U) is sent, and
Q = step (K + 1/2 - U). Then, for every y,

    (Q - y)/step is uniform on (-1/2, 1/2]: mean 0, variance 1/12,
    |y| <= r:  K takes at most ceil(2 r/step) + 1 values for one U,
    X of variance s^2:  H(K|U) <= (1/2) log2(1 + 12 s^2/step^2) + (1/2) log2(2 pi e/12).

The last constant is 0.2546 bits. For X ~ N(0, s^2) it is therefore the most that is lost, at every
step, against the rate-distortion function at the error of the Wiener estimate from Q; without that
estimate the loss is at most 0.2546 + 1/2.
"""

from sympy import Rational, ceiling, exp, floor, log, pi, symbols

from infobound.bounds.mean_estimation import SHAPING_GAP, rate_gap
from infobound.checking import Claim, Step, Zero

f, t, s, D, v, step, rate, y = symbols("f t s D v step R y", positive=True)
u, x = symbols("u x", real=True)
p1, p2, p3, r1, r2 = symbols("p1 p2 p3 r1 r2", positive=True)

shaping = log(2 * pi * exp(1) / 12) / 2  # nats
half = Rational(1, 2)

CLAIM = Claim(
    "subtractive_dither",
    source="Schuchman 1964 (error); Ziv 1985, Zamir and Feder 1992 (rate)",
    latex=r"H(K\mid U)\le\tfrac12\log_2\Bigl(1+\frac{12\sigma^2}{\Delta^2}\Bigr)"
    r"+\tfrac12\log_2\frac{2\pi e}{12}",
    statement="With subtractive dither the error is uniform and independent of the input, and ideal "
    "entropy coding is within 0.2546 bits of the Gaussian test channel at every step.",
    hypotheses=("U is independent of the input", "X has variance s^2"),
    assumes=(),
)


def cells():
    """(a, U) with a = r/step: all multiples of 1/6 up to 3, and of 1/12 in [0, 1)."""
    return [(Rational(i, 6), Rational(j, 12)) for i in range(1, 19) for j in range(12)]


STEPS = [
    Step.integral(
        "first_piece",
        exp(t * (half - f - u)),
        (u, 0, 1 - f),
        (exp(t * (half - f)) - exp(-t / 2)) / t,
        antiderivative=-exp(t * (half - f - u)) / t,
        when={f: (0, 1)},
        because="y/step = k + f with k whole, 0 <= f < 1. For U < 1 - f, K = k and the error is 1/2 - f - U.",
    ),
    Step.integral(
        "second_piece",
        exp(t * (half + 1 - f - u)),
        (u, 1 - f, 1),
        (exp(t / 2) - exp(t * (half - f))) / t,
        antiderivative=-exp(t * (half + 1 - f - u)) / t,
        when={f: (0, 1)},
        because="For U >= 1 - f, K = k + 1: one more.",
    ),
    Step.identity(
        "error_law",
        (exp(t * (half - f)) - exp(-t / 2)) / t + (exp(t / 2) - exp(t * (half - f))) / t,
        (exp(t / 2) - exp(-t / 2)) / t,
        because="E exp(t error/step) does not depend on f: the error has one law for all y.",
    ),
    Step.integral(
        "uniform",
        exp(t * x),
        (x, -half, half),
        (exp(t / 2) - exp(-t / 2)) / t,
        antiderivative=exp(t * x) / t,
        because="It is the uniform law on (-1/2, 1/2].",
    ),
    Step.integral(
        "mean",
        step * x,
        (x, -half, half),
        0,
        antiderivative=step * x**2 / 2,
        because="E Q = y: unbiased.",
    ),
    Step.integral(
        "variance",
        (step * x) ** 2,
        (x, -half, half),
        step**2 / 12,
        antiderivative=step**2 * x**3 / 3,
        because="E(Q - y)^2 = step^2/12 for every y.",
    ),
    Step.enumerate(
        "values",
        cells,
        lambda case: (
            floor(case[0] + case[1]) - floor(-case[0] + case[1]) + 1,
            ceiling(2 * case[0]) + 1,
        ),
        size=18 * 12,
        relation="<=",
        slack=0,
        because="Values of K for |y| <= r and one U, with r/step = a (floor(z + b) - floor(z) <= ceil(b) "
        "for all real z, here on a grid); some U needs them all.",
    ),
    Step.integral(
        "log_tangent",
        x**2 * (1 - v) * exp(x * v),
        (v, 0, 1),
        exp(x) - 1 - x,
        antiderivative=((1 - v) * x + 1) * exp(x * v),
        because="The integrand is >= 0: e^x >= 1 + x, and with y = e^x, ln y <= y - 1 for all y > 0.",
    ),
    Step.identity(
        "gibbs",
        p1 * (r1 / p1 - 1) + p2 * (r2 / p2 - 1) + p3 * ((1 - r1 - r2) / p3 - 1),
        1 - p1 - p2 - p3,
        because="-E ln p <= -E ln r for densities p, r (three points here).",
    ),
    Step.identity(
        "most_entropy",
        log(2 * pi * (s**2 + step**2 / 12)) / 2
        + (s**2 + step**2 / 12) / (2 * (s**2 + step**2 / 12))
        - log(step),
        log(1 + 12 * s**2 / step**2) / 2 + shaping,
        because="Q = X + N, N uniform and independent of X, so Q has a density g and variance "
        "s^2 + step^2/12. As P(K = k|U = u) = step g(step (k + 1/2 - u)), summing over k and "
        "integrating over u runs once through the line: H(K|U) = h(Q) - ln step. Gibbs' inequality with "
        "the normal law of the same mean and variance: at most the left side. It becomes an equality as "
        "step -> 0 for normal X.",
    ),
    Step.identity(
        "wiener",
        -log(s**2 * D / (s**2 + D) / s**2) / 2,
        log(1 + s**2 / D) / 2,
        because="With D = step^2/12 the best multiple of Q leaves s^2 D/(s^2 + D); the Gaussian "
        "rate-distortion function there is the first term of most_entropy: loss <= 0.2546 bits.",
    ),
    Step.identity(
        "no_wiener",
        log(1 + s**2 / D) / 2 - log(s**2 / D) / 2,
        log(1 + D / s**2) / 2,
        because="Without it the error is D, where the rate-distortion function is (1/2) ln(s^2/D).",
    ),
    Step.inequality(
        "half_a_bit",
        log(2) / 2 - log(1 + y) / 2,
        over={y: (0, 1)},
        zero=Zero(at={y: 1}, order=1, leading=-Rational(1, 4)),
        because="So at most half a bit more, for D <= s^2 with y = D/s^2. For D >= s^2 the "
        "rate-distortion function is 0, and H(K|U) exceeds it by at most 0.2546 bits and "
        "(1/2) log2(1 + y) with y = s^2/D: the same inequality.",
    ),
    Step.inequality(
        "numbers",
        (Rational(2547, 10000) * log(2) - log(pi * exp(1) / 6) / 2)
        * (log(pi * exp(1) / 6) / 2 - Rational(2546, 10000) * log(2))
        * (1 + y),
        over={y: (0, 1)},
        nearest={y: 0},
        strict=True,
        because="0.2546 < (1/2) log2(2 pi e/12) < 0.2547.",
    ),
    Step.code("shaping_code", shaping / log(2), lambda: SHAPING_GAP, at=[{}]),
    Step.code(
        "gap_code",
        rate - log(1 + s**2 / D) / (2 * log(2)),
        lambda R, s, D: rate_gap(R, D / s**2, unbiased=True),
        at={rate: (4, 9), s: (1, 2), D: (Rational(1, 8), 1)},
    ),
]
