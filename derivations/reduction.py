"""Optimizing a quadratic from B-bit gradients is estimating a mean from B-bit samples.

Setting. f(x) = (mu/2) ||x - theta||^2. The oracle, asked at x, sees G = grad f(x) + xi with
xi ~ N(0, sigma^2 I_d), and tells B bits about (x, G) and what it told before. The query x is a
function of the earlier messages and of public coins. Statement: with Y = x - G/mu,

1. Y = theta - xi/mu is a sample of N(theta, s^2 I_d), s = sigma/mu, whatever x is;
2. at a known x, Y determines G, so encoders of G and encoders of Y are the same encoders, and with
   the same noise and coins both protocols give the same transcript, whatever the query rule;
3. f(x_hat) - min f = (mu/2) ||x_hat - theta||^2.

Hence the same bits, rounds and errors are possible in both problems. Needed: mu is known and
common, and the law of the noise does not depend on x. A known Hessian A in place of mu is the last
part: Y = A x - G is a sample of N(A theta, sigma^2 I_d).
"""

from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import product

from sympy import Matrix, Rational, diff, exp, eye, pi, sqrt, symbols

from infobound.bounds.bit_oracle import BitOracle, squared_error, suboptimality
from infobound.checking import Claim, Step

mu, sigma, s, delta = symbols("mu sigma s delta", positive=True)
x, theta, xi = (Matrix(symbols(f"{name}1:3", real=True)) for name in ("x", "theta", "xi"))
z, y, q = symbols("z y q", real=True)
a11, a12, a22 = symbols("a11 a12 a22", real=True)
hessian = Matrix([[a11, a12], [a12, a22]])


def quadratic(curvature: Matrix, point: Matrix) -> object:
    """(1/2) <x - theta, A (x - theta)>."""
    return ((point - theta).T * curvature * (point - theta))[0] / 2


def gradient(curvature: Matrix) -> Matrix:
    """By differentiation in the two coordinates of x."""
    return Matrix([diff(quadratic(curvature, x), coordinate) for coordinate in x])


def normal(point: object, mean: object, std: object) -> object:
    """Density of N(mean, std^2)."""
    return exp(-((point - mean) ** 2) / (2 * std**2)) / (sqrt(2 * pi) * std)


G = gradient(mu * eye(2)) + xi
A_G = gradient(hessian) + xi
phi, phi_hat = hessian * theta, hessian * x  # any x_hat, written x

# --- a small exact model: three rounds of one bit, d = 1, mu = 2 ------------------------------
ROUNDS, MU = 3, 2
PLACES = (Fraction(-1), Fraction(1, 2))  # a query rule picks one for every history
HISTORIES = [past for t in range(ROUNDS) for past in product((0, 1), repeat=t)]
NOISE = (Fraction(-2), Fraction(1))
THETA = (Fraction(0), Fraction(3, 4))

Rule = dict[tuple[int, ...], Fraction]
Encoder = Callable[[tuple[int, ...], Fraction, Fraction], bool]


def transcript(encode: Encoder, rule: Rule, theta: Fraction, noise: tuple, sample: bool) -> int:
    """Play the rounds; the encoder gets the raw gradient, or the sample theta - xi/mu."""
    past: tuple[int, ...] = ()
    for xi in noise:
        query = rule[past]
        seen = theta - xi / MU if sample else MU * (query - theta) + xi
        past += (int(encode(past, query, seen)),)
    return 1 + int("".join(map(str, past)), 2)  # 1 to 8, so that it can be told from nothing


def level(past: tuple[int, ...]) -> Fraction:
    """A threshold that the earlier messages move."""
    return Fraction(3 * sum(past) - len(past), 4)


def from_gradient(case: tuple) -> tuple[int, int]:
    """A quantizer of G, and what it must become on Y: G > c means Y < x - c/mu."""
    return (
        transcript(lambda past, x, g: g > level(past), *case, sample=False),
        transcript(lambda past, x, y: y < x - level(past) / MU, *case, sample=True),
    )


def from_sample(case: tuple) -> tuple[int, int]:
    """A quantizer of Y run on gradients under the rule, and on samples with all queries at 0."""
    _, theta, noise = case
    nowhere: Rule = dict.fromkeys(HISTORIES, Fraction(0))
    return (
        transcript(lambda past, x, g: x - g / MU > level(past), *case, sample=False),
        transcript(lambda past, x, y: y > level(past), nowhere, theta, noise, sample=True),
    )


