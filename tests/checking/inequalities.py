"""One table of inequalities with their tangencies; several tests feed on it."""

from sympy import Rational, cosh, erf, exp, log, pi, sqrt, symbols, tanh

from infobound.checking import Step, Zero

x, p, q, R = symbols("x p q R", real=True)
half, cent = Rational(1, 2), Rational(1, 100)


def phi(z):
    """Standard normal density."""
    return exp(-(z**2) / 2) / sqrt(2 * pi)


def cdf(z):
    """Standard normal distribution function."""
    return (1 + erf(z / sqrt(2))) / 2


def divergence(a, b):
    """Kullback-Leibler divergence of two coins, nats."""
    return a * log(a / b) + (1 - a) * log((1 - a) / (1 - b))


def one_bit(constant):
    """Fisher information of a threshold at x, against `constant`."""
    return constant * cdf(x) * cdf(-x) - phi(x) ** 2


ONE_BIT_ZERO = Zero(at={x: 0}, order=2, leading=(pi - 2) / (2 * pi**2))

TANGENT = [
    Step.inequality(
        "log",
        x - log(1 + x),
        over={x: (-half, 1)},
        zero=Zero(at={x: 0}, order=2, leading=half),
    ),
    Step.inequality(
        "log_to_the_end_point",
        x - log(1 + x),
        over={x: (0, 10)},
        zero=Zero(at={x: 0}, order=2, leading=half),
    ),
    Step.inequality(
        "per_bit",
        2 * log(2) * R - (1 - 4**-R),
        over={R: (0, 8)},
        zero=Zero(at={R: 0}, order=2, leading=2 * log(2) ** 2),
    ),
    Step.inequality(
        "log_from_below",
        log(1 + x) - x / (1 + x),
        over={x: (-Rational(9, 10), 10)},
        zero=Zero(at={x: 0}, order=2, leading=half),
    ),
    Step.inequality(
        "pinsker",
        divergence(p, half) - 2 * (p - half) ** 2,
        over={p: (cent, 1 - cent)},
        zero=Zero(at={p: half}, order=4, leading=Rational(4, 3)),
    ),
    Step.inequality(
        "chi_square",
        4 * (p - half) ** 2 - divergence(p, half),
        over={p: (cent, 1 - cent)},
        zero=Zero(at={p: half}, order=2, leading=2),
    ),
    Step.inequality("one_bit", one_bit(2 / pi), over={x: (0, 6)}, zero=ONE_BIT_ZERO),
    Step.inequality(
        "log_cosh",
        x**2 / 2 - log(cosh(x)),
        over={x: (-6, 6)},
        zero=Zero(at={x: 0}, order=4, leading=Rational(1, 12)),
    ),
    Step.inequality(
        "tanh",
        tanh(x) - x / (1 + x),
        over={x: (0, 5)},
        zero=Zero(at={x: 0}, order=2, leading=1),
    ),
    Step.inequality(
        "chi_square_of_two_coins",
        (p - q) ** 2 / (q * (1 - q)) - divergence(p, q),
        over={p: (Rational(1, 10), Rational(9, 10)), q: (Rational(1, 10), Rational(9, 10))},
        zero=Zero(at={p: q}, order=2, leading=1 / (2 * q * (1 - q))),
    ),
]
"""The rows that are tight somewhere, each with order and leading coefficient."""