def cases() -> Iterator[tuple[Rule, Fraction, tuple]]:
    """All 2^7 deterministic query rules, with all noise and both means."""
    rules = (
        dict(zip(HISTORIES, places, strict=True))
        for places in product(PLACES, repeat=len(HISTORIES))
    )
    return product(rules, THETA, product(NOISE, repeat=ROUNDS))


def noise_of_quadratic(mu: float, sigma: float) -> float:
    """What the package takes for s."""
    return BitOracle.of_quadratic(dimension=3, bits=1, noise_std=sigma, curvature=mu).noise_std


CLAIM = Claim(
    "reduction",
    source="Kim 2026, arXiv:2606.00703, Lemma 1",
    latex=r"x-\tfrac1\mu\bigl(\mu(x-\theta)+\xi\bigr)=\theta-\tfrac1\mu\xi\sim"
    r"\mathcal N\bigl(\theta,\tfrac{\sigma^2}{\mu^2}I_d\bigr)",
    statement="Under any adaptive query rule, the B-bit first-order oracle of a quadratic and "
    "B-bit mean estimation have the same transcripts, and the errors differ by the factor mu/2.",
    hypotheses=(
        "curvature known and common to the family",
        "noise law independent of the query",
        "encoder and decoder know the query",
    ),
    assumes=(),
)

STEPS = [
    Step.identity(
        "gradient",
        gradient(mu * eye(2)),
        mu * (x - theta),
        because="The gradient of (mu/2) ||x - theta||^2, coordinate by coordinate (two shown).",
    ),
    Step.identity(
        "sample",
        x - G / mu,
        theta - xi / mu,
        because="Y = x - G/mu does not contain the query.",
    ),
    Step.identity(
        "gradient_from_sample",
        mu * (x - (theta - xi / mu)),
        G,
        because="At a known x the map is one to one: G = mu (x - Y).",
    ),
    Step.identity(
        "law_of_sample",
        mu * normal(mu * (q - y), mu * (q - z), sigma),
        normal(y, z, sigma / mu),
        because="G at the query q has density N(mu (q - z), sigma^2) when the mean is z. Changing "
        "variables to y = q - G/mu multiplies by mu, and q drops out: N(z, s^2), s = sigma/mu. "
        "The coordinates of the noise are independent, so this holds for each of them.",
    ),
    Step.enumerate(
        "encoders_of_gradients",
        cases,
        from_gradient,
        size=2048,
        because="Same noise, same coins: an adaptive quantizer of G is a quantizer of Y that knows "
        "x. All deterministic query rules of three one-bit rounds, ties included; coins choose "
        "among such rules.",
    ),
    Step.enumerate(
        "encoders_of_samples",
        cases,
        from_sample,
        size=2048,
        because="Back: a quantizer of Y, fed by the oracle, has a transcript that no query rule "
        "changes.",
    ),
    Step.identity(
        "suboptimality",
        quadratic(mu * eye(2), x),
        mu * ((x[0] - theta[0]) ** 2 + (x[1] - theta[1]) ** 2) / 2,
        because="The minimum is 0, at theta; errors in f are (mu/2) squared errors in theta.",
    ),
    Step.identity(
        "known_hessian",
        hessian * x - A_G,
        hessian * theta - xi,
        because="With a known Hessian A, Y = A x - G is a sample about A theta, again without x.",
    ),
    Step.identity(
        "known_hessian_error",
        quadratic(hessian, x),
        ((phi_hat - phi).T * hessian.inv() * (phi_hat - phi))[0] / 2,
        when={a11: (1, 2), a12: (0, 1), a22: (1, 2)},
        because="f - min f = <phi_hat - phi, A^-1 (phi_hat - phi)>/2 with phi = A theta.",
    ),
    Step.code(
        "error_from_suboptimality",
        2 * delta / mu,
        lambda delta, mu: squared_error(delta, curvature=mu),
        because="(mu/2) e = delta has the solution e = 2 delta/mu.",
    ),
    Step.code(
        "suboptimality_from_error",
        mu * s**2 / 2,
        lambda mu, s: suboptimality(s**2, curvature=mu),
        because="And back, at the squared error s^2.",
    ),
    Step.code(
        "noise",
        sigma / mu,
        noise_of_quadratic,
        at={mu: (Rational(1, 16), 4), sigma: (Rational(1, 16), 4)},
        because="s = sigma/mu.",
    ),
]
